//! Signatures in bundles, as cosign 3 writes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tidewaiter::attest::sigstore::{TrustedRoot, signature};
use tidewaiter::attest::{Content, TimeSource};
use tidewaiter::domain::Digest;

use super::{
    changed, code, evidence, image, judged, key, keyless, logged_key, now, release, release_but, surprises,
};
use crate::support::signers::Signers;

/// The kind of statement that is a signature.
pub(super) const SIGN: &str = "https://sigstore.dev/cosign/sign/v1";

/// A statement about images, as cosign 3 writes it.
pub(super) fn statement(predicate_type: &str, images: &[&str]) -> Value {
    let subject = images.iter().map(|image| json!({ "digest": { "sha256": image } })).collect::<Vec<_>>();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": predicate_type,
        "predicate": {},
    })
}

/// A signature of an image by the release workflow.
fn options(image: &Digest) -> Value {
    json!({ "claims": release(), "payload": statement(SIGN, &[image.hex()]).to_string() })
}

/// The same with something else asked for.
fn options_with(image: &Digest, name: &str, value: Value) -> Value {
    let mut options = options(image);
    options[name] = value;
    options
}

fn content(bundle: &Value) -> Content {
    changed(bundle, |_| {})
}

#[test]
fn a_bundle_that_refers_to_an_image_is_its_signature() {
    let signers = Signers::get();
    let repository = "bundles/attached";
    let one = image(repository, "one");
    let bundle = signers.keyless.ours.bundle(options(&one));
    signers.attach(&bundle, "attached.json", repository, &one);
    let bundles = signers.bundles(repository, &one);
    let [found] = bundles.as_slice() else { panic!("{} bundles", bundles.len()) };
    let evidence = evidence(found, &one, &keyless(signers.keyless.ours.root()));
    assert_eq!(evidence.signed_at.unwrap().source, TimeSource::Log);
    assert_eq!(evidence.signer.claims["build_trigger"], "push");
}

#[test]
fn what_a_bundle_says_decides_and_not_what_it_is_called() {
    let signers = Signers::get();
    let ours = &signers.keyless.ours;
    let trust = keyless(ours.root());
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    let judge = |options: Value| judged(&content(&ours.bundle(options)), &one, &trust);
    let says = |statement: Value| judge(options_with(&one, "payload", json!(statement.to_string())));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut statement = statement(SIGN, &[one.hex()]);
        change(&mut statement);
        says(statement)
    };
    let text = statement(SIGN, &[one.hex()]).to_string();
    let twice = text.replacen(
        "\"predicateType\"",
        "\"predicateType\":\"https://slsa.dev/provenance/v1\",\"predicateType\"",
        1,
    );
    let subjects = text.replacen(
        "\"subject\":",
        &format!("\"subject\":[{{\"digest\":{{\"sha256\":\"{}\"}}}}],\"subject\":", two.hex()),
        1,
    );
    let cases = vec![
        ("as cosign 3 writes it", judge(options(&one)), "verified"),
        ("with an intoto entry", judge(options_with(&one, "entry", json!("intoto"))), "verified"),
        (
            "the first version of statements",
            with(&|it| it["_type"] = json!("https://in-toto.io/Statement/v0.1")),
            "verified",
        ),
        (
            "annotations of its subject",
            with(&|it| it["subject"][0]["annotations"] = json!({ "a": "b" })),
            "verified",
        ),
        ("two subjects", says(statement(SIGN, &[two.hex(), one.hex()])), "verified"),
        ("two subjects of others", says(statement(SIGN, &[two.hex(), &"0".repeat(64)])), "other_image"),
        ("another image", says(statement(SIGN, &[two.hex()])), "other_image"),
        ("no subject", says(statement(SIGN, &[])), "other_image"),
        (
            "the digest under another name",
            with(&|it| it["subject"][0]["digest"] = json!({ "sha512": one.hex() })),
            "malformed",
        ),
        (
            "the digest as a name",
            with(&|it| it["subject"] = json!([{ "name": one, "digest": { "sha256": two.hex() } }])),
            "other_image",
        ),
        (
            "another kind of statement",
            says(statement("https://slsa.dev/provenance/v1", &[one.hex()])),
            "not_a_signature",
        ),
        (
            "a bill of materials",
            says(statement("https://cyclonedx.org/bom", &[one.hex()])),
            "not_a_signature",
        ),
        (
            "the kind in other letters",
            says(statement("https://sigstore.dev/cosign/Sign/v1", &[one.hex()])),
            "not_a_signature",
        ),
        (
            "the kind with a slash",
            says(statement("https://sigstore.dev/cosign/sign/v1/", &[one.hex()])),
            "not_a_signature",
        ),
        ("no kind", with(&|it| it["predicateType"] = Value::Null), "not_a_signature"),
        ("two kinds", judge(options_with(&one, "payload", json!(twice))), "not_a_signature"),
        ("two lists of subjects", judge(options_with(&one, "payload", json!(subjects))), "malformed"),
        (
            "bytes after it",
            judge(options_with(&one, "payload", json!(format!("{text}{text}")))),
            "not_a_signature",
        ),
        (
            "another version of statements",
            with(&|it| it["_type"] = json!("https://in-toto.io/Statement/v2")),
            "unsupported",
        ),
        (
            "an envelope of another type",
            judge(options_with(&one, "type", json!("application/json"))),
            "not_a_signature",
        ),
        ("a signature over some bytes", judge(options_with(&one, "message", json!(true))), "not_a_signature"),
        (
            "another identity",
            judge(options_with(&one, "claims", release_but("sub", json!("https://evil.example")))),
            "other_subject",
        ),
        (
            "another issuer",
            judge(options_with(&one, "claims", release_but("iss", json!("https://evil.example")))),
            "other_issuer",
        ),
        (
            "a certificate that had expired",
            judge(options_with(&one, "claims", release_but("age", json!(3_600)))),
            "certificate_expired",
        ),
        (
            "a certificate of the future",
            judge(options_with(&one, "claims", release_but("age", json!(-3_600)))),
            "certificate_expired",
        ),
        (
            "a certificate that was not logged",
            judge(options_with(&one, "claims", release_but("unlogged", json!(true)))),
            "sct_missing",
        ),
        ("no log entry", judge(options_with(&one, "log", json!(false))), "log_entry_missing"),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());
}

