//! A whole file of settings: for all calls, for those to a service, and for one operation.
//!
//! A section is what [`RetryConfig`](super::RetryConfig) reads, without the labels. Sections lie
//! over each other and over a base, which only the code knows; so a file is read once, and
//! resolved for each name.

#[cfg(feature = "toml")]
use std::path::Path;
use std::sync::Arc;

use crate::adapters::config::error::{ConfigError, ConfigErrors};
use crate::adapters::config::layer::Layer;
#[cfg(feature = "toml")]
use crate::adapters::config::node::Origin;
use crate::adapters::config::node::{Data, Table};
use crate::adapters::config::reading;
use crate::adapters::config::sections::{self, Sections, layer};
use crate::values::preset::Preset;

/// The settings of a whole file: `[defaults]`, `[service.NAME]` and `[operation."NAME"]`.
///
/// ```
/// use retry_core::{RetrySettings, presets};
///
/// # #[cfg(feature = "toml")] {
/// let settings = RetrySettings::from_toml(r#"
/// [defaults]
/// max_attempts = 4
///
/// [service.billing]
/// budget = { ratio = 0.05 }
///
/// [operation."billing::charge"]
/// max_attempts = 2
/// "#)?;
///
/// let charge = settings.resolve(Some("billing::charge"), Some("billing"), presets::STANDARD)?;
/// assert_eq!(charge.policy().max_attempts(), 2);
/// let refund = settings.resolve(Some("billing::refund"), Some("billing"), presets::STANDARD)?;
/// assert_eq!(refund.policy().max_attempts(), 4);
/// assert_eq!(refund.budget(), charge.budget());
/// # }
/// # Ok::<_, retry_core::ConfigErrors>(())
/// ```
///
/// Two are equal when they say the same, wherever it was written and in whatever order. The manual
/// is that of [`RetryConfig`](crate::RetryConfig).
#[derive(Clone, Debug, Default)]
pub struct RetrySettings {
    sections: Sections,
    /// The file that they are from.
    source: Option<Arc<str>>,
}

impl PartialEq for RetrySettings {
    fn eq(&self, other: &Self) -> bool {
        self.sections == other.sections
    }
}

