//! Signatures as AWS Signer makes them, under a root of our own.

use serde_json::{Value, json};

use crate::attest::notation::testing::*;
use crate::attest::notation::{Level, ProfileArn, SignerTrust, Trust, TrustStore, signature};
use crate::attest::{Outcome, RevocationState, TimeSource};
use crate::domain::hex;

const VERSION: &str = "com.amazonaws.signer.signingProfileVersion";
const JOB: &str = "com.amazonaws.signer.signingJob";
const MIN: &str = "io.cncf.notary.verificationPluginMinVersion";
const PROFILE: &str = "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/release";
const JOB_ARN: &str =
    "arn:aws:signer:eu-west-1:123456789012:/signing-jobs/7d4c0c1e-0000-4000-8000-000000000000";

fn letter(profile_version: &str) -> Letter {
    let mut letter = WORLD.letter();
    letter.by_authority();
    letter.protect(PLUGIN, json!("com.amazonaws.signer.notation.plugin"));
    letter.protect(MIN, json!("1.0.0"));
    letter.protect(VERSION, json!(profile_version));
    letter.protect(JOB, json!(JOB_ARN));
    letter.protect(EXPIRY, json!("2035-01-01T00:00:00Z"));
    letter
}

fn signer(profiles: &[&str], check_revocation: bool) -> Trust {
    let profiles = profiles.iter().map(|arn| ProfileArn::parse(arn).unwrap()).collect();
    Trust::Signer(SignerTrust::new(profiles, Some(WORLD.store()), check_revocation).unwrap())
}

fn version() -> String {
    format!("{PROFILE}/AbCdEf0123")
}

#[test]
fn a_signature_of_the_profile_holds_and_its_service_can_be_asked() {
    let envelope = letter(&version()).sign(&WORLD.leaf_key);
    let outcome = look(&envelope, &signer(&[PROFILE], false));
    let Outcome::Verified(evidence) = outcome else { panic!("{outcome:?}") };
    assert_eq!(evidence.revocation.state, RevocationState::NotChecked);
    assert_eq!(evidence.signer.signing_profile_version, Some(version()));
    assert_eq!(evidence.signer.signing_job.as_deref(), Some(JOB_ARN));
    assert_eq!(evidence.expires_at, Some(time("2035-01-01T00:00:00Z")));
    assert_eq!(evidence.signed_at.unwrap().source, TimeSource::SigningAuthority);

    let outcome = look(&envelope, &signer(&[PROFILE], true));
    let Outcome::Revocable(evidence, query) = outcome else { panic!("{outcome:?}") };
    assert_eq!(evidence.revocation.state, RevocationState::Unknown);
    assert_eq!(evidence.revocation.source.as_deref(), Some("aws-signer"));
    assert_eq!((query.profile_version, query.job), (version(), JOB_ARN.to_owned()));
    assert_eq!(query.signed_at, time("2026-05-01T10:00:00Z"));
    let hash = |der: &[u8]| {
        use x509_cert::der::{Decode, Encode};
        let certificate = x509_cert::Certificate::from_der(der).unwrap();
        let tbs = certificate.tbs_certificate.to_der().unwrap();
        hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA384, &tbs).as_ref())
    };
    let [leaf, middle, root] = [&WORLD.leaf, &WORLD.middle, &WORLD.root].map(|der| hash(der));
    let expected = [format!("{leaf}{middle}"), format!("{middle}{root}"), format!("{root}{root}")];
    assert_eq!(query.certificate_hashes, expected);
}

#[test]
fn it_counts_long_after_its_certificates_and_until_it_expires() {
    let envelope = letter(&version()).sign(&WORLD.leaf_key);
    let at = |now: &str| code(&signature(&envelope, &image(), &signer(&[PROFILE], false), time(now)));
    assert_eq!(at("2034-12-31T23:59:59Z"), "verified");
    assert_eq!(at("2035-01-01T00:00:00Z"), "expired");
    assert_eq!(at("2026-04-01T00:00:00Z"), "signed_in_future");
}

