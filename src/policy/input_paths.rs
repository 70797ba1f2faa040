//! The paths below `input` that a document can have, and which collections reading one of them needs.

use std::collections::BTreeSet;

use super::nearest;
use crate::snapshot::Collection;

/// What a policy reads of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// Collections that it looks into.
    pub(super) collections: BTreeSet<Collection>,
    /// Whether it looks into `input.usage`.
    pub(super) usage: bool,
}

impl Reads {
    /// Collections that `input.usage` is made from.
    const USAGE: [Collection; 6] = [
        Collection::Rules,
        Collection::Schedules,
        Collection::Services,
        Collection::TaskDefinitions,
        Collection::TaskSets,
        Collection::Tasks,
    ];

    /// Adds what something else reads.
    pub(super) fn extend(&mut self, other: &Self) {
        self.collections.extend(&other.collections);
        self.usage |= other.usage;
    }

    /// Every collection whose coverage matters: those that are looked into, and those that joins are made from.
    pub(super) fn evidence(&self) -> BTreeSet<Collection> {
        self.collections.union(&self.joined()).copied().collect()
    }

    /// Collections that the joins which it looks into are made from.
    pub(super) fn joined(&self) -> BTreeSet<Collection> {
        let mut joined = BTreeSet::new();
        if self.usage {
            joined.extend(Self::USAGE);
        }
        joined
    }
}

const TOP: [&str; 21] = [
    "account",
    "accounts",
    "application_autoscaling",
    "attestors",
    "cloudtrail",
    "coverage",
    "ec2",
    "ecr",
    "ecs",
    "elbv2",
    "events",
    "guardduty",
    "iam",
    "images",
    "inspector2",
    "logs",
    "region",
    "scheduler",
    "taken_at",
    "usage",
    "version",
];
const ACCOUNT: [&str; 2] = ["id", "partition"];
const COVERAGE: [&str; 5] = ["calls", "count", "gaps", "retries", "status"];
const USAGE: [&str; 6] = ["deployments", "newest_active", "schedules", "services", "task_sets", "tasks"];

/// Takes in one reference below `input`; a step is `None` when only evaluation tells it.
///
/// # Errors
///
/// A message and advice when no document has such a path.
pub(super) fn read(steps: &[Option<String>], reads: &mut Reads) -> Result<(), (String, String)> {
    let steps = steps.iter().map(Option::as_deref).collect::<Vec<_>>();
    match steps.as_slice() {
        [] | [None, ..] => {
            reads.collections.extend(Collection::ALL);
            reads.usage = true;
            Ok(())
        }
        [Some(top @ ("accounts" | "attestors" | "images")), ..] => {
            reads.collections.extend(Collection::from_path(top));
            Ok(())
        }
        [Some("version" | "region" | "taken_at"), ..] => Ok(()),
        [Some("account"), rest @ ..] => one_of("input.account", rest.first().copied().flatten(), &ACCOUNT),
        [Some("coverage"), rest @ ..] => {
            let paths = Collection::ALL.map(Collection::path);
            one_of("input.coverage", rest.first().copied().flatten(), &paths)?;
            one_of("input.coverage[…]", rest.get(1).copied().flatten(), &COVERAGE)
        }
        [Some("usage"), rest @ ..] => {
            reads.usage = true;
            one_of("input.usage[…]", rest.get(1).copied().flatten(), &USAGE)
        }
        [Some(group), rest @ ..] => {
            let of_group = Collection::ALL.into_iter().filter_map(|collection| {
                collection.group_and_name().filter(|(it, _)| it == group).map(|(_, name)| (name, collection))
            });
            let of_group = of_group.collect::<Vec<_>>();
            if of_group.is_empty() {
                return one_of("input", Some(group), &TOP);
            }
            match rest.first().copied().flatten() {
                None => reads.collections.extend(of_group.iter().map(|(_, collection)| *collection)),
                Some(name) => match of_group.iter().find(|(it, _)| *it == name) {
                    Some((_, collection)) => {
                        reads.collections.insert(*collection);
                    }
                    None => {
                        let names = of_group.iter().map(|(name, _)| *name).collect::<Vec<_>>();
                        return one_of(&format!("input.{group}"), Some(name), &names);
                    }
                },
            }
            Ok(())
        }
    }
}

fn one_of(parent: &str, name: Option<&str>, known: &[&str]) -> Result<(), (String, String)> {
    match name {
        Some(name) if !known.contains(&name) => {
            let message = format!("no document has `{parent}.{name}`");
            Err((message, nearest::help(name, known.iter().copied())))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str) -> Result<Reads, (String, String)> {
        let steps = path.split('.').filter(|step| !step.is_empty());
        let steps = steps.map(|step| (step != "_").then(|| step.replace('/', "."))).collect::<Vec<_>>();
        let mut reads = Reads::default();
        read(&steps, &mut reads).map(|()| reads)
    }

    #[test]
    fn a_path_reads_its_collection() {
        let reads = check("ecs.services._.taskDefinition").unwrap();
        assert_eq!(reads.collections, BTreeSet::from([Collection::Services]));
        assert_eq!(check("region").unwrap(), Reads::default());
        assert_eq!(check("coverage.ecs/services.status").unwrap(), Reads::default());
    }

    #[test]
    fn a_bare_or_dynamic_reference_reads_everything_below() {
        assert_eq!(check("").unwrap().collections.len(), Collection::ALL.len());
        assert!(check("_.services").unwrap().usage);
        assert_eq!(check("iam").unwrap().collections.len(), 6);
        assert_eq!(check("iam._").unwrap(), check("iam").unwrap());
    }

    #[test]
    fn joins_need_the_collections_that_they_are_made_from() {
        assert_eq!(check("usage._.services").unwrap().evidence(), BTreeSet::from(Reads::USAGE));
        assert_eq!(check("images._.digest").unwrap().collections, BTreeSet::from([Collection::UsedImages]));
        assert!(check("ecs.services").unwrap().joined().is_empty());
    }

    #[test]
    fn what_no_document_has_is_refused_with_the_nearest_name() {
        for (path, message, help) in [
            ("ecs.servces", "no document has `input.ecs.servces`", "did you mean `services`?"),
            ("esc.services", "no document has `input.esc`", "did you mean `ecs`?"),
            ("usage._.service", "no document has `input.usage[…].service`", "did you mean `services`?"),
            ("account.number", "no document has `input.account.number`", "known are `id`, `partition`"),
        ] {
            assert_eq!(check(path).unwrap_err(), (message.to_owned(), help.to_owned()));
        }
        assert!(check("coverage.ecs/servces").is_err());
    }
}
