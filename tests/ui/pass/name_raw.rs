//! Raw identifiers: of the function, of its arguments, of its type, of its context.

use retry_core::with_retry;

#[allow(non_camel_case_types)]
#[derive(Clone)]
struct r#enum(u32);

#[with_retry(max_attempts = 3, initial_delay = "1ms", context = r#try)]
async fn r#type(r#match: &mut u32, mut r#struct: r#enum) -> Result<(u32, u32), String> {
    *r#match += 1;
    r#struct.0 += 1;
    assert_eq!(r#try.number(), *r#match);
    if *r#match < 3 { Err("again".to_owned()) } else { Ok((*r#match, r#struct.0)) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(r#type(&mut 0, r#enum(7)).await, Ok((3, 8)));
}
