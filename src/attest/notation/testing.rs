//! Keys, certificates, lists and envelopes of tests' own, in which every part can be made wrong.

use std::str::FromStr;
use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self as lc, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, RsaKeyPair, RsaSignatureEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use x509_cert::TbsCertificate;
use x509_cert::certificate::{Certificate, Version};
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::der::asn1::{Any, BitString, GeneralizedTime, ObjectIdentifier, OctetString};
use x509_cert::der::{DateTime, Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};

use super::{Crl, Level, NotationTrust, Strictness, Trust, TrustStore, TrustedIdentity};
use crate::attest::{Outcome, Refusal};
use crate::domain::Digest;
use crate::registry::Descriptor;

/// Identities are asked for with this subject.
pub(super) const ACME: &str = "CN=release,OU=build,O=acme,ST=WA,C=US";

/// The clock of tests.
pub(super) fn now() -> Timestamp {
    time("2026-06-01T00:00:00Z")
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A private key.
pub(super) struct Key {
    pair: Pair,
}

enum Pair {
    Ec { jws: EcdsaKeyPair, x509: EcdsaKeyPair, hash: u8 },
    Rsa { pair: RsaKeyPair, jws: &'static RsaSignatureEncoding },
}

impl Key {
    fn ec(jws: &'static EcdsaSigningAlgorithm, x509: &'static EcdsaSigningAlgorithm, hash: u8) -> Self {
        let pkcs8 = EcdsaKeyPair::generate(jws).unwrap().to_pkcs8v1().unwrap();
        let pair = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).unwrap();
        Self { pair: Pair::Ec { jws: pair(jws), x509: pair(x509), hash } }
    }

    pub(super) fn p256() -> Self {
        Self::ec(&lc::ECDSA_P256_SHA256_FIXED_SIGNING, &lc::ECDSA_P256_SHA256_ASN1_SIGNING, 2)
    }

    pub(super) fn p384() -> Self {
        Self::ec(&lc::ECDSA_P384_SHA384_FIXED_SIGNING, &lc::ECDSA_P384_SHA384_ASN1_SIGNING, 3)
    }

    pub(super) fn p521() -> Self {
        Self::ec(&lc::ECDSA_P521_SHA512_FIXED_SIGNING, &lc::ECDSA_P521_SHA512_ASN1_SIGNING, 4)
    }

    pub(super) fn rsa(size: KeySize, jws: &'static RsaSignatureEncoding) -> Self {
        Self { pair: Pair::Rsa { pair: RsaKeyPair::generate(size).unwrap(), jws } }
    }

    pub(super) fn spki(&self) -> SubjectPublicKeyInfoOwned {
        let der = match &self.pair {
            Pair::Ec { jws, .. } => jws.public_key().as_der().unwrap().as_ref().to_vec(),
            Pair::Rsa { pair, .. } => pair.public_key().as_der().unwrap().as_ref().to_vec(),
        };
        SubjectPublicKeyInfoOwned::from_der(&der).unwrap()
    }

    /// The algorithm that the key signs certificates with.
    fn algorithm(&self) -> AlgorithmIdentifierOwned {
        match &self.pair {
            Pair::Ec { hash, .. } => algorithm(&format!("1.2.840.10045.4.3.{hash}"), None),
            Pair::Rsa { .. } => algorithm("1.2.840.113549.1.1.11", Some(&[5, 0])),
        }
    }

    pub(super) fn sign_x509(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Ec { x509, .. } => x509.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Pair::Rsa { .. } => self.sign_rsa(&lc::RSA_PKCS1_SHA256, message),
        }
    }

    pub(super) fn sign_rsa(&self, encoding: &'static RsaSignatureEncoding, message: &[u8]) -> Vec<u8> {
        let Pair::Rsa { pair, .. } = &self.pair else { panic!("no key of RSA") };
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }

    pub(super) fn sign_jws(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Ec { jws, .. } => jws.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Pair::Rsa { jws, .. } => self.sign_rsa(jws, message),
        }
    }
}

pub(super) fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new(text).unwrap()
}

pub(super) fn algorithm(id: &str, parameters: Option<&[u8]>) -> AlgorithmIdentifierOwned {
    let parameters = parameters.map(|der| Any::from_der(der).unwrap());
    AlgorithmIdentifierOwned { oid: oid(id), parameters }
}

