//! Signed bundles between tidewaiter and somebody else's implementation of OPA's format, and what `--verification-key`
//! refuses.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{Program, project};
use crate::support::python;

/// Every algorithm with the name of its keys.
const ALGORITHMS: [(&str, &str); 11] = [
    ("RS256", "rsa"),
    ("RS384", "rsa"),
    ("RS512", "rsa"),
    ("PS256", "rsa"),
    ("PS384", "rsa"),
    ("PS512", "rsa"),
    ("ES256", "p256"),
    ("ES384", "p384"),
    ("HS256", "secret"),
    ("HS384", "secret"),
    ("HS512", "secret"),
];

/// Runs the other implementation; its output, or why it refuses.
fn somebody_else(arguments: &[&str]) -> Result<String, String> {
    let ran =
        Command::new(python()).arg(project("tests/support/signatures.py")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
}

/// A key of each kind, made for this run.
fn keys() -> &'static Path {
    static KEYS: OnceLock<TempDir> = OnceLock::new();
    let directory = KEYS.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        somebody_else(&["keys", directory.path().to_str().unwrap()]).unwrap();
        directory
    });
    directory.path()
}

fn key(name: &str) -> String {
    keys().join(name).to_str().unwrap().to_owned()
}

/// A program with the archive of the built-in bundle beside it.
fn program() -> Program {
    let program = Program::new();
    let baseline = project("bundles/aws-baseline");
    program.run(["bundle", "build", baseline.to_str().unwrap(), "--output", "b.tar.gz"]).expect(0);
    program
}

/// A program with the archive of a small bundle beside it, whose data are written in ways that OPA digests alike.
fn small() -> Program {
    let program = Program::new();
    let manifest = "{\"revision\":\"1\",\n \"roots\": [\"lib/small\", \"params/small\"], \"metadata\": {\"name\": \"small\"}}";
    program.write("small/.manifest", manifest);
    program.write("small/lib/small/small.rego", "package lib.small.rules\n\nimport rego.v1\n\nx := 1\n");
    let json = "{\"z\": [1.0, 1e3, -0, 12345678901234567890123], \"a\": {\"é\": \"<&>\\u2028\\n\\u0001\"}}";
    program.write("small/lib/small/table/data.json", json);
    program.write("small/params/small/data.yaml", "b: 1.0\na: [0.25, 7, true, null, 'ü \"x\"']\nc: {}\n");
    program.write("small/README.md", "Not structured.\n");
    program.run(["bundle", "build", "small", "--output", "b.tar.gz"]).expect(0);
    program
}

fn sign(program: &Program, algorithm: &str, key: &str, output: &str) {
    let arguments =
        ["bundle", "sign", "b.tar.gz", "--signing-key", key, "--signing-alg", algorithm, "-o", output];
    program.run(arguments).expect(0);
}

#[test]
fn what_we_sign_somebody_else_verifies() {
    let program = small();
    for (algorithm, name) in ALGORITHMS {
        sign(&program, algorithm, &key(&format!("{name}.key")), "signed.tar.gz");
        let archive = program.path("signed.tar.gz");
        let public = key(&format!("{name}.pub"));
        let said = somebody_else(&["verify", archive.to_str().unwrap(), &public, algorithm]);
        let said =
            serde_json::from_str::<Value>(&said.unwrap_or_else(|why| panic!("{algorithm}: {why}"))).unwrap();
        assert_eq!(said["header"]["alg"], algorithm);
    }
}

#[test]
fn what_somebody_else_signs_we_verify() {
    let program = small();
    let (archive, signed) = (program.path("b.tar.gz"), program.path("theirs.tar.gz"));
    let (archive, signed) = (archive.to_str().unwrap(), signed.to_str().unwrap());
    for (algorithm, name) in ALGORITHMS {
        let (private, public) = (key(&format!("{name}.key")), key(&format!("{name}.pub")));
        somebody_else(&["sign", archive, signed, &private, algorithm, "production"]).unwrap();
        let arguments = [
            "bundle",
            "verify",
            signed,
            "--verification-key",
            &public,
            "--signing-alg",
            algorithm,
            "--scope",
            "production",
            "--format",
            "json",
        ];
        let verified = program.run(arguments).expect(0).json();
        assert_eq!(verified["signature"]["algorithm"], algorithm);
        assert_eq!(verified["signature"]["verified"], true);
    }
}

