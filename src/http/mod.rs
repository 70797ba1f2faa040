//! GETs on the SDK's own runtime: its connections, retries and timeouts; an answer is read piece by piece, up to a
//! limit.
//!
//! It stands apart because bundles ([`crate::sources`]) and registries ([`crate::registry`]) are both read with it.
//!
//! **Invariant:** an answer ends within its limits of bytes and time, whoever gives it.
//!
//! **Invariant:** neither a header nor a query nor a body reaches a log or an error.

mod place;
mod retry;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::TransientErrorClassifier;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{Error as ErasedError, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use url::Url;

use self::retry::Trouble;
use crate::aws::{chain, retry_partition};

pub(crate) use place::{InvalidUrl, follow, is_allowed};

/// How often a request is made before it counts as failed.
const ATTEMPTS: u32 = 4;

/// The most origins whose connections are kept.
const LIMIT_ORIGINS: usize = 16;

/// How many redirects are followed.
pub(crate) const LIMIT_REDIRECTS: usize = 5;

/// How long to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patience {
    /// The longest that it may take until the answer begins, retries included.
    pub(crate) answer: Duration,
    /// The longest that the answer may take after that.
    pub(crate) body: Duration,
    /// The first pause before another attempt; each further one is longer.
    pub(crate) backoff: Duration,
}

/// What is asked for. Its `Debug` prints neither headers nor query.
pub(crate) struct Get {
    /// `https://host:port`.
    pub(crate) origin: String,
    /// `/path?query`, escaped.
    pub(crate) path: String,
    /// What is sent beside it; names are in lower case.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Get {
    /// What stands at a URL.
    pub(crate) fn url(url: &Url) -> Self {
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Self { origin: url.origin().ascii_serialization(), path, headers: Vec::new() }
    }
}

impl fmt::Debug for Get {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Get").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    /// Nobody answers.
    #[error("there is no answer: {0}")]
    Unreachable(String),
    /// Nobody answers in time.
    #[error("there is no answer within {} s", .0.as_secs())]
    Late(Duration),
    /// What answers does not speak HTTP as it should.
    #[error("the answer is not what HTTP promises: {0}")]
    Garbled(String),
    /// The answer stopped before its end.
    #[error("the answer broke off: {0}")]
    Interrupted(String),
    /// It is larger than what is read.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// No credentials were found to sign with.
    #[error("no AWS credentials could be loaded: {0}")]
    Credentials(String),
}

