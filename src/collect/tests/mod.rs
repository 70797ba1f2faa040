//! Whole passes against a scripted AWS: what is asked, what is made of the answers, and what of their faults.

mod daemons;
mod definitions;
mod faults;
mod images;
mod last_accessed;
mod load_balancers;
mod named;
mod organizations;
mod scheduled;
mod surroundings;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::testing::*;
use super::{Options, Progress, collect};
use crate::aws::Session;
use crate::domain::Status;
use crate::snapshot::{Collection, Snapshot};

/// Has the cluster run these services, each described in the order of the requests.
fn services(aws: &Aws, services: &[Value]) {
    let arns = services.iter().map(|service| service["serviceArn"].clone()).collect::<Vec<_>>();
    aws.answer("ListServices", [ok(json!({"serviceArns": arns}))]);
    aws.answer("DescribeServices", [ok(json!({"services": services, "failures": []}))]);
}

fn service(name: &str, further: Value) -> Value {
    with(json!({"serviceArn": service_arn(name), "serviceName": name, "status": "ACTIVE"}), further)
}

#[tokio::test]
async fn every_request_asks_for_all_that_the_api_has() {
    let aws = Aws::with_one_cluster().await;
    services(
        &aws,
        &[service(
            "web",
            json!({"taskDefinition": definition_arn("web:3"),
        "currentServiceRevisions": [{"arn": "arn:rev"}], "resourceManagementType": "ECS"}),
        )],
    );
    aws.answer("ListTasks", [ok(json!({"taskArns": [task_arn("1")]}))]);
    aws.answer("DescribeTasks", [ok(json!({"tasks": [{"taskArn": task_arn("1")}], "failures": []}))]);
    aws.answer("ListContainerInstances", [ok(json!({"containerInstanceArns": ["arn:ci"]}))]);
    aws.answer(
        "DescribeContainerInstances",
        [ok(json!({"containerInstances": [{"containerInstanceArn": "arn:ci"}], "failures": []}))],
    );
    aws.answer(
        "DescribeServiceRevisions",
        [ok(json!({"serviceRevisions": [{"serviceRevisionArn": "arn:rev"}], "failures": []}))],
    );
    aws.answer("DescribeExpressGatewayService", [ok(json!({"service": {"serviceArn": service_arn("web")}}))]);
    aws.answer("ListDaemons", [ok(json!({"daemonSummariesList": [{"daemonArn": "arn:d"}]}))]);
    aws.answer("DescribeDaemon", [ok(json!({"daemon": {"daemonArn": "arn:d"}}))]);
    aws.answer("DescribeCapacityProviders", [ok(json!({"capacityProviders": [], "failures": []}))]);
    aws.answer(
        "ListAccountSettings",
        [ok(json!({"settings": [{"name": "guardDutyActivate", "value": "on"}]}))],
    );
    aws.answer(
        "DescribeTaskDefinition",
        [ok(json!({"taskDefinition": {"taskDefinitionArn": definition_arn("web:3")}, "tags": []}))],
    );
    aws.answer(
        "DescribeScalableTargets",
        [ok(json!({"ScalableTargets": [{"ScalableTargetARN": "arn:target", "MinCapacity": 1}]}))],
    );
    let snapshot = aws
        .collect([
            Collection::AccountSettings,
            Collection::CapacityProviders,
            Collection::ContainerInstances,
            Collection::Daemons,
            Collection::ExpressServices,
            Collection::ScalableTargets,
            Collection::ServiceRevisions,
            Collection::TaskDefinitions,
        ])
        .await;
    for (collection, coverage) in &snapshot.coverage.0 {
        assert_eq!(coverage.status, Status::Complete, "{collection}: {coverage:#?}");
    }
    let mut asked = aws.asked();
    asked.sort_by(|one, other| one.0.cmp(&other.0));
    let asked = asked.iter().map(|(name, asked)| format!("{name} {asked}")).collect::<Vec<_>>();
    insta::assert_snapshot!(asked.join("\n").replace("arn:aws:ecs:eu-central-1:123456789012:", "…:"), @r#"
    DescribeCapacityProviders {"include":["TAGS"],"maxResults":10}
    DescribeClusters {"clusters":["…:cluster/main"],"include":["ATTACHMENTS","CONFIGURATIONS","SETTINGS","STATISTICS","TAGS"]}
    DescribeContainerInstances {"cluster":"…:cluster/main","containerInstances":["arn:ci"],"include":["TAGS","CONTAINER_INSTANCE_HEALTH"]}
    DescribeDaemon {"daemonArn":"arn:d"}
    DescribeExpressGatewayService {"include":["TAGS"],"serviceArn":"…:service/main/web"}
    DescribeScalableTargets {"MaxResults":50,"ServiceNamespace":"ecs"}
    DescribeServiceRevisions {"serviceRevisionArns":["arn:rev"]}
    DescribeServices {"cluster":"…:cluster/main","include":["TAGS"],"services":["…:service/main/web"]}
    DescribeTaskDefinition {"include":["TAGS"],"taskDefinition":"…:task-definition/web:3"}
    DescribeTasks {"cluster":"…:cluster/main","include":["TAGS"],"tasks":["…:task/main/1"]}
    ListAccountSettings {"effectiveSettings":true,"maxResults":10}
    ListClusters {"maxResults":100}
    ListContainerInstances {"cluster":"…:cluster/main","maxResults":100}
    ListDaemons {"clusterArn":"…:cluster/main","maxResults":100}
    ListEventBuses {"Limit":100}
    ListRules {"EventBusName":"default","Limit":100}
    ListSchedules {"MaxResults":"100"}
    ListServices {"cluster":"…:cluster/main","maxResults":100}
    ListTaskDefinitions {"maxResults":100,"sort":"DESC","status":"ACTIVE"}
    ListTasks {"cluster":"…:cluster/main","desiredStatus":"RUNNING","maxResults":100}
    "#);
}

#[tokio::test]
async fn lists_are_paged_and_described_in_batches_at_the_apis_maxima() {
    let aws = Aws::with_one_cluster().await;
    let all = (0..25).map(|n| service(&format!("s{n:02}"), json!({}))).collect::<Vec<_>>();
    let arns = |from: usize, to: usize| {
        all[from..to].iter().map(|one| one["serviceArn"].clone()).collect::<Vec<_>>()
    };
    aws.answer(
        "ListServices",
        [
            ok(json!({"serviceArns": arns(0, 12), "nextToken": "two"})),
            ok(json!({"serviceArns": arns(12, 25), "nextToken": null})),
        ],
    );
    // Every answer describes all; what was not asked for is not taken.
    aws.answer("DescribeServices", [ok(json!({"services": all, "failures": []}))]);
    let snapshot = aws.collect([Collection::Services]).await;
    let tokens =
        aws.asked_of("ListServices").iter().map(|asked| asked["nextToken"].clone()).collect::<Vec<_>>();
    assert_eq!(tokens, [Value::Null, json!("two")]);
    let mut sizes = aws
        .asked_of("DescribeServices")
        .iter()
        .map(|asked| asked["services"].as_array().unwrap().len())
        .collect::<Vec<_>>();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 10, 10]);
    let coverage = covered(&snapshot, Collection::Services);
    assert_eq!((coverage.status, coverage.count, coverage.calls), (Status::Complete, 25, 5));
}

