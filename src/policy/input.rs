//! The engine's input, made from a snapshot once and shared by every worker.
//!
//! Members go from their JSON text straight into the engine's values. Only what some control looks into is taken, and what
//! stands in the document many times is kept once: names of fields, ARNs and statuses, and whole lists and objects such as
//! the port mappings and log options that a thousand task definitions have in common.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use regorus::Value;
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::input_paths::Reads;
use crate::snapshot::{Collection, Snapshot, VERSION};

/// The longest string that is looked for among those already seen; longer ones hardly repeat.
const SHARED_BYTES: usize = 256;

/// The largest list or object that is looked for among those already seen; larger ones hardly repeat.
const SHARED_ITEMS: usize = 8;

/// Makes the input that holds what `reads` names.
///
/// # Errors
///
/// The JSON error when a member is not JSON, which a snapshot that was read or assembled rules out.
pub(super) fn input(snapshot: &Snapshot, reads: &Reads) -> serde_json::Result<Value> {
    let mut strings = Shared::default();
    let mut top = BTreeMap::new();
    let mut groups = BTreeMap::<&str, BTreeMap<Value, Value>>::new();
    for collection in Collection::ALL {
        let Some(members) =
            snapshot.collections.get(&collection).filter(|_| reads.collections.contains(&collection))
        else {
            continue;
        };
        let mut object = BTreeMap::new();
        for (key, body) in members {
            object.insert(strings.share(key), strings.parse(body.get())?);
        }
        match collection.group_and_name() {
            Some((group, name)) => {
                groups.entry(group).or_default().insert(strings.share(name), Value::from(object));
            }
            None => {
                top.insert(strings.share(collection.path()), Value::from(object));
            }
        }
    }
    for (group, members) in groups {
        top.insert(strings.share(group), Value::from(members));
    }
    if reads.usage {
        let usage = strings.entries(&snapshot.usage)?;
        top.insert(strings.share("usage"), usage);
    }
    let rest = serde_json::json!({
        "version": VERSION,
        "account": snapshot.account,
        "region": snapshot.region,
        "taken_at": snapshot.taken_at,
        "coverage": snapshot.coverage,
    });
    for (key, value) in rest.as_object().into_iter().flatten() {
        let value = strings.parse(&value.to_string())?;
        top.insert(strings.share(key), value);
    }
    Ok(Value::from(top))
}

/// What was seen before.
#[derive(Default)]
struct Shared {
    strings: HashSet<Arc<str>>,
    /// Lists and objects by the hash of what is directly in them.
    containers: HashMap<u64, Value>,
    /// How many numbers were no integers. What such a number stands in is never shared: `1.0` and `1` are equal and yet
    /// written differently.
    n_fractions: usize,
}

impl Shared {
    fn share(&mut self, text: &str) -> Value {
        if text.len() > SHARED_BYTES {
            return Value::String(Arc::from(text));
        }
        if let Some(seen) = self.strings.get(text) {
            return Value::String(Arc::clone(seen));
        }
        let shared = Arc::<str>::from(text);
        self.strings.insert(Arc::clone(&shared));
        Value::String(shared)
    }

    /// The same list or object when it was seen before; what is in it has been shared already, so that it is enough to
    /// compare addresses.
    fn share_container(&mut self, value: Value, n_fractions_before: usize) -> Value {
        let Some(items) = items(&value).filter(|_| self.n_fractions == n_fractions_before) else {
            return value;
        };
        let mut hasher = DefaultHasher::new();
        items.hash(&mut hasher);
        match self.containers.entry(hasher.finish()) {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(value.clone());
                value
            }
            std::collections::hash_map::Entry::Occupied(seen) => {
                if self::items(seen.get()).as_ref() == Some(&items) { seen.get().clone() } else { value }
            }
        }
    }

    fn parse(&mut self, json: &str) -> serde_json::Result<Value> {
        self.deserialize(&mut serde_json::Deserializer::from_str(json))
    }

    fn entries<T: Serialize>(&mut self, entries: &BTreeMap<String, T>) -> serde_json::Result<Value> {
        let mut object = BTreeMap::new();
        for (key, value) in entries {
            object.insert(self.share(key), self.parse(&serde_json::to_string(value)?)?);
        }
        Ok(Value::from(object))
    }
}

