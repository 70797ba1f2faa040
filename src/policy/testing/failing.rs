//! The first expression of a test's body that does not hold, and the values that it saw.
//!
//! The engine is asked for the body's first statement, its first two, and so on; the first that leaves nothing is the one.

use std::time::{Duration, Instant};

use regorus::Value;

use super::super::engine::Prepared;
use super::super::syntax::{Expr, Literal, Rule, RuleHead, Statement};
use super::FailedAt;
use super::cases::Table;
use super::definitions::{Definition, path_text};
use super::loaded::Asker;
use super::synthetic::{self, File, Synthetic};

/// How much of a value is shown.
const VALUE_CHARACTERS: usize = 200;
/// How many variables are shown, the last ones.
const VARIABLES: usize = 20;
/// How many statements of a body are asked for at once.
const TOGETHER: usize = 40;
/// How many answers of one expression are shown.
const ANSWERS: usize = 3;
const PREFIX: &str = "tidewaiter_prefix";
const VALUES: &str = "tidewaiter_values";

/// What is looked at: one failing test, or one failing case of a table.
#[derive(Debug)]
pub(super) struct Failing<'a> {
    pub(super) file: File<'a>,
    pub(super) definition: &'a Definition,
    pub(super) prepared: &'a Prepared,
    pub(super) time_limit: Duration,
    /// Whether values are wanted.
    pub(super) values: bool,
    /// When the looking began, and how long it may take.
    pub(super) started: Instant,
    pub(super) left: Duration,
    /// The table and the row that does not hold.
    pub(super) case: Option<(&'a Table, Value)>,
}

