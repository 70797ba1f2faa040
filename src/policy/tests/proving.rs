//! Proving: what the runners of tests and examples say.

use super::{DENIES_BAD, Fixture};
use crate::policy::{Limits, run_examples, run_tests};

fn tests(policy: &str) -> String {
    let text = format!(
        "package tidewaiter.controls.service.a_test\n\nimport rego.v1\n\nimport data.tidewaiter.controls.service.a\n\n{policy}"
    );
    let fixture =
        Fixture::new().with_control("XX01", "a", DENIES_BAD).with("controls/service/a/a_test.rego", &text);
    match run_tests(&[fixture.source()], &Limits::default()) {
        Ok(results) => {
            let lines =
                results.iter().map(|it| format!("{}:{} {:?} {:?}", it.name, it.line, it.outcome, it.output));
            lines.collect::<Vec<_>>().join("\n").replace(&fixture.0.path().display().to_string(), "")
        }
        Err(problems) => fixture.render(&problems),
    }
}

#[test]
fn a_bundles_tests_run_beside_its_controls() {
    let policy = "test_denies if {\n\tcount(a.deny) == 1 with input as {\"ecs\": {\"services\": {\"s\": {\"bad\": true}}}}\n}\n\n\
        test_false := false\n\ntodo_test_later if false\n\ntest_prints if {\n\tprint(\"hello\", 1)\n}\n";
    insta::assert_snapshot!(tests(policy), @r#"
        test_denies:7 Passed []
        test_false:11 Failed []
        todo_test_later:13 Skipped []
        test_prints:15 Passed ["/controls/service/a/a_test.rego:16: hello 1"]
        "#);
}

#[test]
fn a_broken_test_file_is_said_with_its_place() {
    insta::assert_snapshot!(tests("test_x if {\n"), @"controls/service/a/a_test.rego:8:1: expecting expression [rego]");
}

#[test]
fn examples_show_what_their_names_say() {
    let document = |services: &str, coverage: &str| {
        format!(
            r#"{{"version": "1", "account": {{"id": "111122223333", "partition": "aws"}}, "region": "eu-central-1",
                "taken_at": "2026-11-22T08:00:00Z", "ecs": {{"services": {services}}}, "coverage": {coverage}}}"#
        )
    };
    let complete = r#"{"ecs.services": {"status": "complete"}}"#;
    let partial = r#"{"ecs.services": {"status": "partial", "gaps": [{"scope": "*", "ids": ["s"], "operation": "x:Y",
        "kind": "timeout", "code": "C", "message": ""}]}}"#;
    let (bad, good) = (r#"{"s": {"bad": true}}"#, r#"{"s": {}}"#);
    let fixture = Fixture::new()
        .with_control("XX01", "a", DENIES_BAD)
        .with("controls/service/a/examples/fail_bad.json", &document(bad, complete))
        .with("controls/service/a/examples/fail_good.json", &document(good, complete))
        .with("controls/service/a/examples/pass_good.json", &document(good, complete))
        .with("controls/service/a/examples/pass_bad.json", &document(bad, complete))
        .with("controls/service/a/examples/pass_nothing.json", &document("{}", complete))
        .with("controls/service/a/examples/pass_unknown.json", &document(good, partial))
        .with("controls/service/a/examples/unknown_partial.json", &document(good, partial))
        .with("controls/service/a/examples/unknown_good.json", &document(good, complete))
        .with("controls/service/a/examples/unknown_broken.json", "{");
    let results = run_examples(&[fixture.source()], &Limits::default()).unwrap();
    let lines = results.iter().map(|it| {
        let name = it.file.rsplit('/').next().unwrap();
        format!("{name}: {}", it.problem.as_deref().unwrap_or("shown"))
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
        fail_bad.json: shown
        fail_good.json: nothing fails (s: Passed)
        pass_bad.json: something fails (s: Failed([Violation { message: "s is bad", evidence: Object {"path": String("bad"), "value": Bool(true)} }]))
        pass_good.json: shown
        pass_nothing.json: the control has nothing to judge ()
        pass_unknown.json: something is unknown (s: Unknown(["ecs.services: x:Y was not answered in time (C)"]))
        unknown_broken.json: the document cannot be read: EOF while parsing an object at line 1 column 1
        unknown_good.json: nothing is unknown (s: Passed)
        unknown_partial.json: shown
        "#);
}

#[test]
fn the_parameters_beside_examples_are_laid_over_the_defaults() {
    let policy = "deny contains {\"resource\": arn, \"message\": \"x\"} if {\n\tsome arn, s in input.ecs.services\n\ts.n > data.params.a.limit\n}\n";
    let document = r#"{"version": "1", "account": {"id": "111122223333", "partition": "aws"}, "region": "eu-central-1",
        "taken_at": "2026-11-22T08:00:00Z", "ecs": {"services": {"s": {"n": 5}}}, "coverage": {"ecs.services": {"status": "complete"}}}"#;
    let fixture = Fixture::new()
        .with("params/data.yaml", "a: {limit: 1}\n")
        .with_control("XX01", "a", policy)
        .with("controls/service/a/examples/pass_x.json", document);
    let problem =
        |fixture: &Fixture| run_examples(&[fixture.source()], &Limits::default()).unwrap()[0].problem.clone();
    assert!(problem(&fixture).is_some());
    let fixture = fixture.with("controls/service/a/examples/params.yaml", "a: {limit: 9}\n");
    assert_eq!(problem(&fixture), None);
    let fixture = fixture.with("controls/service/a/examples/params.yaml", "a: {limits: 9}\n");
    assert_eq!(run_examples(&[fixture.source()], &Limits::default()).unwrap_err().len(), 1);
}
