//! Signatures of the Notary Project by its own library, and what that says of envelopes that were changed on the way.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tidewaiter::attest::notation::{
    Level, NotationTrust, ProfileArn, SignerTrust, Trust, TrustStore, TrustedIdentity, signature,
};
use tidewaiter::attest::{Outcome, RevocationState, TimeSource};
use tidewaiter::domain::Digest;
use tidewaiter::registry::Descriptor;

use crate::support::debian;

/// Whom the library's certificates are for.
const IDENTITY: &str = "x509.subject: C=US, ST=WA, O=acme\\, inc.";
const PROFILE: &str = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release";

/// What the library signed: for each name an envelope and the root of its chain.
static SIGNED: LazyLock<BTreeMap<String, (Value, String)>> = LazyLock::new(|| {
    let directory = TempDir::new().unwrap();
    notation(&["sign", directory.path().to_str().unwrap()]);
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let entries = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().path());
    let signed = entries.map(|path| {
        let envelope = serde_json::from_str(&read(&path.join("envelope.json"))).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, (envelope, read(&path.join("root.pem"))))
    });
    signed.collect()
});

/// Runs the library; its lines.
fn notation(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(debian("notation")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn image() -> Descriptor {
    Descriptor {
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        digest: Digest::new(format!("sha256:{}", "5".repeat(64))).unwrap(),
        size: 1234,
    }
}

/// Trust in a root as an authority, as a signing authority, or in both ways.
fn trust(root: &str, as_ca: bool, as_authority: bool, level: Level) -> Trust {
    let store =
        |is_trusted| if is_trusted { TrustStore::from_pem(root).unwrap() } else { TrustStore::default() };
    let identities = vec![TrustedIdentity::parse(IDENTITY).unwrap()];
    let trust =
        NotationTrust::new(store(as_ca), store(as_authority), identities, level.into(), Vec::new()).unwrap();
    Trust::Notation(trust)
}

fn profile(root: &str) -> Trust {
    let profile = ProfileArn::parse(PROFILE).unwrap();
    let roots = TrustStore::from_pem(root).unwrap();
    Trust::Signer(SignerTrust::new(vec![profile], Some(roots), true).unwrap())
}

fn look(envelope: &Value, trust: &Trust) -> Outcome {
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let now = Timestamp::from_second(seconds.try_into().unwrap()).unwrap();
    signature(envelope.to_string().as_bytes(), &image(), trust, now)
}

fn code(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Verified(_) => "verified",
        Outcome::Revocable(..) => "revocable",
        Outcome::Refused(refusal) | Outcome::Unknown(refusal) => &refusal.code,
    }
}

#[test]
fn what_the_notary_projects_library_signs_is_verified() {
    assert_eq!(SIGNED.len(), 17);
    let (_, other_root) = &SIGNED["remark"];
    for (name, (envelope, root)) in &*SIGNED {
        if name == "aws-signer" {
            let outcome = look(envelope, &profile(root));
            let Outcome::Revocable(evidence, query) = outcome else { panic!("{outcome:?}") };
            assert_eq!(query.certificate_hashes.len(), 4);
            assert_eq!(evidence.revocation.state, RevocationState::Unknown);
            assert_eq!(code(&look(envelope, &profile(other_root))), "untrusted_chain");
            assert_eq!(code(&look(envelope, &trust(root, true, true, Level::Audit))), "plugin_required");
            continue;
        }
        let is_authority = name.ends_with("-authority");
        let outcome = look(envelope, &trust(root, !is_authority, is_authority, Level::Strict));
        let Outcome::Verified(evidence) = outcome else { panic!("{name}: {outcome:?}") };
        let source = if is_authority { TimeSource::SigningAuthority } else { TimeSource::Signer };
        assert_eq!(evidence.signed_at.unwrap().source, source, "{name}");
        assert_eq!(evidence.expires_at.is_some(), name == "expiring");
        assert_eq!(evidence.notes, Vec::<String>::new(), "{name}");
        let in_other_store = look(envelope, &trust(root, is_authority, !is_authority, Level::Strict));
        assert_eq!(code(&in_other_store), "untrusted_chain", "{name}");
        assert_eq!(code(&look(envelope, &profile(root))), "not_aws_signer", "{name}");
        if name != "remark" {
            assert_eq!(
                code(&look(envelope, &trust(other_root, true, true, Level::Strict))),
                "untrusted_chain"
            );
        }
    }
}

#[test]
fn what_was_changed_on_the_way_is_to_the_library_what_it_is_here() {
    type Change = fn(&mut Value, &Value);
    fn chain(envelope: &mut Value) -> &mut Vec<Value> {
        envelope["header"]["x5c"].as_array_mut().unwrap()
    }
    let changes: [(&str, Change); 13] = [
        ("nothing", |_, _| ()),
        ("an agent", |envelope, _| envelope["header"]["io.cncf.notary.signingAgent"] = json!("somebody")),
        ("no agent", |envelope, _| {
            envelope["header"].as_object_mut().unwrap().remove("io.cncf.notary.signingAgent");
        }),
        ("another payload", |envelope, other| envelope["payload"] = other["payload"].clone()),
        ("other headers", |envelope, other| envelope["protected"] = other["protected"].clone()),
        ("another signature", |envelope, other| envelope["signature"] = other["signature"].clone()),
        ("another chain", |envelope, other| envelope["header"] = other["header"].clone()),
        ("another root behind the chain", |envelope, other| {
            chain(envelope).push(other["header"]["x5c"].as_array().unwrap().last().unwrap().clone());
        }),
        ("no root", |envelope, _| _ = chain(envelope).pop()),
        ("no leaf", |envelope, _| _ = chain(envelope).remove(0)),
        ("the chain turned round", |envelope, _| chain(envelope).reverse()),
        ("a root twice", |envelope, _| {
            let root = chain(envelope).last().unwrap().clone();
            chain(envelope).push(root);
        }),
        ("padding", |envelope, _| {
            envelope["signature"] = json!(format!("{}=", envelope["signature"].as_str().unwrap()));
        }),
    ];
    let directory = TempDir::new().unwrap();
    let (remark, _) = &SIGNED["remark"];
    let (mut paths, mut ours) = (Vec::new(), Vec::new());
    for (name, (envelope, root)) in &*SIGNED {
        for (what, change) in changes {
            let mut envelope = envelope.clone();
            change(&mut envelope, remark);
            let path = directory.path().join(paths.len().to_string());
            fs::write(&path, envelope.to_string()).unwrap();
            paths.push(path.to_str().unwrap().to_owned());
            let trust =
                if name == "aws-signer" { profile(root) } else { trust(root, true, true, Level::Audit) };
            let outcome = look(&envelope, &trust);
            // The library is not asked whom to trust, which is looked at last here.
            ours.push((name, what, ["verified", "revocable", "untrusted_chain"].contains(&code(&outcome))));
        }
    }
    let arguments = std::iter::once("verify").chain(paths.iter().map(String::as_str)).collect::<Vec<_>>();
    let theirs = notation(&arguments);
    assert_eq!(theirs.len(), ours.len());
    for ((name, what, is_good), theirs) in ours.iter().zip(&theirs) {
        assert_eq!(*is_good, theirs == "good", "{name} with {what}: {theirs}");
    }
    let n_good = theirs.iter().filter(|line| *line == "good").count();
    assert!(n_good >= 3 * SIGNED.len() && n_good < ours.len() / 2, "{n_good}");
}
