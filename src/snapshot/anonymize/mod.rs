//! A document without anything that would tell whose estate it is, and with the same verdicts.
//!
//! It works by what is allowed to stay, not by what is known to be secret: names of members and enumerations of AWS's
//! APIs, the texts that the given policies hold and therefore judge by, numbers, and the structure. Everything else gets
//! a name, numbered in order of first appearance, the same one everywhere in the document: in ARNs, in policy documents,
//! in image references, in the keys of collections. Moments are moved, all by the same span, so that ages stay.
//!
//! **Invariant:** a name depends on nothing but the order in which originals were met; nothing leads back from it to the
//! original, not even for somebody who guesses it.
//!
//! **Invariant:** two different originals never get the same name, and one original never two.

mod address;
mod names;
mod text;
mod vocabulary;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use self::address::Prefixes;
use self::names::Names;
use self::vocabulary::Vocabulary;
use super::{Account, Members, Snapshot, Usage};
use crate::domain::{AccountId, CollectionCoverage, Coverage, Gap, Partition, Region};

/// When every anonymized document was taken: 2026-01-01T00:00:00Z.
const TAKEN_AT_SECOND: i64 = 1_767_225_600;

/// Members that hold IAM actions or operations.
const ACTIONS: [&str; 5] = ["Action", "NotAction", "Actions", "operation", "action"];

/// Numbers of members that hold moments are seconds since 1970 when they are larger than this (in 2001).
const SECONDS: f64 = 1e9;

/// Milliseconds since 1970 begin here; CloudWatch Logs counts in them.
const MILLISECONDS: f64 = 1e12;

/// Gives names; everything that belongs together goes through the same one.
#[derive(Debug)]
pub struct Anonymizer {
    vocabulary: Vocabulary,
    names: Names,
    prefixes: Prefixes,
    /// What is taken off every moment.
    shift: SignedDuration,
}

impl Anonymizer {
    /// `literals` are the texts that policies hold, parameters included: what they compare with stays.
    #[must_use]
    pub fn new(literals: impl IntoIterator<Item = String>) -> Self {
        Self {
            vocabulary: Vocabulary::new(literals),
            names: Names::default(),
            prefixes: Prefixes::default(),
            shift: SignedDuration::ZERO,
        }
    }

    /// The document without what identifies the estate.
    ///
    /// # Errors
    ///
    /// The JSON error when a member is not JSON, which a snapshot that was read or assembled rules out.
    pub fn snapshot(&mut self, snapshot: &Snapshot) -> serde_json::Result<Snapshot> {
        self.shift = SignedDuration::from_secs(snapshot.taken_at.as_second() - TAKEN_AT_SECOND);
        let account = Account { id: self.account(&snapshot.account.id), partition: self.partition(snapshot) };
        let region = self.region(&snapshot.region);
        let mut collections = BTreeMap::new();
        for (collection, members) in &snapshot.collections {
            let mut anonymous = Members::new();
            for (key, body) in members {
                anonymous.insert(self.text(key), self.body(body)?);
            }
            collections.insert(*collection, anonymous);
        }
        let usage = snapshot.usage.iter().map(|(arn, usage)| (self.text(arn), self.usage(usage))).collect();
        Ok(Snapshot {
            account,
            region,
            taken_at: self.moment(snapshot.taken_at),
            collections,
            usage,
            coverage: self.coverage(&snapshot.coverage),
        })
    }

    /// A JSON value outside a document, such as parameters: the same names as in the document.
    #[must_use]
    pub fn value(&mut self, value: &Value) -> Value {
        self.any("", value)
    }

    fn account(&mut self, id: &AccountId) -> AccountId {
        AccountId::new(self.names.account(id.as_str())).unwrap_or_else(|_| id.clone())
    }

    /// A partition that AWS has stays, and any other becomes the first.
    fn partition(&self, snapshot: &Snapshot) -> Partition {
        let partition = &snapshot.account.partition;
        if self.vocabulary.is_phrase(partition.as_str()) {
            return partition.clone();
        }
        Partition::new("aws").unwrap_or_else(|_| partition.clone())
    }

