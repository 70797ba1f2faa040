//! The variables of a rule: who declares them, who gives them a value, who uses them.

use std::collections::BTreeMap;

use super::types::Type;
use crate::diagnostic::{Code, Diagnostic};

/// How a variable comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// `x := …`.
    Assigned,
    /// `some x`.
    Declared,
    /// `some x in …` or `every x in …`.
    Element,
    /// An argument of a function.
    Argument,
    /// It was written where a value can be found for it (`list[i]`).
    Implicit,
}

/// A variable of a query.
#[derive(Debug)]
pub(super) struct Variable {
    /// Line and column of its declaration.
    pub(super) place: (usize, usize),
    /// How it comes to be.
    pub(super) origin: Origin,
    /// Whether something gives it a value.
    pub(super) is_bound: bool,
    /// Whether something uses its value.
    pub(super) is_used: bool,
    /// What is known of its value.
    pub(super) value: Type,
}

/// The variables of one query, and names that nobody has declared so far.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) variables: BTreeMap<String, Variable>,
    /// Each with its line and column.
    pub(super) open: Vec<(String, (usize, usize))>,
}

impl Scope {
    /// Declares a variable; a second declaration changes nothing.
    pub(super) fn declare(&mut self, name: &str, place: (usize, usize), origin: Origin) {
        if name == "_" {
            return;
        }
        let is_bound = matches!(origin, Origin::Argument | Origin::Implicit);
        let variable = Variable { place, origin, is_bound, is_used: false, value: Type::Any };
        self.variables.entry(name.to_owned()).or_insert(variable);
    }

    /// What is wrong with the variables when the query has been read to its end.
    pub(super) fn problems(&self, file: &str) -> impl Iterator<Item = Diagnostic> {
        self.variables.iter().filter_map(move |(name, variable)| {
            let (line, column) = variable.place;
            let at = |code, message: String| Diagnostic::of_file(file, code, message).at(line, column);
            match variable.origin {
                Origin::Implicit => None,
                _ if variable.is_used && !variable.is_bound => Some(
                    at(Code::UnsafeVariable, format!("nothing gives the variable `{name}` a value"))
                        .with_help(
                            "every variable needs a place where its values are found, such as `some x in …`",
                        ),
                ),
                Origin::Declared if variable.is_bound => None,
                _ if variable.is_used => None,
                Origin::Declared => Some(
                    at(Code::UnusedVariable, format!("the variable `{name}` is never used"))
                        .with_help("remove the declaration"),
                ),
                Origin::Assigned => Some(
                    at(Code::UnusedVariable, format!("the variable `{name}` is never used"))
                        .with_help("remove the line, or write the expression without `:=`"),
                ),
                Origin::Element => Some(
                    at(Code::UnusedVariable, format!("the variable `{name}` is never used"))
                        .with_help("write `_` in its place"),
                ),
                Origin::Argument => Some(
                    at(Code::UnusedVariable, format!("the argument `{name}` is never used"))
                        .with_help("write `_` in its place"),
                ),
            }
        })
    }
}
