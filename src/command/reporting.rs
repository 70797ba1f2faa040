//! From what a pass concluded to what it prints.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::cli::{self, Format};
use crate::domain::{Compliance, Scope};
use crate::policy::{Bundles, Judgement};
use crate::reconcile::{self, Entry, Records, Step};
use crate::report::{self, Report};
use crate::snapshot::Snapshot;

use super::Exit;
use super::console;
use super::failure::Failure;

/// A report on a judged snapshot: nothing recorded, planned or written yet.
pub(super) fn report(bundles: &Bundles, snapshot: &Snapshot, judgement: Judgement) -> Report {
    Report {
        scope: snapshot.scope(),
        taken_at: snapshot.taken_at,
        bundles: bundles.bundles().iter().map(|bundle| bundle.id.clone()).collect(),
        controls: bundles.controls().to_vec(),
        verdicts: judgement.verdicts,
        hidden: judgement
            .hidden
            .into_iter()
            .map(|hidden| report::Hidden {
                control: hidden.control,
                collection: hidden.collection,
                reason: hidden.reason,
            })
            .collect(),
        errors: judgement
            .errors
            .into_iter()
            .map(|error| report::ControlError { control: error.control, message: error.message })
            .collect(),
        exceptions: report::Exceptions {
            expired: judgement.exceptions.expired.iter().map(ToString::to_string).collect(),
            unused: judgement.exceptions.unused.iter().map(|unused| unused.id.to_string()).collect(),
        },
        coverage: snapshot.coverage.clone(),
        calls: BTreeMap::new(),
        plan: None,
        writes: None,
        findings: Vec::new(),
    }
}

/// A plan as reports show it, beside what was on record before.
pub(super) fn plan(plan: &reconcile::Plan, recorded: &Records) -> report::Plan {
    let mut shown =
        report::Plan { first: recorded.is_empty(), unchanged: plan.n_unchanged, ..report::Plan::default() };
    for entry in &plan.entries {
        let changes = match &entry.step {
            Step::Create(_) => &mut shown.create,
            Step::Update { .. } => &mut shown.update,
            Step::Archive { .. } => &mut shown.archive,
            Step::Hold(_) => &mut shown.hold,
        };
        changes.extend(change(entry, recorded));
    }
    shown
}

/// One entry of a plan; every entry is about a finding that is wanted or on record.
fn change(entry: &Entry, recorded: &Records) -> Option<report::Change> {
    let known = recorded.get(&entry.id);
    let was = known.map(|known| known.current.compliance);
    let why = match entry.step.why() {
        why if why.is_empty() => "new".to_owned(),
        why => why,
    };
    let of_finding = |control, resource: &str, compliance: Compliance| report::Change {
        finding: entry.id.clone(),
        control,
        resource: resource.to_owned(),
        compliance,
        was: was.filter(|was| *was != compliance),
        why,
    };
    match &entry.step {
        Step::Create(write) | Step::Update { write, .. } => {
            let finding = &write.finding;
            Some(of_finding(finding.control.id.clone(), &finding.resource, finding.compliance))
        }
        Step::Archive { .. } | Step::Hold(_) => {
            let known = known?;
            Some(of_finding(known.generator.control().clone(), &known.resource, known.current.compliance))
        }
    }
}

/// Prints the report and writes the files that were asked for; says how the program ends.
pub(super) fn deliver(report: &Report, options: &cli::Report) -> Result<Exit, Failure> {
    for (format, path) in &options.files {
        to_file(report, *format, path).map_err(|error| cannot_write(path, error))?;
    }
    let printed = match options.format {
        Format::Table => console::print(&report::table(report, console::width())),
        Format::Json => console::stream(|out| Ok(report::json(report, out)?)),
        Format::Asff => console::stream(|out| Ok(report::asff(report, out)?)),
    };
    printed.map_err(Failure::failed)?;
    let gated = options.fail_on.is_some_and(|gate| report.worst_failure().is_some_and(|worst| worst >= gate));
    Ok(match (gated, report.is_complete()) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Complete,
        (false, false) => Exit::Partial,
    })
}

fn to_file(report: &Report, format: Format, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    match format {
        Format::Table => {
            let table = report::table(report, None);
            file.write_all(anstream::adapter::strip_str(&table).to_string().as_bytes())?;
        }
        Format::Json => report::json(report, &mut file)?,
        Format::Asff => report::asff(report, &mut file)?,
    }
    file.flush()
}

fn cannot_write(path: &Path, error: io::Error) -> Failure {
    let context = format!("cannot write the report `{}`", path.display());
    Failure::failed(anyhow::Error::new(error).context(context))
        .with_help("the directory must exist, and this user must be able to write to it")
}

/// What a pass of this scope is called in messages.
pub(super) fn place(scope: &Scope) -> String {
    format!("account {} in Region {}", scope.account, scope.region)
}