    fn region(&mut self, region: &Region) -> Region {
        let text = self.region_text(region.as_str());
        Region::new(text).or_else(|_| Region::new("xx-none-1")).unwrap_or_else(|_| region.clone())
    }

    fn moment(&self, moment: Timestamp) -> Timestamp {
        moment.checked_sub(self.shift).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn body(&mut self, body: &RawValue) -> serde_json::Result<Box<RawValue>> {
        let value = serde_json::from_str::<Value>(body.get())?;
        serde_json::value::to_raw_value(&self.any("", &value))
    }

    fn any(&mut self, field: &str, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) => Value::Number(self.number(field, number)),
            Value::String(text) => Value::String(self.string(field, text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.any(field, item)).collect()),
            Value::Object(members) => {
                let mut object = Map::new();
                for (key, member) in members {
                    let name = if self.vocabulary.is_field(key) { key.clone() } else { self.text(key) };
                    let member = self.any(key, member);
                    object.insert(name, member);
                }
                Value::Object(object)
            }
        }
    }

    /// A string of a member called `field`.
    fn string(&mut self, field: &str, text: &str) -> String {
        if text.is_empty() || self.vocabulary.is_value(field, text) {
            return text.to_owned();
        }
        if ACTIONS.contains(&field) {
            return self.action(text);
        }
        // `${srcaddr} ${ecs-task-id}`: the fields of a flow log, of which policies look for one or the other.
        if field == "LogFormat" {
            return text.split(' ').map(|field| self.text(field)).collect::<Vec<_>>().join(" ");
        }
        if text.starts_with(['{', '['])
            && let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(text)
        {
            return self.any("", &value).to_string();
        }
        match text.parse::<Timestamp>() {
            Ok(moment) => self.moment(moment).to_string(),
            Err(_) => self.text(text),
        }
    }

    /// A number stays, unless it is a moment.
    fn number(&self, field: &str, number: &Number) -> Number {
        let moment = number.as_f64().filter(|moment| *moment > SECONDS && Vocabulary::is_time(field));
        let Some(moment) = moment else { return number.clone() };
        let unit = if moment > MILLISECONDS { 1_000 } else { 1 };
        let shift = self.shift.as_secs().saturating_mul(unit);
        if let Some(whole) = number.as_i64() {
            return Number::from(whole.saturating_sub(shift));
        }
        // Whole milliseconds are added, so that no digits appear that were not there.
        #[expect(
            clippy::cast_precision_loss,
            reason = "a moment of this century in milliseconds has 41 bits"
        )]
        let moved = ((moment * 1_000.0).round() - shift as f64 * 1_000.0) / 1_000.0;
        Number::from_f64(moved).unwrap_or_else(|| number.clone())
    }

    fn texts(&mut self, texts: &[String]) -> Vec<String> {
        let mut texts = texts.iter().map(|text| self.text(text)).collect::<Vec<_>>();
        texts.sort();
        texts
    }

    fn usage(&mut self, usage: &Usage) -> Usage {
        Usage {
            services: self.texts(&usage.services),
            deployments: self.texts(&usage.deployments),
            task_sets: self.texts(&usage.task_sets),
            tasks: self.texts(&usage.tasks),
            schedules: self.texts(&usage.schedules),
            newest_active: usage.newest_active,
        }
    }

    fn coverage(&mut self, coverage: &Coverage) -> Coverage {
        let collections = coverage.0.iter().map(|(collection, covered)| {
            let gaps = covered.gaps.iter().map(|gap| self.gap(gap)).collect();
            (*collection, CollectionCoverage { gaps, ..covered.clone() })
        });
        Coverage(collections.collect())
    }

    fn gap(&mut self, gap: &Gap) -> Gap {
        Gap {
            scope: self.text(&gap.scope),
            ids: self.texts(&gap.ids),
            operation: self.action(&gap.operation),
            kind: gap.kind,
            code: self.text(&gap.code),
            message: if gap.message.is_empty() { String::new() } else { self.names.text(&gap.message) },
            action: gap.action.as_ref().map(|action| self.action(action)),
        }
    }
}
