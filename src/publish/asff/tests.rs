//! ASFF keeps every limit that AWS documents, whatever a finding holds.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::valid::problem;
use super::*;
use crate::domain::{
    BundleId, Compliance, ControlId, FindingId, Mapping, Outcome, Partition, Severity, Violation,
};
use crate::reconcile::testing::{control, finding, recorded, scope};
use crate::reconcile::{Entry, State, UpdateReason, Write};

fn times() -> Times {
    let created_at: Timestamp = "2026-11-01T08:00:00.5Z".parse().unwrap();
    Times {
        created_at,
        first_observed_at: created_at,
        updated_at: created_at + SignedDuration::from_millis(1),
    }
}

fn violation(message: &str, evidence: Value) -> Violation {
    Violation { message: message.to_owned(), evidence }
}

const SERVICE: &str = "arn:aws:ecs:eu-central-1:111122223333:service/shop/web";

fn failing() -> Finding {
    let violations = vec![
        violation("service \"web\" gives its tasks public addresses", json!({"path": "assignPublicIp"})),
        violation("service \"web\" has no circuit breaker", Value::Null),
    ];
    let mut finding = finding(&control("SV01", "aws-baseline"), SERVICE, Outcome::Failed(violations));
    finding.body = Some(Arc::from(
        json!({
            "serviceArn": SERVICE, "serviceName": "web", "clusterArn": "arn:c", "desiredCount": 3, "runningCount": 2,
            "networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "ENABLED", "subnets": []}},
            "tags": [{"key": "team", "value": "shop"}, {"key": "empty", "value": ""}, {"key": "aws:x", "value": "y"}],
        })
        .to_string(),
    ));
    finding
}

fn written(finding: &Finding) -> Value {
    let json = Format::new(scope()).finding(finding, times()).unwrap();
    assert_eq!(problem(json.get()), None);
    serde_json::from_str(json.get()).unwrap()
}

fn digest(finding: &Finding) -> ContentDigest {
    Format::new(scope()).desired(vec![finding.clone()]).unwrap().pop().unwrap().digest
}

#[test]
fn a_failure_says_everything_that_its_reader_needs() {
    let finding = failing();
    assert_eq!(
        written(&finding),
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": format!("tidewaiter/SV01/{SERVICE}"),
            "ProductArn": "arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default",
            "ProductName": "tidewaiter",
            "GeneratorId": "tidewaiter/aws-baseline/SV01",
            "AwsAccountId": "111122223333",
            "CreatedAt": "2026-11-01T08:00:00.500Z",
            "UpdatedAt": "2026-11-01T08:00:00.501Z",
            "FirstObservedAt": "2026-11-01T08:00:00.500Z",
            "LastObservedAt": "2026-11-01T08:00:00.501Z",
            "Title": "Services satisfy SV01",
            "Description": "service \"web\" gives its tasks public addresses\nservice \"web\" has no circuit breaker",
            "FindingProviderFields": {
                "Severity": {"Label": "HIGH", "Original": "high"},
                "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
            },
            "Resources": [{
                "Type": "AwsEcsService",
                "Id": SERVICE,
                "Partition": "aws",
                "Region": "eu-central-1",
                "Tags": {"team": "shop"},
                "Details": {"AwsEcsService": {
                    "ServiceArn": SERVICE,
                    "ServiceName": "web",
                    "Name": "web",
                    "Cluster": "arn:c",
                    "NetworkConfiguration": {"AwsVpcConfiguration": {"AssignPublicIp": "ENABLED"}},
                }},
            }],
            "Compliance": {"Status": "FAILED", "RelatedRequirements": ["NIST.800-53.r5 AC-6"]},
            "Remediation": {"Recommendation": {
                "Text": "Do what SV01 asks for.",
                "Url": "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/",
            }},
            "ProductFields": {
                "tidewaiter/bundle": "aws-baseline",
                "tidewaiter/bundle-digest": "sha256:00",
                "tidewaiter/revision": "0.1.0",
                "tidewaiter/control": "SV01",
                "tidewaiter/collection": "ecs.services",
                "tidewaiter/resource": SERVICE,
                "tidewaiter/severity": "high",
                "tidewaiter/evidence/1": r#"{"path":"assignPublicIp"}"#,
                "tidewaiter/digest": digest(&finding).as_str(),
            },
            "RecordState": "ACTIVE",
        })
    );
}

