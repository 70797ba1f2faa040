//! `tidewaiter fixture`: an example cut out of a real estate.

use serde_json::Value;
use tidewaiter::snapshot::schema;

use crate::support::program::{Program, Ran, project};

fn cut(program: &Program, arguments: &[&str]) -> Ran {
    let estate = project("examples/estate.json");
    program.run([&["fixture", estate.to_str().unwrap()][..], arguments].concat())
}

const AGENT: &str = "arn:aws:ecs:eu-central-1:111122223333:task-definition/node-agent:";

/// The first revision of the node agent in the example, which runs privileged.
fn agent() -> String {
    let estate = std::fs::read_to_string(project("examples/estate.json")).unwrap();
    let estate = serde_json::from_str::<Value>(&estate).unwrap();
    let definitions = estate["ecs"]["task_definitions"].as_object().unwrap();
    definitions.keys().find(|arn| arn.starts_with(AGENT)).unwrap().clone()
}

#[test]
fn a_fixture_fails_by_itself_and_names_nobody() {
    let program = Program::new();
    let agent = agent();
    let ran =
        cut(&program, &["--control", "TD01", "--resource", &agent, "-o", "fail_privileged.json"]).expect(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("failed by TD01") && !ran.stderr.contains("could be"), "{}", ran.stderr);
    let text = std::fs::read_to_string(program.path("fail_privileged.json")).unwrap();
    assert!(!text.contains("agent") && !text.contains("111122223333"), "{text}");
    assert!(text.lines().count() > 10 && text.len() < 1_200, "{text}");
    let document = serde_json::from_str::<Value>(&text).unwrap();
    let problems = jsonschema::validator_for(&schema()).unwrap();
    assert!(problems.is_valid(&document), "{text}");
    let judged = ["evaluate", "--snapshot", "fail_privileged.json", "--control", "TD01", "--format", "json"];
    let report = program.run(judged).expect(0).json();
    assert_eq!(report["summary"]["verdicts"]["failed"], 1);
}

#[test]
fn names_are_kept_when_that_is_asked_for_and_a_name_is_suggested() {
    let agent = agent();
    let ran = cut(&Program::new(), &["--control", "TD01", "--resource", &agent, "--keep-names"]).expect(0);
    assert!(ran.stdout.contains(&agent) && ran.stderr.contains("`fail_privileged.json`"), "{}", ran.stderr);
}

#[test]
fn a_search_that_is_cut_short_still_gives_a_document_and_says_so() {
    let agent = agent();
    let ran =
        cut(&Program::new(), &["--control", "TD01", "--resource", &agent, "--evaluations", "3"]).expect(3);
    assert!(ran.stderr.contains("--evaluations"), "{}", ran.stderr);
    serde_json::from_str::<Value>(&ran.stdout).unwrap();
}

#[test]
fn a_wrong_control_or_resource_is_refused_with_the_nearest() {
    let program = Program::new();
    let agent = agent();
    let wrong = agent.replace("node-agent", "node-agnet");
    let refused = cut(&program, &["--control", "TD01", "--resource", &wrong]).expect(2);
    assert!(refused.stderr.contains(&format!("did you mean `{AGENT}")), "{}", refused.stderr);
    let refused = cut(&program, &["--control", "TD01", "--resource", "x"]).expect(2);
    assert!(refused.stderr.contains("ecs.task_definitions, such as"), "{}", refused.stderr);
    let refused = cut(&program, &["--control", "TD0", "--resource", &agent]).expect(2);
    assert!(refused.stderr.contains("TD0"), "{}", refused.stderr);
    let refused =
        program.run(["fixture", "nowhere.json", "--control", "TD01", "--resource", &agent]).expect(2);
    assert!(refused.stderr.contains("nowhere.json"), "{}", refused.stderr);
}
