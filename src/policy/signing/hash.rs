//! The digest of a file, as OPA takes it.
//!
//! What is not structured is digested as it is. Of data and manifests the value is digested, written without white space
//! and with sorted keys, so that their layout may change under a signature: strings as Go's encoder escapes them, numbers
//! of JSON as they are written, numbers of YAML as Go prints them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::value::RawValue;
use serde_json::{Number, Value};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

use crate::policy::yaml;

/// The digest algorithm that is written; OPA writes no other.
pub(super) const SHA_256: &str = "SHA-256";

/// How deep a structured file may nest: each level is scanned once more.
const LIMIT_DEPTH: usize = 64;

/// A file's digest in hexadecimal.
///
/// # Errors
///
/// Why there is none, as a clause.
pub(super) fn digest(path: &str, content: &[u8], algorithm: &str) -> Result<String, String> {
    let canonical;
    let bytes = if is_structured(path) {
        canonical = canonical_form(path, content)?;
        canonical.as_bytes()
    } else {
        content
    };
    match algorithm {
        SHA_256 => Ok(hexadecimal(&Sha256::digest(bytes))),
        "SHA-224" => Ok(hexadecimal(&Sha224::digest(bytes))),
        "SHA-384" => Ok(hexadecimal(&Sha384::digest(bytes))),
        "SHA-512" => Ok(hexadecimal(&Sha512::digest(bytes))),
        "SHA-512-224" => Ok(hexadecimal(&Sha512_224::digest(bytes))),
        "SHA-512-256" => Ok(hexadecimal(&Sha512_256::digest(bytes))),
        "MD5" | "SHA-1" => {
            Err(format!("its digest is taken with {algorithm}, which proves nothing any more"))
        }
        _ => Err(format!("its digest is taken with `{algorithm}`, which nobody knows")),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether OPA digests the value of a file rather than its bytes.
fn is_structured(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["data.json", "data.yaml", ".manifest"].contains(&name)
}

/// The text over which a structured file's digest is taken. OPA takes any of them for JSON if it is, and for YAML if not.
fn canonical_form(path: &str, content: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(content).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut canonical = String::with_capacity(text.len());
    if let Ok(raw) = serde_json::from_str::<&RawValue>(text) {
        json(raw, 0, &mut canonical)?;
    } else {
        let node = yaml::parse(path, text).map_err(|problem| problem.message)?;
        plain(&node.to_json(), &mut canonical);
    }
    Ok(canonical)
}

/// Writes a JSON text canonically, its numbers untouched.
fn json(raw: &RawValue, depth: usize, canonical: &mut String) -> Result<(), String> {
    let text = raw.get();
    if depth > LIMIT_DEPTH {
        return Err(format!("it is nested deeper than {LIMIT_DEPTH} levels"));
    }
    let invalid = |error: serde_json::Error| error.to_string();
    match text.as_bytes().first() {
        Some(b'{') => {
            let entries = serde_json::from_str::<BTreeMap<String, &RawValue>>(text).map_err(invalid)?;
            canonical.push('{');
            for (number, (key, value)) in entries.into_iter().enumerate() {
                if number > 0 {
                    canonical.push(',');
                }
                string(&key, canonical);
                canonical.push(':');
                json(value, depth + 1, canonical)?;
            }
            canonical.push('}');
        }
        Some(b'[') => {
            canonical.push('[');
            let items = serde_json::from_str::<Vec<&RawValue>>(text).map_err(invalid)?;
            for (number, item) in items.into_iter().enumerate() {
                if number > 0 {
                    canonical.push(',');
                }
                json(item, depth + 1, canonical)?;
            }
            canonical.push(']');
        }
        Some(b'"') => string(&serde_json::from_str::<String>(text).map_err(invalid)?, canonical),
        _ => canonical.push_str(text),
    }
    Ok(())
}

/// Writes a YAML value canonically; its depth has a limit already.
fn plain(value: &Value, canonical: &mut String) {
    match value {
        Value::Null => canonical.push_str("null"),
        Value::Bool(value) => canonical.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => canonical.push_str(&as_go_prints(value)),
        Value::String(value) => string(value, canonical),
        Value::Array(items) => {
            canonical.push('[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    canonical.push(',');
                }
                plain(item, canonical);
            }
            canonical.push(']');
        }
        Value::Object(entries) => {
            canonical.push('{');
            let sorted = entries.iter().collect::<BTreeMap<_, _>>();
            for (number, (key, value)) in sorted.into_iter().enumerate() {
                if number > 0 {
                    canonical.push(',');
                }
                string(key, canonical);
                canonical.push(':');
                plain(value, canonical);
            }
            canonical.push('}');
        }
    }
}

/// A number as Go's JSON encoder prints a float: plainly from 1e-6 up to 1e21, and with a signed exponent beyond.
fn as_go_prints(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        None => number.to_string(),
        Some(value) if value != 0.0 && !(1e-6..1e21).contains(&value.abs()) => {
            let text = format!("{value:e}");
            if text.contains("e-") { text } else { text.replace('e', "e+") }
        }
        Some(value) => value.to_string(),
    }
}

