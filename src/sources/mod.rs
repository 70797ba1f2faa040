//! Where bundles come from when they do not stand in a file: `s3://` and `https://`.
//!
//! It is apart from `policy`, which reads bytes and knows no network, and from `aws`, whose session is about the estate:
//! a bundle may come from another account and Region than what is judged.
//!
//! **Invariant:** a source gives all of its bytes or an error, never more than the limit, and never waits for ever.
//!
//! **Invariant:** no message holds more of a URL than its host and path: a query may be a signature that opens the door.

mod https;
mod location;
mod s3;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::http::{self, Patience};

pub use location::{InvalidLocation, Location, Remote};

/// What a download may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes.
    pub bytes: u64,
    /// The longest that it may take until the answer begins, retries included.
    pub answer: Duration,
    /// The longest that the answer may take after that.
    pub body: Duration,
    /// The first pause before another attempt; each further one is longer.
    pub backoff: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            answer: Duration::from_secs(60),
            body: Duration::from_secs(120),
            backoff: Duration::from_millis(500),
        }
    }
}

impl Limits {
    fn patience(&self) -> Patience {
        Patience { answer: self.answer, body: self.body, backoff: self.backoff }
    }
}

/// A source that did not give its bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody answers, or not in time.
    #[error("there is no answer: {0}")]
    Unreachable(String),
    /// The answer stopped before its end.
    #[error("the download broke off: {0}")]
    Interrupted(String),
    /// It is larger than what is read.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// The server says no.
    #[error("the server answers with status {0}")]
    Status(u16),
    /// The server sends elsewhere, where nobody follows.
    #[error("the server redirects to {0}")]
    Redirect(&'static str),
    /// No credentials were found for S3.
    #[error("no AWS credentials could be loaded: {0}")]
    Credentials(String),
    /// S3 says no.
    #[error("S3 answers {code} (status {status}): {message}")]
    S3 {
        /// The HTTP status.
        status: u16,
        /// S3's code.
        code: String,
        /// S3's message.
        message: String,
    },
}

impl From<http::Error> for Error {
    fn from(error: http::Error) -> Self {
        match error {
            http::Error::Unreachable(why) | http::Error::Garbled(why) => Self::Unreachable(why),
            http::Error::Late(limit) => Self::Unreachable(format!("not within {} s", limit.as_secs())),
            http::Error::Interrupted(why) => Self::Interrupted(why),
            http::Error::TooLarge(limit) => Self::TooLarge(limit),
            http::Error::Credentials(why) => Self::Credentials(why),
        }
    }
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "check the host's name, the network's way to it, and its certificate",
            Self::Interrupted(_) => "try again",
            Self::TooLarge(_) => "check that it is a bundle; leave out what a bundle does not need",
            Self::Status(401 | 403) => "no credentials are sent: the URL itself must open the door",
            Self::Status(404 | 410) => "check the path",
            Self::Status(_) => "try again, or ask who runs the server",
            Self::Redirect(_) => "name the place itself",
            Self::Credentials(_) => {
                "set AWS_PROFILE, sign in with `aws sso login` or `aws configure`, or run with a task role"
            }
            Self::S3 { code, .. } => match code.as_str() {
                "NoSuchBucket" => "check the bucket's name",
                "NoSuchKey" => "check the object's key",
                "AccessDenied" => {
                    "the caller needs s3:GetObject on the object (and kms:Decrypt if it is encrypted with a key); \
                     without s3:ListBucket an object that does not exist is denied too"
                }
                "PermanentRedirect"
                | "AuthorizationHeaderMalformed"
                | "IllegalLocationConstraintException" => {
                    "the bucket is in another Region: set AWS_REGION to it"
                }
                "ExpiredToken" | "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" => {
                    "sign in again, or check the access key and this machine's clock"
                }
                _ => "try again, or look the code up in S3's documentation",
            },
        }
    }
}

/// Reads everything that stands at a place; `profile` is the one of the shared configuration files to use for S3.
///
/// # Errors
///
/// Why it cannot be had.
pub async fn read(remote: &Remote, profile: Option<&str>, limits: &Limits) -> Result<Vec<u8>, Error> {
    match remote {
        Remote::Https(url) => https::read(url, limits).await,
        Remote::S3 { bucket, key } => s3::read(bucket, key, profile, limits).await,
    }
}
