//! Which task definitions are in use, and what becomes of those that cannot be described.

use serde_json::json;

use super::{service, services};
use crate::collect::testing::*;
use crate::domain::GapKind;
use crate::snapshot::Collection;

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
    assert_eq!(absent.count(), Collection::ALL.len() - 2, "dependencies stay out of the document");
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
async fn families_hold_the_numbers_of_their_active_revisions_and_cost_no_call_of_their_own() {
    let aws = Aws::with_one_cluster().await;
    let page = |names: &[&str], token: serde_json::Value| {
        let arns = names.iter().map(|name| definition_arn(name)).collect::<Vec<_>>();
        ok(json!({"taskDefinitionArns": arns, "nextToken": token}))
    };
    let pages = || {
        [
            page(&["web:10", "web:9"], json!("more")),
            page(&[], json!("still more")),
            page(&["web:2", "job:7"], json!(null)),
        ]
    };
    aws.answer("ListTaskDefinitions", pages());
    let snapshot = aws.collect([Collection::TaskDefinitionFamilies]).await;
    assert_eq!(aws.asked().len(), 3);
    assert_eq!(covered(&snapshot, Collection::TaskDefinitionFamilies).calls, 3);
    assert_eq!(
        keys(&snapshot, Collection::TaskDefinitionFamilies),
        [definition_arn("job"), definition_arn("web")]
    );
    assert_eq!(
        member(&snapshot, Collection::TaskDefinitionFamilies, &definition_arn("web")),
        json!({"family": "web", "activeRevisions": [2, 9, 10]})
    );
    aws.answer("ListTaskDefinitions", pages());
    aws.answer("DescribeTaskDefinition", [throttled()]);
    let snapshot = aws.collect([Collection::TaskDefinitionFamilies, Collection::TaskDefinitions]).await;
    assert_eq!(covered(&snapshot, Collection::TaskDefinitionFamilies).calls, 3);
    assert_eq!(aws.asked_of("ListTaskDefinitions").len(), 6);
}

#[tokio::test]
async fn a_family_may_have_more_revisions_than_a_list_that_broke_off_says() {
    for answer in [throttled(), ok(json!({"taskDefinitionArns": [definition_arn("web")]}))] {
        let aws = Aws::with_one_cluster().await;
        let first = ok(json!({"taskDefinitionArns": [definition_arn("web:2")], "nextToken": "more"}));
        aws.answer("ListTaskDefinitions", [first, answer]);
        let snapshot = aws.collect([Collection::TaskDefinitionFamilies]).await;
        let gaps = covered(&snapshot, Collection::TaskDefinitionFamilies).gaps;
        let mut ids = gaps.into_iter().map(|gap| gap.ids).collect::<Vec<_>>();
        ids.sort();
        assert_eq!(ids, [vec![], vec![definition_arn("web")]]);
        assert_eq!(keys(&snapshot, Collection::TaskDefinitionFamilies), [definition_arn("web")]);
    }
}