/// A string as Go's JSON encoder writes it, which escapes two line separators that JSON allows.
fn string(text: &str, canonical: &mut String) {
    let quoted = Value::from(text).to_string();
    canonical.push_str(&quoted.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(path: &str, text: &str) -> String {
        canonical_form(path, text.as_bytes()).unwrap()
    }

    #[test]
    fn the_layout_of_structured_files_does_not_matter() {
        let expected = r#"{"a":[1,{"b":null}],"z":"é"}"#;
        assert_eq!(canonical("data.json", "{\"z\": \"\\u00e9\",\n \"a\": [1, {\"b\": null}]}"), expected);
        assert_eq!(canonical("data.yaml", "z: é\na:\n  - 1\n  - b:\n"), expected);
        assert_eq!(canonical("data.yaml", "\u{feff}{\"z\": \"é\", \"a\": [1, {\"b\": null}]}"), expected);
    }

    #[test]
    fn numbers_of_json_stay_as_they_are_written() {
        let text = "[1.0,1e3,1E+3,-0,12345678901234567890123,0.10]";
        assert_eq!(canonical("data.json", text), text);
    }

    #[test]
    fn numbers_of_yaml_are_printed_as_go_prints_them() {
        let numbers = "[1, 1.0, 1.50, 1.0e21, 1.0e20, 0.000001, 0.0000001, -2.5, 1.5e-9]";
        let expected = "[1,1,1.5,1e+21,100000000000000000000,0.000001,1e-7,-2.5,1.5e-9]";
        assert_eq!(canonical("data.yaml", &format!("# not JSON\n{numbers}")), expected);
    }

    #[test]
    fn strings_are_escaped_as_go_escapes_them() {
        let text = r#"["\u003c&>\u0008\u000c\n\u001f\u007f\u2028\u2029\/\"\\"]"#;
        let expected = "[\"<&>\\b\\f\\n\\u001f\u{7f}\\u2028\\u2029/\\\"\\\\\"]";
        assert_eq!(canonical("data.json", text), expected);
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        assert_eq!(canonical("data.json", r#"{"a": 1, "a": 2}"#), r#"{"a":2}"#);
    }

    #[test]
    fn a_structured_file_nested_without_end_is_refused() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let error = digest("data.json", deep.as_bytes(), SHA_256).unwrap_err();
        assert!(error.contains("64 levels"), "{error}");
    }

    /// The digest of `abc` stands in RFC 6234.
    #[test]
    fn other_files_are_digested_as_they_are() {
        let digest = |algorithm| digest("a.rego", b"abc", algorithm);
        assert_eq!(
            digest(SHA_256).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(digest("SHA-512-256").unwrap().len(), 64);
        assert_eq!(digest("SHA-224").unwrap().len(), 56);
        for weak in ["MD5", "SHA-1", "", "sha-256"] {
            assert!(digest(weak).is_err(), "{weak}");
        }
    }
}
