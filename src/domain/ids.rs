//! Identifiers that cross rooms, each a type of its own so that they cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A string that is not an identifier of the kind it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {expected}")]
pub struct InvalidId {
    /// The string as it was given.
    pub value: String,
    /// What would have been accepted, in words.
    pub expected: &'static str,
}

macro_rules! string_id {
    ($(#[$meta:meta])* $name:ident, $expected:literal, $valid:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the form and takes the string.
            ///
            /// # Errors
            ///
            /// [`InvalidId`] when the string does not have the form that the type's documentation gives.
            pub fn new(value: impl Into<String>) -> Result<Self, InvalidId> {
                let value = value.into();
                let valid: fn(&str) -> bool = $valid;
                if valid(&value) { Ok(Self(value)) } else { Err(InvalidId { value, expected: $expected }) }
            }

            /// The identifier in its canonical form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(value: &str) -> Result<Self, InvalidId> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(value: String) -> Result<Self, InvalidId> {
                Self::new(value)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

string_id!(
    /// An AWS account: twelve digits, leading zeros included, therefore never a number.
    AccountId,
    "an AWS account id (twelve digits)",
    |value| value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit())
);

string_id!(
    /// An AWS Region such as `eu-central-1`; at most 16 characters, as ASFF allows.
    Region,
    "an AWS Region (such as `eu-central-1`)",
    |value| (4..=16).contains(&value.len())
        && value.contains('-')
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
);

string_id!(
    /// An AWS partition such as `aws`, `aws-cn` or `aws-us-gov`: the second field of every ARN.
    Partition,
    "an AWS partition (such as `aws` or `aws-cn`)",
    |value| value == "aws"
        || (value.len() <= 16
            && value.strip_prefix("aws-").is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            }))
);

string_id!(
    /// A control's permanent id: two capital letters and two digits (`TD01`), or for an organisation's own controls
    /// up to 32 letters, digits and hyphens that begin with a letter.
    ControlId,
    "a control id (such as `TD01`: a letter, then up to 31 letters, digits or hyphens)",
    |value| value.len() <= 32
        && value.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
);

/// Where a pass looks: one account in one Region.
///
/// Everything that is remembered or published is kept apart by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The partition that the account belongs to.
    pub partition: Partition,
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

impl Scope {
    /// The ARN under which an account's own tools write to Security Hub.
    ///
    /// Source: Security Hub user guide, "Creating findings with custom product integrations".
    #[must_use]
    pub fn product_arn(&self) -> String {
        let Self { partition, account, region } = self;
        format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_keeps_its_leading_zeros() {
        assert_eq!(AccountId::new("000000000012").unwrap().to_string(), "000000000012");
    }

    #[test]
    fn identifiers_refuse_what_is_not_of_their_form() {
        for bad in ["", "12345678901", "1234567890123", "12345678901a"] {
            assert!(AccountId::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "1TD", "TD 01", "TD/01"] {
            assert!(ControlId::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "europe", "eu_central_1", "a-very-long-region-name-1"] {
            assert!(Region::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "aws-", "AWS", "gcp"] {
            assert!(Partition::new(bad).is_err(), "{bad:?}");
        }
    }
}
