//! An AWS on 127.0.0.1 that answers from a script and remembers what it was asked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::{Options, RedactionKey, collect};
use crate::aws::{Limits, Session, testing};
use crate::domain::{CollectionCoverage, Gap};
use crate::snapshot::{Collection, Members, Snapshot};

/// What was asked: the operation, and its parameters.
pub(super) type Asked = (String, Value);

#[derive(Clone, Default)]
struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answers: BTreeMap<String, VecDeque<ResponseTemplate>>,
    asked: Vec<Asked>,
    headers: Vec<BTreeMap<String, String>>,
}

impl Respond for Script {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let header = |name: &str| {
            request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let target = header("x-amz-target");
        let body = std::str::from_utf8(&request.body).unwrap();
        let (operation, parameters) = if let Some(asked) = rest(request) {
            asked
        } else if target.is_empty() {
            let mut form = form(body);
            (form.remove("Action").unwrap(), json!(form))
        } else {
            let operation = target.rsplit('.').next().unwrap().to_owned();
            (operation, serde_json::from_str(body).unwrap())
        };
        let mut state = self.0.lock().unwrap();
        state.asked.push((operation.clone(), parameters));
        state
            .headers
            .push(request.headers.keys().map(|name| (name.to_string(), header(name.as_str()))).collect());
        let answers = state.answers.get_mut(&operation);
        let answers = answers.unwrap_or_else(|| panic!("{operation} is not in the script"));
        // The last answer is given for ever.
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
    }
}

/// What a request asks of a service whose operations are methods and paths.
fn rest(request: &Request) -> Option<Asked> {
    let mut parameters = form(request.url.query().unwrap_or_default());
    if let Ok(Value::Object(input)) = serde_json::from_slice(&request.body) {
        parameters.extend(input.into_iter().map(|(name, value)| (name, value.to_string())));
    }
    let operation = match request.url.path().split('/').collect::<Vec<_>>().as_slice() {
        ["", "schedules"] => "ListSchedules",
        ["", "schedules", name] => {
            parameters.insert("Name".to_owned(), (*name).to_owned());
            "GetSchedule"
        }
        ["", "detector"] => "ListDetectors",
        ["", "detector", _] => "GetDetector",
        ["", "detector", _, "coverage"] => "ListCoverage",
        ["", "2015-02-01", "access-points"] => "DescribeAccessPoints",
        ["", "status", "batch", "get"] => "BatchGetAccountStatus",
        _ => return None,
    };
    Some((operation.to_owned(), json!(parameters)))
}

/// The parameters of a Query request.
fn form(body: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// See the module.
pub(super) struct Aws {
    server: MockServer,
    script: Script,
}

impl Aws {
    pub(super) async fn start() -> Self {
        let script = Script::default();
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(script.clone()).mount(&server).await;
        Self { server, script }
    }

    /// An AWS with one empty cluster, which each test changes to its needs.
    pub(super) async fn with_one_cluster() -> Self {
        let aws = Self::start().await;
        aws.answer("ListClusters", [ok(json!({"clusterArns": [CLUSTER]}))]);
        aws.answer("DescribeClusters", [ok(json!({"clusters": [cluster(json!({}))], "failures": []}))]);
        aws.answer("ListServices", [ok(json!({"serviceArns": []}))]);
        aws.answer("ListTasks", [ok(json!({"taskArns": []}))]);
        aws.answer("ListContainerInstances", [ok(json!({"containerInstanceArns": []}))]);
        aws.answer("ListTaskDefinitions", [ok(json!({"taskDefinitionArns": []}))]);
        aws.answer("ListEventBuses", [ok(json!({"EventBuses": [{"Name": "default"}]}))]);
        aws.answer("ListRules", [ok(json!({"Rules": []}))]);
        aws.answer("ListSchedules", [ok(json!({"Schedules": []}))]);
        aws.answer("ListDaemons", [ok(json!({"daemonSummariesList": []}))]);
        aws
    }

    /// Has an operation answered with these, one after the other; the last for ever.
    pub(super) fn answer(&self, operation: &str, answers: impl IntoIterator<Item = ResponseTemplate>) {
        self.script.0.lock().unwrap().answers.insert(operation.to_owned(), answers.into_iter().collect());
    }

    /// Everything that was asked, in order.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.script.0.lock().unwrap().asked.clone()
    }

    /// The parameters of every request of one operation, in order of arrival.
    pub(super) fn asked_of(&self, operation: &str) -> Vec<Value> {
        self.asked().into_iter().filter(|(name, _)| name == operation).map(|(_, asked)| asked).collect()
    }

    /// A header of the newest request.
    pub(super) fn header(&self, name: &str) -> String {
        self.script.0.lock().unwrap().headers.last().unwrap().get(name).cloned().unwrap_or_default()
    }

    pub(super) fn session(&self) -> Session {
        self.session_with(&testing::limits())
    }

    pub(super) fn session_with(&self, limits: &Limits) -> Session {
        testing::session(&self.server.uri(), limits)
    }

    /// Collects with a session of its own.
    pub(super) async fn collect<const N: usize>(&self, wanted: [Collection; N]) -> Snapshot {
        collect(&self.session(), &BTreeSet::from(wanted), &(), &options()).await
    }
}

