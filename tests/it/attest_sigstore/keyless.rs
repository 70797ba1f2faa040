//! Keyless signatures in cosign 2's layout.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tidewaiter::attest::sigstore::{KeylessTrust, Matcher, Trust, TrustedRoot, signature};
use tidewaiter::attest::{Content, Layer, TimeSource};

use super::{
    CERTIFICATE, CHAIN, ISSUER, LOG_ENTRY, SIGNATURE, SUBJECT, annotated, code, evidence, image, judged, key,
    keyless, now, only_layer, release, release_but, surprises, with_entry,
};
use crate::support::signers::Signers;

/// Trust in whoever matches.
fn trusting(
    issuer: Result<Matcher, String>,
    subject: Result<Matcher, String>,
    claims: &[(&str, &str)],
) -> Trust {
    let claims = claims.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let root = Signers::get().keyless.ours.root();
    Trust::Keyless(KeylessTrust::new(root, issuer.unwrap(), subject.unwrap(), claims.collect()).unwrap())
}

#[test]
fn a_keyless_signature_holds_for_the_identity_that_is_trusted() {
    let signers = Signers::get();
    let repository = "keyless/identities";
    let one = image(repository, "one");
    signers.cosign_keyless(&["sign"], &release(), repository, &one);
    let content = Content::SimpleSigning(only_layer("sig", repository, &one));
    let found = evidence(&content, &one, &keyless(signers.keyless.ours.root()));
    assert_eq!(found.signer.issuer.as_deref(), Some(ISSUER));
    assert_eq!(found.signer.subject.as_deref(), Some(SUBJECT));
    assert_eq!(found.signer.claims["github_workflow_repository"], "acme/shop");
    assert_eq!(found.signed_at.unwrap().source, TimeSource::Log);

    let exact = Matcher::exact;
    let regex = Matcher::regex;
    let judge = |trust: &Trust| judged(&content, &one, trust);
    let subject = |pattern: &str| judge(&trusting(exact(ISSUER), regex(pattern), &[]));
    let claims = |claims: &[(&str, &str)]| judge(&trusting(exact(ISSUER), exact(SUBJECT), claims));
    let cases = vec![
        (
            "another issuer",
            judge(&trusting(exact("https://accounts.google.com"), exact(SUBJECT), &[])),
            "other_issuer",
        ),
        (
            "the issuer with a slash",
            judge(&trusting(exact(&format!("{ISSUER}/")), exact(SUBJECT), &[])),
            "other_issuer",
        ),
        (
            "a pattern for an issuer",
            judge(&trusting(regex("https://token\\..*"), exact(SUBJECT), &[])),
            "verified",
        ),
        (
            "another subject",
            judge(&trusting(exact(ISSUER), exact("https://github.com/acme/shop"), &[])),
            "other_subject",
        ),
        (
            "a pattern as an exact text",
            judge(&trusting(exact(ISSUER), exact("https://github.com/.*"), &[])),
            "other_subject",
        ),
        ("a pattern", subject("https://github\\.com/acme/.*"), "verified"),
        ("a pattern that ends early", subject("https://github\\.com/acme"), "other_subject"),
        ("a pattern that begins late", subject("acme/shop/.*"), "other_subject"),
        ("a pattern with an end of its own", subject("https://github\\.com/acme/.*|$"), "verified"),
        ("a choice that is not anchored by itself", subject("evil|https://github\\.com/ac"), "other_subject"),
        (
            "a claim",
            claims(&[("github_workflow_ref", "refs/tags/v1.0.0"), ("build_trigger", "push")]),
            "verified",
        ),
        ("another claim", claims(&[("github_workflow_ref", "refs/heads/main")]), "other_claims"),
        ("a claim that it does not make", claims(&[("runner_environment", "github-hosted")]), "other_claims"),
        (
            "one of two claims",
            claims(&[("build_trigger", "push"), ("github_workflow_repository", "acme/other")]),
            "other_claims",
        ),
        ("a key", judge(&key(&signers.keyless.ours.rekor)), "wrong_key"),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());
}

