//! What surrounds ECS: the registry, log groups, trails, GuardDuty and Inspector.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{service, services};
use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::{Collection, Snapshot};

const ACCOUNT: &str = "123456789012";

fn repository_arn(name: &str) -> String {
    format!("arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/{name}")
}

fn repositories(names: &[&str]) -> Vec<Value> {
    let one = |name: &&str| json!({"repositoryArn": repository_arn(name), "repositoryName": name});
    names.iter().map(one).collect()
}

/// A registry with one repository, about which every call has an answer.
async fn registry() -> Aws {
    let aws = Aws::start().await;
    aws.answer("DescribeRepositories", [ok(json!({"repositories": repositories(&["web"])}))]);
    aws.answer(
        "GetRegistryScanningConfiguration",
        [ok(json!({"registryId": ACCOUNT, "scanningConfiguration": {"scanType": "ENHANCED", "rules": []}}))],
    );
    aws.answer(
        "GetRepositoryPolicy",
        [ok(json!({"repositoryName": "web", "policyText": "{\"Version\": \"2012-10-17\", \"Statement\": []}"}))],
    );
    aws.answer(
        "GetLifecyclePolicy",
        [ok(json!({"repositoryName": "web", "lifecyclePolicyText": "{\"rules\": []}"}))],
    );
    aws.answer("ListTagsForResource", [ok(json!({"tags": [{"Key": "team", "Value": "a"}]}))]);
    let configuration =
        json!({"repositoryArn": repository_arn("web"), "repositoryName": "web", "scanOnPush": true});
    aws.answer(
        "BatchGetRepositoryScanningConfiguration",
        [ok(json!({"scanningConfigurations": [configuration], "failures": []}))],
    );
    aws
}

const REGISTRY: [Collection; 6] = [
    Collection::LifecyclePolicies,
    Collection::RegistryScanning,
    Collection::Repositories,
    Collection::RepositoryPolicies,
    Collection::RepositoryScanning,
    Collection::RepositoryTags,
];

#[tokio::test]
async fn a_repository_is_asked_for_everything_and_its_policies_are_decoded() {
    let aws = registry().await;
    let page =
        |names: &[&str], token: Value| json!({"repositories": repositories(names), "nextToken": token});
    aws.answer("DescribeRepositories", [ok(page(&["web"], json!("more"))), ok(page(&[], Value::Null))]);
    let snapshot = aws.collect(REGISTRY).await;
    for collection in REGISTRY {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
    }
    let web = repository_arn("web");
    assert_eq!(keys(&snapshot, Collection::Repositories), std::slice::from_ref(&web));
    assert_eq!(
        member(&snapshot, Collection::RepositoryPolicies, &web)["policyText"],
        json!({"Version": "2012-10-17", "Statement": []})
    );
    assert_eq!(
        member(&snapshot, Collection::LifecyclePolicies, &web)["lifecyclePolicyText"],
        json!({"rules": []})
    );
    assert_eq!(member(&snapshot, Collection::RepositoryScanning, &web)["scanOnPush"], true);
    assert_eq!(
        member(&snapshot, Collection::RepositoryTags, &web)["tags"],
        json!([{"Key": "team", "Value": "a"}])
    );
    let scanning = member(&snapshot, Collection::RegistryScanning, ACCOUNT);
    assert_eq!(scanning["scanningConfiguration"]["scanType"], "ENHANCED");
    assert_eq!(
        aws.asked_of("DescribeRepositories"),
        [json!({"maxResults": 1000}), json!({"maxResults": 1000, "nextToken": "more"})]
    );
    assert_eq!(aws.asked_of("GetRepositoryPolicy"), [json!({"repositoryName": "web"})]);
    assert_eq!(aws.asked_of("ListTagsForResource"), [json!({"resourceArn": web})]);
    assert_eq!(
        aws.asked_of("BatchGetRepositoryScanningConfiguration"),
        [json!({"repositoryNames": ["web"]})]
    );
}

#[tokio::test]
async fn nothing_is_asked_of_a_repository_that_nobody_wants_to_know() {
    let aws = registry().await;
    aws.collect([Collection::Repositories]).await;
    assert_eq!(aws.asked().len(), 1);
    let aws = registry().await;
    aws.collect([Collection::RegistryScanning]).await;
    assert_eq!(aws.asked().len(), 1);
}

