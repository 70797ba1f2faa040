//! What it costs to ask three attestors about 2,000 images in a registry on this machine: Debian's docker-registry, as
//! `tests/support/setup` puts it into target/test-env, with its storage in memory.
//!
//! ```text
//! cargo bench --bench attest                push, ask with nothing remembered, ask again with what the first pass remembers
//! cargo bench --bench attest -- IMAGES      the same for so many images
//! ```
//!
//! Each image has a manifest of its own, two signatures of cosign 2's below one tag, and one of cosign 3's as a bundle that
//! refers to it, found below the tag of referrers because the registry has no API for them. Processor time is this process's
//! and not the registry's.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark is a program for developers")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use serde_json::{Value, json};
use tidewaiter::attest::sigstore::{KeyTrust, PublicKey, Trust as Sigstore};
use tidewaiter::attest::{Answer, Attestor, Examined, Known, Trust, is_lasting};
use tidewaiter::collect::attest::{Attesting, Examiner};
use tidewaiter::config::{Attestors, Configured};
use tidewaiter::domain::{Digest, ImageReference};

const IMAGES: usize = 2_000;
const AT_ONCE: usize = 32;
const PUSHERS: usize = 4;
const PORT: u16 = 5997;
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// What a SubjectPublicKeyInfo of a P-256 key begins with, before the point.
const SPKI: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";

fn main() {
    // `cargo bench` adds `--bench`.
    let n_images = std::env::args().skip(1).find(|argument| argument != "--bench");
    let n_images = n_images.map_or(IMAGES, |text| text.parse().unwrap());
    let registry = Registry::start();
    let signers = [Signer::new(), Signer::new(), Signer::new()];
    let images = registry.push(n_images, &signers);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let cold = runtime.block_on(ask(&images, &signers, Known::new()));
    println!("cold: {n_images} images, {} of processor time, {} in all", shown(cold.cpu), shown(cold.wall));
    let warm = runtime.block_on(ask(&images, &signers, cold.known));
    println!("warm: {n_images} images, {} of processor time, {} in all", shown(warm.cpu), shown(warm.wall));
}

fn shown(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

struct Asked {
    known: Known,
    wall: Duration,
    cpu: Duration,
}

/// Asks every attestor about every image; all of them must verify it.
async fn ask(images: &[ImageReference], signers: &[Signer], known: Known) -> Asked {
    let attestors =
        signers.iter().enumerate().map(|(number, signer)| signer.attestor(&format!("attestor-{number}")));
    let attestors = attestors.map(Configured::Ready).collect();
    let with = Attesting {
        attestors: Attestors { attestors, ..Attestors::default() },
        known,
        ..Attesting::default()
    };
    let now = "2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap();
    let (started, cpu) = (Instant::now(), processor_time());
    let examiner = Examiner::new(&with, None, now).await;
    let mut known = Known::new();
    let mut told = stream::iter(images).map(|image| one(&examiner, image)).buffer_unordered(AT_ONCE);
    while let Some((image, attestors)) = told.next().await {
        let digest = image.digest().unwrap();
        for (name, examined) in attestors {
            assert_eq!(examined.answer, Answer::Verified, "{examined:?}");
            assert!(is_lasting(&examined, now));
            let fingerprint = examiner.standings()[&name].fingerprint.clone().unwrap();
            known.insert((digest.to_string(), fingerprint), examined);
        }
    }
    drop(told);
    Asked { known, wall: started.elapsed(), cpu: processor_time().saturating_sub(cpu) }
}

async fn one<'a>(
    examiner: &Examiner<'_>,
    image: &'a ImageReference,
) -> (&'a ImageReference, BTreeMap<String, Examined>) {
    (image, examiner.examine(image, image.digest().unwrap(), BTreeSet::new()).await)
}

/// What this process has used, from the kernel's accounts: user and system time in hundredths of a second.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let fields = fields.split(' ').collect::<Vec<_>>();
    let ticks = [11, 12].map(|place: usize| fields.get(place).unwrap().parse::<u64>().unwrap());
    Duration::from_millis(ticks.iter().sum::<u64>() * 10)
}

struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    fn attestor(&self, name: &str) -> Attestor {
        let key = PublicKey::from_der(&[SPKI, self.0.public_key().as_ref()].concat()).unwrap();
        Attestor {
            name: name.to_owned(),
            via_index: true,
            attestations: BTreeSet::new(),
            trust: Trust::Sigstore(Sigstore::Key(KeyTrust::new(key, None).unwrap())),
        }
    }

    fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.0.sign(&SystemRandom::new(), bytes).unwrap())
    }

    /// A bundle with a statement that the image is signed.
    fn bundle(&self, image: &Digest) -> Value {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"digest": {"sha256": image.hex()}}],
            "predicateType": "https://sigstore.dev/cosign/sign/v1",
            "predicate": {},
        });
        let (kind, statement) = ("application/vnd.in-toto+json", statement.to_string());
        let signed = format!("DSSEv1 {} {kind} {} {statement}", kind.len(), statement.len());
        json!({
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": "key"}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": STANDARD.encode(&statement),
                "payloadType": kind,
                "signatures": [{"sig": self.sign(signed.as_bytes())}],
            },
        })
    }
}

