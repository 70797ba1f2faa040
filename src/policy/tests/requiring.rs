//! Bundles that require other bundles.

use super::{Fixture, control_id, metadata};
use crate::policy::{Bundles, Limits, TestOptions, TestOutcome, TestPaths, check, test};

fn manifest(name: &str, root: &str, requires: &str) -> String {
    format!(
        r#"{{"revision": "1", "roots": ["{root}"], "metadata": {{"name": "{name}", "requires": {requires}}}}}"#
    )
}

/// A bundle that uses a library of the program's.
fn bundle(requires: &str) -> Fixture {
    let control = "deny contains violation if {\n\tsome arn, service in input.ecs.services\n\t\
        tags.carries(service.tags, \"bad\", [\"yes\"])\n\t\
        violation := {\"resource\": arn, \"message\": \"bad\", \"evidence\": {}}\n}\n";
    let policy = format!(
        "{}package tidewaiter.controls.ours.a\n\nimport data.lib.tags\n\n{control}",
        metadata("XX01", "ecs.services")
    );
    let tests = "package tidewaiter.controls.ours.a_test\n\nimport data.tidewaiter.controls.ours.a\n\n\
        test_denies_bad if {\n\tcount(a.deny) == 1 with input as {\"ecs\": {\"services\": {\"s\": {\"tags\": [\
        {\"key\": \"bad\", \"value\": \"yes\"}]}}}}\n}\n";
    Fixture::new()
        .with(".manifest", &manifest("ours", "tidewaiter/controls/ours", requires))
        .with("controls/ours/a/a.rego", &policy)
        .with("controls/ours/a/a_test.rego", tests)
}