#[test]
fn a_profile_is_that_profile_and_no_other() {
    let cases = [
        (PROFILE.to_owned(), "verified"),
        (version(), "verified"),
        (PROFILE.to_uppercase(), "verified"),
        (format!("{PROFILE}/0000000000"), "other_profile"),
        (format!("{PROFILE}2"), "other_profile"),
        (PROFILE.replace("release", "releas"), "other_profile"),
        (PROFILE.replace("release", "AbCdEf0123"), "other_profile"),
        (PROFILE.replace("123456789012", "123456789013"), "other_profile"),
        (PROFILE.replace("eu-west-1", "eu-west-2"), "other_profile"),
        (PROFILE.replace("arn:aws:", "arn:aws-cn:"), "other_profile"),
    ];
    let envelope = letter(&version()).sign(&WORLD.leaf_key);
    for (trusted, expected) in cases {
        assert_eq!(code(&look(&envelope, &signer(&[&trusted], false))), expected, "{trusted}");
    }
    let both = signer(&[&format!("{PROFILE}2"), PROFILE], false);
    assert_eq!(code(&look(&envelope, &both)), "verified");
    for other in [format!("{PROFILE}2/AbCdEf0123"), format!("{PROFILE}/AbCdEf01234")] {
        let envelope = letter(&other).sign(&WORLD.leaf_key);
        let expected = if other.contains("release2") { "other_profile" } else { "verified" };
        assert_eq!(code(&look(&envelope, &signer(&[PROFILE], false))), expected, "{other}");
        assert_eq!(code(&look(&envelope, &signer(&[&version()], false))), "other_profile", "{other}");
    }
}

#[test]
fn what_aws_signer_did_not_make_is_not_its() {
    type Change = fn(&mut Letter);
    fn drop(letter: &mut Letter, name: &str) {
        letter.protected.as_object_mut().unwrap().remove(name).unwrap();
        letter.protected["crit"].as_array_mut().unwrap().retain(|listed| *listed != json!(name));
    }
    fn uncritical(letter: &mut Letter, name: &str) {
        letter.protected["crit"].as_array_mut().unwrap().retain(|listed| *listed != json!(name));
    }
    let cases: &[(&str, &str, Change)] = &[
        ("as it is", "verified", |_| ()),
        ("an alias", "verified", |letter| {
            letter.protect(
                "com.amazonaws.signer.signingProfileAlias",
                json!("arn:aws:signer:eu-west-1:1:/aliases/a"),
            );
        }),
        ("an alias that is no text", "not_aws_signer", |letter| {
            letter.protect("com.amazonaws.signer.signingProfileAlias", json!(1));
        }),
        ("no plugin", "not_aws_signer", |letter| {
            drop(letter, PLUGIN);
            drop(letter, MIN);
        }),
        ("another plugin", "not_aws_signer", |letter| letter.protected[PLUGIN] = json!("com.example.plugin")),
        ("its plugin and more", "not_aws_signer", |letter| {
            letter.protected[PLUGIN] = json!("com.amazonaws.signer.notation.plugin2");
        }),
        ("no version", "verified", |letter| drop(letter, MIN)),
        ("a later patch", "verified", |letter| letter.protected[MIN] = json!("1.0.2261")),
        ("a later version", "plugin_required", |letter| letter.protected[MIN] = json!("1.1.0")),
        ("a version of many digits", "plugin_required", |letter| letter.protected[MIN] = json!("10.0.1")),
        ("no number", "plugin_required", |letter| letter.protected[MIN] = json!("1.0.0-beta")),
        ("no profile", "not_aws_signer", |letter| drop(letter, VERSION)),
        ("profile not critical", "not_aws_signer", |letter| uncritical(letter, VERSION)),
        ("profile is no text", "not_aws_signer", |letter| letter.protected[VERSION] = json!([PROFILE])),
        ("profile without version", "not_aws_signer", |letter| letter.protected[VERSION] = json!(PROFILE)),
        ("no job", "not_aws_signer", |letter| drop(letter, JOB)),
        ("job not critical", "not_aws_signer", |letter| uncritical(letter, JOB)),
        ("another job", "not_aws_signer", |letter| letter.protected[JOB] = json!(PROFILE)),
        ("unknown critical", "unknown_critical", |letter| {
            letter.protect("com.amazonaws.signer.new", json!("x"))
        }),
        ("by a signer", "not_aws_signer", |letter| {
            drop(letter, AUTHENTIC);
            letter.protected[SCHEME] = json!("notary.x509");
            letter.protected[SIGNED] = json!("2026-05-01T10:00:00Z");
        }),
    ];
    for (what, expected, change) in cases {
        let mut letter = letter(&version());
        change(&mut letter);
        assert_eq!(
            code(&look(&letter.sign(&WORLD.leaf_key), &signer(&[PROFILE], false))),
            *expected,
            "{what}"
        );
    }
    let notation = WORLD.trust(Level::Audit, Vec::new());
    assert_eq!(code(&look(&letter(&version()).sign(&WORLD.leaf_key), &notation)), "plugin_required");
    assert_eq!(
        code(&look(&WORLD.letter().sign(&WORLD.leaf_key), &signer(&[PROFILE], false))),
        "not_aws_signer"
    );
}

