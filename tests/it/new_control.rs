//! `tidewaiter new control`: what it writes works, and what it refuses comes with the way out.

use std::path::Path;

use tidewaiter::domain::{ControlId, Severity};
use tidewaiter::policy::{
    Limits, Source, TestOutcome, Wish, run_examples, run_tests, scaffold, scaffold_files,
};
use tidewaiter::snapshot::Collection;

use crate::support::program::{Program, Ran};

const MANIFEST: &str =
    r#"{"revision": "1", "roots": ["tidewaiter/controls", "lib", "params"], "metadata": {"name": "ours"}}"#;

fn program() -> Program {
    let program = Program::new();
    program.write("ours/.manifest", MANIFEST);
    program
}

fn new(program: &Program, arguments: &[&str]) -> Ran {
    program.run([&["new", "control", "--bundle", "ours"][..], arguments].concat())
}

/// Every test and example of the bundle passes, and there are some.
fn assert_works(bundle: &Path) {
    let sources = [Source::Directory(bundle.to_owned())];
    let tests = run_tests(&sources, &Limits::default()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let failed = tests.iter().filter(|test| test.outcome != TestOutcome::Passed).collect::<Vec<_>>();
    assert!(failed.is_empty() && !tests.is_empty(), "{failed:?}");
    let examples =
        run_examples(&sources, &Limits::default()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let wrong = examples.iter().filter(|example| example.problem.is_some()).collect::<Vec<_>>();
    assert!(wrong.is_empty() && !examples.is_empty(), "{wrong:?}");
}

/// Writes controls as the command does, without starting it for each.
fn written(program: &Program, wishes: &[(String, &str, &str, &str)]) {
    for (n, (subject, slug, field, expected)) in wishes.iter().enumerate() {
        let id = ControlId::new(format!("NEW{n}")).unwrap();
        let (id, severity, title) = (Some(&id), Severity::Medium, None);
        let wish = Wish { subject, slug, field, expected, id, severity, title };
        let scaffold = scaffold(&wish, &[]).unwrap_or_else(|refusal| panic!("{subject}: {refusal}"));
        for (path, text) in scaffold_files(&scaffold) {
            program.write(&format!("ours/{path}"), &text);
        }
    }
}

#[test]
fn a_new_control_of_every_subject_passes_its_tests_and_examples() {
    let program = program();
    let text_of = |collection| match collection {
        Collection::Access => "boundary",
        Collection::Accounts => "AccountId",
        Collection::AccountSettings => "value",
        Collection::ExpressServices => "serviceName",
        Collection::NetworkInterfaces => "Status",
        Collection::RouteTables | Collection::SecurityGroups => "VpcId",
        Collection::FlowLogs => "FlowLogStatus",
        Collection::Groups | Collection::Policies | Collection::Roles | Collection::Users => "Path",
        Collection::Rules | Collection::Schedules => "State",
        Collection::ScalableTargets => "ResourceId",
        Collection::ServiceRevisions => "launchType",
        Collection::Subnets | Collection::Vpcs | Collection::VpcEndpoints => "State",
        Collection::Tasks => "lastStatus",
        Collection::Trails => "HomeRegion",
        Collection::TrailStatus => "LatestDeliveryError",
        Collection::ImageReferences
        | Collection::Images
        | Collection::ImageScanFindings
        | Collection::LifecyclePolicies
        | Collection::RepositoryPolicies
        | Collection::SigningStatus => "repositoryName",
        Collection::SigningConfiguration => "registryId",
        Collection::UsedImages => "repository",
        Collection::Attestors => "kind",
        Collection::RegistryScanning => "scanningConfiguration.scanType",
        Collection::Repositories => "imageTagMutability",
        Collection::RepositoryScanning => "scanFrequency",
        Collection::RepositoryTags => "tags[].Key",
        Collection::RuntimeCoverage => "coverageStatus",
        Collection::InspectorAccounts => "state.status",
        Collection::LastAccessed => "JobStatus",
        Collection::ServiceControlPolicies => "Type",
        Collection::LogGroups => "logGroupClass",
        Collection::DaemonRevisions => "propagateTags",
        Collection::TaskDefinitionFamilies => "family",
        Collection::TargetGroups | Collection::Listeners => "Protocol",
        Collection::LoadBalancers => "Scheme",
        Collection::ListenerRules => "Priority",
        Collection::Patterns => "State",
        Collection::Instances => "InstanceType",
        Collection::Volumes | Collection::MachineImages => "State",
        Collection::AccessPoints => "LifeCycleState",
        Collection::Secrets => "OwningService",
        Collection::Parameters | Collection::RecommendedImages => "Type",
        _ => "status",
    };
    let mut wishes = Collection::ALL
        .map(|collection| (collection.path().to_owned(), "another_value", text_of(collection), "ACTIVE"))
        .to_vec();
    for (slug, field, expected) in [
        ("privileged", "containerDefinitions[].privileged", "false"),
        ("small", "cpu", "256"),
        ("nested", "runtimePlatform.cpuArchitecture", "ARM64"),
        ("deep_list", "proxyConfiguration.properties[].name", "-1.5"),
        ("number", "revision", "7"),
    ] {
        wishes.push(("task_definition".to_owned(), slug, field, expected));
    }
    written(&program, &wishes);
    assert_works(&program.path("ours"));
    let checked = program.run(["check", "--strict", "ours"]).expect(0);
    assert_eq!(checked.stderr, "");
    program.run(["test", "--bundle", "ours"]).expect(0);
    let ran = program.run(["evaluate", "--example", "--bundle", "ours", "--format", "json"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    let fired =
        ran.json()["verdicts"].as_array().unwrap().iter().filter(|it| it["verdict"] == "failed").count();
    assert!(fired > 20, "{fired}");
}

#[test]
fn ids_go_on_where_the_subject_left_off() {
    let program = program();
    let first =
        new(&program, &["service", "exec_on", "--field", "enableExecuteCommand", "--expected", "false"])
            .expect(0);
    let id = first.stdout.split(' ').next().unwrap().to_owned();
    let number = id.strip_prefix("SV").unwrap().parse::<u32>().unwrap();
    assert!(number > 8, "the built-in ids are taken: {id}");
    let second = new(&program, &["service", "no_tags", "--field", "enableECSManagedTags"]).expect(0);
    assert!(second.stdout.starts_with(&format!("SV{:02} ", number + 1)), "{}", second.stdout);
    let refused = new(
        &program,
        &["service", "third", "--field", "propagateTags", "--expected", "SERVICE", "--id", &id],
    )
    .expect(2);
    assert!(
        refused.stderr.contains("is taken") && refused.stderr.contains(&format!("`SV{:02}`", number + 2)),
        "{}",
        refused.stderr
    );
    new(&program, &["service", "third", "--field", "propagateTags", "--id", "TD99", "--severity", "low"])
        .expect(0);
    let policy = std::fs::read_to_string(program.path("ours/controls/service/third/third.rego")).unwrap();
    assert!(policy.contains("id: TD99") && policy.contains("severity: low"), "{policy}");
    assert_works(&program.path("ours"));
}

#[test]
fn what_cannot_be_is_refused_with_the_way_out_and_nothing_is_written() {
    let program = program();
    for (arguments, said) in [
        (&["servce", "x", "--field", "status"][..], "did you mean `service`?"),
        (&["ecs.task_definition", "x", "--field", "status"], "did you mean `ecs.task_definitions`?"),
        (&["service", "Exec-On", "--field", "status"], "snake_case"),
        (&["service", "../../x", "--field", "status"], "snake_case"),
        (&["service", "x", "--field", "enableExecuteComand"], "did you mean `enableExecuteCommand`?"),
        (&["service", "x", "--field", "a[0].b"], "for each element of one list"),
        (&["service", "x", "--field", "zebra"], "such as `availabilityZoneRebalancing`"),
        (&["service", "x", "--field", "deployments"], "name one of them"),
        (&["service", "x", "--field", "deployments.id"], "`list[].field`"),
        (&["service", "x", "--field", "taskDefinition[].family"], "`taskDefinition` is no list"),
        (&["service", "x", "--field", "enableExecuteCommand", "--expected", "off"], "true or false"),
        (&["service", "x", "--field", "desiredCount"], "is a number"),
        (&["service", "x", "--field", "status", "--expected", "\""], "without quotes"),
        (&["service", "x", "--field", "status", "--title", "Ensure it works"], "required condition"),
        (&["service", "x", "--field", "status", "--severity", "huge"], "severity"),
    ] {
        let refused = new(&program, arguments).expect(2);
        assert!(refused.stderr.contains(said), "{arguments:?}: {}", refused.stderr);
    }
    assert!(!program.path("ours/controls").exists());
    let refused = program.run(["new", "control", "service", "x", "--field", "status"]).expect(2);
    assert!(
        refused.stderr.contains("has no `.manifest`") && refused.stderr.contains("--bundle DIR"),
        "{}",
        refused.stderr
    );
}

#[test]
fn nothing_is_overwritten() {
    let program = program();
    let arguments = ["service", "exec_on", "--field", "enableExecuteCommand"];
    new(&program, &arguments).expect(0);
    program.write("ours/controls/service/exec_on/exec_on_test.rego", "package mine\n");
    let refused = new(&program, &arguments).expect(2);
    assert!(refused.stderr.contains("exists already"), "{}", refused.stderr);
    let kept =
        std::fs::read_to_string(program.path("ours/controls/service/exec_on/exec_on_test.rego")).unwrap();
    assert_eq!(kept, "package mine\n");
}
