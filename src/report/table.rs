//! The report for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::{Change, Plan, Report};
use crate::domain::{Outcome, Severity, Verdict, VerdictKind};

/// How many resources of one control are listed; the rest is counted, and the JSON report has all.
pub(super) const LISTED: usize = 8;
/// How many changes of one kind are listed.
const CHANGES_LISTED: usize = 12;
/// The width when the terminal does not tell.
pub(super) const WIDTH: u16 = 110;
/// The narrowest table that is made.
const NARROWEST: u16 = 60;

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();

/// The report as text with ANSI colours, which the printer takes out where nobody can see them.
///
/// `width` is the terminal's, in columns.
#[must_use]
pub fn render(report: &Report, width: Option<u16>) -> String {
    let mut text = String::new();
    heading(&mut text, report);
    tally(&mut text, report);
    failures(&mut text, report, width.unwrap_or(WIDTH).max(60));
    unknowns(&mut text, report);
    exceptions(&mut text, report);
    changes(&mut text, report);
    writes(&mut text, report);
    calls(&mut text, report);
    text
}

pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Magenta.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Informational => DIM,
    }
}

pub(super) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A section's heading after an empty line.
pub(super) fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{}", styled(BOLD, title));
}

/// `1 service`, `2 services`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The part of an ARN that tells resources of one account and Region apart.
pub(super) fn short(resource: &str) -> &str {
    match resource.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, _, _, _, name] => name,
        _ => resource,
    }
}

fn heading(text: &mut String, report: &Report) {
    let bundles = report.bundles.iter().map(|bundle| format!("{bundle} {}", shortened(&bundle.digest)));
    let bundles = bundles.collect::<Vec<_>>().join(", ");
    let _ = writeln!(
        text,
        "{}  snapshot of {}  judged by {bundles} ({})",
        styled(BOLD, &report.scope),
        report.taken_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        counted(report.controls.len(), "control"),
    );
}

/// As much of a digest as tells bundles apart for a person: `sha256:` and 12 digits.
fn shortened(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}

fn tally(text: &mut String, report: &Report) {
    let tally = report.tally();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let kinds = VerdictKind::ALL;
    let header = std::iter::once(String::new())
        .chain(kinds.iter().map(|kind| kind.as_str().replace('_', " ")))
        .map(|title| Cell::new(styled(DIM, title)).set_alignment(CellAlignment::Right));
    table.set_header(header);
    let row = |name: String, counts: &dyn Fn(VerdictKind) -> usize| {
        let mut cells = vec![Cell::new(name)];
        for kind in kinds {
            let count = counts(kind);
            let shown = match kind {
                _ if count == 0 => styled(DIM, 0),
                VerdictKind::Failed => styled(AnsiColor::Red.on_default(), count),
                VerdictKind::Unknown => styled(WARN, count),
                VerdictKind::Passed => styled(GOOD, count),
                VerdictKind::Excepted | VerdictKind::NotApplicable => count.to_string(),
            };
            cells.push(Cell::new(shown).set_alignment(CellAlignment::Right));
        }
        cells
    };
    for severity in Severity::WORST_FIRST {
        if let Some(counts) = tally.get(&severity) {
            let name = styled(severity_style(severity), severity);
            table.add_row(row(name, &|kind| counts.get(&kind).copied().unwrap_or_default()));
        }
    }
    let total = |kind| tally.values().filter_map(|counts| counts.get(&kind)).sum();
    table.add_row(row("all".to_owned(), &total));
    let _ = writeln!(text, "\n{}", trimmed(&table.to_string()));
}

/// A table without lines that wraps its cells to the terminal's width.
pub(super) fn plain(width: Option<u16>) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width.unwrap_or(WIDTH).max(NARROWEST));
    table
}

/// A table without the blanks that fill its last column.
pub(super) fn trimmed(table: &str) -> String {
    table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Failed verdicts by control, the worst control first.
fn failures(text: &mut String, report: &Report, width: u16) {
    let mut by_control = BTreeMap::<(std::cmp::Reverse<Severity>, &str), Vec<&Verdict>>::new();
    for verdict in &report.verdicts {
        if verdict.outcome.kind() == VerdictKind::Failed
            && let Some(control) = report.control(&verdict.control)
        {
            let key = (std::cmp::Reverse(control.severity), verdict.control.as_str());
            by_control.entry(key).or_default().push(verdict);
        }
    }
    if by_control.is_empty() {
        return;
    }
    section(text, "Failed");
    for ((std::cmp::Reverse(severity), id), verdicts) in &by_control {
        let title = verdicts
            .first()
            .and_then(|verdict| report.control(&verdict.control))
            .map(|control| control.title.as_str())
            .unwrap_or_default();
        let _ =
            writeln!(text, "{} {} {title}", styled(severity_style(*severity), severity), styled(BOLD, id));
        let mut table = plain(Some(width));
        for verdict in verdicts.iter().take(LISTED) {
            let messages = verdict.outcome.violations().iter().map(|violation| violation.message.as_str());
            table.add_row([
                format!("  {}", short(&verdict.resource)),
                messages.collect::<Vec<_>>().join("\n"),
            ]);
        }
        if let Some(column) = table.column_mut(0) {
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Percentage(40)));
        }
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
        if verdicts.len() > LISTED {
            let more = format!("  and {} more (--format json lists all)", verdicts.len() - LISTED);
            let _ = writeln!(text, "{}", styled(DIM, more));
        }
    }
}

