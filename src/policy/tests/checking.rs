//! Checking: what is found in policies before anything is judged with them.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{DENIES_BAD, Fixture};
use crate::diagnostic::{Code, Level};
use crate::policy::{Checked, Limits, check};

/// A control that proves that it can fire and be satisfied.
fn whole() -> Fixture {
    let test = "package tidewaiter.controls.service.a_test\n\nimport rego.v1\n\n\
        import data.tidewaiter.controls.service.a as control\n\n\
        test_denies_a_bad_one if {\n\tcount(control.deny) == 1 with input.ecs.services as {\"s\": {\"bad\": true}}\n}\n\n\
        test_allows_a_good_one if {\n\tcount(control.deny) == 0 with input.ecs.services as {\"s\": {}}\n}\n";
    Fixture::new()
        .with_control("XX01", "a", DENIES_BAD)
        .with("controls/service/a/a_test.rego", test)
        .with("controls/service/a/examples/fail_bad.json", &example("{\"bad\": true}"))
        .with("controls/service/a/examples/pass_good.json", &example("{}"))
}

fn example(service: &str) -> String {
    format!(
        "{{\n\"version\": \"1\", \"account\": {{\"id\": \"111122223333\", \"partition\": \"aws\"}}, \"region\": \"eu-central-1\",\n\
         \"taken_at\": \"2026-11-22T08:00:00Z\",\n\"ecs\": {{\"services\": {{\"s\": {service}}}}},\n\
         \"coverage\": {{\"ecs.services\": {{\"status\": \"complete\"}}}}}}\n"
    )
}

fn checked(root: &Path) -> Checked {
    check(&[root.to_owned()], &Limits::default())
}

