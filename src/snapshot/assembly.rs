//! Puts what was collected together into a document: the members that were asked for, the joins that policies need, and
//! the coverage.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;

use super::{Account, Collection, Members, Snapshot, Usage, scheduled};
use crate::domain::{CollectionCoverage, Coverage, Gap, GapKind, Region, Status};

/// What was collected of one collection.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// Its members, free of secrets.
    pub members: Members,
    /// What stayed hidden.
    pub gaps: Vec<Gap>,
    /// API calls that were made for it, retries not counted.
    pub calls: u64,
    /// Further attempts.
    pub retries: u64,
}

/// Where and when the reading took place.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Whose estate it is.
    pub account: Account,
    /// The Region.
    pub region: Region,
    /// When the reading began.
    pub taken_at: Timestamp,
}

impl Snapshot {
    /// Makes the document.
    ///
    /// Of `gathered`, the collections in `wanted` become part of it; the others were read because a wanted one depends
    /// on them, and only their facts enter [`Snapshot::usage`]. They are not listed in the
    /// coverage either: a collection that is complete but absent would look like an empty one.
    /// `newest` holds the newest ACTIVE revision of each family.
    #[must_use]
    pub fn assemble(
        frame: Frame,
        wanted: &BTreeSet<Collection>,
        mut gathered: BTreeMap<Collection, Gathered>,
        newest: &BTreeSet<String>,
    ) -> Self {
        let facts = Facts::of(&gathered);
        let usage = if gathered.contains_key(&Collection::TaskDefinitions) {
            facts.usage(&frame, newest)
        } else {
            BTreeMap::new()
        };
        let mut snapshot = Self {
            account: frame.account,
            region: frame.region,
            taken_at: frame.taken_at,
            collections: BTreeMap::new(),
            usage,
            coverage: Coverage::default(),
        };
        gathered.retain(|collection, _| wanted.contains(collection));
        for (collection, gathered) in gathered {
            snapshot.coverage.0.insert(collection, covered(&gathered));
            snapshot.collections.insert(collection, gathered.members);
        }
        snapshot.insert_account();
        let accounts =
            CollectionCoverage { status: Status::Complete, count: 1, ..CollectionCoverage::skipped() };
        snapshot.coverage.0.insert(Collection::Accounts, accounts);
        snapshot
    }
}

/// The coverage of one collection.
fn covered(gathered: &Gathered) -> CollectionCoverage {
    let mut gaps = merge(&gathered.gaps);
    gaps.sort();
    let status = if gaps.is_empty() {
        Status::Complete
    } else if gathered.members.is_empty() && gaps.iter().all(|gap| gap.kind == GapKind::Denied) {
        Status::Denied
    } else {
        Status::Partial
    };
    let count = u64::try_from(gathered.members.len()).unwrap_or(u64::MAX);
    CollectionCoverage { status, count, calls: gathered.calls, retries: gathered.retries, gaps }
}

/// Gaps with the same reason become one that names all their ids: ten thousand definitions that one missing permission
/// hides are one line. A gap that names no ids hides everything in its scope and stays as it is.
fn merge(gaps: &[Gap]) -> Vec<Gap> {
    let mut merged = BTreeMap::<Gap, BTreeSet<String>>::new();
    let mut whole = BTreeSet::new();
    for gap in gaps {
        if gap.hides_members() {
            whole.insert(gap.clone());
        } else {
            let reason = Gap { ids: Vec::new(), ..gap.clone() };
            merged.entry(reason).or_default().extend(gap.ids.iter().cloned());
        }
    }
    let named = merged.into_iter().map(|(reason, ids)| Gap { ids: ids.into_iter().collect(), ..reason });
    whole.into_iter().chain(named).collect()
}

/// What the members say about each other.
#[derive(Default)]
struct Facts {
    services: Vec<(String, Service)>,
    task_sets: Vec<(String, Running)>,
    tasks: Vec<(String, Running)>,
    definitions: Vec<String>,
    /// Rules and schedules, with the names of the task definitions that they run.
    scheduled: Vec<(String, Vec<String>)>,
}

/// Members whose facts cannot be read have none: their collector has judged them already.
fn read<T: for<'de> Deserialize<'de>>(
    gathered: &BTreeMap<Collection, Gathered>,
    collection: Collection,
) -> Vec<(String, T)> {
    let members = gathered.get(&collection).into_iter().flat_map(|gathered| &gathered.members);
    members.filter_map(|(key, body)| Some((key.clone(), serde_json::from_str(body.get()).ok()?))).collect()
}

