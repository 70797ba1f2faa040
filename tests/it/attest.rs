//! Attestors as their users meet them: the command, its file, and a pass.

use std::fs;

use serde_json::{Value, json};
use tidewaiter::domain::Digest;

use crate::support::emulator::Emulator;
use crate::support::program::{Program, Ran};
use crate::support::registry::Registry;
use crate::support::signers::Signers;

/// A program with an attestors file that trusts the keys of these names, without a log.
fn trusting(program: Program, keys: &[&str]) -> Program {
    let signers = Signers::get();
    let mut file = "attestors:\n".to_owned();
    for name in keys {
        program.write(&format!("keys/{name}.pub"), &signers.read(&format!("{name}.pub")));
        file.push_str(&format!(
            "  - name: {name}\n    cosign_key: {{key: keys/{name}.pub, transparency_log: not_required}}\n"
        ));
    }
    program.write("attestors.yaml", &file);
    program
}

/// Has cosign sign an image with a key.
fn sign(key: &str, repository: &str, image: &Digest) {
    let key = format!("{key}.key");
    Signers::get().cosign(&["sign", "--key", &key, "--tlog-upload=false"], repository, image);
}

fn attest(program: &Program, image: &str, further: &[&str]) -> Ran {
    program.run([&["attest", image, "--attestors", "attestors.yaml"], further].concat())
}

#[test]
fn an_image_is_shown_with_who_verifies_it_and_why_others_do_not() {
    let signers = Signers::get();
    let repository = "attest/app";
    let image = signers.registry.push_image(repository, "1", "attest");
    for key in ["attest-ours", "attest-theirs"] {
        signers.cosign_key(key);
    }
    sign("attest-ours", repository, &image);
    let program = trusting(Program::new(), &["attest-ours", "attest-theirs"]);
    let tagged = format!("{}/{repository}:1", signers.registry.host());

    let json = attest(&program, &tagged, &["--format", "json"]).expect(0).json();
    assert_eq!((&json["version"], &json["digest"]), (&json!("1"), &json!(image.as_str())));
    assert_eq!(json["digest_source"], "tag");
    let ours = &json["attestors"]["attest-ours"];
    assert_eq!((&ours["answer"], &ours["signature"]["layout"]), (&json!("verified"), &json!("cosign_tag")));
    assert_eq!(ours["signature"]["evidence"]["revocation"]["state"], "not_checked");
    let theirs = &json["attestors"]["attest-theirs"];
    assert_eq!((&theirs["answer"], &theirs["reason"]["code"]), (&json!("not_verified"), &json!("wrong_key")));

    let table = attest(&program, &tagged, &[]).expect(0).stdout;
    for word in [
        "attest-ours    verified",
        "attest-theirs  not verified",
        "(to which the tag leads now)",
        "wrong_key",
    ] {
        assert!(table.contains(word), "{word} in {table}");
    }
    attest(&program, &tagged, &["--require", "any"]).expect(0);
    attest(&program, &tagged, &["--require", "all"]).expect(4);
    attest(&program, &tagged, &["--require", "2"]).expect(4);
    attest(&program, &tagged, &["--require", "all", "--attestor", "attest-ours"]).expect(0);

    let bare = signers.registry.push_image(repository, "bare", "attest bare");
    let pinned = format!("{}/{repository}@{bare}", signers.registry.host());
    let json = attest(&program, &pinned, &["--format", "json"]).expect(0).json();
    assert_eq!(json["digest_source"], "pinned");
    assert_eq!(json["attestors"]["attest-ours"]["answer"], "no_signature");
    let nothing = format!("{}/{repository}:none", signers.registry.host());
    let json = attest(&program, &nothing, &["--format", "json"]).expect(3).json();
    assert_eq!(json["attestors"]["attest-ours"]["reason"]["code"], "image_not_found");
}

