//! Security Hub over HTTP: exact requests, batches, refusals and faults.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use aws_sdk_securityhub::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;
use crate::domain::{Control, FindingId, Outcome};
use crate::ledger::{Counts, Ledger, PassOutcome};
use crate::publish::asff::Format;
use crate::publish::asff::valid::problem;
use crate::reconcile::testing::{control, finding, scope};
use crate::reconcile::{
    Answer, Desired, Looked, Observed, Plan, Records, Settings as PlanSettings, Target, WriteOutcome,
    default_heartbeat, plan, verify,
};

/// Security Hub as far as its rules matter here: aws-api's "Update semantics", batches, and a hub that can be off.
#[derive(Debug, Default)]
struct Hub {
    findings: BTreeMap<String, Value>,
    is_off: bool,
    /// Ids that are refused, with how often.
    refused: BTreeMap<String, usize>,
    batches: Vec<usize>,
    moved_creations: usize,
    ignored: usize,
}

/// One page of findings.
const PAGE: usize = 7;

#[derive(Debug, Clone, Default)]
struct Service(Arc<Mutex<Hub>>);

impl Service {
    fn with<T>(&self, work: impl FnOnce(&mut Hub) -> T) -> T {
        work(&mut self.0.lock().unwrap())
    }
}

impl Respond for Service {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.with(|hub| match request.url.path() {
            "/accounts" if hub.is_off => refusal(401, "InvalidAccessException", "not subscribed"),
            "/accounts" => ok(&json!({"HubArn": "arn:hub"})),
            "/findings/import" => ok(&import(hub, &request.body)),
            "/findings" => ok(&read(hub, &request.body)),
            other => panic!("{other}"),
        })
    }
}

fn import(hub: &mut Hub, body: &[u8]) -> Value {
    let body = serde_json::from_slice::<Value>(body).unwrap();
    let findings = body["Findings"].as_array().unwrap();
    hub.batches.push(findings.len());
    let mut failed = Vec::new();
    for finding in findings {
        assert_eq!(problem(&finding.to_string()), None);
        let id = finding["Id"].as_str().unwrap().to_owned();
        if hub.is_off {
            failed.push(json!({"Id": id, "ErrorCode": "InvalidAccess", "ErrorMessage": "off"}));
            continue;
        }
        if let Some(times) = hub.refused.get_mut(&id).filter(|times| **times > 0) {
            *times -= 1;
            failed.push(json!({"Id": id, "ErrorCode": "InvalidInput", "ErrorMessage": "too blue"}));
            continue;
        }
        let known = hub.findings.get(&id);
        if known.is_some_and(|known| known["UpdatedAt"].as_str() >= finding["UpdatedAt"].as_str()) {
            hub.ignored += 1;
            continue;
        }
        if known.is_some_and(|known| known["CreatedAt"] != finding["CreatedAt"]) {
            hub.moved_creations += 1;
        }
        hub.findings.insert(id, finding.clone());
    }
    json!({"FailedCount": failed.len(), "SuccessCount": findings.len() - failed.len(), "FailedFindings": failed})
}

