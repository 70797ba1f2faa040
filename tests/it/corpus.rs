//! The corpus: `test_` rules of every kind, each with the outcome that OPA gives it.
//!
//! Where the two differ stands here as data, with the reason, and in `docs/test.md`. A difference that is gone fails the test
//! as well as one that is new.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::program::{Program, project};
use crate::support::referee::outcomes;

/// Tests that end otherwise than under OPA.
struct Difference {
    why: &'static str,
    opa: &'static str,
    ours: &'static str,
    tests: &'static [&'static str],
}

const DIFFERENCES: [Difference; 17] = [
    Difference {
        why: "OPA takes the arguments of a call out of a negation, and what is undefined there ends the expression",
        opa: "fail",
        ours: "pass",
        tests: &[
            "negation_test.test_a_builtin_that_fails_in_a_comparison",
            "negation_test.test_a_collection_of_in",
            "negation_test.test_an_argument_in_a_comprehension",
            "negation_test.test_an_argument_in_an_array",
            "negation_test.test_an_argument_in_an_object",
            "negation_test.test_an_argument_in_every",
            "negation_test.test_an_argument_of_a_builtin",
            "negation_test.test_an_argument_of_a_builtin_that_tests_a_text",
            "negation_test.test_an_argument_of_a_call",
            "negation_test.test_an_argument_of_a_local",
            "negation_test.test_an_argument_of_a_rule",
            "negation_test.test_an_argument_of_an_operator",
            "negation_test.test_an_argument_of_arithmetic",
            "negation_test.test_an_argument_of_count",
            "negation_test.test_an_argument_of_data",
            "negation_test.test_an_argument_of_in",
            "negation_test.test_an_argument_of_input",
            "negation_test.test_an_argument_of_input_as_given",
            "negation_test.test_an_argument_of_less_than",
            "negation_test.test_an_array_in_a_comparison",
            "negation_test.test_an_index",
        ],
    },
    Difference {
        why: "the engine has no such builtin",
        opa: "pass",
        ours: "error",
        tests: &[
            "collections_test.test_array_flatten",
            "formats_test.test_a_digest",
            "formats_test.test_a_digest_that_is_given",
            "formats_test.test_a_template",
            "formats_test.test_cidr_contains_matches",
            "formats_test.test_cidr_intersects",
            "formats_test.test_cidr_merge",
            "formats_test.test_uri_parse",
        ],
    },
    Difference {
        why: "the engine's `sprintf` fails where OPA prints what is wrong with the arguments",
        opa: "pass",
        ours: "fail",
        tests: &[
            "strings_test.test_sprintf_number_of_a_text",
            "strings_test.test_sprintf_with_too_few",
            "strings_test.test_sprintf_with_too_many",
        ],
    },
    Difference {
        why: "the engine's `sprintf` knows no width of `%s` and writes `%o` with a prefix",
        opa: "pass",
        ours: "fail",
        tests: &["strings_test.test_sprintf_octal", "strings_test.test_sprintf_padded_text"],
    },
    Difference {
        why: "the engine's `sprintf` takes a number for `%s`",
        opa: "fail",
        ours: "pass",
        tests: &["strings_test.test_sprintf_text_of_a_number"],
    },
    Difference {
        why: "the engine adds fractions as binary numbers",
        opa: "pass",
        ours: "fail",
        tests: &["numbers_test.test_fractions_are_added_in_decimals"],
    },
    Difference {
        why: "the engine's `json.marshal` does not escape for HTML, and does not keep a number as it was written",
        opa: "pass",
        ours: "fail",
        tests: &["formats_test.test_json_marshal_escapes", "formats_test.test_json_marshal_of_a_fraction"],
    },
    Difference {
        why: "the engine's `json.match_schema` has a text for its problems, and its `net.cidr_expand` an array",
        opa: "pass",
        ours: "fail",
        tests: &["collections_test.test_json_match_schema_does_not_match", "formats_test.test_cidr_expand"],
    },
    Difference {
        why: "a reference in a head that is undefined is an error of the engine",
        opa: "pass",
        ours: "error",
        tests: &[
            "heads_test.test_a_reference_in_a_set",
            "heads_test.test_a_reference_in_a_set_of_an_object",
            "heads_test.test_a_reference_in_an_object",
        ],
    },
    Difference {
        why: "a call or an object in a head that is undefined becomes a member of the engine's",
        opa: "pass",
        ours: "fail",
        tests: &["heads_test.test_a_call_in_a_set", "heads_test.test_an_object_in_a_set"],
    },
    Difference {
        why: "the engine does not try an `else` after a body that holds and has no value",
        opa: "pass",
        ours: "fail",
        tests: &["rules_test.test_an_else_after_a_body_without_a_value"],
    },
    Difference {
        why: "sets come before objects in the engine's order of kinds",
        opa: "pass",
        ours: "fail",
        tests: &["rules_test.test_kinds_are_ordered"],
    },
    Difference {
        why: "`some … in` a text is an error of the engine",
        opa: "fail",
        ours: "error",
        tests: &["rules_test.test_some_in_a_text"],
    },
    Difference {
        why: "OPA takes the arguments of `print` out of a `with`",
        opa: "pass",
        ours: "pass",
        tests: &["prints_test.test_prints_under_with"],
    },
    Difference {
        why: "under OPA a case that holds covers for another one of its name",
        opa: "pass",
        ours: "fail",
        tests: &["tables_test.test_two_cases_of_one_name"],
    },
    Difference {
        why: "a case that is given up before it has a name may be a filter or a failure",
        opa: "pass",
        ours: "error",
        tests: &["tables_test.test_a_filter_before_the_name"],
    },
    Difference {
        why: "a set is told case by case, and is not `true` under OPA",
        opa: "fail",
        ours: "pass",
        tests: &["tables_test.test_a_set"],
    },
];

