//! Reading back what earlier passes published: what a lost ledger is restored from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::wire::{Page, Published};
use super::{Error, SecurityHub};
use crate::domain::{Compliance, FindingId, RecordState, Severity};
use crate::publish::asff;
use crate::reconcile::{ContentDigest, Generator, Recorded, State};
use crate::snapshot::Collection;

const OPERATION: &str = "GetFindings";

/// Findings on one page: the most that AWS allows.
const PAGE: u32 = 100;

/// Values of one filter. Source: API reference, `AwsSecurityFindingFilters`.
const LIMIT_VALUES: usize = 20;

impl SecurityHub {
    /// Every finding of ours, sorted by id, archived ones included for as long as Security Hub keeps them (30 days).
    ///
    /// # Errors
    ///
    /// When any page cannot be read: a part of the findings would be taken for all of them.
    pub async fn read(&self) -> Result<Vec<Recorded>, Error> {
        let ours = json!([{"Comparison": "PREFIX", "Value": FindingId::PREFIX}]);
        let mut findings = BTreeMap::<FindingId, Recorded>::new();
        for published in self.pages(json!({"GeneratorId": ours})).await? {
            let Some(recorded) = self.recorded(published)? else { continue };
            // A finding that changed while the pages were read can stand on two of them.
            match findings.get(&recorded.id) {
                Some(known) if known.current.updated_at >= recorded.current.updated_at => {}
                _ => {
                    findings.insert(recorded.id.clone(), recorded);
                }
            }
        }
        Ok(findings.into_values().collect())
    }

    /// Which of these findings a person has suppressed: nothing is to be put right about their resources.
    ///
    /// # Errors
    ///
    /// When any page cannot be read; every finding has to count as suppressed then.
    pub async fn suppressed(&self, finding_ids: &[FindingId]) -> Result<BTreeSet<FindingId>, Error> {
        let mut suppressed = BTreeSet::new();
        for chunk in finding_ids.chunks(LIMIT_VALUES) {
            let equal = |value: &str| json!({"Comparison": "EQUALS", "Value": value});
            let ids = chunk.iter().map(|id| equal(id.as_str())).collect::<Vec<_>>();
            let filters = json!({"Id": ids, "WorkflowStatus": [equal("SUPPRESSED")]});
            let found = self.pages(filters).await?;
            suppressed.extend(found.iter().filter_map(|published| FindingId::parse(&published.id)));
        }
        Ok(suppressed)
    }

    /// Every page of the account's own product that these filters leave.
    async fn pages(&self, mut filters: Value) -> Result<Vec<Published>, Error> {
        let product = json!([{"Comparison": "EQUALS", "Value": self.scope.product_arn()}]);
        put(&mut filters, "ProductArn", product);
        let mut request = json!({"Filters": filters, "MaxResults": PAGE});
        let (mut findings, mut tokens) = (Vec::new(), BTreeSet::new());
        loop {
            let page = self.post::<Page>(&self.reads, OPERATION, "/findings", request.to_string()).await?;
            findings.extend(page.findings);
            match page.next_token.filter(|token| !token.is_empty()) {
                None => return Ok(findings),
                Some(next) if tokens.insert(next.clone()) => {
                    put(&mut request, "NextToken", Value::String(next));
                }
                Some(_) => {
                    return Err(Error::Malformed {
                        operation: OPERATION,
                        problem: "a page leads back to an earlier one".to_owned(),
                    });
                }
            }
        }
    }

    /// A published finding as the ledger records it; `None` when it is not one of ours after all.
    fn recorded(&self, published: Published) -> Result<Option<Recorded>, Error> {
        if published.product_arn != self.scope.product_arn() {
            return Ok(None);
        }
        let (Some(id), Some(generator)) =
            (FindingId::parse(&published.id), Generator::parse(&published.generator_id))
        else {
            return Ok(None);
        };
        let time = |text: &str| {
            let time = text.parse::<Timestamp>().ok();
            time.and_then(|time| Timestamp::from_millisecond(time.as_millisecond()).ok()).ok_or_else(|| {
                Error::Malformed {
                    operation: OPERATION,
                    problem: format!("`{text}` of `{id}` is not a time"),
                }
            })
        };
        let field = |name: &str| published.product_fields.get(&format!("{}{name}", asff::FIELD));
        let created_at = time(&published.created_at)?;
        let state = State {
            // What cannot be understood counts as missing evidence: any verdict replaces it.
            compliance: Compliance::parse(&published.compliance.status).unwrap_or(Compliance::NotAvailable),
            record_state: RecordState::parse(&published.record_state).unwrap_or(RecordState::Active),
            updated_at: time(&published.updated_at)?,
            digest: ContentDigest::stored(field("digest").cloned().unwrap_or_default()),
        };
        Ok(Some(Recorded {
            generator,
            collection: field("collection").and_then(|path| Collection::from_path(path)),
            resource: match field("resource") {
                Some(resource) => resource.clone(),
                None => published.resources.first().map(|resource| resource.id.clone()).unwrap_or_default(),
            },
            severity: asff::severity(&published.finding_provider_fields.severity.label)
                .unwrap_or(Severity::Informational),
            created_at,
            first_observed_at: published.first_observed_at.as_deref().map_or(Ok(created_at), time)?,
            title: published.title,
            description: published.description,
            current: state.clone(),
            sent: Some(state),
            unsettled: false,
            id,
        }))
    }
}

fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
