//! Bundles that other bundles cannot do without.
//!
//! `metadata.requires` in a manifest names them.
//! A bundle that was not given is taken from those that the program carries, whose libraries therefore serve everybody's
//! bundles; under OPA all of them are named.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::files::{self, MANIFEST, Tree};
use crate::diagnostic::{Code, Diagnostic};

/// What a tree's manifest calls the bundle, and the bundles that it requires; nothing of what it does not say.
pub(super) fn names(tree: &Tree) -> (Option<String>, Vec<String>) {
    let manifest = tree.files.get(MANIFEST).and_then(|text| serde_json::from_slice::<Value>(text).ok());
    let metadata = manifest.as_ref().and_then(|manifest| manifest.get("metadata"));
    let name = metadata.and_then(|metadata| metadata.get("name")).and_then(Value::as_str);
    let requires = metadata.and_then(|metadata| metadata.get("requires")).and_then(Value::as_array);
    let requires = requires.into_iter().flatten().filter_map(Value::as_str);
    (name.map(ToOwned::to_owned), requires.map(ToOwned::to_owned).collect())
}

/// The bundles that the given ones require and that are not among them; what nobody has is a problem.
pub(super) fn missing(given: &[Arc<Tree>], problems: &mut Vec<Diagnostic>) -> Vec<Arc<Tree>> {
    let mut have = given.iter().filter_map(|tree| names(tree).0).collect::<BTreeSet<_>>();
    let (mut open, mut added) = (given.to_vec(), Vec::new());
    while let Some(tree) = open.pop() {
        for required in names(&tree).1 {
            if !have.insert(required.clone()) {
                continue;
            }
            let carried = files::built_in_bundles();
            match carried.iter().find(|tree| names(tree).0.as_deref() == Some(&required)) {
                Some(found) => {
                    open.push(Arc::clone(found));
                    added.push(Arc::clone(found));
                }
                None => {
                    let message = format!("the bundle requires `{required}`, which was not given");
                    let carried = carried.iter().filter_map(|tree| names(tree).0).collect::<Vec<_>>();
                    problems.push(
                        Diagnostic::of_file(tree.name(MANIFEST), Code::Manifest, message).with_help(format!(
                            "give it too; the program itself carries {}",
                            carried.join(", ")
                        )),
                    );
                }
            }
        }
    }
    added
}

/// The given bundles and those that they require, the latter without their tests, which prove nothing about the former.
pub(super) fn with_required(
    given: Vec<Arc<Tree>>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(Arc<Tree>, Origin)> {
    let required = missing(&given, problems);
    let required =
        required.into_iter().map(|tree| (Arc::new(Tree::clone(&tree).without_tests()), Origin::Required));
    given.into_iter().map(|tree| (tree, Origin::Given)).chain(required).collect()
}

/// Why a bundle is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Somebody named it.
    Given,
    /// Another bundle requires it.
    Required,
}

/// Bundles that are connected by what they require, by their numbers.
pub(super) fn connected(trees: &[&Tree]) -> Vec<Vec<usize>> {
    let named = trees.iter().map(|tree| names(tree)).collect::<Vec<_>>();
    let mut groups = Vec::<Vec<usize>>::new();
    for (number, (name, requires)) in named.iter().enumerate() {
        let is_near = |other: &usize| {
            named.get(*other).is_some_and(|(its_name, its_requires)| {
                its_name.as_ref().is_some_and(|it| requires.contains(it))
                    || name.as_ref().is_some_and(|it| its_requires.contains(it))
            })
        };
        let (near, far) = groups.into_iter().partition::<Vec<_>, _>(|group| group.iter().any(is_near));
        groups = far;
        groups.push(near.into_iter().flatten().chain([number]).collect());
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort();
    groups
}