pub(super) fn extension(id: &str, critical: bool, der: &[u8]) -> Extension {
    Extension { extn_id: oid(id), critical, extn_value: OctetString::new(der).unwrap() }
}

/// A certificate that is not signed yet.
pub(super) struct Draft {
    pub(super) version: Version,
    pub(super) subject: Name,
    pub(super) issuer: Name,
    pub(super) serial: u8,
    pub(super) not_before: &'static str,
    pub(super) not_after: &'static str,
    pub(super) extensions: Vec<Extension>,
    /// The algorithm that it names in place of its issuer's, and how that is signed with.
    pub(super) algorithm: Option<AlgorithmIdentifierOwned>,
    /// The public key that it names in place of the one that it is signed for.
    pub(super) spki: Option<SubjectPublicKeyInfoOwned>,
}

/// basicConstraints, keyUsage, extendedKeyUsage and cRLDistributionPoints.
pub(super) const BASIC: &str = "2.5.29.19";
pub(super) const USAGE: &str = "2.5.29.15";
pub(super) const PURPOSES: &str = "2.5.29.37";
pub(super) const DISTRIBUTION: &str = "2.5.29.31";

impl Draft {
    pub(super) fn leaf(subject: &str, issuer: &str) -> Self {
        Self {
            version: Version::V3,
            subject: Name::from_str(subject).unwrap(),
            issuer: Name::from_str(issuer).unwrap(),
            serial: 7,
            not_before: "2026-01-01T00:00:00Z",
            not_after: "2027-01-01T00:00:00Z",
            // digitalSignature; codeSigning.
            extensions: vec![
                extension(USAGE, true, &[3, 2, 7, 0x80]),
                extension(PURPOSES, false, &purposes(&["1.3.6.1.5.5.7.3.3"])),
            ],
            algorithm: None,
            spki: None,
        }
    }

    pub(super) fn authority(subject: &str, issuer: &str) -> Self {
        Self {
            serial: 3,
            // keyCertSign and cRLSign.
            extensions: vec![
                extension(BASIC, true, &[0x30, 3, 1, 1, 0xff]),
                extension(USAGE, true, &[3, 2, 1, 0x06]),
            ],
            ..Self::leaf(subject, issuer)
        }
    }

    /// Puts an extension in the place of one with its id, or behind the others.
    pub(super) fn set(&mut self, id: &str, critical: bool, der: &[u8]) {
        self.unset(id);
        self.extensions.push(extension(id, critical, der));
    }

    pub(super) fn unset(&mut self, id: &str) {
        self.extensions.retain(|extension| extension.extn_id != oid(id));
    }

    pub(super) fn sign(&self, key: &Key, issuer: &Key) -> Vec<u8> {
        self.sign_with(key, issuer, |message| issuer.sign_x509(message))
    }

    pub(super) fn sign_with(&self, key: &Key, issuer: &Key, sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let algorithm = self.algorithm.clone().unwrap_or_else(|| issuer.algorithm());
        let tbs_certificate = TbsCertificate {
            version: self.version,
            serial_number: SerialNumber::new(&[self.serial]).unwrap(),
            signature: algorithm.clone(),
            issuer: self.issuer.clone(),
            validity: Validity {
                not_before: x509_time(self.not_before),
                not_after: x509_time(self.not_after),
            },
            subject: self.subject.clone(),
            subject_public_key_info: self.spki.clone().unwrap_or_else(|| key.spki()),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(self.extensions.clone()),
        };
        let signature = BitString::from_bytes(&sign(&tbs_certificate.to_der().unwrap())).unwrap();
        Certificate { tbs_certificate, signature_algorithm: algorithm, signature }.to_der().unwrap()
    }
}

/// An extendedKeyUsage in DER.
pub(super) fn purposes(ids: &[&str]) -> Vec<u8> {
    ids.iter().map(|id| oid(id)).collect::<Vec<_>>().to_der().unwrap()
}

pub(super) fn x509_time(text: &str) -> Time {
    Time::GeneralTime(GeneralizedTime::from_date_time(DateTime::from_str(text).unwrap()))
}

