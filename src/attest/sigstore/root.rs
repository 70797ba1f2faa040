//! Trusted roots: which certificate authorities, logs and timestamp authorities are believed.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sigstore_verify::Verifier;
use sigstore_verify::trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TimeRange, TrustedRoot as Parts};
use sigstore_verify::types::{DerCertificate, LogKeyId, TsaAuthority};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use super::pem;
use super::read;
use crate::domain::Digest;

/// When the root of sigstore's public instance was taken that is in the program: with this release of `sigstore-trust-root`.
pub const PUBLIC_GOOD_DATE: &str = "2026-10-23";

/// The most bytes of a root: the public one has seven kibibytes.
const MOST_BYTES: usize = 1 << 20;

/// The most authorities, and the most logs, of one kind.
const MOST_ENTRIES: usize = 100;

/// The most certificates of an authority.
const MOST_CERTIFICATES: usize = 10;

/// Since when something counts that does not say since when.
const ALWAYS: &str = "1970-01-01T00:00:00Z";

/// A trusted root, ready to verify with.
#[derive(Clone)]
pub struct TrustedRoot(Arc<Ready>);

struct Ready {
    verifier: Verifier,
    parts: Parts,
    authorities: Vec<TsaAuthority>,
    fingerprint: String,
}

impl TrustedRoot {
    /// Reads a `trusted_root.json`.
    ///
    /// # Errors
    ///
    /// Says what cannot be read or is missing.
    pub fn from_json(text: &str) -> Result<Self, String> {
        if text.len() > MOST_BYTES {
            return Err(format!("has {} bytes; a trusted root has at most {MOST_BYTES}", text.len()));
        }
        let root = read::json("it", text.as_bytes()).map_err(|refusal| refusal.reason)?;
        Self::from_value(root)
    }

    /// The root of sigstore's public instance, of [`PUBLIC_GOOD_DATE`].
    ///
    /// # Errors
    ///
    /// The root in the program cannot be read.
    pub fn public_good() -> Result<Self, String> {
        static ROOT: OnceLock<Result<TrustedRoot, String>> = OnceLock::new();
        ROOT.get_or_init(|| Self::from_json(SIGSTORE_PRODUCTION_TRUSTED_ROOT)).clone()
    }

    /// Puts a root together from PEM: a Fulcio chain, each certificate issued by the one after it, and the public keys of a
    /// Rekor and of a certificate log, each optional.
    ///
    /// # Errors
    ///
    /// Says which part cannot be read.
    pub fn from_parts(fulcio: Option<&str>, rekor: Option<&str>, ct: Option<&str>) -> Result<Self, String> {
        let mut root = json!({ "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1" });
        let fields = root.as_object_mut().ok_or("is no object")?;
        if let Some(text) = fulcio {
            let of_fulcio = |reason: String| format!("the chain of Fulcio {reason}");
            let chain = pem::certificates(text, MOST_CERTIFICATES).map_err(of_fulcio)?;
            is_chain(&chain).map_err(of_fulcio)?;
            let chain =
                chain.iter().map(|der| json!({ "rawBytes": read::to_base64(der) })).collect::<Vec<_>>();
            fields
                .insert("certificateAuthorities".into(), json!([{ "certChain": { "certificates": chain } }]));
        }
        for (name, what, text) in
            [("tlogs", "the key of Rekor", rekor), ("ctlogs", "the key of the certificate log", ct)]
        {
            let Some(text) = text else { continue };
            let key = super::PublicKey::from_pem(text).map_err(|reason| format!("{what} {reason}"))?;
            let der = key.der().as_bytes();
            let id = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
            fields.insert(
                name.into(),
                json!([{
                    "hashAlgorithm": "SHA2_256",
                    "publicKey": { "rawBytes": read::to_base64(der), "keyDetails": "PKIX_ECDSA_P256_SHA_256" },
                    "logId": { "keyId": read::to_base64(id.as_ref()) },
                }]),
            );
        }
        Self::from_value(root)
    }

    fn from_value(mut root: Value) -> Result<Self, String> {
        complete(&mut root)?;
        // What stands in the file decides, and not how it is written.
        let canonical = root.to_string();
        let mut parts = serde_json::from_value::<Parts>(root)
            .map_err(|error| read::clause(&format!("is no trusted root of sigstore's: {error}")))?;
        narrow(&mut parts)?;
        let verifier = Verifier::new(&parts)
            .map_err(|error| read::clause(&format!("is no usable trusted root: {error}")))?;
        let authorities = parts.tsa_authorities();
        let fingerprint = Digest::of(canonical.as_bytes()).hex().to_owned();
        Ok(Self(Arc::new(Ready { verifier, parts, authorities, fingerprint })))
    }

    /// SHA-256 over everything in it, in hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }

    pub(super) fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    /// Whether it can say that something was logged.
    pub(super) fn has_logs(&self) -> bool {
        !self.0.parts.tlogs.is_empty()
    }

