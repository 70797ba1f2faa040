//! The form of envelopes, and what they are about.

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature as lc;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::attest::notation::testing::*;
use crate::attest::notation::{Level, signature};
use crate::attest::{Outcome, SignedAt, TimeSource};

#[test]
fn every_kind_of_key_signs_in_its_one_way() {
    let keys = [
        ("ES256", Key::p256()),
        ("ES384", Key::p384()),
        ("ES512", Key::p521()),
        ("PS256", Key::rsa(KeySize::Rsa2048, &lc::RSA_PSS_SHA256)),
        ("PS384", Key::rsa(KeySize::Rsa3072, &lc::RSA_PSS_SHA384)),
        ("PS512", Key::rsa(KeySize::Rsa4096, &lc::RSA_PSS_SHA512)),
    ];
    for (name, key) in keys {
        let world = World::of(key);
        let strict = world.trust(Level::Strict, Vec::new());
        let mut letter = world.letter();
        letter.protected["alg"] = json!(name);
        assert_eq!(code(&look(&letter.sign(&world.leaf_key), &strict)), "verified", "{name}");
        for other in ["none", "HS256", "RS256", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "es384"]
        {
            letter.protected["alg"] = json!(other);
            let expected = if other == name { "verified" } else { "other_algorithm" };
            assert_eq!(code(&look(&letter.sign(&world.leaf_key), &strict)), expected, "{name} as {other}");
        }
    }
}

#[test]
fn what_is_known_of_a_signature_is_told() {
    let outcome = WORLD.outcome(|letter| letter.protect(EXPIRY, json!("2026-12-01T00:00:00.5-01:00")));
    let Outcome::Verified(evidence) = outcome else { panic!("{outcome:?}") };
    assert_eq!(evidence.signer.subject.as_deref(), Some(ACME));
    assert_eq!(evidence.signer.key_fingerprint.as_ref().map(String::len), Some(64));
    assert_eq!(evidence.signer.certificate_fingerprint.as_ref().map(String::len), Some(64));
    assert_eq!(evidence.expires_at, Some(time("2026-12-01T01:00:00.5Z")));
    let signed_at = SignedAt { time: time("2026-05-01T10:00:00Z"), source: TimeSource::Signer };
    assert_eq!(evidence.signed_at, Some(signed_at));
    assert_eq!(evidence.notes, Vec::<String>::new());
}

