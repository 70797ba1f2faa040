//! Which lines of the policies were evaluated, by whatever thread and whatever test.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regorus::Value;

use super::super::bundle::TEST_SUFFIX;
use super::super::engine::{Policy, Prepared, Text};
use super::super::syntax::{Expr, Rule};
use super::definitions::path_text;
use super::loaded::Loaded;
use super::synthetic;

/// The lines of every policy that is no test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By name.
    pub files: Vec<FileCoverage>,
}

/// The lines of one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCoverage {
    /// Its name.
    pub file: String,
    /// Its text, for showing the lines.
    pub text: String,
    /// Lines with something that was evaluated.
    pub covered: BTreeSet<u32>,
    /// Lines with something that could have been evaluated, and was not.
    pub not_covered: BTreeSet<u32>,
}

impl Coverage {
    /// How many lines were evaluated, and how many could have been.
    #[must_use]
    pub fn lines(&self) -> (usize, usize) {
        let covered = self.files.iter().map(|file| file.covered.len()).sum::<usize>();
        (covered, covered + self.files.iter().map(|file| file.not_covered.len()).sum::<usize>())
    }

    /// The share of lines that were evaluated, in percent; all of nothing is 100.
    #[must_use]
    pub fn percent(&self) -> f64 {
        let (covered, all) = self.lines();
        percent(covered, all)
    }
}

impl FileCoverage {
    /// The share of lines that were evaluated, in percent.
    #[must_use]
    pub fn percent(&self) -> f64 {
        percent(self.covered.len(), self.covered.len() + self.not_covered.len())
    }
}

fn percent(part: usize, all: usize) -> f64 {
    // Rounded down to hundredths, so that 100 says that nothing is left.
    if all == 0 { 100.0 } else { (10_000.0 * part as f64 / all as f64).floor() / 100.0 }
}

/// The name of the rule that makes the engine look at a policy that nothing has touched.
const TOUCHED: &str = "tidewaiter_touched";
/// How long that may take.
const TOUCHING: Duration = Duration::from_secs(5);

/// What the engines saw of a library, together.
pub(super) fn merge<'a>(
    loaded: &Loaded<'_>,
    engines: impl Iterator<Item = &'a Prepared>,
    tests: &BTreeSet<(usize, usize)>,
) -> Vec<FileCoverage> {
    let mut seen = BTreeMap::<String, (BTreeSet<u32>, BTreeSet<u32>)>::new();
    for file in engines.flat_map(Prepared::coverage) {
        let (covered, not_covered) = seen.entry(file.path).or_default();
        covered.extend(file.covered);
        not_covered.extend(file.not_covered);
    }
    let mut files = Vec::new();
    for (number, policy) in loaded.library.policies.iter().enumerate() {
        if policy.file.ends_with(TEST_SUFFIX) || loaded.library.borrowed.contains(&policy.file) {
            continue;
        }
        let (mut covered, mut not_covered) = seen
            .remove(&policy.file)
            .unwrap_or_else(|| (BTreeSet::new(), untouched(loaded, number).unwrap_or_default()));
        not_covered.retain(|line| !covered.contains(line));
        // Tests may stand among the policies that they test.
        for (_, rule) in tests.iter().filter(|(file, _)| *file == number) {
            let lines =
                loaded.modules.get(number).and_then(|module| lines(module.rules.get(*rule)?, &policy.text));
            if let Some(lines) = lines {
                covered.retain(|line| !lines.contains(line));
                not_covered.retain(|line| !lines.contains(line));
            }
        }
        if !covered.is_empty() || !not_covered.is_empty() {
            files.push(FileCoverage {
                file: policy.file.clone(),
                text: policy.text.clone(),
                covered,
                not_covered,
            });
        }
    }
    files
}

/// The lines of a rule.
fn lines(rule: &Rule, text: &str) -> Option<std::ops::RangeInclusive<u32>> {
    let (Rule::Spec { span, .. } | Rule::Default { span, .. }) = rule;
    let first = u32::try_from(span.line).ok()?;
    let more = text.get(synthetic::range(rule))?.matches('\n').count();
    Some(first..=first.checked_add(u32::try_from(more).ok()?)?)
}

/// The lines of a policy that nothing has touched: the engine reports a policy only when something in it was evaluated, so
/// it gets a rule more.
fn untouched(loaded: &Loaded<'_>, number: usize) -> Option<BTreeSet<u32>> {
    let (policy, names) = (loaded.library.policies.get(number)?, loaded.names.get(number)?);
    let text = format!("{}\n\n{TOUCHED} := true\n", policy.text);
    let mut policies = [Policy { file: policy.file.clone(), text, v0: policy.v0 }];
    let nothing = Value::new_object();
    let modules = Prepared::trees(&mut policies, &mut Vec::new())?;
    let texts = policies.each_ref().map(|it| Text { file: &it.file, text: &it.text, v0: it.v0 });
    let prepared = Prepared::for_tests(&texts, &nothing, true, &mut Vec::new())?;
    let touched = modules.iter().flat_map(|module| &module.rules).filter_map(|rule| match rule {
        Rule::Spec {
            head: super::super::syntax::RuleHead::Compr { refr: Expr::Var { span, value }, .. },
            ..
        } => (value == TOUCHED).then_some(span.line),
        _ => None,
    });
    let touched = touched.max()?;
    let mut engine = prepared.with_input(Value::Undefined, TOUCHING);
    let (spare, rule) = (engine.clone(), TOUCHED.to_owned());
    engine
        .evaluate(&path_text(["data".to_owned()].iter().chain(&names.package).chain([&rule])), &spare)
        .ok()?;
    let file = engine.coverage().into_iter().find(|file| file.path == policy.file)?;
    let lines = file.covered.into_iter().chain(file.not_covered);
    Some(lines.filter(|line| usize::try_from(*line).is_ok_and(|line| line < touched)).collect())
}
