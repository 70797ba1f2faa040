//! Calls: whether the function exists, takes as many arguments, and takes such arguments.

use super::builtins::{Builtin, builtins};
use super::index::arguments;
use super::reader::Reader;
use super::references::{Step, step};
use super::types::Type;
use crate::diagnostic::Code;
use crate::policy::nearest;
use crate::policy::syntax::Expr;

impl Reader<'_> {
    /// The type of what a call gives. A statement of its own may name one more argument, which gets the result.
    pub(super) fn call(&mut self, function: &Expr, params: &[Expr], is_statement: bool) -> Type {
        let Some(written) = function.path() else {
            self.expr(function);
            params.iter().for_each(|param| drop(self.expr(param)));
            return Type::Any;
        };
        let written = written.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>();
        let (name, place) = (written.join("."), function.place());
        let Some(path) = self.path_of_function(&written) else {
            return self.call_of_builtin(&name, params, place, is_statement);
        };
        let Some(entry) = self.index.rule(&path) else {
            params.iter().for_each(|param| drop(self.expr(param)));
            if self.index.is_unread(&path) {
                return Type::Any;
            }
            let (last, package) = path.split_last().map_or(("", &[][..]), |(last, package)| (last, package));
            let help = nearest::help(last, self.index.functions(package));
            let message = format!("nobody defines the function `{name}`");
            self.report(Code::UnknownFunction, place, message, help);
            return Type::Any;
        };
        let Some(arity) = entry.arity else {
            params.iter().for_each(|param| drop(self.expr(param)));
            let message = format!("`{name}` is not a function");
            self.report(Code::UnknownFunction, place, message, "leave the parentheses out");
            return Type::Any;
        };
        let (value, types) = (entry.value.clone(), self.given(params, arity, is_statement));
        if types.len() != arity {
            let message = format!("`{name}` takes {}, and gets {}", arguments(arity), types.len());
            let help = format!("it is defined in {}:{}", entry.place.0, entry.place.1);
            self.report(Code::Arity, place, message, help);
        } else if !self.unit.is_test {
            self.shown.arguments.push((path, types));
        }
        value
    }

    /// The types of a call's arguments, without the one that gets the result.
    fn given(&mut self, params: &[Expr], arity: usize, is_statement: bool) -> Vec<Type> {
        let mut params = params;
        if let Some((last, others)) = params.split_last()
            && is_statement
            && others.len() == arity
            && self.has_open(last)
        {
            self.bind(last, Type::Any);
            params = others;
        }
        params.iter().map(|param| self.expr(param)).collect()
    }

    /// The path below `data` of a function that policies define; nothing for a builtin.
    fn path_of_function(&mut self, written: &[String]) -> Option<Vec<String>> {
        let (first, rest) = written.split_first()?;
        if let Some(import) = self.imports.get_mut(first) {
            import.is_used = true;
            let path = import.path.iter().chain(rest).cloned().collect::<Vec<_>>();
            return path.split_first().filter(|(root, _)| *root == "data").map(|(_, path)| path.to_vec());
        }
        if first == "data" {
            return Some(rest.to_vec());
        }
        self.index
            .owns(&self.unit.package, first)
            .then(|| self.unit.package.iter().chain(written).cloned().collect())
    }

    fn call_of_builtin(
        &mut self,
        name: &str,
        params: &[Expr],
        place: (usize, usize),
        is_statement: bool,
    ) -> Type {
        let Some(builtin) = builtins().get(name) else {
            params.iter().for_each(|param| drop(self.expr(param)));
            if self.index.is_unread(&self.unit.package) {
                return Type::Any;
            }
            let own = self.index.functions(&self.unit.package).map(ToOwned::to_owned).collect::<Vec<_>>();
            let known = builtins().keys().chain(&own).map(String::as_str).collect::<Vec<_>>();
            let help = match nearest::nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "define it, or import the package that does".to_owned(),
            };
            let message = format!("nobody defines the function `{name}`");
            self.report(Code::UnknownFunction, place, message, help);
            return Type::Any;
        };
        if builtin.deprecated {
            let help = "OPA's documentation of builtins names what replaces it";
            self.report(Code::DeprecatedBuiltin, place, format!("Rego v1 has no `{name}` any more"), help);
        } else if !builtin.is_in_engine(name) {
            let message = format!("OPA has `{name}`, and the engine that judges here has not");
            self.report(
                Code::MissingBuiltin,
                place,
                message,
                "say it with other builtins, or put it into data",
            );
        }
        if let ("object.get", [object, path, default]) = (name, params) {
            return self.object_get(object, path, default);
        }
        let arity = builtin.takes.len();
        let types = self.given(params, arity, is_statement);
        if !builtin.variadic && types.len() != arity {
            let message = format!("`{name}` takes {}, and gets {}", arguments(arity), types.len());
            let help = format!("its arguments are ({})", builtin.takes.join(", "));
            self.report(Code::Arity, place, message, help);
        }
        self.check_arguments(name, builtin, params, &types);
        result(name, builtin, &types)
    }

    fn check_arguments(&mut self, name: &str, builtin: &Builtin, params: &[Expr], types: &[Type]) {
        for ((word, param), found) in builtin.takes.iter().zip(params).zip(types) {
            let wanted = Type::of_capability(word);
            if wanted.excludes(found) {
                let message =
                    format!("`{name}` takes {wanted} here, and `{}` is {found}", self.shortened(param));
                let help = match (&wanted, found) {
                    (Type::Number, Type::Text) => "convert it with `to_number`",
                    (Type::Text, Type::Number) => "convert it with `sprintf(\"%v\", […])`",
                    _ => "give it a value of that type",
                };
                self.report(Code::TypeMismatch, param.place(), message, help);
            }
        }
    }

    /// A path that stands in the text is as good as a reference.
    fn object_get(&mut self, object: &Expr, path: &Expr, default: &Expr) -> Type {
        let value = self.expr(object);
        let found = match path {
            Expr::Array { items, .. } => {
                let steps = items.iter().map(step).collect::<Vec<_>>();
                self.follow(value, &steps)
            }
            path => match step(path) {
                step @ Step::Name(..) => self.follow(value, &[step]),
                Step::Dynamic(path) => {
                    self.expr(path);
                    match value {
                        Type::Map(item) => *item,
                        _ => Type::Any,
                    }
                }
            },
        };
        let default = self.expr(default);
        found.or(default)
    }
}

/// What a builtin gives for arguments of these types.
fn result(name: &str, builtin: &Builtin, types: &[Type]) -> Type {
    match (name, types) {
        ("array.concat", [left, right]) => left.clone().or(right.clone()),
        ("split", _) => Type::List(Box::new(Type::Text)),
        ("object.keys", _) => Type::Set(Box::new(Type::Text)),
        ("sort", [Type::List(item) | Type::Set(item)]) => Type::List(item.clone()),
        ("min" | "max", [Type::List(item) | Type::Set(item)]) => (**item).clone(),
        _ => builtin.gives.as_deref().map_or(Type::Any, Type::of_capability),
    }
}
