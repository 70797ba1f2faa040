//! What an organization takes away.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::aws::{Limits, testing};
use crate::collect::collect;
use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::{Collection, Snapshot};

const ACCOUNT: &str = "123456789012";
const UNIT: &str = "ou-ab12-11111111";
const ROOT: &str = "r-ab12";
const COLLECTION: Collection = Collection::ServiceControlPolicies;

fn organization(management: &str, features: &str) -> Value {
    json!({"Organization": {"Id": "o-1", "MasterAccountId": management, "FeatureSet": features}})
}

fn policy(name: &str, content: &str) -> Value {
    let summary = json!({"Id": format!("p-{name}"), "Arn": format!("arn:p:{name}"), "Name": name});
    json!({"Policy": {"PolicySummary": summary, "Content": content}})
}

fn listed(names: &[&str]) -> Value {
    json!({"Policies": names.iter().map(|name| json!({"Id": format!("p-{name}")})).collect::<Vec<_>>()})
}

/// A member account in one unit, each level with one policy.
async fn member_account() -> Aws {
    let aws = Aws::start().await;
    aws.answer("DescribeOrganization", [ok(organization("999999999999", "ALL"))]);
    let parent = |id: &str, kind: &str| ok(json!({"Parents": [{"Id": id, "Type": kind}]}));
    aws.answer("ListParents", [parent(UNIT, "ORGANIZATIONAL_UNIT"), parent(ROOT, "ROOT")]);
    aws.answer("ListPoliciesForTarget", [ok(listed(&["full"]))]);
    aws.answer("DescribePolicy", [ok(policy("full", r#"{"Statement": []}"#))]);
    aws
}

async fn read(aws: &Aws) -> Snapshot {
    aws.collect([COLLECTION]).await
}

#[tokio::test]
async fn every_level_has_its_policies_and_each_policy_is_read_once() {
    let aws = member_account().await;
    let page = |names: &[&str], token: Value| ok(with(listed(names), json!({"NextToken": token})));
    aws.answer(
        "ListPoliciesForTarget",
        [page(&[], json!("more")), ok(listed(&["full"])), ok(listed(&["full"])), ok(listed(&["full"]))],
    );
    let snapshot = read(&aws).await;
    assert_eq!(covered(&snapshot, COLLECTION).status, Status::Complete);
    assert_eq!(keys(&snapshot, COLLECTION), [ACCOUNT, UNIT, ROOT]);
    let account = member(&snapshot, COLLECTION, ACCOUNT);
    assert_eq!((&account["Type"], &account["ParentId"]), (&json!("ACCOUNT"), &json!(UNIT)));
    assert_eq!(account["Policies"][0]["Content"], json!({"Statement": []}));
    assert_eq!(member(&snapshot, COLLECTION, ROOT).get("ParentId"), None);
    assert_eq!(aws.asked_of("ListParents"), [json!({"ChildId": ACCOUNT}), json!({"ChildId": UNIT})]);
    assert_eq!(aws.asked_of("ListPoliciesForTarget").len(), 4, "an empty page is followed");
    assert_eq!(aws.asked_of("DescribePolicy"), [json!({"PolicyId": "p-full"})]);
    assert!(aws.header("authorization").contains("/us-east-1/organizations/"), "one Region answers for all");
}

#[tokio::test]
async fn an_account_that_no_policy_can_limit_has_none() {
    let not_in_use = error(400, "AWSOrganizationsNotInUseException", "none");
    for answer in [
        not_in_use,
        ok(organization(ACCOUNT, "ALL")),
        ok(organization("999999999999", "CONSOLIDATED_BILLING")),
    ] {
        let aws = Aws::start().await;
        aws.answer("DescribeOrganization", [answer]);
        let snapshot = read(&aws).await;
        assert_eq!(covered(&snapshot, COLLECTION).status, Status::Complete);
        assert_eq!(keys(&snapshot, COLLECTION), [""; 0]);
        assert_eq!(aws.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_member_that_may_not_look_up_knows_nothing() {
    for operation in ["DescribeOrganization", "ListParents"] {
        let aws = member_account().await;
        aws.answer(operation, [error(400, "AccessDeniedException", "You don't have permissions")]);
        let snapshot = read(&aws).await;
        let gap = the_gap(&snapshot, COLLECTION);
        assert!(gap.is_refusal() && gap.hides_members(), "{gap:?}");
        assert_eq!(gap.action, Some(format!("organizations:{operation}")));
        assert_eq!(covered(&snapshot, COLLECTION).status, Status::Denied);
    }
}

#[tokio::test]
async fn a_level_of_which_something_is_missing_is_a_gap_and_the_others_stand() {
    for (operation, answers, lacking) in [
        ("ListPoliciesForTarget", vec![throttled(), throttled(), throttled(), ok(listed(&["full"]))], 1),
        ("DescribePolicy", vec![ok(policy("full", "not json"))], 3),
        ("DescribePolicy", vec![ok(policy("full", "[1]"))], 3),
        ("DescribePolicy", vec![error(400, "PolicyNotFoundException", "gone")], 3),
        ("DescribePolicy", vec![ok(json!({"Policy": {"Content": "{}"}}))], 3),
    ] {
        let aws = member_account().await;
        aws.answer(operation, answers);
        let limits = Limits { concurrency: 1, ..testing::limits() };
        let wanted = BTreeSet::from([COLLECTION]);
        let snapshot = collect(&aws.session_with(&limits), &wanted, &(), &options()).await;
        let gap = the_gap(&snapshot, COLLECTION);
        assert_eq!(gap.ids.len(), lacking, "{gap:?}");
        assert!(!gap.is_refusal());
        assert_eq!(keys(&snapshot, COLLECTION).len(), 3 - lacking);
    }
}

#[tokio::test]
async fn a_chain_that_does_not_lead_to_a_root_is_a_gap() {
    let parent = |id: &str, kind: &str| json!({"Id": id, "Type": kind});
    for parents in [
        json!([]),
        json!([parent("r-1", "ROOT"), parent("r-2", "ROOT")]),
        json!([parent(UNIT, "ORGANIZATIONAL_UNIT")]),
        json!([{"Id": ROOT}]),
    ] {
        let aws = member_account().await;
        aws.answer("ListParents", [ok(json!({"Parents": parents}))]);
        let snapshot = read(&aws).await;
        let gap = the_gap(&snapshot, COLLECTION);
        assert_eq!((gap.kind, gap.hides_members()), (GapKind::Malformed, true));
        assert!(aws.asked_of("ListParents").len() < 10);
    }
}
