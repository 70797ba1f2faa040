//! Omissions: checks that a bundle leaves out, each with its reason, so that a reader does not take them for forgotten.

use std::collections::BTreeSet;

use super::yaml::{self, Fields};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::ControlId;

/// The file of a bundle that lists what it leaves out.
pub(super) const FILE: &str = "omissions.yaml";

/// A check that a bundle does not make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omission {
    /// The id that a control would have; a part of a control that exists has that control's id.
    pub id: ControlId,
    /// What would be checked.
    pub title: String,
    /// Why it cannot be.
    pub reason: String,
    /// Where the reason can be read up.
    pub source: Option<String>,
}

/// Reads the list.
pub(super) fn parse(file: &str, text: &str, problems: &mut Vec<Diagnostic>) -> Vec<Omission> {
    let node = match yaml::parse(file, text) {
        Ok(node) => node,
        Err(problem) => {
            problems.push(problem);
            return Vec::new();
        }
    };
    let keys = ["omissions"];
    let Some(mut fields) = Fields::of(file, Code::Framework, "the list of omissions", &node, &keys, problems)
    else {
        return Vec::new();
    };
    let _ = fields.required("omissions");
    let (mut omissions, mut titles) = (Vec::new(), BTreeSet::new());
    for item in fields.list("omissions") {
        let keys = ["id", "title", "reason", "source"];
        let Some(mut fields) =
            Fields::of(file, Code::Framework, "the omission", item, &keys, fields.problems())
        else {
            continue;
        };
        let id = fields.required_text("id").map(ControlId::new);
        if let Some(Err(error)) = &id {
            fields.report(item, error.to_string());
        }
        let (title, reason) = (fields.required_text("title"), fields.required_text("reason"));
        let source = fields.text("source");
        let (Some(Ok(id)), Some(title), Some(reason)) = (id, title, reason) else { continue };
        if !titles.insert((id.clone(), title.clone())) {
            fields.report(item, format!("the omission `{id}`, {title}, stands twice in the list"));
        }
        omissions.push(Omission { id, title, reason, source });
    }
    omissions.sort_by(|left, right| (&left.id, &left.title).cmp(&(&right.id, &right.title)));
    omissions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (Vec<Omission>, String) {
        let mut problems = Vec::new();
        let omissions = parse("b/omissions.yaml", text, &mut problems);
        (omissions, problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn omissions_are_sorted_by_id() {
        let (omissions, problems) = check(
            "omissions:\n  - {id: IM11, title: b, reason: r}\n  - {id: IM10, title: a, reason: r, source: 'https://x'}\n",
        );
        assert_eq!(problems, "");
        let ids = omissions.iter().map(|omission| omission.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids, ["IM10", "IM11"]);
        assert_eq!(omissions[0].source.as_deref(), Some("https://x"));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        let twice = "  - {id: X1, title: a, reason: r}\n".repeat(2);
        let text =
            format!("omissions:\n  - {{id: IM10, title: a}}\n  - {{id: im 10, title: a}}\n{twice}  - []\n");
        insta::assert_snapshot!(check(&text).1, @r"
        b/omissions.yaml:2:5: the omission has no `reason` [framework]
        b/omissions.yaml:3:5: `im 10` is not a control id (such as `TD01`: a letter, then up to 31 letters, digits or hyphens) [framework]
        b/omissions.yaml:3:5: the omission has no `reason` [framework]
        b/omissions.yaml:5:5: the omission `X1`, a, stands twice in the list [framework]
        b/omissions.yaml:6:5: the omission is a list, and must be a mapping [framework]
        ");
        insta::assert_snapshot!(check("ommissions: []\n").1, @r"
        b/omissions.yaml:1:1: the list of omissions has no key `ommissions` [unknown-key]
        b/omissions.yaml:1:1: the list of omissions has no `omissions` [framework]
        ");
        assert!(check("a: [1\n").1.ends_with("[syntax]"));
    }
}
