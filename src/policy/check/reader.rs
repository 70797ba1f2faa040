//! Reads one policy from top to bottom, as an evaluation would: variables come and go, and each expression has a type.
//!
//! What it does with references stands in `references.rs`, with calls in `calls.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{Index, Unit};
use super::scopes::{Origin, Scope, Variable};
use super::types::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::graph::rule_name;
use crate::policy::nearest;
use crate::policy::syntax::{Expr, Literal, Query, Rule, RuleAssign, RuleHead, Span, Step};

/// A name that stands for a path.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) place: (usize, usize),
    pub(super) is_used: bool,
}

/// What a policy shows about rules: the types of values and of arguments, by the rule's path.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) values: Vec<(Vec<String>, Type)>,
    pub(super) arguments: Vec<(Vec<String>, Vec<Type>)>,
}

/// One policy while it is read.
pub(super) struct Reader<'a> {
    pub(super) unit: &'a Unit,
    pub(super) index: &'a Index,
    /// Whether `input` is the document that this program makes; of somebody else's nothing is known.
    pub(super) knows_input: bool,
    pub(super) imports: BTreeMap<String, Import>,
    pub(super) scopes: Vec<Scope>,
    /// Names of variables of the rule, for advice.
    seen: BTreeSet<String>,
    pub(super) shown: Shown,
    pub(super) problems: Vec<Diagnostic>,
}

/// Reads a policy: what it shows about rules, and what is wrong with it.
pub(super) fn read(unit: &Unit, index: &Index, knows_input: bool) -> (Shown, Vec<Diagnostic>) {
    let mut reader = Reader {
        unit,
        index,
        knows_input,
        imports: BTreeMap::new(),
        scopes: Vec::new(),
        seen: BTreeSet::new(),
        shown: Shown::default(),
        problems: Vec::new(),
    };
    reader.read_imports();
    for rule in &unit.module.rules {
        reader.rule(rule);
    }
    for (name, import) in std::mem::take(&mut reader.imports) {
        if !import.is_used {
            let message = format!("the import `{name}` is never used");
            reader.report(Code::UnusedImport, import.place, message, "remove the line");
        }
    }
    (reader.shown, reader.problems)
}

