use retry_core::Classify;

#[derive(Classify)]
#[retry(network)]
union Either {
    a: u32,
    b: f32,
}

fn main() {
    let either = Either { a: 1 };
    let _ = unsafe { (either.a, either.b) };
}