/// A list of revoked certificates.
pub(super) fn crl(
    issuer: &str,
    key: &Key,
    revoked: &[u8],
    next: &'static str,
    extensions: Vec<Extension>,
) -> Vec<u8> {
    let entries = revoked.iter().map(|serial| RevokedCert {
        serial_number: SerialNumber::new(&[*serial]).unwrap(),
        revocation_date: x509_time("2026-02-01T00:00:00Z"),
        crl_entry_extensions: None,
    });
    let tbs_cert_list = TbsCertList {
        version: Version::V2,
        signature: key.algorithm(),
        issuer: Name::from_str(issuer).unwrap(),
        this_update: x509_time("2026-05-01T00:00:00Z"),
        next_update: (!next.is_empty()).then(|| x509_time(next)),
        revoked_certificates: (!revoked.is_empty()).then(|| entries.collect()),
        crl_extensions: (!extensions.is_empty()).then_some(extensions),
    };
    let signature = BitString::from_bytes(&key.sign_x509(&tbs_cert_list.to_der().unwrap())).unwrap();
    CertificateList { tbs_cert_list, signature_algorithm: key.algorithm(), signature }.to_der().unwrap()
}

/// An authority, one below it, and a signer below that.
pub(super) struct World {
    pub(super) root_key: Key,
    pub(super) middle_key: Key,
    pub(super) leaf_key: Key,
    pub(super) root: Vec<u8>,
    pub(super) middle: Vec<u8>,
    pub(super) leaf: Vec<u8>,
}

pub(super) const ROOT: &str = "CN=root,O=trust,C=US";
pub(super) const MIDDLE: &str = "CN=middle,O=trust,C=US";

/// What most tests are about.
pub(super) static WORLD: LazyLock<World> = LazyLock::new(World::new);

impl World {
    pub(super) fn new() -> Self {
        Self::of(Key::p384())
    }

    pub(super) fn of(leaf_key: Key) -> Self {
        let (root_key, middle_key) = (Key::p256(), Key::p384());
        Self {
            root: Draft::authority(ROOT, ROOT).sign(&root_key, &root_key),
            middle: Draft::authority(MIDDLE, ROOT).sign(&middle_key, &root_key),
            leaf: Draft::leaf(ACME, MIDDLE).sign(&leaf_key, &middle_key),
            root_key,
            middle_key,
            leaf_key,
        }
    }

    pub(super) fn chain(&self) -> Vec<Vec<u8>> {
        vec![self.leaf.clone(), self.middle.clone(), self.root.clone()]
    }

    pub(super) fn store(&self) -> TrustStore {
        TrustStore::from_der(&self.root).unwrap()
    }

    /// Trust in the root for both schemes.
    pub(super) fn trust(&self, level: Level, crls: Vec<Crl>) -> Trust {
        trust(self.store(), self.store(), "*", level.into(), crls)
    }

    pub(super) fn letter(&self) -> Letter {
        Letter::new(self.chain())
    }

    /// What comes of a leaf that is changed before it is issued.
    pub(super) fn with_leaf(&self, change: impl FnOnce(&mut Draft)) -> Outcome {
        let mut leaf = Draft::leaf(ACME, MIDDLE);
        change(&mut leaf);
        let leaf = leaf.sign(&self.leaf_key, &self.middle_key);
        self.with_chain(vec![leaf, self.middle.clone(), self.root.clone()])
    }

    /// What comes of an authority in the middle that is changed before it is issued.
    pub(super) fn with_middle(&self, change: impl FnOnce(&mut Draft)) -> Outcome {
        let mut middle = Draft::authority(MIDDLE, ROOT);
        change(&mut middle);
        let middle = middle.sign(&self.middle_key, &self.root_key);
        self.with_chain(vec![self.leaf.clone(), middle, self.root.clone()])
    }

    /// What comes of another chain, with the leaf's key and at the level that forgives most.
    pub(super) fn with_chain(&self, chain: Vec<Vec<u8>>) -> Outcome {
        look(&Letter::new(chain).sign(&self.leaf_key), &self.trust(Level::Audit, Vec::new()))
    }

    /// What comes of a chain of one certificate.
    pub(super) fn look_at_alone(&self, draft: &Draft, key: &Key) -> Outcome {
        look(&Letter::new(vec![draft.sign(key, key)]).sign(key), &self.trust(Level::Audit, Vec::new()))
    }

