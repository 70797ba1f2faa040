//! What can go wrong with Security Hub as a whole. What goes wrong with one finding is a [`crate::reconcile::WriteOutcome`].

use std::error::Error as StdError;

use aws_sdk_securityhub::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_securityhub::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::SecurityHub;
use crate::domain::Scope;
use crate::publish::asff::Unwritable;

/// Security Hub cannot be used. The operator can fix each of these, except the last four.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Security Hub is off, there.
    #[error("Security Hub CSPM is not enabled in account {} in {} ({code})", scope.account, scope.region)]
    NotEnabled {
        /// Where.
        scope: Box<Scope>,
        /// What AWS called it.
        code: String,
    },
    /// A permission is missing.
    #[error("securityhub:{operation} was denied in account {} in {}: {message}", scope.account, scope.region)]
    Denied {
        /// Where.
        scope: Box<Scope>,
        /// The operation, which is also the name of the IAM action.
        operation: &'static str,
        /// AWS's words, which name the principal.
        message: String,
    },
    /// A request failed, and every further attempt too.
    #[error("securityhub:{operation} failed ({code}): {message}")]
    Failed {
        /// The operation.
        operation: &'static str,
        /// AWS's error code, or ours where there was no answer.
        code: String,
        /// AWS's words, or the cause.
        message: String,
    },
    /// An answer was not what the API promises; what was read so far is not used.
    #[error("the answer to securityhub:{operation} cannot be used: {problem}")]
    Malformed {
        /// The operation.
        operation: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The plan is for another account or Region. This is our mistake.
    #[error("the plan is for {plan}, and Security Hub is {hub}'s")]
    Scope {
        /// Whom the plan is for.
        plan: Box<Scope>,
        /// Whose Security Hub it is.
        hub: Box<Scope>,
    },
    /// A finding cannot be written. This is our mistake.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// What became of the findings could not be recorded, and nothing more was sent.
    #[error("what Security Hub answered could not be recorded")]
    Unrecorded(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// AWS's code for it, or ours.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NotEnabled { code, .. } | Self::Failed { code, .. } => code,
            Self::Denied { .. } => "AccessDeniedException",
            Self::Malformed { .. } => "Malformed",
            Self::Scope { .. } | Self::Unwritable(_) | Self::Unrecorded(_) => "Internal",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotEnabled { scope, .. } => Some(format!(
                "enable Security Hub CSPM in that account and Region (`aws securityhub enable-security-hub --no-enable-default-standards --region {}`), and its default integration for custom products; tidewaiter never enables anything itself",
                scope.region
            )),
            Self::Denied { scope, operation, .. } => Some(match *operation {
                "BatchImportFindings" => {
                    format!("allow securityhub:BatchImportFindings on {}", scope.product_arn())
                }
                operation => format!(
                    "allow securityhub:{operation} on arn:{}:securityhub:{}:{}:hub/default",
                    scope.partition, scope.region, scope.account
                ),
            }),
            Self::Failed { .. } | Self::Malformed { .. } => {
                Some("run the pass again: nothing that was acknowledged is sent twice".to_owned())
            }
            Self::Scope { .. } | Self::Unwritable(_) | Self::Unrecorded(_) => None,
        }
    }
}

/// What AWS calls a missing permission.
const DENIED: [&str; 3] = ["AccessDeniedException", "AccessDenied", "UnauthorizedOperation"];

/// What AWS calls a Security Hub that is off. Source: botocore's model of `DescribeHub`, which does not say which of the
/// two it is; `FailedFindings` says `InvalidAccess`.
pub(super) const NOT_ENABLED: [&str; 3] =
    ["InvalidAccessException", "ResourceNotFoundException", "InvalidAccess"];

/// What AWS calls credentials that are no good.
const CREDENTIALS: [&str; 6] = [
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "ExpiredTokenException",
    "ExpiredToken",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
];

/// Whether every further request would fail in the same way.
pub(super) fn is_final(error: &Error) -> bool {
    match error {
        Error::Failed { code, .. } => CREDENTIALS.contains(&code.as_str()) || code == "CredentialsNotLoaded",
        Error::Malformed { .. } => false,
        _ => true,
    }
}

impl SecurityHub {
    /// Sorts an SDK error into what an operator can do about it.
    pub(super) fn failure<E>(&self, operation: &'static str, error: &SdkError<E, HttpResponse>) -> Error
    where
        E: ProvideErrorMetadata + StdError + RequestId + 'static,
    {
        let scope = Box::new(self.scope.clone());
        let cause = || causes(error);
        let SdkError::ServiceError(answered) = error else {
            let code = match error {
                SdkError::TimeoutError(_) => "Timeout",
                SdkError::ConstructionFailure(_) => "CredentialsNotLoaded",
                SdkError::ResponseError(_) => "IncompleteAnswer",
                _ => "NoAnswer",
            };
            return Error::Failed { operation, code: code.to_owned(), message: cause() };
        };
        let status = answered.raw().status().as_u16();
        let code = match answered.err().code() {
            Some(code) => code.to_owned(),
            None => format!("HTTP {status}"),
        };
        let message = answered.err().message().map_or_else(cause, str::to_owned);
        if answered.raw().status().is_success() {
            return Error::Malformed { operation, problem: message };
        }
        if DENIED.contains(&code.as_str()) {
            return Error::Denied { scope, operation, message };
        }
        if NOT_ENABLED.contains(&code.as_str()) {
            return Error::NotEnabled { scope, code };
        }
        Error::Failed { operation, code, message }
    }
}

/// What went wrong underneath, in one line: the innermost causes say it, and the outer ones repeat each other.
fn causes(error: &(dyn StdError + 'static)) -> String {
    let chain = std::iter::successors(error.source(), |&error| error.source());
    let mut causes = chain.map(ToString::to_string).filter(|cause| !cause.is_empty()).collect::<Vec<_>>();
    causes.dedup();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
