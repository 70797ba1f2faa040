//! `tidewaiter diff`: which verdicts a change of policies would change.

use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

use crate::cli::{self, DiffFormat};
use crate::policy::{self, nearest};
use crate::report::diff::{self, Diff, Side};
use crate::snapshot::Snapshot;
use crate::sources::Location;

use super::console::{self, Progress};
use super::failure::Failure;
use super::input::{self, Choice, Policies};
use super::{Exit, moment};

/// Judges a snapshot twice and lays the verdicts side by side.
pub(super) fn diff(options: &cli::Diff, console: &cli::Console) -> Result<Exit, Failure> {
    let [old, new] = options.bundles.as_slice() else {
        let message = format!("--bundle was given {} times, and must be given twice", options.bundles.len());
        return Err(Failure::misuse(anyhow::anyhow!(message))
            .with_help("name the bundle before and then the bundle after: --bundle OLD --bundle NEW"));
    };
    let (old, new) = (
        load(old, options.params.as_deref(), options)?,
        load(new, options.new_params.as_deref().or(options.params.as_deref()), options)?,
    );
    check_controls(options, &old, &new)?;
    let snapshot = match &options.source.snapshot {
        Some(path) => input::snapshot(path)?,
        None => input::example()?,
    };
    let progress = Progress::new(console);
    progress.say("judging with the old bundles");
    let before = side(&old, &snapshot, options)?;
    progress.say("judging with the new bundles");
    let after = side(&new, &snapshot, options)?;
    drop(progress);

    let diff = Diff::of(snapshot.scope(), snapshot.taken_at, before, after);
    let text = match options.format {
        DiffFormat::Table => diff::table(&diff, console::width()),
        DiffFormat::Json => diff::json(&diff).map_err(Failure::failed)?,
    };
    console::print(&text).map_err(Failure::failed)?;
    let gated =
        options.fail_on.is_some_and(|gate| diff.worst_new_failure().is_some_and(|worst| worst >= gate));
    Ok(match (gated, diff.old_errors.is_empty() && diff.new_errors.is_empty()) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Complete,
        (false, false) => Exit::Partial,
    })
}

fn load(bundle: &Location, params: Option<&Path>, options: &cli::Diff) -> Result<Policies, Failure> {
    Policies::of(&Choice {
        bundles: std::slice::from_ref(bundle),
        verification: Some(&options.verification),
        profile: None,
        params,
        exceptions: options.exceptions.as_deref(),
        controls: &[],
    })
}

/// A control that is to be compared is in at least one of the two.
fn check_controls(options: &cli::Diff, old: &Policies, new: &Policies) -> Result<(), Failure> {
    let is_known = |policies: &Policies, id| policies.bundles.control(id).is_some();
    let Some(unknown) = options.controls.iter().find(|id| !is_known(old, id) && !is_known(new, id)) else {
        return Ok(());
    };
    let all = [old, new].into_iter().flat_map(|policies| policies.bundles.all_controls());
    let known = all.map(|control| control.id.as_str()).collect::<Vec<_>>();
    let failure = Failure::misuse(anyhow::anyhow!("neither bundle has the control `{unknown}`"));
    Err(match nearest(unknown.as_str(), &known) {
        Some(near) => failure.with_help(format!("did you mean `{near}`?")),
        None => failure.with_help("`tidewaiter controls list` names the controls of a bundle"),
    })
}

fn side(policies: &Policies, snapshot: &Snapshot, options: &cli::Diff) -> Result<Side, Failure> {
    let mut bundles = policies.bundles.clone();
    if !options.controls.is_empty() {
        // A control that only the other side has is not judged here.
        let ids =
            options.controls.iter().filter(|id| bundles.control(id).is_some()).cloned().collect::<Vec<_>>();
        bundles = bundles.select(&ids).map_err(|unknown| {
            let ids = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            Failure::misuse(anyhow::anyhow!(ids))
        })?;
    }
    let threads = available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let engine = policy::Options { threads, time_limit: options.control_timeout };
    let now = moment(options.now);
    let judgement = policy::judge(&bundles, snapshot, &policies.exceptions, now, &engine);
    Ok(Side {
        bundles: bundles.bundles().iter().map(|bundle| bundle.id.clone()).collect(),
        controls: bundles.controls().to_vec(),
        verdicts: judgement.verdicts,
        errors: judgement.errors.into_iter().map(|error| (error.control, error.message)).collect(),
    })
}
