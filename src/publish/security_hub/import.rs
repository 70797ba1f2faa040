//! Carrying a plan out: batches, answers, and what became of each finding.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use aws_smithy_types::body::SdkBody;
use futures::{StreamExt as _, stream};
use serde_json::value::RawValue;

use super::error::{NOT_ENABLED, is_final};
use super::wire::{Body, FailedFinding, Imported};
use super::{Error, SecurityHub};
use crate::domain::FindingId;
use crate::publish::asff::Format;
use crate::reconcile::{Answer, Plan, Refusal, WriteOutcome};

const OPERATION: &str = "BatchImportFindings";

/// Findings in one batch. Source: botocore's model of `BatchImportFindings`.
const LIMIT_FINDINGS: usize = 100;

/// Bytes of one batch: 6 MB, taken as 6,000,000, with room for the envelope. Source: Security Hub partner integration
/// guide, "Guidelines for using the BatchImportFindings API".
const LIMIT_BYTES: usize = 5_900_000;

/// After so many batches in a row without an answer the rest is not tried: each costs all its retries.
const LIMIT_UNANSWERED: usize = 3;

/// Codes of failures that mean that the request was turned away before it was looked at.
const TURNED_AWAY: [&str; 6] = [
    "LimitExceededException",
    "ThrottlingException",
    "TooManyRequestsException",
    "InvalidInputException",
    "CredentialsNotLoaded",
    "HTTP 429",
];

/// One finding on its way.
#[derive(Debug, Clone)]
struct Parcel {
    id: FindingId,
    json: Box<RawValue>,
}

impl SecurityHub {
    /// Carries a plan out, and has each batch's outcome recorded as it comes in.
    ///
    /// Gives the outcome of each write of the plan, in the plan's order. Security Hub must have been asked for with
    /// [`SecurityHub::check`], and the plan verified and put on record as intended, before.
    ///
    /// # Errors
    ///
    /// When no further write can succeed: Security Hub is off, a permission or credentials are missing, or `record` failed.
    /// What was recorded until then stays true; what was not is unsettled, and the next pass sends it again.
    pub async fn execute<E>(
        &self,
        plan: &Plan,
        mut record: impl FnMut(&[WriteOutcome]) -> Result<(), E>,
    ) -> Result<Vec<WriteOutcome>, Error>
    where
        E: StdError + Send + Sync + 'static,
    {
        if plan.scope != self.scope {
            return Err(Error::Scope { plan: plan.scope.clone(), hub: self.scope.clone() });
        }
        let mut format = Format::new(self.scope.clone());
        let mut parcels = plan.writes().filter_map(|entry| {
            let json = format.step(entry).transpose()?;
            Some(json.map(|json| Parcel { id: entry.id.clone(), json }))
        });
        let mut rest = None;
        // Findings are written as JSON when their batch is due, so that no plan is in memory twice.
        let batches = std::iter::from_fn(|| batch(&mut parcels, &mut rest).transpose());
        let mut answers = stream::iter(batches)
            .map(|batch| async {
                match batch {
                    Ok(batch) => self.deliver(batch).await,
                    Err(error) => Err(error),
                }
            })
            .buffer_unordered(self.settings.concurrency.max(1));
        let mut outcomes = BTreeMap::new();
        let mut n_unanswered = 0;
        while let Some(answer) = answers.next().await {
            let answer = answer?;
            record(&answer).map_err(|error| Error::Unrecorded(Box::new(error)))?;
            let is_answered = answer.iter().any(|outcome| !matches!(outcome.answer, Answer::Missing(_)));
            n_unanswered = if is_answered { 0 } else { n_unanswered + 1 };
            let last = answer.last().cloned();
            outcomes.extend(answer.into_iter().map(|outcome| (outcome.id.clone(), outcome)));
            if n_unanswered < LIMIT_UNANSWERED {
                continue;
            }
            if let Some(Answer::Missing(Refusal { code, message })) = last.map(|outcome| outcome.answer) {
                return Err(Error::Failed { operation: OPERATION, code, message });
            }
        }
        Ok(outcomes.into_values().collect())
    }

