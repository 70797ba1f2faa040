//! Looks at each answer while the SDK handles it: counts attempts, checks that the body is whole, and hands it out.
//!
//! The body is the API's own text, with every field, also those that the SDK's types do not have.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::ErrorKind;
use serde_json::value::RawValue;

use super::Bucket;
use super::rates::Buckets;
use crate::domain::GapKind;

/// What a whole body of a service looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
}

/// Watches one call; give it to the operation as an interceptor.
///
/// Clones watch the same call.
#[derive(Clone)]
pub struct Probe {
    format: Format,
    bucket: Bucket,
    buckets: Arc<Buckets>,
    seen: Arc<Mutex<Seen>>,
}

/// What a probe saw of the newest attempt.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) attempts: u32,
    pub(super) body: Vec<u8>,
    pub(super) fault: Option<Fault>,
}

/// Why an answer with a status of success is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: GapKind,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Probe {
    /// Watches a call of the service whose actions begin with `service`.
    pub(super) fn new(service: &str, bucket: Bucket, buckets: Arc<Buckets>) -> Self {
        // IAM, STS and EC2 speak the Query protocols; everything else here speaks JSON.
        let format = if matches!(service, "iam" | "sts" | "ec2" | "elasticloadbalancing") {
            Format::Xml
        } else {
            Format::Json
        };
        Self { format, bucket, buckets, seen: Arc::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was seen, taken out so that no copy of the body stays behind.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen())
    }

    /// Attempts so far.
    pub(super) fn attempts(&self) -> u32 {
        self.seen().attempts
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("attempts", &self.attempts()).finish_non_exhaustive()
    }
}

impl Intercept for Probe {
    fn name(&self) -> &'static str {
        "Probe"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut seen = self.seen();
        seen.attempts += 1;
        (seen.body, seen.fault) = (Vec::new(), None);
        if seen.attempts > 1 {
            self.buckets.charge(self.bucket);
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        if !response.status().is_success() {
            return Ok(());
        }
        match check(response, self.format) {
            Ok(body) => {
                self.seen().body = body.to_vec();
                Ok(())
            }
            Err(fault) => {
                self.seen().fault = Some(fault.clone());
                Err(fault.into())
            }
        }
    }
}

/// The body, if it is whole.
fn check(response: &HttpResponse, format: Format) -> Result<&[u8], Fault> {
    let truncated = |message: String| Fault { kind: GapKind::Truncated, code: "IncompleteBody", message };
    let Some(body) = response.body().bytes() else {
        return Err(truncated("the connection closed before the whole body arrived".to_owned()));
    };
    let promised = response.headers().get("content-length").and_then(|length| length.parse::<usize>().ok());
    if let Some(promised) = promised.filter(|promised| *promised != body.len()) {
        return Err(truncated(format!("{} of {promised} bytes arrived", body.len())));
    }
    let malformed = |message: String| Fault { kind: GapKind::Malformed, code: "MalformedBody", message };
    match format {
        // The messages of the parsers are left out, because they may quote the body.
        Format::Json => match serde_json::from_slice::<BTreeMap<String, &RawValue>>(body) {
            Ok(_) => Ok(body),
            Err(error) if error.is_eof() => Err(truncated("the body ends within its JSON text".to_owned())),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                Err(malformed(format!("the body is no JSON object (line {line}, column {column})")))
            }
        },
        Format::Xml => match std::str::from_utf8(body).ok().map(roxmltree::Document::parse) {
            Some(Ok(_)) => Ok(body),
            _ => Err(malformed("the body is no XML document".to_owned())),
        },
    }
}

/// Has answers asked for again that came with a status of success but are not whole, and those with status 429.
#[derive(Debug)]
pub struct WholeAnswer;

impl ClassifyRetry for WholeAnswer {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let status = context.response().map(|response| response.status());
        match (context.output_or_error(), status) {
            (Some(Err(error)), Some(status)) if status.is_success() && error.is_interceptor_error() => {
                RetryAction::transient_error()
            }
            (Some(Err(_)), Some(status)) if status.as_u16() == 429 => {
                RetryAction::retryable_error(ErrorKind::ThrottlingError)
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Whole Answer"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_before(RetryClassifierPriority::modeled_as_retryable_classifier())
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn response(body: &str, length: Option<&str>) -> HttpResponse {
        let mut response = HttpResponse::new(200_u16.try_into().unwrap(), SdkBody::from(body));
        if let Some(length) = length {
            response.headers_mut().insert("content-length", length.to_owned());
        }
        response
    }

    #[test]
    fn a_whole_body_is_handed_out_as_it_is() {
        let whole = response("{\"a\": 1}", Some("8"));
        assert_eq!(check(&whole, Format::Json), Ok(b"{\"a\": 1}".as_slice()));
        assert!(check(&response("<a><b/></a>", None), Format::Xml).is_ok());
    }

    #[test]
    fn a_body_that_is_not_whole_is_a_fault_and_is_not_quoted() {
        for (body, length, format, kind) in [
            ("{\"secret\": 1}", Some("40"), Format::Json, GapKind::Truncated),
            ("{\"secret\": ", None, Format::Json, GapKind::Truncated),
            ("", None, Format::Json, GapKind::Truncated),
            ("[\"secret\"]", None, Format::Json, GapKind::Malformed),
            ("<html>secret</html>", None, Format::Json, GapKind::Malformed),
            ("{\"secret\": 1} {}", None, Format::Json, GapKind::Malformed),
            ("<a><secret></a>", None, Format::Xml, GapKind::Malformed),
            ("<!DOCTYPE a [<!ENTITY b \"secret\">]><a>&b;</a>", None, Format::Xml, GapKind::Malformed),
        ] {
            let fault = check(&response(body, length), format).unwrap_err();
            assert_eq!(fault.kind, kind, "{body}");
            assert!(!fault.message.contains("secret"), "{fault}");
        }
    }
}