#[tokio::test]
async fn bodies_are_the_apis_own_without_events_and_with_their_cluster() {
    let aws = Aws::with_one_cluster().await;
    let body = service(
        "web",
        json!({"events": [{"message": "noise"}], "fieldOfTomorrow": {"x": 1.50}, "createdAt": 1_763_000_000.25,
            "taskSets": [{"taskSetArn": "arn:set", "taskDefinition": "td"}]}),
    );
    services(&aws, &[body]);
    let snapshot = aws.collect([Collection::Services, Collection::TaskSets]).await;
    let service = member(&snapshot, Collection::Services, &service_arn("web"));
    assert_eq!(service["clusterArn"], CLUSTER);
    assert_eq!(service["fieldOfTomorrow"], json!({"x": 1.5}));
    assert_eq!(service["createdAt"], 1_763_000_000.25);
    assert_eq!(service.get("events"), None);
    assert_eq!(
        member(&snapshot, Collection::TaskSets, "arn:set"),
        json!({"taskSetArn": "arn:set", "taskDefinition": "td", "clusterArn": CLUSTER,
            "serviceArn": service_arn("web")})
    );
}

#[tokio::test]
async fn deleted_clusters_and_services_are_left_out() {
    let aws = Aws::with_one_cluster().await;
    services(&aws, &[service("old", json!({"status": "INACTIVE"})), service("web", json!({}))]);
    let snapshot = aws.collect([Collection::Services]).await;
    assert_eq!(keys(&snapshot, Collection::Services), [service_arn("web")]);
    let gone = cluster(json!({"status": "INACTIVE"}));
    aws.answer("DescribeClusters", [ok(json!({"clusters": [gone], "failures": []}))]);
    let snapshot = aws.collect([Collection::Clusters]).await;
    assert_eq!(covered(&snapshot, Collection::Clusters).count, 0);
    assert_eq!(covered(&snapshot, Collection::Clusters).status, Status::Complete);
}