impl<'de> DeserializeSeed<'de> for &mut Shared {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Shared {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        self.n_fractions += 1;
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(self.share(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let (mut items, before) = (Vec::new(), self.n_fractions);
        while let Some(item) = access.next_element_seed(&mut *self)? {
            items.push(item);
        }
        Ok(self.share_container(Value::from(items), before))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let (mut object, before) = (BTreeMap::new(), self.n_fractions);
        while let Some(key) = access.next_key_seed(&mut *self)? {
            let value = access.next_value_seed(&mut *self)?;
            object.insert(key, value);
        }
        Ok(self.share_container(Value::from(object), before))
    }
}

/// What tells a value that was shared apart from every other: its kind (and a list's or object's brackets), and the value
/// itself or its address.
type Identity = (u8, u64);

/// The identities of what is directly in a list or object; `None` for what is not worth sharing.
fn items(value: &Value) -> Option<Vec<Identity>> {
    match value {
        Value::Array(items) if items.len() <= SHARED_ITEMS => {
            Some([(b'[', 0)].into_iter().chain(items.iter().map(identity)).collect())
        }
        Value::Object(entries) if entries.len() <= SHARED_ITEMS => {
            let entries = entries.iter().flat_map(|(key, value)| [identity(key), identity(value)]);
            Some([(b'{', 0)].into_iter().chain(entries).collect())
        }
        _ => None,
    }
}

fn identity(value: &Value) -> Identity {
    let address = |pointer: *const ()| u64::try_from(pointer.addr()).unwrap_or(u64::MAX);
    match value {
        Value::Undefined | Value::Null => (0, 0),
        Value::Bool(value) => (1, u64::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => (2, number.cast_unsigned()),
            (None, Some(number)) => (3, number),
            // Fractions are not shared; no two of them need telling apart.
            (None, None) => (4, 0),
        },
        Value::String(text) => (5, address(Arc::as_ptr(text).cast())),
        Value::Array(items) => (6, address(Arc::as_ptr(items).cast())),
        Value::Object(entries) => (7, address(Arc::as_ptr(entries).cast())),
        Value::Set(items) => (8, address(Arc::as_ptr(items).cast())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DOCUMENT: &str = r#"{
        "version": "1",
        "account": {"id": "012345678901", "partition": "aws"},
        "region": "eu-central-1",
        "taken_at": "2026-11-22T08:00:00Z",
        "ecs": {
            "clusters": {"c": {"n": 7, "m": -1, "f": 1.5, "t": "\u00e4\/", "l": [true, null, {"n": "c"}]}},
            "tasks": {"t": {}}
        },
        "usage": {"td": {"newest_active": true}},
        "coverage": {"ecs.clusters": {"status": "complete"}}
    }"#;

    #[test]
    fn the_input_is_the_document_as_far_as_it_is_read() {
        let snapshot = Snapshot::from_json(DOCUMENT).unwrap();
        let reads = Reads { collections: BTreeSet::from([Collection::Clusters]), ..Reads::default() };
        let json = input(&snapshot, &reads).unwrap().to_string();
        insta::assert_snapshot!(json, @r#"{"account":{"id":"012345678901","partition":"aws"},"coverage":{"ecs.clusters":{"calls":0,"count":0,"gaps":[],"retries":0,"status":"complete"}},"ecs":{"clusters":{"c":{"f":1.5,"l":[true,null,{"n":"c"}],"m":-1,"n":7,"t":"ä/"}}},"region":"eu-central-1","taken_at":"2026-11-22T08:00:00Z","version":"1"}"#);
    }

    #[test]
    fn equal_parts_are_kept_once_and_unequal_parts_apart() {
        let mut shared = Shared::default();
        let mut parse = |json: &str| shared.parse(json).unwrap();
        let address = |value: &Value| match value {
            Value::Object(entries) => Arc::as_ptr(entries).addr(),
            other => panic!("{other}"),
        };
        let first = parse(r#"{"a": [1, {"b": "x"}], "c": null}"#);
        assert_eq!(address(&first), address(&parse(r#"{"c": null, "a": [1, {"b": "x"}]}"#)));
        for other in [
            r#"{"a": [1, {"b": "y"}], "c": null}"#,
            r#"{"a": [1, {"b": "x"}], "c": false}"#,
            r#"{"a": [1, ["b", "x"]], "c": null}"#,
        ] {
            assert_ne!(first, parse(other), "{other}");
        }
        assert_eq!(parse(r#"{"n": 1}"#).to_string(), r#"{"n":1}"#);
        assert_eq!(
            parse(r#"{"n": 1.0}"#).to_string(),
            Value::from_json_str(r#"{"n": 1.0}"#).unwrap().to_string()
        );
        assert_ne!(parse(r#"{"n": 1.5}"#), parse(r#"{"n": 2.5}"#));
        assert_ne!(parse(r#"{"n": 18446744073709551615}"#), parse(r#"{"n": -1}"#));
    }

    #[test]
    fn a_document_that_is_read_whole_is_the_same_as_the_engine_would_read_it() {
        let snapshot = Snapshot::from_json(DOCUMENT).unwrap();
        let reads = Reads { collections: Collection::ALL.into_iter().collect(), usage: true };
        let mut text = Vec::new();
        snapshot.to_json(&mut text).unwrap();
        let expected = Value::from_json_str(std::str::from_utf8(&text).unwrap()).unwrap();
        assert_eq!(input(&snapshot, &reads).unwrap(), expected);
    }
}
