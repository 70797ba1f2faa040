//! The house rules that no compiler knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms that may speak to AWS.
const AWS_ROOMS: [&str; 5] = ["aws", "collect", "http", "publish", "sources"];
/// The only room that knows the policy engine.
const ENGINE_ROOM: &str = "policy";
/// The only place that reads the clock that findings are dated with.
const CLOCK_ROOM: &str = "command";
/// Rooms where the same input must give the same output: no file, network, process, environment, time or randomness.
const PURE_ROOMS: [&str; 9] =
    ["access", "attest", "domain", "snapshot", "config", "reconcile", "report", "fixture", "guardrails"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Each source file with its room and its code, tests and comments cut off.
fn sources() -> Vec<(PathBuf, String, String)> {
    let is_test = |path: &PathBuf| {
        let names = path.iter().map(|name| name.to_string_lossy());
        names.into_iter().any(|name| ["tests", "tests.rs", "testing.rs"].contains(&&*name))
    };
    files_below(&root().join("src"), "rs")
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>();
            let relative = path.strip_prefix(root().join("src")).unwrap();
            let room = relative.components().next().unwrap().as_os_str().to_string_lossy();
            let room = room.trim_end_matches(".rs").to_owned();
            (relative.to_owned(), room, code.join("\n"))
        })
        .collect()
}

/// Files outside `rooms` whose code holds one of `words`.
fn trespassers(rooms: &[&str], words: &[&str]) -> Vec<String> {
    sources()
        .into_iter()
        .filter(|(_, room, _)| !rooms.contains(&room.as_str()))
        .flat_map(|(path, _, code)| {
            words
                .iter()
                .filter(move |word| code.contains(*word))
                .map(move |word| format!("src/{} holds `{word}`", path.display()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn only_the_edges_speak_to_aws() {
    let words =
        ["aws_config::", "aws_sdk_", "aws_smithy_", "aws_runtime::", "aws_types::", "aws_credential_types::"];
    assert_eq!(trespassers(&AWS_ROOMS, &words), Vec::<String>::new());
}

#[test]
fn only_the_policy_room_knows_the_engine() {
    assert_eq!(trespassers(&[ENGINE_ROOM], &["regorus"]), Vec::<String>::new());
}

#[test]
fn only_commands_read_the_clock() {
    let words = ["Timestamp::now", "SystemTime::now", "Zoned::now"];
    assert_eq!(trespassers(&[CLOCK_ROOM], &words), Vec::<String>::new());
}

#[test]
fn what_lies_between_snapshot_and_plan_is_pure() {
    let words =
        ["std::fs", "std::env", "std::net", "std::process", "std::time::Instant", "tokio::", "rand::"];
    let rooms =
        sources().into_iter().map(|(_, room, _)| room).filter(|room| !PURE_ROOMS.contains(&room.as_str()));
    let impure = rooms.collect::<BTreeSet<_>>();
    let impure = impure.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(trespassers(&impure, &words), Vec::<String>::new());
}

#[test]
fn every_file_says_what_it_is() {
    let silent = files_below(&root().join("src"), "rs")
        .into_iter()
        .chain(files_below(&root().join("tests"), "rs"))
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .collect::<Vec<_>>();
    assert_eq!(silent, Vec::<PathBuf>::new());
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("#[ign", "ore"),
        concat!("unimpl", "emented!"),
    ];
    let mut left = Vec::new();
    for (directory, extension) in
        [("src", "rs"), ("tests", "rs"), ("tests", "py"), ("bundles", "rego"), ("bundles", "yaml")]
    {
        for path in files_below(&root().join(directory), extension) {
            let text = fs::read_to_string(&path).unwrap();
            left.extend(marks.iter().filter(|mark| text.contains(*mark)).map(|mark| (path.clone(), *mark)));
        }
    }
    assert_eq!(left, Vec::new());
}

#[test]
fn the_program_itself_is_short() {
    assert!(fs::read_to_string(root().join("src/main.rs")).unwrap().lines().count() < 60);
}

#[test]
fn every_dependency_has_its_line_in_the_architecture() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut in_dependencies = false;
    let mut missing = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        } else if in_dependencies
            && let Some((name, _)) = line.split_once(" = ")
            && !architecture.lines().any(|line| line.starts_with("| ") && line.contains(&format!("`{name}`")))
        {
            missing.push(name.to_owned());
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_engine_is_pinned_exactly() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.lines().any(|line| line.starts_with("regorus = ") && line.contains("\"=")));
}

/// Words in backquotes that look like a path of this project, with the document they stand in.
fn promised_paths() -> Vec<(String, String)> {
    let tops = [
        "src/",
        "tests/",
        "bundles/",
        "docs/",
        "examples/",
        "benches/",
        "fuzz/",
        ".ci/",
        "infra/",
        "schedules/",
    ];
    let mut paths = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "src/lib.rs"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for word in text.split('`').skip(1).step_by(2) {
            let is_pattern = word.contains(['*', '<', '…', ' ', '{']);
            if !is_pattern && tops.iter().any(|top| word.starts_with(top)) {
                paths.push((document.to_owned(), word.to_owned()));
            }
        }
    }
    paths
}

#[test]
fn every_path_that_a_document_names_exists() {
    let gone =
        promised_paths().into_iter().filter(|(_, path)| !root().join(path).exists()).collect::<Vec<_>>();
    assert_eq!(gone, Vec::new());
}

/// Rows of the README's table of promises: the promise and the test that holds it.
#[test]
fn every_promise_of_the_readme_names_a_test_that_exists() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let promises = readme.split("## Promises").nth(1).expect("the README has a section of promises");
    let mut tests = String::new();
    for directory in ["src", "tests"] {
        for path in files_below(&root().join(directory), "rs") {
            tests.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    let rows =
        promises.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect::<Vec<_>>();
    assert!(rows.len() >= 5, "{rows:?}");
    for row in rows {
        let name = row.rsplit('`').nth(1).unwrap();
        assert!(tests.contains(&format!("fn {name}(")), "no test `{name}` for the promise {row}");
    }
}
