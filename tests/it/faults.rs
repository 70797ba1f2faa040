//! The fault matrix: each call of a pass in turn goes wrong, in each way that a call can.
//!
//! A call is an operation with what it asks, so that every batch, page, cluster, rule and task definition has its turn,
//! and the retries of a call meet the fault of the call. Calls are taken from the log of fault-free passes over both
//! states of the estate; [`CALLS`] says how many there are at least. `BatchImportFindings` is one call, because what it
//! sends holds times, and so are `DescribeServiceRevisions`, because each move of the estate makes new revisions, and
//! `GetServiceLastAccessedDetails`, because it names a job. Each kind of fault meets each call: that is the whole matrix. An empty page with a token comes twice:
//! once, where a pass that asks on has missed nothing, and without end, for all of an operation.
//!
//! The estate moves between two states between passes, so that each faulted pass has something to flip, to create and to
//! archive. What it may conclude is bounded by what a fault-free pass over the same state concludes. After a few of them a
//! pass without a fault has to leave exactly what it leaves when there were none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::emulator::Emulator;
use crate::support::program::Program;

/// A publishing pass that gives up on a call at its second attempt, and asks for everything anew.
const PASS: [&str; 11] = [
    "run",
    "--publish",
    "security-hub",
    "--rate",
    "1000",
    "--attempts",
    "2",
    "--last-accessed-age",
    "1ms",
    "--format",
    "json",
];

/// Times, and what follows from them, by which two hubs with the same history may differ.
const TIMES: [&str; 6] =
    ["CreatedAt", "FirstObservedAt", "LastObservedAt", "UpdatedAt", "ProcessedAt", "SeedTime"];

/// The two states that the estate moves between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tide {
    /// As it was seeded.
    Low,
    /// One service is repaired, one broken, one is gone, and one is new.
    High,
}

impl Tide {
    fn other(self) -> Self {
        if self == Self::Low { Self::High } else { Self::Low }
    }
}

/// An estate, and what fault-free passes conclude about its two states.
struct Harbour {
    emulator: Emulator,
    program: Program,
    names: Value,
    tide: Tide,
    references: BTreeMap<Tide, Reference>,
}

/// What `match` of a fault wants: a call by its digest, or all of an operation's.
type Call = (String, Option<String>);

/// What a fault-free pass concludes and leaves behind.
struct Reference {
    verdicts: BTreeMap<(String, String), String>,
    hub: BTreeMap<String, Value>,
    ledger: Vec<String>,
    calls: BTreeSet<Call>,
}

impl Harbour {
    fn new() -> Self {
        let (emulator, names) = Emulator::with_small_estate();
        let program = emulator.program();
        let mut harbour = Self { emulator, program, names, tide: Tide::Low, references: BTreeMap::new() };
        // Twice around, so that everything that is ever archived has been.
        for _ in 0..2 {
            for _ in 0..2 {
                harbour.turn();
                harbour.emulator.requests();
                let report = harbour.pass(0);
                let reference = Reference {
                    calls: calls(&harbour.emulator.requests()),
                    verdicts: verdicts(&report),
                    hub: harbour.hub(),
                    ledger: harbour.ledger(),
                };
                harbour.references.insert(harbour.tide, reference);
            }
        }
        harbour
    }

    /// Moves the estate to its other state.
    fn turn(&mut self) {
        self.tide = self.tide.other();
        let high = self.tide == Tide::High;
        let update = |service: &str, set: Value| {
            let mut arguments = json!({ "cluster": "harbour", "service": service });
            arguments.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
            self.emulator.call("ecs", "UpdateService", arguments);
        };
        update("reports", json!({ "propagateTags": if high { "SERVICE" } else { "NONE" } }));
        update("orders", json!({ "enableExecuteCommand": high }));
        let (gone, new) = if high { ("ferry", "barge") } else { ("barge", "ferry") };
        let service = json!({
            "cluster": "harbour", "serviceName": new, "launchType": "FARGATE", "desiredCount": 0,
            "taskDefinition": self.names["task_definitions"]["orders:2"],
            "networkConfiguration": { "awsvpcConfiguration": {
                "subnets": [self.names["subnets"]["private_a"]],
                "securityGroups": [self.names["security_groups"]["closed"]],
                "assignPublicIp": "ENABLED",
            } },
        });
        self.emulator.call("ecs", "CreateService", service);
        if self.references.contains_key(&self.tide) || self.tide == Tide::Low {
            let service = json!({ "cluster": "harbour", "service": gone, "force": true });
            self.emulator.call("ecs", "DeleteService", service);
        }
    }

