//! Rules and schedules: which are members, which definitions they bring into use, and what their gaps hide.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::{Collection, Snapshot};

fn rule_arn(name: &str) -> String {
    format!("arn:aws:events:eu-central-1:123456789012:rule/{name}")
}

fn schedule_arn(name: &str) -> String {
    format!("arn:aws:scheduler:eu-central-1:123456789012:schedule/default/{name}")
}

/// A target of a rule or schedule that runs a definition.
fn target(definition: &str) -> Value {
    json!({"Id": "1", "Arn": CLUSTER, "RoleArn": "arn:role", "Input": "{\"password\": \"hunter2\"}",
        "EcsParameters": {"TaskDefinitionArn": definition_arn(definition), "TaskCount": 1}})
}

/// Has Scheduler list schedules, each with the ARN of its target.
fn schedules(aws: &Aws, schedules: &[(&str, &str)]) {
    let listed = schedules.iter().map(|(name, target)| {
        json!({"Arn": schedule_arn(name), "Name": name, "GroupName": "default", "Target": {"Arn": target}})
    });
    aws.answer("ListSchedules", [ok(json!({"Schedules": listed.collect::<Vec<_>>()}))]);
}

fn schedule(name: &str, target: Value) -> ResponseTemplate {
    ok(json!({"Arn": schedule_arn(name), "Name": name, "GroupName": "default", "Target": target}))
}

/// Has the default bus hold these rules, of which the first has a target.
fn rules(aws: &Aws, names: &[&str], target: Value) {
    let listed = names.iter().map(|name| json!({"Arn": rule_arn(name), "Name": name, "State": "ENABLED"}));
    aws.answer("ListRules", [ok(json!({"Rules": listed.collect::<Vec<_>>()}))]);
    aws.answer("ListTargetsByRule", [ok(json!({"Targets": [target]})), ok(json!({"Targets": []}))]);
}

fn definition(name: &str) -> ResponseTemplate {
    ok(json!({"taskDefinition": {"taskDefinitionArn": definition_arn(name)}, "tags": []}))
}

