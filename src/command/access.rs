//! `tidewaiter access`: who may do what to ECS, and under which conditions.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{self, Action, Answer, Context, Estate, Reference, Sources, reference};
use crate::cli::{self, ListFormat};
use crate::collect;
use crate::policy::nearest;
use crate::report::access::{self as report, Accesses, Answers, Limits};
use crate::snapshot::{Collection, Members, Snapshot};

use super::console::{self, Progress};
use super::failure::Failure;
use super::{Exit, input, session, snapshot};

/// What says who may do what.
const SOURCES: [Collection; 4] =
    [Collection::Groups, Collection::Policies, Collection::Roles, Collection::Users];

/// Answers the question and prints the answer.
pub(super) async fn access(options: &cli::Access, console: &cli::Console) -> Result<Exit, Failure> {
    // A question with a mistake in it is known before anything is read.
    let can = options.can.as_deref().map(|name| action(name)).transpose()?;
    let wanted = options.actions.iter().map(|name| matching(name)).collect::<Result<Vec<_>, _>>()?;
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
    let chosen =
        options.principals.iter().map(|name| principal(name, &known)).collect::<Result<Vec<_>, _>>()?;
    let chosen = if chosen.is_empty() { known } else { chosen };

    let (text, is_decided) = match can {
        Some(action) => {
            let resources =
                options.on.iter().map(|on| resource(on, action, &snapshot)).collect::<Result<Vec<_>, _>>()?;
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
        None => {
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
    };
    console::print(&text).map_err(Failure::failed)?;
    let is_lacking = complain(&snapshot);
    Ok(if is_decided && !is_lacking { Exit::Complete } else { Exit::Partial })
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
            let wanted = SOURCES.into_iter().chain([Collection::ServiceControlPolicies]).collect();
            let how = collect::Options::new(super::moment(None), snapshot::random_key()?);
            Ok(snapshot::read(&session, &wanted, &how, &progress).await)
        }
    }
}

fn missing(collection: Collection) -> Failure {
    Failure::misuse(anyhow::anyhow!("the snapshot holds no `{collection}`"))
        .with_help("take it with `tidewaiter snapshot --all`, or name no snapshot, to read IAM itself")
}

/// An action by its name.
fn action(name: &str) -> Result<&'static Action, Failure> {
    let known = reference().action(name).map(|(_, action)| action);
    known.ok_or_else(|| unknown_action(name, reference()))
}

/// The names of the actions that a name with wildcards stands for.
fn matching(name: &str) -> Result<Vec<&'static str>, Failure> {
    let found = reference().matching(name).map(|action| action.name.as_str()).collect::<Vec<_>>();
    if found.is_empty() { Err(unknown_action(name, reference())) } else { Ok(found) }
}

fn unknown_action(name: &str, reference: &'static Reference) -> Failure {
    let known = reference.actions().iter().map(|action| action.name.as_str()).collect::<Vec<_>>();
    let help = match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "known are the actions of ECS, Application Auto Scaling and ECR, `iam:PassRole` and `ssm:StartSession`, as of {}",
            reference.date
        ),
    };
    Failure::misuse(anyhow::anyhow!("there is no action `{name}`")).with_help(help)
}

/// A principal by its ARN, or by its name when no other has it.
fn principal<'a>(name: &str, known: &[&'a str]) -> Result<&'a str, Failure> {
    if let Some(arn) = known.iter().find(|arn| **arn == name) {
        return Ok(arn);
    }
    let last = |arn: &&'a str| arn.rsplit_once('/').map_or(*arn, |(_, last)| last);
    let named = known.iter().filter(|arn| last(arn) == name || arn.ends_with(&format!(":{name}")));
    match named.collect::<Vec<_>>().as_slice() {
        [arn] => Ok(arn),
        [] => {
            let names = known.iter().map(last).collect::<Vec<_>>();
            let near = nearest(name, &names).or_else(|| nearest(name, known));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {} users and roles, those of AWS's services apart", known.len()),
            };
            Err(Failure::misuse(anyhow::anyhow!("there is no user or role `{name}`")).with_help(help))
        }
        several => {
            let several = several.iter().map(|arn| format!("`{arn}`")).collect::<Vec<_>>().join(" and ");
            Err(Failure::misuse(anyhow::anyhow!("`{name}` is the name of {several}"))
                .with_help("name one by its ARN"))
        }
    }
}

/// The ARN of what a request is about, which may be given by its end alone.
fn resource(on: &str, action: &Action, snapshot: &Snapshot) -> Result<String, Failure> {
    if on == "*" {
        return Ok(on.to_owned());
    }
    let arn = if on.starts_with("arn:") {
        on.to_owned()
    } else {
        let (partition, account) = (&snapshot.account.partition, &snapshot.account.id);
        let service = action.resource_types().next().and_then(|name| name.split_once(':'));
        let service = service.map_or(action.service(), |(service, _)| service);
        let region = if service == "iam" { "" } else { snapshot.region.as_str() };
        format!("arn:{partition}:{service}:{region}:{account}:{on}")
    };
    if access::acts_on(action, &arn) {
        return Ok(arn);
    }
    let types = action.resource_types().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let help = match types.as_str() {
        "" => "it acts on no single resource: leave --on out".to_owned(),
        types => format!("it acts on {types}"),
    };
    Err(Failure::misuse(anyhow::anyhow!("`{}` does not act on `{on}`", action.name)).with_help(help))
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
