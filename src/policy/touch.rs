//! Which resources a gap touches, so that nobody calls them passed.
//!
//! **Invariant:** when in doubt a gap touches; a resource that is wrongly unknown is asked about again in the next pass, one
//! that is wrongly passed is believed.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CollectionCoverage, Control, Gap, Status};
use crate::snapshot::{Collection, Snapshot};

/// Collections that members of a population name by ARN or id in their own body, or whose members have their keys.
///
/// A gap that lists the members that it hides touches only those who name one of them. Whatever is reached by a name, or
/// over a third collection, is not listed here, and such a gap then touches everybody.
fn names_directly(population: Collection, other: Collection) -> bool {
    use Collection as C;
    let named: &[C] = match population {
        C::Services | C::ExpressServices => &[
            C::Clusters,
            C::TaskDefinitions,
            C::Subnets,
            C::SecurityGroups,
            C::ServiceRevisions,
            C::TargetGroups,
        ],
        C::TaskSets => {
            &[C::Clusters, C::Services, C::TaskDefinitions, C::Subnets, C::SecurityGroups, C::TargetGroups]
        }
        C::Tasks => &[
            C::Clusters,
            C::TaskDefinitions,
            C::NetworkInterfaces,
            C::Subnets,
            C::ContainerInstances,
            C::ImageReferences,
        ],
        C::Images => &[C::ImageScanFindings, C::SigningStatus],
        C::Roles => &[C::Access, C::LastAccessed, C::Policies],
        C::Users => &[C::Access, C::LastAccessed],
        // What a principal may pass to tasks are roles that nothing of its own names.
        C::Access => &[C::LastAccessed],
        C::TaskDefinitions => &[C::Access, C::Roles, C::AccessPoints, C::ImageReferences, C::Parameters],
        C::ContainerInstances => &[C::Clusters, C::Instances],
        C::Instances => {
            &[C::Volumes, C::MachineImages, C::NetworkInterfaces, C::Subnets, C::SecurityGroups, C::Vpcs]
        }
        C::Volumes => &[C::Instances],
        C::Daemons => &[C::Clusters, C::DaemonRevisions],
        C::DaemonRevisions => &[C::Clusters, C::Daemons, C::DaemonTaskDefinitions],
        C::ServiceRevisions => &[C::Clusters, C::Services, C::TaskDefinitions, C::Subnets, C::SecurityGroups],
        C::NetworkInterfaces => &[C::Subnets, C::SecurityGroups, C::Vpcs],
        C::RouteTables | C::Subnets | C::SecurityGroups => &[C::Vpcs],
        C::VpcEndpoints => &[C::Vpcs, C::Subnets, C::SecurityGroups, C::RouteTables],
        _ => &[],
    };
    named.contains(&other)
}

/// The names by which something may be called without the rest of its ARN: by a task definition, and by a task, which tells
/// the digest of an image apart from its repository.
fn short_names(collection: Collection, arn: &str) -> Vec<String> {
    let name = match collection {
        Collection::Access | Collection::AccessPoints | Collection::Roles => arn.rsplit_once('/'),
        Collection::ImageReferences => arn.rsplit_once('@'),
        Collection::Parameters => arn.split_once(":parameter/"),
        _ => None,
    };
    let Some((_, name)) = name else { return Vec::new() };
    let mut names = vec![name.to_owned()];
    if collection == Collection::Parameters {
        // ARNs leave out the slash that a name may begin with.
        names.push(format!("/{name}"));
    }
    names
}

/// Whether a collection tells one more thing about each member of a population, under its key. What hides members of the
/// population hides what would be told about them, and nothing that would be told about others.
fn tells_more_of(population: Collection, other: Collection) -> bool {
    use Collection as C;
    matches!(
        (population, other),
        (C::Images, C::ImageScanFindings | C::SigningStatus) | (C::Access, C::LastAccessed)
    )
}

