//! What becomes of answers that are late, wrong, incomplete, contradictory or refused.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{service, services};
use crate::aws::{Limits, testing as aws_testing};
use crate::collect::collect;
use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::Collection;

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
async fn after_the_deadline_every_call_is_cancelled_at_once() {
    let aws = Aws::with_one_cluster().await;
    aws.answer("ListServices", [ok(json!({"serviceArns": []})).set_delay(Duration::from_secs(60))]);
    let limits = Limits { deadline: Some(Duration::from_millis(700)), ..aws_testing::limits() };
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
    let session = aws_testing::session("http://127.0.0.1:9", &aws_testing::limits());
    let wanted = Collection::ALL.into_iter().collect::<BTreeSet<_>>();
    let snapshot = collect(&session, &wanted, &(), &options()).await;
    // What needs no call: the account itself, and attestors, of which there are none.
    let known = [Collection::Accounts, Collection::Attestors];
    for collection in Collection::ALL.into_iter().filter(|collection| !known.contains(collection)) {
        let coverage = covered(&snapshot, collection);
        assert_eq!(coverage.status, Status::Partial, "{collection}");
        if collection != Collection::NetworkInterfaces {
            assert_eq!(coverage.gaps[0].kind, GapKind::Timeout, "{collection}");
        }
    }
}
