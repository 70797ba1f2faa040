//! The envelope of a signature: flattened JWS, by the rules of the Notary Project.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::certificate::{Certificate, Kind};
use super::{json, shown};
use crate::attest::Refusal;
use crate::registry::Descriptor;
use aws_lc_rs::signature::{self as lc, VerificationAlgorithm};

/// The most bytes that an envelope may have.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// What the payload is.
const PAYLOAD_TYPE: &str = "application/vnd.cncf.notary.payload.v1+json";

const SCHEME: &str = "io.cncf.notary.signingScheme";
const SIGNING_TIME: &str = "io.cncf.notary.signingTime";
const AUTHENTIC_TIME: &str = "io.cncf.notary.authenticSigningTime";
const EXPIRY: &str = "io.cncf.notary.expiry";
const PLUGIN: &str = "io.cncf.notary.verificationPlugin";
const PLUGIN_VERSION: &str = "io.cncf.notary.verificationPluginMinVersion";
const TIMESTAMP: &str = "io.cncf.notary.timestampSignature";

/// Headers that have to be critical when they are there.
const CRITICAL: [&str; 5] = [SCHEME, AUTHENTIC_TIME, EXPIRY, PLUGIN, PLUGIN_VERSION];

/// Headers that JWS registers; none of them may be called critical.
const REGISTERED: [&str; 11] =
    ["alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"];

/// Who answers for the time of signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// Whoever has the key (`notary.x509`).
    Signer,
    /// An authority that signs for others (`notary.x509.signingAuthority`).
    Authority,
}

/// A signature as it came: in its form, and nothing of it believed.
#[derive(Debug)]
pub(super) struct Envelope {
    payload: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
    algorithm: String,
    /// Who answers for the time of signing.
    pub(super) scheme: Scheme,
    /// When it was signed, as the scheme says it.
    pub(super) signed_at: Timestamp,
    /// Until when it counts.
    pub(super) expires_at: Option<Timestamp>,
    /// What has to take part in verifying it.
    pub(super) plugin: Option<Plugin>,
    /// Critical headers that are not of the Notary Project.
    pub(super) extended: Map<String, Value>,
    /// The certificates, leaf first, in DER.
    pub(super) chain: Vec<Vec<u8>>,
    /// A token of a timestamp authority over the signature.
    pub(super) timestamp: Option<Vec<u8>>,
}

/// The plugin of Notation that a signature asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plugin {
    /// Its name.
    pub(super) name: String,
    /// The least version of it.
    pub(super) min_version: Option<String>,
}

impl Envelope {
    /// Reads an envelope.
    pub(super) fn new(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_BYTES {
            let reason = format!("the envelope has {} bytes, more than {MAX_BYTES}", bytes.len());
            return Err(Refusal::new("malformed_envelope", reason));
        }
        let envelope = json::object(bytes).map_err(malformed)?;
        if let Some(name) = envelope
            .keys()
            .find(|name| !["payload", "protected", "header", "signature"].contains(&name.as_str()))
        {
            return Err(malformed(format!("has the member `{}`, which none has", shown(name))));
        }
        let [payload, protected, signature] = ["payload", "protected", "signature"];
        let payload_text = json::text(&envelope, payload).map_err(malformed)?;
        let protected_text = json::text(&envelope, protected).map_err(malformed)?;
        let payload = decoded(payload_text, payload)?;
        let headers = json::object(&decoded(protected_text, protected)?).map_err(bad_header)?;
        let signature = decoded(json::text(&envelope, signature).map_err(malformed)?, signature)?;
        let Some(Value::Object(unprotected)) = envelope.get("header") else {
            return Err(malformed("has no `header` that is an object".to_owned()));
        };
        if let Some(both) = headers.keys().find(|name| unprotected.contains_key(*name)) {
            return Err(bad_header(format!("stands both protected and unprotected: `{}`", shown(both))));
        }
        let message = format!("{protected_text}.{payload_text}").into_bytes();
        Self::of_parts(payload, message, signature, &headers, unprotected)
    }