#[test]
fn a_passed_finding_is_informational_and_says_what_the_control_asks_for() {
    let asff = written(&finding(&control("SV01", "aws-baseline"), SERVICE, Outcome::Passed));
    assert_eq!(asff["Compliance"]["Status"], "PASSED");
    assert_eq!(asff["FindingProviderFields"]["Severity"]["Label"], "INFORMATIONAL");
    assert_eq!(asff["Description"], "What SV01 is good for.");
    assert_eq!(asff["ProductFields"]["tidewaiter/severity"], "high");
}

#[test]
fn missing_evidence_is_a_reason() {
    let reason = "ecs:DescribeServices was denied (missing IAM action ecs:DescribeServices)".to_owned();
    let outcome = Outcome::Unknown(vec![reason.clone()]);
    let asff = written(&finding(&control("SV01", "aws-baseline"), SERVICE, outcome));
    assert_eq!(
        asff["Compliance"]["StatusReasons"],
        json!([{"ReasonCode": "EVIDENCE_MISSING", "Description": reason}])
    );
    assert_eq!(asff["Compliance"]["Status"], "NOT_AVAILABLE");
}

#[test]
fn no_environment_value_and_no_command_is_ever_sent() {
    let container = json!({
        "name": "web", "image": "nginx:1", "privileged": true,
        "environment": [{"name": "PASSWORD", "value": "hunter2"}],
        "command": ["--token", "hunter2"], "entryPoint": ["hunter2"], "dockerLabels": {"x": "hunter2"},
        "healthCheck": {"command": ["hunter2"]}, "logConfiguration": {"logDriver": "awslogs", "options": {"x": "hunter2"}},
        "secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:…"}],
        "extraHosts": [{"hostname": "hunter2", "ipAddress": "hunter2"}],
    });
    let mut finding = finding(&control("TD01", "aws-baseline"), "arn:td", Outcome::Passed);
    finding.collection = Collection::TaskDefinitions;
    finding.body = Some(Arc::from(json!({"family": "web", "containerDefinitions": [container]}).to_string()));
    let asff = written(&finding);
    assert!(!asff.to_string().contains("hunter2"));
    assert_eq!(
        asff["Resources"][0]["Details"]["AwsEcsTaskDefinition"],
        json!({"Family": "web", "ContainerDefinitions": [{
            "Name": "web", "Image": "nginx:1", "Privileged": true,
            "LogConfiguration": {"LogDriver": "awslogs"},
            "Secrets": [{"Name": "KEY", "ValueFrom": "arn:aws:ssm:…"}],
        }]})
    );
}

#[test]
fn a_resource_without_a_type_of_its_own_is_other() {
    let mut finding = finding(&control("TS01", "aws-baseline"), "arn:ts", Outcome::Passed);
    finding.collection = Collection::TaskSets;
    finding.body = Some(Arc::from(json!({"launchType": "FARGATE", "runningCount": 3}).to_string()));
    let resource = &written(&finding)["Resources"][0];
    assert_eq!(
        (&resource["Type"], &resource["Details"]),
        (&json!("Other"), &json!({"Other": {"launchType": "FARGATE"}}))
    );
}

#[test]
fn a_principal_is_a_user_or_a_role() {
    for (key, kind) in [
        ("arn:aws:iam::111122223333:user/ada", "AwsIamUser"),
        ("arn:aws:iam::111122223333:role/deploy", "AwsIamRole"),
    ] {
        let mut finding = finding(&control("IA01", "aws-baseline"), key, Outcome::Passed);
        finding.collection = Collection::Access;
        finding.body =
            Some(Arc::from(json!({"kind": "role", "Tags": [{"Key": "team", "Value": "a"}]}).to_string()));
        let resource = &written(&finding)["Resources"][0];
        assert_eq!(
            (&resource["Type"], &resource["Id"], &resource["Region"], &resource["Tags"]),
            (&json!(kind), &json!(key), &Value::Null, &json!({"team": "a"}))
        );
    }
}

#[test]
fn a_resource_without_an_arn_gets_one_where_aws_has_one() {
    let mut finding = finding(&control("NT01", "aws-baseline"), "subnet-1", Outcome::Passed);
    finding.collection = Collection::Subnets;
    let asff = written(&finding);
    assert_eq!(asff["Resources"][0]["Id"], "arn:aws:ec2:eu-central-1:111122223333:subnet/subnet-1");
    assert_eq!(asff["ProductFields"]["tidewaiter/resource"], "subnet-1");
}

