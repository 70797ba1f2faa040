//! Who reads `input` without being given one, and who calls what: for every rule of any library.
//!
//! Apart from the judge's graph, which knows what our documents hold and complains about the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::syntax::{Expr, Literal, Module, Query, Rule, RuleAssign, RuleHead, Step};
use super::super::walk;

/// Line and column.
pub(super) type Place = (usize, usize);

/// What one definition of a rule uses outside of every `with` that would replace it.
#[derive(Debug, Default)]
pub(super) struct Use {
    /// The policy, by its number.
    pub(super) policy: usize,
    /// Whether it takes arguments.
    pub(super) is_function: bool,
    /// Where it reads `input`.
    pub(super) input: Option<Place>,
    /// Paths below `data`, functions included.
    pub(super) data: Vec<Vec<String>>,
    /// Functions below `data` that it calls.
    pub(super) calls: Vec<(Vec<String>, Place)>,
    /// Builtins that it calls.
    pub(super) builtins: Vec<(String, Place)>,
    /// Where two expressions on two lines were taken for one call: behind the first.
    pub(super) split_calls: Vec<usize>,
    /// Names that an import gave to something below `data`, and those of the package's own functions, with what they stand
    /// for.
    pub(super) aliased: Vec<(Range<usize>, String)>,
}

/// Every definition of every rule, by its path below `data`.
#[derive(Debug, Default)]
pub(super) struct Uses(pub(super) BTreeMap<Vec<String>, Vec<Use>>);

/// What a policy's names stand for.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The parts of its package.
    pub(super) package: Vec<String>,
    /// What its imports stand for, `data` or `input` included.
    pub(super) aliases: BTreeMap<String, Vec<String>>,
    /// Names of rules of the package, whatever file they stand in.
    pub(super) own: BTreeSet<String>,
}

impl Names {
    /// The names of every module.
    pub(super) fn of(modules: &[Module], texts: &[&str]) -> Vec<Self> {
        let mut by_package = BTreeMap::<Vec<String>, BTreeSet<String>>::new();
        for module in modules {
            let own = module.rules.iter().filter_map(rule_path).filter_map(|path| path.into_iter().next());
            by_package.entry(package(module)).or_default().extend(own);
        }
        let names = modules.iter().zip(texts).map(|(module, text)| {
            let package = package(module);
            let own = by_package.get(&package).cloned().unwrap_or_default();
            let aliases = module.imports.iter().filter_map(|import| {
                let path = import.refr.path()?;
                let alias = import.r#as.map_or(*path.last()?, |span| span.text(text));
                Some((alias.to_owned(), path.into_iter().map(ToOwned::to_owned).collect()))
            });
            let known = |(_, path): &(String, Vec<String>)| {
                path.first().is_some_and(|root| root == "data" || root == "input")
            };
            Self { aliases: aliases.filter(known).collect(), package, own }
        });
        names.collect()
    }

    /// Whether a name is anything but a local variable.
    pub(super) fn is_global(&self, name: &str) -> bool {
        name == "input" || name == "data" || self.own.contains(name) || self.aliases.contains_key(name)
    }

    /// The whole path, from `data` or `input`, of a name that is not local.
    pub(super) fn resolved(&self, name: &str, steps: Vec<String>) -> Option<Vec<String>> {
        let front = match name {
            "data" | "input" => vec![name.to_owned()],
            _ if self.own.contains(name) => {
                let package = self.package.iter().map(String::as_str);
                ["data"].into_iter().chain(package).chain([name]).map(ToOwned::to_owned).collect()
            }
            _ => self.aliases.get(name)?.clone(),
        };
        Some([front, steps].concat())
    }
}

/// The parts of a module's package.
pub(super) fn package(module: &Module) -> Vec<String> {
    module.package.refr.path().unwrap_or_default().into_iter().map(ToOwned::to_owned).collect()
}

/// A rule's name: the parts of its head that stand in the text.
pub(super) fn rule_path(rule: &Rule) -> Option<Vec<String>> {
    let refr = match rule {
        Rule::Spec {
            head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        }
        | Rule::Default { refr, .. } => refr,
    };
    let (base, steps) = refr.reference();
    let Expr::Var { value, .. } = base else { return None };
    let names = steps.into_iter().map_while(|step| match step {
        Step::Name(name) => Some(name.to_owned()),
        Step::Dynamic(_) => None,
    });
    Some(std::iter::once(value.clone()).chain(names).collect())
}

