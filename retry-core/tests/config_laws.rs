//! Whatever settings say, they are accepted or refused, and never more than that; and what is
//! accepted is written as settings that mean the same.

mod generated;

use generated::settings;
use proptest::prelude::*;
use retry_core::{Preset, RetryConfig, RetryPolicy};
use serde_json::Value;

const DEFAULTS: Preset = Preset::new(RetryPolicy::new());

/// Reads settings as JSON and as TOML, which agree; and where they are right, writes them.
fn agree(settings: &Value) -> Option<Preset> {
    let text = toml::to_string(settings).unwrap();
    let from_toml = RetryConfig::from_toml(&text);
    let from_json: Result<RetryConfig, _> = serde_json::from_value(settings.clone());
    let (config, from_json) = match (from_toml, from_json) {
        (Ok(config), Ok(from_json)) => (config, from_json),
        (Err(errors), Err(error)) => {
            let count = errors.iter().count();
            assert!(count > 0 && error.to_string().lines().count() >= count);
            assert!(errors.iter().all(|error| error.line().is_some()), "{errors}");
            return None;
        }
        (toml, json) => panic!("{text}\n{toml:?}\n{json:?}"),
    };
    assert_eq!(config, from_json);
    assert_eq!(RetryConfig::from_toml(&toml::to_string(&config).unwrap()).unwrap(), config);
    let preset = config.apply_to(DEFAULTS).ok()?;
    assert_eq!(from_json.apply_to(DEFAULTS).unwrap(), preset);
    // A policy that is valid is what its own builder makes again.
    assert_eq!(preset.policy().to_builder().build(), Ok(preset.policy()));
    let written = RetryConfig::try_from(preset).unwrap();
    assert_eq!(written.apply_to(DEFAULTS).unwrap(), preset, "{written:?}");
    let text = toml::to_string(&written).unwrap();
    assert_eq!(RetryConfig::from_toml(&text).unwrap(), written, "{text}");
    Some(preset)
}

proptest! {
    #[test]
    fn any_value_is_accepted_or_refused(settings in settings(true)) {
        agree(&settings);
    }

    #[test]
    fn what_is_accepted_is_written_as_the_same(settings in settings(false)) {
        agree(&settings);
    }

    #[test]
    fn any_text_is_accepted_or_refused(text in "\\PC{0,200}", key in "[a-z_]{1,20}") {
        let _ = RetryConfig::from_toml(&text);
        let _ = RetryConfig::from_toml(&format!("{key} = {text}\n[on.server]\n{text}"));
        let _ = RetryConfig::from_toml(&format!("max_delay = {text:?}\ntimeout = {text:?}"));
    }

    #[test]
    fn any_variable_is_accepted_or_refused(
        rest in "[A-Za-z_]{0,8}|(ON_|BUDGET_|ON_SERVER_)?(KIND|COST|JITTER|TIMEOUT|é)",
        value in any::<String>(),
    ) {
        let name = format!("RETRY_X_{rest}");
        match RetryConfig::from_env("RETRY_X", [(name.clone(), value)]) {
            // No key at all is the name of another variable.
            Ok(config) => prop_assert!(rest.is_empty() == (config == RetryConfig::default())),
            Err(errors) => {
                prop_assert!(errors.iter().all(|error| error.variable() == Some(&*name)));
            }
        }
    }
}

#[test]
fn the_generator_makes_settings_that_are_accepted() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let all = settings(false);
    let accepted =
        (0..200).filter(|_| agree(&all.new_tree(&mut runner).unwrap().current()).is_some()).count();
    assert!(accepted > 60, "{accepted} of 200");
}
