//! What is known of a value before anything is evaluated.
//!
//! Only what is certain is known: where two definitions or two callers disagree, nothing is, and nothing is said.

use std::collections::BTreeMap;
use std::fmt;

use crate::snapshot::{Shape, shapes};

/// The largest description of a type that is kept; what is larger is not described. A hostile policy can double it with
/// every rule.
const LARGEST: usize = 2_000;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// Nothing.
    Any,
    /// It is null.
    Null,
    /// It is true or false.
    Boolean,
    /// It is a number.
    Number,
    /// It is text.
    Text,
    /// It is an array of this.
    List(Box<Self>),
    /// It is a set of this.
    Set(Box<Self>),
    /// It is an object whose keys are data.
    Map(Box<Self>),
    /// It is an object of the document, by the name of its shape.
    Structure(String),
    /// It is an object that a policy writes, with some of these fields.
    Object(BTreeMap<String, Self>),
}

impl From<&Shape> for Type {
    fn from(shape: &Shape) -> Self {
        match shape {
            Shape::Any => Self::Any,
            Shape::Boolean => Self::Boolean,
            Shape::Number => Self::Number,
            Shape::Text => Self::Text,
            Shape::List(item) => Self::List(Box::new(Self::from(&**item))),
            Shape::Map(item) => Self::Map(Box::new(Self::from(&**item))),
            Shape::Structure(name) => Self::Structure(name.clone()),
        }
    }
}

impl Type {
    /// The word of OPA's capabilities.
    pub(super) fn of_capability(word: &str) -> Self {
        match word {
            "string" => Self::Text,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::List(Box::new(Self::Any)),
            "set" => Self::Set(Box::new(Self::Any)),
            "object" => Self::Map(Box::new(Self::Any)),
            _ => Self::Any,
        }
    }

    /// What is known when it may be either.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left,
            (Self::List(left), Self::List(right)) => Self::List(Box::new(left.or(*right))),
            (Self::Set(left), Self::Set(right)) => Self::Set(Box::new(left.or(*right))),
            (Self::Map(left), Self::Map(right)) => Self::Map(Box::new(left.or(*right))),
            (Self::Object(mut left), Self::Object(right)) => {
                for (field, value) in right {
                    let value = match left.remove(&field) {
                        Some(known) => known.or(value),
                        None => value,
                    };
                    left.insert(field, value);
                }
                Self::Object(left)
            }
            _ => Self::Any,
        }
    }

    /// All of them together; nothing is known of none.
    pub(super) fn any_of(types: impl IntoIterator<Item = Self>) -> Self {
        types.into_iter().reduce(Self::or).unwrap_or(Self::Any)
    }

    /// The same, unless its description has grown too large.
    pub(super) fn limited(self) -> Self {
        let mut budget = LARGEST;
        if self.fits(&mut budget) { self } else { Self::Any }
    }

    fn fits(&self, budget: &mut usize) -> bool {
        let Some(left) = budget.checked_sub(1) else { return false };
        *budget = left;
        match self {
            Self::List(item) | Self::Set(item) | Self::Map(item) => item.fits(budget),
            Self::Object(fields) => fields.values().all(|value| value.fits(budget)),
            _ => true,
        }
    }

    /// What stands in it when it is gone through: the key and the value of each member. An error when it has none.
    pub(super) fn members(&self) -> Result<(Self, Self), ()> {
        match self {
            Self::Any => Ok((Self::Any, Self::Any)),
            Self::List(item) => Ok((Self::Number, (**item).clone())),
            Self::Set(item) => Ok(((**item).clone(), (**item).clone())),
            // A policy's own objects have keys of any type.
            Self::Map(item) => Ok((Self::Any, (**item).clone())),
            Self::Structure(name) => {
                let fields = shapes().get(name).into_iter().flat_map(|structure| structure.fields.values());
                Ok((Self::Text, Self::any_of(fields.map(Self::from))))
            }
            Self::Object(fields) => Ok((Self::Text, Self::any_of(fields.values().cloned()))),
            Self::Null | Self::Boolean | Self::Number | Self::Text => Err(()),
        }
    }

    /// Whether a value of this type can never equal one of the other.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        matches!((self.kind(), other.kind()), (Some(left), Some(right)) if left != right)
    }

    fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Any => return None,
            Self::Null => Kind::Null,
            Self::Boolean => Kind::Boolean,
            Self::Number => Kind::Number,
            Self::Text => Kind::Text,
            Self::List(_) => Kind::List,
            Self::Set(_) => Kind::Set,
            Self::Map(_) | Self::Structure(_) | Self::Object(_) => Kind::Object,
        })
    }
}

#[derive(PartialEq)]
enum Kind {
    Null,
    Boolean,
    Number,
    Text,
    List,
    Set,
    Object,
}

/// With its article, for the middle of a sentence.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind() {
            None => "anything",
            Some(Kind::Null) => "null",
            Some(Kind::Boolean) => "a boolean",
            Some(Kind::Number) => "a number",
            Some(Kind::Text) => "a string",
            Some(Kind::List) => "an array",
            Some(Kind::Set) => "a set",
            Some(Kind::Object) => "an object",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(fields: &[(&str, Type)]) -> Type {
        Type::Object(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    #[test]
    fn where_two_disagree_nothing_is_known() {
        assert_eq!(Type::Text.or(Type::Number), Type::Any);
        assert_eq!(Type::any_of([Type::Text, Type::Text]), Type::Text);
        assert_eq!(Type::any_of([]), Type::Any);
        assert_eq!(
            object(&[("a", Type::Text), ("b", Type::Text)]).or(object(&[("a", Type::Number)])),
            object(&[("a", Type::Any), ("b", Type::Text)])
        );
    }

    #[test]
    fn a_type_that_doubles_with_every_rule_is_given_up() {
        let mut grown = Type::Text;
        for _ in 0..60 {
            grown = object(&[("a", grown.clone()), ("b", grown)]).limited();
        }
        assert!(grown.fits(&mut LARGEST.clone()));
    }

    #[test]
    fn only_what_is_known_excludes() {
        assert!(Type::Text.excludes(&Type::Number));
        assert!(!Type::Text.excludes(&Type::Any));
        assert!(!Type::Structure("ecs.Task".to_owned()).excludes(&object(&[])));
    }
}
