//! What AWS Signer's plugin for Notation adds: profiles instead of identities, and revocation that its service is asked for.

use aws_lc_rs::digest::{SHA384, digest};
use jiff::Timestamp;
use serde_json::Value;

use super::certificate::Kind;
use super::chain::Chain;
use super::envelope::{Envelope, Scheme};
use super::judge::{evidence, has_authentic_time, is_current, untrusted};
use super::{TrustStore, shown};
use crate::attest::{Outcome, Refusal, Revocation, RevocationQuery, RevocationState};
use crate::domain::{Digest, hex};

/// The plugin whose work is done here.
const PLUGIN: &str = "com.amazonaws.signer.notation.plugin";
/// The versions of the plugin whose rules these are; a signature that asks for a later one may mean rules that are not here.
const PLUGIN_VERSIONS: &str = "1.0.";
const PROFILE_VERSION: &str = "com.amazonaws.signer.signingProfileVersion";
const PROFILE_ALIAS: &str = "com.amazonaws.signer.signingProfileAlias";
const JOB: &str = "com.amazonaws.signer.signingJob";

/// AWS Signer's root in the partition `aws`, as Notation's trust store `aws-signer-ts` has it.
const ROOT: &str = include_str!("aws-signer-root-g1.pem");

/// What an attestor holds to be a signature of AWS Signer, made for it.
#[derive(Debug, Clone)]
pub struct SignerTrust {
    profiles: Vec<ProfileArn>,
    roots: TrustStore,
    check_revocation: bool,
}

impl SignerTrust {
    /// Trusts these profiles, under AWS Signer's public root unless there are others.
    ///
    /// # Errors
    ///
    /// No profile, no root, or profiles outside the partition `aws` under its root.
    pub fn new(
        profiles: Vec<ProfileArn>,
        roots: Option<TrustStore>,
        check_revocation: bool,
    ) -> Result<Self, String> {
        if profiles.is_empty() {
            return Err("no signing profile is trusted, expected at least one ARN".to_owned());
        }
        let roots = match roots {
            Some(roots) if roots.is_empty() => return Err("no root certificate is trusted".to_owned()),
            Some(roots) => roots,
            None => {
                if let Some(profile) = profiles.iter().find(|profile| profile.partition != "aws") {
                    return Err(format!(
                        "the profile `{profile}` is in the partition `{}`, whose root certificate has to be given",
                        profile.partition
                    ));
                }
                TrustStore::from_pem(ROOT)?
            }
        };
        Ok(Self { profiles, roots, check_revocation })
    }

    /// When the first of the trusted root certificates counts no longer.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.roots.expires_at()
    }

    /// The trusted profiles.
    #[must_use]
    pub fn profiles(&self) -> &[ProfileArn] {
        &self.profiles
    }

    /// Changes with everything that decides answers.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut profiles = self.profiles.iter().map(ToString::to_string).collect::<Vec<_>>();
        profiles.sort();
        let text = format!(
            "aws-signer 1\n{}\n{}\n{}",
            profiles.join("\n"),
            self.roots.fingerprint(),
            self.check_revocation
        );
        Digest::of(text.as_bytes()).hex().to_owned()
    }

    /// Looks at a signature whose integrity is given.
    pub(super) fn judge(
        &self,
        envelope: &Envelope,
        chain: &Chain,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        let (profile, job) = attributes(envelope, chain)?;
        if !self.roots.holds_one_of(chain) {
            return Err(untrusted(chain, "AWS Signer's"));
        }
        if !self.profiles.iter().any(|trusted| trusted.covers(&profile)) {
            let trusted = self.profiles.iter().map(|profile| format!("`{profile}`")).collect::<Vec<_>>();
            let reason = format!("the signing profile is `{profile}`, not {}", trusted.join(" or "));
            return Err(Refusal::new("other_profile", reason));
        }
        has_authentic_time(envelope, chain, now)?;
        is_current(envelope, now)?;
        let mut evidence = evidence(envelope, chain);
        evidence.signer.signing_profile_version = Some(profile.to_string());
        evidence.signer.signing_job = Some(job.clone());
        if !self.check_revocation {
            return Ok(Outcome::Verified(Box::new(evidence)));
        }
        evidence.revocation =
            Revocation { state: RevocationState::Unknown, source: Some("aws-signer".to_owned()) };
        let query = RevocationQuery {
            signed_at: envelope.signed_at,
            profile_version: profile.to_string(),
            job,
            certificate_hashes: certificate_hashes(chain),
        };
        Ok(Outcome::Revocable(Box::new(evidence), query))
    }
}

