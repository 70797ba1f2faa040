//! Where a bundle is, as people write it.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use crate::http::{self, InvalidUrl};

/// What stands for the bundles that the program carries.
const BUILTIN: &str = "builtin";

/// Where a bundle is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory, or the file of an archive.
    Path(PathBuf),
    /// `builtin`: every bundle that the program carries; `builtin/NAME`: one of them. A directory of that name is written
    /// `./builtin`.
    Builtin(Option<String>),
    /// Somewhere else.
    Remote(Remote),
    /// What cannot be a place; it is kept until it is read, because the parser of the command line would print all of it.
    Invalid {
        /// The text without what may be secret in it.
        shown: String,
        /// Why it cannot.
        why: InvalidLocation,
    },
}

/// Somewhere else.
#[derive(Clone, PartialEq, Eq)]
pub enum Remote {
    /// `https://host/path`; `http://` on this machine only.
    Https(Url),
    /// `s3://bucket/key`.
    S3 {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
}

/// What cannot be the place of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLocation {
    /// A scheme that is not known here.
    #[error("bundles are read from directories, files, `s3://bucket/key` and `https://` URLs")]
    Scheme,
    /// Plain HTTP to another machine.
    #[error("plain http is for this machine only (127.0.0.1, [::1], localhost): use https")]
    Plain,
    /// Credentials in a URL.
    #[error("a URL must hold no user or password: it is shown in logs and reports")]
    Credentials,
    /// No URL.
    #[error("it is no URL: {0}")]
    Url(#[from] url::ParseError),
    /// An object without bucket or key.
    #[error("write it as `s3://bucket/key`")]
    S3,
}

impl From<InvalidUrl> for InvalidLocation {
    fn from(why: InvalidUrl) -> Self {
        match why {
            InvalidUrl::Scheme => Self::Scheme,
            InvalidUrl::Plain => Self::Plain,
            InvalidUrl::Credentials => Self::Credentials,
        }
    }
}

impl FromStr for Location {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        if let Some(name) = text.strip_prefix(BUILTIN) {
            match name.strip_prefix('/') {
                None if name.is_empty() => return Ok(Self::Builtin(None)),
                Some(name) => return Ok(Self::Builtin(Some(name.trim_end_matches('/').to_owned()))),
                None => {}
            }
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::Path(text.into())) };
        let remote = remote(text, scheme, rest).map(Self::Remote);
        Ok(remote.unwrap_or_else(|why| Self::Invalid { shown: format!("{scheme}://{}", public(rest)), why }))
    }
}

fn remote(text: &str, scheme: &str, rest: &str) -> Result<Remote, InvalidLocation> {
    match scheme.to_ascii_lowercase().as_str() {
        "s3" => {
            let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
            let is_bucket = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if bucket.is_empty() || key.is_empty() || !bucket.bytes().all(is_bucket) {
                return Err(InvalidLocation::S3);
            }
            Ok(Remote::S3 { bucket: bucket.to_owned(), key: key.to_owned() })
        }
        "https" | "http" => {
            let url = Url::parse(text)?;
            http::is_allowed(&url)?;
            Ok(Remote::Https(url))
        }
        _ => Err(InvalidLocation::Scheme),
    }
}

/// What of a place's text holds no user, no password and no query.
fn public(rest: &str) -> &str {
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    rest.rsplit('@').next().unwrap_or_default()
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Builtin(None) => f.write_str(BUILTIN),
            Self::Builtin(Some(name)) => write!(f, "{BUILTIN}/{name}"),
            Self::Remote(remote) => remote.fmt(f),
            Self::Invalid { shown, .. } => f.write_str(shown),
        }
    }
}

/// Host and path: a query may be a signature that opens the door.
impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Https(url) => {
                let query = if url.query().is_some() { "?…" } else { "" };
                write!(f, "{}{}{query}", url.origin().ascii_serialization(), url.path())
            }
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, InvalidLocation> {
        match text.parse::<Location>().unwrap() {
            Location::Invalid { shown, why } => {
                assert!(!shown.contains("secret"), "{shown}");
                Err(why)
            }
            location => Ok(location.to_string()),
        }
    }

    #[test]
    fn places_are_told_apart_by_their_scheme() {
        assert_eq!("bundles/ours".parse(), Ok(Location::Path("bundles/ours".into())));
        assert_eq!(shown("s3://ours/a/b.tar.gz").unwrap(), "s3://ours/a/b.tar.gz");
        assert_eq!(shown("https://example.com/b.tar.gz").unwrap(), "https://example.com/b.tar.gz");
        assert_eq!(shown("http://127.0.0.1:8080/b").unwrap(), "http://127.0.0.1:8080/b");
        assert_eq!(shown("http://localhost/b").unwrap(), "http://localhost/b");
    }

    #[test]
    fn what_is_no_place_says_why() {
        for (text, expected) in [
            ("ftp://example.com/b", InvalidLocation::Scheme),
            ("http://example.com/b", InvalidLocation::Plain),
            ("http://localhost.example.com/b", InvalidLocation::Plain),
            ("http://10.0.0.1/b", InvalidLocation::Plain),
            ("https://user:secret@example.com/b", InvalidLocation::Credentials),
            ("http://user:secret@example.com/b?secret", InvalidLocation::Credentials),
            ("ftp://user:se@secret@example.com/b", InvalidLocation::Scheme),
            ("s3://bucket", InvalidLocation::S3),
            ("s3://bucket/", InvalidLocation::S3),
            ("s3://b@d?/key", InvalidLocation::S3),
        ] {
            assert_eq!(shown(text), Err(expected), "{text}");
        }
        assert!(matches!(shown("https://secret@[x/b"), Err(InvalidLocation::Url(_))));
    }

    #[test]
    fn a_query_is_never_shown() {
        let location = "https://b.s3.amazonaws.com/x?X-Amz-Signature=secret".parse::<Location>().unwrap();
        assert_eq!(location.to_string(), "https://b.s3.amazonaws.com/x?…");
        assert!(!format!("{location:?}").contains("secret"));
    }
}
