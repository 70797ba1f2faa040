//! What EventBridge rules and schedules run: the task definitions that their targets name.
//!
//! It stands apart because the collector needs it to know which definitions are in use, and the document to say who uses
//! them.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Account;
use crate::domain::Region;

/// How the ARN of a target ends that has Scheduler call `RunTask` with parameters of the schedule's own.
const RUN_TASK: &str = ":aws-sdk:ecs:runTask";

/// A rule with its targets, or a schedule, which has one.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Scheduled {
    #[serde(default)]
    targets: Vec<Target>,
    target: Option<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    arn: Option<String>,
    ecs_parameters: Option<EcsParameters>,
    input: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EcsParameters {
    task_definition_arn: Option<String>,
}

/// The parameters of `RunTask`; AWS takes them in either spelling.
#[derive(Deserialize)]
struct RunTask {
    #[serde(alias = "TaskDefinition", rename = "taskDefinition")]
    task_definition: Option<String>,
}

/// Whether a target of this ARN runs tasks: it is a cluster, or the operation itself.
#[must_use]
pub(crate) fn runs_tasks(target: &str) -> bool {
    target.split(':').nth(2) == Some("ecs") || target.ends_with(RUN_TASK)
}

/// The task definitions that a rule or a schedule names, as it writes them.
#[must_use]
pub(crate) fn task_definitions(body: &str) -> Vec<String> {
    let Ok(Scheduled { targets, target }) = serde_json::from_str::<Scheduled>(body) else {
        return Vec::new();
    };
    targets.into_iter().chain(target).filter_map(Target::task_definition).collect()
}

impl Target {
    fn task_definition(self) -> Option<String> {
        if let Some(parameters) = self.ecs_parameters {
            return parameters.task_definition_arn;
        }
        let calls_run_task = self.arn.is_some_and(|arn| arn.ends_with(RUN_TASK));
        let input = self.input.filter(|_| calls_run_task)?;
        serde_json::from_str::<RunTask>(&input).ok()?.task_definition
    }
}

/// The ARN of the revision that a name stands for; a family's name stands for its newest ACTIVE revision.
///
/// `None` for what can be no task definition of this account and Region, and for a family without an ACTIVE revision.
#[must_use]
pub(crate) fn resolve(
    name: &str,
    account: &Account,
    region: &Region,
    newest: &BTreeSet<String>,
) -> Option<String> {
    let here = format!("arn:{}:ecs:{region}:{}:task-definition/", account.partition, account.id);
    let name = match name.strip_prefix(&here) {
        Some(name) => name,
        None if name.starts_with("arn:") => return None,
        None => name,
    };
    match name.split_once(':') {
        Some((_, revision)) => revision.parse::<u64>().is_ok().then(|| format!("{here}{name}")),
        None => {
            let family = format!("{here}{name}:");
            newest.range(family.clone()..).next().filter(|arn| arn.starts_with(&family)).cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{AccountId, Partition};

    const HERE: &str = "arn:aws:ecs:eu-central-1:123456789012:task-definition/";

    #[test]
    fn targets_name_task_definitions_in_their_parameters_or_in_those_of_run_task() {
        let run_task = "arn:aws:scheduler:::aws-sdk:ecs:runTask";
        for (body, names) in [
            (
                json!({"Targets": [{"EcsParameters": {"TaskDefinitionArn": "a"}}, {"Arn": "x"},
                {"EcsParameters": {"TaskDefinitionArn": "b"}}]}),
                vec!["a", "b"],
            ),
            (json!({"Target": {"EcsParameters": {"TaskDefinitionArn": "a"}, "Input": "{}"}}), vec!["a"]),
            (json!({"Target": {"Arn": run_task, "Input": r#"{"TaskDefinition": "a"}"#}}), vec!["a"]),
            (json!({"Target": {"Arn": run_task, "Input": r#"{"taskDefinition": "a"}"#}}), vec!["a"]),
            (json!({"Target": {"Arn": run_task, "Input": "not JSON"}}), vec![]),
            (json!({"Target": {"Arn": "arn:aws:sqs:x", "Input": r#"{"TaskDefinition": "a"}"#}}), vec![]),
        ] {
            assert_eq!(task_definitions(&body.to_string()), names, "{body}");
        }
    }

    #[test]
    fn clusters_and_run_task_are_targets_that_run_tasks() {
        assert!(runs_tasks("arn:aws:ecs:eu-central-1:123456789012:cluster/main"));
        assert!(runs_tasks("arn:aws-cn:scheduler:::aws-sdk:ecs:runTask"));
        assert!(!runs_tasks("arn:aws:scheduler:::aws-sdk:ecs:updateService"));
        assert!(!runs_tasks("arn:aws:lambda:eu-central-1:123456789012:function:ecs"));
    }

    #[test]
    fn a_family_stands_for_its_newest_revision_and_a_stranger_for_none() {
        let account = Account {
            id: AccountId::new("123456789012").unwrap(),
            partition: Partition::new("aws").unwrap(),
        };
        let region = Region::new("eu-central-1").unwrap();
        let newest = ["web-2:4", "web:10"].map(|name| format!("{HERE}{name}")).into_iter().collect();
        let check = |name: &str| {
            let arn = resolve(name, &account, &region, &newest)?;
            Some(arn.strip_prefix(HERE).unwrap().to_owned())
        };
        for (name, meant) in [
            ("web", Some("web:10")),
            ("web:3", Some("web:3")),
            ("we", None),
            ("job", None),
            ("web:latest", None),
            ("arn:aws:ecs:eu-central-1:123456789012:task-definition/web", Some("web:10")),
            ("arn:aws:ecs:eu-central-1:123456789012:task-definition/job:2", Some("job:2")),
            ("arn:aws:ecs:eu-west-1:123456789012:task-definition/web", None),
            ("arn:aws:ecs:eu-central-1:210987654321:task-definition/web:1", None),
        ] {
            assert_eq!(check(name).as_deref(), meant, "{name}");
        }
    }
}
