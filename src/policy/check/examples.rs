//! Examples: each is a document by the schema, and names the fields of AWS's shapes as AWS does.

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::files::Tree;
use crate::policy::nearest;
use crate::policy::yaml::{self, Kind, Node};
use crate::snapshot::{self, DOCUMENT, Shape, shapes};

/// The most problems that are told of one example.
const MOST: usize = 20;

/// Looks at every example of a bundle.
pub(super) fn check(tree: &Tree, problems: &mut Vec<Diagnostic>) {
    let schema = jsonschema::validator_for(&snapshot::schema());
    for path in tree.files.keys().filter(|path| path.contains("/examples/") && path.ends_with(".json")) {
        let (file, Some(text)) = (tree.name(path), tree.text(path, problems)) else { continue };
        let document = match serde_json::from_str::<Value>(text) {
            Ok(document) => document,
            Err(error) => {
                let message = format!("the example is not JSON: {}", without_place(&error));
                let problem = Diagnostic::of_file(file, Code::WrongExample, message);
                problems.push(problem.at(error.line(), error.column()));
                continue;
            }
        };
        // JSON is YAML, whose reader keeps places.
        let node = yaml::parse(&file, text).ok();
        let n_before = problems.len();
        for error in schema.iter().flat_map(|schema| schema.iter_errors(&document)).take(MOST) {
            let place = node.as_ref().map_or((1, 1), |node| place_of(node, error.instance_path().as_str()));
            let message = format!("the example is no document: {error}");
            let problem = Diagnostic::of_file(&file, Code::WrongExample, message).at(place.0, place.1);
            problems.push(problem.with_help("`docs/input.schema.json` describes documents"));
        }
        if problems.len() == n_before
            && let Some(node) = &node
        {
            let mut found = Vec::new();
            check_fields(&file, node, &Shape::Structure(DOCUMENT.to_owned()), &mut found);
            problems.extend(found.into_iter().take(MOST));
        }
    }
}

fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Where a value stands, by its JSON pointer.
fn place_of(node: &Node, pointer: &str) -> (usize, usize) {
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    let mut here = node;
    for step in steps {
        let next = match &here.kind {
            Kind::Map(entries) => entries.iter().find(|(key, _)| key.text == step).map(|(_, value)| value),
            Kind::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => break,
        }
    }
    here.place
}

fn check_fields(file: &str, node: &Node, shape: &Shape, problems: &mut Vec<Diagnostic>) {
    match (&node.kind, shape) {
        (Kind::List(items), Shape::List(of_item)) => {
            items.iter().for_each(|item| check_fields(file, item, of_item, problems));
        }
        (Kind::Map(entries), Shape::Map(of_value)) => {
            entries.iter().for_each(|(_, value)| check_fields(file, value, of_value, problems));
        }
        (Kind::Map(entries), Shape::Structure(name)) => {
            let Some(structure) = shapes().get(name) else { return };
            for (key, value) in entries {
                if let Some(shape) = structure.fields.get(&key.text) {
                    check_fields(file, value, shape, problems);
                    continue;
                }
                let known = structure.fields.keys().map(String::as_str).collect::<Vec<_>>();
                if let Some(near) = nearest::misspelt(&key.text, &known) {
                    let message = format!("AWS's `{name}` has no field `{}`", key.text);
                    let problem = Diagnostic::of_file(file, Code::MisspeltField, message);
                    let problem = problem.at(key.place.0, key.place.1);
                    problems.push(problem.with_help(format!("did you mean `{near}`?")));
                }
            }
        }
        _ => {}
    }
}
