//! What came of looking at one signature with one attestor's eyes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one signature, or one signed statement, is to one attestor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The attestor made it, about the image that was asked for, and it holds.
    Verified(Box<Evidence>),
    /// It does not hold, or somebody else made it.
    Refused(Refusal),
    /// It holds, and whether it was revoked is for a service to say.
    Revocable(Box<Evidence>, RevocationQuery),
    /// Something that is needed to tell is not to be had.
    Unknown(Refusal),
}

/// Why a signature counts for nothing, or why nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Stable, for programs: `wrong_key`, `other_subject` …; each room that verifies lists its own.
    pub code: String,
    /// For people: one clause without a full stop that names the values compared.
    pub reason: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: &str, reason: impl Into<String>) -> Self {
        Self { code: code.to_owned(), reason: reason.into() }
    }
}

/// What is known about a signature that holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Evidence {
    /// Who signed.
    pub signer: Signer,
    /// The entry in a transparency log, when it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogEntry>,
    /// When it was signed, and who says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<SignedAt>")]
    pub signed_at: Option<SignedAt>,
    /// Until when the signature counts, when it says so itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires_at: Option<Timestamp>,
    /// Until when its certificates count, where that is judged by today's date and not by the day of signing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<Timestamp>,
    /// Whether it was revoked.
    pub revocation: Revocation,
    /// What was not looked at, or was let pass by the attestor's level, one clause each, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Who signed; what does not apply is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Signer {
    /// SHA-256 of the public key (SubjectPublicKeyInfo in DER), in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_fingerprint: Option<String>,
    /// The OIDC issuer that vouched for the identity of a keyless signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Keyless: the identity, a URI or an e-mail address. Notation: the leaf certificate's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What the CI system says of the run that signed (repository, ref, sha, trigger …).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, String>,
    /// SHA-256 of the leaf certificate in DER, in hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_fingerprint: Option<String>,
    /// ARN of the AWS Signer profile version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_profile_version: Option<String>,
    /// ARN of the AWS Signer job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_job: Option<String>,
}

/// An entry of a transparency log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    /// The log's id, in hexadecimal digits.
    pub id: String,
    /// The entry's index in it.
    pub index: i64,
}

/// When something was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedAt {
    /// The moment.
    #[schemars(with = "String")]
    pub time: Timestamp,
    /// Who says so.
    pub source: TimeSource,
}

/// Who says when something was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The transparency log.
    Log,
    /// A timestamp authority.
    TimestampAuthority,
    /// A signing authority such as AWS Signer.
    SigningAuthority,
    /// The signer, whom nobody checked.
    Signer,
}

/// Whether a signature was revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// What is known.
    pub state: RevocationState,
    /// Who was asked: `crl`, `aws-signer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// See [`Revocation`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevocationState {
    /// Whoever can revoke it says that nobody has.
    Good,
    /// It was revoked; such a signature is never verified.
    Revoked,
    /// Whoever can revoke it could not be asked.
    Unknown,
    /// Nobody can revoke it, or the attestor's level does not ask.
    #[default]
    NotChecked,
}

/// The question to AWS Signer whether a signature was revoked (`signer:GetRevocationStatus`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationQuery {
    /// When it was signed, as its authority says.
    pub signed_at: Timestamp,
    /// ARN of the signing profile's version.
    pub profile_version: String,
    /// ARN of the signing job.
    pub job: String,
    /// Hashes of the chain's certificates, as the API takes them, leaf first.
    pub certificate_hashes: Vec<String>,
}
