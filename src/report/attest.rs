//! Which attestors verify an image, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::table::{BOLD, DIM, GOOD, WARN, styled};
use crate::attest::{
    Answer, AttestorStatus, DigestSource, Evidence, Examined, Layout, Refusal, RevocationState, Signature,
    Standing,
};

/// The version of the JSON form.
const VERSION: &str = "1";

/// How many refused signatures of one attestor are shown to people.
const SHOWN: usize = 5;

const BAD: Style = AnsiColor::Red.on_default();

/// What attestors say of one image.
#[derive(Debug, Clone, Serialize)]
pub struct Attested {
    /// The image, with what its reference leaves out.
    pub image: String,
    /// The digest that was looked at.
    pub digest: Option<String>,
    /// Where the digest is from.
    pub digest_source: Option<DigestSource>,
    /// What each attestor says, by name.
    pub attestors: BTreeMap<String, Examined>,
    /// Whether each attestor can be relied on, by name.
    #[serde(rename = "status")]
    pub standings: BTreeMap<String, AttestorStatus>,
}

/// The answers, as JSON: `reason` is there whenever the answer is another one than `verified`.
///
/// # Errors
///
/// Whatever the writer reports.
pub fn json(attested: &Attested) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Document<'a> {
        version: &'static str,
        #[serde(flatten)]
        attested: &'a Attested,
    }
    let mut attested = attested.clone();
    attested.attestors.values_mut().for_each(explain);
    let mut text = serde_json::to_string_pretty(&Document { version: VERSION, attested: &attested })?;
    text.push('\n');
    Ok(text)
}

/// Puts the reason of an answer beside it.
fn explain(examined: &mut Examined) {
    examined.reason = reason(examined);
    examined.attestations.values_mut().for_each(explain);
}

/// Why an attestor does not verify an image: what it cannot know, or what is wrong with the first signature.
fn reason(examined: &Examined) -> Option<Refusal> {
    match examined.answer {
        Answer::Verified => None,
        Answer::Unknown => examined.reason.clone(),
        Answer::NotVerified => {
            examined.refused.first().map(|refused| Refusal::new(&refused.code, refused.reason.clone()))
        }
        Answer::NoSignature => Some(Refusal::new(
            "no_signature",
            "the registry has no signature of the form that the attestor makes",
        )),
    }
}

/// The answers, for people.
#[must_use]
pub fn table(attested: &Attested) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}\n", plain(&attested.image));
    let _ = match (&attested.digest, attested.digest_source) {
        (Some(digest), Some(DigestSource::Tag)) => {
            writeln!(text, "{digest} {DIM}(to which the tag leads now){DIM:#}")
        }
        (Some(digest), _) => writeln!(text, "{digest}"),
        (None, _) => writeln!(text, "{}", styled(WARN, "its digest could not be told")),
    };
    let width = attested.attestors.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    for (name, examined) in &attested.attestors {
        text.push('\n');
        let _ = writeln!(text, "{BOLD}{name:width$}{BOLD:#}  {}", answer(examined.answer));
        details(&mut text, examined, "  ");
        for (kind, examined) in &examined.attestations {
            let _ = writeln!(text, "  attestation {}: {}", plain(kind), answer(examined.answer));
            details(&mut text, examined, "    ");
        }
        if let Some(status) = attested.standings.get(name).filter(|it| it.status != Standing::Valid) {
            for problem in &status.problems {
                let _ = writeln!(text, "  {} {}", styled(WARN, "attestor:"), plain(problem));
            }
        }
    }
    text
}

fn answer(answer: Answer) -> String {
    match answer {
        Answer::Verified => styled(GOOD, "verified"),
        Answer::NotVerified => styled(BAD, "not verified"),
        Answer::NoSignature => styled(BAD, "no signature"),
        Answer::Unknown => styled(WARN, "unknown"),
    }
}

fn details(text: &mut String, examined: &Examined, indent: &str) {
    if let Some(signature) = &examined.signature {
        signed(text, signature, indent);
    }
    if let Some(reason) = examined.reason.as_ref().filter(|_| examined.answer == Answer::Unknown) {
        let _ = writeln!(text, "{indent}{} {DIM}({}){DIM:#}", plain(&reason.reason), plain(&reason.code));
    }
    for refused in examined.refused.iter().take(SHOWN) {
        let (code, reason) = (plain(&refused.code), plain(&refused.reason));
        let _ = writeln!(
            text,
            "{indent}refused: {reason} {DIM}({code}, {}){DIM:#}",
            place(refused.layout, &refused.manifest)
        );
    }
    if let Some(more) = examined.refused.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(text, "{indent}refused: {more} more signatures");
    }
}

