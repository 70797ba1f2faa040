//! Policies of some kilobytes that would keep loading busy for hours, or fill the memory with what is wrong with them.

use super::{DENIES_BAD, Fixture};

/// What loading says about a library of these lines, and that it says it in no time.
#[track_caller]
fn said_quickly(lines: impl Iterator<Item = String>) -> Vec<String> {
    let text = format!("package lib.x\n\nimport rego.v1\n\n{}", lines.collect::<String>());
    let fixture = Fixture::new().with_control("XX01", "a", DENIES_BAD).with("lib/x/x.rego", &text);
    let begun = std::time::Instant::now();
    let said = fixture.problems();
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(said.len() < 200_000, "{} bytes", said.len());
    said.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn a_thousand_rules_that_all_name_their_package_are_a_few_problems() {
    let problems = said_quickly((0..1_500).map(|number| format!("r{number} := data.lib.x\n")));
    assert!(problems[0].contains("`lib.x.r0` → `lib.x.r0` [recursion]"), "{}", problems[0]);
}

#[test]
fn a_ring_of_thousands_of_rules_is_one_problem_that_names_a_few() {
    let line = |number: usize| format!("r{number} := r{}\n", number + 1);
    let problems = said_quickly((0..3_000).map(line).chain(["r3000 := r0\n".to_owned()]));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains(" → … → `lib.x.r0` [recursion]"), "{}", problems[0]);
}

#[test]
fn a_thousand_rules_that_name_themselves_are_a_hundred_problems() {
    let problems = said_quickly((0..1_500).map(|number| format!("r{number} := r{number}\n")));
    assert_eq!(problems.len(), 100);
}

#[test]
fn a_thousand_references_to_nothing_are_a_hundred_problems() {
    let problems = said_quickly((0..1_500).map(|number| format!("r{number} := data.lib.x.no{number}\n")));
    assert_eq!(problems.len(), 100);
}

#[test]
fn brackets_that_each_may_nest_so_deep_may_not_all_nest_so_deep() {
    let value = format!("{}1{}", "[".repeat(12), "]".repeat(12));
    let problems = said_quickly((0..1_000).map(|number| format!("r{number} := {value}\n")));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("would take minutes [bracket-depth]"), "{}", problems[0]);
}
