//! A pass that is killed while it publishes.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::emulator::Emulator;

const PUBLISH: [&str; 7] = ["run", "--publish", "security-hub", "--rate", "1000", "--format", "json"];

/// Each finding's creation time, by Id.
fn created(emulator: &Emulator) -> BTreeMap<String, String> {
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    emulator.findings().iter().map(|finding| (text(finding, "Id"), text(finding, "CreatedAt"))).collect()
}

fn imports(emulator: &Emulator) -> usize {
    let requests = emulator.control("requests", json!({}));
    let requests = requests["requests"].as_array().unwrap();
    requests.iter().filter(|request| request["operation"] == "BatchImportFindings").count()
}

/// Starts a publishing pass and kills it `delay` after its import number `batch` was asked for.
fn kill_at(emulator: &Emulator, program: &crate::support::program::Program, batch: usize, delay: Duration) {
    emulator.requests();
    let mut command = program.command(PUBLISH);
    let mut pass = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while imports(emulator) < batch && pass.try_wait().unwrap().is_none() {
        assert!(Instant::now() < patience, "the pass never came to import {batch}");
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(delay);
    let _ = pass.kill();
    pass.wait().unwrap();
}

#[test]
fn a_pass_that_is_killed_while_publishing_is_finished_by_the_next() {
    for (batch, delay) in [(1, 0), (1, 40), (2, 0), (2, 25), (3, 5)] {
        let (emulator, _) = Emulator::with_small_estate();
        let program = emulator.program();
        // Slow enough that the pass is somewhere inside its batches when it is killed.
        let slow = json!([{ "match": { "operation": "securityhub:BatchImportFindings" }, "kind": "slow", "seconds": 0.05 }]);
        emulator.faults(slow);
        kill_at(&emulator, &program, batch, Duration::from_millis(delay));
        emulator.faults(json!([]));
        let before = created(&emulator);

        let report = program.run(PUBLISH).expect(0).json();
        let after = created(&emulator);
        for (id, time) in &before {
            assert_eq!(after.get(id), Some(time), "the creation time of {id} moved");
        }
        let expected = report["verdicts"].as_array().unwrap().iter();
        let expected = expected.filter(|verdict| verdict["verdict"] != "not_applicable").count();
        assert_eq!(after.len(), expected, "killed at import {batch} + {delay} ms");

        emulator.requests();
        program.run(PUBLISH).expect(0);
        assert_eq!(imports(&emulator), 0, "a third pass has nothing left to send");
        assert_eq!(created(&emulator), after);
    }
}