impl Facts {
    fn of(gathered: &BTreeMap<Collection, Gathered>) -> Self {
        Self {
            services: read(gathered, Collection::Services),
            task_sets: read(gathered, Collection::TaskSets),
            tasks: read(gathered, Collection::Tasks),
            definitions: gathered
                .get(&Collection::TaskDefinitions)
                .map(|definitions| definitions.members.keys().cloned().collect())
                .unwrap_or_default(),
            scheduled: [Collection::Rules, Collection::Schedules]
                .iter()
                .flat_map(|collection| gathered.get(collection).into_iter())
                .flat_map(|gathered| &gathered.members)
                .map(|(arn, body)| (arn.clone(), scheduled::task_definitions(body.get())))
                .collect(),
        }
    }

    fn usage(&self, frame: &Frame, newest: &BTreeSet<String>) -> BTreeMap<String, Usage> {
        let mut usage = BTreeMap::<String, Usage>::new();
        for arn in &self.definitions {
            usage.entry(arn.clone()).or_default();
        }
        for arn in newest {
            usage.entry(arn.clone()).or_default().newest_active = true;
        }
        for (arn, service) in &self.services {
            if let Some(definition) = &service.task_definition {
                usage.entry(definition.clone()).or_default().services.push(arn.clone());
            }
            for deployment in service.deployments.iter().flatten() {
                if let (Some(definition), Some(id)) = (&deployment.task_definition, &deployment.id) {
                    usage.entry(definition.clone()).or_default().deployments.push(id.clone());
                }
            }
        }
        for (arn, task_set) in &self.task_sets {
            if let Some(definition) = &task_set.task_definition {
                usage.entry(definition.clone()).or_default().task_sets.push(arn.clone());
            }
        }
        for (arn, task) in &self.tasks {
            if let Some(definition) = &task.task_definition_arn {
                usage.entry(definition.clone()).or_default().tasks.push(arn.clone());
            }
        }
        for (arn, names) in &self.scheduled {
            for name in names {
                if let Some(definition) = scheduled::resolve(name, &frame.account, &frame.region, newest) {
                    usage.entry(definition).or_default().schedules.push(arn.clone());
                }
            }
        }
        for usage in usage.values_mut() {
            for list in [
                &mut usage.services,
                &mut usage.deployments,
                &mut usage.task_sets,
                &mut usage.tasks,
                &mut usage.schedules,
            ] {
                list.sort();
                list.dedup();
            }
        }
        usage
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    task_definition: Option<String>,
    deployments: Option<Vec<Deployment>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    id: Option<String>,
    task_definition: Option<String>,
}

/// A task or a task set; the first calls its definition `taskDefinitionArn`, the second `taskDefinition`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Running {
    task_definition: Option<String>,
    task_definition_arn: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{AccountId, Partition, testing};

    fn frame() -> Frame {
        Frame {
            account: Account {
                id: AccountId::new("123456789012").unwrap(),
                partition: Partition::new("aws").unwrap(),
            },
            region: Region::new("eu-central-1").unwrap(),
            taken_at: "2026-11-22T08:00:00Z".parse().unwrap(),
        }
    }

    fn members(members: &[(&str, Value)]) -> Gathered {
        let members = members
            .iter()
            .map(|(key, body)| ((*key).to_owned(), serde_json::value::to_raw_value(body).unwrap()));
        Gathered { members: members.collect(), ..Gathered::default() }
    }

    fn gap(kind: GapKind, scope: &str, ids: &[&str]) -> Gap {
        Gap { kind, ..testing::gap(scope, ids) }
    }

    fn estate() -> BTreeMap<Collection, Gathered> {
        BTreeMap::from([
            (
                Collection::Services,
                members(&[(
                    "service",
                    json!({"taskDefinition": "td:2", "deployments": [
                        {"id": "ecs-svc/2", "taskDefinition": "td:2"}, {"id": "ecs-svc/1", "taskDefinition": "td:1"}]}),
                )]),
            ),
            (Collection::TaskSets, members(&[("set", json!({"taskDefinition": "td:1"}))])),
            (
                Collection::Tasks,
                members(&[(
                    "task",
                    json!({"taskDefinitionArn": "td:1", "containers": [
                        {"image": "app:latest", "imageDigest": "sha256:b"}, {"image": "side"}]}),
                )]),
            ),
            (
                Collection::ServiceRevisions,
                members(&[(
                    "rev",
                    json!({"containerImages": [{"image": "app:latest", "imageDigest": "sha256:a"}]}),
                )]),
            ),
            (
                Collection::TaskDefinitions,
                members(&[
                    ("td:1", json!({"containerDefinitions": [{"image": "app:latest"}]})),
                    ("td:2", json!({"containerDefinitions": [{"image": "app:latest"}, {"image": "side"}]})),
                ]),
            ),
        ])
    }

