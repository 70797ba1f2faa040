//! An emulated AWS on this machine: moto's server with the overlay of `tests/support/emulator/`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tidewaiter::domain::Digest;

use super::program::{Program, project};
use super::python;
use super::registry::MANIFEST;

/// A running server; it ends with the test, because its stdin closes.
#[derive(Debug)]
pub(crate) struct Emulator {
    server: Child,
    port: u16,
    agent: ureq::Agent,
}

impl Emulator {
    /// The account whose credentials [`Self::program`] uses.
    pub(crate) const ACCOUNT: &str = "123456789012";
    /// The Region of [`Self::program`].
    pub(crate) const REGION: &str = "eu-central-1";

    /// Starts a server on a free port and waits until it listens.
    pub(crate) fn start() -> Self {
        let mut server = Command::new(python())
            .arg(project("tests/support/emulator/server.py"))
            .args(["--port", "0"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str::<Value>(&line).expect("the emulator says on which port it listens");
        let port = u16::try_from(ready["port"].as_u64().unwrap()).unwrap();
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(300)))
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        Self { server, port, agent }
    }

    /// Starts a server with the small estate in it and Security Hub on.
    pub(crate) fn with_small_estate() -> (Self, Value) {
        let emulator = Self::start();
        let names = emulator.control("seed", json!({ "estate": "small" }));
        emulator.control("enable_hub", json!({}));
        emulator.control("requests", json!({ "clear": true }));
        (emulator, names)
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the tests' own endpoint; see `tests/support/emulator/control.py` for the verbs.
    #[track_caller]
    pub(crate) fn control(&self, verb: &str, body: Value) -> Value {
        let url = format!("{}/tidewaiter/{verb}", self.endpoint());
        let mut response = self.agent.post(&url).send_json(&body).unwrap();
        let status = response.status();
        let answer = response.body_mut().with_config().limit(1 << 30).read_json::<Value>().unwrap();
        assert_eq!(status, 200, "{verb} {body}: {answer}");
        answer
    }

    /// Makes an AWS call as somebody else would, outside the log of requests and untouched by faults.
    #[track_caller]
    pub(crate) fn call(&self, service: &str, operation: &str, arguments: Value) -> Value {
        self.control("call", json!({ "service": service, "operation": operation, "arguments": arguments }))
    }

    /// Puts an object into a bucket.
    #[track_caller]
    pub(crate) fn put_object(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        self.call("s3", "PutObject", json!({ "Bucket": bucket, "Key": key, "Body": { "hex": hex } }));
    }

    /// Asks an account's ECR about a repository.
    #[track_caller]
    pub(crate) fn ecr(
        &self,
        account: &str,
        repository: &str,
        operation: &str,
        mut arguments: Value,
    ) -> Value {
        arguments["repositoryName"] = json!(repository);
        self.control(
            "call",
            json!({ "service": "ecr", "operation": operation, "arguments": arguments, "account": account }),
        )
    }

    /// Uploads a layer to an account's ECR.
    #[track_caller]
    pub(crate) fn push_layer(&self, account: &str, repository: &str, bytes: &[u8]) -> Digest {
        let ecr = |operation: &str, arguments: Value| self.ecr(account, repository, operation, arguments);
        let upload = ecr("InitiateLayerUpload", json!({}))["uploadId"].clone();
        let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let part = json!({
            "uploadId": upload, "partFirstByte": 0, "partLastByte": bytes.len() - 1, "layerPartBlob": { "hex": hex },
        });
        ecr("UploadLayerPart", part);
        let digest = Digest::of(bytes);
        ecr("CompleteLayerUpload", json!({ "uploadId": upload, "layerDigests": [digest] }));
        digest
    }

    /// Puts a manifest of an image into an account's ECR, and gives its digest.
    #[track_caller]
    pub(crate) fn push_manifest(
        &self,
        account: &str,
        repository: &str,
        manifest: &str,
        tag: Option<&str>,
    ) -> Digest {
        let mut arguments = json!({ "imageManifest": manifest, "imageManifestMediaType": MANIFEST });
        if let Some(tag) = tag {
            arguments["imageTag"] = json!(tag);
        }
        self.ecr(account, repository, "PutImage", arguments);
        Digest::of(manifest.as_bytes())
    }

    /// The requests since the log was last cleared, and clears it.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let answer = self.control("requests", json!({ "clear": true }));
        answer["requests"].as_array().unwrap().clone()
    }

    /// Makes requests go wrong from now on; an empty list heals.
    pub(crate) fn faults(&self, faults: Value) {
        self.control("fault", json!({ "faults": faults }));
    }

    /// Every finding that Security Hub holds, by Id.
    pub(crate) fn findings(&self) -> Vec<Value> {
        let (mut findings, mut token) = (Vec::new(), None::<String>);
        loop {
            let mut arguments = json!({ "MaxResults": 100 });
            if let Some(token) = &token {
                arguments["NextToken"] = json!(token);
            }
            let page = self.call("securityhub", "GetFindings", arguments);
            findings.extend(page["Findings"].as_array().unwrap().iter().cloned());
            token = page["NextToken"].as_str().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        findings.sort_by_key(|finding| finding["Id"].as_str().unwrap().to_owned());
        findings
    }

    /// The program, in a directory of its own, looking at this AWS.
    pub(crate) fn program(&self) -> Program {
        self.program_as(Self::ACCOUNT, Self::REGION)
    }

    /// The program as another account or in another Region.
    pub(crate) fn program_as(&self, account: &str, region: &str) -> Program {
        let key = self.control("credentials", json!({ "account": account }));
        Program::with_aws(
            &self.endpoint(),
            &[
                ("AWS_ACCESS_KEY_ID", key["access_key_id"].as_str().unwrap()),
                ("AWS_SECRET_ACCESS_KEY", key["secret_access_key"].as_str().unwrap()),
                ("AWS_REGION", region),
            ],
        )
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
