//! The exceptions file: who answers for which failure, and until when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use crate::diagnostic::{Code, Diagnostic};
use crate::domain::{AccountId, ControlId, Exception, ExceptionId, ExceptionKind};

/// The keys of an entry, in the order in which the documentation explains them.
const KEYS: [&str; 9] =
    ["id", "controls", "resources", "tags", "account", "kind", "reason", "owner", "expires"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    exceptions: Vec<Spanned<BTreeMap<String, Spanned<Value>>>>,
}

/// Reads and validates an exceptions file.
///
/// Whether an exception has expired, or matches anything, is not judged here: both depend on the pass and are reported
/// by it.
///
/// # Errors
///
/// Every problem of the file, in its order. No exception of a file with problems applies.
pub fn parse(file: &str, text: &str) -> Result<Vec<Exception>, Vec<Diagnostic>> {
    let entries = match serde_saphyr::from_str::<File>(text) {
        Ok(parsed) => parsed.exceptions,
        Err(error) => {
            let location = error.location();
            let diagnostic =
                Diagnostic::of_file(file, Code::Syntax, one_line(&error.without_snippet().to_string()))
                    .with_help("the file is a YAML object with one key, `exceptions`, that holds a list");
            return Err(vec![match location {
                Some(location) => located(diagnostic, location),
                None => diagnostic,
            }]);
        }
    };
    let mut problems = Vec::new();
    let mut exceptions = Vec::new();
    let mut ids = BTreeSet::new();
    for entry in entries {
        let mut reader = Entry { file, place: entry.referenced, values: entry.value, problems: Vec::new() };
        let exception = reader.exception();
        problems.append(&mut reader.problems);
        let Some(exception) = exception else { continue };
        if !ids.insert(exception.id.clone()) {
            let message = format!("two exceptions have the id `{}`", exception.id);
            problems.push(
                located(Diagnostic::of_file(file, Code::DuplicateException, message), reader.place)
                    .with_help("give each exception an id of its own: reports and findings name it"),
            );
        }
        exceptions.push(exception);
    }
    if problems.is_empty() { Ok(exceptions) } else { Err(problems) }
}

fn located(diagnostic: Diagnostic, location: Location) -> Diagnostic {
    let line = usize::try_from(location.line()).unwrap_or_default();
    let column = usize::try_from(location.column()).unwrap_or_default();
    if line == 0 { diagnostic } else { diagnostic.at(line, column) }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One entry while it is read; problems pile up in it.
struct Entry<'a> {
    file: &'a str,
    place: Location,
    values: BTreeMap<String, Spanned<Value>>,
    problems: Vec<Diagnostic>,
}

