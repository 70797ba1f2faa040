//! The catalogue as Markdown: a page for each control, and an index by framework.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Catalogue, Entry, by_peer};
use crate::domain::{Outcome, Severity};
use crate::policy::{Example, ExampleKind};

/// What every page begins with.
pub const MADE: &str =
    "<!-- Made by `tidewaiter controls docs` from METADATA, examples and frameworks. -->\n";

/// The longest part of an example that a page shows; larger ones are in the example's file.
const SHOWN_LINES: usize = 60;

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The page of a control with its examples as they were judged, called after its id.
#[must_use]
pub fn page(catalogue: &Catalogue, entry: &Entry, judged: &[Example]) -> (String, String) {
    let control = &entry.control;
    let mut text = format!("{MADE}\n# {}: {}\n\n", control.id, control.title);
    let _ = writeln!(
        text,
        "Severity **{}**, bundle `{}`, policy `{}`.",
        control.severity, control.bundle.name, control.package
    );
    if let Some(reason) = &control.deprecated {
        let _ = writeln!(text, "\n**Deprecated:** {}", reason.trim());
    }
    if !control.enabled {
        let _ = writeln!(text, "It is judged only when it is asked for with `--control {}`.", control.id);
    }
    if !control.aliases.is_empty() {
        let aliases = control.aliases.iter().map(|alias| format!("`{alias}`")).collect::<Vec<_>>();
        let _ = writeln!(text, "It is also known as {}.", aliases.join(", "));
    }
    let _ = writeln!(text, "\n{}", control.description.trim());
    looks_at(&mut text, entry);
    examples(&mut text, entry, judged);
    let _ = writeln!(text, "\n## What to do\n\n{}", control.remediation.text.trim());
    if let Some(action) = &control.remediation.action {
        let _ = writeln!(text, "\nThe action that could do it is `{action}`.");
    }
    if !entry.parameters.is_empty() {
        text.push_str("\n## Parameters\n\n| parameter | default |\n| --- | --- |\n");
        for (name, default) in &entry.parameters {
            let _ = writeln!(text, "| `{name}` | `{}` |", cell(&default.to_string()));
        }
    }
    frameworks(&mut text, catalogue, entry);
    covers(&mut text, entry);
    exception(&mut text, entry, judged);
    if !control.related_resources.is_empty() {
        text.push_str("\n## Read more\n\n");
        for page in &control.related_resources {
            let _ = writeln!(text, "- <{page}>");
        }
    }
    (format!("{}.md", control.id), text)
}

fn looks_at(text: &mut String, entry: &Entry) {
    let control = &entry.control;
    let _ = write!(
        text,
        "\n## What it looks at\n\nEach {} in `{}`",
        control.population.noun(),
        control.population
    );
    let also = control.reads.iter().filter(|collection| **collection != control.population);
    let also = also.map(|collection| format!("`{collection}`")).collect::<Vec<_>>();
    if !also.is_empty() {
        let _ = write!(text, ", and what it needs of {}", also.join(", "));
    }
    text.push_str(".\n");
    if !entry.actions.is_empty() {
        let actions = entry.actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>();
        let _ = writeln!(text, "Reading that takes the IAM actions {}.", actions.join(", "));
    }
}

/// Every failing example with its messages, the first of them with the resource that fails.
fn examples(text: &mut String, entry: &Entry, judged: &[Example]) {
    let of = |kind| judged.iter().filter(move |example| example.file.shows == kind);
    if of(ExampleKind::Fail).next().is_some() {
        text.push_str("\n## When it fails\n\n");
        for example in of(ExampleKind::Fail) {
            for message in messages(example) {
                let _ = writeln!(text, "- {} (`{}`)", message.replace('\n', " "), example.file.name);
            }
        }
        if let Some(shown) = of(ExampleKind::Fail).find_map(|example| fragment(entry, example)) {
            text.push_str(&shown);
        }
    }
    for (kind, title) in
        [(ExampleKind::Pass, "passes or is not judged"), (ExampleKind::Unknown, "cannot know")]
    {
        let names = of(kind).map(|example| format!("`{}`", example.file.name)).collect::<Vec<_>>();
        if !names.is_empty() {
            let _ = writeln!(text, "\nExamples where it {title}: {}.", names.join(", "));
        }
    }
}

fn messages(example: &Example) -> Vec<&str> {
    let failed = example.verdicts.iter().filter(|verdict| matches!(verdict.outcome, Outcome::Failed(_)));
    let violations = failed.flat_map(|verdict| verdict.outcome.violations());
    violations.map(|violation| violation.message.as_str()).collect()
}