/// What one of the two refuses to load, and the other runs: the policy, and what the other says of its test.
struct Refusal {
    why: &'static str,
    policy: &'static str,
    outcome: &'static str,
}

const REFUSED_HERE: [Refusal; 4] = [
    Refusal {
        why: "the engine knows no template strings",
        policy: "x := 1\n\ntest_x if $\"{x}\" == \"1\"\n",
        outcome: "pass",
    },
    Refusal {
        why: "a comprehension's variable has the name of a rule",
        policy: "value := 1\n\ntest_x if [value | some value in [2]] == [2]\n",
        outcome: "pass",
    },
    Refusal {
        why: "the variable of a head's value has the name of a rule",
        policy: "value := 1\n\ntest_x[name] := value if {\n\tsome name, value in {\"a\": true}\n}\n",
        outcome: "pass",
    },
    Refusal {
        why: "a builtin stands in for a function",
        policy: "test_x if upper(\"A\") == \"a\" with upper as lower\n",
        outcome: "pass",
    },
];

const REFUSED_BY_OPA: [Refusal; 2] = [
    Refusal {
        why: "types that cannot agree",
        policy: "test_x if not count([1]) == \"one\"\n",
        outcome: "pass",
    },
    Refusal {
        why: "a wildcard in a negation",
        policy: "xs := [1, 2]\n\ntest_x if not xs[_] == 3\n",
        outcome: "pass",
    },
];

fn corpus() -> PathBuf {
    project("tests/fixtures/opa")
}

/// What the program says of each test: outcome, cases of tables, and what was printed where the test asks for that.
fn ours(directory: &Path) -> BTreeMap<String, Value> {
    let ran = Program::new().run(["test", "--format", "json", directory.to_str().unwrap()]);
    let report = ran.json();
    let tests = report["tests"].as_array().unwrap().iter();
    tests
        .map(|test| {
            let package = test["package"].as_str().unwrap();
            let package = package.strip_prefix("data.").unwrap_or(package);
            // The place stands before what was printed.
            let prints = test["output"].as_str().unwrap_or_default().lines();
            let prints = prints.filter_map(|line| Some(line.split_once(": ")?.1));
            let told = json!({
                "outcome": test["outcome"],
                "cases": cases(&test["sub_results"], "sub_results"),
                "prints": prints.collect::<Vec<_>>(),
            });
            (format!("{package}.{}", test["name"].as_str().unwrap()), told)
        })
        .collect()
}