#[tokio::test]
async fn a_cluster_is_asked_for_the_capacity_providers_that_the_account_does_not_have() {
    let aws = Aws::with_one_cluster().await;
    let of_cluster = cluster(json!({"capacityProviders": ["FARGATE", "managed"]}));
    aws.answer("DescribeClusters", [ok(json!({"clusters": [of_cluster], "failures": []}))]);
    let provider = |name: &str| json!({"capacityProviderArn": format!("arn:{name}"), "name": name});
    aws.answer(
        "DescribeCapacityProviders",
        [
            ok(json!({"capacityProviders": [provider("FARGATE")], "nextToken": "more"})),
            ok(json!({"capacityProviders": [provider("spot")]})),
            ok(json!({"capacityProviders": [provider("FARGATE"), provider("managed")]})),
        ],
    );
    let snapshot = aws.collect([Collection::CapacityProviders]).await;
    assert_eq!(keys(&snapshot, Collection::CapacityProviders), ["arn:FARGATE", "arn:managed", "arn:spot"]);
    let asked = aws.asked_of("DescribeCapacityProviders");
    assert_eq!(asked[0], json!({"include": ["TAGS"], "maxResults": 10}));
    assert_eq!(asked[2]["cluster"], CLUSTER);
}

#[tokio::test]
async fn equal_answers_give_equal_bytes() {
    let aws = Aws::with_one_cluster().await;
    services(&aws, &(0..10).map(|n| service(&format!("s{n}"), json!({"tags": []}))).collect::<Vec<_>>());
    let bytes = |snapshot: Snapshot| {
        let mut bytes = Vec::new();
        snapshot.to_json(&mut bytes).unwrap();
        bytes
    };
    let first = bytes(aws.collect([Collection::Services, Collection::Clusters]).await);
    let second = bytes(aws.collect([Collection::Services, Collection::Clusters]).await);
    assert_eq!(first, second);
    let read = Snapshot::from_json(std::str::from_utf8(&first).unwrap()).unwrap();
    assert_eq!(bytes(read), first);
}

#[tokio::test]
async fn no_free_text_reaches_the_document() {
    let aws = Aws::with_one_cluster().await;
    let secret = "hunter2-but-longer";
    let container = json!({"name": "app", "environment": [{"name": "PASSWORD", "value": secret}],
        "command": [secret], "dockerLabels": {"x": secret}});
    services(
        &aws,
        &[service(
            "web",
            json!({"resourceManagementType": "ECS", "taskDefinition": definition_arn("web:1"),
            "deployments": [{"serviceConnectConfiguration": {"logConfiguration": {"options": {"x": secret}}}}],
            "taskSets": [{"taskSetArn": "arn:set", "command": secret}], "events": [{"message": secret}]}),
        )],
    );
    aws.answer("ListTasks", [ok(json!({"taskArns": [task_arn("1")]}))]);
    let task = json!({"taskArn": task_arn("1"), "overrides": {"containerOverrides": [container]}});
    aws.answer("DescribeTasks", [ok(json!({"tasks": [task], "failures": []}))]);
    aws.answer(
        "DescribeExpressGatewayService",
        [ok(json!({"service": {"activeConfigurations": [{"primaryContainer": container}]}}))],
    );
    let definition =
        json!({"taskDefinitionArn": definition_arn("web:1"), "containerDefinitions": [container]});
    aws.answer("DescribeTaskDefinition", [ok(json!({"taskDefinition": definition, "tags": []}))]);
    let snapshot = aws
        .collect([
            Collection::Services,
            Collection::ExpressServices,
            Collection::TaskDefinitions,
            Collection::TaskSets,
            Collection::Tasks,
        ])
        .await;
    let mut bytes = Vec::new();
    snapshot.to_json(&mut bytes).unwrap();
    let document = String::from_utf8(bytes).unwrap();
    assert!(!document.contains("hunter2"), "{document}");
    assert_eq!(document.matches("redacted:plain:").count(), 3 * 3 + 3, "{document}");
}

#[test]
fn a_pass_can_be_spawned() {
    fn is_send<T: Send>(_: T) {}
    fn check(session: &Session, wanted: &BTreeSet<Collection>, progress: &dyn Progress, options: &Options) {
        is_send(collect(session, wanted, progress, options));
    }
    let _ = check;
}