/// An answer, whatever its status. Its `Debug` prints the status alone.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    headers: Headers,
    body: Mutex<SdkBody>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
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
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Mutex::new(std::mem::replace(response.body_mut(), SdkBody::taken())),
        };
        Some(match answer.status {
            200..=428 | 430..=499 => Ok(Output::erase(answer)),
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

/// What asks one origin.
type Asking = Operation<Get, Answer, Answer>;

/// Asks servers, and keeps connections to them.
pub(crate) struct Client {
    patience: Patience,
    by_origin: Mutex<BTreeMap<String, Arc<Asking>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("patience", &self.patience).finish_non_exhaustive()
    }
}

impl Client {
    pub(crate) fn new(patience: Patience) -> Self {
        Self { patience, by_origin: Mutex::default() }
    }

    /// Asks, unsigned, and waits until the answer begins.
    pub(crate) async fn send(&self, get: Get) -> Result<Answer, Error> {
        let operation = {
            let mut by_origin = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
            // Servers that send from one place to another do not make it grow.
            if by_origin.len() >= LIMIT_ORIGINS && !by_origin.contains_key(&get.origin) {
                by_origin.clear();
            }
            let make = || Arc::new(operation(&get.origin, None, &self.patience));
            Arc::clone(by_origin.entry(get.origin.clone()).or_insert_with(make))
        };
        invoke(&operation, get, &self.patience).await
    }

    /// The whole body of an answer, if it is not larger than the limit.
    pub(crate) async fn body(&self, answer: Answer, limit: u64) -> Result<Vec<u8>, Error> {
        answer.body(limit, &self.patience).await
    }
}

/// Asks with a signature, and waits until the answer begins.
pub(crate) async fn send_signed(
    get: Get,
    signed: StaticRuntimePlugin,
    patience: &Patience,
) -> Result<Answer, Error> {
    invoke(&operation(&get.origin, Some(signed), patience), get, patience).await
}

fn operation(origin: &str, signed: Option<StaticRuntimePlugin>, patience: &Patience) -> Asking {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(patience.answer / 4)
        .read_timeout(patience.answer / 2)
        .operation_timeout(patience.answer)
        .build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(patience.backoff);
    let operation = Operation::builder()
        .service_name("http")
        .operation_name("Get")
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(origin)
        .standard_retry(&retries)
        .timeout_config(timeouts)
        .retry_classifier(TransientErrorClassifier::<Answer>::new())
        .retry_classifier(Trouble);
    let operation = match signed {
        Some(plugin) => operation.runtime_plugin(plugin),
        None => {
            let mut layer = Layer::new("unsigned");
            layer.store_put(retry_partition());
            operation.no_auth().runtime_plugin(StaticRuntimePlugin::new().with_config(layer.freeze()))
        }
    };
    operation
        .serializer(|get: Get| {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_method("GET").map_err(BoxError::from)?;
            request.set_uri(get.path).map_err(BoxError::from)?;
            let headers = request.headers_mut();
            headers.insert("user-agent", concat!("tidewaiter/", env!("CARGO_PKG_VERSION")));
            for (name, value) in get.headers {
                headers.try_insert(name, value).map_err(BoxError::from)?;
            }
            Ok(request)
        })
        .deserializer_impl::<Answer, Answer>(Unread)
        .build()
}

async fn invoke(operation: &Asking, get: Get, patience: &Patience) -> Result<Answer, Error> {
    // The SDK traces requests with their signatures; none of that may reach a log, whatever its filter says.
    match operation.invoke(get).with_subscriber(NoSubscriber::default()).await {
        Ok(answer) => Ok(answer),
        Err(SdkError::ServiceError(context)) => Ok(context.into_err()),
        Err(error) if is_about_credentials(&error) => Err(Error::Credentials(chain(&error))),
        Err(SdkError::TimeoutError(_)) => Err(Error::Late(patience.answer)),
        Err(SdkError::DispatchFailure(failure)) if failure.is_timeout() => Err(Error::Late(patience.answer)),
        Err(SdkError::DispatchFailure(failure)) if failure.is_other() && failure.as_other().is_none() => {
            Err(Error::Garbled(chain(&SdkError::<Answer, HttpResponse>::DispatchFailure(failure))))
        }
        Err(error) => Err(Error::Unreachable(chain(&error))),
    }
}

/// Whether credentials that could not be had lie at the bottom of an error.
fn is_about_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return true;
        }
        next = error.source();
    }
    false
}

impl Answer {
    /// The values of a header.
    ///
    /// # Errors
    ///
    /// One of them is no text.
    pub(crate) fn headers(&self, name: &'static str) -> Result<Vec<&str>, Error> {
        let values = self.headers.get_all_bytes(name).map(std::str::from_utf8);
        values
            .collect::<Result<_, _>>()
            .map_err(|_| Error::Garbled(format!("its header `{name}` is no text")))
    }

    /// The value of a header that comes once.
    ///
    /// # Errors
    ///
    /// It is no text, or comes with different values.
    pub(crate) fn header(&self, name: &'static str) -> Result<Option<&str>, Error> {
        let mut values = self.headers(name)?;
        values.dedup();
        match values.as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(Error::Garbled(format!("its header `{name}` comes twice"))),
        }
    }

    /// The whole body, if it is not larger than the limit.
    pub(crate) async fn body(self, limit: u64, patience: &Patience) -> Result<Vec<u8>, Error> {
        let body = self.body.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut stream = ByteStream::new(body);
        if stream.size_hint().0 > limit {
            return Err(Error::TooLarge(limit));
        }
        let mut bytes = Vec::new();
        let reading = async {
            while let Some(piece) = stream.next().await {
                let piece = piece.map_err(|error| Error::Interrupted(chain(&error)))?;
                let so_far = bytes.len().saturating_add(piece.len());
                if u64::try_from(so_far).unwrap_or(u64::MAX) > limit {
                    return Err(Error::TooLarge(limit));
                }
                bytes.extend_from_slice(&piece);
            }
            Ok(())
        };
        match tokio::time::timeout(patience.body, reading).await {
            Ok(read) => read.map(|()| bytes),
            Err(_) => Err(Error::Interrupted(format!("not done within {} s", patience.body.as_secs()))),
        }
    }
}
