//! Those who sign images in tests: Debian's cosign and oras, and openssl for keys as a KMS has them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;
use tidewaiter::attest::{Content, Layer};
use tidewaiter::domain::Digest;

use super::debian;
use super::keyless::{Instance, Keyless, token};
use super::registry::Registry;

/// The media type of a bundle's layer, and of what refers to an image with it.
pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// A registry, two sigstores, and a directory for keys; shared by the tests, each of which has a repository of its own.
#[derive(Debug)]
pub(crate) struct Signers {
    /// Where images and signatures are.
    pub(crate) registry: Registry,
    /// Who vouches for identities.
    pub(crate) keyless: Keyless,
    directory: TempDir,
}

impl Signers {
    /// The only ones; they end with the tests.
    pub(crate) fn get() -> &'static Self {
        static SIGNERS: OnceLock<Signers> = OnceLock::new();
        SIGNERS.get_or_init(|| {
            let directory = tempfile::tempdir().unwrap();
            let (registry, keyless) = (Registry::start(), Keyless::start());
            Self { registry, keyless, directory }
        })
    }

    fn run(&self, program: &Path, arguments: &[&str], environment: &[(&str, &Path)]) -> Vec<u8> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.directory.path())
            .env("PATH", "/usr/bin:/bin")
            .env("COSIGN_PASSWORD", "x")
            .env("COSIGN_YES", "true")
            .envs(environment.iter().map(|(name, value)| (*name, *value)))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {:?}: {said}", program.display(), arguments.first());
        output.stdout
    }

    /// Writes a file where the signers run.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Reads a file where the signers run.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(name)).unwrap()
    }

    /// Has cosign make a pair of keys, `NAME.key` and `NAME.pub`, and gives the public one.
    pub(crate) fn cosign_key(&self, name: &str) -> String {
        self.run(&debian("cosign"), &["generate-key-pair", "--output-key-prefix", name], &[]);
        self.read(&format!("{name}.pub"))
    }

    /// Has openssl make a pair of keys, `NAME.pem` and `NAME.pub`, and gives the public one.
    pub(crate) fn openssl_key(&self, name: &str, kind: &[&str]) -> String {
        let (private, public) = (format!("{name}.pem"), format!("{name}.pub"));
        let openssl = Path::new("openssl");
        self.run(openssl, &[&["genpkey", "-out", &private], kind].concat(), &[]);
        self.run(openssl, &["pkey", "-in", &private, "-pubout", "-out", &public], &[]);
        self.read(&public)
    }

    /// Has openssl sign some bytes with `NAME.pem`, as a KMS would.
    pub(crate) fn openssl_sign(&self, name: &str, bytes: &[u8]) -> Vec<u8> {
        let message = format!("{name}.message");
        self.write(&message, bytes);
        let private = format!("{name}.pem");
        // An Ed25519 key signs the bytes themselves.
        let arguments = if name.starts_with("ed25519") {
            vec!["pkeyutl", "-sign", "-rawin", "-inkey", &private, "-in", &message]
        } else {
            vec!["dgst", "-sha256", "-sign", &private, &message]
        };
        self.run(Path::new("openssl"), &arguments, &[])
    }

    /// The name of an image for cosign and oras.
    pub(crate) fn reference(&self, repository: &str, image: &Digest) -> String {
        format!("{}/{repository}@{image}", self.registry.host())
    }

    /// Runs cosign on an image, with nothing that it would ask on the internet.
    pub(crate) fn cosign(&self, arguments: &[&str], repository: &str, image: &Digest) {
        let reference = self.reference(repository, image);
        let (command, rest) = arguments.split_first().unwrap();
        let registry = ["--allow-http-registry", "--allow-insecure-registry"];
        let arguments = [&[*command], registry.as_slice(), rest, &[reference.as_str()]].concat();
        let ours = &self.keyless.ours;
        let file = |name: &str, text: &str| {
            let path = self.directory.path().join(name);
            if !path.exists() {
                // In one step, since others may be about to do the same.
                let written =
                    self.write(&format!("{name}.{:?}", std::thread::current().id()), text.as_bytes());
                std::fs::rename(written, &path).unwrap();
            }
            path
        };
        let environment = [
            ("SIGSTORE_ROOT_FILE", file("fulcio.crt", &ours.fulcio)),
            ("SIGSTORE_REKOR_PUBLIC_KEY", file("rekor.key", &ours.rekor)),
            ("SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", file("ct.key", &ours.ct)),
        ];
        let environment = environment.iter().map(|(name, path)| (*name, path.as_path())).collect::<Vec<_>>();
        self.run(&debian("cosign"), &arguments, &environment);
    }

    /// Runs cosign on an image as somebody whom an instance vouches for.
    pub(crate) fn cosign_keyless(
        &self,
        arguments: &[&str],
        claims: &Value,
        repository: &str,
        image: &Digest,
    ) {
        let Instance { url, .. } = &self.keyless.ours;
        let token = token(claims);
        let keyless = ["--fulcio-url", url, "--rekor-url", url, "--identity-token", &token];
        self.cosign(&[arguments, keyless.as_slice()].concat(), repository, image);
    }

    /// Attaches a bundle to an image as cosign 3 would, below the tag of referrers.
    pub(crate) fn attach(&self, bundle: &Value, name: &str, repository: &str, image: &Digest) {
        self.write(name, bundle.to_string().as_bytes());
        let file = format!("{name}:{BUNDLE}");
        let reference = self.reference(repository, image);
        let arguments = ["attach", "--plain-http", "--artifact-type", BUNDLE, &reference, &file];
        self.run(&debian("oras"), &arguments, &[]);
    }

    /// The layers below a tag that cosign 2 puts beside an image: `sig` or `att`.
    pub(crate) fn layers(&self, kind: &str, repository: &str, image: &Digest) -> Vec<Layer> {
        let manifest = self.registry.manifest(repository, &format!("sha256-{}.{kind}", image.hex())).unwrap();
        let manifest = serde_json::from_slice::<Value>(&manifest).unwrap();
        let layers = manifest["layers"].as_array().unwrap().iter();
        layers
            .map(|layer| Layer {
                payload: self.registry.blob(repository, layer["digest"].as_str().unwrap()).unwrap(),
                annotations: serde_json::from_value(layer["annotations"].clone()).unwrap(),
            })
            .collect()
    }

    /// The bundles that refer to an image.
    pub(crate) fn bundles(&self, repository: &str, image: &Digest) -> Vec<Content> {
        let json = |name: &str| {
            let manifest = self.registry.manifest(repository, name).unwrap();
            serde_json::from_slice::<Value>(&manifest).unwrap()
        };
        let index = json(&format!("sha256-{}", image.hex()));
        let manifests = index["manifests"].as_array().unwrap().iter();
        let layers =
            manifests.map(|manifest| json(manifest["digest"].as_str().unwrap())["layers"][0].clone());
        layers
            .filter(|layer| layer["mediaType"] == json!(BUNDLE))
            .map(|layer| {
                Content::Bundle(self.registry.blob(repository, layer["digest"].as_str().unwrap()).unwrap())
            })
            .collect()
    }
}
