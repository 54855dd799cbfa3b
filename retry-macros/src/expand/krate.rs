//! Under which name the annotated crate knows `retry-core`.
//!
//! A dependency can be renamed in `Cargo.toml`. Of that file only the two ways to write a renamed
//! dependency matter here, so it is read line by line; whoever writes it in a third way says
//! `crate = …`.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path as CratePath;

/// The path of the crate: what `crate = …` says, else its name in the manifest.
pub(crate) fn path(said: Option<&CratePath>) -> TokenStream {
    if let Some(path) = said {
        return path.to_token_stream();
    }
    let name = Ident::new(name_in_manifest(), Span::call_site());
    quote!(::#name)
}

fn name_in_manifest() -> &'static str {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    let name = NAME.get_or_init(|| {
        let folder = env::var_os("CARGO_MANIFEST_DIR")?;
        renamed(&fs::read_to_string(Path::new(&folder).join("Cargo.toml")).ok()?)
    });
    name.as_deref().unwrap_or("retry_core")
}

/// The name that a manifest gives to `retry-core`, where it is another.
fn renamed(manifest: &str) -> Option<String> {
    let mut table = "";
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']');
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim();
        let (name, value) = if table.ends_with("dependencies") {
            (key, value)
        } else if key == "package" && table.contains("dependencies.") {
            (table.rsplit('.').next()?, line)
        } else {
            continue;
        };
        if names_us(value) {
            let name = name.trim_matches('"').replace('-', "_");
            return Some(name).filter(|name| syn::parse_str::<Ident>(name).is_ok());
        }
    }
    None
}

/// Whether `value` holds `package = "retry-core"`.
fn names_us(value: &str) -> bool {
    value.split("package").skip(1).any(|rest| {
        let rest = rest.trim_start();
        rest.strip_prefix('=').is_some_and(|rest| rest.trim_start().starts_with("\"retry-core\""))
    })
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn a_renamed_dependency_is_found_however_it_is_written() {
        for manifest in [
            "[dependencies]\nagain-and = { version = \"1\", package = \"retry-core\" }",
            "[dev-dependencies]\nother = \"1\"\nagain-and = {package=\"retry-core\", path = \"x\"}",
            "[dependencies.again-and]\nversion = \"1\"\npackage = \"retry-core\"",
            "[target.'cfg(unix)'.dependencies]\nagain-and = { package = \"retry-core\" }",
        ] {
            assert_eq!(renamed(manifest).as_deref(), Some("again_and"), "{manifest}");
        }
    }

    #[test]
    fn anything_else_is_not_a_new_name() {
        for manifest in [
            "[dependencies]\nretry-core = \"1\"",
            "[package]\nname = \"retry-core\"",
            "[dependencies]\nretry-core-extra = { package = \"retry-core-more\" }",
            "not = a manifest",
        ] {
            assert_eq!(renamed(manifest), None, "{manifest}");
        }
    }
}
