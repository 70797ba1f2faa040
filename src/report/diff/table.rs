//! The difference for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::table::{
    BOLD, DIM, GOOD, LISTED, WARN, WIDTH, counted, plain, section, severity_style, short, styled, trimmed,
};
use super::{Change, ControlDiff, Diff, Presence};
use crate::domain::{BundleId, Outcome, VerdictKind};
use anstyle::AnsiColor;
use comfy_table::{ColumnConstraint, Width};

/// The difference as text with ANSI colours, which the printer takes out where nobody can see them.
///
/// `width` is the terminal's, in columns.
#[must_use]
pub fn render(diff: &Diff, width: Option<u16>) -> String {
    let mut text = String::new();
    let taken_at = diff.taken_at.strftime("%Y-%m-%d %H:%M:%S UTC");
    let _ = writeln!(text, "{}  snapshot of {taken_at}", styled(BOLD, &diff.scope));
    let _ = writeln!(text, "old {}\nnew {}", bundles(&diff.old), bundles(&diff.new));
    summary(&mut text, diff);
    for control in &diff.controls {
        of_control(&mut text, control, width.unwrap_or(WIDTH).max(60));
    }
    for (title, errors) in [("old", &diff.old_errors), ("new", &diff.new_errors)] {
        if !errors.is_empty() {
            section(&mut text, &format!("Controls of the {title} bundles that could not be evaluated"));
            for (control, message) in errors {
                let _ = writeln!(text, "  {}: {}", styled(BOLD, control), message.trim());
            }
        }
    }
    text
}

fn bundles(bundles: &[BundleId]) -> String {
    let named = bundles.iter().map(|bundle| {
        let digest = bundle.digest.strip_prefix("sha256:").and_then(|digest| digest.get(..12));
        format!("{bundle} ({})", digest.unwrap_or(&bundle.digest))
    });
    named.collect::<Vec<_>>().join(", ")
}

fn summary(text: &mut String, diff: &Diff) {
    let counts = diff.counts();
    let parts = [
        (counts.fail_now, "now", AnsiColor::Red.on_default()),
        (counts.fail_no_longer, "no longer", GOOD),
        (counts.fail_otherwise, "by other violations", WARN),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0).map(|(count, how, style)| {
        let verb = if count == 1 { "fails" } else { "fail" };
        styled(style, format!("{count} {verb} {how}"))
    });
    let mut parts = parts.collect::<Vec<_>>();
    if counts.other > 0 {
        parts.push(format!("{} otherwise different", counts.other));
    }
    let unchanged = format!("{} unchanged", counted(diff.n_unchanged, "verdict"));
    let _ = match parts.as_slice() {
        [] => writeln!(text, "\nno verdict changes: {unchanged}"),
        parts => writeln!(text, "\n{}; {}", parts.join(", "), styled(DIM, unchanged)),
    };
}

fn of_control(text: &mut String, diff: &ControlDiff, width: u16) {
    let control = &diff.control;
    let mut notes = Vec::new();
    match diff.presence {
        Presence::Both => {}
        Presence::Added => notes.push("added".to_owned()),
        Presence::Withdrawn => notes.push("withdrawn".to_owned()),
    }
    notes.extend(diff.was_id.as_ref().map(|id| format!("was {id}")));
    notes.extend(diff.was_severity.map(|severity| format!("was {severity}")));
    let notes = match notes.as_slice() {
        [] => String::new(),
        notes => format!(" {}", styled(WARN, format!("({})", notes.join(", ")))),
    };
    let severity = styled(severity_style(control.severity), control.severity);
    let _ = writeln!(text, "\n{severity} {} {}{notes}", styled(BOLD, &control.id), control.title);

    // Of a control that only one side has, what passes is a number and no news.
    let is_news = |change: &&Change| {
        let outcome = change.is.as_ref().or(change.was.as_ref());
        let quiet = [VerdictKind::Passed, VerdictKind::NotApplicable];
        diff.presence == Presence::Both || outcome.is_some_and(|outcome| !quiet.contains(&outcome.kind()))
    };
    let mut table = plain(Some(width));
    let news = diff.changes.iter().filter(is_news).collect::<Vec<_>>();
    for change in news.iter().take(LISTED) {
        table.add_row([format!("  {}", short(&change.resource)), described(change)]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Percentage(40)));
    }
    if !news.is_empty() {
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    }
    let mut rest = BTreeMap::<&str, usize>::new();
    for change in diff.changes.iter().filter(|change| !is_news(change)) {
        let outcome = change.is.as_ref().or(change.was.as_ref());
        *rest.entry(outcome.map_or("none", |outcome| outcome.kind().as_str())).or_default() += 1;
    }
    if news.len() > LISTED {
        let more = format!("  and {} more (--format json lists all)", news.len() - LISTED);
        let _ = writeln!(text, "{}", styled(DIM, more));
    }
    if !rest.is_empty() {
        let rest = rest.into_iter().map(|(kind, count)| format!("{count} {}", kind.replace('_', " ")));
        let _ = writeln!(text, "  {}", styled(DIM, rest.collect::<Vec<_>>().join(", ")));
    }
}

/// `passed → failed`, and each violation that came or went.
fn described(change: &Change) -> String {
    let word = |outcome: &Option<Outcome>| {
        outcome.as_ref().map_or("none", |outcome| outcome.kind().as_str()).replace('_', " ")
    };
    let (was, is) = (word(&change.was), word(&change.is));
    let mut lines = vec![match (&change.was, &change.is) {
        (None, _) => is,
        (_, None) => was,
        _ if was == is => is,
        _ => format!("{was} → {is}"),
    }];
    lines.extend(change.found().iter().map(|violation| format!("+ {}", violation.message)));
    lines.extend(change.gone().iter().map(|violation| format!("- {}", violation.message)));
    match &change.is {
        Some(Outcome::Unknown(reasons)) => lines.extend(reasons.iter().cloned()),
        Some(Outcome::NotApplicable(reason)) => lines.push(reason.clone()),
        _ => {}
    }
    lines.join("\n")
}
