//! The files of a new control.

use serde_json::{Map, Value, json};

use super::{Field, Scaffold};
use crate::snapshot::{Collection, VERSION};

/// The width that a description is wrapped at, comment marks not counted.
const WIDTH: usize = 110;

/// Every file of the control, by its path in the bundle.
#[must_use]
pub fn files(scaffold: &Scaffold) -> Vec<(String, String)> {
    let (folder, slug) = (scaffold.folder(), &scaffold.slug);
    let about = scaffold.field.path.last().map(|name| snake(name)).unwrap_or_default();
    let example = |shows: &str, value: &Value| {
        let path = format!("{folder}/examples/{shows}_{about}.json");
        let mut text = format!("{:#}", document(scaffold, Some(value)));
        text.push('\n');
        (path, text)
    };
    vec![
        (format!("{folder}/{slug}.rego"), policy(scaffold)),
        (format!("{folder}/{slug}_test.rego"), test(scaffold)),
        example("fail", &another(&scaffold.expected)),
        example("pass", &scaffold.expected),
    ]
}

/// The title of a control about a field.
pub(super) fn title(collection: Collection, field: &Field, stated: &str) -> String {
    let noun = collection.noun();
    let plural = match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    let mut letters = plural.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
    let plural = first.chain(letters).collect::<String>();
    format!("{plural} have {} set to {}", written(field), stated.trim_matches('"'))
}

/// A value as messages show it.
pub(super) fn stated(value: &Value) -> String {
    value.to_string()
}

fn written(field: &Field) -> String {
    let path = field.path.join(".");
    field.list.as_ref().map_or_else(|| path.clone(), |list| format!("{}[].{path}", list.join(".")))
}

/// A value of the same kind that is not the expected one.
fn another(expected: &Value) -> Value {
    match expected {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => json!(whole.saturating_sub(1)),
            None => json!(0),
        },
        _ => json!("another value"),
    }
}

/// `task_definition`: what a member is called in the policy.
fn variable(collection: Collection) -> String {
    collection.noun().to_lowercase().replace(' ', "_")
}

fn policy(scaffold: &Scaffold) -> String {
    let Scaffold { collection, id, severity, title, field, expected, .. } = scaffold;
    let (noun, member, path) = (collection.noun(), variable(*collection), written(field));
    let expected = stated(expected);
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    let description = wrapped(
        &format!("{article} {noun} fails when `{path}` is missing or anything but {expected}."),
        "#   ",
    );
    let remediation = wrapped(&format!("Set `{path}` to {expected}."), "#       ");
    let steps = |path: &[String]| {
        let names = path.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
        format!("[{}]", names.join(", "))
    };
    let (source, bindings, shown) = match &field.list {
        None => (member.clone(), String::new(), format!("\"{path}\"")),
        Some(list) => {
            let binding = format!("\tsome index, element in object.get({member}, {}, [])\n", steps(list));
            let shown = format!("sprintf(\"{}[%d].{}\", [index])", list.join("."), field.path.join("."));
            ("element".to_owned(), binding, shown)
        }
    };
    let package = scaffold.package();
    let population = collection.path();
    let way = steps(&field.path);
    format!(
        "# METADATA
# title: {title}
# description: |
{description}
# custom:
#   id: {id}
#   severity: {severity}
#   resources: {population}
#   remediation:
#     text: |
{remediation}
package {package}

import rego.v1

expected := {expected}

deny contains violation if {{
\tsome key, {member} in input.{population}
{bindings}\tvalue := object.get({source}, {way}, null)
\tvalue != expected
\tpath := {shown}
\tviolation := {{
\t\t\"resource\": key,
\t\t\"message\": sprintf(\"{noun} %q has %s %s, expected %s\", [key, path, stated(value), json.marshal(expected)]),
\t\t\"evidence\": {{\"path\": path, \"value\": value, \"expected\": expected}},
\t}}
}}

stated(null) := \"not set\"

stated(value) := json.marshal(value) if value != null
"
    )
}

