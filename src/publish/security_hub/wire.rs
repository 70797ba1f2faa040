//! The answers of Security Hub as far as they are used, and the interceptor that keeps them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Error;

/// Keeps the body of the last answer. The SDK's own types take a body that is cut short for an empty success.
#[derive(Debug, Clone, Default)]
pub(super) struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    /// Reads the answer strictly.
    pub(super) fn read<T: DeserializeOwned>(&self, operation: &'static str) -> Result<T, Error> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::from_slice(&body)
            .map_err(|error| Error::Malformed { operation, problem: error.to_string() })
    }
}

#[dyn_dispatch_hint]
impl Intercept for Body {
    fn name(&self) -> &'static str {
        "KeepAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default().to_vec();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = body;
        Ok(())
    }
}

/// The answer to `BatchImportFindings`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Imported {
    pub(super) failed_count: usize,
    pub(super) success_count: usize,
    #[serde(default)]
    pub(super) failed_findings: Vec<FailedFinding>,
}

/// One finding that was not taken.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FailedFinding {
    pub(super) id: String,
    #[serde(default)]
    pub(super) error_code: String,
    #[serde(default)]
    pub(super) error_message: String,
}

/// One page of `GetFindings`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) findings: Vec<Published>,
    #[serde(default)]
    pub(super) next_token: Option<String>,
}

/// What is read of a finding.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Published {
    pub(super) id: String,
    pub(super) product_arn: String,
    #[serde(default)]
    pub(super) generator_id: String,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    #[serde(default)]
    pub(super) first_observed_at: Option<String>,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) finding_provider_fields: Provided,
    #[serde(default)]
    pub(super) compliance: Compliance,
    #[serde(default)]
    pub(super) record_state: String,
    #[serde(default)]
    pub(super) product_fields: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) resources: Vec<Resource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Provided {
    #[serde(default)]
    pub(super) severity: Severity,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Severity {
    #[serde(default)]
    pub(super) label: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Compliance {
    #[serde(default)]
    pub(super) status: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Resource {
    pub(super) id: String,
}
