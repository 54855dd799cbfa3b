use retry_core::with_retry;

struct Ticket;

fn use_up(_: Ticket) -> Result<(), String> {
    Err("used".to_owned())
}

#[with_retry(max_attempts = 3)]
async fn redeem(ticket: Ticket) -> Result<(), String> {
    use_up(ticket)
}

fn main() {
    let _ = redeem(Ticket);
}
