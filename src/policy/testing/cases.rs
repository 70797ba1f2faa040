//! Tables of cases: `test_x[name] if …` and `test_x contains name if …`.
//!
//! The engine's answer holds only the cases that passed. Which cases there are is asked with the part of the body that
//! gives the case its name, as OPA records a case as soon as its name is known; which of them pass, with the whole body.
//! A case is told apart by its name and by every variable that has a value when the name is known, so that of two cases
//! with one name neither covers for the other.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Value;

use super::super::syntax::{Rule, RuleHead, Statement, Step};
use super::definitions::{Definition, Kind};
use super::loaded::Asker;
use super::synthetic::{File, Synthetic, statement_range};

/// How to ask for the cases of one table.
#[derive(Debug)]
pub(super) struct Table {
    /// The rules that answer, below `data`.
    rule: String,
    /// What is asked beside the table itself.
    pub(super) policy: Synthetic,
    /// How many statements it takes until a case has its name.
    pub(super) n_naming: usize,
    /// What tells cases apart: their names, and the variables that have values by then, as Rego.
    pub(super) row: String,
    /// Whether statements that name nothing come before the name.
    filters: bool,
    /// The table with a list for its one key, when it has several keys: the engine does not take those.
    pub(super) listed: Option<Synthetic>,
}

/// One case and what it is known by.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Its name.
    pub(super) path: Vec<String>,
    /// The rows that do not hold: name and variables.
    pub(super) failing: Vec<Value>,
}

impl Table {
    /// Writes the questions for a table; the reason when they cannot be asked.
    pub(super) fn new(file: File<'_>, definition: &Definition, number: usize) -> Result<Self, String> {
        let rule = file.module.rules.get(definition.rule);
        let Some(Rule::Spec { head, bodies, .. }) = rule else {
            return Err("it is not written as a rule".to_owned());
        };
        let statements = match bodies.as_slice() {
            [] => &[],
            [body] => body.query.stmts.as_slice(),
            _ => return Err("it has `else` or several bodies".to_owned()),
        };
        let (mut keys, mut variables) = (Vec::new(), Vec::new());
        let mut value = "true".to_owned();
        let dynamic = |expr, keys: &mut Vec<String>, variables: &mut Vec<String>| {
            file.variables_in(expr, variables);
            let text = file.asked_expression(expr).ok_or("the name of its cases cannot be read")?;
            keys.push(text);
            Ok::<_, String>(())
        };
        match head {
            RuleHead::Compr { refr, assign, .. } => {
                for step in refr.reference().1.into_iter().skip(definition.path.len() - 1) {
                    match step {
                        Step::Name(name) => keys.push(serde_json::Value::from(name).to_string()),
                        Step::Dynamic(expr) => dynamic(expr, &mut keys, &mut variables)?,
                    }
                }
                if let Some(assign) = assign {
                    value = file
                        .asked_expression(&assign.value)
                        .ok_or("the value of its cases cannot be read")?;
                }
            }
            RuleHead::Set { key: Some(key), .. } => dynamic(key, &mut keys, &mut variables)?,
            RuleHead::Set { .. } | RuleHead::Func { .. } => return Err("it has no cases".to_owned()),
        }
        let n_naming = naming(file, &variables, statements)?;
        let names = format!("[{}]", keys.join(", "));
        let known = file.variables(statements.get(..n_naming).unwrap_or_default());
        let row = format!("{names}, [{}]", known.join(", "));
        let binders = file.binders(&variables, statements);
        let filters = (0..n_naming).any(|at| !binders.contains(&at));
        let rule = format!("tidewaiter_test_{number}");
        let mut rules = file.set_rule(
            &format!("{rule}_cases"),
            &format!("[{row}]"),
            statements.get(..n_naming).unwrap_or_default(),
        );
        rules.push_str(&file.set_rule(&format!("{rule}_passed"), &format!("[{row}, {value}]"), statements));
        if filters {
            let body =
                binders.iter().filter_map(|at| Some(file.asked(statement_range(statements.get(*at)?))));
            let body = body.collect::<Vec<_>>().join("\n");
            let named = if file.module.rego_v1 {
                format!("{rule}_named contains {names} if")
            } else {
                format!("{rule}_named[{names}]")
            };
            rules.push_str(&format!("{named} {{\n{body}\n}}\n"));
        }
        let listed = (keys.len() > 1).then(|| {
            let head = format!("{rule}[case__] := {value}");
            file.rule_in_place(&head, statements, &format!("case__ := {names}"))
        });
        Ok(Self { policy: file.policy_with(&rules), rule, n_naming, row, filters, listed })
    }