impl Reader<'_> {
    pub(super) fn report(
        &mut self,
        code: Code,
        place: (usize, usize),
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let problem = Diagnostic::of_file(&self.unit.file, code, message).at(place.0, place.1);
        self.problems.push(problem.with_help(help));
    }

    fn read_imports(&mut self) {
        for import in &self.unit.module.imports {
            let Some(path) = import.refr.path() else { continue };
            let path = path.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>();
            let place = import.refr.place();
            let root = path.first().map_or("", String::as_str);
            if root == "rego" || root == "future" {
                continue;
            }
            if root == "input" && self.knows_input {
                self.reference(&import.refr);
            }
            let name = match import.r#as {
                Some(span) => span.text(&self.unit.text).to_owned(),
                None => path.last().cloned().unwrap_or_default(),
            };
            if self.index.owns(&self.unit.package, &name) && name != root {
                let message = format!("the import `{name}` has the name of a rule of its package");
                self.report(
                    Code::Shadowing,
                    place,
                    message,
                    "import it `as` another name, or rename the rule",
                );
            }
            if let Some(first) = self.imports.get(&name) {
                let message = format!("`{name}` is imported already (line {})", first.place.0);
                self.report(Code::UnusedImport, place, message, "remove one, or import it `as` another name");
                continue;
            }
            // `import input` and `import data` change nothing, and nobody need use them.
            self.imports.insert(name, Import { is_used: path.len() == 1, path, place });
        }
    }

    fn rule(&mut self, rule: &Rule) {
        self.seen.clear();
        match rule {
            Rule::Default { value, .. } => {
                self.scopes.push(Scope::default());
                let value = self.expr(value);
                self.close();
                self.show(rule, value);
            }
            Rule::Spec { head, bodies, span } => {
                self.check_name(rule, span.place());
                let path = self.path_of(rule);
                self.scopes.push(Scope::default());
                if let RuleHead::Func { args, .. } = head {
                    self.arguments(args, &path);
                }
                if bodies.is_empty() {
                    self.scopes.push(Scope::default());
                    let value = self.head(head);
                    self.close();
                    self.show(rule, value);
                }
                for body in bodies {
                    let mut value = Type::Any;
                    self.query(&body.query, &mut |reader| {
                        value = if body.is_else {
                            reader.assigned(body.assign.as_ref())
                        } else {
                            reader.head(head)
                        };
                    });
                    self.show(rule, value);
                }
                self.close();
            }
        }
    }

    fn arguments(&mut self, args: &[Expr], path: &[String]) {
        for argument in args {
            self.declare(argument, Origin::Argument);
        }
        let known = self.index.rule(path).map(|entry| entry.arguments.clone()).unwrap_or_default();
        for (position, argument) in args.iter().enumerate() {
            let value = known.get(position).cloned().unwrap_or(Type::Any);
            self.bind(argument, value);
        }
        // What was bound as an argument has not been used by that.
        for variable in self.scopes.last_mut().into_iter().flat_map(|scope| scope.variables.values_mut()) {
            variable.is_used = false;
        }
    }

    /// The value of a head, with the variables of the body that was just read.
    fn head(&mut self, head: &RuleHead) -> Type {
        let (refr, value) = match head {
            RuleHead::Compr { refr, assign } => (refr, self.assigned(assign.as_ref())),
            RuleHead::Func { assign, .. } => return self.assigned(assign.as_ref()),
            RuleHead::Set { refr, key } => {
                let key = key.as_ref().map_or(Type::Any, |key| self.expr(key));
                (refr, Type::Set(Box::new(key)))
            }
        };
        let mut value = value;
        for step in refr.reference().1.into_iter().rev() {
            if let Step::Dynamic(index) = step {
                self.expr(index);
                value = Type::Map(Box::new(value));
            }
        }
        value
    }

    fn assigned(&mut self, assign: Option<&RuleAssign>) -> Type {
        assign.map_or(Type::Boolean, |assign| self.expr(&assign.value))
    }

    fn path_of(&self, rule: &Rule) -> Vec<String> {
        [self.unit.package.clone(), rule_name(rule).unwrap_or_default()].concat()
    }

    fn show(&mut self, rule: &Rule, value: Type) {
        let path = self.path_of(rule);
        self.shown.values.push((path, value.limited()));
    }

    /// A rule must not have the name of something that everybody expects to mean something else.
    fn check_name(&mut self, rule: &Rule, place: (usize, usize)) {
        let name = rule_name(rule).unwrap_or_default();
        let Some(first) = name.first() else { return };
        if first == "input" || first == "data" {
            let message = format!("the rule `{first}` hides the document of that name");
            self.report(Code::Shadowing, place, message, "rename the rule");
        } else if super::builtins::builtins().get(&name.join(".")).is_some_and(|builtin| !builtin.infix) {
            let message = format!("the rule `{}` hides the builtin function of that name", name.join("."));
            self.report(Code::Shadowing, place, message, "rename the rule");
        }
    }

    /// A query, and what is evaluated with its variables.
    pub(super) fn query(&mut self, query: &Query, with_its_variables: &mut dyn FnMut(&mut Self)) {
        self.scopes.push(Scope::default());
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { vars } => {
                    vars.iter().for_each(|span| self.declare_name(span, Origin::Declared));
                }
                Literal::SomeIn { key, value, .. } => {
                    key.iter().for_each(|key| self.declare(key, Origin::Element));
                    self.declare(value, Origin::Element);
                }
                Literal::Expr { expr: Expr::AssignExpr { op, lhs, .. } } if op == "ColEq" => {
                    self.declare(lhs, Origin::Assigned);
                }
                Literal::Expr { .. } | Literal::NotExpr { .. } | Literal::Every { .. } => {}
            }
        }
        for statement in &query.stmts {
            self.literal(&statement.literal);
            for modifier in &statement.with_mods {
                self.target(&modifier.refr);
                self.expr(&modifier.r#as);
            }
        }
        with_its_variables(self);
        self.close();
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection } => {
                let (of_key, of_value) = self.gone_through(collection);
                key.iter().for_each(|key| self.bind(key, of_key.clone()));
                self.bind(value, of_value);
            }
            Literal::Expr { expr: Expr::Call { fcn, params, .. } } => {
                self.call(fcn, params, true);
            }
            Literal::Expr { expr } => {
                self.expr(expr);
            }
            Literal::NotExpr { expr } => {
                self.check_negation(expr);
                self.expr(expr);
            }
            Literal::Every { key, value, domain, query } => {
                let (of_key, of_value) = self.gone_through(domain);
                self.scopes.push(Scope::default());
                for (span, element) in key.as_ref().zip(Some(of_key)).into_iter().chain([(value, of_value)]) {
                    self.declare_name(span, Origin::Element);
                    let name = span.text(&self.unit.text).to_owned();
                    if let Some(variable) = self.variable(&name) {
                        (variable.is_bound, variable.value) = (true, element);
                    }
                }
                self.query(query, &mut |_| {});
                self.close();
            }
        }
    }

    /// The types of keys and values of what is gone through.
    fn gone_through(&mut self, collection: &Expr) -> (Type, Type) {
        let value = self.expr(collection);
        value.members().unwrap_or_else(|()| {
            let place = collection.place();
            let message = format!("`{}` is {value}, and has no members", self.shortened(collection));
            self.report(Code::TypeMismatch, place, message, "only arrays, sets and objects have members");
            (Type::Any, Type::Any)
        })
    }

    /// What `with` replaces. Only a document's path can be misspelt: what it is replaced by need not exist.
    fn target(&mut self, target: &Expr) {
        let name = match target.reference().0 {
            Expr::Var { value, .. } => value.as_str(),
            _ => return,
        };
        if let Some(import) = self.imports.get_mut(name) {
            import.is_used = true;
        }
        if name == "input" {
            self.reference(target);
        }
    }

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
            Expr::ArithExpr { lhs, rhs, op, .. } => self.arithmetic(op, lhs, rhs),
            Expr::BoolExpr { lhs, rhs, op, .. } => self.comparison(op, lhs, rhs),
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                self.assignment(op == "ColEq", lhs, rhs);
                Type::Boolean
            }
            Expr::Membership { key, value, collection, .. } => {
                let (_, of_value) = self.gone_through(collection);
                key.iter().for_each(|key| drop(self.expr(key)));
                let found = self.expr(value);
                self.check_comparable("In", (value, &found), (collection, &of_value));
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

    fn arithmetic(&mut self, op: &str, lhs: &Expr, rhs: &Expr) -> Type {
        let (left, right) = (self.expr(lhs), self.expr(rhs));
        if op == "Sub" && (matches!(left, Type::Set(_)) || matches!(right, Type::Set(_))) {
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
        if op == "Sub" && (left == Type::Any || right == Type::Any) { Type::Any } else { Type::Number }
    }

    fn comparison(&mut self, op: &str, lhs: &Expr, rhs: &Expr) -> Type {
        let (left, right) = (self.expr(lhs), self.expr(rhs));
        self.check_comparable(op, (lhs, &left), (rhs, &right));
        Type::Boolean
    }

    /// Values of different types are never equal, and which is less has nothing to do with their values.
    fn check_comparable(&mut self, op: &str, left: (&Expr, &Type), right: (&Expr, &Type)) {
        if !left.1.excludes(right.1) || *left.1 == Type::Null || *right.1 == Type::Null {
            return;
        }
        let outcome = match op {
            "Eq" | "In" => "are never equal",
            "Ne" => "are always unequal",
            _ => "cannot be ordered by value",
        };
        let message = format!("{} and {} {outcome}", left.1, right.1);
        let text = match (left.1, right.1) {
            (Type::Text, Type::Number) => Some(left.0),
            (Type::Number, Type::Text) if op != "In" => Some(right.0),
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
                self.comparison("Eq", lhs, rhs);
            }
        }
    }

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

    fn declare(&mut self, pattern: &Expr, origin: Origin) {
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

    fn declare_name(&mut self, span: &Span, origin: Origin) {
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

    /// Ends a scope; names that it could not explain are for the scope around it.
    fn close(&mut self) {
        let Some(scope) = self.scopes.pop() else { return };
        self.problems.extend(scope.problems(&self.unit.file));
        let open = scope.open.into_iter().filter(|(name, _)| !scope.variables.contains_key(name));
        if let Some(outer) = self.scopes.last_mut() {
            outer.open.extend(open);
            return;
        }
        if self.index.is_unread(&self.unit.package) {
            // They may be rules.
            return;
        }
        for (name, place) in open.collect::<Vec<_>>() {
            let known = self.seen.iter().map(String::as_str);
            let known = known
                .chain(self.index.names(&self.unit.package))
                .chain(self.imports.keys().map(String::as_str))
                .collect::<Vec<_>>();
            let help = match nearest::misspelt(&name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "declare it with `:=` or `some … in`".to_owned(),
            };
            let message = format!("nothing gives the variable `{name}` a value");
            self.report(Code::UnsafeVariable, place, message, help);
        }
    }

    /// The text of an expression for a message, cut to what fits into one.
    pub(super) fn shortened(&self, expr: &Expr) -> String {
        const LONGEST: usize = 40;
        let text = expr.span().text(&self.unit.text).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() <= LONGEST {
            return text;
        }
        text.chars().take(LONGEST).chain(['…']).collect()
    }
}

fn is_pattern(expr: &Expr) -> bool {
    matches!(expr, Expr::Array { .. } | Expr::Object { .. })
}
