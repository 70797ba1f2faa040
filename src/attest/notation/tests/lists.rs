//! Revocation by lists that were fetched beforehand.

use crate::attest::notation::testing::*;
use crate::attest::notation::{Action, Check, Crl, Level, Strictness};
use crate::attest::{Outcome, RevocationState};
use x509_cert::ext::Extension;

const NEXT: &str = "2026-07-01T00:00:00Z";

fn list(issuer: &str, key: &Key, revoked: &[u8], next: &'static str) -> Crl {
    Crl::from_der(&crl(issuer, key, revoked, next, Vec::new())).unwrap()
}

/// An envelope whose leaf, with the serial number 7, says where to ask about it.
fn envelope() -> Vec<u8> {
    let mut leaf = Draft::leaf(ACME, MIDDLE);
    leaf.set(DISTRIBUTION, false, &[0x30, 0]);
    let leaf = leaf.sign(&WORLD.leaf_key, &WORLD.middle_key);
    Letter::new(vec![leaf, WORLD.middle.clone(), WORLD.root.clone()]).sign(&WORLD.leaf_key)
}

fn strict(lists: Vec<Crl>) -> String {
    code(&look(&envelope(), &WORLD.trust(Level::Strict, lists)))
}

#[test]
fn a_current_list_of_the_issuer_says_that_it_is_good() {
    let middle = || list(MIDDLE, &WORLD.middle_key, &[8], NEXT);
    let outcome = look(&envelope(), &WORLD.trust(Level::Strict, vec![middle()]));
    let Outcome::Verified(evidence) = outcome else { panic!("{outcome:?}") };
    assert_eq!(evidence.revocation.state, RevocationState::Good);
    assert_eq!(evidence.revocation.source.as_deref(), Some("crl"));
    let stranger = World::new();
    let cases = [
        ("none", Vec::new()),
        ("out of date", vec![list(MIDDLE, &WORLD.middle_key, &[], "2026-05-31T23:59:59Z")]),
        ("of another authority", vec![list(ROOT, &WORLD.root_key, &[], NEXT)]),
        ("forged", vec![list(MIDDLE, &stranger.middle_key, &[], NEXT)]),
        ("another name", vec![list(ROOT, &WORLD.middle_key, &[], NEXT)]),
    ];
    for (what, lists) in cases {
        assert_eq!(strict(lists), "unknown:revocation_unknown", "{what}");
    }
    assert_eq!(
        strict(vec![list(MIDDLE, &WORLD.middle_key, &[], "2026-05-31T23:59:59Z"), middle()]),
        "verified"
    );
}

#[test]
fn a_list_of_an_authority_that_may_not_sign_lists_says_nothing() {
    let mut middle = Draft::authority(MIDDLE, ROOT);
    middle.set(USAGE, true, &[3, 2, 2, 0x04]);
    let middle = middle.sign(&WORLD.middle_key, &WORLD.root_key);
    let mut leaf = Draft::leaf(ACME, MIDDLE);
    leaf.set(DISTRIBUTION, false, &[0x30, 0]);
    let leaf = leaf.sign(&WORLD.leaf_key, &WORLD.middle_key);
    let envelope = Letter::new(vec![leaf, middle, WORLD.root.clone()]).sign(&WORLD.leaf_key);
    let lists = vec![list(MIDDLE, &WORLD.middle_key, &[], NEXT)];
    assert_eq!(code(&look(&envelope, &WORLD.trust(Level::Strict, lists))), "unknown:revocation_unknown");
}

#[test]
fn who_is_on_a_list_is_revoked_at_every_level_that_looks() {
    let lists = || vec![list(MIDDLE, &WORLD.middle_key, &[6, 7], NEXT)];
    for (name, level) in Level::ALL {
        assert_eq!(code(&look(&envelope(), &WORLD.trust(level, lists()))), "revoked", "{name}");
    }
    let skipped = Strictness::new(Level::Strict, &[(Check::Revocation, Action::Skip)]).unwrap();
    let outcome = look(&envelope(), &trust(WORLD.store(), WORLD.store(), "*", skipped, lists()));
    let Outcome::Verified(evidence) = outcome else { panic!("{outcome:?}") };
    assert_eq!(evidence.revocation.state, RevocationState::NotChecked);
    assert_eq!(evidence.notes, ["revocation was not looked at"]);
    let old = vec![list(MIDDLE, &WORLD.middle_key, &[7], "2026-05-02T00:00:00Z")];
    assert_eq!(strict(old), "revoked");
    // A newer list that no longer names it takes nothing back.
    let both = vec![
        list(MIDDLE, &WORLD.middle_key, &[7], "2026-05-02T00:00:00Z"),
        list(MIDDLE, &WORLD.middle_key, &[], NEXT),
    ];
    assert_eq!(strict(both), "revoked");
}

