//! References: what a name stands for, and what its fields are.

use super::reader::Reader;
use super::types::Type;
use crate::diagnostic::Code;
use crate::policy::nearest;
use crate::policy::syntax::{Expr, Span};
use crate::snapshot::{DOCUMENT, shapes};

/// One step of a reference, with its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// A name that stands in the text.
    Name(&'a str, Span),
    /// Something that is only known when it is evaluated.
    Dynamic(&'a Expr),
}

/// Members of `input` that are there whatever could be read.
const ALWAYS_THERE: [&str; 5] = ["account", "coverage", "region", "taken_at", "version"];

/// A reference taken apart: what it begins with, and its steps.
pub(super) fn steps(expr: &Expr) -> (&Expr, Vec<Step<'_>>) {
    let (mut here, mut steps) = (expr, Vec::new());
    loop {
        match here {
            Expr::RefDot { refr, field, .. } => {
                steps.push(Step::Name(&field.1, field.0));
                here = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                steps.push(step(index));
                here = refr;
            }
            _ => break,
        }
    }
    steps.reverse();
    (here, steps)
}

/// The step that an index makes.
pub(super) fn step(index: &Expr) -> Step<'_> {
    match index {
        Expr::String { value, span } | Expr::RawString { value, span } => Step::Name(value, *span),
        other => Step::Dynamic(other),
    }
}

