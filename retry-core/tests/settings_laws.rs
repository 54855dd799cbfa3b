//! Whatever a file says, it is accepted or refused, what is accepted is written as the same, and
//! its sections lie over each other as if they were applied one after another.

mod generated;

use generated::settings;
use proptest::prelude::*;
use retry_core::{Preset, RetryConfig, RetryPolicy, RetrySettings};
use serde_json::{Value, json};

const DEFAULTS: Preset = Preset::new(RetryPolicy::new());

/// The settings of a section, which has no labels.
fn section(wild: bool) -> impl Strategy<Value = Value> {
    settings(wild).prop_map(|mut settings| {
        for label in ["name", "service", "tags"] {
            settings.as_object_mut().unwrap().remove(label);
        }
        settings
    })
}

fn file(wild: bool) -> impl Strategy<Value = [Value; 3]> {
    [section(wild), section(wild), section(wild)]
}

fn written([defaults, service, operation]: &[Value; 3]) -> Value {
    json!({ "defaults": defaults, "service": { "s": service }, "operation": { "a::o": operation } })
}

/// Each section applied to what the one before has made.
fn one_after_another(sections: &[Value; 3]) -> Option<Preset> {
    sections.iter().try_fold(DEFAULTS, |base, section| {
        serde_json::from_value::<RetryConfig>(section.clone()).ok()?.apply_to(base).ok()
    })
}

/// Reads a file as JSON and as TOML, which agree; and where it is right, writes it.
fn agree(file: &Value) -> Option<RetrySettings> {
    let text = toml::to_string(file).unwrap();
    let from_toml = RetrySettings::from_toml(&text);
    let from_json: Result<RetrySettings, _> = serde_json::from_value(file.clone());
    let (settings, from_json) = match (from_toml, from_json) {
        (Ok(settings), Ok(from_json)) => (settings, from_json),
        (Err(errors), Err(error)) => {
            let count = errors.iter().count();
            assert!(count > 0 && error.to_string().lines().count() >= count);
            assert!(errors.iter().all(|error| error.line().is_some()), "{errors}");
            return None;
        }
        (toml, json) => panic!("{text}\n{toml:?}\n{json:?}"),
    };
    assert_eq!(settings, from_json);
    let text = toml::to_string(&settings).unwrap();
    assert_eq!(RetrySettings::from_toml(&text).unwrap(), settings, "{text}");
    Some(settings)
}

proptest! {
    #[test]
    fn any_file_is_accepted_or_refused(file in file(true), wild in any::<bool>()) {
        agree(&if wild { json!({ "service": file[0], "x": file[1] }) } else { written(&file) });
    }

    #[test]
    fn any_text_is_accepted_or_refused(text in "\\PC{0,200}", name in "\\PC{0,12}") {
        let _ = RetrySettings::from_toml(&text);
        let _ = RetrySettings::from_toml(&format!("[service.{name:?}]\n{text}\n[{name}]"));
        let twice = format!("[defaults]\nbudget.ttl = {text:?}\n[operation.{name}]\n[defaults]\n{name} = 1\n{name} = 2");
        let _ = RetrySettings::from_toml(&twice);
    }

    #[test]
    fn sections_are_settings_applied_one_after_another(file in file(false)) {
        let settings = agree(&written(&file));
        if let Some(preset) = one_after_another(&file) {
            let settings = settings.expect("what can be applied is right");
            prop_assert_eq!(settings.resolve(Some("a::o"), Some("s"), DEFAULTS), Ok(preset));
        }
    }

    #[test]
    fn one_section_is_one_set_of_settings(section in section(false), at in 0_usize..3) {
        let mut file = [json!({}), json!({}), json!({})];
        file[at] = section.clone();
        let config = serde_json::from_value::<RetryConfig>(section);
        let settings = agree(&written(&file));
        prop_assert_eq!(config.is_ok(), settings.is_some());
        if let (Ok(config), Some(settings)) = (config, settings) {
            let resolved = settings.resolve(Some("a::o"), Some("s"), DEFAULTS);
            let applied = config.apply_to(DEFAULTS);
            prop_assert_eq!(resolved.is_ok(), applied.is_ok());
            prop_assert!(resolved.is_err() || resolved == applied);
        }
    }
}

#[test]
fn the_generator_makes_files_that_are_accepted() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let all = file(false);
    let mut made = (0..200).map(|_| all.new_tree(&mut runner).unwrap().current());
    let accepted = made.by_ref().filter(|file| one_after_another(file).is_some()).count();
    assert!(accepted > 20, "{accepted} of 200");
}
