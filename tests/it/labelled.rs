//! The hand-labelled estate: precision and recall of every control, against labels that were written from the
//! catalogue's words and AWS's documentation before any policy was read.
//!
//! Each `tests/fixtures/labelled/*.yaml` but `bases*.yaml` is one document, or several `documents`: `params` to lay over
//! the defaults, collections that were `denied`, and its `resources`, here or in further `files`. An entry says
//!
//! - `name` and `why`: what is special about the resource;
//! - `like`: the resource of `bases*.yaml` that it is like, which brings the collection, the key and the labels;
//! - `with`: what differs. Objects are merged, lists are replaced, null takes a member away; an object with a `like` of
//!   its own is that part of `bases*.yaml`, overlaid with what else it says. `{name}` and the words of `texts` are filled
//!   in;
//! - `beside`: the same for members of other collections that have the resource's key, as the tags of a repository, or
//!   the `key` that they say, as the volume of an instance;
//! - `iam.access` is worked out from the users, roles, groups and policies of the document: an entry of that collection has
//!   nothing to say in `with`, and brings the user or role `beside`. Policies that cannot be understood leave whoever has
//!   them undecided, as in a pass;
//! - the labels: lists of the controls for which it `fails`, is `not_applicable` or `unknown`. Every other control of its
//!   collection has to pass; `passes` takes back a label that the base brings.
//!
//! To label a new control, add entries of which some fail it, and name it in `not_applicable` of the bases that it leaves
//! out. Where it fails on what other entries are about, their `fails` get it too. The test says which labels are missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::support::labelled::{Labelled, documents};
use crate::support::program::Program;

/// How many wrong verdicts a failure shows.
const SHOWN: usize = 30;

/// What a control's verdicts were worth.
#[derive(Debug, Default)]
struct Score {
    right_failures: usize,
    wrong_failures: usize,
    missed_failures: usize,
    passes: usize,
    others_wrong: usize,
}

impl Score {
    fn count(&mut self, expected: &str, verdict: &str) {
        match (expected, verdict) {
            ("failed", "failed") => self.right_failures += 1,
            ("failed", _) => self.missed_failures += 1,
            (_, "failed") => self.wrong_failures += 1,
            (expected, verdict) => self.others_wrong += usize::from(expected != verdict),
        }
        self.passes += usize::from(expected == "passed");
    }

    /// Whether precision and recall are 1.0, and what does not fail is called what it is.
    fn is_perfect(&self) -> bool {
        self.wrong_failures + self.missed_failures + self.others_wrong == 0
    }

    fn precision(&self) -> f64 {
        share(self.right_failures, self.wrong_failures)
    }

    fn recall(&self) -> f64 {
        share(self.right_failures, self.missed_failures)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred verdicts")]
fn share(right: usize, wrong: usize) -> f64 {
    if right + wrong == 0 { 1.0 } else { right as f64 / (right + wrong) as f64 }
}

/// What `evaluate` says of a document.
fn report(labelled: &Labelled) -> Value {
    let program = Program::new();
    let document = program.write("document.json", &labelled.document.to_string());
    let params = program.write("params.yaml", &labelled.params.to_string());
    let arguments = ["evaluate", "--format", "json", "--snapshot", document.to_str().unwrap()];
    let arguments = arguments.into_iter().chain(["--params", params.to_str().unwrap()]);
    let ran = program.run(arguments);
    // 3: judged, but something could not be read.
    assert_eq!(ran.code, if labelled.is_complete { 0 } else { 3 }, "{}: {}", labelled.name, ran.stderr);
    let report = ran.json();
    assert_eq!(report["errors"], serde_json::json!([]), "{}", labelled.name);
    report
}

#[test]
fn every_control_has_a_precision_and_a_recall_of_one_on_the_labelled_estate() {
    let mut scores = BTreeMap::<String, Score>::new();
    let mut wrong = Vec::new();
    let mut judged = 0;
    for labelled in documents() {
        let report = report(&labelled);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let verdicts = report["verdicts"].as_array().unwrap().iter();
        let verdicts = verdicts
            .map(|verdict| {
                ((text(&verdict["control"]), text(&verdict["resource"])), text(&verdict["verdict"]))
            })
            .collect::<BTreeMap<_, _>>();
        let mut controls = BTreeMap::<String, Vec<String>>::new();
        for control in report["controls"].as_array().unwrap() {
            let id = text(&control["id"]);
            scores.entry(id.clone()).or_default();
            controls.entry(text(&control["resources"])).or_default().push(id);
        }
        for resource in &labelled.resources {
            let controls = controls.get(&resource.collection).map(Vec::as_slice).unwrap_or_default();
            for control in resource.labels.keys() {
                assert!(
                    controls.contains(control),
                    "{}: {control} does not judge {}",
                    labelled.name,
                    resource.key
                );
            }
            judged += usize::from(!controls.is_empty());
            for control in controls {
                let expected = resource.labels.get(control).copied().unwrap_or("passed");
                let verdict = verdicts.get(&(control.clone(), resource.key.clone()));
                let verdict = verdict.map_or("nothing", String::as_str);
                scores.entry(control.clone()).or_default().count(expected, verdict);
                if verdict != expected {
                    wrong.push(format!(
                        "{control} {} ({}): expected {expected}, got {verdict}",
                        resource.key, labelled.name
                    ));
                }
            }
        }
    }
    let mut said = String::new();
    for (control, score) in scores.iter().filter(|(_, score)| !score.is_perfect()) {
        let (precision, recall) = (score.precision(), score.recall());
        writeln!(said, "{control}: precision {precision:.3}, recall {recall:.3}").unwrap();
    }
    for line in wrong.iter().take(SHOWN) {
        writeln!(said, "{line}").unwrap();
    }
    assert!(wrong.is_empty(), "{} wrong verdicts\n{said}", wrong.len());

    let half = |score: &Score| score.right_failures == 0 || score.passes == 0;
    let half = scores.iter().filter(|(_, score)| half(score)).map(|(control, _)| control).collect::<Vec<_>>();
    assert!(half.is_empty(), "without a label that fails, or one that passes: {half:?}");
    assert!(judged >= 300, "{judged} resources are judged");
}
