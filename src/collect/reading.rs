//! Reading one collection: calls are counted for it, members go in, and what cannot be had becomes a gap.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::stream::{self, StreamExt};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Progress;
use super::body::Object;
use crate::aws::{Answer, CallError, Operation, PageGuard, Probe, Session};
use crate::domain::{Gap, GapKind};
use crate::snapshot::{Collection, Gathered};

/// Calls of one collection that are prepared at one time; the session bounds those that are under way.
pub(super) const AHEAD: usize = 32;

/// A collection that is being read.
pub(super) struct Reading<'a> {
    pub(super) session: &'a Session,
    collection: Collection,
    progress: &'a dyn Progress,
    gathered: Mutex<Gathered>,
}

/// Where a list's members stand in an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    /// The list (`services`).
    pub(super) list: &'static str,
    /// What identifies one of its members (`serviceArn`).
    pub(super) key: &'static str,
}

impl<'a> Reading<'a> {
    pub(super) fn new(session: &'a Session, collection: Collection, progress: &'a dyn Progress) -> Self {
        Self { session, collection, progress, gathered: Mutex::default() }
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read.
    pub(super) fn into_gathered(self) -> Gathered {
        self.gathered.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one call for the collection.
    pub(super) async fn call<T, E, F>(
        &self,
        operation: Operation,
        send: impl FnOnce(Probe) -> F,
    ) -> Result<Answer<()>, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let answer = self.session.read(operation, send).await;
        let (made, retries) = match &answer {
            Ok(answer) => (true, answer.retries),
            Err(error) => (error.kind != GapKind::Cancelled, error.retries),
        };
        let mut gathered = self.gathered();
        gathered.calls += u64::from(made);
        gathered.retries += retries;
        drop(gathered);
        answer
    }

    /// Calls and retries so far.
    pub(super) fn spent(&self) -> (u64, u64) {
        let gathered = self.gathered();
        (gathered.calls, gathered.retries)
    }

    /// Counts calls and retries that were made for another collection and served this one too.
    pub(super) fn charge(&self, (calls, retries): (u64, u64)) {
        let mut gathered = self.gathered();
        gathered.calls += calls;
        gathered.retries += retries;
    }

    /// Takes a member.
    pub(super) fn insert(&self, key: impl Into<String>, body: Box<RawValue>) {
        let mut gathered = self.gathered();
        gathered.members.insert(key.into(), body);
        let members = gathered.members.len();
        drop(gathered);
        self.progress.read(self.collection, members);
    }

    /// What the members so far give.
    pub(super) fn draw<T>(&self, from: impl Fn(&str) -> Vec<T>) -> Vec<T> {
        self.gathered().members.values().flat_map(|body| from(body.get())).collect()
    }

    /// Notes a gap: of the members `ids`, or of everything in `scope` when there are none.
    pub(super) fn hide(&self, error: &CallError, scope: &str, ids: Vec<String>) {
        // One missing permission may hide thousands, one after the other; the coverage says it once.
        tracing::debug!(collection = %self.collection, scope, ids = ids.len(), "hidden: {error}");
        self.gathered().gaps.push(error.gap(scope, ids));
    }

    /// Reads every page of a list and gives each item away, until there is an error.
    ///
    /// `member` and `token` are the names in the answer; `page` asks for the page after a token.
    pub(super) async fn list<T, E, F>(
        &self,
        operation: Operation,
        (member, token): (&'static str, &'static str),
        page: impl Fn(Option<String>, Probe) -> F,
        mut take: impl FnMut(&RawValue),
    ) -> Option<CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut guard = PageGuard::default();
        let mut next = None;
        loop {
            let read = async {
                let answer = self.call(operation, |probe| page(next.take(), probe)).await?;
                let mut body = Object::read(operation, answer.body.as_bytes())?;
                let items = body.take::<Vec<Box<RawValue>>>(operation, member)?;
                items.iter().for_each(|item| take(item));
                guard.next(body.optional(token)).map_err(|(code, message)| {
                    CallError::of_answer(operation, GapKind::Truncated, code, message)
                })
            };
            match read.await {
                Ok(Some(token)) => next = Some(token),
                Ok(None) => return None,
                Err(error) => return Some(error),
            }
        }
    }

