//! Files of frameworks, each read alone and put together with others.

use std::collections::BTreeSet;

use super::*;
use crate::diagnostic::Diagnostic;

const RIGHT: &str = "\
id: nist
title: NIST
version: r5
source: https://example.com
requirement_format: NIST.800-53.r5 {id}
requirements:
  - {id: AC-6, title: Least privilege, controls: [TD02, TD01]}
  - {id: AC-2, controls: [TD01]}
  - {id: AC-1, reason: a policy of people}
";

/// What another bundle's file begins with that leaves everything to `RIGHT`.
const MORE: &str = "id: nist\nrequirements:\n";

/// A bundle: its name, what it requires, its controls (one that begins with `-` is off), and its file of a framework.
type Said<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a str);

/// The frameworks of some bundles, and what is wrong with their files.
fn united(bundles: &[Said<'_>]) -> (Vec<Framework>, String) {
    let mut problems = Vec::<Diagnostic>::new();
    let (mut read, mut enabled) = (Vec::new(), BTreeSet::new());
    for (name, requires, controls, text) in bundles {
        let id = |control: &str| ControlId::new(control.trim_start_matches('-')).unwrap();
        enabled.extend(controls.iter().filter(|it| !it.starts_with('-')).map(|it| id(it)));
        let controls = controls.iter().map(|it| id(it)).collect::<BTreeSet<_>>();
        let requires = requires.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let part = parse(&format!("{name}/nist.yaml"), "nist", text, &mut problems);
        read.push((*name, requires, controls, part.into_iter().collect::<Vec<_>>()));
    }
    let holders =
        read.iter().map(|(bundle, requires, controls, parts)| Holder { bundle, requires, controls, parts });
    let frameworks = unite(&holders.collect::<Vec<_>>(), &enabled.iter().collect(), &mut problems);
    problems.sort();
    let shown = problems.iter().map(|problem| match &problem.help {
        Some(help) => format!("{problem} ({help})"),
        None => problem.to_string(),
    });
    (frameworks, shown.collect::<Vec<_>>().join("\n"))
}

fn alone(text: &str) -> (Option<Framework>, String) {
    let (frameworks, problems) = united(&[("f", &[], &["TD01", "TD02"], text)]);
    (frameworks.into_iter().next(), problems)
}

/// One line for each requirement of `RIGHT` and what another bundle says of them; the other has the control `SV01`.
fn with(requirements: &str) -> String {
    let text = format!("{MORE}{requirements}");
    let (frameworks, problems) =
        united(&[("a", &[], &["TD01", "TD02"], RIGHT), ("b", &[], &["SV01", "-SV02"], &text)]);
    assert_eq!(problems, "");
    let [framework] = frameworks.as_slice() else { panic!("{frameworks:?}") };
    let lines = framework.requirements.iter().map(|it| {
        let controls = it.controls.iter().map(ControlId::as_str).collect::<Vec<_>>().join(" ");
        format!("{} [{controls}] {}", it.id, it.reason.as_deref().unwrap_or("-"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_control_gets_its_requirements_as_security_hub_writes_them() {
    let (framework, problems) = alone(RIGHT);
    assert_eq!(problems, "");
    let mappings = mappings(&[framework.unwrap()]);
    let labels = mappings[&ControlId::new("TD01").unwrap()].iter().map(|it| it.label.clone().unwrap());
    assert_eq!(labels.collect::<Vec<_>>(), ["NIST.800-53.r5 AC-2", "NIST.800-53.r5 AC-6"]);
}

#[test]
fn a_requirement_that_nobody_answers_to_keeps_its_reason() {
    let requirements = alone(RIGHT).0.unwrap().requirements;
    assert_eq!(requirements[2].reason.as_deref(), Some("a policy of people"));
    assert_eq!((&requirements[2].controls, &requirements[0].reason), (&Vec::new(), &None));
}

#[test]
fn without_a_format_nothing_is_written_into_findings() {
    let text = RIGHT.replace("requirement_format: NIST.800-53.r5 {id}\n", "");
    let (framework, problems) = alone(&text);
    assert_eq!(problems, "");
    let mapping = mappings(&[framework.unwrap()]).remove(&ControlId::new("TD02").unwrap()).unwrap();
    assert_eq!((mapping[0].label.as_deref(), &*mapping[0].text()), (None, "nist AC-6"));
}

#[test]
fn thousands_of_requirements_are_told_apart_quickly() {
    let requirements = (0..30_000).map(|number| format!("  - {{id: R{number}}}\n")).collect::<String>();
    let (head, _) = RIGHT.split_once("  - ").unwrap();
    let begun = std::time::Instant::now();
    let bundles =
        [("a", format!("{head}{requirements}")), ("b", format!("{MORE}{requirements}  - {{id: S}}\n"))];
    let bundles = bundles.each_ref().map(|(name, text)| (*name, &[][..], &[][..], text.as_str()));
    let (frameworks, problems) = united(&bundles);
    assert_eq!((frameworks[0].requirements.len(), problems), (30_001, String::new()));
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    let text = RIGHT
        .replace("TD02", "TD03")
        .replace("{id}\n", "\n")
        .replace("id: nist", "id: nits")
        .replace("AC-2", "AC-6");
    insta::assert_snapshot!(alone(&text).1, @r"
    f/nist.yaml:1:5: the framework `nits` stands in a file named `nist` [framework]
    f/nist.yaml:5:21: `requirement_format` does not hold `{id}` [framework]
    f/nist.yaml:7:51: neither the bundle nor one that it requires has a control `TD03` [framework] (did you mean `TD01`?)
    f/nist.yaml:8:5: the requirement `AC-6` stands twice in the framework [framework]
    ");
    insta::assert_snapshot!(alone("id: nist\ntitle: 5\nrequirements: []\n").1, @r"
    f/nist.yaml:1:1: the framework has no `source` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    f/nist.yaml:1:1: the framework has no `version` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    f/nist.yaml:2:8: `title` of the framework is a number, and must be a string [framework]
    ");
}

#[test]
fn bundles_answer_to_one_framework_together() {
    insta::assert_snapshot!(with("  - {id: AC-3, controls: [SV01]}\n  - {id: AC-2, controls: [SV01]}\n"), @r"
    AC-6 [TD01 TD02] -
    AC-2 [SV01 TD01] -
    AC-1 [] a policy of people
    AC-3 [SV01] -
    ");
    // What the framework is, the one file says for both.
    let text = format!("{MORE}  - {{id: AC-3, controls: [SV01]}}\n");
    let (frameworks, _) = united(&[("a", &[], &["TD01", "TD02"], RIGHT), ("b", &[], &["SV01"], &text)]);
    assert_eq!((frameworks[0].title.as_str(), frameworks[0].version.as_str()), ("NIST", "r5"));
    let mut labels = frameworks[0].requirements.iter().map(|it| it.label.as_deref().unwrap());
    assert_eq!(labels.next_back(), Some("NIST.800-53.r5 AC-3"));
    let mappings = mappings(&frameworks);
    let of_other = mappings[&ControlId::new("SV01").unwrap()].iter().map(|it| &*it.requirement);
    assert_eq!(of_other.collect::<Vec<_>>(), ["AC-3"]);
}

#[test]
fn what_another_bundle_covers_is_no_gap() {
    insta::assert_snapshot!(with("  - {id: AC-1, controls: [SV01]}\n"), @r"
    AC-6 [TD01 TD02] -
    AC-2 [TD01] -
    AC-1 [SV01] -
    ");
    insta::assert_snapshot!(with("  - {id: AC-2, reason: not here}\n"), @r"
    AC-6 [TD01 TD02] -
    AC-2 [TD01] -
    AC-1 [] a policy of people
    ");
    // What the controls leave open stays open, and is said once.
    insta::assert_snapshot!(with("  - {id: AC-1, controls: [SV01], reason: people differ}\n"), @r"
    AC-6 [TD01 TD02] -
    AC-2 [TD01] -
    AC-1 [SV01] people differ
    ");
}

#[test]
fn a_control_that_is_off_closes_no_gap() {
    insta::assert_snapshot!(with("  - {id: AC-1, controls: [SV02]}\n"), @r"
    AC-6 [TD01 TD02] -
    AC-2 [TD01] -
    AC-1 [SV02] a policy of people
    ");
}

#[test]
fn a_gap_that_nobody_covers_keeps_every_reason_once() {
    insta::assert_snapshot!(with("  - {id: AC-1, reason: a policy of people}\n"), @r"
    AC-6 [TD01 TD02] -
    AC-2 [TD01] -
    AC-1 [] a policy of people
    ");
    insta::assert_snapshot!(with("  - {id: AC-1, reason: nor of ours}\n"), @r"
    AC-6 [TD01 TD02] -
    AC-2 [TD01] -
    AC-1 [] a policy of people nor of ours
    ");
}

#[test]
fn files_that_contradict_each_other_are_told_where() {
    let other = RIGHT
        .replace("title: NIST", "title: Nist")
        .replace("NIST.800-53.r5 {id}", "NIST {id}")
        .replace("Least privilege", "Most privilege");
    let (_, problems) = united(&[
        ("a", &[], &["TD01", "TD02"], RIGHT),
        ("b", &["a"], &[], &other),
        // A text that is refused contradicts nothing.
        ("c", &["a"], &[], "id: nist\ntitle: []\nrequirements: []\n"),
    ]);
    insta::assert_snapshot!(problems, @r"
    b/nist.yaml:2:8: `title` of the framework `nist` is `Nist`, and `NIST` in a/nist.yaml:2 [framework] (write the same, or leave it out where the other bundle is required)
    b/nist.yaml:5:21: `requirement_format` of the framework `nist` is `NIST {id}`, and `NIST.800-53.r5 {id}` in a/nist.yaml:5 [framework] (write the same, or leave it out where the other bundle is required)
    b/nist.yaml:7:23: `title` of the requirement `AC-6` is `Most privilege`, and `Least privilege` in a/nist.yaml:7 [framework] (write the same, or leave it out where the other bundle is required)
    c/nist.yaml:2:8: `title` of the framework is a list, and must be a string [framework]
    ");
}

#[test]
fn a_file_names_controls_that_its_bundle_cannot_be_loaded_without() {
    let naming = |control: &str| format!("{MORE}  - {{id: AC-9, controls: [{control}]}}\n");
    let problems = |requires: &[&str], control: &str| {
        let text = naming(control);
        united(&[
            ("a", &[], &["TD01", "TD02"], RIGHT),
            ("b", &["a"], &["SV01"], MORE.replace(":\n", ": []\n").as_str()),
            ("c", requires, &["CL01"], &text),
        ])
        .1
    };
    assert_eq!(problems(&[], "CL01"), "");
    assert_eq!(problems(&["b"], "SV01"), "");
    assert_eq!(problems(&["b"], "TD01"), "", "what a required bundle requires is there too");
    insta::assert_snapshot!(problems(&[], "SV01"), @"c/nist.yaml:3:27: neither the bundle nor one that it requires has a control `SV01` [framework] (it is one of `b`: require that bundle, or name it in its `frameworks/nist.yaml`)");
    insta::assert_snapshot!(problems(&["b"], "TD11"), @"c/nist.yaml:3:27: neither the bundle nor one that it requires has a control `TD11` [framework] (did you mean `TD01`?)");
}

#[test]
fn a_file_that_leaves_everything_to_others_is_not_enough_alone() {
    insta::assert_snapshot!(alone(MORE.replace(":\n", ": []\n").as_str()).1, @r"
    f/nist.yaml:1:1: the framework has no `source` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    f/nist.yaml:1:1: the framework has no `title` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    f/nist.yaml:1:1: the framework has no `version` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    ");
}
