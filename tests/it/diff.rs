//! `tidewaiter diff`: what a change of policies would change.

use std::path::Path;

use crate::support::program::{Program, project};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(drop).unwrap() }
    }
}

/// A copy of the built-in bundle in which TD01 fires on every container, TD02 is gone, and SV50 is new.
fn program() -> Program {
    let program = Program::new();
    let new = program.path("new");
    copy(&project("bundles/aws-baseline"), &new);
    let policy = new.join("controls/task_definition/privileged_container/privileged_container.rego");
    let text = std::fs::read_to_string(&policy).unwrap();
    let said = "containers.privileged(index, container)";
    let every =
        "{\"message\": sprintf(\"container %d is one\", [index]), \"evidence\": {\"path\": container.name}}";
    assert!(text.contains(said), "the policy asks otherwise what it denies");
    std::fs::write(&policy, text.replace(said, every)).unwrap();
    std::fs::remove_dir_all(new.join("controls/task_definition/host_pid_mode")).unwrap();
    // The one policy that asks what it says.
    let asking = new.join("lib/revision_violations/aws_baseline/aws_baseline.rego");
    let text = std::fs::read_to_string(&asking).unwrap();
    std::fs::write(&asking, text.replace("\t\"host_pid_mode\": controls.host_pid_mode.deny,\n", "")).unwrap();
    for entry in std::fs::read_dir(new.join("frameworks")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("[TD02, ", "[").replace(", TD02", "").replace("[TD02]", "[]");
        std::fs::write(&path, text).unwrap();
    }
    let wish =
        ["service", "exec_on", "--field", "enableExecuteCommand", "--id", "SV50", "--severity", "critical"];
    program.run(["new", "control", "--bundle", "new"].into_iter().chain(wish)).expect(0);
    program
}

/// The controls whose verdicts the copy changes.
const CHANGED: [&str; 5] = ["SV50", "TD01", "TD02", "TK10", "SV14"];

const ARGUMENTS: [&str; 6] = ["diff", "--example", "--bundle", "builtin/aws-baseline", "--bundle", "new"];

#[test]
fn a_change_of_policies_is_shown_by_control_and_violation() {
    let program = program();
    let text = program.run(ARGUMENTS).expect(0).stdout;
    for said in ["TD02", "(withdrawn)", "SV50", "(added)", "TD01", "passed → failed", "+ container"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let json = program.run(ARGUMENTS.into_iter().chain(["--format", "json"])).expect(0).json();
    let controls = json["controls"].as_array().unwrap();
    let presence = |id: &str| {
        let control = controls.iter().find(|control| control["id"] == id);
        control.unwrap_or_else(|| panic!("{id} is missing"))["presence"].clone()
    };
    assert_eq!(
        (presence("TD01"), presence("TD02"), presence("SV50")),
        ("both".into(), "withdrawn".into(), "added".into())
    );
    // TK10 and SV14 ask the controls of task definitions what they say.
    let changed = controls.iter().map(|control| control["id"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(changed, CHANGED);
    assert!(json["summary"]["fail_now"].as_u64().unwrap() > 10);
    assert!(json["summary"]["unchanged"].as_u64().unwrap() > 300);
}

#[test]
fn the_gate_closes_on_new_failures_alone() {
    let program = program();
    program.run(ARGUMENTS.into_iter().chain(["--fail-on", "critical"])).expect(4);
    let back =
        ["diff", "--example", "--bundle", "new", "--bundle", "builtin/aws-baseline", "--fail-on", "critical"];
    program.run(back).expect(0);
    program.run(ARGUMENTS.into_iter().chain(["--control", "TD09", "--fail-on", "low"])).expect(0);
}

#[test]
fn the_same_bundles_differ_in_nothing() {
    let ran =
        Program::new().run(["diff", "--example", "--bundle", "builtin", "--bundle", "builtin"]).expect(0);
    assert!(ran.stdout.contains("no verdict changes"), "{}", ran.stdout);
}

#[test]
fn parameters_of_the_new_bundle_alone_show_what_they_change() {
    let program = Program::new();
    program.write("new.yaml", "floating_image_tag:\n  tags: [latest, \"1.1\"]\n");
    let arguments =
        ["diff", "--example", "--bundle", "builtin", "--bundle", "builtin", "--new-params", "new.yaml"];
    let json = program.run(arguments.into_iter().chain(["--format", "json"])).expect(0).json();
    let controls = json["controls"].as_array().unwrap();
    assert_eq!(
        controls.iter().map(|control| control["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["TK10", "TD31"]
    );
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_way_out() {
    let program = Program::new();
    let refused = program.run(["diff", "--example", "--bundle", "builtin"]).expect(2);
    assert!(refused.stderr.contains("--bundle OLD --bundle NEW"), "{}", refused.stderr);
    let refused = program.run(["diff", "--example", "--bundle", "builtin", "--bundle", "nowhere"]).expect(2);
    assert!(refused.stderr.contains("nowhere"), "{}", refused.stderr);
    let same = ["diff", "--example", "--bundle", "builtin", "--bundle", "builtin", "--control", "TD1"];
    let refused = program.run(same).expect(2);
    assert!(refused.stderr.contains("did you mean `TD"), "{}", refused.stderr);
}
