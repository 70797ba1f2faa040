//! Who signed without a key: the issuer, the subject and the claims of a certificate.

use std::collections::BTreeMap;
use std::fmt;

use regex::{Regex, RegexBuilder};
use sigstore_verify::crypto::CertificateInfo;
use sigstore_verify::crypto::x509::FulcioCiClaims;

use super::read::quoted;
use crate::attest::Refusal;

/// The most bytes of a pattern.
const MOST_PATTERN: usize = 2_000;

/// The most bytes of memory that a compiled pattern takes.
const MOST_COMPILED: usize = 1 << 20;

/// A text that something has to be, or a pattern that it has to match from its first to its last character.
#[derive(Clone)]
pub struct Matcher {
    shown: String,
    pattern: Option<Regex>,
}

impl Matcher {
    /// Exactly this text.
    ///
    /// # Errors
    ///
    /// An empty text, which no certificate has.
    pub fn exact(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Err("is empty".to_owned())
        } else {
            Ok(Self { shown: text.to_owned(), pattern: None })
        }
    }

    /// A pattern in the syntax of the `regex` crate, which has to match the whole text.
    ///
    /// # Errors
    ///
    /// A pattern that is empty, too long or not valid.
    pub fn regex(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Err("is empty".to_owned());
        }
        if pattern.len() > MOST_PATTERN {
            return Err(format!(
                "is a pattern of {} bytes; at most {MOST_PATTERN} are allowed",
                pattern.len()
            ));
        }
        let compile = |text: &str| {
            RegexBuilder::new(text).size_limit(MOST_COMPILED).build().map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "is a pattern that takes too much memory".to_owned(),
                _ => "is no valid regular expression".to_owned(),
            })
        };
        // On its own first: `a)|(?:b` is no pattern, but between anchors it would be one that is not anchored.
        compile(pattern)?;
        let anchored = compile(&format!(r"\A(?:{pattern})\z"))?;
        Ok(Self { shown: pattern.to_owned(), pattern: Some(anchored) })
    }

    /// Whether a text is what is asked for.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.pattern.as_ref().map_or_else(|| self.shown == text, |pattern| pattern.is_match(text))
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.pattern.is_some() { "what matches " } else { "" };
        write!(f, "{kind}{}", quoted(&self.shown))
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", if self.pattern.is_some() { "Regex" } else { "Exact" }, self.shown)
    }
}

/// What a certificate says of the CI run that signed, by names that an attestor may ask for; those of GitHub's workflows alone
/// are what cosign calls `--certificate-github-workflow-…`.
pub const CLAIMS: [&str; 21] = [
    "build_config_digest",
    "build_config_uri",
    "build_signer_digest",
    "build_signer_uri",
    "build_trigger",
    "deployment_environment",
    "github_workflow_name",
    "github_workflow_ref",
    "github_workflow_repository",
    "github_workflow_sha",
    "github_workflow_trigger",
    "run_invocation_uri",
    "runner_environment",
    "source_repository_digest",
    "source_repository_identifier",
    "source_repository_owner_identifier",
    "source_repository_owner_uri",
    "source_repository_ref",
    "source_repository_uri",
    "source_repository_visibility_at_signing",
    "token_subject",
];

/// The values of [`CLAIMS`], in their order.
fn values(claims: &FulcioCiClaims) -> [&Option<String>; 21] {
    let github = &claims.deprecated_github;
    [
        &claims.build_config_digest,
        &claims.build_config_uri,
        &claims.build_signer_digest,
        &claims.build_signer_uri,
        &claims.build_trigger,
        &claims.deployment_environment,
        &github.workflow_name,
        &github.workflow_ref,
        &github.workflow_repository,
        &github.workflow_sha,
        &github.workflow_trigger,
        &claims.run_invocation_uri,
        &claims.runner_environment,
        &claims.source_repository_digest,
        &claims.source_repository_identifier,
        &claims.source_repository_owner_identifier,
        &claims.source_repository_owner_uri,
        &claims.source_repository_ref,
        &claims.source_repository_uri,
        &claims.source_repository_visibility_at_signing,
        &claims.token_subject,
    ]
}

/// The claims that a certificate makes.
pub(super) fn claims(certificate: &CertificateInfo) -> BTreeMap<String, String> {
    CLAIMS
        .into_iter()
        .zip(values(&certificate.ci_claims))
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
}

/// Refuses a certificate of somebody else than an attestor asks for.
pub(super) fn check(
    certificate: &CertificateInfo,
    issuer: &Matcher,
    subject: &Matcher,
    wanted: &BTreeMap<String, String>,
) -> Result<(), Refusal> {
    let or_nobody = |found: Option<&str>| found.map_or_else(|| "nobody".to_owned(), quoted);
    let found = certificate.issuer.as_deref();
    if !found.is_some_and(|found| issuer.matches(found)) {
        let reason = format!("{} vouched for the signer, not {issuer}", or_nobody(found));
        return Err(Refusal::new("other_issuer", reason));
    }
    let found = certificate.identity.as_ref().map(|name| name.as_str());
    if !found.is_some_and(|found| subject.matches(found)) {
        return Err(Refusal::new("other_subject", format!("{} signed, not {subject}", or_nobody(found))));
    }
    let found = claims(certificate);
    for (name, value) in wanted {
        let said = found.get(name);
        if said != Some(value) {
            let said = said.map_or_else(|| "nothing".to_owned(), |said| quoted(said));
            let reason = format!("the certificate says {said} for `{name}`, not {}", quoted(value));
            return Err(Refusal::new("other_claims", reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_text_is_no_pattern() {
        let matcher = Matcher::exact("https://a.example/.*").unwrap();
        assert!(matcher.matches("https://a.example/.*"));
        assert!(!matcher.matches("https://a.example/x"));
        assert!(!matcher.matches("https://a.example/.*\n"));
    }

    #[test]
    fn a_pattern_matches_all_of_a_text_or_nothing() {
        let cases = [
            ("https://github\\.com/acme/.*", "https://github.com/acme/shop", true),
            ("https://github\\.com/acme/.*", "x https://github.com/acme/shop", false),
            ("https://github\\.com/acme", "https://github.com/acme-evil", false),
            ("a|b", "ab", false),
            ("a|b", "b", true),
            ("^a|b$", "ax", false),
            ("(?m)^a$", "a\nevil", false),
            ("(?m)a$", "evil\na", false),
            ("a", "a\n", false),
            ("(?i)ACME", "acme", true),
            ("a.b", "a\nb", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Matcher::regex(pattern).unwrap().matches(text), expected, "{pattern} {text:?}");
        }
    }

    #[test]
    fn a_pattern_that_leaves_its_anchors_or_its_bounds_is_refused() {
        let long = "a".repeat(3_000);
        for bad in ["", "a)|(?:b", "(", "a{1000}{1000}{1000}", "(?x) a # b", "[", &long] {
            assert!(Matcher::regex(bad).is_err(), "{bad:.20}");
        }
        assert!(Matcher::exact("").is_err());
    }

    #[test]
    fn claims_are_in_order() {
        assert!(CLAIMS.is_sorted());
    }
}