    fn of_parts(
        payload: Vec<u8>,
        message: Vec<u8>,
        signature: Vec<u8>,
        headers: &Map<String, Value>,
        unprotected: &Map<String, Value>,
    ) -> Result<Self, Refusal> {
        let text = |name: &str| json::text(headers, name).map_err(bad_header);
        let algorithm = text("alg")?.to_owned();
        let content = text("cty")?;
        if content != PAYLOAD_TYPE {
            let reason = format!("the payload is `{}`, expected `{PAYLOAD_TYPE}`", shown(content));
            return Err(Refusal::new("unsupported_content", reason));
        }
        let scheme = match text(SCHEME)? {
            "notary.x509" => Scheme::Signer,
            "notary.x509.signingAuthority" => Scheme::Authority,
            other => {
                let reason = format!("the signing scheme `{}` is not known", shown(other));
                return Err(Refusal::new("unsupported_scheme", reason));
            }
        };
        let extended = critical(headers)?;
        let (time, foreign) = match scheme {
            Scheme::Signer => (SIGNING_TIME, AUTHENTIC_TIME),
            Scheme::Authority => (AUTHENTIC_TIME, SIGNING_TIME),
        };
        if headers.contains_key(foreign) {
            return Err(bad_header(format!("has a `{foreign}`, which its signing scheme does not have")));
        }
        let signed_at = moment(text(time)?, time)?;
        let expires_at = headers.get(EXPIRY).map(|_| moment(text(EXPIRY)?, EXPIRY)).transpose()?;
        if expires_at.is_some_and(|expires_at| expires_at <= signed_at) {
            return Err(bad_header("expires before it was signed".to_owned()));
        }
        let optional = |name: &str| headers.get(name).map(|_| text(name).map(str::to_owned)).transpose();
        let plugin = match (optional(PLUGIN)?, optional(PLUGIN_VERSION)?) {
            (Some(name), min_version) => Some(Plugin { name, min_version }),
            (None, Some(_)) => return Err(bad_header(format!("has a `{PLUGIN_VERSION}` and no `{PLUGIN}`"))),
            (None, None) => None,
        };
        let chain = certificates(unprotected)?;
        let timestamp = match unprotected.get(TIMESTAMP) {
            None => None,
            Some(_) if scheme == Scheme::Authority => {
                return Err(bad_header(format!(
                    "has a `{TIMESTAMP}`, which its signing scheme does not have"
                )));
            }
            Some(_) => {
                let token = json::text(unprotected, TIMESTAMP).map_err(bad_header)?;
                let wrong = |_| bad_header(format!("has a `{TIMESTAMP}` that is not base64"));
                Some(STANDARD.decode(token).map_err(wrong)?)
            }
        };
        Ok(Self {
            payload,
            message,
            signature,
            algorithm,
            scheme,
            signed_at,
            expires_at,
            plugin,
            extended,
            chain,
            timestamp,
        })
    }

    /// Whether the key of this certificate made the signature, in the one way that it may.
    pub(super) fn is_signed_by(&self, leaf: &Certificate) -> Result<(), Refusal> {
        let Some((name, length, algorithm)) = implied(leaf.key.kind) else {
            let reason = format!("the signer has {}, expected one of 2048, 3072 or 4096", leaf.key.kind);
            return Err(Refusal::new("unsupported_key", reason));
        };
        if self.algorithm != name {
            let reason = format!(
                "the algorithm is `{}`, and {} signs with `{name}`",
                shown(&self.algorithm),
                leaf.key.kind
            );
            return Err(Refusal::new("other_algorithm", reason));
        }
        if self.signature.len() != length {
            let reason = format!("the signature has {} bytes, expected {length}", self.signature.len());
            return Err(Refusal::new("wrong_signature", reason));
        }
        leaf.key.verify(algorithm, &self.message, &self.signature).map_err(|()| {
            Refusal::new("wrong_signature", "the signature is not that of the first certificate's key")
        })
    }

    /// Whether the payload is about this image: its media type, its digest and its size.
    pub(super) fn is_about(&self, image: &Descriptor) -> Result<(), Refusal> {
        let wrong = |clause: String| Refusal::new("malformed_payload", format!("the payload {clause}"));
        let payload = json::object(&self.payload).map_err(wrong)?;
        if let Some(name) = payload.keys().find(|name| *name != "targetArtifact") {
            return Err(wrong(format!("has the member `{}`, which none has", shown(name))));
        }
        let Some(Value::Object(target)) = payload.get("targetArtifact") else {
            return Err(wrong("has no `targetArtifact` that is an object".to_owned()));
        };
        let media_type = json::text(target, "mediaType").map_err(wrong)?;
        let digest = json::text(target, "digest").map_err(wrong)?;
        let size = target.get("size").and_then(Value::as_u64);
        let size = size.ok_or_else(|| wrong("has no `size` that is a number of bytes".to_owned()))?;
        let other = |what: &str, found: &str, expected: &str| {
            let reason = format!("it is about an image with the {what} `{}`, not `{expected}`", shown(found));
            Err(Refusal::new("other_image", reason))
        };
        if digest != image.digest.as_str() {
            return other("digest", digest, image.digest.as_str());
        }
        if media_type != image.media_type {
            return other("media type", media_type, &shown(&image.media_type));
        }
        if size != image.size {
            return other("size", &size.to_string(), &image.size.to_string());
        }
        Ok(())
    }
}