/// What is missing for one control.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Members of the population that exist but could not be read, with the reasons.
    pub(super) unread: BTreeMap<String, BTreeSet<String>>,
    /// Why members of the population may exist that nobody has seen.
    pub(super) hidden: BTreeSet<String>,
    /// Whether nothing of the population was asked for.
    pub(super) nothing_was_read: bool,
    /// Reasons why the joins of the document lack something, whatever member they are looked up for. They touch every
    /// member, also one that the policy denies: a join is a list, and a policy may deny because nothing stands in it.
    pub(super) joins: BTreeSet<String>,
    /// Reasons that touch every member.
    everybody: BTreeSet<String>,
    /// Reasons that touch who names the key, or has it.
    named: BTreeMap<String, BTreeSet<String>>,
    /// Reasons that touch who names the key, and who names no cluster.
    scoped: BTreeMap<String, BTreeSet<String>>,
}

impl Missing {
    /// Looks at every collection that the control reads.
    pub(super) fn of(control: &Control, snapshot: &Snapshot) -> Self {
        let mut missing = Self::default();
        let population = coverage(snapshot, control.population);
        missing.of_population(control.population, &population);
        for collection in &control.reads {
            if *collection != control.population {
                let known =
                    if tells_more_of(control.population, *collection) { &*population.gaps } else { &[] };
                missing.of_other(control.population, *collection, &coverage(snapshot, *collection), known);
            }
        }
        for collection in &control.joined {
            missing.of_joined(*collection, &coverage(snapshot, *collection));
        }
        missing
    }

    fn of_population(&mut self, population: Collection, coverage: &CollectionCoverage) {
        self.nothing_was_read = coverage.status == Status::Skipped;
        if let Some(reason) = without_gap(population, coverage) {
            self.hidden.insert(reason);
        }
        for gap in &coverage.gaps {
            let reason = reason(population, gap);
            if gap.hides_members() {
                self.hidden.insert(reason);
            } else {
                for id in &gap.ids {
                    self.unread.entry(id.clone()).or_default().insert(reason.clone());
                }
            }
        }
    }

    /// A collection that a join of the document is made from, maybe the population itself: no member's own text says what
    /// the join of a member lacks.
    fn of_joined(&mut self, collection: Collection, coverage: &CollectionCoverage) {
        self.joins.extend(without_gap(collection, coverage));
        self.joins.extend(coverage.gaps.iter().map(|gap| reason(collection, gap)));
    }

    /// A collection that the policy looks into for members that it comes upon. Of its gaps, those that are `known` hide
    /// only what is hidden of the population anyway.
    fn of_other(
        &mut self,
        population: Collection,
        other: Collection,
        coverage: &CollectionCoverage,
        known: &[Gap],
    ) {
        self.everybody.extend(without_gap(other, coverage));
        for gap in coverage.gaps.iter().filter(|gap| !(gap.hides_members() && known.contains(gap))) {
            let reason = reason(other, gap);
            if gap.hides_members() {
                if gap.scope == Gap::EVERYTHING {
                    self.everybody.insert(reason);
                } else {
                    self.scoped.entry(gap.scope.clone()).or_default().insert(reason);
                }
            } else if names_directly(population, other) {
                for id in &gap.ids {
                    self.named.entry(id.clone()).or_default().insert(reason.clone());
                    for name in short_names(other, id) {
                        self.named.entry(name).or_default().insert(reason.clone());
                    }
                }
            } else {
                self.everybody.insert(reason);
            }
        }
    }

    /// Why the verdict about a member cannot be trusted, sorted; empty when it can.
    pub(super) fn touching(&self, key: &str, body: &str) -> Vec<String> {
        let mut reasons = self.everybody.union(&self.joins).cloned().collect::<BTreeSet<_>>();
        reasons.extend(self.unread.get(key).into_iter().flatten().cloned());
        reasons.extend(self.named.get(key).into_iter().flatten().cloned());
        if !self.named.is_empty() || !self.scoped.is_empty() {
            let mut names_a_cluster = false;
            for text in strings(body) {
                names_a_cluster |= text == "clusterArn";
                let named = [self.named.get(&*text), self.scoped.get(&*text)];
                reasons.extend(named.into_iter().flatten().flatten().cloned());
            }
            if !names_a_cluster {
                reasons.extend(self.scoped.values().flatten().cloned());
            }
            reasons.extend(self.scoped.get(key).into_iter().flatten().cloned());
        }
        reasons.into_iter().collect()
    }
}

