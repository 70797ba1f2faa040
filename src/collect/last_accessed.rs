//! When principals last used what they may do to ECS, as far back as IAM keeps it.
//!
//! IAM answers with a job for each principal, so that only those are asked about who may do something to ECS at all, a bounded
//! number in each pass, and nobody again whose answer from an earlier pass is young enough.
//!
//! **Invariant:** what an answer does not say of ECS, because the job failed, did not end, or does not name it, is a gap of that
//! principal and never a right that nobody used.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iam::types::AccessAdvisorUsageGranularityType::ActionLevel;
use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::Options;
use super::plan::{GENERATE_LAST_ACCESSED, GET_LAST_ACCESSED};
use super::reading::{Reading, unexpected};
use super::xml::Dialect;
use super::xml::Shape::{Boolean, Integer, List, Object};
use crate::aws::{CallError, Operation, PageGuard};
use crate::domain::{Gap, GapKind};
use crate::snapshot::Gathered;

/// The most principals that one pass asks about.
const MOST_ASKED: usize = 200;

/// Jobs that run at one time.
const AT_ONCE: usize = 8;

/// How often a job is asked whether it has ended: for a minute and a quarter with the session's backoff of half a second.
const MOST_POLLS: u32 = 14;

/// How far the wait between two of these doubles.
const LONGEST_WAIT: u32 = 16;

/// The most services of a page.
const PAGE: i32 = 1000;

/// The service whose rights are looked at.
const SERVICE: &str = "ecs";

const DIALECT: Dialect = Dialect {
    item: "member",
    exceptions: &[],
    fields: &[
        ("Error", "Error", Object),
        ("IsTruncated", "IsTruncated", Boolean),
        ("ServicesLastAccessed", "ServicesLastAccessed", List),
        ("TotalAuthenticatedEntities", "TotalAuthenticatedEntities", Integer),
        ("TrackedActionsLastAccessed", "TrackedActionsLastAccessed", List),
    ],
};

/// Asks about every principal of `access` that may do something to ECS.
pub(super) async fn read(reading: Reading<'_>, access: &Gathered, options: &Options) -> Gathered {
    let mut open = Vec::new();
    for (arn, body) in &access.members {
        if !may_do_something(body.get()) {
            continue;
        }
        let known = options.last_accessed.get(arn);
        let completed = known.and_then(|known| completed(known.get()));
        match (known, completed) {
            (Some(known), Some(completed)) if is_young(completed, options) => {
                reading.insert(arn.clone(), known.clone());
            }
            _ => open.push((completed, arn.clone())),
        }
    }
    // Whoever was never asked about comes first, and then whose answer is the oldest, so that everybody has a turn.
    open.sort();
    let mut open = open.into_iter().map(|(_, arn)| arn).collect::<Vec<_>>();
    let rest = open.split_off(open.len().min(MOST_ASKED));
    if !rest.is_empty() {
        let message = format!("one pass asks about {MOST_ASKED} principals, and the next one goes on");
        let operation = GENERATE_LAST_ACCESSED;
        let error = CallError::of_answer(operation, GapKind::Cancelled, "TooManyPrincipals", message);
        reading.hide(&error, Gap::EVERYTHING, rest);
    }
    let mut open = open.into_iter();
    // Who may not ask about the first is not asked about the others: it would be as many refusals.
    if let Some(first) = open.next() {
        match ask(&reading, &first).await {
            Ok(answer) => reading.insert(first, answer),
            Err(error) => {
                let mut hidden = vec![first];
                if error.missing.is_some() {
                    hidden.extend(open.by_ref());
                }
                reading.hide(&error, Gap::EVERYTHING, hidden);
            }
        }
    }
    stream::iter(open)
        .for_each_concurrent(AT_ONCE, async |arn| match ask(&reading, &arn).await {
            Ok(answer) => reading.insert(arn, answer),
            Err(error) => reading.hide(&error, Gap::EVERYTHING, vec![arn]),
        })
        .await;
    let mut gathered = reading.into_gathered();
    gathered.gaps.extend(access.gaps.iter().filter(|gap| gap.hides_members()).cloned());
    gathered
}

/// Whether a principal has a grant on ECS.
fn may_do_something(access: &str) -> bool {
    #[derive(Deserialize)]
    struct Access {
        actions: BTreeMap<String, Granted>,
    }
    #[derive(Deserialize)]
    struct Granted {
        #[serde(default)]
        grants: Vec<IgnoredAny>,
    }
    let access = serde_json::from_str::<Access>(access);
    access.is_ok_and(|access| {
        let mut of_ecs = access.actions.iter().filter(|(name, _)| name.starts_with("ecs:"));
        of_ecs.any(|(_, granted)| !granted.grants.is_empty())
    })
}

/// When a job ended.
fn completed(details: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Job {
        job_completion_date: Timestamp,
    }
    serde_json::from_str::<Job>(details).ok().map(|job| job.job_completion_date)
}

/// Whether an answer need not be asked for again. AWS's clock may be ahead of this machine's.
fn is_young(completed: Timestamp, options: &Options) -> bool {
    completed.duration_until(options.taken_at).abs().unsigned_abs() < options.last_accessed_age
}

