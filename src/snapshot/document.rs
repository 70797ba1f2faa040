//! The document itself, read from JSON and written to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::Collection;
use crate::domain::{AccountId, Coverage, Partition, Region, Scope};

/// The version that this program writes and reads.
pub const VERSION: &str = "1";

/// The largest document that is read: 2 GiB. An estate of 10,000 services and as many task definitions takes 28 MB.
pub const LIMIT_BYTES: u64 = 2 << 30;

/// The deepest nesting that is read. The deepest thing in AWS's APIs that reaches a document is a statement of an IAM
/// policy, at 12; OPA and regorus both read far deeper.
pub const LIMIT_DEPTH: usize = 64;

/// Members of a collection by ARN or id, each as JSON text.
pub type Members = BTreeMap<String, Box<RawValue>>;

/// What one pass saw of one account and Region.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Whose estate it is.
    pub account: Account,
    /// The Region.
    pub region: Region,
    /// When the reading began.
    pub taken_at: Timestamp,
    /// What was read. A collection that nobody asked for is absent.
    pub collections: BTreeMap<Collection, Members>,
    /// Who uses a task definition, by its ARN.
    pub usage: BTreeMap<String, Usage>,
    /// What was asked, answered and hidden.
    pub coverage: Coverage,
}

/// The account of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its id.
    #[schemars(with = "String", regex(pattern = r"^[0-9]{12}$"))]
    pub id: AccountId,
    /// Its partition.
    #[schemars(with = "String")]
    pub partition: Partition,
}

/// Who uses a task definition; every list is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Usage {
    /// ARNs of services that name it.
    pub services: Vec<String>,
    /// Ids of deployments that run it.
    pub deployments: Vec<String>,
    /// ARNs of task sets that run it.
    pub task_sets: Vec<String>,
    /// ARNs of tasks that run it.
    pub tasks: Vec<String>,
    /// ARNs of EventBridge rules and schedules that run it.
    pub schedules: Vec<String>,
    /// Whether it is the newest ACTIVE revision of its family.
    pub newest_active: bool,
}

/// A document that cannot be read. The operator who named the file can fix each of these.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too much, or too deep.
    #[error("the document is nested deeper than {LIMIT_DEPTH} levels (at byte {at})")]
    Depth {
        /// Where the limit was passed.
        at: usize,
    },
    /// Not JSON, cut short, or not of the document's shape.
    #[error("the document cannot be read")]
    Syntax(#[source] serde_json::Error),
    /// Written by another version of the program.
    #[error("the document has version `{found}`, and only `{VERSION}` is understood")]
    Version {
        /// The version it names, or `none`.
        found: String,
    },
    /// Something at a place where only collections may stand.
    #[error("the document holds `{path}`, which is not a collection of version {VERSION}")]
    UnknownCollection {
        /// Its path.
        path: String,
    },
}

/// The document's outermost object, one member after the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(rename = "version")]
    _version: String,
    account: Account,
    region: Region,
    taken_at: Timestamp,
    #[serde(default)]
    accounts: Members,
    #[serde(default)]
    ecs: BTreeMap<String, Members>,
    #[serde(default)]
    elbv2: BTreeMap<String, Members>,
    #[serde(default)]
    events: BTreeMap<String, Members>,
    #[serde(default)]
    iam: BTreeMap<String, Members>,
    #[serde(default)]
    ec2: BTreeMap<String, Members>,
    #[serde(default)]
    scheduler: BTreeMap<String, Members>,
    #[serde(default)]
    cloudtrail: BTreeMap<String, Members>,
    #[serde(default)]
    ecr: BTreeMap<String, Members>,
    #[serde(default)]
    efs: BTreeMap<String, Members>,
    #[serde(default)]
    guardduty: BTreeMap<String, Members>,
    #[serde(default)]
    inspector2: BTreeMap<String, Members>,
    #[serde(default)]
    logs: BTreeMap<String, Members>,
    #[serde(default)]
    organizations: BTreeMap<String, Members>,
    #[serde(default)]
    secretsmanager: BTreeMap<String, Members>,
    #[serde(default)]
    ssm: BTreeMap<String, Members>,
    #[serde(default)]
    application_autoscaling: BTreeMap<String, Members>,
    #[serde(default)]
    usage: BTreeMap<String, Usage>,
    #[serde(default)]
    attestors: Option<Members>,
    #[serde(default)]
    images: Option<Members>,
    #[serde(default)]
    coverage: Coverage,
}

