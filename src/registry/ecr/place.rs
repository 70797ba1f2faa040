//! Whose registry a host's name stands for.

use crate::domain::{AccountId, Region};

/// How the hosts of ECR's registries end, in every partition.
const SUFFIXES: [&str; 7] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
];

/// The same for hosts with IPv6.
const DUAL_STACK_SUFFIXES: [&str; 2] = ["on.aws", "on.amazonwebservices.com.cn"];

/// A private registry of ECR: every account has one in every Region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
}

impl Place {
    /// The registry of a host such as `123456789012.dkr.ecr.eu-central-1.amazonaws.com`; `None` for every host of others, that
    /// of ECR's public gallery among them.
    #[must_use]
    pub fn of_host(host: &str) -> Option<Self> {
        let host = host.to_ascii_lowercase();
        let (account, rest) = host.split_once('.')?;
        let strip = |prefixes: [&str; 2]| prefixes.into_iter().find_map(|prefix| rest.strip_prefix(prefix));
        let (rest, suffixes) = match strip(["dkr.ecr.", "dkr.ecr-fips."]) {
            Some(rest) => (rest, SUFFIXES.as_slice()),
            None => (strip(["dkr-ecr.", "dkr-ecr-fips."])?, DUAL_STACK_SUFFIXES.as_slice()),
        };
        let (region, suffix) = rest.split_once('.')?;
        if !suffixes.contains(&suffix) {
            return None;
        }
        Some(Self { account: AccountId::new(account).ok()?, region: Region::new(region).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_every_partition_name_an_account_and_a_region() {
        for (host, region) in [
            ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", "eu-central-1"),
            ("123456789012.DKR.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("123456789012.dkr-ecr.eu-central-1.on.aws", "eu-central-1"),
        ] {
            let place = Place::of_host(host).unwrap();
            assert_eq!((place.account.as_str(), place.region.as_str()), ("123456789012", region));
        }
        for host in [
            "public.ecr.aws",
            "12345678901.dkr.ecr.eu-central-1.amazonaws.com",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example",
            "123456789012.dkr.ecr.eu-central-1.on.aws",
            "123456789012.dkr.ecr.evil.example",
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com:443",
            "",
        ] {
            assert_eq!(Place::of_host(host), None, "{host}");
        }
    }
}
