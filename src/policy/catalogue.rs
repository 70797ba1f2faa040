//! A bundle's examples, with what its controls say about them where that is asked for, for those who show controls to readers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::files::{self, Source, Tree};
use super::{Bundles, ExampleKind, Limits, Options, judge, stack};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{Control, ControlId, Verdict};
use crate::snapshot::Snapshot;

/// The file of one example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleFile {
    /// Its name.
    pub name: String,
    /// What its name says that it shows.
    pub shows: ExampleKind,
}

/// One example of a control.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its file.
    pub file: ExampleFile,
    /// The document.
    pub document: Value,
    /// What the control says about it.
    pub verdicts: Vec<Verdict>,
    /// The parameters that are laid over the defaults for it.
    pub params: Option<Value>,
}

/// The names of the examples of every control, which are neither read nor judged for it; `bundles` are those of the sources.
///
/// # Errors
///
/// Every problem of the bundles' files.
pub fn example_files(
    sources: &[Source],
    bundles: &Bundles,
    limits: &Limits,
) -> Result<BTreeMap<ControlId, Vec<ExampleFile>>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let trees = trees(sources, limits, &mut problems);
    let files = bundles.all_controls().iter().map(|control| {
        let folder = folder(control);
        let found = trees.iter().flat_map(|tree| found(tree, &folder)).map(|(_, file)| file);
        (control.id.clone(), found.collect())
    });
    let files = files.collect();
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// The examples of every control, in the order of their names; `bundles` are those of the sources, with the defaults of
/// their parameters.
///
/// # Errors
///
/// Every problem of the bundles, of the parameters beside examples, and of examples that are no documents.
pub fn examples(
    sources: &[Source],
    bundles: &Bundles,
    limits: &Limits,
) -> Result<BTreeMap<ControlId, Vec<Example>>, Vec<Diagnostic>> {
    stack::on_large_stack(|| read(sources, bundles, limits)).unwrap_or_else(|reason| {
        let message = format!("the examples could not be judged: {reason}");
        Err(vec![Diagnostic::of_file("bundles", Code::Rego, message)])
    })
}

fn trees(sources: &[Source], limits: &Limits, problems: &mut Vec<Diagnostic>) -> Vec<Arc<Tree>> {
    sources.iter().flat_map(|source| files::read(source, limits, problems)).collect()
}

/// Where the examples of a control stand in its bundle.
fn folder(control: &Control) -> String {
    let package = control.package.strip_prefix("tidewaiter.").unwrap_or(&control.package);
    format!("{}/examples/", package.replace('.', "/"))
}

/// The examples in a folder of a bundle, with their paths.
fn found<'a>(tree: &'a Tree, folder: &str) -> impl Iterator<Item = (&'a str, ExampleFile)> {
    tree.files.keys().filter_map(move |path| {
        let name = path.strip_prefix(folder)?;
        Some((path.as_str(), ExampleFile { name: name.to_owned(), shows: ExampleKind::of(name)? }))
    })
}

fn read(
    sources: &[Source],
    defaults: &Bundles,
    limits: &Limits,
) -> Result<BTreeMap<ControlId, Vec<Example>>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let trees = trees(sources, limits, &mut problems);
    let mut examples = BTreeMap::<ControlId, Vec<Example>>::new();
    for control in defaults.all_controls() {
        let folder = folder(control);
        for tree in &trees {
            let files = found(tree, &folder).collect::<Vec<_>>();
            if files.is_empty() {
                continue;
            }
            let params = format!("{folder}params.yaml");
            let name = tree.name(&params);
            let params = tree.text(&params, &mut problems);
            let bundles = match params {
                Some(text) => Bundles::load(sources, Some((&name, text)), limits)?,
                None => defaults.clone(),
            };
            let Ok(bundles) = bundles.select(std::slice::from_ref(&control.id)) else { continue };
            for (path, file) in files {
                let Some(text) = tree.text(path, &mut problems) else { continue };
                match (Snapshot::from_json(text), serde_json::from_str(text)) {
                    (Ok(snapshot), Ok(document)) => {
                        let options = Options { threads: NonZeroUsize::MIN, ..Options::default() };
                        let judgement = judge(&bundles, &snapshot, &[], Timestamp::UNIX_EPOCH, &options);
                        examples.entry(control.id.clone()).or_default().push(Example {
                            file,
                            document,
                            verdicts: judgement.verdicts,
                            params: params.and_then(|text| serde_saphyr::from_str(text).ok()),
                        });
                    }
                    (Err(error), _) => {
                        problems.push(Diagnostic::of_file(tree.name(path), Code::Syntax, error.to_string()));
                    }
                    (_, Err(error)) => {
                        problems.push(Diagnostic::of_file(tree.name(path), Code::Syntax, error.to_string()));
                    }
                }
            }
        }
    }
    if problems.is_empty() { Ok(examples) } else { Err(problems) }
}