#[test]
fn a_signature_changes_no_digest() {
    let program = small();
    sign(&program, "ES256", &key("p256.key"), "signed.tar.gz");
    let inspect =
        |bundle: &str| program.run(["bundle", "inspect", bundle, "--format", "json"]).expect(0).json();
    let (plain, signed) = (inspect("b.tar.gz"), inspect("signed.tar.gz"));
    assert_eq!(plain["digest"], signed["digest"]);
    assert_eq!(plain["signature"], Value::Null);
    assert_eq!(signed["signature"]["verified"], false);
}

#[test]
fn a_directory_is_signed_where_it_stands() {
    let program = Program::new();
    copy(&project("bundles/aws-baseline"), &program.path("b"));
    let key_id = ["--verification-key-id", "release", "--scope", "production"];
    let sign = ["bundle", "sign", "b", "--signing-key", &key("rsa.key")];
    program.run(sign.iter().chain(&key_id)).expect(0);
    let verify = ["bundle", "verify", "b", "--verification-key", &key("rsa.pub")];
    let said = program.run(verify.iter().chain(&key_id)).expect(0).stdout;
    assert!(said.contains("RS256") && said.contains("key `release`, scope `production`, verified"), "{said}");

    fs::write(program.path("b/lib/violations/violations.rego"), "package lib.violations\n").unwrap();
    let ran = program.run(verify.iter().chain(&key_id)).expect(1);
    assert!(
        ran.stderr.contains("b/lib/violations/violations.rego: the file is not what was signed"),
        "{}",
        ran.stderr
    );
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Judges the example with a bundle that must verify.
fn evaluate(program: &Program, bundle: &str, verification: &[&str]) -> crate::support::program::Ran {
    let arguments = ["evaluate", "--example", "--format", "json", "--bundle", bundle];
    program.run(arguments.iter().chain(verification))
}

#[test]
fn a_verified_bundle_judges_and_stands_in_the_report() {
    let program = program();
    sign(&program, "PS256", &key("rsa.key"), "signed.tar.gz");
    let by = ["--verification-key", &key("rsa.pub"), "--signing-alg", "PS256"];
    let report = evaluate(&program, "signed.tar.gz", &by).expect(0).json();
    let directory = project("bundles/aws-baseline");
    let expected = evaluate(&program, directory.to_str().unwrap(), &[]).expect(0).json();
    assert_eq!(report["bundles"], expected["bundles"]);
    assert_eq!(report["verdicts"], expected["verdicts"]);
}

#[test]
fn with_a_key_nothing_is_judged_that_the_key_did_not_sign() {
    let program = small();
    sign(&program, "RS256", &key("rsa.key"), "signed.tar.gz");
    for (bundle, by, words) in [
        ("b.tar.gz", vec!["--verification-key", "rsa.pub"], "b.tar.gz: the bundle is not signed"),
        (
            "signed.tar.gz",
            vec!["--verification-key", "p256.pub", "--signing-alg", "ES256"],
            "signed with RS256",
        ),
        // The public key as the secret of HMAC, which is what forgers try.
        ("signed.tar.gz", vec!["--verification-key", "rsa.pub", "--signing-alg", "HS256"], "takes a secret"),
        ("signed.tar.gz", vec!["--verification-key", "p256.pub"], "no public key for RS256"),
        ("signed.tar.gz", vec!["--verification-key", "rsa.key"], "holds a private key"),
        (
            "signed.tar.gz",
            vec!["--verification-key", "rsa.pub", "--scope", "production"],
            "the scope `production`",
        ),
    ] {
        let by = by.iter().map(|word| match word.ends_with(".pub") || word.ends_with(".key") {
            true => key(word),
            false => (*word).to_owned(),
        });
        let by = by.collect::<Vec<_>>();
        let ran = evaluate(&program, bundle, &by.iter().map(String::as_str).collect::<Vec<_>>()).expect(2);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains(words), "`{words}` is not in {}", ran.stderr);
    }
}

#[test]
fn another_key_of_the_same_kind_is_refused() {
    let program = small();
    sign(&program, "HS256", &key("secret.key"), "signed.tar.gz");
    program.write("other.key", "another secret of more than thirty-two bytes, all of them");
    let ran =
        evaluate(&program, "signed.tar.gz", &["--verification-key", "other.key", "--signing-alg", "HS256"]);
    assert!(ran.expect(2).stderr.contains("the signature was not made by this key"));
}

#[test]
fn the_built_in_bundles_are_not_taken_for_verified() {
    let ran = Program::new().run(["evaluate", "--example", "--verification-key", &key("rsa.pub")]).expect(2);
    assert!(ran.stderr.contains("no bundle to verify") && ran.stderr.contains("--bundle"), "{}", ran.stderr);
}
