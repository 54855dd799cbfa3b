use retry_core::{Attempt, Classifier, Retry, RetryError, Verdict, with_retry};

struct Own;

impl Classifier<String> for Own {
    fn verdict(&self, _: &String, _: &Attempt) -> Verdict {
        Verdict::Retry(retry_core::ErrorKind::Unknown)
    }
}

#[with_retry(retry = retry)]
async fn load(retry: &Retry<Own>) -> Result<u32, RetryError<String>> {
    Ok(1)
}

#[with_retry(retry = retry)]
async fn generic<C: Classifier<String>>(retry: &Retry<C>) -> Result<u32, RetryError<String>> {
    Ok(1)
}

fn main() {}
