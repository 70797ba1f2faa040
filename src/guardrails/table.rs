//! Which calls set what controls look at, and which condition keys show it.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// One guardrail as `guardrails.json` has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// The id of its statements.
    pub(super) sid: String,
    /// What it refuses.
    pub(super) refuses: String,
    /// The controls that detect the same.
    pub(super) controls: Vec<String>,
    /// The condition key by which a request shows it; whole calls are refused without one.
    #[serde(default)]
    pub(super) key: Option<String>,
    /// Which parameters it is made for.
    #[serde(default)]
    pub(super) when: Option<When>,
    /// What is refused.
    pub(super) refuse: Refuse,
    /// What it means that a call which creates something says nothing of it: AWS's default, which is compliant or not.
    /// A call that changes something leaves unsaid what stays as it was.
    #[serde(default)]
    absent: Absent,
    /// Calls that create something.
    pub(super) creates: Vec<String>,
    /// Calls that change something.
    #[serde(default)]
    pub(super) changes: Vec<String>,
    /// What else is to be known.
    #[serde(default)]
    pub(super) note: Option<String>,
}

impl Row {
    pub(super) fn refuses_absent(&self) -> bool {
        matches!(self.absent, Absent::Refused)
    }
}

/// A guardrail is made where a parameter has a value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct When {
    pub(super) parameter: String,
    pub(super) is: Value,
    /// Why it is not made otherwise.
    pub(super) otherwise: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Absent {
    #[default]
    Accepted,
    Refused,
}

/// What is refused.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Refuse {
    /// The calls altogether.
    Calls,
    /// Requests without the tags of the parameter `required_tags`.
    #[serde(rename = "missing tags")]
    MissingTags,
    /// Any of these values.
    Values(Vec<String>),
    /// Any value of a parameter.
    Within(String),
    /// Any value that a parameter does not list.
    #[serde(untagged)]
    Outside {
        /// The parameter.
        #[serde(rename = "outside")]
        parameter: String,
        /// How its values are written for IAM, with `{}` for each.
        #[serde(default, rename = "as")]
        form: Option<String>,
        /// Whether an empty list allows any value; otherwise it refuses none.
        #[serde(default)]
        any: bool,
    },
}

/// Every guardrail.
pub(super) fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        // A table that cannot be read is empty; a test reads it.
        serde_json::from_str(include_str!("guardrails.json")).unwrap_or_default()
    });
    &ROWS
}
