//! Signing a bundle.

use jsonwebtoken::Header;
use serde_json::{Map, Value};

use super::SigningKey;
use super::hash::{self, SHA_256};
use super::token::{self, Claims, File, problem};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Tree;

/// What a signature states besides the files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statement {
    /// The name of the key, for who verifies.
    pub key_id: Option<String>,
    /// What the bundle is good for; who verifies must ask for the same.
    pub scope: Option<String>,
    /// Anything else.
    pub claims: Map<String, Value>,
}

impl Tree {
    /// The same bundle with a signature over every file; one that it had is replaced.
    ///
    /// # Errors
    ///
    /// Every file that has no digest, or a key that does not sign.
    pub fn signed(&self, key: &SigningKey, statement: &Statement) -> Result<Self, Vec<Diagnostic>> {
        let (mut files, mut problems) = (Vec::new(), Vec::new());
        for (path, content) in &self.files {
            match hash::digest(path, content, SHA_256) {
                Ok(hash) => files.push(File { name: path.clone(), hash, algorithm: SHA_256.to_owned() }),
                Err(message) => {
                    problems.push(Diagnostic::of_file(self.name(path), Code::Signature, message));
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let Statement { key_id, scope, claims } = statement.clone();
        let header = Header { kid: key_id.clone(), typ: None, ..Header::new(key.algorithm.jwa()) };
        let claims = Claims {
            files,
            keyid: key_id.unwrap_or_default(),
            scope: scope.unwrap_or_default(),
            exp: None,
            others: claims,
        };
        let token = jsonwebtoken::encode(&header, &claims, &key.key).map_err(|_| {
            let message = format!("the key does not sign with {}", key.algorithm);
            let problem = Diagnostic::of_file(&key.file, Code::Key, message);
            vec![
                problem.with_help("RSA keys must have at least 2048 bits; ES256 needs P-256 and ES384 P-384"),
            ]
        })?;
        let content = token::file(token).map_err(|error| vec![problem(self, error.to_string())])?;
        let mut signed = self.clone();
        signed.signatures = Some(content);
        Ok(signed)
    }
}
