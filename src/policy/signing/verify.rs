//! Verifying a bundle.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jsonwebtoken::Validation;

use super::token::{self, Claims, File, Signature, problem};
use super::{VerificationKey, hash};
use crate::diagnostic::{Code, Diagnostic};
use crate::policy::Tree;

/// What a bundle's signature must be.
#[derive(Debug)]
pub struct Verification {
    /// The key that must have made it.
    pub key: VerificationKey,
    /// The name of the key; a signature that names another is refused.
    pub key_id: Option<String>,
    /// The scope that it must be good for; without one it must name none.
    pub scope: Option<String>,
    /// The moment at which it must not have expired.
    pub now: Timestamp,
}

impl Tree {
    /// Checks that the bundle is signed by the key and is what was signed: every file, unaltered, and no other.
    ///
    /// # Errors
    ///
    /// What is wrong with the signature, or every file that is not what was signed.
    pub fn verify(&self, by: &Verification) -> Result<Signature, Vec<Diagnostic>> {
        let (header, claims) = self.statement(by).map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        let mut stated = BTreeMap::new();
        for file in &claims.files {
            if stated.insert(file.name.as_str(), file).is_some() {
                let name = file.name.escape_debug();
                problems.push(problem(self, format!("the signature lists `{name}` twice")));
            }
        }
        for (path, content) in &self.files {
            let wrong = |message: String| Diagnostic::of_file(self.name(path), Code::Signature, message);
            match stated.remove(path.as_str()) {
                None => problems.push(wrong("the file is not covered by the signature".to_owned())),
                Some(File { hash, algorithm, .. }) => match hash::digest(path, content, algorithm) {
                    Ok(found) if found.eq_ignore_ascii_case(hash) => {}
                    Ok(_) => problems.push(wrong("the file is not what was signed".to_owned())),
                    Err(message) => problems.push(wrong(message)),
                },
            }
        }
        for name in stated.into_keys() {
            let message = "the file was signed and is missing";
            let name = name.escape_debug().to_string();
            problems.push(Diagnostic::of_file(self.name(&name), Code::Signature, message));
        }
        if problems.is_empty() { Ok(Signature::of(&header, claims)) } else { Err(problems) }
    }

    /// What the token states, after its signature, key, scope and time were checked.
    fn statement(&self, by: &Verification) -> Result<(jsonwebtoken::Header, Claims), Diagnostic> {
        let token = token::token(self)?;
        let expected = by.key.algorithm;
        let header = jsonwebtoken::decode_header(&token)
            .map_err(|error| problem(self, format!("the token's header cannot be used: {error}")))?;
        if header.alg != expected.jwa() {
            let message = format!("the bundle is signed with {:?}, and {expected} is asked for", header.alg);
            let help =
                "name the algorithm of your key with --signing-alg; a signature of another proves nothing";
            return Err(problem(self, message).with_help(help));
        }
        let mut validation = Validation::new(expected.jwa());
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        let read = jsonwebtoken::decode::<Claims>(&token, &by.key.key, &validation).map_err(|error| {
            use jsonwebtoken::errors::ErrorKind;
            match error.kind() {
                ErrorKind::InvalidSignature => problem(self, "the signature was not made by this key")
                    .with_help(
                        "verify with the public key of who signs the bundle, or do not use the bundle",
                    ),
                _ => problem(self, format!("the signature cannot be checked: {error}")),
            }
        })?;
        let (header, claims) = (read.header, read.claims);
        let named = header.kid.iter().map(String::as_str).chain([claims.keyid.as_str()]);
        let other =
            named.filter(|id| !id.is_empty()).find(|id| by.key_id.as_ref().is_some_and(|it| it != id));
        if let Some(other) = other {
            let message = format!("the signature names the key `{}`", other.escape_debug());
            return Err(problem(self, message).with_help("ask for it with --verification-key-id"));
        }
        let scope = by.scope.as_deref().unwrap_or_default();
        if claims.scope != scope {
            let of = |scope: &str| match scope {
                "" => "no scope".to_owned(),
                scope => format!("the scope `{}`", scope.escape_debug()),
            };
            let message =
                format!("the signature is for {}, and {} is asked for", of(&claims.scope), of(scope));
            return Err(problem(self, message).with_help("ask for its scope with --scope"));
        }
        if let Some(exp) = &claims.exp {
            #[expect(clippy::cast_precision_loss, reason = "a second more or less is nothing here")]
            let now = by.now.as_second() as f64;
            if exp.as_f64().is_none_or(|exp| exp <= now) {
                return Err(problem(self, "the signature has expired").with_help("sign the bundle again"));
            }
        }
        Ok((header, claims))
    }
}