/// What can stand at a document's top.
#[derive(Serialize)]
#[serde(untagged)]
enum Top<'a> {
    Account(&'a Account),
    Coverage(&'a Coverage),
    Group(BTreeMap<&'a str, &'a Members>),
    Members(&'a Members),
    Region(&'a Region),
    TakenAt(Timestamp),
    Usage(&'a BTreeMap<String, Usage>),
    Version(&'a str),
}

/// The version alone, read first so that another version is named before its shape is complained about.
#[derive(Deserialize)]
struct Versioned {
    version: Option<String>,
}

impl Snapshot {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// [`Error`] names what is wrong; nothing is taken from a document that is wrong anywhere.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        check_depth(text)?;
        let versioned = serde_json::from_str::<Versioned>(text).map_err(Error::Syntax)?;
        if versioned.version.as_deref() != Some(VERSION) {
            return Err(Error::Version { found: versioned.version.unwrap_or_else(|| "none".to_owned()) });
        }
        let wire = serde_json::from_str::<Wire>(text).map_err(Error::Syntax)?;
        let mut collections = BTreeMap::new();
        let groups = [
            ("application_autoscaling", wire.application_autoscaling),
            ("cloudtrail", wire.cloudtrail),
            ("ec2", wire.ec2),
            ("ecr", wire.ecr),
            ("ecs", wire.ecs),
            ("efs", wire.efs),
            ("elbv2", wire.elbv2),
            ("events", wire.events),
            ("guardduty", wire.guardduty),
            ("iam", wire.iam),
            ("inspector2", wire.inspector2),
            ("logs", wire.logs),
            ("organizations", wire.organizations),
            ("scheduler", wire.scheduler),
            ("secretsmanager", wire.secretsmanager),
            ("ssm", wire.ssm),
        ];
        for (group, members_by_name) in groups {
            for (name, members) in members_by_name {
                let path = format!("{group}.{name}");
                let Some(collection) = Collection::from_path(&path) else {
                    return Err(Error::UnknownCollection { path });
                };
                collections.insert(collection, members);
            }
        }
        let of_the_top = [(Collection::Attestors, wire.attestors), (Collection::UsedImages, wire.images)];
        collections.extend(of_the_top.into_iter().filter_map(|(top, members)| Some((top, members?))));
        let mut snapshot = Self {
            account: wire.account,
            region: wire.region,
            taken_at: wire.taken_at,
            collections,
            usage: wire.usage,
            coverage: wire.coverage,
        };
        if wire.accounts.is_empty() {
            snapshot.insert_account();
        } else {
            snapshot.collections.insert(Collection::Accounts, wire.accounts);
        }
        Ok(snapshot)
    }

    /// Writes the document: keys sorted, members as they are, so that equal snapshots give equal bytes.
    ///
    /// # Errors
    ///
    /// Whatever the writer reports.
    pub fn to_json(&self, writer: impl std::io::Write) -> serde_json::Result<()> {
        serde_json::to_writer(writer, self)
    }

    /// Where the pass looked.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope {
            partition: self.account.partition.clone(),
            account: self.account.id.clone(),
            region: self.region.clone(),
        }
    }

    /// The members of a collection; nothing for a collection that is absent.
    pub fn members(&self, collection: Collection) -> impl Iterator<Item = (&str, &RawValue)> {
        self.collections.get(&collection).into_iter().flatten().map(|(key, body)| (key.as_str(), &**body))
    }

    /// One member's JSON text.
    #[must_use]
    pub fn member(&self, collection: Collection, key: &str) -> Option<&RawValue> {
        self.collections.get(&collection)?.get(key).map(|body| &**body)
    }

    /// Puts the account in as the one member of its own collection, under the id that Security Hub gives accounts.
    pub(super) fn insert_account(&mut self) {
        let id = &self.account.id;
        let body = serde_json::value::to_raw_value(&serde_json::json!({ "AccountId": id }));
        if let Ok(body) = body {
            let members = Members::from([(format!("AWS::::Account:{id}"), body)]);
            self.collections.insert(Collection::Accounts, members);
        }
    }
}

impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What stands at the top, in alphabetical order.
        let mut top = BTreeMap::<&str, Top<'_>>::from([
            ("account", Top::Account(&self.account)),
            ("coverage", Top::Coverage(&self.coverage)),
            ("region", Top::Region(&self.region)),
            ("taken_at", Top::TakenAt(self.taken_at)),
            ("usage", Top::Usage(&self.usage)),
            ("version", Top::Version(VERSION)),
        ]);
        for (collection, members) in &self.collections {
            match collection.group_and_name() {
                None => {
                    top.insert(collection.path(), Top::Members(members));
                }
                Some((group, name)) => {
                    if let Top::Group(of_group) =
                        top.entry(group).or_insert_with(|| Top::Group(BTreeMap::new()))
                    {
                        of_group.insert(name, members);
                    }
                }
            }
        }
        let mut document = serializer.serialize_map(Some(top.len()))?;
        for (key, value) in &top {
            document.serialize_entry(key, value)?;
        }
        document.end()
    }
}

