//! `tidewaiter guardrails`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Verification;
use crate::domain::ControlId;
use crate::guardrails::Kind;
use crate::sources::Location;

/// `tidewaiter guardrails`.
#[derive(Debug, Args)]
pub struct Guardrails {
    /// What kind of policy to make.
    #[arg(value_enum, value_name = "KIND")]
    pub kind: GuardrailKind,
    /// A bundle: a directory, a `.tar.gz`, `s3://bucket/key`, `https://…` or `builtin/NAME`; may be given several times.
    /// Every built-in bundle when absent.
    #[arg(long = "bundle", value_name = "BUNDLE")]
    pub bundles: Vec<Location>,
    /// Who must have signed the bundles.
    #[command(flatten)]
    pub verification: Verification,
    /// Parameters (YAML) laid over the bundles' defaults: allowed subnets, task sizes, required tags.
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// Prevent only what this control detects; may be given several times.
    #[arg(long = "control", value_name = "ID")]
    pub controls: Vec<ControlId>,
    /// Refuse nothing to principals whose ARN this is, with `*` and `?` for any text; may be given several times.
    #[arg(long = "exempt", value_name = "ARN", value_parser = principal)]
    pub exempt: Vec<String>,
    /// Write the policies into this directory instead, as `guardrails-1.json` and so on.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = GuardrailFormat::Policy, conflicts_with = "output")]
    pub format: GuardrailFormat,
}

/// The kind of policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GuardrailKind {
    /// Managed policies that refuse, to attach beside those that allow.
    Iam,
    /// Service control policies of an organization.
    Scp,
    /// A permissions boundary, which allows what it does not refuse.
    PermissionsBoundary,
}

impl From<GuardrailKind> for Kind {
    fn from(kind: GuardrailKind) -> Self {
        match kind {
            GuardrailKind::Iam => Self::Iam,
            GuardrailKind::Scp => Self::Scp,
            GuardrailKind::PermissionsBoundary => Self::PermissionsBoundary,
        }
    }
}

/// What to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GuardrailFormat {
    /// The policy.
    Policy,
    /// What is refused, what is not, and which controls watch that, for people.
    Table,
    /// The same with the statements, as one object in a versioned form.
    Json,
}

/// The ARN of principals, or a pattern of some.
fn principal(text: &str) -> Result<String, String> {
    let parts = text.splitn(6, ':').collect::<Vec<_>>();
    match parts.as_slice() {
        ["arn", _, "iam" | "sts", "", _, resource] if !resource.is_empty() => Ok(text.to_owned()),
        _ => Err("an ARN of IAM is expected, such as `arn:aws:iam::*:role/break-glass`".to_owned()),
    }
}
