//! Secrets stay where they are: free text is replaced by what kind of text it is and a keyed hash of it.
//!
//! Places are known by their names, at whatever depth AWS puts them, so that a container definition inside an object of
//! tomorrow is treated like one of today.

mod input;

use std::fmt;
use std::sync::LazyLock;

use hmac::{Hmac, KeyInit, Mac};
use regex::Regex;
use secretsniff_core::{Scanner, ScannerConfig};
use serde_json::Value;
use serde_json::value::to_raw_value;
use sha2::Sha256;

use self::input::Inside;
use super::body::Object;

/// The key of the hashes that stand in for free text.
#[derive(Clone)]
pub struct RedactionKey([u8; 32]);

impl RedactionKey {
    /// A key from 32 bytes that nobody can guess.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for RedactionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactionKey")
    }
}

/// Options of log drivers, FireLens and volume drivers that say where and how, and are kept because policies judge them.
///
/// Every other option may hold a token, a password or a URL with both (`splunk-token`, `Http_Passwd`, `o`).
/// A name that ends in `*` stands for every name that begins so.
/// The value of a kept option is replaced all the same when it is recognized as a secret.
const STRUCTURAL_OPTIONS: &[&str] = &[
    "awslogs-*",
    "config-file-type",
    "config-file-value",
    "delivery_stream",
    "enable-ecs-log-metadata",
    "log-driver-buffer-limit",
    "log_group_name",
    "log_stream_prefix",
    "max-buffer-size",
    "max-file",
    "max-size",
    "mode",
    "Name",
    "region",
    "type",
];

/// The words that a health check's command may begin with; `NONE` switches it off.
const HEALTH_CHECK_WORDS: &[&str] = &["CMD", "CMD-SHELL", "NONE"];

