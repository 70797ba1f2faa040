//! AWS Systems Manager: of what type the parameters are that tasks get, and which machine images AWS recommends for ECS.
//!
//! **Invariant:** no value of the customer's is read. The only values that are asked for are AWS's own public parameters.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt};
use serde_json::json;

use super::Estate;
use super::body::Object;
use super::named::{Definition, Here, in_definitions};
use super::plan::{DESCRIBE_PARAMETERS, GET_PARAMETERS};
use super::reading::{AHEAD, Reading, paged};
use crate::aws::{Api, Ask, CallError, Client, Protocol};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Collection;

const API: Api = Api {
    id: "SSM",
    signing_name: "ssm",
    host: "ssm",
    dual_stack_host: Some("ssm"),
    plain_fips_in_gov: true,
    is_global: false,
    protocol: Protocol::Json("AmazonSSM"),
};

/// The most names of a filter, and the most parameters of a page.
const LIMIT_NAMES: usize = 50;

/// The most parameters that are got at a time.
const LIMIT_GET: usize = 10;

/// The longest name of a parameter.
const LIMIT_NAME: usize = 1011;

/// AWS's recommendations: developer guide, "Retrieving Amazon ECS-optimized Linux AMI metadata", and the same for
/// Bottlerocket and Windows. A Region may lack some.
const RECOMMENDED: [&str; 25] = [
    "/aws/service/ami-windows-latest/Windows_Server-2016-English-Full-ECS_Optimized/image_id",
    "/aws/service/ami-windows-latest/Windows_Server-2019-English-Core-ECS_Optimized/image_id",
    "/aws/service/ami-windows-latest/Windows_Server-2019-English-Full-ECS_Optimized/image_id",
    "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-ECS_Optimized/image_id",
    "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-ECS_Optimized/image_id",
    "/aws/service/ami-windows-latest/Windows_Server-2025-English-Core-ECS_Optimized/image_id",
    "/aws/service/ami-windows-latest/Windows_Server-2025-English-Full-ECS_Optimized/image_id",
    "/aws/service/bottlerocket/aws-ecs-1-nvidia/x86_64/latest/image_id",
    "/aws/service/bottlerocket/aws-ecs-1/arm64/latest/image_id",
    "/aws/service/bottlerocket/aws-ecs-1/x86_64/latest/image_id",
    "/aws/service/bottlerocket/aws-ecs-2-nvidia/x86_64/latest/image_id",
    "/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id",
    "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/arm64/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/gpu/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/inf/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/kernel-5.10/arm64/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/kernel-5.10/gpu/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/kernel-5.10/inf/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/kernel-5.10/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended/image_id",
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
];

/// Describes the parameters of this account and Region that task definitions name. One that does not exist is no member.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::Parameters) else { return };
    let here = Here::of(estate);
    let names = |definition: &Definition| {
        definition.sources().iter().flat_map(|source| names(source, &here)).collect::<Vec<_>>()
    };
    let names = in_definitions(estate, names).into_iter().collect::<BTreeSet<_>>();
    if names.is_empty() {
        return;
    }
    let (client, names) = (estate.client(API), names.into_iter().collect::<Vec<_>>());
    stream::iter(names.chunks(LIMIT_NAMES))
        .for_each_concurrent(AHEAD, async |batch| describe(estate, reading, &client, &here, batch).await)
        .await;
}

