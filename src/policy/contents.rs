//! What a bundle's files are, and how they are made ready to be packed.

use std::borrow::Cow;

use serde_json::Value;

use super::bundle::TEST_SUFFIX;
use super::files::{MANIFEST, Tree};
use super::manifest::json_problem;
use crate::diagnostic::{Code, Diagnostic};

impl Tree {
    /// Each file's path and size, the manifest included, sorted.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files.iter().map(|(path, content)| (path.as_str(), content.len()))
    }

    /// The manifest as it is written; null when it is no JSON.
    #[must_use]
    pub fn manifest(&self) -> Value {
        let content = self.files.get(MANIFEST);
        content.and_then(|content| serde_json::from_slice(content).ok()).unwrap_or_default()
    }

    /// The paths below `data` at which the data documents stand (`data.params`).
    #[must_use]
    pub fn data(&self) -> Vec<String> {
        let documents = self.files.keys().filter_map(|path| {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            let parts = directory.split('/').filter(|part| !part.is_empty());
            ["data.json", "data.yaml"]
                .contains(&name)
                .then(|| std::iter::once("data").chain(parts).collect::<Vec<_>>().join("."))
        });
        documents.collect()
    }

    /// The same bundle without tests and examples: what judges, and nothing that proves it.
    #[must_use]
    pub fn without_tests(mut self) -> Self {
        let is_proof = |path: &str| {
            path.ends_with(TEST_SUFFIX) || path.split('/').rev().skip(1).any(|folder| folder == "examples")
        };
        self.files.retain(|path, _| !is_proof(path));
        self
    }

    /// The content of `.signatures.json`.
    #[must_use]
    pub fn signatures(&self) -> Option<&[u8]> {
        self.signatures.as_deref()
    }

    /// The same bundle without a signature.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signatures = None;
        self
    }

    /// The same bundle with another revision in its manifest.
    ///
    /// # Errors
    ///
    /// A manifest that is no JSON object.
    pub fn with_revision(mut self, revision: &str) -> Result<Self, Diagnostic> {
        let name = self.name(MANIFEST);
        let Some(content) = self.files.get_mut(MANIFEST) else { return Ok(self) };
        let mut manifest = serde_json::from_slice::<Value>(content)
            .map_err(|error| json_problem(&name, Code::Manifest, &error))?;
        let Value::Object(keys) = &mut manifest else {
            return Err(Diagnostic::of_file(name, Code::Manifest, "the manifest is no JSON object"));
        };
        keys.insert("revision".to_owned(), Value::from(revision));
        *content = Cow::Owned(format!("{manifest:#}\n").into_bytes());
        Ok(self)
    }

    /// Files that OPA takes for something else than tidewaiter does, each with what to do about it.
    #[must_use]
    pub fn check_for_opa(&self) -> Vec<Diagnostic> {
        let problems = self.files.keys().filter_map(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let (message, help) = match name {
                "patch.json" => ("OPA takes the whole bundle for a patch of another", "give it another name"),
                "data.yml" => ("OPA reads it as data, and tidewaiter does not", "call it `data.yaml`"),
                "policy.wasm" | "plan.json" => ("OPA takes it for a compiled policy", "leave it out"),
                _ if name.ends_with("signatures.json") => {
                    ("OPA takes it for the bundle's signature", "give it another name")
                }
                _ if name.ends_with(".manifest") && path != MANIFEST => {
                    ("OPA takes it for the bundle's manifest", "give it another name")
                }
                _ => return None,
            };
            Some(Diagnostic::of_file(self.name(path), Code::Layout, message).with_help(help))
        });
        problems.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::named("b/".to_owned());
        for (path, content) in files {
            tree.files.insert((*path).to_owned(), Cow::Owned(content.as_bytes().to_vec()));
        }
        tree
    }

    #[test]
    fn a_revision_changes_nothing_else_in_the_manifest() {
        let text = r#"{"roots": ["a"], "revision": "1", "metadata": {"name": "x"}}"#;
        let revised = tree(&[(MANIFEST, text)]).with_revision("2").unwrap().manifest();
        assert_eq!(revised, serde_json::json!({"roots": ["a"], "revision": "2", "metadata": {"name": "x"}}));
        assert!(tree(&[(MANIFEST, "[]")]).with_revision("2").is_err());
    }

    #[test]
    fn tests_and_examples_can_be_left_out() {
        let tree = tree(&[
            ("controls/a/b/b.rego", ""),
            ("controls/a/b/b_test.rego", ""),
            ("controls/a/b/examples/fail_x.json", ""),
            ("lib/examples.rego", ""),
        ]);
        let paths = tree.without_tests().files().map(|(path, _)| path.to_owned()).collect::<Vec<_>>();
        assert_eq!(paths, ["controls/a/b/b.rego", "lib/examples.rego"]);
    }

    #[test]
    fn files_that_opa_takes_for_something_else_are_named() {
        let foreign = ["a/patch.json", "a/data.yml", "policy.wasm", "a/b.manifest", "my_signatures.json"];
        let files = foreign.map(|path| (path, ""));
        assert_eq!(tree(&files).check_for_opa().len(), foreign.len());
        assert_eq!(tree(&[(MANIFEST, ""), ("a/data.yaml", ""), ("dispatch.json", "")]).check_for_opa(), []);
    }
}
