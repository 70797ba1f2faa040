//! Whom an attestor trusts, and how strictly.

use serde_json::json;

use crate::attest::notation::testing::*;
use crate::attest::notation::{
    Action, Check, Level, NotationTrust, Strictness, Trust, TrustStore, TrustedIdentity, signature,
};
use crate::attest::{Outcome, RevocationState};

const ACME_IDENTITY: &str = "x509.subject: C=US, ST=WA, O=acme";

fn identity(identity: &str, subject: &str) -> String {
    let leaf = Draft::leaf(subject, MIDDLE).sign(&WORLD.leaf_key, &WORLD.middle_key);
    let envelope = Letter::new(vec![leaf, WORLD.middle.clone(), WORLD.root.clone()]).sign(&WORLD.leaf_key);
    let strict = trust(WORLD.store(), TrustStore::default(), identity, Level::Strict.into(), Vec::new());
    code(&look(&envelope, &strict))
}

#[test]
fn an_identity_is_part_of_the_subject() {
    let cases = [
        ("*", "CN=anybody", "verified"),
        (ACME_IDENTITY, ACME, "verified"),
        ("x509.subject:O=acme,S=WA,C=US", ACME, "verified"),
        ("x509.subject: c=US, st=WA, o=acme, cn=release, ou=build", ACME, "verified"),
        ("x509.subject: C=US, ST=WA, O=acme, L=Seattle", ACME, "other_identity"),
        ("x509.subject: C=US, ST=WA, O=acm", ACME, "other_identity"),
        ("x509.subject: C=US, ST=WA, O=acme2", ACME, "other_identity"),
        ("x509.subject: C=US, ST=WA, O=Acme", ACME, "other_identity"),
        ("x509.subject: C=US, ST=WA, O=build, OU=acme", ACME, "other_identity"),
        (ACME_IDENTITY, "CN=x,O=acme2,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "CN=x,O=evil\\, O=acme,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "CN=O=acme,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "O=evil,O=acme,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "O=acme,O=evil,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "O=acme,O=acme,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "CN=a,CN=b,O=acme,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "OU=x+O=acme,ST=WA,C=US", "other_identity"),
        (ACME_IDENTITY, "CN=a+UID=b,O=acme,ST=WA,C=US", "other_identity"),
        ("x509.subject: C=US, ST=WA, O=acme\\, inc.", "O=acme\\, inc.,ST=WA,C=US", "verified"),
        ("x509.subject: C=US, ST=WA, O=acme\\2c inc.", "O=acme\\, inc.,ST=WA,C=US", "verified"),
        ("x509.subject: C=US, ST=WA, O=acme\\, inc.", "O=acme,ST=WA,C=US", "other_identity"),
        ("x509.subject: C=US, ST=WA, O= acme ", ACME, "verified"),
        ("x509.subject: C=US, ST=WA, O=\\ acme", ACME, "other_identity"),
        ("x509.subject: C=US, ST=WA, O=caf\\c3\\a9", "O=café,ST=WA,C=US", "verified"),
    ];
    for (wanted, subject, expected) in cases {
        assert_eq!(identity(wanted, subject), expected, "{wanted} and {subject}");
    }
}

#[test]
fn an_identity_has_one_meaning() {
    let bad = [
        "",
        "**",
        "acme",
        "x509.subject",
        "x509.subject:",
        "X509.subject: C=US, ST=WA, O=acme",
        "C=US, ST=WA, O=acme",
        "x509.subject: C=US, ST=WA",
        "x509.subject: ST=WA, O=acme",
        "x509.subject: C=US, O=acme",
        "x509.subject: C=US, ST=WA, O=",
        "x509.subject: C=US, ST=WA, O=acme, O=acme",
        "x509.subject: C=US, S=WA, ST=WA, O=acme",
        "x509.subject: C=US, ST=WA, O=acme,",
        "x509.subject: C=US, ST=WA, O=acme+OU=x",
        "x509.subject: C=US; ST=WA, O=acme",
        "x509.subject: C=US, ST=WA, O=\"a\"",
        "x509.subject: C=US, ST=WA, O=a\\",
        "x509.subject: C=US, ST=WA, O=a\\x",
        "x509.subject: C=US, ST=WA, O=\\ff",
        "x509.subject: C=US, ST=WA, O=a\\00b",
        "x509.subject: C=US, ST=WA, O=#0c0161",
        "x509.subject: C=US, ST=WA, X=a, O=a",
        "x509.subject: C=US, ST=WA, O",
        "x509.subject: C=US, ST=WA, 2.5.4.10=acme",
    ];
    for text in bad {
        let clause = TrustedIdentity::parse(text).unwrap_err();
        assert!(!clause.ends_with('.') && !clause.contains('\n'), "{text}: {clause}");
    }
    for good in ["*", ACME_IDENTITY, "x509.subject: C=US, O=a\\, b\\\\\\;\\+\\#, ST=\\ x\\ "] {
        let identity = TrustedIdentity::parse(good).unwrap();
        assert_eq!(TrustedIdentity::parse(&identity.to_string()).unwrap(), identity, "{good}");
    }
}

#[test]
fn identities_do_not_overlap() {
    let overlap = |texts: &[&str]| {
        let identities = texts.iter().map(|text| TrustedIdentity::parse(text).unwrap()).collect::<Vec<_>>();
        TrustedIdentity::overlap(&identities)
    };
    let narrower = "x509.subject: C=US, ST=WA, O=acme, OU=build";
    assert_eq!(overlap(&["*"]), None);
    assert_eq!(overlap(&[ACME_IDENTITY]), None);
    assert_eq!(overlap(&[narrower, "x509.subject: C=US, ST=WA, O=acme, OU=test"]), None);
    assert!(overlap(&["*", ACME_IDENTITY]).unwrap().contains("everybody"));
    assert!(overlap(&[ACME_IDENTITY, ACME_IDENTITY]).unwrap().contains("overlap"));
    assert!(overlap(&[ACME_IDENTITY, narrower]).is_some());
    assert!(overlap(&[narrower, ACME_IDENTITY]).is_some());
}

#[test]
fn an_authority_about_time_is_only_who_is_trusted_as_one() {
    let by_signer = WORLD.letter().sign(&WORLD.leaf_key);
    let mut letter = WORLD.letter();
    letter.by_authority();
    let by_authority = letter.sign(&WORLD.leaf_key);
    let with = |ca, authority| trust(ca, authority, "*", Level::Strict.into(), Vec::new());
    let as_ca = with(WORLD.store(), TrustStore::default());
    let as_authority = with(TrustStore::default(), WORLD.store());
    assert_eq!(code(&look(&by_signer, &as_ca)), "verified");
    assert_eq!(code(&look(&by_authority, &as_ca)), "untrusted_chain");
    assert_eq!(code(&look(&by_signer, &as_authority)), "untrusted_chain");
    assert_eq!(code(&look(&by_authority, &as_authority)), "verified");
}

#[test]
fn trust_is_byte_for_byte() {
    let envelope = WORLD.letter().sign(&WORLD.leaf_key);
    let with = |store: TrustStore| trust(store, TrustStore::default(), "*", Level::Strict.into(), Vec::new());
    let of = |der: &[u8]| TrustStore::from_der(der).unwrap();
    assert_eq!(code(&look(&envelope, &with(of(&WORLD.middle)))), "verified");
    let stranger = World::new();
    assert_eq!(code(&look(&envelope, &with(of(&stranger.root)))), "untrusted_chain");
    assert_eq!(code(&look(&envelope, &with(of(&stranger.root).with(WORLD.store())))), "verified");
    // The same name and key with another serial number, as after a renewal.
    let mut renewed = Draft::authority(ROOT, ROOT);
    renewed.serial = 9;
    let renewed = renewed.sign(&WORLD.root_key, &WORLD.root_key);
    assert_eq!(code(&look(&envelope, &with(of(&renewed)))), "untrusted_chain");
}

#[test]
fn a_store_holds_authorities_and_self_signed_certificates() {
    let key = Key::p256();
    let alone = Draft::leaf(ACME, ACME).sign(&key, &key);
    assert!(TrustStore::from_der(&alone).is_ok());
    let clause = TrustStore::from_der(&WORLD.leaf).unwrap_err();
    assert!(clause.contains("neither an authority nor self-signed"), "{clause}");
    let posing = Draft::leaf(ACME, ACME).sign(&key, &WORLD.root_key);
    assert!(TrustStore::from_der(&posing).is_err());
    assert!(TrustStore::from_der(&WORLD.root[1..]).is_err());
    let pem = |der: &[u8]| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let both = format!("Root:\n{}Middle:\r\n{}", pem(&WORLD.root), pem(&WORLD.middle).replace('\n', "\r\n"));
    let store = TrustStore::from_pem(&both).unwrap();
    assert_eq!(store.fingerprints().len(), 2);
    let same = TrustStore::from_der(&WORLD.middle).unwrap().with(WORLD.store());
    assert_eq!(store.fingerprint(), same.fingerprint());
    assert_ne!(store.fingerprint(), WORLD.store().fingerprint());
    let second = TrustStore::from_pem(&(pem(&WORLD.root) + &pem(&WORLD.leaf))).unwrap_err();
    assert!(second.starts_with("certificate 2 "), "{second}");
    for bad in
        ["", "x", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----"]
    {
        assert!(TrustStore::from_pem(bad).is_err(), "{bad}");
    }
    let secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----";
    let clause = TrustStore::from_pem(secret).unwrap_err();
    assert!(clause.contains("`PRIVATE KEY`") && !clause.contains("c2VjcmV0"), "{clause}");
}

#[test]
fn levels_let_pass_what_they_say_and_note_it() {
    let stranger = World::new();
    let mut expired = WORLD.letter();
    expired.protect(EXPIRY, json!("2026-05-20T00:00:00Z"));
    let mut old = Draft::leaf(ACME, MIDDLE);
    old.not_after = "2026-05-31T00:00:00Z";
    let old = old.sign(&WORLD.leaf_key, &WORLD.middle_key);
    let mut revocable = Draft::leaf(ACME, MIDDLE);
    revocable.set(DISTRIBUTION, false, &[0x30, 0]);
    let revocable = revocable.sign(&WORLD.leaf_key, &WORLD.middle_key);
    let chain = |leaf: Vec<u8>| vec![leaf, WORLD.middle.clone(), WORLD.root.clone()];
    let cases = [
        (
            "trust",
            stranger.letter().sign(&stranger.leaf_key),
            ["untrusted_chain", "untrusted_chain", "verified"],
        ),
        ("expiry", expired.sign(&WORLD.leaf_key), ["expired", "verified", "verified"]),
        ("time", Letter::new(chain(old)).sign(&WORLD.leaf_key), ["outside_validity", "verified", "verified"]),
        (
            "revocation",
            Letter::new(chain(revocable)).sign(&WORLD.leaf_key),
            ["unknown:revocation_unknown", "verified", "verified"],
        ),
    ];
    for (what, envelope, expected) in cases {
        for ((name, level), expected) in Level::ALL.iter().zip(expected) {
            let outcome = look(&envelope, &WORLD.trust(*level, Vec::new()));
            assert_eq!(code(&outcome), expected, "{what} at {name}");
            if let Outcome::Verified(evidence) = outcome {
                assert_eq!(evidence.notes.len(), 1, "{what} at {name}: {:?}", evidence.notes);
                let is_asked = what == "revocation";
                assert_eq!(evidence.revocation.state == RevocationState::Unknown, is_asked, "{what}");
                assert_eq!(evidence.expires_at.is_some(), what == "expiry");
            }
        }
        let (_, check) = Check::ALL
            [["trust", "time", "expiry", "revocation"].iter().position(|name| *name == what).unwrap()];
        let logged = Strictness::new(Level::Strict, &[(check, Action::Log)]).unwrap();
        let lenient = trust(WORLD.store(), WORLD.store(), "*", logged, Vec::new());
        assert_eq!(code(&look(&envelope, &lenient)), "verified", "{what}");
    }
}

#[test]
fn a_signing_authority_says_when_it_was() {
    let outcome = |signed: &str, not_after: &'static str| {
        let mut leaf = Draft::leaf(ACME, MIDDLE);
        leaf.not_after = not_after;
        let leaf = leaf.sign(&WORLD.leaf_key, &WORLD.middle_key);
        let mut letter = Letter::new(vec![leaf, WORLD.middle.clone(), WORLD.root.clone()]);
        letter.by_authority();
        letter.protected[AUTHENTIC] = json!(signed);
        code(&look(&letter.sign(&WORLD.leaf_key), &WORLD.trust(Level::Strict, Vec::new())))
    };
    assert_eq!(outcome("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z"), "verified");
    assert_eq!(outcome("2026-05-01T10:00:01Z", "2026-05-01T10:00:00Z"), "outside_validity");
    assert_eq!(outcome("2026-01-01T00:00:00Z", "2026-05-01T10:00:00Z"), "verified");
    assert_eq!(outcome("2025-12-31T23:59:59Z", "2026-05-01T10:00:00Z"), "outside_validity");
    assert_eq!(outcome("2026-06-01T00:05:00Z", "2027-01-01T00:00:00Z"), "verified");
    assert_eq!(outcome("2026-06-01T00:05:01Z", "2027-01-01T00:00:00Z"), "signed_in_future");
}

#[test]
fn a_timestamp_saves_nothing_and_is_noted() {
    let mut letter = WORLD.letter();
    letter.header["io.cncf.notary.timestampSignature"] = json!("AAAA");
    let envelope = letter.sign(&WORLD.leaf_key);
    let strict = WORLD.trust(Level::Strict, Vec::new());
    let outcome = look(&envelope, &strict);
    let Outcome::Verified(evidence) = outcome else { panic!("{outcome:?}") };
    assert!(evidence.notes[0].contains("timestamp"), "{:?}", evidence.notes);
    let later = signature(&envelope, &image(), &strict, time("2027-01-01T00:00:01Z"));
    assert_eq!(code(&later), "outside_validity");
}

#[test]
fn trust_needs_somebody_and_its_fingerprint_everything() {
    let anybody = || vec![TrustedIdentity::parse("*").unwrap()];
    let none = TrustStore::default;
    let strict = Strictness::from(Level::Strict);
    assert!(NotationTrust::new(none(), none(), anybody(), strict, Vec::new()).is_err());
    assert!(NotationTrust::new(WORLD.store(), none(), Vec::new(), strict, Vec::new()).is_err());
    let twice = vec![TrustedIdentity::parse(ACME_IDENTITY).unwrap(); 2];
    assert!(NotationTrust::new(WORLD.store(), none(), twice, strict, Vec::new()).is_err());
    let list = crl(ROOT, &WORLD.root_key, &[], "2026-07-01T00:00:00Z", Vec::new());
    let list = crate::attest::notation::Crl::from_der(&list).unwrap();
    let variants = [
        trust(WORLD.store(), none(), "*", strict, Vec::new()),
        trust(none(), WORLD.store(), "*", strict, Vec::new()),
        trust(WORLD.store(), WORLD.store(), "*", strict, Vec::new()),
        trust(WORLD.store(), none(), ACME_IDENTITY, strict, Vec::new()),
        trust(WORLD.store(), none(), "*", Level::Audit.into(), Vec::new()),
        trust(WORLD.store(), none(), "*", strict, vec![list]),
    ];
    let mut fingerprints = variants.iter().map(Trust::fingerprint).collect::<Vec<_>>();
    assert_eq!(trust(WORLD.store(), none(), "*", strict, Vec::new()).fingerprint(), fingerprints[0]);
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), variants.len());
}