/// Cases by name, and whether each fails.
fn cases(of: &Value, below: &str) -> BTreeMap<String, Value> {
    let each = of.as_object().into_iter().flatten();
    each.map(|(name, case)| {
        (name.clone(), json!([case["fail"].as_bool().unwrap_or_default(), cases(&case[below], below)]))
    })
    .collect()
}

#[test]
fn opa_and_the_engine_agree_on_every_test_of_the_corpus() {
    let (theirs, ours) = (outcomes(&corpus()).unwrap(), ours(&corpus()));
    assert_eq!(theirs.keys().collect::<Vec<_>>(), ours.keys().collect::<Vec<_>>());
    let mut different = BTreeMap::new();
    for (name, theirs) in &theirs {
        let ours = &ours[name];
        let agree = theirs["outcome"] == ours["outcome"]
            && theirs.get("cases").is_none_or(|it| json!(cases(it, "cases")) == ours["cases"])
            && theirs.get("prints").is_none_or(|it| *it == ours["prints"]);
        if !agree {
            different.insert(
                name.as_str(),
                (theirs["outcome"].as_str().unwrap(), ours["outcome"].as_str().unwrap()),
            );
        }
    }
    let expected = DIFFERENCES.iter().flat_map(|it| {
        assert!(!it.why.is_empty() && !it.tests.is_empty());
        it.tests.iter().map(|test| (*test, (it.opa, it.ours)))
    });
    let expected = expected.collect::<BTreeMap<_, _>>();
    let new = different.iter().filter(|(name, told)| expected.get(*name) != Some(told)).collect::<Vec<_>>();
    assert!(new.is_empty(), "OPA's outcome and ours differ: {new:#?}");
    let gone = expected.iter().filter(|(name, _)| !different.contains_key(*name)).collect::<Vec<_>>();
    assert!(gone.is_empty(), "these differ no more: {gone:#?}");
}

#[test]
fn what_either_refuses_to_load_the_other_runs() {
    for (refusals, is_ours) in [(&REFUSED_HERE[..], true), (&REFUSED_BY_OPA[..], false)] {
        for Refusal { why, policy, outcome } in refusals {
            let program = Program::new();
            let directory = program.write("library/a.rego", &format!("package a\n\n{policy}"));
            let directory = directory.parent().unwrap();
            let theirs = outcomes(directory);
            let told = if is_ours {
                program.run(["test", "library"]).expect(2);
                theirs.unwrap()
            } else {
                theirs.expect_err(why);
                ours(directory)
            };
            let told = told.into_values().map(|test| test["outcome"].clone()).collect::<Vec<_>>();
            assert_eq!(told, [*outcome], "{why}");
        }
    }
}

#[test]
fn the_corpus_has_every_outcome_and_every_builtin_of_the_bundles() {
    let tests = ours(&corpus());
    assert!(tests.len() >= 200, "{}", tests.len());
    let mut n_of = BTreeMap::<String, usize>::new();
    for test in tests.values() {
        *n_of.entry(test["outcome"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(n_of.keys().collect::<Vec<_>>(), ["error", "fail", "pass", "skip"]);
    let (bundles, corpus) = (calls_below(&project("bundles")), calls_below(&corpus()));
    assert!(bundles.len() > 10, "{bundles:?}");
    assert_eq!(bundles.difference(&corpus).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// OPA's builtins that the policies below a directory call.
fn calls_below(directory: &Path) -> BTreeSet<String> {
    let known = std::fs::read_to_string(project("src/policy/check/builtins.json")).unwrap();
    let known = serde_json::from_str::<Value>(&known).unwrap()["builtins"].as_object().unwrap().clone();
    let call = regex::Regex::new(r"[a-z_0-9.]+\(").unwrap();
    let files = globset::Glob::new("**/*.rego").unwrap().compile_matcher();
    let mut called = BTreeSet::new();
    let mut open = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if files.is_match(&path) {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
            let names =
                code.flat_map(|line| call.find_iter(line).map(|it| it.as_str().trim_end_matches('(')));
            called.extend(names.filter(|name| known.contains_key(*name)).map(ToOwned::to_owned));
        }
    }
    called
}
