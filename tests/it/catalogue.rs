//! `tidewaiter controls`: the catalogue as people and programs see it.

use serde_json::Value;

use crate::support::program::{Program, project};

#[test]
fn the_catalogue_lists_every_control_with_what_is_known_about_it() {
    let catalogue = Program::new().run(["controls", "list", "--format", "json"]).expect(0).json();
    assert_eq!(catalogue["version"], "1");
    let controls = catalogue["controls"].as_array().unwrap();
    assert!(controls.len() > 30);
    let privileged = controls.iter().find(|control| control["id"] == "TD01").unwrap();
    assert_eq!(privileged["resources"], "ecs.task_definitions");
    assert!(privileged["actions"].as_array().unwrap().contains(&Value::from("ecs:DescribeTaskDefinition")));
    assert!(privileged["examples"].as_array().unwrap().iter().any(|example| example["shows"] == "fail"));
    assert!(privileged["mappings"].as_array().unwrap().iter().any(|it| it["requirement"] == "ECS.4"));
    let capabilities = controls.iter().find(|control| control["id"] == "TD10").unwrap();
    let names = capabilities["parameters"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap());
    assert!(names.collect::<Vec<_>>().iter().any(|name| name.starts_with("capabilities.")), "{capabilities}");
    assert_eq!(privileged["covers"]["security-hub"], Value::from(vec!["ECS.4"]));
    let devices = controls.iter().find(|control| control["id"] == "TD14").unwrap();
    assert_eq!(
        devices["covers"],
        serde_json::json!({}),
        "no tool has such a rule, which is not nothing said"
    );
    let frameworks = catalogue["frameworks"].as_array().unwrap();
    assert!(frameworks.iter().any(|framework| framework["id"] == "aws-fsbp"));
    let omissions = catalogue["omissions"].as_array().unwrap();
    assert!(omissions.iter().any(|it| it["id"] == "IM10" && it["reason"].is_string()), "{omissions:?}");
}

#[test]
fn a_severity_lists_itself_and_what_is_worse() {
    let list = Program::new().run(["controls", "list", "--severity", "high"]).expect(0).stdout;
    assert!(list.contains("TD01") && list.contains("high") && !list.contains(" low "), "{list}");
}

#[test]
fn a_framework_is_shown_with_its_gaps() {
    let program = Program::new();
    program.write(
        "ours/.manifest",
        r#"{"revision": "1", "roots": ["tidewaiter/controls"], "metadata": {"name": "ours"}}"#,
    );
    program
        .run([
            "new",
            "control",
            "service",
            "exec_on",
            "--field",
            "enableExecuteCommand",
            "--expected",
            "false",
            "--bundle",
            "ours",
            "--id",
            "SV77",
        ])
        .expect(0);
    program.write(
        "ours/frameworks/house.yaml",
        "id: house\ntitle: House rules\nversion: '1'\nsource: https://example.com/\nrequirement_format: house {id}\n\
         requirements:\n  - id: H1\n    title: No shells\n    controls: [SV77]\n  - id: H2\n    title: No fun\n    controls: []\n    reason: nobody can tell\n",
    );
    let arguments = ["controls", "list", "--bundle", "ours", "--framework", "house"];
    let shown = program.run(arguments).expect(0).stdout;
    assert!(shown.contains("1 of 2 requirements answered to") && shown.contains("gaps: H2"), "{shown}");
    assert!(shown.contains("nobody can tell"), "{shown}");
    let json = program.run(arguments.into_iter().chain(["--format", "json"])).expect(0).json();
    let covered =
        json["frameworks"][0]["requirements"].as_array().unwrap().iter().map(|it| it["covered"].clone());
    assert_eq!(covered.collect::<Vec<_>>(), [true, false]);
    assert_eq!(json["frameworks"][0]["requirements"][1]["reason"], "nobody can tell");
    assert_eq!(json["frameworks"][0]["requirements"][0]["label"], "house H1");
    let refused = program.run(["controls", "list", "--bundle", "ours", "--framework", "hose"]).expect(2);
    assert!(refused.stderr.contains("did you mean `house`?"), "{}", refused.stderr);
}

