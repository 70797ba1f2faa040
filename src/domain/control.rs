//! A control: one property that every member of a population must have.

use std::borrow::Cow;
use std::fmt;

use super::{ControlId, Severity};
use crate::snapshot::Collection;

/// What a policy's METADATA says about it, joined with where it came from and what it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The permanent id.
    pub id: ControlId,
    /// Earlier ids under which exceptions and histories may still name the control.
    pub aliases: Vec<ControlId>,
    /// The bundle that holds it.
    pub bundle: BundleId,
    /// The package, without `data.`: `tidewaiter.controls.task_definition.privileged_container`.
    pub package: String,
    /// The required condition in one line, at most 120 characters.
    pub title: String,
    /// Why it matters.
    pub description: String,
    /// Pages that explain it.
    pub related_resources: Vec<String>,
    /// How bad a failure is.
    pub severity: Severity,
    /// The collection whose members get one verdict each.
    pub population: Collection,
    /// Every collection that the policy, or a helper that it calls, reads; the population included.
    pub reads: Vec<Collection>,
    /// Those of them that `input.usage` is made from, when the policy reads it. What one of them
    /// hides may be missing from the join of any member.
    pub joined: Vec<Collection>,
    /// What a person does about a failure.
    pub remediation: Remediation,
    /// Names below `data.params` that the policy reads.
    pub parameters: Vec<String>,
    /// Whether the control is judged unless somebody asks for it by name.
    pub enabled: bool,
    /// Why the control should no longer be used, when it should not.
    pub deprecated: Option<String>,
    /// Requirements of frameworks that the control answers to, sorted.
    pub mappings: Vec<Mapping>,
    /// Rules of other tools that the control covers, sorted; empty when no tool has one, `None` when nothing is said.
    pub covers: Option<Vec<Covered>>,
}

impl Control {
    /// The control's folder name: the last part of its package.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.package.rsplit('.').next().unwrap_or(&self.package)
    }
}

/// Which bundle a control came from: part of every finding's `GeneratorId`, its revision and digest part of its evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId {
    /// The bundle's name (`aws-baseline`).
    pub name: String,
    /// The revision of its `.manifest`.
    pub revision: String,
    /// SHA-256 over its files, as `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.revision)
    }
}

/// What to do about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remediation {
    /// For a person.
    pub text: String,
    /// The typed action that could do it, where one exists.
    pub action: Option<String>,
}

/// One requirement of a framework that a control answers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mapping {
    /// The framework's id (`nist-800-53-r5`).
    pub framework: String,
    /// The requirement's id in the framework (`AC-6`).
    pub requirement: String,
    /// The requirement as Security Hub writes it (`NIST.800-53.r5 AC-6`), when it is one that belongs into findings.
    pub label: Option<String>,
}

impl Mapping {
    /// The requirement in a line: as Security Hub writes it, or with its framework's id.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.label {
            Some(label) => Cow::Borrowed(label),
            None => Cow::Owned(format!("{} {}", self.framework, self.requirement)),
        }
    }
}

/// A rule of another tool that a control covers: what fails there fails here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Covered {
    /// The tool (`security-hub`).
    pub peer: String,
    /// What the tool calls its rule (`ECS.4`).
    pub rule: String,
}
