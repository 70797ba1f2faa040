//! What the room promises as a whole, on small bundles that the tests write themselves.

mod bounds;
mod checking;
mod contract;
mod judging;
mod loading;
mod proving;
mod requiring;

use std::fs;
use std::num::NonZeroUsize;

use tempfile::TempDir;

use super::{Bundles, Judgement, Limits, Options, Source, judge};
use crate::diagnostic::Diagnostic;
use crate::domain::{ControlId, Exception};
use crate::snapshot::Snapshot;

/// A bundle in a directory of its own, built file by file.
struct Fixture(TempDir);

const MANIFEST: &str = r#"{"revision": "1", "roots": ["tidewaiter/controls", "lib", "params"], "metadata": {"name": "fixture"}}"#;

impl Fixture {
    fn new() -> Self {
        Self(TempDir::new().unwrap()).with(".manifest", MANIFEST)
    }

    fn with(self, path: &str, text: &str) -> Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// A control `service/<slug>` about services, with a policy's text after its package.
    fn with_control(self, id: &str, slug: &str, policy: &str) -> Self {
        self.with_control_of(id, slug, "ecs.services", policy)
    }

    fn with_control_of(self, id: &str, slug: &str, population: &str, policy: &str) -> Self {
        let text = format!(
            "{}package tidewaiter.controls.service.{slug}\n\nimport rego.v1\n\n{policy}",
            metadata(id, population)
        );
        self.with(&format!("controls/service/{slug}/{slug}.rego"), &text)
    }

    fn load_with(&self, overrides: Option<(&str, &str)>) -> Result<Bundles, Vec<Diagnostic>> {
        Bundles::load(&[self.source()], overrides, &Limits::default())
    }

    fn load(&self) -> Bundles {
        self.load_with(None).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    /// What is wrong, one problem a line, without the fixture's own path.
    fn problems(&self) -> String {
        match self.load_with(None) {
            Ok(_) => String::new(),
            Err(problems) => self.render(&problems),
        }
    }

    fn render(&self, problems: &[Diagnostic]) -> String {
        let root = format!("{}/", self.0.path().display());
        let lines = problems.iter().map(|problem| match &problem.help {
            Some(help) => format!("{problem} ({help})").replace(&root, ""),
            None => problem.to_string().replace(&root, ""),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn source(&self) -> Source {
        Source::Directory(self.0.path().to_owned())
    }
}

fn metadata(id: &str, population: &str) -> String {
    format!(
        "# METADATA\n# title: Services are right\n# description: Because.\n# custom:\n#   id: {id}\n#   severity: high\n\
         #   resources: {population}\n#   remediation:\n#     text: Make them right.\n"
    )
}

/// A policy that denies services whose field `bad` is true.
const DENIES_BAD: &str = r#"deny contains violation if {
	some arn, service in input.ecs.services
	service.bad == true
	violation := {"resource": arn, "message": sprintf("%s is bad", [arn]), "evidence": {"path": "bad", "value": true}}
}
"#;

/// A document with services, and whatever else stands beside `"ecs"` and within it.
fn document(services: &str, in_ecs: &str, coverage: &str) -> Snapshot {
    let text = format!(
        r#"{{"version": "1", "account": {{"id": "111122223333", "partition": "aws"}}, "region": "eu-central-1",
            "taken_at": "2026-11-22T08:00:00Z", "ecs": {{"services": {services} {in_ecs}}}, "coverage": {coverage}}}"#
    );
    Snapshot::from_json(&text).unwrap()
}

const COMPLETE: &str = r#"{"ecs.services": {"status": "complete"}}"#;

fn judged(bundles: &Bundles, snapshot: &Snapshot) -> Judgement {
    judged_with(bundles, snapshot, &[], 2)
}

fn judged_with(
    bundles: &Bundles,
    snapshot: &Snapshot,
    exceptions: &[Exception],
    threads: usize,
) -> Judgement {
    let options = Options { threads: NonZeroUsize::new(threads).unwrap(), ..Options::default() };
    judge(bundles, snapshot, exceptions, "2026-11-22T09:00:00Z".parse().unwrap(), &options)
}

/// A judgement in a few lines: verdicts with what they rest on, what is hidden, and errors.
fn summary(judgement: &Judgement) -> String {
    use crate::domain::Outcome;
    let mut lines = Vec::new();
    for verdict in &judgement.verdicts {
        let kind = verdict.outcome.kind().as_str();
        let rests_on = match &verdict.outcome {
            Outcome::Passed => String::new(),
            Outcome::Failed(violations) => {
                violations.iter().map(|violation| violation.message.as_str()).collect::<Vec<_>>().join(" | ")
            }
            Outcome::Unknown(reasons) => reasons.join(" | "),
            Outcome::Excepted { exception, .. } => exception.to_string(),
            Outcome::NotApplicable(reason) => reason.clone(),
        };
        lines.push(
            format!("{} {} {kind} {rests_on}", verdict.control, verdict.resource).trim_end().to_owned(),
        );
    }
    lines.extend(judgement.hidden.iter().map(|it| format!("hidden {} {}", it.control, it.reason)));
    lines.extend(judgement.errors.iter().map(|it| format!("error {} {}", it.control, it.kind.as_str())));
    lines.join("\n")
}

fn control_id(id: &str) -> ControlId {
    ControlId::new(id).unwrap()
}
