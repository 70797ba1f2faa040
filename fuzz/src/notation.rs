//! What holds for signatures of the Notary Project, and for what somebody trusts of it.

use std::sync::LazyLock;

use tidewaiter::attest::notation::{
    Crl, Level, NotationTrust, ProfileArn, SignerTrust, Trust, TrustStore, TrustedIdentity, signature,
};
use tidewaiter::attest::{Outcome, Refusal};
use tidewaiter::domain::Digest;
use tidewaiter::registry::Descriptor;

/// The bytes are an envelope of the Notary Project, or what somebody trusts: none of the public root's keys made the envelope, so
/// it is refused with a reason at every level that asks for trust, and what is trusted is written and read again as the same.
pub fn notation(bytes: &[u8]) {
    static TRUST: LazyLock<[Trust; 3]> = LazyLock::new(|| {
        let profile = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/fuzzed";
        let profile = ProfileArn::parse(profile).expect("it is an ARN");
        let of_level = |level: Level| {
            let root = include_str!("../../src/attest/notation/aws-signer-root-g1.pem");
            let roots = TrustStore::from_pem(root).expect("it is a certificate");
            let anybody = vec![TrustedIdentity::parse("*").expect("it is the wildcard")];
            NotationTrust::new(roots.clone(), roots, anybody, level.into(), Vec::new()).expect("it is trust")
        };
        [
            Trust::Signer(SignerTrust::new(vec![profile], None, true).expect("it is trust")),
            Trust::Notation(of_level(Level::Strict)),
            Trust::Notation(of_level(Level::Audit)),
        ]
    });
    let image = Descriptor {
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        digest: Digest::of(b"image"),
        size: 5,
    };
    let now = "2026-06-01T00:00:00Z".parse().expect("it is a moment");
    let outcomes = TRUST.each_ref().map(|trust| signature(bytes, &image, trust, now));
    let [signer, strict, audit] = &outcomes;
    assert!(matches!(signer, Outcome::Refused(_)) && matches!(strict, Outcome::Refused(_)), "{outcomes:?}");
    for outcome in &outcomes {
        if let Outcome::Refused(Refusal { code, reason }) = outcome {
            assert!(!code.is_empty() && !reason.is_empty() && reason.len() < 4096, "{reason:?}");
            assert!(!reason.contains('\n'), "{reason:?}");
        }
    }
    assert_eq!(signature(bytes, &image, &TRUST[2], now), *audit);

    let _ = TrustStore::from_der(bytes).map(|store| assert_eq!(store.fingerprints().len(), 1));
    let _ = Crl::from_der(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = TrustStore::from_pem(text).map(|store| assert!(!store.is_empty()));
    let _ = Crl::from_pem(text);
    if let Ok(identity) = TrustedIdentity::parse(text) {
        assert_eq!(TrustedIdentity::parse(&identity.to_string()), Ok(identity));
    }
    if let Ok(profile) = ProfileArn::parse(text) {
        assert_eq!(ProfileArn::parse(&profile.to_string()), Ok(profile));
    }
}