#[tokio::test]
async fn a_repository_without_a_policy_is_no_gap_and_one_that_may_not_be_asked_is() {
    let aws = registry().await;
    aws.answer("GetRepositoryPolicy", [error(400, "RepositoryPolicyNotFoundException", "none")]);
    aws.answer("GetLifecyclePolicy", [error(400, "LifecyclePolicyNotFoundException", "none")]);
    aws.answer("ListTagsForResource", [denied("ecr:ListTagsForResource")]);
    let snapshot = aws.collect(REGISTRY).await;
    for collection in [Collection::RepositoryPolicies, Collection::LifecyclePolicies] {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
        assert_eq!(keys(&snapshot, collection), [""; 0]);
    }
    let gap = the_gap(&snapshot, Collection::RepositoryTags);
    assert_eq!((gap.kind, gap.ids), (GapKind::Denied, vec![repository_arn("web")]));
    assert_eq!(gap.action.as_deref(), Some("ecr:ListTagsForResource"));
}

#[tokio::test]
async fn a_policy_that_is_no_json_is_a_gap_and_not_no_policy() {
    for text in ["", "not json", "[1]"] {
        let aws = registry().await;
        aws.answer("GetRepositoryPolicy", [ok(json!({"policyText": text}))]);
        let snapshot = aws.collect([Collection::RepositoryPolicies]).await;
        let gap = the_gap(&snapshot, Collection::RepositoryPolicies);
        assert_eq!((gap.kind, gap.ids), (GapKind::Malformed, vec![repository_arn("web")]), "{text}");
    }
}

#[tokio::test]
async fn a_repository_that_vanishes_is_no_gap() {
    let aws = registry().await;
    let gone = || error(400, "RepositoryNotFoundException", "gone");
    for operation in ["GetRepositoryPolicy", "GetLifecyclePolicy", "ListTagsForResource"] {
        aws.answer(operation, [gone()]);
    }
    let failure = json!({"repositoryName": "web", "failureCode": "REPOSITORY_NOT_FOUND"});
    aws.answer(
        "BatchGetRepositoryScanningConfiguration",
        [ok(json!({"scanningConfigurations": [], "failures": [failure]}))],
    );
    let snapshot = aws.collect(REGISTRY).await;
    for collection in REGISTRY {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
    }
}

#[tokio::test]
async fn scanning_is_asked_for_in_batches_and_what_is_not_answered_is_a_gap() {
    let aws = registry().await;
    let names = (0..30).map(|number| format!("r{number:02}")).collect::<Vec<_>>();
    let names = names.iter().map(String::as_str).collect::<Vec<_>>();
    aws.answer("DescribeRepositories", [ok(json!({"repositories": repositories(&names)}))]);
    let answers = |failure: Value| ok(json!({"scanningConfigurations": [], "failures": failure}));
    let refused = json!([{"repositoryName": "r00", "failureCode": "SCAN_FAILURE", "failureReason": "x"}]);
    aws.answer("BatchGetRepositoryScanningConfiguration", [answers(refused)]);
    let snapshot = aws.collect([Collection::RepositoryScanning]).await;
    let sizes = aws.asked_of("BatchGetRepositoryScanningConfiguration");
    let mut sizes =
        sizes.iter().map(|asked| asked["repositoryNames"].as_array().unwrap().len()).collect::<Vec<_>>();
    sizes.sort();
    assert_eq!(sizes, [5, 25]);
    let gaps = covered(&snapshot, Collection::RepositoryScanning).gaps;
    let hidden = gaps.iter().map(|gap| gap.ids.len()).sum::<usize>();
    assert_eq!(hidden, 30, "{gaps:#?}");
    assert!(gaps.iter().any(|gap| gap.code == "SCAN_FAILURE" && gap.ids == [repository_arn("r00")]));
}

#[tokio::test]
async fn repositories_that_cannot_be_listed_hide_what_they_would_be_asked_for() {
    let aws = registry().await;
    aws.answer("DescribeRepositories", [denied("ecr:DescribeRepositories")]);
    let snapshot = aws.collect(REGISTRY).await;
    for collection in REGISTRY.into_iter().filter(|it| *it != Collection::RegistryScanning) {
        let gap = the_gap(&snapshot, collection);
        assert_eq!((gap.scope.as_str(), gap.kind), ("*", GapKind::Denied), "{collection}");
    }
    assert_eq!(covered(&snapshot, Collection::RegistryScanning).status, Status::Complete);
}

