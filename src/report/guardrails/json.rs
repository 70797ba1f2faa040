//! Guardrails for programs: one object with a versioned schema.

use serde::Serialize;

use crate::domain::ControlId;
use crate::guardrails::{Guardrail, Guardrails, Statement};

/// The version of the object; it changes when a program that reads it would read it wrongly.
pub const VERSION: &str = "1";

#[derive(Serialize)]
struct Wire<'a> {
    version: &'static str,
    guardrails: Vec<Row<'a>>,
    beyond_iam: Vec<&'a str>,
}

#[derive(Serialize)]
struct Row<'a> {
    sid: &'a str,
    refuses: &'a str,
    controls: Vec<&'a str>,
    refused_calls: &'a [&'static str],
    open_calls: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_made_because: Option<&'a str>,
    statements: &'a [Statement],
}

/// Writes the object.
///
/// # Errors
///
/// When it cannot be written as JSON.
pub fn write(guardrails: &Guardrails) -> Result<String, serde_json::Error> {
    let wire = Wire {
        version: VERSION,
        guardrails: guardrails.rows.iter().map(row).collect(),
        beyond_iam: ids(&guardrails.beyond),
    };
    serde_json::to_string_pretty(&wire).map(|text| text + "\n")
}

fn ids(controls: &[ControlId]) -> Vec<&str> {
    controls.iter().map(ControlId::as_str).collect()
}

fn row(guardrail: &Guardrail) -> Row<'_> {
    Row {
        sid: guardrail.sid,
        refuses: guardrail.refuses,
        controls: ids(&guardrail.controls),
        refused_calls: &guardrail.refused,
        open_calls: &guardrail.open,
        note: guardrail.note,
        not_made_because: guardrail.unmade.as_deref(),
        statements: &guardrail.statements,
    }
}
