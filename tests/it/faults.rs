//! The fault matrix: each call of a pass in turn goes wrong, in each way that a call can.
//!
//! The estate moves between two states between passes, so that each faulted pass has something to flip, to create and to
//! archive. What it may conclude is bounded by what a fault-free pass over the same state concludes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::emulator::Emulator;
use crate::support::program::Program;

/// A publishing pass that gives up on a call at its second attempt.
const PASS: [&str; 9] =
    ["run", "--publish", "security-hub", "--rate", "1000", "--attempts", "2", "--format", "json"];

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

/// What a fault-free pass concludes and leaves behind.
struct Reference {
    verdicts: BTreeMap<(String, String), String>,
    hub: BTreeMap<String, Value>,
    ledger: Vec<String>,
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
                let report = harbour.pass(0);
                let reference =
                    Reference { verdicts: verdicts(&report), hub: harbour.hub(), ledger: harbour.ledger() };
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

    /// One faulted pass over the next state, everything that may be said about it, and the pass that heals it.
    fn survive(&mut self, fault: &Value) {
        self.turn();
        let before = self.hub();
        self.emulator.faults(json!([fault]));
        let ran = self.program.run(PASS);
        self.emulator.faults(json!([]));
        let reference = &self.references[&self.tide];

        let operation = fault["match"]["operation"].as_str().unwrap();
        // Without an identity or a hub there is no pass at all, and nothing may have been written.
        let hopeless = ["sts:GetCallerIdentity", "securityhub:DescribeHub"].contains(&operation);
        let expected: &[i32] = if hopeless { &[1, 2] } else { &[3] };
        assert!(expected.contains(&ran.code), "{fault}: {}\n{}\n{}", ran.code, ran.stdout, ran.stderr);
        let after = self.hub();
        if hopeless {
            assert_eq!(after, before, "{fault}");
        } else {
            let report = ran.json();
            assert_bounded(&report, reference, fault);
            assert_nothing_closed(&before, &after, reference, fault);
        }

        self.pass(0);
        let reference = &self.references[&self.tide];
        assert_same(&self.hub(), &reference.hub, fault);
        assert_eq!(self.ledger(), reference.ledger, "the ledger after {fault}");
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
fn assert_same(found: &BTreeMap<String, Value>, expected: &BTreeMap<String, Value>, fault: &Value) {
    for (id, finding) in expected {
        assert_eq!(found.get(id), Some(finding), "{id} after {fault} was healed");
    }
    let extra = found.keys().filter(|id| !expected.contains_key(*id)).collect::<Vec<_>>();
    assert!(extra.is_empty(), "{extra:?} after {fault} was healed");
}

/// Every call that a pass makes: each operation, and for operations on parts of the estate each part alone.
fn calls(harbour: &Harbour) -> Vec<Value> {
    harbour.emulator.requests();
    harbour.program.run(PASS);
    let requests = harbour.emulator.requests();
    let mut operations = requests
        .iter()
        .map(|request| {
            format!("{}:{}", request["service"].as_str().unwrap(), request["operation"].as_str().unwrap())
        })
        .collect::<BTreeSet<_>>();
    // An unchanged estate sends nothing; a changed one does.
    operations.insert("securityhub:BatchImportFindings".to_owned());
    let mut matches =
        operations.iter().map(|operation| json!({ "operation": operation })).collect::<Vec<_>>();
    let clusters = harbour.names["clusters"].as_object().unwrap().keys();
    for cluster in clusters {
        for operation in ["ListServices", "DescribeServices", "ListTasks", "DescribeTasks"] {
            matches.push(json!({ "operation": format!("ecs:{operation}"), "contains": cluster }));
        }
    }
    for definition in ["orders:2", "legacy:1", "batch:1"] {
        matches.push(json!({ "operation": "ecs:DescribeTaskDefinition", "contains": definition }));
    }
    matches
}

#[track_caller]
fn survive_all(kinds: &[&str]) {
    let mut harbour = Harbour::new();
    for call in calls(&harbour) {
        for kind in kinds {
            harbour.survive(&json!({ "match": call, "kind": kind }));
        }
    }
}

#[test]
fn a_pass_that_loses_any_one_call_claims_nothing_and_heals() {
    survive_all(&["denied", "cut", "empty_page"]);
}

#[test]
fn a_pass_whose_calls_are_refused_to_the_end_claims_nothing_and_heals() {
    survive_all(&["throttled", "server", "malformed"]);
}
