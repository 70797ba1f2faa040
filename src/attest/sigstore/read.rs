//! Reading foreign JSON and base64, strictly and within bounds.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::attest::Refusal;

/// The most bytes of a bundle, a payload or an envelope: attestations hold whole bills of materials.
pub(super) const MOST_BYTES: usize = 16 << 20;

/// The most bytes of an annotation: certificates and log entries, a few kibibytes each.
pub(super) const MOST_ANNOTATION: usize = 256 << 10;

/// The most characters of somebody else's words in a reason.
const MOST_CLAUSE: usize = 400;

/// The most characters of a value that stands in a reason.
const MOST_QUOTED: usize = 200;

/// Refuses what is larger than a limit.
pub(super) fn within(what: &str, size: usize, most: usize) -> Result<(), Refusal> {
    if size <= most {
        return Ok(());
    }
    Err(Refusal::new("too_large", format!("{what} has {size} bytes, and at most {most} are read")))
}

/// A refusal of what cannot be read.
pub(super) fn malformed(reason: impl AsRef<str>) -> Refusal {
    Refusal::new("malformed", clause(reason.as_ref()))
}

/// Somebody else's words as one clause: they may quote foreign bytes, at any length.
pub(super) fn clause(text: &str) -> String {
    let shown = text.chars().take(MOST_CLAUSE).map(|c| if c.is_control() { ' ' } else { c });
    shown.collect::<String>().trim_end_matches(['.', ' ']).to_owned()
}

/// A foreign text as it stands in a reason: short, and on one line.
pub(super) fn quoted(text: &str) -> String {
    let shown = text.chars().take(MOST_QUOTED).map(|c| if c.is_control() { '\u{fffd}' } else { c });
    format!("`{}`", shown.collect::<String>())
}

/// JSON in which no object has two members of one name, so that nobody can read another document in it than somebody else.
pub(super) fn json(what: &str, bytes: &[u8]) -> Result<Value, Refusal> {
    within(what, bytes.len(), MOST_BYTES)?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut deserializer);
    value
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| malformed(format!("{what} is not the JSON that it should be: {error}")))
}

/// Standard base64 with its padding.
pub(super) fn base64(what: &str, text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD.decode(text).map_err(|_| malformed(format!("{what} is not standard base64")))
}

/// Bytes as standard base64.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[derive(Clone, Copy)]
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("an object has two members of one name"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_read_as_everybody_reads_it() {
        let text = br#" {"a": [1, -2, 3.5, null, true, {"b": "c"}]} "#;
        assert_eq!(json("it", text).unwrap(), json!({ "a": [1, -2, 3.5, null, true, { "b": "c" }] }));
    }

    #[test]
    fn json_that_two_readers_read_differently_is_refused() {
        let deep = "[".repeat(10_000);
        let bad = [r#"{"a":1,"a":2}"#, r#"[{"a":1,"\u0061":2}]"#, "{} {}", "{}x", "", "{'a':1}", &deep];
        for text in bad {
            assert_eq!(json("it", text.as_bytes()).unwrap_err().code, "malformed", "{text:.20}");
        }
    }

    #[test]
    fn base64_has_one_form() {
        assert_eq!(base64("it", "+/8=").unwrap(), [0xfb, 0xff]);
        for bad in ["-_8=", "+/8", "+/8=\n", "+/9=", " +/8="] {
            assert_eq!(base64("it", bad).unwrap_err().code, "malformed", "{bad}");
        }
    }

    #[test]
    fn a_quoted_text_is_short_and_on_one_line() {
        assert_eq!(quoted("a\nb\u{1b}[0m"), "`a\u{fffd}b\u{fffd}[0m`");
        assert_eq!(quoted(&"x".repeat(5_000)).len(), MOST_QUOTED + 2);
    }
}
