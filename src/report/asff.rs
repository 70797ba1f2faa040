//! The findings as Security Hub takes them.

use std::io;

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Report;

/// Writes an array of ASFF objects, one for each finding that the pass wants to be current, by Id.
///
/// # Errors
///
/// Whatever the serializer or the writer reports.
pub fn write(report: &Report, mut out: impl io::Write) -> serde_json::Result<()> {
    serde_json::to_writer_pretty(&mut out, &Findings(report))?;
    out.write_all(b"\n").map_err(serde_json::Error::io)
}

/// All findings, each parsed when it is written.
struct Findings<'a>(&'a Report);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut findings = serializer.serialize_seq(Some(self.0.findings.len()))?;
        for finding in &self.0.findings {
            let finding = serde_json::from_str::<Value>(finding.get()).map_err(S::Error::custom)?;
            findings.serialize_element(&finding)?;
        }
        findings.end()
    }
}
