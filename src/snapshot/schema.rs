//! The document's JSON Schema, made from the types that read and write it.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{Account, Collection, Usage, VERSION};
use crate::access::Access;
use crate::attest::{AttestorStatus, Image};
use crate::domain::CollectionCoverage;

/// JSON Schema (draft 2020-12) of the input document.
///
/// Members of collections are objects of AWS's, with whatever fields its API has, and are not described further; those of
/// `iam.access`, `attestors` and `images` are ours.
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let account = generator.subschema_for::<Account>();
    let usage = generator.subschema_for::<BTreeMap<String, Usage>>();
    let covered = generator.subschema_for::<CollectionCoverage>();
    let access = generator.subschema_for::<Access>();
    let attestor = generator.subschema_for::<AttestorStatus>();
    let image = generator.subschema_for::<Image>();

    let mut properties = json!({
        "version": { "const": VERSION },
        "account": account,
        "region": { "type": "string", "description": "The Region that was read." },
        "taken_at": { "type": "string", "format": "date-time", "description": "When the reading began." },
        "usage": usage,
    });
    let mut groups = BTreeMap::<&str, Map<String, Value>>::new();
    let mut coverage = Map::new();
    for collection in Collection::ALL {
        let member = match collection {
            Collection::Access => json!(access),
            Collection::Attestors => json!(attestor),
            Collection::UsedImages => json!(image),
            _ => json!({ "type": "object" }),
        };
        let members = json!({
            "type": "object",
            "description": format!("Each {}, by ARN, or by id or name where AWS has no ARN.", collection.noun()),
            "additionalProperties": member,
        });
        coverage.insert(collection.path().to_owned(), json!(covered));
        match (collection.group_and_name(), properties.as_object_mut()) {
            (Some((group, name)), _) => {
                groups.entry(group).or_default().insert(name.to_owned(), members);
            }
            (None, Some(properties)) => {
                properties.insert(collection.path().to_owned(), members);
            }
            (None, None) => {}
        }
    }
    if let Some(properties) = properties.as_object_mut() {
        properties.insert("coverage".to_owned(), closed(coverage));
        for (group, members) in groups {
            properties.insert(group.to_owned(), closed(members));
        }
    }
    // Lists and objects that are empty are left out, and an example says of a principal what its policy looks at, and
    // nothing else.
    let mut definitions = json!(generator.definitions());
    for name in [
        "Access",
        "AttestorStatus",
        "Bound",
        "Evidence",
        "Examined",
        "Grant",
        "Granted",
        "Image",
        "Signer",
        "Users",
    ] {
        if let Some(definition) = definitions.get_mut(name).and_then(Value::as_object_mut) {
            definition.remove("required");
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tidewaiter input document",
        "type": "object",
        "properties": properties,
        "required": ["version", "account", "region", "taken_at"],
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn closed(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}