impl Entry<'_> {
    /// The exception, when nothing is wrong with it.
    fn exception(&mut self) -> Option<Exception> {
        let unknown = self
            .values
            .iter()
            .filter(|(key, _)| !KEYS.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.referenced))
            .collect::<Vec<_>>();
        for (key, place) in unknown {
            let diagnostic = Diagnostic::of_file(
                self.file,
                Code::UnknownKey,
                format!("`{key}` is not a key of an exception"),
            )
            .with_help(format!("the keys are {}", KEYS.join(", ")));
            self.problems.push(located(diagnostic, place));
        }
        let id = self.text("id");
        let controls = self.controls();
        let resources = self.texts("resources");
        let tags = self.tags();
        let account = self.account();
        let kind = self.kind();
        let reason = self.text("reason");
        let owner = self.text("owner");
        let expires = self.expires();
        if resources.is_empty() && tags.is_empty() && self.problems.is_empty() {
            self.problem_here(
                "an exception needs `resources`, `tags` or both",
                "to except every resource of an account, write `resources: [\"*\"]`",
            );
        }
        if !self.problems.is_empty() {
            return None;
        }
        Some(Exception {
            id: ExceptionId(id?),
            controls,
            resources,
            tags,
            account,
            kind: kind?,
            reason: reason?,
            owner: owner?,
            expires: expires?,
        })
    }

    fn problem_here(&mut self, message: impl Into<String>, help: impl Into<String>) {
        let diagnostic = Diagnostic::of_file(self.file, Code::InvalidValue, message).with_help(help);
        self.problems.push(located(diagnostic, self.place));
    }

    fn problem(&mut self, key: &str, message: impl Into<String>, help: impl Into<String>) {
        let place = self.values.get(key).map_or(self.place, |value| value.referenced);
        let diagnostic = Diagnostic::of_file(self.file, Code::InvalidValue, message).with_help(help);
        self.problems.push(located(diagnostic, place));
    }

    fn value(&self, key: &str) -> Option<Value> {
        self.values.get(key).map(|spanned| spanned.value.clone())
    }

    /// A required text.
    fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key) {
            Some(Value::String(text)) if !text.trim().is_empty() => return Some(text),
            None => self.problem_here(
                format!("an exception has no `{key}`"),
                "each exception names its id, controls, kind, reason, owner and last day",
            ),
            Some(_) => self.problem(
                key,
                format!("`{key}` is not a text"),
                "put it in quotes if it looks like a number",
            ),
        }
        None
    }

    /// An optional list of texts.
    fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let texts = value.as_array().and_then(|items| {
            items
                .iter()
                .map(|item| item.as_str().filter(|text| !text.is_empty()).map(str::to_owned))
                .collect()
        });
        texts.unwrap_or_else(|| {
            self.problem(
                key,
                format!("`{key}` is not a list of texts"),
                "write `[one, two]`, or one a line after `- `",
            );
            Vec::new()
        })
    }

    fn controls(&mut self) -> Vec<ControlId> {
        let mut controls = Vec::new();
        for text in self.texts("controls") {
            match ControlId::new(text) {
                Ok(control) => controls.push(control),
                Err(error) => {
                    self.problem("controls", error.to_string(), "`tidewaiter controls list` prints all ids")
                }
            }
        }
        if controls.is_empty() && self.problems.is_empty() {
            self.problem_here("an exception names no control", "write `controls: [TD01]`");
        }
        controls
    }

    fn tags(&mut self) -> BTreeMap<String, String> {
        let Some(value) = self.value("tags") else { return BTreeMap::new() };
        let tags = value.as_object().and_then(|tags| {
            tags.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        });
        tags.unwrap_or_else(|| {
            self.problem("tags", "`tags` is not an object of texts", "write `tags: {team: payments}`");
            BTreeMap::new()
        })
    }

    fn account(&mut self) -> Option<AccountId> {
        let value = self.value("account")?;
        match value.as_str().map(AccountId::new) {
            Some(Ok(account)) => return Some(account),
            Some(Err(error)) => {
                self.problem("account", error.to_string(), "account ids keep their leading zeros")
            }
            None => self.problem("account", "`account` is not a text", "put the account id in quotes"),
        }
        None
    }

    fn kind(&mut self) -> Option<ExceptionKind> {
        let word = self.text("kind")?;
        let kind = ExceptionKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        if kind.is_none() {
            let kinds = ExceptionKind::ALL.map(ExceptionKind::as_str).join(", ");
            self.problem(
                "kind",
                format!("`{word}` is not a kind of exception"),
                format!("the kinds are {kinds}"),
            );
        }
        kind
    }

    fn expires(&mut self) -> Option<Date> {
        let text = self.text("expires")?;
        match text.parse::<Date>() {
            Ok(date) => Some(date),
            Err(_) => {
                let help = "write the last day on which it holds, in UTC, as in `2027-06-30`";
                self.problem("expires", format!("`{text}` is not a date"), help);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
exceptions:
  - id: legacy-root-fs
    controls: [TD09]
    resources: ['arn:aws:ecs:*:111122223333:task-definition/legacy-*']
    tags: {team: batch}
    account: '111122223333'
    kind: risk-accepted
    reason: writes its cache beside the program; replaced in spring
    owner: batch@harbor.example
    expires: 2027-03-31
";

    fn problems(text: &str) -> Vec<String> {
        parse("exceptions.yaml", text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_whole_exception_is_read() {
        let exceptions = parse("exceptions.yaml", GOOD).unwrap();
        let exception = &exceptions[0];
        assert_eq!(exception.id.to_string(), "legacy-root-fs");
        assert_eq!(exception.controls, [ControlId::new("TD09").unwrap()]);
        assert_eq!(exception.tags["team"], "batch");
        assert_eq!(exception.expires, jiff::civil::date(2027, 3, 31));
    }

    #[test]
    fn every_problem_is_reported_with_its_place() {
        let text = "
exceptions:
  - id: one
    controls: ['not an id']
    resources: '*'
    kind: forever
    reason: because
    owner: me
    expires: someday
    colour: blue
  - controls: [TD01]
";
        insta::assert_snapshot!(problems(text).join("\n"), @r"
        exceptions.yaml:10:13: `colour` is not a key of an exception [unknown-key]
        exceptions.yaml:4:15: `not an id` is not a control id (such as `TD01`: a letter, then up to 31 letters, digits or hyphens) [invalid-value]
        exceptions.yaml:5:16: `resources` is not a list of texts [invalid-value]
        exceptions.yaml:6:11: `forever` is not a kind of exception [invalid-value]
        exceptions.yaml:9:14: `someday` is not a date [invalid-value]
        exceptions.yaml:11:5: an exception has no `id` [invalid-value]
        exceptions.yaml:11:5: an exception has no `kind` [invalid-value]
        exceptions.yaml:11:5: an exception has no `reason` [invalid-value]
        exceptions.yaml:11:5: an exception has no `owner` [invalid-value]
        exceptions.yaml:11:5: an exception has no `expires` [invalid-value]
        ");
    }

    #[test]
    fn an_exception_must_select_something() {
        let text =
            GOOD.replace("    resources: ['arn:aws:ecs:*:111122223333:task-definition/legacy-*']\n", "");
        let text = text.replace("    tags: {team: batch}\n", "");
        assert_eq!(
            problems(&text),
            ["exceptions.yaml:3:5: an exception needs `resources`, `tags` or both [invalid-value]"]
        );
    }

    #[test]
    fn two_exceptions_of_one_id_are_refused() {
        let text = format!("{GOOD}{}", GOOD.replace("\nexceptions:\n", ""));
        assert_eq!(
            problems(&text),
            ["exceptions.yaml:12:5: two exceptions have the id `legacy-root-fs` [duplicate-exception]"]
        );
    }

    #[test]
    fn a_file_that_is_not_yaml_is_one_problem() {
        let found = problems("exceptions: [");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("exceptions.yaml:"), "{found:?}");
        assert!(problems("rules: []")[0].contains("rules"));
    }
}
