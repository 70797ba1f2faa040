//! The report for programs: one object with a versioned schema.

use std::collections::BTreeMap;
use std::io;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Change, Report};
use crate::domain::{Coverage, Mapping, Outcome, VerdictKind};

/// The version of the object; it changes when a program that reads it would read it wrongly.
pub const VERSION: &str = "1";

#[derive(Serialize)]
struct Wire<'a> {
    version: &'static str,
    account: Account<'a>,
    region: &'a str,
    taken_at: String,
    bundles: Vec<Bundle<'a>>,
    summary: Summary,
    controls: Vec<Control<'a>>,
    verdicts: Verdicts<'a>,
    hidden: Vec<Hidden<'a>>,
    errors: Vec<ControlError<'a>>,
    exceptions: Exceptions<'a>,
    coverage: &'a Coverage,
    plan: Option<Plan<'a>>,
    writes: Option<Writes<'a>>,
    calls: BTreeMap<&'a str, Calls>,
}

#[derive(Serialize)]
struct Account<'a> {
    id: &'a str,
    partition: &'a str,
}

#[derive(Serialize)]
struct Bundle<'a> {
    name: &'a str,
    revision: &'a str,
    digest: &'a str,
}

#[derive(Serialize)]
struct Summary {
    complete: bool,
    verdicts: BTreeMap<&'static str, usize>,
    by_severity: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
}

#[derive(Serialize)]
struct Control<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    bundle: &'a str,
    package: &'a str,
    resources: &'static str,
    mappings: Vec<&'a str>,
}

/// All verdicts, each made when it is written: a large estate has hundreds of thousands.
struct Verdicts<'a>(&'a Report);

impl Serialize for Verdicts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.verdicts.iter().map(|verdict| verdict_of(self.0, verdict)))
    }
}

#[derive(Serialize)]
struct Verdict<'a> {
    control: &'a str,
    resource: &'a str,
    verdict: &'static str,
    severity: Option<&'static str>,
    violations: Vec<Violation<'a>>,
    reason: Option<String>,
    exception: Option<Exception<'a>>,
}

#[derive(Serialize)]
struct Violation<'a> {
    message: &'a str,
    evidence: &'a Value,
}

#[derive(Serialize)]
struct Exception<'a> {
    id: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Hidden<'a> {
    control: &'a str,
    collection: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct ControlError<'a> {
    control: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Exceptions<'a> {
    expired: &'a [String],
    unused: &'a [String],
}

#[derive(Serialize)]
struct Plan<'a> {
    first: bool,
    create: Vec<PlanEntry<'a>>,
    update: Vec<PlanEntry<'a>>,
    archive: Vec<PlanEntry<'a>>,
    hold: Vec<PlanEntry<'a>>,
    unchanged: usize,
}

#[derive(Serialize)]
struct PlanEntry<'a> {
    finding: &'a str,
    status: &'static str,
    was: Option<&'static str>,
    why: &'a str,
}

#[derive(Serialize)]
struct Writes<'a> {
    sent: usize,
    failed: Vec<Refused<'a>>,
}

#[derive(Serialize)]
struct Refused<'a> {
    finding: &'a str,
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Calls {
    calls: u64,
    retries: u64,
    errors: u64,
}

/// Writes the report as one JSON object.
///
/// # Errors
///
/// Whatever the serializer or the writer reports.
pub fn write(report: &Report, mut out: impl io::Write) -> serde_json::Result<()> {
    serde_json::to_writer_pretty(&mut out, &wire(report))?;
    out.write_all(b"\n").map_err(serde_json::Error::io)
}

