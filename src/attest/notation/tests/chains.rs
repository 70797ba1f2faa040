//! The rules for certificates, each broken once, at the level that forgives most.

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature as lc;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::{BitString, UintRef};
use x509_cert::der::{Decode, Encode};
use x509_cert::name::Name;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::attest::notation::testing::*;
use crate::attest::notation::{Level, TrustStore};

#[test]
fn a_leaf_that_breaks_a_rule_signs_nothing() {
    type Change = fn(&mut Draft);
    let cases: &[(&str, &str, Change)] = &[
        ("as it is", "verified", |_| ()),
        ("no authority, said so", "verified", |leaf| leaf.set(BASIC, true, &[0x30, 0])),
        ("authority", "unfit_certificate", |leaf| leaf.set(BASIC, true, &[0x30, 3, 1, 1, 0xff])),
        ("authority, not critical", "unfit_certificate", |leaf| {
            leaf.set(BASIC, false, &[0x30, 3, 1, 1, 0xff])
        }),
        ("broken basicConstraints", "unfit_certificate", |leaf| {
            leaf.set(BASIC, false, &[0x30, 3, 1, 1, 0x01])
        }),
        ("no keyUsage", "unfit_certificate", |leaf| leaf.unset(USAGE)),
        ("keyUsage not critical", "unfit_certificate", |leaf| leaf.set(USAGE, false, &[3, 2, 7, 0x80])),
        ("keyUsage twice", "malformed_chain", |leaf| {
            leaf.extensions.push(extension(USAGE, true, &[3, 2, 7, 0x80]));
        }),
        ("unknown extension twice", "malformed_chain", |leaf| {
            leaf.extensions.push(extension("1.2.3.4", false, &[5, 0]));
            leaf.extensions.push(extension("1.2.3.4", false, &[5, 0]));
        }),
        ("no digitalSignature", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 2, 6, 0x40])),
        ("nonRepudiation too", "verified", |leaf| leaf.set(USAGE, true, &[3, 2, 6, 0xc0])),
        ("keyEncipherment", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 2, 5, 0xa0])),
        ("dataEncipherment", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 2, 4, 0x90])),
        ("keyAgreement", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 2, 3, 0x88])),
        ("keyCertSign", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 2, 2, 0x84])),
        ("cRLSign", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 2, 1, 0x82])),
        ("encipherOnly", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 2, 0, 0x81])),
        ("decipherOnly", "unfit_certificate", |leaf| leaf.set(USAGE, true, &[3, 3, 7, 0x80, 0x80])),
        ("no extendedKeyUsage", "verified", |leaf| leaf.unset(PURPOSES)),
        ("any purpose", "unfit_certificate", |leaf| leaf.set(PURPOSES, false, &purposes(&["2.5.29.37.0"]))),
        ("servers", "unfit_certificate", |leaf| {
            leaf.set(PURPOSES, false, &purposes(&["1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.1"]));
        }),
        ("clients", "unfit_certificate", |leaf| leaf.set(PURPOSES, true, &purposes(&["1.3.6.1.5.5.7.3.2"]))),
        ("e-mail", "unfit_certificate", |leaf| leaf.set(PURPOSES, true, &purposes(&["1.3.6.1.5.5.7.3.4"]))),
        ("timestamps", "unfit_certificate", |leaf| {
            leaf.set(PURPOSES, true, &purposes(&["1.3.6.1.5.5.7.3.8"]))
        }),
        ("a purpose of its own", "verified", |leaf| {
            leaf.set(PURPOSES, true, &purposes(&["1.3.6.1.4.1.1.1"]))
        }),
        ("unknown critical extension", "verified", |leaf| leaf.set("1.2.3.4", true, &[5, 0])),
        ("version 1", "malformed_chain", |leaf| leaf.version = Version::V1),
        ("another issuer", "broken_chain", |leaf| leaf.issuer = ROOT.parse::<Name>().unwrap()),
        ("issuer with another case", "broken_chain", |leaf| {
            leaf.issuer = MIDDLE
                .to_lowercase()
                .replace("cn=", "CN=")
                .replace(",o=", ",O=")
                .replace(",c=us", ",C=us")
                .parse::<Name>()
                .unwrap();
        }),
        ("SHA-1 and RSA", "sha1", |leaf| {
            leaf.algorithm = Some(algorithm("1.2.840.113549.1.1.5", Some(&[5, 0])));
        }),
        ("SHA-1 and ECDSA", "sha1", |leaf| leaf.algorithm = Some(algorithm("1.2.840.10045.4.1", None))),
        ("MD5", "unsupported_algorithm", |leaf| {
            leaf.algorithm = Some(algorithm("1.2.840.113549.1.1.4", Some(&[5, 0])));
        }),
        ("RSA by a key on a curve", "unsupported_algorithm", |leaf| {
            leaf.algorithm = Some(algorithm("1.2.840.113549.1.1.11", Some(&[5, 0])));
        }),
        ("another hash than signed", "broken_chain", |leaf| {
            leaf.algorithm = Some(algorithm("1.2.840.10045.4.3.2", None));
        }),
        ("ECDSA with parameters", "unsupported_algorithm", |leaf| {
            leaf.algorithm = Some(algorithm("1.2.840.10045.4.3.3", Some(&[5, 0])));
        }),
        ("long", "malformed_chain", |leaf| {
            leaf.set("1.2.3.4", false, &[[4, 0x82, 0x40, 0].as_slice(), &[0; 0x4000]].concat());
        }),
    ];
    for (what, expected, change) in cases {
        assert_eq!(code(&WORLD.with_leaf(change)), *expected, "{what}");
    }
}

