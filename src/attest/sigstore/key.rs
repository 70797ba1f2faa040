//! Public keys: what cosign and KMS sign with.

use std::fmt;

use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, ParsedPublicKey, VerificationAlgorithm,
};
use sigstore_verify::crypto::{KeyAlgorithm, SigningScheme, VerificationKey};
use sigstore_verify::types::{DerPublicKey, HashAlgorithm, SignatureBytes};

use super::pem;
use crate::domain::Digest;

/// The shortest RSA key, in bits.
const LEAST_RSA: usize = 2048;

/// The longest RSA key, in bits: what a verification costs grows with it.
const MOST_RSA: usize = 8192;

/// The most bytes of a key: RSA of 8192 bits has about 1100.
const MOST_BYTES: usize = 8 << 10;

/// The most bytes of a file with a key in it.
const MOST_TEXT: usize = 64 << 10;

/// The kinds of keys, for people.
const KINDS: &str = "P-256, P-384, Ed25519, or RSA of 2048 to 8192 bits";

/// A public key.
#[derive(Clone)]
pub struct PublicKey {
    der: DerPublicKey,
    algorithm: KeyAlgorithm,
    fingerprint: String,
}

impl PublicKey {
    /// Reads a file that holds one public key.
    ///
    /// # Errors
    ///
    /// Says what the file holds instead, without quoting it.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        if text.len() > MOST_TEXT {
            return Err(format!("holds {} bytes, which is no public key", text.len()));
        }
        let blocks = pem::blocks(text, 2)?;
        if blocks.iter().any(|block| block.label.ends_with("PRIVATE KEY")) {
            return Err("holds a private key; only its public half belongs here".to_owned());
        }
        let [block] = blocks.as_slice() else {
            let found = if blocks.is_empty() { "no PEM block" } else { "several PEM blocks" };
            return Err(format!("holds {found}; one `PUBLIC KEY` is expected"));
        };
        match block.label {
            "PUBLIC KEY" => Self::from_der(&block.bytes),
            "CERTIFICATE" => Err("holds a certificate; one `PUBLIC KEY` is expected".to_owned()),
            _ => Err("holds a PEM block of another kind; one `PUBLIC KEY` is expected".to_owned()),
        }
    }

    /// Reads a SubjectPublicKeyInfo in DER, as `kms:GetPublicKey` gives it.
    ///
    /// # Errors
    ///
    /// Says what kinds of keys are known.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let refused = || format!("is no public key of a known kind ({KINDS})");
        if der.len() > MOST_BYTES {
            return Err(refused());
        }
        let key = DerPublicKey::new(der.to_vec());
        let algorithm = KeyAlgorithm::from_spki(&key).map_err(|_| refused())?;
        let raw = VerificationKey::from_spki(&key).map_err(|_| refused())?;
        let on_curve = |algorithm: &'static dyn VerificationAlgorithm| {
            ParsedPublicKey::new(algorithm, raw.as_bytes()).map(drop).map_err(|_| refused())
        };
        match algorithm {
            KeyAlgorithm::EcdsaP256 => on_curve(&ECDSA_P256_SHA256_ASN1)?,
            KeyAlgorithm::EcdsaP384 => on_curve(&ECDSA_P384_SHA384_ASN1)?,
            KeyAlgorithm::Ed25519 => on_curve(&ED25519)?,
            KeyAlgorithm::Rsa => {
                let rsa = PublicEncryptingKey::from_der(der).map_err(|_| refused())?;
                if !(LEAST_RSA..=MOST_RSA).contains(&rsa.key_size_bits()) {
                    return Err(refused());
                }
            }
            _ => return Err(refused()),
        }
        let fingerprint = Digest::of(der).hex().to_owned();
        Ok(Self { der: key, algorithm, fingerprint })
    }

    /// SHA-256 of its SubjectPublicKeyInfo in DER, in hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// As the verifier takes it.
    pub(super) fn der(&self) -> &DerPublicKey {
        &self.der
    }

    /// Whether it signed these bytes as cosign signs a payload: always with SHA-256, but for Ed25519, which has its own.
    pub(super) fn signed_payload(&self, payload: &[u8], signature: &SignatureBytes) -> bool {
        self.algorithm
            .resolve_signing_scheme(HashAlgorithm::Sha2256)
            .is_ok_and(|scheme| self.signed_by(scheme, payload, signature))
    }

    /// Whether it signed these bytes as an envelope is signed: with the hash that the key's kind calls for, or with SHA-256, which
    /// cosign takes for every kind.
    pub(super) fn signed_envelope(&self, pae: &[u8], signature: &SignatureBytes) -> bool {
        self.signed_by(self.algorithm.default_signing_scheme(), pae, signature)
            || self.signed_payload(pae, signature)
    }

    fn signed_by(&self, scheme: SigningScheme, message: &[u8], signature: &SignatureBytes) -> bool {
        VerificationKey::from_spki_with_scheme(&self.der, scheme)
            .is_ok_and(|key| key.verify(message, signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwr\n\
        kBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==\n\
        -----END PUBLIC KEY-----\n";

    #[test]
    fn a_key_is_known_by_the_digest_of_its_der() {
        let key = PublicKey::from_pem(P256).unwrap();
        assert_eq!(key.fingerprint(), "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d");
        assert_eq!(PublicKey::from_der(key.der().as_bytes()).unwrap().fingerprint(), key.fingerprint());
        let commented = format!("the release key\n{}", P256.replace('\n', "\r\n"));
        assert_eq!(PublicKey::from_pem(&commented).unwrap().fingerprint(), key.fingerprint());
    }

    #[test]
    fn what_is_no_public_key_is_named_and_never_quoted() {
        let secret = "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcms=";
        let block = |label: &str| format!("-----BEGIN {label}-----\n{secret}\n-----END {label}-----\n");
        let cases = [
            (String::new(), "no PEM block"),
            (P256.repeat(2), "several PEM blocks"),
            (P256.repeat(3), "more than 2"),
            (block("PRIVATE KEY"), "private key"),
            (block("ENCRYPTED SIGSTORE PRIVATE KEY"), "private key"),
            (format!("{P256}{}", block("EC PRIVATE KEY")), "private key"),
            (block("CERTIFICATE"), "a certificate"),
            (block("RSA PUBLIC KEY"), "another kind"),
            (block("PUBLIC KEY"), "known kind"),
            (P256.replace("-----END", "----END"), "does not end"),
            (P256.replace("MFkw", "MF!w"), "not base64"),
            (P256.replace("RYtw", "RYtQ"), "known kind"),
        ];
        for (text, expected) in cases {
            let error = PublicKey::from_pem(&text).unwrap_err();
            assert!(error.contains(expected), "{error} instead of {expected}");
            assert!(!error.contains("TWFu"), "{error}");
        }
    }

    #[test]
    fn bytes_after_a_key_are_no_part_of_it() {
        let key = PublicKey::from_pem(P256).unwrap();
        let longer = [key.der().as_bytes(), &[0]].concat();
        assert!(PublicKey::from_der(&longer).is_err());
        assert!(PublicKey::from_der(&[0x30; 100_000]).is_err());
    }
}
