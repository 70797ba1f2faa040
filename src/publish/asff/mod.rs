//! A finding as ASFF, the AWS Security Finding Format, version 2018-10-08.
//!
//! Every limit is kept by construction, so that nothing that a policy author writes or an estate contains makes Security
//! Hub refuse a finding. What has to be cut says so. When a finding is larger than 240 KB all the same, the resource's
//! details go first (as Security Hub does with its own), then the evidence, then the tags.
//!
//! The content digest covers everything but times, and but the bundle's revision and digest: a new revision of a bundle
//! that says the same about a resource is no reason to send its finding again. The `tidewaiter/revision` and
//! `tidewaiter/bundle-digest` of a finding are therefore those of the bundle under which it was last written; the ledger's
//! `passes` say which bundle judged when.

mod resource;
mod shapes;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod valid;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use serde_json::value::RawValue;

use resource::Resource;
use wire::{Asff, Compliance, Provided, Recommendation, Remediation, SeverityLabel, StatusReason};

use crate::domain::{Control, Finding, RecordState, Scope};
use crate::reconcile::{
    ArchiveReason, ContentDigest, Desired, Entry, Generator, Recorded, Step, Times, cut, description, lines,
};
use crate::snapshot::Collection;

/// The version of ASFF; there is only this one.
pub const SCHEMA_VERSION: &str = "2018-10-08";

/// The largest finding that is sent: 240 KB, taken as 240,000 bytes, the smaller reading.
/// Source: botocore's model of `BatchImportFindings`.
pub const LIMIT_BYTES: usize = 240_000;

/// What [`LIMIT_BYTES`] keeps free for the times, the revision and the digest, which are put in last.
const RESERVED_BYTES: usize = 8_000;

/// Characters of a title, a recommendation, and a field's key and value. Source: Security Hub user guide, "Required
/// top-level ASFF attributes" and "Optional top-level ASFF attributes".
const LIMIT_TITLE: usize = 256;
const LIMIT_DESCRIPTION: usize = 1024;
const LIMIT_RECOMMENDATION: usize = 512;
const LIMIT_VALUE: usize = 2048;

/// Characters of texts for which ASFF documents no limit.
const LIMIT_UNDOCUMENTED: usize = 512;

/// How many requirements a finding may name (same source), and how many reasons, for which no limit is documented.
const LIMIT_REQUIREMENTS: usize = 32;
const LIMIT_REASONS: usize = 10;

/// Evidence of so many violations is sent; with the other fields this stays below the 50 that ASFF allows.
const LIMIT_EVIDENCE: usize = 20;

/// The one type that our findings have.
const TYPE: &str = "Software and Configuration Checks/AWS Security Best Practices";

/// The prefix of our `ProductFields`.
pub(super) const FIELD: &str = "tidewaiter/";

/// Findings of one scope as ASFF. Keeps what it has made of a resource for the next finding about it.
#[derive(Debug)]
pub struct Format {
    scope: Scope,
    resources: HashMap<(Collection, String), Box<RawValue>>,
}