#[test]
fn a_mistake_in_what_attest_is_given_is_named_with_the_way_out() {
    let signers = Signers::get();
    signers.cosign_key("attest-mistake");
    let program = trusting(Program::new(), &["attest-mistake"]);
    let image = "127.0.0.1:1/app:1";
    let misused = |ran: Ran, words: &[&str]| {
        let ran = ran.expect(2);
        for word in words {
            assert!(ran.stderr.contains(word), "{word} in {}", ran.stderr);
        }
        assert!(ran.stderr.contains("help: "), "{}", ran.stderr);
    };
    misused(attest(&program, "Not an image", &[]), &["`Not an image` is no reference of an image"]);
    misused(program.run(["attest", image]), &["nobody is asked about the image", "--attestors"]);
    misused(program.run(["attest", image, "--attestors", "gone.yaml"]), &["gone.yaml"]);
    misused(attest(&program, image, &["--attestor", "other"]), &["no attestor `other`", "`attest-mistake`"]);
    misused(attest(&program, image, &["--require", "2"]), &["2 attestors cannot verify the image"]);
    misused(attest(&program, image, &["--registry-config", "attestors.yaml"]), &["registry configuration"]);
    program.write("empty.yaml", "attestors: []\n");
    misused(program.run(["attest", image, "--attestors", "empty.yaml"]), &["has no attestor"]);
    program.write(
        "bad.yaml",
        "attestors:\n  - name: a\n    cosign_key: {key: keys/none.pub, transparency_log: not_required}\n",
    );
    misused(program.run(["attest", image, "--attestors", "bad.yaml"]), &["bad.yaml:3", "keys/none.pub"]);

    // Nobody answers there: that is not "unsigned".
    let ran = attest(&program, image, &["--format", "json"]).expect(3);
    assert_eq!(ran.json()["attestors"]["attest-mistake"]["answer"], "unknown");
}

/// An estate with one task definition that names these images.
fn estate(images: &[String]) -> Emulator {
    let emulator = Emulator::start();
    emulator.control("enable_hub", json!({}));
    register(&emulator, images);
    emulator
}

fn register(emulator: &Emulator, images: &[String]) {
    let containers = images.iter().enumerate().map(|(number, image)| {
        json!({"name": format!("c{number}"), "image": image, "memory": 128, "essential": number == 0})
    });
    let containers = containers.collect::<Vec<_>>();
    emulator.call(
        "ecs",
        "RegisterTaskDefinition",
        json!({"family": "app", "containerDefinitions": containers}),
    );
}

fn snapshot(program: &Program, further: &[&str]) -> Value {
    let arguments = ["snapshot", "--all", "--rate", "1000", "--output", "estate.json"];
    let ran = program.run([&arguments, further].concat());
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    serde_json::from_str(&fs::read_to_string(program.path("estate.json")).unwrap()).unwrap()
}

#[test]
fn a_pass_says_of_every_image_what_attestors_say_and_asks_no_registry_without_them() {
    let signers = Signers::get();
    let host = signers.registry.host();
    signers.cosign_key("attest-pass");
    let signed = signers.registry.push_image("attest/pass", "1", "signed");
    let unsigned = signers.registry.push_image("attest/pass", "2", "unsigned");
    sign("attest-pass", "attest/pass", &signed);
    let images = [
        format!("{host}/attest/pass@{signed}"),
        format!("{host}/attest/pass:2"),
        "127.0.0.1:1/gone:1".to_owned(),
    ];
    let emulator = estate(&images);
    let program = trusting(emulator.program(), &["attest-pass"]);

    let without = snapshot(&program, &[]);
    assert_eq!(without["images"].as_object().unwrap().len(), 3);
    assert_eq!(without["images"][&images[1]]["digest"], Value::Null, "no registry was asked");
    assert_eq!(without["attestors"], json!({}));

    let with = snapshot(&program, &["--attestors", "attestors.yaml"]);
    let of = |image: &String| &with["images"][image];
    let answer = |image: &String| of(image)["attestors"]["attest-pass"]["answer"].clone();
    assert_eq!(images.each_ref().map(answer), ["verified", "no_signature", "unknown"]);
    assert_eq!(
        (&of(&images[1])["digest"], &of(&images[1])["digest_source"]),
        (&json!(unsigned.as_str()), &json!("tag"))
    );
    assert_eq!(of(&images[0])["users"]["task_definitions"].as_array().unwrap().len(), 1);
    assert_eq!(with["attestors"]["attest-pass"]["status"], "valid");
    assert_eq!(with["coverage"]["images"]["status"], "complete");
}

