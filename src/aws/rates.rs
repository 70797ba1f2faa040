//! Token buckets: this program is a guest beside the customer's own deployers, which draw from the same limits.
//!
//! AWS keeps ECS's limits per account, Region and *bucket*, not per operation, so the buckets here are AWS's.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

macro_rules! buckets {
    ($($(#[$meta:meta])* $name:ident = ($burst:literal, $sustained:literal),)*) => {
        /// A limit of AWS's that several operations share.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Bucket { $($(#[$meta])* $name,)* }

        impl Bucket {
            /// Every bucket, in the order of [`Buckets`].
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// AWS's burst, and requests per second sustained.
            fn published(self) -> (f64, f64) {
                match self { $(Self::$name => ($burst, $sustained),)* }
            }
        }
    };
}

// ECS: developer guide, "Request throttling". Security Hub: API reference, "Welcome". EC2: API reference, "Request
// throttling", unfiltered non-mutating actions. EventBridge: user guide, "Quotas", every operation but PutEvents. CloudTrail:
// user guide, "Quotas". CloudWatch Logs: user guide, "Quotas", DescribeLogGroups. The others publish nothing, or more than is
// used here; their numbers are guesses on the safe side.
buckets! {
    /// ECS: clusters are read.
    EcsClusterRead = (50.0, 20.0),
    /// ECS: clusters are changed.
    EcsClusterModify = (20.0, 1.0),
    /// ECS: task definitions are read.
    EcsTaskDefinitionRead = (50.0, 20.0),
    /// ECS: task definitions are registered and deregistered.
    EcsTaskDefinitionModify = (20.0, 1.0),
    /// ECS: capacity providers are read.
    EcsCapacityProviderRead = (50.0, 20.0),
    /// ECS: tags are read.
    EcsTagRead = (50.0, 20.0),
    /// ECS: tags are changed.
    EcsTagModify = (20.0, 10.0),
    /// ECS: account settings are read.
    EcsSettingRead = (50.0, 20.0),
    /// ECS: account settings are changed.
    EcsSettingModify = (10.0, 1.0),
    /// ECS: tasks and container instances are read.
    EcsClusterResourceRead = (100.0, 20.0),
    /// ECS: tasks are started and stopped.
    EcsClusterResourceModify = (100.0, 40.0),
    /// ECS: services and daemons are read.
    EcsServiceRead = (100.0, 20.0),
    /// ECS: services are changed.
    EcsServiceModify = (50.0, 5.0),
    /// ECS: service deployments are read.
    EcsServiceDeployment = (50.0, 20.0),
    /// ECS: service revisions are read.
    EcsServiceRevision = (50.0, 20.0),
    /// EC2: describe operations.
    Ec2Read = (100.0, 20.0),
    /// IAM: the account's authorization details.
    IamRead = (10.0, 5.0),
    /// IAM: jobs about what principals last accessed.
    IamLastAccessed = (10.0, 5.0),
    /// Organizations: what an account stands in, and the policies there.
    OrganizationsRead = (4.0, 2.0),
    /// Application Auto Scaling: scalable targets are read.
    AutoScalingRead = (20.0, 10.0),
    /// Application Auto Scaling: scalable targets are changed.
    AutoScalingModify = (10.0, 5.0),
    /// Elastic Load Balancing: describe operations.
    LoadBalancingRead = (20.0, 10.0),
    /// EventBridge: buses, rules and targets are read.
    EventsRead = (50.0, 50.0),
    /// EventBridge Scheduler: schedules are read.
    SchedulerRead = (50.0, 50.0),
    /// CloudTrail: trails are described.
    CloudTrailRead = (10.0, 10.0),
    /// CloudTrail: whether a trail logs.
    CloudTrailStatus = (10.0, 10.0),
    /// ECR: repositories are described.
    EcrRead = (20.0, 10.0),
    /// ECR: policies, tags and scanning of one repository.
    EcrRepositoryRead = (20.0, 20.0),
    /// ECR: images and what scans found in them.
    EcrImageRead = (20.0, 20.0),
    /// ECR: manifests, referrers and layers, as whoever pulls images reads them.
    EcrPull = (200.0, 100.0),
    /// GuardDuty: detectors and coverage.
    GuardDutyRead = (10.0, 5.0),
    /// KMS: public keys.
    KmsRead = (20.0, 20.0),
    /// AWS Signer: profiles and revocations.
    SignerRead = (10.0, 5.0),
    /// Inspector: the status of accounts.
    InspectorRead = (10.0, 5.0),
    /// CloudWatch Logs: log groups are described.
    LogsRead = (10.0, 10.0),
    /// EFS: access points are described.
    EfsRead = (10.0, 5.0),
    /// Secrets Manager: secrets are described.
    SecretsManagerRead = (20.0, 20.0),
    /// Systems Manager: parameters are described.
    SsmParameterRead = (5.0, 3.0),
    /// Systems Manager: public parameters are read.
    SsmPublicRead = (20.0, 20.0),
    /// Security Hub: `GetFindings`.
    SecurityHubFindings = (6.0, 3.0),
    /// Security Hub: every other operation, each of which has a bucket of its own.
    SecurityHub = (30.0, 10.0),
    /// STS.
    Sts = (20.0, 10.0),
}

/// How much of AWS's published rates is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// A share of the sustained rate and of the burst; 0.5 leaves half of each to everybody else.
    Share(f64),
    /// No limit of our own, for emulators.
    Unlimited,
}

impl Default for Rate {
    fn default() -> Self {
        Self::Share(0.5)
    }
}

/// One limiter per bucket.
#[derive(Debug)]
pub(super) struct Buckets(Vec<DefaultDirectRateLimiter>);

impl Buckets {
    pub(super) fn new(rate: Rate) -> Self {
        match rate {
            Rate::Unlimited => Self(Vec::new()),
            Rate::Share(share) => Self(
                Bucket::ALL
                    .iter()
                    .map(|bucket| RateLimiter::direct(quota(bucket.published(), share)))
                    .collect(),
            ),
        }
    }

    /// Waits until the bucket has a token, and takes it.
    pub(super) async fn take(&self, bucket: Bucket) {
        let Some(limiter) = self.0.get(bucket as usize) else { return };
        while let Err(refused) = limiter.check() {
            tokio::time::sleep(refused.wait_time_from(DefaultClock::default().now())).await;
        }
    }

    /// Takes a token if there is one: an attempt that the SDK repeats does not wait here, since it has backed off, but
    /// what it costs is taken from those who come after it.
    pub(super) fn charge(&self, bucket: Bucket) {
        if let Some(limiter) = self.0.get(bucket as usize) {
            let _ = limiter.check();
        }
    }
}

/// At least one request, and one token per 100 seconds, however small the share.
fn quota((burst, sustained): (f64, f64), share: f64) -> Quota {
    let share = if share.is_finite() { share.max(0.0) } else { 1.0 };
    let per_second = (sustained * share).max(0.01);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let burst = NonZeroU32::new((burst * share).min(1e6) as u32).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(Duration::from_secs_f64(1.0 / per_second))
        .unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN))
        .allow_burst(burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_uses_half_of_what_aws_publishes() {
        let quota = quota(Bucket::EcsServiceRead.published(), 0.5);
        assert_eq!(quota.burst_size().get(), 50);
        assert_eq!(quota.replenish_interval(), Duration::from_millis(100));
    }

    #[test]
    fn a_tiny_or_absurd_share_still_lets_something_through() {
        for share in [0.0, 1e-9, -1.0, f64::NAN, f64::INFINITY, 1e12] {
            assert!(quota((50.0, 20.0), share).burst_size().get() >= 1, "{share}");
        }
    }

    #[tokio::test]
    async fn a_bucket_that_is_empty_makes_its_callers_wait_and_no_others() {
        let buckets = Buckets::new(Rate::Share(1.0));
        for _ in 0..6 {
            buckets.take(Bucket::SecurityHubFindings).await;
        }
        let waiting = buckets.take(Bucket::SecurityHubFindings);
        assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
        let other = buckets.take(Bucket::EcsServiceRead);
        assert!(tokio::time::timeout(Duration::from_millis(50), other).await.is_ok());
    }

    #[tokio::test]
    async fn unlimited_never_waits() {
        let buckets = Buckets::new(Rate::Unlimited);
        let all = async {
            for _ in 0..10_000 {
                buckets.take(Bucket::EcsClusterModify).await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(1), all).await.is_ok());
    }
}
