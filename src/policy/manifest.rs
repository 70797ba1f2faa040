//! A bundle's `.manifest`: OPA's file, of which the name and the roots matter here.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic};

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The bundle's name.
    pub(super) name: String,
    /// What the bundle is, in a line.
    pub(super) title: Option<String>,
    /// Its revision.
    pub(super) revision: String,
    /// The names of bundles that it cannot do without.
    pub(super) requires: Vec<String>,
    /// Paths below `data` that packages and data documents keep to, `/` between their parts.
    pub(super) roots: Vec<String>,
}

/// The file, with the keys that OPA knows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    revision: String,
    roots: Option<Vec<String>>,
    #[serde(default)]
    metadata: Map<String, Value>,
    rego_version: Option<u8>,
    #[serde(default, rename = "file_rego_versions")]
    _file_rego_versions: Map<String, Value>,
    #[serde(default, rename = "wasm")]
    _wasm: Vec<Value>,
}

/// Reads a manifest.
pub(super) fn parse(file: &str, text: &str, problems: &mut Vec<Diagnostic>) -> Option<Manifest> {
    let wire = match serde_json::from_str::<Wire>(text) {
        Ok(wire) => wire,
        Err(error) => {
            problems.push(json_problem(file, Code::Manifest, &error));
            return None;
        }
    };
    let before = problems.len();
    let mut wrong = |message: &str, help: &str| {
        problems.push(Diagnostic::of_file(file, Code::Manifest, message).with_help(help));
    };
    let text_of = |key: &str| wire.metadata.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let name = text_of("name").unwrap_or_default();
    if !is_name(&name) {
        wrong(
            "the manifest gives the bundle no usable name",
            "set `metadata.name` to at most 64 lower-case letters, digits and hyphens",
        );
    }
    if wire.revision.is_empty() || wire.revision.len() > 64 || wire.revision.contains(char::is_whitespace) {
        wrong(
            "the manifest has no usable revision",
            "set `revision` to a version or commit of at most 64 characters, without white space",
        );
    }
    if wire.rego_version.is_some_and(|version| version != 1) {
        wrong("the bundle is not written in Rego v1", "leave `rego_version` out, or set it to 1");
    }
    let requires = match wire.metadata.get("requires") {
        None => Some(Vec::new()),
        Some(list) => list.as_array().and_then(|list| {
            list.iter().map(|it| it.as_str().filter(|it| is_name(it)).map(ToOwned::to_owned)).collect()
        }),
    };
    if requires.as_ref().is_none_or(|requires| requires.contains(&name)) {
        wrong(
            "`metadata.requires` is not a list of other bundles' names",
            "name each bundle as its own manifest does, such as `[\"aws-library\"]`",
        );
    }
    let roots = wire.roots.unwrap_or_else(|| vec![String::new()]);
    let roots = roots.iter().map(|root| root.trim_matches('/').to_owned()).collect::<Vec<_>>();
    // Sorted by their parts, a root stands before those that lie in it, with nothing else between them.
    let mut sorted = roots.iter().map(|root| (parts(root).collect::<Vec<_>>(), root)).collect::<Vec<_>>();
    sorted.sort();
    let mut outer = None::<&(Vec<&str>, &String)>;
    for root in &sorted {
        match outer {
            Some(outer) if root.0.starts_with(&outer.0) => {
                let message = format!("the roots `{}` and `{}` overlap", outer.1, root.1);
                let problem = Diagnostic::of_file(file, Code::OverlappingRoots, message);
                problems.push(problem.with_help("leave out the root that lies in the other"));
            }
            _ => outer = Some(root),
        }
    }
    (problems.len() == before).then(|| Manifest {
        name,
        title: text_of("title"),
        revision: wire.revision,
        requires: requires.unwrap_or_default(),
        roots,
    })
}

fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= 64 && name.bytes().all(is_part)
}

/// Whether one root lies in the other; the empty one holds everything.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    parts(one).zip(parts(other)).all(|(one, other)| one == other)
}

fn parts(root: &str) -> impl Iterator<Item = &str> {
    root.split('/').filter(|part| !part.is_empty())
}

/// A problem of a JSON file, with its place.
pub(super) fn json_problem(file: &str, code: Code, error: &serde_json::Error) -> Diagnostic {
    let rendered = error.to_string();
    let message = rendered.split(" at line ").next().unwrap_or(&rendered);
    Diagnostic::of_file(file, code, message).at(error.line().max(1), error.column().max(1))
}

impl Manifest {
    /// Whether a path below `data` lies within the roots.
    pub(super) fn owns<'a>(&self, path: impl Iterator<Item = &'a str> + Clone) -> bool {
        self.roots.iter().any(|root| {
            let mut path = path.clone();
            parts(root).all(|part| path.next() == Some(part))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Manifest, Vec<String>> {
        let mut problems = Vec::new();
        parse("b/.manifest", text, &mut problems)
            .ok_or_else(|| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_manifest_names_its_bundle_and_its_roots() {
        let text = r#"{"revision": "1", "roots": ["lib", "/a/b/"], "metadata": {"name": "x", "title": "X"}}"#;
        let manifest = check(text).unwrap();
        assert_eq!(manifest.roots, ["lib", "a/b"]);
        assert!(manifest.owns(["a", "b", "c"].into_iter()));
        assert!(!manifest.owns(["a"].into_iter()));
        assert!(!manifest.owns(["libs"].into_iter()));
    }

    #[test]
    fn a_manifest_without_roots_owns_everything() {
        let manifest = check(r#"{"revision": "1", "metadata": {"name": "x"}}"#).unwrap();
        assert!(manifest.owns(["anything"].into_iter()));
    }

    #[test]
    fn roots_that_overlap_are_refused() {
        for (one, other) in [("a", "a/b"), ("a/b/c", "/a/b/"), ("a", "a"), ("", "a")] {
            assert!(overlap(one, other) && overlap(other, one), "{one} {other}");
            let text =
                format!(r#"{{"revision": "1", "roots": ["{one}", "{other}"], "metadata": {{"name": "x"}}}}"#);
            let problems = check(&text).unwrap_err();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains("overlap [overlapping-roots]"), "{problems:?}");
        }
        assert!(!overlap("a/b", "a/bc") && !overlap("a/b", "a/c"));
    }

    #[test]
    fn hundreds_of_thousands_of_roots_are_compared_quickly() {
        let roots = (0..200_000).map(|number| format!("\"r{number}/a\"")).collect::<Vec<_>>().join(",");
        let begun = std::time::Instant::now();
        let manifest =
            check(&format!(r#"{{"revision": "1", "roots": [{roots}], "metadata": {{"name": "x"}}}}"#));
        assert_eq!(manifest.unwrap().roots.len(), 200_000);
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
        let text = r#"{"revision": "1", "roots": ["a", "a-b", "c", "a/b"], "metadata": {"name": "x"}}"#;
        assert_eq!(check(text).unwrap_err().len(), 1);
    }

    #[test]
    fn what_is_wrong_is_said_at_once() {
        let problems =
            check(r#"{"revision": "1 2", "metadata": {"name": "A B"}, "rego_version": 0}"#).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:#?}");
        assert_eq!(check("{\"revisions\": 1}").unwrap_err().len(), 1);
    }
}