#[test]
fn every_part_of_a_bundle_is_checked() {
    let signers = Signers::get();
    let (ours, theirs) = (&signers.keyless.ours, &signers.keyless.theirs);
    let trust = keyless(ours.root());
    let one = Digest::of(b"one");
    // A certificate that is lent has to be older than the log entry, and a log entry younger than the certificate.
    let (older, evil) = (ours.bundle(options(&one)), theirs.bundle(options(&one)));
    let bundle = ours.bundle(options(&one));
    let other = ours.bundle(options(&one));
    let copy = |from: &Value, path: &str| {
        let value = from.pointer(path).unwrap().clone();
        judged(&changed(&bundle, |it| *it.pointer_mut(path).unwrap() = value), &one, &trust)
    };
    let without = |pointer: &str, name: &str| {
        judged(
            &changed(&bundle, |it| {
                drop(it.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(name))
            }),
            &one,
            &trust,
        )
    };
    let with = |path: &str, name: &str, value: Value| {
        judged(&changed(&bundle, |it| it.pointer_mut(path).unwrap()[name] = value), &one, &trust)
    };
    let entry = "/verificationMaterial/tlogEntries/0";
    let root = |fulcio: &str, rekor: &str, ct: &str| {
        keyless(TrustedRoot::from_parts(Some(fulcio), Some(rekor), Some(ct)).unwrap())
    };
    let text = bundle.to_string();
    let raw = |text: String| judged(&Content::Bundle(text.into_bytes()), &one, &trust);
    let envelope = bundle["dsseEnvelope"].to_string();
    let entries = |n: usize| json!(vec![bundle.pointer(entry).unwrap(); n]);
    let signatures = json!([bundle["dsseEnvelope"]["signatures"][0], other["dsseEnvelope"]["signatures"][0]]);
    let cases = vec![
        ("as it is", judged(&content(&bundle), &one, &trust), "verified"),
        ("all theirs", judged(&content(&evil), &one, &trust), "log_untrusted"),
        ("their certificate", copy(&evil, "/verificationMaterial/certificate"), "untrusted_certificate"),
        ("another certificate of ours", copy(&older, "/verificationMaterial/certificate"), "wrong_payload"),
        ("another log entry of ours", copy(&other, entry), "log_entry_foreign"),
        ("their log entry", copy(&evil, entry), "log_untrusted"),
        ("another promise", copy(&other, &format!("{entry}/inclusionPromise")), "log_entry_invalid"),
        ("another proof", copy(&other, &format!("{entry}/inclusionProof")), "log_entry_invalid"),
        (
            "another checkpoint",
            copy(&other, &format!("{entry}/inclusionProof/checkpoint")),
            "log_entry_invalid",
        ),
        ("their checkpoint", copy(&evil, &format!("{entry}/inclusionProof/checkpoint")), "log_entry_invalid"),
        ("another body", copy(&other, &format!("{entry}/canonicalizedBody")), "log_entry_invalid"),
        ("their body", copy(&evil, &format!("{entry}/canonicalizedBody")), "log_entry_invalid"),
        ("another signature", copy(&other, "/dsseEnvelope/signatures"), "wrong_payload"),
        ("two signatures", with("/dsseEnvelope", "signatures", signatures), "malformed"),
        ("no signature", with("/dsseEnvelope", "signatures", json!([])), "malformed"),
        ("an empty signature", with("/dsseEnvelope/signatures/0", "sig", json!("")), "wrong_payload"),
        ("no promise", without(entry, "inclusionPromise"), "timestamp_missing"),
        ("no proof", without(entry, "inclusionProof"), "log_entry_invalid"),
        ("no time", without(entry, "integratedTime"), "timestamp_missing"),
        ("no log id", without(entry, "logId"), "malformed"),
        (
            "another kind of entry",
            with(&format!("{entry}/kindVersion"), "kind", json!("hashedrekord")),
            "log_entry_foreign",
        ),
        (
            "an unknown kind of entry",
            with(&format!("{entry}/kindVersion"), "version", json!("9.9.9")),
            "malformed",
        ),
        (
            "a larger tree",
            with(&format!("{entry}/inclusionProof"), "treeSize", json!("2")),
            "log_entry_invalid",
        ),
        (
            "a huge tree",
            with(&format!("{entry}/inclusionProof"), "treeSize", json!("18446744073709551615")),
            "malformed",
        ),
        (
            "a proof of thousands",
            with(&format!("{entry}/inclusionProof"), "hashes", json!(vec!["A".repeat(43) + "="; 5_000])),
            "too_large",
        ),
        ("an entry twice", with("/verificationMaterial", "tlogEntries", entries(2)), "verified"),
        ("an entry a hundred times", with("/verificationMaterial", "tlogEntries", entries(100)), "too_large"),
        ("no entry", with("/verificationMaterial", "tlogEntries", json!([])), "log_entry_missing"),
        ("an unknown field", with("", "unknown", json!({ "a": 1 })), "verified"),
        (
            "called v0.1",
            with("", "mediaType", json!("application/vnd.dev.sigstore.bundle+json;version=0.1")),
            "verified",
        ),
        (
            "called v0.2",
            with("", "mediaType", json!("application/vnd.dev.sigstore.bundle+json;version=0.2")),
            "verified",
        ),
        ("called otherwise", with("", "mediaType", json!("application/json")), "malformed"),
        (
            "a message beside the envelope",
            with("", "messageSignature", json!({ "signature": "AAAA" })),
            "malformed",
        ),
        (
            "two envelopes",
            raw(text.replacen(
                "\"dsseEnvelope\":",
                &format!("\"dsseEnvelope\":{envelope},\"dsseEnvelope\":"),
                1,
            )),
            "malformed",
        ),
        ("bytes after it", raw(format!("{text}{{}}")), "malformed"),
        ("half of it", raw(text.chars().take(text.len() / 2).collect()), "malformed"),
        ("nothing", raw(String::new()), "malformed"),
        ("a list", raw("[]".to_owned()), "malformed"),
        ("a deep list", raw("[".repeat(100_000)), "malformed"),
        (
            "a key for a certificate",
            with(
                "",
                "verificationMaterial",
                json!({ "publicKey": { "hint": "" }, "tlogEntries": entries(1) }),
            ),
            "no_certificate",
        ),
        (
            "an authority that is not trusted",
            judged(&content(&bundle), &one, &root(&theirs.fulcio, &ours.rekor, &ours.ct)),
            "untrusted_certificate",
        ),
        (
            "an authority that had expired",
            judged(&content(&bundle), &one, &root(&ours.expired, &ours.rekor, &ours.ct)),
            "untrusted_certificate",
        ),
        (
            "a certificate log that is not trusted",
            judged(&content(&bundle), &one, &root(&ours.fulcio, &ours.rekor, &theirs.ct)),
            "sct_invalid",
        ),
        (
            "a log that is not trusted",
            judged(&content(&bundle), &one, &root(&ours.fulcio, &theirs.rekor, &ours.ct)),
            "log_untrusted",
        ),
        ("a key", judged(&content(&bundle), &one, &key(&ours.rekor)), "wrong_key"),
        (
            "before it was logged",
            code(&signature(&content(&bundle), &one, &trust, now() - jiff::SignedDuration::from_hours(1))),
            "log_time_invalid",
        ),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());
}