/// Copies an image, and what cosign put beside it, into an account's ECR.
fn copy_to_ecr(to: &Emulator, account: &str, repository: &str, tag: &str, image: &Digest) {
    let from = &Signers::get().registry;
    to.ecr(account, repository, "CreateRepository", json!({}));
    let below = format!("sha256-{}.sig", image.hex());
    for (name, tag) in [(image.as_str(), tag), (&below, &below)] {
        let manifest = String::from_utf8(from.manifest(repository, name).unwrap()).unwrap();
        let parsed = serde_json::from_str::<Value>(&manifest).unwrap();
        let layers = parsed["layers"].as_array().unwrap().iter();
        for blob in layers.chain([&parsed["config"]]) {
            let blob = from.blob(repository, blob["digest"].as_str().unwrap()).unwrap();
            to.push_layer(account, repository, &blob);
        }
        to.push_manifest(account, repository, &manifest, Some(tag));
    }
}

#[test]
fn images_in_this_and_in_another_accounts_ecr_are_verified_by_a_pass() {
    const OTHER: &str = "999988887777";
    let signers = Signers::get();
    signers.cosign_key("attest-ecr");
    let host = |account: &str| format!("{account}.dkr.ecr.{}.amazonaws.com", Emulator::REGION);
    let signed = |repository: &str| {
        let image = signers.registry.push_image(repository, "1", repository);
        sign("attest-ecr", repository, &image);
        image
    };
    let emulator = Emulator::start();
    let (ours, theirs) = (signed("ecr/ours"), signed("ecr/theirs"));
    copy_to_ecr(&emulator, Emulator::ACCOUNT, "ecr/ours", "1", &ours);
    copy_to_ecr(&emulator, OTHER, "ecr/theirs", "1", &theirs);
    let images = [
        format!("{}/ecr/ours@{ours}", host(Emulator::ACCOUNT)),
        format!("{}/ecr/theirs:1", host(OTHER)),
        format!("{}/ecr/ours:none", host(Emulator::ACCOUNT)),
    ];
    register(&emulator, &images);
    let program = trusting(emulator.program(), &["attest-ecr"]);
    let answers = |document: &Value| {
        images.each_ref().map(|image| document["images"][image]["attestors"]["attest-ecr"]["answer"].clone())
    };

    let document = snapshot(&program, &["--attestors", "attestors.yaml"]);
    assert_eq!(answers(&document), ["verified", "verified", "unknown"]);
    assert_eq!(document["images"][&images[1]]["digest"], theirs.as_str());

    let shown = attest(&program, &images[1], &["--format", "json"]).expect(0).json();
    assert_eq!(shown["attestors"]["attest-ecr"]["answer"], "verified");

    // Who may not read the layers cannot say anything about what is signed.
    emulator.faults(json!([{ "match": { "operation": "ecr:GetDownloadUrlForLayer" }, "kind": "denied" }]));
    let document = snapshot(&program, &["--attestors", "attestors.yaml"]);
    assert_eq!(answers(&document), ["unknown", "unknown", "unknown"]);
    let reason = &document["images"][&images[0]]["attestors"]["attest-ecr"]["reason"];
    assert!(reason["reason"].as_str().unwrap().contains("ecr:GetDownloadUrlForLayer"), "{reason}");
}

