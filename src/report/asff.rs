//! The findings as Security Hub takes them.

use serde_json::Value;

use super::Report;

/// An array of ASFF objects, one for each finding that the pass wants to be current, by Id.
///
/// # Errors
///
/// Whatever the serializer reports.
pub fn render(report: &Report) -> serde_json::Result<String> {
    let findings = report.findings.iter().map(|finding| serde_json::from_str(finding.get()));
    let findings = findings.collect::<serde_json::Result<Vec<Value>>>()?;
    let mut text = serde_json::to_string_pretty(&findings)?;
    text.push('\n');
    Ok(text)
}