    /// What certificates cannot be verified without, when it is missing.
    pub(super) fn lacks(&self) -> Option<&'static str> {
        let parts = &self.0.parts;
        if parts.certificate_authorities.is_empty() {
            Some("no certificate authority")
        } else if parts.ctlogs.is_empty() {
            Some("no certificate log")
        } else if parts.tlogs.is_empty() {
            Some("no transparency log")
        } else {
            None
        }
    }

    /// Whether it knows a transparency log.
    pub(super) fn knows_log(&self, id: &LogKeyId) -> bool {
        self.0.parts.tlogs.iter().any(|log| &log.log_id.key_id == id)
    }

    /// Those who may say when something was signed.
    pub(super) fn authorities(&self) -> &[TsaAuthority] {
        &self.0.authorities
    }
}

impl fmt::Debug for TrustedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustedRoot({})", self.0.fingerprint)
    }
}

/// Puts in what tools leave out because it is empty, and refuses what is too much.
fn complete(root: &mut Value) -> Result<(), String> {
    let fields = root.as_object_mut().ok_or("is no trusted root of sigstore's: it is no JSON object")?;
    for (name, address) in [
        ("tlogs", "baseUrl"),
        ("ctlogs", "baseUrl"),
        ("certificateAuthorities", "uri"),
        ("timestampAuthorities", "uri"),
    ] {
        let Some(entries) = fields.get_mut(name) else { continue };
        let entries =
            entries.as_array_mut().ok_or_else(|| format!("is no trusted root: `{name}` is no list"))?;
        if entries.len() > MOST_ENTRIES {
            return Err(format!("has {} `{name}`; at most {MOST_ENTRIES} are read", entries.len()));
        }
        for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
            entry.entry(address).or_insert_with(|| "".into());
            since_when(entry);
            entry.get_mut("publicKey").and_then(Value::as_object_mut).map(since_when);
        }
    }
    Ok(())
}

fn since_when(entry: &mut Map<String, Value>) {
    if let Some(range) = entry.get_mut("validFor").and_then(Value::as_object_mut) {
        range.entry("start").or_insert_with(|| ALWAYS.into());
    }
}

/// Lets each authority count only while all its certificates were valid: the verifier looks at the validity of what it does not
/// trust yet, and these it trusts.
fn narrow(parts: &mut Parts) -> Result<(), String> {
    let certificates = parts.certificate_authorities.iter_mut().map(|it| (&it.cert_chain, &mut it.valid_for));
    let timestamps = parts.timestamp_authorities.iter_mut().map(|it| (&it.cert_chain, &mut it.valid_for));
    for (chain, window) in certificates.chain(timestamps) {
        if chain.certificates.len() > MOST_CERTIFICATES {
            return Err(format!("has an authority with more than {MOST_CERTIFICATES} certificates"));
        }
        for certificate in &chain.certificates {
            let valid = validity(&certificate.raw_bytes)?;
            let narrowed = window.map_or(valid, |window| TimeRange {
                start: window.start.max(valid.start),
                end: [window.end, valid.end].into_iter().flatten().min(),
            });
            *window = Some(narrowed);
        }
    }
    // Such an authority never could have issued anything.
    let lasts = |window: &Option<TimeRange>| window.is_none_or(|it| it.end.is_none_or(|end| it.start <= end));
    parts.certificate_authorities.retain(|it| lasts(&it.valid_for));
    parts.timestamp_authorities.retain(|it| lasts(&it.valid_for));
    Ok(())
}

/// When a certificate was valid.
pub(super) fn validity(certificate: &DerCertificate) -> Result<TimeRange, String> {
    let unreadable = || "has a certificate that cannot be read".to_owned();
    let certificate = Certificate::from_der(certificate.as_bytes()).map_err(|_| unreadable())?;
    let validity = certificate.tbs_certificate.validity;
    let start = Timestamp::try_from(validity.not_before.to_system_time()).map_err(|_| unreadable())?;
    let end = Timestamp::try_from(validity.not_after.to_system_time()).map_err(|_| unreadable())?;
    Ok(TimeRange::new(start, Some(end)))
}

/// Refuses certificates of which one does not name the next as its issuer.
fn is_chain(chain: &[Vec<u8>]) -> Result<(), String> {
    let names = chain
        .iter()
        .map(|der| {
            let certificate = Certificate::from_der(der).ok()?;
            let name = |name: &x509_cert::name::Name| name.to_der().ok();
            let tbs = &certificate.tbs_certificate;
            Some((name(&tbs.subject)?, name(&tbs.issuer)?))
        })
        .collect::<Option<Vec<_>>>()
        .ok_or("has a certificate that cannot be read")?;
    let linked = names.iter().zip(names.iter().skip(1)).all(|((_, issuer), (subject, _))| issuer == subject);
    if linked { Ok(()) } else { Err("has a certificate that the one after it did not issue".to_owned()) }
}
