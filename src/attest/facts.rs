//! What a document says of an image and of an attestor.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Evidence, Refusal};

/// An image that runs or would run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Image {
    /// The registry, in lower case; absent when what containers write is no reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// The repository within it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// What containers call it, as they write it, sorted.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub references: BTreeSet<String>,
    /// The digest that was looked at; absent when it could not be told, or nobody asked a registry for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Where the digest is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest_source: Option<DigestSource>,
    /// Who uses it.
    #[serde(skip_serializing_if = "Users::is_empty")]
    pub users: Users,
    /// What each attestor says of it, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attestors: BTreeMap<String, Examined>,
}

/// Where the digest of an image is from, the one that counts most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigestSource {
    /// A task's container runs it.
    Task,
    /// ECS resolved it when the service was deployed.
    ServiceRevision,
    /// The reference names it.
    Pinned,
    /// The tag led to it when the registry was asked.
    Tag,
}

/// Who uses an image; every list is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Users {
    /// ARNs of services whose deployments run it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub services: BTreeSet<String>,
    /// ARNs of task definitions that name it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub task_definitions: BTreeSet<String>,
    /// ARNs of tasks that run it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub tasks: BTreeSet<String>,
}

/// Kinds of [`Users`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKind {
    /// A service.
    Service,
    /// A task.
    Task,
    /// A task definition.
    TaskDefinition,
}

impl Users {
    /// Adds one.
    pub fn add(&mut self, kind: UserKind, arn: &str) {
        let list = match kind {
            UserKind::Service => &mut self.services,
            UserKind::Task => &mut self.tasks,
            UserKind::TaskDefinition => &mut self.task_definitions,
        };
        list.insert(arn.to_owned());
    }

    fn is_empty(&self) -> bool {
        self.services.is_empty() && self.task_definitions.is_empty() && self.tasks.is_empty()
    }
}

/// What an attestor says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It made a signature of this image, which holds.
    Verified,
    /// There are signatures, and none of them is one of its that holds.
    NotVerified,
    /// The registry has no signature of the form that it makes.
    NoSignature,
    /// Nobody can tell: something could not be had or read.
    #[default]
    Unknown,
}

/// What one attestor says of one image, or of one kind of statement about it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Examined {
    /// The answer.
    pub answer: Answer,
    /// Why nobody can tell; present when the answer is `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Refusal>,
    /// What verified it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Signatures that count for nothing, in the order in which the registry lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// Statements such as SBOMs and provenance that the attestor is configured to look for, by the type of their predicate.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attestations: BTreeMap<String, Examined>,
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Digest of the manifest that it stands in.
    pub manifest: String,
    /// How it is laid out in the registry.
    pub layout: Layout,
    /// Digest of the index that was signed in place of the image, which is one of its platforms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via_index: Option<String>,
    /// What is known about it.
    pub evidence: Evidence,
}

/// A signature that counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Digest of the manifest that it stands in.
    pub manifest: String,
    /// How it is laid out in the registry.
    pub layout: Layout,
    /// Digest of the index that it is about, when it is not about the image itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via_index: Option<String>,
    /// Stable, for programs.
    pub code: String,
    /// For people.
    pub reason: String,
}

/// How a signature is laid out in a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// cosign 2: a tag beside the image.
    CosignTag,
    /// cosign 3: a sigstore bundle that refers to the image.
    SigstoreBundle,
    /// The Notary Project's, AWS Signer's among them.
    Notation,
}

/// Whether what an attestor is configured with can be relied on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestorStatus {
    /// `cosign_key`, `keyless`, `notation` or `aws_signer`; absent when the file could not be read that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What is known about it.
    pub status: Standing,
    /// What is wrong, one clause each, with its place in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// The last moment at which the first of its certificates counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// SHA-256 over everything that decides its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// See [`AttestorStatus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It can be relied on.
    Valid,
    /// It cannot be read, or names what does not exist.
    Invalid,
    /// Its certificates or its profile count no longer.
    Expired,
    /// Its profile was revoked, or its key disabled.
    Revoked,
    /// Whoever knows could not be asked.
    Unknown,
}
