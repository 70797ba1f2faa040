//! Small values for tests of this room and of those that carry plans out.

use std::sync::Arc;

use super::{ContentDigest, Generator, Recorded, State, Times, description, findings};
use crate::domain::{
    BundleId, Control, ControlId, Exception, Finding, Mapping, Outcome, RecordState, Remediation, Scope,
    Severity, Verdict,
};
use crate::snapshot::{Collection, Snapshot};

/// The scope of every test.
pub(crate) fn scope() -> Scope {
    snapshot().scope()
}

/// A document without anything in it.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot::from_json(
        r#"{"version": "1", "account": {"id": "111122223333", "partition": "aws"},
            "region": "eu-central-1", "taken_at": "2026-11-22T08:00:00Z"}"#,
    )
    .unwrap()
}

/// A control over services, of severity high.
pub(crate) fn control(id: &str, bundle: &str) -> Arc<Control> {
    Arc::new(Control {
        id: ControlId::new(id).unwrap(),
        aliases: Vec::new(),
        bundle: BundleId {
            name: bundle.to_owned(),
            revision: "0.1.0".to_owned(),
            digest: "sha256:00".to_owned(),
        },
        package: format!("tidewaiter.controls.service.{}", id.to_lowercase()),
        title: format!("Services satisfy {id}"),
        description: format!("What {id} is good for."),
        related_resources: vec!["https://docs.aws.amazon.com/AmazonECS/latest/developerguide/".to_owned()],
        severity: Severity::High,
        population: Collection::Services,
        reads: vec![Collection::Services],
        joined: Vec::new(),
        remediation: Remediation { text: format!("Do what {id} asks for."), action: None },
        parameters: Vec::new(),
        enabled: true,
        deprecated: None,
        mappings: vec![Mapping {
            framework: "nist-800-53-r5".to_owned(),
            requirement: "AC-6".to_owned(),
            label: Some("NIST.800-53.r5 AC-6".to_owned()),
        }],
        covers: None,
    })
}

/// The finding of one verdict.
pub(crate) fn finding(control: &Arc<Control>, resource: &str, outcome: Outcome) -> Finding {
    excepted(control, resource, outcome, &[])
}

/// The finding of one verdict, with the exceptions that are known.
pub(crate) fn excepted(
    control: &Arc<Control>,
    resource: &str,
    outcome: Outcome,
    exceptions: &[Exception],
) -> Finding {
    let verdict = Verdict {
        control: control.id.clone(),
        collection: control.population,
        resource: resource.to_owned(),
        outcome,
    };
    findings(&[verdict], &[Arc::clone(control)], exceptions, &snapshot()).pop().unwrap()
}

/// The record of a finding that was written, and not sent.
pub(crate) fn recorded(finding: &Finding, digest: &ContentDigest, times: Times) -> Recorded {
    Recorded {
        id: finding.id.clone(),
        generator: Generator::of(&finding.control),
        collection: Some(finding.collection),
        resource: finding.resource.clone(),
        title: finding.control.title.clone(),
        description: description(finding),
        severity: finding.severity,
        created_at: times.created_at,
        first_observed_at: times.first_observed_at,
        current: State {
            compliance: finding.compliance,
            record_state: RecordState::Active,
            updated_at: times.updated_at,
            digest: digest.clone(),
        },
        sent: None,
        unsettled: false,
    }
}
