//! Actions, the resources that they act on, and the condition keys that they support.
//!
//! The tables are data (`reference.json`, made from a copy of AWS's Service Authorization Reference by
//! `tests/support/facts.py`), so that what AWS adds needs no code.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

use super::bits::Bits;
use super::pattern::Pattern;
use super::tri::Tri;

/// Where a key's name has the key of a tag in it.
const TAG_KEY: &str = "${TagKey}";

/// What a condition key's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Values {
    /// Text.
    String,
    /// `true` or `false`.
    Bool,
    /// An ARN.
    #[serde(rename = "ARN")]
    Arn,
    /// A number.
    Numeric,
    /// A moment.
    Date,
    /// An address.
    #[serde(rename = "IPAddress")]
    IpAddress,
    /// Any number of texts.
    ArrayOfString,
    /// Any number of ARNs.
    #[serde(rename = "ArrayOfARN")]
    ArrayOfArn,
}

impl Values {
    /// Whether a request may carry several values.
    #[must_use]
    pub fn are_many(self) -> bool {
        matches!(self, Self::ArrayOfString | Self::ArrayOfArn)
    }
}

/// What is known of a condition key, seen from one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A request for the action may carry it.
    Supported(Values),
    /// The reference has the key, and no request for the action carries it.
    Unsupported,
    /// The reference does not have it: a typing error, another service's, or newer than the reference.
    Unknown,
}

/// One action.
#[derive(Debug)]
pub struct Action {
    /// Its name, as AWS writes it: `ecs:RunTask`.
    pub name: String,
    /// `Read`, `List`, `Write`, `Permissions management` or `Tagging`; AWS gives some actions two.
    pub level: String,
    /// Resource types of which each request names one: `ecs:cluster`.
    pub requires: Vec<String>,
    /// Resource types that a request may name.
    pub optional: Vec<String>,
    /// Condition keys that the action supports, sorted; `aws:ResourceTag/${TagKey}` stands for one with any tag's key.
    pub keys: Vec<String>,
    /// The same in lower case.
    folded: Vec<String>,
    /// The resource types that it requires or takes, by their places.
    pub(super) types: Bits,
}

/// The whole reference.
#[derive(Debug)]
pub struct Reference {
    /// What it was made from.
    pub source: String,
    /// The day of which it is.
    pub date: String,
    /// Every key in lower case with its values: those of services, and those of all requests.
    keys: BTreeMap<String, Values>,
    global_keys: BTreeMap<String, Values>,
    resource_types: BTreeMap<String, Pattern>,
    /// In the order of their names in lower case.
    actions: Vec<Action>,
    folded: Vec<String>,
    /// For each action the place of the first one with the same resource types and keys.
    shapes: Vec<usize>,
}

#[derive(Default, Deserialize)]
struct Table {
    source: String,
    date: String,
    keys: BTreeMap<String, Values>,
    global_keys: BTreeMap<String, Values>,
    resource_types: BTreeMap<String, String>,
    actions: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
struct Row {
    level: String,
    requires: Vec<String>,
    optional: Vec<String>,
    keys: Vec<String>,
}

/// The reference that the program carries.
#[must_use]
pub fn reference() -> &'static Reference {
    static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
        // A table that cannot be read leaves no actions; a test reads it.
        let table = serde_json::from_str::<Table>(include_str!("reference.json")).unwrap_or_default();
        Reference::of(table)
    });
    &REFERENCE
}

impl Reference {
    fn of(table: Table) -> Self {
        let fold = |keys: BTreeMap<String, Values>| {
            keys.into_iter().map(|(key, values)| (key.to_ascii_lowercase(), values)).collect()
        };
        let place = |name: &String| table.resource_types.keys().position(|known| known == name);
        let types = |row: &Row| {
            let named = row.requires.iter().chain(&row.optional).filter_map(place);
            named.fold(Bits::default(), Bits::with)
        };
        let mut actions = table
            .actions
            .into_iter()
            .map(|(name, row)| Action {
                name,
                types: types(&row),
                level: row.level,
                requires: row.requires,
                optional: row.optional,
                folded: row.keys.iter().map(|key| key.to_ascii_lowercase()).collect(),
                keys: row.keys,
            })
            .collect::<Vec<_>>();
        actions.sort_by_cached_key(|action| action.name.to_ascii_lowercase());
        let is_alike = |mine: &Action, other: &Action| {
            (&mine.requires, &mine.optional, &mine.keys) == (&other.requires, &other.optional, &other.keys)
        };
        let first = |mine| actions.iter().position(|other| is_alike(mine, other)).unwrap_or_default();
        Self {
            shapes: actions.iter().map(first).collect(),
            source: table.source,
            date: table.date,
            keys: fold(table.keys),
            global_keys: fold(table.global_keys),
            resource_types: table
                .resource_types
                .into_iter()
                .map(|(name, template)| (name, Pattern::of_template(&template)))
                .collect(),
            folded: actions.iter().map(|action| action.name.to_ascii_lowercase()).collect(),
            actions,
        }
    }

