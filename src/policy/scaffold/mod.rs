//! A new control, written so that it works: its policy, its test and its examples.
//!
//! What is written judges one field of one collection and can fire; an author goes on from there. It is apart from the
//! command because what a control has to look like is this room's business.

mod field;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use self::field::Field;
use super::{Bundles, nearest};
use crate::domain::{Control, ControlId, Severity};
use crate::snapshot::Collection;

pub use text::files;

/// The longest title of a control.
const TITLE_LIMIT: usize = 120;

/// The letters with which the ids of controls about a collection begin.
const PREFIXES: [(Collection, &str); 12] = [
    (Collection::Accounts, "AC"),
    (Collection::CapacityProviders, "CP"),
    (Collection::Clusters, "CL"),
    (Collection::ContainerInstances, "CI"),
    (Collection::Roles, "IA"),
    (Collection::Users, "IA"),
    (Collection::Services, "SV"),
    (Collection::TaskDefinitions, "TD"),
    (Collection::TaskSets, "TS"),
    (Collection::Tasks, "TK"),
    (Collection::Vpcs, "NW"),
    (Collection::SecurityGroups, "NW"),
];

/// What the author asked for, as it was written.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// What the control is about: the name of a folder below `controls/`, or the path of a collection.
    pub subject: &'a str,
    /// The folder, and the fault that the control finds.
    pub slug: &'a str,
    /// The field that it looks at: `a.b`, or `a[].b` for each element of a list.
    pub field: &'a str,
    /// What the field must be.
    pub expected: &'a str,
    /// The id; the next free one of the subject when absent.
    pub id: Option<&'a ControlId>,
    /// How bad a failure is.
    pub severity: Severity,
    /// The title; made from the field when absent.
    pub title: Option<&'a str>,
}

/// A control that can be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaffold {
    pub(super) collection: Collection,
    pub(super) subject: String,
    pub(super) slug: String,
    /// Its id.
    pub id: ControlId,
    pub(super) severity: Severity,
    pub(super) title: String,
    pub(super) field: Field,
    pub(super) expected: Value,
}

impl Scaffold {
    /// The control's folder in its bundle, `/` between the parts.
    #[must_use]
    pub fn folder(&self) -> String {
        format!("controls/{}/{}", self.subject, self.slug)
    }

    /// Its package.
    #[must_use]
    pub fn package(&self) -> String {
        format!("tidewaiter.controls.{}.{}", self.subject, self.slug)
    }
}

/// Something that was asked for and cannot be, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    message: String,
    /// What to do about it.
    pub help: String,
}

fn refuse<T>(message: String, help: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { message, help: help.into() })
}

/// Makes sense of what the author asked for.
///
/// `bundles` are the ones that the control is going to stand beside: no id is given twice.
///
/// # Errors
///
/// What cannot be, with the nearest thing that can.
pub fn scaffold(wish: &Wish<'_>, bundles: &[&Bundles]) -> Result<Scaffold, Refusal> {
    let (collection, subject) = subject(wish.subject)?;
    if !is_snake(wish.slug) {
        return refuse(
            format!("`{}` is no name for a control", wish.slug),
            "name the fault that it finds in snake_case, such as `exec_enabled`",
        );
    }
    let (field, expected) = field::read(collection, wish.field, wish.expected)?;
    let id = id(wish.id, collection, bundles)?;
    let stated = text::stated(&expected);
    let title = wish.title.map_or_else(|| text::title(collection, &field, &stated), ToOwned::to_owned);
    if title.chars().count() > TITLE_LIMIT || title.trim().is_empty() || title.contains(['\n', '"', '\\']) {
        return refuse(
            format!("`{title}` is no title"),
            format!(
                "state the required condition in one line of at most {TITLE_LIMIT} characters, without quotes"
            ),
        );
    }
    if title.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("ensure")) {
        return refuse(format!("the title `{title}` begins with `Ensure`"), "state the required condition");
    }
    let (slug, severity) = (wish.slug.to_owned(), wish.severity);
    Ok(Scaffold { collection, subject, slug, id, severity, title, field, expected })
}

/// `task_definition`, `ecs.task_definitions` and `task_definitions` are about the same collection.
fn subject(word: &str) -> Result<(Collection, String), Refusal> {
    let subject_of = |collection: Collection| collection.noun().to_lowercase().replace(' ', "_");
    let names = Collection::ALL.into_iter().flat_map(|collection| {
        let path = collection.path();
        let last = path.rsplit('.').next().unwrap_or(path);
        [subject_of(collection), path.to_owned(), last.to_owned()].map(|name| (name, collection))
    });
    let names = names.collect::<BTreeMap<_, _>>();
    if let Some(collection) = names.get(word) {
        return Ok((*collection, subject_of(*collection)));
    }
    let known = names.keys().map(String::as_str).collect::<Vec<_>>();
    let help = nearest(word, &known).map(|near| format!("did you mean `{near}`?")).unwrap_or_else(|| {
        let subjects = Collection::ALL.map(subject_of).join(", ");
        format!("known are {subjects}")
    });
    refuse(format!("no document has a collection of `{word}`"), help)
}

fn is_snake(word: &str) -> bool {
    word.len() <= 64
        && word.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn id(
    wanted: Option<&ControlId>,
    collection: Collection,
    bundles: &[&Bundles],
) -> Result<ControlId, Refusal> {
    let controls = bundles.iter().flat_map(|bundles| bundles.all_controls()).collect::<Vec<_>>();
    let taken = controls.iter().flat_map(|control| [&control.id].into_iter().chain(&control.aliases));
    let taken = taken.cloned().collect::<BTreeSet<_>>();
    let free = next_free(&prefix(collection, &controls), &taken);
    match (wanted, free) {
        (Some(wanted), free) if taken.contains(wanted) => {
            let help = free.map_or_else(String::new, |free| format!("the next free one is `{free}`"));
            refuse(format!("the id `{wanted}` is taken"), help)
        }
        (Some(wanted), _) => Ok(wanted.clone()),
        (None, Some(free)) => Ok(free),
        (None, None) => refuse("no id could be found".to_owned(), "give one with --id"),
    }
}

/// The letters that most controls about the collection begin with.
fn prefix(collection: Collection, controls: &[&Arc<Control>]) -> String {
    let letters =
        |id: &ControlId| id.as_str().trim_end_matches(|mark: char| mark.is_ascii_digit()).to_owned();
    let mut counts = BTreeMap::<String, usize>::new();
    for control in controls.iter().filter(|control| control.population == collection) {
        *counts.entry(letters(&control.id)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(prefix, _)| prefix);
    let known =
        PREFIXES.iter().find(|(known, _)| *known == collection).map(|(_, prefix)| (*prefix).to_owned());
    most.or(known).unwrap_or_else(|| {
        let initials = collection.noun().split(' ').filter_map(|word| word.chars().next());
        let initials = initials.map(|letter| letter.to_ascii_uppercase()).collect::<String>();
        if initials.len() == 1 {
            collection.noun().chars().take(2).collect::<String>().to_uppercase()
        } else {
            initials
        }
    })
}

/// One more than the largest number in use.
fn next_free(prefix: &str, taken: &BTreeSet<ControlId>) -> Option<ControlId> {
    let numbers = taken.iter().filter_map(|id| id.as_str().strip_prefix(prefix)?.parse::<u32>().ok());
    let next = numbers.max().unwrap_or(0).checked_add(1)?;
    ControlId::new(format!("{prefix}{next:02}")).ok()
}