    /// What comes of an envelope that is changed before it is signed.
    pub(super) fn outcome(&self, change: impl FnOnce(&mut Letter)) -> Outcome {
        let mut letter = self.letter();
        change(&mut letter);
        look(&letter.sign(&self.leaf_key), &self.trust(Level::Strict, Vec::new()))
    }
}

pub(super) fn trust(
    ca: TrustStore,
    signing_authority: TrustStore,
    identity: &str,
    strictness: Strictness,
    crls: Vec<Crl>,
) -> Trust {
    let identity = TrustedIdentity::parse(identity).unwrap();
    Trust::Notation(NotationTrust::new(ca, signing_authority, vec![identity], strictness, crls).unwrap())
}

pub(super) fn look(envelope: &[u8], trust: &Trust) -> Outcome {
    super::signature(envelope, &image(), trust, now())
}

/// The image that everything here is about.
pub(super) fn image() -> Descriptor {
    Descriptor {
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        digest: Digest::of(b"image"),
        size: 5,
    }
}

/// An envelope that is not signed yet.
pub(super) struct Letter {
    pub(super) payload: Value,
    pub(super) protected: Value,
    pub(super) header: Value,
    /// The texts that are encoded in place of the values above.
    pub(super) payload_text: Option<String>,
    pub(super) protected_text: Option<String>,
}

pub(super) const SCHEME: &str = "io.cncf.notary.signingScheme";
pub(super) const SIGNED: &str = "io.cncf.notary.signingTime";
pub(super) const AUTHENTIC: &str = "io.cncf.notary.authenticSigningTime";
pub(super) const EXPIRY: &str = "io.cncf.notary.expiry";
pub(super) const PLUGIN: &str = "io.cncf.notary.verificationPlugin";

impl Letter {
    pub(super) fn new(chain: Vec<Vec<u8>>) -> Self {
        let image = image();
        let chain = chain.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>();
        Self {
            payload: json!({"targetArtifact": {
                "mediaType": image.media_type, "digest": image.digest.as_str(), "size": image.size,
            }}),
            protected: json!({
                "alg": "ES384",
                "cty": "application/vnd.cncf.notary.payload.v1+json",
                "crit": [SCHEME],
                SCHEME: "notary.x509",
                SIGNED: "2026-05-01T12:00:00+02:00",
            }),
            header: json!({"x5c": chain, "io.cncf.notary.signingAgent": "tests/1"}),
            payload_text: None,
            protected_text: None,
        }
    }

    /// Makes it one of a signing authority.
    pub(super) fn by_authority(&mut self) {
        self.protected[SCHEME] = json!("notary.x509.signingAuthority");
        self.protected.as_object_mut().unwrap().remove(SIGNED);
        self.protect(AUTHENTIC, json!("2026-05-01T10:00:00Z"));
    }

    /// Adds a critical header.
    pub(super) fn protect(&mut self, name: &str, value: Value) {
        self.protected[name] = value;
        self.protected["crit"].as_array_mut().unwrap().push(json!(name));
    }

    pub(super) fn sign(&self, key: &Key) -> Vec<u8> {
        self.signed(key).to_string().into_bytes()
    }

    /// The envelope before it is written down.
    pub(super) fn signed(&self, key: &Key) -> Value {
        let encoded = |text: &Option<String>, value: &Value| {
            URL_SAFE_NO_PAD.encode(text.clone().unwrap_or_else(|| value.to_string()))
        };
        let payload = encoded(&self.payload_text, &self.payload);
        let protected = encoded(&self.protected_text, &self.protected);
        let signature = URL_SAFE_NO_PAD.encode(key.sign_jws(format!("{protected}.{payload}").as_bytes()));
        json!({"payload": payload, "protected": protected, "header": self.header, "signature": signature})
    }
}

/// The code of a refusal, or `verified`, `revocable` or `unknown:` and the code.
pub(super) fn code(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Verified(_) => "verified".to_owned(),
        Outcome::Revocable(..) => "revocable".to_owned(),
        Outcome::Refused(Refusal { code, reason }) => {
            assert!(!reason.is_empty() && !reason.ends_with('.') && !reason.contains('\n'), "{reason:?}");
            code.clone()
        }
        Outcome::Unknown(refusal) => format!("unknown:{}", refusal.code),
    }
}
