//! `tidewaiter access`: who may do what to ECS, and under which conditions.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{self, Action, Answer, Context, Estate, Sources, reference};
use crate::cli::{self, ListFormat};
use crate::collect;
use crate::report::access::{self as report, Accesses, Answers, Limits, Reach, Reached};
use crate::snapshot::{Collection, Members, Snapshot};

use super::console::{self, Progress};
use super::failure::Failure;
use super::{Exit, input, session, snapshot};

mod names;
mod workload;

/// What says who may do what.
const SOURCES: [Collection; 4] =
    [Collection::Groups, Collection::Policies, Collection::Roles, Collection::Users];

/// Answers the question and prints the answer.
pub(super) async fn access(options: &cli::Access, console: &cli::Console) -> Result<Exit, Failure> {
    // A question with a mistake in it is known before anything is read.
    let can = options.can.as_deref().map(names::action).transpose()?;
    let wanted = options.actions.iter().map(|name| names::matching(name)).collect::<Result<Vec<_>, _>>()?;
    let wanted = wanted.into_iter().flatten().collect::<BTreeSet<_>>();
    let snapshot = estate(options, console).await?;
    let members = |collection| snapshot.collections.get(&collection).ok_or_else(|| missing(collection));
    let sources = Sources {
        groups: members(Collection::Groups)?,
        policies: members(Collection::Policies)?,
        roles: members(Collection::Roles)?,
        users: members(Collection::Users)?,
    };
    let (limits, levels) = limits(&snapshot);
    let mut estate = Estate::new(sources).limited(levels);
    let known = estate.arns().collect::<Vec<_>>();
    let mut chosen = Vec::new();
    for name in &options.principals {
        match workload::roles(name, &snapshot)? {
            Some(roles) => {
                for role in roles {
                    chosen.push(names::principal(&role, &known)?);
                }
            }
            None => chosen.push(names::principal(name, &known)?),
        }
    }
    let chosen = if options.principals.is_empty() { known } else { chosen };

    let (text, is_decided) = match (can, options.on.as_slice()) {
        (Some(action), on) => {
            let resources =
                on.iter().map(|on| names::resource(on, action, &snapshot)).collect::<Result<Vec<_>, _>>()?;
            let request = request(&options.with);
            let mut principals = BTreeMap::new();
            for arn in chosen {
                if let Some(principal) = estate.principal(arn) {
                    principals
                        .insert(arn.to_owned(), access::decide(&principal, action, &resources, &request));
                }
            }
            let is_decided = principals.values().all(|decision| decision.answer != Answer::Unknown);
            let answers = Answers {
                service_control_policies: limits,
                action: action.name.clone(),
                resources,
                principals,
            };
            let text = match options.format {
                ListFormat::Table => report::answers(&answers),
                ListFormat::Json => report::answers_json(&answers).map_err(Failure::failed)?,
            };
            (text, is_decided)
        }
        (None, []) => {
            let mut principals = Accesses::new();
            for arn in chosen {
                if let Some(principal) = estate.principal(arn) {
                    let mut access = estate.access(&principal);
                    if !options.actions.is_empty() {
                        access.retain(|name| wanted.contains(name));
                    }
                    principals.insert(arn.to_owned(), access);
                }
            }
            let is_decided = principals.values().all(access::Access::is_complete);
            let text = match options.format {
                ListFormat::Table => report::grants(&principals, limits, console::width()),
                ListFormat::Json => report::grants_json(&principals, limits).map_err(Failure::failed)?,
            };
            (text, is_decided)
        }
        (None, [on]) => {
            let is_wanted = |action: &&Action| match wanted.is_empty() {
                true => !action.is_read(),
                false => wanted.contains(action.name.as_str()),
            };
            let actions = reference().actions().iter().filter(is_wanted).collect::<Vec<_>>();
            let (resource, actions) = names::acting(on, &actions, &snapshot)?;
            let (reach, is_decided) = reach(&mut estate, limits, &chosen, resource, &actions);
            let text = match options.format {
                ListFormat::Table => report::reach(&reach, console::width()),
                ListFormat::Json => report::reach_json(&reach).map_err(Failure::failed)?,
            };
            (text, is_decided)
        }
        (None, _) => {
            return Err(Failure::misuse(anyhow::anyhow!("several resources need one action"))
                .with_help("name it with --can, or give one --on"));
        }
    };
    console::print(&text).map_err(Failure::failed)?;
    let is_lacking = complain(&snapshot);
    Ok(if is_decided && !is_lacking { Exit::Complete } else { Exit::Partial })
}

