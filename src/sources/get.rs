//! One GET on the SDK's own runtime: its connections, retries and timeouts; the answer is read piece by piece, up to a limit.

use std::fmt;
use std::sync::Mutex;

use aws_config::BehaviorVersion;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{Error as ErasedError, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::{Error, Limits};
use crate::aws::chain;

/// How often a request is made before it counts as failed.
const ATTEMPTS: u32 = 4;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Get {
    /// `https://host:port`.
    pub(super) origin: String,
    /// `/path?query`, escaped.
    pub(super) path: String,
    /// What signs the request; it is sent unsigned without.
    pub(super) signed: Option<StaticRuntimePlugin>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// Where it redirects to.
    pub(super) location: Option<String>,
    /// In which Region S3 says that a bucket is.
    pub(super) bucket_region: Option<String>,
    body: Mutex<SdkBody>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answers with status {}", self.status)
    }
}

impl std::error::Error for Answer {}

/// Takes the body before it is read: how much of it is wanted is decided later.
#[derive(Debug)]
struct Unread;

impl DeserializeResponse for Unread {
    fn deserialize_streaming_with_config(
        &self,
        response: &mut HttpResponse,
        _config: &ConfigBag,
    ) -> Option<Result<Output, OrchestratorError<ErasedError>>> {
        let header = |name: &str| response.headers().get(name).map(ToOwned::to_owned);
        let answer = Answer {
            status: response.status().as_u16(),
            location: header("location"),
            bucket_region: header("x-amz-bucket-region"),
            body: Mutex::new(std::mem::replace(response.body_mut(), SdkBody::taken())),
        };
        Some(match answer.status {
            200..=499 => Ok(Output::erase(answer)),
            // As an error it is tried again.
            _ => Err(OrchestratorError::operation(ErasedError::erase(answer))),
        })
    }

    fn deserialize_nonstreaming_with_config(
        &self,
        _response: &HttpResponse,
        _config: &ConfigBag,
    ) -> Result<Output, OrchestratorError<ErasedError>> {
        Err(OrchestratorError::other("the answer was not taken as it arrived"))
    }
}

/// Asks, and waits until the answer begins.
pub(super) async fn send(get: Get, limits: &Limits) -> Result<Answer, Error> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(limits.answer / 4)
        .read_timeout(limits.answer / 2)
        .operation_timeout(limits.answer)
        .build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(limits.backoff);
    let mut operation = Operation::builder()
        .service_name("bundles")
        .operation_name("Get")
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&get.origin)
        .standard_retry(&retries)
        .timeout_config(timeouts)
        .retry_classifier(TransientErrorClassifier::<Answer>::new())
        .retry_classifier(HttpStatusCodeClassifier::default());
    operation = match get.signed {
        Some(plugin) => operation.runtime_plugin(plugin),
        None => operation.no_auth(),
    };
    let operation = operation
        .serializer(|path: String| {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_method("GET").map_err(BoxError::from)?;
            request.set_uri(path).map_err(BoxError::from)?;
            request.headers_mut().insert("user-agent", concat!("tidewaiter/", env!("CARGO_PKG_VERSION")));
            Ok(request)
        })
        .deserializer_impl::<Answer, Answer>(Unread)
        .build();
    // The SDK traces requests with their signatures; none of that may reach a log, whatever its filter says.
    match operation.invoke(get.path).with_subscriber(NoSubscriber::default()).await {
        Ok(answer) => Ok(answer),
        Err(SdkError::ServiceError(context)) => Ok(context.into_err()),
        Err(error) if super::s3::is_about_credentials(&error) => Err(Error::Credentials(chain(&error))),
        Err(SdkError::TimeoutError(_)) => {
            Err(Error::Unreachable(format!("not within {} s", limits.answer.as_secs())))
        }
        Err(error) => Err(Error::Unreachable(chain(&error))),
    }
}

impl Answer {
    /// The whole body, if it is not larger than the limit.
    pub(super) async fn body(self, limits: &Limits) -> Result<Vec<u8>, Error> {
        let body = self.body.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut stream = ByteStream::new(body);
        if stream.size_hint().0 > limits.bytes {
            return Err(Error::TooLarge(limits.bytes));
        }
        let mut bytes = Vec::new();
        let reading = async {
            while let Some(piece) = stream.next().await {
                let piece = piece.map_err(|error| Error::Interrupted(chain(&error)))?;
                bytes.extend_from_slice(&piece);
                if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.bytes {
                    return Err(Error::TooLarge(limits.bytes));
                }
            }
            Ok(())
        };
        match tokio::time::timeout(limits.body, reading).await {
            Ok(read) => read.map(|()| bytes),
            Err(_) => Err(Error::Interrupted(format!("not done within {} s", limits.body.as_secs()))),
        }
    }
}