    /// Reads every page of a list of ARNs; with an error, what was listed before it.
    pub(super) async fn list_arns<T, E, F>(
        &self,
        operation: Operation,
        member: &'static str,
        page: impl Fn(Option<String>, Probe) -> F,
    ) -> (BTreeSet<String>, Option<CallError>)
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (mut arns, mut odd) = (BTreeSet::new(), false);
        let take = |item: &RawValue| match serde_json::from_str::<String>(item.get()) {
            Ok(arn) if !arn.is_empty() => {
                arns.insert(arn);
            }
            _ => odd = true,
        };
        let error = self.list(operation, (member, "nextToken"), page, take).await;
        let error = error.or_else(|| odd.then(|| unexpected(operation, member)));
        (arns, error)
    }

    /// Reads every page of a list of ARNs of the whole account and Region; what cannot be listed is a gap.
    pub(super) async fn list_all_arns<T, E, F>(
        &self,
        operation: Operation,
        member: &'static str,
        page: impl Fn(Option<String>, Probe) -> F,
    ) -> BTreeSet<String>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (arns, error) = self.list_arns(operation, member, page).await;
        if let Some(error) = error {
            self.hide(&error, Gap::EVERYTHING, Vec::new());
        }
        arns
    }

    /// Reads every page of a list of objects, each with what its member `key` says; with an error, what was listed
    /// before it.
    pub(super) async fn list_objects<T, E, F>(
        &self,
        operation: Operation,
        names: (&'static str, &'static str),
        key: &'static str,
        page: impl Fn(Option<String>, Probe) -> F,
    ) -> (Vec<(String, Object)>, Option<CallError>)
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.list_objects_where(operation, names, key, |_| true, page).await
    }

    /// Reads every page of a list of objects and keeps some: a list may be a thousand times longer than what is wanted
    /// of it.
    pub(super) async fn list_objects_where<T, E, F>(
        &self,
        operation: Operation,
        names: (&'static str, &'static str),
        key: &'static str,
        keep: impl Fn(&Object) -> bool,
        page: impl Fn(Option<String>, Probe) -> F,
    ) -> (Vec<(String, Object)>, Option<CallError>)
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (mut objects, mut odd) = (Vec::new(), false);
        let take = |item: &RawValue| {
            let object = serde_json::from_str::<Object>(item.get()).unwrap_or_default();
            match object.optional::<String>(key) {
                Some(name) if keep(&object) => objects.push((name, object)),
                Some(_) => {}
                None => odd = true,
            }
        };
        let error = self.list(operation, names, page, take).await;
        let error = error.or_else(|| odd.then(|| unexpected(operation, key)));
        (objects, error)
    }

    /// Reads every page of a list whose items are the members themselves; what cannot be listed of `scope` is a gap.
    pub(super) async fn list_members<T, E, F>(
        &self,
        operation: Operation,
        names: (&'static str, &'static str),
        key: &'static str,
        scope: &str,
        page: impl Fn(Option<String>, Probe) -> F,
    ) where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (objects, error) = self.list_objects(operation, names, key, page).await;
        for (key, object) in objects {
            self.insert(key, object.into_raw());
        }
        if let Some(error) = error {
            self.hide(&error, scope, Vec::new());
        }
    }

    /// Describes members in batches of `size`, and gives those that exist, sorted.
    ///
    /// A member that AWS calls missing has vanished since it was listed.
    /// One that AWS neither describes nor calls missing, and each of a batch whose call failed, is a gap.
    pub(super) async fn describe<T, E, F>(
        &self,
        operation: Operation,
        names: Names,
        size: usize,
        scope: &str,
        ids: BTreeSet<String>,
        send: impl Fn(Vec<String>, Probe) -> F,
    ) -> Vec<(String, Object)>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let ids = ids.into_iter().collect::<Vec<_>>();
        let batches = ids.chunks(size.max(1)).map(<[String]>::to_vec).collect::<Vec<_>>();
        let described = stream::iter(batches)
            .map(async |batch: Vec<String>| {
                let answer = self.call(operation, |probe| send(batch.clone(), probe)).await;
                match answer.and_then(|answer| Batch::read(operation, names, answer.body.as_bytes())) {
                    Ok(answered) => self.settle(operation, scope, batch, answered),
                    Err(error) => {
                        self.hide(&error, scope, batch);
                        Vec::new()
                    }
                }
            })
            .buffer_unordered(AHEAD)
            .collect::<Vec<_>>()
            .await;
        let mut described = described.into_iter().flatten().collect::<Vec<_>>();
        described.sort_by(|one, other| one.0.cmp(&other.0));
        described
    }

    /// Matches what was asked with what was answered.
    fn settle(
        &self,
        operation: Operation,
        scope: &str,
        batch: Vec<String>,
        mut answered: Batch,
    ) -> Vec<(String, Object)> {
        let mut described = Vec::new();
        for id in batch {
            if let Some(at) = answered.members.iter().position(|(key, _)| *key == id) {
                described.push(answered.members.swap_remove(at));
                continue;
            }
            let failure = answered.failures.iter().find(|failure| failure.is_of(&id));
            match failure.map(|failure| (failure.reason.as_str(), failure.detail.as_str())) {
                Some(("MISSING", _)) => {
                    tracing::debug!(id, "vanished between being listed and being described");
                }
                Some((reason, detail)) => {
                    let error = CallError::of_answer(operation, GapKind::Server, reason, detail);
                    self.hide(&error, scope, vec![id]);
                }
                None => {
                    let message = "the answer neither describes the member nor says that it is missing";
                    let error =
                        CallError::of_answer(operation, GapKind::Truncated, "IncompleteAnswer", message);
                    self.hide(&error, scope, vec![id]);
                }
            }
        }
        described
    }
}

