//! Attestors and registries together.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Digest, GapKind};
use crate::registry::in_memory::InMemory;
use crate::registry::{Descriptor, Fault};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// What a SubjectPublicKeyInfo of a P-256 key begins with, before the point.
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// Somebody who signs with a key.
struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    fn attestor(&self, name: &str) -> Attestor {
        let spki = [&SPKI[..], self.0.public_key().as_ref()].concat();
        let key = sigstore::PublicKey::from_der(&spki).unwrap();
        Attestor {
            name: name.to_owned(),
            via_index: true,
            attestations: BTreeSet::new(),
            trust: Trust::Sigstore(sigstore::Trust::Key(sigstore::KeyTrust::new(key, None).unwrap())),
        }
    }

    /// The payload about an image, and the signature over it in base64.
    fn sign(&self, image: &Digest) -> (String, String) {
        let payload = json!({
            "critical": {
                "identity": {"docker-reference": ""},
                "image": {"docker-manifest-digest": image},
                "type": "cosign container image signature",
            },
            "optional": null,
        });
        let payload = payload.to_string();
        let signature = self.0.sign(&SystemRandom::new(), payload.as_bytes()).unwrap();
        (payload, STANDARD.encode(signature))
    }
}

fn descriptor(descriptor: &Descriptor) -> Value {
    json!({"mediaType": descriptor.media_type, "digest": descriptor.digest, "size": descriptor.size})
}

fn manifest(registry: &mut InMemory, layers: &[Value], tags: &[&str]) -> Descriptor {
    let config = registry.push_blob("application/vnd.oci.image.config.v1+json", b"{}");
    let manifest =
        json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(&config), "layers": layers});
    registry.push(MANIFEST, manifest.to_string().as_bytes(), tags)
}

fn image(registry: &mut InMemory, text: &str, tags: &[&str]) -> Descriptor {
    let layer = registry.push_blob("application/vnd.oci.image.layer.v1.tar", text.as_bytes());
    manifest(registry, &[descriptor(&layer)], tags)
}

/// Puts signatures where cosign 2 puts them.
fn signed(registry: &mut InMemory, image: &Digest, signers: &[(&Signer, &Digest)]) -> Digest {
    let mut layers = Vec::new();
    for (signer, about) in signers {
        let (payload, signature) = signer.sign(about);
        let mut layer = descriptor(&registry.push_blob(SIMPLE_SIGNING, payload.as_bytes()));
        layer["annotations"] = json!({"dev.cosignproject.cosign/signature": signature});
        layers.push(layer);
    }
    manifest(registry, &layers, &[&format!("sha256-{}.sig", image.hex())]).digest
}

/// Nobody can be asked.
struct Nobody;

impl Revocations for Nobody {
    fn revoked<'a>(&'a self, _query: &'a RevocationQuery) -> BoxFuture<'a, Result<Vec<String>, Fault>> {
        Box::pin(async { panic!("nothing here can be revoked") })
    }
}

async fn ask(registry: &InMemory, digest: &Digest, tags: &[&str], attestors: &[&Attestor]) -> Vec<Examined> {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    examine(&Target { registry, digest, tags }, attestors, &Nobody, now()).await
}

fn answers(examined: &[Examined]) -> Vec<Answer> {
    examined.iter().map(|examined| examined.answer).collect()
}

#[tokio::test]
async fn each_attestor_answers_for_its_own_signatures() {
    let (us, them, nobody) = (Signer::new(), Signer::new(), Signer::new());
    let mut registry = InMemory::default();
    let app = image(&mut registry, "app", &["1"]).digest;
    let bare = image(&mut registry, "bare", &[]).digest;
    let signatures = signed(&mut registry, &app, &[(&them, &app), (&us, &bare), (&us, &app)]);
    let attestors = [us.attestor("us"), them.attestor("them"), nobody.attestor("nobody")];
    let attestors = attestors.iter().collect::<Vec<_>>();

    let told = ask(&registry, &app, &["1"], &attestors).await;
    assert_eq!(answers(&told), [Answer::Verified, Answer::Verified, Answer::NotVerified]);
    let signature = told[0].signature.as_ref().unwrap();
    assert_eq!((signature.manifest.as_str(), signature.layout), (signatures.as_str(), Layout::CosignTag));
    let codes = told[0].refused.iter().map(|refused| refused.code.as_str()).collect::<Vec<_>>();
    assert_eq!(
        codes,
        ["wrong_key", "other_image"],
        "one good signature is enough, and the bad ones are told"
    );
    assert_eq!(told[2].refused.len(), 3);

    let told = ask(&registry, &bare, &[], &attestors).await;
    assert_eq!(answers(&told), [Answer::NoSignature; 3]);
    assert!(told.iter().all(|examined| examined.reason.is_none()));
}