    /// A pass that ends with `code`.
    #[track_caller]
    fn pass(&self, code: i32) -> Value {
        self.program.run(PASS).expect(code).json()
    }

    /// What Security Hub holds, times apart.
    fn hub(&self) -> BTreeMap<String, Value> {
        let timeless = |mut finding: Value| {
            let members = finding.as_object_mut().unwrap();
            TIMES.iter().for_each(|time| {
                members.remove(*time);
            });
            (finding["Id"].as_str().unwrap().to_owned(), finding)
        };
        self.emulator.findings().into_iter().map(timeless).collect()
    }

    /// What the ledger holds about findings, times apart.
    fn ledger(&self) -> Vec<String> {
        let ledger = rusqlite::Connection::open(self.program.path("tidewaiter.db")).unwrap();
        let mut query = ledger.prepare("SELECT * FROM findings ORDER BY id").unwrap();
        let columns = query.column_names().map(str::to_owned).collect::<Vec<_>>();
        let rows = query.query_map([], |row| {
            let cells =
                columns.iter().enumerate().filter(|(_, name)| !is_about_time(name)).map(|(at, name)| {
                    let value = row.get::<_, rusqlite::types::Value>(at).unwrap();
                    format!("{name}={value:?}")
                });
            Ok(cells.collect::<Vec<_>>().join(" "))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// One faulted pass over the state, and everything that may be said about it.
    fn survive(&self, fault: &Value) {
        let before = self.hub();
        self.emulator.requests();
        self.emulator.faults(json!([fault]));
        let ran = self.program.run(PASS);
        self.emulator.faults(json!([]));
        let met = self.emulator.requests().iter().any(|request| request["fault"] == fault["kind"]);
        assert!(met, "no request met {fault}");
        let reference = &self.references[&self.tide];

        let operation = operation_of(fault);
        // Without an identity or a hub there is no pass at all, and nothing may have been written.
        let hopeless = ["sts:GetCallerIdentity", "securityhub:DescribeHub"].contains(&operation);
        let an_empty_page = fault["kind"] == "empty_page" && fault["match"].get("digest").is_some();
        // Who may not look at service control policies is told so, and misses nothing that a verdict needs.
        let may_go_on =
            an_empty_page || (fault["kind"] == "denied" && operation.starts_with("organizations:"));
        let expected: &[i32] = match (hopeless, may_go_on) {
            (true, _) => &[1, 2],
            (false, true) => &[0, 3],
            (false, false) => &[3],
        };
        assert!(expected.contains(&ran.code), "{fault}: {}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
        let after = self.hub();
        if hopeless {
            assert_eq!(after, before, "{fault}");
        } else {
            let report = ran.json();
            if ran.code == 0 {
                assert!(verdicts(&report) == reference.verdicts, "{fault}: it changed verdicts");
            }
            assert_bounded(&report, reference, fault);
            assert_nothing_closed(&before, &after, reference, fault);
        }
    }

    /// The pass that heals what these faults left, in whichever states they met.
    fn heal(&self, faults: &[Value]) {
        self.pass(0);
        let reference = &self.references[&self.tide];
        assert_same(&self.hub(), &reference.hub, faults);
        assert_eq!(self.ledger(), reference.ledger, "the ledger after {faults:?}");
    }
}

fn is_about_time(column: &str) -> bool {
    column.ends_with("_at") || column.contains("pass")
}

fn verdicts(report: &Value) -> BTreeMap<(String, String), String> {
    let text = |verdict: &Value, name: &str| verdict[name].as_str().unwrap().to_owned();
    let verdicts = report["verdicts"].as_array().unwrap().iter();
    verdicts
        .map(|verdict| ((text(verdict, "control"), text(verdict, "resource")), text(verdict, "verdict")))
        .collect()
}

/// Each verdict is the fault-free one or unknown, and is missing only where the pass says that it did not see everything.
#[track_caller]
fn assert_bounded(report: &Value, reference: &Reference, fault: &Value) {
    let found = verdicts(report);
    for (key, verdict) in &found {
        let expected = reference.verdicts.get(key).map(String::as_str);
        assert!(
            verdict == "unknown" || Some(verdict.as_str()) == expected,
            "{fault}: {key:?} is {verdict}, not {expected:?}"
        );
    }
    let hidden = report["hidden"].as_array().unwrap().iter();
    let hidden = hidden.map(|hidden| hidden["control"].as_str().unwrap()).collect::<BTreeSet<_>>();
    for key in reference.verdicts.keys().filter(|key| !found.contains_key(*key)) {
        assert!(hidden.contains(key.0.as_str()), "{fault}: nothing is said about {key:?}");
    }
}

/// Nothing became PASSED or ARCHIVED that is not so in the fault-free pass.
#[track_caller]
fn assert_nothing_closed(
    before: &BTreeMap<String, Value>,
    after: &BTreeMap<String, Value>,
    reference: &Reference,
    fault: &Value,
) {
    let closed =
        |finding: &Value| finding["RecordState"] == "ARCHIVED" || finding["Compliance"]["Status"] == "PASSED";
    for (id, finding) in after {
        let was = before.get(id).is_some_and(closed);
        let may_be = reference.hub.get(id).is_some_and(closed);
        assert!(!closed(finding) || was || may_be, "{fault}: {id} was closed");
    }
    for id in before.keys() {
        assert!(after.contains_key(id), "{fault}: {id} vanished");
    }
}

#[track_caller]
fn assert_same(found: &BTreeMap<String, Value>, expected: &BTreeMap<String, Value>, faults: &[Value]) {
    for (id, finding) in expected {
        assert_eq!(found.get(id), Some(finding), "{id} after {faults:?} were healed");
    }
    let extra = found.keys().filter(|id| !expected.contains_key(*id)).collect::<Vec<_>>();
    assert!(extra.is_empty(), "{extra:?} after {faults:?} were healed");
}

/// The calls that a pass made.
fn calls(requests: &[Value]) -> BTreeSet<Call> {
    let text = |request: &Value, name: &str| request[name].as_str().unwrap().to_owned();
    let call = |request: &Value| {
        let operation = format!("{}:{}", text(request, "service"), text(request, "operation"));
        let asks_anew = [
            "securityhub:BatchImportFindings",
            "ecs:DescribeServiceRevisions",
            "iam:GetServiceLastAccessedDetails",
        ];
        let digest = (!asks_anew.contains(&&*operation)).then(|| text(request, "digest"));
        (operation, digest)
    };
    requests.iter().map(call).collect()
}

/// How many calls a pass over the estate makes, as a lower bound: fewer mean that some have no turn.
const CALLS: usize = 110;

/// How many faulted passes one pass has to heal. They alternate between the states, so that what one missed another finds
/// changed again.
const UNHEALED: usize = 3;

/// Every call of both states meets every kind.
#[track_caller]
fn survive_all(kinds: &[&str]) {
    let mut harbour = Harbour::new();
    let calls = |tide| harbour.references[&tide].calls.iter();
    assert!(calls(Tide::Low).len() >= CALLS, "{:?}", calls(Tide::Low).collect::<Vec<_>>());
    let mut open = calls(Tide::Low)
        .chain(calls(Tide::High))
        .flat_map(|call| kinds.iter().map(move |kind| ((*kind).to_owned(), call.clone())))
        .collect::<BTreeSet<_>>();
    if kinds.contains(&"empty_page") {
        let operations = calls(Tide::Low).map(|(operation, _)| (operation.clone(), None));
        open.extend(operations.map(|all| ("empty_page".to_owned(), all)));
    }
    let mut unhealed = Vec::new();
    while !open.is_empty() {
        harbour.turn();
        let calls = &harbour.references[&harbour.tide].calls;
        // Evidence that is missing twice in a row is told as a finding, which the estate would keep.
        let is_new = |operation: &str| unhealed.iter().all(|fault| operation_of(fault) != operation);
        let is_next =
            |(_, call): &&(String, Call)| is_new(&call.0) && (call.1.is_none() || calls.contains(call));
        let next = open.iter().find(is_next).cloned();
        let has_next = next.is_some();
        if let Some(next) = next {
            open.remove(&next);
            let (kind, (operation, digest)) = next;
            let mut wanted = json!({ "operation": operation });
            if let Some(digest) = digest {
                wanted["digest"] = json!(digest);
            }
            let fault = json!({ "match": wanted, "kind": kind });
            harbour.survive(&fault);
            unhealed.push(fault);
        }
        // What Security Hub did not take in one pass has to be there for the next to have something to write.
        let is_behind = unhealed.last().is_some_and(|fault| operation_of(fault).starts_with("securityhub:"));
        if unhealed.len() == UNHEALED || is_behind || !has_next || open.is_empty() {
            harbour.heal(&std::mem::take(&mut unhealed));
        }
    }
}

fn operation_of(fault: &Value) -> &str {
    fault["match"]["operation"].as_str().unwrap()
}

#[test]
fn a_pass_that_loses_any_one_call_claims_nothing_and_heals() {
    survive_all(&["denied", "cut", "empty_page"]);
}

#[test]
fn a_pass_whose_calls_are_refused_to_the_end_claims_nothing_and_heals() {
    survive_all(&["throttled", "server", "malformed"]);
}