#[test]
fn a_timestamp_says_when_something_was_signed_if_its_authority_is_trusted() {
    let signers = Signers::get();
    let (ours, theirs) = (&signers.keyless.ours, &signers.keyless.theirs);
    let one = Digest::of(b"one");
    let bundle = ours.bundle(options_with(&one, "timestamp", json!(true)));
    let other = ours.bundle(options_with(&one, "timestamp", json!(true)));
    let evil = theirs.bundle(options_with(&one, "timestamp", json!(true)));
    let (stamped, plain) = (keyless(ours.root_with_timestamps()), keyless(ours.root()));
    let path = "/verificationMaterial/timestampVerificationData";
    let unpromised = |bundle: &Value| {
        changed(bundle, |it| {
            let entry = it.pointer_mut("/verificationMaterial/tlogEntries/0").unwrap();
            drop(entry.as_object_mut().unwrap().remove("inclusionPromise"));
        })
    };
    let with = |from: &Value| {
        let stamps = from.pointer(path).unwrap().clone();
        changed(&bundle, |it| *it.pointer_mut(path).unwrap() = stamps)
    };
    let garbage = changed(&bundle, |it| {
        it.pointer_mut(path).unwrap()["rfc3161Timestamps"][0]["signedTimestamp"] = json!("AAAA");
    });
    let old = ours.bundle({
        let mut options = options_with(&one, "timestamp", json!(true));
        options["claims"] = release_but("age", json!(3_600));
        options
    });
    let cases = vec![
        ("as it is", judged(&content(&bundle), &one, &stamped), "verified"),
        ("its authority unknown", judged(&content(&bundle), &one, &plain), "verified"),
        ("without the log's promise", judged(&unpromised(&bundle), &one, &stamped), "verified"),
        ("without promise and authority", judged(&unpromised(&bundle), &one, &plain), "timestamp_missing"),
        ("of another signature", judged(&with(&other), &one, &stamped), "timestamp_invalid"),
        ("of another authority", judged(&with(&evil), &one, &stamped), "timestamp_invalid"),
        ("garbage", judged(&garbage, &one, &stamped), "timestamp_invalid"),
        ("after the certificate's end", judged(&unpromised(&old), &one, &stamped), "certificate_expired"),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());
    let evidence = evidence(&unpromised(&bundle), &one, &stamped);
    assert_eq!(evidence.signed_at.unwrap().source, TimeSource::TimestampAuthority);
}

