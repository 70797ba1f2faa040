//! Who may do what to ECS, for people and for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::AnsiColor;
use serde::Serialize;

use super::table::{BOLD, DIM, GOOD, LISTED, WARN, counted, plain, short, styled, trimmed};
use crate::access::{Access, Answer, Binding, Decision, Grant, Origin, Through, reference};

/// The version of the JSON form.
const VERSION: &str = "1";

/// How many actions of one row are named; more are counted.
const NAMED: usize = 15;

/// What principals may do, by ARN.
pub type Accesses = BTreeMap<String, Access>;

/// Whether service control policies are taken into account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    /// They are.
    Considered,
    /// There are none that would limit the account.
    None,
    /// Not all of them could be read, and what these forbid is told as allowed.
    Unknown,
}

/// A question and its answers.
#[derive(Debug, Serialize)]
pub struct Answers {
    /// Whether service control policies are taken into account.
    pub service_control_policies: Limits,
    /// The action.
    pub action: String,
    /// What it would be done to.
    pub resources: Vec<String>,
    /// The answer of each principal, by ARN.
    pub principals: BTreeMap<String, Decision>,
}

/// What principals may do to one resource.
#[derive(Debug, Serialize)]
pub struct Reach {
    /// Whether service control policies are taken into account.
    pub service_control_policies: Limits,
    /// The resource's ARN.
    pub resource: String,
    /// How many principals were asked about.
    #[serde(skip)]
    pub n_principals: usize,
    /// Those that may do something to it, by ARN.
    pub principals: BTreeMap<String, Reached>,
}

/// What one principal may do to a resource.
#[derive(Debug, Default, Serialize)]
pub struct Reached {
    /// Actions that it may call whatever a request carries.
    pub allowed: Vec<String>,
    /// Actions that it may call depending on what a request carries, or on what is not known.
    pub unknown: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a, T> {
    version: &'static str,
    reference: Made<'a>,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Made<'a> {
    source: &'a str,
    date: &'a str,
}

/// One object, for programs.
fn json(content: impl Serialize) -> serde_json::Result<String> {
    let reference = reference();
    let reference = Made { source: &reference.source, date: &reference.date };
    let mut text = serde_json::to_string_pretty(&Document { version: VERSION, reference, content })?;
    text.push('\n');
    Ok(text)
}

/// What principals may do, as JSON.
///
/// # Errors
///
/// Whatever the writer reports.
pub fn grants_json(principals: &Accesses, limits: Limits) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Grants<'a> {
        service_control_policies: Limits,
        principals: &'a Accesses,
    }
    json(Grants { service_control_policies: limits, principals })
}

/// Answers, as JSON.
///
/// # Errors
///
/// Whatever the writer reports.
pub fn answers_json(answers: &Answers) -> serde_json::Result<String> {
    json(answers)
}

/// What principals may do to a resource, as JSON.
///
/// # Errors
///
/// Whatever the writer reports.
pub fn reach_json(reach: &Reach) -> serde_json::Result<String> {
    json(reach)
}

/// What principals may do to a resource, as a table.
#[must_use]
pub fn reach(reach: &Reach, width: Option<u16>) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", styled(BOLD, clean(&reach.resource)));
    if !reach.principals.is_empty() {
        let mut table = plain(width);
        table.set_header(["principal", "may", "may, under conditions"].map(|it| styled(DIM, it)));
        for (arn, reached) in &reach.principals {
            table.add_row([clean(short(arn)), reached.allowed.join("\n"), reached.unknown.join("\n")]);
        }
        let _ = writeln!(text, "{}\n", trimmed(&table.to_string()));
    }
    let n_others = reach.n_principals - reach.principals.len();
    let _ =
        writeln!(text, "{} of {} may do nothing to it", n_others, counted(reach.n_principals, "principal"));
    text
}

/// What one row has in common: everything but the actions.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    resources: String,
    keys: String,
    from: String,
}

/// The actions of a row, and what statements wrote for them.
#[derive(Default)]
struct Named<'a> {
    actions: BTreeSet<&'a str>,
    written: BTreeSet<&'a str>,
}

/// What principals may do, as a table of grants; actions that a statement grants alike are one row.
#[must_use]
pub fn grants(principals: &Accesses, limits: Limits, width: Option<u16>) -> String {
    let mut text = String::new();
    let mut n_grants = 0;
    for (arn, access) in principals {
        let mut rows = BTreeMap::<Row, Named<'_>>::new();
        for action in access.actions.keys() {
            for grant in access.of(action) {
                n_grants += 1;
                let of_row = rows.entry(row(grant)).or_default();
                of_row.actions.insert(action);
                of_row.written.extend(grant.actions.iter().map(String::as_str));
            }
        }
        if rows.is_empty() && access.unknown.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}  {}", styled(BOLD, clean(short(arn))), styled(DIM, clean(arn)));
        if let Some(boundary) = &access.boundary {
            let _ = writeln!(text, "  within {}", clean(short(boundary)));
        }
        for problem in &access.unknown {
            let _ = writeln!(text, "  {} {problem}", styled(WARN, "unknown:"));
        }
        if !rows.is_empty() {
            let mut table = plain(width);
            table.set_header(["actions", "resources", "bound keys", "statement"].map(|it| styled(DIM, it)));
            for (row, actions) in rows {
                table.add_row([named(&actions), row.resources, row.keys, row.from]);
            }
            let _ = writeln!(text, "{}", trimmed(&table.to_string()));
        }
        text.push('\n');
    }
    let n_principals = principals.values().filter(|access| !access.actions.is_empty()).count();
    let _ = writeln!(
        text,
        "{} by {} of {}; {}",
        counted(n_grants, "grant"),
        counted(n_principals, "principal"),
        principals.len(),
        limits.sentence(),
    );
    text
}