/// Has a job made about a principal, waits for it, and takes what it says of ECS.
async fn ask(reading: &Reading<'_>, arn: &str) -> Result<Box<RawValue>, CallError> {
    let client = reading.session.iam();
    let answer = reading
        .call(GENERATE_LAST_ACCESSED, |probe| {
            client
                .generate_service_last_accessed_details()
                .arn(arn)
                .granularity(ActionLevel)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await?;
    let made = read_answer(GENERATE_LAST_ACCESSED, answer.body.as_bytes())?;
    let job = made.get("JobId").and_then(Value::as_str).filter(|job| !job.is_empty());
    let job = job.ok_or_else(|| unexpected(GENERATE_LAST_ACCESSED, "JobId"))?;

    let mut details = ended(reading, job).await?;
    let (mut guard, mut ecs) = (PageGuard::default(), None);
    loop {
        let Some(Value::Array(services)) = details.remove("ServicesLastAccessed") else {
            return Err(unexpected(GET_LAST_ACCESSED, "ServicesLastAccessed"));
        };
        let of_ecs =
            |service: &Value| service.get("ServiceNamespace").and_then(Value::as_str) == Some(SERVICE);
        ecs = services.into_iter().find(of_ecs).or(ecs);
        let marker = guard.next(next(&details)?).map_err(|(code, message)| truncated(code, message))?;
        if marker.is_none() {
            break;
        }
        details = page(reading, job, marker).await?;
    }
    // Who may do something to a service has it in the list, used or not.
    let Some(ecs) = ecs else {
        let message = "the answer does not name ECS, which the principal may use";
        return Err(CallError::of_answer(
            GET_LAST_ACCESSED,
            GapKind::Contradiction,
            "UnlistedService",
            message,
        ));
    };
    for about_pages in ["IsTruncated", "Marker"] {
        details.remove(about_pages);
    }
    details.insert("ServicesLastAccessed".to_owned(), Value::Array(vec![ecs]));
    let details = to_raw_value(&details).map_err(|_| unexpected(GET_LAST_ACCESSED, "{}"))?;
    match completed(details.get()) {
        Some(_) => Ok(details),
        None => Err(unexpected(GET_LAST_ACCESSED, "JobCompletionDate")),
    }
}

/// The first page of what a job found, once it has ended.
async fn ended(reading: &Reading<'_>, job: &str) -> Result<Map<String, Value>, CallError> {
    let backoff = reading.session.config().retry_config().map(|retries| retries.initial_backoff());
    let shortest = backoff.unwrap_or(Duration::from_millis(500));
    for poll in 0..MOST_POLLS {
        let details = page(reading, job, None).await?;
        match details.get("JobStatus").and_then(Value::as_str) {
            Some("COMPLETED") => return Ok(details),
            Some("IN_PROGRESS") => {
                let factor = 2_u32.saturating_pow(poll).min(LONGEST_WAIT);
                tokio::time::sleep(shortest.saturating_mul(factor)).await;
            }
            Some("FAILED") => {
                let said = |name: &str| details.get("Error")?.get(name)?.as_str();
                let (code, message) = (said("Code"), said("Message"));
                return Err(CallError::of_answer(
                    GET_LAST_ACCESSED,
                    GapKind::Server,
                    code.unwrap_or("JobFailed"),
                    message.unwrap_or("the job failed, and IAM gave no reason"),
                ));
            }
            _ => return Err(unexpected(GET_LAST_ACCESSED, "JobStatus")),
        }
    }
    let message = "the job did not end in the time allowed";
    Err(CallError::of_answer(GET_LAST_ACCESSED, GapKind::Timeout, "JobUnfinished", message))
}

/// One page of what a job found, or whether it is still at work.
async fn page(
    reading: &Reading<'_>,
    job: &str,
    marker: Option<String>,
) -> Result<Map<String, Value>, CallError> {
    let client = reading.session.iam();
    let answer = reading
        .call(GET_LAST_ACCESSED, |probe| {
            client
                .get_service_last_accessed_details()
                .job_id(job)
                .max_items(PAGE)
                .set_marker(marker)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await?;
    read_answer(GET_LAST_ACCESSED, answer.body.as_bytes())
}

/// The marker of the next page, if there is one.
fn next(page: &Map<String, Value>) -> Result<Option<String>, CallError> {
    let is_truncated = page.get("IsTruncated").and_then(Value::as_bool);
    match (is_truncated, page.get("Marker").and_then(Value::as_str)) {
        (Some(false), _) | (None, None) => Ok(None),
        (_, Some(marker)) => Ok(Some(marker.to_owned())),
        (Some(true), None) => Err(truncated("MissingMarker", "a page that is not the last has no marker")),
    }
}

fn truncated(code: &str, message: impl Into<String>) -> CallError {
    CallError::of_answer(GET_LAST_ACCESSED, GapKind::Truncated, code, message)
}

fn read_answer(operation: Operation, body: &[u8]) -> Result<Map<String, Value>, CallError> {
    let name = operation.action.split(':').next_back().unwrap_or_default();
    DIALECT.read(operation, body, Some(&format!("{name}Result")))
}
