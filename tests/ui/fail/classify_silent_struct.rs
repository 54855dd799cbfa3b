use retry_core::Classify;

#[derive(Classify)]
struct Refused;

fn main() {
    let _ = Refused;
}