fn read(hub: &Hub, body: &[u8]) -> Value {
    let body = serde_json::from_slice::<Value>(body).unwrap();
    let filters = &body["Filters"];
    assert_eq!(filters["ProductArn"], json!([{"Value": scope().product_arn(), "Comparison": "EQUALS"}]));
    if let Some(ids) = filters["Id"].as_array() {
        assert!(ids.len() <= 20);
        assert_eq!(filters["WorkflowStatus"], json!([{"Value": "SUPPRESSED", "Comparison": "EQUALS"}]));
        let is_asked = |finding: &&Value| ids.iter().any(|id| id["Value"] == finding["Id"]);
        let suppressed =
            hub.findings.values().filter(|finding| finding["Workflow"]["Status"] == "SUPPRESSED");
        return json!({"Findings": suppressed.filter(is_asked).collect::<Vec<_>>()});
    }
    assert_eq!(filters["GeneratorId"], json!([{"Value": "tidewaiter/", "Comparison": "PREFIX"}]));
    assert_eq!(body["MaxResults"], 100);
    let from = body["NextToken"].as_str().map_or(0, |token| token.parse::<usize>().unwrap());
    let page = hub.findings.values().skip(from).take(PAGE).collect::<Vec<_>>();
    let next = (from + PAGE < hub.findings.len()).then(|| (from + PAGE).to_string());
    json!({"Findings": page, "NextToken": next})
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn refusal(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .insert_header("x-amzn-errortype", code)
        .set_body_json(json!({"Code": code, "Message": message}))
}

/// A hub that answers from memory, and its service.
async fn hub() -> (MockServer, Service, SecurityHub) {
    let (server, service) = (MockServer::start().await, Service::default());
    Mock::given(wiremock::matchers::any()).respond_with(service.clone()).mount(&server).await;
    let client = client(&server);
    (server, service, client)
}

fn client(server: &MockServer) -> SecurityHub {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(server.uri())
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "tests",
        )))
        .build();
    let fast = Rate { per_second: 1e6, burst: 1000 };
    let settings = Settings {
        imports: fast,
        reads: fast,
        attempts: 3,
        backoff: Duration::from_millis(1),
        ..Settings::default()
    };
    SecurityHub::new(&config, scope(), settings)
}

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn the_control() -> Arc<Control> {
    control("SV01", "aws-baseline")
}

fn id(number: usize) -> FindingId {
    FindingId::of(&the_control().id, &format!("arn:{number:04}"))
}

fn desired(n_services: usize) -> Vec<Desired> {
    let findings = (0..n_services)
        .map(|number| finding(&the_control(), &format!("arn:{number:04}"), Outcome::Passed))
        .collect();
    Format::new(scope()).desired(findings).unwrap()
}

fn plan_of(desired: &[Desired], recorded: &Records, now: Timestamp) -> Plan {
    let looked = Looked { control: the_control(), evaluated: Ok(()), listed: Ok(()) };
    let observed = Observed::new(["aws-baseline"], [looked], &[]);
    let settings = PlanSettings { target: Target::SecurityHub, heartbeat: default_heartbeat() };
    let plan = plan(desired, recorded, &observed, &scope(), now, settings);
    assert_eq!(verify(&plan, desired, recorded, &observed, &scope()), Ok(()));
    plan
}

async fn execute(client: &SecurityHub, plan: &Plan) -> Result<Vec<WriteOutcome>, Error> {
    client.execute(plan, |_| Ok::<_, Infallible>(())).await
}

#[tokio::test]
async fn a_plan_is_sent_in_hundreds_as_valid_asff() {
    let (server, service, client) = hub().await;
    client.check().await.unwrap();
    let plan = plan_of(&desired(250), &Records::new(), noon());
    let outcomes = execute(&client, &plan).await.unwrap();
    assert_eq!(outcomes.len(), 250);
    assert!(outcomes.iter().all(|outcome| outcome.answer == Answer::Accepted));
    assert!(outcomes.is_sorted_by_key(|outcome| outcome.id.clone()));
    let mut batches = service.with(|hub| hub.batches.clone());
    batches.sort_unstable();
    assert_eq!(batches, [50, 100, 100]);
    assert_eq!(client.calls(), BTreeMap::from([("BatchImportFindings", 3), ("DescribeHub", 1)]));
    for request in server.received_requests().await.unwrap() {
        let signed = request.headers["authorization"].to_str().unwrap();
        assert!(signed.contains("/eu-central-1/securityhub/aws4_request"), "{signed}");
        let length = request.headers.get("content-length").map_or("0", |length| length.to_str().unwrap());
        let length = length.parse::<usize>().unwrap();
        assert_eq!(length, request.body.len());
    }
}