impl Reader<'_> {
    /// The type of a reference.
    pub(super) fn reference(&mut self, expr: &Expr) -> Type {
        let (base, steps) = steps(expr);
        let Expr::Var { value: name, span } = base else {
            let value = self.expr(base);
            return self.follow(value, &steps);
        };
        if let Some(variable) = self.variable(name) {
            variable.is_used = true;
            let value = variable.value.clone();
            return self.follow(value, &steps);
        }
        if name == "_" {
            return self.follow(Type::Any, &steps);
        }
        if let Some(import) = self.imports.get_mut(name) {
            import.is_used = true;
            let path = import.path.clone();
            return self.of_path(&path, &steps);
        }
        if self.index.owns(&self.unit.package, name) {
            let path = [&["data".to_owned()][..], &self.unit.package, std::slice::from_ref(name)].concat();
            return self.of_path(&path, &steps);
        }
        if name == "input" || name == "data" {
            return self.of_path(std::slice::from_ref(name), &steps);
        }
        let place = span.place();
        if let Some(scope) = self.scopes.last_mut() {
            scope.open.push((name.clone(), place));
        }
        self.follow(Type::Any, &steps)
    }

    /// The type of what stands at a path that begins with `input` or `data`, and of what the steps lead to from there.
    fn of_path(&mut self, path: &[String], steps: &[Step<'_>]) -> Type {
        let Some((root, path)) = path.split_first() else { return Type::Any };
        if root == "input" {
            let mut value = if self.knows_input { Type::Structure(DOCUMENT.to_owned()) } else { Type::Any };
            for name in path {
                value = known_field(&value, name).unwrap_or(Type::Any);
            }
            return self.follow(value, steps);
        }
        let named = steps.iter().map_while(|step| match step {
            Step::Name(name, _) => Some((*name).to_owned()),
            Step::Dynamic(_) => None,
        });
        let whole = path.iter().cloned().chain(named).collect::<Vec<_>>();
        let (value, n_taken) = match self.index.reached(&whole) {
            Some((length, entry)) => (entry.value.clone(), length.saturating_sub(path.len())),
            None => (Type::Any, 0),
        };
        self.follow(value, steps.get(n_taken..).unwrap_or_default())
    }

    /// Goes from a value along the steps of a reference.
    pub(super) fn follow(&mut self, value: Type, steps: &[Step<'_>]) -> Type {
        steps.iter().fold(value, |value, step| match step {
            Step::Name(name, span) => self.field(&value, name, *span),
            Step::Dynamic(index) => self.member(&value, index),
        })
    }

    /// What stands at an index that only evaluation tells.
    fn member(&mut self, value: &Type, index: &Expr) -> Type {
        let (of_key, of_value) = value.members().unwrap_or_else(|()| {
            let message = format!("this is {value}, and has no members");
            let help = "only arrays, sets and objects have members";
            self.report(Code::TypeMismatch, index.place(), message, help);
            (Type::Any, Type::Any)
        });
        let is_pattern = matches!(index, Expr::Array { .. } | Expr::Object { .. });
        if self.is_open(index) || is_pattern {
            self.bind(index, of_key);
        } else {
            self.expr(index);
        }
        // Which field of a structure it is, is not known either.
        if matches!(value, Type::Structure(_) | Type::Object(_)) { Type::Any } else { of_value }
    }

    /// The type of a field, which must be one that the value can have.
    pub(super) fn field(&mut self, value: &Type, name: &str, span: Span) -> Type {
        let place = span.place();
        let mut nothing = |message: String, help: &str| {
            self.report(Code::TypeMismatch, place, message, help);
            Type::Any
        };
        match value {
            Type::Any | Type::Map(_) => known_field(value, name).unwrap_or(Type::Any),
            Type::Structure(of) => known_field(value, name).unwrap_or_else(|| {
                self.unknown_field(of, name, place);
                Type::Any
            }),
            Type::Object(fields) => match fields.get(name) {
                Some(value) => value.clone(),
                None => {
                    let known = fields.keys().map(String::as_str).collect::<Vec<_>>();
                    self.no_such_field("the object", &known, name, place);
                    Type::Any
                }
            },
            Type::Set(item) if !item.excludes(&Type::Text) => (**item).clone(),
            Type::List(_) => nothing(
                format!("this is an array, and `{name}` is no position in it"),
                "go through its elements: `some element in …`, or `[_]`",
            ),
            Type::Set(item) => nothing(
                format!("this is a set, each element {item}, and has no `{name}`"),
                "go through its elements: `some element in …`",
            ),
            Type::Null | Type::Boolean | Type::Number | Type::Text => {
                nothing(format!("this is {value}, and has no field `{name}`"), "only objects have fields")
            }
        }
    }

    /// A field that a structure of the document does not have.
    fn unknown_field(&mut self, of: &str, name: &str, place: (usize, usize)) {
        let Some(structure) = shapes().get(of) else { return };
        let known = structure.fields.keys().map(String::as_str).collect::<Vec<_>>();
        if !structure.is_closed {
            return self.no_such_field(&format!("AWS's `{of}`"), &known, name, place);
        }
        let message = match of.strip_prefix(DOCUMENT) {
            Some(below) => format!("no document has `input{below}.{name}`"),
            None => format!("a document's `{of}` has no field `{name}`"),
        };
        self.report(Code::UnknownInput, place, message, nearest::help(name, known));
    }

    /// A field that is not known: certainly a mistake when it is nearly one that is, otherwise perhaps only new.
    fn no_such_field(&mut self, what: &str, known: &[&str], name: &str, place: (usize, usize)) {
        let message = format!("{what} has no field `{name}`");
        if let Some(near) = nearest::misspelt(name, known) {
            let help = format!("did you mean `{near}`?");
            return self.report(Code::MisspeltField, place, message, help);
        }
        let help = match nearest::nearest(name, known) {
            Some(near) => format!("did you mean `{near}`? A field that AWS has added since is not known yet"),
            None if known.len() > 12 => {
                "see AWS's reference of the shape; a field that it has added since is not known yet"
                    .to_owned()
            }
            None => nearest::help(name, known.iter().copied()),
        };
        self.report(Code::UnknownField, place, message, help);
    }

    /// `not` holds when something is absent, and a member that could not be read is absent too.
    pub(super) fn check_negation(&mut self, expr: &Expr) {
        if !self.knows_input || self.unit.is_test {
            return;
        }
        let Some((place, path)) = self.evidence(expr) else { return };
        let message = format!("`not` holds too when `{path}` could not be read");
        let help =
            "look the evidence up first and compare it: `value := input…`, then `value.field == false`";
        self.report(Code::NegatedEvidence, place, message, help);
    }

    /// The first reference of an expression that leads into what may be missing from a document.
    fn evidence(&self, expr: &Expr) -> Option<((usize, usize), String)> {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let (base, steps) = steps(expr);
                let Expr::Var { value: name, span } = base else { return self.evidence(base) };
                let is_local = self.scopes.iter().any(|scope| scope.variables.contains_key(name));
                let import = self.imports.get(name).map_or(&[][..], |import| &import.path);
                let into_input = name == "input" || import.first().is_some_and(|root| root == "input");
                let first = steps.first().map(|step| match step {
                    Step::Name(name, _) => *name,
                    Step::Dynamic(_) => "",
                });
                let first = import.get(1).map(String::as_str).or(first);
                let may_be_missing = first.is_some_and(|first| !ALWAYS_THERE.contains(&first));
                (!is_local && into_input && may_be_missing).then(|| (span.place(), self.shortened(expr)))
            }
            Expr::Call { params, .. } => params.iter().find_map(|param| self.evidence(param)),
            Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::BinExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => self.evidence(lhs).or_else(|| self.evidence(rhs)),
            Expr::Membership { value, collection, .. } => {
                self.evidence(collection).or_else(|| self.evidence(value))
            }
            Expr::UnaryExpr { expr, .. } => self.evidence(expr),
            _ => None,
        }
    }
}

/// The type of a field that is known; nothing when the value has no such field.
fn known_field(value: &Type, name: &str) -> Option<Type> {
    match value {
        Type::Any => Some(Type::Any),
        Type::Map(item) => Some((**item).clone()),
        Type::Structure(of) => shapes().get(of)?.fields.get(name).map(Type::from),
        Type::Object(fields) => fields.get(name).cloned(),
        _ => None,
    }
}
