//! A bundle's examples with what its controls say about them, for those who show controls to readers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use jiff::Timestamp;
use serde_json::Value;

use super::files::{self, Source};
use super::{Bundles, ExampleKind, Limits, Options, judge, stack};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{ControlId, Verdict};
use crate::snapshot::Snapshot;

/// One example of a control.
#[derive(Debug, Clone)]
pub struct Example {
    /// The name of its file.
    pub name: String,
    /// What its name says that it shows.
    pub shows: ExampleKind,
    /// The document.
    pub document: Value,
    /// What the control says about it.
    pub verdicts: Vec<Verdict>,
    /// The parameters that are laid over the defaults for it.
    pub params: Option<Value>,
}

/// The examples of every control, in the order of their names.
///
/// # Errors
///
/// Every problem of the bundles, of the parameters beside examples, and of examples that are no documents.
pub fn examples(
    sources: &[Source],
    limits: &Limits,
) -> Result<BTreeMap<ControlId, Vec<Example>>, Vec<Diagnostic>> {
    stack::on_large_stack(|| read(sources, limits)).unwrap_or_else(|reason| {
        let message = format!("the examples could not be judged: {reason}");
        Err(vec![Diagnostic::of_file("bundles", Code::Rego, message)])
    })
}

fn read(sources: &[Source], limits: &Limits) -> Result<BTreeMap<ControlId, Vec<Example>>, Vec<Diagnostic>> {
    let defaults = Bundles::load(sources, None, limits)?;
    let mut problems = Vec::new();
    let trees =
        sources.iter().flat_map(|source| files::read(source, limits, &mut problems)).collect::<Vec<_>>();
    let mut examples = BTreeMap::<ControlId, Vec<Example>>::new();
    for control in defaults.all_controls() {
        let Some(package) = control.package.strip_prefix("tidewaiter.") else { continue };
        let folder = format!("{}/examples/", package.replace('.', "/"));
        for tree in &trees {
            let kinds = tree.files.keys().filter_map(|path| {
                Some((path, path.strip_prefix(&folder)?, ExampleKind::of(path.strip_prefix(&folder)?)?))
            });
            let kinds = kinds.collect::<Vec<_>>();
            if kinds.is_empty() {
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
            for (path, name, shows) in kinds {
                let Some(text) = tree.text(path, &mut problems) else { continue };
                match (Snapshot::from_json(text), serde_json::from_str(text)) {
                    (Ok(snapshot), Ok(document)) => {
                        let options = Options { threads: NonZeroUsize::MIN, ..Options::default() };
                        let judgement = judge(&bundles, &snapshot, &[], Timestamp::UNIX_EPOCH, &options);
                        examples.entry(control.id.clone()).or_default().push(Example {
                            name: name.to_owned(),
                            shows,
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