#[test]
fn a_bundle_made_with_a_key_is_judged_by_that_key() {
    let signers = Signers::get();
    let (ours, theirs) = (&signers.keyless.ours, &signers.keyless.theirs);
    let one = Digest::of(b"one");
    let kinds: [(&str, &[&str], &str); 5] = [
        ("p256-bundle", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "sha256"),
        ("p384-bundle", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "sha384"),
        ("p384-cosign", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "sha256"),
        ("rsa2048-bundle", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "sha256"),
        ("ed25519-bundle", &["-algorithm", "ED25519"], ""),
    ];
    let mut last = ours.ct.clone();
    for (name, kind, hash) in kinds {
        let public = signers.openssl_key(name, kind);
        let private = signers.read(&format!("{name}.pem"));
        let make = |log: bool| {
            let payload = statement(SIGN, &[one.hex()]).to_string();
            content(&ours.bundle(json!({ "key": private, "hash": hash, "log": log, "payload": payload })))
        };
        let (logged, unlogged) = (make(true), make(false));
        let root = || TrustedRoot::from_parts(None, Some(&ours.rekor), None).unwrap();
        // The verifier takes SHA-256 from a P-384 key only where the bundle says so, which an envelope cannot.
        let demanded = if name == "p384-cosign" { "unsupported" } else { "verified" };
        let cases = vec![
            ("logged", judged(&logged, &one, &key(&public)), "verified"),
            ("unlogged", judged(&unlogged, &one, &key(&public)), "verified"),
            ("logged as demanded", judged(&logged, &one, &logged_key(&public, root())), demanded),
            (
                "unlogged though demanded",
                judged(&unlogged, &one, &logged_key(&public, root())),
                "log_entry_missing",
            ),
            ("another log", judged(&logged, &one, &logged_key(&public, theirs.root())), "log_untrusted"),
            ("another image", judged(&logged, &Digest::of(b"two"), &key(&public)), "other_image"),
            ("another key", judged(&logged, &one, &key(&last)), "wrong_key"),
            ("no key", judged(&logged, &one, &keyless(ours.root())), "no_certificate"),
        ];
        assert_eq!(surprises(cases), Vec::<String>::new(), "{name}");
        last = public;
    }
}

#[test]
fn an_envelope_s_type_is_part_of_what_was_signed() {
    let ours = &Signers::get().keyless.ours;
    let one = Digest::of(b"one");
    let bundle = ours.bundle(options_with(&one, "type", json!("text/plain")));
    let renamed =
        changed(&bundle, |it| it["dsseEnvelope"]["payloadType"] = json!("application/vnd.in-toto+json"));
    assert_eq!(judged(&renamed, &one, &keyless(ours.root())), "wrong_payload");
    let payload = STANDARD.encode(statement(SIGN, &[one.hex()]).to_string().replace('{', "{ "));
    let respaced = changed(&ours.bundle(options(&one)), |it| it["dsseEnvelope"]["payload"] = json!(payload));
    assert_eq!(judged(&respaced, &one, &keyless(ours.root())), "wrong_payload");
}