impl Uses {
    /// Looks at every rule.
    pub(super) fn of(modules: &[Module], texts: &[&str], names: &[Names]) -> Self {
        let mut uses = Self::default();
        for (policy, ((module, text), names)) in modules.iter().zip(texts).zip(names).enumerate() {
            for rule in &module.rules {
                let Some(name) = rule_path(rule) else { continue };
                let path = [names.package.clone(), name].concat();
                let mut walk = Walk { text, names, scopes: Vec::new(), mocked: false, found: Use::default() };
                walk.rule(rule);
                let is_function = matches!(rule, Rule::Spec { head: RuleHead::Func { .. }, .. });
                uses.0.entry(path).or_default().push(Use { policy, is_function, ..walk.found });
            }
        }
        uses
    }

    /// The rules that a path may reach: those at it, below it, and the one that it reaches into.
    pub(super) fn reached(&self, path: &[String]) -> Vec<&Vec<String>> {
        let below =
            self.0.range(path.to_vec()..).map(|(rule, _)| rule).take_while(|rule| rule.starts_with(path));
        let above = (1..path.len()).filter_map(|length| {
            path.get(..length).and_then(|prefix| self.0.get_key_value(prefix)).map(|(rule, _)| rule)
        });
        below.chain(above).collect()
    }

    /// The policies that define a rule.
    pub(super) fn definers(&self, rule: &[String]) -> impl Iterator<Item = usize> {
        self.0.get(rule).into_iter().flatten().map(|one| one.policy)
    }

    /// Where a definition comes to read an `input` that nobody gave it: the rule, and its place.
    pub(super) fn bare_input<'a>(&'a self, start: &'a Use) -> Option<(Option<&'a [String]>, usize, Place)> {
        if let Some(place) = start.input {
            return Some((None, start.policy, place));
        }
        let (mut open, mut seen) = (start.data.iter().collect::<Vec<_>>(), BTreeSet::new());
        open.reverse();
        while let Some(path) = open.pop() {
            for rule in self.reached(path) {
                if !seen.insert(rule) {
                    continue;
                }
                for found in self.0.get(rule).into_iter().flatten() {
                    if let Some(place) = found.input {
                        return Some((Some(rule), found.policy, place));
                    }
                    open.extend(&found.data);
                }
            }
        }
        None
    }

    /// Functions that call themselves, by whatever way: the engine would not notice until the stack is used up.
    pub(super) fn recursion(&self) -> Vec<(usize, Place, Vec<&[String]>)> {
        let (mut done, mut found) = (BTreeSet::new(), Vec::new());
        for path in self.0.keys() {
            self.cycles(path, &mut done, &mut Vec::new(), &mut found);
        }
        found
    }

    fn cycles<'a>(
        &'a self,
        path: &'a [String],
        done: &mut BTreeSet<&'a [String]>,
        on_path: &mut Vec<&'a [String]>,
        found: &mut Vec<(usize, Place, Vec<&'a [String]>)>,
    ) {
        if done.contains(path) {
            return;
        }
        on_path.push(path);
        for one in self.0.get(path).into_iter().flatten().filter(|it| it.is_function) {
            for (next, place) in &one.calls {
                let Some((next, _)) = self.0.get_key_value(next) else { continue };
                match on_path.iter().position(|it| *it == next.as_slice()) {
                    Some(start) => {
                        let cycle = on_path.get(start..).unwrap_or_default().iter().copied();
                        found.push((one.policy, *place, cycle.chain([next.as_slice()]).collect()));
                    }
                    None => self.cycles(next, done, on_path, found),
                }
            }
        }
        on_path.pop();
        done.insert(path);
    }
}

/// One definition while it is looked at.
struct Walk<'a> {
    text: &'a str,
    names: &'a Names,
    scopes: Vec<BTreeSet<String>>,
    /// Whether a `with` gives an `input` here.
    mocked: bool,
    found: Use,
}