#[test]
fn an_authority_that_breaks_a_rule_issues_nothing() {
    type Change = fn(&mut Draft);
    let cases: &[(&str, &str, Change)] = &[
        ("as it is", "verified", |_| ()),
        ("no basicConstraints", "unfit_certificate", |middle| middle.unset(BASIC)),
        ("not critical", "unfit_certificate", |middle| middle.set(BASIC, false, &[0x30, 3, 1, 1, 0xff])),
        ("no authority", "unfit_certificate", |middle| middle.set(BASIC, true, &[0x30, 0])),
        ("none below it", "verified", |middle| middle.set(BASIC, true, &[0x30, 6, 1, 1, 0xff, 2, 1, 0])),
        ("endless", "unfit_certificate", |middle| {
            middle.set(BASIC, true, &[0x30, 7, 1, 1, 0xff, 2, 2, 1, 0])
        }),
        ("no keyUsage", "unfit_certificate", |middle| middle.unset(USAGE)),
        ("keyUsage not critical", "unfit_certificate", |middle| middle.set(USAGE, false, &[3, 2, 1, 0x06])),
        ("no keyCertSign", "unfit_certificate", |middle| middle.set(USAGE, true, &[3, 2, 1, 0x82])),
        ("keyCertSign alone", "verified", |middle| middle.set(USAGE, true, &[3, 2, 2, 0x04])),
    ];
    for (what, expected, change) in cases {
        assert_eq!(code(&WORLD.with_middle(change)), *expected, "{what}");
    }
}

#[test]
fn a_root_counts_the_authorities_below_it() {
    for (limit, expected) in [(0, "unfit_certificate"), (1, "verified"), (2, "verified")] {
        let mut root = Draft::authority(ROOT, ROOT);
        root.set(BASIC, true, &[0x30, 6, 1, 1, 0xff, 2, 1, limit]);
        let root = root.sign(&WORLD.root_key, &WORLD.root_key);
        let outcome = WORLD.with_chain(vec![WORLD.leaf.clone(), WORLD.middle.clone(), root]);
        assert_eq!(code(&outcome), expected, "{limit}");
    }
}

#[test]
fn a_chain_is_whole_and_in_order() {
    let World { root, middle, leaf, .. } = &*WORLD;
    let stranger = World::new();
    let same_name = Draft::authority(MIDDLE, ROOT).sign(&stranger.middle_key, &WORLD.root_key);
    let cases = [
        ("as it is", "verified", vec![leaf, middle, root]),
        ("no root", "broken_chain", vec![leaf, middle]),
        ("the leaf alone", "broken_chain", vec![leaf]),
        ("root left out in the middle", "broken_chain", vec![leaf, root]),
        ("in another order", "broken_chain", vec![leaf, root, middle]),
        ("root first", "broken_chain", vec![root, middle, leaf]),
        ("root alone", "unfit_certificate", vec![root]),
        ("root twice", "broken_chain", vec![leaf, middle, root, root]),
        ("middle twice", "broken_chain", vec![leaf, middle, middle, root]),
        ("something after the root", "broken_chain", vec![leaf, middle, root, &stranger.root]),
        (
            "something below the root",
            "broken_chain",
            vec![leaf, middle, root, &stranger.middle, &stranger.root],
        ),
        ("another root of the same name", "broken_chain", vec![leaf, middle, &stranger.root]),
        ("another authority of the same name", "broken_chain", vec![leaf, &same_name, root]),
        ("too many", "malformed_chain", vec![leaf; 11]),
    ];
    for (what, expected, chain) in cases {
        assert_eq!(code(&WORLD.with_chain(chain.into_iter().cloned().collect())), expected, "{what}");
    }
    let trailing = [leaf.as_slice(), &[0]].concat();
    let outcome = WORLD.with_chain(vec![trailing, middle.clone(), root.clone()]);
    assert_eq!(code(&outcome), "malformed_chain");
}

