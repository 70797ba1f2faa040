//! Two sigstores on this machine: `tests/support/keyless/server.js` around npm's `@sigstore/mock`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};
use tidewaiter::attest::sigstore::TrustedRoot;

use super::program::project;
use super::{node, node_modules};

/// A running server; it ends with the tests, because its stdin closes.
#[derive(Debug)]
pub(crate) struct Keyless {
    _server: Child,
    /// The one that attestors trust.
    pub(crate) ours: Instance,
    /// Another one, where anybody may call themselves anything.
    pub(crate) theirs: Instance,
}

/// Fulcio, a certificate log, Rekor and a timestamp authority.
#[derive(Debug, Deserialize)]
pub(crate) struct Instance {
    /// Where it listens.
    pub(crate) url: String,
    /// The certificate authority's certificate, in PEM.
    pub(crate) fulcio: String,
    /// The same authority's certificate as if it had expired a day ago, in PEM.
    pub(crate) expired: String,
    /// The transparency log's key, in PEM.
    pub(crate) rekor: String,
    /// The certificate log's key, in PEM.
    pub(crate) ct: String,
    /// The timestamp authority's chain, in base64.
    tsa: Vec<String>,
}

impl Keyless {
    /// Starts the server and waits until it listens.
    pub(crate) fn start() -> Self {
        let mut server = Command::new(node())
            .arg(project("tests/support/keyless/server.js"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("NODE_PATH", node_modules("keyless"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        #[derive(Deserialize)]
        struct Ready {
            ours: Instance,
            theirs: Instance,
        }
        let Ready { ours, theirs } = serde_json::from_str(&line).expect("the server says where it listens");
        Self { _server: server, ours, theirs }
    }
}

impl Instance {
    /// What it is to be trusted by.
    pub(crate) fn root(&self) -> TrustedRoot {
        TrustedRoot::from_parts(Some(&self.fulcio), Some(&self.rekor), Some(&self.ct)).unwrap()
    }

    /// What it is to be trusted by, with its timestamp authority.
    pub(crate) fn root_with_timestamps(&self) -> TrustedRoot {
        TrustedRoot::from_json(&self.root_json().to_string()).unwrap()
    }

    /// Its `trusted_root.json`, without what `cosign trusted-root create` leaves out.
    pub(crate) fn root_json(&self) -> Value {
        let der = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
        let log = |pem: &str| {
            let id = {
                use base64::engine::general_purpose::STANDARD;
                let key = STANDARD.decode(der(pem)).unwrap();
                STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &key))
            };
            json!([{
                "hashAlgorithm": "SHA2_256",
                "publicKey": { "rawBytes": der(pem), "keyDetails": "PKIX_ECDSA_P256_SHA_256" },
                "logId": { "keyId": id },
            }])
        };
        let chain = |certificates: Vec<Value>| json!([{ "certChain": { "certificates": certificates } }]);
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": log(&self.rekor),
            "ctlogs": log(&self.ct),
            "certificateAuthorities": chain(vec![json!({ "rawBytes": der(&self.fulcio) })]),
            "timestampAuthorities": chain(self.tsa.iter().map(|der| json!({ "rawBytes": der })).collect()),
        })
    }

    /// Has `@sigstore/sign` make a bundle; see `makeBundle` in the server for the options.
    #[track_caller]
    pub(crate) fn bundle(&self, options: Value) -> Value {
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60)));
        let agent = ureq::Agent::from(config.http_status_as_error(false).proxy(None).build());
        let mut answer = agent.post(format!("{}/bundle", self.url)).send_json(&options).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status(), 201, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// An identity token that says so, and that nobody signed.
pub(crate) fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&json!({ "alg": "RS256" })), part(claims), URL_SAFE_NO_PAD.encode("nobody"))
}
