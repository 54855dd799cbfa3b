//! Tags: one, as many as there may be, words of the language as keys, from a macro.

use retry_core::{RetryRegistry, with_retry};

#[with_retry(name = "one", tags(team = "payments"))]
async fn one() -> Result<u32, String> {
    Ok(1)
}

#[with_retry(
    name = "eight",
    tags(a = "1", b = "2", c = "3", d = "4", e = "5", f = "6", g = "7", h = "8",),
    service = "billing",
    budget = "none"
)]
fn eight() -> Option<u32> {
    Some(8)
}

#[with_retry(name = "words", tags(type = "batch", r#async = ""))]
async fn words() -> Result<u32, String> {
    Ok(2)
}

macro_rules! of_team {
    ($name:ident, $team:literal) => {
        #[with_retry(name = "made", tags(team = $team))]
        async fn $name() -> Result<u32, String> {
            Ok(3)
        }
    };
}

of_team!(made, "search");

fn tags(name: &str) -> Vec<String> {
    let all = RetryRegistry::process().operations();
    let found = all.iter().find(|operation| operation.name == name).unwrap();
    found.tags.iter().map(ToString::to_string).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(one().await, Ok(1));
    assert_eq!(tags("one"), ["team=payments"]);
    assert_eq!(eight(), Some(8));
    assert_eq!(tags("eight").len(), 8);
    assert_eq!(words().await, Ok(2));
    assert_eq!(tags("words"), ["type=batch", "async=\"\""]);
    assert_eq!(made().await, Ok(3));
    assert_eq!(tags("made"), ["team=search"]);
}