/// What principals may do to one resource, and whether that is known but for what requests carry.
fn reach(
    estate: &mut Estate<'_>,
    limits: Limits,
    chosen: &[&str],
    resource: String,
    actions: &[&Action],
) -> (Reach, bool) {
    let (mut principals, mut is_decided) = (BTreeMap::new(), true);
    for arn in chosen {
        let Some(principal) = estate.principal(arn) else { continue };
        is_decided &= principal.problems.is_empty();
        let mut reached = Reached::default();
        for action in actions {
            let about = std::slice::from_ref(&resource);
            match access::decide(&principal, action, about, &Context::unknown()).answer {
                Answer::Allowed => reached.allowed.push(action.name.clone()),
                Answer::Unknown => reached.unknown.push(action.name.clone()),
                Answer::Denied => {}
            }
        }
        if !reached.allowed.is_empty() || !reached.unknown.is_empty() {
            principals.insert((*arn).to_owned(), reached);
        }
    }
    let n_principals = chosen.len();
    (Reach { service_control_policies: limits, resource, n_principals, principals }, is_decided)
}

/// Says what could not be read, and whether that is more than service control policies which AWS does not show to everybody.
fn complain(snapshot: &Snapshot) -> bool {
    let mut is_lacking = false;
    for (collection, gap) in snapshot.coverage.gaps() {
        let is_limit = collection == Collection::ServiceControlPolicies;
        if is_limit || SOURCES.contains(&collection) {
            console::complain(&format!("warning: {collection}: {}\n", gap.reason()));
            is_lacking |= !(is_limit && gap.is_refusal());
        }
    }
    is_lacking
}

/// Whether service control policies are known, and those that are.
fn limits(snapshot: &Snapshot) -> (Limits, &Members) {
    static NONE: Members = Members::new();
    let collection = Collection::ServiceControlPolicies;
    let levels = snapshot.collections.get(&collection);
    let limits = match levels {
        Some(levels) if snapshot.coverage.is_complete(collection) => {
            if levels.is_empty() {
                Limits::None
            } else {
                Limits::Considered
            }
        }
        _ => Limits::Unknown,
    };
    (limits, levels.unwrap_or(&NONE))
}

/// The snapshot that was named, or what AWS says of IAM.
async fn estate(options: &cli::Access, console: &cli::Console) -> Result<Snapshot, Failure> {
    match &options.source.snapshot {
        Some(path) => input::snapshot(path),
        None if options.source.example => input::example(),
        None => {
            let progress = Progress::new(console);
            progress.say("connecting to AWS");
            let session = session::open(&options.aws).await?;
            let of_workloads = options.principals.iter().any(|name| workload::is_one(name));
            let workloads = workload::SOURCES.into_iter().filter(|_| of_workloads);
            let wanted =
                SOURCES.into_iter().chain([Collection::ServiceControlPolicies]).chain(workloads).collect();
            let how = collect::Options::new(super::moment(None), snapshot::random_key()?);
            Ok(snapshot::read(&session, &wanted, &how, &progress).await)
        }
    }
}

fn missing(collection: Collection) -> Failure {
    Failure::misuse(anyhow::anyhow!("the snapshot holds no `{collection}`"))
        .with_help("take it with `tidewaiter snapshot --all`, or name no snapshot, to read IAM itself")
}

fn request(with: &[(String, String)]) -> Context {
    let mut carried = BTreeMap::<String, Vec<String>>::new();
    for (key, value) in with {
        let values = carried.entry(key.to_ascii_lowercase()).or_default();
        values.extend(Some(value.clone()).filter(|value| !value.is_empty()));
    }
    let mut request = Context::unknown();
    carried.into_iter().for_each(|(key, values)| request.insert(&key, values));
    request
}