#[test]
fn chains_are_of_one_to_ten_certificates() {
    let key = Key::p384();
    let alone = Draft::leaf(ACME, ACME).sign(&key, &key);
    let strict = |root: &[u8]| {
        let store = TrustStore::from_der(root).unwrap();
        trust(store.clone(), store, "*", Level::Strict.into(), Vec::new())
    };
    let envelope = Letter::new(vec![alone.clone()]).sign(&key);
    assert_eq!(code(&look(&envelope, &strict(&alone))), "verified");
    for length in [2, 4, 10] {
        let keys = (0..length).map(|_| Key::p384()).collect::<Vec<_>>();
        let name = |index: usize| format!("CN=authority {index},C=US");
        let mut chain = vec![Draft::leaf(ACME, &name(1)).sign(&keys[0], &keys[1])];
        for index in 1..length {
            let issuer = (index + 1).min(length - 1);
            chain.push(Draft::authority(&name(index), &name(issuer)).sign(&keys[index], &keys[issuer]));
        }
        let root = chain.last().unwrap().clone();
        let envelope = Letter::new(chain).sign(&keys[0]);
        assert_eq!(code(&look(&envelope, &strict(&root))), "verified", "{length}");
    }
}

#[test]
fn a_single_certificate_keeps_the_rules_of_leaves() {
    let key = Key::p384();
    let look_at = |draft: &Draft| code(&WORLD.look_at_alone(draft, &key));
    assert_eq!(look_at(&Draft::leaf(ACME, ACME)), "verified");
    assert_eq!(look_at(&Draft::authority(ACME, ACME)), "unfit_certificate");
    let stranger = Key::p384();
    let by_another = Draft::leaf(ACME, ACME).sign(&key, &stranger);
    let envelope = Letter::new(vec![by_another]).sign(&key);
    assert_eq!(code(&look(&envelope, &WORLD.trust(Level::Audit, Vec::new()))), "broken_chain");
}

#[test]
fn authorities_sign_with_rsa_in_each_way_that_is_known() {
    let root_key = Key::rsa(KeySize::Rsa2048, &lc::RSA_PSS_SHA256);
    let root = |algorithm, encoding: &'static lc::RsaSignatureEncoding| {
        let mut root = Draft::authority(MIDDLE, MIDDLE);
        root.algorithm = algorithm;
        let root = root.sign_with(&root_key, &root_key, |message| root_key.sign_rsa(encoding, message));
        let leaf = Draft::leaf(ACME, MIDDLE).sign(&WORLD.leaf_key, &root_key);
        code(&WORLD.with_chain(vec![leaf, root]))
    };
    let pkcs1 = |last: u8| Some(algorithm(&format!("1.2.840.113549.1.1.{last}"), Some(&[5, 0])));
    assert_eq!(root(pkcs1(11), &lc::RSA_PKCS1_SHA256), "verified");
    assert_eq!(root(pkcs1(12), &lc::RSA_PKCS1_SHA384), "verified");
    assert_eq!(root(pkcs1(13), &lc::RSA_PKCS1_SHA512), "verified");
    assert_eq!(root(pkcs1(13), &lc::RSA_PKCS1_SHA256), "broken_chain");
    assert_eq!(root(pkcs1(5), &lc::RSA_PKCS1_SHA256), "sha1");
    // The parameters that OpenSSL writes for SHA-256, its MGF1 and a salt of 32 bytes.
    let sha256 =
        "a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500";
    let pss = |salt: u8| {
        let inner = (0..sha256.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(sha256.get(at..at + 2).unwrap(), 16).unwrap());
        let inner = inner.chain([0xa2, 3, 2, 1, salt]).collect::<Vec<_>>();
        let der = [&[0x30, u8::try_from(inner.len()).unwrap()], inner.as_slice()].concat();
        Some(algorithm("1.2.840.113549.1.1.10", Some(&der)))
    };
    assert_eq!(root(pss(32), &lc::RSA_PSS_SHA256), "verified");
    assert_eq!(root(pss(32), &lc::RSA_PKCS1_SHA256), "broken_chain");
    assert_eq!(root(pss(32), &lc::RSA_PSS_SHA384), "broken_chain");
    assert_eq!(root(pss(20), &lc::RSA_PSS_SHA256), "unsupported_algorithm");
    assert_eq!(
        root(Some(algorithm("1.2.840.113549.1.1.10", None)), &lc::RSA_PSS_SHA256),
        "unsupported_algorithm"
    );
}

