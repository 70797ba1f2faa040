//! One bundle's file of a framework: a part of what all bundles say of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::policy::yaml::{self, Fields};

/// What is said of a framework as a whole, by the keys of its file.
pub(super) const TITLE: &str = "title";
pub(super) const VERSION: &str = "version";
pub(super) const SOURCE: &str = "source";
pub(super) const FORMAT: &str = "requirement_format";

/// What stands for a requirement's id in `requirement_format`.
pub(super) const PLACEHOLDER: &str = "{id}";

/// One file.
#[derive(Debug)]
pub(in crate::policy) struct Part {
    /// Its name in messages.
    pub(super) file: String,
    /// Where it begins.
    pub(super) place: (usize, usize),
    /// The framework's id, which is the file's name.
    pub(super) id: String,
    /// What it says of the framework; `None` for what was refused already.
    pub(super) facts: BTreeMap<&'static str, Option<Said>>,
    /// The requirements, in the file's order.
    pub(super) requirements: Vec<RequirementPart>,
}

/// What a file says of one requirement.
#[derive(Debug)]
pub(super) struct RequirementPart {
    pub(super) id: String,
    pub(super) title: Option<Said>,
    pub(super) controls: Vec<Said>,
    pub(super) reason: Option<String>,
}

/// A text and where it stands.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) text: String,
    /// Line and column, from 1.
    pub(super) place: (usize, usize),
}

/// Reads a framework's file.
pub(in crate::policy) fn parse(
    file: &str,
    stem: &str,
    text: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<Part> {
    const KEYS: [&str; 6] = ["id", TITLE, VERSION, SOURCE, FORMAT, "requirements"];
    let node = yaml::parse(file, text).map_err(|problem| problems.push(problem)).ok()?;
    let mut fields = Fields::of(file, Code::Framework, "the framework", &node, &KEYS, problems)?;
    let id = fields.required_text("id");
    if let (Some(id), Some(id_node)) = (&id, fields.node("id"))
        && id != stem
    {
        fields.report(id_node, format!("the framework `{id}` stands in a file named `{stem}`"));
    }
    let mut facts = BTreeMap::new();
    for key in [TITLE, VERSION, SOURCE, FORMAT] {
        if fields.node(key).is_some() {
            facts.insert(key, said(&mut fields, key));
        }
    }
    if let Some(Some(format)) = facts.get(FORMAT)
        && !format.text.contains(PLACEHOLDER)
        && let Some(format_node) = fields.node(FORMAT)
    {
        fields.report(format_node, format!("`{FORMAT}` does not hold `{PLACEHOLDER}`"));
    }
    let _ = fields.required("requirements");
    let (mut requirements, mut ids) = (Vec::new(), BTreeSet::new());
    for item in fields.list("requirements") {
        let keys = ["id", TITLE, "controls", "reason"];
        let Some(mut fields) =
            Fields::of(file, Code::Framework, "the requirement", item, &keys, fields.problems())
        else {
            continue;
        };
        let Some(id) = fields.required_text("id") else { continue };
        if !ids.insert(id.clone()) {
            fields.report(item, format!("the requirement `{id}` stands twice in the framework"));
            continue;
        }
        let controls = fields.texts("controls").into_iter();
        let controls = controls.map(|(text, node)| Said { text, place: node.place }).collect();
        let (title, reason) = (said(&mut fields, TITLE), fields.text("reason"));
        requirements.push(RequirementPart { id, title, controls, reason });
    }
    Some(Part { file: file.to_owned(), place: node.place, id: stem.to_owned(), facts, requirements })
}

fn said(fields: &mut Fields<'_>, key: &str) -> Option<Said> {
    let place = fields.node(key)?.place;
    fields.text(key).map(|text| Said { text, place })
}
