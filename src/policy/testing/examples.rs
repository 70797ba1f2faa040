//! The examples of controls: whole documents that show what their names say.

use std::num::NonZeroUsize;

use jiff::Timestamp;

use super::super::files::{self, Source};
use super::super::{Bundles, Limits, Options, judge};
use crate::diagnostic::Diagnostic;
use crate::domain::VerdictKind;
use crate::snapshot::Snapshot;

/// What became of one example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    /// The package of the control that the example belongs to.
    pub package: String,
    /// Its file, as messages name it.
    pub file: String,
    /// What its name says that it shows.
    pub shows: ExampleKind,
    /// Why it does not show it; `None` when it does.
    pub problem: Option<String>,
}

/// What an example shows, by the beginning of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExampleKind {
    /// `fail_…`: something fails.
    Fail,
    /// `pass_…`: nothing fails and nothing is unknown.
    Pass,
    /// `unknown_…`: something is unknown and nothing fails.
    Unknown,
}

impl ExampleKind {
    pub(in crate::policy) fn of(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".json")?;
        [("fail_", Self::Fail), ("pass_", Self::Pass), ("unknown_", Self::Unknown)]
            .into_iter()
            .find(|(prefix, _)| stem.starts_with(prefix))
            .map(|(_, kind)| kind)
    }
}

/// Judges every example of every control of the sources' bundles with that control alone.
///
/// An `examples/params.yaml` is laid over the defaults for the examples beside it.
///
/// # Errors
///
/// Every problem of the bundles, or of the parameters beside examples.
pub fn run_examples(sources: &[Source], limits: &Limits) -> Result<Vec<ExampleResult>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let trees =
        sources.iter().flat_map(|source| files::read(source, limits, &mut problems)).collect::<Vec<_>>();
    if !problems.is_empty() {
        return Err(problems);
    }
    let defaults = Bundles::load(sources, None, limits)?;
    let mut results = Vec::new();
    for tree in &trees {
        for control in defaults.all_controls() {
            let Some(path) = control.package.strip_prefix("tidewaiter.") else { continue };
            let folder = format!("{}/examples/", path.replace('.', "/"));
            let examples = tree.files.keys().filter_map(|path| {
                let kind = ExampleKind::of(path.strip_prefix(&folder)?)?;
                Some((path, kind))
            });
            let examples = examples.collect::<Vec<_>>();
            if examples.is_empty() {
                continue;
            }
            let params = format!("{folder}params.yaml");
            let name = tree.name(&params);
            let bundles = match tree.text(&params, &mut problems) {
                Some(text) => Bundles::load(sources, Some((&name, text)), limits)?,
                None => defaults.clone(),
            };
            let Ok(bundles) = bundles.select(std::slice::from_ref(&control.id)) else { continue };
            for (path, shows) in examples {
                let problem = match tree.text(path, &mut problems).map(Snapshot::from_json) {
                    Some(Ok(snapshot)) => shown(&bundles, &snapshot, shows),
                    Some(Err(error)) => Some(with_cause(&error)),
                    None => Some("the file is not UTF-8".to_owned()),
                };
                results.push(ExampleResult {
                    package: control.package.clone(),
                    file: tree.name(path),
                    shows,
                    problem,
                });
            }
        }
    }
    if problems.is_empty() { Ok(results) } else { Err(problems) }
}

fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Why a document does not show what its name says.
fn shown(bundles: &Bundles, snapshot: &Snapshot, shows: ExampleKind) -> Option<String> {
    let options = Options { threads: NonZeroUsize::MIN, ..Options::default() };
    let judgement = judge(bundles, snapshot, &[], Timestamp::UNIX_EPOCH, &options);
    if let Some(error) = judgement.errors.first() {
        return Some(error.message.clone());
    }
    let count = |kind| judgement.verdicts.iter().filter(|verdict| verdict.outcome.kind() == kind).count();
    let (n_failed, n_unknown) = (count(VerdictKind::Failed), count(VerdictKind::Unknown));
    let problem = match shows {
        ExampleKind::Fail if n_failed == 0 => "nothing fails",
        ExampleKind::Pass if n_failed > 0 => "something fails",
        ExampleKind::Pass if n_unknown > 0 => "something is unknown",
        ExampleKind::Pass if judgement.verdicts.is_empty() => "the control has nothing to judge",
        ExampleKind::Unknown if n_failed > 0 => "something fails",
        ExampleKind::Unknown if n_unknown == 0 => "nothing is unknown",
        ExampleKind::Fail | ExampleKind::Pass | ExampleKind::Unknown => return None,
    };
    let verdicts = judgement
        .verdicts
        .iter()
        .take(5)
        .map(|verdict| format!("{}: {:?}", verdict.resource, verdict.outcome));
    Some(format!("{problem} ({})", verdicts.collect::<Vec<_>>().join("; ")))
}
