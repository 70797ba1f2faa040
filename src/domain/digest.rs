//! The digest of what a registry holds.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// What a SHA-256 digest is called, before its 64 hexadecimal digits.
const PREFIX: &str = "sha256:";

/// A SHA-256 digest as OCI writes it: `sha256:` and 64 lower-case hexadecimal digits.
///
/// Other algorithms that OCI knows are refused: no registry that ECS pulls from serves images under them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// A text that is no digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `sha256:` followed by 64 hexadecimal digits in lower case")]
pub struct InvalidDigest(String);

impl Digest {
    /// Reads a digest.
    ///
    /// # Errors
    ///
    /// A text of another form, or of another algorithm.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidDigest> {
        let text = text.into();
        let is_digest = text.strip_prefix(PREFIX).is_some_and(|hex| {
            hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        if is_digest { Ok(Self(text)) } else { Err(InvalidDigest(text.chars().take(100).collect())) }
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(format!("{PREFIX}{}", hex(digest(&SHA256, bytes).as_ref())))
    }

    /// With its algorithm.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or_default()
    }
}

/// Bytes as hexadecimal digits in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        Self::new(text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_one_form() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").as_str(), format!("sha256:{empty}"));
        assert_eq!(Digest::new(format!("sha256:{empty}")).unwrap().hex(), empty);
        for bad in
            ["", "sha256:", empty, &format!("sha512:{empty}"), &format!("sha256:{}", empty.to_uppercase())]
        {
            assert!(Digest::new(bad).is_err(), "{bad}");
        }
        assert!(Digest::new(format!("sha256:{empty}0")).is_err());
    }
}
