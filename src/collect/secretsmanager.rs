//! AWS Secrets Manager: what is known about the secrets that tasks get, and never what they hold.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use serde_json::json;

use super::Estate;
use super::body::Object;
use super::named::{Definition, Here, in_definitions};
use super::plan::DESCRIBE_SECRET;
use super::reading::{AHEAD, Reading};
use crate::aws::{Api, Ask, CallError, Client, Protocol};
use crate::domain::Gap;
use crate::snapshot::Collection;

const API: Api = Api {
    id: "Secrets Manager",
    signing_name: "secretsmanager",
    host: "secretsmanager",
    dual_stack_host: None,
    plain_fips_in_gov: false,
    is_global: false,
    protocol: Protocol::Json("secretsmanager"),
};

/// The code with which Secrets Manager says that a secret does not exist.
const GONE: &str = "ResourceNotFoundException";

/// Describes the secrets of this account and Region that task definitions name. One that does not exist is no member.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Secrets) else { return };
    let here = Here::of(estate);
    let names = |definition: &Definition| {
        let sources = definition.sources().into_iter().filter_map(|source| secret(&source, &here));
        // Credentials may name a secret without its ARN; sources without one are parameters of Systems Manager.
        let credentials = definition.credentials().into_iter().filter_map(|credentials| {
            if credentials.starts_with("arn:") { secret(&credentials, &here) } else { Some(credentials) }
        });
        sources.chain(credentials).filter(|id| !id.is_empty()).collect()
    };
    let ids = in_definitions(estate, names).into_iter().collect::<BTreeSet<_>>();
    if ids.is_empty() {
        return;
    }
    let client = estate.client(API);
    stream::iter(ids)
        .for_each_concurrent(AHEAD, async |id: String| match describe(&client, reading, &id).await {
            Ok((arn, mut secret)) => {
                estate.redactor.replace(&mut secret, &["Description"]);
                reading.insert(arn, secret.into_raw());
            }
            Err(error) if error.code == GONE => {}
            Err(error) => {
                // Members are known by their ARNs. Which one a bare name stands for is not known, so it may be any.
                let ids = if id.starts_with("arn:") { vec![id] } else { Vec::new() };
                reading.hide(&error, Gap::EVERYTHING, ids);
            }
        })
        .await;
}

async fn describe(client: &Client, reading: &Reading<'_>, id: &str) -> Result<(String, Object), CallError> {
    let ask = Ask::Input("DescribeSecret", json!({"SecretId": id}));
    let answer = reading.call(DESCRIBE_SECRET, |probe| client.send(ask, probe)).await?;
    let secret = Object::read(DESCRIBE_SECRET, answer.body.as_bytes())?;
    Ok((secret.require::<String>(DESCRIBE_SECRET, "ARN")?, secret))
}

/// The secret of this account and Region that an ARN names, without the key, stage and version that may stand behind it.
fn secret(source: &str, here: &Here) -> Option<String> {
    let name = here.resource(source, "secretsmanager")?.strip_prefix("secret:")?;
    let name = name.split(':').next().filter(|name| !name.is_empty())?;
    Some(here.arn("secretsmanager", &format!("secret:{name}")))
}