#[tokio::test]
async fn a_batch_stays_below_six_megabytes() {
    let (_server, service, client) = hub().await;
    let findings = (0..60).map(|number| {
        let mut finding = finding(&the_control(), &format!("arn:{number:04}"), Outcome::Passed);
        let subnets = (0..5000).map(|n| format!("subnet-{n:030}")).collect::<Vec<_>>();
        let body = json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets}}});
        finding.body = Some(Arc::from(body.to_string()));
        finding
    });
    let desired = Format::new(scope()).desired(findings.collect()).unwrap();
    execute(&client, &plan_of(&desired, &Records::new(), noon())).await.unwrap();
    let mut batches = service.with(|hub| hub.batches.clone());
    batches.sort_unstable();
    assert_eq!((batches.len(), batches.iter().sum::<usize>()), (3, 60), "{batches:?}");
}

#[tokio::test]
async fn a_refused_finding_is_tried_on_its_own_and_then_reported() {
    let (_server, service, client) = hub().await;
    service.with(|hub| {
        hub.refused = [(id(3).to_string(), 1), (id(7).to_string(), 9)].into();
    });
    let outcomes = execute(&client, &plan_of(&desired(10), &Records::new(), noon())).await.unwrap();
    let refused = outcomes
        .iter()
        .filter_map(|outcome| match &outcome.answer {
            Answer::Refused(refusal) => Some((outcome.id.clone(), refusal.to_string())),
            _ => None,
        })
        .collect::<Vec<_>>();
    assert_eq!(refused, [(id(7), "InvalidInput: too blue".to_owned())]);
    assert_eq!(service.with(|hub| hub.batches.clone()), [10, 1, 1]);
    assert_eq!(service.with(|hub| hub.findings.len()), 9);
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_is_halved_until_the_culprit_stands_alone() {
    let (server, service) = (MockServer::start().await, Service::default());
    let inner = service.clone();
    Mock::given(path("/findings/import"))
        .respond_with(move |request: &Request| {
            let text = String::from_utf8_lossy(&request.body);
            if text.contains(id(5).as_str()) {
                return refusal(400, "InvalidInputException", "Findings: one of them");
            }
            inner.respond(request)
        })
        .mount(&server)
        .await;
    let outcomes = execute(&client(&server), &plan_of(&desired(8), &Records::new(), noon())).await.unwrap();
    let refused = outcomes.iter().filter(|outcome| outcome.answer != Answer::Accepted).collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].id, id(5));
    assert!(
        matches!(&refused[0].answer, Answer::Refused(refusal) if refusal.code == "InvalidInputException")
    );
    assert_eq!(service.with(|hub| hub.findings.len()), 7);
}

#[tokio::test]
async fn a_hub_that_is_off_is_one_error_that_says_what_to_enable() {
    let (_server, service, client) = hub().await;
    service.with(|hub| hub.is_off = true);
    let error = client.check().await.unwrap_err();
    let told =
        "Security Hub CSPM is not enabled in account 111122223333 in eu-central-1 (InvalidAccessException)";
    assert_eq!(error.to_string(), told);
    assert!(error.help().unwrap().contains("--no-enable-default-standards --region eu-central-1"));
    let error = execute(&client, &plan_of(&desired(3), &Records::new(), noon())).await.unwrap_err();
    assert!(matches!(error, Error::NotEnabled { .. }), "{error:?}");
    assert_eq!(service.with(|hub| hub.batches.clone()), [3]);
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(refusal(403, "AccessDeniedException", "User: x is not authorized"))
        .mount(&server)
        .await;
    let client = client(&server);
    let error = client.check().await.unwrap_err();
    assert!(error.help().unwrap().contains("securityhub:DescribeHub on arn:aws:securityhub:"), "{error}");
    let error = execute(&client, &plan_of(&desired(3), &Records::new(), noon())).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "securityhub:BatchImportFindings was denied in account 111122223333 in eu-central-1: User: x is not authorized"
    );
    assert_eq!(
        error.help().unwrap(),
        "allow securityhub:BatchImportFindings on \
         arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default"
    );
    let error = client.read().await.unwrap_err();
    assert!(error.help().unwrap().contains("securityhub:GetFindings on arn:aws:securityhub:"), "{error}");
}