/// Copies an image, and what cosign put beside it, into another registry.
fn copy(to: &Registry, repository: &str, image: &Digest) {
    let from = &Signers::get().registry;
    for name in [image.to_string(), format!("sha256-{}.sig", image.hex())] {
        let manifest = from.manifest(repository, &name).unwrap();
        let parsed = serde_json::from_slice::<Value>(&manifest).unwrap();
        let layers = parsed["layers"].as_array().unwrap().iter();
        for blob in layers.chain([&parsed["config"]]) {
            to.put_blob(repository, &from.blob(repository, blob["digest"].as_str().unwrap()).unwrap());
        }
        to.put_manifest(repository, &name, parsed["mediaType"].as_str().unwrap(), &manifest);
    }
}

/// Verdicts of a run by what the image is called, `pass/…` alone.
fn verdicts(report: &Value, control: &str) -> Vec<(String, String)> {
    let of = |verdict: &&Value| verdict["control"] == control;
    let verdicts = report["verdicts"].as_array().unwrap().iter().filter(of);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    verdicts.map(|verdict| (text(&verdict["resource"]), text(&verdict["verdict"]))).collect()
}

#[test]
fn rules_judge_what_attestors_say_and_what_was_verified_is_remembered() {
    let signers = Signers::get();
    signers.cosign_key("attest-rules");
    let signed = signers.registry.push_image("attest/rules", "1", "signed by rule");
    sign("attest-rules", "attest/rules", &signed);
    let registry = Registry::start();
    copy(&registry, "attest/rules", &signed);
    registry.push_image("attest/rules", "bare", "unsigned by rule");
    let images = [
        format!("{}/attest/rules@{signed}", registry.host()),
        format!("{}/attest/rules:bare", registry.host()),
        "127.0.0.1:1/attest/rules:gone".to_owned(),
    ];
    let emulator = estate(&images);
    let program = trusting(emulator.program(), &["attest-rules"]);
    program.write(
        "params.yaml",
        "unverified_image:\n  rules:\n    - {id: ours, action: block, attestors: [attest-rules], require: any}\n",
    );
    let run = |attestors: &str| {
        let arguments =
            ["run", "--rate", "1000", "--format", "json", "--params", "params.yaml", "--attestors"];
        program.run([&arguments[..], &[attestors, "--control", "SG01", "--control", "SG05"]].concat())
    };

    let report = run("attestors.yaml").expect(3).json();
    let mut first = verdicts(&report, "SG01");
    first.sort_by_key(|(image, _)| images.iter().position(|named| named == image));
    let verdicts_of = |verdicts: &[(String, String)]| {
        verdicts.iter().map(|(_, verdict)| verdict.clone()).collect::<Vec<_>>()
    };
    assert_eq!(verdicts_of(&first), ["passed", "failed", "unknown"], "{first:?}");
    assert_eq!(verdicts_of(&verdicts(&report, "SG05")), ["passed"]);

    // The registry is gone: what it verified holds for good, and what was not signed nobody can tell any more.
    drop(registry);
    let report = run("attestors.yaml").expect(3).json();
    let mut second = verdicts(&report, "SG01");
    second.sort_by_key(|(image, _)| images.iter().position(|named| named == image));
    assert_eq!(verdicts_of(&second), ["passed", "unknown", "unknown"], "{second:?}");

    // Another key is somebody else, whatever was remembered.
    signers.cosign_key("attest-others");
    program.write("keys/attest-rules.pub", &signers.read("attest-others.pub"));
    let report = run("attestors.yaml").expect(3).json();
    assert!(verdicts(&report, "SG01").iter().all(|(_, verdict)| verdict == "unknown"));

    // A file with a mistake in it keeps no pass from being made, and is a finding.
    program.write("broken.yaml", "attestors:\n  - name: attest-rules\n    cosign_key: {key: none.pub}\n");
    let ran = run("broken.yaml").expect(3);
    assert!(ran.stderr.contains("warning: broken.yaml:3"), "{}", ran.stderr);
    assert_eq!(verdicts_of(&verdicts(&ran.json(), "SG05")), ["failed"]);
    program.write("broken.yaml", "attestors: [\n");
    assert_eq!(
        verdicts(&run("broken.yaml").expect(3).json(), "SG05"),
        [("attestors".to_owned(), "failed".to_owned())]
    );
}
