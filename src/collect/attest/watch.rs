//! Keeps a registry that does not answer from holding up a pass.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::{Instant, timeout_at};

use crate::domain::{Digest, GapKind};
use crate::registry::{Descriptor, Fault, Manifest, Name, Registry};

/// After how many questions in a row without an answer in time a registry is asked no more.
const MOST_SILENCES: u32 = 3;

/// How long a pass that has no deadline of its own may ask registries.
const LONGEST: Duration = Duration::from_secs(45 * 60);

/// What is known of the registries of a pass.
#[derive(Debug)]
pub(super) struct Watch {
    deadline: Instant,
    /// Questions in a row that a registry did not answer in time, by host.
    silences: Mutex<BTreeMap<String, u32>>,
}

impl Watch {
    /// Begins now.
    pub(super) fn new(longest: Option<Duration>) -> Self {
        let longest = longest.unwrap_or(LONGEST);
        let begun = Instant::now();
        // A deadline that does not fit the clock is one that nobody sees.
        let deadline = begun.checked_add(longest).or_else(|| begun.checked_add(LONGEST)).unwrap_or(begun);
        Self { deadline, silences: Mutex::default() }
    }

    fn is_silent(&self, host: &str) -> bool {
        let silences = self.silences.lock().unwrap_or_else(PoisonError::into_inner);
        silences.get(host).is_some_and(|silences| *silences >= MOST_SILENCES)
    }

    fn heard(&self, host: &str, in_time: bool) {
        let mut silences = self.silences.lock().unwrap_or_else(PoisonError::into_inner);
        let silences = silences.entry(host.to_owned()).or_default();
        *silences = if in_time { 0 } else { silences.saturating_add(1) };
    }
}

/// A repository whose registry is watched.
pub(super) struct Watched<'a> {
    pub(super) watch: &'a Watch,
    pub(super) host: &'a str,
    pub(super) repository: Box<dyn Registry + 'a>,
}

impl Watched<'_> {
    async fn ask<T>(&self, question: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let fault = |kind, code: &str, message: String| Fault {
            operation: format!("reading {}", self.host),
            kind,
            code: code.to_owned(),
            message,
            missing: None,
        };
        if self.watch.is_silent(self.host) {
            let message =
                format!("it did not answer {MOST_SILENCES} questions in a row, and is asked no more");
            return Err(fault(GapKind::Timeout, "SilentRegistry", message));
        }
        let Ok(answer) = timeout_at(self.watch.deadline, question).await else {
            let message = "the pass had no time left to ask".to_owned();
            return Err(fault(GapKind::Cancelled, "Deadline", message));
        };
        self.watch.heard(self.host, !matches!(&answer, Err(fault) if fault.kind == GapKind::Timeout));
        answer
    }
}

impl Registry for Watched<'_> {
    fn manifest<'a>(&'a self, name: &'a Name) -> BoxFuture<'a, Result<Option<Manifest>, Fault>> {
        Box::pin(self.ask(self.repository.manifest(name)))
    }

    fn blob<'a>(&'a self, blob: &'a Descriptor) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
        Box::pin(self.ask(self.repository.blob(blob)))
    }

    fn referrers<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<Descriptor>>, Fault>> {
        Box::pin(self.ask(self.repository.referrers(digest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::in_memory::InMemory;

    /// A repository in which one tag fails in a way, and another is there.
    fn repository(kind: GapKind) -> Box<dyn Registry> {
        let mut repository = InMemory::default();
        repository.push("application/x", b"image", &["there"]);
        repository.faults.insert("fails".to_owned(), kind);
        Box::new(repository)
    }

    async fn code(watched: &Watched<'_>, tag: &str) -> Option<String> {
        watched.manifest(&Name::Tag(tag.to_owned())).await.err().map(|fault| fault.code)
    }

    #[tokio::test]
    async fn a_registry_that_does_not_answer_is_asked_no_more() {
        let watch = Watch::new(None);
        let watched =
            Watched { watch: &watch, host: "slow.example", repository: repository(GapKind::Timeout) };
        for tag in ["fails", "fails", "there", "fails", "fails", "fails"] {
            let expected = (tag == "fails").then(|| "Injected".to_owned());
            assert_eq!(code(&watched, tag).await, expected, "{tag}: an answer in between is an answer");
        }
        assert_eq!(code(&watched, "there").await.as_deref(), Some("SilentRegistry"));
        let other =
            Watched { watch: &watch, host: "other.example", repository: repository(GapKind::Timeout) };
        assert_eq!(code(&other, "there").await, None);
    }

    #[tokio::test]
    async fn a_registry_that_refuses_is_asked_about_everything() {
        let watch = Watch::new(None);
        let watched =
            Watched { watch: &watch, host: "shut.example", repository: repository(GapKind::Denied) };
        for _ in 0..10 {
            assert_eq!(code(&watched, "fails").await.as_deref(), Some("Injected"));
        }
    }

    #[tokio::test]
    async fn nothing_is_asked_after_the_deadline() {
        struct Never;
        impl Registry for Never {
            fn manifest<'a>(&'a self, _: &'a Name) -> BoxFuture<'a, Result<Option<Manifest>, Fault>> {
                Box::pin(std::future::pending())
            }
            fn blob<'a>(&'a self, _: &'a Descriptor) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
                Box::pin(std::future::pending())
            }
            fn referrers<'a>(
                &'a self,
                _: &'a Digest,
            ) -> BoxFuture<'a, Result<Option<Vec<Descriptor>>, Fault>> {
                Box::pin(std::future::pending())
            }
        }
        let watch = Watch::new(Some(Duration::from_millis(20)));
        let watched = Watched { watch: &watch, host: "hangs.example", repository: Box::new(Never) };
        assert_eq!(code(&watched, "there").await.as_deref(), Some("Deadline"));
        assert_eq!(watched.referrers(&Digest::of(b"")).await.unwrap_err().kind, GapKind::Cancelled);
    }
}