    /// Every action, in the order of their names in lower case.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// An action by its name, whatever its case, and its place.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<(usize, &Action)> {
        let at = self.folded.binary_search(&name.to_ascii_lowercase()).ok()?;
        Some((at, self.actions.get(at)?))
    }

    /// What is equal for two places when their actions have the same resource types and condition keys.
    pub(super) fn shape(&self, place: usize) -> Option<usize> {
        self.shapes.get(place).copied()
    }

    /// The actions that a name stands for: case does not matter, and `*` and `?` are wildcards.
    pub fn matching(&self, name: &str) -> impl Iterator<Item = &Action> {
        let pattern = Pattern::new(&name.to_ascii_lowercase());
        let actions = self.actions.iter().zip(&self.folded);
        actions.filter(move |(_, folded)| pattern.matches(folded) == Tri::True).map(|(action, _)| action)
    }

    /// The names of the actions at these places, in lower case.
    pub(super) fn folded(&self, places: Range<usize>) -> &[String] {
        self.folded.get(places).unwrap_or_default()
    }

    /// Where the actions stand whose names in lower case begin with this.
    pub(super) fn places(&self, prefix: &str) -> Range<usize> {
        let begin = self.folded.partition_point(|name| name.as_str() < prefix);
        let rest = self.folded.get(begin..).unwrap_or_default();
        begin..begin + rest.partition_point(|name| name.starts_with(prefix))
    }

    /// The ARNs of every resource type, in the order of their places.
    pub(super) fn types(&self) -> impl Iterator<Item = &Pattern> {
        self.resource_types.values()
    }

    /// The ARNs of a resource type, as a pattern.
    pub(super) fn arns(&self, resource_type: &str) -> Option<&Pattern> {
        self.resource_types.get(resource_type)
    }

    /// Whether this is an action, a condition key or a resource type.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        let folded = name.to_ascii_lowercase();
        let is_key = self.keys.contains_key(&folded) || self.global_keys.contains_key(&folded);
        is_key || self.resource_types.contains_key(name) || self.action(name).is_some()
    }

    /// What an action makes of a condition key.
    #[must_use]
    pub fn key(&self, action: &Action, key: &str) -> Key {
        let (key, template) = folded_key(key);
        let find = |keys: &BTreeMap<String, Values>| {
            keys.get(&key).or_else(|| keys.get(template.as_deref()?)).copied()
        };
        let is_supported = |name: &String| *name == key || Some(name) == template.as_ref();
        match (find(&self.global_keys), find(&self.keys)) {
            (Some(values), _) => Key::Supported(values),
            (None, Some(values)) if action.folded.iter().any(is_supported) => Key::Supported(values),
            (None, Some(_)) => Key::Unsupported,
            (None, None) => Key::Unknown,
        }
    }
}

/// A key in lower case, and in the form that the reference has when it names a tag.
fn folded_key(key: &str) -> (String, Option<String>) {
    let key = key.to_ascii_lowercase();
    let template =
        key.split_once('/').map(|(family, _)| format!("{family}/{}", TAG_KEY.to_ascii_lowercase()));
    (key, template)
}

impl Action {
    /// Resource types that a request names or may name.
    pub fn resource_types(&self) -> impl Iterator<Item = &str> {
        self.requires.iter().chain(&self.optional).map(String::as_str)
    }

    /// Whether requests name no resource, so that only a statement about `*` speaks of them.
    #[must_use]
    pub fn has_no_resource(&self) -> bool {
        self.requires.is_empty() && self.optional.is_empty()
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self.level.as_str(), "Read" | "List")
    }

    /// The service: `ecs`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.name.split_once(':').map_or("", |(service, _)| service)
    }
}

/// Whether the action supports a key of this family, such as `aws:ResourceTag/${TagKey}`, under another name already.
pub(super) fn is_of_family(family: &str, key: &str) -> bool {
    match family.strip_suffix(TAG_KEY) {
        Some(prefix) => key.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix)),
        None => family.eq_ignore_ascii_case(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(name: &str) -> &'static Action {
        reference().action(name).unwrap().1
    }

    #[test]
    fn the_table_is_read_whole() {
        let reference = reference();
        assert!(reference.actions().len() > 150, "{}", reference.actions().len());
        assert_eq!(reference.date.len(), "2026-10-27".len());
        for action in reference.actions() {
            for resource_type in action.resource_types() {
                assert!(reference.arns(resource_type).is_some(), "{resource_type}");
            }
            for key in &action.keys {
                assert!(matches!(reference.key(action, key), Key::Supported(_)), "{} {key}", action.name);
            }
        }
    }

    #[test]
    fn actions_are_found_in_any_case() {
        assert_eq!(action("ECS:runtask").name, "ecs:RunTask");
        assert!(reference().action("ecs:RunTasks").is_none());
        assert_eq!(reference().places("iam:").len(), 1);
        assert_eq!(reference().places("s3:").len(), 0);
        let ecs = reference().folded(reference().places("ecs:"));
        assert!(ecs.iter().all(|name| name.starts_with("ecs:")) && ecs.len() > 80);
    }

    #[test]
    fn an_action_supports_its_own_keys_and_those_of_every_request() {
        let key = |name, key| reference().key(action(name), key);
        assert_eq!(key("ecs:RegisterTaskDefinition", "ECS:Privileged"), Key::Supported(Values::String));
        assert_eq!(key("ecs:CreateService", "ecs:subnet"), Key::Supported(Values::ArrayOfString));
        assert_eq!(key("ecs:CreateService", "ecs:auto-assign-public-ip"), Key::Supported(Values::Bool));
        assert_eq!(key("ecs:RunTask", "ecs:subnet"), Key::Unsupported);
        assert_eq!(key("ecs:RunTask", "aws:resourcetag/Team"), Key::Supported(Values::String));
        assert_eq!(key("ecs:RunTask", "aws:PrincipalTag/Team"), Key::Supported(Values::String));
        assert_eq!(key("ecs:ListClusters", "aws:ResourceTag/Team"), Key::Unsupported);
        assert_eq!(key("ecs:ListClusters", "aws:SourceIp"), Key::Supported(Values::IpAddress));
        assert_eq!(key("ecs:RegisterTaskDefinition", "ecs:compute-compatability"), Key::Unknown);
        assert_eq!(key("ecs:RunTask", "s3:prefix"), Key::Unknown);
    }
}
