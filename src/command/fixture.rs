//! `tidewaiter fixture`: an example for a control, cut out of a real estate.

use std::path::Path;
use std::time::Instant;

use crate::cli;
use crate::domain::Control;
use crate::fixture::{self, Error};
use crate::policy::nearest;
use crate::snapshot::Snapshot;

use super::console::{self, Progress};
use super::failure::Failure;
use super::input::{self, Choice, Policies};
use super::{Exit, output};

/// How many resources are named when none is near the one that was given.
const NAMED: usize = 5;

/// Cuts the fixture and writes it.
pub(super) fn fixture(options: &cli::Fixture, console: &cli::Console) -> Result<Exit, Failure> {
    let policies = Policies::of(&Choice {
        bundles: &options.bundles,
        verification: Some(&options.verification),
        profile: None,
        params: options.params.as_deref(),
        exceptions: None,
        controls: std::slice::from_ref(&options.control),
    })?;
    let bundles = &policies.bundles;
    let control = bundles
        .control(&options.control)
        .ok_or_else(|| Failure::misuse(anyhow::anyhow!("no bundle has the control `{}`", options.control)))?;
    let snapshot = input::snapshot(&options.snapshot)?;
    let progress = Progress::new(console);
    let started = Instant::now();
    let most = usize::try_from(options.evaluations).unwrap_or(usize::MAX);
    let mut proceed = |n_evaluations: usize, bytes: usize| {
        progress.say(format!("{bytes} bytes after {n_evaluations} evaluations"));
        n_evaluations < most && started.elapsed() < options.time_limit
    };
    let cut = fixture::cut(&snapshot, bundles, control, &options.resource, !options.keep_names, &mut proceed);
    let cut = cut.map_err(|error| failure(error, control, &snapshot, &options.resource))?;
    drop(progress);

    let mut text = serde_json::to_string_pretty(&cut.document).map_err(Failure::failed)?;
    text.push('\n');
    output::deliver(options.output.as_deref(), &text, "the fixture")?;
    let evaluations = if cut.n_evaluations == 1 { "evaluation" } else { "evaluations" };
    let mut note = format!(
        "note: `{}` is {} by {} in {} bytes, after {} {evaluations}\n",
        cut.resource,
        cut.kind.as_str().replace('_', " "),
        control.id,
        text.len(),
        cut.n_evaluations,
    );
    if options.output.as_deref().and_then(Path::file_name).is_none_or(|name| name != cut.name.as_str()) {
        note.push_str(&format!("note: its name under `examples/` could be `{}`\n", cut.name));
    }
    console::complain(&note);
    if cut.is_minimal {
        return Ok(Exit::Complete);
    }
    console::complain(
        "warning: the search ended before it was known to be the smallest; give --evaluations or --time-limit more\n",
    );
    Ok(Exit::Partial)
}

/// Names the resource that was meant.
fn failure(error: Error, control: &Control, snapshot: &Snapshot, resource: &str) -> Failure {
    if let Some(help) = error.help() {
        return Failure::failed(error).with_help(help);
    }
    match error {
        Error::NoVerdict { .. } => {
            let known = snapshot.members(control.population).map(|(key, _)| key).collect::<Vec<_>>();
            let near = nearest(resource, &known).map(|near| format!("did you mean `{near}`?"));
            let help = near.unwrap_or_else(|| {
                let some = known.iter().take(NAMED).map(|key| format!("`{key}`")).collect::<Vec<_>>();
                match known.len() {
                    0 => format!("the snapshot holds no {}", control.population.noun()),
                    n_known if n_known > NAMED => {
                        format!(
                            "the snapshot holds {n_known} of {}, such as {}",
                            control.population,
                            some.join(", ")
                        )
                    }
                    _ => format!("the snapshot holds {}", some.join(", ")),
                }
            });
            Failure::misuse(error).with_help(help)
        }
        _ => Failure::failed(error),
    }
}
