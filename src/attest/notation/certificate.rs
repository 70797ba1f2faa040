//! One certificate: its parts, its key, and what was signed with that.

use aws_lc_rs::signature::{self as lc, UnparsedPublicKey, VerificationAlgorithm};
use jiff::Timestamp;
use x509_cert::certificate::{Certificate as Parsed, Version};
use x509_cert::der::asn1::{BitString, ObjectIdentifier, UintRef};
use x509_cert::der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;

use crate::domain::Digest;

/// The most bytes that a certificate may have. Those of public authorities have two thousand.
pub(super) const MAX_BYTES: usize = 16 * 1024;

/// `rsaEncryption`.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey`.
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1`.
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// `secp384r1`.
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// `secp521r1`.
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// `sha1WithRSAEncryption`, its older name, and `ecdsa-with-SHA1`.
const SHA1: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"),
    ObjectIdentifier::new_unwrap("1.3.14.3.2.29"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"),
];
/// `sha256WithRSAEncryption`, and those with SHA-384 and SHA-512.
const RSA_PKCS1: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"),
];
/// `id-RSASSA-PSS`.
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
/// `ecdsa-with-SHA256`, and those with SHA-384 and SHA-512.
const ECDSA: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"),
    ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"),
];

/// Why something that is signed does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsigned {
    /// It is signed with SHA-1.
    Sha1,
    /// It is signed in a way that is not known here, or that the key cannot have signed.
    Unsupported(String),
    /// The signature is not that of the key.
    Wrong,
}

/// A certificate as it came, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    der: Vec<u8>,
    signed: Signed,
    pub(super) subject: Name,
    pub(super) issuer: Name,
    pub(super) serial: SerialNumber,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) key: Key,
    spki: Vec<u8>,
    extensions: Vec<Extension>,
}

impl Certificate {
    /// Reads a certificate of version 3 in DER, with nothing after it.
    pub(super) fn from_der(der: &[u8]) -> Result<Self, String> {
        if der.len() > MAX_BYTES {
            return Err(format!("has {} bytes, more than {MAX_BYTES}", der.len()));
        }
        let parsed = Parsed::from_der(der).map_err(|error| format!("is not in proper DER: {error}"))?;
        let tbs = parsed.tbs_certificate;
        if tbs.version != Version::V3 {
            return Err("is not of version 3".to_owned());
        }
        if tbs.signature != parsed.signature_algorithm {
            return Err("names two different signature algorithms".to_owned());
        }
        let extensions = tbs.extensions.unwrap_or_default();
        no_repetition(&extensions)?;
        Ok(Self {
            der: der.to_vec(),
            signed: Signed::new(der, parsed.signature_algorithm, &parsed.signature)?,
            subject: tbs.subject,
            issuer: tbs.issuer,
            serial: tbs.serial_number,
            not_before: moment(tbs.validity.not_before),
            not_after: moment(tbs.validity.not_after),
            key: Key::new(&tbs.subject_public_key_info)?,
            spki: tbs.subject_public_key_info.to_der().map_err(|error| error.to_string())?,
            extensions,
        })
    }

    /// All of it, in DER.
    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// What its issuer signed, in DER.
    pub(super) fn to_be_signed(&self) -> &[u8] {
        &self.signed.message
    }

    /// SHA-256 of the certificate, in hexadecimal digits.
    pub(super) fn fingerprint(&self) -> String {
        Digest::of(&self.der).hex().to_owned()
    }

    /// SHA-256 of its SubjectPublicKeyInfo, in hexadecimal digits.
    pub(super) fn key_fingerprint(&self) -> String {
        Digest::of(&self.spki).hex().to_owned()
    }

    /// Whether this key signed the certificate.
    pub(super) fn is_signed_by(&self, key: &Key) -> Result<(), Unsigned> {
        self.signed.is_by(key)
    }

    /// Whether it names itself as its issuer, and its own key signed it.
    pub(super) fn is_self_signed(&self) -> bool {
        self.subject == self.issuer && self.is_signed_by(&self.key).is_ok()
    }

    /// Whether it is signed with SHA-1, by whomever.
    pub(super) fn uses_sha1(&self) -> bool {
        SHA1.contains(&self.signed.algorithm.oid)
    }

    /// Whether it is valid at a moment; both ends belong to its validity.
    pub(super) fn is_valid_at(&self, moment: Timestamp) -> bool {
        self.not_before <= moment && moment <= self.not_after
    }

    /// Whether it has an extension, whatever is in it.
    pub(super) fn has_extension(&self, id: ObjectIdentifier) -> bool {
        self.extensions.iter().any(|extension| extension.extn_id == id)
    }

    /// An extension with whether it is critical; `None` when it is absent.
    pub(super) fn extension<'a, T: Decode<'a>>(
        &'a self,
        id: ObjectIdentifier,
    ) -> Result<Option<(bool, T)>, String> {
        let Some(extension) = self.extensions.iter().find(|extension| extension.extn_id == id) else {
            return Ok(None);
        };
        T::from_der(extension.extn_value.as_bytes())
            .map(|value| Some((extension.critical, value)))
            .map_err(|error| format!("has an extension {id} that is not in proper DER: {error}"))
    }
}

/// A message with its signature: the three parts that certificates and lists of revoked ones are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    message: Vec<u8>,
    algorithm: AlgorithmIdentifierOwned,
    signature: Vec<u8>,
}

impl Signed {
    /// The message is taken from the bytes as they came, since encoding it again might change it.
    pub(super) fn new(
        der: &[u8],
        algorithm: AlgorithmIdentifierOwned,
        signature: &BitString,
    ) -> Result<Self, String> {
        let message = SliceReader::new(der)
            .and_then(|mut reader| {
                let header = reader.peek_header()?;
                reader.read_slice(header.encoded_len()?)?;
                reader.tlv_bytes()
            })
            .map_err(|error| format!("is not in proper DER: {error}"))?;
        let signature = signature.as_bytes().ok_or("has a signature that does not end with a byte")?;
        Ok(Self { message: message.to_vec(), algorithm, signature: signature.to_vec() })
    }

    /// Whether this key signed it.
    pub(super) fn is_by(&self, key: &Key) -> Result<(), Unsigned> {
        if SHA1.contains(&self.algorithm.oid) {
            return Err(Unsigned::Sha1);
        }
        let Some(algorithm) = key.verifies(&self.algorithm) else {
            let clause = format!("signature algorithm {} does not go with {}", self.algorithm.oid, key.kind);
            return Err(Unsigned::Unsupported(clause));
        };
        key.verify(algorithm, &self.message, &self.signature).map_err(|()| Unsigned::Wrong)
    }
}

/// A public key of a kind that is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// What kind of key it is.
    pub(super) kind: Kind,
    bytes: Vec<u8>,
}

/// The kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RSA, with so many bits.
    Rsa(usize),
    /// On the curve P-256.
    P256,
    /// On the curve P-384.
    P384,
    /// On the curve P-521.
    P521,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "a key of RSA with {bits} bits"),
            Self::P256 => f.write_str("a key on P-256"),
            Self::P384 => f.write_str("a key on P-384"),
            Self::P521 => f.write_str("a key on P-521"),
        }
    }
}

impl Key {
    fn new(spki: &SubjectPublicKeyInfoOwned) -> Result<Self, String> {
        let bytes = spki.subject_public_key.as_bytes().ok_or("has a key that does not end with a byte")?;
        let algorithm = &spki.algorithm;
        if algorithm.oid == RSA {
            if !is_null_or_absent(algorithm) {
                return Err("has a key of RSA with parameters".to_owned());
            }
            return Ok(Self { kind: Kind::Rsa(modulus_bits(bytes)?), bytes: bytes.to_vec() });
        }
        if algorithm.oid != EC {
            return Err(format!("has a key of kind {}, expected RSA or a curve of NIST", algorithm.oid));
        }
        let curve =
            algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
        let (kind, coordinate) = match curve {
            Some(P256) => (Kind::P256, 32),
            Some(P384) => (Kind::P384, 48),
            Some(P521) => (Kind::P521, 66),
            _ => return Err("has a key on a curve other than P-256, P-384 and P-521".to_owned()),
        };
        if bytes.first() != Some(&4) || bytes.len() != 1 + 2 * coordinate {
            return Err("has a key whose point is not written uncompressed".to_owned());
        }
        Ok(Self { kind, bytes: bytes.to_vec() })
    }

    /// Whether the key made the signature.
    pub(super) fn verify(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ()> {
        UnparsedPublicKey::new(algorithm, &self.bytes).verify(message, signature).map_err(|_| ())
    }

    /// How signatures of this key are verified that name this algorithm; `None` when it cannot have made them.
    fn verifies(&self, algorithm: &AlgorithmIdentifierOwned) -> Option<&'static dyn VerificationAlgorithm> {
        let position = |known: &[ObjectIdentifier]| known.iter().position(|oid| *oid == algorithm.oid);
        if let Kind::Rsa(bits) = self.kind {
            if bits < 2048 {
                return None;
            }
            if algorithm.oid == RSA_PSS {
                return match pss_hash(algorithm)? {
                    0 => Some(&lc::RSA_PSS_2048_8192_SHA256),
                    1 => Some(&lc::RSA_PSS_2048_8192_SHA384),
                    _ => Some(&lc::RSA_PSS_2048_8192_SHA512),
                };
            }
            let hash = position(&RSA_PKCS1).filter(|_| is_null_or_absent(algorithm))?;
            return match hash {
                0 => Some(&lc::RSA_PKCS1_2048_8192_SHA256),
                1 => Some(&lc::RSA_PKCS1_2048_8192_SHA384),
                _ => Some(&lc::RSA_PKCS1_2048_8192_SHA512),
            };
        }
        let hash = position(&ECDSA).filter(|_| algorithm.parameters.is_none())?;
        Some(match (self.kind, hash) {
            (Kind::P256, 0) => &lc::ECDSA_P256_SHA256_ASN1,
            (Kind::P256, 1) => &lc::ECDSA_P256_SHA384_ASN1,
            (Kind::P256, _) => &lc::ECDSA_P256_SHA512_ASN1,
            (Kind::P384, 0) => &lc::ECDSA_P384_SHA256_ASN1,
            (Kind::P384, 1) => &lc::ECDSA_P384_SHA384_ASN1,
            (Kind::P384, _) => &lc::ECDSA_P384_SHA512_ASN1,
            (_, 0) => &lc::ECDSA_P521_SHA256_ASN1,
            (_, 1) => &lc::ECDSA_P521_SHA384_ASN1,
            (_, _) => &lc::ECDSA_P521_SHA512_ASN1,
        })
    }
}

/// How many bits the modulus of an `RSAPublicKey` has.
fn modulus_bits(bytes: &[u8]) -> Result<usize, String> {
    let modulus = SliceReader::new(bytes).and_then(|mut reader| {
        let modulus = reader.sequence(|sequence| {
            let modulus = sequence.decode::<UintRef<'_>>()?;
            sequence.decode::<UintRef<'_>>()?;
            Ok(modulus.as_bytes().to_vec())
        })?;
        reader.finish(modulus)
    });
    let modulus = modulus.map_err(|error| format!("has a key of RSA that is not in proper DER: {error}"))?;
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    Ok((modulus.len() * 8).saturating_sub(leading))
}

/// Whether parameters are NULL or absent; both are written for RSA.
fn is_null_or_absent(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm
        .parameters
        .as_ref()
        .is_none_or(|parameters| parameters.tag() == Tag::Null && parameters.value().is_empty())
}

/// Which of the hashes PSS is used with: 0 for SHA-256, 1 for SHA-384, 2 for SHA-512.
///
/// RFC 4055 leaves one choice, whether a hash has NULL for its parameters, so the parameters are compared with the two texts
/// that they can be: the hash, MGF1 with the same hash, and a salt as long as the hash.
fn pss_hash(algorithm: &AlgorithmIdentifierOwned) -> Option<usize> {
    let parameters = algorithm.parameters.as_ref()?.to_der().ok()?;
    (0_u8..3).zip([32_u8, 48, 64]).position(|(index, salt)| {
        [true, false].iter().any(|null| pss_parameters(index, salt, *null) == parameters)
    })
}

/// The parameters of PSS in DER; no length reaches 128, so each is one byte.
fn pss_parameters(hash: u8, salt: u8, null: bool) -> Vec<u8> {
    fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(value.len()).unwrap_or_default()], value].concat()
    }
    /// `id-mgf1`.
    const MGF1: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
    // `id-sha256`, `id-sha384` and `id-sha512` end with 1, 2 and 3.
    let oid = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, hash + 1];
    let hash = tlv(0x30, &[oid.as_slice(), if null { &[5, 0] } else { &[] }].concat());
    let generator = tlv(0x30, &[MGF1.as_slice(), &hash].concat());
    let parts = [tlv(0xa0, &hash), tlv(0xa1, &generator), tlv(0xa2, &tlv(2, &[salt]))];
    tlv(0x30, &parts.concat())
}

/// Refuses extensions of which one stands twice.
pub(super) fn no_repetition(extensions: &[Extension]) -> Result<(), String> {
    let mut ids = extensions.iter().map(|extension| extension.extn_id).collect::<Vec<_>>();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair.first() == pair.last()).and_then(<[_]>::first) {
        Some(twice) => Err(format!("has the extension {twice} twice")),
        None => Ok(()),
    }
}

/// A moment of a certificate. The last one that certificates know lies a day after the last one that [`Timestamp`] knows.
pub(super) fn moment(time: Time) -> Timestamp {
    i64::try_from(time.to_unix_duration().as_secs())
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .unwrap_or(Timestamp::MAX)
}