/// Refuses a document whose brackets nest too deep, before a parser sees it.
fn check_depth(text: &str) -> Result<(), Error> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > LIMIT_DEPTH {
                    return Err(Error::Depth { at });
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"{
        "version": "1",
        "account": {"id": "111122223333", "partition": "aws"},
        "region": "eu-central-1",
        "taken_at": "2026-11-22T08:00:00Z",
        "ecs": {"clusters": {"arn:c": {"clusterArn": "arn:c", "someFieldOfTomorrow": [1, 2]}}},
        "coverage": {"ecs.clusters": {"status": "complete", "count": 1}}
    }"#;

    #[test]
    fn a_document_survives_reading_and_writing() {
        let snapshot = Snapshot::from_json(MINIMAL).unwrap();
        let mut first = Vec::new();
        snapshot.to_json(&mut first).unwrap();
        let again = Snapshot::from_json(std::str::from_utf8(&first).unwrap()).unwrap();
        let mut second = Vec::new();
        again.to_json(&mut second).unwrap();
        assert_eq!(first, second);
        assert!(std::str::from_utf8(&first).unwrap().contains("someFieldOfTomorrow"));
    }

    #[test]
    fn the_account_is_a_member_of_its_own_collection() {
        let snapshot = Snapshot::from_json(MINIMAL).unwrap();
        let keys = snapshot.members(Collection::Accounts).map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(keys, ["AWS::::Account:111122223333"]);
    }

    #[test]
    fn another_version_is_named() {
        let error = Snapshot::from_json(r#"{"version": "7", "whatever": []}"#).unwrap_err();
        assert_eq!(error.to_string(), "the document has version `7`, and only `1` is understood");
    }

    #[test]
    fn an_unknown_collection_is_named() {
        let text = MINIMAL.replace("\"clusters\"", "\"clutters\"");
        let error = Snapshot::from_json(&text).unwrap_err();
        assert!(error.to_string().contains("`ecs.clutters`"), "{error}");
    }

    #[test]
    fn a_truncated_document_is_refused() {
        let half = MINIMAL.get(..MINIMAL.len() / 2).unwrap();
        assert!(matches!(Snapshot::from_json(half), Err(Error::Syntax(_))));
    }

    #[test]
    fn a_document_nested_a_hundred_levels_is_refused_before_it_is_parsed() {
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let text = MINIMAL.replace("[1, 2]", &deep);
        assert!(matches!(Snapshot::from_json(&text), Err(Error::Depth { .. })));
        let quoted = MINIMAL.replace("[1, 2]", &format!("{:?}", "[".repeat(100)));
        assert!(Snapshot::from_json(&quoted).is_ok());
    }
}
