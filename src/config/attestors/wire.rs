//! What each kind of attestor takes, as the file has it.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CosignKey {
    pub(super) key: Option<String>,
    pub(super) pem: Option<String>,
    pub(super) kms: Option<String>,
    #[serde(default)]
    pub(super) transparency_log: Log,
    pub(super) trusted_root: Option<Root>,
}

/// A trusted root in one file, or in the parts that private instances hand out.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Root {
    Whole(String),
    Parts(Parts),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parts {
    pub(super) fulcio: Option<String>,
    pub(super) rekor: Option<String>,
    pub(super) ct: Option<String>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Log {
    #[default]
    Required,
    NotRequired,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keyless {
    pub(super) issuer: Option<String>,
    pub(super) issuer_regex: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) subject_regex: Option<String>,
    #[serde(default)]
    pub(super) claims: BTreeMap<String, String>,
    pub(super) trusted_root: Option<Root>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notation {
    #[serde(default)]
    pub(super) ca: Vec<String>,
    #[serde(default)]
    pub(super) signing_authority: Vec<String>,
    pub(super) trusted_identities: Vec<String>,
    pub(super) level: Option<String>,
    #[serde(default)]
    pub(super) overrides: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) crls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AwsSigner {
    pub(super) profiles: Vec<String>,
    pub(super) roots: Option<Vec<String>>,
    #[serde(default)]
    pub(super) revocation: Asked,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Asked {
    #[default]
    Ask,
    DoNotAsk,
}