impl Walk<'_> {
    fn rule(&mut self, rule: &Rule) {
        let Rule::Spec { head, bodies, .. } = rule else { return };
        let mut scope = BTreeSet::new();
        if let RuleHead::Func { args, .. } = head {
            args.iter().for_each(|arg| walk::bind(arg, &mut scope));
        }
        bodies.iter().for_each(|body| walk::declared(&body.query, self.text, &mut scope));
        self.scopes.push(scope);
        for body in bodies {
            self.query(&body.query);
            self.assign(body.assign.as_ref());
        }
        match head {
            RuleHead::Compr { refr, assign, .. } => {
                self.steps(refr);
                self.assign(assign.as_ref());
            }
            RuleHead::Set { refr, key, .. } => {
                self.steps(refr);
                key.iter().for_each(|key| self.expr(key));
            }
            RuleHead::Func { assign, .. } => self.assign(assign.as_ref()),
        }
    }

    fn assign(&mut self, assign: Option<&RuleAssign>) {
        assign.into_iter().for_each(|assign| self.expr(&assign.value));
    }

    fn steps(&mut self, refr: &Expr) {
        for step in refr.reference().1 {
            if let Step::Dynamic(index) = step {
                self.expr(index);
            }
        }
    }

    fn query(&mut self, query: &Query) {
        let mut scope = BTreeSet::new();
        walk::declared(query, self.text, &mut scope);
        self.scopes.push(scope);
        for statement in &query.stmts {
            let outside = self.mocked;
            for modifier in &statement.with_mods {
                self.expr(&modifier.r#as);
                self.own_name(&modifier.refr);
            }
            self.mocked |= statement
                .with_mods
                .iter()
                .any(|modifier| modifier.refr.path().is_some_and(|path| path.first() == Some(&"input")));
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { key, value, collection } => {
                    key.iter().chain([value, collection]).for_each(|expr| self.expr(expr));
                }
                Literal::Expr { expr } | Literal::NotExpr { expr } => self.expr(expr),
                Literal::Every { key, value, domain, query } => {
                    self.expr(domain);
                    let names = key.iter().chain([value]).map(|span| span.text(self.text).to_owned());
                    self.scopes.push(names.collect());
                    self.query(query);
                    self.scopes.pop();
                }
            }
            self.mocked = outside;
        }
        self.scopes.pop();
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.steps(expr);
                self.reference(expr);
            }
            Expr::Call { fcn, params, .. } => {
                self.call(fcn);
                params.iter().for_each(|param| self.expr(param));
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.comprehension(query, &[term]);
            }
            Expr::ObjectCompr { key, value, query, .. } => self.comprehension(query, &[key, value]),
            other => super::synthetic::operands(other).into_iter().for_each(|part| self.expr(part)),
        }
    }

    fn comprehension(&mut self, query: &Query, terms: &[&Expr]) {
        let mut scope = BTreeSet::new();
        walk::declared(query, self.text, &mut scope);
        self.scopes.push(scope);
        self.query(query);
        terms.iter().for_each(|term| self.expr(term));
        self.scopes.pop();
    }

    fn reference(&mut self, expr: &Expr) {
        let (base, steps) = expr.reference();
        let Expr::Var { value: name, span } = base else { return self.expr(base) };
        if self.scopes.iter().any(|scope| scope.contains(name)) {
            return;
        }
        if let Some(path) = self.names.aliases.get(name)
            && path.first().is_some_and(|root| root == "data")
            && !self.names.own.contains(name)
        {
            self.found.aliased.push((span.range(), super::definitions::path_text(path)));
        }
        let steps = steps.into_iter().map_while(|step| match step {
            Step::Name(name) => Some(name.to_owned()),
            Step::Dynamic(_) => None,
        });
        let Some(path) = self.names.resolved(name, steps.collect()) else { return };
        match path.split_first() {
            Some((root, _)) if root == "input" && !self.mocked => {
                self.found.input.get_or_insert(span.place());
            }
            // What stands under a given input is looked at where it is not.
            Some((root, rest)) if root == "data" && !self.mocked => self.found.data.push(rest.to_vec()),
            _ => {}
        }
    }

    /// A function of the package by its bare name: the engine replaces a function only under the name that it is called by.
    fn own_name(&mut self, function: &Expr) {
        let Expr::Var { value: name, span } = function.reference().0 else { return };
        if !self.names.own.contains(name) {
            return;
        }
        let path = self.names.resolved(name, Vec::new()).map(|path| super::definitions::path_text(&path));
        if let Some(path) = path.filter(|path| !path.contains('[')) {
            self.found.aliased.push((span.range(), path));
        }
    }

    fn call(&mut self, function: &Expr) {
        let place = match function.reference().0 {
            Expr::Var { span, .. } => span.place(),
            _ => return,
        };
        if let Some(range) = super::synthetic::whole(function) {
            let behind = self.text.get(range.end..).unwrap_or_default();
            let gap = behind.split('(').next().unwrap_or_default();
            if gap.contains('\n') {
                return self.found.split_calls.push(range.end);
            }
        }
        self.own_name(function);
        let Some(path) = function.path() else { return };
        let Some((name, steps)) = path.split_first() else { return };
        let steps = steps.iter().map(|step| (*step).to_owned()).collect();
        match self.names.resolved(name, steps) {
            Some(path) if path.first().is_some_and(|root| root == "input") => {}
            Some(path) => {
                let path = path.into_iter().skip(1).collect::<Vec<_>>();
                if !self.mocked {
                    self.found.data.push(path.clone());
                }
                self.found.calls.push((path, place));
            }
            None => self.found.builtins.push((path.join("."), place)),
        }
    }
}