/// What could not be judged, by reason: the missing permission is what a person can act on.
fn unknowns(text: &mut String, report: &Report) {
    let mut by_reason = BTreeMap::<&str, BTreeMap<&str, usize>>::new();
    for verdict in &report.verdicts {
        if let Outcome::Unknown(reasons) = &verdict.outcome {
            for reason in reasons {
                *by_reason.entry(reason).or_default().entry(verdict.control.as_str()).or_default() += 1;
            }
        }
    }
    if !by_reason.is_empty() {
        section(text, "Unknown");
        for (reason, controls) in by_reason {
            let count = controls.values().sum::<usize>();
            let controls = controls.into_keys().collect::<Vec<_>>().join(", ");
            let _ = writeln!(text, "  {}: {} of {controls}", styled(WARN, reason), counted(count, "verdict"));
        }
    }
    if !report.hidden.is_empty() {
        let mut by_reason = BTreeMap::<(&str, &str), Vec<&str>>::new();
        for hidden in &report.hidden {
            by_reason
                .entry((hidden.collection.path(), &hidden.reason))
                .or_default()
                .push(hidden.control.as_str());
        }
        section(text, "Not seen whole");
        for ((collection, reason), controls) in by_reason {
            let controls = controls.join(", ");
            let _ =
                writeln!(text, "  {collection}: {}; findings of {controls} are held", styled(WARN, reason));
        }
    }
    if !report.errors.is_empty() {
        section(text, "Controls that could not be evaluated");
        for error in &report.errors {
            let _ = writeln!(text, "  {}: {}", styled(BOLD, &error.control), error.message.trim());
        }
    }
}

fn exceptions(text: &mut String, report: &Report) {
    if report.exceptions.expired.is_empty() && report.exceptions.unused.is_empty() {
        return;
    }
    section(text, "Exceptions to look at");
    for id in &report.exceptions.expired {
        let _ = writeln!(text, "  {id}: its last day is over, so it was not applied");
    }
    for id in &report.exceptions.unused {
        let _ = writeln!(text, "  {id}: nothing that failed needed it");
    }
}

fn changes(text: &mut String, report: &Report) {
    let Some(plan) = &report.plan else { return };
    section(text, "Since the last pass");
    if plan.is_empty() {
        let _ = writeln!(text, "  nothing has changed: {} as before", counted(plan.unchanged, "finding"));
    } else if plan.first {
        let _ =
            writeln!(text, "  this is the first pass: {} recorded", counted(plan.create.len(), "finding"));
    } else {
        let _ = writeln!(
            text,
            "  {} new, {} updated, {} archived, {} unchanged",
            plan.create.len(),
            plan.update.len(),
            plan.archive.len(),
            plan.unchanged
        );
        listed_changes(text, plan);
    }
    if !plan.hold.is_empty() {
        let _ = writeln!(
            text,
            "  {} held unchanged: evidence is missing, or this pass does not cover it",
            counted(plan.hold.len(), "finding")
        );
    }
}

fn listed_changes(text: &mut String, plan: &Plan) {
    let sign = |sign: char, changes: &[Change], text: &mut String| {
        for change in changes.iter().take(CHANGES_LISTED) {
            let status = match change.was {
                Some(was) if was != change.compliance => {
                    format!("{} → {}", was.as_str(), change.compliance.as_str())
                }
                _ => change.compliance.as_str().to_owned(),
            };
            let _ = writeln!(
                text,
                "  {sign} {} {} {status} ({})",
                styled(BOLD, &change.control),
                short(&change.resource),
                change.why
            );
        }
        if changes.len() > CHANGES_LISTED {
            let more = format!("  {sign} and {} more", changes.len() - CHANGES_LISTED);
            let _ = writeln!(text, "{}", styled(DIM, more));
        }
    };
    sign('+', &plan.create, text);
    sign('~', &plan.update, text);
    sign('-', &plan.archive, text);
}

fn writes(text: &mut String, report: &Report) {
    let Some(writes) = &report.writes else { return };
    section(text, "Security Hub");
    let _ = writeln!(text, "  {} sent, {} refused", counted(writes.sent, "finding"), writes.failed.len());
    for refused in writes.failed.iter().take(CHANGES_LISTED) {
        let code = styled(WARN, &refused.code);
        let _ = writeln!(text, "  {}: {code} {}", refused.finding, refused.message);
    }
    if writes.failed.len() > CHANGES_LISTED {
        let more = format!("  and {} more", writes.failed.len() - CHANGES_LISTED);
        let _ = writeln!(text, "{}", styled(DIM, more));
    }
}

fn calls(text: &mut String, report: &Report) {
    if report.calls.is_empty() {
        return;
    }
    let total = report.calls.values().map(|calls| calls.calls).sum::<u64>();
    let retries = report.calls.values().map(|calls| calls.retries).sum::<u64>();
    section(text, "API calls");
    let _ = writeln!(text, "  {total} calls, {retries} retries");
    let each = report.calls.iter().map(|(operation, calls)| format!("{operation} {}", calls.calls));
    let _ = writeln!(text, "  {}", styled(DIM, each.collect::<Vec<_>>().join(", ")));
}
