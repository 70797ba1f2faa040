//! Guardrails for people, for pages and for programs: what they refuse, and what they leave to controls.

mod json;
mod page;
mod table;

use crate::guardrails::Guardrail;

pub use json::{VERSION as JSON_VERSION, write as json};
pub use page::write as page;
pub use table::render as table;

/// Calls in a line, those of ECS without their service.
fn calls(calls: &[&str]) -> String {
    let names = calls.iter().map(|call| call.strip_prefix("ecs:").unwrap_or(call));
    names.collect::<Vec<_>>().join(", ")
}

fn controls(guardrail: &Guardrail) -> String {
    guardrail.controls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