#[tokio::test]
async fn what_cannot_be_read_is_unknown_and_takes_no_good_signature_away() {
    let (us, them) = (Signer::new(), Signer::new());
    let mut registry = InMemory::default();
    let app = image(&mut registry, "app", &[]).digest;
    let signatures = signed(&mut registry, &app, &[(&us, &app)]);
    let attestors = [us.attestor("us"), them.attestor("them")];
    let attestors = attestors.iter().collect::<Vec<_>>();
    for kind in [GapKind::Denied, GapKind::Throttled, GapKind::Timeout, GapKind::Server] {
        for (what, expected) in [
            (format!("sha256-{}.sig", app.hex()), Answer::Unknown),
            (signatures.to_string(), Answer::Unknown),
            ("referrers".to_owned(), Answer::Verified),
            (format!("sha256-{}", app.hex()), Answer::Verified),
        ] {
            registry.faults = BTreeMap::from([(what.clone(), kind)]);
            let told = ask(&registry, &app, &[], &attestors).await;
            assert_eq!(answers(&told), [expected, Answer::Unknown], "{what} {kind:?}");
            assert_eq!(told[1].reason.as_ref().unwrap().code, "Injected");
        }
    }
    registry.faults.clear();
    registry.forged.insert(signatures);
    assert_eq!(answers(&ask(&registry, &app, &[], &attestors).await), [Answer::Unknown; 2]);
}

#[tokio::test]
async fn an_image_that_its_registry_does_not_have_is_not_called_unsigned() {
    let us = Signer::new();
    let mut registry = InMemory::default();
    let app = image(&mut registry, "app", &[]).digest;
    let gone = Digest::of(b"gone");
    let attestor = us.attestor("us");
    let told = ask(&registry, &gone, &[], &[&attestor]).await;
    assert_eq!(told[0].reason.as_ref().unwrap().code, "image_not_found");
    // The same goes for one that the registry does not show.
    registry.faults.insert(app.to_string(), GapKind::Denied);
    assert_eq!(answers(&ask(&registry, &app, &[], &[&attestor]).await), [Answer::Unknown]);
    // What is signed is signed, whatever became of the image.
    signed(&mut registry, &gone, &[(&us, &gone)]);
    assert_eq!(answers(&ask(&registry, &gone, &[], &[&attestor]).await), [Answer::Verified]);
}

#[tokio::test]
async fn an_index_vouches_for_its_platforms_and_never_the_other_way_round() {
    let us = Signer::new();
    let mut registry = InMemory::default();
    let platform = image(&mut registry, "arm64", &[]);
    let stranger = image(&mut registry, "stranger", &[]);
    let index = |entries: &[&Descriptor]| {
        let entries = entries.iter().map(|entry| descriptor(entry)).collect::<Vec<_>>();
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).to_string()
    };
    let listed = registry.push(INDEX, index(&[&platform]).as_bytes(), &["1"]).digest;
    signed(&mut registry, &listed, &[(&us, &listed)]);
    let attestor = us.attestor("us");
    let direct = Attestor { via_index: false, ..us.attestor("direct") };
    let told = ask(&registry, &platform.digest, &["1"], &[&attestor, &direct]).await;
    assert_eq!(answers(&told), [Answer::Verified, Answer::NoSignature]);
    assert_eq!(told[0].signature.as_ref().unwrap().via_index.as_deref(), Some(listed.as_str()));
    // Another image that the tag does not lead to, and no tag at all.
    assert_eq!(answers(&ask(&registry, &stranger.digest, &["1"], &[&attestor]).await), [Answer::NoSignature]);
    assert_eq!(answers(&ask(&registry, &platform.digest, &[], &[&attestor]).await), [Answer::NoSignature]);

    let lonely = registry.push(INDEX, index(&[&platform, &stranger]).as_bytes(), &["2"]).digest;
    signed(&mut registry, &platform.digest, &[(&us, &platform.digest)]);
    assert_eq!(answers(&ask(&registry, &lonely, &["2"], &[&attestor]).await), [Answer::NoSignature]);

    // A tag that cannot be read may lead to the signed index.
    registry.faults.insert("1".to_owned(), GapKind::Denied);
    assert_eq!(
        answers(&ask(&registry, &stranger.digest, &["1"], &[&attestor, &direct]).await),
        [Answer::Unknown, Answer::NoSignature]
    );
}

