//! The checks beyond integrity, and what an attestor's level makes of them.

use jiff::{SignedDuration, Timestamp};

use super::chain::{Chain, name};
use super::crl::{Answer, Crl, ask};
use super::envelope::{Envelope, Scheme};
use super::identity::{Subject, TrustedIdentity};
use super::level::{Action, Check, Strictness};
use super::signer::unknown_critical;
use super::{TrustStore, shown};
use crate::attest::{Evidence, Outcome, Refusal, Revocation, RevocationState, SignedAt, Signer, TimeSource};
use crate::domain::Digest;

/// How far a signing authority's clock may run ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What an attestor of Notation trusts.
#[derive(Debug, Clone)]
pub struct NotationTrust {
    ca: TrustStore,
    signing_authority: TrustStore,
    identities: Vec<TrustedIdentity>,
    strictness: Strictness,
    crls: Vec<Crl>,
}

impl NotationTrust {
    /// Trusts signers below `ca`, and authorities below `signing_authority` with what they say of the time.
    ///
    /// The two are kept apart: whoever a common authority issued a certificate to is no authority about time.
    ///
    /// # Errors
    ///
    /// Nothing in both stores, no identity, or identities that overlap.
    pub fn new(
        ca: TrustStore,
        signing_authority: TrustStore,
        identities: Vec<TrustedIdentity>,
        strictness: Strictness,
        crls: Vec<Crl>,
    ) -> Result<Self, String> {
        if ca.is_empty() && signing_authority.is_empty() {
            return Err(
                "no certificate is trusted, neither of an authority nor of a signing authority".to_owned()
            );
        }
        if identities.is_empty() {
            return Err(
                "no identity is trusted, expected `*` for everybody or at least one subject".to_owned()
            );
        }
        match TrustedIdentity::overlap(&identities) {
            Some(overlap) => Err(overlap),
            None => Ok(Self { ca, signing_authority, identities, strictness, crls }),
        }
    }

    /// When the first of the trusted certificates counts no longer.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        [&self.ca, &self.signing_authority].into_iter().filter_map(TrustStore::expires_at).min()
    }

    /// Changes with everything that decides answers.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts.join("\n")
        };
        let text = format!(
            "notation 1\n{}\n{}\n{}\n\n{:?}\n{}",
            self.ca.fingerprint(),
            self.signing_authority.fingerprint(),
            sorted(self.identities.iter().map(ToString::to_string).collect()),
            self.strictness,
            sorted(self.crls.iter().map(|crl| crl.fingerprint().to_owned()).collect()),
        );
        Digest::of(text.as_bytes()).hex().to_owned()
    }

    /// Looks at a signature whose integrity is given.
    pub(super) fn judge(
        &self,
        envelope: &Envelope,
        chain: &Chain,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        if let Some(plugin) = &envelope.plugin {
            let reason =
                format!("the signature has to be verified with the plugin `{}`", shown(&plugin.name));
            return Err(Refusal::new("plugin_required", reason));
        }
        if let Some(name) = envelope.extended.keys().next() {
            return Err(unknown_critical(name));
        }
        let mut evidence = evidence(envelope, chain);
        let mut let_pass =
            |check: Check, result: Result<(), Refusal>| match (result, self.strictness.action(check)) {
                (Ok(()), _) | (Err(_), Action::Skip) => Ok(()),
                (Err(refusal), Action::Enforce) => Err(refusal),
                (Err(refusal), Action::Log) => {
                    evidence.notes.push(refusal.reason);
                    Ok(())
                }
            };
        let_pass(Check::Authenticity, self.is_authentic(envelope.scheme, chain))?;
        let_pass(Check::Expiry, is_current(envelope, now))?;
        let_pass(Check::AuthenticTimestamp, has_authentic_time(envelope, chain, now))?;
        if envelope.timestamp.is_some() {
            evidence
                .notes
                .push("a timestamp of a timestamp authority is present and was not evaluated".to_owned());
        }
        let action = self.strictness.action(Check::Revocation);
        if action == Action::Skip {
            evidence.notes.push("revocation was not looked at".to_owned());
        } else {
            let state = match ask(chain, &self.crls, now) {
                Answer::NotAsked => RevocationState::NotChecked,
                Answer::Good => RevocationState::Good,
                Answer::Revoked(reason) => return Err(Refusal::new("revoked", reason)),
                Answer::Unknown(reason) if action == Action::Enforce => {
                    return Ok(Outcome::Unknown(Refusal::new("revocation_unknown", reason)));
                }
                Answer::Unknown(reason) => {
                    evidence.notes.push(reason);
                    RevocationState::Unknown
                }
            };
            let source = (state != RevocationState::NotChecked).then(|| "crl".to_owned());
            evidence.revocation = Revocation { state, source };
        }
        evidence.notes.sort();
        Ok(Outcome::Verified(Box::new(evidence)))
    }

    /// Whether the chain leads to a certificate that is trusted for its scheme, and the signer is trusted.
    fn is_authentic(&self, scheme: Scheme, chain: &Chain) -> Result<(), Refusal> {
        let (store, whose) = match scheme {
            Scheme::Signer => (&self.ca, "a trusted authority's"),
            Scheme::Authority => (&self.signing_authority, "a trusted signing authority's"),
        };
        if !store.holds_one_of(chain) {
            return Err(untrusted(chain, whose));
        }
        if self.identities.iter().any(TrustedIdentity::is_anybody) {
            return Ok(());
        }
        let other = |reason: String| Refusal::new("other_identity", reason);
        let subject = Subject::new(&chain.leaf().subject).map_err(other)?;
        if self.identities.iter().any(|identity| identity.matches(&subject)) {
            return Ok(());
        }
        let trusted = self.identities.iter().map(|identity| format!("`{identity}`")).collect::<Vec<_>>();
        Err(other(format!("the signer is `{}`, not {}", name(chain.leaf()), trusted.join(" or "))))
    }
}

