//! The engine's input, made from a snapshot once and shared by every worker.
//!
//! Members go from their JSON text straight into the engine's values. Only what some control looks into is taken, and a
//! string that stands in the document many times (names of fields, ARNs, statuses) is kept once.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use regorus::Value;
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::input_paths::Reads;
use crate::snapshot::{Collection, Snapshot, VERSION};

/// The longest string that is looked for among those already seen; longer ones hardly repeat.
const SHARED_BYTES: usize = 256;

/// Makes the input that holds what `reads` names.
///
/// # Errors
///
/// The JSON error when a member is not JSON, which a snapshot that was read or assembled rules out.
pub(super) fn input(snapshot: &Snapshot, reads: &Reads) -> serde_json::Result<Value> {
    let mut strings = Strings::default();
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
    if reads.images {
        let images = strings.entries(&snapshot.images)?;
        top.insert(strings.share("images"), images);
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

/// Strings that were seen before.
#[derive(Default)]
struct Strings(HashSet<Arc<str>>);

impl Strings {
    fn share(&mut self, text: &str) -> Value {
        if text.len() > SHARED_BYTES {
            return Value::String(Arc::from(text));
        }
        if let Some(seen) = self.0.get(text) {
            return Value::String(Arc::clone(seen));
        }
        let shared = Arc::<str>::from(text);
        self.0.insert(Arc::clone(&shared));
        Value::String(shared)
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

impl<'de> DeserializeSeed<'de> for &mut Strings {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Strings {
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
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(self.share(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0));
        while let Some(item) = access.next_element_seed(&mut *self)? {
            items.push(item);
        }
        Ok(Value::from(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(key) = access.next_key_seed(&mut *self)? {
            let value = access.next_value_seed(&mut *self)?;
            object.insert(key, value);
        }
        Ok(Value::from(object))
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
    fn a_document_that_is_read_whole_is_the_same_as_the_engine_would_read_it() {
        let snapshot = Snapshot::from_json(DOCUMENT).unwrap();
        let reads = Reads { collections: Collection::ALL.into_iter().collect(), usage: true, images: true };
        let mut text = Vec::new();
        snapshot.to_json(&mut text).unwrap();
        let expected = Value::from_json_str(std::str::from_utf8(&text).unwrap()).unwrap();
        assert_eq!(input(&snapshot, &reads).unwrap(), expected);
    }
}
