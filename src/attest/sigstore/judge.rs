//! Whether something signed is what an attestor asks for.

use jiff::Timestamp;
use sigstore_verify::crypto::parse_certificate_info;
use sigstore_verify::tsa::verify_timestamp_for_authority;
use sigstore_verify::types::{
    Artifact, Bundle, DerCertificate, KindVersion, SignatureBytes, SignatureContent, TransparencyLogEntry,
};
use sigstore_verify::{
    CertificateError, Error, Policy, PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult,
};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;

use super::form::{Form, Signed};
use super::refuse::refusal;
use super::root::{TrustedRoot, validity};
use super::trust::{KeyTrust, KeylessTrust, Trust};
use super::{identity, statement};
use crate::attest::{Evidence, LogEntry, Refusal, SignedAt, Signer, TimeSource};
use crate::domain::{Digest, hex};

/// The extension of a certificate that shows that it was logged (RFC 6962, 3.3).
const SCTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.4.2");

/// What is noted when nobody in the trusted root could have made a timestamp that is there.
const UNREAD_TIMESTAMP: &str =
    "its timestamp was not looked at, because the trusted root has no timestamp authority";

/// What is noted when a key alone decides.
const UNREAD_ENTRY: &str = "its log entry was not looked at, because the attestor asks for none";

/// What is noted when cosign 2 put a timestamp beside a layer: the log says when it was signed.
const ODD_TIMESTAMP: &str =
    "its timestamp was not looked at, because the log entry is what counts beside a layer";

/// What is known of something signed when it is about the image and the attestor trusts who signed it.
pub(super) fn judge(
    form: &Form<'_>,
    image: &Digest,
    trust: &Trust,
    now: Timestamp,
) -> Result<Evidence, Refusal> {
    let signed = form.about(image)?;
    let mut evidence = match trust {
        Trust::Key(trust) => with_key(form, signed, image, trust, now)?,
        Trust::Keyless(trust) => keyless(form, signed, image, trust, now)?,
    };
    if evidence.log.is_none() && form.has_log_entry() {
        evidence.notes.push(UNREAD_ENTRY.to_owned());
    }
    if form.has_odd_timestamp() {
        evidence.notes.push(ODD_TIMESTAMP.to_owned());
    }
    evidence.notes.sort();
    Ok(evidence)
}

fn with_key(
    form: &Form<'_>,
    signed: &Signed<'_>,
    image: &Digest,
    trust: &KeyTrust,
    now: Timestamp,
) -> Result<Evidence, Refusal> {
    let key = &trust.key;
    let is_signed = match signed {
        Signed::Payload(bytes, signature) => key.signed_payload(bytes, signature),
        Signed::Envelope(envelope) => key.signed_envelope(&envelope.pae(), &envelope.signature.sig),
        Signed::Message => false,
    };
    if !is_signed {
        let reason = format!("the key {} did not make this signature over these bytes", key.fingerprint());
        return Err(Refusal::new("wrong_key", reason));
    }
    let signer = Signer { key_fingerprint: Some(key.fingerprint().to_owned()), ..Signer::default() };
    let evidence = Evidence { signer, ..Evidence::default() };
    let Some(root) = &trust.log else { return Ok(evidence) };
    let policy = PublicKeyVerificationPolicy::new(key.der().clone());
    let verified = verify(form.keyed()?, signed, image, root, &policy, now).map_err(|refusal| {
        match refusal.code.as_str() {
            // The key did make it, as was seen above, but with a hash that the verifier does not take from such a key.
            "wrong_payload" => Refusal::new("unsupported", refusal.reason),
            _ => refusal,
        }
    })?;
    Ok(Evidence { log: verified.log, signed_at: verified.signed_at, notes: verified.notes, ..evidence })
}

fn keyless(
    form: &Form<'_>,
    signed: &Signed<'_>,
    image: &Digest,
    trust: &KeylessTrust,
    now: Timestamp,
) -> Result<Evidence, Refusal> {
    let bundle = form.certified()?;
    let leaf = bundle.signing_certificate().cloned();
    let leaf = leaf.ok_or_else(|| Refusal::new("no_certificate", "it has no certificate"))?;
    // Who signs is settled by all of it: the chain, the certificate's log, and the transparency log.
    let verified = verify(bundle, signed, image, &trust.root, &VerificationPolicy::any_identity(), now)?;
    let result = &verified.result;
    if !(result.certificate_verified() && result.sct_verified() && result.tlog_verified()) {
        return Err(Refusal::new("untrusted_certificate", "the verifier did not look at all of it"));
    }
    let certificate = parse_certificate_info(&leaf).map_err(|error| refusal(&Error::Crypto(error)))?;
    identity::check(&certificate, &trust.issuer, &trust.subject, &trust.claims)?;
    let signer = Signer {
        issuer: certificate.issuer.clone(),
        subject: certificate.identity.as_ref().map(|name| name.as_str().to_owned()),
        claims: identity::claims(&certificate),
        certificate_fingerprint: Some(Digest::of(leaf.as_bytes()).hex().to_owned()),
        ..Signer::default()
    };
    let Verified { log, signed_at, notes, .. } = verified;
    Ok(Evidence { signer, log, signed_at, notes, ..Evidence::default() })
}

/// What the verifier accepted.
struct Verified {
    result: VerificationResult,
    log: Option<LogEntry>,
    signed_at: Option<SignedAt>,
    notes: Vec<String>,
}

