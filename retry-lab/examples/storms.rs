//! Plays every storm with every line-up.
fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    for s in retry_lab::storms() {
        if !s.name().contains(&only) {
            continue;
        }
        let t = std::time::Instant::now();
        let reports: Vec<_> = retry_lab::everyone().iter().map(|l| s.play(l)).collect();
        println!("{}  [{:.1?}]\n", retry_lab::table(&reports), t.elapsed());
    }
}
