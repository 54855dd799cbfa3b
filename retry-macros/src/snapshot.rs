//! Holds the page "what does it expand to" to what the attribute produces.

use std::fmt::Write;
use std::{env, fs};

use quote::ToTokens;
use syn::{Item, Meta};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/expansion.md");

/// Every second block of code on the page is what the block before it becomes.
#[test]
fn the_page_shows_what_is_produced() {
    let page = fs::read_to_string(PAGE).unwrap();
    let produced = filled_in(&page);
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(PAGE, &produced).unwrap();
    }
    let hint = "run `UPDATE_SNAPSHOTS=1 cargo test -p retry-macros`, and look at what changed";
    assert!(page == produced || env::var_os("UPDATE_SNAPSHOTS").is_some(), "{hint}:\n{produced}");
}

fn filled_in(page: &str) -> String {
    let mut produced = String::new();
    let mut source: Option<String> = None;
    let mut rest = page;
    while let Some((before, from)) = rest.split_once("```rust\n") {
        let (block, after) = from.split_once("```\n").expect("the block ends");
        let shown = match source.take() {
            None => {
                source = Some(block.to_owned());
                block.to_owned()
            }
            Some(source) => expansion(&source),
        };
        write!(produced, "{before}```rust\n{shown}```\n").unwrap();
        rest = after;
    }
    produced + rest
}

fn expansion(source: &str) -> String {
    let Item::Fn(mut function) = syn::parse_str(source).unwrap() else { panic!("a function") };
    let Meta::List(attribute) = function.attrs.remove(0).meta else { panic!("with keys") };
    let tokens = super::with_retry_on(attribute.tokens, &function.into_token_stream());
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}