/// The version of the profile and the job that the signature names, when AWS Signer made it.
fn attributes(envelope: &Envelope, chain: &Chain) -> Result<(ProfileArn, String), Refusal> {
    let foreign = |reason: String| Refusal::new("not_aws_signer", reason);
    let Some(plugin) = &envelope.plugin else {
        return Err(foreign("the signature names no plugin, AWS Signer's name its own".to_owned()));
    };
    if plugin.name != PLUGIN {
        let name = shown(&plugin.name);
        return Err(foreign(format!("the signature is to be verified by `{name}`, not by `{PLUGIN}`")));
    }
    if let Some(version) = &plugin.min_version {
        let patch = version.strip_prefix(PLUGIN_VERSIONS).unwrap_or_default();
        if patch.is_empty() || patch.len() > 9 || !patch.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = format!(
                "the signature asks for version {} of AWS Signer's plugin, and the rules here are those of {PLUGIN_VERSIONS}x",
                shown(version)
            );
            return Err(Refusal::new("plugin_required", reason));
        }
    }
    if envelope.scheme != Scheme::Authority {
        return Err(foreign(
            "the signing scheme is `notary.x509`, AWS Signer is a signing authority".to_owned(),
        ));
    }
    if chain.leaf().key.kind != Kind::P384 {
        return Err(foreign(format!(
            "it is signed with {}, AWS Signer signs with P-384",
            chain.leaf().key.kind
        )));
    }
    if let Some(name) =
        envelope.extended.keys().find(|name| ![PROFILE_VERSION, PROFILE_ALIAS, JOB].contains(&name.as_str()))
    {
        return Err(unknown_critical(name));
    }
    let text = |name: &str| match envelope.extended.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(foreign(format!("the header `{name}` is not a string"))),
        None => Err(foreign(format!("the header `{name}` is missing, or not critical"))),
    };
    if envelope.extended.contains_key(PROFILE_ALIAS) {
        text(PROFILE_ALIAS)?;
    }
    let profile = ProfileArn::parse(text(PROFILE_VERSION)?).map_err(foreign)?;
    if profile.version.is_none() {
        return Err(foreign(format!("`{profile}` is a signing profile without its version")));
    }
    let job = text(JOB)?;
    let is_job = matches!(job.splitn(6, ':').collect::<Vec<_>>().as_slice(),
        ["arn", _, "signer", _, _, resource] if resource.starts_with("/signing-jobs/"));
    if !is_job || job.len() > MAX_ARN || !job.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(foreign(format!("`{}` is not the ARN of a signing job", shown(job))));
    }
    Ok((profile, job.clone()))
}

/// A header that has to be understood and is not.
pub(super) fn unknown_critical(name: &str) -> Refusal {
    Refusal::new("unknown_critical", format!("the critical header `{}` is not known", shown(name)))
}

/// What `signer:GetRevocationStatus` calls certificates: the hash of each followed by that of its issuer, where a hash is that
/// of what was signed, with SHA-384.
fn certificate_hashes(chain: &Chain) -> Vec<String> {
    let hash = |bytes: &[u8]| hex(digest(&SHA384, bytes).as_ref());
    chain
        .links()
        .map(|(certificate, issuer)| hash(certificate.to_be_signed()) + &hash(issuer.to_be_signed()))
        .collect()
}

/// The most characters that an ARN may have.
const MAX_ARN: usize = 500;

/// A signing profile of AWS Signer, or one version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileArn {
    partition: String,
    region: String,
    account: String,
    name: String,
    version: Option<String>,
}

impl ProfileArn {
    /// The Region that it is in.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account that it belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The profile's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version that is meant; every one when there is none.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Reads `arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME`, with or without `/VERSION`.
    ///
    /// # Errors
    ///
    /// Another form, the wildcard above all.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{}` is not the ARN of a signing profile, expected \
                 `arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME` with or without `/VERSION`",
                shown(text)
            )
        };
        let all = |part: &str, allowed: fn(u8) -> bool| {
            !part.is_empty() && part.len() <= 64 && part.bytes().all(allowed)
        };
        let label = |part: &str| all(part, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let parts = text.split(':').collect::<Vec<_>>();
        let [arn, partition, service, region, account, resource] = parts.as_slice() else {
            return Err(wrong());
        };
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_signer = arn.eq_ignore_ascii_case("arn") && service.eq_ignore_ascii_case("signer");
        if !is_signer || !label(partition) || !label(region) || !is_account {
            return Err(wrong());
        }
        let (name, version) = match resource.split('/').collect::<Vec<_>>().as_slice() {
            ["", kind, name] if kind.eq_ignore_ascii_case("signing-profiles") => (*name, None),
            ["", kind, name, version] if kind.eq_ignore_ascii_case("signing-profiles") => {
                (*name, Some(*version))
            }
            _ => return Err(wrong()),
        };
        let is_version = version.is_none_or(|version| all(version, |byte| byte.is_ascii_alphanumeric()));
        if !all(name, |byte| byte.is_ascii_alphanumeric() || byte == b'_') || !is_version {
            return Err(wrong());
        }
        Ok(Self {
            partition: (*partition).to_owned(),
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            name: name.to_owned(),
            version: version.map(str::to_owned),
        })
    }

    /// Whether it is this version, or the profile of it. Case does not count, as in AWS Signer's plugin.
    fn covers(&self, other: &Self) -> bool {
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        same(&self.partition, &other.partition)
            && same(&self.region, &other.region)
            && same(&self.account, &other.account)
            && same(&self.name, &other.name)
            && match (&self.version, &other.version) {
                (None, _) => true,
                (Some(version), Some(other)) => same(version, other),
                (Some(_), None) => false,
            }
    }
}

impl std::fmt::Display for ProfileArn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { partition, region, account, name, version } = self;
        write!(f, "arn:{partition}:signer:{region}:{account}:/signing-profiles/{name}")?;
        version.iter().try_for_each(|version| write!(f, "/{version}"))
    }
}
