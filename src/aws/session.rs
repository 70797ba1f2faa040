//! Who asks, where, and within which limits.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::call::Caller;
use super::{Answer, Api, Bucket, CallError, Calls, Client, Operation, Probe, Rate, WholeAnswer};
use crate::domain::{AccountId, GapKind, InvalidId, Partition, Region, Scope};

const GET_CALLER_IDENTITY: Operation = Operation::new("sts:GetCallerIdentity", Bucket::Sts);

/// Where to look and as whom; what is `None` is taken from where every AWS tool takes it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The Region.
    pub region: Option<String>,
    /// The profile of the shared configuration files.
    pub profile: Option<String>,
    /// The endpoint of every service, for emulators; `AWS_ENDPOINT_URL` and its relatives work without it.
    pub endpoint_url: Option<String>,
    /// A role to assume first.
    pub role: Option<Role>,
    /// How fast, how often, how long.
    pub limits: Limits,
}

/// A role that is assumed before anything is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// The session's name, as CloudTrail shows it.
    pub session_name: String,
}

/// How fast, how often, how long.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// How much of AWS's published rates is used.
    pub rate: Rate,
    /// Calls that are under way at one time.
    pub concurrency: usize,
    /// Attempts per call, the first included.
    pub attempts: u32,
    /// The wait before the second attempt is at most this; it doubles with each further one, with full jitter.
    pub backoff: Duration,
    /// For one connection.
    pub connect_timeout: Duration,
    /// For one attempt.
    pub attempt_timeout: Duration,
    /// For one call with all its attempts.
    pub call_timeout: Duration,
    /// For everything that the session does, counted from its opening; further calls end as cancelled at once.
    pub deadline: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate: Rate::default(),
            concurrency: 16,
            attempts: 8,
            backoff: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(5),
            // A page of 1,000 roles with their policies takes AWS several seconds.
            attempt_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(150),
            deadline: None,
        }
    }
}

