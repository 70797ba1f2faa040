//! The seeds that `fuzz/` begins with, written by the real signers of these tests.

use std::fs;

use serde_json::{Value, json};
use tidewaiter::attest::sigstore::TrustedRoot;
use tidewaiter::attest::{Content, Layer};
use tidewaiter::domain::Digest;

use super::bundles::{SIGN, statement};
use super::{ISSUER, SUBJECT, attested, image, judged, keyless, logged_key, only_layer, release, surprises};
use crate::support::program::project;
use crate::support::signers::Signers;

/// What the seeds are trusted by.
const TRUST: &str = "fuzz/src/sigstore.json";

/// Where they are.
const CORPUS: &str = "fuzz/corpus/sigstore";

/// Each seed with a name.
fn seeds(public: &str) -> Vec<(&'static str, String)> {
    let signers = Signers::get();
    let ours = &signers.keyless.ours;
    let repository = "corpus";
    let one = image(repository, "one");
    let private = signers.read("corpus.pem");
    let layer = |layer: &Layer| {
        let payload = String::from_utf8(layer.payload.clone()).unwrap();
        format!("layer\n{}", json!({ "payload": payload, "annotations": layer.annotations }))
    };
    let bundle = |predicate_type: &str, mut options: Value| {
        options["payload"] = json!(statement(predicate_type, &[one.hex()]).to_string());
        format!("bundle\n{}", ours.bundle(options))
    };
    signers.cosign_keyless(&["sign"], &release(), repository, &one);
    signers.cosign_keyless(&["attest", "--predicate", "/dev/null"], &release(), repository, &one);
    let certified = json!({ "claims": release() });
    let stamped = json!({ "claims": release(), "timestamp": true, "entry": "intoto" });
    let keyed = json!({ "key": private });
    vec![
        ("signature", layer(&only_layer("sig", repository, &one))),
        ("attestation", layer(&only_layer("att", repository, &one))),
        ("bundle", bundle(SIGN, certified.clone())),
        ("bundle_attestation", bundle("https://slsa.dev/provenance/v1", certified)),
        ("bundle_timestamp", bundle(SIGN, stamped)),
        ("bundle_key", bundle(SIGN, keyed.clone())),
        (
            "bundle_message",
            format!("bundle\n{}", ours.bundle(json!({ "key": private, "payload": "x", "message": true }))),
        ),
        ("key", format!("key\n{public}")),
        ("pattern", "pattern\nhttps://github\\.com/(?:acme|[a-z]+)/.{1,20}".to_owned()),
    ]
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test is told to write its files anew")]
fn seeds_for_fuzzing_verify() {
    if std::env::var_os("TIDEWAITER_UPDATE").is_some_and(|what| what == "fuzz") {
        let signers = Signers::get();
        let public =
            signers.openssl_key("corpus", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        let root = signers.keyless.ours.root_json();
        let seeds = seeds(&public);
        let trust = json!({
            "image": image("corpus", "one"),
            "key": public,
            "root": root,
            "issuer": ISSUER,
            "subject": SUBJECT,
        });
        fs::create_dir_all(project(CORPUS)).unwrap();
        fs::write(project(TRUST), format!("{trust:#}\n")).unwrap();
        let root = ("root", format!("root\n{root}"));
        for (name, text) in seeds.into_iter().chain([root]) {
            fs::write(project(CORPUS).join(name), text).unwrap();
        }
    }
    // Seeds that verify nowhere would lead a fuzzer no further than to the first check.
    let made = serde_json::from_slice::<Value>(&fs::read(project(TRUST)).unwrap()).unwrap();
    let root = TrustedRoot::from_json(&made["root"].to_string()).unwrap();
    let image = Digest::new(made["image"].as_str().unwrap()).unwrap();
    let certified = keyless(root.clone());
    let keyed = logged_key(made["key"].as_str().unwrap(), root);
    let read = |name: &str| fs::read_to_string(project(CORPUS).join(name)).unwrap();
    let layer = |name: &str| {
        let text = read(name);
        let written = serde_json::from_str::<Value>(text.strip_prefix("layer\n").unwrap()).unwrap();
        Layer {
            payload: written["payload"].as_str().unwrap().into(),
            annotations: serde_json::from_value(written["annotations"].clone()).unwrap(),
        }
    };
    let bundle = |name: &str| Content::Bundle(read(name).strip_prefix("bundle\n").unwrap().into());
    let signature = Content::SimpleSigning(layer("signature"));
    let attestation = Content::Attestation(layer("attestation"));
    let cases = vec![
        ("signature", judged(&signature, &image, &certified), "verified"),
        ("attestation", attested(&attestation, &image, &certified).1, "verified"),
        ("bundle", judged(&bundle("bundle"), &image, &certified), "verified"),
        ("bundle_attestation", attested(&bundle("bundle_attestation"), &image, &certified).1, "verified"),
        ("bundle_timestamp", judged(&bundle("bundle_timestamp"), &image, &certified), "verified"),
        ("bundle_key", judged(&bundle("bundle_key"), &image, &keyed), "verified"),
        ("bundle_message", judged(&bundle("bundle_message"), &image, &keyed), "not_a_signature"),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new(), "`TIDEWAITER_UPDATE=fuzz` writes the seeds anew");
}
