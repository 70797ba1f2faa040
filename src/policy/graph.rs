//! Who reads what: every rule of the loaded policies, what it calls, and which `input` it looks at.

use std::collections::{BTreeMap, BTreeSet};

use super::input_paths::{self, Reads};
use super::nearest;
use super::syntax::{Expr, Literal, Module, Query, Rule, RuleAssign, RuleHead, Step};
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

/// One rule, all its definitions together.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// File, line and column of its first definition.
    place: (String, usize, usize),
    /// Whether each definition adds to a set (`contains`).
    pub(super) is_set: bool,
    /// Paths below `data` that it refers to, with the place of the first reference.
    data: BTreeMap<Vec<String>, (usize, usize)>,
    /// What it reads itself.
    reads: Reads,
}

/// All rules by their path below `data`.
#[derive(Debug, Default)]
pub(super) struct Graph {
    rules: BTreeMap<Vec<String>, Node>,
    packages: BTreeSet<Vec<String>>,
}

impl Graph {
    /// Takes a policy in.
    ///
    /// All policies are taken in before anything is asked.
    pub(super) fn add(&mut self, file: &str, text: &str, module: &Module, problems: &mut Vec<Diagnostic>) {
        let Some(package) = module.package.refr.path() else { return };
        let package = package.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>();
        let mut aliases = BTreeMap::new();
        for import in &module.imports {
            let Some(path) = import.refr.path() else { continue };
            let alias = match import.r#as {
                Some(span) => span.text(text),
                None => path.last().copied().unwrap_or_default(),
            };
            aliases.insert(alias.to_owned(), path.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>());
        }
        let own =
            module.rules.iter().filter_map(rule_name).map(|path| path.into_iter().next().unwrap_or_default());
        let own = own.collect::<BTreeSet<_>>();
        for rule in &module.rules {
            let Some(name) = rule_name(rule) else { continue };
            let path = [package.clone(), name].concat();
            let (span, is_set) = match rule {
                Rule::Spec { span, head, .. } => (span, matches!(head, RuleHead::Set { .. })),
                Rule::Default { span, .. } => (span, false),
            };
            let node = self.rules.entry(path).or_insert_with(|| {
                let (line, column) = span.place();
                Node { place: (file.to_owned(), line, column), is_set: true, ..Node::default() }
            });
            node.is_set &= is_set;
            let mut walk = Walk {
                file,
                text,
                package: &package,
                aliases: &aliases,
                own: &own,
                scopes: Vec::new(),
                node,
                problems,
            };
            walk.rule(rule);
        }
        self.packages.insert(package);
    }

    /// A rule by its path below `data`, dots between the parts.
    pub(super) fn rule(&self, path: &str) -> Option<&Node> {
        self.rules.get(&path.split('.').map(ToOwned::to_owned).collect::<Vec<_>>())
    }

    /// The rules that a path below `data` may reach: those at it, below it, and the one that it reaches into.
    fn reached(&self, path: &[String]) -> Vec<&Vec<String>> {
        let below =
            self.rules.range(path.to_vec()..).map(|(rule, _)| rule).take_while(|rule| rule.starts_with(path));
        let above = (1..path.len()).filter_map(|length| {
            path.get(..length).and_then(|prefix| self.rules.get_key_value(prefix)).map(|(rule, _)| rule)
        });
        below.chain(above).collect()
    }

    /// What a rule reads, itself and through every rule that it reaches.
    pub(super) fn reads(&self, paths: &[&str]) -> Reads {
        let mut open = Vec::new();
        for path in paths {
            let path = path.split('.').map(ToOwned::to_owned).collect::<Vec<_>>();
            open.extend(self.rules.get_key_value(&path).map(|(path, _)| path));
        }
        let (mut seen, mut reads) = (BTreeSet::new(), Reads::default());
        while let Some(path) = open.pop() {
            let Some(node) = self.rules.get(path) else { continue };
            if seen.insert(path) {
                reads.extend(&node.reads);
                open.extend(node.data.keys().flat_map(|data| self.reached(data)));
            }
        }
        reads
    }

    /// Rules that depend on themselves. The engine does not refuse recursive functions, and aborts the process when it
    /// evaluates one.
    pub(super) fn check_recursion(&self, problems: &mut Vec<Diagnostic>) {
        let (mut done, mut on_path) = (BTreeSet::new(), Vec::new());
        for path in self.rules.keys() {
            self.find_cycles(path, &mut done, &mut on_path, problems);
        }
    }

    fn find_cycles<'a>(
        &'a self,
        path: &'a Vec<String>,
        done: &mut BTreeSet<&'a Vec<String>>,
        on_path: &mut Vec<&'a Vec<String>>,
        problems: &mut Vec<Diagnostic>,
    ) {
        if let Some(start) = on_path.iter().position(|it| *it == path) {
            let cycle = on_path.get(start..).unwrap_or_default().iter().copied().chain([path]);
            let names = cycle.map(|it| format!("`{}`", it.join("."))).collect::<Vec<_>>().join(" → ");
            let place = self.rules.get(path).map(|node| node.place.clone()).unwrap_or_default();
            problems.push(
                Diagnostic::of_file(place.0, Code::Recursion, format!("a rule depends on itself: {names}"))
                    .at(place.1, place.2)
                    .with_help("Rego has no recursion; use `walk` or `graph.reachable`"),
            );
            return;
        }
        if done.contains(path) {
            return;
        }
        on_path.push(path);
        for data in self.rules.get(path).into_iter().flat_map(|node| node.data.keys()) {
            for next in self.reached(data) {
                self.find_cycles(next, done, on_path, problems);
            }
        }
        on_path.pop();
        done.insert(path);
    }

    /// References to rules, packages and data that nobody has; the engine calls them undefined and goes on.
    pub(super) fn check_references(&self, data: &serde_json::Value, problems: &mut Vec<Diagnostic>) {
        for node in self.rules.values() {
            for (path, (line, column)) in &node.data {
                if !self.reached(path).is_empty() || self.packages.contains(path) || is_in(data, path) {
                    continue;
                }
                let length = (1..path.len())
                    .rev()
                    .find(|length| {
                        let prefix = path.get(..*length).unwrap_or_default();
                        !self.reached(prefix).is_empty() || is_in(data, prefix)
                    })
                    .unwrap_or(0);
                let (prefix, rest) = path.split_at_checked(length).unwrap_or((path, &[]));
                let known = self.names_below(prefix, data);
                let help =
                    nearest::help(rest.first().map_or("", String::as_str), known.iter().map(String::as_str));
                problems.push(
                    Diagnostic::of_file(
                        &node.place.0,
                        Code::UnknownReference,
                        format!("nothing stands at `data.{}`", path.join(".")),
                    )
                    .at(*line, *column)
                    .with_help(help),
                );
            }
        }
    }

    fn names_below(&self, prefix: &[String], data: &serde_json::Value) -> BTreeSet<String> {
        let rules = self
            .rules
            .keys()
            .filter(|path| path.starts_with(prefix))
            .filter_map(|path| path.get(prefix.len()));
        let here = prefix.iter().try_fold(data, |here, part| here.get(part));
        let keys = here.and_then(serde_json::Value::as_object).into_iter().flat_map(serde_json::Map::keys);
        rules.chain(keys).cloned().collect()
    }
}