#[test]
fn a_keyless_signature_of_somebody_else_is_refused() {
    let signers = Signers::get();
    let repository = "keyless/others";
    let trust = keyless(signers.keyless.ours.root());
    let cases = [
        ("fork", "sub", format!("https://github.com/evil/{SUBJECT}"), "other_subject"),
        ("longer", "sub", format!("{SUBJECT}.evil"), "other_subject"),
        ("issuer", "iss", "https://evil.example".to_owned(), "other_issuer"),
    ];
    for (text, claim, value, expected) in cases {
        let image = image(repository, text);
        signers.cosign_keyless(&["sign"], &release_but(claim, json!(value)), repository, &image);
        let content = Content::SimpleSigning(only_layer("sig", repository, &image));
        assert_eq!(judged(&content, &image, &trust), expected, "{text}");
    }
}

#[test]
fn every_part_of_a_keyless_signature_is_checked() {
    let signers = Signers::get();
    let (ours, theirs) = (&signers.keyless.ours, &signers.keyless.theirs);
    let repository = "keyless/parts";
    let (zero, one, two) = (image(repository, "zero"), image(repository, "one"), image(repository, "two"));
    // A certificate that is lent has to be older than the log entry, and a log entry younger than the certificate.
    for image in [&zero, &one, &two] {
        signers.cosign_keyless(&["sign"], &release(), repository, image);
    }
    let trust = keyless(ours.root());
    let layer = only_layer("sig", repository, &one);
    let older = only_layer("sig", repository, &zero);
    let elsewhere = only_layer("sig", repository, &two);
    let foreign = |name: &str| Some(elsewhere.annotations[name].as_str());
    let root = |fulcio: &str, rekor: &str, ct: &str| {
        keyless(TrustedRoot::from_parts(Some(fulcio), Some(rekor), Some(ct)).unwrap())
    };
    let content = Content::SimpleSigning(layer.clone());
    let judge = |content: &Content| judged(content, &one, &trust);
    let mut altered = layer.clone();
    altered.payload = String::from_utf8(altered.payload).unwrap().replace("null", "{\"a\":1}").into_bytes();
    let mut swapped = layer.clone();
    for name in [SIGNATURE, CERTIFICATE, LOG_ENTRY] {
        swapped.annotations.insert(name.to_owned(), elsewhere.annotations[name].clone());
    }
    let entry = serde_json::from_str::<Value>(&elsewhere.annotations[LOG_ENTRY]).unwrap();
    let two_certificates = format!("{}{}", layer.annotations[CERTIFICATE], theirs.fulcio);
    let cases = vec![
        ("as it is", judge(&content), "verified"),
        (
            "as it is, with timestamps in the root",
            judged(&content, &one, &keyless(ours.root_with_timestamps())),
            "verified",
        ),
        ("no chain", judge(&annotated(&layer, CHAIN, None)), "verified"),
        ("copied from another image", judge(&Content::SimpleSigning(elsewhere.clone())), "other_image"),
        ("copied to another image", judged(&content, &two, &trust), "other_image"),
        ("altered", judge(&Content::SimpleSigning(altered)), "wrong_payload"),
        (
            "all of another signature but its payload",
            judge(&Content::SimpleSigning(swapped)),
            "wrong_payload",
        ),
        (
            "the signature of another payload",
            judge(&annotated(&layer, SIGNATURE, foreign(SIGNATURE))),
            "wrong_payload",
        ),
        (
            "another certificate of the same identity",
            judge(&annotated(&layer, CERTIFICATE, Some(&older.annotations[CERTIFICATE]))),
            "wrong_payload",
        ),
        (
            "the log entry of another signature",
            judge(&annotated(&layer, LOG_ENTRY, foreign(LOG_ENTRY))),
            "log_entry_foreign",
        ),
        (
            "the promise of another entry",
            judge(&with_entry(&layer, |it| {
                it["SignedEntryTimestamp"] = entry["SignedEntryTimestamp"].clone()
            })),
            "log_entry_invalid",
        ),
        ("no log entry", judge(&annotated(&layer, LOG_ENTRY, None)), "log_entry_missing"),
        ("no certificate", judge(&annotated(&layer, CERTIFICATE, None)), "no_certificate"),
        ("two certificates", judge(&annotated(&layer, CERTIFICATE, Some(&two_certificates))), "malformed"),
        ("a key for a certificate", judge(&annotated(&layer, CERTIFICATE, Some(&ours.rekor))), "malformed"),
        (
            "garbage for a certificate",
            judge(&annotated(
                &layer,
                CERTIFICATE,
                Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
            )),
            "malformed",
        ),
        (
            "the authority for a certificate",
            judge(&annotated(&layer, CERTIFICATE, Some(&ours.fulcio))),
            "untrusted_certificate",
        ),
        (
            "their authority in the chain",
            judged(
                &annotated(&layer, CHAIN, Some(&ours.fulcio)),
                &one,
                &root(&theirs.fulcio, &ours.rekor, &ours.ct),
            ),
            "untrusted_certificate",
        ),
        ("a long chain", judge(&annotated(&layer, CHAIN, Some(&ours.fulcio.repeat(20)))), "malformed"),
        (
            "an authority that is not trusted",
            judged(&content, &one, &root(&theirs.fulcio, &ours.rekor, &ours.ct)),
            "untrusted_certificate",
        ),
        (
            "an authority that had expired",
            judged(&content, &one, &root(&ours.expired, &ours.rekor, &ours.ct)),
            "untrusted_certificate",
        ),
        (
            "a certificate log that is not trusted",
            judged(&content, &one, &root(&ours.fulcio, &ours.rekor, &theirs.ct)),
            "sct_invalid",
        ),
        (
            "a log that is not trusted",
            judged(&content, &one, &root(&ours.fulcio, &theirs.rekor, &ours.ct)),
            "log_untrusted",
        ),
        (
            "the keys of the logs swapped",
            judged(&content, &one, &root(&ours.fulcio, &ours.ct, &ours.rekor)),
            "log_untrusted",
        ),
        (
            "the public instance",
            judged(&content, &one, &keyless(TrustedRoot::public_good().unwrap())),
            "log_untrusted",
        ),
        (
            "before it was signed",
            code(&signature(&content, &one, &trust, now() - jiff::SignedDuration::from_hours(1))),
            "log_time_invalid",
        ),
        (
            "years later",
            code(&signature(&content, &one, &trust, "2041-01-01T00:00:00Z".parse().unwrap())),
            "verified",
        ),
    ];
    assert_eq!(surprises(cases), Vec::<String>::new());
}