fn signed(text: &mut String, signature: &Signature, indent: &str) {
    let Evidence { signer, log, signed_at, expires_at, revocation, notes, .. } = &signature.evidence;
    let mut line = |what: &str, value: &str| {
        let _ = writeln!(text, "{indent}{DIM}{what:<9}{DIM:#} {}", plain(value));
    };
    line("found in", &place(signature.layout, &signature.manifest));
    if let Some(index) = &signature.via_index {
        line("index", &format!("{index}, which lists the image"));
    }
    if let Some(subject) = &signer.subject {
        line("signer", subject);
    }
    if let Some(issuer) = &signer.issuer {
        line("issuer", issuer);
    }
    if let Some(profile) = &signer.signing_profile_version {
        line("profile", profile);
    }
    if let Some(key) = signer.key_fingerprint.as_ref().filter(|_| signer.subject.is_none()) {
        line("key", &format!("SHA-256 {key}"));
    }
    for (name, value) in &signer.claims {
        line("claim", &format!("{name} {value}"));
    }
    if let Some(signed_at) = signed_at {
        let source = serde_json::to_value(signed_at.source).ok();
        let source = source.as_ref().and_then(|source| source.as_str()).unwrap_or_default().replace('_', " ");
        line("signed", &format!("{} (says the {source})", signed_at.time));
    }
    if let Some(entry) = log {
        line("log", &format!("entry {} of {}", entry.index, entry.id));
    }
    if let Some(expires_at) = expires_at {
        line("expires", &expires_at.to_string());
    }
    match revocation.state {
        RevocationState::Good => line("revoked", "no"),
        RevocationState::Unknown => line("revoked", "unknown"),
        RevocationState::Revoked | RevocationState::NotChecked => {}
    }
    notes.iter().for_each(|note| line("note", note));
}

fn place(layout: Layout, manifest: &str) -> String {
    let layout = match layout {
        Layout::CosignTag => "cosign tag",
        Layout::SigstoreBundle => "sigstore bundle",
        Layout::Notation => "Notation signature",
    };
    format!("{layout} {}", manifest.chars().take(19).collect::<String>())
}

/// A text without what a terminal would obey: most of it was written by whoever signed.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attest::{Refused, Signer};

    fn attested() -> Attested {
        let signer = Signer { subject: Some("me\u{1b}[31m".to_owned()), ..Signer::default() };
        let evidence = Evidence { signer, ..Evidence::default() };
        let signature = Signature {
            manifest: "sha256:0".to_owned(),
            layout: Layout::CosignTag,
            via_index: None,
            evidence,
        };
        let refused = Refused {
            manifest: "sha256:1".to_owned(),
            layout: Layout::Notation,
            via_index: None,
            code: "wrong_key".to_owned(),
            reason: "another key".to_owned(),
        };
        let verified =
            Examined { answer: Answer::Verified, signature: Some(signature), ..Examined::default() };
        let unknown =
            Examined { reason: Some(Refusal::new("Throttled", "asked too often")), ..Examined::default() };
        let not_verified =
            Examined { answer: Answer::NotVerified, refused: vec![refused; 7], ..Examined::default() };
        let unsigned = Examined { answer: Answer::NoSignature, ..Examined::default() };
        let all = [("a", verified), ("b", unknown), ("c", not_verified), ("d", unsigned)];
        Attested {
            image: "docker.io/library/web:1".to_owned(),
            digest: Some("sha256:d".to_owned()),
            digest_source: Some(DigestSource::Tag),
            attestors: all.into_iter().map(|(name, examined)| (name.to_owned(), examined)).collect(),
            standings: BTreeMap::new(),
        }
    }

    #[test]
    fn people_see_who_signed_and_why_others_do_not_count() {
        let text = anstream::adapter::strip_str(&table(&attested())).to_string();
        insta::assert_snapshot!(text, @r"
        docker.io/library/web:1
        sha256:d (to which the tag leads now)

        a  verified
          found in  cosign tag sha256:0
          signer    me�[31m

        b  unknown
          asked too often (Throttled)

        c  not verified
          refused: another key (wrong_key, Notation signature sha256:1)
          refused: another key (wrong_key, Notation signature sha256:1)
          refused: another key (wrong_key, Notation signature sha256:1)
          refused: another key (wrong_key, Notation signature sha256:1)
          refused: another key (wrong_key, Notation signature sha256:1)
          refused: 2 more signatures

        d  no signature
        ");
    }

    #[test]
    fn programs_find_a_reason_beside_each_answer_that_is_not_good() {
        let json = serde_json::from_str::<serde_json::Value>(&json(&attested()).unwrap()).unwrap();
        let reasons = ["a", "b", "c", "d"].map(|name| json["attestors"][name]["reason"]["code"].clone());
        assert_eq!(
            reasons,
            [serde_json::Value::Null, "Throttled".into(), "wrong_key".into(), "no_signature".into()]
        );
        assert_eq!(json["digest"], "sha256:d");
    }
}
