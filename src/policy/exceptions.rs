//! Which exception covers a failure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use wildmatch::WildMatch;

use super::Bundles;
use crate::domain::{Control, ControlId, Exception, ExceptionId, Verdict, VerdictKind};
use crate::snapshot::Snapshot;

/// What became of the exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExceptionUse {
    /// Those that no longer hold, sorted.
    pub expired: Vec<ExceptionId>,
    /// Those that hold and cover no failure, sorted. One whose controls were not judged, or met missing evidence on a
    /// resource that it matches, is not among them.
    pub unused: Vec<UnusedException>,
}

/// An exception that nobody needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedException {
    /// The exception.
    pub id: ExceptionId,
    /// How many resources it matches that pass all the same.
    pub n_passed: usize,
}

/// The exceptions that hold, ready to be matched.
pub(super) struct Register<'a> {
    valid: Vec<Entry<'a>>,
    expired: Vec<ExceptionId>,
}

struct Entry<'a> {
    exception: &'a Exception,
    controls: BTreeSet<ControlId>,
    patterns: Vec<WildMatch>,
}

impl<'a> Register<'a> {
    /// Sorts out what has expired and what holds in another account.
    pub(super) fn new(
        exceptions: &'a [Exception],
        bundles: &Bundles,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Self {
        let (mut valid, mut expired) = (Vec::new(), Vec::new());
        for exception in exceptions {
            if exception.account.as_ref().is_some_and(|account| *account != snapshot.account.id) {
                continue;
            }
            if has_expired(exception, now) {
                expired.push(exception.id.clone());
                continue;
            }
            let controls = exception.controls.iter().filter_map(|id| bundles.control(id));
            valid.push(Entry {
                exception,
                controls: controls.map(|control| control.id.clone()).collect(),
                patterns: exception.resources.iter().map(|pattern| WildMatch::new(pattern)).collect(),
            });
        }
        // Where several cover a failure, the first by id does, in whatever order they were written.
        valid.sort_by(|left, right| left.exception.id.cmp(&right.exception.id));
        expired.sort();
        Self { valid, expired }
    }

    /// The exception that covers a failure of a resource.
    pub(super) fn covering(&self, control: &Control, resource: &str, body: &str) -> Option<&'a Exception> {
        let mut entries = self.valid.iter().filter(|entry| entry.controls.contains(&control.id));
        entries.find(|entry| entry.matches(resource, body)).map(|entry| entry.exception)
    }

    /// What became of the exceptions, after everything was judged.
    pub(super) fn used(
        self,
        verdicts: &[Verdict],
        not_judged: &BTreeSet<ControlId>,
        snapshot: &Snapshot,
    ) -> ExceptionUse {
        let mut by_control = BTreeMap::<&ControlId, Vec<&Verdict>>::new();
        for verdict in verdicts {
            by_control.entry(&verdict.control).or_default().push(verdict);
        }
        let mut unused = Vec::new();
        for entry in &self.valid {
            if entry.controls.is_empty() || entry.controls.iter().any(|control| not_judged.contains(control))
            {
                continue;
            }
            let of_controls = entry.controls.iter().filter_map(|control| by_control.get(control)).flatten();
            let matched = of_controls.filter(|verdict| {
                let body = snapshot.member(verdict.collection, &verdict.resource);
                entry.matches(&verdict.resource, body.map_or("null", |body| body.get()))
            });
            let kinds = matched.map(|verdict| verdict.outcome.kind()).collect::<Vec<_>>();
            if kinds.iter().all(|kind| matches!(kind, VerdictKind::Passed | VerdictKind::NotApplicable)) {
                let n_passed = kinds.iter().filter(|kind| **kind == VerdictKind::Passed).count();
                unused.push(UnusedException { id: entry.exception.id.clone(), n_passed });
            }
        }
        ExceptionUse { expired: self.expired, unused }
    }
}

/// An exception holds to the end of its last day, in UTC.
fn has_expired(exception: &Exception, now: Timestamp) -> bool {
    let after = exception.expires.tomorrow().and_then(|day| day.to_zoned(TimeZone::UTC));
    after.is_ok_and(|after| now >= after.timestamp())
}

impl Entry<'_> {
    /// Whether one of the patterns matches and all of the tags are there; an exception with neither matches nothing.
    fn matches(&self, resource: &str, body: &str) -> bool {
        let tags = &self.exception.tags;
        if self.patterns.is_empty() && tags.is_empty() {
            return false;
        }
        let by_pattern =
            self.patterns.is_empty() || self.patterns.iter().any(|pattern| pattern.matches(resource));
        by_pattern && (tags.is_empty() || carries(body, tags))
    }
}

/// Whether a resource has all of these tags, in the shape of ECS or in that of IAM and EC2.
fn carries(body: &str, wanted: &BTreeMap<String, String>) -> bool {
    let Ok(body) = serde_json::from_str::<Value>(body) else { return false };
    let lists = [body.get("tags"), body.get("Tags")];
    let present = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let present = present.filter_map(|tag| {
        let field =
            |lower: &str, upper: &str| tag.get(lower).or_else(|| tag.get(upper)).and_then(Value::as_str);
        Some((field("key", "Key")?, field("value", "Value").unwrap_or_default()))
    });
    let present = present.collect::<BTreeSet<_>>();
    wanted.iter().all(|(key, value)| present.contains(&(key.as_str(), value.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ExceptionKind;

    fn exception() -> Exception {
        Exception {
            id: ExceptionId("e".to_owned()),
            controls: vec![ControlId::new("TD01").unwrap()],
            resources: Vec::new(),
            tags: BTreeMap::new(),
            account: None,
            kind: ExceptionKind::RiskAccepted,
            reason: String::new(),
            owner: String::new(),
            expires: "2026-11-30".parse().unwrap(),
        }
    }

    fn matches(patterns: &[&str], tags: &[(&str, &str)], resource: &str, body: &str) -> bool {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let exception = Exception { tags, ..exception() };
        let patterns = patterns.iter().map(|pattern| WildMatch::new(pattern)).collect();
        Entry { exception: &exception, controls: BTreeSet::new(), patterns }.matches(resource, body)
    }

    #[test]
    fn an_exception_holds_to_the_end_of_its_last_day() {
        assert!(!has_expired(&exception(), "2026-11-30T23:59:59Z".parse().unwrap()));
        assert!(has_expired(&exception(), "2026-12-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn patterns_match_arns() {
        assert!(matches(
            &["arn:aws:ecs:*:task-definition/web:*"],
            &[],
            "arn:aws:ecs:eu:1:task-definition/web:7",
            "{}"
        ));
        assert!(!matches(&["*:task-definition/web:*"], &[], "arn:aws:ecs:eu:1:task-definition/api:7", "{}"));
        assert!(!matches(&[], &[], "arn", "{}"));
    }

    #[test]
    fn tags_match_in_both_spellings_and_narrow_patterns() {
        let ecs = r#"{"tags": [{"key": "env", "value": "dev"}, {"key": "team", "value": "a"}]}"#;
        let iam = r#"{"Tags": [{"Key": "env", "Value": "dev"}]}"#;
        assert!(matches(&[], &[("env", "dev")], "arn", ecs));
        assert!(matches(&[], &[("env", "dev")], "arn", iam));
        assert!(!matches(&[], &[("env", "dev"), ("team", "a")], "arn", iam));
        assert!(!matches(&["other"], &[("env", "dev")], "arn", ecs));
        assert!(!matches(&[], &[("env", "dev")], "arn", "{}"));
    }
}
