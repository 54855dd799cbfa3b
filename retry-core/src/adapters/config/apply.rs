//! Settings laid over what the code says, in the whole process.

use std::sync::Arc;

use crate::adapters::config::error::{ConfigError, ConfigErrors};
use crate::adapters::config::settings::RetrySettings;
use crate::drivers::operations::overlay::{Overlay, Refused, Resolved, Said, Who};
use crate::drivers::operations::reload;
use crate::values::preset::Preset;

impl RetrySettings {
    /// Lays these settings over what the code says, in the whole process and in place of those that
    /// were laid over it before: for every annotated function, every handle of the
    /// [registry](crate::RetryRegistry), and those that come later.
    ///
    /// Calls that have begun go on as they began. Breakers, rate limits and budgets take new numbers
    /// as they stand: an open circuit stays open, a window keeps what it holds. Empty settings bring
    /// back what the code says.
    ///
    /// ```
    /// use retry_core::RetrySettings;
    ///
    /// # #[cfg(feature = "toml")] {
    /// let settings = RetrySettings::from_toml("[service.billing]\nmax_attempts = 5")?;
    /// settings.apply()?;
    /// # }
    /// # Ok::<_, retry_core::ConfigErrors>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Everything in which they contradict the code of an operation that there is. Then nothing has
    /// changed. One that comes later and that they contradict keeps what its code says, and an event
    /// says so.
    pub fn apply(&self) -> Result<(), ConfigErrors> {
        let said: Arc<Said> = Arc::new(self.clone());
        reload::apply(&said).map_err(|refused| {
            let mut contradictions = Contradictions::default();
            for (whose, error) in refused {
                // Nothing but `resolve` and `gates` below refuses.
                if let Ok(errors) = error.downcast::<ConfigErrors>() {
                    contradictions.add(&whose, &errors);
                }
            }
            contradictions.into_errors()
        })
    }
}

/// The same mistake is often one for many operations.
#[derive(Default)]
struct Contradictions(Vec<(ConfigError, Vec<String>)>);

impl Contradictions {
    fn add(&mut self, whose: &str, errors: &ConfigErrors) {
        for error in errors {
            match self.0.iter_mut().find(|(known, _)| known == error) {
                Some((_, all)) => all.push(whose.to_owned()),
                None => self.0.push((error.clone(), vec![whose.to_owned()])),
            }
        }
    }

    fn into_errors(self) -> ConfigErrors {
        let errors = self.0.into_iter().map(|(error, whose)| error.said_of(&whose));
        match ConfigErrors::check(errors.collect()) {
            Err(errors) => errors,
            Ok(()) => unreachable!("who refuses says why"),
        }
    }
}

impl Overlay for RetrySettings {
    fn resolve(&self, who: Who<'_>, base: &Preset) -> Result<Resolved, Refused> {
        let Who { name, service } = who;
        let preset = RetrySettings::resolve(self, name, service, *base)?;
        let names = |mut all: Box<dyn Iterator<Item = &str> + '_>, one: Option<&str>| {
            one.is_some_and(|one| all.any(|name| name == one))
        };
        let is_meant =
            names(Box::new(self.operations()), name) || names(Box::new(self.services()), service);
        let of_service = match service {
            Some(service) => apart(&preset, &self.resolve_gates(None, Some(service), base)?),
            None => Vec::new(),
        };
        Ok(Resolved { preset, is_meant, of_service })
    }

    fn gates(&self, Who { name, service }: Who<'_>, base: &Preset) -> Result<Preset, Refused> {
        Ok(self.resolve_gates(name, service, base)?)
    }
}

/// The gates that both have, made from other numbers.
fn apart(one: &Preset, other: &Preset) -> Vec<&'static str> {
    fn differ<P: Copy + PartialEq>(one: Option<P>, other: Option<P>) -> bool {
        one.is_some() && other.is_some() && one != other
    }
    let gates = [
        ("circuit_breaker", differ(one.circuit_breaker(), other.circuit_breaker())),
        ("budget", differ(one.budget(), other.budget())),
        ("rate_limit", differ(one.rate_limit(), other.rate_limit())),
    ];
    gates.into_iter().filter(|(_, differ)| *differ).map(|(gate, _)| gate).collect()
}
