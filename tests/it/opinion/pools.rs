//! What cases are made of.

use serde_json::{Value, json};

/// What a key's values, or an operator's, are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Arn,
    Bool,
    Date,
    IpAddress,
    Numeric,
    String,
}

/// A condition key.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_many: bool,
    /// What requests carry of it.
    pub(super) values: &'static [&'static str],
}

/// Every operator, without quantifier and `IfExists`.
pub(super) const OPERATORS: [(&str, Kind); 27] = [
    ("StringEquals", Kind::String),
    ("StringLike", Kind::String),
    ("StringNotEquals", Kind::String),
    ("StringNotLike", Kind::String),
    ("StringEqualsIgnoreCase", Kind::String),
    ("StringNotEqualsIgnoreCase", Kind::String),
    ("NumericEquals", Kind::Numeric),
    ("NumericNotEquals", Kind::Numeric),
    ("NumericLessThan", Kind::Numeric),
    ("NumericLessThanEquals", Kind::Numeric),
    ("NumericGreaterThan", Kind::Numeric),
    ("NumericGreaterThanEquals", Kind::Numeric),
    ("DateEquals", Kind::Date),
    ("DateNotEquals", Kind::Date),
    ("DateLessThan", Kind::Date),
    ("DateLessThanEquals", Kind::Date),
    ("DateGreaterThan", Kind::Date),
    ("DateGreaterThanEquals", Kind::Date),
    ("Bool", Kind::Bool),
    ("IpAddress", Kind::IpAddress),
    ("NotIpAddress", Kind::IpAddress),
    ("ArnEquals", Kind::Arn),
    ("ArnLike", Kind::Arn),
    ("ArnNotEquals", Kind::Arn),
    ("ArnNotLike", Kind::Arn),
    ("BinaryEquals", Kind::String),
    ("Null", Kind::Any),
];