/// Has a bundle verified that has to be logged.
fn verify(
    mut bundle: Bundle,
    signed: &Signed<'_>,
    image: &Digest,
    root: &TrustedRoot,
    policy: &dyn Policy,
    now: Timestamp,
) -> Result<Verified, Refusal> {
    let mut notes = Vec::new();
    let material = &mut bundle.verification_material;
    let timestamps = &mut material.timestamp_verification_data.rfc3161_timestamps;
    if root.authorities().is_empty() && !timestamps.is_empty() {
        timestamps.clear();
        notes.push(UNREAD_TIMESTAMP.to_owned());
    }
    let Some(first) = material.tlog_entries.first() else {
        return Err(Refusal::new(
            "log_entry_missing",
            "it was not logged, and the attestor demands that it is",
        ));
    };
    // A promise is about the index in the whole log, as the second version's proof is; the first one's is about its tree.
    let is_of_its_tree =
        first.inclusion_promise.is_none() && first.kind_version != KindVersion::HashedRekordV002;
    let proven = first.inclusion_proof.as_ref().filter(|_| is_of_its_tree);
    let index = proven.map_or(first.log_index, |proof| proof.log_index).as_i64();
    let log = Some(LogEntry { id: hex(first.log_id.key_id.as_bytes()), index });
    material.tlog_entries.iter().try_for_each(|entry| is_provable(entry, root, now))?;
    let artifact = match signed {
        Signed::Payload(bytes, _) => Artifact::from(*bytes),
        Signed::Envelope(_) | Signed::Message => Artifact::from_digest(statement::hash(image)?),
    };
    let result = root
        .verifier()
        .verify(artifact, &bundle, policy)
        .map_err(|error| explained(&error, &bundle, root))?;
    let from_the_future = result.verified_timestamps().iter().find(|time| **time > now);
    if let Some(time) = from_the_future {
        return Err(Refusal::new(
            "timestamp_invalid",
            format!("it is said to be signed at {time}, which is not yet"),
        ));
    }
    let of_log = result.integrated_time().map(|time| SignedAt { time, source: TimeSource::Log });
    let of_authority = result.verified_timestamps().iter().min();
    let of_authority =
        of_authority.map(|time| SignedAt { time: *time, source: TimeSource::TimestampAuthority });
    Ok(Verified { log, signed_at: of_log.or(of_authority), notes, result })
}

/// Refuses a log entry that has nothing to prove it, that an unknown log is said to hold, or that is from the future.
fn is_provable(entry: &TransparencyLogEntry, root: &TrustedRoot, now: Timestamp) -> Result<(), Refusal> {
    let id = &entry.log_id.key_id;
    if !root.knows_log(id) {
        let reason = format!("the log {} is not in the trusted root", hex(id.as_bytes()));
        return Err(Refusal::new("log_untrusted", reason));
    }
    if entry.inclusion_promise.is_none() && entry.inclusion_proof.is_none() {
        return Err(Refusal::new(
            "log_entry_invalid",
            "the log neither promises nor proves that it holds the entry",
        ));
    }
    if let Some(time) = entry.integrated_time.filter(|time| *time > now) {
        return Err(Refusal::new(
            "log_time_invalid",
            format!("it is said to be logged at {time}, which is not yet"),
        ));
    }
    Ok(())
}

/// The refusal for an error of the verifier's, with what it does not tell apart by type told apart here.
fn explained(error: &Error, bundle: &Bundle, root: &TrustedRoot) -> Refusal {
    let mut refusal = refusal(error);
    let Some(leaf) = bundle.signing_certificate() else { return refusal };
    match error {
        Error::Certificate(CertificateError::ChainInvalid(_)) => {
            // The verifier authenticates the times before it judges the chain at them.
            let outside = validity(leaf)
                .ok()
                .and_then(|valid| times(bundle, root).into_iter().find(|time| !valid.contains(*time)));
            if let Some(time) = outside {
                refusal.code = "certificate_expired".to_owned();
                refusal.reason = format!("its certificate was not valid at {time}, when it was signed");
            }
        }
        Error::Certificate(CertificateError::Sct(_)) if !shows_scts(leaf) => {
            refusal.code = "sct_missing".to_owned();
            refusal.reason = "its certificate does not show that it was logged".to_owned();
        }
        _ => {}
    }
    refusal
}

/// When something was signed, as logs and authorities say that the verifier has authenticated.
fn times(bundle: &Bundle, root: &TrustedRoot) -> Vec<Timestamp> {
    let material = &bundle.verification_material;
    let promised = material.tlog_entries.iter().filter(|entry| entry.inclusion_promise.is_some());
    let logged = promised.filter_map(|entry| entry.integrated_time);
    let Some(signature) = signature(bundle) else { return logged.collect() };
    let stamps = material.timestamp_verification_data.rfc3161_timestamps.iter();
    let stamped = stamps.filter_map(|stamp| {
        let by =
            |authority| verify_timestamp_for_authority(&stamp.signed_timestamp, signature, authority).ok();
        root.authorities().iter().find_map(by)
    });
    logged.chain(stamped).collect()
}

fn signature(bundle: &Bundle) -> Option<&SignatureBytes> {
    match &bundle.content {
        SignatureContent::MessageSignature(message) => Some(&message.signature),
        SignatureContent::DsseEnvelope(envelope) => Some(&envelope.signature.sig),
        _ => None,
    }
}

fn shows_scts(certificate: &DerCertificate) -> bool {
    Certificate::from_der(certificate.as_bytes()).is_ok_and(|certificate| {
        let extensions = certificate.tbs_certificate.extensions.unwrap_or_default();
        extensions.iter().any(|extension| extension.extn_id == SCTS)
    })
}