impl RetrySettings {
    /// The settings of a TOML document.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, in all sections, each with its line and its column; also
    /// where a section contradicts `[defaults]`, whatever both are applied to.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        let (root, mistakes) = super::toml::tree(text);
        Self::read(root.unwrap_or_default(), mistakes)
    }

    /// The settings of a TOML file, which is read at once and blocks.
    ///
    /// # Errors
    ///
    /// As [`from_toml`](Self::from_toml), and for a file that cannot be read, or that is JSON or YAML
    /// by its name. Each names the file, as do those of [`resolve`](Self::resolve).
    #[cfg(feature = "toml")]
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref();
        Self::of_source(&path.display().to_string().into(), bytes_of(path))
    }

    /// The settings that were read from there.
    #[cfg(feature = "toml")]
    pub(super) fn of_source(
        source: &Arc<str>,
        read: std::io::Result<Vec<u8>>,
    ) -> Result<Self, ConfigErrors> {
        let read = match read.and_then(text_of) {
            Ok(text) => Self::from_toml(&text),
            Err(error) => {
                let why = format!("cannot be read: {error}");
                Err(ConfigErrors::one(ConfigError::of_key("", &Origin::Nowhere, why)))
            }
        };
        match read {
            Ok(settings) => Ok(Self { source: Some(Arc::clone(source)), ..settings }),
            Err(errors) => Err(errors.of(source)),
        }
    }

    /// `base`, with what the sections say in place of what it says: `[defaults]`, over it the
    /// section of `service`, over that the one of the operation `name`. Each key is that of the last
    /// section that has it; a table of a gate or of a kind adds to the one before, and `"none"` and
    /// `"default"` replace it.
    ///
    /// A name without a section has what the others say. Equal results share their memory, so that
    /// resolving again takes none.
    ///
    /// # Errors
    ///
    /// Everything in which the sections contradict the base or, for this service and operation,
    /// each other. Each names the section, and its line where the settings are a text.
    pub fn resolve(
        &self,
        name: Option<&str>,
        service: Option<&str>,
        base: Preset,
    ) -> Result<Preset, ConfigErrors> {
        self.lay(&self.layers(name, service), &base)
    }

    fn lay(&self, layers: &[Layer<'_>], base: &Preset) -> Result<Preset, ConfigErrors> {
        let applied = reading::apply(layers, base, true);
        let errors = applied.mistakes.into_iter().map(|mistake| mistake.error);
        ConfigErrors::check(errors.collect()).map_err(|errors| match &self.source {
            Some(source) => errors.of(source),
            None => errors,
        })?;
        Ok(applied.preset)
    }

    /// As [`resolve`](Self::resolve), with the gates alone: `base` has a policy that is nobody's.
    pub(super) fn resolve_gates(
        &self,
        name: Option<&str>,
        service: Option<&str>,
        base: &Preset,
    ) -> Result<Preset, ConfigErrors> {
        let layers = self.layers(name, service);
        let gates: Vec<Table> = layers.iter().map(|layer| layer.table.gates()).collect();
        let layers: Vec<_> = layers
            .iter()
            .zip(&gates)
            .map(|(layer, table)| Layer { section: layer.section.clone(), table })
            .collect();
        self.lay(&layers, base)
    }

    /// As [`resolve`](Self::resolve), for what all calls to a service share: without an operation.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn resolve_service(&self, service: &str, base: Preset) -> Result<Preset, ConfigErrors> {
        self.resolve(None, Some(service), base)
    }

    /// Whether anything is said that [`resolve`](Self::resolve) lays over a base for these names:
    /// in `[defaults]`, or in a section of theirs.
    #[must_use]
    pub fn mentions(&self, name: Option<&str>, service: Option<&str>) -> bool {
        !self.layers(name, service).is_empty()
    }

    /// The operations that have a section, by their names and in their order.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.sections.operations.keys().map(String::as_str)
    }

    /// The services that have a section, likewise.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.sections.services.keys().map(String::as_str)
    }

    /// Whether there is no section at all, as in an empty file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// The sections that say something to these names, the later ones over those before.
    fn layers(&self, name: Option<&str>, service: Option<&str>) -> Vec<Layer<'_>> {
        let Sections { defaults, services, operations } = &self.sections;
        let defaults = Some(Layer { section: "defaults".to_owned(), table: defaults });
        let service = service.and_then(|name| Some(layer("service", name, services.get(name)?)));
        let name = name.and_then(|name| Some(layer("operation", name, operations.get(name)?)));
        let all = [defaults, service, name].into_iter().flatten();
        all.filter(|layer| !layer.table.0.is_empty()).collect()
    }

    /// Settings out of a tree. `mistakes` are those that were found on the way to it.
    pub(super) fn read(root: Table, mistakes: Vec<ConfigError>) -> Result<Self, ConfigErrors> {
        let (sections, mistakes) = sections::read(root, mistakes);
        ConfigErrors::check(mistakes)?;
        Ok(Self { sections, source: None })
    }

    /// The tree that says the same.
    pub(super) fn tree(&self) -> Table {
        let Sections { defaults, services, operations } = &self.sections;
        let mut root = Table::default();
        if !defaults.0.is_empty() {
            root.put("defaults", Data::Table(defaults.clone()));
        }
        for (word, sections) in [("service", services), ("operation", operations)] {
            let mut tables = Table::default();
            for (name, table) in sections {
                tables.put(name, Data::Table(table.clone()));
            }
            if !tables.0.is_empty() {
                root.put(word, Data::Table(tables));
            }
        }
        root
    }
}

#[cfg(feature = "toml")]
pub(super) fn bytes_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let name = path.extension().unwrap_or_default();
    if ["json", "yaml", "yml"].iter().any(|other| name.eq_ignore_ascii_case(other)) {
        let why = "it is no TOML by its name; with a crate of serde it is a `RetrySettings`";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, why));
    }
    std::fs::read(path)
}

#[cfg(feature = "toml")]
fn text_of(bytes: Vec<u8>) -> std::io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        let why = format!("line {line} is no UTF-8");
        std::io::Error::new(std::io::ErrorKind::InvalidData, why)
    })
}
