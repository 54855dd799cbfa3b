//! The text of a failure, cut to a length that can be kept.
//!
//! An error may print a whole page, or another error's whole history. A refusal repeats the text to
//! everyone that it is given to, so only its beginning is read, and only when the circuit opens.

use std::fmt::{self, Display, Write};
use std::sync::Arc;

/// How many characters are kept.
const LONGEST: usize = 200;

struct Beginning {
    text: String,
    left: usize,
}

impl Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            // The error ends the printing early; it goes nowhere else.
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}

/// The beginning of what `cause` prints.
pub(super) fn beginning_of(cause: &dyn Display) -> Arc<str> {
    let mut beginning = Beginning { text: String::new(), left: LONGEST };
    if write!(beginning, "{cause}").is_err() {
        beginning.text.push('…');
    }
    beginning.text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(&*beginning_of(&"down"), "down");
        assert_eq!(&*beginning_of(&"é".repeat(200)), "é".repeat(200));
        assert_eq!(&*beginning_of(&"é".repeat(201)), "é".repeat(200) + "…");
    }
}
