//! Patterns: what they declare, and what they give values to.

use super::reader::Reader;
use super::scopes::{Origin, Variable};
use super::types::Type;
use crate::diagnostic::Code;
use crate::policy::syntax::{Expr, Span};

impl Reader<'_> {
    /// Whether an expression is a variable without a value so far.
    pub(super) fn is_open(&mut self, expr: &Expr) -> bool {
        let Expr::Var { value: name, .. } = expr else { return false };
        match self.variable(name) {
            Some(variable) => !variable.is_bound,
            None => name == "_" || !self.is_known(name),
        }
    }

    /// Whether an expression is a pattern with a variable that has no value so far, or such a variable.
    pub(super) fn has_open(&mut self, expr: &Expr) -> bool {
        match expr {
            Expr::Array { items, .. } => items.iter().any(|item| self.has_open(item)),
            Expr::Object { fields, .. } => fields.iter().any(|(_, _, value)| self.has_open(value)),
            other => self.is_open(other),
        }
    }

    /// Whether a name means something outside the rule.
    pub(super) fn is_known(&self, name: &str) -> bool {
        name == "input"
            || name == "data"
            || self.imports.contains_key(name)
            || self.index.owns(&self.unit.package, name)
    }

    /// The innermost variable with this name.
    pub(super) fn variable(&mut self, name: &str) -> Option<&mut Variable> {
        self.scopes.iter_mut().rev().find_map(|scope| scope.variables.get_mut(name))
    }

    /// Gives the variables of a pattern their values.
    pub(super) fn bind(&mut self, pattern: &Expr, value: Type) {
        match pattern {
            Expr::Var { value: name, .. } if name == "_" => {}
            Expr::Var { value: name, span } => {
                if let Some(variable) = self.variable(name) {
                    if variable.is_bound {
                        variable.is_used = true;
                    }
                    if !variable.is_bound || variable.origin == Origin::Argument {
                        (variable.is_bound, variable.value) = (true, value);
                    }
                } else if self.is_known(name) {
                    self.expr(pattern);
                } else if let Some(scope) = self.scopes.last_mut() {
                    scope.declare(name, span.place(), Origin::Implicit);
                    if let Some(variable) = scope.variables.get_mut(name) {
                        variable.value = value;
                    }
                }
            }
            Expr::Array { items, .. } => {
                let of_item = value.members().map_or(Type::Any, |(_, item)| item);
                items.iter().for_each(|item| self.bind(item, of_item.clone()));
            }
            Expr::Object { fields, .. } => {
                for (_, key, inner) in fields {
                    let of_field = match key {
                        Expr::String { value: name, span } => self.field(&value, name, *span),
                        key => {
                            self.expr(key);
                            Type::Any
                        }
                    };
                    self.bind(inner, of_field);
                }
            }
            other => {
                self.expr(other);
            }
        }
    }

    pub(super) fn declare(&mut self, pattern: &Expr, origin: Origin) {
        match pattern {
            Expr::Var { span, .. } => self.declare_name(span, origin),
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().for_each(|item| self.declare(item, origin));
            }
            Expr::Object { fields, .. } => {
                fields.iter().for_each(|(_, _, value)| self.declare(value, origin));
            }
            _ => {}
        }
    }

    pub(super) fn declare_name(&mut self, span: &Span, origin: Origin) {
        let name = span.text(&self.unit.text).to_owned();
        if name == "input" || name == "data" {
            let message = format!("the variable `{name}` hides the document of that name");
            self.report(Code::Shadowing, span.place(), message, "rename the variable");
        } else if self.imports.contains_key(&name) {
            let message = format!("the variable `{name}` hides the import of that name");
            self.report(Code::Shadowing, span.place(), message, "rename the variable");
        }
        self.seen.insert(name.clone());
        if let Some(scope) = self.scopes.last_mut() {
            scope.declare(&name, span.place(), origin);
        }
    }
}

/// Whether an expression may have variables in it that it gives values to.
pub(super) fn is_pattern(expr: &Expr) -> bool {
    matches!(expr, Expr::Array { .. } | Expr::Object { .. })
}
