//! Keys out of files. Neither a key nor a part of one reaches a message.

use std::fmt;

use jsonwebtoken::{DecodingKey, EncodingKey};

use super::Algorithm;
use crate::diagnostic::{Code, Diagnostic};

/// A key that signs.
pub struct SigningKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: EncodingKey,
    /// Its file, for messages.
    pub(super) file: String,
}

/// A key that verifies.
pub struct VerificationKey {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, {})", self.algorithm, self.file)
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerificationKey({})", self.algorithm)
    }
}

impl SigningKey {
    /// Takes the content of a file: a private key in PEM, or the secret of HMAC, to the byte.
    ///
    /// # Errors
    ///
    /// Why it is no key for the algorithm.
    pub fn new(file: &str, content: &[u8], algorithm: Algorithm) -> Result<Self, Diagnostic> {
        let key = if algorithm.is_symmetric() {
            EncodingKey::from_secret(secret(file, content, algorithm)?)
        } else if algorithm.is_elliptic() {
            EncodingKey::from_ec_pem(content).map_err(|_| unusable(file, content, algorithm, "private"))?
        } else {
            EncodingKey::from_rsa_pem(content).map_err(|_| unusable(file, content, algorithm, "private"))?
        };
        Ok(Self { algorithm, key, file: file.to_owned() })
    }
}

impl VerificationKey {
    /// Takes the content of a file: a public key in PEM, or the secret of HMAC, to the byte.
    ///
    /// # Errors
    ///
    /// Why it is no key for the algorithm.
    pub fn new(file: &str, content: &[u8], algorithm: Algorithm) -> Result<Self, Diagnostic> {
        let key = if algorithm.is_symmetric() {
            DecodingKey::from_secret(secret(file, content, algorithm)?)
        } else if labels(content).any(|label| label.ends_with("PRIVATE KEY")) {
            let problem = Diagnostic::of_file(file, Code::Key, "the file holds a private key");
            return Err(problem.with_help("verify with the public key: `openssl pkey -pubout` prints it"));
        } else if algorithm.is_elliptic() {
            DecodingKey::from_ec_pem(content).map_err(|_| unusable(file, content, algorithm, "public"))?
        } else {
            DecodingKey::from_rsa_pem(content).map_err(|_| unusable(file, content, algorithm, "public"))?
        };
        Ok(Self { algorithm, key })
    }
}

/// The secret of HMAC. A public key is none: everybody knows it.
fn secret<'a>(file: &str, content: &'a [u8], algorithm: Algorithm) -> Result<&'a [u8], Diagnostic> {
    if content.is_empty() {
        return Err(Diagnostic::of_file(file, Code::Key, "the file is empty, and a secret is not"));
    }
    if labels(content).next().is_some() {
        let message = format!("the file holds a key in PEM, and {algorithm} takes a secret");
        let help = "name the key's own algorithm with --signing-alg, or the file of the secret";
        return Err(Diagnostic::of_file(file, Code::Key, message).with_help(help));
    }
    Ok(content)
}

fn unusable(file: &str, content: &[u8], algorithm: Algorithm, which: &str) -> Diagnostic {
    let message = format!("the file holds no {which} key for {algorithm}");
    let problem = Diagnostic::of_file(file, Code::Key, message);
    match labels(content).next().as_deref() {
        None => problem.with_help("the key must be in PEM (`-----BEGIN …`)"),
        Some("EC PRIVATE KEY") => {
            problem.with_help("convert it: `openssl pkcs8 -topk8 -nocrypt -in KEY` prints it as PKCS #8")
        }
        Some("ENCRYPTED PRIVATE KEY") => {
            problem.with_help("it is encrypted: `openssl pkcs8 -in KEY` asks for its password and prints it")
        }
        Some(label) => problem.with_help(format!(
            "it says `{label}`: give the {which} key, and name its algorithm with --signing-alg"
        )),
    }
}

/// What the blocks of a PEM file say that they are.
fn labels(content: &[u8]) -> impl Iterator<Item = String> {
    let lines = content.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = std::str::from_utf8(line).ok()?.trim();
        let label = line.strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
        // What is printed is a label, whatever else a file holds.
        let is_label = label.len() <= 40 && label.bytes().all(|it| it.is_ascii_uppercase() || it == b' ');
        is_label.then(|| label.to_owned())
    });
    lines.collect::<Vec<_>>().into_iter()
}
