//! Expressions: the type of each, and whether the types of its parts go together.

use std::collections::BTreeMap;

use super::patterns::is_pattern;
use super::reader::Reader;
use super::types::Type;
use crate::diagnostic::Code;
use crate::policy::syntax::{Comparison, Expr, Query, Span};

impl Reader<'_> {
    /// The type of an expression.
    pub(super) fn expr(&mut self, expr: &Expr) -> Type {
        match expr {
            Expr::String { .. } | Expr::RawString { .. } => Type::Text,
            Expr::Number { .. } => Type::Number,
            Expr::Bool { .. } => Type::Boolean,
            Expr::Null { .. } => Type::Null,
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr),
            Expr::Array { items, .. } => {
                let items = items.iter().map(|item| self.expr(item)).collect::<Vec<_>>();
                Type::List(Box::new(Type::any_of(items)))
            }
            Expr::Set { items, .. } => {
                let items = items.iter().map(|item| self.expr(item)).collect::<Vec<_>>();
                Type::Set(Box::new(Type::any_of(items)))
            }
            Expr::Object { fields, .. } => self.object(fields),
            Expr::ArrayCompr { term, query, .. } => Type::List(Box::new(self.comprehension(query, term))),
            Expr::SetCompr { term, query, .. } => Type::Set(Box::new(self.comprehension(query, term))),
            Expr::ObjectCompr { key, value, query, .. } => {
                let mut of_value = Type::Any;
                self.query(query, &mut |reader| {
                    reader.expr(key);
                    of_value = reader.expr(value);
                });
                Type::Map(Box::new(of_value))
            }
            Expr::Call { fcn, params, .. } => self.call(fcn, params, false),
            Expr::UnaryExpr { expr, .. } => {
                self.expr(expr);
                Type::Number
            }
            Expr::BinExpr { lhs, rhs, .. } => match (self.expr(lhs), self.expr(rhs)) {
                (Type::Set(left), Type::Set(right)) => Type::Set(Box::new(left.or(*right))),
                _ => Type::Set(Box::new(Type::Any)),
            },
            Expr::ArithExpr { lhs, rhs, subtracts, .. } => self.arithmetic(*subtracts, lhs, rhs),
            Expr::BoolExpr { lhs, rhs, op, .. } => self.comparison(*op, lhs, rhs),
            Expr::AssignExpr { declares, lhs, rhs, .. } => {
                self.assignment(*declares, lhs, rhs);
                Type::Boolean
            }
            Expr::Membership { key, value, collection, .. } => {
                let (_, of_value) = self.gone_through(collection);
                key.iter().for_each(|key| drop(self.expr(key)));
                let found = self.expr(value);
                self.check_comparable(None, (value, &found), (collection, &of_value));
                Type::Boolean
            }
        }
    }

    fn comprehension(&mut self, query: &Query, term: &Expr) -> Type {
        let mut of_term = Type::Any;
        self.query(query, &mut |reader| of_term = reader.expr(term));
        of_term
    }

    fn object(&mut self, fields: &[(Span, Expr, Expr)]) -> Type {
        let (mut named, mut is_fixed, mut values) = (BTreeMap::new(), true, Vec::new());
        for (_, key, value) in fields {
            let value = self.expr(value);
            match key {
                Expr::String { value: name, .. } | Expr::RawString { value: name, .. } => {
                    named.insert(name.clone(), value.clone());
                }
                key => {
                    self.expr(key);
                    is_fixed = false;
                }
            }
            values.push(value);
        }
        let object = if is_fixed { Type::Object(named) } else { Type::Map(Box::new(Type::any_of(values))) };
        object.limited()
    }

    fn arithmetic(&mut self, subtracts: bool, lhs: &Expr, rhs: &Expr) -> Type {
        let (left, right) = (self.expr(lhs), self.expr(rhs));
        if subtracts && (matches!(left, Type::Set(_)) || matches!(right, Type::Set(_))) {
            return if matches!(left, Type::Set(_)) { left } else { right };
        }
        for (side, value) in [(lhs, &left), (rhs, &right)] {
            if !matches!(value, Type::Any | Type::Number | Type::Set(_)) {
                let message = format!("`{}` is {value}, and cannot be calculated with", self.shortened(side));
                let help = if *value == Type::Text {
                    "convert it with `to_number`"
                } else {
                    "calculate with numbers"
                };
                self.report(Code::TypeMismatch, side.place(), message, help);
            }
        }
        if subtracts && (left == Type::Any || right == Type::Any) { Type::Any } else { Type::Number }
    }

    fn comparison(&mut self, op: Comparison, lhs: &Expr, rhs: &Expr) -> Type {
        let (left, right) = (self.expr(lhs), self.expr(rhs));
        self.check_comparable(Some(op), (lhs, &left), (rhs, &right));
        Type::Boolean
    }

    /// Values of different types are never equal, and which is less has nothing to do with their values.
    ///
    /// Without an operator it is asked whether the left is one of the right.
    fn check_comparable(&mut self, op: Option<Comparison>, left: (&Expr, &Type), right: (&Expr, &Type)) {
        if !left.1.excludes(right.1) || *left.1 == Type::Null || *right.1 == Type::Null {
            return;
        }
        let outcome = match op {
            Some(Comparison::Equal) | None => "are never equal",
            Some(Comparison::Unequal) => "are always unequal",
            Some(Comparison::Order) => "cannot be ordered by value",
        };
        let message = format!("{} and {} {outcome}", left.1, right.1);
        let text = match (left.1, right.1) {
            (Type::Text, Type::Number) => Some(left.0),
            (Type::Number, Type::Text) if op.is_some() => Some(right.0),
            _ => None,
        };
        let help = match text {
            Some(text) if !matches!(text, Expr::String { .. } | Expr::RawString { .. }) => {
                format!("convert it: `to_number({})`", self.shortened(text))
            }
            _ => "compare it with a value of its own type".to_owned(),
        };
        self.report(Code::TypeMismatch, left.0.place(), message, help);
    }

    fn assignment(&mut self, declares: bool, lhs: &Expr, rhs: &Expr) {
        if declares {
            let value = self.expr(rhs);
            return self.bind(lhs, value);
        }
        match (self.is_open(lhs), self.is_open(rhs)) {
            (true, _) => {
                let value = self.expr(rhs);
                self.bind(lhs, value);
            }
            (_, true) => {
                let value = self.expr(lhs);
                self.bind(rhs, value);
            }
            _ if is_pattern(lhs) || is_pattern(rhs) => {
                self.bind(lhs, Type::Any);
                self.bind(rhs, Type::Any);
            }
            _ => {
                self.comparison(Comparison::Equal, lhs, rhs);
            }
        }
    }
}