#[test]
fn whoever_is_not_below_the_root_is_not_aws_signer() {
    let envelope = |world: &World| {
        let mut letter = letter(&version());
        letter.header = world.letter().header;
        letter.sign(&world.leaf_key)
    };
    let stranger = World::new();
    assert_eq!(code(&look(&envelope(&stranger), &signer(&[PROFILE], false))), "untrusted_chain");
    let profile = vec![ProfileArn::parse(PROFILE).unwrap()];
    let public = Trust::Signer(SignerTrust::new(profile, None, false).unwrap());
    assert_eq!(code(&look(&envelope(&WORLD), &public)), "untrusted_chain");
    let on_another_curve = World::of(Key::p256());
    let mut letter = letter(&version());
    letter.header = on_another_curve.letter().header;
    letter.protected["alg"] = Value::from("ES256");
    let outcome = look(&letter.sign(&on_another_curve.leaf_key), &signer(&[PROFILE], false));
    assert_eq!(code(&outcome), "not_aws_signer");
}

#[test]
fn the_public_root_is_the_one_that_aws_publishes() {
    let store = TrustStore::from_pem(include_str!("../aws-signer-root-g1.pem")).unwrap();
    let published = "90a87d0543c3f094dbff9589b6649affe2f3d6e0f308799be2258461c686473f";
    assert_eq!(store.fingerprints(), [published]);
}

#[test]
fn trust_in_profiles_needs_profiles_and_their_root() {
    let profile = || vec![ProfileArn::parse(PROFILE).unwrap()];
    assert!(SignerTrust::new(Vec::new(), None, true).is_err());
    assert!(SignerTrust::new(profile(), Some(TrustStore::default()), true).is_err());
    let government = ProfileArn::parse(&PROFILE.replace("aws:", "aws-us-gov:")).unwrap();
    let clause = SignerTrust::new(vec![government.clone()], None, true).unwrap_err();
    assert!(clause.contains("`aws-us-gov`"), "{clause}");
    assert!(SignerTrust::new(vec![government.clone()], Some(WORLD.store()), true).is_ok());
    let fingerprints = [
        SignerTrust::new(profile(), None, true),
        SignerTrust::new(profile(), None, false),
        SignerTrust::new(profile(), Some(WORLD.store()), true),
        SignerTrust::new(vec![government], Some(WORLD.store()), true),
    ];
    let mut fingerprints = fingerprints.map(|trust| Trust::Signer(trust.unwrap()).fingerprint()).to_vec();
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 4);
}

#[test]
fn arns_of_profiles_have_one_form() {
    for good in [PROFILE.to_owned(), version()] {
        assert_eq!(ProfileArn::parse(&good).unwrap().to_string(), good);
    }
    let bad = [
        "*",
        "",
        "release",
        "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/",
        "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/*",
        "arn:aws:signer:*:123456789012:/signing-profiles/a",
        "arn:aws:signer:eu-west-1:*:/signing-profiles/release",
        "arn:aws:signer:eu-west-1:1234:/signing-profiles/a",
        "arn:aws:signer:eu-west-1:123456789012:signing-profiles/a",
        "arn:aws:signer::123456789012:/signing-profiles/a",
        "arn:aws:s3:eu-west-1:123456789012:/signing-profiles/a",
        "arn:aws:signer:eu-west-1:123456789012:/signing-jobs/a",
        "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/a/b/c",
        "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/a/",
        "arn:aws:signer:eu-west-1:123456789012:/signing-profiles/a:b",
        " arn:aws:signer:eu-west-1:123456789012:/signing-profiles/a",
    ];
    for text in bad {
        assert!(ProfileArn::parse(text).is_err(), "{text}");
    }
}