fn test(scaffold: &Scaffold) -> String {
    let package = scaffold.package();
    let Scaffold { collection, field, expected, .. } = scaffold;
    let population = collection.path();
    let key = key(*collection);
    let with = |value: Option<&Value>| body(field, value).to_string();
    let shown = match &field.list {
        None => written(field),
        Some(list) => format!("{}[0].{}", list.join("."), field.path.join(".")),
    };
    let other = another(expected);
    let (wrong, missing, right) = (with(Some(&other)), with(None), with(Some(expected)));
    format!(
        "package {package}_test

import rego.v1

import data.{package} as control

key := \"{key}\"

test_denies_another_value if {{
\tviolations := control.deny with input.{population} as {{key: {wrong}}}
\t{{violation.resource | some violation in violations}} == {{key}}
\t{{violation.evidence | some violation in violations}} == {{{{
\t\t\"path\": \"{shown}\",
\t\t\"value\": {other},
\t\t\"expected\": {expected},
\t}}}}
}}

test_denies_a_missing_value if {{
\tviolations := control.deny with input.{population} as {{key: {missing}}}
\t{{violation.evidence.value | some violation in violations}} == {{null}}
}}

test_allows_the_expected_value if {{
\tviolations := control.deny with input.{population} as {{key: {right}}}
\tcount(violations) == 0
}}
"
    )
}

/// A member that has this value in the field, or has no such field.
fn body(field: &Field, value: Option<&Value>) -> Value {
    let nest = |path: &[String], inner: Value| {
        path.iter().rev().fold(inner, |inner, name| Value::Object(Map::from_iter([(name.clone(), inner)])))
    };
    let inner = value.map_or_else(|| json!({}), |value| nest(&field.path, value.clone()));
    match &field.list {
        Some(list) => nest(list, json!([inner])),
        None => inner,
    }
}

/// The smallest document with one member.
fn document(scaffold: &Scaffold, value: Option<&Value>) -> Value {
    let collection = scaffold.collection;
    let members = json!({ key(collection): body(&scaffold.field, value) });
    let mut document = json!({
        "version": VERSION,
        "account": { "id": "111122223333", "partition": "aws" },
        "region": "eu-central-1",
        "taken_at": "2026-01-01T00:00:00Z",
        "coverage": { collection.path(): { "status": "complete", "count": 1 } },
    });
    if let Some(document) = document.as_object_mut() {
        match collection.group_and_name() {
            Some((group, name)) => document.insert(group.to_owned(), json!({ name: members })),
            None => document.insert(collection.path().to_owned(), members),
        };
    }
    document
}

