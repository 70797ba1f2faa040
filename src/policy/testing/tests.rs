//! Tests of the tester: small libraries, and what is said about them.

use std::fmt::Write as _;
use std::time::Duration;

use super::{TestOptions, TestOutcome, TestPaths, TestResult, TestRun, test};
use crate::diagnostic::Diagnostic;
use crate::policy::Limits;

/// A directory with a library.
struct Library(tempfile::TempDir);

impl Library {
    fn of(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(directory)
    }

    /// One file of tests beside a policy.
    fn tests(text: &str) -> Self {
        let policy = "package p\n\nallow if input.x == 1\n\ndeny contains m if {\n\tsome m in input.bad\n}\n";
        Self::of(&[
            ("p.rego", policy),
            ("p_test.rego", &format!("package p_test\n\nimport data.p\n\n{text}")),
        ])
    }

    fn paths(&self) -> TestPaths {
        TestPaths { paths: vec![self.0.path().to_owned()], ..TestPaths::default() }
    }

    fn run_as(&self, paths: &TestPaths, options: &TestOptions) -> Result<TestRun, String> {
        test(paths, options, &Limits::default()).map_err(|problems| self.render(&problems))
    }

    fn run(&self) -> Result<TestRun, String> {
        self.run_as(&self.paths(), &TestOptions { values: true, ..TestOptions::default() })
    }

    fn render(&self, problems: &[Diagnostic]) -> String {
        let prefix = format!("{}/", self.0.path().display());
        problems.iter().map(|it| it.to_string().replace(&prefix, "")).collect::<Vec<_>>().join("\n")
    }

    /// Every test in a line or two, as a person would want to know it.
    fn told(&self) -> String {
        match self.run() {
            Ok(run) => run.tests.iter().map(|test| self.one(test)).collect::<Vec<_>>().join("\n"),
            Err(problems) => problems,
        }
    }

