//! What principals may do, against tables of cases with their sources.

mod properties;
pub(crate) mod support;

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tidewaiter::access::{Answer, Bound, Context, decide, reference};

use self::support::{Account, ROLE};
use crate::support::emulator::Emulator;
use crate::support::program::{Program, project};

const TASK_DEFINITION: &str = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:1";
const SERVICE: &str = "arn:aws:ecs:eu-west-1:111122223333:service/web/api";

fn table<T: DeserializeOwned>(name: &str) -> T {
    let text = fs::read_to_string(project("tests/fixtures/access").join(name)).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// One value or several, or none.
fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    }
}

fn request(with: &BTreeMap<String, Value>, unknown: &[String]) -> Context {
    let mut request = Context::complete();
    with.iter().for_each(|(key, value)| request.insert(key, values(value)));
    unknown.iter().for_each(|key| request.forget(key));
    request
}

#[derive(Deserialize)]
struct Group {
    source: String,
    #[serde(default = "run_task")]
    action: String,
    condition: BTreeMap<String, BTreeMap<String, Value>>,
    key: Option<String>,
    version: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, Value>,
    rows: Vec<(Value, String)>,
}

fn run_task() -> String {
    "ecs:RunTask".to_owned()
}

/// What a request for an action is about.
pub(crate) fn resource(action: &str) -> Vec<String> {
    let action = reference().action(action).unwrap().1;
    let id = |name: &str| match name {
        "ecs:task-definition" => TASK_DEFINITION.to_owned(),
        "ecs:service" => SERVICE.to_owned(),
        "ecs:task" => "arn:aws:ecs:eu-west-1:111122223333:task/web/1".to_owned(),
        other => format!("arn:aws:ecs:eu-west-1:111122223333:{}/web", other.split_once(':').unwrap().1),
    };
    action.requires.iter().map(|name| id(name)).collect()
}