impl Format {
    /// The format of one scope's findings.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self { scope, resources: HashMap::new() }
    }

    /// Findings with their content's digests, as a plan wants them.
    ///
    /// # Errors
    ///
    /// [`Unwritable`] is our mistake.
    pub fn desired(&mut self, findings: Vec<Finding>) -> Result<Vec<Desired>, Unwritable> {
        findings
            .into_iter()
            .map(|finding| {
                let digest = self.content(&finding)?.1;
                Ok(Desired { finding: Arc::new(finding), digest })
            })
            .collect()
    }

    /// A finding as it is sent.
    ///
    /// # Errors
    ///
    /// [`Unwritable`] is our mistake.
    pub fn finding(&mut self, finding: &Finding, times: Times) -> Result<Box<RawValue>, Unwritable> {
        let (mut asff, digest) = self.content(finding)?;
        put(&mut asff.product_fields, "revision", &finding.control.bundle.revision);
        put(&mut asff.product_fields, "bundle-digest", &finding.control.bundle.digest);
        asff.set(times, RecordState::Active, &digest);
        asff.to_json()
    }

    /// What a step of a plan sends; `None` when it sends nothing.
    ///
    /// # Errors
    ///
    /// [`Unwritable`] is our mistake.
    pub fn step(&mut self, entry: &Entry) -> Result<Option<Box<RawValue>>, Unwritable> {
        match &entry.step {
            Step::Create(write) | Step::Update { write, .. } => {
                self.finding(&write.finding, write.times).map(Some)
            }
            Step::Archive { recorded, control, times, why } => {
                self.archived(recorded, control.as_deref(), why, *times).map(Some)
            }
            Step::Hold(_) => Ok(None),
        }
    }

    /// The finding without its times, and the digest of that.
    fn content(&mut self, finding: &Finding) -> Result<(Asff, ContentDigest), Unwritable> {
        let control = &*finding.control;
        let key = (finding.collection, finding.resource.clone());
        let resource = match self.resources.get(&key) {
            Some(known) => known.clone(),
            None => {
                let made = Resource::of(&self.scope, finding).to_json()?;
                self.resources.insert(key, made.clone());
                made
            }
        };
        let mut fields = self.fields(&Generator::of(control), finding.collection.path(), &finding.resource);
        put(&mut fields, "severity", control.severity.as_str());
        let evidence = evidence(finding);
        fields.extend(evidence.clone());
        let mut asff = self.base(&finding.id, &Generator::of(control), resource);
        asff.title = text(&[&control.title, control.id.as_str()], LIMIT_TITLE);
        asff.description =
            text(&[&description(finding), &control.title, control.id.as_str()], LIMIT_DESCRIPTION);
        asff.finding_provider_fields.severity = SeverityLabel::of(finding.severity);
        asff.compliance = Compliance {
            status: finding.compliance.as_str(),
            related_requirements: requirements(control),
            status_reasons: reasons(finding),
        };
        asff.remediation = remediation(control);
        asff.product_fields = fields;
        let mut json = asff.to_json()?;
        if json.get().len() + RESERVED_BYTES > LIMIT_BYTES {
            self.fit(&mut asff, finding, &evidence)?;
            json = asff.to_json()?;
        }
        let digest = ContentDigest::of(json.get().as_bytes());
        Ok((asff, digest))
    }

    /// Leaves things out until the finding is not too large.
    fn fit(
        &self,
        asff: &mut Asff,
        finding: &Finding,
        evidence: &BTreeMap<String, String>,
    ) -> Result<(), Unwritable> {
        let is_too_large =
            |asff: &Asff| Ok::<_, Unwritable>(asff.to_json()?.get().len() + RESERVED_BYTES > LIMIT_BYTES);
        if !is_too_large(asff)? {
            return Ok(());
        }
        let mut resource = Resource::of(&self.scope, finding);
        resource.details = None;
        asff.resources = [resource.to_json()?];
        if !is_too_large(asff)? {
            return Ok(());
        }
        asff.product_fields.retain(|name, _| !evidence.contains_key(name));
        if !is_too_large(asff)? {
            return Ok(());
        }
        resource.tags.clear();
        asff.resources = [resource.to_json()?];
        Ok(())
    }

    /// A finding that is over. Its resource may be gone and its control withdrawn, so that it is made from what is on record.
    fn archived(
        &self,
        recorded: &Recorded,
        control: Option<&Control>,
        why: &ArchiveReason,
        times: Times,
    ) -> Result<Box<RawValue>, Unwritable> {
        let resource = Resource::bare(&self.scope, recorded.collection, &recorded.resource, &recorded.id);
        let mut asff = self.base(&recorded.id, &recorded.generator, resource.to_json()?);
        let reason = format!("Archived: {why}.");
        asff.title = text(&[&recorded.title, recorded.id.as_str()], LIMIT_TITLE);
        asff.description =
            text(&[&lines([reason.as_str(), &recorded.description], LIMIT_DESCRIPTION)], LIMIT_DESCRIPTION);
        asff.finding_provider_fields.severity = SeverityLabel::of(recorded.severity);
        let code = match why {
            ArchiveReason::ResourceGone => "RESOURCE_GONE",
            ArchiveReason::ControlWithdrawn => "CONTROL_WITHDRAWN",
            ArchiveReason::NotApplicable(_) => "NOT_APPLICABLE",
        };
        asff.compliance = Compliance {
            status: recorded.current.compliance.as_str(),
            related_requirements: control.map(requirements).unwrap_or_default(),
            status_reasons: vec![StatusReason {
                reason_code: code,
                description: filled(&why.to_string(), LIMIT_UNDOCUMENTED),
            }],
        };
        asff.remediation = control.and_then(remediation);
        let collection = recorded.collection.map_or("", Collection::path);
        asff.product_fields = self.fields(&recorded.generator, collection, &recorded.resource);
        asff.set(times, RecordState::Archived, &recorded.current.digest);
        asff.to_json()
    }

    /// What every finding has.
    fn base(&self, id: &crate::domain::FindingId, generator: &Generator, resource: Box<RawValue>) -> Asff {
        Asff {
            schema_version: SCHEMA_VERSION,
            id: id.to_string(),
            product_arn: self.scope.product_arn(),
            product_name: "tidewaiter",
            generator_id: generator.to_string(),
            aws_account_id: self.scope.account.to_string(),
            created_at: None,
            updated_at: None,
            first_observed_at: None,
            last_observed_at: None,
            title: String::new(),
            description: String::new(),
            finding_provider_fields: Provided {
                severity: SeverityLabel::of(crate::domain::Severity::Informational),
                types: [TYPE],
            },
            resources: [resource],
            compliance: Compliance::default(),
            remediation: None,
            product_fields: BTreeMap::new(),
            record_state: None,
        }
    }

    /// The fields from which a lost ledger is restored.
    fn fields(&self, generator: &Generator, collection: &str, resource: &str) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        put(&mut fields, "bundle", generator.bundle());
        put(&mut fields, "control", generator.control().as_str());
        put(&mut fields, "collection", collection);
        put(&mut fields, "resource", resource);
        fields
    }
}

