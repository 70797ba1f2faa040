//! One rule looked at: the names it declares, what it refers to, what it calls.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Node;
use super::input_paths;
use super::syntax::{Expr, Literal, Query, Rule, RuleAssign, RuleHead, Step};
use crate::diagnostic::{Code, Diagnostic};

/// Builtins that a policy must not call: what they answer depends on more than the document.
const FORBIDDEN: [&str; 7] = [
    "http.send",
    "net.lookup_ip_addr",
    "opa.runtime",
    "rand.intn",
    "time.now_ns",
    "uuid.rfc4122",
    "rego.parse_module",
];

/// One rule while it is looked at.
pub(super) struct Walk<'a> {
    /// The file's name in messages.
    pub(super) file: &'a str,
    /// Its text.
    pub(super) text: &'a str,
    /// The parts of its package.
    pub(super) package: &'a [String],
    /// What its imports stand for.
    pub(super) aliases: &'a BTreeMap<String, Vec<String>>,
    /// Names of the package's own rules.
    pub(super) own: &'a BTreeSet<String>,
    /// Names that stand for local variables, innermost last.
    pub(super) scopes: Vec<BTreeSet<String>>,
    /// The rule, to which everything that is found is added.
    pub(super) node: &'a mut Node,
    /// Where problems go.
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Looks at one definition of the rule.
    pub(super) fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Default { value, .. } => self.expr(value),
            Rule::Spec { head, bodies, .. } => {
                let mut scope = BTreeSet::new();
                if let RuleHead::Func { args, .. } = head {
                    args.iter().for_each(|arg| bind(arg, &mut scope));
                }
                self.scopes.push(scope);
                for body in bodies {
                    self.query(&body.query, &mut |walk| walk.assign(body.assign.as_ref()));
                }
                // The head sees the variables of its bodies.
                let mut scope = BTreeSet::new();
                bodies.iter().for_each(|body| declared(&body.query, self.text, &mut scope));
                self.scopes.push(scope);
                match head {
                    RuleHead::Compr { refr, assign } => {
                        self.head_steps(refr);
                        self.assign(assign.as_ref());
                    }
                    RuleHead::Set { refr, key } => {
                        self.head_steps(refr);
                        key.iter().for_each(|key| self.expr(key));
                    }
                    RuleHead::Func { args, assign, .. } => {
                        args.iter().for_each(|arg| self.expr(arg));
                        self.assign(assign.as_ref());
                    }
                }
                self.scopes.clear();
            }
        }
    }

    fn head_steps(&mut self, refr: &Expr) {
        for step in refr.reference().1 {
            if let Step::Dynamic(index) = step {
                self.expr(index);
            }
        }
    }

    fn assign(&mut self, assign: Option<&RuleAssign>) {
        if let Some(assign) = assign {
            self.expr(&assign.value);
        }
    }

    /// A query, and what is evaluated with its variables.
    fn query(&mut self, query: &Query, with_its_variables: &mut dyn FnMut(&mut Self)) {
        let mut scope = BTreeSet::new();
        declared(query, self.text, &mut scope);
        self.scopes.push(scope);
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { key, value, collection } => {
                    key.iter().for_each(|key| self.expr(key));
                    self.expr(value);
                    self.expr(collection);
                }
                Literal::Expr { expr } | Literal::NotExpr { expr } => self.expr(expr),
                Literal::Every { key, value, domain, query } => {
                    self.expr(domain);
                    let names = key.iter().chain([value]).map(|span| span.text(self.text).to_owned());
                    self.scopes.push(names.collect());
                    self.query(query, &mut |_| {});
                    self.scopes.pop();
                }
            }
            statement.with_mods.iter().for_each(|modifier| self.expr(&modifier.r#as));
        }
        with_its_variables(self);
        self.scopes.pop();
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::String { value, .. } | Expr::RawString { value, .. } => {
                self.node.texts.insert(value.clone());
            }
            Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } => {}
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr, None),
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().for_each(|item| self.expr(item))
            }
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    self.expr(key);
                    self.expr(value);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.query(query, &mut |walk| walk.expr(term));
            }
            Expr::ObjectCompr { key, value, query, .. } => self.query(query, &mut |walk| {
                walk.expr(key);
                walk.expr(value);
            }),
            Expr::Call { fcn, params, .. } => self.call(fcn, params),
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::Membership { key, value, collection, .. } => {
                key.iter().for_each(|key| self.expr(key));
                self.expr(value);
                self.expr(collection);
            }
        }
    }

    fn call(&mut self, function: &Expr, params: &[Expr]) {
        // A function is never a local variable, whatever its name.
        let scopes = std::mem::take(&mut self.scopes);
        self.reference(function, None);
        self.scopes = scopes;
        let name = function.path().unwrap_or_default();
        if let (["object", "get"], [object, path, default]) = (name.as_slice(), params) {
            // A path that stands in the text is as good as a reference.
            let more = match path {
                Expr::String { value, .. } | Expr::RawString { value, .. } => Some(vec![Step::Name(value)]),
                Expr::Array { items, .. } => Some(items.iter().map(step).collect()),
                _ => None,
            };
            if more.is_some() {
                self.reference(object, more);
                self.expr(path);
                self.expr(default);
                return;
            }
        }
        params.iter().for_each(|param| self.expr(param));
    }

    /// A reference, with steps that follow it by other means.
    fn reference(&mut self, expr: &Expr, more: Option<Vec<Step<'_>>>) {
        let (base, steps) = expr.reference();
        for step in &steps {
            match step {
                Step::Dynamic(index) => self.expr(index),
                Step::Name(name) => {
                    self.node.texts.insert((*name).to_owned());
                }
            }
        }
        let Expr::Var { value: name, span } = base else { return self.expr(base) };
        let place = span.place();
        let steps = steps.into_iter().chain(more.unwrap_or_default()).map(|step| match step {
            Step::Name(name) => Some(name.to_owned()),
            Step::Dynamic(_) => None,
        });
        let steps = steps.collect::<Vec<_>>();
        if self.scopes.iter().any(|scope| scope.contains(name)) {
            return;
        }
        if let Some(path) = self.aliases.get(name) {
            let mut path = path.iter().cloned();
            let root = path.next().unwrap_or_default();
            self.found(&root, path.map(Some).chain(steps).collect(), place);
        } else if self.own.contains(name) {
            let path = self.package.iter().chain([name]).cloned().map(Some).chain(steps).collect();
            self.found("data", path, place);
        } else {
            self.found(name, steps, place);
        }
    }

    /// A reference whose beginning is known.
    fn found(&mut self, root: &str, steps: Vec<Option<String>>, place: (usize, usize)) {
        match root {
            "input" => {
                if let Err((message, help)) = input_paths::read(&steps, &mut self.node.reads) {
                    let problem = Diagnostic::of_file(self.file, Code::UnknownInput, message);
                    self.problems.push(problem.at(place.0, place.1).with_help(help));
                }
            }
            "data" => {
                let path = steps.into_iter().map_while(|step| step).collect::<Vec<_>>();
                self.node.data.entry(path).or_insert_with(|| (self.file.to_owned(), place.0, place.1));
            }
            _ => {
                let name = [root.to_owned()]
                    .into_iter()
                    .chain(steps.into_iter().flatten())
                    .collect::<Vec<_>>()
                    .join(".");
                if FORBIDDEN.contains(&name.as_str()) {
                    let message =
                        format!("`{name}` must not be called: its answer depends on more than the document");
                    let help = match name.as_str() {
                        "time.now_ns" => "use `time.parse_rfc3339_ns(input.taken_at)`",
                        _ => "use what the document holds",
                    };
                    let problem = Diagnostic::of_file(self.file, Code::ForbiddenBuiltin, message);
                    self.problems.push(problem.at(place.0, place.1).with_help(help));
                }
            }
        }
    }
}

fn step(expr: &Expr) -> Step<'_> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => Step::Name(value),
        other => Step::Dynamic(other),
    }
}

/// Names that a query declares for itself.
pub(super) fn declared(query: &Query, text: &str, scope: &mut BTreeSet<String>) {
    for statement in &query.stmts {
        match &statement.literal {
            Literal::SomeVars { vars } => scope.extend(vars.iter().map(|span| span.text(text).to_owned())),
            Literal::SomeIn { key, value, .. } => {
                key.iter().for_each(|key| bind(key, scope));
                bind(value, scope);
            }
            Literal::Expr { expr: Expr::AssignExpr { declares: true, lhs, .. } } => bind(lhs, scope),
            Literal::Expr { .. } | Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }
}

/// Names that a pattern binds.
pub(super) fn bind(pattern: &Expr, scope: &mut BTreeSet<String>) {
    match pattern {
        Expr::Var { value, .. } => {
            scope.insert(value.clone());
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|item| bind(item, scope))
        }
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| bind(value, scope)),
        _ => {}
    }
}