#[test]
fn every_operator_answers_as_its_page_says() {
    let mut n_cases = 0;
    let mut wrong = Vec::new();
    for group in table::<Vec<Group>>("conditions.yaml") {
        let first = group.condition.values().next().unwrap().keys().next().unwrap();
        let key = group.key.as_ref().unwrap_or(first);
        let version = group.version.as_deref().unwrap_or("2012-10-17");
        for (carried, holds) in &group.rows {
            let (allowing, denying) = match holds.as_str() {
                "yes" => (Answer::Allowed, Answer::Denied),
                "no" => (Answer::Denied, Answer::Allowed),
                "open" => (Answer::Unknown, Answer::Unknown),
                other => panic!("{other}"),
            };
            for (effect, expected) in [("Allow", allowing), ("Deny", denying)] {
                let mut statements = vec![
                    json!({"Effect": effect, "Action": group.action, "Resource": "*", "Condition": group.condition}),
                ];
                if effect == "Deny" {
                    statements.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
                }
                let account = Account::new(Account::document(version, statements));
                let mut with = group.with.clone();
                if !carried.is_null() {
                    with.insert(key.clone(), carried.clone());
                }
                let action = reference().action(&group.action).unwrap().1;
                let answer = account.with(|estate| {
                    let principal = estate.principal(ROLE).unwrap();
                    decide(&principal, action, &resource(&group.action), &request(&with, &[])).answer
                });
                n_cases += 1;
                if answer != expected {
                    wrong.push(format!(
                        "{}: {} {:?} with {carried}: {answer:?}, expected {expected:?}",
                        group.source, effect, group.condition
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(n_cases >= 500, "{n_cases} cases");
}

#[derive(Deserialize)]
struct Binds {
    source: String,
    action: String,
    allow: Value,
    #[serde(default)]
    deny: Vec<Value>,
    #[serde(default)]
    binds: BTreeMap<String, Option<String>>,
    #[serde(default)]
    void: Vec<String>,
    #[serde(default)]
    absent: bool,
}

/// A binding as the tables write it.
fn written(bound: &Bound) -> String {
    let binding = serde_json::to_value(bound.binding).unwrap().as_str().unwrap().to_owned();
    match (&bound.one_of, &bound.none_of) {
        (Some(texts), _) => format!("{binding}: {}", texts.join(", ")),
        (None, Some(texts)) => format!("{binding}: not {}", texts.join(", ")),
        (None, None) => binding,
    }
}

#[test]
fn every_key_is_bound_as_its_conditions_bind_it() {
    let cases = table::<Vec<Binds>>("bindings.yaml");
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let statement = |effect: &str, condition: &Value| {
            let mut statement = json!({"Effect": effect, "Action": case.action, "Resource": "*"});
            if condition.as_object().is_some_and(|condition| !condition.is_empty()) {
                statement["Condition"] = condition.clone();
            }
            statement
        };
        let denials = case.deny.iter().map(|condition| statement("Deny", condition));
        let statements = [statement("Allow", &case.allow)].into_iter().chain(denials).collect();
        let account = Account::new(Account::document("2012-10-17", statements));
        let access = account.with(|estate| {
            let principal = estate.principal(ROLE).unwrap();
            estate.access(&principal)
        });
        let granted = access.actions.get(&case.action);
        let grants = access.of(&case.action).collect::<Vec<_>>();
        if case.absent != grants.is_empty() {
            wrong.push(format!("{}: {:?} {:?}: {} grants", case.source, case.allow, case.deny, grants.len()));
        }
        for (key, expected) in &case.binds {
            let bound = grants.first().and_then(|grant| grant.keys.get(key)).map(written);
            let is_free = granted.is_some_and(|granted| granted.not_constrained.contains(key));
            let found = bound.or_else(|| is_free.then(|| "not_constrained".to_owned()));
            if found != *expected {
                wrong.push(format!("{}: {key} is {found:?}, expected {expected:?}", case.source));
            }
        }
        let void = granted
            .map(|granted| granted.void.iter().filter_map(|void| void.key.clone()).collect::<Vec<_>>());
        if !case.void.is_empty() && void != Some(case.void.clone()) {
            wrong.push(format!("{}: {void:?} never applies, expected {:?}", case.source, case.void));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[derive(Deserialize)]
struct Request {
    source: String,
    version: Option<String>,
    policies: Vec<Value>,
    boundary: Option<Vec<Value>>,
    #[serde(default)]
    levels: Vec<Vec<Value>>,
    #[serde(default)]
    with: BTreeMap<String, Value>,
    #[serde(default)]
    unknown: Vec<String>,
    action: String,
    #[serde(default)]
    on: Value,
    answer: String,
}

#[test]
fn every_request_is_answered_as_its_page_says() {
    let cases = table::<Vec<Request>>("decisions.yaml");
    assert!(cases.len() >= 75, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let version = case.version.as_deref().unwrap_or("2012-10-17");
        let mut account = Account::new(Account::document(version, case.policies.clone()));
        if let Some(boundary) = &case.boundary {
            account = account.within(Account::document(version, boundary.clone()));
        }
        let levels = case.levels.iter().map(|level| {
            let documents = level.iter().enumerate().map(|(number, statement)| {
                (format!("scp-{number}"), Account::document(version, vec![statement.clone()]))
            });
            documents.collect::<BTreeMap<_, _>>()
        });
        let resources = values(&case.on).into_iter().map(|on| match on.as_str() {
            "td" => TASK_DEFINITION.to_owned(),
            "service" => SERVICE.to_owned(),
            "role" => "arn:aws:iam::111122223333:role/task".to_owned(),
            _ => on,
        });
        let action = reference().action(&case.action).unwrap().1;
        let decision = account.under(&levels.collect::<Vec<_>>(), |estate| {
            let principal = estate.principal(ROLE).unwrap();
            decide(&principal, action, &resources.collect::<Vec<_>>(), &request(&case.with, &case.unknown))
        });
        let answer = serde_json::to_value(decision.answer).unwrap();
        if answer != case.answer {
            wrong.push(format!("{}: {answer}, expected {}: {:?}", case.source, case.answer, decision.path));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_command_says_who_may_do_what_and_by_which_statement() {
    let program = Program::new();
    let run =
        |arguments: &[&str], exit| program.run(["access", "--example"].iter().chain(arguments)).expect(exit);

    let table = run(&["--principal", "deploy-pipeline", "--action", "ecs:*Service"], 0).stdout;
    assert!(table.contains("ecs:CreateService") && table.contains("ecs:auto-assign-public-ip"), "{table}");
    assert!(!table.contains("iam:PassRole") && !table.contains('\u{1b}'), "{table}");

    let asked =
        ["--principal", "deploy-pipeline", "--can", "ecs:updateservice", "--on", "service/payments/api"];
    let told = run(&asked, 3).stdout;
    assert!(
        told.contains("may allow it on") && told.contains("depending on `ecs:auto-assign-public-ip`"),
        "{told}"
    );
    let with = ["--with", "ecs:auto-assign-public-ip=false", "--with", "ecs:enable-execute-command=false"];
    let told = run(&[asked.as_slice(), &with].concat(), 0).stdout;
    assert!(told.contains("allowed arn:aws:iam::111122223333:role/deploy-pipeline"), "{told}");
    let told = run(
        &[asked.as_slice(), &["--with", "ecs:enable-execute-command=true", "--format", "json"]].concat(),
        0,
    );
    let told = serde_json::from_str::<Value>(&told.stdout).unwrap();
    let answer = &told["principals"]["arn:aws:iam::111122223333:role/deploy-pipeline"];
    assert_eq!(answer["answer"], "denied");
    assert_eq!(answer["path"][0]["says"], "nothing in identity policies allows it");
    assert_eq!((&told["version"], &told["action"]), (&json!("1"), &json!("ecs:UpdateService")));
}

#[test]
fn who_may_do_what_to_a_service_is_one_question() {
    let program = Program::new();
    let run =
        |arguments: &[&str], exit| program.run(["access", "--example"].iter().chain(arguments)).expect(exit);
    let service = "service/storefront/web";
    let told = run(&["--on", service, "--format", "json"], 0).json();
    let of = |name: &str| told["principals"][format!("arn:aws:iam::111122223333:{name}")].clone();
    assert_eq!(told["resource"], "arn:aws:ecs:eu-central-1:111122223333:service/storefront/web");
    assert_eq!(of("user/feed-importer"), json!({"allowed": ["ecs:UpdateService"], "unknown": []}));
    assert_eq!(of("role/node-release"), json!({"allowed": [], "unknown": ["ecs:CreateService"]}));
    assert_eq!(of("role/tidewaiter"), Value::Null, "reading changes nothing");
    let told = run(&["--on", service, "--action", "ecs:Describe*", "--format", "json"], 0).json();
    assert_eq!(
        told["principals"]["arn:aws:iam::111122223333:role/tidewaiter"]["allowed"],
        json!(["ecs:DescribeServices"])
    );
    let table =
        run(&["--on", service, "--principal", "feed-importer", "--principal", "ecs-execution"], 0).stdout;
    assert!(
        table.contains("ecs:UpdateService") && table.contains("1 of 2 principals may do nothing"),
        "{table}"
    );
    for (arguments, says) in [
        (
            vec!["--on", service, "--action", "ecs:RunTask"],
            "none of the actions acts on `service/storefront/web`",
        ),
        (vec!["--on", service, "--on", "service/batch/x"], "name it with --can"),
    ] {
        let error = run(&arguments, 2).stderr;
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_workload_stands_for_its_roles() {
    let program = Program::new();
    let run = |name: &str, exit| {
        program.run(["access", "--example", "--format", "json", "--principal", name]).expect(exit)
    };
    let roles = |name: &str| {
        let told = run(name, 0).json();
        let arns = told["principals"].as_object().unwrap().keys();
        arns.map(|arn| arn.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(roles("service/storefront/web"), ["ecs-execution", "web-task"]);
    assert_eq!(
        roles("arn:aws:ecs:eu-central-1:111122223333:service/storefront/web"),
        ["ecs-execution", "web-task"]
    );
    assert_eq!(roles("task-definition/cart-api"), ["cart-api-task", "ecs-execution"]);
    let error = run("service/storefront/wbe", 2).stderr;
    assert!(error.contains("did you mean `service/storefront/web`?"), "{error}");
    program.write(
        "estate.json",
        &json!({
            "version": "1", "account": {"id": "111122223333", "partition": "aws"}, "region": "eu-west-1",
            "taken_at": "2026-11-22T08:00:00Z",
            "iam": {"groups": {}, "policies": {}, "roles": {}, "users": {}},
            "ecs": {
                "services": {"arn:aws:ecs:eu-west-1:111122223333:service/a/b": {"taskDefinition": "td:1"}},
                "task_definitions": {"arn:aws:ecs:eu-west-1:111122223333:task-definition/bare:1": {}},
            },
        })
        .to_string(),
    );
    for (name, says) in [
        ("service/a/b", "the task definition `td:1` was not read"),
        ("task-definition/bare:1", "no role of `task-definition/bare:1` is known"),
        ("task/a/1", "the snapshot holds no `ecs.tasks`"),
    ] {
        let ran = program.run(["access", "--snapshot", "estate.json", "--principal", name]).expect(2);
        assert!(ran.stderr.contains(says), "{name}: {}", ran.stderr);
    }
}

#[test]
fn the_example_estate_holds_what_its_policies_allow() {
    let told = Program::new().run(["access", "--example", "--format", "json"]).expect(0).json();
    let estate = std::fs::read_to_string(project("examples/estate.json")).unwrap();
    let estate = serde_json::from_str::<Value>(&estate).unwrap();
    for (arn, access) in told["principals"].as_object().unwrap() {
        assert_eq!(&estate["iam"]["access"][arn], access, "{arn}: put this into iam.access");
    }
    assert_eq!(
        estate["iam"]["access"].as_object().unwrap().len(),
        told["principals"].as_object().unwrap().len()
    );
}

#[test]
fn a_question_with_a_mistake_is_refused_with_the_way_out() {
    let program = Program::new();
    program.write(
        "empty.json",
        &json!({
            "version": "1", "account": {"id": "111122223333", "partition": "aws"}, "region": "eu-west-1",
            "taken_at": "2026-11-22T08:00:00Z",
        })
        .to_string(),
    );
    for (arguments, says) in [
        (vec!["--example", "--action", "ecs:RunTsk"], "did you mean `ecs:RunTask`?"),
        (vec!["--example", "--can", "ecs:RunTasks"], "did you mean `ecs:RunTask`?"),
        (vec!["--example", "--principal", "deploy-pipelin"], "did you mean `deploy-pipeline`?"),
        (
            vec!["--example", "--can", "ecs:RunTask", "--on", "service/a/b"],
            "it acts on `ecs:task-definition`",
        ),
        (vec!["--example", "--can", "ecs:ListClusters", "--on", "cluster/a"], "leave --on out"),
        (vec!["--snapshot", "empty.json"], "the snapshot holds no `iam.groups`"),
    ] {
        let error = program.run(["access"].iter().chain(&arguments)).expect(2).stderr;
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
}

#[test]
fn what_aws_answers_says_who_may_do_what_and_what_is_denied_is_named() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    let ask = |arguments: &[&str], exit| {
        program.run(["access", "--rate", "1000", "--attempts", "2"].iter().chain(arguments)).expect(exit)
    };
    let found = ask(&["--format", "json"], 0).json();
    assert_eq!(found["service_control_policies"], "considered");
    let of = |name: &str| {
        let principals = found["principals"].as_object().unwrap();
        principals
            .iter()
            .find(|(arn, _)| arn.ends_with(name))
            .unwrap_or_else(|| panic!("no {name}: {found}"))
            .1
            .clone()
    };
    // Through a group, inline, attached, and within a boundary that allows more than the role has.
    let grant = |name: &str, action: &str| {
        let access = of(name);
        let place = access["actions"][action]["grants"][0]
            .as_u64()
            .unwrap_or_else(|| panic!("no {action}: {access}"));
        access["grants"][usize::try_from(place).unwrap()].clone()
    };
    let exec = grant(":user/ada", "ecs:ExecuteCommand");
    assert_eq!((&exec["through"], &exec["policy"]), (&json!("group_inline"), &json!("exec")));
    assert_eq!(grant(":user/ci", "ecs:UpdateService")["keys"]["aws:SourceIp"]["binding"], "required");
    assert_eq!(of(":user/ci")["actions"].get("ecs:DeleteCluster"), None);
    assert_eq!(grant(":role/admin", "ecs:DeleteCluster")["through"], "attached");
    assert_eq!(of(":role/admin")["actions"].get("ecs:PutAttributes"), None, "the organization forbids it");
    assert!(of(":role/orders")["boundary"].as_str().unwrap().ends_with(":policy/limits"));
    assert_eq!(of(":role/orders")["actions"], json!({}));
    assert_eq!(grant(":role/deployer", "iam:PassRole")["resources"], json!(["*"]));

    let service = names["services"]["orders"].as_str().unwrap();
    let can = |principal: &str| {
        let arguments =
            ["--principal", principal, "--can", "ecs:UpdateService", "--on", service, "--format", "json"];
        ask(&arguments, 0).stdout
    };
    assert!(can("deployer").contains("\"allowed\""), "{}", can("deployer"));
    assert!(can("ada").contains("\"denied\""), "{}", can("ada"));

    let put = ["--principal", "admin", "--can", "ecs:PutAttributes", "--on", "container-instance/harbour/1"];
    let forbidden = ask(&put, 0).stdout;
    assert!(forbidden.contains("p-harbour1 #0 KeepAttributes (service control)"), "{forbidden}");

    // Who may not read them is told what IAM alone allows, and that it is told so.
    emulator.faults(json!([{"match": {"operation": "organizations:ListParents"}, "kind": "denied"}]));
    let unseen = ask(&put, 0);
    assert!(unseen.stdout.contains("service control policies are not known"), "{}", unseen.stdout);
    assert!(unseen.stdout.starts_with("ecs:PutAttributes") && unseen.stdout.contains("allowed"));
    assert!(unseen.stderr.contains("organizations:ListParents"), "{}", unseen.stderr);
    emulator.faults(json!([{"match": {"operation": "organizations:ListParents"}, "kind": "server"}]));
    ask(&put, 3);

    emulator
        .faults(json!([{"match": {"operation": "iam:GetAccountAuthorizationDetails"}, "kind": "denied"}]));
    let refused = ask(&[], 3);
    let said = format!("{}{}", refused.stdout, refused.stderr);
    assert!(said.contains("iam:GetAccountAuthorizationDetails"), "{said}");
}