/// Reads ASFF's label of a severity.
pub(super) fn severity(label: &str) -> Option<crate::domain::Severity> {
    SeverityLabel::parse(label)
}

/// A finding that cannot be written as JSON. This is our mistake.
#[derive(Debug, thiserror::Error)]
#[error("a finding cannot be written as JSON")]
pub struct Unwritable(#[from] serde_json::Error);

/// A text as ASFF takes it: cut to a length, without control characters; `None` when it would count as blank.
///
/// Lengths are counted in UTF-16 units, which are never fewer than characters: AWS does not say which of the two it counts.
fn filled(text: &str, limit: usize) -> Option<String> {
    let text = text.trim().replace(|c: char| c.is_control() && c != '\n' && c != '\t', " ");
    let text = cut(text.trim(), limit);
    text.chars().any(|c| !c.is_whitespace() && !c.is_control()).then_some(text)
}

/// The first text that is not blank. The last candidate never is.
fn text(candidates: &[&str], limit: usize) -> String {
    candidates.iter().find_map(|candidate| filled(candidate, limit)).unwrap_or_else(|| "-".to_owned())
}

fn put(fields: &mut BTreeMap<String, String>, name: impl fmt::Display, value: &str) {
    if let Some(value) = filled(value, LIMIT_VALUE) {
        fields.insert(format!("{FIELD}{name}"), value);
    }
}

/// What the policy gave as evidence, violation by violation.
fn evidence(finding: &Finding) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let given = finding.violations.iter().filter(|violation| match &violation.evidence {
        serde_json::Value::Null => false,
        serde_json::Value::Object(members) => !members.is_empty(),
        _ => true,
    });
    for (number, violation) in (1..).zip(given).take(LIMIT_EVIDENCE) {
        put(&mut fields, format_args!("evidence/{number}"), &violation.evidence.to_string());
    }
    fields
}

fn requirements(control: &Control) -> Vec<String> {
    let mut requirements = control
        .mappings
        .iter()
        .filter_map(|mapping| filled(mapping.label.as_deref()?, LIMIT_UNDOCUMENTED))
        .collect::<Vec<_>>();
    requirements.sort_unstable();
    requirements.dedup();
    requirements.truncate(LIMIT_REQUIREMENTS);
    requirements
}

fn reasons(finding: &Finding) -> Vec<StatusReason> {
    let reason_code = match finding.compliance {
        crate::domain::Compliance::NotAvailable => "EVIDENCE_MISSING",
        _ => "EXCEPTION_APPLIED",
    };
    let n_more = finding.reasons.len().saturating_sub(LIMIT_REASONS);
    let more = (n_more > 0).then(|| format!("and {n_more} more reasons"));
    finding
        .reasons
        .iter()
        .take(LIMIT_REASONS)
        .chain(&more)
        .map(|reason| StatusReason { reason_code, description: filled(reason, LIMIT_UNDOCUMENTED) })
        .collect()
}

fn remediation(control: &Control) -> Option<Remediation> {
    let text = filled(&control.remediation.text, LIMIT_RECOMMENDATION);
    let url = control
        .related_resources
        .iter()
        .find(|url| url.starts_with("https://") && url.chars().count() <= LIMIT_UNDOCUMENTED)
        .and_then(|url| filled(url, LIMIT_UNDOCUMENTED));
    if text.is_none() && url.is_none() {
        return None;
    }
    Some(Remediation { recommendation: Recommendation { text, url } })
}
