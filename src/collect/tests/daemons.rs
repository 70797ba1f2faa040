//! Managed daemons, their revisions, and what these run.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::Collection;

const ALL: [Collection; 3] =
    [Collection::DaemonRevisions, Collection::DaemonTaskDefinitions, Collection::Daemons];

fn arn(resource: &str) -> String {
    format!("arn:aws:ecs:eu-central-1:123456789012:{resource}")
}

fn revision(id: &str, definition: Value) -> Value {
    json!({"daemonRevisionArn": arn(&format!("daemon-revision/main/agent/{id}")),
        "daemonTaskDefinitionArn": definition, "enableExecuteCommand": false})
}

fn definition(name: &str) -> ResponseTemplate {
    ok(
        json!({"daemonTaskDefinition": {"daemonTaskDefinitionArn": arn(&format!("daemon-task-definition/{name}")),
        "containerDefinitions": [{"name": "agent", "environment": [{"name": "TOKEN", "value": "hunter2"}]}]}}),
    )
}

/// A cluster with one daemon, of which two revisions run one definition.
async fn watched() -> Aws {
    let aws = Aws::with_one_cluster().await;
    aws.answer(
        "ListDaemons",
        [ok(json!({"daemonSummariesList": [{"daemonArn": arn("daemon/main/agent")}]}))],
    );
    let current = ["1", "2"].map(|id| json!({"arn": arn(&format!("daemon-revision/main/agent/{id}"))}));
    let daemon =
        json!({"daemonArn": arn("daemon/main/agent"), "status": "ACTIVE", "currentRevisions": current});
    aws.answer("DescribeDaemon", [ok(json!({"daemon": daemon}))]);
    let runs = json!(arn("daemon-task-definition/agent:3"));
    let revisions = ["1", "2"].map(|id| revision(id, runs.clone()));
    aws.answer("DescribeDaemonRevisions", [ok(json!({"daemonRevisions": revisions, "failures": []}))]);
    aws.answer("DescribeDaemonTaskDefinition", [definition("agent:3")]);
    aws
}

#[tokio::test]
async fn revisions_of_daemons_are_described_together_and_what_they_run_once() {
    let aws = watched().await;
    let snapshot = aws.collect(ALL).await;
    for collection in ALL {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
    }
    let revisions = ["1", "2"].map(|id| arn(&format!("daemon-revision/main/agent/{id}")));
    assert_eq!(aws.asked_of("DescribeDaemonRevisions"), [json!({"daemonRevisionArns": revisions})]);
    let asked = json!({"daemonTaskDefinition": arn("daemon-task-definition/agent:3")});
    assert_eq!(aws.asked_of("DescribeDaemonTaskDefinition"), [asked]);
    assert_eq!(keys(&snapshot, Collection::DaemonRevisions), revisions);
    assert_eq!(member(&snapshot, Collection::DaemonRevisions, &revisions[0])["clusterArn"], CLUSTER);
    let definition =
        member(&snapshot, Collection::DaemonTaskDefinitions, &arn("daemon-task-definition/agent:3"));
    let value = &definition["containerDefinitions"][0]["environment"][0]["value"];
    assert!(value.as_str().unwrap().starts_with("redacted:"), "{value}");
}

#[tokio::test]
async fn daemons_alone_are_asked_for_nothing_else() {
    let aws = watched().await;
    aws.collect([Collection::Daemons]).await;
    assert_eq!(aws.asked_of("DescribeDaemonRevisions"), [] as [Value; 0]);
}

#[tokio::test]
async fn what_daemons_run_and_nobody_can_see_is_a_gap() {
    let revision_arns = ["1", "2"].map(|id| arn(&format!("daemon-revision/main/agent/{id}")));
    let definition_arn = arn("daemon-task-definition/agent:3");
    for (operation, answer, collection, kind, ids) in [
        (
            "DescribeDaemonRevisions",
            denied("ecs:DescribeDaemonRevisions"),
            Collection::DaemonRevisions,
            GapKind::Denied,
            revision_arns.to_vec(),
        ),
        (
            "DescribeDaemonRevisions",
            ok(json!({"daemonRevisions": [revision("1", json!(definition_arn))]})),
            Collection::DaemonRevisions,
            GapKind::Truncated,
            vec![revision_arns[1].clone()],
        ),
        (
            "DescribeDaemonRevisions",
            ok(
                json!({"daemonRevisions": [revision("1", json!(definition_arn)), revision("2", Value::Null)]}),
            ),
            Collection::DaemonRevisions,
            GapKind::Malformed,
            vec![revision_arns[1].clone()],
        ),
        (
            "DescribeDaemonTaskDefinition",
            throttled(),
            Collection::DaemonTaskDefinitions,
            GapKind::Throttled,
            vec![definition_arn.clone()],
        ),
        (
            "DescribeDaemonTaskDefinition",
            definition("agent:4"),
            Collection::DaemonTaskDefinitions,
            GapKind::Malformed,
            vec![definition_arn.clone()],
        ),
    ] {
        let aws = watched().await;
        aws.answer(operation, [answer]);
        let snapshot = aws.collect(ALL).await;
        let gap = the_gap(&snapshot, collection);
        assert_eq!((gap.kind, gap.ids), (kind, ids), "{operation}");
        if collection == Collection::DaemonRevisions {
            let inherited = the_gap(&snapshot, Collection::DaemonTaskDefinitions);
            assert!(inherited.hides_members(), "{operation}");
        }
    }
}
