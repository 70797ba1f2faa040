//! Whether every control proves that it can fire, and that it can be satisfied.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use regorus::Value;

use super::index::Unit;
use super::unit;
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::bundle::TEST_SUFFIX;
use crate::policy::engine::Prepared;
use crate::policy::files::{Source, Tree};
use crate::policy::graph::rule_name;
use crate::policy::syntax::Rule;
use crate::policy::{Bundles, ExampleKind, Limits, data, run_examples, scan};

/// How long one test may run, as under `opa test`.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The tests and examples that every control has, by the beginnings of their names.
const TESTS: [&str; 2] = ["test_denies_", "test_allows_"];
const EXAMPLES: [&str; 2] = ["fail_", "pass_"];

/// Looks for the tests and examples of every control.
pub(super) fn check_presence(tree: &Tree, limits: &Limits, problems: &mut Vec<Diagnostic>) {
    for policy in controls(tree) {
        let Some((folder, name)) = policy.rsplit_once('/') else { continue };
        let slug = name.strip_suffix(".rego").unwrap_or(name);
        let (file, place) = (tree.name(policy), place_of_package(tree, policy, limits));
        let tests = format!("{folder}/{slug}{TEST_SUFFIX}");
        let text = tree.text(&tests, &mut Vec::new()).unwrap_or_default();
        let heads = scan::scan(&tests, text, limits, &mut Vec::new()).heads;
        for prefix in TESTS {
            if !heads.iter().any(|head| head.word.starts_with(prefix)) {
                let message = format!("the control has no test `{prefix}…`");
                let problem = Diagnostic::of_file(&file, Code::MissingTest, message).at(place.0, place.1);
                problems.push(problem.with_help(format!("write one in `{}`", tree.name(&tests))));
            }
        }
        let examples = format!("{folder}/examples/");
        for prefix in EXAMPLES {
            let is_one = |path: &String| {
                path.strip_prefix(&examples)
                    .is_some_and(|name| name.starts_with(prefix) && name.ends_with(".json"))
            };
            if !tree.files.keys().any(is_one) {
                let message = format!("the control has no example `{prefix}….json`");
                let problem = Diagnostic::of_file(&file, Code::MissingExample, message).at(place.0, place.1);
                problems.push(problem.with_help(format!("put one into `{}`", tree.name(&examples))));
            }
        }
    }
}

/// Where a policy names its package.
fn place_of_package(tree: &Tree, policy: &str, limits: &Limits) -> (usize, usize) {
    let text = tree.text(policy, &mut Vec::new()).unwrap_or_default();
    let heads = scan::scan(policy, text, limits, &mut Vec::new()).heads;
    let package = heads.iter().find(|head| head.word == "package");
    package.map_or((1, 1), |head| (head.line, head.column))
}

/// The policies of a bundle's controls.
fn controls(tree: &Tree) -> impl Iterator<Item = &String> {
    tree.files.keys().filter(|path| match path.split('/').collect::<Vec<_>>().as_slice() {
        ["controls", _, slug, policy] => policy.strip_suffix(".rego") == Some(slug),
        _ => false,
    })
}

/// Judges every example, and finds controls that nothing makes fire.
pub(super) fn check(
    sources: &[Source],
    bundles: &Bundles,
    trees: &[Arc<Tree>],
    required: &[Arc<Tree>],
    limits: &Limits,
    problems: &mut Vec<Diagnostic>,
) {
    let results = match run_examples(sources, limits) {
        Ok(results) => results,
        Err(found) => return problems.extend(found),
    };
    let all = [trees, required].concat();
    let mut proven = BTreeSet::new();
    for result in results {
        match result.problem {
            None if result.shows == ExampleKind::Fail => drop(proven.insert(result.package)),
            None => {}
            Some(_) if problems.iter().any(|it| it.code == Code::WrongExample && it.file == result.file) => {}
            Some(problem) => {
                let help = match result.shows {
                    ExampleKind::Fail => "an example `fail_…` makes its control fire",
                    ExampleKind::Pass => {
                        "an example `pass_…` holds what its control accepts, with full coverage"
                    }
                    ExampleKind::Unknown => "an example `unknown_…` lacks evidence, and nothing in it fails",
                };
                let problem = Diagnostic::of_file(result.file, Code::WrongExample, problem);
                problems.push(problem.with_help(help));
            }
        }
    }
    for control in bundles.all_controls().iter().filter(|control| !proven.contains(&control.package)) {
        for tree in trees {
            let policy = format!("{}.rego", path_of(&control.package));
            if tree.files.contains_key(&policy) && !fires_in_tests(&all, &tree.name(&policy), limits) {
                let message =
                    format!("neither a test nor an example makes the control `{}` fire", control.id);
                let place = place_of_package(tree, &policy, limits);
                let problem = Diagnostic::of_file(tree.name(&policy), Code::NeverFires, message);
                let problem = problem.at(place.0, place.1);
                let help = "a control that cannot fire passes everything: add an example `fail_….json`";
                problems.push(problem.with_help(help));
            }
        }
    }
}

