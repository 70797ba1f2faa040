//! Verdicts → the findings that this pass wants to be true.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::lines;
use super::redacted::published;
use crate::domain::{
    Compliance, Control, ControlId, Exception, ExceptionId, ExceptionKind, Finding, FindingId, Outcome,
    Severity, Verdict,
};
use crate::snapshot::{Collection, Snapshot};

/// ASFF's limit for `Description`, in characters. Source: Security Hub user guide, "Required top-level ASFF attributes".
const LIMIT_DESCRIPTION: usize = 1024;

/// One finding per verdict, sorted by control and resource; none where the control is not applicable.
///
/// A verdict of a control that is not among `controls` gives no finding, since nobody could say what it means; a recorded
/// finding of such a control is held, not closed.
#[must_use]
pub fn findings(
    verdicts: &[Verdict],
    controls: &[Arc<Control>],
    exceptions: &[Exception],
    snapshot: &Snapshot,
) -> Vec<Finding> {
    let controls = controls
        .iter()
        .map(|control| (&control.id, control))
        .collect::<BTreeMap<&ControlId, &Arc<Control>>>();
    let exceptions =
        exceptions.iter().map(|exception| (&exception.id, exception)).collect::<BTreeMap<_, _>>();
    let mut bodies = HashMap::<(Collection, &str), Option<Arc<str>>>::new();
    let mut findings = Vec::with_capacity(verdicts.len());
    for verdict in verdicts {
        let Some(control) = controls.get(&verdict.control) else { continue };
        let Some((compliance, severity, reasons)) = status(verdict, control, &exceptions) else { continue };
        let body = bodies.entry((verdict.collection, &verdict.resource)).or_insert_with(|| {
            snapshot.member(verdict.collection, &verdict.resource).map(|body| Arc::from(body.get()))
        });
        findings.push(Finding {
            id: FindingId::of(&verdict.control, &verdict.resource),
            control: Arc::clone(control),
            collection: verdict.collection,
            resource: verdict.resource.clone(),
            body: body.clone(),
            compliance,
            severity,
            violations: verdict.outcome.violations().iter().map(published).collect(),
            reasons,
        });
    }
    findings
        .sort_by(|one, other| (&one.control.id, &one.resource).cmp(&(&other.control.id, &other.resource)));
    findings
}

/// Status, severity and reasons of a verdict's finding; `None` when there is to be no finding.
///
/// Only a failure carries its control's severity: Security Hub's partner guide asks for INFORMATIONAL on everything
/// that needs nobody's work, and a risk that somebody answers for, or that nobody could look at, is not a failure.
fn status(
    verdict: &Verdict,
    control: &Control,
    exceptions: &BTreeMap<&ExceptionId, &Exception>,
) -> Option<(Compliance, Severity, Vec<String>)> {
    match &verdict.outcome {
        Outcome::Passed => Some((Compliance::Passed, Severity::Informational, Vec::new())),
        Outcome::Failed(_) => Some((Compliance::Failed, control.severity, Vec::new())),
        Outcome::Unknown(reasons) => {
            Some((Compliance::NotAvailable, Severity::Informational, reasons.clone()))
        }
        Outcome::Excepted { exception, kind, .. } => {
            let compliance = match kind {
                ExceptionKind::RiskAccepted | ExceptionKind::CompensatingControl => Compliance::Warning,
                ExceptionKind::FalsePositive | ExceptionKind::ManualPass => Compliance::Passed,
            };
            let reason = match exceptions.get(exception) {
                Some(known) => format!(
                    "exception {} ({}) by {} until {}: {}",
                    known.id,
                    kind.as_str(),
                    known.owner,
                    known.expires,
                    known.reason
                ),
                None => format!("exception {exception} ({})", kind.as_str()),
            };
            Some((compliance, Severity::Informational, vec![reason]))
        }
        Outcome::NotApplicable(_) => None,
    }
}

/// The finding in words, at most as long as Security Hub takes: why its status is what it is, then what was found, one
/// line each; what the control asks for when there is nothing else to say. Never blank.
#[must_use]
pub fn description(finding: &Finding) -> String {
    let reasons = finding.reasons.iter().map(String::as_str);
    let violations = finding.violations.iter().map(|violation| violation.message.as_str());
    let text = lines(reasons.chain(violations), LIMIT_DESCRIPTION);
    let control = &finding.control;
    [text.as_str(), control.description.as_str(), control.title.as_str(), control.id.as_str()]
        .into_iter()
        .find(|text| !text.trim().is_empty())
        .map(|text| lines([text], LIMIT_DESCRIPTION))
        .unwrap_or_default()
}
