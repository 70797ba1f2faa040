//! An operation of an AWS API, as IAM spells its action, and the token bucket that it draws from.

use super::Bucket;

/// An operation that this program calls.
///
/// Every operation that it calls is authorized by the IAM action of the same name, so one string serves as both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation {
    /// `ecs:DescribeServices`: the operation, and the IAM action that allows it.
    pub action: &'static str,
    /// Where its calls are counted against AWS's limits.
    pub bucket: Bucket,
}

impl Operation {
    /// Names an operation.
    #[must_use]
    pub const fn new(action: &'static str, bucket: Bucket) -> Self {
        Self { action, bucket }
    }
}