pub(super) const CLUSTER: &str = "arn:aws:ecs:eu-central-1:123456789012:cluster/main";

pub(super) fn options() -> Options {
    Options {
        attesting: None,
        taken_at: "2026-11-22T08:00:00Z".parse().unwrap(),
        key: RedactionKey::new([7; 32]),
        last_accessed: Members::new(),
        last_accessed_age: Duration::from_secs(24 * 60 * 60),
    }
}

/// A cluster with further members.
pub(super) fn cluster(further: Value) -> Value {
    with(json!({"clusterArn": CLUSTER, "clusterName": "main", "status": "ACTIVE"}), further)
}

/// An ARN of a service of the cluster.
pub(super) fn service_arn(name: &str) -> String {
    format!("arn:aws:ecs:eu-central-1:123456789012:service/main/{name}")
}

/// An ARN of a task of the cluster.
pub(super) fn task_arn(id: &str) -> String {
    format!("arn:aws:ecs:eu-central-1:123456789012:task/main/{id}")
}

/// An ARN of a task definition.
pub(super) fn definition_arn(name: &str) -> String {
    format!("arn:aws:ecs:eu-central-1:123456789012:task-definition/{name}")
}

/// One object with the members of both.
pub(super) fn with(mut object: Value, further: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    members.extend(further.as_object().unwrap().clone());
    object
}

pub(super) fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub(super) fn text(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(body)
}

pub(super) fn error(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"__type": code, "message": message}))
}

pub(super) fn throttled() -> ResponseTemplate {
    error(400, "ThrottlingException", "Rate exceeded")
}

pub(super) fn denied(action: &str) -> ResponseTemplate {
    let message =
        format!("User: arn:aws:sts::123456789012:assumed-role/a/b is not authorized to perform: {action}");
    error(400, "AccessDeniedException", &message)
}

/// The coverage of a collection that was asked for.
pub(super) fn covered(snapshot: &Snapshot, collection: Collection) -> CollectionCoverage {
    snapshot.coverage.0.get(&collection).unwrap_or_else(|| panic!("{collection} is not covered")).clone()
}

/// The one gap of a collection.
pub(super) fn the_gap(snapshot: &Snapshot, collection: Collection) -> Gap {
    let mut gaps = covered(snapshot, collection).gaps;
    assert_eq!(gaps.len(), 1, "{gaps:#?}");
    gaps.remove(0)
}

/// One member as JSON.
pub(super) fn member(snapshot: &Snapshot, collection: Collection, key: &str) -> Value {
    let body = snapshot.member(collection, key).unwrap_or_else(|| panic!("{collection} has no {key}"));
    serde_json::from_str(body.get()).unwrap()
}

/// The keys of a collection.
pub(super) fn keys(snapshot: &Snapshot, collection: Collection) -> Vec<String> {
    snapshot.members(collection).map(|(key, _)| key.to_owned()).collect()
}