async fn describe(
    estate: &Estate<'_>,
    reading: &Reading<'_>,
    client: &Client,
    here: &Here,
    batch: &[String],
) {
    let filter = json!([{"Key": "Name", "Option": "Equals", "Values": batch}]);
    let page = |token, probe| {
        let input = json!({"ParameterFilters": filter, "MaxResults": LIMIT_NAMES});
        client.send(Ask::Input("DescribeParameters", paged(input, "NextToken", token)), probe)
    };
    let names = ("Parameters", "NextToken");
    let (listed, error) = reading.list_objects(DESCRIBE_PARAMETERS, names, "Name", page).await;
    let mut read = BTreeSet::new();
    for (name, mut parameter) in listed {
        read.insert(key(here, &name));
        if let Err(error) = parameter.require::<String>(DESCRIBE_PARAMETERS, "Type") {
            reading.hide(&error, Gap::EVERYTHING, vec![key(here, &name)]);
            continue;
        }
        estate.redactor.replace(&mut parameter, &["AllowedPattern", "Description"]);
        reading.insert(key(here, &name), parameter.into_raw());
    }
    if let Some(error) = error {
        let asked = batch.iter().map(|name| key(here, name)).collect::<BTreeSet<_>>();
        reading.hide(&error, Gap::EVERYTHING, asked.difference(&read).cloned().collect());
    }
}

/// A parameter's ARN, which leaves out the slash that its name may begin with.
fn key(here: &Here, name: &str) -> String {
    here.arn("ssm", &format!("parameter/{}", name.strip_prefix('/').unwrap_or(name)))
}

/// What a source may be called as a parameter of this account and Region.
fn names(source: &str, here: &Here) -> Vec<String> {
    let names = match here.resource(source, "ssm").and_then(|resource| resource.strip_prefix("parameter/")) {
        // A name with several parts begins with a slash; one with a single part may.
        Some(name) if name.contains('/') => vec![format!("/{name}")],
        Some(name) => vec![name.to_owned(), format!("/{name}")],
        None => vec![source.to_owned()],
    };
    names.into_iter().filter(|name| is_name(name)).collect()
}

/// Whether a parameter of the customer's can be called so: one name that cannot has the whole batch refused.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    let is_reserved = name
        .strip_prefix('/')
        .unwrap_or(name)
        .split('/')
        .next()
        .is_some_and(|first| ["aws", "ssm"].iter().any(|reserved| first.eq_ignore_ascii_case(reserved)));
    !name.is_empty() && name.len() <= LIMIT_NAME && name.bytes().all(is_plain) && !is_reserved
}

/// Gets the machine images that AWS recommends, where there is an instance to compare with them.
pub(super) async fn read_recommended(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::RecommendedImages) else { return };
    let instances = estate.reading(Collection::Instances);
    if instances.is_none_or(|instances| instances.draw(|_| vec![()]).is_empty()) {
        return;
    }
    let client = estate.client(API);
    stream::iter(RECOMMENDED.chunks(LIMIT_GET))
        .for_each_concurrent(AHEAD, async |batch| {
            if let Err(error) = get(&client, reading, batch).await {
                let names = batch.iter().map(|name| (*name).to_owned()).collect();
                reading.hide(&error, Gap::EVERYTHING, names);
            }
        })
        .await;
}

async fn get(client: &Client, reading: &Reading<'_>, batch: &[&str]) -> Result<(), CallError> {
    let ask = Ask::Input("GetParameters", json!({"Names": batch}));
    let answer = reading.call(GET_PARAMETERS, |probe| client.send(ask, probe)).await?;
    let mut answer = Object::read(GET_PARAMETERS, answer.body.as_bytes())?;
    let absent = answer.items::<String>("InvalidParameters");
    let mut got = BTreeMap::new();
    for parameter in answer.take::<Vec<Object>>(GET_PARAMETERS, "Parameters")? {
        parameter.require::<String>(GET_PARAMETERS, "Value")?;
        got.insert(parameter.require::<String>(GET_PARAMETERS, "Name")?, parameter);
    }
    for name in batch {
        if let Some(parameter) = got.remove(*name) {
            reading.insert(*name, parameter.into_raw());
        } else if !absent.iter().any(|it| it == name) {
            let message = "the answer neither holds the parameter nor says that there is none";
            let error = CallError::of_answer(GET_PARAMETERS, GapKind::Truncated, "IncompleteAnswer", message);
            reading.hide(&error, Gap::EVERYTHING, vec![(*name).to_owned()]);
        }
    }
    Ok(())
}