/// Kinds that the library does not know. The first that matches names the class.
static PATTERNS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    [
        ("url_credentials", r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/?#:@]*:[^\s/?#@]+@"),
        ("aws_access_key", r"\bASIA[0-9A-Z]{16}\b"),
        ("github_token", r"\bgithub_pat_[A-Za-z0-9_]{22,}\b"),
        ("gitlab_token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
        ("google_api_key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ]
    .into_iter()
    .filter_map(|(class, pattern)| Some((class, Regex::new(pattern).ok()?)))
    .collect()
});

/// Any private key that the library's own patterns do not name more precisely.
static PRIVATE_KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----").ok());

/// The class of a text without anything suspicious about it.
const PLAIN: &str = "plain";

/// The class of a text that only looks random.
const HIGH_ENTROPY: &str = "high_entropy";

/// Classifies and replaces free text.
pub(super) struct Redactor {
    key: RedactionKey,
    scanner: Option<Scanner>,
}

/// What a member's name says about the texts below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Not free text; look further down.
    Structure,
    /// Every text below is free.
    Free,
    /// A list of names and values, of which the values are free.
    Pairs,
    /// An object of options, of which some are structural.
    Options,
    /// An object whose `command` begins with a word of Docker's.
    HealthCheck,
    /// A text that holds what a rule or schedule gives `RunTask`, as JSON.
    Input,
}

impl Place {
    fn of(name: &str) -> Self {
        match name {
            "command" | "entryPoint" | "dockerLabels" | "labels" | "hookDetails" => Self::Free,
            "environment" => Self::Pairs,
            "options" | "driverOpts" => Self::Options,
            "healthCheck" => Self::HealthCheck,
            "Input" | "InputTemplate" => Self::Input,
            _ => Self::Structure,
        }
    }
}

impl Redactor {
    pub(super) fn new(key: &RedactionKey) -> Self {
        Self { key: key.clone(), scanner: Scanner::with_config(ScannerConfig::default()).ok() }
    }

    /// Replaces the free text in one resource of ECS.
    pub(super) fn redact(&self, resource: &mut Object) {
        for (name, text) in &mut resource.0 {
            let place = Place::of(name);
            if place == Place::Structure && !text.get().starts_with(['{', '[']) {
                continue;
            }
            let Ok(mut value) = serde_json::from_str::<Value>(text.get()) else { continue };
            let before = value.clone();
            self.walk(place, &mut value);
            if value != before
                && let Ok(redacted) = to_raw_value(&value)
            {
                *text = redacted;
            }
        }
    }

    /// Replaces whatever text these members hold.
    pub(super) fn replace(&self, resource: &mut Object, names: &[&str]) {
        for name in names {
            if let Some(mut value) = resource.optional::<Value>(name) {
                self.replace_all(&mut value);
                if let Ok(replaced) = to_raw_value(&value) {
                    resource.0.insert((*name).to_owned(), replaced);
                }
            }
        }
    }

    fn walk(&self, place: Place, value: &mut Value) {
        match (place, value) {
            (Place::Free, value) => self.replace_all(value),
            (Place::Structure, Value::Array(items)) => {
                items.iter_mut().for_each(|item| self.walk(Place::Structure, item));
            }
            (Place::Structure, Value::Object(members)) => {
                members.iter_mut().for_each(|(name, value)| self.walk(Place::of(name), value));
            }
            (Place::Pairs, Value::Array(items)) => {
                for item in items {
                    match item {
                        Value::Object(pair) => pair
                            .iter_mut()
                            .filter(|(name, _)| !name.eq_ignore_ascii_case("name"))
                            .for_each(|(_, value)| self.replace_all(value)),
                        other => self.replace_all(other),
                    }
                }
            }
            (Place::Options, Value::Object(options)) => {
                for (name, value) in options {
                    if !self.is_kept(name, value) {
                        self.replace_all(value);
                    }
                }
            }
            (Place::HealthCheck, Value::Object(members)) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("command", Value::Array(words)) => {
                            let is_word = |first: &Value| {
                                first.as_str().is_some_and(|first| HEALTH_CHECK_WORDS.contains(&first))
                            };
                            let skipped = usize::from(words.first().is_some_and(is_word));
                            words.iter_mut().skip(skipped).for_each(|word| self.replace_all(word));
                        }
                        (name, value) => self.walk(Place::of(name), value),
                    }
                }
            }
            (Place::Input, Value::String(text)) => self.walk_input(text),
            // Not of the shape that its name promises: whatever text it holds goes.
            (Place::Pairs | Place::Options | Place::HealthCheck | Place::Input, value) => {
                self.replace_all(value)
            }
            (Place::Structure, _) => {}
        }
    }

    /// Replaces the free text in an input, and the whole of one that is no JSON object.
    fn walk_input(&self, text: &mut String) {
        match serde_json::from_str::<Value>(text) {
            Ok(mut value @ Value::Object(_)) => {
                self.walk_inside(&mut value);
                *text = value.to_string();
            }
            _ if text.is_empty() => {}
            _ => *text = self.replacement(text),
        }
    }

    /// Nobody checks what people write into an input: what is not known to be structural is free text.
    fn walk_inside(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk_inside(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    match Inside::of(name) {
                        Inside::Scalar if !value.is_array() && !value.is_object() => {}
                        Inside::Nested if value.is_array() || value.is_object() => self.walk_inside(value),
                        Inside::Structure => self.walk(Place::Structure, value),
                        Inside::Pairs => self.walk(Place::Pairs, value),
                        Inside::Scalar | Inside::Nested | Inside::Free => self.replace_all(value),
                    }
                }
            }
            value => self.replace_all(value),
        }
    }

    /// Whether an option is structural and its value looks it. Names of log groups look random often enough that mere
    /// entropy is not held against them.
    fn is_kept(&self, name: &str, value: &Value) -> bool {
        let is_structural = STRUCTURAL_OPTIONS.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => *pattern == name,
        });
        let class = value.as_str().map(|text| self.class(text));
        is_structural && matches!(class.as_deref(), Some(PLAIN | HIGH_ENTROPY))
    }

    /// Replaces every text in a value; names of members stay.
    fn replace_all(&self, value: &mut Value) {
        match value {
            Value::String(text) if !text.is_empty() => *text = self.replacement(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace_all(item)),
            Value::Object(members) => members.iter_mut().for_each(|(_, value)| self.replace_all(value)),
            // AWS gives free text as strings only; a number where text belongs is text all the same.
            Value::Number(number) => *value = Value::String(self.replacement(&number.to_string())),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }

    /// `redacted:<class>:<16 hex digits>`.
    fn replacement(&self, text: &str) -> String {
        format!("redacted:{}:{}", self.class(text), self.hash(text))
    }

    /// What kind of text it is: `plain`, or a detector's kind in snake_case.
    fn class(&self, text: &str) -> String {
        if let Some((class, _)) = PATTERNS.iter().find(|(_, pattern)| pattern.is_match(text)) {
            return (*class).to_owned();
        }
        let found = self.scanner.as_ref().map(|scanner| scanner.scan(text)).unwrap_or_default();
        let mut kinds =
            found.into_iter().map(|finding| finding.kind.to_ascii_lowercase()).collect::<Vec<_>>();
        // A known kind says more than randomness.
        kinds.sort_by_key(|kind| kind == HIGH_ENTROPY);
        match kinds.into_iter().next() {
            Some(kind) if kind != HIGH_ENTROPY => kind,
            _ if PRIVATE_KEY.as_ref().is_some_and(|pattern| pattern.is_match(text)) => {
                "private_key".to_owned()
            }
            Some(kind) => kind,
            None => PLAIN.to_owned(),
        }
    }

    /// The first 8 bytes of an HMAC: enough to tell values apart, and nothing without the key.
    fn hash(&self, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key.0) else { return "0".repeat(16) };
        mac.update(text.as_bytes());
        let digest = mac.finalize().into_bytes();
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(&RedactionKey::new([7; 32]))
    }

    fn redacted(resource: &Value) -> Value {
        let mut object = serde_json::from_str::<Object>(&resource.to_string()).unwrap();
        redactor().redact(&mut object);
        serde_json::from_str(object.into_raw().get()).unwrap()
    }

    /// The class in `redacted:<class>:<hash>`.
    fn class_of(text: &str) -> String {
        let replaced = redactor().replacement(text);
        let mut parts = replaced.split(':');
        assert_eq!(parts.next(), Some("redacted"));
        let class = parts.next().unwrap().to_owned();
        let hash = parts.next().unwrap();
        assert!(hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{replaced}");
        assert_eq!(parts.next(), None);
        class
    }

    #[test]
    fn texts_are_classified() {
        for (text, class) in [
            ("hunter2", "plain"),
            ("https://example.org/path?x=1", "plain"),
            ("postgres://app:hunter2@db:5432/app", "url_credentials"),
            ("redis://:hunter2@cache", "url_credentials"),
            ("AKIAIOSFODNN7EXAMPLE", "aws_access_key"),
            ("ASIAIOSFODNN7EXAMPLE", "aws_access_key"),
            ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "github_token"),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "high_entropy"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMII", "rsa_private_key"),
            ("-----BEGIN PRIVATE KEY-----\nMII", "private_key"),
            ("-----BEGIN EC PRIVATE KEY-----\nMII", "private_key"),
        ] {
            assert_eq!(class_of(text), class, "{text}");
        }
    }

    #[test]
    fn equal_texts_have_equal_hashes_under_one_key_only() {
        let one = redactor().replacement("hunter2");
        assert_eq!(one, redactor().replacement("hunter2"));
        assert_ne!(one, redactor().replacement("hunter3"));
        assert_ne!(one, Redactor::new(&RedactionKey::new([8; 32])).replacement("hunter2"));
    }

    #[test]
    fn the_key_does_not_print_itself() {
        assert_eq!(format!("{:?}", RedactionKey::new([7; 32])), "RedactionKey");
    }

    #[test]
    fn structure_stays_and_empty_strings_stay_empty() {
        let definition = json!({
            "family": "web", "cpu": "256", "tags": [{"key": "owner", "value": "web team"}],
            "containerDefinitions": [{
                "name": "app", "image": "app:1", "cpu": 0, "readonlyRootFilesystem": true, "user": "1000",
                "environment": [{"name": "EMPTY", "value": ""}], "command": [], "entryPoint": [""],
                "environmentFiles": [{"value": "arn:aws:s3:::b/k", "type": "s3"}],
                "secrets": [{"name": "P", "valueFrom": "arn:aws:ssm:x"}],
                "healthCheck": {"command": ["NONE"], "interval": 30},
                "systemControls": [{"namespace": "net.core", "value": "1"}],
                "logConfiguration": {"logDriver": "awslogs", "options": {
                    "awslogs-group": "/ecs/StackLogGroupF5B46931-8aJ2kQ9ZtXyL7bWm", "mode": "blocking", "max-buffer-size": "25m"},
                    "secretOptions": [{"name": "splunk-token", "valueFrom": "arn:aws:ssm:y"}]}
            }],
        });
        assert_eq!(redacted(&definition), definition);
    }

    #[test]
    fn a_health_check_keeps_its_first_word_alone() {
        let check = json!({"healthCheck": {"command": ["CMD-SHELL", "curl -u a:b localhost"], "retries": 3}});
        let redacted = redacted(&check);
        let command = redacted["healthCheck"]["command"].as_array().unwrap();
        assert_eq!(command[0], "CMD-SHELL");
        assert!(command[1].as_str().unwrap().starts_with("redacted:"));
        assert_eq!(redacted["healthCheck"]["retries"], 3);
    }

    #[test]
    fn a_structural_option_with_a_secret_in_it_is_replaced() {
        let options = json!({"logConfiguration": {"options": {"awslogs-group": "AKIAIOSFODNN7EXAMPLE"}}});
        assert!(redacted(&options).to_string().contains("redacted:aws_access_key:"));
    }

    /// An input with a container's overrides, and with whatever else somebody may have written into it.
    fn input_of(container: &Value, text: &str) -> String {
        let further = json!({"deep": [text, {"deeper": text}]});
        json!({
            "containerOverrides": [container], "Overrides": {"ContainerOverrides": [
                {"Name": "app", "Command": [text], "Environment": [{"Name": "A", "Value": text}], "Note": text}]},
            "TaskDefinition": further, "cpu": further, "password": text, "list": [text], "further": further,
        })
        .to_string()
    }

    /// Every place of free text, each with the text in it.
    fn everywhere(text: &str) -> Value {
        let container = json!({
            "name": "app",
            "environment": [{"name": "A", "value": text}, {"name": "B", "value": {"nested": text}}],
            "command": ["sh", "-c", text],
            "entryPoint": [text],
            "healthCheck": {"command": ["CMD", text], "labels": [text]},
            "dockerLabels": {"label": text},
            "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": text, "splunk-url": text}},
            "firelensConfiguration": {"type": "fluentbit", "options": {"custom": text}},
        });
        let odd = json!({"environment": text, "command": text, "healthCheck": text,
            "logConfiguration": {"options": [text]}, "dockerLabels": text, "entryPoint": {"x": [text]}});
        json!({
            "containerDefinitions": [container.clone(), odd],
            "volumes": [{"dockerVolumeConfiguration": {"driverOpts": {"o": text}, "labels": {"l": text}}}],
            "overrides": {"containerOverrides": [container.clone()]},
            "activeConfigurations": [{"primaryContainer": container.clone()}],
            "deployments": [{"serviceConnectConfiguration": {"logConfiguration": {"options": {"x": text}}}}],
            "deploymentConfiguration": {"lifecycleHooks": [{"hookDetails": {"secret": {"deep": text}}}]},
            "environment": [{"name": "top", "value": text}],
            "command": [text],
            "somethingOfTomorrow": {"containers": [[container]]},
            "Target": {"Input": input_of(&container, text), "EcsParameters": {"TaskCount": 1}},
            "Targets": [{"Input": text, "InputTransformer": {"InputTemplate": format!("{{\"a\": <{text}>}}")}}],
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

        #[test]
        fn no_free_text_survives_anywhere(text in "[!-~äöü€]{0,6}[ -~\\n\"\\\\]{4,40}") {
            // A mark that no structure has.
            let text = format!("§{text}");
            let redacted = redacted(&everywhere(&text));
            let mut texts = Vec::new();
            all_texts(&redacted, &mut texts);
            for found in texts {
                prop_assert!(!found.contains('§'), "{found}");
            }
        }

        #[test]
        fn redaction_changes_no_structure(text in "[a-z]{1,12}") {
            let before = everywhere(&text);
            let after = redacted(&before);
            prop_assert_eq!(outline(&before), outline(&after));
        }
    }

    fn all_texts(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::String(text) => texts.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| all_texts(item, texts)),
            Value::Object(members) => members.iter().for_each(|(name, value)| {
                texts.push(name.clone());
                all_texts(value, texts);
            }),
            _ => {}
        }
    }

    /// A value without its texts.
    fn outline(value: &Value) -> Value {
        match value {
            Value::String(_) => json!(""),
            Value::Array(items) => items.iter().map(outline).collect(),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(name, value)| (name.clone(), outline(value))).collect())
            }
            other => other.clone(),
        }
    }
}