    /// Sends a batch; each finding that was refused in company is sent once more on its own.
    async fn deliver(&self, batch: Vec<Parcel>) -> Result<Vec<WriteOutcome>, Error> {
        let mut outcomes = Vec::with_capacity(batch.len());
        // Halves of a batch that was refused as a whole, until the finding that is to blame stands alone.
        let mut queue = vec![batch];
        while let Some(mut batch) = queue.pop() {
            match self.import(&batch).await {
                Ok(refused) => {
                    for parcel in batch {
                        let Some(failure) = refused.get(parcel.id.as_str()) else {
                            outcomes.push(WriteOutcome { id: parcel.id, answer: Answer::Accepted });
                            continue;
                        };
                        outcomes.push(self.alone(parcel, failure).await?);
                    }
                }
                Err(Error::Failed { code, .. }) if code == "InvalidInputException" && batch.len() > 1 => {
                    let second = batch.split_off(batch.len() / 2);
                    queue.extend([second, batch]);
                }
                Err(error) if is_final(&error) => return Err(error),
                Err(error) => {
                    let answer = failed(&error);
                    outcomes.extend(
                        batch
                            .into_iter()
                            .map(|parcel| WriteOutcome { id: parcel.id, answer: answer.clone() }),
                    );
                }
            }
        }
        Ok(outcomes)
    }

    /// Sends a finding on its own that was refused in company.
    async fn alone(&self, parcel: Parcel, failure: &FailedFinding) -> Result<WriteOutcome, Error> {
        if NOT_ENABLED.contains(&failure.error_code.as_str()) {
            return Err(Error::NotEnabled {
                scope: self.scope.clone(),
                code: format!("{}: {}", failure.error_code, failure.error_message),
            });
        }
        let answer = match self.import(std::slice::from_ref(&parcel)).await {
            Ok(failed) => match failed.into_values().next() {
                Some(FailedFinding { error_code, error_message, .. }) => {
                    Answer::Refused(Refusal { code: error_code, message: error_message })
                }
                None => Answer::Accepted,
            },
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => failed(&error),
        };
        Ok(WriteOutcome { id: parcel.id, answer })
    }

    /// One request. Gives what was not taken, by id.
    async fn import(&self, batch: &[Parcel]) -> Result<BTreeMap<String, FailedFinding>, Error> {
        let findings = batch.iter().map(|parcel| parcel.json.get()).collect::<Vec<_>>().join(",");
        let request = format!("{{\"Findings\":[{findings}]}}");
        let body = Body::default();
        let call = self
            .client
            .batch_import_findings()
            .customize()
            .mutate_request(move |http| {
                http.headers_mut().insert("content-length", request.len().to_string());
                *http.body_mut() = SdkBody::from(request.as_str());
            })
            .interceptor(body.clone())
            .send();
        self.limited(&self.imports, OPERATION, call)
            .await
            .map_err(|error| self.failure(OPERATION, &error))?;
        let answer = body.read::<Imported>(OPERATION)?;
        let malformed = |problem: String| Error::Malformed { operation: OPERATION, problem };
        if answer.failed_count + answer.success_count != batch.len() {
            return Err(malformed(format!(
                "it accounts for {} of {} findings",
                answer.failed_count + answer.success_count,
                batch.len()
            )));
        }
        let n_named = answer.failed_findings.len();
        let failed = answer
            .failed_findings
            .into_iter()
            .map(|failure| (failure.id.clone(), failure))
            .collect::<BTreeMap<_, _>>();
        let is_ours = |id: &String| batch.iter().any(|parcel| parcel.id.as_str() == id);
        if n_named != answer.failed_count || failed.len() != n_named || !failed.keys().all(is_ours) {
            return Err(malformed("it does not name the findings that failed".to_owned()));
        }
        Ok(failed)
    }
}

/// What a request that failed as a whole means for each of its findings.
fn failed(error: &Error) -> Answer {
    let Error::Failed { code, message, .. } = error else {
        return Answer::Missing(Refusal { code: "Malformed".to_owned(), message: error.to_string() });
    };
    let refusal = Refusal { code: code.clone(), message: message.clone() };
    if TURNED_AWAY.contains(&code.as_str()) { Answer::Refused(refusal) } else { Answer::Missing(refusal) }
}

/// The next findings that fit one request; `rest` keeps the one that did not. Ids are unique in a plan, and so in a batch.
fn batch(
    parcels: &mut impl Iterator<Item = Result<Parcel, crate::publish::asff::Unwritable>>,
    rest: &mut Option<Parcel>,
) -> Result<Option<Vec<Parcel>>, Error> {
    let mut batch = Vec::new();
    let mut n_bytes = 0;
    while batch.len() < LIMIT_FINDINGS {
        let Some(parcel) = rest.take().map(Ok).or_else(|| parcels.next()).transpose()? else { break };
        let length = parcel.json.get().len() + 1;
        if n_bytes + length > LIMIT_BYTES && !batch.is_empty() {
            *rest = Some(parcel);
            break;
        }
        n_bytes += length;
        batch.push(parcel);
    }
    Ok((!batch.is_empty()).then_some(batch))
}
