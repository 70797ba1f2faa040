//! `tidewaiter guardrails`: policies that AWS would take, and what is said of what they leave open.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tidewaiter::access::{Answer, Context, decide, reference};

use crate::access::resource;
use crate::access::support::{Account, ROLE};
use crate::support::program::Program;

const PARAMS: &str =
    "allowed_subnets: {ids: [subnet-0a1b2c3d]}\nrequired_tags: {keys: [owner], values: {owner: [sharks]}}\n";

/// Every statement refuses, names calls and has an id of its own.
#[track_caller]
fn assert_refuses(statements: &[Value]) {
    let mut sids = statements.iter().map(|it| it["Sid"].as_str().unwrap()).collect::<Vec<_>>();
    let n_sids = sids.len();
    sids.sort_unstable();
    sids.dedup();
    assert_eq!(sids.len(), n_sids);
    for statement in statements {
        assert_eq!((&statement["Effect"], &statement["Resource"]), (&json!("Deny"), &json!("*")));
        assert!(!statement["Action"].as_array().unwrap().is_empty(), "{statement}");
    }
}

#[test]
fn a_policy_of_each_kind_is_printed_and_what_it_leaves_open_is_noted() {
    let program = Program::new();
    program.write("params.yaml", PARAMS);
    for (kind, limit) in [("iam", 6_144), ("scp", 5_120), ("permissions-boundary", 6_144)] {
        let ran = program.run(["guardrails", kind, "--params", "params.yaml"]).expect(0);
        let policy = ran.json();
        assert_eq!(policy["Version"], "2012-10-17");
        let statements = policy["Statement"].as_array().unwrap();
        let refusing = if kind == "permissions-boundary" {
            assert_eq!(statements[0]["Effect"], "Allow");
            &statements[1..]
        } else {
            statements.as_slice()
        };
        assert_refuses(refusing);
        let counted = if kind == "scp" { ran.stdout.clone() } else { policy.to_string() };
        assert!(counted.chars().count() <= limit, "{kind} has {}", counted.chars().count());
        assert!(ran.stderr.contains("leave calls open"), "{}", ran.stderr);
    }
}

#[test]
fn the_table_says_which_calls_stay_open_and_what_watches_them() {
    let program = Program::new();
    program.write("params.yaml", PARAMS);
    let arguments = ["guardrails", "scp", "--params", "params.yaml", "--format"];
    let table = program.run(arguments.iter().chain(&["table"])).expect(0).stdout;
    for words in ["What they leave open", "Not made", "Beyond IAM", "RunTask", "TK02"] {
        assert!(table.contains(words), "{table}");
    }
    let report = program.run(arguments.iter().chain(&["json"])).expect(0).json();
    let subnets = report["guardrails"].as_array().unwrap().iter().find(|it| it["sid"] == "Subnets").unwrap();
    assert_eq!(subnets["open_calls"], json!(["ecs:CreateTaskSet", "ecs:RunTask", "ecs:StartTask"]));
    assert_eq!(
        subnets["statements"][0]["Condition"]["ForAnyValue:StringNotEquals"]["ecs:subnet"],
        "subnet-0a1b2c3d"
    );
}

#[test]
fn more_than_one_policy_can_hold_goes_to_files() {
    let program = Program::new();
    let ids = (0..400).map(|index| format!("subnet-{index:017x}")).collect::<Vec<_>>().join(", ");
    let keys =
        (0..100).map(|index| format!("organisation:cost-centre-{index}")).collect::<Vec<_>>().join(", ");
    program.write("many.yaml", &format!("allowed_subnets: {{ids: [{ids}]}}\n"));
    program
        .write("params.yaml", &format!("required_tags: {{keys: [\"{}\"]}}\n", keys.replace(", ", "\", \"")));
    let refused = program.run(["guardrails", "scp", "--params", "many.yaml"]).expect(2);
    assert!(refused.stderr.contains("the statement `Subnets1` has") && refused.stderr.contains("--control"));
    let refused = program.run(["guardrails", "permissions-boundary", "--params", "params.yaml"]).expect(2);
    assert!(refused.stderr.contains("no more than 1 can be attached"), "{}", refused.stderr);
    let arguments = ["guardrails", "iam", "--params", "params.yaml"];
    let refused = program.run(arguments).expect(2);
    assert!(refused.stderr.contains("--output DIR"), "{}", refused.stderr);
    program.run(arguments.iter().chain(&["--output", "policies"])).expect(0);
    let mut n_statements = 0;
    for number in 1.. {
        let path = program.path(&format!("policies/guardrails-{number}.json"));
        let Ok(text) = std::fs::read_to_string(path) else { break };
        let policy = serde_json::from_str::<Value>(&text).unwrap();
        assert!(policy.to_string().chars().count() <= 6_144);
        let statements = policy["Statement"].as_array().unwrap();
        assert_refuses(statements);
        n_statements += statements.len();
    }
    assert!(n_statements > 100, "{n_statements}");
}

