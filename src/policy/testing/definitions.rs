//! The tests of a library: which rules are tests, and what kind of test each definition is.

use std::collections::BTreeMap;

use regex::Regex;

use super::super::syntax::{Expr, Module, Rule, RuleHead, Step};
use super::synthetic;
use super::uses::{self, Names};

const PREFIX: &str = "test_";
const SKIPPED: &str = "todo_test_";

/// One definition of a test.
#[derive(Debug)]
pub(super) struct Definition {
    /// The policy and the rule in it, by their numbers.
    pub(super) policy: usize,
    pub(super) rule: usize,
    /// The parts of the package.
    pub(super) package: Vec<String>,
    /// The parts of the name.
    pub(super) path: Vec<String>,
    /// Which definition of the name it is, from 0.
    pub(super) number: usize,
    /// Whether the name has other definitions.
    pub(super) has_twins: bool,
    pub(super) line: usize,
    pub(super) kind: Kind,
}

/// What a definition makes of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is called `todo_test_…`.
    Skipped,
    /// A value, which is to be true.
    Value,
    /// An object with a case for each key.
    Table,
    /// A set of cases.
    Set,
    /// An object whose keys stand in the text, which is never true.
    Object,
    /// A function, which nobody calls.
    Function,
}

impl Definition {
    /// The test's name as it is reported.
    pub(super) fn name(&self) -> String {
        let name = path_text(&self.path);
        if self.number == 0 { name } else { format!("{name}#{:02}", self.number) }
    }

    /// The name of the rule for the engine.
    pub(super) fn rule_path(&self) -> String {
        path_text(["data".to_owned()].iter().chain(&self.package).chain(&self.path))
    }
}

/// A path with dots, and brackets around what is no name.
pub(super) fn path_text<'a>(parts: impl IntoIterator<Item = &'a String>) -> String {
    let mut text = String::new();
    for part in parts {
        let is_name = part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match (is_name, text.is_empty()) {
            (true, true) => text.push_str(part),
            (true, false) => text.extend([".", part]),
            (false, _) => text.push_str(&format!("[{}]", serde_json::Value::from(part.as_str()))),
        }
    }
    text
}

/// Every test of a library that the filter lets through, by file and line.
pub(super) fn find(modules: &[Module], names: &[Names], filter: Option<&Regex>) -> Vec<Definition> {
    let (mut found, mut counts) = (Vec::new(), BTreeMap::<String, usize>::new());
    for (policy, (module, names)) in modules.iter().zip(names).enumerate() {
        for (rule, definition) in module.rules.iter().enumerate() {
            let Some((path, kind)) = test(definition) else { continue };
            let definition = Definition {
                policy,
                rule,
                package: names.package.clone(),
                path,
                number: 0,
                has_twins: false,
                line: line(definition),
                kind,
            };
            let path = definition.rule_path();
            let count = counts.entry(path.clone()).or_default();
            let number = *count;
            *count += 1;
            if filter.is_none_or(|filter| filter.is_match(&path)) {
                found.push(Definition { number, ..definition });
            }
        }
    }
    for definition in &mut found {
        definition.has_twins = counts.get(&definition.rule_path()).is_some_and(|count| *count > 1);
    }
    found
}

fn line(rule: &Rule) -> usize {
    match rule {
        Rule::Spec { span, .. } | Rule::Default { span, .. } => span.line,
    }
}

/// The name of a test up to the part that makes it one, and its kind; nothing for another rule.
fn test(rule: &Rule) -> Option<(Vec<String>, Kind)> {
    let path = uses::rule_path(rule)?;
    let at = path.iter().position(|part| part.starts_with(PREFIX) || part.starts_with(SKIPPED))?;
    let (name, rest) = path.split_at_checked(at + 1)?;
    let kind = match rule {
        _ if name.last()?.starts_with(SKIPPED) => Kind::Skipped,
        Rule::Default { .. } => Kind::Value,
        Rule::Spec { head: RuleHead::Func { .. }, .. } => Kind::Function,
        Rule::Spec { head: RuleHead::Set { refr, .. }, .. } => match (rest, is_dynamic(refr)) {
            ([], false) => Kind::Set,
            _ => Kind::Object,
        },
        Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => match (rest, is_dynamic(refr)) {
            (_, true) => Kind::Table,
            ([], false) => Kind::Value,
            (_, false) => Kind::Object,
        },
    };
    Some((name.to_vec(), kind))
}

/// Whether a head has a step that is only known when it is evaluated.
fn is_dynamic(refr: &Expr) -> bool {
    refr.reference().1.iter().any(|step| match step {
        Step::Name(_) => false,
        Step::Dynamic(index) => !matches!(index, Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. }),
    })
}

/// The bytes of a head that are the test's own name, which is all of it unless it is a table's.
pub(super) fn name_range(rule: &Rule, n_parts: usize) -> Option<std::ops::Range<usize>> {
    let refr = match rule {
        Rule::Spec {
            head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        }
        | Rule::Default { refr, .. } => refr,
    };
    // From the outermost step inwards, until only the name is left.
    let (mut here, mut n_steps) = (refr, refr.reference().1.len());
    while n_steps >= n_parts {
        here = match here {
            Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => refr,
            _ => return None,
        };
        n_steps -= 1;
    }
    let range = synthetic::whole(here)?;
    match rule {
        // The word `default` goes with the name.
        Rule::Default { .. } => Some(synthetic::range(rule).start..range.end),
        Rule::Spec { .. } => Some(range),
    }
}