/// A session that could not be opened. The operator can mend each of these; [`Error::help`] says how.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody named a Region.
    #[error("no AWS Region is configured")]
    NoRegion,
    /// What was named is no Region.
    #[error("the configured AWS Region cannot be used")]
    Region(#[source] InvalidId),
    /// No credentials were found, or their source failed.
    #[error("no AWS credentials could be loaded")]
    Credentials(#[source] CallError),
    /// The role was not assumed.
    #[error("the role `{role}` could not be assumed")]
    Role {
        /// Its ARN.
        role: String,
        /// Why.
        #[source]
        source: CallError,
    },
    /// The credentials are too old.
    #[error("the AWS credentials have expired")]
    Expired(#[source] CallError),
    /// AWS does not accept the credentials.
    #[error("AWS refused the credentials in Region `{region}`")]
    Refused {
        /// The Region.
        region: Region,
        /// Why.
        #[source]
        source: CallError,
    },
    /// AWS does not answer.
    #[error("AWS could not be reached in Region `{region}`")]
    Unreachable {
        /// The Region.
        region: Region,
        /// Why.
        #[source]
        source: CallError,
    },
    /// AWS answered with something else.
    #[error("the caller's identity could not be read")]
    Identity(#[source] CallError),
    /// AWS's answer names no account or partition.
    #[error("the caller's identity is not understood")]
    Unidentified(#[source] InvalidId),
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoRegion => {
                "pass --region, set AWS_REGION, or set `region` in the profile of your AWS configuration"
            }
            Self::Region(_) => "give the Region's code, such as `eu-central-1`",
            Self::Credentials(_) => {
                "set AWS_PROFILE, sign in with `aws sso login` or `aws configure`, or run with a task role"
            }
            Self::Role { .. } => {
                "check that the role exists, that its trust policy allows this caller (and its external id), and \
                 that the caller may call sts:AssumeRole on it"
            }
            Self::Expired(_) => "sign in again (`aws sso login`), or renew the session token",
            Self::Refused { .. } => {
                "check the access key and session token, the clock of this machine, and that the account has \
                 enabled the Region"
            }
            Self::Unreachable { .. } => {
                "check the Region's name, the network's way to the endpoints of AWS, and AWS_ENDPOINT_URL"
            }
            Self::Identity(_) | Self::Unidentified(_) => {
                "check AWS_ENDPOINT_URL, and try again if AWS reports trouble"
            }
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// Its partition.
    pub partition: Partition,
    /// The caller's ARN.
    pub arn: String,
}

/// An open session: clients of one account × Region that share one identity, one set of token buckets, one deadline
/// and one account of calls.
#[derive(Debug)]
pub struct Session {
    identity: Identity,
    region: Region,
    config: SdkConfig,
    ecs: aws_sdk_ecs::Client,
    iam: aws_sdk_iam::Client,
    securityhub: aws_sdk_securityhub::Client,
    caller: Caller,
}

/// A client whose retries end with the attempts, not with the SDK's quota: at a rate of throttles that a busy account
/// shows, the quota (500 tokens, 5 each) runs dry and calls fail at their first attempt.
macro_rules! client {
    ($sdk:ident, $config:expr) => {
        $sdk::Client::from_conf(
            $sdk::config::Builder::from($config)
                .retry_partition(retry_partition())
                .retry_classifier(WholeAnswer)
                .build(),
        )
    };
}

/// See [`client`].
pub(crate) fn retry_partition() -> RetryPartition {
    RetryPartition::custom("tidewaiter").token_bucket(TokenBucket::unlimited()).build()
}

impl Session {
    /// Finds Region and credentials where every AWS tool finds them, assumes the role if one is given, and asks AWS
    /// who the caller is.
    ///
    /// # Errors
    ///
    /// [`Error`] says which of these failed and what to do about it.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &options.region {
            let region = Region::new(region.clone()).map_err(Error::Region)?;
            loader = loader.region(aws_config::Region::new(region.to_string()));
        }
        if let Some(profile) = &options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(endpoint_url) = &options.endpoint_url {
            loader = loader.endpoint_url(endpoint_url);
        }
        Self::connect(loader.load().await, options.role.as_ref(), &options.limits).await
    }

    /// Opens a session on a configuration that was made elsewhere.
    ///
    /// # Errors
    ///
    /// As for [`Self::open`].
    pub async fn connect(config: SdkConfig, role: Option<&Role>, limits: &Limits) -> Result<Self, Error> {
        let region = config.region().ok_or(Error::NoRegion)?.to_string();
        let region = Region::new(region).map_err(Error::Region)?;
        let mut config = limited(config, limits);
        if let Some(role) = role {
            config = assume(config, role).await;
        }
        let caller = Caller::new(limits);
        let sts = client!(aws_sdk_sts, &config);
        let asked = caller.call(GET_CALLER_IDENTITY, |probe| {
            sts.get_caller_identity().customize().interceptor(probe).send()
        });
        let answer = asked.await.map_err(|source| identity_error(source, &region, role))?;
        let account = AccountId::new(answer.output.account().unwrap_or_default());
        let arn = answer.output.arn().unwrap_or_default().to_owned();
        let partition = Partition::new(arn.split(':').nth(1).unwrap_or_default());
        let identity = Identity {
            account: account.map_err(Error::Unidentified)?,
            partition: partition.map_err(Error::Unidentified)?,
            arn,
        };
        Ok(Self::assemble(config, identity, region, caller))
    }

    fn assemble(config: SdkConfig, identity: Identity, region: Region, caller: Caller) -> Self {
        Self {
            ecs: client!(aws_sdk_ecs, &config),
            iam: client!(aws_sdk_iam, &config),
            securityhub: client!(aws_sdk_securityhub, &config),
            identity,
            region,
            config,
            caller,
        }
    }

    /// Makes one call: waits for its turn, sends it with the probe as an interceptor, and checks that the answer is whole.
    ///
    /// # Errors
    ///
    /// [`CallError`], after the retries are used up, or at once when the deadline has passed.
    pub async fn call<T, E, F>(
        &self,
        operation: Operation,
        send: impl FnOnce(Probe) -> F,
    ) -> Result<Answer<T>, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.caller.call(operation, send).await
    }

    /// Makes one call whose answer is taken as AWS wrote it: a whole body is an answer, whatever the SDK's types make of
    /// it.
    ///
    /// # Errors
    ///
    /// As for [`Self::call`].
    pub async fn read<T, E, F>(
        &self,
        operation: Operation,
        send: impl FnOnce(Probe) -> F,
    ) -> Result<Answer<()>, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.caller.read(operation, send).await
    }

    /// What the calls so far cost, by operation.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.caller.calls()
    }

    /// Who asks.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The Region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The account and Region that the session looks at.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let Identity { account, partition, .. } = self.identity.clone();
        Scope { partition, account, region: self.region.clone() }
    }

    /// The configuration, for services without a client here.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// A client of an API in another Region, as the same caller.
    pub(crate) fn client_in(&self, api: Api, region: &Region) -> Client {
        let region = aws_config::Region::new(region.to_string());
        let config = self.config.to_builder().region(region).build();
        Client::new(api, &config, &self.identity.partition)
    }

    /// Amazon ECS.
    #[must_use]
    pub fn ecs(&self) -> &aws_sdk_ecs::Client {
        &self.ecs
    }

    /// IAM.
    #[must_use]
    pub fn iam(&self) -> &aws_sdk_iam::Client {
        &self.iam
    }

    /// Security Hub.
    #[must_use]
    pub fn securityhub(&self) -> &aws_sdk_securityhub::Client {
        &self.securityhub
    }
}

