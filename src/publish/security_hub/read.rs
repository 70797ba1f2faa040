//! Reading back what earlier passes published: what a lost ledger is restored from.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_securityhub::types::{
    AwsSecurityFindingFilters, StringFilter, StringFilterComparison as Comparison,
};
use jiff::Timestamp;

use super::wire::{Body, Page, Published};
use super::{Error, SecurityHub};
use crate::domain::{Compliance, FindingId, RecordState, Severity};
use crate::publish::asff;
use crate::reconcile::{ContentDigest, Generator, Recorded, State};
use crate::snapshot::Collection;

const OPERATION: &str = "GetFindings";

/// Findings on one page: the most that AWS allows.
const PAGE: i32 = 100;

impl SecurityHub {
    /// Every finding of ours, sorted by id, archived ones included for as long as Security Hub keeps them (30 days).
    ///
    /// # Errors
    ///
    /// When any page cannot be read: a part of the findings would be taken for all of them.
    pub async fn read(&self) -> Result<Vec<Recorded>, Error> {
        let filters = AwsSecurityFindingFilters::builder()
            .product_arn(filter(Comparison::Equals, self.scope.product_arn()))
            .generator_id(filter(Comparison::Prefix, FindingId::PREFIX.to_owned()))
            .build();
        let mut findings = BTreeMap::<FindingId, Recorded>::new();
        let mut tokens = BTreeSet::new();
        let mut token = None::<String>;
        loop {
            let body = Body::default();
            let call = self
                .client
                .get_findings()
                .filters(filters.clone())
                .max_results(PAGE)
                .set_next_token(token.take())
                .customize()
                .interceptor(body.clone())
                .send();
            self.limited(&self.reads, OPERATION, call)
                .await
                .map_err(|error| self.failure(OPERATION, &error))?;
            let page = body.read::<Page>(OPERATION)?;
            for published in page.findings {
                let Some(recorded) = self.recorded(published)? else { continue };
                // A finding that changed while the pages were read can stand on two of them.
                match findings.get(&recorded.id) {
                    Some(known) if known.current.updated_at >= recorded.current.updated_at => {}
                    _ => {
                        findings.insert(recorded.id.clone(), recorded);
                    }
                }
            }
            match page.next_token.filter(|token| !token.is_empty()) {
                None => return Ok(findings.into_values().collect()),
                Some(next) if tokens.insert(next.clone()) => token = Some(next),
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

fn filter(comparison: Comparison, value: String) -> StringFilter {
    StringFilter::builder().comparison(comparison).value(value).build()
}
