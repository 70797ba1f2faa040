//! A JSON object whose members stay the text that AWS wrote, so that taking one out or putting one in changes no other.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use super::reading::unexpected;
use crate::aws::{CallError, Operation};

/// See the module.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Object(pub(super) BTreeMap<String, Box<RawValue>>);

impl Object {
    /// Reads an answer.
    pub(super) fn read(operation: Operation, body: &[u8]) -> Result<Self, CallError> {
        serde_json::from_slice(body).map_err(|_| unexpected(operation, "{}"))
    }

    /// Takes a member out that the answer must have.
    pub(super) fn take<T: DeserializeOwned>(
        &mut self,
        operation: Operation,
        name: &str,
    ) -> Result<T, CallError> {
        let text = self.0.remove(name).ok_or_else(|| unexpected(operation, name))?;
        serde_json::from_str(text.get()).map_err(|_| unexpected(operation, name))
    }

    /// A member that the answer must have, and keeps.
    pub(super) fn require<T: DeserializeOwned>(
        &self,
        operation: Operation,
        name: &str,
    ) -> Result<T, CallError> {
        self.optional(name).ok_or_else(|| unexpected(operation, name))
    }

    /// A member; `None` when it is absent, null, or of another type.
    pub(super) fn optional<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str::<Option<T>>(self.0.get(name)?.get()).ok().flatten()
    }

    /// Whether there is a member that is not null, of whatever type.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|text| text.get() != "null")
    }

    /// A list; empty when it is absent, null, or of another type.
    pub(super) fn items<T: DeserializeOwned>(&self, name: &str) -> Vec<T> {
        self.optional(name).unwrap_or_default()
    }

    /// Puts a text in where there is none.
    pub(super) fn ensure(&mut self, name: &str, text: &str) {
        if self.optional::<String>(name).is_none()
            && let Ok(text) = to_raw_value(text)
        {
            self.0.insert(name.to_owned(), text);
        }
    }

    /// The object as one text, its members sorted by name.
    pub(super) fn into_raw(self) -> Box<RawValue> {
        // Texts that were parsed as JSON are written back as they are, which cannot fail.
        to_raw_value(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Bucket;

    const OPERATION: Operation = Operation::new("ecs:ListServices", Bucket::EcsServiceRead);

    #[test]
    fn members_that_are_not_touched_stay_as_aws_wrote_them() {
        let mut object = Object::read(OPERATION, br#"{"z": 1.50, "b": {"x" : 1}, "events": []}"#).unwrap();
        object.0.remove("events");
        object.ensure("clusterArn", "arn");
        object.ensure("b", "kept");
        assert_eq!(object.into_raw().get(), r#"{"b":"kept","clusterArn":"arn","z":1.50}"#);
    }

    #[test]
    fn a_member_that_must_be_there_is_missed() {
        for body in ["{}", r#"{"arns": null}"#, r#"{"arns": {}}"#] {
            let mut object = Object::read(OPERATION, body.as_bytes()).unwrap();
            let error = object.take::<Vec<String>>(OPERATION, "arns").unwrap_err();
            assert_eq!(error.code, "UnexpectedAnswer", "{body}");
        }
    }
}
