//! The members of ASFF that this program sends, in the order in which it sends them.
//!
//! Severity and types stand inside `FindingProviderFields` alone: at the top they would overwrite what a customer has set.
//! `Workflow`, `Note`, `UserDefinedFields`, `VerificationState`, `Confidence` and `Criticality` are the customer's, and do not
//! exist here. Neither does `Compliance.SecurityControlId`, whose values are those of Security Hub's own controls.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Unwritable;
use crate::domain::{RecordState, Severity};
use crate::reconcile::{ContentDigest, Times};

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Asff {
    pub(super) schema_version: &'static str,
    pub(super) id: String,
    pub(super) product_arn: String,
    pub(super) product_name: &'static str,
    pub(super) generator_id: String,
    pub(super) aws_account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_observed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_observed_at: Option<String>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) finding_provider_fields: Provided,
    pub(super) resources: [Box<RawValue>; 1],
    pub(super) compliance: Compliance,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remediation: Option<Remediation>,
    pub(super) product_fields: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) record_state: Option<&'static str>,
}

impl Asff {
    /// Puts in what is not part of the content.
    pub(super) fn set(&mut self, times: Times, record_state: RecordState, digest: &ContentDigest) {
        let written = |time: Timestamp| Some(format!("{time:.3}"));
        self.created_at = written(times.created_at);
        self.updated_at = written(times.updated_at);
        self.first_observed_at = written(times.first_observed_at);
        self.last_observed_at = written(times.updated_at);
        self.record_state = Some(record_state.as_str());
        super::put(&mut self.product_fields, "digest", digest.as_str());
    }

    pub(super) fn to_json(&self) -> Result<Box<RawValue>, Unwritable> {
        Ok(serde_json::value::to_raw_value(self)?)
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Provided {
    pub(super) severity: SeverityLabel,
    pub(super) types: [&'static str; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SeverityLabel {
    label: &'static str,
    original: &'static str,
}

impl SeverityLabel {
    pub(super) fn of(severity: Severity) -> Self {
        let label = match severity {
            Severity::Informational => "INFORMATIONAL",
            Severity::Low => "LOW",
            Severity::Medium => "MEDIUM",
            Severity::High => "HIGH",
            Severity::Critical => "CRITICAL",
        };
        Self { label, original: severity.as_str() }
    }

    /// Reads ASFF's label.
    pub(crate) fn parse(label: &str) -> Option<Severity> {
        Severity::WORST_FIRST.into_iter().find(|severity| Self::of(*severity).label == label)
    }
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Compliance {
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_requirements: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) status_reasons: Vec<StatusReason>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatusReason {
    pub(super) reason_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Remediation {
    pub(super) recommendation: Recommendation,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Recommendation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}
