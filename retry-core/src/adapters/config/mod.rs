//! The file form of settings: what an operator may change without a build.
//!
//! Sources (TOML, serde, the environment) become one tree of values, each with its place
//! (`node`). One reader (`reading`) takes the tree by the tables of `keys`, and leaves every bound
//! to the builders of the policies (`check`). The same tables write settings back (`write`).

mod apply;
mod check;
mod environment;
mod error;
#[cfg(all(test, feature = "toml"))]
mod every_key;
mod form;
mod gates;
mod json;
mod keys;
mod layer;
#[cfg(feature = "toml")]
mod live;
mod node;
mod reading;
mod schema;
mod sections;
mod serde_form;
mod settings;
mod suggest;
mod tags;
#[cfg(feature = "toml")]
mod toml;
mod unknown;
#[cfg(feature = "toml")]
mod watching;
mod words;
mod write;

pub use error::{ConfigError, ConfigErrors};
#[cfg(feature = "toml")]
pub use live::LiveSettings;
pub use settings::RetrySettings;

use crate::adapters::config::layer::Layer;
use crate::adapters::config::node::Table;
use crate::adapters::config::unknown::TABLES;
use crate::drivers::retry::Retry;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;
use crate::values::tag::Tag;

#[doc = include_str!("../../../docs/config.md")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RetryConfig {
    /// Right in itself, in our own order and words.
    root: Table,
}

impl RetryConfig {
    /// The settings of a TOML document.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, each with the line and the column of its key.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        let (root, mistakes) = toml::tree(text);
        Self::read_document(root.unwrap_or_default(), mistakes)
    }

    /// The settings in those of `variables` that are named `prefix`, `_`, and a key in capitals
    /// with the tables that it is in: for the prefix `RETRY_BILLING`, `RETRY_BILLING_MAX_ATTEMPTS`
    /// and `RETRY_BILLING_ON_RATE_LIMIT_MAX_ATTEMPTS`. A list has commas between its words.
    ///
    /// One prefix must not begin with another: the variables of `RETRY_BILLING_EU` would be
    /// unknown ones of `RETRY_BILLING`.
    ///
    /// ```
    /// use retry_core::{RetryConfig, presets};
    ///
    /// let variables = [("RETRY_BILLING_MAX_ATTEMPTS".to_owned(), "5".to_owned())];
    /// let config = RetryConfig::from_env("RETRY_BILLING", variables)?;
    /// assert_eq!(config.apply_to(presets::STANDARD)?.policy().max_attempts(), 5);
    /// # Ok::<_, retry_core::ConfigErrors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, each with the name of its variable. A name with the
    /// prefix and no key is wrong.
    pub fn from_env(
        prefix: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        Self::read(&environment::tree(prefix, variables), Vec::new())
    }

    /// As [`from_env`](Self::from_env), with the variables of this process.
    ///
    /// # Errors
    ///
    /// As there, and for a variable with the prefix that is no Unicode.
    pub fn from_process_env(prefix: &str) -> Result<Self, ConfigErrors> {
        Self::from_env(prefix, environment::of_process(prefix)?)
    }

    /// `base`, with what the settings say in place of what it says.
    ///
    /// # Errors
    ///
    /// Everything in which the settings and the base contradict each other, such as an
    /// `initial_delay` above the base's `max_delay`. What is wrong whatever the base was found when
    /// the settings were read.
    pub fn apply_to(&self, base: Preset) -> Result<Preset, ConfigErrors> {
        let applied = reading::apply(&[Layer::alone(&self.root)], &base, true);
        let errors = applied.mistakes.into_iter().map(|mistake| mistake.error);
        ConfigErrors::check(errors.collect())?;
        Ok(applied.preset)
    }

    /// A handle made of [`apply_to`](Self::apply_to), with the labels.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn to_retry(&self, base: Preset) -> Result<Retry, ConfigErrors> {
        let mut retry = Retry::from_preset(self.apply_to(base)?);
        if let Some(name) = self.name() {
            retry = retry.with_name(name.to_owned());
        }
        if let Some(service) = self.service() {
            retry = retry.with_service(service.to_owned());
        }
        let tags = self.tags().map(|(key, value)| Tag::of(key.to_owned(), value.to_owned()));
        Ok(retry.with_tags(tags.collect()))
    }

    /// The label `name`, which a handle takes and a preset does not.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.root.get("name")?.data.text()
    }

    /// The label `service`, likewise.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.root.get("service")?.data.text()
    }

    /// The label `tags`, likewise: keys and texts, in the order of the keys.
    pub fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        let table = self.root.get("tags").and_then(|entry| entry.data.table());
        table.into_iter().flat_map(tags::of)
    }

    /// As [`read`](Self::read), of a document, which may name its schema.
    fn read_document(
        mut root: Table,
        mut mistakes: Vec<ConfigError>,
    ) -> Result<Self, ConfigErrors> {
        mistakes.extend(root.take_schema());
        Self::read(&root, mistakes)
    }

    /// Settings that are right in themselves, out of a tree. `mistakes` are those that were found
    /// on the way to it.
    fn read(root: &Table, mut mistakes: Vec<ConfigError>) -> Result<Self, ConfigErrors> {
        let applied =
            reading::apply(&[Layer::alone(root)], &Preset::new(RetryPolicy::new()), false);
        let own = applied.mistakes.into_iter().filter(|mistake| !mistake.of_base);
        mistakes.extend(own.map(|mistake| mistake.error));
        ConfigErrors::check(mistakes)?;
        Ok(Self { root: applied.canonical })
    }

    /// Notes what is said and would be lost.
    fn without(&self, keys: &[&str], why: &str) -> Result<(), ConfigErrors> {
        let lost = keys.iter().filter_map(|key| self.root.get(key));
        let errors = lost.map(|entry| ConfigError::of_key(&entry.key, &entry.origin, why));
        ConfigErrors::check(errors.collect())
    }
}

const LABELS: [&str; 3] = ["name", "service", "tags"];

/// The defaults, with what the settings say.
///
/// # Errors
///
/// As [`apply_to`](RetryConfig::apply_to), and for a label, which a preset does not have.
impl TryFrom<RetryConfig> for Preset {
    type Error = ConfigErrors;

    fn try_from(config: RetryConfig) -> Result<Self, ConfigErrors> {
        let why = "a preset has no labels: make a handle, with `to_retry`, or use `apply_to`";
        config.without(&LABELS, why)?;
        config.apply_to(Self::new(RetryPolicy::new()))
    }
}

/// The defaults, with what the settings say.
///
/// # Errors
///
/// As [`apply_to`](RetryConfig::apply_to), and for a gate or a label, which a policy does not have.
impl TryFrom<RetryConfig> for RetryPolicy {
    type Error = ConfigErrors;

    fn try_from(config: RetryConfig) -> Result<Self, ConfigErrors> {
        let why = "a policy has no gates and no labels: make a preset, with `apply_to`";
        let [_, gates @ ..] = TABLES;
        config.without(&[&LABELS[..], &gates].concat(), why)?;
        Ok(config.apply_to(Preset::new(Self::new()))?.policy())
    }
}