/// One answer of a describe operation.
struct Batch {
    members: Vec<(String, Object)>,
    failures: Vec<Failure>,
}

/// What ECS says about a member that it does not describe.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Failure {
    arn: String,
    reason: String,
    detail: String,
}

impl Batch {
    fn read(operation: Operation, names: Names, body: &[u8]) -> Result<Self, CallError> {
        let mut body = Object::read(operation, body)?;
        let mut members = Vec::new();
        for member in body.take::<Vec<Object>>(operation, names.list)? {
            let key = member.optional::<String>(names.key).ok_or_else(|| unexpected(operation, names.key))?;
            members.push((key, member));
        }
        Ok(Self { members, failures: body.optional("failures").unwrap_or_default() })
    }
}

impl Failure {
    /// Failures name members by ARN, and some by an ARN of the older form, without the cluster's name.
    fn is_of(&self, id: &str) -> bool {
        let last = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
        self.arn == id || (!self.arn.is_empty() && last(&self.arn) == last(id))
    }
}

/// An input with the token of the page that it asks for.
pub(super) fn paged(mut input: Value, name: &str, token: Option<String>) -> Value {
    if let (Some(token), Some(members)) = (token, input.as_object_mut()) {
        members.insert(name.to_owned(), Value::String(token));
    }
    input
}

/// An answer without something that the API promises.
pub(super) fn unexpected(operation: Operation, member: &str) -> CallError {
    let message = format!("the answer lacks `{member}`, or it is not of the expected type");
    CallError::of_answer(operation, GapKind::Malformed, "UnexpectedAnswer", message)
}
