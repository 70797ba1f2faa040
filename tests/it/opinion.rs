//! A second opinion on who may do what: another evaluator's, which nobody here wrote, on random policies.

mod case;
mod classes;
mod evaluator;
mod pools;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tidewaiter::access::{Answer, Context, decide, reference};

use self::case::{Case, case};
use self::classes::{OPENS, READINGS, Reading};
use self::evaluator::{Evaluator, Theirs};
use crate::access::support::{Account, ROLE};
use crate::support::program::project;

const CASES: usize = 10_000;

/// The most attempts to make a case smaller.
const ATTEMPTS: usize = 2_000;

/// How many differences without a reason are shown.
const SHOWN: usize = 3;

/// The class of what is decided otherwise because the other evaluator leaves a key of the request out.
const ANOTHER_TYPE: &str = "a key that only another resource type of the action has";

fn ours(case: &Case) -> Answer {
    let mut account = Account::new(case.identity.clone());
    if let Some(boundary) = &case.boundary {
        account = account.within(boundary.clone());
    }
    let levels = case.levels.iter().map(|level| {
        let named = level.iter().enumerate().map(|(number, it)| (format!("scp-{number}"), it.clone()));
        named.collect::<BTreeMap<_, _>>()
    });
    let mut request = Context::complete();
    case.carried.iter().for_each(|(key, values)| request.insert(key, values.clone()));
    let action = reference().action(&case.action).unwrap().1;
    account.under(&levels.collect::<Vec<_>>(), |estate| {
        decide(&estate.principal(ROLE).unwrap(), action, &case.resources, &request).answer
    })
}

fn agree(mine: Answer, theirs: &Theirs) -> bool {
    matches!((mine, theirs.is_allowed), (Answer::Allowed, true) | (Answer::Denied, false))
}

/// The classes that a difference belongs to: as few as explain it, and none when nothing does.
fn explained(case: &Case, mine: Answer, theirs: &Theirs, evaluator: &mut Evaluator) -> Vec<&'static str> {
    if mine == Answer::Unknown {
        return OPENS.iter().filter(|open| (open.is_in)(case)).map(|open| open.name).collect();
    }
    let mut supported = case.clone();
    supported.carried.retain(|key, _| !theirs.ignored.contains(key));
    if agree(ours(&supported), theirs) {
        return vec![ANOTHER_TYPE];
    }
    let mut agrees = |readings: &[&Reading]| {
        let mut read = case.clone();
        readings.iter().for_each(|reading| (reading.rewrite)(&mut read));
        agree(mine, &evaluator.ask_one(&read))
    };
    let mut readings = READINGS.iter().collect::<Vec<_>>();
    if !agrees(&readings) {
        return Vec::new();
    }
    for reading in &READINGS {
        let without = readings.iter().copied().filter(|it| it.name != reading.name).collect::<Vec<_>>();
        if agrees(&without) {
            readings = without;
        }
    }
    readings.iter().map(|reading| reading.name).collect()
}

/// The smallest case that still differs without a reason.
fn smallest(tree: &mut impl ValueTree<Value = Case>, evaluator: &mut Evaluator) -> Case {
    let mut differs = |case: &Case| {
        let (mine, theirs) = (ours(case), evaluator.ask_one(case));
        !agree(mine, &theirs) && explained(case, mine, &theirs, evaluator).is_empty()
    };
    let mut smallest = tree.current();
    let mut is_smaller = tree.simplify();
    for _ in 0..ATTEMPTS {
        if !is_smaller {
            break;
        }
        let case = tree.current();
        is_smaller = if differs(&case) {
            smallest = case;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    smallest
}

/// A difference, in lines that a person can read.
fn shown(case: &Case, evaluator: &mut Evaluator) -> String {
    let carried = json!(case.carried);
    let theirs = if evaluator.ask_one(case).is_allowed { "allowed" } else { "denied" };
    let mut text = format!(
        "here {:?}, there {theirs}: {} on {:?} with {carried}\n",
        ours(case),
        case.action,
        case.resources
    );
    let boundary = case.boundary.iter().map(|it| ("boundary", it));
    let levels = case.levels.iter().flatten().map(|it| ("service control policy", it));
    for (place, document) in [("identity", &case.identity)].into_iter().chain(boundary).chain(levels) {
        writeln!(text, "  {place} of {}: {}", document["Version"], document["Statement"]).unwrap();
    }
    text
}

/// Whether conditions decide it: without them the answer is another.
fn is_decided_by_conditions(case: &Case, mine: Answer) -> bool {
    let mut bare = case.clone();
    bare.statements().filter_map(Value::as_object_mut).for_each(|statement| {
        statement.remove("Condition");
    });
    ours(&bare) != mine
}

#[test]
fn another_evaluator_decides_alike_but_for_what_the_documentation_explains() {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let strategy = case();
    let mut trees = (0..CASES).map(|_| strategy.new_tree(&mut runner).unwrap()).collect::<Vec<_>>();
    let cases = trees.iter().map(ValueTree::current).collect::<Vec<_>>();
    let mine = cases.iter().map(ours).collect::<Vec<_>>();
    let mut evaluator = Evaluator::start();
    let theirs = evaluator.ask(&cases);

    let mut classes = BTreeMap::<_, usize>::new();
    let (mut n_differ, mut unexplained) = (0, Vec::new());
    for (at, case) in cases.iter().enumerate().filter(|(at, _)| !agree(mine[*at], &theirs[*at])) {
        let names = explained(case, mine[at], &theirs[at], &mut evaluator);
        n_differ += usize::from(mine[at] != Answer::Unknown);
        if names.is_empty() {
            unexplained.push(at);
        }
        names.into_iter().for_each(|name| *classes.entry(name).or_default() += 1);
    }
    let n_unexplained = unexplained.len();
    let shown = unexplained.into_iter().take(SHOWN).map(|at| {
        let smallest = smallest(&mut trees[at], &mut evaluator);
        shown(&smallest, &mut evaluator)
    });
    let shown = shown.collect::<String>();
    assert!(n_unexplained == 0, "{n_unexplained} differences without a reason, among them:\n{shown}");

    let known = READINGS.iter().map(|it| it.name).chain(OPENS.iter().map(|it| it.name));
    let known = known.chain([ANOTHER_TYPE]).collect::<BTreeSet<_>>();
    assert_eq!(
        classes.keys().copied().collect::<BTreeSet<_>>(),
        known,
        "a class that no case is of is stale"
    );
    assert_eq!(documented(), known.iter().map(|name| (*name).to_owned()).collect());

    // What is compared is worth comparing.
    let of = |answer| mine.iter().filter(|it| **it == answer).count();
    let n_by_conditions =
        cases.iter().zip(&mine).filter(|(case, mine)| is_decided_by_conditions(case, **mine)).count();
    let percent = |n: usize| n * 100 / CASES;
    let shares = (percent(of(Answer::Allowed)), percent(of(Answer::Denied)), percent(n_by_conditions));
    assert!(shares.0 >= 25 && shares.1 >= 25 && shares.2 >= 15, "{shares:?}");
    let shares = (percent(of(Answer::Unknown)), percent(n_differ));
    assert!(shares.0 <= 4 && shares.1 <= 2, "{shares:?}: {classes:#?}");
}

/// The first column of the table that explains the differences.
fn documented() -> BTreeSet<String> {
    let text = fs::read_to_string(project("docs/access.md")).unwrap();
    let (_, section) = text.split_once("## A second opinion").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |"));
    let names = rows.map(|(name, _)| name.to_owned());
    names.filter(|name| name != "a policy or request with" && !name.starts_with('-')).collect()
}