/// The key of a member, as AWS forms it.
fn key(collection: Collection) -> String {
    let arn = |service: &str, region: &str, resource: &str| {
        format!("arn:aws:{service}:{region}:111122223333:{resource}")
    };
    let ecs = |resource: &str| arn("ecs", "eu-central-1", resource);
    let iam = |resource: &str| arn("iam", "", resource);
    let balancing = |resource: &str| arn("elasticloadbalancing", "eu-central-1", resource);
    match collection {
        Collection::Accounts => "AWS::::Account:111122223333".to_owned(),
        Collection::ScalableTargets => {
            arn("application-autoscaling", "eu-central-1", "scalable-target/0ec50123456789abcdef")
        }
        Collection::Trails | Collection::TrailStatus => arn("cloudtrail", "eu-central-1", "trail/demo"),
        Collection::ImageReferences => "111122223333.dkr.ecr.eu-central-1.amazonaws.com/demo:1.0".to_owned(),
        Collection::Attestors => "demo".to_owned(),
        Collection::UsedImages => {
            format!("public.ecr.aws/demo/demo@sha256:{}", "0123456789abcdef".repeat(4))
        }
        Collection::ImageScanFindings | Collection::Images | Collection::SigningStatus => {
            arn("ecr", "eu-central-1", &format!("repository/demo/sha256:{}", "0123456789abcdef".repeat(4)))
        }
        Collection::LifecyclePolicies
        | Collection::Repositories
        | Collection::RepositoryPolicies
        | Collection::RepositoryScanning
        | Collection::RepositoryTags => arn("ecr", "eu-central-1", "repository/demo"),
        Collection::InspectorAccounts | Collection::RegistryScanning | Collection::SigningConfiguration => {
            "111122223333".to_owned()
        }
        Collection::RuntimeCoverage => "1234567890123456789".to_owned(),
        Collection::Detectors => "0123456789abcdef0123456789abcdef".to_owned(),
        Collection::LogGroups => arn("logs", "eu-central-1", "log-group:/ecs/demo"),
        Collection::ListenerRules => {
            balancing("listener-rule/app/demo/0123456789abcdef/0123456789abcdef/0123456789abcdef")
        }
        Collection::Listeners => balancing("listener/app/demo/0123456789abcdef/0123456789abcdef"),
        Collection::LoadBalancers => balancing("loadbalancer/app/demo/0123456789abcdef"),
        Collection::TargetGroups => balancing("targetgroup/demo/0123456789abcdef"),
        Collection::Patterns | Collection::Rules => arn("events", "eu-central-1", "rule/demo"),
        Collection::ServiceControlPolicies => "r-demo".to_owned(),
        Collection::Schedules => arn("scheduler", "eu-central-1", "schedule/default/demo"),
        Collection::NetworkInterfaces => "eni-0123456789abcdef0".to_owned(),
        Collection::RouteTables => "rtb-0123456789abcdef0".to_owned(),
        Collection::SecurityGroups => "sg-0123456789abcdef0".to_owned(),
        Collection::Subnets => "subnet-0123456789abcdef0".to_owned(),
        Collection::Vpcs => "vpc-0123456789abcdef0".to_owned(),
        Collection::VpcEndpoints => "vpce-0123456789abcdef0".to_owned(),
        Collection::FlowLogs => "fl-0123456789abcdef0".to_owned(),
        Collection::Instances => "i-0123456789abcdef0".to_owned(),
        Collection::Volumes => "vol-0123456789abcdef0".to_owned(),
        Collection::MachineImages => "ami-0123456789abcdef0".to_owned(),
        Collection::AccessPoints => {
            arn("elasticfilesystem", "eu-central-1", "access-point/fsap-0123456789abcdef0")
        }
        Collection::Secrets => arn("secretsmanager", "eu-central-1", "secret:demo-AbCdEf"),
        Collection::Parameters => arn("ssm", "eu-central-1", "parameter/demo"),
        Collection::RecommendedImages => {
            "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id".to_owned()
        }
        Collection::AccountSettings => "containerInsights".to_owned(),
        Collection::CapacityProviders => ecs("capacity-provider/demo"),
        Collection::Clusters => ecs("cluster/demo"),
        Collection::ContainerInstances => ecs("container-instance/demo/0123456789abcdef0123456789abcdef"),
        Collection::DaemonRevisions => ecs("daemon-revision/demo/web/1234567890123456789"),
        Collection::DaemonTaskDefinitions => ecs("daemon-task-definition/web:1"),
        Collection::Daemons => ecs("daemon/demo/web"),
        Collection::ServiceRevisions => ecs("service-revision/demo/web/1234567890123456789"),
        Collection::ExpressServices | Collection::Services => ecs("service/demo/web"),
        Collection::TaskDefinitionFamilies => ecs("task-definition/web"),
        Collection::TaskDefinitions => ecs("task-definition/web:1"),
        Collection::TaskSets => ecs("task-set/demo/web/ecs-svc/1234567890123456789"),
        Collection::Tasks => ecs("task/demo/0123456789abcdef0123456789abcdef"),
        Collection::Groups => iam("group/demo"),
        Collection::Policies => iam("policy/demo"),
        Collection::Access | Collection::LastAccessed | Collection::Roles => iam("role/demo"),
        Collection::Users => iam("user/demo"),
    }
}

/// Text in lines of bounded width, each behind a comment mark.
fn wrapped(text: &str, mark: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let is_full = lines.last().is_some_and(|line| !line.is_empty() && line.len() + word.len() >= WIDTH);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.iter().map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