#[test]
fn a_header_that_is_not_as_it_has_to_be_is_refused() {
    type Change = fn(&mut Letter);
    fn without(letter: &mut Letter, name: &str) {
        letter.protected.as_object_mut().unwrap().remove(name).unwrap();
    }
    let cases: &[(&str, &str, Change)] = &[
        ("no alg", "malformed_header", |letter| without(letter, "alg")),
        ("alg is no text", "malformed_header", |letter| letter.protected["alg"] = json!(["ES384"])),
        ("no cty", "malformed_header", |letter| without(letter, "cty")),
        ("another cty", "unsupported_content", |letter| letter.protected["cty"] = json!("application/json")),
        ("no crit", "malformed_header", |letter| without(letter, "crit")),
        ("crit is a text", "malformed_header", |letter| letter.protected["crit"] = json!(SCHEME)),
        ("empty crit", "malformed_header", |letter| letter.protected["crit"] = json!([])),
        ("crit of numbers", "malformed_header", |letter| letter.protected["crit"] = json!([SCHEME, 1])),
        ("crit twice", "malformed_header", |letter| letter.protected["crit"] = json!([SCHEME, SCHEME])),
        ("alg critical", "malformed_header", |letter| letter.protected["crit"] = json!([SCHEME, "alg"])),
        ("cty critical", "malformed_header", |letter| letter.protected["crit"] = json!([SCHEME, "cty"])),
        ("absent critical", "malformed_header", |letter| letter.protected["crit"] = json!([SCHEME, EXPIRY])),
        ("time critical", "malformed_header", |letter| letter.protected["crit"] = json!([SCHEME, SIGNED])),
        ("unprotected critical", "malformed_header", |letter| {
            letter.protected["crit"] = json!([SCHEME, "io.cncf.notary.signingAgent"]);
        }),
        ("unknown critical", "unknown_critical", |letter| letter.protect("com.example.must", json!(true))),
        ("b64", "unknown_critical", |letter| letter.protect("b64", json!(false))),
        ("no scheme", "malformed_header", |letter| without(letter, SCHEME)),
        ("another scheme", "unsupported_scheme", |letter| {
            letter.protected[SCHEME] = json!("notary.x509.other")
        }),
        ("scheme in capitals", "unsupported_scheme", |letter| {
            letter.protected[SCHEME] = json!("Notary.X509")
        }),
        ("no time", "malformed_header", |letter| without(letter, SIGNED)),
        ("two times", "malformed_header", |letter| letter.protect(AUTHENTIC, json!("2026-05-01T10:00:00Z"))),
        ("authority without time", "malformed_header", |letter| {
            letter.by_authority();
            without(letter, AUTHENTIC);
            letter.protected["crit"] = json!([SCHEME]);
        }),
        ("authority's time not critical", "malformed_header", |letter| {
            letter.by_authority();
            letter.protected["crit"] = json!([SCHEME]);
        }),
        ("authority with a signer's time", "malformed_header", |letter| {
            letter.by_authority();
            letter.protected[SIGNED] = json!("2026-05-01T10:00:00Z");
        }),
        ("authority with a timestamp", "malformed_header", |letter| {
            letter.by_authority();
            letter.header["io.cncf.notary.timestampSignature"] = json!("AAAA");
        }),
        ("timestamp is no base64", "malformed_header", |letter| {
            letter.header["io.cncf.notary.timestampSignature"] = json!("?");
        }),
        ("expiry not critical", "malformed_header", |letter| {
            letter.protected[EXPIRY] = json!("2026-12-01T00:00:00Z");
        }),
        ("expiry before signing", "malformed_header", |letter| {
            letter.protect(EXPIRY, json!("2026-05-01T10:00:00Z"));
        }),
        ("expired", "expired", |letter| letter.protect(EXPIRY, json!("2026-06-01T00:00:00Z"))),
        ("expired, with an offset", "expired", |letter| {
            letter.protect(EXPIRY, json!("2026-06-01T01:00:00+01:00"))
        }),
        ("plugin", "plugin_required", |letter| letter.protect(PLUGIN, json!("com.example.plugin"))),
        ("plugin not critical", "malformed_header", |letter| {
            letter.protected[PLUGIN] = json!("com.example.plugin")
        }),
        ("AWS Signer's plugin", "plugin_required", |letter| {
            letter.by_authority();
            letter.protect(PLUGIN, json!("com.amazonaws.signer.notation.plugin"));
        }),
        ("version without plugin", "malformed_header", |letter| {
            letter.protect("io.cncf.notary.verificationPluginMinVersion", json!("1.0.0"));
        }),
        ("both protected and not", "malformed_header", |letter| letter.header["alg"] = json!("ES384")),
        ("twice", "malformed_header", |letter| {
            let text = letter.protected.to_string();
            letter.protected_text = Some(text.replacen('{', r#"{"alg":"ES384","#, 1));
        }),
        ("twice, escaped", "malformed_header", |letter| {
            let text = letter.protected.to_string();
            letter.protected_text = Some(text.replacen('{', r#"{"\u0061lg":"ES384","#, 1));
        }),
        ("no object", "malformed_header", |letter| letter.protected_text = Some("[]".to_owned())),
        ("something after it", "malformed_header", |letter| {
            letter.protected_text = Some(letter.protected.to_string() + "{}");
        }),
        ("no chain", "malformed_chain", |letter| letter.header = json!({})),
        ("empty chain", "malformed_chain", |letter| letter.header["x5c"] = json!([])),
        ("chain is a text", "malformed_chain", |letter| letter.header["x5c"] = json!("AAAA")),
        ("chain in base64url", "malformed_chain", |letter| letter.header["x5c"] = json!(["-_-_"])),
        ("chain of nothing", "malformed_chain", |letter| letter.header["x5c"] = json!([""])),
    ];
    for (what, expected, change) in cases {
        assert_eq!(code(&WORLD.outcome(change)), *expected, "{what}");
    }
}

#[test]
fn what_no_rule_is_about_changes_nothing() {
    let outcome = WORLD.outcome(|letter| {
        letter.protected["com.example.may"] = json!({"a": [1]});
        letter.header["io.cncf.notary.signingAgent"] = json!(["whatever"]);
        letter.header["other"] = json!(1);
        letter.payload["targetArtifact"]["annotations"] = json!({"build": "7"});
        letter.payload["targetArtifact"]["artifactType"] = json!("application/x");
    });
    assert_eq!(code(&outcome), "verified");
}

#[test]
fn times_are_those_of_rfc_3339() {
    for good in [
        "2026-05-01T10:00:00Z",
        "2026-05-01T10:00:00.123456789Z",
        "2026-05-01T10:00:00-23:59",
        "0001-01-01T00:00:00Z",
    ] {
        assert_eq!(
            code(&WORLD.outcome(|letter| letter.protected[SIGNED] = json!(good))),
            "verified",
            "{good}"
        );
    }
    let bad = [
        "",
        "2026-05-01",
        "2026-05-01 10:00:00Z",
        "2026-05-01T10:00:00",
        "2026-05-01t10:00:00Z",
        "2026-05-01T10:00:00z",
        "2026-05-01T10:00Z",
        "2026-05-01T10:00:60Z",
        "2026-05-01T24:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-05-01T10:00:00.Z",
        "2026-05-01T10:00:00.1234567891Z",
        "2026-05-01T10:00:00+24:00",
        "2026-05-01T10:00:00+01:60",
        "2026-05-01T10:00:00Z[UTC]",
        "2026-05-01T10:00:00+0100",
        " 2026-05-01T10:00:00Z",
        "+02026-05-01T10:00:00Z",
        "2026-05-01T10:00:0\u{663}Z",
        "9999-12-31T23:59:59-01:00",
    ];
    for bad in bad {
        assert_eq!(
            code(&WORLD.outcome(|letter| letter.protected[SIGNED] = json!(bad))),
            "malformed_header",
            "{bad}"
        );
    }
}

#[test]
fn a_payload_is_about_one_image() {
    type Change = fn(&mut Value);
    let cases: &[(&str, &str, Change)] = &[
        ("digest", "other_image", |target| target["digest"] = json!(format!("sha256:{}", "0".repeat(64)))),
        ("digest in capitals", "other_image", |target| {
            target["digest"] = json!(target["digest"].as_str().unwrap().to_uppercase());
        }),
        ("no digest", "malformed_payload", |target| target["digest"] = json!(null)),
        ("media type", "other_image", |target| {
            target["mediaType"] = json!("application/vnd.oci.image.index.v1+json")
        }),
        ("size", "other_image", |target| target["size"] = json!(6)),
        ("size as text", "malformed_payload", |target| target["size"] = json!("5")),
        ("size as fraction", "malformed_payload", |target| target["size"] = json!(5.0)),
        ("negative size", "malformed_payload", |target| target["size"] = json!(-5)),
        ("no size", "malformed_payload", |target| _ = target.as_object_mut().unwrap().remove("size")),
        ("a list", "malformed_payload", |target| *target = json!([])),
    ];
    for (what, expected, change) in cases {
        let outcome = WORLD.outcome(|letter| change(&mut letter.payload["targetArtifact"]));
        assert_eq!(code(&outcome), *expected, "{what}");
    }
    let twice = WORLD.outcome(|letter| {
        let text = letter.payload.to_string();
        letter.payload_text =
            Some(text.replacen("{\"targetArtifact\":", "{\"targetArtifact\":{},\"targetArtifact\":", 1));
    });
    assert_eq!(code(&twice), "malformed_payload");
    let more = WORLD.outcome(|letter| letter.payload["other"] = json!(1));
    assert_eq!(code(&more), "malformed_payload");
}

#[test]
fn an_envelope_has_its_four_members_and_no_others() {
    let strict = WORLD.trust(Level::Audit, Vec::new());
    let good = WORLD.letter().signed(&WORLD.leaf_key);
    let check = |expected: &str, what: &str, envelope: &[u8]| {
        assert_eq!(code(&look(envelope, &strict)), expected, "{what}");
    };
    check("verified", "as it is", good.to_string().as_bytes());
    check("verified", "with room", serde_json::to_string_pretty(&good).unwrap().as_bytes());
    for member in ["payload", "protected", "header", "signature"] {
        let mut envelope = good.clone();
        envelope.as_object_mut().unwrap().remove(member);
        check("malformed_envelope", member, envelope.to_string().as_bytes());
        envelope[member] = json!(7);
        check("malformed_envelope", member, envelope.to_string().as_bytes());
        let mut envelope = good.clone();
        envelope[member.to_uppercase()] = good[member].clone();
        check("malformed_envelope", "another case", envelope.to_string().as_bytes());
        let twice = good.to_string().replacen('{', &format!("{{\"{member}\":\"\","), 1);
        check("malformed_envelope", "twice", twice.as_bytes());
    }
    let general = json!({"payload": good["payload"], "signatures": [good]});
    check("malformed_envelope", "general form", general.to_string().as_bytes());
    let compact = ["protected", "payload", "signature"].map(|part| good[part].as_str().unwrap().to_owned());
    check("malformed_envelope", "compact form", compact.join(".").as_bytes());
    check("malformed_envelope", "nothing", b"");
    check("malformed_envelope", "no text", b"\xff\xfe");
    check("malformed_envelope", "long", &[b" ".repeat(1 << 20), good.to_string().into_bytes()].concat());
}

#[test]
fn base64_has_one_form() {
    let audit = WORLD.trust(Level::Audit, Vec::new());
    let good = WORLD.letter().signed(&WORLD.leaf_key);
    for member in ["payload", "protected", "signature"] {
        let text = good[member].as_str().unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
        for (what, other) in [
            ("padded", format!("{text}=")),
            ("broken", format!("{text}\n")),
            ("another alphabet", STANDARD.encode([bytes.as_slice(), &[0xfb, 0xff, 0xfe]].concat())),
        ] {
            let mut envelope = good.clone();
            envelope[member] = json!(other);
            let code = code(&look(envelope.to_string().as_bytes(), &audit));
            assert_eq!(code, "malformed_envelope", "{member} {what}");
        }
    }
}

#[test]
fn a_signature_holds_for_what_was_signed_alone() {
    let audit = WORLD.trust(Level::Audit, Vec::new());
    let good = WORLD.letter().signed(&WORLD.leaf_key);
    let mut letter = WORLD.letter();
    letter.protected["com.example.may"] = json!(1);
    letter.payload["targetArtifact"]["annotations"] = json!({});
    let other = letter.signed(&WORLD.leaf_key);
    for member in ["payload", "protected", "signature"] {
        let mut envelope = good.clone();
        envelope[member] = other[member].clone();
        assert_eq!(code(&look(envelope.to_string().as_bytes(), &audit)), "wrong_signature", "{member}");
    }
    let stranger = World::new();
    let forged = WORLD.letter().sign(&stranger.leaf_key);
    assert_eq!(code(&look(&forged, &audit)), "wrong_signature");
    let signature = URL_SAFE_NO_PAD.decode(good["signature"].as_str().unwrap()).unwrap();
    let der = WORLD.leaf_key.sign_x509(b"x");
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("zeros", vec![0; 96]),
        ("short", signature[1..].to_vec()),
        ("long", [signature.as_slice(), &[0]].concat()),
        ("DER", der),
    ] {
        let mut envelope = good.clone();
        envelope["signature"] = json!(URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(code(&look(envelope.to_string().as_bytes(), &audit)), "wrong_signature", "{what}");
    }
}

#[test]
fn another_salt_or_padding_of_rsa_is_no_signature() {
    let world = World::of(Key::rsa(KeySize::Rsa2048, &lc::RSA_PSS_SHA256));
    let mut letter = world.letter();
    letter.protected["alg"] = json!("PS256");
    let audit = world.trust(Level::Audit, Vec::new());
    let good = letter.signed(&world.leaf_key);
    assert_eq!(code(&look(good.to_string().as_bytes(), &audit)), "verified");
    let message = format!("{}.{}", good["protected"].as_str().unwrap(), good["payload"].as_str().unwrap());
    for encoding in [&lc::RSA_PKCS1_SHA256, &lc::RSA_PSS_SHA384, &lc::RSA_PSS_SHA512] {
        let mut envelope = good.clone();
        envelope["signature"] =
            json!(URL_SAFE_NO_PAD.encode(world.leaf_key.sign_rsa(encoding, message.as_bytes())));
        assert_eq!(code(&look(envelope.to_string().as_bytes(), &audit)), "wrong_signature");
    }
}

#[test]
fn an_image_is_its_media_type_digest_and_size() {
    let envelope = WORLD.letter().sign(&WORLD.leaf_key);
    let strict = WORLD.trust(Level::Strict, Vec::new());
    let mut larger = image();
    larger.size += 1;
    let mut typed = image();
    typed.media_type.push('x');
    let mut other = image();
    other.digest = crate::domain::Digest::of(b"other");
    for image in [larger, typed, other] {
        assert_eq!(code(&signature(&envelope, &image, &strict, now())), "other_image", "{image:?}");
    }
}