#[test]
fn partitions_are_written_as_asff_spells_them() {
    for (partition, word) in [
        ("aws-cn", json!("aws-cn")),
        ("aws-iso", json!("aws-us-iso")),
        ("aws-iso-b", json!("aws-us-iso-b")),
        ("aws-eusc", Value::Null),
    ] {
        let scope = Scope { partition: Partition::new(partition).unwrap(), ..scope() };
        let json = Format::new(scope).finding(&failing(), times()).unwrap();
        let asff = serde_json::from_str::<Value>(json.get()).unwrap();
        assert_eq!(asff["Resources"][0]["Partition"], word, "{partition}");
        assert!(asff["ProductArn"].as_str().unwrap().starts_with(&format!("arn:{partition}:securityhub:")));
    }
}

#[test]
fn the_digest_covers_what_a_reader_sees_and_nothing_else() {
    let first = failing();
    let mut later = first.clone();
    let mut revised = Control::clone(&first.control);
    revised.bundle =
        BundleId { revision: "9".to_owned(), digest: "sha256:99".to_owned(), ..revised.bundle.clone() };
    later.control = Arc::new(revised);
    let body = first.body.as_ref().unwrap().replace("\"runningCount\":2", "\"runningCount\":9");
    later.body = Some(Arc::from(body));
    assert_eq!(digest(&first), digest(&later), "neither a revision nor a count of running tasks is news");

    let mut reworded = Control::clone(&first.control);
    reworded.title.push('!');
    let mut severer = Control::clone(&first.control);
    severer.severity = Severity::Critical;
    let changes: [&dyn Fn(&mut Finding); 4] = [
        &|finding| finding.control = Arc::new(reworded.clone()),
        &|finding| finding.control = Arc::new(severer.clone()),
        &|finding| finding.violations.truncate(1),
        &|finding| finding.body = None,
    ];
    for change in changes {
        let mut changed = first.clone();
        change(&mut changed);
        assert_ne!(digest(&first), digest(&changed));
    }
}

#[test]
fn what_is_too_large_loses_its_details_first() {
    let mut finding = failing();
    let subnets = (0..9000).map(|n| format!("subnet-{n:030}")).collect::<Vec<_>>();
    let body = json!({
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets}},
        "tags": [{"key": "team", "value": "shop"}],
    });
    finding.body = Some(Arc::from(body.to_string()));
    let asff = written(&finding);
    assert_eq!(asff["Resources"][0]["Details"], Value::Null);
    assert_eq!(asff["Resources"][0]["Tags"], json!({"team": "shop"}));
    assert!(asff["ProductFields"]["tidewaiter/evidence/1"].is_string());
}

#[test]
fn violations_that_do_not_fit_are_counted() {
    let violations =
        (0..100).map(|n| violation(&format!("container {n} is privileged"), json!({"n": n}))).collect();
    let asff = written(&finding(&control("TD01", "b"), SERVICE, Outcome::Failed(violations)));
    let description = asff["Description"].as_str().unwrap();
    let n_lines = description.lines().count();
    assert!(description.ends_with(&format!("… and {} more", 100 - (n_lines - 1))), "{description}");
}

#[test]
fn a_finding_that_is_over_says_why_and_keeps_what_it_said() {
    let finding = failing();
    let recorded = recorded(&finding, &digest(&finding), times());
    let step = Step::Archive {
        recorded: Box::new(recorded),
        control: None,
        times: times(),
        why: ArchiveReason::ControlWithdrawn,
    };
    let json = Format::new(scope()).step(&Entry { id: finding.id.clone(), step }).unwrap().unwrap();
    assert_eq!(problem(json.get()), None);
    let asff = serde_json::from_str::<Value>(json.get()).unwrap();
    assert_eq!((&asff["RecordState"], &asff["Compliance"]["Status"]), (&json!("ARCHIVED"), &json!("FAILED")));
    assert!(
        asff["Description"]
            .as_str()
            .unwrap()
            .starts_with("Archived: the control was withdrawn.\nservice \"web\" gives")
    );
    assert_eq!(asff["Compliance"]["StatusReasons"][0]["ReasonCode"], "CONTROL_WITHDRAWN");
    assert_eq!(asff["Resources"][0]["Type"], "AwsEcsService");
    assert_eq!(asff["ProductFields"]["tidewaiter/digest"], digest(&finding).as_str());
}

