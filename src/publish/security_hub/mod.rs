//! Security Hub: carries out plans, and reads back what earlier passes published.
//!
//! The SDK signs, finds the endpoint and retries. The request's body is ours, and the answer's body is read as it came:
//! the SDK's types know neither ASFF's limits nor the difference between an empty answer and one that was cut short.

mod error;
mod import;
mod read;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeMap;
use std::future::Future;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::config::retry::RetryConfig;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

pub use error::Error;
use serde::de::DeserializeOwned;
use wire::Body;

use crate::domain::Scope;

/// How fast Security Hub is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second.
    pub per_second: f64,
    /// Requests that may come at once.
    pub burst: u32,
}

impl Rate {
    fn limiter(self) -> DefaultDirectRateLimiter {
        let slowest = Duration::from_secs(1);
        let period = Duration::try_from_secs_f64(self.per_second.recip()).unwrap_or(slowest);
        let quota = Quota::with_period(period.max(Duration::from_nanos(1)))
            .unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
        RateLimiter::direct(quota.allow_burst(NonZeroU32::new(self.burst).unwrap_or(NonZeroU32::MIN)))
    }
}

/// How Security Hub is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The rate of `BatchImportFindings` and `DescribeHub`.
    pub imports: Rate,
    /// The rate of `GetFindings`.
    pub reads: Rate,
    /// How often a request is sent before it counts as failed.
    pub attempts: u32,
    /// The longest wait before the second attempt; it doubles with each further one.
    pub backoff: Duration,
    /// How many batches are on their way at once.
    pub concurrency: usize,
}

impl Default for Settings {
    /// Half of what AWS allows per account and Region (API reference, "Welcome": 10 a second with bursts of 30, and 3 with
    /// 6 for `GetFindings`), because a customer's other tools draw from the same rates.
    fn default() -> Self {
        Self {
            imports: Rate { per_second: 5.0, burst: 15 },
            reads: Rate { per_second: 1.5, burst: 3 },
            attempts: 8,
            backoff: Duration::from_secs(1),
            concurrency: 4,
        }
    }
}

impl Settings {
    /// The same settings, so many times as fast.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.imports.per_second *= factor;
        self.reads.per_second *= factor;
        self
    }
}

/// Security Hub of one account and Region.
#[derive(Debug)]
pub struct SecurityHub {
    client: Client,
    scope: Scope,
    settings: Settings,
    imports: DefaultDirectRateLimiter,
    reads: DefaultDirectRateLimiter,
    calls: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

impl SecurityHub {
    /// Security Hub of the account whose credentials the configuration has; `scope` must name that account.
    #[must_use]
    pub fn new(config: &SdkConfig, scope: Scope, settings: Settings) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(settings.attempts.max(1))
            .with_initial_backoff(settings.backoff);
        let region = aws_sdk_securityhub::config::Region::new(scope.region.to_string());
        let config =
            aws_sdk_securityhub::config::Builder::from(config).region(region).retry_config(retries).build();
        Self {
            client: Client::from_conf(config),
            scope,
            settings,
            imports: settings.imports.limiter(),
            reads: settings.reads.limiter(),
            calls: Arc::default(),
        }
    }

    /// Whose Security Hub it is.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Calls that were made so far by operation, retries not counted.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks whether Security Hub can be used, before anything is read or written.
    ///
    /// # Errors
    ///
    /// [`Error::NotEnabled`] says what to enable where; nothing is ever enabled by this program. [`Error::Denied`] names the
    /// permission that is missing: a pass that cannot know whether it can publish does not begin.
    pub async fn check(&self) -> Result<(), Error> {
        let answer = self.limited(&self.imports, "DescribeHub", self.client.describe_hub().send()).await;
        match answer.map_err(|error| self.failure("DescribeHub", &error))?.hub_arn() {
            Some(_) => Ok(()),
            None => {
                let problem = "it names no hub".to_owned();
                Err(Error::Malformed { operation: "DescribeHub", problem })
            }
        }
    }

    /// Sends a body of our own, and reads the answer strictly; one that cannot be used is asked for once more.
    async fn post<T: DeserializeOwned>(
        &self,
        limiter: &DefaultDirectRateLimiter,
        operation: &'static str,
        path: &'static str,
        request: String,
    ) -> Result<T, Error> {
        let request = Arc::<str>::from(request);
        match self.post_once(limiter, operation, path, &request).await {
            Err(Error::Malformed { .. }) => self.post_once(limiter, operation, path, &request).await,
            answer => answer,
        }
    }

    /// Every operation goes out as the SDK's `BatchImportFindings`, whose answer it reads in no time: what it would make of
    /// a page of `GetFindings` it makes on the stack, and a thread of the runtime has too little of that for the hundred
    /// kinds of details that a resource can have.
    async fn post_once<T: DeserializeOwned>(
        &self,
        limiter: &DefaultDirectRateLimiter,
        operation: &'static str,
        path: &'static str,
        request: &Arc<str>,
    ) -> Result<T, Error> {
        let (body, request) = (Body::default(), Arc::clone(request));
        let call = self
            .client
            .batch_import_findings()
            .customize()
            .mutate_request(move |http| {
                let endpoint = http.uri().strip_suffix("/findings/import").map(str::to_owned);
                // An endpoint that ends otherwise cannot come from the SDK; Security Hub would refuse the request.
                if let Some(endpoint) = endpoint {
                    let _ = http.set_uri(format!("{endpoint}{path}"));
                }
                http.headers_mut().insert("content-length", request.len().to_string());
                *http.body_mut() = SdkBody::from(&*request);
            })
            .interceptor(body.clone())
            .send();
        self.limited(limiter, operation, call).await.map_err(|error| self.failure(operation, &error))?;
        body.read(operation)
    }

    async fn limited<T>(
        &self,
        limiter: &DefaultDirectRateLimiter,
        operation: &'static str,
        call: impl Future<Output = T>,
    ) -> T {
        limiter.until_ready().await;
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_insert(0) += 1;
        call.await
    }
}
