//! Whole passes against a scripted AWS: what is asked, what is made of the answers, and what of their faults.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::testing::*;
use super::{Options, Progress, collect};
use crate::aws::{Limits, Session, testing};
use crate::domain::{GapKind, Status};
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
async fn a_whole_body_that_the_sdks_types_do_not_take_is_an_answer() {
    let aws = Aws::with_one_cluster().await;
    // To the SDK, a log driver is required and a count is a number.
    let odd = json!({"desiredCount": "many", "deployments": [{"serviceConnectConfiguration": {"enabled": true,
        "logConfiguration": {}}}]});
    services(&aws, &[service("web", odd)]);
    let snapshot = aws.collect([Collection::Services]).await;
    assert_eq!(covered(&snapshot, Collection::Services).status, Status::Complete);
    assert_eq!(member(&snapshot, Collection::Services, &service_arn("web"))["desiredCount"], "many");
}

#[tokio::test]
async fn a_throttle_that_passes_costs_a_retry_and_nothing_else() {
    let aws = Aws::with_one_cluster().await;
    aws.answer(
        "ListServices",
        [throttled(), error(500, "ServerException", "oops"), ok(json!({"serviceArns": []}))],
    );
    let session = aws.session();
    let wanted = BTreeSet::from([Collection::Services]);
    let snapshot = collect(&session, &wanted, &(), &options()).await;
    let coverage = covered(&snapshot, Collection::Services);
    assert_eq!((coverage.status, coverage.calls, coverage.retries), (Status::Complete, 1, 2));
    let count = session.calls()["ecs:ListServices"];
    assert_eq!((count.calls, count.retries, count.errors), (1, 2, 0));
}