/// The name of the algorithm that a key signs with, how long its signatures are, and how they are verified.
fn implied(kind: Kind) -> Option<(&'static str, usize, &'static dyn VerificationAlgorithm)> {
    match kind {
        Kind::Rsa(2048) => Some(("PS256", 256, &lc::RSA_PSS_2048_8192_SHA256)),
        Kind::Rsa(3072) => Some(("PS384", 384, &lc::RSA_PSS_2048_8192_SHA384)),
        Kind::Rsa(4096) => Some(("PS512", 512, &lc::RSA_PSS_2048_8192_SHA512)),
        Kind::Rsa(_) => None,
        Kind::P256 => Some(("ES256", 64, &lc::ECDSA_P256_SHA256_FIXED)),
        Kind::P384 => Some(("ES384", 96, &lc::ECDSA_P384_SHA384_FIXED)),
        Kind::P521 => Some(("ES512", 132, &lc::ECDSA_P521_SHA512_FIXED)),
    }
}

/// Holds `crit` to its rules, and gives what it lists beyond the Notary Project's own.
fn critical(headers: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let listed = json::texts(headers, "crit").map_err(bad_header)?;
    for (index, name) in listed.iter().enumerate() {
        let shown = shown(name);
        if REGISTERED.contains(name) {
            return Err(bad_header(format!("lists `{shown}` as critical, which JWS registers")));
        }
        if !headers.contains_key(*name) {
            return Err(bad_header(format!("lists `{shown}` as critical and does not have it")));
        }
        if listed.iter().take(index).any(|before| before == name) {
            return Err(bad_header(format!("lists `{shown}` as critical twice")));
        }
        if *name == SIGNING_TIME {
            return Err(bad_header(format!("lists `{shown}` as critical, which decides nothing")));
        }
    }
    if let Some(missing) =
        CRITICAL.iter().find(|name| headers.contains_key(**name) && !listed.contains(*name))
    {
        return Err(bad_header(format!("does not list `{missing}` as critical")));
    }
    let extended = listed.into_iter().filter(|name| !CRITICAL.contains(name));
    Ok(extended.filter_map(|name| Some((name.to_owned(), headers.get(name)?.clone()))).collect())
}

/// The certificates of `x5c`.
fn certificates(unprotected: &Map<String, Value>) -> Result<Vec<Vec<u8>>, Refusal> {
    let wrong = |clause: String| Refusal::new("malformed_chain", format!("the header {clause}"));
    let texts = json::texts(unprotected, "x5c").map_err(wrong)?;
    texts
        .into_iter()
        .map(|text| STANDARD.decode(text).map_err(|_| wrong("has an `x5c` that is not base64".to_owned())))
        .collect()
}

/// A moment as RFC 3339 writes it: with `T`, and with `Z` or an offset.
fn moment(text: &str, name: &str) -> Result<Timestamp, Refusal> {
    let digits = |from: usize, to: usize| {
        text.get(from..to).is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()))
    };
    let is = |at: usize, expected: u8| text.as_bytes().get(at) == Some(&expected);
    let is_date = digits(0, 4) && is(4, b'-') && digits(5, 7) && is(7, b'-') && digits(8, 10) && is(10, b'T');
    let is_time = digits(11, 13) && is(13, b':') && digits(14, 16) && is(16, b':') && digits(17, 19);
    let seconds = text.get(17..19).unwrap_or_default();
    let rest = text.get(19..).unwrap_or_default();
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let after = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
            let length = fraction.len() - after.len();
            if (1..=9).contains(&length) { after } else { "" }
        }
        None => rest,
    };
    let is_offset = rest == "Z"
        || matches!(rest.as_bytes(), [b'+' | b'-', a, b, b':', c, d]
            if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) && (*a, *b) <= (b'2', b'3') && *c <= b'5');
    Some(text)
        .filter(|_| is_date && is_time && is_offset && seconds < "60")
        .and_then(|text| text.parse::<Timestamp>().ok())
        .ok_or_else(|| bad_header(format!("has a `{name}` that is no time of RFC 3339: `{}`", shown(text))))
}

fn decoded(text: &str, name: &str) -> Result<Vec<u8>, Refusal> {
    let wrong = |_| malformed(format!("has a `{name}` that is not base64url without padding"));
    URL_SAFE_NO_PAD.decode(text).map_err(wrong)
}

fn malformed(clause: String) -> Refusal {
    Refusal::new("malformed_envelope", format!("the envelope {clause}"))
}

fn bad_header(clause: String) -> Refusal {
    Refusal::new("malformed_header", format!("the header {clause}"))
}
