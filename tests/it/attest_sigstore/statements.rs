//! Attestations: signed statements about an image that are no signatures of it.

use serde_json::{Value, json};
use tidewaiter::attest::sigstore::{Kind, concerns};
use tidewaiter::attest::{Content, Layer};
use tidewaiter::domain::Digest;

use super::bundles::{SIGN, statement};
use super::{
    LOG_ENTRY, attested, changed, image, judged, key, keyless, logged_key, only_layer, release, surprises,
};
use crate::support::signers::Signers;

/// What cosign writes for `--type cyclonedx`.
const BOM: &str = "https://cyclonedx.org/bom";

fn attestation_of(predicate_type: Option<&str>) -> Option<Kind> {
    Some(Kind::Attestation { predicate_type: predicate_type.map(str::to_owned) })
}

#[test]
fn cosign_s_attestation_is_a_statement_of_its_kind_and_no_signature() {
    let signers = Signers::get();
    let ours = &signers.keyless.ours;
    let (repository, public) = ("statements/layers", signers.cosign_key("statements"));
    let other = signers.cosign_key("statements-other");
    let (keyed, certified) = (image(repository, "keyed"), image(repository, "certified"));
    let bom = signers.write("bom.json", br#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}"#);
    let predicate = ["--type", "cyclonedx", "--predicate", bom.to_str().unwrap()];
    let log = ["--rekor-url", &ours.url];
    signers.cosign(
        &[&["attest", "--key", "statements.key"], &predicate[..], &log].concat(),
        repository,
        &keyed,
    );
    signers.cosign_keyless(&[&["attest"], &predicate[..]].concat(), &release(), repository, &certified);

    let layer = only_layer("att", repository, &keyed);
    let content = Content::Attestation(layer.clone());
    assert_eq!(concerns(&content), attestation_of(Some(BOM)));
    let bare = |layer: &Layer| {
        let mut layer = layer.clone();
        layer.annotations.remove(LOG_ENTRY);
        Content::Attestation(layer)
    };
    let signed = only_layer("att", repository, &certified);
    let by_release = keyless(ours.root());
    let moved = Content::Attestation(signed.clone());
    let mut lent = layer.clone();
    lent.annotations = signed.annotations.clone();
    let mut garbage = layer.clone();
    garbage.payload = b"{}".to_vec();
    let judge = |content: &Content, image: &Digest, trust| attested(content, image, trust).1;
    let cases = vec![
        ("a key", judge(&content, &keyed, &key(&public)), "verified"),
        ("a key and its log", judge(&content, &keyed, &logged_key(&public, ours.root())), "verified"),
        (
            "a key and no log entry",
            judge(&bare(&layer), &keyed, &logged_key(&public, ours.root())),
            "log_entry_missing",
        ),
        ("another key", judge(&content, &keyed, &key(&other)), "wrong_key"),
        ("another image", judge(&content, &certified, &key(&public)), "other_image"),
        ("keyless", judge(&moved, &certified, &by_release), "verified"),
        ("keyless, without a log entry", judge(&bare(&signed), &certified, &by_release), "log_entry_missing"),
        ("keyless, another image", judge(&moved, &keyed, &by_release), "other_image"),
        ("a key for an identity", judge(&content, &keyed, &by_release), "no_certificate"),
        (
            "somebody else's annotations",
            judge(&Content::Attestation(lent), &keyed, &by_release),
            "wrong_payload",
        ),
        ("garbage", judge(&Content::Attestation(garbage), &keyed, &key(&public)), "malformed"),
        ("as a signature", judged(&content, &keyed, &key(&public)), "not_a_signature"),
        ("as a payload", judged(&Content::SimpleSigning(layer), &keyed, &key(&public)), "malformed"),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());
}

#[test]
fn a_bundle_s_attestation_is_one_and_its_signature_is_none() {
    let ours = &Signers::get().keyless.ours;
    let trust = keyless(ours.root());
    let one = Digest::of(b"one");
    let make =
        |statement: Value| ours.bundle(json!({ "claims": release(), "payload": statement.to_string() }));
    let provenance = "https://slsa.dev/provenance/v1";
    let attestation = make(statement(provenance, &[one.hex()]));
    let content = changed(&attestation, |_| {});
    assert_eq!(concerns(&content), attestation_of(Some(provenance)));
    assert_eq!(attested(&content, &one, &trust), (Some(provenance.to_owned()), "verified".to_owned()));
    assert_eq!(attested(&content, &Digest::of(b"two"), &trust).1, "other_image");
    assert_eq!(judged(&content, &one, &trust), "not_a_signature");

    let signature = changed(&make(statement(SIGN, &[one.hex()])), |_| {});
    assert_eq!(concerns(&signature), Some(Kind::Signature));
    assert_eq!(attested(&signature, &one, &trust), (Some(SIGN.to_owned()), "not_an_attestation".to_owned()));
}

#[test]
fn what_is_not_sigstore_s_concerns_nobody_here() {
    let one = Digest::of(b"one");
    let trust = key(&Signers::get().keyless.ours.rekor);
    for content in [Content::NotationJws(b"{}".to_vec()), Content::Unsupported("application/cose".to_owned())]
    {
        assert_eq!(concerns(&content), None);
        assert_eq!(judged(&content, &one, &trust), "not_a_signature");
        assert_eq!(attested(&content, &one, &trust), (None, "not_an_attestation".to_owned()));
    }
    // What stands where a signature stands is one that cannot be read, so that it is seen.
    assert_eq!(concerns(&Content::Bundle(b"garbage".to_vec())), Some(Kind::Signature));
    assert_eq!(concerns(&Content::Attestation(Layer::default())), attestation_of(None));
}
