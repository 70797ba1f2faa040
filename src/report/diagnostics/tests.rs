//! What the formats print.

use super::*;
use crate::diagnostic::Code;

const TEXT: &str = "package a\n\nx if {\n\tinput.ecs.servces\n}\n";

fn findings() -> (Vec<Diagnostic>, BTreeMap<String, String>) {
    let unknown = Diagnostic::of_file("a b.rego", Code::UnknownInput, "no document has `input.ecs.servces`");
    let unused = Diagnostic::of_file("gone.rego", Code::UnusedImport, "the import `y` is never used");
    let problems = vec![
        unknown.at(4, 12).with_help("did you mean `services`?"),
        unused.at(2, 3),
        Diagnostic::of_file("z", Code::Manifest, "two bundles are called `z`"),
    ];
    (problems, BTreeMap::from([("a b.rego".to_owned(), TEXT.to_owned())]))
}

#[test]
fn a_problem_is_shown_with_its_line_a_caret_and_advice() {
    let (problems, texts) = findings();
    let text = pretty(&Findings { problems: &problems, texts: &texts, n_policies: 1 }, Some(80));
    insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r"
        error[unknown-input]: no document has `input.ecs.servces`
         --> a b.rego:4:12
          |
        4 |     input.ecs.servces
          |               ^^^^^^^
          |
          = help: did you mean `services`?

        warning[unused-import]: the import `y` is never used
        --> gone.rego:2:3

        error[manifest]: two bundles are called `z`
        --> z

        1 policy: 2 errors, 1 warning
        ");
    assert!(text.contains("\u{1b}["), "coloured");
}

#[test]
fn a_file_without_problems_is_said_to_have_none() {
    let texts = BTreeMap::new();
    let text = pretty(&Findings { problems: &[], texts: &texts, n_policies: 2 }, None);
    assert_eq!(text, "2 policies: nothing is wrong\n");
}

#[test]
fn programs_get_every_problem_with_its_place() {
    let (problems, texts) = findings();
    let text = json(&Findings { problems: &problems, texts: &texts, n_policies: 1 }).unwrap();
    let value = serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert_eq!(value["errors"], 2);
    assert_eq!(
        value["problems"][0],
        serde_json::json!({
            "file": "a b.rego", "line": 4, "column": 12, "code": "unknown-input", "level": "error",
            "message": "no document has `input.ecs.servces`", "help": "did you mean `services`?",
            "snippet": "\tinput.ecs.servces",
        })
    );
}

#[test]
fn code_hosts_get_the_region_of_every_problem() {
    let (problems, texts) = findings();
    let text = sarif(&Findings { problems: &problems, texts: &texts, n_policies: 1 }).unwrap();
    let value = serde_json::from_str::<serde_json::Value>(&text).unwrap();
    let run = &value["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), Code::ALL.len());
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.rego");
    assert_eq!(place["region"], serde_json::json!({"startLine": 4, "startColumn": 12, "endColumn": 19}));
    assert_eq!(run["results"][2]["locations"][0]["physicalLocation"]["region"], serde_json::Value::Null);
}
