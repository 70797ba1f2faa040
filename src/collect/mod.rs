//! AWS → [`Snapshot`]: what exists, as AWS describes it, and what could not be seen.
//!
//! It stands apart because only it and `publish` speak to AWS; nothing here judges what it reads.
//! Reading never fails half way: a call without a whole answer becomes a gap, and every collection that depends on what
//! the call would have told inherits it.
//!
//! **Invariant:** free text of containers is replaced ([`RedactionKey`]) before a member is stored anywhere; the bodies
//! that carried it are dropped with the call that read them.
//!
//! **Invariant:** a collection without gaps is complete: each member that AWS listed was described, or AWS itself called
//! it gone.

mod access;
pub mod attest;
mod autoscaling;
mod body;
mod cloudtrail;
mod ec2;
mod ecr;
mod ecs;
mod efs;
mod elbv2;
mod events;
mod guardduty;
mod iam;
mod images;
mod inspector;
mod last_accessed;
mod logs;
mod named;
mod organizations;
mod plan;
mod reading;
mod redact;
mod scheduler;
mod secretsmanager;
mod ssm;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, join_all};
use jiff::Timestamp;

pub(crate) use self::ecr::API as ECR;
pub use self::plan::actions;
use self::reading::Reading;
pub use self::redact::RedactionKey;
use self::redact::Redactor;
use crate::aws::{Api, Client, Session};
use crate::snapshot::{Account, Collection, Frame, Gathered, Members, Snapshot, task_definitions};

/// What a collection needs besides a session.
#[derive(Debug)]
pub struct Options {
    /// When the reading begins, as the document tells it.
    pub taken_at: Timestamp,
    /// The key of the hashes that stand in for free text. The same key gives the same hash for the same text, so that
    /// policies can compare values, within one snapshot and across several.
    pub key: RedactionKey,
    /// What `iam.last_accessed` held in earlier passes.
    pub last_accessed: Members,
    /// How old one of these may be before IAM is asked again.
    pub last_accessed_age: Duration,
    /// Who is asked about images; nobody when there is no attestors file, and then no registry is read.
    pub attesting: Option<attest::Attesting>,
}

impl Options {
    /// Reads everything anew.
    #[must_use]
    pub fn new(taken_at: Timestamp, key: RedactionKey) -> Self {
        Self {
            taken_at,
            key,
            last_accessed: Members::new(),
            last_accessed_age: Duration::ZERO,
            attesting: None,
        }
    }
}

/// Hears how far the reading is. Calls come from whatever thread reads.
pub trait Progress: Sync {
    /// A collection has this many members so far.
    fn read(&self, _collection: Collection, _members: usize) {}

    /// A collection is done.
    fn done(&self, _collection: Collection, _gathered: &Gathered) {}
}

/// Nobody listens.
impl Progress for () {}

/// The collections of one pass while they are read.
struct Estate<'a> {
    session: &'a Session,
    redactor: Redactor,
    needed: BTreeSet<Collection>,
    readings: BTreeMap<Collection, Reading<'a>>,
}

impl<'a> Estate<'a> {
    fn new(
        session: &'a Session,
        wanted: &BTreeSet<Collection>,
        progress: &'a dyn Progress,
        key: &RedactionKey,
    ) -> Self {
        let needed = plan::needed(wanted);
        let readings =
            needed.iter().map(|collection| (*collection, Reading::new(session, *collection, progress)));
        Self { session, redactor: Redactor::new(key), readings: readings.collect(), needed }
    }

    /// Whose estate it is.
    fn account(&self) -> Account {
        let identity = self.session.identity();
        Account { id: identity.account.clone(), partition: identity.partition.clone() }
    }

    /// A client of an API, for the account and Region.
    fn client(&self, api: Api) -> Client {
        Client::new(api, self.session.config(), &self.session.identity().partition)
    }

    /// The reading of a collection; `None` when nobody needs it.
    fn reading(&self, collection: Collection) -> Option<&Reading<'a>> {
        self.readings.get(&collection)
    }
}

/// Reads rules and schedules, and gives the names of the task definitions that they run.
async fn scheduled(estate: &Estate<'_>) -> Vec<String> {
    futures::join!(events::read(estate), scheduler::read(estate));
    let readings = [Collection::Rules, Collection::Schedules];
    let readings = readings.into_iter().filter_map(|collection| estate.reading(collection));
    readings.flat_map(|reading| reading.draw(task_definitions)).collect()
}

/// Reads the wanted collections, and whatever they depend on.
///
/// It always gives a document: what could not be read stands in its coverage.
pub async fn collect(
    session: &Session,
    wanted: &BTreeSet<Collection>,
    progress: &dyn Progress,
    options: &Options,
) -> Snapshot {
    let mut estate = Estate::new(session, wanted, progress, &options.key);
    let frame =
        Frame { account: estate.account(), region: session.region().clone(), taken_at: options.taken_at };
    tracing::debug!(collections = estate.needed.len(), "reading");
    let others: [BoxFuture<'_, ()>; 8] = [
        ec2::read(&estate).boxed(),
        iam::read(&estate).boxed(),
        autoscaling::read(&estate).boxed(),
        cloudtrail::read(&estate).boxed(),
        ecr::read(&estate).boxed(),
        guardduty::read(&estate).boxed(),
        inspector::read(&estate).boxed(),
        organizations::read(&estate).boxed(),
    ];
    let ecs = async {
        let (newest, interfaces) = ecs::read(&estate, scheduled(&estate)).await;
        let machines = async {
            ec2::read_hosts(&estate).await;
            ssm::read_recommended(&estate).await;
        };
        futures::join!(
            ec2::read_network_interfaces(&estate, interfaces),
            machines,
            ecr::read_images(&estate),
            efs::read(&estate),
            logs::read(&estate),
            secretsmanager::read(&estate),
            ssm::read(&estate),
            elbv2::read(&estate),
        );
        newest
    };
    let (newest, _) = futures::join!(ecs.boxed(), join_all(others));
    let last_accessed = estate.readings.remove(&Collection::LastAccessed);
    let mut gathered = estate
        .readings
        .into_iter()
        .map(|(collection, reading)| (collection, reading.into_gathered()))
        .collect::<BTreeMap<_, _>>();
    plan::inherit(&mut gathered);
    access::work_out(&mut gathered);
    images::read(&mut gathered, session, options, progress).await;
    if let (Some(reading), Some(access)) = (last_accessed, gathered.get(&Collection::Access)) {
        let read = last_accessed::read(reading, access, options).await;
        gathered.insert(Collection::LastAccessed, read);
    }
    for (collection, gathered) in &gathered {
        progress.done(*collection, gathered);
    }
    let mut wanted = wanted.clone();
    if wanted.contains(&Collection::Access) {
        // Whoever reads what is granted has to know whether it takes these into account.
        wanted.insert(Collection::ServiceControlPolicies);
    }
    if wanted.contains(&Collection::UsedImages) {
        // The same goes for whoever reads what attestors say.
        wanted.insert(Collection::Attestors);
    }
    Snapshot::assemble(frame, &wanted, gathered, &newest)
}

#[cfg(test)]
mod query_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