    fn one(&self, test: &TestResult) -> String {
        let mut text = match &test.outcome {
            TestOutcome::Passed => format!("{} passed", test.name),
            TestOutcome::Failed => format!("{} failed", test.name),
            TestOutcome::Skipped => format!("{} skipped", test.name),
            TestOutcome::Error(message) => format!("{} error: {message}", test.name),
        };
        let at = |at: &Option<super::FailedAt>| match at {
            Some(at) => format!(" at {}: {} {:?}", at.line, at.text.replace('\n', "⏎"), at.values),
            None => String::new(),
        };
        text.push_str(&at(&test.failed_at));
        for case in &test.cases {
            let word = if case.passed { "passed" } else { "failed" };
            let _ = write!(text, "\n  [{}] {word}{}", case.path.join("]["), at(&case.failed_at));
        }
        for note in &test.notes {
            let _ = write!(text, "\n  note: {note}");
        }
        for line in &test.output {
            let _ = write!(text, "\n  > {line}");
        }
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn outcomes(text: &str) -> String {
    Library::tests(text).told()
}

#[test]
fn a_test_passes_only_when_it_is_exactly_true() {
    let text = "test_true := true\n\ntest_false := false\n\ntest_undefined if false\n\ntest_object := {\"a\": true}\n\n\
                test_one := 1\n\ntodo_test_later if false\n\ntest_function(x) if x\n\ntest_path.a if true\n\n\
                sub.test_deep if true\n";
    insta::assert_snapshot!(outcomes(text), @r#"
    test_true passed
    test_false failed at 7: false []
    test_undefined failed at 9: false []
    test_object failed at 11: {"a": true} []
    test_one failed at 13: 1 []
    todo_test_later skipped
    test_function error: it is a function, and nobody calls it
    test_path failed
      note: its value is an object, and only `true` passes
    sub.test_deep passed
    "#);
}

#[test]
fn a_failing_test_shows_the_first_expression_that_does_not_hold_and_its_values() {
    let text = "test_deny if {\n\twant := 2\n\tgot := p.deny with input as {\"bad\": [\"a\"]}\n\tcount(got) == want\n\ttrue\n}\n\n\
                test_not if {\n\tnot p.allow with input as {\"x\": 1}\n}\n\n\
                test_every if {\n\tevery x in [1, 2] {\n\t\tx < 2\n\t}\n}\n\n\
                test_value := count([1]) if {\n\ttrue\n}\n";
    insta::assert_snapshot!(outcomes(text), @r#"
    test_deny failed at 8: count(got) == want [("want", "2"), ("got", "[\"a\"]"), ("count(got)", "1")]
    test_not failed at 13: not p.allow with input as {"x": 1} [("p.allow", "true")]
    test_every failed at 17: every x in [1, 2] {⏎		x < 2⏎	} []
    test_value failed at 22: count([1]) [("count([1])", "1")]
    "#);
}

#[test]
fn values_are_cut_and_come_only_when_they_are_wanted() {
    let library = Library::tests("test_x if {\n\tlong := numbers.range(1, 1000)\n\tcount(long) == 1\n}\n");
    let shown = library.run().unwrap().tests.remove(0).failed_at.unwrap();
    assert_eq!(shown.values[0].1.chars().count(), 201);
    assert!(shown.values[0].1.ends_with('…'));
    let plain = library.run_as(&library.paths(), &TestOptions::default()).unwrap().tests.remove(0);
    assert_eq!(plain.failed_at.unwrap().values, []);
}

#[test]
fn a_builtin_that_fails_is_undefined_as_under_opa_and_other_errors_are_errors() {
    let text = "test_undefined if to_number(\"x\") == 1\n\ntest_not if not to_number(\"x\") == 1\n\n\
                two := 1 if true\n\ntwo := 2 if true\n\ntest_conflict if two == 1\n\ntest_zero if not 1 / 0 == 1\n";
    insta::assert_snapshot!(outcomes(text), @r#"
    test_undefined failed at 5: to_number("x") == 1 [("to_number(\"x\")", "undefined")]
      note: a builtin failed, which is undefined: could not parse string as number (p_test.rego:5:30)
    test_not passed
      note: a builtin failed, which is undefined: could not parse string as number (p_test.rego:7:28)
    test_conflict error: rule conflicts with rule at p_test.rego:9:1 (p_test.rego:11:1)
    test_zero passed
      note: a builtin failed, which is undefined: divide by zero (p_test.rego:15:20)
    "#);
}

#[test]
fn what_the_engine_lacks_of_opa_is_an_error_of_the_test_that_calls_it() {
    let text = "test_hash if crypto.sha256(\"x\") == \"y\"\n\ntest_not if not crypto.sha256(\"x\") == \"y\"\n\ntest_other if true\n";
    insta::assert_snapshot!(outcomes(text), @r"
    test_hash error: the engine has no builtin `crypto.sha256` (p_test.rego:5:27)
    test_not error: the engine has no builtin `crypto.sha256` (p_test.rego:7:30)
    test_other passed
    ");
}

#[test]
fn a_table_is_told_case_by_case() {
    let text = "test_table[tc.note] if {\n\tsome tc in [{\"note\": \"one\", \"x\": 1}, {\"note\": \"two\", \"x\": 2}]\n\tdouble := tc.x * 2\n\tdouble == 2\n}\n\n\
                test_nested[a][b] if {\n\tsome a in [\"x\"]\n\tsome b in [1, 2]\n\tprint(a)\n\tb < 2\n}\n\n\
                test_value[k] := v if some k, v in {\"t\": true, \"f\": false}\n\n\
                test_set contains note if {\n\tsome note, ok in {\"good\": true, \"bad\": false}\n\tok\n}\n\n\
                test_empty[x] if some x in []\n\ntest_no_set contains x if some x in []\n";
    insta::assert_snapshot!(outcomes(text), @r#"
    test_table failed
      [one] passed
      [two] failed at 8: double == 2 [("tc", "{\"note\":\"two\",\"x\":2}"), ("double", "4")]
    test_nested failed
      [x][1] passed
      [x][2] failed at 15: b < 2 [("a", "\"x\""), ("b", "2")]
      > p_test.rego:14: x
      > p_test.rego:14: x
    test_value failed
      [f] failed at 18: v [("k", "\"f\""), ("v", "false")]
      [t] passed
    test_set failed
      [bad] failed at 22: ok [("note", "\"bad\""), ("ok", "false")]
      [good] passed
    test_empty passed
      note: the table has no cases, so that it proves nothing
    test_no_set failed
      note: the table has no cases, so that it proves nothing
    "#);
}

#[test]
fn of_two_cases_with_one_name_neither_covers_for_the_other() {
    let text = "test_x[note] if {\n\tsome [note, ok] in [[\"a\", true], [\"a\", false]]\n\tok\n}\n";
    insta::assert_snapshot!(outcomes(text), @r#"
    test_x failed
      [a] failed at 7: ok [("note", "\"a\""), ("ok", "false")]
    "#);
}

#[test]
fn a_case_that_is_given_up_before_it_has_a_name_is_refused() {
    let text = "test_x[note] if {\n\tsome tc in [{\"n\": \"a\", \"ok\": true}, {\"n\": \"b\", \"ok\": false}]\n\ttc.ok\n\tnote := tc.n\n}\n";
    insta::assert_snapshot!(outcomes(text), @"test_x error: the case `b` is given up before its name is known, so that nobody can tell a filter from a failure: write what names the case first");
}

#[test]
fn a_table_with_several_ways_is_refused() {
    let text = "test_x[n] := true if {\n\tsome n in [1]\n\tfalse\n} else := true\n";
    insta::assert_snapshot!(outcomes(text), @"test_x error: its cases cannot be told apart: it has `else` or several bodies");
}

#[test]
fn each_body_of_a_name_is_a_test_of_its_own() {
    let text = "test_x if {\n\tfalse\n}\n\ntest_x if {\n\tprint(\"second\")\n}\n\ndefault test_y := false\n\ntest_y if true\n\n\
                test_t[n] if {\n\tsome n in [\"a\"]\n}\n\ntest_t[n] if {\n\tsome n in [\"b\"]\n\tn == \"c\"\n}\n";
    let library = Library::tests(text);
    insta::assert_snapshot!(library.told(), @r#"
    test_x failed at 6: false []
    test_x#01 passed
      > p_test.rego:10: second
    test_y failed at 13: false []
    test_y#01 passed
    test_t passed
      [a] passed
    test_t#01 failed
      [b] failed at 23: n == "c" [("n", "\"b\"")]
    "#);
}

#[test]
fn else_is_part_of_a_test() {
    insta::assert_snapshot!(outcomes("test_x if {\n\tfalse\n} else := true\n\ntest_y if {\n\tfalse\n} else := false\n"), @r"
    test_x passed
    test_y failed at 10: false []
    ");
}

#[test]
fn a_test_that_reads_an_input_that_nobody_gives_it_is_warned_about() {
    let text = "test_direct if not input.x\n\ntest_through if count(p.deny) == 0\n\n\
                test_given if count(p.deny) == 0 with input as {}\n\nhelper if p.allow with input as {\"x\": 1}\n\n\
                test_helper if helper\n";
    insta::assert_snapshot!(outcomes(text), @r"
    test_direct passed
      note: it reads `input` (p_test.rego:5:20) without `with input as …`, so that it is undefined
    test_through passed
      note: it reads `input` through `data.p.deny` (p.rego:6:15) without `with input as …`, so that it is undefined
    test_given passed
    test_helper passed
    ");
}

#[test]
fn mocks_and_prints_work() {
    let text = "now := time.now_ns()\n\nfetched := http.send({\"method\": \"get\", \"url\": \"http://x\"}).body\n\nf(x) := 1 if x\n\ng(_) := 2\n\n\
                test_now if {\n\tprint(\"now\", now)\n\tnow == 7 with time.now_ns as 7\n}\n\ntest_http if fetched == \"ok\" with http.send as {\"body\": \"ok\"}\n\n\
                test_f if f(true) == 2 with f as g\n\ntest_data if data.x.y == 1 with data.x as {\"y\": 1}\n";
    let told = outcomes(text);
    let lines = told.lines().filter(|line| !line.contains("> p_test.rego:14: now")).collect::<Vec<_>>();
    assert_eq!(lines, ["test_now passed", "test_http passed", "test_f passed", "test_data passed"]);
    assert!(told.contains("> p_test.rego:14: now"), "{told}");
}

#[test]
fn a_test_that_runs_too_long_is_an_error_and_the_next_one_runs() {
    let library = Library::tests(
        "test_slow if count([1 | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000)]) == 1\n\ntest_next if true\n",
    );
    let options = TestOptions { time_limit: Duration::from_millis(50), ..TestOptions::default() };
    let run = library.run_as(&library.paths(), &options).unwrap();
    assert_eq!(run.tests[0].outcome, TestOutcome::Error("it ran longer than 50ms".to_owned()));
    assert_eq!(run.tests[1].outcome, TestOutcome::Passed);
}

#[test]
fn a_long_body_is_searched_as_well_as_a_short_one() {
    let mut body = (0..60).map(|number| format!("\tx{number} := {number}\n")).collect::<String>();
    body.push_str("\tx59 == 60\n\tx1 == 1\n");
    let shown = Library::tests(&format!("test_x if {{\n{body}}}\n"))
        .run()
        .unwrap()
        .tests
        .remove(0)
        .failed_at
        .unwrap();
    assert_eq!((shown.line, shown.text.as_str()), (66, "x59 == 60"));
    assert_eq!(shown.values.len(), 20);
    assert_eq!(shown.values[19], ("x59".to_owned(), "59".to_owned()));
}

#[test]
fn a_builtin_that_takes_too_long_is_an_error_when_it_is_done() {
    let library = Library::tests("test_x if count(numbers.range(1, 300000)) == 300000\n");
    let options = TestOptions { time_limit: Duration::from_micros(10), ..TestOptions::default() };
    let run = library.run_as(&library.paths(), &options).unwrap();
    assert_eq!(run.tests[0].outcome, TestOutcome::Error("it ran longer than 10µs".to_owned()));
}

#[test]
fn what_opa_would_not_compile_is_said_with_its_place() {
    let problems = |text: &str| Library::tests(text).run().unwrap_err();
    insta::assert_snapshot!(problems("test_x if {\n"), @"p_test.rego:6:1: expecting expression [rego]");
    insta::assert_snapshot!(problems("test_x if y > 1\n"), @"p_test.rego:5:11: use of undefined variable `y` is unsafe [rego]");
    insta::assert_snapshot!(problems("test_x if frobnicate(1)\n\ntest_y if p.nobody(1)\n"), @r"
    p_test.rego:7:11: nobody defines the function `data.p.nobody` [unknown-function]
    p_test.rego:5:11: nobody defines the function `frobnicate` [unknown-function]
    ");
    insta::assert_snapshot!(problems("f(x) := g(x)\n\ng(x) := f(x)\n\ntest_x if f(1) == 1\n"), @"p_test.rego:7:9: a function calls itself: `p_test.f` → `p_test.g` → `p_test.f` [recursion]");
}

#[test]
fn deep_brackets_are_refused_where_the_parser_would_take_minutes_and_nowhere_else() {
    let deep = format!("test_x if {}1{} == 1\n", "[".repeat(28), "]".repeat(28));
    let problems = Library::tests(&deep).run().unwrap_err();
    assert!(problems.contains("brackets nest so deep"), "{problems}");
    // Where the deep element is not the first, the parser does not begin anew.
    let deep = format!("test_x if {}1{} != 1\n", "[0, ".repeat(28), "]".repeat(28));
    assert_eq!(outcomes(&deep), "test_x passed");
}

#[test]
fn data_stands_where_its_directory_is() {
    let library = Library::of(&[
        (
            "a_test.rego",
            "package a_test\n\ntest_json if data.x.y.one == 1\n\ntest_yaml if data.x.two == 2\n\ntest_root if data.three == 3\n",
        ),
        ("x/y/any.json", "{\"one\": 1}"),
        ("x/other.yml", "two: 2\n---\nsecond: document\n"),
        ("data.json", "{\"three\": 3}"),
        (".hidden/data.json", "{\"three\": 4}"),
    ]);
    assert_eq!(library.told(), "test_json passed\ntest_yaml passed\ntest_root passed");
    let ignoring =
        TestPaths { ignore: vec![globset::Glob::new("x").unwrap().compile_matcher()], ..library.paths() };
    let run = library.run_as(&ignoring, &TestOptions::default()).unwrap();
    assert_eq!(run.tests.iter().filter(|test| test.outcome == TestOutcome::Passed).count(), 1);
}

#[test]
fn a_bundle_takes_only_data_files_and_keeps_to_its_roots() {
    let library = Library::of(&[
        (".manifest", "{\"roots\": [\"a_test\", \"x\"]}"),
        ("a_test.rego", "package a_test\n\ntest_x if {\n\tdata.x.one == 1\n\tnot data.x.two\n}\n"),
        ("x/data.yaml", "one: 1\n"),
        ("x/other.json", "{\"two\": 2}"),
    ]);
    let as_bundle = TestPaths { as_bundles: true, ..library.paths() };
    let run = library.run_as(&as_bundle, &TestOptions::default()).unwrap();
    assert_eq!(run.tests[0].outcome, TestOutcome::Passed);
    assert_eq!(library.run().unwrap().tests[0].outcome, TestOutcome::Failed);
    std::fs::write(library.0.path().join("b.rego"), "package b\n").unwrap();
    let problems = library.run_as(&as_bundle, &TestOptions::default()).unwrap_err();
    insta::assert_snapshot!(problems, @"b.rego:1:1: the package `b` lies outside the bundle's roots [layout]");
}

#[test]
fn a_bundle_of_ours_is_a_library_of_its_own_wherever_it_lies() {
    let manifest = |name: &str| format!("{{\"revision\": \"1\", \"metadata\": {{\"name\": \"{name}\"}}}}");
    let test = "package a_test\n\ntest_x if data.params.one == 1\n";
    let library = Library::of(&[
        ("one/.manifest", &manifest("one")),
        ("one/a_test.rego", test),
        ("one/params/data.yaml", "one: 1\n"),
        ("one/examples/pass_x.json", "{\"params\": 7}"),
        ("two/.manifest", &manifest("two")),
        ("two/a_test.rego", test),
        ("two/params/data.yaml", "one: 2\n"),
    ]);
    insta::assert_snapshot!(library.told(), @r#"
    test_x passed
    test_x failed at 3: data.params.one == 1 [("data.params.one", "2")]
    "#);
}

#[test]
fn data_that_contradicts_itself_or_covers_a_rule_is_refused() {
    let library = Library::of(&[
        ("a.rego", "package a\n\nx := 1\n"),
        ("one.json", "{\"k\": 1}"),
        ("two.json", "{\"k\": 2}"),
        ("three.json", "{\"a\": {\"x\": 2}}"),
    ]);
    insta::assert_snapshot!(library.run().unwrap_err(), @"two.json: `data.k` has another value in another data document [invalid-value]");
    std::fs::remove_file(library.0.path().join("two.json")).unwrap();
    insta::assert_snapshot!(library.run().unwrap_err(), @"three.json: the document has a value at `data.a.x`, where a rule stands [data-shadows-rule]");
}

#[test]
fn old_rego_runs_when_it_is_called_that() {
    let library = Library::of(&[(
        "a_test.rego",
        "package a_test\n\ntest_x { 1 == 1 }\n\ntest_x { 1 == 2 }\n\ntest_t[n] = v { v := [true, false][n] }\n",
    )]);
    let problems = library.run().unwrap_err();
    assert!(problems.contains("`if` keyword is required"), "{problems}");
    let old = TestPaths { v0: true, ..library.paths() };
    let run = library.run_as(&old, &TestOptions { values: true, ..TestOptions::default() }).unwrap();
    let told = run.tests.iter().map(|test| library.one(test)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(told, @r#"
    test_x passed
    test_x#01 failed at 5: 1 == 2 []
    test_t failed
      [0] passed
      [1] failed at 7: v [("v", "false"), ("n", "1")]
    "#);
}

#[test]
fn what_the_engine_parses_otherwise_than_opa_is_written_out() {
    // A head alone, and a name before a line that begins with a parenthesis.
    let text = "is_small(1)\n\none := 1\n\ntest_head if is_small(1)\n\ntest_lines if {\n\tone\n\t(one + 1) == 2\n}\n";
    assert_eq!(outcomes(text), "test_head passed\ntest_lines passed");
    // Several bodies of one head.
    let policy = "package a\n\ndeny[m] {\n\tm := 1\n} {\n\tm := 2\n}\n\nf(x) = y {\n\tx == 1\n\ty := \"one\"\n} {\n\tx == 2\n\ty := \"two\"\n}\n\n\
                  test_set { deny == {1, 2} }\n\ntest_function { [f(1), f(2)] == [\"one\", \"two\"] }\n";
    let library = Library::of(&[("a.rego", policy)]);
    let old = TestPaths { v0: true, ..library.paths() };
    let run = library.run_as(&old, &TestOptions::default()).unwrap();
    let told = run.tests.iter().map(|test| library.one(test)).collect::<Vec<_>>().join("\n");
    assert_eq!(told, "test_set passed\ntest_function passed");
}

#[test]
fn a_function_is_replaced_wherever_it_is_called() {
    let policy = "package p\n\nf(x) := x\n\nown := f(1)\n";
    let tests = "package p_test\n\nimport data.p\n\ntest_import if p.own == 2 with p.f as 2\n\ntest_path if p.own == 2 with data.p.f as 2\n";
    let library = Library::of(&[("p.rego", policy), ("p_test.rego", tests)]);
    assert_eq!(library.told(), "test_import passed\ntest_path passed");
}

#[test]
fn what_an_import_names_is_asked_for_alone() {
    let policy = "package p\n\nallow if input.x == 1\n\nbroken := 1 if true\n\nbroken := 2 if true\n";
    let tests = "package p_test\n\nimport data.p\n\nimport data.p as q\n\ntest_x if {\n\tp.allow with input as {\"x\": 1}\n\tq.allow with input as {\"x\": 1}\n}\n\ntest_case[n] if {\n\tsome n in [\"a\"]\n\tp.allow with input as {\"x\": 1}\n}\n\ntest_fails if p.allow with input as {}\n";
    let library = Library::of(&[("p.rego", policy), ("p_test.rego", tests)]);
    insta::assert_snapshot!(library.told(), @r#"
    test_x passed
    test_case passed
      [a] passed
    test_fails failed at 17: p.allow with input as {} [("p.allow", "undefined")]
    "#);
    let options = TestOptions { coverage: true, ..TestOptions::default() };
    let coverage = library.run_as(&library.paths(), &options).unwrap().coverage.unwrap();
    assert_eq!(coverage.lines(), (1, 3));
}

#[test]
fn a_filter_runs_what_matches_the_path() {
    let library = Library::tests("test_one if true\n\ntest_two if true\n");
    let options = TestOptions { filter: Some("p_test.test_t".parse().unwrap()), ..TestOptions::default() };
    let run = library.run_as(&library.paths(), &options).unwrap();
    assert_eq!(run.tests.iter().map(|test| test.name.as_str()).collect::<Vec<_>>(), ["test_two"]);
}

#[test]
fn the_order_is_that_of_files_and_lines_whatever_the_threads() {
    let text = (0..40).map(|number| format!("test_{number} if true\n\n")).collect::<String>();
    let library = Library::tests(&text);
    let names = |threads: usize| {
        let options = TestOptions { threads: threads.try_into().unwrap(), ..TestOptions::default() };
        let run = library.run_as(&library.paths(), &options).unwrap();
        run.tests.into_iter().map(|test| test.name).collect::<Vec<_>>()
    };
    assert_eq!(names(1), (0..40).map(|number| format!("test_{number}")).collect::<Vec<_>>());
    assert_eq!(names(1), names(7));
}

#[test]
fn coverage_counts_lines_of_policies_by_all_threads_and_files_that_never_ran() {
    let policy = "package p\n\nallow if {\n\tinput.x == 1\n\tinput.y == 2\n}\n\nother := 1 if {\n\tinput.z\n}\n\ntest_inline if {\n\tnot allow with input as {}\n}\n";
    let library = Library::of(&[
        ("p.rego", policy),
        ("p_test.rego", "package p_test\n\ntest_x if not data.p.allow with input as {\"x\": 2}\n"),
        ("never.rego", "package never\n\nf(x) := y if {\n\ty := x + 1\n}\n"),
    ]);
    let options = TestOptions { coverage: true, ..TestOptions::default() };
    let coverage = library.run_as(&library.paths(), &options).unwrap().coverage.unwrap();
    let told = coverage.files.iter().map(|file| {
        let name = file.file.rsplit('/').next().unwrap();
        format!("{name} {} {:?} {:?}", file.percent(), file.covered, file.not_covered)
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    never.rego 0 {} {3, 4}
    p.rego 25 {4} {5, 8, 9}
    ");
    assert_eq!(coverage.lines(), (1, 6));
}

#[test]
fn a_benchmark_runs_a_passing_test_again_and_again() {
    let library = Library::tests("test_x if true\n\ntest_y if false\n");
    let options = TestOptions { bench: Some(Duration::from_millis(5)), ..TestOptions::default() };
    let run = library.run_as(&library.paths(), &options).unwrap();
    assert!(run.tests[0].bench.unwrap().runs > 1);
    assert_eq!(run.tests[1].bench, None);
}
