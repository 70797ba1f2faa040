//! Which answers are asked for again, and when.

use std::time::Duration;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::retry::ErrorKind;

/// The longest pause that a server may ask for; the SDK's own limit on it. Who asks for more is not asked again: to come
/// earlier than told would make it worse.
const LIMIT_PAUSE: Duration = Duration::from_secs(5);

/// Has answers asked for again that tell of throttling or of trouble on the server's side.
#[derive(Debug)]
pub(super) struct Trouble;

impl ClassifyRetry for Trouble {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        let kind = match response.status().as_u16() {
            429 => ErrorKind::ThrottlingError,
            500 | 502 | 503 | 504 => ErrorKind::TransientError,
            _ => return RetryAction::NoActionIndicated,
        };
        match pause(response) {
            Some(pause) if pause > LIMIT_PAUSE => RetryAction::RetryForbidden,
            Some(pause) => RetryAction::retryable_error_with_explicit_delay(kind, pause),
            None => RetryAction::retryable_error(kind),
        }
    }

    fn name(&self) -> &'static str {
        "Trouble"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// `Retry-After` in seconds; one that gives a date is left to the SDK's own pauses.
fn pause(response: &HttpResponse) -> Option<Duration> {
    response.headers().get("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}