/// Texts as policies and estates may hold them: of any script, far too long, blank, or with what JSON must escape.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \t\n\u{0}-\u{1f}\u{a0}\u{2003}]{0,8}",
        ("[a-zé🛳\u{1}\"\\\\]{1,4}", 1..3000_usize).prop_map(|(unit, n)| unit.repeat(n)),
        Just("aws/securityhub/x".to_owned()),
        Just("aws:cloudformation:stack-name".to_owned()),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        any_text().prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any_text(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A body with members that ASFF has, and anything in them.
fn any_body() -> impl Strategy<Value = Value> {
    let names =
        ["serviceName", "tags", "containerDefinitions", "networkConfiguration", "capacityProviders", "name"];
    let container = (any_text(), any_text(), any_json()).prop_map(
        |(name, image, rest)| json!([{"name": name, "image": image, "linuxParameters": rest, "secrets": [{"name": name}]}]),
    );
    let tags = prop::collection::vec((any_text(), any_text()), 0..70).prop_map(|tags| {
        Value::Array(tags.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect())
    });
    let any = prop::collection::vec((prop::sample::select(names.to_vec()), any_json()), 0..5);
    (any, container, tags).prop_map(|(members, containers, tags)| {
        let mut body = members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<serde_json::Map<_, _>>();
        body.entry("containerDefinitions").or_insert(containers);
        body.entry("tags").or_insert(tags);
        Value::Object(body)
    })
}

fn any_control() -> impl Strategy<Value = Control> {
    let texts = prop::collection::vec(any_text(), 8);
    (texts, prop::collection::vec(any_text(), 0..60), prop::sample::select(Severity::WORST_FIRST.to_vec()))
        .prop_map(|(mut texts, labels, severity)| {
            let mut next = || texts.pop().unwrap();
            let mut made = Control::clone(&control("SV01", "b"));
            made.title = next();
            made.description = next();
            made.remediation.text = next();
            made.related_resources = vec![next(), format!("https://{}", next())];
            made.bundle = BundleId { name: next(), revision: next(), digest: String::new() };
            made.severity = severity;
            made.mappings = labels
                .into_iter()
                .map(|label| Mapping {
                    framework: "f".to_owned(),
                    requirement: "r".to_owned(),
                    label: Some(label),
                })
                .collect();
            made
        })
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let violations = prop::collection::vec((any_text(), any_json()), 0..40);
    let reasons = prop::collection::vec(any_text(), 0..30);
    let statuses =
        [Compliance::Passed, Compliance::Failed, Compliance::Warning, Compliance::NotAvailable].to_vec();
    (
        any_control(),
        any_text(),
        prop::sample::select(Collection::ALL.to_vec()),
        prop::option::of(any_body()),
        prop::sample::select(statuses),
        violations,
        reasons,
    )
        .prop_map(|(control, resource, collection, body, compliance, violations, reasons)| {
            let severity =
                if compliance == Compliance::Failed { control.severity } else { Severity::Informational };
            Finding {
                id: FindingId::of(&ControlId::new("SV01").unwrap(), &resource),
                control: Arc::new(control),
                collection,
                resource,
                body: body.map(|body| Arc::from(body.to_string())),
                compliance,
                severity,
                violations: violations
                    .into_iter()
                    .map(|(message, evidence)| Violation { message, evidence })
                    .collect(),
                reasons,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_finding_holds_security_hub_takes_it(finding in any_finding()) {
        let mut format = Format::new(scope());
        let desired = format.desired(vec![finding]).unwrap().pop().unwrap();
        let finding = Arc::clone(&desired.finding);
        let record = recorded(&finding, &desired.digest, times());
        let write = Write { finding, digest: desired.digest, times: times() };
        let steps = [
            Step::Create(write.clone()),
            Step::Update { write: write.clone(), why: UpdateReason::Changed },
            Step::Archive {
                control: Some(Arc::clone(&write.finding.control)),
                recorded: Box::new(Recorded {
                    current: State { record_state: RecordState::Active, ..record.current.clone() },
                    ..record
                }),
                times: times(),
                why: ArchiveReason::NotApplicable(write.finding.reasons.join(" ")),
            },
        ];
        for step in steps {
            let json = format.step(&Entry { id: write.finding.id.clone(), step }).unwrap().unwrap();
            prop_assert_eq!(problem(json.get()), None, "{}", json.get());
        }
    }
}
