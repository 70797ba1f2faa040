//! The difference for programs: one object with a versioned schema.

use serde::Serialize;
use serde_json::Value;

use super::{Change, ControlDiff, Counts, Diff};
use crate::domain::{self, BundleId, ControlId, Outcome, Severity};

/// The version of the object; it changes when a program that reads it would read it wrongly.
pub const VERSION: &str = "1";

#[derive(Serialize)]
struct Wire<'a> {
    version: &'static str,
    account: Account<'a>,
    region: &'a str,
    taken_at: String,
    old: Side<'a>,
    new: Side<'a>,
    summary: Summary,
    controls: Vec<Control<'a>>,
}

#[derive(Serialize)]
struct Account<'a> {
    id: &'a str,
    partition: &'a str,
}

#[derive(Serialize)]
struct Side<'a> {
    bundles: Vec<Bundle<'a>>,
    errors: Vec<ControlError<'a>>,
}

#[derive(Serialize)]
struct Bundle<'a> {
    name: &'a str,
    revision: &'a str,
    digest: &'a str,
}

#[derive(Serialize)]
struct ControlError<'a> {
    control: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Summary {
    unchanged: usize,
    fail_now: usize,
    fail_no_longer: usize,
    fail_otherwise: usize,
    other: usize,
}

#[derive(Serialize)]
struct Control<'a> {
    id: &'a str,
    was_id: Option<&'a str>,
    title: &'a str,
    severity: &'static str,
    was_severity: Option<&'static str>,
    presence: &'static str,
    changes: Vec<WireChange<'a>>,
}

#[derive(Serialize)]
struct WireChange<'a> {
    resource: &'a str,
    was: Option<Verdict<'a>>,
    is: Option<Verdict<'a>>,
    violations_gone: Vec<Violation<'a>>,
    violations_found: Vec<Violation<'a>>,
}

#[derive(Serialize)]
struct Verdict<'a> {
    verdict: &'static str,
    reason: Option<String>,
    exception: Option<&'a str>,
}

#[derive(Serialize)]
struct Violation<'a> {
    message: &'a str,
    evidence: &'a Value,
}

/// The difference as one JSON object.
///
/// # Errors
///
/// Whatever the writer reports.
pub fn render(diff: &Diff) -> serde_json::Result<String> {
    let Counts { fail_now, fail_no_longer, fail_otherwise, other } = diff.counts();
    let wire = Wire {
        version: VERSION,
        account: Account { id: diff.scope.account.as_str(), partition: diff.scope.partition.as_str() },
        region: diff.scope.region.as_str(),
        taken_at: diff.taken_at.to_string(),
        old: side(&diff.old, &diff.old_errors),
        new: side(&diff.new, &diff.new_errors),
        summary: Summary { unchanged: diff.n_unchanged, fail_now, fail_no_longer, fail_otherwise, other },
        controls: diff.controls.iter().map(control).collect(),
    };
    let mut text = serde_json::to_string_pretty(&wire)?;
    text.push('\n');
    Ok(text)
}

fn side<'a>(bundles: &'a [BundleId], errors: &'a [(ControlId, String)]) -> Side<'a> {
    let bundle = |id: &'a BundleId| Bundle { name: &id.name, revision: &id.revision, digest: &id.digest };
    let error =
        |(control, message): &'a (ControlId, String)| ControlError { control: control.as_str(), message };
    Side { bundles: bundles.iter().map(bundle).collect(), errors: errors.iter().map(error).collect() }
}

fn control(diff: &ControlDiff) -> Control<'_> {
    Control {
        id: diff.control.id.as_str(),
        was_id: diff.was_id.as_ref().map(ControlId::as_str),
        title: &diff.control.title,
        severity: diff.control.severity.as_str(),
        was_severity: diff.was_severity.map(Severity::as_str),
        presence: diff.presence.as_str(),
        changes: diff.changes.iter().map(change).collect(),
    }
}

fn change(change: &Change) -> WireChange<'_> {
    WireChange {
        resource: &change.resource,
        was: change.was.as_ref().map(verdict),
        is: change.is.as_ref().map(verdict),
        violations_gone: change.gone().into_iter().map(violation).collect(),
        violations_found: change.found().into_iter().map(violation).collect(),
    }
}

fn violation(violation: &domain::Violation) -> Violation<'_> {
    Violation { message: &violation.message, evidence: &violation.evidence }
}

fn verdict(outcome: &Outcome) -> Verdict<'_> {
    let (reason, exception) = match outcome {
        Outcome::Passed | Outcome::Failed(_) => (None, None),
        Outcome::Unknown(reasons) => (Some(reasons.join("; ")), None),
        Outcome::NotApplicable(reason) => (Some(reason.clone()), None),
        Outcome::Excepted { exception, .. } => (None, Some(exception.0.as_str())),
    };
    Verdict { verdict: outcome.kind().as_str(), reason, exception }
}
