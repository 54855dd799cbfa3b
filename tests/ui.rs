//! What the attribute accepts and what it says to what it does not: one shape or mistake a file.

#[test]
fn every_shape_runs_and_every_mistake_is_explained() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*.rs");
}
