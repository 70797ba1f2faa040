//! What is refused, in which calls, and what AWS takes.

use super::*;
use crate::access::reference;
use crate::policy::{Bundles, Limits, Source};

fn bundles() -> Bundles {
    Bundles::load(&[Source::Builtin], None, &Limits::default()).unwrap()
}

fn made(params: &str, exempt: &[&str]) -> Guardrails {
    let bundles =
        Bundles::load(&[Source::Builtin], Some(("params.yaml", params)), &Limits::default()).unwrap();
    let exempt = exempt.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let controls = bundles.controls().iter().map(AsRef::as_ref);
    Guardrails::of(controls, bundles.params(), &exempt, reference())
}

/// A guardrail's statements: the ends of its calls, and the condition.
fn said(guardrails: &Guardrails, sid: &str) -> Vec<(String, Value)> {
    let row = guardrails.rows.iter().find(|row| row.sid == sid).unwrap();
    let calls = |statement: &Statement| {
        statement.action.iter().map(|call| call.split_once(':').unwrap().1).collect::<Vec<_>>().join(" ")
    };
    let statements = row.statements.iter();
    statements.map(|it| (calls(it), it.condition.clone().unwrap_or_default())).collect()
}

#[test]
fn the_table_names_what_there_is() {
    let bundles = bundles();
    let rows = table::rows();
    assert!(rows.len() > 10);
    for row in rows {
        for id in &row.controls {
            assert!(bundles.control(&id.parse().unwrap()).is_some(), "{} names {id}", row.sid);
        }
        for call in row.creates.iter().chain(&row.changes) {
            assert!(reference().action(call).is_some(), "{} names {call}", row.sid);
        }
        let parameters = match &row.refuse {
            Refuse::Outside { parameter, .. } | Refuse::Within(parameter) => Some(parameter),
            _ => None,
        };
        for parameter in parameters.into_iter().chain(row.when.as_ref().map(|when| &when.parameter)) {
            assert!(at(bundles.params(), parameter).is_some(), "{} reads {parameter}", row.sid);
        }
        assert!(row.sid.chars().all(|character| character.is_ascii_alphanumeric()), "{}", row.sid);
    }
}

#[test]
fn a_value_that_is_refused_is_refused_where_it_is_said() {
    let privileged = json!({"StringEqualsIgnoreCase": {"ecs:privileged": "true"}});
    let guardrails = made("{}", &[]);
    assert_eq!(
        said(&guardrails, "PrivilegedContainers"),
        [("RegisterTaskDefinition RegisterDaemonTaskDefinition".to_owned(), privileged)]
    );
    let public = json!({"Bool": {"ecs:auto-assign-public-ip": "true"}});
    assert_eq!(said(&guardrails, "PublicAddresses"), [("CreateService UpdateService".to_owned(), public)]);
}

#[test]
fn a_default_that_is_not_compliant_is_refused_where_something_is_created() {
    let guardrails = made("{}", &[]);
    let propagated = json!({"StringNotEquals": {"ecs:propagate-tags": ["SERVICE", "TASK_DEFINITION"]}});
    let changed = json!({
        "StringNotEquals": {"ecs:propagate-tags": ["SERVICE", "TASK_DEFINITION"]},
        "Null": {"ecs:propagate-tags": "false"},
    });
    assert_eq!(
        said(&guardrails, "TagPropagation"),
        [
            ("CreateService CreateExpressGatewayService CreateDaemon".to_owned(), propagated),
            ("UpdateService UpdateExpressGatewayService UpdateDaemon".to_owned(), changed),
        ]
    );
    let [(both, off), (creates, unsaid)] = <[_; 2]>::try_from(said(&guardrails, "ManagedTags")).unwrap();
    assert_eq!(off, json!({"Bool": {"ecs:enable-ecs-managed-tags": "false"}}));
    assert!(both.contains("CreateService") && both.contains("UpdateService"), "{both}");
    assert_eq!(unsaid, json!({"Null": {"ecs:enable-ecs-managed-tags": "true"}}));
    assert!(creates.contains("CreateService") && !creates.contains("Update"), "{creates}");
}

#[test]
fn a_list_of_a_parameter_is_what_is_allowed_and_an_empty_one_refuses_nothing() {
    let guardrails = made("{}", &[]);
    let subnets = guardrails.rows.iter().find(|row| row.sid == "Subnets").unwrap();
    assert_eq!(subnets.unmade.as_deref(), Some("the parameter allowed_subnets.ids is empty"));
    assert!(subnets.statements.is_empty() && subnets.refused.is_empty());

    let guardrails =
        made("{allowed_subnets: {ids: [subnet-1, subnet-2]}, task_size_not_allowed: {cpu: [256]}}", &[]);
    let other = json!({"ForAnyValue:StringNotEquals": {"ecs:subnet": ["subnet-1", "subnet-2"]}});
    let none = json!({"Null": {"ecs:subnet": "true"}});
    assert_eq!(
        said(&guardrails, "Subnets"),
        [
            (
                "CreateService CreateExpressGatewayService UpdateService UpdateExpressGatewayService"
                    .to_owned(),
                other
            ),
            ("CreateService CreateExpressGatewayService".to_owned(), none),
        ]
    );
    let cpu = json!({"NumericNotEquals": {"ecs:task-cpu": "256"}});
    assert_eq!(said(&guardrails, "TaskCpu").first(), Some(&("RegisterTaskDefinition".to_owned(), cpu)));
}