/// The account is its own only member and needs no call, so that its coverage need not be given.
fn coverage(snapshot: &Snapshot, collection: Collection) -> CollectionCoverage {
    if collection == Collection::Accounts && !snapshot.coverage.0.contains_key(&collection) {
        return CollectionCoverage { status: Status::Complete, ..CollectionCoverage::skipped() };
    }
    snapshot.coverage.of(collection)
}

/// The reason of coverage that is incomplete without a gap that would say why.
fn without_gap(collection: Collection, coverage: &CollectionCoverage) -> Option<String> {
    match coverage.status {
        Status::Complete => None,
        _ if !coverage.gaps.is_empty() => None,
        Status::Skipped => Some(format!("{collection}: was not asked for")),
        Status::Partial => Some(format!("{collection}: was not read completely")),
        Status::Denied => Some(format!("{collection}: was denied")),
    }
}

fn reason(collection: Collection, gap: &Gap) -> String {
    format!("{collection}: {}", gap.reason())
}

/// Every string of a JSON text, keys included.
fn strings(json: &str) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    let mut rest = json;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once('"')?;
        let mut escaped = false;
        let end = after.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        let (text, after) = after.split_at_checked(end)?;
        rest = after.get(1..)?;
        if !text.contains('\\') {
            return Some(text.into());
        }
        Some(serde_json::from_str::<String>(&format!("\"{text}\"")).map_or_else(|_| text.into(), Into::into))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::gap;

    fn touches(population: Collection, other: Collection, gap: Gap, body: &str) -> bool {
        let mut missing = Missing::default();
        let coverage =
            CollectionCoverage { status: Status::Partial, gaps: vec![gap], ..CollectionCoverage::skipped() };
        missing.of_other(population, other, &coverage, &[]);
        !missing.touching("key", body).is_empty()
    }

    #[test]
    fn a_listed_member_touches_only_who_names_it() {
        let service = |id: &str| format!(r#"{{"clusterArn": "c", "taskDefinition": "{id}"}}"#);
        let check = |population, joined, body: &str| touches(population, joined, gap("*", &["td:1"]), body);
        assert!(check(Collection::Services, Collection::TaskDefinitions, &service("td:1")));
        assert!(!check(Collection::Services, Collection::TaskDefinitions, &service("td:11")));
        assert!(
            check(Collection::Services, Collection::Roles, &service("td:2")),
            "reached over a third collection"
        );
    }

    #[test]
    fn a_scan_that_could_not_be_read_touches_its_own_image() {
        let (population, other) = (Collection::Images, Collection::ImageScanFindings);
        assert!(touches(population, other, gap("*", &["key"]), r#"{"imageDigest": "sha256:a"}"#));
        assert!(!touches(population, other, gap("*", &["another"]), r#"{"imageDigest": "sha256:a"}"#));
    }

    #[test]
    fn what_a_principal_used_and_nobody_could_read_touches_that_principal() {
        let check =
            |other, id: &str| touches(Collection::Access, other, gap("*", &[id]), r#"{"kind": "role"}"#);
        assert!(check(Collection::LastAccessed, "key") && !check(Collection::LastAccessed, "another"));
        // A role may be one that the principal can pass, whatever the principal names.
        assert!(check(Collection::Roles, "key") && check(Collection::Roles, "another"));
    }

    #[test]
    fn an_image_that_could_not_be_described_touches_who_names_it() {
        let task =
            r#"{"clusterArn": "c", "containers": [{"image": "host/web:1", "imageDigest": "sha256:a"}]}"#;
        let check = |id: &str| touches(Collection::Tasks, Collection::ImageReferences, gap("*", &[id]), task);
        assert!(check("host/web:1"));
        assert!(!check("host/web:2"));
        assert!(check("host/web@sha256:a"));
        assert!(!check("host/web@sha256:b"));
    }

    #[test]
    fn a_scan_that_is_hidden_with_its_image_touches_no_other_image() {
        let mut missing = Missing::default();
        let gaps = vec![gap("*", &[]), gap("*", &["key"])];
        let coverage = CollectionCoverage {
            status: Status::Partial,
            gaps: gaps.clone(),
            ..CollectionCoverage::skipped()
        };
        let (population, other) = (Collection::Images, Collection::ImageScanFindings);
        assert!(tells_more_of(population, other));
        missing.of_other(population, other, &coverage, &gaps);
        assert_eq!(missing.touching("another", "{}"), [""; 0]);
        assert_eq!(missing.touching("key", "{}").len(), 1);
        missing.of_other(population, other, &coverage, &[]);
        assert_eq!(missing.touching("another", "{}").len(), 1);
    }

    #[test]
    fn an_escaped_name_is_a_name() {
        let body = r#"{"taskDefinition": "arn:x\/td:1", "note": "say \"td\""}"#;
        assert!(touches(Collection::Services, Collection::TaskDefinitions, gap("*", &["arn:x/td:1"]), body));
    }

    #[test]
    fn a_role_is_named_with_and_without_its_arn() {
        let gap = || gap("*", &["arn:aws:iam::1:role/path/web"]);
        let check = |body: &str| touches(Collection::TaskDefinitions, Collection::Roles, gap(), body);
        assert!(check(r#"{"taskRoleArn": "arn:aws:iam::1:role/path/web"}"#));
        assert!(check(r#"{"taskRoleArn": "web"}"#));
        assert!(!check(r#"{"taskRoleArn": "web2"}"#));
    }

    #[test]
    fn a_policy_touches_only_the_roles_that_name_it() {
        let policy = "arn:aws:iam::1:policy/web";
        let check = |body: &str| touches(Collection::Roles, Collection::Policies, gap("*", &[policy]), body);
        assert!(check(r#"{"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::1:policy/web"}]}"#));
        assert!(check(r#"{"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::1:policy/web"}}"#));
        assert!(!check(r#"{"AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::1:policy/other"}]}"#));
        let users = touches(Collection::Users, Collection::Policies, gap("*", &[policy]), "{}");
        assert!(users, "a user has those of its groups");
    }

    #[test]
    fn a_parameter_and_an_access_point_are_named_with_and_without_their_arns() {
        let parameter = "arn:aws:ssm:eu-central-1:1:parameter/shop/token";
        let check = |body: &str| {
            touches(Collection::TaskDefinitions, Collection::Parameters, gap("*", &[parameter]), body)
        };
        for named in [parameter, "/shop/token", "shop/token"] {
            assert!(check(&format!(r#"{{"valueFrom": "{named}"}}"#)), "{named}");
        }
        assert!(!check(r#"{"valueFrom": "/shop/token2"}"#));
        let point = "arn:aws:elasticfilesystem:eu-central-1:1:access-point/fsap-1";
        let check = |body: &str| {
            touches(Collection::TaskDefinitions, Collection::AccessPoints, gap("*", &[point]), body)
        };
        assert!(check(r#"{"accessPointId": "fsap-1"}"#) && !check(r#"{"accessPointId": "fsap-2"}"#));
    }

    #[test]
    fn a_hidden_cluster_touches_its_own_and_those_without_a_cluster() {
        let check = |body: &str| touches(Collection::Services, Collection::Tasks, gap("arn:c1", &[]), body);
        assert!(check(r#"{"clusterArn": "arn:c1"}"#));
        assert!(!check(r#"{"clusterArn": "arn:c2"}"#));
        assert!(check(r#"{"family": "web"}"#));
    }

    #[test]
    fn a_gap_in_what_a_join_is_made_from_touches_everybody() {
        for gap in [gap("*", &[]), gap("arn:c1", &[]), gap("*", &["td:1"])] {
            let mut missing = Missing::default();
            let gaps = vec![gap];
            let coverage =
                CollectionCoverage { status: Status::Partial, gaps, ..CollectionCoverage::skipped() };
            missing.of_joined(Collection::Services, &coverage);
            assert_eq!(missing.touching("key", r#"{"clusterArn": "arn:c2"}"#).len(), 1, "{coverage:?}");
        }
    }

    #[test]
    fn a_collection_that_is_hidden_whole_touches_everybody() {
        assert!(touches(Collection::Services, Collection::Subnets, gap("*", &[]), r#"{"clusterArn": "c"}"#));
    }
}