#[test]
fn what_cannot_be_made_is_refused_with_the_way_out() {
    let program = Program::new();
    for (arguments, words) in [
        (&["scp", "--control", "TD02"][..], "there is nothing that a service control policy could refuse"),
        (&["scp", "--control", "TD1"][..], "did you mean `TD01`?"),
        (&["scp", "--exempt", "role/admin"][..], "an ARN of IAM is expected"),
        (&["scp", "--params", "none.yaml"][..], "none.yaml"),
        (&["rcp"][..], "[possible values: iam, scp, permissions-boundary]"),
    ] {
        let ran = program.run([&["guardrails"][..], arguments].concat()).expect(2);
        assert!(ran.stderr.contains(words) && ran.stdout.is_empty(), "{}\n{}", ran.stderr, ran.stdout);
    }
}

/// A request: the call, what it carries, and whether it may be made.
type Request = (&'static str, Value, Answer);

fn requests() -> Vec<Request> {
    let compliant = json!({
        "ecs:subnet": ["subnet-0a1b2c3d"], "ecs:propagate-tags": "SERVICE", "ecs:enable-ecs-managed-tags": "true",
        "aws:RequestTag/owner": "sharks", "aws:TagKeys": ["owner"],
    });
    let with = |key: &str, value: Value| {
        let mut request = compliant.clone();
        request[key] = value;
        request
    };
    let registered = |key: &str, value: Value| json!({"aws:RequestTag/owner": "sharks", "aws:TagKeys": ["owner"], "ecs:task-cpu": "256", key: value});
    vec![
        ("ecs:CreateService", compliant.clone(), Answer::Allowed),
        ("ecs:CreateService", with("ecs:enable-execute-command", json!("false")), Answer::Allowed),
        ("ecs:CreateService", with("ecs:enable-execute-command", json!("true")), Answer::Denied),
        ("ecs:CreateService", with("ecs:auto-assign-public-ip", json!("true")), Answer::Denied),
        ("ecs:CreateService", with("ecs:auto-assign-public-ip", json!("false")), Answer::Allowed),
        ("ecs:CreateService", with("ecs:subnet", json!(["subnet-0a1b2c3d", "subnet-open"])), Answer::Denied),
        ("ecs:CreateService", with("ecs:subnet", json!([])), Answer::Denied),
        ("ecs:CreateService", with("ecs:propagate-tags", json!("NONE")), Answer::Denied),
        ("ecs:CreateService", with("ecs:propagate-tags", json!([])), Answer::Denied),
        ("ecs:CreateService", with("ecs:enable-ecs-managed-tags", json!("false")), Answer::Denied),
        ("ecs:CreateService", with("ecs:enable-ecs-managed-tags", json!([])), Answer::Denied),
        ("ecs:CreateService", with("aws:RequestTag/owner", json!([])), Answer::Denied),
        // What a change leaves unsaid stays as it is.
        ("ecs:UpdateService", json!({}), Answer::Allowed),
        ("ecs:UpdateService", json!({"ecs:subnet": ["subnet-open"]}), Answer::Denied),
        ("ecs:UpdateService", json!({"ecs:subnet": ["subnet-0a1b2c3d"]}), Answer::Allowed),
        ("ecs:UpdateService", json!({"ecs:propagate-tags": "NONE"}), Answer::Denied),
        ("ecs:UpdateService", json!({"ecs:enable-execute-command": "true"}), Answer::Denied),
        ("ecs:RegisterTaskDefinition", registered("ecs:privileged", json!("false")), Answer::Allowed),
        ("ecs:RegisterTaskDefinition", registered("ecs:privileged", json!("true")), Answer::Denied),
        ("ecs:RegisterTaskDefinition", registered("ecs:task-cpu", json!("4096")), Answer::Denied),
        ("ecs:RegisterTaskDefinition", registered("ecs:task-cpu", json!([])), Answer::Denied),
        ("ecs:RegisterTaskDefinition", registered("aws:RequestTag/owner", json!([])), Answer::Denied),
        ("ecs:RunTask", json!({}), Answer::Allowed),
        ("ecs:RunTask", json!({"ecs:task-cpu": "4096"}), Answer::Denied),
        ("ecs:ExecuteCommand", json!({}), Answer::Denied),
        ("ecs:UntagResource", json!({"aws:TagKeys": ["other"]}), Answer::Allowed),
        ("ecs:UntagResource", json!({"aws:TagKeys": ["other", "owner"]}), Answer::Denied),
        (
            "ecs:TagResource",
            json!({"aws:RequestTag/owner": "rays", "aws:TagKeys": ["owner"]}),
            Answer::Denied,
        ),
        (
            "ecs:TagResource",
            json!({"aws:RequestTag/owner": "sharks", "aws:TagKeys": ["owner"]}),
            Answer::Allowed,
        ),
        ("ecs:DeleteCluster", json!({}), Answer::Allowed),
    ]
}

#[test]
fn on_paper_the_policies_refuse_what_controls_detect_and_nothing_else() {
    let program = Program::new();
    program.write("params.yaml", &format!("{PARAMS}task_size_not_allowed: {{cpu: [256]}}\n"));
    let policy = |kind: &str, further: &[&str]| {
        let arguments = ["guardrails", kind, "--params", "params.yaml"];
        program.run(arguments.iter().chain(further)).expect(0).json()
    };
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let beside = |policy: &Value| {
        let statements =
            policy["Statement"].as_array().unwrap().iter().chain([&everything]).cloned().collect();
        Account::new(Account::document("2012-10-17", statements))
    };
    let free = || Account::new(Account::document("2012-10-17", vec![everything.clone()]));
    let none = Vec::new();
    let organization = vec![BTreeMap::from([
        ("full".to_owned(), json!({"Version": "2012-10-17", "Statement": [everything]})),
        ("guardrails".to_owned(), policy("scp", &[])),
    ])];
    for (account, levels, is_exempt) in [
        (beside(&policy("iam", &[])), &none, false),
        (free().within(policy("permissions-boundary", &[])), &none, false),
        (free(), &organization, false),
        (beside(&policy("iam", &["--exempt", ROLE])), &none, true),
        (beside(&policy("iam", &["--exempt", "arn:aws:iam::*:role/other"])), &none, false),
    ] {
        for (call, carried, expected) in requests() {
            let (_, action) = reference().action(call).unwrap();
            let mut request = Context::complete();
            for (key, value) in carried.as_object().unwrap() {
                let values = match value {
                    Value::Array(values) => values.iter().map(|it| it.as_str().unwrap().to_owned()).collect(),
                    one => vec![one.as_str().unwrap().to_owned()],
                };
                request.insert(key, values);
            }
            let decision = account.under(levels, |estate| {
                decide(&estate.principal(ROLE).unwrap(), action, &resource(call), &request)
            });
            let expected = if is_exempt { Answer::Allowed } else { expected };
            assert_eq!(decision.answer, expected, "{call} with {carried}: {:?}", decision.path);
        }
    }
}

/// Controls on what principals may do, which the guardrails answer to.
const ANSWERED: [&str; 9] = ["IA02", "IA03", "IA04", "IA05", "IA06", "IA07", "IA08", "IA09", "IA15"];

/// An account in which one role may do everything, with these parts of its document replaced.
fn estate(parts: &[(&str, Value)]) -> Value {
    let everything =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let mut document = json!({
        "version": "1", "account": {"id": "111122223333", "partition": "aws"}, "region": "eu-west-1",
        "taken_at": "2026-11-22T08:00:00Z",
        "iam": {
            "groups": {}, "users": {}, "policies": {},
            "roles": {ROLE: {
                "Arn": ROLE, "RoleName": "tested", "AttachedManagedPolicies": [], "Tags": [],
                "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": everything}],
            }},
        },
        "organizations": {"service_control_policies": {}},
    });
    for (place, value) in parts {
        *document.pointer_mut(place).unwrap() = value.clone();
    }
    for collection in [
        "iam.groups",
        "iam.users",
        "iam.policies",
        "iam.roles",
        "iam.access",
        "organizations.service_control_policies",
    ] {
        document["coverage"][collection] = json!({"status": "complete"});
    }
    document
}

