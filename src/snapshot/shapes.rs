//! What stands where in a document: the document's own schema, and below each collection the shapes of AWS's API.
//!
//! The shapes are data (`shapes.json`, made from botocore by `tests/support/facts.py`) and serve those who check policies.
//! They never decide what a document may hold: AWS adds fields, and bodies keep every one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::schema;

/// What a value of a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Anything, or something that is not known.
    Any,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// Text.
    Text,
    /// A list of something.
    List(Box<Self>),
    /// An object whose keys are data.
    Map(Box<Self>),
    /// An object whose fields are known, by its name.
    Structure(String),
}

/// An object whose fields are known.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    /// The fields.
    pub(crate) fields: BTreeMap<String, Shape>,
    /// Whether the schema of the document forbids others; AWS may add to its own.
    pub(crate) is_closed: bool,
}

/// Every structure by its name; [`DOCUMENT`] is the whole.
#[derive(Debug, Default)]
pub(crate) struct Shapes(BTreeMap<String, Structure>);

/// The name of the whole document.
pub(crate) const DOCUMENT: &str = "document";

#[derive(Deserialize)]
struct Table {
    collections: BTreeMap<String, String>,
    shapes: BTreeMap<String, BTreeMap<String, String>>,
}

/// The shapes of this version's document.
pub(crate) fn shapes() -> &'static Shapes {
    static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
        // A table that cannot be read leaves everything unknown; a test reads it.
        let table = serde_json::from_str::<Table>(include_str!("shapes.json"));
        let (collections, structures) =
            table.map(|table| (table.collections, table.shapes)).unwrap_or_default();
        let mut shapes = Shapes::default();
        for (name, fields) in structures {
            let fields = fields.into_iter().map(|(field, notation)| (field, of_api(&notation))).collect();
            shapes.0.insert(name, Structure { fields, is_closed: false });
        }
        let schema = schema();
        shapes.of_schema(DOCUMENT, &schema, &schema);
        for (path, name) in collections {
            let (group, collection) = path.split_once('.').unwrap_or((DOCUMENT, &path));
            let group = if group == DOCUMENT { DOCUMENT.to_owned() } else { format!("{DOCUMENT}.{group}") };
            if let Some(members) = shapes.0.get_mut(&group).and_then(|group| group.fields.get_mut(collection))
            {
                *members = Shape::Map(Box::new(Shape::Structure(name)));
            }
        }
        shapes
    });
    &SHAPES
}

impl Shapes {
    /// A structure by its name.
    pub(crate) fn get(&self, name: &str) -> Option<&Structure> {
        self.0.get(name)
    }

    /// What a part of the document's schema describes; structures are kept under their path.
    fn of_schema(&mut self, path: &str, part: &Value, whole: &Value) -> Shape {
        if let Some(name) = part["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
            // One that holds itself is known by its name while its fields are read.
            if self.0.contains_key(name) {
                return Shape::Structure(name.to_owned());
            }
            self.0.insert(name.to_owned(), Structure::default());
            let definition = whole["$defs"].get(name).unwrap_or(&Value::Null);
            let shape = self.of_schema(name, definition, whole);
            if shape != Shape::Structure(name.to_owned()) {
                self.0.remove(name);
            }
            return shape;
        }
        match part["type"].as_str() {
            Some("string") => Shape::Text,
            Some("integer" | "number") => Shape::Number,
            Some("boolean") => Shape::Boolean,
            Some("array") => {
                Shape::List(Box::new(self.of_schema(&format!("{path}[]"), &part["items"], whole)))
            }
            Some("object") => {
                if let Some(properties) = part["properties"].as_object() {
                    let fields = properties.iter().map(|(name, property)| {
                        (name.clone(), self.of_schema(&format!("{path}.{name}"), property, whole))
                    });
                    let fields = fields.collect();
                    let is_closed = part["additionalProperties"] == Value::Bool(false);
                    self.0.insert(path.to_owned(), Structure { fields, is_closed });
                    Shape::Structure(path.to_owned())
                } else if part["additionalProperties"].is_object() {
                    let members = self.of_schema(&format!("{path}.*"), &part["additionalProperties"], whole);
                    Shape::Map(Box::new(members))
                } else {
                    Shape::Any
                }
            }
            _ if part["oneOf"].is_array() => Shape::Text,
            _ => Shape::Any,
        }
    }
}

/// Reads the notation of the table: `[x]` is a list of x, `{x}` a map to x, and a word a type or a structure's name.
fn of_api(notation: &str) -> Shape {
    let inner = |open, close| notation.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    match (inner('[', ']'), inner('{', '}'), notation) {
        (Some(item), _, _) => Shape::List(Box::new(of_api(item))),
        (_, Some(value), _) => Shape::Map(Box::new(of_api(value))),
        (_, _, "string") => Shape::Text,
        (_, _, "number") => Shape::Number,
        (_, _, "boolean") => Shape::Boolean,
        (_, _, "any") => Shape::Any,
        (_, _, name) => Shape::Structure(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Collection;

    /// Follows names from the document; `*` is any member.
    fn at(path: &str) -> Option<Shape> {
        let mut here = Shape::Structure(DOCUMENT.to_owned());
        for step in path.split('/') {
            here = match here {
                Shape::Map(item) | Shape::List(item) => *item,
                Shape::Structure(name) => shapes().get(&name)?.fields.get(step)?.clone(),
                _ => return None,
            };
        }
        Some(here)
    }

    #[test]
    fn every_collection_has_a_shape() {
        for collection in Collection::ALL.into_iter().filter(|it| *it != Collection::Accounts) {
            let member = at(&format!("{}/*", collection.path().replace('.', "/")));
            let Some(Shape::Structure(name)) = member else {
                panic!("add {collection} to COLLECTIONS in tests/support/facts.py, not {member:?}")
            };
            assert!(shapes().get(&name).is_some_and(|it| !it.fields.is_empty()), "{name}");
        }
    }

    #[test]
    fn fields_of_the_api_are_followed_to_the_bottom() {
        let read_only = "ecs/task_definitions/*/containerDefinitions/*/readonlyRootFilesystem";
        assert_eq!(at(read_only), Some(Shape::Boolean));
        assert_eq!(at("ecs/task_definitions/*/cpu"), Some(Shape::Text));
        assert_eq!(at("ecs/task_definitions/*/tags/*/key"), Some(Shape::Text));
        assert_eq!(at("iam/roles/*/AssumeRolePolicyDocument"), Some(Shape::Any));
        assert_eq!(at("ec2/security_groups/*/IpPermissions/*/IpRanges/*/CidrIp"), Some(Shape::Text));
    }

    #[test]
    fn a_structure_may_hold_itself() {
        let attestation = "images/*/attestors/*/attestations/*";
        assert_eq!(at(&format!("{attestation}/answer")), Some(Shape::Text));
        assert_eq!(at(attestation), at(&format!("{attestation}/attestations/*")));
    }

    #[test]
    fn the_documents_own_fields_are_closed() {
        assert_eq!(at("usage/*/newest_active"), Some(Shape::Boolean));
        assert_eq!(at("coverage/ecs.services/gaps/*/kind"), Some(Shape::Text));
        assert!(shapes().get("Usage").unwrap().is_closed);
        assert!(!shapes().get("ecs.Service").unwrap().is_closed);
    }
}
