//! A bundle's data documents, each at its directory's path, as OPA's bundle mode places them.
//!
//! The engine lets data silently replace a rule of the same path, so a data file could switch a control off. Nothing gets
//! past this module that touches the path of a package.

use serde_json::{Map, Value};

use super::files::Tree;
use super::manifest::{Manifest, json_problem};
use super::yaml;
use crate::diagnostic::{Code, Diagnostic};

/// One data document.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Its file, for messages.
    file: String,
    /// The parts of the path below `data` at which it stands.
    mount: Vec<String>,
    /// The value.
    value: Value,
}

impl Document {
    /// Its file, for messages.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Whether it has a place below `data`.
    pub(super) fn can_be_laid(&self) -> bool {
        !self.mount.is_empty() || self.value.is_object()
    }

    /// Whether it says something at a path, or about what is above it.
    pub(super) fn touches(&self, path: &[String]) -> bool {
        match path.get(self.mount.len()..) {
            Some(below) => path.starts_with(&self.mount) && touches(&self.value, below),
            None => self.mount.starts_with(path),
        }
    }

    /// The whole as it stands below `data`.
    fn rooted(&self) -> Value {
        self.mount
            .iter()
            .rev()
            .fold(self.value.clone(), |value, part| Value::Object(Map::from_iter([(part.clone(), value)])))
    }
}

/// Reads every data document of a bundle, each within the bundle's roots.
pub(super) fn documents(tree: &Tree, manifest: &Manifest, problems: &mut Vec<Diagnostic>) -> Vec<Document> {
    let documents = documents_unchecked(tree, problems);
    documents.iter().for_each(|document| check_roots(document, manifest, problems));
    documents
}

/// Reads every data document of a bundle.
pub(super) fn documents_unchecked(tree: &Tree, problems: &mut Vec<Diagnostic>) -> Vec<Document> {
    let names = ["data.yaml", "data.yml", "data.json"];
    documents_of(tree, |path| names.contains(&path.rsplit('/').next().unwrap_or(path)), problems)
}

/// Reads every file that `is_data`, at its directory's path.
pub(super) fn documents_of(
    tree: &Tree,
    is_data: impl Fn(&str) -> bool,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Document> {
    let mut documents = Vec::new();
    for path in tree.files.keys().filter(|path| is_data(path)) {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let file = tree.name(path);
        let Some(text) = tree.text(path, problems) else { continue };
        let value = if name.ends_with(".json") {
            serde_json::from_str(text).map_err(|error| json_problem(&file, Code::Syntax, &error))
        } else {
            yaml::parse(&file, text).map(|node| node.to_json())
        };
        let mount = directory.split('/').filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect();
        match value {
            Ok(value) => documents.push(Document { file, mount, value }),
            Err(problem) => problems.push(problem),
        }
    }
    documents
}

/// Every leaf of a document must lie within the roots, as OPA demands.
fn check_roots(document: &Document, manifest: &Manifest, problems: &mut Vec<Diagnostic>) {
    fn walk(path: &mut Vec<String>, value: &Value, manifest: &Manifest) -> Option<String> {
        if manifest.owns(path.iter().map(String::as_str)) {
            return None;
        }
        let Value::Object(entries) = value else { return Some(path.join(".")) };
        for (key, value) in entries {
            path.push(key.clone());
            let outside = walk(path, value, manifest);
            path.pop();
            if outside.is_some() {
                return outside;
            }
        }
        None
    }
    if document.mount.is_empty() && !document.value.is_object() {
        problems.push(Diagnostic::of_file(
            &document.file,
            Code::InvalidValue,
            "the document is not a mapping",
        ));
    } else if let Some(outside) = walk(&mut document.mount.clone(), &document.value, manifest) {
        let message = format!("`data.{outside}` lies outside the bundle's roots");
        let help = "add its path to `roots` in `.manifest`, or move the file";
        problems.push(Diagnostic::of_file(&document.file, Code::Layout, message).with_help(help));
    }
}

/// Refuses documents that touch the path of a package: what is at, above or below it would replace rules.
pub(super) fn check_shadows(documents: &[Document], packages: &[&str], problems: &mut Vec<Diagnostic>) {
    for document in documents {
        let rooted = document.rooted();
        for package in packages {
            if touches(&rooted, &package.split('.').collect::<Vec<_>>()) {
                let message = format!("the document has a value where the package `{package}` has its rules");
                problems.push(Diagnostic::of_file(&document.file, Code::DataShadowsRule, message).with_help(
                    "a data document must not touch the path of a package; give it a path of its own",
                ));
            }
        }
    }
}

/// Whether a value stands at a path, below it, or in its way.
fn touches<T: AsRef<str>>(data: &Value, path: &[T]) -> bool {
    let mut here = data;
    for part in path {
        let Value::Object(entries) = here else { return true };
        match entries.get(part.as_ref()) {
            Some(value) => here = value,
            None => return false,
        }
    }
    true
}

/// Lays all documents together; two values for one path are a problem.
pub(super) fn merge(documents: &[Document], problems: &mut Vec<Diagnostic>) -> Map<String, Value> {
    let mut all = Map::new();
    for document in documents {
        if let Value::Object(entries) = document.rooted()
            && let Err(path) = lay(&mut all, entries, &mut vec!["data".to_owned()])
        {
            let message = format!("`{path}` has another value in another data document");
            problems.push(Diagnostic::of_file(&document.file, Code::InvalidValue, message));
        }
    }
    all
}

fn lay(
    under: &mut Map<String, Value>,
    over: Map<String, Value>,
    path: &mut Vec<String>,
) -> Result<(), String> {
    for (key, value) in over {
        path.push(key.clone());
        match (under.get_mut(&key), value) {
            (None, value) => {
                under.insert(key, value);
            }
            (Some(Value::Object(under)), Value::Object(over)) => lay(under, over, path)?,
            (Some(under), value) if *under == value => {}
            (Some(_), _) => return Err(path.join(".")),
        }
        path.pop();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn data_at_above_or_below_a_package_touches_it() {
        let package = ["lib", "table"];
        for data in [json!({"lib": 1}), json!({"lib": {"table": {}}}), json!({"lib": {"table": {"x": 1}}})] {
            assert!(touches(&data, &package), "{data}");
        }
        for data in
            [json!({}), json!({"lib": {}}), json!({"lib": {"tables": 1}}), json!({"params": {"lib": 1}})]
        {
            assert!(!touches(&data, &package), "{data}");
        }
    }

    #[test]
    fn documents_are_laid_together_unless_they_disagree() {
        let document = |file: &str, mount: &[&str], value: Value| Document {
            file: file.to_owned(),
            mount: mount.iter().map(|part| (*part).to_owned()).collect(),
            value,
        };
        let mut problems = Vec::new();
        let all = [
            document("a", &["params"], json!({"x": {"y": 1}})),
            document("b", &[], json!({"params": {"x": {"z": 2}}})),
            document("c", &["params", "x"], json!({"y": 3})),
        ];
        let data = merge(&all, &mut problems);
        assert_eq!(Value::Object(data), json!({"params": {"x": {"y": 1, "z": 2}}}));
        let problems = problems.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            problems,
            ["c: `data.params.x.y` has another value in another data document [invalid-value]"]
        );
    }
}
