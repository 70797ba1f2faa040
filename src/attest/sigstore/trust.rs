//! Whom an attestor trusts.

use std::collections::BTreeMap;

use super::identity::{CLAIMS, Matcher};
use super::key::PublicKey;
use super::root::TrustedRoot;
use crate::domain::Digest;

/// Whom an attestor trusts.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Whoever holds a key.
    Key(KeyTrust),
    /// Whoever an OIDC issuer vouched for.
    Keyless(KeylessTrust),
}

/// Trust in whoever holds a key.
#[derive(Debug, Clone)]
pub struct KeyTrust {
    pub(super) key: PublicKey,
    pub(super) log: Option<TrustedRoot>,
}

/// Trust in whoever an OIDC issuer vouched for.
#[derive(Debug, Clone)]
pub struct KeylessTrust {
    pub(super) root: TrustedRoot,
    pub(super) issuer: Matcher,
    pub(super) subject: Matcher,
    pub(super) claims: BTreeMap<String, String>,
}

impl KeyTrust {
    /// Trust in a key; with a log, only in what one of its transparency logs holds, and without one whatever log entry there is
    /// is left alone.
    ///
    /// # Errors
    ///
    /// A root without transparency logs.
    pub fn new(key: PublicKey, log: Option<TrustedRoot>) -> Result<Self, String> {
        match &log {
            Some(root) if !root.has_logs() => Err("has no transparency log".to_owned()),
            _ => Ok(Self { key, log }),
        }
    }
}

impl KeylessTrust {
    /// Trust in those whom an issuer calls by a subject's name, when the certificate makes all these claims.
    ///
    /// # Errors
    ///
    /// A root that lacks authorities or logs, or a claim that no certificate makes.
    pub fn new(
        root: TrustedRoot,
        issuer: Matcher,
        subject: Matcher,
        claims: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        if let Some(missing) = root.lacks() {
            return Err(format!("has {missing}"));
        }
        if let Some(unknown) = claims.keys().find(|name| !CLAIMS.contains(&name.as_str())) {
            return Err(format!("asks for the claim `{unknown}`, and only {} are known", CLAIMS.join(", ")));
        }
        Ok(Self { root, issuer, subject, claims })
    }
}

impl Trust {
    /// SHA-256 over everything that decides its answers, in hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts = match self {
            Self::Key(trust) => format!("{:?}", ("key", &trust.key, &trust.log)),
            Self::Keyless(trust) => {
                format!("{:?}", ("keyless", &trust.root, &trust.issuer, &trust.subject, &trust.claims))
            }
        };
        Digest::of(parts.as_bytes()).hex().to_owned()
    }
}
