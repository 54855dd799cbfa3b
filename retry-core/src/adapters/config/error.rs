//! What is wrong with settings: which key, where, which value, and why.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::adapters::config::node::{Data, Origin};

/// One mistake in settings.
///
/// Permanent: the same settings fail the same way. Its text names place, key, value and reason:
///
/// ```
/// use retry_core::RetryConfig;
///
/// let variables = [("RETRY_BILLING_MAX_ATTEMPTS".to_owned(), "0".to_owned())];
/// let errors = RetryConfig::from_env("RETRY_BILLING", variables).unwrap_err();
/// assert_eq!(errors.iter().next().unwrap().key(), "max_attempts");
/// assert_eq!(
///     errors.to_string(),
///     "RETRY_BILLING_MAX_ATTEMPTS = 0: must be at least 1, since it counts the first call",
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigError {
    /// The name of the text, where it has one.
    source: Option<Arc<str>>,
    key: String,
    origin: Origin,
    value: Option<String>,
    reason: String,
}

impl ConfigError {
    /// A mistake in the key itself, or, without a key, in the text around it.
    pub(super) fn of_key(key: &str, origin: &Origin, reason: impl Into<String>) -> Self {
        let (key, reason) = (key.to_owned(), reason.into());
        Self { source: None, key, origin: origin.clone(), value: None, reason }
    }

    /// A mistake in the value of a key.
    pub(super) fn of_value(
        key: &str,
        (origin, data): (&Origin, &Data),
        reason: impl Into<String>,
    ) -> Self {
        Self { value: Some(data.to_string()), ..Self::of_key(key, origin, reason) }
    }

    /// What the settings were read from, such as the path of a file, where that is known.
    #[must_use]
    pub fn source_name(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The key with the tables that it is in, such as `on.rate_limit.max_attempts`; empty where
    /// the text is no TOML at all.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The line of the key, from 1, where the settings are a text.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        match self.origin {
            Origin::Text { line, .. } => Some(line),
            _ => None,
        }
    }

    /// The column of the key, from 1 and in characters, where the settings are a text.
    #[must_use]
    pub const fn column(&self) -> Option<usize> {
        match self.origin {
            Origin::Text { column, .. } => Some(column),
            _ => None,
        }
    }

    /// The name of the variable, where the settings are those of the environment.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        match &self.origin {
            Origin::Variable(name) => Some(name),
            _ => None,
        }
    }

    /// The value, as it was written; `None` where the key is the mistake.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// With whom it is a mistake for, by their names; those of many are cut short.
    pub(super) fn said_of(mut self, whose: &[String]) -> Self {
        const NAMED: usize = 3;
        let names: Vec<_> = whose.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = match whose.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        self.reason = format!("{}, for {}{more}", self.reason, names.join(", "));
        self
    }

    /// What is wrong, and what would be right.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(f, "{source}: ")?;
        }
        let name = match &self.origin {
            Origin::Nowhere => self.key.as_str(),
            Origin::Variable(name) => name.as_str(),
            Origin::Text { line, column } => {
                write!(f, "line {line}, column {column}: ")?;
                self.key.as_str()
            }
        };
        match &self.value {
            Some(value) => write!(f, "{name} = {value}: ")?,
            None if name.is_empty() => {}
            None => write!(f, "{name}: ")?,
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ConfigError {}

/// All mistakes in settings: at least one, those in a text in its order.
///
/// Its text has a line for each.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// `Ok` where nothing is wrong.
    pub(super) fn check(mut errors: Vec<ConfigError>) -> Result<(), Self> {
        // What has no place in a text stays where it was found.
        errors.sort_by_key(|error| (error.line(), error.column()));
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }

    /// One mistake.
    #[cfg(feature = "toml")]
    pub(super) fn one(error: ConfigError) -> Self {
        Self(vec![error])
    }

    /// The same mistakes, said to be in the file at `path`.
    ///
    /// For settings that were read from a text or from a format of serde. What is read from a file
    /// here says so itself.
    #[must_use]
    pub fn in_file(self, path: impl AsRef<Path>) -> Self {
        self.of(&path.as_ref().display().to_string().into())
    }

    pub(super) fn of(mut self, source: &Arc<str>) -> Self {
        for error in &mut self.0 {
            error.source = Some(source.clone());
        }
        self
    }

    /// What the settings were read from, such as the path of a file, where that is known.
    #[must_use]
    pub fn source_name(&self) -> Option<&str> {
        self.0.first().and_then(ConfigError::source_name)
    }

    /// The mistakes.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = std::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for ConfigErrors {
    type Item = ConfigError;
    type IntoIter = std::vec::IntoIter<ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
