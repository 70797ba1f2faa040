//! The catalogue for people at a terminal.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::super::table::{BOLD, DIM, WARN, counted, plain, section, severity_style, styled, trimmed};
use super::{Catalogue, Entry, by_peer};
use crate::domain::Control;
use crate::policy::Framework;

/// One line for each control.
#[must_use]
pub fn list(catalogue: &Catalogue, width: Option<u16>) -> String {
    let mut table = plain(width);
    table.set_header(["id", "severity", "looks at", "required condition"].map(|title| styled(DIM, title)));
    for Entry { control, .. } in &catalogue.entries {
        let note = match (&control.deprecated, control.enabled) {
            (Some(_), _) => styled(WARN, " (deprecated)"),
            (None, false) => styled(DIM, " (off unless asked for)"),
            (None, true) => String::new(),
        };
        table.add_row([
            styled(BOLD, &control.id),
            styled(severity_style(control.severity), control.severity),
            control.population.path().to_owned(),
            format!("{}{note}", control.title),
        ]);
    }
    let bundles = catalogue.bundles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!(
        "{}\n\n{} of {bundles}\n",
        trimmed(&table.to_string()),
        counted(catalogue.entries.len(), "control")
    )
}

/// Each requirement of a framework with the controls that answer to it, and what nobody answers to.
#[must_use]
pub fn coverage(catalogue: &Catalogue, framework: &Framework, width: Option<u16>) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}  {}", styled(BOLD, &framework.title), styled(DIM, &framework.source));
    let mut table = plain(width);
    table.set_header(["requirement", "controls", "what it demands"].map(|title| styled(DIM, title)));
    let mut gaps = Vec::new();
    for requirement in &framework.requirements {
        let controls = catalogue.answering(requirement).map(|entry| entry.control.id.as_str());
        let controls = controls.collect::<Vec<_>>().join(", ");
        let shown = if controls.is_empty() {
            gaps.push(requirement.id.as_str());
            styled(AnsiColor::Red.on_default(), "none")
        } else {
            controls
        };
        table.add_row([styled(BOLD, &requirement.id), shown, requirement.title.clone().unwrap_or_default()]);
    }
    let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    let n_requirements = framework.requirements.len();
    let n_answered = n_requirements - gaps.len();
    let _ = writeln!(text, "\n{n_answered} of {} answered to", counted(n_requirements, "requirement"));
    if !gaps.is_empty() {
        let _ = writeln!(text, "{} {}", styled(WARN, "gaps:"), gaps.join(", "));
    }
    reasons(&mut text, framework, width);
    let outside = catalogue
        .entries
        .iter()
        .filter(|entry| !entry.control.mappings.iter().any(|mapping| mapping.framework == framework.id));
    let outside = outside.map(|entry| entry.control.id.as_str()).collect::<Vec<_>>();
    if !outside.is_empty() {
        let _ = writeln!(text, "{}", styled(DIM, format!("controls beyond it: {}", outside.join(", "))));
    }
    text
}

/// Why requirements are gaps, and what the controls of others leave open.
fn reasons(text: &mut String, framework: &Framework, width: Option<u16>) {
    let given = framework.requirements.iter().filter_map(|it| Some((it.id.as_str(), it.reason.as_deref()?)));
    let given = given.collect::<Vec<_>>();
    if !given.is_empty() {
        section(text, "What is left open, and why");
        let mut table = plain(width);
        for (id, reason) in given {
            table.add_row([styled(BOLD, id), reason.replace('\n', " ")]);
        }
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    }
}

/// Everything about one control.
#[must_use]
pub fn show(entry: &Entry, width: Option<u16>) -> String {
    let control = &entry.control;
    let mut text = String::new();
    let severity = styled(severity_style(control.severity), control.severity);
    let _ = writeln!(text, "{severity} {} {}", styled(BOLD, &control.id), control.title);
    let _ = writeln!(text, "{}", styled(DIM, format!("{} of {}", control.package, control.bundle)));
    if let Some(reason) = &control.deprecated {
        let _ = writeln!(text, "{} {reason}", styled(WARN, "deprecated:"));
    }
    if !control.enabled {
        let _ = writeln!(text, "{}", styled(WARN, "off unless it is asked for with --control"));
    }
    if !control.aliases.is_empty() {
        let aliases = control.aliases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "also known as {aliases}");
    }
    let _ = writeln!(text, "\n{}", control.description.trim());
    section(&mut text, "Looks at");
    let also = control.reads.iter().filter(|collection| **collection != control.population);
    let also = also.map(|collection| collection.path()).collect::<Vec<_>>();
    let with = if also.is_empty() { String::new() } else { format!(", with {}", also.join(", ")) };
    let _ = writeln!(text, "  each {} ({}){with}", control.population.noun(), control.population);
    section(&mut text, "Remediation");
    for line in control.remediation.text.trim().lines() {
        let _ = writeln!(text, "  {line}");
    }
    if !entry.parameters.is_empty() {
        section(&mut text, "Parameters and their defaults");
        let mut table = plain(width);
        for (name, default) in &entry.parameters {
            table.add_row([format!("  {name}"), default.to_string()]);
        }
        let _ = writeln!(text, "{}", trimmed(&table.to_string()));
    }
    let lists = [
        (
            "Frameworks",
            control.mappings.iter().map(|mapping| mapping.text().into_owned()).collect::<Vec<_>>(),
        ),
        ("Rules of other tools that it covers", covered(control)),
        ("Examples", entry.examples.iter().map(|example| example.name.clone()).collect()),
        ("IAM actions that reading takes", entry.actions.iter().map(|action| (*action).to_owned()).collect()),
        ("Read more", control.related_resources.clone()),
    ];
    for (title, lines) in lists {
        if !lines.is_empty() {
            section(&mut text, title);
            lines.iter().for_each(|line| {
                let _ = writeln!(text, "  {line}");
            });
        }
    }
    text
}

fn covered(control: &Control) -> Vec<String> {
    let covers = control.covers.as_deref().unwrap_or_default();
    by_peer(covers).into_iter().map(|(peer, rules)| format!("{peer}: {}", rules.join(", "))).collect()
}
