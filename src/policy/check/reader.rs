//! Reads one policy from top to bottom, as an evaluation would: variables come and go, and each expression has a type.
//!
//! What it does with references stands in `references.rs`, with calls in `calls.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{Index, Unit};
use super::scopes::{Origin, Scope};
use super::types::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::graph::rule_name;
use crate::policy::nearest;
use crate::policy::syntax::{Expr, Literal, Query, Rule, RuleAssign, RuleHead, Step};

/// The most problems that are looked for in one policy.
const MOST: usize = 500;

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
    pub(super) seen: BTreeSet<String>,
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
        if reader.problems.len() >= MOST {
            let message = format!("the policy has more than {MOST} problems, and the rest is not looked for");
            let help = "put these right first";
            reader.report(Code::TooLarge, unit.module.package.span.place(), message, help);
            return (reader.shown, reader.problems);
        }
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
                Literal::Expr { expr: Expr::AssignExpr { declares: true, lhs, .. } } => {
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
    pub(super) fn gone_through(&mut self, collection: &Expr) -> (Type, Type) {
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
