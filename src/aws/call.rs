//! One call: its place in the queue, its deadline, its answer or its error, and its line in the accounts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::classify::classify;
use super::rates::Buckets;
use super::{Limits, Operation, Probe};
use crate::domain::{Gap, GapKind};

/// Calls by operation (`ecs:ListServices`), for reports.
pub type Calls = BTreeMap<String, CallCount>;

/// What the calls of one operation cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// Calls, retries not counted.
    pub calls: u64,
    /// Further attempts that throttles and faults cost.
    pub retries: u64,
    /// Calls that ended in an error.
    pub errors: u64,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer<T> {
    /// The answer as the SDK reads it.
    pub output: T,
    /// The answer as AWS wrote it.
    pub body: Body,
    /// Attempts after the first.
    pub retries: u64,
}

/// The text of an answer; its `Debug` prints the length alone.
pub struct Body(Vec<u8>);

impl Body {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

/// A call without a whole answer, after its retries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{action} failed: {message} ({code})")]
pub struct CallError {
    /// The operation, as IAM spells actions.
    pub action: &'static str,
    /// Why.
    pub kind: GapKind,
    /// AWS's error code, or ours where AWS gave none.
    pub code: String,
    /// AWS's message, or ours where AWS gave none; never a body.
    pub message: String,
    /// The IAM action that is missing, when that is the reason.
    pub missing: Option<String>,
    /// Attempts after the first.
    pub retries: u64,
}

impl CallError {
    /// An error that was found in an answer after it had arrived.
    #[must_use]
    pub fn of_answer(operation: Operation, kind: GapKind, code: &str, message: impl Into<String>) -> Self {
        Self {
            action: operation.action,
            kind,
            code: code.to_owned(),
            message: message.into(),
            missing: None,
            retries: 0,
        }
    }

    /// The gap that the error leaves.
    #[must_use]
    pub fn gap(&self, scope: impl Into<String>, ids: Vec<String>) -> Gap {
        Gap {
            scope: scope.into(),
            ids,
            operation: self.action.to_owned(),
            kind: self.kind,
            code: self.code.clone(),
            message: self.message.clone(),
            action: self.missing.clone(),
        }
    }
}

/// What the SDK makes of a call.
type Sent<T, E> = Result<T, SdkError<E, HttpResponse>>;

/// The same, small enough to hand around.
type Boxed<T, E> = Result<T, Box<SdkError<E, HttpResponse>>>;

/// Makes calls: shared by every client of a session.
#[derive(Debug)]
pub(super) struct Caller {
    buckets: Arc<Buckets>,
    permits: Semaphore,
    deadline: Option<Instant>,
    calls: Mutex<Calls>,
}

impl Caller {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            buckets: Arc::new(Buckets::new(limits.rate)),
            permits: Semaphore::new(limits.concurrency.clamp(1, 1024)),
            // A deadline that does not fit the clock is none.
            deadline: limits.deadline.and_then(|after| Instant::now().checked_add(after)),
            calls: Mutex::default(),
        }
    }

    /// Makes a call whose answer is taken as the SDK reads it.
    pub(super) async fn call<T, E, F>(
        &self,
        operation: Operation,
        send: impl FnOnce(Probe) -> F,
    ) -> Result<Answer<T>, CallError>
    where
        F: Future<Output = Sent<T, E>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.exchange(operation, send, |result, _| result).await
    }

    /// Makes a call whose answer is taken as AWS wrote it.
    ///
    /// A whole answer is one whatever the SDK makes of it: its types insist on members that they know as required, and
    /// on the types that they know.
    pub(super) async fn read<T, E, F>(
        &self,
        operation: Operation,
        send: impl FnOnce(Probe) -> F,
    ) -> Result<Answer<()>, CallError>
    where
        F: Future<Output = Sent<T, E>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.exchange(operation, send, |result, body| match result {
            Err(error) if matches!(*error, SdkError::ResponseError(_)) && !body.is_empty() => Ok(()),
            result => result.map(|_| ()),
        })
        .await
    }

    /// `accept` is shown what the SDK made of the answer, and its body if that is whole and of success.
    async fn exchange<T, O, E, F>(
        &self,
        operation: Operation,
        send: impl FnOnce(Probe) -> F,
        accept: impl FnOnce(Boxed<T, E>, &[u8]) -> Boxed<O, E>,
    ) -> Result<Answer<O>, CallError>
    where
        F: Future<Output = Sent<T, E>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let service = operation.action.split(':').next().unwrap_or_default();
        let probe = Probe::new(service, operation.bucket, Arc::clone(&self.buckets));
        let begun = Instant::now();
        let work = async {
            // The token first: whoever waits for one must not keep others from their turn.
            self.buckets.take(operation.bucket).await;
            let _permit = self.permits.acquire().await;
            // The SDK traces requests, answers and credentials; none of that may reach a log, whatever its filter says.
            send(probe.clone()).with_subscriber(NoSubscriber::default()).await
        };
        let result = match self.deadline {
            Some(deadline) if deadline <= begun => None,
            Some(deadline) => tokio::time::timeout_at(deadline, work).await.ok(),
            None => Some(work.await),
        };
        let seen = probe.take();
        let retries = u64::from(seen.attempts.saturating_sub(1));
        let answer = match result {
            Some(result) => match accept(result.map_err(Box::new), &seen.body) {
                Ok(output) => Ok(Answer { output, body: Body(seen.body), retries }),
                Err(error) => Err(CallError { retries, ..classify(operation, &error, seen.fault.as_ref()) }),
            },
            None => Err(CallError {
                retries,
                ..CallError::of_answer(
                    operation,
                    GapKind::Cancelled,
                    "Deadline",
                    "the pass reached its deadline before the call was answered",
                )
            }),
        };
        self.record(operation, seen.attempts, begun.elapsed(), &answer);
        answer
    }

    fn record<T>(
        &self,
        operation: Operation,
        attempts: u32,
        took: Duration,
        answer: &Result<Answer<T>, CallError>,
    ) {
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let span = tracing::debug_span!("call", operation = operation.action, attempts, milliseconds);
        let _entered = span.enter();
        match answer {
            Ok(answer) => tracing::debug!(bytes = answer.body.0.len(), "answered"),
            Err(error) => {
                tracing::debug!(kind = ?error.kind, code = %error.code, "failed: {}", error.message);
            }
        }
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let count = calls.entry(operation.action.to_owned()).or_default();
        // A call that was cancelled before its first attempt was not made.
        count.calls += u64::from(attempts > 0);
        count.retries += u64::from(attempts.saturating_sub(1));
        count.errors += u64::from(answer.is_err());
    }

    pub(super) fn calls(&self) -> Calls {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
