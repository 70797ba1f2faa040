//! Hashes of replaced secrets stay in the document: findings say only that something was replaced, and what it was.
//!
//! A hash lets policies compare values within an estate. In a finding it would tell readers which secrets are equal, and it
//! would change with the key, so that losing a ledger would rewrite findings that say the same.

use serde_json::Value;

use crate::domain::Violation;

/// What a replaced text begins with in a document.
const MARK: &str = "redacted:";
/// Hexadecimal digits of a hash.
const HASH_DIGITS: usize = 16;

/// The violation as it may be published.
pub(super) fn published(violation: &Violation) -> Violation {
    let mut evidence = violation.evidence.clone();
    strip_value(&mut evidence);
    Violation { message: strip(&violation.message), evidence }
}

fn strip_value(value: &mut Value) {
    match value {
        Value::String(text) => *text = strip(text),
        Value::Array(items) => items.iter_mut().for_each(strip_value),
        Value::Object(members) => members.values_mut().for_each(strip_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `redacted:<class>:<hash>` without the hash, wherever it stands in the text.
fn strip(text: &str) -> String {
    let mut parts = text.split(MARK);
    let mut stripped = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        stripped.push_str(MARK);
        match part.split_once(':') {
            Some((class, rest)) if is_class(class) && is_hash(rest) => {
                stripped.push_str(class);
                stripped.push_str(rest.get(HASH_DIGITS..).unwrap_or_default());
            }
            _ => stripped.push_str(part),
        }
    }
    stripped
}

fn is_class(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_hash(text: &str) -> bool {
    text.get(..HASH_DIGITS).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_finding_names_the_class_of_a_secret_and_not_its_hash() {
        let found = Violation {
            message: "sets redacted:plain:0123456789abcdef twice, redacted:github_token:fedcba9876543210"
                .into(),
            evidence: json!({ "value": ["redacted:plain:0123456789abcdef"], "n": 1 }),
        };
        let published = published(&found);
        assert_eq!(published.message, "sets redacted:plain twice, redacted:github_token");
        assert_eq!(published.evidence, json!({ "value": ["redacted:plain"], "n": 1 }));
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "",
            "redacted:",
            "redacted:x",
            "redacted:x:short",
            "redacted:Ünicode:0123456789abcdef",
            "é redacted",
        ] {
            assert_eq!(strip(text), text);
        }
    }
}
