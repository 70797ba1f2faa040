//! The certificates that an attestor trusts.

use jiff::Timestamp;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::certificate::Certificate;
use super::chain::{Chain, claims_authority, name};
use crate::domain::Digest;

/// The most certificates that a store may have.
const MAX_CERTIFICATES: usize = 100;

/// Certificates that chains may end in.
///
/// Only authorities and self-signed certificates can be trusted: another leaf in a store would be trusted for what its issuer
/// may have revoked.
#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    certificates: Vec<Certificate>,
}

impl TrustStore {
    /// Reads the certificates of a text in PEM; what stands around its blocks is passed over.
    ///
    /// # Errors
    ///
    /// A text without certificates, with other blocks, or with a certificate that cannot be trusted.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        let ders = pem(text, "CERTIFICATE")?;
        if ders.len() > MAX_CERTIFICATES {
            return Err(format!("{} certificates are more than {MAX_CERTIFICATES}", ders.len()));
        }
        let mut store = Self::default();
        for (index, der) in ders.iter().enumerate() {
            let certificate = trusted(der).map_err(|clause| format!("certificate {} {clause}", index + 1))?;
            store.certificates.push(certificate);
        }
        Ok(store)
    }

    /// Reads one certificate in DER.
    ///
    /// # Errors
    ///
    /// What is no certificate, or one that cannot be trusted.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let certificate = trusted(der).map_err(|clause| format!("the certificate {clause}"))?;
        Ok(Self { certificates: vec![certificate] })
    }

    /// Adds the certificates of another store.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.certificates.extend(other.certificates);
        self
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// SHA-256 of each certificate in hexadecimal digits, sorted.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        let mut fingerprints = self.certificates.iter().map(Certificate::fingerprint).collect::<Vec<_>>();
        fingerprints.sort();
        fingerprints.dedup();
        fingerprints
    }

    /// Changes with every certificate, and not with their order.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        Digest::of(self.fingerprints().join("\n").as_bytes()).hex().to_owned()
    }

    /// When the first of its certificates counts no longer.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.certificates.iter().map(|certificate| certificate.not_after).min()
    }

    /// Whether a certificate of the chain is one of these, byte for byte.
    pub(super) fn holds_one_of(&self, chain: &Chain) -> bool {
        chain.certificates().any(|link| self.certificates.iter().any(|trusted| trusted.der() == link.der()))
    }
}

/// Reads a certificate that may be trusted.
fn trusted(der: &[u8]) -> Result<Certificate, String> {
    let certificate = Certificate::from_der(der)?;
    if certificate.uses_sha1() {
        return Err(format!("`{}` is signed with SHA-1", name(&certificate)));
    }
    if !claims_authority(&certificate)? && !certificate.is_self_signed() {
        let name = name(&certificate);
        return Err(format!("`{name}` is neither an authority nor self-signed, expected its root"));
    }
    Ok(certificate)
}

/// The contents of all blocks of a text in PEM, which all have to have this label.
pub(super) fn pem(text: &str, label: &str) -> Result<Vec<Vec<u8>>, String> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (found, after) = after.split_once("-----").ok_or("a block of PEM has no label")?;
        if found != label {
            return Err(format!("a block of PEM is `{}`, expected `{label}`", super::shown(found)));
        }
        let (body, after) = after
            .split_once(&format!("-----END {label}-----"))
            .ok_or_else(|| format!("a block of PEM does not end with `-----END {label}-----`"))?;
        let body = body.split_ascii_whitespace().collect::<String>();
        let der = STANDARD.decode(body).map_err(|error| format!("a block of PEM is not base64: {error}"))?;
        blocks.push(der);
        rest = after;
    }
    if blocks.is_empty() { Err(format!("there is no `{label}` in PEM")) } else { Ok(blocks) }
}
