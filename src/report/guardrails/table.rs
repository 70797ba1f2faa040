//! Guardrails for people at a terminal.

use std::fmt::Write as _;

use comfy_table::Table;

use super::super::table::{BOLD, DIM, WARN, counted, plain, section, styled, trimmed};
use super::{calls, controls};
use crate::guardrails::Guardrails;

/// What is refused, what is not, and who watches that.
#[must_use]
pub fn render(guardrails: &Guardrails, width: Option<u16>) -> String {
    let (made, unmade) = guardrails.rows.iter().partition::<Vec<_>, _>(|row| row.unmade.is_none());
    let mut text = String::new();
    if !made.is_empty() {
        let mut table = titled(width, ["statements", "refuse", "in these calls", "detected by"]);
        for row in &made {
            table.add_row([
                styled(BOLD, row.sid),
                row.refuses.to_owned(),
                calls(&row.refused),
                controls(row),
            ]);
        }
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    }
    let open = made.iter().filter(|row| !row.open.is_empty() || row.note.is_some()).collect::<Vec<_>>();
    if !open.is_empty() {
        section(&mut text, "What they leave open");
        let mut table = titled(width, ["statements", "why", "watched by"]);
        for row in open {
            let keyless = (!row.open.is_empty())
                .then(|| format!("{}: the request has no condition key for it", calls(&row.open)));
            let why = keyless.into_iter().chain(row.note.map(str::to_owned)).collect::<Vec<_>>();
            table.add_row([styled(BOLD, row.sid), why.join("; "), controls(row)]);
        }
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    }
    if !unmade.is_empty() {
        section(&mut text, "Not made");
        let mut table = titled(width, ["statements", "would refuse", "why not"]);
        for row in &unmade {
            let reason = row.unmade.as_deref().unwrap_or_default();
            table.add_row([styled(BOLD, row.sid), row.refuses.to_owned(), styled(WARN, reason)]);
        }
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    }
    if !guardrails.beyond.is_empty() {
        section(&mut text, "Beyond IAM");
        let ids = guardrails.beyond.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut table = plain(width);
        table.add_row([format!(
            "No condition key carries what is detected by {}: {ids}",
            counted(guardrails.beyond.len(), "further control")
        )]);
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    }
    text
}

fn titled<const N: usize>(width: Option<u16>, titles: [&str; N]) -> Table {
    let mut table = plain(width);
    table.set_header(titles.map(|title| styled(DIM, title)));
    table
}