const fn one(name: &'static str, kind: Kind, values: &'static [&'static str]) -> Known {
    Known { name, kind, is_many: false, values }
}

const fn many(name: &'static str, values: &'static [&'static str]) -> Known {
    Known { name, kind: Kind::String, is_many: true, values }
}

/// Keys of every kind: of all requests, of some actions, and one that nobody knows.
pub(super) const KEYS: [Known; 24] = [
    one("aws:PrincipalTag/team", Kind::String, &["web", "api", "blue", ""]),
    one("aws:RequestTag/team", Kind::String, &["web", "api", "Web", ""]),
    one("aws:ResourceTag/team", Kind::String, &["web", "api", "blue"]),
    many("aws:TagKeys", &["team", "stage", "cost"]),
    one("aws:SourceIp", Kind::IpAddress, &["10.1.2.3", "192.0.2.7", "2001:db8::1"]),
    one("aws:SecureTransport", Kind::Bool, &["true", "false"]),
    one("aws:MultiFactorAuthPresent", Kind::Bool, &["true", "false"]),
    one("aws:MultiFactorAuthAge", Kind::Numeric, &["300", "1024", "12.5"]),
    one(
        "aws:CurrentTime",
        Kind::Date,
        &["2026-06-01T12:00:00Z", "2026-06-01T14:00:00+02:00", "2025-12-31T23:59:59Z"],
    ),
    one("aws:TokenIssueTime", Kind::Date, &["2026-06-01T12:00:00Z", "2026-06-01T11:59:59Z"]),
    one("aws:PrincipalArn", Kind::Arn, &["arn:aws:iam::111122223333:role/tested"]),
    one("aws:RequestedRegion", Kind::String, &["eu-west-1", "us-east-1"]),
    one("aws:userid", Kind::String, &["AROAEXAMPLE:web", "AROAEXAMPLE:api"]),
    many("aws:CalledVia", &["cloudformation.amazonaws.com", "athena.amazonaws.com"]),
    one("ecs:cluster", Kind::Arn, &[CLUSTER, "arn:aws:ecs:eu-west-1:111122223333:cluster/api", "web"]),
    many("ecs:subnet", &["subnet-a", "subnet-b", "subnet-c"]),
    one("ecs:task-cpu", Kind::Numeric, &["512", "1024", "300"]),
    one("ecs:enable-execute-command", Kind::Bool, &["true", "false"]),
    one("ecs:privileged", Kind::Bool, &["false", "true"]),
    one("ecs:ResourceTag/team", Kind::String, &["web", "api"]),
    one("iam:PassedToService", Kind::String, &["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]),
    one("iam:AssociatedResourceArn", Kind::Arn, &[CLUSTER]),
    one("ecr:ResourceTag/team", Kind::String, &["web", "api"]),
    one("ecs:nonsense", Kind::String, &["web"]),
];

const CLUSTER: &str = "arn:aws:ecs:eu-west-1:111122223333:cluster/web";
const SERVICE: &str = "arn:aws:ecs:eu-west-1:111122223333:service/web/api";
const TASK: &str = "arn:aws:ecs:eu-west-1:111122223333:task/web/0123456789abcdef";
const TASK_DEFINITION: &str = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7";

type Request = (&'static str, &'static [&'static str]);

/// Actions, and what requests for them name; none is what the action has no resource for.
pub(super) const REQUESTS: [Request; 18] = [
    ("ecs:RunTask", &[TASK_DEFINITION]),
    ("ecs:StopTask", &[TASK]),
    ("ecs:RegisterTaskDefinition", &[TASK_DEFINITION]),
    ("ecs:CreateService", &[SERVICE]),
    ("ecs:UpdateService", &[SERVICE]),
    ("ecs:DescribeServices", &[SERVICE]),
    ("ecs:CreateCluster", &[CLUSTER]),
    ("ecs:DeleteCluster", &[CLUSTER]),
    ("ecs:ExecuteCommand", &[CLUSTER, TASK]),
    ("ecs:TagResource", &[SERVICE]),
    ("ecs:ListClusters", &["*"]),
    ("iam:PassRole", &["arn:aws:iam::111122223333:role/tasks/web"]),
    ("ssm:StartSession", &[TASK]),
    (
        "application-autoscaling:RegisterScalableTarget",
        &["arn:aws:application-autoscaling:eu-west-1:111122223333:scalable-target/0ec5"],
    ),
    ("ecr:PutImage", &["arn:aws:ecr:eu-west-1:111122223333:repository/team/web"]),
    ("ecr:CreateRepository", &["arn:aws:ecr:eu-west-1:111122223333:repository/web"]),
    ("ecr:GetAuthorizationToken", &["*"]),
    ("ecs:DeleteAccountSetting", &["*"]),
];

/// What a request is about.
pub(super) struct Subject {
    pub(super) action: &'static str,
    pub(super) resources: &'static [&'static str],
}

impl Subject {
    pub(super) fn of((action, resources): Request) -> Self {
        Self { action, resources }
    }
}

/// What policies write for the action, and close misses.
pub(super) fn action_names(subject: &Subject) -> Vec<String> {
    let (service, name) = subject.action.split_once(':').unwrap();
    let (begin, end) = name.split_at(3);
    vec![
        subject.action.to_owned(),
        "*".to_owned(),
        format!("{service}:*"),
        format!("{service}:{begin}*"),
        format!("{service}:*{end}"),
        format!("{service}:?{}", name.split_at(1).1),
        subject.action.to_ascii_lowercase(),
        format!("{}:{name}", service.to_ascii_uppercase()),
        format!("{service}:{name}?"),
        format!("{service}:{begin}"),
        "s3:*".to_owned(),
        "iam:*".to_owned(),
        "ecs:Describe*".to_owned(),
    ]
}

/// What policies write for the resource, close misses, and what AWS's pages complete or forbid.
pub(super) fn resource_texts(subject: &Subject) -> Vec<String> {
    let arn = *subject.resources.iter().find(|arn| **arn != "*").unwrap_or(&CLUSTER);
    let parts = arn.splitn(6, ':').collect::<Vec<_>>();
    let [_, _, service, region, account, rest] = parts[..] else { panic!("{arn}") };
    let (kind, name) = rest.split_once('/').unwrap();
    let (begin, end) = name.split_at(2);
    vec![
        "*".to_owned(),
        arn.to_owned(),
        format!("arn:aws:{service}:*:*:{kind}/*"),
        format!("arn:aws:{service}:{region}:{account}:*"),
        format!("arn:aws:{service}:*:{account}:{kind}/{begin}*"),
        format!("arn:aws:{service}:*:*:*/{name}"),
        format!("arn:aws:{service}:*"),
        format!("arn:aws:{service}"),
        format!("arn:aws:{service}:{region}:{account}:{kind}/?{}", name.split_at(1).1),
        format!("{arn}?"),
        format!("arn:aws:{service}:us-east-1:{account}:{kind}/*"),
        format!("arn:aws:{service}:*:444455556666:{kind}/*"),
        "arn:aws:s3:::bucket/*".to_owned(),
        format!("arn:aws:{service}:*:*:{kind}/other"),
        format!("arn:aws:{service}:*:*:{kind}/${{aws:PrincipalTag/team}}*"),
        format!("arn:aws:{service}:*:*:{kind}/${{aws:PrincipalTag/none, '{begin}'}}{end}"),
        format!("arn:aws:{service}:*:*:{kind}/${{aws:PrincipalTag/none}}*"),
        format!("arn:*:{service}:*:*:{kind}/*"),
        format!("arn:aws:{service}:${{aws:RequestedRegion}}:*:{kind}/*"),
        format!("arn:aws:{service}:*:{kind}/*"),
        format!("arn:aws:{service}:*:*:{kind}/${{*}}"),
        format!("arn:aws:{service}:*:*:{kind}/{}", name.to_ascii_uppercase()),
        format!("arn:aws:{}:*:*:{kind}/*", service.to_ascii_uppercase()),
    ]
}

/// What policies compare a key with, under an operator of a kind.
pub(super) fn values(key: &Known, kind: Kind) -> Vec<Value> {
    let first = key.values[0];
    let (two, but_one) = (first.split_at(2).0, first.split_at(1).1);
    let own = key.values.iter().map(|value| json!(value)).collect::<Vec<_>>();
    let more = match kind {
        Kind::String | Kind::Any => vec![
            json!(format!("{two}*")),
            json!(format!("?{but_one}")),
            json!("*"),
            json!("other"),
            json!("${aws:PrincipalTag/team}"),
            json!("${aws:PrincipalTag/none, 'web'}"),
            json!("${aws:PrincipalTag/none}"),
            json!(format!("{two}${{*}}")),
        ],
        Kind::Arn => vec![
            json!("arn:aws:*:*:111122223333:*"),
            json!("arn:aws:ecs:*:*:cluster/we?"),
            json!("arn:aws:iam::*:role/${aws:PrincipalTag/none, 'tested'}"),
            json!("arn:aws:ecs:*:*:cluster/${aws:PrincipalTag/team}"),
            json!("arn:aws:ecs:*:*:cluster/${aws:PrincipalTag/none}"),
            json!("arn:aws:ecs:*cluster/web"),
            json!("*"),
            json!("web"),
        ],
        Kind::Bool => vec![json!(true), json!(false), json!("True"), json!("yes")],
        Kind::Numeric => vec![json!(512), json!("1024.0"), json!("0"), json!("-1"), json!("many")],
        Kind::Date => vec![
            // Noon of the same day.
            json!("1780315200"),
            json!("2026-06-01T12:00:00Z"),
            json!("2026-06-01"),
            json!("2026-01-01T00:00:00Z"),
            json!("yesterday"),
        ],
        Kind::IpAddress => vec![
            json!("0.0.0.0/0"),
            json!("10.0.0.0/8"),
            json!("192.0.2.0/24"),
            json!("2001:db8::/32"),
            json!("2001:DB8:0::1"),
            json!("host"),
        ],
    };
    own.into_iter().chain(more).collect()
}