#[test]
fn a_framework_is_answered_to_by_all_bundles_together() {
    let requirement = |bundles: &[&str], framework: &str, id: &str| {
        let arguments = ["controls", "list", "--format", "json", "--framework", framework];
        let bundles = bundles.iter().flat_map(|bundle| ["--bundle", bundle]);
        let list = Program::new().run(arguments.into_iter().chain(bundles)).expect(0).json();
        let requirements = list["frameworks"][0]["requirements"].as_array().unwrap();
        requirements.iter().find(|it| it["id"] == id).unwrap().clone()
    };
    let together = requirement(&[], "nist-800-53-r5", "AU-6(3)");
    assert_eq!(together["controls"], serde_json::json!(["CL01", "GD04", "NW01", "TD20", "TK08"]));
    let alone = requirement(&["builtin/aws-hygiene"], "nist-800-53-r5", "AU-6(3)");
    assert_eq!(alone["controls"], serde_json::json!(["CL01"]));
    assert_eq!(alone["label"], together["label"]);

    let gap = requirement(&["builtin/aws-baseline"], "aws-security-hub-ecs", "ECS.14");
    assert_eq!((&gap["covered"], &gap["controls"]), (&Value::from(false), &serde_json::json!([])));
    assert!(gap["reason"].as_str().unwrap().contains("aws-hygiene"), "{gap}");
    let covered = requirement(&[], "aws-security-hub-ecs", "ECS.14");
    assert_eq!((&covered["covered"], &covered["reason"]), (&Value::from(true), &Value::Null));
}

/// Judging the examples of every control takes many seconds, and what lists and shows controls names them only.
#[test]
fn listing_and_showing_judge_no_example() {
    let program = Program::new();
    program.write(
        "ours/.manifest",
        r#"{"revision": "1", "roots": ["tidewaiter/controls/service"], "metadata": {"name": "ours"}}"#,
    );
    let wish =
        ["service", "exec_on", "--field", "enableExecuteCommand", "--expected", "false", "--id", "SV77"];
    program.run(["new", "control", "--bundle", "ours"].into_iter().chain(wish)).expect(0);
    program
        .write("ours/controls/service/exec_on/examples/pass_no_document.json", "nothing that can be judged");
    for arguments in [["controls", "list", "--format", "json"], ["controls", "show", "SV77", "--format=json"]]
    {
        let shown = program.run(arguments.into_iter().chain(["--bundle", "ours"])).expect(0).stdout;
        assert!(shown.contains("pass_no_document.json"), "{shown}");
    }
    let refused = program.run(["controls", "docs", "--bundle", "ours"]).expect(2).stderr;
    assert!(refused.contains("pass_no_document.json"), "{refused}");
}

#[test]
fn what_is_left_out_is_said_with_its_reason() {
    let refused = Program::new().run(["controls", "show", "IM10"]).expect(2).stderr;
    assert!(refused.contains("it is left out: No API of AWS"), "{refused}");
    let index = std::fs::read_to_string(project("docs/controls/README.md")).unwrap();
    let (_, left_out) = index.split_once("## What is left out").unwrap();
    assert!(left_out.contains("| IM10 |"), "{left_out}");
}

#[test]
fn one_control_is_shown_with_everything() {
    let program = Program::new();
    let shown = program.run(["controls", "show", "SV04"]).expect(0).stdout;
    for said in [
        "unsafe_security_group.open_tcp_ports",
        "[80,443]",
        "ec2:DescribeSecurityGroups",
        "fail_default_group.json",
        "cloud-custodian: ecs-service.security-group",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains('\u{1b}'), "colour is only for terminals");
    let json = program.run(["controls", "show", "SV04", "--format", "json"]).expect(0).json();
    assert_eq!(json["control"]["id"], "SV04");
    let refused = program.run(["controls", "show", "SV4"]).expect(2);
    assert!(refused.stderr.contains("did you mean `SV"), "{}", refused.stderr);
}

#[test]
fn pages_are_for_readers() {
    let program = Program::new();
    program.write(
        "pages/GONE.md",
        "<!-- Made by `tidewaiter controls docs` from METADATA, examples and frameworks. -->\n",
    );
    program.write("pages/notes.md", "mine\n");
    let ran = program.run(["controls", "docs", "--output", "pages"]).expect(0);
    assert!(ran.stdout.contains("and 1 removed"), "{}", ran.stdout);
    assert!(program.path("pages/notes.md").exists() && !program.path("pages/GONE.md").exists());
    let page = std::fs::read_to_string(program.path("pages/TD20.md")).unwrap();
    for part in [
        "## What it looks at",
        "## When it fails",
        "## What to do",
        "## Parameters",
        "## Frameworks",
        "## An exception",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let index = std::fs::read_to_string(program.path("pages/README.md")).unwrap();
    assert!(index.contains("[SV04](SV04.md)"));
}

/// The exception on a page is one that the program accepts.
#[test]
fn the_exception_on_each_page_can_be_used() {
    let mut n_pages = 0;
    for entry in std::fs::read_dir(project("docs/controls")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let Some((_, after)) = text.split_once("```yaml\n") else { continue };
        let exception = after.split("```").next().unwrap();
        let parsed = tidewaiter::config::parse_exceptions("page", exception);
        assert!(parsed.is_ok_and(|exceptions| exceptions.len() == 1), "{exception}");
        n_pages += 1;
    }
    assert!(n_pages > 30);
}