#[tokio::test]
async fn a_registry_that_does_not_tell_how_it_scans_is_a_gap() {
    let aws = registry().await;
    aws.answer("GetRegistryScanningConfiguration", [ok(json!({"registryId": ACCOUNT}))]);
    let snapshot = aws.collect([Collection::RegistryScanning]).await;
    assert_eq!(the_gap(&snapshot, Collection::RegistryScanning).kind, GapKind::Malformed);
}

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/all";

async fn trails(status: ResponseTemplate) -> (Aws, Snapshot) {
    let aws = Aws::start().await;
    let trail = json!({"TrailARN": TRAIL, "Name": "all", "IsMultiRegionTrail": true});
    aws.answer("DescribeTrails", [ok(json!({"trailList": [trail]}))]);
    aws.answer("GetTrailStatus", [status]);
    let snapshot = aws.collect([Collection::Trails, Collection::TrailStatus]).await;
    (aws, snapshot)
}

#[tokio::test]
async fn trails_of_other_regions_are_asked_for_too() {
    let (aws, snapshot) = trails(ok(json!({"IsLogging": true}))).await;
    assert_eq!(aws.asked_of("DescribeTrails"), [json!({"includeShadowTrails": true})]);
    assert_eq!(aws.asked_of("GetTrailStatus"), [json!({"Name": TRAIL})]);
    assert_eq!(member(&snapshot, Collection::Trails, TRAIL)["Name"], "all");
    assert_eq!(member(&snapshot, Collection::TrailStatus, TRAIL)["IsLogging"], true);
}

#[tokio::test]
async fn a_trail_that_does_not_say_whether_it_logs_is_a_gap_and_one_that_is_gone_is_none() {
    for (status, kind) in [
        (ok(json!({})), Some(GapKind::Malformed)),
        (denied("cloudtrail:GetTrailStatus"), Some(GapKind::Denied)),
        (error(400, "TrailNotFoundException", "gone"), None),
    ] {
        let (_, snapshot) = trails(status).await;
        let gaps = covered(&snapshot, Collection::TrailStatus).gaps;
        assert_eq!(gaps.first().map(|gap| gap.kind), kind);
        assert_eq!(keys(&snapshot, Collection::TrailStatus), [""; 0]);
    }
}

#[tokio::test]
async fn detectors_and_their_coverage_of_clusters_are_read() {
    let aws = Aws::start().await;
    aws.answer(
        "ListDetectors",
        [ok(json!({"detectorIds": ["d1"], "nextToken": "a/b="})), ok(json!({"detectorIds": []}))],
    );
    let features = json!([{"name": "RUNTIME_MONITORING", "status": "ENABLED"}]);
    aws.answer("GetDetector", [ok(json!({"status": "ENABLED", "features": features}))]);
    let covered_cluster = json!({"resourceId": "42", "coverageStatus": "HEALTHY"});
    aws.answer(
        "ListCoverage",
        [
            ok(json!({"resources": [covered_cluster], "nextToken": "more"})),
            ok(json!({"resources": [], "nextToken": ""})),
        ],
    );
    let snapshot = aws.collect([Collection::Detectors, Collection::RuntimeCoverage]).await;
    assert_eq!(member(&snapshot, Collection::Detectors, "d1")["features"], features);
    assert_eq!(member(&snapshot, Collection::RuntimeCoverage, "42")["coverageStatus"], "HEALTHY");
    assert_eq!(
        aws.asked_of("ListDetectors"),
        [json!({"maxResults": "50"}), json!({"maxResults": "50", "nextToken": "a/b="})]
    );
    let asked = aws.asked_of("ListCoverage");
    assert_eq!(asked.len(), 2);
    let filter: Value = serde_json::from_str(asked[0]["filterCriteria"].as_str().unwrap()).unwrap();
    assert_eq!(filter["filterCriterion"][0]["filterCondition"], json!({"equals": ["ECS"]}));
    assert_eq!(asked[1]["nextToken"], "\"more\"");
}