fn document(snapshot: &Snapshot) -> String {
    let mut bytes = Vec::new();
    snapshot.to_json(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn rules_of_every_bus_that_run_tasks_are_members_with_those_targets_alone() {
    let aws = Aws::with_one_cluster().await;
    let bus = |name: &str| json!({"Name": name});
    aws.answer(
        "ListEventBuses",
        [
            ok(json!({"EventBuses": [bus("default")], "NextToken": "more"})),
            ok(json!({"EventBuses": [bus("orders")]})),
        ],
    );
    let rule = |name: &str| json!({"Arn": rule_arn(name), "Name": name, "State": "ENABLED"});
    aws.answer(
        "ListRules",
        [
            ok(json!({"Rules": [rule("nightly")], "NextToken": "two"})),
            ok(json!({"Rules": [rule("mail")]})),
            ok(json!({"Rules": []})),
        ],
    );
    let queue = json!({"Id": "2", "Arn": "arn:aws:sqs:x", "Input": "hunter2"});
    aws.answer(
        "ListTargetsByRule",
        [ok(json!({"Targets": [target("job:7"), queue]})), ok(json!({"Targets": [queue]}))],
    );
    let session = aws.session_with(&crate::aws::Limits { concurrency: 1, ..crate::aws::testing::limits() });
    let wanted = std::collections::BTreeSet::from([Collection::Rules]);
    let snapshot = crate::collect::collect(&session, &wanted, &(), &options()).await;
    let coverage = covered(&snapshot, Collection::Rules);
    assert_eq!((coverage.status, coverage.count), (Status::Complete, 1), "{coverage:#?}");
    let member_of_rules = snapshot.members(Collection::Rules).next().unwrap().1.get().to_owned();
    let member_of_rules = serde_json::from_str::<Value>(&member_of_rules).unwrap();
    let targets = member_of_rules["Targets"].as_array().unwrap();
    assert_eq!((targets.len(), &targets[0]["Arn"]), (1, &json!(CLUSTER)));
    let mut buses =
        aws.asked_of("ListRules").iter().map(|asked| asked["EventBusName"].clone()).collect::<Vec<_>>();
    buses.sort_by_key(Value::to_string);
    assert_eq!(buses, ["default", "default", "orders"]);
    assert!(!document(&snapshot).contains("hunter2"));
}

#[tokio::test]
async fn a_definition_that_only_a_rule_or_a_schedule_names_is_in_use() {
    let aws = Aws::with_one_cluster().await;
    aws.answer("ListTaskDefinitions", [ok(json!({"taskDefinitionArns": [definition_arn("job:9")]}))]);
    rules(&aws, &["nightly"], target("job:7"));
    schedules(
        &aws,
        &[("hourly", CLUSTER), ("any", "arn:aws:scheduler:::aws-sdk:ecs:runTask"), ("mail", "arn:aws:sqs:x")],
    );
    aws.answer("GetSchedule", [schedule("any", target("job"))]);
    aws.answer("DescribeTaskDefinition", [definition("job:7"), definition("job:9")]);
    let snapshot = aws.collect([Collection::TaskDefinitions]).await;
    let mut asked = aws.asked_of("GetSchedule");
    asked.sort_by_key(Value::to_string);
    assert_eq!(
        asked,
        [json!({"Name": "any", "groupName": "default"}), json!({"Name": "hourly", "groupName": "default"})]
    );
    let mut described = aws.asked_of("DescribeTaskDefinition");
    described.sort_by_key(Value::to_string);
    let described = described.iter().map(|asked| asked["taskDefinition"].clone()).collect::<Vec<_>>();
    assert_eq!(described, [definition_arn("job:7"), definition_arn("job:9")]);
    assert_eq!(snapshot.usage[&definition_arn("job:7")].schedules, [rule_arn("nightly")]);
    assert_eq!(snapshot.usage[&definition_arn("job:9")].schedules, [schedule_arn("any")]);
    assert_eq!(snapshot.members(Collection::Rules).count(), 0, "dependencies stay out of the document");
    // The answer about `hourly` was of another schedule.
    let gaps = covered(&snapshot, Collection::TaskDefinitions).gaps;
    let gap = gaps.iter().find(|gap| gap.operation == "scheduler:GetSchedule").unwrap();
    assert_eq!((gap.kind, gap.scope.as_str(), gap.ids.len()), (GapKind::Malformed, "*", 0));
}

#[tokio::test]
async fn a_schedule_whose_definition_is_gone_is_no_gap_and_a_service_whose_definition_is_gone_is_one() {
    let aws = Aws::with_one_cluster().await;
    rules(&aws, &["nightly"], target("job:7"));
    let gone = error(400, "ClientException", "Unable to describe task definition.");
    aws.answer("DescribeTaskDefinition", [gone]);
    let snapshot = aws.collect([Collection::TaskDefinitions]).await;
    let coverage = covered(&snapshot, Collection::TaskDefinitions);
    assert_eq!((coverage.status, coverage.count), (Status::Complete, 0), "{coverage:#?}");
    assert_eq!(snapshot.usage[&definition_arn("job:7")].schedules, [rule_arn("nightly")]);

    aws.answer("ListTaskDefinitions", [ok(json!({"taskDefinitionArns": [definition_arn("job:7")]}))]);
    let snapshot = aws.collect([Collection::TaskDefinitions]).await;
    assert_eq!(the_gap(&snapshot, Collection::TaskDefinitions).ids, [definition_arn("job:7")]);
}

#[tokio::test]
async fn rules_and_schedules_that_cannot_be_read_hide_definitions_in_use() {
    for operation in ["ListEventBuses", "ListRules", "ListTargetsByRule", "ListSchedules", "GetSchedule"] {
        let aws = Aws::with_one_cluster().await;
        aws.answer("DescribeTaskDefinition", [definition("job:7")]);
        rules(&aws, &["nightly"], target("job:7"));
        schedules(&aws, &[("hourly", CLUSTER)]);
        aws.answer("GetSchedule", [schedule("hourly", target("job:7"))]);
        let service = if operation.contains("Schedule") { "scheduler" } else { "events" };
        let action = format!("{service}:{operation}");
        aws.answer(operation, [denied(&action)]);
        let snapshot = aws.collect([Collection::TaskDefinitions]).await;
        let gap = the_gap(&snapshot, Collection::TaskDefinitions);
        assert_eq!((gap.kind, gap.action.as_deref()), (GapKind::Denied, Some(action.as_str())));
        assert!(gap.hides_members(), "{gap:?}");
    }
}

#[tokio::test]
async fn what_vanished_between_being_listed_and_being_read_is_no_gap() {
    let aws = Aws::with_one_cluster().await;
    rules(&aws, &["nightly"], target("job:7"));
    schedules(&aws, &[("hourly", CLUSTER)]);
    let gone = error(400, "ResourceNotFoundException", "It does not exist.");
    aws.answer("ListTargetsByRule", [gone.clone()]);
    aws.answer("GetSchedule", [gone]);
    let snapshot = aws.collect([Collection::Rules, Collection::Schedules]).await;
    for collection in [Collection::Rules, Collection::Schedules] {
        let coverage = covered(&snapshot, collection);
        assert_eq!((coverage.status, coverage.count), (Status::Complete, 0), "{collection}");
    }
}

#[tokio::test]
async fn a_target_that_runs_tasks_and_does_not_say_which_is_a_gap() {
    let aws = Aws::with_one_cluster().await;
    rules(&aws, &["nightly"], json!({"Id": "1", "Arn": CLUSTER, "EcsParameters": {"TaskCount": 1}}));
    schedules(&aws, &[("hourly", CLUSTER)]);
    aws.answer("GetSchedule", [schedule("hourly", json!({"Arn": CLUSTER, "EcsParameters": []}))]);
    let snapshot = aws.collect([Collection::Rules, Collection::Schedules]).await;
    assert_eq!(the_gap(&snapshot, Collection::Rules).ids, [rule_arn("nightly")]);
    assert_eq!(the_gap(&snapshot, Collection::Schedules).ids, [schedule_arn("hourly")]);
}

/// Has the default bus hold a rule with each of these patterns.
fn patterns(aws: &Aws, patterns: &[Value]) {
    let listed = patterns.iter().enumerate().map(|(n, pattern)| {
        json!({"Arn": rule_arn(&n.to_string()), "Name": n.to_string(), "State": "ENABLED", "Description": "hunter2",
            "RoleArn": "arn:role", "EventBusName": "default", "EventPattern": pattern})
    });
    aws.answer("ListRules", [ok(json!({"Rules": listed.collect::<Vec<_>>()}))]);
}

#[tokio::test]
async fn patterns_on_events_of_aws_are_members_and_take_one_list() {
    let aws = Aws::with_one_cluster().await;
    let on_tasks = json!(r#"{"source": ["aws.ecs"]}"#);
    patterns(
        &aws,
        &[
            on_tasks.clone(),
            json!(r#"{"source": ["orders"], "detail": {"token": ["hunter2"]}}"#),
            json!(r#"{"source": [{"prefix": ""}]}"#),
            json!(r#"{"detail-type": ["AWS API Call via CloudTrail"]}"#),
            json!("no JSON"),
            Value::Null,
        ],
    );
    let snapshot = aws.collect([Collection::Patterns]).await;
    assert_eq!(keys(&snapshot, Collection::Patterns), ["0", "2", "3"].map(rule_arn));
    assert_eq!(
        member(&snapshot, Collection::Patterns, &rule_arn("0")),
        json!({"Arn": rule_arn("0"), "Name": "0", "State": "ENABLED", "EventBusName": "default",
            "EventPattern": on_tasks})
    );
    assert!(!document(&snapshot).contains("hunter2"));
    assert_eq!(aws.asked().len(), 1);
    // With the rules that run tasks, the default bus is listed no second time.
    aws.answer("ListTargetsByRule", [ok(json!({"Targets": []}))]);
    let snapshot = aws.collect([Collection::Patterns, Collection::Rules]).await;
    assert_eq!(aws.asked_of("ListRules").len(), 2);
    assert_eq!(covered(&snapshot, Collection::Patterns).calls, 1);
    assert_eq!(
        covered(&snapshot, Collection::Rules).calls,
        8,
        "a list of buses, one of rules, six of targets"
    );
}

#[tokio::test]
async fn rules_that_cannot_be_listed_hide_patterns_and_rules() {
    let aws = Aws::with_one_cluster().await;
    aws.answer("ListRules", [denied("events:ListRules")]);
    let snapshot = aws.collect([Collection::Patterns, Collection::Rules]).await;
    for collection in [Collection::Patterns, Collection::Rules] {
        let gap = the_gap(&snapshot, collection);
        assert_eq!((gap.action.as_deref(), gap.hides_members()), (Some("events:ListRules"), true));
    }
}
