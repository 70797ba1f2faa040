//! What task definitions name outside ECS: secrets, parameters, access points.
//!
//! A reference into another Region or account names something that this pass cannot see. It is not looked up, and it is no
//! gap of this account's evidence: a policy knows it by its ARN and says what that means.

use serde::Deserialize;

use super::Estate;
use crate::snapshot::Collection;

/// Where the pass is.
pub(super) struct Here {
    pub(super) partition: String,
    pub(super) account: String,
    pub(super) region: String,
}

impl Here {
    pub(super) fn of(estate: &Estate<'_>) -> Self {
        let account = estate.account();
        Self {
            partition: account.partition.to_string(),
            account: account.id.to_string(),
            region: estate.session.region().to_string(),
        }
    }

    /// The ARN of something of this account and Region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let Self { partition, account, region } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// What an ARN of this account and Region names in a service; `None` for every other text.
    pub(super) fn resource<'a>(&self, arn: &'a str, service: &str) -> Option<&'a str> {
        arn.strip_prefix(&self.arn(service, ""))
    }
}

/// What the task definitions that were read name.
pub(super) fn in_definitions(estate: &Estate<'_>, name: impl Fn(&Definition) -> Vec<String>) -> Vec<String> {
    let Some(definitions) = estate.reading(Collection::TaskDefinitions) else { return Vec::new() };
    definitions.draw(|body| name(&serde_json::from_str(body).unwrap_or_default()))
}

/// The parts of a task definition that name something.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Definition {
    container_definitions: Vec<Container>,
    volumes: Vec<Volume>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    secrets: Option<Vec<Secret>>,
    log_configuration: Option<LogConfiguration>,
    repository_credentials: Option<RepositoryCredentials>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LogConfiguration {
    secret_options: Option<Vec<Secret>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Secret {
    value_from: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RepositoryCredentials {
    credentials_parameter: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Volume {
    efs_volume_configuration: Option<FileSystem>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct FileSystem {
    authorization_config: Option<Authorization>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Authorization {
    access_point_id: Option<String>,
}

impl Definition {
    /// Where variables and options of log drivers take their secrets from.
    pub(super) fn sources(&self) -> Vec<String> {
        let containers = self.container_definitions.iter();
        let secrets = containers.flat_map(|container| {
            let options = container.log_configuration.as_ref().and_then(|it| it.secret_options.as_ref());
            container.secrets.iter().chain(options).flatten()
        });
        secrets.filter_map(|secret| secret.value_from.clone()).collect()
    }

    /// Where credentials of registries come from.
    pub(super) fn credentials(&self) -> Vec<String> {
        let containers = self.container_definitions.iter();
        let credentials = containers.filter_map(|container| container.repository_credentials.as_ref());
        credentials.filter_map(|credentials| credentials.credentials_parameter.clone()).collect()
    }

    /// The access points of volumes.
    pub(super) fn access_points(&self) -> Vec<String> {
        let volumes = self.volumes.iter().filter_map(|volume| volume.efs_volume_configuration.as_ref());
        let authorizations = volumes.filter_map(|volume| volume.authorization_config.as_ref());
        authorizations.filter_map(|authorization| authorization.access_point_id.clone()).collect()
    }
}