/// The verdicts of some controls on the role, by control, once its access was worked out.
fn verdicts(program: &Program, mut document: Value, controls: &[&str]) -> BTreeMap<String, String> {
    program.write("estate.json", &document.to_string());
    let access = program.run(["access", "--snapshot", "estate.json", "--format", "json"]).expect(0).json();
    document["iam"]["access"] = access["principals"].clone();
    program.write("estate.json", &document.to_string());
    let chosen = controls.iter().flat_map(|control| ["--control", control]);
    let arguments = ["evaluate", "--snapshot", "estate.json", "--params", "all.yaml", "--format", "json"]
        .into_iter()
        .chain(chosen);
    let report = program.run(arguments).expect(0).json();
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    verdicts.map(|verdict| (text(&verdict["control"]), text(&verdict["verdict"]))).collect()
}

#[test]
fn on_paper_the_policies_satisfy_the_controls_on_principals() {
    let program = Program::new();
    program.write(
        "all.yaml",
        &format!("{PARAMS}task_size_not_allowed: {{cpu: [256], memory: [512]}}\ncompatibility_not_allowed: {{allowed: [FARGATE]}}\n"),
    );
    let policy = |kind: &str| program.run(["guardrails", kind, "--params", "all.yaml"]).expect(0).json();
    let before = verdicts(&program, estate(&[]), &ANSWERED);
    assert_eq!(before.len(), ANSWERED.len());
    assert!(before.values().all(|verdict| verdict == "failed"), "{before:?}");

    let boundary = "arn:aws:iam::111122223333:policy/boundary";
    let bounding = json!({"Arn": boundary, "PolicyVersionList": [
        {"VersionId": "v1", "IsDefaultVersion": true, "Document": policy("permissions-boundary")},
    ]});
    let own = estate(&[])["iam"]["roles"][ROLE]["RolePolicyList"][0].clone();
    let beside = json!([own, {"PolicyName": "guardrails", "PolicyDocument": policy("iam")}]);
    let mut bound = estate(&[])["iam"]["roles"].clone();
    bound[ROLE]["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": boundary});
    let attached = |name: &str, content: Value| json!({"PolicySummary": {"Arn": name}, "Content": content});
    let full =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let root = json!({"r-a1b2": {"Id": "r-a1b2", "Policies": [attached("full", full), attached("guardrails", policy("scp"))]}});
    let own_place = format!("/iam/roles/{}/RolePolicyList", ROLE.replace('/', "~1"));
    for (kind, parts) in [
        ("iam", vec![(own_place.as_str(), beside)]),
        ("permissions-boundary", vec![("/iam/roles", bound), ("/iam/policies", json!({boundary: bounding}))]),
        ("scp", vec![("/organizations/service_control_policies", root)]),
    ] {
        let after = verdicts(&program, estate(&parts), &ANSWERED);
        for control in ANSWERED {
            // Nobody may open a session at all.
            let expected = if control == "IA09" { "not_applicable" } else { "passed" };
            assert_eq!(after[control], expected, "{control} under {kind}");
        }
        if kind == "scp" {
            let account = verdicts(&program, estate(&parts), &["IA25"]);
            assert_eq!(account["IA25"], "passed");
        }
    }
}
