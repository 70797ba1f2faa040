//! What lives in clusters: listed cluster by cluster, held against what the cluster says about itself, and described in
//! batches.

use std::collections::BTreeSet;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::stream::{self, StreamExt};

use super::Cluster;
use super::clusters::{Counts, counts_now};
use crate::aws::{CallError, Operation, Probe};
use crate::collect::body::Object;
use crate::collect::reading::{AHEAD, Names, Reading};
use crate::domain::GapKind;

/// How one kind of member is listed and described.
pub(super) struct Kind {
    pub(super) list: Operation,
    /// The list of ARNs in an answer.
    pub(super) arns: &'static str,
    pub(super) describe: Operation,
    pub(super) names: Names,
    /// The most that one call describes.
    pub(super) batch: usize,
    /// How many a cluster counts.
    pub(super) count: fn(Counts) -> u64,
}

/// Lists and describes the members of every cluster, and gives what `take` makes of each as soon as it is there.
///
/// `list` asks for the page after a token, `describe` for a batch, of the cluster with an ARN.
pub(super) async fn read<L, LE, LF, D, DE, DF, T>(
    reading: &Reading<'_>,
    clusters: &[Cluster],
    kind: &Kind,
    list: impl Fn(&str, Option<String>, Probe) -> LF,
    describe: impl Fn(&str, Vec<String>, Probe) -> DF,
    take: impl Fn(&Cluster, String, Object) -> T,
) -> Vec<T>
where
    LF: Future<Output = Result<L, SdkError<LE, HttpResponse>>>,
    LE: ProvideErrorMetadata + std::error::Error + 'static,
    DF: Future<Output = Result<D, SdkError<DE, HttpResponse>>>,
    DE: ProvideErrorMetadata + std::error::Error + 'static,
{
    let by_cluster = clusters
        .iter()
        .map(async |cluster| {
            let arns =
                list_arns(reading, cluster, kind, |token, probe| list(&cluster.arn, token, probe)).await;
            let send = |batch, probe| describe(&cluster.arn, batch, probe);
            let described =
                reading.describe(kind.describe, kind.names, kind.batch, &cluster.arn, arns, send).await;
            described.into_iter().map(|(arn, body)| take(cluster, arn, body)).collect::<Vec<_>>()
        })
        .collect::<Vec<_>>();
    let taken = stream::iter(by_cluster).buffer_unordered(AHEAD).collect::<Vec<_>>().await;
    taken.into_iter().flatten().collect()
}

/// Lists what lives in one cluster, and holds the list against what the cluster says about itself.
///
/// A list without members of a cluster that has some is read once more, because estates move; if the cluster insists,
/// the answers contradict each other.
async fn list_arns<T, E, F>(
    reading: &Reading<'_>,
    cluster: &Cluster,
    kind: &Kind,
    page: impl Fn(Option<String>, Probe) -> F,
) -> BTreeSet<String>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Kind { list, arns: member, count, .. } = *kind;
    let (mut arns, mut error) = reading.list_arns(list, member, &page).await;
    if error.is_none() && arns.is_empty() && count(cluster.counts) > 0 {
        (arns, error) = reading.list_arns(list, member, &page).await;
        if error.is_none() && arns.is_empty() {
            let counted = match counts_now(reading, &cluster.arn).await {
                Ok(counts) => counts.map(count).unwrap_or_default(),
                // The cluster's first word stands.
                Err(_) => count(cluster.counts),
            };
            if counted > 0 {
                let message = format!("the cluster counts {counted}, and the list names none");
                error = Some(CallError::of_answer(list, GapKind::Contradiction, "EmptyList", message));
            }
        }
    }
    if let Some(error) = error {
        let is_gone = error.code == "ClusterNotFoundException"
            && matches!(counts_now(reading, &cluster.arn).await, Ok(None));
        if !is_gone {
            reading.hide(&error, &cluster.arn, Vec::new());
        }
    }
    arns
}
