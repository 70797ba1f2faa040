//! What it costs to work out who may do what: 1,000 roles with ten policies each, seven of them managed ones that roles share.
//!
//! ```text
//! cargo bench --bench access                processor time, the best of several runs, and how much is told
//! cargo bench --bench access -- ROLES       the same for so many roles
//! ```
//!
//! The mixed estate has policies as accounts have them: of ECS, of other services, denials, wildcards, conditions,
//! boundaries. In the wide one every policy allows everything of ECS, on a cluster or on all.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark is a program for developers")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use tidewaiter::access::{Estate, Sources};

const RUNS: usize = 5;
const ROLES: usize = 1_000;
const MANAGED: usize = 300;
const OF_ROLE: usize = 7;
const INLINE: usize = 3;

type Members = BTreeMap<String, Box<RawValue>>;

fn main() {
    // `cargo bench` adds `--bench`.
    let n_roles = std::env::args().skip(1).find(|argument| argument != "--bench");
    let n_roles = n_roles.map_or(ROLES, |text| text.parse().unwrap());
    for (name, document) in [("mixed", mixed as fn(usize) -> Value), ("wide", wide)] {
        let (policies, roles) = estate(n_roles, document);
        let (best, n_bytes, n_grants) = (0..RUNS).map(|_| work_out(&policies, &roles)).min().unwrap();
        println!("{name}: {n_roles} roles in {best:?}, {n_grants} grants in {n_bytes} bytes");
    }
}

/// How long everything takes, from the document as text to what is told as text.
fn work_out(policies: &Members, roles: &Members) -> (Duration, usize, usize) {
    let none = Members::new();
    let started = Instant::now();
    let mut estate = Estate::new(Sources { groups: &none, policies, roles, users: &none });
    let (mut n_bytes, mut n_grants) = (0, 0);
    for arn in roles.keys() {
        let principal = estate.principal(arn).unwrap();
        let access = estate.access(&principal);
        assert!(access.is_complete(), "{:?}", access.unknown);
        n_grants += access.grants.len();
        n_bytes += to_raw_value(&access).unwrap().get().len();
    }
    (started.elapsed(), n_bytes, n_grants)
}

fn estate(n_roles: usize, document: fn(usize) -> Value) -> (Members, Members) {
    let arn = |number: usize| format!("arn:aws:iam::111122223333:policy/managed-{number}");
    let policies = (0..MANAGED).map(|number| {
        let version = json!({"IsDefaultVersion": true, "VersionId": "v1", "Document": document(number)});
        (arn(number), to_raw_value(&json!({"Arn": arn(number), "PolicyVersionList": [version]})).unwrap())
    });
    let roles = (0..n_roles).map(|number| {
        let own = (0..INLINE).map(|place| {
            let document = document(MANAGED + number * INLINE + place);
            json!({"PolicyName": format!("own-{place}"), "PolicyDocument": document})
        });
        let attached =
            (0..OF_ROLE).map(|place| json!({"PolicyArn": arn((number * 31 + place * 7) % MANAGED)}));
        let boundary = json!({"PermissionsBoundaryArn": arn(number % MANAGED)});
        let role = json!({
            "RoleName": format!("role-{number}"),
            "RolePolicyList": own.collect::<Vec<_>>(),
            "AttachedManagedPolicies": attached.collect::<Vec<_>>(),
            "PermissionsBoundary": number.is_multiple_of(10).then_some(boundary),
        });
        (format!("arn:aws:iam::111122223333:role/role-{number}"), to_raw_value(&role).unwrap())
    });
    (policies.collect(), roles.collect())
}

/// A policy like those that accounts have, another one for each number.
fn mixed(number: usize) -> Value {
    const ECS: &str = "arn:aws:ecs:eu-west-1:111122223333";
    let team = format!("team-{}", number % 97);
    let statements = match number % 10 {
        0 => json!([{"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}]),
        1 => json!([
            {"Effect": "Allow", "Action": ["ecs:Describe*", "ecs:List*"], "Resource": "*"},
            {"Effect": "Allow", "Action": ["logs:Get*", "cloudwatch:*"], "Resource": "*"},
        ]),
        2 => json!([
            {"Sid": "Deploy", "Effect": "Allow",
             "Action": ["ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService", "ecs:RunTask"],
             "Resource": [format!("{ECS}:service/{team}/*"), format!("{ECS}:task-definition/{team}-*:*")],
             "Condition": {
                 "ArnEquals": {"ecs:cluster": format!("{ECS}:cluster/{team}")},
                 "StringEquals": {"ecs:enable-execute-command": "false", "aws:ResourceTag/team": team},
             }},
            {"Sid": "Register", "Effect": "Allow", "Action": "ecs:RegisterTaskDefinition", "Resource": "*",
             "Condition": {"StringEquals": {"ecs:privileged": "false"}, "NumericLessThanEquals": {"ecs:task-cpu": "4096"}}},
            {"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole",
             "Resource": format!("arn:aws:iam::111122223333:role/{team}-*"),
             "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}},
        ]),
        3 => json!([
            {"Sid": "Guard", "Effect": "Deny", "Action": ["ecs:CreateService", "ecs:UpdateService"], "Resource": "*",
             "Condition": {"Bool": {"ecs:auto-assign-public-ip": "true"}}},
            {"Effect": "Deny", "Action": "ecs:*", "Resource": format!("{ECS}:cluster/prod-{team}")},
            {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
             "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}, "StringNotLike": {"aws:PrincipalArn": "*:role/role-*"}}},
        ]),
        4 => json!([
            {"Effect": "Allow", "Action": "ecs:*", "Resource": format!("{ECS}:*/{team}/*")},
            {"Effect": "Allow", "Action": ["ecr:Get*", "ecr:BatchGet*", "ecr:PutImage"],
             "Resource": format!("arn:aws:ecr:eu-west-1:111122223333:repository/{team}/*")},
        ]),
        5 => json!([
            {"Effect": "Allow", "Action": ["ecs:ExecuteCommand", "ssm:StartSession"],
             "Resource": [format!("{ECS}:cluster/{team}"), format!("{ECS}:task/{team}/*")],
             "Condition": {"StringEquals": {"ecs:container-name": "app"}, "ForAnyValue:StringLike": {"aws:TagKeys": ["a*", "b"]}}},
        ]),
        _ => json!([
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:List*"],
             "Resource": [format!("arn:aws:s3:::{team}"), format!("arn:aws:s3:::{team}/*")]},
            {"Effect": "Allow", "Action": ["dynamodb:*", "sqs:SendMessage"],
             "Resource": format!("arn:aws:dynamodb:eu-west-1:111122223333:table/{team}-*")},
            {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "*",
             "Condition": {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}},
        ]),
    };
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A policy that allows everything of ECS, on all or on one cluster's.
fn wide(number: usize) -> Value {
    let on = if number.is_multiple_of(2) {
        "*".to_owned()
    } else {
        format!("arn:aws:ecs:*:*:*/cluster-{number}/*")
    };
    let statement =
        json!({"Sid": format!("S{number}"), "Effect": "Allow", "Action": ["ecs:*", "ecr:*"], "Resource": on});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}