/// The member that fails, as JSON, unless it is too long to be read.
fn fragment(entry: &Entry, example: &Example) -> Option<String> {
    let failed = example.verdicts.iter().find(|verdict| matches!(verdict.outcome, Outcome::Failed(_)))?;
    let mut path = entry.control.population.path().split('.');
    let members = path.try_fold(&example.document, |here, part| here.get(part))?;
    let body = format!("{:#}", members.get(&failed.resource)?);
    if body.lines().count() > SHOWN_LINES {
        return None;
    }
    let mut text = format!(
        "\nThe {} of `{}`:\n\n```json\n{body}\n```\n",
        entry.control.population.noun(),
        example.file.name
    );
    if let Some(params) = &example.params {
        let _ = write!(text, "\nwith the parameters\n\n```json\n{params:#}\n```\n");
    }
    Some(text)
}

fn frameworks(text: &mut String, catalogue: &Catalogue, entry: &Entry) {
    if entry.control.mappings.is_empty() {
        return;
    }
    text.push_str("\n## Frameworks\n\n| framework | requirement | what it demands |\n| --- | --- | --- |\n");
    for mapping in &entry.control.mappings {
        let framework = catalogue.frameworks.iter().find(|framework| framework.id == mapping.framework);
        let name = framework.map_or(mapping.framework.as_str(), |framework| &framework.title);
        let demand = framework
            .and_then(|framework| framework.requirements.iter().find(|it| it.id == mapping.requirement))
            .and_then(|requirement| requirement.title.as_deref());
        let demand = demand.unwrap_or_default();
        let _ = writeln!(text, "| {} | {} | {} |", cell(name), cell(&mapping.requirement), cell(demand));
    }
}

/// The rules of other tools whose failures this control finds too.
fn covers(text: &mut String, entry: &Entry) {
    let Some(covers) = &entry.control.covers else { return };
    text.push_str("\n## Other tools\n\n");
    if covers.is_empty() {
        text.push_str("No other tool that is known here makes this check.\n");
    }
    for (peer, rules) in by_peer(covers) {
        let rules = rules.into_iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>();
        let _ = writeln!(text, "- {peer}: {}", rules.join(", "));
    }
}

/// An exception for what fails in the first example, ready to be filled in.
fn exception(text: &mut String, entry: &Entry, judged: &[Example]) {
    let failed = judged.iter().flat_map(|example| &example.verdicts);
    let failed = failed.filter(|verdict| matches!(verdict.outcome, Outcome::Failed(_)));
    let Some(resource) = failed.map(|verdict| verdict.resource.as_str()).next() else { return };
    let resource = Value::from(resource);
    let _ = write!(
        text,
        "\n## An exception

```yaml
exceptions:
  - id: EX-1
    controls: [{}]
    resources: [{resource}]
    kind: risk-accepted
    reason: Why this may stay as it is.
    owner: who-answers-for-it@example.com
    expires: 2027-06-30
```
",
        entry.control.id
    );
}

/// The index: every control, what is left out, and every requirement of every framework with the controls that answer to
/// it.
#[must_use]
pub fn index(catalogue: &Catalogue) -> (String, String) {
    let mut text = format!("{MADE}\n# Controls\n\n");
    for severity in Severity::WORST_FIRST {
        let n_controls = catalogue.entries.iter().filter(|entry| entry.control.severity == severity).count();
        if n_controls > 0 {
            let _ = writeln!(text, "- {n_controls} {severity}");
        }
    }
    text.push_str("\n| control | severity | looks at | required condition |\n| --- | --- | --- | --- |\n");
    for Entry { control, .. } in &catalogue.entries {
        let _ = writeln!(
            text,
            "| [{id}]({id}.md) | {} | `{}` | {} |",
            control.severity,
            control.population,
            cell(&control.title),
            id = control.id
        );
    }
    omissions(&mut text, catalogue);
    for framework in &catalogue.frameworks {
        let _ = write!(
            text,
            "\n## {}\n\n<{}>\n\n| requirement | what it demands | controls |\n| --- | --- | --- |\n",
            framework.title, framework.source
        );
        for requirement in &framework.requirements {
            let controls = catalogue
                .answering(requirement)
                .map(|entry| format!("[{id}]({id}.md)", id = entry.control.id));
            let controls = controls.collect::<Vec<_>>().join(", ");
            let controls = if controls.is_empty() { "none".to_owned() } else { controls };
            let title = requirement.title.as_deref().unwrap_or_default();
            let reason =
                requirement.reason.as_deref().map_or_else(String::new, |it| format!(": {}", cell(it)));
            let _ = writeln!(text, "| {} | {} | {controls}{reason} |", cell(&requirement.id), cell(title));
        }
    }
    ("README.md".to_owned(), text)
}

/// The checks that are not made, with their reasons.
fn omissions(text: &mut String, catalogue: &Catalogue) {
    if catalogue.omissions.is_empty() {
        return;
    }
    text.push_str(
        "\n## What is left out\n\n| id | what would be checked | why it is not |\n| --- | --- | --- |\n",
    );
    for omission in &catalogue.omissions {
        let source = omission.source.as_deref().map_or_else(String::new, |url| format!(" (<{url}>)"));
        let (title, reason) = (cell(&omission.title), cell(&omission.reason));
        let _ = writeln!(text, "| {} | {title} | {reason}{source} |", omission.id);
    }
}