    #[test]
    fn usage_names_everybody_who_uses_a_task_definition() {
        let newest = BTreeSet::from(["td:2".to_owned(), "other:1".to_owned()]);
        let wanted = BTreeSet::from([Collection::TaskDefinitions]);
        let snapshot = Snapshot::assemble(frame(), &wanted, estate(), &newest);
        let usage = serde_json::to_value(&snapshot.usage).unwrap();
        assert_eq!(
            usage,
            json!({
                "other:1": {"services": [], "deployments": [], "task_sets": [], "tasks": [], "schedules": [],
                    "newest_active": true},
                "td:1": {"services": [], "deployments": ["ecs-svc/1"], "task_sets": ["set"], "tasks": ["task"],
                    "schedules": [], "newest_active": false},
                "td:2": {"services": ["service"], "deployments": ["ecs-svc/2"], "task_sets": [], "tasks": [],
                    "schedules": [], "newest_active": true},
            })
        );
    }

    #[test]
    fn usage_names_rules_and_schedules_and_a_family_stands_for_its_newest_revision() {
        let arn = |name: &str| format!("arn:aws:ecs:eu-central-1:123456789012:task-definition/{name}");
        let rule = |names: &[&str]| {
            let targets = names.iter().map(|name| json!({"EcsParameters": {"TaskDefinitionArn": arn(name)}}));
            json!({"Targets": targets.collect::<Vec<_>>()})
        };
        let schedule = |name: &str| json!({"Target": {"EcsParameters": {"TaskDefinitionArn": arn(name)}}});
        let gathered = BTreeMap::from([
            (Collection::TaskDefinitions, members(&[(&arn("job:2"), json!({}))])),
            (Collection::Rules, members(&[("rule", rule(&["job", "job:1", "job:2"]))])),
            (
                Collection::Schedules,
                members(&[("nightly", schedule("job")), ("dangling", schedule("withdrawn"))]),
            ),
        ]);
        let wanted = BTreeSet::from([Collection::TaskDefinitions]);
        let newest = BTreeSet::from([arn("job:2")]);
        let snapshot = Snapshot::assemble(frame(), &wanted, gathered, &newest);
        let schedules = snapshot
            .usage
            .iter()
            .map(|(arn, usage)| (arn.clone(), usage.schedules.concat()))
            .collect::<Vec<_>>();
        assert_eq!(schedules, [(arn("job:1"), "rule".to_owned()), (arn("job:2"), "nightlyrule".to_owned())]);
    }

    #[test]
    fn what_was_read_as_a_dependency_is_neither_in_the_document_nor_in_its_coverage() {
        let wanted = BTreeSet::from([Collection::TaskDefinitions]);
        let snapshot = Snapshot::assemble(frame(), &wanted, estate(), &BTreeSet::new());
        let collections = snapshot.collections.keys().copied().collect::<Vec<_>>();
        assert_eq!(collections, [Collection::Accounts, Collection::TaskDefinitions]);
        let covered = snapshot.coverage.0.keys().copied().collect::<Vec<_>>();
        assert_eq!(covered, [Collection::Accounts, Collection::TaskDefinitions]);
    }

    #[test]
    fn gaps_with_one_reason_are_one_gap_and_the_status_follows_from_them() {
        let mut gathered = members(&[("a", json!({}))]);
        gathered.gaps = vec![
            gap(GapKind::Denied, "*", &["c", "b"]),
            gap(GapKind::Denied, "*", &["b", "d"]),
            gap(GapKind::Denied, "*", &[]),
            gap(GapKind::Denied, "*", &[]),
        ];
        let coverage = covered(&gathered);
        assert_eq!(coverage.status, Status::Partial);
        assert_eq!(
            coverage.gaps,
            [gap(GapKind::Denied, "*", &[]), gap(GapKind::Denied, "*", &["b", "c", "d"])]
        );
        gathered.members.clear();
        assert_eq!(covered(&gathered).status, Status::Denied);
        gathered.gaps.push(gap(GapKind::Timeout, "*", &[]));
        assert_eq!(covered(&gathered).status, Status::Partial);
        gathered.gaps.clear();
        assert_eq!(covered(&gathered).status, Status::Complete);
    }
}