/// A registry on this machine, which ends with the benchmark.
struct Registry {
    server: Child,
    agent: ureq::Agent,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Registry {
    fn start() -> Self {
        let root = env!("CARGO_MANIFEST_DIR");
        let program = format!("{root}/target/test-env/debian/usr/bin/docker-registry");
        let configuration = std::env::temp_dir().join(format!("tidewaiter-bench-{PORT}.yml"));
        let text = json!({
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": true}},
            "storage": {"inmemory": {}},
            "http": {"addr": format!("127.0.0.1:{PORT}")},
        });
        std::fs::write(&configuration, text.to_string()).unwrap();
        let mut server = Command::new(program);
        server.arg("serve").arg(&configuration).env("OTEL_TRACES_EXPORTER", "none");
        let server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
        let registry = Self { server, agent };
        while registry.agent.get(registry.url("")).call().is_err() {
            std::thread::sleep(Duration::from_millis(50));
        }
        registry
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{PORT}/v2/{path}")
    }

    /// Pushes images with their signatures, and names them by digest.
    fn push(&self, n_images: usize, signers: &[Signer; 3]) -> Vec<ImageReference> {
        let numbers = (0..n_images).collect::<Vec<_>>();
        let mut images = Vec::new();
        std::thread::scope(|scope| {
            let pushers = numbers.chunks(n_images.div_ceil(PUSHERS)).map(|chunk| {
                scope.spawn(|| chunk.iter().map(|number| self.image(*number, signers)).collect::<Vec<_>>())
            });
            let pushers = pushers.collect::<Vec<_>>();
            images.extend(pushers.into_iter().flat_map(|pusher| pusher.join().unwrap()));
        });
        images
    }

    fn image(&self, number: usize, [first, second, third]: &[Signer; 3]) -> ImageReference {
        // Ten repositories, as teams have them.
        let repository = format!("team-{}/app", number % 10);
        let layer = self.blob(&repository, "application/vnd.oci.image.layer.v1.tar", b"layer");
        let image = self.manifest(
            &repository,
            &format!("v{number}"),
            &[layer],
            &json!({"org.example.number": number.to_string()}),
            None,
        );
        let payload = json!({
            "critical": {
                "identity": {"docker-reference": ""},
                "image": {"docker-manifest-digest": image},
                "type": "cosign container image signature",
            },
            "optional": null,
        });
        let payload = payload.to_string();
        let layers = [first, second].map(|signer| {
            let mut layer = self.blob(&repository, SIMPLE_SIGNING, payload.as_bytes());
            let signature = signer.sign(payload.as_bytes());
            layer
                .as_object_mut()
                .unwrap()
                .insert("annotations".to_owned(), json!({"dev.cosignproject.cosign/signature": signature}));
            layer
        });
        self.manifest(&repository, &format!("sha256-{}.sig", image.hex()), &layers, &json!({}), None);
        let bundle = self.blob(&repository, BUNDLE, third.bundle(&image).to_string().as_bytes());
        let referrer = self.manifest(&repository, &format!("b{number}"), &[bundle], &json!({}), Some(&image));
        let listed = json!({"mediaType": MANIFEST, "digest": referrer, "size": 1, "artifactType": BUNDLE});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [listed]});
        self.put(&repository, &format!("sha256-{}", image.hex()), INDEX, &index);
        ImageReference::parse(&format!("127.0.0.1:{PORT}/{repository}@{image}")).unwrap()
    }

    fn manifest(
        &self,
        repository: &str,
        tag: &str,
        layers: &[Value],
        annotations: &Value,
        subject: Option<&Digest>,
    ) -> Digest {
        let config = self.blob(repository, "application/vnd.oci.image.config.v1+json", b"{}");
        let mut manifest = BTreeMap::from([
            ("schemaVersion", json!(2)),
            ("mediaType", json!(MANIFEST)),
            ("config", config),
            ("layers", json!(layers)),
            ("annotations", annotations.clone()),
        ]);
        if let Some(subject) = subject {
            manifest.insert("subject", json!({"mediaType": MANIFEST, "digest": subject, "size": 1}));
        }
        self.put(repository, tag, MANIFEST, &json!(manifest))
    }

    fn put(&self, repository: &str, tag: &str, media_type: &str, manifest: &Value) -> Digest {
        let bytes = manifest.to_string();
        let url = self.url(&format!("{repository}/manifests/{tag}"));
        let answer = self.agent.put(url).content_type(media_type).send(bytes.as_bytes()).unwrap();
        assert_eq!(answer.status(), 201);
        Digest::of(bytes.as_bytes())
    }

    /// Uploads a blob, unless it is there, and describes it.
    fn blob(&self, repository: &str, media_type: &str, bytes: &[u8]) -> Value {
        let digest = Digest::of(bytes);
        let known = self.agent.head(self.url(&format!("{repository}/blobs/{digest}"))).call().unwrap();
        if known.status() != 200 {
            let started =
                self.agent.post(self.url(&format!("{repository}/blobs/uploads/"))).send_empty().unwrap();
            let upload = started.headers().get("location").unwrap().to_str().unwrap().to_owned();
            let separator = if upload.contains('?') { '&' } else { '?' };
            let put = self.agent.put(format!("{upload}{separator}digest={digest}"));
            assert_eq!(put.content_type("application/octet-stream").send(bytes).unwrap().status(), 201);
        }
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }
}