impl Failing<'_> {
    /// Finds the expression; nothing when the engine cannot be asked.
    pub(super) fn find(&self) -> Option<FailedAt> {
        let rule = self.file.module.rules.get(self.definition.rule)?;
        let statements = synthetic::query(rule).map_or(&[][..], |query| &query.stmts);
        let failing = self.failing(statements);
        if self.started.elapsed() > self.left {
            return None;
        }
        match failing.and_then(|at| Some((at, statements.get(at)?))) {
            Some((at, statement)) => Some(FailedAt {
                file: self.file.policy.file.clone(),
                line: statement.span.line,
                text: self.file.source(synthetic::statement_range(statement)).to_owned(),
                values: self.values_of(statements.get(..at).unwrap_or_default(), Some(statement), &[]),
            }),
            // The whole body holds: it is the value that is not true.
            None => self.value(rule, statements),
        }
    }

    /// The first statement that can be to blame.
    fn first(&self) -> usize {
        self.case.as_ref().map_or(0, |(table, _)| table.n_naming)
    }

    fn value(&self, rule: &Rule, statements: &[Statement]) -> Option<FailedAt> {
        let value = match rule {
            Rule::Default { value, .. } => value,
            Rule::Spec { head: RuleHead::Compr { assign, .. }, .. } => &assign.as_ref()?.value,
            Rule::Spec { .. } => return None,
        };
        let text = self.file.expression(value)?;
        Some(FailedAt {
            file: self.file.policy.file.clone(),
            line: self.file.source(0..synthetic::whole(value)?.start).lines().count().max(1),
            text: text.to_owned(),
            values: self.values_of(statements, None, &operands(value)),
        })
    }

    /// The first statement with which the body no longer holds.
    fn failing(&self, statements: &[Statement]) -> Option<usize> {
        let asks = |at: &usize| {
            !matches!(statements.get(*at), Some(Statement { literal: Literal::SomeVars { .. }, .. }))
        };
        let candidates = (self.first()..statements.len()).filter(asks).collect::<Vec<_>>();
        let rule = |at: usize| self.prefix_rule(at, statements.get(..=at).unwrap_or_default());
        if candidates.len() <= TOGETHER {
            let all = candidates.iter().map(|at| rule(*at)).collect::<String>();
            if let Some(mut asker) = self.asker(&self.file.policy_with(&all)) {
                return candidates.into_iter().find(|at| !self.holds(*at, &mut asker));
            }
        }
        // A long body is cut in halves. So is one in which a statement cannot stand without what follows, which keeps them
        // from being asked together; where it is the last it counts as holding.
        let (mut low, mut high) = (0, candidates.len());
        while low < high {
            let middle = low.midpoint(high);
            let at = *candidates.get(middle)?;
            let asker = self.asker(&self.file.policy_with(&rule(at)));
            match asker.is_none_or(|mut asker| self.holds(at, &mut asker)) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        candidates.get(low).copied()
    }

    fn prefix_rule(&self, at: usize, statements: &[Statement]) -> String {
        let name = format!("{PREFIX}_{at}");
        match &self.case {
            Some((table, _)) => self.file.set_rule(&name, &format!("[{}]", table.row), statements),
            None => format!("{name} := true {}\n", self.file.body(statements)),
        }
    }

    /// Whether the body holds up to a statement.
    fn holds(&self, at: usize, asker: &mut Asker) -> bool {
        let value = self.ask(asker, &format!("{PREFIX}_{at}"));
        match &self.case {
            Some((_, row)) => value.as_set().is_ok_and(|rows| rows.iter().any(|it| it == row)),
            None => value == Value::Bool(true),
        }
    }

    /// An engine with a policy that was written here; nothing when it does not take it.
    fn asker(&self, policy: &Synthetic) -> Option<Asker> {
        if self.started.elapsed() > self.left {
            return None;
        }
        let engine = self.prepared.with_policies(&[policy.as_text()]).ok()?;
        Some(Asker::new(&engine, self.time_limit))
    }

    /// What a rule that was written here answers; an error is no answer but a failure.
    fn ask(&self, asker: &mut Asker, rule: &str) -> Value {
        let rule = rule.to_owned();
        let path = path_text(["data".to_owned()].iter().chain(&self.definition.package).chain([&rule]));
        asker.ask(&path).value.unwrap_or(Value::Undefined)
    }

    /// The values of the variables that `before` binds and of the parts of what follows.
    fn values_of(
        &self,
        before: &[Statement],
        failing: Option<&Statement>,
        more: &[&Expr],
    ) -> Vec<(String, String)> {
        if !self.values {
            return Vec::new();
        }
        let mut variables = self.file.variables(before);
        variables.drain(..variables.len().saturating_sub(VARIABLES));
        let mut parts = failing.map(|statement| parts(&statement.literal)).unwrap_or_default();
        parts.extend(more);
        // As they are shown, and as they are asked for.
        let (mut texts, mut questions) = (Vec::<String>::new(), Vec::new());
        for part in parts {
            let text = self.file.expression(part).map(ToOwned::to_owned);
            if let Some((text, question)) = text.zip(self.file.asked_expression(part))
                && !texts.contains(&text)
                && !variables.contains(&text)
            {
                texts.push(text);
                questions.push(question);
            }
        }
        let with = failing.map(|statement| self.with(statement)).unwrap_or_default();
        let mut answer = self.asked(before, &variables, &questions, &with);
        if answer.is_none() {
            // What cannot be asked together is asked without the parts, and then not at all.
            texts.clear();
            answer = self.asked(before, &variables, &[], &with);
        }
        let Some(answer) = answer else { return Vec::new() };
        let field = |name: &str| answer.as_object().ok().and_then(|it| it.get(&Value::from(name)).cloned());
        let list = |name: &str| {
            field(name).and_then(|it| it.as_array().ok().map(|it| it.iter().cloned().collect::<Vec<_>>()))
        };
        let values = list("variables").unwrap_or_default();
        let mut shown = variables
            .drain(..)
            .zip(&values)
            .map(|(name, value)| (name, cut(&value.to_string())))
            .collect::<Vec<_>>();
        for (text, answers) in texts.into_iter().zip(list("parts").unwrap_or_default()) {
            let answers =
                answers.as_array().map(|it| it.iter().cloned().collect::<Vec<_>>()).unwrap_or_default();
            let some = answers.iter().take(ANSWERS).map(|value| cut(&value.to_string())).collect::<Vec<_>>();
            let value = match answers.len() {
                0 => "undefined".to_owned(),
                n if n > ANSWERS => format!("{}, and {} more", some.join(", "), n - ANSWERS),
                _ => some.join(", "),
            };
            shown.push((text, value));
        }
        shown
    }

    fn asked(
        &self,
        before: &[Statement],
        variables: &[String],
        parts: &[String],
        with: &str,
    ) -> Option<Value> {
        let parts = parts.iter().map(|part| format!("[x__ | x__ := {part}{with}]")).collect::<Vec<_>>();
        let row = match &self.case {
            Some((table, _)) => format!("[{}]", table.row),
            None => "null".to_owned(),
        };
        let key = format!(
            "{{\"row\": {row}, \"variables\": [{}], \"parts\": [{}]}}",
            variables.join(", "),
            parts.join(", ")
        );
        let policy = self.file.policy_with(&self.file.set_rule(VALUES, &key, before));
        let answers = self.ask(&mut self.asker(&policy)?, VALUES);
        let wanted = self.case.as_ref().map_or(Value::Null, |(_, row)| row.clone());
        let row = |it: &Value| it.as_object().ok().and_then(|it| it.get(&Value::from("row")).cloned());
        answers.as_set().ok()?.iter().find(|it| row(it).as_ref() == Some(&wanted)).cloned()
    }

    /// The `with` of a statement, as it was written.
    fn with(&self, statement: &Statement) -> String {
        let mut text = String::new();
        for modifier in &statement.with_mods {
            if let (Some(target), Some(value)) =
                (self.file.asked_expression(&modifier.refr), self.file.asked_expression(&modifier.r#as))
            {
                text.push_str(&format!(" with {target} as {value}"));
            }
        }
        text
    }
}

/// The parts of a statement whose values say why it does not hold.
fn parts(literal: &Literal) -> Vec<&Expr> {
    match literal {
        Literal::SomeVars { .. } => Vec::new(),
        Literal::SomeIn { collection, .. } => told(collection),
        Literal::Every { domain, .. } => told(domain),
        Literal::NotExpr { expr } => [told(expr), operands(expr)].concat(),
        Literal::Expr { expr } => operands(expr),
    }
}

fn operands(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::AssignExpr { rhs, .. } => told(rhs),
        Expr::Call { params, .. } => params.iter().flat_map(told).chain(told(expr)).collect(),
        Expr::BoolExpr { lhs, rhs, .. } => [told(lhs), told(rhs)].concat(),
        Expr::Membership { value, collection, .. } => [told(value), told(collection)].concat(),
        other => told(other),
    }
}

/// An expression, unless its value stands in the text.
fn told(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Array { .. }
        | Expr::Set { .. }
        | Expr::Object { .. } => Vec::new(),
        other => vec![other],
    }
}

fn cut(text: &str) -> String {
    let mut characters = text.chars();
    let shown = characters.by_ref().take(VALUE_CHARACTERS).collect::<String>();
    if characters.next().is_some() { format!("{shown}…") } else { shown }
}