#[test]
fn a_signature_with_a_key_is_no_keyless_one() {
    let signers = Signers::get();
    let repository = "keyless/keyed";
    let (one, two) = (image(repository, "one"), image(repository, "two"));
    signers.cosign_keyless(&["sign"], &release(), repository, &two);
    signers.cosign_key("keyed");
    signers.cosign(
        &["sign", "--key", "keyed.key", "--rekor-url", &signers.keyless.ours.url],
        repository,
        &one,
    );
    let trust = keyless(signers.keyless.ours.root());
    let layer = only_layer("sig", repository, &one);
    assert_eq!(judged(&Content::SimpleSigning(layer.clone()), &one, &trust), "no_certificate");

    // With the certificate of somebody who is trusted put beside it.
    let real = only_layer("sig", repository, &two);
    let lent = annotated(&layer, CERTIFICATE, Some(&real.annotations[CERTIFICATE]));
    assert_eq!(judged(&lent, &one, &trust), "wrong_payload");
}

#[test]
fn a_root_without_all_that_keyless_signatures_need_is_refused() {
    let ours = &Signers::get().keyless.ours;
    let (fulcio, rekor, ct) = (Some(ours.fulcio.as_str()), Some(ours.rekor.as_str()), Some(ours.ct.as_str()));
    let cases = [
        ((None, rekor, ct), "no certificate authority"),
        ((fulcio, None, ct), "no transparency log"),
        ((fulcio, rekor, None), "no certificate log"),
    ];
    for ((fulcio, rekor, ct), expected) in cases {
        let root = TrustedRoot::from_parts(fulcio, rekor, ct).unwrap();
        let matcher = || Matcher::exact("x").unwrap();
        let error = KeylessTrust::new(root, matcher(), matcher(), BTreeMap::new()).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    let claims = [("gitub_workflow_ref".to_owned(), "main".to_owned())].into();
    let matcher = || Matcher::exact("x").unwrap();
    assert!(KeylessTrust::new(ours.root(), matcher(), matcher(), claims).unwrap_err().contains("gitub"));
}

#[test]
fn a_layer_without_annotations_is_refused() {
    let one = image("keyless/bare", "one");
    let content = Content::SimpleSigning(Layer { payload: b"{}".to_vec(), ..Layer::default() });
    assert_eq!(judged(&content, &one, &keyless(Signers::get().keyless.ours.root())), "malformed");
}
