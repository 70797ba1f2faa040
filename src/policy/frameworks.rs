//! Frameworks: which of their requirements a bundle's controls answer to.

use std::collections::{BTreeMap, BTreeSet};

use super::nearest;
use super::yaml::{self, Fields};
use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{ControlId, Mapping};

/// A standard that a bundle maps its controls to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    /// Its id, which is also the name of its file (`nist-800-53-r5`).
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its version, as its publisher writes it.
    pub version: String,
    /// Where it is published.
    pub source: String,
    /// The requirements that the bundle answers to, in the file's order.
    pub requirements: Vec<Requirement>,
}

/// One requirement of a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its id in the framework (`AC-6`).
    pub id: String,
    /// As Security Hub writes it (`NIST.800-53.r5 AC-6`); without one, findings do not name the requirement.
    pub label: Option<String>,
    /// What it demands, in a line.
    pub title: Option<String>,
    /// The controls that answer to it.
    pub controls: Vec<ControlId>,
    /// Why no control does, or what of it the controls leave open.
    pub reason: Option<String>,
}

/// What stands for a requirement's id in `requirement_format`.
const PLACEHOLDER: &str = "{id}";

/// Reads a framework's file; `known` are the controls of its bundle, sorted.
pub(super) fn parse(
    file: &str,
    stem: &str,
    text: &str,
    known: &[&ControlId],
    problems: &mut Vec<Diagnostic>,
) -> Option<Framework> {
    const KEYS: [&str; 6] = ["id", "title", "version", "source", "requirement_format", "requirements"];
    let node = yaml::parse(file, text).map_err(|problem| problems.push(problem)).ok()?;
    let mut fields = Fields::of(file, Code::Framework, "the framework", &node, &KEYS, problems)?;
    let id = fields.required_text("id");
    if let (Some(id), Some(id_node)) = (&id, fields.node("id"))
        && id != stem
    {
        fields.report(id_node, format!("the framework `{id}` stands in a file named `{stem}`"));
    }
    let (title, version) = (fields.required_text("title"), fields.required_text("version"));
    let (source, format) = (fields.required_text("source"), fields.text("requirement_format"));
    if let (Some(format), Some(format_node)) = (&format, fields.node("requirement_format"))
        && !format.contains(PLACEHOLDER)
    {
        fields.report(format_node, format!("`requirement_format` does not hold `{PLACEHOLDER}`"));
    }
    let _ = fields.required("requirements");
    let (mut requirements, mut ids) = (Vec::<Requirement>::new(), BTreeSet::new());
    for item in fields.list("requirements") {
        let keys = ["id", "title", "controls", "reason"];
        let Some(mut fields) =
            Fields::of(file, Code::Framework, "the requirement", item, &keys, fields.problems())
        else {
            continue;
        };
        let Some(id) = fields.required_text("id") else { continue };
        if !ids.insert(id.clone()) {
            fields.report(item, format!("the requirement `{id}` stands twice in the framework"));
        }
        let mut controls = Vec::new();
        for (control, control_node) in fields.texts("controls") {
            match known.binary_search_by(|known| known.as_str().cmp(&control)).map(|index| known.get(index)) {
                Ok(known) => controls.extend(known.map(|known| (*known).clone())),
                Err(_) => {
                    let message = format!("the bundle has no control `{control}`");
                    let help = nearest::help(&control, known.iter().map(|known| known.as_str()));
                    let (line, column) = control_node.place;
                    fields.problems().push(
                        Diagnostic::of_file(file, Code::Framework, message).at(line, column).with_help(help),
                    );
                }
            }
        }
        let label = format.as_ref().map(|format| format.replace(PLACEHOLDER, &id));
        let (title, reason) = (fields.text("title"), fields.text("reason"));
        requirements.push(Requirement { id, label, title, controls, reason });
    }
    Some(Framework { id: id?, title: title?, version: version?, source: source?, requirements })
}

/// The requirements that each control answers to, sorted.
pub(super) fn mappings(frameworks: &[Framework]) -> BTreeMap<ControlId, Vec<Mapping>> {
    let mut mappings = BTreeMap::<ControlId, Vec<Mapping>>::new();
    for framework in frameworks {
        for requirement in &framework.requirements {
            for control in &requirement.controls {
                mappings.entry(control.clone()).or_default().push(Mapping {
                    framework: framework.id.clone(),
                    requirement: requirement.id.clone(),
                    label: requirement.label.clone(),
                });
            }
        }
    }
    for of_control in mappings.values_mut() {
        of_control.sort();
        of_control.dedup();
    }
    mappings
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "\
id: nist
title: NIST
version: r5
source: https://example.com
requirement_format: NIST.800-53.r5 {id}
requirements:
  - {id: AC-6, title: Least privilege, controls: [TD01, TD02]}
  - {id: AC-2, controls: [TD01]}
  - {id: AC-1, reason: a policy of people}
";

    fn check(text: &str) -> (Option<Framework>, String) {
        let (first, second) = (ControlId::new("TD01").unwrap(), ControlId::new("TD02").unwrap());
        let mut problems = Vec::new();
        let framework = parse("f/nist.yaml", "nist", text, &[&first, &second], &mut problems);
        (framework, problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn a_control_gets_its_requirements_as_security_hub_writes_them() {
        let (framework, problems) = check(RIGHT);
        assert_eq!(problems, "");
        let mappings = mappings(&[framework.unwrap()]);
        let labels = mappings[&ControlId::new("TD01").unwrap()].iter().map(|it| it.label.clone().unwrap());
        assert_eq!(labels.collect::<Vec<_>>(), ["NIST.800-53.r5 AC-2", "NIST.800-53.r5 AC-6"]);
    }

    #[test]
    fn a_requirement_that_nobody_answers_to_keeps_its_reason() {
        let requirements = check(RIGHT).0.unwrap().requirements;
        assert_eq!(requirements[2].reason.as_deref(), Some("a policy of people"));
        assert_eq!((&requirements[2].controls, &requirements[0].reason), (&Vec::new(), &None));
    }

    #[test]
    fn without_a_format_nothing_is_written_into_findings() {
        let text = RIGHT.replace("requirement_format: NIST.800-53.r5 {id}\n", "");
        let (framework, problems) = check(&text);
        assert_eq!(problems, "");
        let mapping = mappings(&[framework.unwrap()]).remove(&ControlId::new("TD02").unwrap()).unwrap();
        assert_eq!((mapping[0].label.as_deref(), &*mapping[0].text()), (None, "nist AC-6"));
    }

    #[test]
    fn thousands_of_requirements_are_told_apart_quickly() {
        let requirements = (0..30_000).map(|number| format!("  - {{id: R{number}}}\n")).collect::<String>();
        let text = RIGHT.split_once("  - ").unwrap().0.to_owned() + &requirements;
        let begun = std::time::Instant::now();
        let (framework, problems) = check(&text);
        assert_eq!((framework.unwrap().requirements.len(), problems), (30_000, String::new()));
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        let text = RIGHT
            .replace("TD02", "TD03")
            .replace("{id}\n", "\n")
            .replace("id: nist", "id: nits")
            .replace("AC-2", "AC-6");
        insta::assert_snapshot!(check(&text).1, @r"
        f/nist.yaml:1:5: the framework `nits` stands in a file named `nist` [framework]
        f/nist.yaml:5:21: `requirement_format` does not hold `{id}` [framework]
        f/nist.yaml:7:57: the bundle has no control `TD03` [framework]
        f/nist.yaml:8:5: the requirement `AC-6` stands twice in the framework [framework]
        ");
    }
}
