//! Trusted roots: which certificate authorities, logs and timestamp authorities are believed.

use std::fmt;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use serde_json::{Value, json};
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
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The public root with something changed.
    fn changed(change: impl FnOnce(&mut Value)) -> Result<TrustedRoot, String> {
        let mut root = serde_json::from_str::<Value>(SIGSTORE_PRODUCTION_TRUSTED_ROOT).unwrap();
        change(&mut root);
        TrustedRoot::from_json(&root.to_string())
    }

    fn pem(label: &str, base64: &Value) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64.as_str().unwrap())
    }

    #[test]
    fn the_public_root_has_all_that_is_needed() {
        let root = TrustedRoot::public_good().unwrap();
        assert_eq!(root.lacks(), None);
        assert!(!root.authorities().is_empty());
        assert!(PUBLIC_GOOD_DATE.parse::<jiff::civil::Date>().is_ok());
    }

    #[test]
    fn what_tools_leave_out_because_it_is_empty_is_put_in() {
        let root = changed(|root| {
            for (name, address) in
                [("tlogs", "baseUrl"), ("ctlogs", "baseUrl"), ("certificateAuthorities", "uri")]
            {
                for entry in root[name].as_array_mut().unwrap() {
                    drop(entry.as_object_mut().unwrap().remove(address));
                }
            }
        });
        assert_eq!(root.unwrap().lacks(), None);
    }

    #[test]
    fn a_root_that_cannot_be_used_is_refused() {
        let cases = [
            (changed(|root| *root = Value::Null), "no JSON object"),
            (changed(|root| root["tlogs"] = "none".into()), "`tlogs` is no list"),
            (changed(|root| root["tlogs"][0] = Value::Null), "no trusted root"),
            (
                changed(|root| root["tlogs"][0]["publicKey"]["rawBytes"] = "AAAA".into()),
                "no usable trusted root",
            ),
            // What does not say since when it counts does not count for ever.
            (changed(|root| root["tlogs"][0]["publicKey"]["validFor"] = json!({})), "missing field `start`"),
            (
                changed(|root| {
                    let log = root["tlogs"][0].clone();
                    root["tlogs"].as_array_mut().unwrap().push(log);
                }),
                "duplicate",
            ),
            (
                changed(|root| {
                    let log = root["tlogs"][0].clone();
                    root["tlogs"] = vec![log; 101].into();
                }),
                "at most 100",
            ),
            (
                changed(|root| {
                    root["certificateAuthorities"][0]["certChain"]["certificates"][0]["rawBytes"] =
                        "AAAA".into();
                }),
                "certificate that cannot be read",
            ),
            (TrustedRoot::from_json("{\"a\":1,\"a\":2}"), "two members"),
            (TrustedRoot::from_json(&" ".repeat(2 << 20)), "at most"),
        ];
        for (root, expected) in cases {
            let error = root.unwrap_err();
            assert!(error.contains(expected), "{error} instead of {expected}");
        }
    }

    #[test]
    fn an_authority_counts_while_all_its_certificates_were_valid() {
        let mut parts = Parts::from_json(SIGSTORE_PRODUCTION_TRUSTED_ROOT).unwrap();
        let windows = |parts: &Parts| {
            parts.certificate_authorities.iter().map(|it| it.valid_for.unwrap()).collect::<Vec<_>>()
        };
        let before = windows(&parts);
        narrow(&mut parts).unwrap();
        for (authority, (before, after)) in
            parts.certificate_authorities.iter().zip(before.iter().zip(windows(&parts)))
        {
            assert!(after.start >= before.start && after.end.is_some(), "{after:?}");
            for certificate in &authority.cert_chain.certificates {
                let valid = validity(&certificate.raw_bytes).unwrap();
                assert!(after.start >= valid.start && after.end <= valid.end, "{after:?}");
            }
        }
        // One that ended before its certificates began is none.
        let ended = changed(|root| {
            for authority in root["certificateAuthorities"].as_array_mut().unwrap() {
                authority["validFor"] =
                    json!({ "start": "1970-01-01T00:00:00Z", "end": "1990-01-01T00:00:00Z" });
            }
        });
        assert_eq!(ended.unwrap().lacks(), Some("no certificate authority"));
    }

    #[test]
    fn parts_make_the_same_trust_as_a_root() {
        let root = serde_json::from_str::<Value>(SIGSTORE_PRODUCTION_TRUSTED_ROOT).unwrap();
        let chain = root["certificateAuthorities"][1]["certChain"]["certificates"].as_array().unwrap();
        assert_eq!(chain.len(), 2);
        let certificates = chain.iter().map(|it| pem("CERTIFICATE", &it["rawBytes"])).collect::<Vec<_>>();
        let key = |name: &str| pem("PUBLIC KEY", &root[name][0]["publicKey"]["rawBytes"]);
        let (rekor, ct) = (key("tlogs"), key("ctlogs"));
        let made = |chain: &str| TrustedRoot::from_parts(Some(chain), Some(&rekor), Some(&ct));
        let whole = made(&certificates.concat()).unwrap();
        assert_eq!(whole.lacks(), None);
        let id = serde_json::from_value::<LogKeyId>(root["tlogs"][0]["logId"]["keyId"].clone()).unwrap();
        assert!(whole.knows_log(&id));
        assert_ne!(whole.fingerprint(), made(&certificates[0]).unwrap().fingerprint());

        let backwards = certificates.iter().rev().map(String::as_str).collect::<String>();
        assert!(made(&backwards).unwrap_err().contains("did not issue"));
        assert!(made(&rekor).unwrap_err().contains("no certificate"));
        assert!(made("").unwrap_err().contains("no PEM block"));
        assert!(
            TrustedRoot::from_parts(None, Some(&certificates[0]), None).unwrap_err().contains("key of Rekor")
        );
    }
}