#[tokio::test]
async fn throttles_are_waited_for_and_in_the_end_reported_finding_by_finding() {
    let (server, service) = (MockServer::start().await, Service::default());
    Mock::given(method("POST"))
        .respond_with(refusal(429, "LimitExceededException", "slow down"))
        .up_to_n_times(2)
        .mount(&server)
        .await;
    Mock::given(method("POST")).respond_with(service.clone()).mount(&server).await;
    let plan = plan_of(&desired(3), &Records::new(), noon());
    let outcomes = execute(&client(&server), &plan).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.answer == Answer::Accepted));

    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(refusal(429, "LimitExceededException", "slow down"))
        .mount(&server)
        .await;
    let outcomes = execute(&client(&server), &plan).await.unwrap();
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.iter().all(|outcome| matches!(outcome.answer, Answer::Refused(_))), "{outcomes:?}");
    assert_eq!(server.received_requests().await.unwrap().len(), 3, "attempts are bounded");
}

#[tokio::test]
async fn an_answer_that_does_not_account_for_each_finding_is_no_answer() {
    let bodies = [
        "",
        "{}",
        "{\"FailedCount\":0,",
        r#"{"FailedCount":0,"SuccessCount":2,"FailedFindings":[]}"#,
        r#"{"FailedCount":1,"SuccessCount":2,"FailedFindings":[]}"#,
        r#"{"FailedCount":1,"SuccessCount":2,"FailedFindings":[{"Id":"x"}]}"#,
    ];
    for body in bodies {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(200).set_body_string(body))
            .mount(&server)
            .await;
        let outcomes =
            execute(&client(&server), &plan_of(&desired(3), &Records::new(), noon())).await.unwrap();
        assert!(
            outcomes.iter().all(|outcome| matches!(outcome.answer, Answer::Missing(_))),
            "{body}: {outcomes:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_is_asked_for_once_more() {
    let (server, service) = (MockServer::start().await, Service::default());
    let broken = ResponseTemplate::new(200).set_body_string("{\"Failed");
    Mock::given(method("POST")).respond_with(broken).up_to_n_times(1).mount(&server).await;
    Mock::given(method("POST")).respond_with(service.clone()).mount(&server).await;
    let outcomes = execute(&client(&server), &plan_of(&desired(3), &Records::new(), noon())).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.answer == Answer::Accepted), "{outcomes:?}");
}

#[tokio::test]
async fn a_hub_that_does_not_answer_is_given_up_after_three_batches() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(refusal(500, "InternalException", "oops")).mount(&server).await;
    let plan = plan_of(&desired(2000), &Records::new(), noon());
    let error = execute(&client(&server), &plan).await.unwrap_err();
    assert!(matches!(&error, Error::Failed { code, .. } if code == "InternalException"), "{error:?}");
    let n_requests = server.received_requests().await.unwrap().len();
    assert!(n_requests < 30, "{n_requests}");
}

