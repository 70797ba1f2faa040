//! A registry on this machine: Debian's docker-registry, which knows no referrers API and asks nobody for a password.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tidewaiter::domain::Digest;

use super::debian;

/// The media type of an image's manifest.
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The media type of an index.
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Keeps a server until its own stdin is closed, so that none outlives the tests however they end.
const KEEPER: &str = r#""$0" "$@" </dev/null & cat >/dev/null; kill $!"#;

/// A running registry with its storage in memory; it ends with the test, because its keeper's stdin closes.
#[derive(Debug)]
pub(crate) struct Registry {
    keeper: Child,
    host: String,
    agent: ureq::Agent,
    _configuration: TempDir,
}

impl Registry {
    /// Starts an empty registry on a free port and waits until it listens.
    pub(crate) fn start() -> Self {
        Self::run(None)
    }

    /// Starts an empty registry that asks for a user and a password; `users` is a file of them as htpasswd makes it.
    pub(crate) fn guarded(users: &str) -> Self {
        Self::run(Some(users))
    }

    fn run(users: Option<&str>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let configuration = directory.path().join("config.yml");
        let mut text = json!({
            "version": 0.1,
            "log": { "level": "info", "formatter": "json", "accesslog": { "disabled": true } },
            "storage": { "inmemory": {}, "delete": { "enabled": true } },
            "http": { "addr": "127.0.0.1:0" },
        });
        if let Some(users) = users {
            let path = directory.path().join("users");
            std::fs::write(&path, users).unwrap();
            text["auth"] = json!({ "htpasswd": { "realm": "tests", "path": path } });
        }
        std::fs::write(&configuration, text.to_string()).unwrap();
        let mut keeper = Command::new("/bin/sh")
            .args(["-c", KEEPER])
            .arg(debian("docker-registry"))
            .arg("serve")
            .arg(&configuration)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(keeper.stderr.take().unwrap()).lines().map_while(Result::ok);
        let host = lines.find_map(|line| {
            let said = serde_json::from_str::<Value>(&line).ok()?;
            Some(said["msg"].as_str()?.strip_prefix("listening on ")?.to_owned())
        });
        let host = host.expect("the registry says where it listens");
        // What it says from now on is taken off its hands, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        Self { keeper, host, agent, _configuration: directory }
    }

    /// Its name in references: `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Uploads an image of one small layer that holds `text`, which decides its digest, below a tag.
    #[track_caller]
    pub(crate) fn push_image(&self, repository: &str, tag: &str, text: &str) -> Digest {
        let config =
            json!({ "architecture": "amd64", "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] } });
        let config = config.to_string();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.descriptor(repository, "application/vnd.oci.image.config.v1+json", config.as_bytes()),
            "layers": [self.descriptor(repository, "application/vnd.oci.image.layer.v1.tar", text.as_bytes())],
        });
        self.put_manifest(repository, tag, MANIFEST, manifest.to_string().as_bytes())
    }

    /// Uploads a blob and describes it.
    #[track_caller]
    pub(crate) fn descriptor(&self, repository: &str, media_type: &str, bytes: &[u8]) -> Value {
        let digest = self.put_blob(repository, bytes);
        json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() })
    }

    /// Uploads a blob.
    #[track_caller]
    pub(crate) fn put_blob(&self, repository: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        let started = self
            .agent
            .post(format!("{}/v2/{repository}/blobs/uploads/", self.endpoint()))
            .send_empty()
            .unwrap();
        assert_eq!(started.status(), 202);
        let upload = started.headers()["location"].to_str().unwrap();
        let separator = if upload.contains('?') { '&' } else { '?' };
        let put = self.agent.put(format!("{upload}{separator}digest={digest}"));
        assert_eq!(put.content_type("application/octet-stream").send(bytes).unwrap().status(), 201);
        digest
    }

    /// Uploads a manifest or an index below a tag or its digest, and gives its digest.
    #[track_caller]
    pub(crate) fn put_manifest(
        &self,
        repository: &str,
        reference: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Digest {
        let put = self.agent.put(format!("{}/v2/{repository}/manifests/{reference}", self.endpoint()));
        let mut answer = put.content_type(media_type).send(bytes).unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.body_mut().read_to_string().unwrap());
        Digest::of(bytes)
    }

    /// A manifest or an index below a tag or a digest, when there is one.
    #[track_caller]
    pub(crate) fn manifest(&self, repository: &str, reference: &str) -> Option<Vec<u8>> {
        self.get(&format!("{repository}/manifests/{reference}"), &format!("{MANIFEST}, {INDEX}"))
    }

    /// A blob, when there is one.
    #[track_caller]
    pub(crate) fn blob(&self, repository: &str, digest: &str) -> Option<Vec<u8>> {
        self.get(&format!("{repository}/blobs/{digest}"), "*/*")
    }

    #[track_caller]
    fn get(&self, path: &str, accept: &str) -> Option<Vec<u8>> {
        let url = format!("{}/v2/{path}", self.endpoint());
        let mut answer = self.agent.get(url).header("accept", accept).call().unwrap();
        match answer.status().as_u16() {
            200 => Some(answer.body_mut().read_to_vec().unwrap()),
            404 => None,
            status => panic!("{path}: {status}"),
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