#[tokio::test]
async fn a_call_that_fails_to_the_end_is_a_gap_of_its_kind() {
    for (answer, kind, code) in [
        (throttled(), GapKind::Throttled, "ThrottlingException"),
        (text(429, "slow down"), GapKind::Throttled, "Http429"),
        (error(500, "ServerException", "oops"), GapKind::Server, "ServerException"),
        (text(503, "<html>a gateway</html>"), GapKind::Server, "Http503"),
        (text(403, "<html>a proxy</html>"), GapKind::Denied, "Http403"),
        (
            error(400, "ExpiredTokenException", "The security token is expired"),
            GapKind::Denied,
            "ExpiredTokenException",
        ),
        (text(200, "<html>a portal</html>"), GapKind::Malformed, "MalformedBody"),
        (text(200, r#"{"serviceArns": ["#), GapKind::Truncated, "IncompleteBody"),
        (text(200, ""), GapKind::Truncated, "IncompleteBody"),
        (ok(json!({})), GapKind::Malformed, "UnexpectedAnswer"),
        (ok(json!({"serviceArns": null})), GapKind::Malformed, "UnexpectedAnswer"),
    ] {
        let aws = Aws::with_one_cluster().await;
        aws.answer("ListServices", [answer]);
        let snapshot = aws.collect([Collection::Services]).await;
        let gap = the_gap(&snapshot, Collection::Services);
        assert_eq!((gap.kind, gap.code.as_str()), (kind, code));
        assert_eq!((gap.scope.as_str(), gap.ids.len()), (CLUSTER, 0), "{code}");
        assert_eq!(gap.operation, "ecs:ListServices");
        assert!(!gap.message.contains("html"), "{}", gap.message);
    }
}

#[tokio::test]
async fn a_denied_list_names_the_missing_action_and_hides_what_depends_on_it() {
    let aws = Aws::with_one_cluster().await;
    aws.answer("ListServices", [denied("ecs:ListServices")]);
    let snapshot =
        aws.collect([Collection::Services, Collection::TaskDefinitions, Collection::TaskSets]).await;
    for (collection, scope) in
        [(Collection::Services, CLUSTER), (Collection::TaskSets, CLUSTER), (Collection::TaskDefinitions, "*")]
    {
        assert_eq!(covered(&snapshot, collection).status, Status::Denied, "{collection}");
        let gap = the_gap(&snapshot, collection);
        assert_eq!((gap.kind, gap.scope.as_str()), (GapKind::Denied, scope));
        assert_eq!(gap.action.as_deref(), Some("ecs:ListServices"));
    }
    assert_eq!(aws.asked_of("ListServices").len(), 1, "a denial is not tried again");
}

#[tokio::test]
async fn services_of_a_page_before_the_fault_are_kept() {
    let aws = Aws::with_one_cluster().await;
    let page = |token: &str| ok(json!({"serviceArns": [service_arn("web")], "nextToken": token}));
    aws.answer("ListServices", [page("a"), page("b"), page("a")]);
    aws.answer("DescribeServices", [ok(json!({"services": [service("web", json!({}))], "failures": []}))]);
    let snapshot = aws.collect([Collection::Services]).await;
    let gap = the_gap(&snapshot, Collection::Services);
    assert_eq!((gap.kind, gap.code.as_str()), (GapKind::Truncated, "RepeatedToken"));
    assert_eq!(keys(&snapshot, Collection::Services), [service_arn("web")]);
    assert_eq!(covered(&snapshot, Collection::Services).status, Status::Partial);
    assert_eq!(aws.asked_of("ListServices").len(), 3);
}

#[tokio::test]
async fn a_vanished_member_is_no_gap_and_one_that_nobody_speaks_of_is() {
    let aws = Aws::with_one_cluster().await;
    let arns = ["gone", "here", "lost", "odd"].map(service_arn);
    aws.answer("ListServices", [ok(json!({"serviceArns": arns}))]);
    let old_form = "arn:aws:ecs:eu-central-1:123456789012:service/gone";
    aws.answer(
        "DescribeServices",
        [ok(json!({"services": [service("here", json!({}))], "failures": [
            {"arn": old_form, "reason": "MISSING"},
            {"arn": service_arn("odd"), "reason": "INTERNAL", "detail": "try later"}]}))],
    );
    let snapshot = aws.collect([Collection::Services]).await;
    assert_eq!(keys(&snapshot, Collection::Services), [service_arn("here")]);
    let gaps = covered(&snapshot, Collection::Services).gaps;
    let told = gaps.iter().map(|gap| (gap.kind, gap.code.as_str(), gap.ids.concat())).collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            (GapKind::Truncated, "IncompleteAnswer", service_arn("lost")),
            (GapKind::Server, "INTERNAL", service_arn("odd"))
        ]
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
async fn an_empty_list_of_a_cluster_that_counts_members_is_read_again_and_then_a_contradiction() {
    let aws = Aws::with_one_cluster().await;
    let busy = ok(json!({"clusters": [cluster(json!({"activeServicesCount": 2}))], "failures": []}));
    aws.answer("DescribeClusters", [busy.clone()]);
    let snapshot = aws.collect([Collection::Services]).await;
    let gap = the_gap(&snapshot, Collection::Services);
    assert_eq!((gap.kind, gap.scope.as_str()), (GapKind::Contradiction, CLUSTER));
    assert_eq!(aws.asked_of("ListServices").len(), 2);

    // The second list has them: the estate moved, nothing is hidden.
    let aws = Aws::with_one_cluster().await;
    aws.answer("DescribeClusters", [busy.clone()]);
    aws.answer(
        "ListServices",
        [ok(json!({"serviceArns": []})), ok(json!({"serviceArns": [service_arn("web")]}))],
    );
    aws.answer("DescribeServices", [ok(json!({"services": [service("web", json!({}))], "failures": []}))]);
    let snapshot = aws.collect([Collection::Services]).await;
    assert_eq!(covered(&snapshot, Collection::Services).status, Status::Complete);

    // The cluster itself counts none any more.
    let aws = Aws::with_one_cluster().await;
    let idle = ok(json!({"clusters": [cluster(json!({}))], "failures": []}));
    aws.answer("DescribeClusters", [busy, idle]);
    let snapshot = aws.collect([Collection::Services]).await;
    assert_eq!(covered(&snapshot, Collection::Services).status, Status::Complete);
}

#[tokio::test]
async fn a_cluster_that_vanished_hides_nothing_and_one_that_did_not_does() {
    let aws = Aws::with_one_cluster().await;
    aws.answer("ListTasks", [error(400, "ClusterNotFoundException", "Cluster not found.")]);
    let snapshot = aws.collect([Collection::Tasks]).await;
    assert_eq!(the_gap(&snapshot, Collection::Tasks).kind, GapKind::Contradiction);
    let there = ok(json!({"clusters": [cluster(json!({}))], "failures": []}));
    let gone = ok(json!({"clusters": [], "failures": [{"arn": CLUSTER, "reason": "MISSING"}]}));
    aws.answer("DescribeClusters", [there, gone]);
    let snapshot = aws.collect([Collection::Tasks]).await;
    assert_eq!(covered(&snapshot, Collection::Tasks).status, Status::Complete);
}

#[tokio::test]
async fn task_definitions_in_use_and_the_newest_of_each_family_are_described() {
    let aws = Aws::with_one_cluster().await;
    services(
        &aws,
        &[service(
            "web",
            json!({"taskDefinition": definition_arn("web:2"),
            "deployments": [{"id": "d", "taskDefinition": definition_arn("web:1")}],
            "taskSets": [{"taskSetArn": "arn:set", "taskDefinition": definition_arn("set:1")}]}),
        )],
    );
    aws.answer("ListTasks", [ok(json!({"taskArns": [task_arn("1")]}))]);
    aws.answer(
        "DescribeTasks",
        [ok(json!({"tasks": [{"taskArn": task_arn("1"), "taskDefinitionArn": definition_arn("job:7")}]}))],
    );
    let active = ["web:3", "web:2", "job:9", "job:10"].map(definition_arn);
    aws.answer("ListTaskDefinitions", [ok(json!({"taskDefinitionArns": active}))]);
    // Each answer is of another definition than was asked for, but for one.
    aws.answer(
        "DescribeTaskDefinition",
        [ok(json!({"taskDefinition": {"taskDefinitionArn": definition_arn("web:2"), "family": "web"},
            "tags": [{"key": "team", "value": "a"}]}))],
    );
    let snapshot = aws.collect([Collection::TaskDefinitions]).await;
    let mut asked = aws
        .asked_of("DescribeTaskDefinition")
        .iter()
        .map(|asked| asked["taskDefinition"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect::<Vec<_>>();
    asked.sort();
    assert_eq!(asked, ["job:10", "job:7", "set:1", "web:1", "web:2", "web:3"]);
    assert_eq!(
        member(&snapshot, Collection::TaskDefinitions, &definition_arn("web:2")),
        json!({"taskDefinitionArn": definition_arn("web:2"), "family": "web",
            "tags": [{"key": "team", "value": "a"}]})
    );
    let gap = the_gap(&snapshot, Collection::TaskDefinitions);
    assert_eq!((gap.kind, gap.ids.len()), (GapKind::Malformed, 5));
    assert!(snapshot.usage[&definition_arn("web:3")].newest_active);
    assert!(!snapshot.usage[&definition_arn("web:2")].newest_active);
    assert_eq!(snapshot.usage[&definition_arn("job:7")].tasks, [task_arn("1")]);
    let absent =
        Collection::ALL.into_iter().filter(|collection| !snapshot.collections.contains_key(collection));
    assert_eq!(absent.count(), 22, "dependencies stay out of the document");
}

#[tokio::test]
async fn a_definition_in_use_that_cannot_be_described_is_a_gap_with_its_arn() {
    let aws = Aws::with_one_cluster().await;
    services(&aws, &[service("web", json!({"taskDefinition": definition_arn("web:2")}))]);
    aws.answer(
        "DescribeTaskDefinition",
        [error(400, "ClientException", "Unable to describe task definition.")],
    );
    let snapshot = aws.collect([Collection::TaskDefinitions]).await;
    let gap = the_gap(&snapshot, Collection::TaskDefinitions);
    assert_eq!(gap.ids, [definition_arn("web:2")]);
    assert_eq!((gap.code.as_str(), gap.action), ("ClientException", None));
}

#[tokio::test]
async fn ten_thousand_definitions_that_are_denied_are_not_asked_for_one_by_one() {
    let aws = Aws::with_one_cluster().await;
    let active = (0..10_000).map(|n| definition_arn(&format!("f{n}:1"))).collect::<Vec<_>>();
    aws.answer("ListTaskDefinitions", [ok(json!({"taskDefinitionArns": active}))]);
    aws.answer("DescribeTaskDefinition", [denied("ecs:DescribeTaskDefinition")]);
    let snapshot = aws.collect([Collection::TaskDefinitions]).await;
    let gap = the_gap(&snapshot, Collection::TaskDefinitions);
    assert_eq!((gap.ids.len(), gap.action.as_deref()), (10_000, Some("ecs:DescribeTaskDefinition")));
    assert!(aws.asked_of("DescribeTaskDefinition").len() < 100);
}

#[tokio::test]
async fn a_region_without_daemons_has_none_and_a_denial_is_a_gap() {
    let aws = Aws::with_one_cluster().await;
    aws.answer("ListDaemons", [error(400, "UnknownOperationException", "")]);
    let snapshot = aws.collect([Collection::Daemons]).await;
    assert_eq!(covered(&snapshot, Collection::Daemons).status, Status::Complete);
    aws.answer("ListDaemons", [denied("ecs:ListDaemons")]);
    let snapshot = aws.collect([Collection::Daemons]).await;
    assert_eq!(the_gap(&snapshot, Collection::Daemons).action.as_deref(), Some("ecs:ListDaemons"));
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
async fn after_the_deadline_every_call_is_cancelled_at_once() {
    let aws = Aws::with_one_cluster().await;
    aws.answer("ListServices", [ok(json!({"serviceArns": []})).set_delay(Duration::from_secs(60))]);
    let limits = Limits { deadline: Some(Duration::from_millis(700)), ..testing::limits() };
    let session = aws.session_with(&limits);
    let begun = Instant::now();
    let wanted = BTreeSet::from([Collection::Services]);
    let snapshot = collect(&session, &wanted, &(), &options()).await;
    assert_eq!(the_gap(&snapshot, Collection::Services).kind, GapKind::Cancelled);
    let before = aws.asked().len();
    let snapshot = collect(&session, &wanted, &(), &options()).await;
    assert_eq!(the_gap(&snapshot, Collection::Services).scope, "*");
    assert_eq!(covered(&snapshot, Collection::Services).calls, 0);
    assert_eq!(aws.asked().len(), before);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nobody_at_the_endpoint_is_a_gap_in_everything() {
    let session = testing::session("http://127.0.0.1:9", &testing::limits());
    let wanted = Collection::ALL.into_iter().collect::<BTreeSet<_>>();
    let snapshot = collect(&session, &wanted, &(), &options()).await;
    for collection in Collection::ALL.into_iter().filter(|collection| *collection != Collection::Accounts) {
        let coverage = covered(&snapshot, collection);
        assert_eq!(coverage.status, Status::Partial, "{collection}");
        if collection != Collection::NetworkInterfaces {
            assert_eq!(coverage.gaps[0].kind, GapKind::Timeout, "{collection}");
        }
    }
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