#[test]
fn authorities_are_revoked_too() {
    let leaf = || list(MIDDLE, &WORLD.middle_key, &[], NEXT);
    assert_eq!(strict(vec![leaf(), list(ROOT, &WORLD.root_key, &[3], NEXT)]), "revoked");
    assert_eq!(strict(vec![leaf(), list(ROOT, &WORLD.root_key, &[7], NEXT)]), "verified");
    assert_eq!(strict(vec![leaf(), list(MIDDLE, &WORLD.middle_key, &[3], NEXT)]), "verified");
}

#[test]
fn where_nobody_says_where_to_ask_nothing_is_asked() {
    let plain = WORLD.letter().sign(&WORLD.leaf_key);
    let outcome = look(&plain, &WORLD.trust(Level::Strict, Vec::new()));
    let Outcome::Verified(evidence) = outcome else { panic!("{outcome:?}") };
    assert_eq!(evidence.revocation.state, RevocationState::NotChecked);
    let information = |method: &[u8]| {
        let location = [0x86, 1, b'x'];
        let description = [&[0x30, u8::try_from(method.len() + 3).unwrap()], method, &location].concat();
        [&[0x30, u8::try_from(description.len()).unwrap()], description.as_slice()].concat()
    };
    let of = |der: Vec<u8>| {
        let mut leaf = Draft::leaf(ACME, MIDDLE);
        leaf.set("1.3.6.1.5.5.7.1.1", false, &der);
        let leaf = leaf.sign(&WORLD.leaf_key, &WORLD.middle_key);
        let chain = vec![leaf, WORLD.middle.clone(), WORLD.root.clone()];
        code(&look(&Letter::new(chain).sign(&WORLD.leaf_key), &WORLD.trust(Level::Strict, Vec::new())))
    };
    let method = |last: u8| information(&[6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30, last]);
    assert_eq!(of(method(1)), "unknown:revocation_unknown");
    assert_eq!(of(method(2)), "verified");
    assert_eq!(of(vec![5, 0]), "unknown:revocation_unknown");
}

#[test]
fn a_list_is_an_issuers_complete_one() {
    let with = |extensions: Vec<Extension>| {
        Crl::from_der(&crl(MIDDLE, &WORLD.middle_key, &[7], NEXT, extensions)).map(|_| ())
    };
    assert_eq!(with(vec![extension("2.5.29.20", false, &[2, 1, 1])]), Ok(()));
    for (id, expected) in [
        ("2.5.29.27", "delta"),
        ("2.5.29.28", "indirect"),
        ("2.5.29.46", "deltas"),
        ("1.2.3.4", "critical extension"),
    ] {
        let clause = with(vec![extension(id, true, &[0x30, 0])]).unwrap_err();
        assert!(clause.contains(expected), "{clause}");
    }
    assert!(with(vec![extension("2.5.29.28", false, &[0x30, 0])]).is_err());
    assert_eq!(with(vec![extension("1.2.3.4", false, &[0x30, 0])]), Ok(()));
    let endless = Crl::from_der(&crl(MIDDLE, &WORLD.middle_key, &[], "", Vec::new())).unwrap_err();
    assert!(endless.contains("next"), "{endless}");
    let der = crl(MIDDLE, &WORLD.middle_key, &[7], NEXT, Vec::new());
    assert!(Crl::from_der(&[der.as_slice(), &[0]].concat()).is_err());
    assert!(Crl::from_der(&WORLD.root).is_err());
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(&der);
    let pem = format!("-----BEGIN X509 CRL-----\n{text}\n-----END X509 CRL-----\n");
    assert_eq!(Crl::from_pem(&pem).unwrap().fingerprint(), Crl::from_der(&der).unwrap().fingerprint());
    assert!(Crl::from_pem(&pem.repeat(2)).is_err());
}
