use retry_core::{HttpOutcome, with_retry};

struct Page;

impl HttpOutcome for Page {
    fn http_status(&self) -> Option<u16> {
        Some(200)
    }
}

#[with_retry(retry_on_status = [504..=500])]
async fn load() -> Result<Page, String> {
    Ok(Page)
}

fn main() {
    let _ = load();
}