impl Limits {
    /// The end of a sentence.
    fn sentence(self) -> &'static str {
        match self {
            Self::Considered => "service control policies are taken into account",
            Self::None => "no service control policy limits the account",
            Self::Unknown => "service control policies are not known, and may forbid some of it",
        }
    }
}

fn row(grant: &Grant) -> Row {
    let except = grant.except.iter().map(|arn| format!("not {}", clean(short(arn))));
    let named = grant.resources.iter().map(|arn| clean(short(arn))).chain(except).collect::<Vec<_>>();
    let mut resources = named.iter().take(LISTED).cloned().collect::<Vec<_>>().join("\n");
    if let Some(more) = named.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let _ = write!(resources, "\nand {more} more");
    }
    let keys = grant.keys.iter().filter_map(|(key, bound)| {
        let (word, style) = match bound.binding {
            Binding::Required => ("", GOOD),
            Binding::WhenPresent => (" when present", WARN),
            Binding::Unknown => (" unknown", WARN),
            Binding::Unsupported => (" unsupported", AnsiColor::Red.on_default()),
            Binding::NotConstrained => return None,
        };
        let values = match (&bound.one_of, &bound.none_of) {
            (Some(texts), _) if texts.is_empty() => " absent".to_owned(),
            (Some(texts), _) => format!(" = {}", clean(&texts.join(" | "))),
            (None, Some(texts)) => format!(" ≠ {}", clean(&texts.join(" | "))),
            (None, None) => String::new(),
        };
        Some(format!("{}{values}{}", styled(style, clean(key)), styled(DIM, word)))
    });
    let mut keys = keys.collect::<Vec<_>>();
    keys.extend(grant.unknown.iter().map(|reason| styled(WARN, clean(reason))));
    let keys = if keys.is_empty() { styled(DIM, "none") } else { keys.join("\n") };
    let within = grant.within.iter().map(|it| format!("\nwithin {}", from(it)));
    Row { resources, keys, from: from(&grant.origin) + &within.collect::<String>() }
}

/// The actions of a row: their names, or what was written when they are many.
fn named(Named { actions, written }: &Named<'_>) -> String {
    let list = |names: &BTreeSet<&str>| names.iter().take(NAMED).copied().collect::<Vec<_>>().join("\n");
    if actions.len() <= NAMED {
        return list(actions);
    }
    format!("{}\n{}", list(written), styled(DIM, format!("({})", counted(actions.len(), "action"))))
}

/// Somebody's text without what a terminal would obey, and not longer than a reader wants.
fn clean(text: &str) -> String {
    const SHOWN: usize = 160;
    let mut shown = text.chars().take(SHOWN).collect::<String>();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    let marks = ['\u{200e}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];
    shown.replace(|it: char| it.is_control() || marks.iter().any(|marks| marks.contains(&it)), "\u{fffd}")
}

/// A statement in a few words.
fn from(origin: &Origin) -> String {
    let place = match &origin.sid {
        Some(sid) => format!("{} #{} {}", clean(short(&origin.policy)), origin.statement, clean(sid)),
        None => format!("{} #{}", clean(short(&origin.policy)), origin.statement),
    };
    match (&origin.group, origin.through) {
        (Some(group), _) => format!("{place} of {}", clean(short(group))),
        (None, Through::Boundary) => format!("{place} (boundary)"),
        (None, Through::ServiceControl) => format!("{place} (service control)"),
        (None, _) => place,
    }
}

/// Answers with the steps that lead to them. Of several principals, those who are denied are only counted.
#[must_use]
pub fn answers(answers: &Answers) -> String {
    let mut text = String::new();
    let about = if answers.resources.is_empty() { "*".to_owned() } else { answers.resources.join(", ") };
    let _ = writeln!(text, "{} on {about}\n", styled(BOLD, &answers.action));
    let is_one = answers.principals.len() == 1;
    let mut n_denied = 0;
    for (arn, decision) in &answers.principals {
        let (word, style) = match decision.answer {
            Answer::Allowed => ("allowed", GOOD),
            Answer::Unknown => ("unknown", WARN),
            Answer::Denied => ("denied", AnsiColor::Red.on_default()),
        };
        if decision.answer == Answer::Denied && !is_one {
            n_denied += 1;
            continue;
        }
        let _ = writeln!(text, "{} {}", styled(style, word), styled(BOLD, clean(arn)));
        let n_resources =
            decision.path.iter().filter_map(|step| step.resource.as_ref()).collect::<BTreeSet<_>>().len();
        for step in &decision.path {
            let by = step.origin.as_ref().map(|origin| format!("{} ", from(origin))).unwrap_or_default();
            let on = step.resource.as_ref().filter(|_| n_resources > 1);
            let on = on.map(|arn| styled(DIM, format!("  [{}]", clean(short(arn))))).unwrap_or_default();
            let _ = writeln!(text, "  {by}{}{on}", clean(&step.says));
        }
    }
    if !is_one {
        let _ = writeln!(text, "{} of {} denied", n_denied, counted(answers.principals.len(), "principal"));
    }
    if answers.service_control_policies == Limits::Unknown && n_denied < answers.principals.len() {
        let _ = writeln!(text, "{}", Limits::Unknown.sentence());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_that_stands_in_a_policy() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
        assert_eq!(clean(&"x".repeat(1_000)).chars().count(), 161);
    }
}