/// The configuration with retries and timeouts.
fn limited(config: SdkConfig, limits: &Limits) -> SdkConfig {
    let retries = RetryConfig::standard()
        .with_max_attempts(limits.attempts.max(1))
        .with_initial_backoff(limits.backoff)
        .with_max_backoff(Duration::from_secs(20).max(limits.backoff));
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(limits.connect_timeout)
        .operation_attempt_timeout(limits.attempt_timeout)
        .operation_timeout(limits.call_timeout)
        .build();
    // A configuration that was not made by the SDK's loader may lack a clock, which assuming a role takes for granted.
    let clock = config.time_source().unwrap_or_default();
    config.into_builder().retry_config(retries).timeout_config(timeouts).time_source(clock).build()
}

/// The configuration with the role's credentials, which are fetched at the first call and renewed before they expire.
async fn assume(config: SdkConfig, role: &Role) -> SdkConfig {
    let mut provider = aws_config::sts::AssumeRoleProvider::builder(&role.arn)
        .session_name(&role.session_name)
        .configure(&config);
    if let Some(external_id) = &role.external_id {
        provider = provider.external_id(external_id);
    }
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(provider.build().await);
    config.into_builder().credentials_provider(provider).build()
}

fn identity_error(source: CallError, region: &Region, role: Option<&Role>) -> Error {
    match (source.kind, source.code.as_str()) {
        (_, "Credentials") => match role {
            Some(role) => Error::Role { role: role.arn.clone(), source },
            None => Error::Credentials(source),
        },
        (_, "ExpiredToken" | "ExpiredTokenException" | "RequestExpired") => Error::Expired(source),
        (GapKind::Denied, _) => Error::Refused { region: region.clone(), source },
        (GapKind::Timeout, _) => Error::Unreachable { region: region.clone(), source },
        _ => Error::Identity(source),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Sessions on servers of 127.0.0.1, which read nothing of the developer's environment.

    use super::*;

    /// Limits that do not make a test wait.
    pub(crate) fn limits() -> Limits {
        Limits {
            rate: Rate::Unlimited,
            attempts: 3,
            backoff: Duration::from_millis(1),
            connect_timeout: Duration::from_secs(2),
            attempt_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(10),
            ..Limits::default()
        }
    }

    /// A configuration with made-up credentials.
    pub(crate) fn config(endpoint_url: &str) -> SdkConfig {
        let credentials = aws_credential_types::Credentials::new("AKID", "SECRET", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-central-1"))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
            .endpoint_url(endpoint_url)
            .build()
    }

    /// A session that has not asked who it is.
    pub(crate) fn session(endpoint_url: &str, limits: &Limits) -> Session {
        let identity = Identity {
            account: AccountId::new("123456789012").unwrap(),
            partition: Partition::new("aws").unwrap(),
            arn: "arn:aws:sts::123456789012:assumed-role/tester/tester".to_owned(),
        };
        let config = limited(config(endpoint_url), limits);
        Session::assemble(config, identity, Region::new("eu-central-1").unwrap(), Caller::new(limits))
    }
}