/// What is wrong, one problem a line, without the directory's own path.
fn rendered(checked: &Checked, root: &Path) -> String {
    let lines = checked.problems.iter().map(|problem| match &problem.help {
        Some(help) => format!("{problem} ({help})"),
        None => problem.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n").replace(&format!("{}/", root.display()), "")
}

impl Fixture {
    fn check(&self) -> String {
        rendered(&checked(self.0.path()), self.0.path())
    }
}

/// The problems of a policy `lib/x/x.rego` of a bundle that has nothing else wrong, given what follows its package.
fn of_policy(policy: &str) -> String {
    let lib = "package lib.y\n\nimport rego.v1\n\nlimit := 3\n\nsize(list) := count(list)\n";
    let found = Fixture::new()
        .with("params/data.yaml", "limit: 1\n")
        .with("lib/y/y.rego", lib)
        .with("lib/x/x.rego", &format!("package lib.x\n\n{policy}"))
        .check();
    found.replace("lib/x/x.rego:", "")
}

/// The same of a rule's body that goes through task definitions.
fn of_body(body: &str) -> String {
    of_policy(&format!("x if {{\n\tsome definition in input.ecs.task_definitions\n\t{body}\n}}\n"))
}

#[test]
fn a_bundle_that_proves_itself_has_only_the_field_that_aws_has_not() {
    insta::assert_snapshot!(whole().check(), @"controls/service/a/a.rego:16:10: AWS's `ecs.Service` has no field `bad` [unknown-field] (see AWS's reference of the shape; a field that it has added since is not known yet)");
}

#[test]
fn a_misspelt_collection_is_found_behind_a_local_name() {
    insta::assert_snapshot!(of_policy("x if {\n\tecs := input.ecs\n\tecs.servces[_]\n}\n"), @"5:6: no document has `input.ecs.servces` [unknown-input] (did you mean `services`?)");
    insta::assert_snapshot!(of_policy("import input.ecs.task_definitins as all\n\nx := all\n"), @"3:18: no document has `input.ecs.task_definitins` [unknown-input] (did you mean `task_definitions`?)");
}

#[test]
fn a_misspelt_field_of_a_shape_is_found_wherever_it_is_reached() {
    insta::assert_snapshot!(of_body("definition.containerDefinitons[_]"), @"5:13: AWS's `ecs.TaskDefinition` has no field `containerDefinitons` [misspelt-field] (did you mean `containerDefinitions`?)");
    insta::assert_snapshot!(of_body("not definition.containerDefinitions[_].readOnlyRootFilesystem == true"), @"5:41: AWS's `ecs.ContainerDefinition` has no field `readOnlyRootFilesystem` [misspelt-field] (did you mean `readonlyRootFilesystem`?)");
    insta::assert_snapshot!(of_body("object.get(definition, [\"runtimePlatform\", \"operatingSystemFamly\"], \"\") == \"\""), @"5:46: AWS's `ecs.RuntimePlatform` has no field `operatingSystemFamly` [misspelt-field] (did you mean `operatingSystemFamily`?)");
    insta::assert_snapshot!(of_body("every container in definition.containerDefinitions { container.priviliged }"), @"5:65: AWS's `ecs.ContainerDefinition` has no field `priviliged` [misspelt-field] (did you mean `privileged`?)");
    insta::assert_snapshot!(of_body("{\"container\": container} := {\"container\": definition.volumes[_]}\n\tcontainer.hots"), @"6:12: AWS's `ecs.Volume` has no field `hots` [misspelt-field] (did you mean `host`?)");
}

#[test]
fn a_misspelt_field_is_found_in_a_function_whose_callers_agree() {
    let policy = "runs_as_root(container) if container.usr == \"0\"\n\nnamed(thing) := thing.nmae\n\n\
        x if {\n\tsome definition in input.ecs.task_definitions\n\tsome container in definition.containerDefinitions\n\t\
        runs_as_root(container)\n\tnamed(container)\n\tnamed(definition)\n}\n";
    insta::assert_snapshot!(of_policy(policy), @"3:38: AWS's `ecs.ContainerDefinition` has no field `usr` [misspelt-field] (did you mean `user`?)");
}

#[test]
fn a_misspelt_field_of_what_a_rule_gives_is_found() {
    let policy = "pairs contains {\"name\": name, \"size\": 1} if some name, _ in input.ecs.services\n\n\
        x if {\n\tsome pair in pairs\n\tpair.nam == \"x\"\n}\n";
    insta::assert_snapshot!(of_policy(policy), @"7:7: the object has no field `nam` [misspelt-field] (did you mean `name`?)");
}

#[test]
fn a_field_that_is_near_to_none_is_only_suspicious() {
    insta::assert_snapshot!(of_body("definition.quantumEntanglement == true"), @"5:13: AWS's `ecs.TaskDefinition` has no field `quantumEntanglement` [unknown-field] (see AWS's reference of the shape; a field that it has added since is not known yet)");
    assert_eq!(Code::UnknownField.level(), Level::Warning);
}

#[test]
fn types_that_do_not_go_together_are_found() {
    insta::assert_snapshot!(of_body("definition.cpu > 256"), @"5:2: a string and a number cannot be ordered by value [type-mismatch] (convert it: `to_number(definition.cpu)`)");
    insta::assert_snapshot!(of_body("definition.revision == \"3\""), @"5:2: a number and a string are never equal [type-mismatch] (compare it with a value of its own type)");
    insta::assert_snapshot!(of_body("some letter in definition.family\n\tletter == \"x\""), @"5:17: `definition.family` is a string, and has no members [type-mismatch] (only arrays, sets and objects have members)");
    insta::assert_snapshot!(of_body("definition.containerDefinitions.name == \"x\""), @"5:34: this is an array, and `name` is no position in it [type-mismatch] (go through its elements: `some element in …`, or `[_]`)");
    insta::assert_snapshot!(of_body("definition.family.name == \"x\""), @"5:20: this is a string, and has no field `name` [type-mismatch] (only objects have fields)");
    insta::assert_snapshot!(of_body("definition.cpu + 1 == 2"), @"5:2: `definition.cpu` is a string, and cannot be calculated with [type-mismatch] (convert it with `to_number`)");
    insta::assert_snapshot!(of_body("startswith(definition.revision, \"x\")"), @r#"5:13: `startswith` takes a string here, and `definition.revision` is a number [type-mismatch] (convert it with `sprintf("%v", […])`)"#);
    insta::assert_snapshot!(of_body("definition.revision in {\"a\", \"b\"}"), @"5:2: a number and a string are never equal [type-mismatch] (compare it with a value of its own type)");
    assert_eq!(of_body("to_number(definition.cpu) > 256"), "");
    assert_eq!(of_body("object.get(definition, \"cpu\", null) == null"), "");
}

#[test]
fn functions_get_as_many_arguments_as_they_take() {
    insta::assert_snapshot!(of_policy("x := count([1], 2)\n"), @"3:6: `count` takes 1 argument, and gets 2 [arity] (its arguments are (any))");
    insta::assert_snapshot!(of_policy("import data.lib.y\n\nx := y.size([1], 2)\n"), @"5:6: `y.size` takes 1 argument, and gets 2 [arity] (it is defined in lib/y/y.rego:7)");
    insta::assert_snapshot!(of_policy("x := data.lib.y.limit(1)\n"), @"3:6: `data.lib.y.limit` is not a function [unknown-function] (leave the parentheses out)");
    assert_eq!(of_policy("x := n if count([1], n)\n"), "", "one more gets the result");
}

#[test]
fn a_function_that_nobody_defines_is_found_with_the_nearest_name() {
    insta::assert_snapshot!(of_policy("x := startwith(\"a\", \"b\")\n"), @"3:6: nobody defines the function `startwith` [unknown-function] (did you mean `startswith`?)");
    insta::assert_snapshot!(of_policy("import data.lib.y\n\nx := y.sizes([1])\n"), @"5:6: nobody defines the function `y.sizes` [unknown-function] (did you mean `size`?)");
}

#[test]
fn a_builtin_that_the_engine_has_not_is_found() {
    insta::assert_snapshot!(of_policy("x := crypto.md5(\"x\")\n"), @"3:6: OPA has `crypto.md5`, and the engine that judges here has not [missing-builtin] (say it with other builtins, or put it into data)");
}

#[test]
fn a_builtin_that_rego_v1_has_no_longer_is_found() {
    insta::assert_snapshot!(of_policy("x := any([true])\n"), @"3:6: Rego v1 has no `any` any more [deprecated-builtin] (OPA's documentation of builtins names what replaces it)");
}

#[test]
fn a_variable_without_a_value_is_found() {
    insta::assert_snapshot!(of_policy("limit := 1\n\nx if y < lmit\n"), @r"
        5:6: nothing gives the variable `y` a value [unsafe-variable] (declare it with `:=` or `some … in`)
        5:10: nothing gives the variable `lmit` a value [unsafe-variable] (did you mean `limit`?)
        ");
    insta::assert_snapshot!(of_policy("x if {\n\tsome y\n\ty < 3\n}\n"), @"4:7: nothing gives the variable `y` a value [unsafe-variable] (every variable needs a place where its values are found, such as `some x in …`)");
    insta::assert_snapshot!(of_policy("x := [y | z := 1; z < y]\n"), @r"
        3:7: nothing gives the variable `y` a value [unsafe-variable] (declare it with `:=` or `some … in`)
        3:23: nothing gives the variable `y` a value [unsafe-variable] (declare it with `:=` or `some … in`)
        ");
    assert_eq!(
        of_policy(
            "x := [y | y = 1]\n\nz[k] := v if {\n\tsome k, v in {\"a\": 1}\n}\n\nl := i if input.ecs.services[i]\n"
        ),
        ""
    );
}

#[test]
fn variables_and_imports_that_nothing_uses_are_suspicious() {
    insta::assert_snapshot!(of_policy("import data.lib.y\n\nx if {\n\tz := 1\n\tsome k, v in [1]\n\tv == 1\n\tsome w\n}\n\nf(a, b) := a\n"), @r"
        3:8: the import `y` is never used [unused-import] (remove the line)
        6:2: the variable `z` is never used [unused-variable] (remove the line, or write the expression without `:=`)
        7:7: the variable `k` is never used [unused-variable] (write `_` in its place)
        9:7: the variable `w` is never used [unused-variable] (remove the declaration)
        12:6: the argument `b` is never used [unused-variable] (write `_` in its place)
        ");
    assert_eq!(Code::UnusedVariable.level(), Level::Warning);
    assert_eq!(Code::UnusedImport.level(), Level::Warning);
}

#[test]
fn a_name_that_hides_another_is_suspicious() {
    insta::assert_snapshot!(of_policy("import data.lib.y\n\ncount(a) := a\n\nx if {\n\ty := 1\n\ty == 1\n}\n\nz := y.limit\n"), @r"
        5:1: the rule `count` hides the builtin function of that name [shadowing] (rename the rule)
        8:2: the variable `y` hides the import of that name [shadowing] (rename the variable)
        ");
    assert_eq!(Code::Shadowing.level(), Level::Warning);
}

#[test]
fn definitions_of_one_rule_must_have_one_form() {
    insta::assert_snapshot!(of_policy("p := 1\n\np contains 2\n\nf(a) := a\n\nf(a, b) := a + b\n"), @r"
        5:1: `p` is a set here and a rule with a value in 3 [rule-conflict] (all definitions of a rule have the same form; rename one)
        9:1: `f` takes 2 arguments here and 1 argument in 7 [rule-conflict] (all definitions of a rule have the same form; rename one)
        ");
}

#[test]
fn a_rule_in_the_place_of_a_package_is_found() {
    let fixture = Fixture::new()
        .with("lib/x/x.rego", "package lib\n\nx := 1\n")
        .with("lib/y/y.rego", "package lib.x\n\ny := 1\n");
    insta::assert_snapshot!(fixture.check(), @"lib/x/x.rego:3:1: the rule stands where the package `lib.x` has its rules, and hides them [rule-conflict] (rename the rule or the package)");
}

#[test]
fn not_in_front_of_evidence_that_may_be_missing_is_found() {
    insta::assert_snapshot!(of_policy("x if not input.ecs.clusters[\"c\"].settings\n"), @r#"3:10: `not` holds too when `input.ecs.clusters["c"].settings` could not be read [negated-evidence] (look the evidence up first and compare it: `value := input…`, then `value.field == false`)"#);
    insta::assert_snapshot!(of_policy("import input.iam.roles\n\nx if not \"r\" in object.keys(roles)\n"), @"5:29: `not` holds too when `roles` could not be read [negated-evidence] (look the evidence up first and compare it: `value := input…`, then `value.field == false`)");
    assert_eq!(of_policy("x if not input.coverage[\"ecs.services\"].status == \"complete\"\n"), "");
    assert_eq!(of_body("not definition.taskRoleArn"), "");
}

#[test]
fn recursion_and_data_that_nobody_has_are_found_in_tests_too() {
    let test = "package lib.y_test\n\nf(a) := f(a)\n\ntest_x if data.params.nothing == f(1)\n";
    insta::assert_snapshot!(Fixture::new().with("lib/y/y_test.rego", test).check(), @r"
        lib/y/y_test.rego:3:1: a rule depends on itself: `lib.y_test.f` → `lib.y_test.f` [recursion] (Rego has no recursion; use `walk` or `graph.reachable`)
        lib/y/y_test.rego:5:11: nothing stands at `data.params.nothing` [unknown-reference] (known are `lib`)
        ");
}

#[test]
fn a_control_needs_tests_and_examples() {
    let fixture = Fixture::new().with_control("XX01", "a", DENIES_BAD);
    insta::assert_snapshot!(fixture.check(), @r"
        controls/service/a/a.rego:10:1: the control has no test `test_allows_…` [missing-test] (write one in `controls/service/a/a_test.rego`)
        controls/service/a/a.rego:10:1: the control has no test `test_denies_…` [missing-test] (write one in `controls/service/a/a_test.rego`)
        controls/service/a/a.rego:10:1: the control has no example `fail_….json` [missing-example] (put one into `controls/service/a/examples/`)
        controls/service/a/a.rego:10:1: the control has no example `pass_….json` [missing-example] (put one into `controls/service/a/examples/`)
        controls/service/a/a.rego:10:1: neither a test nor an example makes the control `XX01` fire [never-fires] (a control that cannot fire passes everything: add an example `fail_….json`)
        controls/service/a/a.rego:16:10: AWS's `ecs.Service` has no field `bad` [unknown-field] (see AWS's reference of the shape; a field that it has added since is not known yet)
        ");
}

#[test]
fn an_example_must_be_a_document_and_show_what_it_says() {
    let folder = "controls/service/a/examples";
    let fixture = whole()
        .with(&format!("{folder}/fail_good.json"), &example("{\"launchTyp\": \"EC2\"}"))
        .with(&format!("{folder}/pass_text.json"), "{\"version\": }")
        .with(&format!("{folder}/pass_other.json"), &example("{}").replace("\"eu-central-1\"", "7"));
    insta::assert_snapshot!(fixture.check(), @r#"
        controls/service/a/a.rego:16:10: AWS's `ecs.Service` has no field `bad` [unknown-field] (see AWS's reference of the shape; a field that it has added since is not known yet)
        controls/service/a/examples/fail_good.json:1:1: nothing fails (s: Passed) [wrong-example] (an example `fail_…` makes its control fire)
        controls/service/a/examples/fail_good.json:4:28: AWS's `ecs.Service` has no field `launchTyp` [misspelt-field] (did you mean `launchType`?)
        controls/service/a/examples/pass_other.json:2:82: the example is no document: 7 is not of type "string" [wrong-example] (`docs/input.schema.json` describes documents)
        controls/service/a/examples/pass_text.json:1:13: the example is not JSON: expected value [wrong-example] (it must be JSON or YAML as its name says)
        "#);
}

#[test]
fn a_control_that_nothing_makes_fire_is_found() {
    let never = DENIES_BAD.replace("service.bad == true", "service.bad == true\n\tservice.bad == false");
    let test = "package tidewaiter.controls.service.a_test\n\nimport data.tidewaiter.controls.service.a\n\n\
        test_denies_x if true\n\ntest_allows_x if count(a.deny) == 0\n";
    let fixture = whole().with_control("XX01", "a", &never).with("controls/service/a/a_test.rego", test);
    let found = fixture.check();
    assert!(
        found.contains("neither a test nor an example makes the control `XX01` fire [never-fires]"),
        "{found}"
    );
    assert!(found.contains("nothing fails"), "{found}");
}

#[test]
fn a_test_that_denies_proves_that_a_control_fires() {
    let folder = "controls/service/a/examples/fail_bad.json";
    let found = whole().with(folder, &example("{}")).check();
    assert!(found.contains("[wrong-example]") && !found.contains("[never-fires]"), "{found}");
}

#[test]
fn other_peoples_policies_are_held_to_the_language_alone() {
    let directory = TempDir::new().unwrap();
    let policy = "package app\n\nimport data.elsewhere\n\nallow if not input.user.denied\n\n\
        later if elsewhere.rules[_] == time.now_ns()\n\nbroken := count(1, 2, 3)\n";
    fs::write(directory.path().join("app.rego"), policy).unwrap();
    insta::assert_snapshot!(rendered(&checked(directory.path()), directory.path()), @"app.rego:9:11: `count` takes 1 argument, and gets 3 [arity] (its arguments are (any))");
    let file = directory.path().join("app.rego");
    insta::assert_snapshot!(rendered(&checked(&file), directory.path()), @"app.rego:9:11: `count` takes 1 argument, and gets 3 [arity] (its arguments are (any))");
}

#[test]
fn a_directory_stands_for_every_bundle_and_policy_below_it() {
    let directory = TempDir::new().unwrap();
    let bundle = directory.path().join("bundles/mine");
    fs::create_dir_all(&bundle).unwrap();
    fs::write(bundle.join(".manifest"), super::MANIFEST).unwrap();
    fs::create_dir_all(bundle.join("lib")).unwrap();
    fs::write(bundle.join("lib/x.rego"), "package lib.x\n\nx := input.esc\n").unwrap();
    fs::write(directory.path().join("other.rego"), "package other\n\nx := y\n").unwrap();
    insta::assert_snapshot!(rendered(&checked(directory.path()), directory.path()), @r"
        bundles/mine/lib/x.rego:3:12: no document has `input.esc` [unknown-input] (did you mean `ecs`?)
        other.rego:3:6: nothing gives the variable `y` a value [unsafe-variable] (declare it with `:=` or `some … in`)
        ");
}

#[test]
fn nothing_to_check_is_a_mistake() {
    let directory = TempDir::new().unwrap();
    insta::assert_snapshot!(rendered(&checked(directory.path()), directory.path()).replace(&directory.path().display().to_string(), "here"), @"here: no bundle and no policy is here [layout] (name a bundle's directory, or a directory or file of `*.rego`)");
    insta::assert_snapshot!(rendered(&checked(&PathBuf::from("/nowhere/at/all")), directory.path()), @"/nowhere/at/all: No such file or directory (os error 2) [unreadable] (make it a file of UTF-8 text that can be read)");
}

#[test]
fn after_many_problems_the_rest_of_a_policy_is_not_looked_at() {
    let directory = TempDir::new().unwrap();
    let calls = (0..2_000).map(|number| format!("f{number}(x) := g{number}(x)\n")).collect::<String>();
    fs::write(directory.path().join("a.rego"), format!("package a\n{calls}")).unwrap();
    let found = checked(directory.path()).problems;
    assert_eq!(found.len(), 501);
    assert_eq!(found.iter().filter(|problem| problem.code == Code::TooLarge).count(), 1);
}

#[test]
fn a_hostile_file_gives_one_clear_problem_and_hides_no_other() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write("a_empty.rego", b"");
    write("b_bom.rego", b"\xef\xbb\xbfpackage b\n");
    write("c_crlf.rego", b"package c\r\n\r\nx if {\r\n\ty == 1\r\n}\r\n");
    write("d_deep.rego", format!("package d\nx := {}1{}\n", "[".repeat(400), "]".repeat(400)).as_bytes());
    write("e_bytes.rego", b"package e\nx := \"\xff\xfe\"\n");
    write("f_huge.rego", format!("package f\n# {}\n", "x".repeat(2 << 20)).as_bytes());
    write("g_open.rego", b"package g\nx := \"abc\n");
    write("h_old.rego", b"package h\n\nallow { input.x }\n");
    write("i_nul.rego", b"package i\n\0\n");
    write("j_wide.rego", format!("package j\nx := \"{}\"\n", "y".repeat(5000)).as_bytes());
    write("k_words.rego", "package k\n\nx := \"\u{1b}[31mé漢\" + y\n".as_bytes());
    insta::assert_snapshot!(rendered(&checked(directory.path()), directory.path()), @r"
        a_empty.rego:1:1: expecting `package` Missing package declaration [rego] (it must be Rego v1 as OPA reads it; `opa fmt` and `opa check` may say more)
        b_bom.rego:1:1: the file begins with a byte order mark [rego] (save it as UTF-8 without a byte order mark)
        c_crlf.rego:4:2: nothing gives the variable `y` a value [unsafe-variable] (declare it with `:=` or `some … in`)
        d_deep.rego:2:18: brackets nest deeper than 12 levels [bracket-depth] (name the inner value in a rule of its own, or keep the document as JSON among the examples)
        e_bytes.rego: the file is not UTF-8 (at byte 16) [unreadable] (make it a file of UTF-8 text that can be read)
        f_huge.rego:1:1: the policy has 2097165 bytes, and at most 1048576 are read [too-large] (split it, or move what is large into data or examples)
        g_open.rego:2:10: invalid character in string [rego] (it must be Rego v1 as OPA reads it; `opa fmt` and `opa check` may say more)
        h_old.rego:3:7: `if` keyword is required before rule body [rego] (this is Rego v0: rewrite it with `opa fmt --v0-v1 --write`)
        j_wide.rego:2:1024: the line has 5007 columns, and at most 1024 are read [too-large] (break the line)
        k_words.rego:3:7: invalid character in string [rego] (it must be Rego v1 as OPA reads it; `opa fmt` and `opa check` may say more)
        ");
}