#[tokio::test]
async fn faults_of_rest_apis_are_gaps() {
    let denied_in_header = ResponseTemplate::new(403)
        .insert_header("x-amzn-ErrorType", "AccessDeniedException:http://x/")
        .set_body_json(json!({"message": "User: a is not authorized to perform: guardduty:ListDetectors"}));
    for (answer, kind, code) in [
        (denied_in_header, GapKind::Denied, "AccessDeniedException"),
        (error(429, "TooManyRequestsException", "slow down"), GapKind::Throttled, "TooManyRequestsException"),
        (text(502, "<html>"), GapKind::Server, "Http502"),
        (text(200, "{\"detectorIds\": ["), GapKind::Truncated, "IncompleteBody"),
        (ok(json!({})), GapKind::Malformed, "UnexpectedAnswer"),
    ] {
        let aws = Aws::start().await;
        aws.answer("ListDetectors", [answer]);
        let snapshot = aws.collect([Collection::Detectors]).await;
        let gap = the_gap(&snapshot, Collection::Detectors);
        assert_eq!((gap.kind, gap.code.as_str(), gap.scope.as_str()), (kind, code, "*"));
    }
}

#[tokio::test]
async fn inspector_is_asked_about_the_account_alone() {
    let aws = Aws::start().await;
    let account = json!({"accountId": ACCOUNT, "resourceState": {"ecr": {"status": "ENABLED"}}});
    aws.answer("BatchGetAccountStatus", [ok(json!({"accounts": [account]}))]);
    let snapshot = aws.collect([Collection::InspectorAccounts]).await;
    let status = member(&snapshot, Collection::InspectorAccounts, ACCOUNT);
    assert_eq!(status["resourceState"]["ecr"]["status"], "ENABLED");
    assert_eq!(aws.asked_of("BatchGetAccountStatus"), [json!({"accountIds": format!("[\"{ACCOUNT}\"]")})]);
    aws.answer("BatchGetAccountStatus", [ok(json!({"accounts": []}))]);
    let snapshot = aws.collect([Collection::InspectorAccounts]).await;
    assert_eq!(the_gap(&snapshot, Collection::InspectorAccounts).ids, [ACCOUNT]);
}

/// An AWS whose one task definition in use logs into these groups: name, Region.
async fn logging(groups: &[(&str, Option<&str>)]) -> Aws {
    let aws = Aws::with_one_cluster().await;
    let arn = definition_arn("web:1");
    services(&aws, &[service("web", json!({"taskDefinition": arn}))]);
    let container = |(group, region): &(&str, Option<&str>)| {
        json!({"name": "c", "logConfiguration": {"logDriver": "awslogs",
            "options": {"awslogs-group": group, "awslogs-region": region.unwrap_or("eu-central-1")}}})
    };
    let containers = groups.iter().map(container).collect::<Vec<_>>();
    let definition = json!({"taskDefinitionArn": arn, "family": "web", "containerDefinitions": containers});
    aws.answer("DescribeTaskDefinition", [ok(json!({"taskDefinition": definition, "tags": []}))]);
    aws
}

#[tokio::test]
async fn each_log_group_of_the_region_that_a_definition_names_is_described_once() {
    let aws = logging(&[("/ecs/web", None), ("/ecs/web", None), ("/ecs/far", Some("us-east-1"))]).await;
    let arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/web";
    let group = json!({"logGroupName": "/ecs/web", "arn": format!("{arn}:*"), "retentionInDays": 30});
    aws.answer("DescribeLogGroups", [ok(json!({"logGroups": [group]}))]);
    let snapshot = aws.collect([Collection::LogGroups]).await;
    assert_eq!(member(&snapshot, Collection::LogGroups, arn)["retentionInDays"], 30);
    assert_eq!(aws.asked_of("DescribeLogGroups"), [json!({"logGroupNamePrefix": "/ecs/web", "limit": 1})]);
}

#[tokio::test]
async fn a_log_group_that_only_begins_like_the_named_one_is_another() {
    let aws = logging(&[("/ecs/web", None)]).await;
    let longer =
        json!({"logGroupName": "/ecs/web-2", "arn": "arn:aws:logs:eu-central-1:1:log-group:/ecs/web-2:*"});
    aws.answer("DescribeLogGroups", [ok(json!({"logGroups": [longer]}))]);
    let snapshot = aws.collect([Collection::LogGroups]).await;
    assert_eq!(keys(&snapshot, Collection::LogGroups), [""; 0]);
    assert_eq!(covered(&snapshot, Collection::LogGroups).status, Status::Complete);
    aws.answer("DescribeLogGroups", [denied("logs:DescribeLogGroups")]);
    let snapshot = aws.collect([Collection::LogGroups]).await;
    let arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/web";
    assert_eq!(the_gap(&snapshot, Collection::LogGroups).ids, [arn]);
}
