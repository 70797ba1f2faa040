//! The findings as Security Hub takes them.

use super::Report;

/// An array of ASFF objects, one for each finding that the pass wants to be current, by Id.
///
/// # Errors
///
/// Whatever the serializer reports.
pub fn render(report: &Report) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(&report.findings)?;
    text.push('\n');
    Ok(text)
}
