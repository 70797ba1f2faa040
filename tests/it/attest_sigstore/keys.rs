//! Signatures with keys, with and without a transparency log.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};
use tidewaiter::attest::sigstore::{TrustedRoot, signature};
use tidewaiter::attest::{Content, Layer};
use tidewaiter::domain::Digest;

use super::{
    CERTIFICATE, LOG_ENTRY, SIGNATURE, annotated, code, evidence, image, judged, key, logged_key, now,
    only_layer, surprises, with_entry,
};
use crate::support::signers::Signers;

/// A payload as cosign writes it.
fn payload(image: &str) -> Value {
    json!({
        "critical": {
            "identity": { "docker-reference": "registry.example/shop/web" },
            "image": { "docker-manifest-digest": image },
            "type": "cosign container image signature",
        },
        "optional": null,
    })
}

/// Bytes that a key of openssl's signed, as cosign would have them.
fn signed(name: &str, payload: &[u8]) -> Content {
    let made = STANDARD.encode(Signers::get().openssl_sign(name, payload));
    let annotations = [(SIGNATURE.to_owned(), made)].into();
    Content::SimpleSigning(Layer { payload: payload.to_vec(), annotations })
}

#[test]
fn each_kind_of_key_verifies_what_it_signed_and_nothing_else() {
    let signers = Signers::get();
    let kinds: [(&str, &[&str]); 5] = [
        ("p256-kinds", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ("p384-kinds", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
        ("rsa2048-kinds", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
        ("rsa3072-kinds", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"]),
        ("ed25519-kinds", &["-algorithm", "ED25519"]),
    ];
    let image = Digest::of(b"an image");
    let bytes = payload(image.as_str()).to_string().into_bytes();
    let keys = kinds.map(|(name, kind)| (name, key(&signers.openssl_key(name, kind))));
    for (signer, _) in &keys {
        let content = signed(signer, &bytes);
        for (name, trust) in &keys {
            let expected = if name == signer { "verified" } else { "wrong_key" };
            assert_eq!(judged(&content, &image, trust), expected, "{signer} judged by {name}");
        }
    }
}

#[test]
fn a_payload_is_read_in_one_way_only() {
    let signers = Signers::get();
    let trust =
        key(&signers
            .openssl_key("p256-payloads", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]));
    let image = Digest::of(b"an image");
    let other = Digest::of(b"another image");
    let good = payload(image.as_str());
    let with = |path: &str, value: Value| {
        let mut payload = good.clone();
        *payload.pointer_mut(path).unwrap() = value;
        payload.to_string()
    };
    let text = good.to_string();
    let twice = |name: &str, first: &Value| {
        text.replacen(&format!("\"{name}\":"), &format!("\"{name}\":{first},\"{name}\":"), 1)
    };
    let cases = [
        ("as it is", text.clone(), "verified"),
        ("unknown fields", with("/optional", json!({ "a": [1, { "b": null }] })), "verified"),
        ("space around it", format!(" {text}\n"), "verified"),
        ("another image", with("/critical/image/docker-manifest-digest", json!(other)), "other_image"),
        (
            "upper case",
            with("/critical/image/docker-manifest-digest", json!(image.as_str().to_uppercase())),
            "other_image",
        ),
        ("no algorithm", with("/critical/image/docker-manifest-digest", json!(image.hex())), "other_image"),
        ("a list of images", with("/critical/image/docker-manifest-digest", json!([image])), "malformed"),
        ("another type", with("/critical/type", json!("atomic container signature")), "not_a_signature"),
        (
            "the type in other letters",
            with("/critical/type", json!("Cosign container image signature")),
            "not_a_signature",
        ),
        ("no type", with("/critical/type", Value::Null), "malformed"),
        ("two images", twice("docker-manifest-digest", &json!(other)), "malformed"),
        ("two critical parts", twice("critical", &payload(other.as_str())["critical"]), "malformed"),
        ("bytes after it", format!("{text}{text}"), "malformed"),
        ("no JSON", "sha256:".to_owned(), "malformed"),
        ("nothing", String::new(), "malformed"),
    ];
    let cases = cases.map(|(name, text, expected)| {
        (name, judged(&signed("p256-payloads", text.as_bytes()), &image, &trust), expected)
    });
    assert_eq!(surprises(cases.to_vec()), Vec::<String>::new());
}

#[test]
fn cosign_s_signature_holds_for_its_key_its_image_and_its_bytes() {
    let signers = Signers::get();
    let (repository, ours, theirs) =
        ("keys/plain", signers.cosign_key("plain"), signers.cosign_key("plain-other"));
    let (one, two) = (image(repository, "one"), image(repository, "two"));
    let sign = |key: &str, image: &Digest| {
        signers.cosign(&["sign", "--key", key, "--tlog-upload=false"], repository, image);
    };
    sign("plain.key", &one);
    sign("plain.key", &two);
    let trust = key(&ours);
    let layer = only_layer("sig", repository, &one);
    let content = Content::SimpleSigning(layer.clone());
    let fingerprint = evidence(&content, &one, &trust).signer.key_fingerprint.unwrap();
    assert_eq!(fingerprint.len(), 64);

    let elsewhere = only_layer("sig", repository, &two);
    let made = layer.annotations[SIGNATURE].clone();
    let mut altered = layer.clone();
    altered.payload = String::from_utf8(altered.payload).unwrap().replace("null", "{\"a\":1}").into_bytes();
    assert_ne!(altered.payload, layer.payload);
    let raw = STANDARD.decode(&made).unwrap();
    let url_safe = URL_SAFE.encode([&raw[..], b"\xff\xff"].concat());
    let cases = vec![
        ("another key", judged(&content, &one, &key(&theirs)), "wrong_key"),
        (
            "copied from another image",
            judged(&Content::SimpleSigning(elsewhere.clone()), &one, &trust),
            "other_image",
        ),
        ("altered", judged(&Content::SimpleSigning(altered), &one, &trust), "wrong_key"),
        (
            "the signature of another payload",
            judged(&annotated(&layer, SIGNATURE, Some(&elsewhere.annotations[SIGNATURE])), &one, &trust),
            "wrong_key",
        ),
        ("no signature", judged(&annotated(&layer, SIGNATURE, None), &one, &trust), "malformed"),
        ("an empty signature", judged(&annotated(&layer, SIGNATURE, Some("")), &one, &trust), "malformed"),
        (
            "line breaks in base64",
            judged(&annotated(&layer, SIGNATURE, Some(&format!("{made}\n"))), &one, &trust),
            "malformed",
        ),
        (
            "base64 for URLs",
            judged(&annotated(&layer, SIGNATURE, Some(&url_safe)), &one, &trust),
            "malformed",
        ),
        (
            "something after it",
            judged(
                &annotated(&layer, SIGNATURE, Some(&STANDARD.encode([&raw[..], b"x"].concat()))),
                &one,
                &trust,
            ),
            "wrong_key",
        ),
        (
            "a huge signature",
            judged(&annotated(&layer, SIGNATURE, Some(&"A".repeat(1 << 20))), &one, &trust),
            "too_large",
        ),
        (
            "a huge payload",
            judged(
                &Content::SimpleSigning(Layer { payload: vec![b' '; 17 << 20], ..layer.clone() }),
                &one,
                &trust,
            ),
            "too_large",
        ),
        (
            "a certificate that is none",
            judged(&annotated(&layer, CERTIFICATE, Some("garbage")), &one, &trust),
            "verified",
        ),
        (
            "a log entry that is none",
            judged(&annotated(&layer, LOG_ENTRY, Some("garbage")), &one, &trust),
            "verified",
        ),
        (
            "a payload where a bundle should be",
            judged(&Content::Bundle(layer.payload.clone()), &one, &trust),
            "malformed",
        ),
        (
            "a payload where an attestation should be",
            judged(&Content::Attestation(layer.clone()), &one, &trust),
            "not_a_signature",
        ),
        (
            "no log entry, when one is demanded",
            judged(&content, &one, &logged_key(&ours, signers.keyless.ours.root())),
            "log_entry_missing",
        ),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());

    // A second signature beside it, by somebody else: each is judged for itself.
    sign("plain-other.key", &one);
    let layers = signers.layers("sig", repository, &one);
    let mut codes = layers
        .into_iter()
        .map(|layer| judged(&Content::SimpleSigning(layer), &one, &trust))
        .collect::<Vec<_>>();
    codes.sort();
    assert_eq!(codes, ["verified", "wrong_key"]);
}

#[test]
fn a_demanded_log_entry_is_about_this_signature_and_from_this_log() {
    let signers = Signers::get();
    let (ours, theirs) = (&signers.keyless.ours, &signers.keyless.theirs);
    let (repository, public) = ("keys/logged", signers.cosign_key("logged"));
    let (one, two) = (image(repository, "one"), image(repository, "two"));
    for image in [&one, &two] {
        signers.cosign(&["sign", "--key", "logged.key", "--rekor-url", &ours.url], repository, image);
    }
    let root = |rekor: &str| TrustedRoot::from_parts(None, Some(rekor), None).unwrap();
    let trust = logged_key(&public, root(&ours.rekor));
    let layer = only_layer("sig", repository, &one);
    let content = Content::SimpleSigning(layer.clone());
    let found = evidence(&content, &one, &trust);
    assert!(found.signed_at.is_some() && found.log.is_some() && found.notes.is_empty());
    let alone = evidence(&content, &one, &key(&public));
    assert!(alone.log.is_none() && alone.notes.iter().any(|note| note.contains("log entry")));

    let elsewhere = only_layer("sig", repository, &two);
    let entry_of = |layer: &Layer| serde_json::from_str::<Value>(&layer.annotations[LOG_ENTRY]).unwrap();
    let (entry, foreign) = (entry_of(&layer), entry_of(&elsewhere));
    let body =
        String::from_utf8(STANDARD.decode(entry["Payload"]["body"].as_str().unwrap()).unwrap()).unwrap();
    let again = STANDARD.encode(body.replace("hashedrekord", "rekord"));
    let later = entry["Payload"]["integratedTime"].as_i64().unwrap() + 60;
    let judge = |content: &Content| judged(content, &one, &trust);
    let cases = vec![
        ("none", judge(&annotated(&layer, LOG_ENTRY, None)), "log_entry_missing"),
        ("no JSON", judge(&annotated(&layer, LOG_ENTRY, Some("{"))), "malformed"),
        (
            "another signature's",
            judge(&annotated(&layer, LOG_ENTRY, Some(&foreign.to_string()))),
            "log_entry_foreign",
        ),
        (
            "another signature's promise",
            judge(&with_entry(&layer, |it| {
                it["SignedEntryTimestamp"] = foreign["SignedEntryTimestamp"].clone()
            })),
            "log_entry_invalid",
        ),
        (
            "another signature's body",
            judge(&with_entry(&layer, |it| it["Payload"]["body"] = foreign["Payload"]["body"].clone())),
            "log_entry_invalid",
        ),
        (
            "another time",
            judge(&with_entry(&layer, |it| it["Payload"]["integratedTime"] = json!(later - 61))),
            "log_entry_invalid",
        ),
        (
            "a time to come",
            judge(&with_entry(&layer, |it| it["Payload"]["integratedTime"] = json!(later + 3_600))),
            "log_time_invalid",
        ),
        (
            "no time",
            judge(&with_entry(&layer, |it| it["Payload"]["integratedTime"] = json!(0))),
            "log_entry_invalid",
        ),
        (
            "a negative index",
            judge(&with_entry(&layer, |it| it["Payload"]["logIndex"] = json!(-1))),
            "malformed",
        ),
        (
            "another index",
            judge(&with_entry(&layer, |it| it["Payload"]["logIndex"] = json!(7))),
            "log_entry_invalid",
        ),
        ("another kind", judge(&with_entry(&layer, |it| it["Payload"]["body"] = json!(again))), "malformed"),
        ("no log", judge(&with_entry(&layer, |it| it["Payload"]["logID"] = json!(""))), "log_untrusted"),
        (
            "another log",
            judge(&with_entry(&layer, |it| it["Payload"]["logID"] = json!("00".repeat(32)))),
            "log_untrusted",
        ),
        (
            "no promise",
            judge(&with_entry(&layer, |it| it["SignedEntryTimestamp"] = json!(""))),
            "log_entry_invalid",
        ),
        (
            "a log that is not trusted",
            judged(&content, &one, &logged_key(&public, root(&theirs.rekor))),
            "log_untrusted",
        ),
        // Without a demand for a log, the key alone decides.
        (
            "another signature's, not asked for",
            judged(&annotated(&layer, LOG_ENTRY, Some(&foreign.to_string())), &one, &key(&public)),
            "verified",
        ),
        (
            "before it was logged",
            code(&signature(&content, &one, &trust, now() - jiff::SignedDuration::from_hours(1))),
            "log_time_invalid",
        ),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());
    assert!(logs_are_demanded());
}

/// Whether trust in a log cannot be put into a root that has none.
fn logs_are_demanded() -> bool {
    use tidewaiter::attest::sigstore::{KeyTrust, PublicKey};
    let theirs = &Signers::get().keyless.theirs;
    let root = TrustedRoot::from_parts(Some(&theirs.fulcio), None, Some(&theirs.ct)).unwrap();
    KeyTrust::new(PublicKey::from_pem(&theirs.rekor).unwrap(), Some(root)).is_err()
}
