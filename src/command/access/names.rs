//! What the words of a question stand for: actions, principals and resources.

use crate::access::{self, Action, Reference, reference};
use crate::command::failure::Failure;
use crate::policy::nearest;
use crate::snapshot::Snapshot;

/// An action by its name.
pub(super) fn action(name: &str) -> Result<&'static Action, Failure> {
    let known = reference().action(name).map(|(_, action)| action);
    known.ok_or_else(|| unknown_action(name, reference()))
}

/// The names of the actions that a name with wildcards stands for.
pub(super) fn matching(name: &str) -> Result<Vec<&'static str>, Failure> {
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
pub(super) fn principal<'a>(name: &str, known: &[&'a str]) -> Result<&'a str, Failure> {
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
pub(super) fn resource(on: &str, action: &Action, snapshot: &Snapshot) -> Result<String, Failure> {
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

/// The ARN of what a question is about that names no action, and the actions among these that act on it.
///
/// # Errors
///
/// When none does.
pub(super) fn acting(
    on: &str,
    wanted: &[&'static Action],
    snapshot: &Snapshot,
) -> Result<(String, Vec<&'static Action>), Failure> {
    let mut found = wanted.iter().filter_map(|action| resource(on, action, snapshot).ok());
    let arn = found.next().filter(|arn| arn != "*").ok_or_else(|| {
        Failure::misuse(anyhow::anyhow!("none of the actions acts on `{on}`"))
            .with_help("name a resource by its ARN, or by its end such as `service/web/api`")
    })?;
    let acting = wanted.iter().filter(|action| access::acts_on(action, &arn)).copied().collect();
    Ok((arn, acting))
}