    /// Every case, in the order of names; the reason when they cannot be told apart.
    ///
    /// `value` is what the table itself answered.
    pub(super) fn cases(
        &self,
        definition: &Definition,
        value: &Value,
        asker: &mut Asker,
    ) -> Result<Vec<Case>, String> {
        let mut ask = |suffix: &str| {
            let rule = format!("{}_{suffix}", self.rule);
            let path = super::definitions::path_text(
                ["data".to_owned()].iter().chain(&definition.package).chain([&rule]),
            );
            let answer = asker.ask(&path).value?;
            answer
                .as_set()
                .map(|set| set.iter().cloned().collect::<Vec<_>>())
                .map_err(|error| error.to_string())
        };
        let rows = ask("cases")?;
        let part = |row: &Value, at: usize| row.as_array().ok().and_then(|row| row.get(at).cloned());
        let identity = |row: &Value| Some(Value::from(vec![part(row, 0)?, part(row, 1)?]));
        let passed = ask("passed")?;
        let passed = passed.iter().filter(|row| part(row, 2) == Some(Value::Bool(true)));
        let passed = passed.filter_map(identity).collect::<BTreeSet<_>>();
        let mut cases = BTreeMap::<Vec<String>, Vec<Value>>::new();
        for row in &rows {
            let path = names(&part(row, 0).unwrap_or(Value::Undefined));
            let failing = cases.entry(path).or_default();
            if !passed.contains(row) {
                failing.push(row.clone());
            }
        }
        if self.filters {
            for name in ask("named")? {
                let path = names(&name);
                if !cases.contains_key(&path) {
                    return Err(format!(
                        "the case `{}` is given up before its name is known, so that nobody can tell a filter from a \
                         failure: write what names the case first",
                        path.join(".")
                    ));
                }
            }
        }
        for (path, failing) in &cases {
            if failing.is_empty() && !self.holds(definition.kind, value, path) {
                return Err(format!("the engine's answers about the case `{}` disagree", path.join(".")));
            }
        }
        Ok(cases.into_iter().map(|(path, failing)| Case { path, failing }).collect())
    }

    /// Whether the table's own answer has a case.
    fn holds(&self, kind: Kind, value: &Value, path: &[String]) -> bool {
        if kind == Kind::Set {
            return value.as_set().is_ok_and(|set| set.iter().any(|it| path.first() == Some(&name(it))));
        }
        let is_key = |key: &Value| match self.listed {
            Some(_) => names(key) == path,
            None => path.first() == Some(&name(key)),
        };
        value
            .as_object()
            .is_ok_and(|cases| cases.iter().any(|(key, value)| is_key(key) && *value == Value::Bool(true)))
    }
}

/// How many statements come until everything in a case's name has a value.
fn naming(file: File<'_>, variables: &[String], statements: &[Statement]) -> Result<usize, String> {
    let mut n_naming = 0;
    for name in variables {
        let first = statements.iter().position(|it| file.variables_of(it).contains(name));
        let first = first.ok_or_else(|| format!("nothing in its body gives `{name}` a value"))?;
        n_naming = n_naming.max(first + 1);
    }
    Ok(n_naming)
}

/// The parts of a case's name as they are reported: strings as they are, the rest as JSON.
fn names(value: &Value) -> Vec<String> {
    let parts = value.as_array().map(|parts| parts.iter().cloned().collect::<Vec<_>>()).unwrap_or_default();
    parts.iter().map(name).collect()
}

fn name(value: &Value) -> String {
    value.as_string().map_or_else(|_| value.to_string(), |text| text.to_string())
}