#[test]
fn what_a_bundle_requires_is_found_in_the_program_and_loaded_with_it() {
    let fixture = bundle(r#"["aws-library"]"#);
    let bundles = fixture.load();
    let names = bundles.bundles().iter().map(|bundle| bundle.id.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["aws-library", "ours"]);
    let controls = bundles.all_controls().iter().map(|control| control.id.as_str()).collect::<Vec<_>>();
    assert_eq!(controls, ["XX01"]);
    insta::assert_snapshot!(bundle("[]").problems(), @"controls/ours/a/a.rego:16:2: nothing stands at `data.lib.tags.carries` [unknown-reference] (known are `tidewaiter`)");
}

#[test]
fn a_bundle_that_was_given_is_not_taken_from_the_program() {
    let library = Fixture::new()
        .with(".manifest", &manifest("aws-library", "lib", "[]"))
        .with("lib/tags/tags.rego", "package lib.tags\n\ncarries(_, _, _) := true\n");
    let sources = [bundle(r#"["aws-library"]"#), library];
    let given = sources.each_ref().map(Fixture::source);
    let bundles = Bundles::load(&given, None, &Limits::default()).unwrap();
    assert_eq!(bundles.bundles().iter().map(|it| it.id.revision.as_str()).collect::<Vec<_>>(), ["1", "1"]);
}

#[test]
fn what_nobody_has_and_what_is_no_name_is_refused() {
    let unmet = bundle(r#"["aws-library", "somebodys"]"#).problems();
    let said = ".manifest: the bundle requires `somebodys`, which was not given [manifest] (give it too; the program \
                itself carries aws-";
    assert!(unmet.starts_with(said), "{unmet}");
    let no_list = bundle(r#"["aws-library", 1]"#).problems();
    insta::assert_snapshot!(no_list, @r#".manifest: `metadata.requires` is not a list of other bundles' names [manifest] (name each bundle as its own manifest does, such as `["aws-library"]`)"#);
    assert_eq!(bundle(r#"["ours"]"#).problems(), no_list, "a bundle does not require itself");
}

#[test]
fn a_framework_of_the_program_can_be_answered_to_by_somebodys_control() {
    let framework = |id: &str| {
        format!(
            "id: nist-800-53-r5\nrequirements:\n  - {{id: AC-1, controls: [XX01]}}\n  - {{id: AU-2, controls: [{id}]}}\n"
        )
    };
    let with =
        |requires: &str, id: &str| bundle(requires).with("frameworks/nist-800-53-r5.yaml", &framework(id));
    // What the framework is, and how its requirements are written, the baseline says.
    let bundles = with(r#"["aws-library", "aws-baseline"]"#, "TD20").load();
    let nist = bundles.frameworks().iter().find(|it| it.id == "nist-800-53-r5").unwrap();
    assert_eq!(nist.title, "NIST SP 800-53 Revision 5");
    let ours = bundles.control(&control_id("XX01")).unwrap();
    let labels = ours.mappings.iter().map(|mapping| mapping.label.as_deref()).collect::<Vec<_>>();
    assert_eq!(labels, [Some("NIST.800-53.r5 AC-1")]);
    let logging = nist.requirements.iter().find(|it| it.id == "AU-2").unwrap();
    assert!(logging.controls.contains(&control_id("TD20")) && logging.controls.len() > 1, "{logging:?}");

    insta::assert_snapshot!(with(r#"["aws-library"]"#, "XX01").problems(), @r"
    frameworks/nist-800-53-r5.yaml:1:1: the framework has no `source` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    frameworks/nist-800-53-r5.yaml:1:1: the framework has no `title` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    frameworks/nist-800-53-r5.yaml:1:1: the framework has no `version` [framework] (write it, or require the bundle that says it: the file is to be understood alone)
    ");
    insta::assert_snapshot!(with(r#"["aws-library", "aws-baseline"]"#, "CL01").problems(), @"frameworks/nist-800-53-r5.yaml:4:27: neither the bundle nor one that it requires has a control `CL01` [framework] (did you mean `CI01`?)");
}

#[test]
fn tests_see_the_required_bundle_and_count_neither_its_tests_nor_its_lines() {
    let fixture = bundle(r#"["aws-library"]"#);
    let paths = TestPaths { paths: vec![fixture.0.path().to_owned()], ..TestPaths::default() };
    let options = TestOptions { coverage: true, ..TestOptions::default() };
    let run = test(&paths, &options, &Limits::default()).unwrap();
    let outcomes = run.tests.iter().map(|test| (test.name.as_str(), &test.outcome)).collect::<Vec<_>>();
    assert_eq!(outcomes, [("test_denies_bad", &TestOutcome::Passed)]);
    let files = run.coverage.unwrap().files;
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].file.ends_with("controls/ours/a/a.rego"));
}

#[test]
fn bundles_that_require_each_other_are_tested_as_one_library() {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("one/.manifest", &manifest("one", "one", r#"["two"]"#));
    write("one/a_test.rego", "package one.a_test\n\ntest_two if data.two.b.x == 1\n");
    write("two/.manifest", &manifest("two", "two", "[]"));
    write("two/b.rego", "package two.b\n\nx := 1\n");
    write(
        "two/b_test.rego",
        "package two.b_test\n\ntest_x if data.two.b.x == 1\n\ntest_three if not data.three\n",
    );
    write("three/.manifest", &manifest("three", "three", "[]"));
    write("three/c_test.rego", "package three.c_test\n\ntest_alone if not data.two\n");
    let paths = TestPaths { paths: vec![directory.path().to_owned()], ..TestPaths::default() };
    let run = test(&paths, &TestOptions::default(), &Limits::default()).unwrap();
    let failed = run.tests.iter().filter(|test| test.outcome != TestOutcome::Passed).collect::<Vec<_>>();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(run.tests.len(), 4);
}

#[test]
fn a_check_knows_the_required_bundle_and_says_nothing_of_it() {
    let fixture = bundle(r#"["aws-library"]"#);
    let example = |bad: &str| {
        format!(
            r#"{{"version": "1", "account": {{"id": "111122223333", "partition": "aws"}}, "region": "eu-central-1",
                "taken_at": "2026-11-22T08:00:00Z", "coverage": {{"ecs.services": {{"status": "complete"}}}},
                "ecs": {{"services": {{"arn:aws:ecs:eu-central-1:111122223333:service/a/b": {{"tags": {bad}}}}}}}}}"#
        )
    };
    let fixture = fixture
        .with("controls/ours/a/examples/fail_bad.json", &example(r#"[{"key": "bad", "value": "yes"}]"#))
        .with("controls/ours/a/examples/pass_good.json", &example("[]"));
    let checked = check(&[fixture.0.path().to_owned()], &Limits::default());
    assert_eq!(checked.n_policies, 2);
    let problems = checked.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(problems.replace(&format!("{}/", fixture.0.path().display()), ""), @"controls/ours/a/a.rego:10:1: the control has no test `test_allows_…` [missing-test]");
}