fn is_in(data: &serde_json::Value, path: &[String]) -> bool {
    // What stands below an empty mapping is for an organisation's parameters to say.
    let mut here = data;
    for (depth, part) in path.iter().enumerate() {
        match here.as_object() {
            Some(entries) if entries.is_empty() && depth > 0 => return true,
            Some(entries) => match entries.get(part) {
                Some(value) => here = value,
                None => return false,
            },
            None => return !here.is_string() && !here.is_boolean() && !here.is_number(),
        }
    }
    true
}

/// A rule's name: the parts of its head that stand in the text.
fn rule_name(rule: &Rule) -> Option<Vec<String>> {
    let refr = match rule {
        Rule::Spec {
            head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        }
        | Rule::Default { refr, .. } => refr,
    };
    let (base, steps) = refr.reference();
    let Expr::Var { value, .. } = base else { return None };
    let mut name = vec![value.clone()];
    for step in steps {
        match step {
            Step::Name(part) => name.push(part.to_owned()),
            Step::Dynamic(_) => break,
        }
    }
    Some(name)
}

/// One rule while it is looked at.
struct Walk<'a> {
    file: &'a str,
    text: &'a str,
    package: &'a [String],
    aliases: &'a BTreeMap<String, Vec<String>>,
    /// Names of the package's own rules.
    own: &'a BTreeSet<String>,
    /// Names that stand for local variables, innermost last.
    scopes: Vec<BTreeSet<String>>,
    node: &'a mut Node,
    problems: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn rule(&mut self, rule: &Rule) {
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
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number {}
            | Expr::Bool {}
            | Expr::Null {} => {}
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr, None),
            Expr::Array { items } | Expr::Set { items } => items.iter().for_each(|item| self.expr(item)),
            Expr::Object { fields } => {
                for (_, key, value) in fields {
                    self.expr(key);
                    self.expr(value);
                }
            }
            Expr::ArrayCompr { term, query } | Expr::SetCompr { term, query } => {
                self.query(query, &mut |walk| walk.expr(term));
            }
            Expr::ObjectCompr { key, value, query } => self.query(query, &mut |walk| {
                walk.expr(key);
                walk.expr(value);
            }),
            Expr::Call { fcn, params } => self.call(fcn, params),
            Expr::UnaryExpr { expr } => self.expr(expr),
            Expr::BinExpr { lhs, rhs }
            | Expr::BoolExpr { lhs, rhs }
            | Expr::ArithExpr { lhs, rhs }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::Membership { key, value, collection } => {
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
                Expr::String { value } | Expr::RawString { value } => Some(vec![Step::Name(value)]),
                Expr::Array { items } => Some(items.iter().map(step).collect()),
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
            if let Step::Dynamic(index) = step {
                self.expr(index);
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
                self.node.data.entry(path).or_insert(place);
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
        Expr::String { value } | Expr::RawString { value } => Step::Name(value),
        other => Step::Dynamic(other),
    }
}

/// Names that a query declares for itself.
fn declared(query: &Query, text: &str, scope: &mut BTreeSet<String>) {
    for statement in &query.stmts {
        match &statement.literal {
            Literal::SomeVars { vars } => scope.extend(vars.iter().map(|span| span.text(text).to_owned())),
            Literal::SomeIn { key, value, .. } => {
                key.iter().for_each(|key| bind(key, scope));
                bind(value, scope);
            }
            Literal::Expr { expr: Expr::AssignExpr { op, lhs, .. } } if op == "ColEq" => bind(lhs, scope),
            Literal::Expr { .. } | Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }
}

/// Names that a pattern binds.
fn bind(pattern: &Expr, scope: &mut BTreeSet<String>) {
    match pattern {
        Expr::Var { value, .. } => {
            scope.insert(value.clone());
        }
        Expr::Array { items } | Expr::Set { items } => items.iter().for_each(|item| bind(item, scope)),
        Expr::Object { fields } => fields.iter().for_each(|(_, _, value)| bind(value, scope)),
        _ => {}
    }
}