fn wire(report: &Report) -> Wire<'_> {
    Wire {
        version: VERSION,
        account: Account { id: report.scope.account.as_str(), partition: report.scope.partition.as_str() },
        region: report.scope.region.as_str(),
        taken_at: report.taken_at.to_string(),
        bundles: report
            .bundles
            .iter()
            .map(|bundle| Bundle { name: &bundle.name, revision: &bundle.revision, digest: &bundle.digest })
            .collect(),
        summary: summary(report),
        controls: report.controls.iter().map(|control| control_of(control)).collect(),
        verdicts: Verdicts(report),
        hidden: report
            .hidden
            .iter()
            .map(|hidden| Hidden {
                control: hidden.control.as_str(),
                collection: hidden.collection.path(),
                reason: &hidden.reason,
            })
            .collect(),
        errors: report
            .errors
            .iter()
            .map(|error| ControlError { control: error.control.as_str(), message: &error.message })
            .collect(),
        exceptions: Exceptions { expired: &report.exceptions.expired, unused: &report.exceptions.unused },
        coverage: &report.coverage,
        plan: report.plan.as_ref().map(|plan| Plan {
            first: plan.first,
            create: plan.create.iter().map(entry).collect(),
            update: plan.update.iter().map(entry).collect(),
            archive: plan.archive.iter().map(entry).collect(),
            hold: plan.hold.iter().map(entry).collect(),
            unchanged: plan.unchanged,
        }),
        writes: report.writes.as_ref().map(|writes| Writes {
            sent: writes.sent,
            failed: writes
                .failed
                .iter()
                .map(|refused| Refused {
                    finding: refused.finding.as_str(),
                    code: &refused.code,
                    message: &refused.message,
                })
                .collect(),
        }),
        calls: report
            .calls
            .iter()
            .map(|(operation, calls)| {
                let calls = Calls { calls: calls.calls, retries: calls.retries, errors: calls.errors };
                (operation.as_str(), calls)
            })
            .collect(),
    }
}

fn summary(report: &Report) -> Summary {
    let mut verdicts =
        VerdictKind::ALL.map(|kind| (kind.as_str(), 0)).into_iter().collect::<BTreeMap<_, _>>();
    let mut by_severity = BTreeMap::new();
    for (severity, kinds) in report.tally() {
        for (kind, count) in &kinds {
            *verdicts.entry(kind.as_str()).or_default() += count;
        }
        let kinds = kinds.into_iter().map(|(kind, count)| (kind.as_str(), count)).collect();
        by_severity.insert(severity.as_str(), kinds);
    }
    Summary { complete: report.is_complete(), verdicts, by_severity }
}

fn control_of(control: &crate::domain::Control) -> Control<'_> {
    Control {
        id: control.id.as_str(),
        title: &control.title,
        severity: control.severity.as_str(),
        bundle: &control.bundle.name,
        package: &control.package,
        resources: control.population.path(),
        mappings: control.mappings.iter().filter_map(|mapping: &Mapping| mapping.label.as_deref()).collect(),
    }
}

fn verdict_of<'a>(report: &'a Report, verdict: &'a crate::domain::Verdict) -> Verdict<'a> {
    let (reason, exception) = match &verdict.outcome {
        Outcome::Passed | Outcome::Failed(_) => (None, None),
        Outcome::Unknown(reasons) => (Some(reasons.join("; ")), None),
        Outcome::NotApplicable(reason) => (Some(reason.clone()), None),
        Outcome::Excepted { exception, kind, .. } => {
            (None, Some(Exception { id: &exception.0, kind: kind.as_str() }))
        }
    };
    Verdict {
        control: verdict.control.as_str(),
        resource: &verdict.resource,
        verdict: verdict.outcome.kind().as_str(),
        severity: report.control(&verdict.control).map(|control| control.severity.as_str()),
        violations: verdict
            .outcome
            .violations()
            .iter()
            .map(|violation| Violation { message: &violation.message, evidence: &violation.evidence })
            .collect(),
        reason,
        exception,
    }
}

fn entry(change: &Change) -> PlanEntry<'_> {
    PlanEntry {
        finding: change.finding.as_str(),
        status: change.compliance.as_str(),
        was: change.was.map(crate::domain::Compliance::as_str),
        why: &change.why,
    }
}
