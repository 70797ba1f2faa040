//! The formats, each on one run with everything in it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{PrettyOptions, Tally};
use crate::policy::{Bench, CaseResult, Coverage, FailedAt, FileCoverage, TestOutcome, TestResult, TestRun};

fn result(name: &str, line: usize, outcome: TestOutcome) -> TestResult {
    TestResult {
        package: "p_test".to_owned(),
        name: name.to_owned(),
        file: "p_test.rego".to_owned(),
        line,
        outcome,
        duration: Duration::from_micros(1500),
        output: Vec::new(),
        cases: Vec::new(),
        failed_at: None,
        notes: Vec::new(),
        bench: None,
    }
}

fn failed_at(text: &str, values: &[(&str, &str)]) -> FailedAt {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    FailedAt { file: "p_test.rego".to_owned(), line: 9, text: text.to_owned(), values }
}

fn run() -> TestRun {
    let case = |path: &[&str], failed_at: Option<FailedAt>| CaseResult {
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        passed: failed_at.is_none(),
        failed_at,
    };
    let tests = vec![
        result("test_good", 3, TestOutcome::Passed),
        TestResult {
            failed_at: Some(failed_at(
                "got == {\n\t\t\"a\": 1,\n\t}",
                &[("got", "{\"a\":2}"), ("count(got) + count(wanted)", "2")],
            )),
            output: vec!["p_test.rego:8: hello".to_owned()],
            ..result("test_bad", 7, TestOutcome::Failed)
        },
        TestResult {
            cases: vec![case(&["a", "x"], None), case(&["a", "y"], Some(failed_at("x < 2", &[])))],
            ..result("test_table", 12, TestOutcome::Failed)
        },
        result("test_broken", 20, TestOutcome::Error("conflict (p.rego:3:1)".to_owned())),
        TestResult { duration: Duration::ZERO, ..result("todo_test_later", 25, TestOutcome::Skipped) },
        TestResult {
            notes: vec!["it reads `input`".to_owned()],
            ..result("test_bare", 30, TestOutcome::Passed)
        },
    ];
    let coverage = Coverage {
        files: vec![FileCoverage {
            file: "p.rego".to_owned(),
            text: "package p\n\nx if {\n\ttrue\n\tfalse\n}\n".to_owned(),
            covered: BTreeSet::from([4]),
            not_covered: BTreeSet::from([5, 7, 8]),
        }],
    };
    TestRun { tests, coverage: Some(coverage) }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn a_table_counts_by_its_cases() {
    assert_eq!(Tally::of(&run()), Tally { passed: 3, failed: 2, errors: 1, skipped: 1 });
}

#[test]
fn people_see_what_failed_where_and_why() {
    insta::assert_snapshot!(plain(&super::pretty(&run(), PrettyOptions::default())), @r#"
    p_test.rego:7:
    data.p_test.test_bad: FAIL (1.5ms)
      p_test.rego:9:
        got == {
            "a": 1,
        }

        got  {"a":2}
        count(got) + count(wanted)
          2

      p_test.rego:8: hello

    p_test.rego:12:
    data.p_test.test_table: FAIL (1.5ms)
      a: y: FAIL
        p_test.rego:9:
          x < 2
    p_test.rego:20:
    data.p_test.test_broken: ERROR (1.5ms)
      conflict (p.rego:3:1)
    p_test.rego:25:
    data.p_test.todo_test_later: SKIPPED
    p_test.rego:30:
    data.p_test.test_bare: PASS (1.5ms)
      note: it reads `input`
    --------------------------------------------------------------------------------
    PASS: 3/7
    FAIL: 2/7
    SKIPPED: 1/7
    ERROR: 1/7
    "#);
}

#[test]
fn passing_tests_and_benchmarks_show_when_they_are_asked_for() {
    let passed = result("test_good", 3, TestOutcome::Passed);
    let verbose = |test: &TestResult| {
        let run = TestRun { tests: vec![test.clone()], coverage: None };
        plain(&super::pretty(&run, PrettyOptions { verbose: true }))
    };
    assert!(verbose(&passed).contains("data.p_test.test_good: PASS (1.5ms)"));
    let bench = Bench { runs: 10, total: Duration::from_millis(20) };
    assert!(
        verbose(&TestResult { bench: Some(bench), ..passed })
            .contains("data.p_test.test_good\t10 runs\t2.0ms each")
    );
    assert_eq!(plain(&super::pretty(&TestRun::default(), PrettyOptions::default())), "no tests were run\n");
}

#[test]
fn coverage_says_which_lines_were_missed_and_shows_them() {
    let coverage = run().coverage.unwrap();
    insta::assert_snapshot!(plain(&super::coverage(&coverage)), @r"
     25.00 %        1/4  p.rego
                         missed 5 7-8
     25.00 %        1/4  all policies
    ");
    insta::assert_snapshot!(plain(&super::coverage_source(&coverage)).trim_end().replace('\t', "  "), @r"
    p.rego 25.00 %
        1   package p
        2   
        3   x if {
        4 +   true
        5 -   false
        6   }
    ");
}

#[test]
fn programs_get_what_opa_gives_them_and_a_version() {
    let json = super::json(&run()).unwrap();
    let json = serde_json::from_str::<serde_json::Value>(&json).unwrap();
    assert_eq!(json["version"], "1");
    assert_eq!(json["summary"]["failed"], 2);
    let bad = &json["tests"][1];
    assert_eq!(bad["package"], "data.p_test");
    assert_eq!(bad["outcome"], "fail");
    assert_eq!(bad["fail"], true);
    assert_eq!(bad["location"]["row"], 7);
    assert_eq!(bad["duration_ns"], 1_500_000);
    assert_eq!(bad["output"], "p_test.rego:8: hello");
    assert_eq!(bad["failed_at"]["location"]["row"], 9);
    assert_eq!(bad["failed_at"]["values"]["got"], "{\"a\":2}");
    let table = &json["tests"][2]["sub_results"]["a"];
    assert_eq!((&table["fail"], &table["sub_results"]["y"]["fail"]), (&true.into(), &true.into()));
    assert!(table["sub_results"]["x"].get("fail").is_none());
    assert_eq!(json["tests"][3]["error"]["message"], "conflict (p.rego:3:1)");
    assert_eq!(json["tests"][4]["skip"], true);
    assert_eq!(json["coverage"], 25.0);
    assert_eq!(
        json["files"]["p.rego"]["not_covered"][1],
        serde_json::json!({"start": {"row": 7}, "end": {"row": 8}})
    );
}

#[test]
fn junit_cases_have_names_of_their_own() {
    let mut twice = run();
    twice.tests.push(result("test_good", 3, TestOutcome::Passed));
    let xml = super::junit(&twice).unwrap();
    let names = xml.split("<testcase name=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            "p_test.test_good",
            "p_test.test_bad",
            "p_test.test_table[a][x]",
            "p_test.test_table[a][y]",
            "p_test.test_broken",
            "p_test.todo_test_later",
            "p_test.test_bare",
            "p_test.test_good#01",
        ]
    );
    assert!(xml.contains("<failure message=\"p_test.rego:9 does not hold\">"), "{xml}");
    assert!(xml.contains("<error message=\"conflict (p.rego:3:1)\""), "{xml}");
    assert!(xml.contains("<skipped/>"), "{xml}");
}

#[test]
fn sarif_has_a_result_per_failure_error_and_note() {
    let sarif = serde_json::from_str::<serde_json::Value>(&super::sarif(&run()).unwrap()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let told = results.iter().map(|result| {
        let place = &result["locations"][0]["physicalLocation"];
        format!(
            "{} {} {}:{}",
            result["ruleId"].as_str().unwrap(),
            result["message"]["text"].as_str().unwrap().lines().next().unwrap(),
            place["artifactLocation"]["uri"].as_str().unwrap(),
            place["region"]["startLine"]
        )
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    test-failed `data.p_test.test_bad` fails: got == { p_test.rego:9
    test-failed `data.p_test.test_table[a][y]` fails: x < 2 does not hold p_test.rego:9
    test-error `data.p_test.test_broken`: conflict (p.rego:3:1) p_test.rego:20
    test-note `data.p_test.test_bare`: it reads `input` p_test.rego:30
    ");
}