/// A chain that nobody trusts.
pub(super) fn untrusted(chain: &Chain, whose: &str) -> Refusal {
    let root = chain.certificates().last().unwrap_or(chain.leaf());
    let reason = format!(
        "no certificate of the chain is {whose}, its root is `{}` ({})",
        name(root),
        root.fingerprint()
    );
    Refusal::new("untrusted_chain", reason)
}

/// Whether it was signed while all certificates were valid: by a signing authority's word, else by what holds now.
pub(super) fn has_authentic_time(envelope: &Envelope, chain: &Chain, now: Timestamp) -> Result<(), Refusal> {
    let (moment, what) = match envelope.scheme {
        Scheme::Signer => (now, "now"),
        Scheme::Authority => (envelope.signed_at, "when it was signed"),
    };
    if envelope.scheme == Scheme::Authority && moment.duration_since(now) > CLOCK_SKEW {
        let reason = format!("it was signed at {moment}, and it is {now}");
        return Err(Refusal::new("signed_in_future", reason));
    }
    match chain.certificates().find(|certificate| !certificate.is_valid_at(moment)) {
        None => Ok(()),
        Some(certificate) => {
            let reason = format!(
                "the certificate `{}` is valid from {} to {}, and not {what} ({moment})",
                name(certificate),
                certificate.not_before,
                certificate.not_after,
            );
            Err(Refusal::new("outside_validity", reason))
        }
    }
}

/// Whether the signature's own expiry lies ahead.
pub(super) fn is_current(envelope: &Envelope, now: Timestamp) -> Result<(), Refusal> {
    match envelope.expires_at {
        Some(expires_at) if expires_at <= now => {
            Err(Refusal::new("expired", format!("the signature expired at {expires_at}, and it is {now}")))
        }
        _ => Ok(()),
    }
}

/// What is known of a signature whose integrity is given.
pub(super) fn evidence(envelope: &Envelope, chain: &Chain) -> Evidence {
    let leaf = chain.leaf();
    let source = match envelope.scheme {
        Scheme::Signer => TimeSource::Signer,
        Scheme::Authority => TimeSource::SigningAuthority,
    };
    Evidence {
        signer: Signer {
            key_fingerprint: Some(leaf.key_fingerprint()),
            subject: Some(name(leaf)),
            certificate_fingerprint: Some(leaf.fingerprint()),
            ..Signer::default()
        },
        signed_at: Some(SignedAt { time: envelope.signed_at, source }),
        expires_at: envelope.expires_at,
        // Without an authority for the time of signing, the chain has to be valid today.
        valid_until: (envelope.scheme == Scheme::Signer)
            .then(|| chain.certificates().map(|certificate| certificate.not_after).min())
            .flatten(),
        ..Evidence::default()
    }
}