#[tokio::test]
async fn a_lost_ledger_is_restored_from_security_hub() {
    let (_server, service, client) = hub().await;
    let first = desired(20);
    execute(&client, &plan_of(&first, &Records::new(), noon())).await.unwrap();
    // Somebody else's finding under the account's default product, and one that only looks like ours.
    service.with(|hub| {
        let mut foreign = hub.findings.values().next().unwrap().clone();
        foreign["Id"] = json!("prowler-1");
        hub.findings.insert("a".to_owned(), foreign);
    });
    let restored = client.read().await.unwrap();
    assert_eq!(restored.len(), 20);
    let records = restored.into_iter().map(|one| (one.id.clone(), one)).collect::<Records>();
    let later = noon() + SignedDuration::from_hours(1);
    assert!(plan_of(&first, &records, later).is_empty());
    let fewer = plan_of(&first[..19], &records, later);
    execute(&client, &fewer).await.unwrap();
    let archived = service.with(|hub| hub.findings[id(19).as_str()].clone());
    assert_eq!(archived["RecordState"], "ARCHIVED");
    assert_eq!(archived["CreatedAt"], "2026-11-22T12:00:00.000Z");
    let again = client.read().await.unwrap();
    assert_eq!(again.iter().filter(|one| !one.current.is_active()).count(), 1);
}

#[tokio::test]
async fn what_a_person_suppressed_is_known_before_anything_is_put_right() {
    let (_server, service, client) = hub().await;
    execute(&client, &plan_of(&desired(50), &Records::new(), noon())).await.unwrap();
    service.with(|hub| {
        for number in [2, 30, 31] {
            let finding = hub.findings.get_mut(id(number).as_str()).unwrap();
            finding["Workflow"] = json!({"Status": "SUPPRESSED"});
        }
    });
    let asked = (0..45).filter(|number| *number != 31).map(id).collect::<Vec<_>>();
    assert_eq!(client.suppressed(&asked).await.unwrap(), [id(2), id(30)].into());
    assert_eq!(client.calls()["GetFindings"], 3);
}

#[tokio::test]
async fn an_incomplete_read_is_an_error_and_never_a_part() {
    for body in [
        "",
        "{}",
        r#"{"Findings": [{"Id": "tidewaiter/SV01/x"}]}"#,
        r#"{"Findings": [], "NextToken": "same"}"#,
    ] {
        let server = MockServer::start().await;
        Mock::given(path("/findings"))
            .respond_with(ResponseTemplate::new(200).set_body_string(body))
            .mount(&server)
            .await;
        assert!(client(&server).read().await.is_err(), "{body}");
    }
}

#[tokio::test]
async fn a_publishing_that_dies_anywhere_is_made_good_by_the_next() {
    let (_server, service, client) = hub().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ledger.db");
    let wanted = desired(330);
    for n_batches in 0..5 {
        let now = noon() + SignedDuration::from_mins(n_batches);
        let mut ledger = Ledger::open(&file, &scope(), now).unwrap();
        let pass = ledger.begin(now, &[]).unwrap();
        let plan = plan_of(&wanted, &ledger.recorded().unwrap(), now);
        ledger.intend(pass, &plan).unwrap();
        let mut n_recorded = 0;
        // The process dies after some answers came in and before they were recorded.
        let _ = client
            .execute(&plan, |outcomes| {
                n_recorded += 1;
                if n_recorded > n_batches {
                    return Err(std::io::Error::other("killed"));
                }
                ledger.settle(pass, outcomes).map_err(std::io::Error::other)
            })
            .await;
    }
    let mut ledger = Ledger::open(&file, &scope(), noon()).unwrap();
    let now = noon() + SignedDuration::from_hours(1);
    let pass = ledger.begin(now, &[]).unwrap();
    let plan = plan_of(&wanted, &ledger.recorded().unwrap(), now);
    ledger.intend(pass, &plan).unwrap();
    let outcomes = client.execute(&plan, |outcomes| ledger.settle(pass, outcomes)).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.answer == Answer::Accepted));
    ledger.finish(pass, now, PassOutcome::Complete, &Counts::default()).unwrap();
    assert!(plan_of(&wanted, &ledger.recorded().unwrap(), now).is_empty());
    service.with(|hub| {
        assert_eq!(hub.findings.len(), 330);
        assert_eq!((hub.moved_creations, hub.ignored), (0, 0));
        assert!(hub.findings.values().all(|finding| finding["CreatedAt"] == "2026-11-22T12:00:00.000Z"));
    });
}
