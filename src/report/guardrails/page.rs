//! Guardrails as a page.

use std::fmt::Write as _;

use super::{calls, controls};
use crate::guardrails::Guardrails;

/// Every guardrail as rows of a Markdown table: what it refuses, in which calls, and which calls it cannot refuse.
#[must_use]
pub fn write(guardrails: &Guardrails) -> String {
    let mut text = String::from(
        "| statements | refuse | in these calls | not in these | detected by |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in &guardrails.rows {
        let refuses = match row.note {
            Some(note) => format!("{} ({note})", row.refuses),
            None => row.refuses.to_owned(),
        };
        let _ = writeln!(
            text,
            "| `{}` | {refuses} | {} | {} | {} |",
            row.sid,
            calls(&row.refused),
            calls(&row.open),
            controls(row)
        );
    }
    text
}