#[tokio::test]
async fn whoever_buries_a_signature_under_others_makes_it_unknown() {
    let (us, noise) = (Signer::new(), Signer::new());
    let mut registry = InMemory::default();
    let app = image(&mut registry, "app", &[]).digest;
    let mut signers = vec![(&noise, &app); 100];
    signers.push((&us, &app));
    signed(&mut registry, &app, &signers);
    let (us, noise) = (us.attestor("us"), noise.attestor("noise"));
    let told = ask(&registry, &app, &[], &[&us, &noise]).await;
    assert_eq!(answers(&told), [Answer::Unknown, Answer::Verified]);
    assert_eq!(told[0].reason.as_ref().unwrap().code, "TooManyArtifacts");
}

#[tokio::test]
async fn what_an_image_costs_to_look_at_is_bounded() {
    let us = Signer::new();
    let mut registry = InMemory::default();
    let app = image(&mut registry, "app", &[]);
    let mut attestor = us.attestor("us");
    // Three statements of twelve megabytes are more than is read of one image.
    for number in 0..3 {
        let bundle = vec![b'0' + number; 12 << 20];
        let layer = registry.push_blob("application/vnd.dev.sigstore.bundle.v0.3+json", &bundle);
        let config = registry.push_blob("application/vnd.oci.empty.v1+json", b"{}");
        let referrer = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(&config),
            "layers": [descriptor(&layer)], "subject": descriptor(&app),
        });
        let referrer = registry.push(MANIFEST, referrer.to_string().as_bytes(), &[]);
        registry.refer(&app.digest, referrer);
    }
    let told = ask(&registry, &app.digest, &[], &[&attestor]).await;
    assert_eq!(
        (told[0].answer, told[0].reason.as_ref().unwrap().code.as_str()),
        (Answer::Unknown, "TooLarge")
    );

    // An image under more tags than are looked at may be in an index that nobody has seen.
    let bare = image(&mut registry, "bare", &["1", "2", "3", "4", "5", "6"]).digest;
    let tags = ["1", "2", "3", "4", "5", "6"];
    let told = ask(&registry, &bare, &tags, &[&attestor]).await;
    assert_eq!(told[0].reason.as_ref().unwrap().code, "TooManyTags");
    attestor.via_index = false;
    assert_eq!(answers(&ask(&registry, &bare, &tags, &[&attestor]).await), [Answer::NoSignature]);
}

#[tokio::test]
async fn what_holds_for_good_is_told_from_what_may_end() {
    let us = Signer::new();
    let mut registry = InMemory::default();
    let app = image(&mut registry, "app", &[]).digest;
    signed(&mut registry, &app, &[(&us, &app)]);
    let mut told = ask(&registry, &app, &[], &[&us.attestor("us")]).await.remove(0);
    assert!(is_lasting(&told, now()));
    let with = |change: fn(&mut Evidence)| {
        let mut changed = told.clone();
        change(&mut changed.signature.as_mut().unwrap().evidence);
        is_lasting(&changed, now())
    };
    assert!(with(|evidence| evidence.expires_at = Some("2026-11-23T08:00:01Z".parse().unwrap())));
    assert!(!with(|evidence| evidence.expires_at = Some("2026-11-23T08:00:00Z".parse().unwrap())));
    assert!(!with(|evidence| evidence.valid_until = Some("2026-11-22T08:00:00Z".parse().unwrap())));
    assert!(!with(|evidence| evidence.revocation.state = RevocationState::Good));
    told.attestations.insert("sbom".to_owned(), Examined::default());
    assert!(!is_lasting(&told, now()), "the statement may be pushed later");
}

#[test]
fn a_fingerprint_changes_with_everything_that_decides() {
    let (us, them) = (Signer::new(), Signer::new());
    let attestor = us.attestor("a");
    let same = us.attestor("b").fingerprint();
    assert_eq!(attestor.fingerprint(), same, "a name decides nothing");
    let fingerprints = [
        same,
        them.attestor("a").fingerprint(),
        Attestor { via_index: false, ..us.attestor("a") }.fingerprint(),
        Attestor { attestations: BTreeSet::from(["sbom".to_owned()]), ..us.attestor("a") }.fingerprint(),
    ];
    assert_eq!(fingerprints.iter().collect::<BTreeSet<_>>().len(), 4);
}