#[test]
fn calls_that_carry_no_key_are_named_as_open() {
    let guardrails = made("{allowed_subnets: {ids: [subnet-1]}}", &[]);
    let subnets = guardrails.rows.iter().find(|row| row.sid == "Subnets").unwrap();
    assert_eq!(subnets.open, ["ecs:CreateTaskSet", "ecs:RunTask", "ecs:StartTask"]);
    assert!(subnets.controls.iter().any(|id| id.as_str() == "TK02"), "nothing watches what is open");
    assert!(guardrails.beyond.iter().any(|id| id.as_str() == "TD02"));
    assert!(!guardrails.beyond.iter().any(|id| id.as_str() == "TD01"));
}

#[test]
fn required_tags_are_asked_for_one_by_one() {
    let calls = "CreateRepository CreateCapacityProvider CreateCluster CreateExpressGatewayService CreateService \
                 RegisterTaskDefinition";
    let of = |condition| (calls.to_owned(), condition);
    let any = made("{}", &[]);
    assert_eq!(said(&any, "RequiredTags"), [of(json!({"Null": {"aws:TagKeys": "true"}}))]);
    let some = made("{required_tags: {keys: [owner, tier], values: {tier: [gold, \"a${b}\"]}}}", &[]);
    assert_eq!(
        said(&some, "RequiredTags"),
        [
            of(json!({"Null": {"aws:RequestTag/owner": "true"}})),
            of(json!({"Null": {"aws:RequestTag/tier": "true"}})),
            (
                format!("{calls} TagResource TagResource"),
                json!({
                    "StringNotEquals": {"aws:RequestTag/tier": ["gold", "a${$}{b}"]},
                    "Null": {"aws:RequestTag/tier": "false"},
                })
            ),
        ]
    );
    assert_eq!(
        said(&some, "RequiredTagsKept"),
        [(
            "UntagResource UntagResource".to_owned(),
            json!({"ForAnyValue:StringEquals": {"aws:TagKeys": ["owner", "tier"]}})
        )]
    );
}

#[test]
fn what_is_made_for_one_value_of_a_parameter_says_why_it_is_not_made_for_another() {
    let guardrails = made("{exec_allowed: {cluster_tag_key: exec, cluster_tag_values: [on]}}", &[]);
    for sid in ["ExecOn", "ExecSessions"] {
        let row = guardrails.rows.iter().find(|row| row.sid == sid).unwrap();
        assert!(row.statements.is_empty() && row.unmade.as_ref().unwrap().contains("tag"), "{row:?}");
    }
    assert_eq!(said(&made("{}", &[]), "ExecSessions"), [("ExecuteCommand".to_owned(), Value::Null)]);
}

#[test]
fn capacity_providers_are_named_by_arns_of_any_account() {
    let guardrails = made("{capacity_not_allowed: {allowed: [FARGATE, \"my*\"]}}", &[]);
    let other = json!({"ForAnyValue:ArnNotLike": {"ecs:capacity-provider": [
        "arn:*:ecs:*:*:capacity-provider/FARGATE", "arn:*:ecs:*:*:capacity-provider/my${*}",
    ]}});
    let [(calls, condition)] = <[_; 1]>::try_from(said(&guardrails, "CapacityProviders")).unwrap();
    assert_eq!(condition, other);
    assert!(calls.contains("UpdateService"), "{calls}");
}

#[test]
fn nothing_is_refused_to_the_exempt() {
    let guardrails = made("{}", &["arn:aws:iam::*:role/break-glass"]);
    assert!(guardrails.statements().count() > 5);
    for statement in guardrails.statements() {
        let condition = statement.condition.as_ref().unwrap();
        let exempt = &condition["ArnNotLike"]["aws:PrincipalArn"];
        assert_eq!(*exempt, json!(["arn:aws:iam::*:role/break-glass"]), "{statement:?}");
    }
}

fn statement(sid: &str, length: usize) -> Statement {
    let condition = Some(json!({"StringEquals": {"ecs:privileged": "x".repeat(length)}}));
    Statement { sid: sid.to_owned(), effect: "Deny", action: vec!["ecs:RunTask"], resource: "*", condition }
}

#[test]
fn statements_are_packed_into_policies_that_aws_takes() {
    let statements = ["A", "B", "C"].map(|sid| statement(sid, 2_000));
    let packed = documents(Kind::Scp, &statements).unwrap();
    assert_eq!(packed.iter().map(|it| it.statements).collect::<Vec<_>>(), [2, 1]);
    for document in &packed {
        assert!(document.text.chars().count() <= 5_120 && document.characters <= 5_120);
        let policy = serde_json::from_str::<Value>(&document.text).unwrap();
        assert_eq!(policy["Version"], "2012-10-17");
    }
    let boundary = documents(Kind::PermissionsBoundary, &statements[..2]).unwrap();
    let policy = serde_json::from_str::<Value>(&boundary[0].text).unwrap();
    assert_eq!(policy["Statement"][0]["Effect"], "Allow");
    assert_eq!(policy["Statement"][1]["Sid"], "A");
    assert_eq!(documents(Kind::Iam, &[]).unwrap(), []);
}

#[test]
fn what_does_not_fit_is_an_error_that_names_it() {
    let alone = documents(Kind::Iam, [&statement("Long", 7_000)]).unwrap_err();
    assert!(alone.to_string().starts_with("the statement `Long` has 7"), "{alone}");
    let statements = (0..5).map(|index| statement(&format!("S{index}"), 4_500)).collect::<Vec<_>>();
    assert_eq!(documents(Kind::Scp, &statements), Err(TooLarge::Policies { n: 5, kind: Kind::Scp }));
    assert_eq!(documents(Kind::Iam, &statements).unwrap().len(), 5);
    assert!(
        documents(Kind::PermissionsBoundary, &statements)
            .unwrap_err()
            .to_string()
            .contains("no more than 1 can be attached")
    );
}
