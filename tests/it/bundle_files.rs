//! Bundles as files: built, looked into, and loaded from wherever they are.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::json;

use crate::support::emulator::Emulator;
use crate::support::program::{Program, Ran, project};

fn baseline() -> String {
    project("bundles/aws-baseline").to_str().unwrap().to_owned()
}

fn build(program: &Program, directory: &str, output: &str, more: &[&str]) -> Ran {
    program.run(["bundle", "build", directory, "--output", output].iter().chain(more))
}

fn inspect(program: &Program, bundle: &str) -> serde_json::Value {
    program.run(["bundle", "inspect", bundle, "--format", "json"]).expect(0).json()
}

#[test]
fn the_same_directory_gives_the_same_archive_and_the_same_digest() {
    let program = Program::new();
    build(&program, &baseline(), "one.tar.gz", &[]).expect(0);
    // Another path, and other times of its files.
    let copied = program.path("copy");
    copy(&project("bundles/aws-baseline"), &copied);
    build(&program, "copy", "two.tar.gz", &[]).expect(0);
    assert!(fs::read(program.path("one.tar.gz")).unwrap() == fs::read(program.path("two.tar.gz")).unwrap());
    assert_eq!(inspect(&program, "one.tar.gz")["digest"], inspect(&program, &baseline())["digest"]);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(&target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

#[test]
fn a_build_can_set_the_revision_and_leave_the_tests_out() {
    let program = Program::new();
    build(&program, &baseline(), "b.tar.gz", &["--revision", "abc123", "--no-tests"]).expect(0);
    let seen = inspect(&program, "b.tar.gz");
    assert_eq!(seen["revision"], "abc123");
    assert_eq!(seen["metadata"]["title"], "AWS baseline for Amazon ECS");
    let paths = seen["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap());
    let proof = paths.filter(|path| path.ends_with("_test.rego") || path.contains("/examples/"));
    assert_eq!(proof.collect::<Vec<_>>(), Vec::<&str>::new());
    let controls = |seen: &serde_json::Value| seen["controls"].clone();
    assert_eq!(controls(&seen), controls(&inspect(&program, &baseline())));
}

#[test]
fn a_bundle_is_shown_to_a_person() {
    let text = Program::new().run(["bundle", "inspect", &baseline()]).expect(0).stdout;
    for words in
        ["name       aws-baseline", "digest     sha256:", "signature  none", "data       data.params", "TD01"]
    {
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    }
}

#[test]
fn a_bundle_that_would_not_load_is_not_built() {
    let program = Program::new();
    program.write("b/.manifest", r#"{"revision": "1", "roots": ["lib"], "metadata": {"name": "b"}}"#);
    program.write("b/lib/x.rego", "package other\n");
    program.write("b/lib/patch.json", "{}");
    let ran = build(&program, "b", "b.tar.gz", &[]).expect(2);
    assert!(ran.stderr.contains("outside the bundle's roots"), "{}", ran.stderr);
    assert!(ran.stderr.contains("OPA takes the whole bundle for a patch"), "{}", ran.stderr);
    assert!(!program.path("b.tar.gz").exists());
}

#[test]
fn an_archive_is_not_written_into_what_it_packs() {
    let program = Program::new();
    copy(&project("bundles/aws-baseline"), &program.path("b"));
    let ran = build(&program, "b", "b/lib/b.tar.gz", &[]).expect(2);
    assert!(ran.stderr.contains("lies inside the bundle's own directory"), "{}", ran.stderr);
}

#[test]
fn bundles_with_overlapping_roots_are_not_loaded_together() {
    let program = Program::new();
    let manifest = r#"{"revision": "1", "roots": ["lib"], "metadata": {"name": "ours"}}"#;
    program.write("ours/.manifest", manifest);
    program.write("ours/lib/ours/ours.rego", "package lib.ours\n\nimport rego.v1\n\nx := 1\n");
    let ran = program.run(["evaluate", "--example", "--bundle", &baseline(), "--bundle", "ours"]).expect(2);
    assert!(
        ran.stderr.contains("ours/.manifest: ") && ran.stderr.contains("[overlapping-roots]"),
        "{}",
        ran.stderr
    );
    program.write("ours/.manifest", &manifest.replace("\"lib\"", "\"lib/ours\""));
    program.run(["evaluate", "--example", "--bundle", &baseline(), "--bundle", "ours"]).expect(0);
}

#[test]
fn an_archive_that_is_none_is_one_error() {
    let program = Program::new();
    program.write("b.tar.gz", "not an archive");
    let ran = program.run(["evaluate", "--example", "--bundle", "b.tar.gz"]).expect(2);
    assert!(ran.stderr.contains("b.tar.gz: the file is no gzip archive [archive]"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 problem\n"), "{}", ran.stderr);
}

/// Serves one file to one client.
fn serve(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/b.tar.gz?X-Amz-Signature=secret", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes));
    });
    url
}

#[test]
fn a_bundle_is_loaded_from_a_url() {
    let program = Program::new();
    build(&program, &baseline(), "b.tar.gz", &[]).expect(0);
    let bytes = fs::read(program.path("b.tar.gz")).unwrap();
    let arguments = ["evaluate", "--example", "--format", "json", "--bundle"];
    let report = program.run(arguments.iter().copied().chain([serve(bytes).as_str()])).expect(0).json();
    assert_eq!(report["bundles"][0]["digest"], inspect(&program, "b.tar.gz")["digest"]);
    // A query may be a signature that opens the door.
    let ran = program.run(["evaluate", "--example", "--bundle", &serve(b"no archive".to_vec())]).expect(2);
    assert!(ran.stderr.contains("/b.tar.gz?…: the file is no gzip archive"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
}

#[test]
fn one_built_in_bundle_is_picked_by_its_name() {
    let program = Program::new();
    let names = |bundles: &[&str]| {
        let arguments = ["evaluate", "--example", "--format", "json"].into_iter().map(ToOwned::to_owned);
        let bundles = bundles.iter().flat_map(|bundle| ["--bundle".to_owned(), (*bundle).to_owned()]);
        let report = program.run(arguments.chain(bundles)).expect(0).json();
        let bundles = report["bundles"].as_array().unwrap().iter();
        bundles.map(|bundle| bundle["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&["builtin/aws-baseline"]), ["aws-baseline", "aws-library"]);
    assert_eq!(names(&["builtin"]), names(&[]));

    let ran = program.run(["evaluate", "--example", "--bundle", "builtin/aws-basline"]).expect(2);
    let said = "builtin/aws-basline: the program carries no bundle `aws-basline`";
    assert!(
        ran.stderr.contains(said) && ran.stderr.contains("aws-admission, aws-baseline"),
        "{}",
        ran.stderr
    );
    let ran = program.run(["bundle", "inspect", "builtin"]).expect(2);
    assert!(ran.stderr.contains("name one of them: `builtin/aws-baseline`"), "{}", ran.stderr);
    program.run(["bundle", "inspect", "builtin/aws-library"]).expect(0);
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let ran =
        Program::new().run(["evaluate", "--example", "--bundle", "http://192.0.2.1/b.tar.gz"]).expect(2);
    assert!(ran.stderr.contains("plain http is for this machine only"), "{}", ran.stderr);
}

#[test]
fn a_password_in_a_url_is_refused_and_not_repeated() {
    let url = "https://user:hunter2@example.com/b.tar.gz";
    let ran = Program::new().run(["evaluate", "--example", "--bundle", url]).expect(2);
    assert!(ran.stderr.contains("https://example.com/b.tar.gz: a URL must hold no user"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn a_bundle_is_loaded_from_s3() {
    let emulator = Emulator::start();
    let program = emulator.program();
    build(&program, &baseline(), "b.tar.gz", &[]).expect(0);
    let bytes = fs::read(program.path("b.tar.gz")).unwrap();
    emulator.call(
        "s3",
        "CreateBucket",
        json!({"Bucket": "policies", "CreateBucketConfiguration": {"LocationConstraint": Emulator::REGION}}),
    );
    emulator.put_object("policies", "releases/b 1.tar.gz", &bytes);
    let evaluate =
        |bundle: &str| program.run(["evaluate", "--example", "--format", "json", "--bundle", bundle]);
    let report = evaluate("s3://policies/releases/b 1.tar.gz").expect(0).json();
    assert_eq!(report["bundles"][0]["digest"], inspect(&program, "b.tar.gz")["digest"]);

    let missing = evaluate("s3://policies/nothing.tar.gz").expect(2);
    assert!(
        missing.stderr.contains("s3://policies/nothing.tar.gz: S3 answers NoSuchKey"),
        "{}",
        missing.stderr
    );
    let nowhere = evaluate("s3://nowhere-at-all/b.tar.gz").expect(2);
    assert!(nowhere.stderr.contains("S3 answers NoSuchBucket"), "{}", nowhere.stderr);
}

#[test]
fn a_bundle_in_s3_needs_credentials() {
    let program = Program::with_aws("http://127.0.0.1:9", &[("AWS_REGION", "eu-central-1")]);
    let ran = program.run(["evaluate", "--example", "--bundle", "s3://policies/b.tar.gz"]).expect(2);
    assert!(ran.stderr.contains("no AWS credentials could be loaded"), "{}", ran.stderr);
}