/// `tidewaiter.controls.a.b` stands in `controls/a/b/b`.
fn path_of(package: &str) -> String {
    let path = package.strip_prefix("tidewaiter.").unwrap_or(package).replace('.', "/");
    let slug = path.rsplit('/').next().unwrap_or_default().to_owned();
    format!("{path}/{slug}")
}

/// Whether some test of a control holds only because its `deny` does: it no longer holds when that is taken out.
///
/// `policy` is the control's file as messages name it; `all` is every bundle that it may need.
fn fires_in_tests(all: &[Arc<Tree>], policy: &str, limits: &Limits) -> bool {
    let mut ignored = Vec::new();
    let policies = all.iter().flat_map(|tree| tree.files.keys().map(move |path| (tree, path)));
    let policies = policies.filter(|(_, path)| path.ends_with(".rego"));
    let units = policies.filter_map(|(tree, path)| unit(tree, path, limits, &mut ignored).ok());
    let units = units.collect::<Vec<_>>();
    let folder = policy.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_beside = |file: &str| file.rsplit_once('/').is_some_and(|(it, _)| it == folder);
    let tests = units.iter().filter(|unit| unit.is_test && is_beside(&unit.file));
    let tests = tests.flat_map(|unit| {
        let names = unit.module.rules.iter().filter_map(rule_name).map(|name| name.join("."));
        names
            .filter(|name| name.starts_with("test_"))
            .map(|name| format!("data.{}.{name}", unit.package.join(".")))
    });
    let documents = all.iter().flat_map(|tree| data::documents_unchecked(tree, &mut ignored));
    let documents = documents.collect::<Vec<_>>();
    let data = data::merge(&documents, &mut ignored);
    let data = serde_json::Value::Object(data);
    let prepared = |is_mute: bool| {
        let texts = units.iter().map(|unit| {
            let text = if is_mute && unit.file == policy { muted(unit) } else { unit.text.clone() };
            (unit.file.clone(), text)
        });
        let prepared = Prepared::new(&texts.collect::<Vec<_>>(), &data, &mut Vec::new())?;
        Some(prepared.with_input(Value::Undefined, TIME_LIMIT))
    };
    let (Some(whole), Some(mute)) = (prepared(false), prepared(true)) else { return false };
    let (mut with, mut without) = (whole.clone(), mute.clone());
    tests.collect::<BTreeSet<_>>().into_iter().any(|test| {
        let holds = |engine: &mut Prepared, spare: &Prepared| {
            matches!(engine.evaluate(&test, spare), Ok(Value::Bool(true)))
        };
        holds(&mut with, &whole) && !holds(&mut without, &mute)
    })
}

/// A control's policy with a `deny` that is always empty.
fn muted(unit: &Unit) -> String {
    let mut text = unit.text.clone();
    for rule in &unit.module.rules {
        if let Rule::Spec { span, .. } = rule
            && rule_name(rule).is_some_and(|name| name == ["deny"])
            && let Some(definition) = text.get(span.range())
        {
            let blank = definition.chars().map(|it| if it == '\n' { it } else { ' ' }).collect::<String>();
            // As many bytes as before, so that the other rules stay where they are.
            let missing = definition.len().saturating_sub(blank.len());
            text.replace_range(span.range(), &(blank + &" ".repeat(missing)));
        }
    }
    text + "\n\ndeny contains \"never\" if false\n"
}