#[test]
fn a_key_that_the_specification_does_not_name_signs_nothing() {
    let rsa = Key::rsa(KeySize::Rsa2048, &lc::RSA_PSS_SHA256).spki();
    let of_bits = |bits: usize| {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= (8 - bits % 8) % 8;
        let key = [UintRef::new(&modulus).unwrap(), UintRef::new(&[1, 0, 1]).unwrap()];
        let key = BitString::from_bytes(&key.to_vec().to_der().unwrap()).unwrap();
        SubjectPublicKeyInfoOwned { subject_public_key: key, ..rsa.clone() }
    };
    let ec = |change: fn(&mut Vec<u8>)| {
        let mut point = WORLD.leaf_key.spki().subject_public_key.raw_bytes().to_vec();
        change(&mut point);
        let key = BitString::from_bytes(&point).unwrap();
        SubjectPublicKeyInfoOwned { subject_public_key: key, ..WORLD.leaf_key.spki() }
    };
    let mut ed25519 = WORLD.leaf_key.spki();
    ed25519.algorithm = algorithm("1.3.101.112", None);
    let mut pss = rsa.clone();
    pss.algorithm = algorithm("1.2.840.113549.1.1.10", None);
    let mut koblitz = WORLD.leaf_key.spki();
    koblitz.algorithm = algorithm("1.2.840.10045.2.1", Some(&[6, 5, 0x2b, 0x81, 4, 0, 0x0a]));
    let cases = [
        ("1024", "unsupported_key", of_bits(1024)),
        ("2047", "unsupported_key", of_bits(2047)),
        ("2056", "unsupported_key", of_bits(2056)),
        ("8192", "unsupported_key", of_bits(8192)),
        ("2048", "other_algorithm", of_bits(2048)),
        ("Ed25519", "malformed_chain", ed25519),
        ("PSS", "malformed_chain", pss),
        ("secp256k1", "malformed_chain", koblitz),
        (
            "compressed",
            "malformed_chain",
            ec(|point| {
                point.truncate(49);
                point[0] = 2;
            }),
        ),
        ("off the curve", "wrong_signature", ec(|point| point[50] ^= 1)),
    ];
    for (what, expected, spki) in cases {
        assert_eq!(code(&WORLD.with_leaf(|leaf| leaf.spki = Some(spki))), expected, "{what}");
    }
}

#[test]
fn the_last_moment_that_certificates_know_is_none_too_late() {
    let outcome = |not_after| {
        let mut leaf = Draft::leaf(ACME, MIDDLE);
        leaf.not_after = not_after;
        let leaf = leaf.sign(&WORLD.leaf_key, &WORLD.middle_key);
        let envelope =
            Letter::new(vec![leaf, WORLD.middle.clone(), WORLD.root.clone()]).sign(&WORLD.leaf_key);
        code(&look(&envelope, &WORLD.trust(Level::Strict, Vec::new())))
    };
    assert_eq!(outcome("9999-12-31T23:59:59Z"), "verified");
    assert_eq!(outcome("2026-06-01T00:00:00Z"), "verified");
    assert_eq!(outcome("2026-05-31T23:59:59Z"), "outside_validity");
    assert_eq!(outcome("1970-01-01T00:00:00Z"), "outside_validity");
}

#[test]
fn the_message_of_a_certificate_is_what_came() {
    let parsed = x509_cert::Certificate::from_der(&WORLD.leaf).unwrap();
    let read = crate::attest::notation::certificate::Certificate::from_der(&WORLD.leaf).unwrap();
    assert_eq!(read.to_be_signed(), parsed.tbs_certificate.to_der().unwrap());
    for at in 0..WORLD.leaf.len() {
        let mut changed = WORLD.leaf.clone();
        changed[at] ^= 1;
        let outcome = WORLD.with_chain(vec![changed, WORLD.middle.clone(), WORLD.root.clone()]);
        assert_ne!(code(&outcome), "verified", "byte {at}");
    }
}
