//! The field that a new control looks at, and what it must be, by the shapes of AWS's API.

use serde_json::Value;

use super::{Refusal, nearest, refuse};
use crate::snapshot::{Collection, DOCUMENT, Shape, shapes};

/// How many fields are named when none is near the one that was written.
const NAMED: usize = 12;

/// A field of a member, or of each element of one of its lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) struct Field {
    /// The way to the list, when there is one.
    pub(super) list: Option<Vec<String>>,
    /// The way to the field from the member or the element.
    pub(super) path: Vec<String>,
}

/// Reads the field and what it must be; both must agree with what AWS says about the collection.
pub(super) fn read(collection: Collection, field: &str, expected: &str) -> Result<(Field, Value), Refusal> {
    let (list, path) = match field.split_once("[].") {
        Some((list, path)) => (Some(way(field, list)?), way(field, path)?),
        None => (None, way(field, field)?),
    };
    let mut shape = member(collection);
    if let Some(list) = &list {
        shape = match follow(shape, list)? {
            Shape::List(item) => *item,
            Shape::Any => Shape::Any,
            _ => {
                let message = format!("`{}` is no list", list.join("."));
                return refuse(message, format!("write `{}`", field.replacen("[].", ".", 1)));
            }
        };
    }
    let shape = follow(shape, &path)?;
    let expected = value(field, &shape, expected)?;
    Ok((Field { list, path }, expected))
}

/// The names on the way to a value.
fn way(field: &str, path: &str) -> Result<Vec<String>, Refusal> {
    let is_name = |name: &str| {
        name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if path.split('.').all(is_name) {
        return Ok(path.split('.').map(ToOwned::to_owned).collect());
    }
    refuse(
        format!("`{field}` is no field"),
        "write it as the API does: `enableExecuteCommand`, `deploymentConfiguration.strategy`, or \
         `containerDefinitions[].privileged` for each element of one list",
    )
}

/// What a member of a collection is.
fn member(collection: Collection) -> Shape {
    let step = |shape: Shape, name: &str| match shape {
        Shape::Structure(of) => {
            shapes().get(&of).and_then(|of| of.fields.get(name)).cloned().unwrap_or(Shape::Any)
        }
        _ => Shape::Any,
    };
    match collection.path().split('.').fold(Shape::Structure(DOCUMENT.to_owned()), step) {
        Shape::Map(member) => *member,
        _ => Shape::Any,
    }
}

/// What stands at the end of a way; a name that AWS does not have is refused with the nearest that it has.
fn follow(shape: Shape, path: &[String]) -> Result<Shape, Refusal> {
    path.iter().try_fold(shape, |here, name| match here {
        Shape::Structure(of) => {
            let Some(structure) = shapes().get(&of) else { return Ok(Shape::Any) };
            if let Some(shape) = structure.fields.get(name) {
                return Ok(shape.clone());
            }
            let known = structure.fields.keys().map(String::as_str).collect::<Vec<_>>();
            let help = match nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.len() > NAMED => {
                    let some = known.iter().take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>();
                    format!("it has {} fields, such as {}", known.len(), some.join(", "))
                }
                None => format!("known are `{}`", known.join("`, `")),
            };
            refuse(format!("AWS's `{of}` has no field `{name}`"), help)
        }
        Shape::Map(value) => Ok(*value),
        Shape::List(_) => refuse(
            format!("`{name}` is looked for in a list"),
            "write `list[].field` for each of its elements",
        ),
        Shape::Any | Shape::Boolean | Shape::Number | Shape::Text => Ok(Shape::Any),
    })
}

/// What the field must be, as a value of its kind.
fn value(field: &str, shape: &Shape, text: &str) -> Result<Value, Refusal> {
    let parsed = serde_json::from_str::<Value>(text).ok();
    let is_plain = !text.is_empty() && !text.contains(['"', '\\']) && !text.chars().any(char::is_control);
    match (shape, parsed) {
        (Shape::Boolean, Some(value @ Value::Bool(_))) | (Shape::Number, Some(value @ Value::Number(_))) => {
            Ok(value)
        }
        (Shape::Boolean, _) => {
            refuse(format!("`{field}` is true or false, and never `{text}`"), "give --expected true or false")
        }
        (Shape::Number, _) => {
            refuse(format!("`{field}` is a number, and never `{text}`"), "give --expected a number")
        }
        (Shape::List(_) | Shape::Map(_) | Shape::Structure(_), _) => refuse(
            format!("`{field}` has parts"),
            "name one of them, so that there is one value to compare with",
        ),
        (Shape::Any, Some(value @ (Value::Bool(_) | Value::Number(_)))) => Ok(value),
        (Shape::Any | Shape::Text, _) if is_plain => Ok(Value::String(text.to_owned())),
        (Shape::Any | Shape::Text, _) => refuse(
            format!("`{text}` is no value to compare with"),
            "give true, false, a number or a text without quotes",
        ),
    }
}
