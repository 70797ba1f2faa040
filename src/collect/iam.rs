//! IAM.
use super::Estate;

pub(super) async fn read(_estate: &Estate<'_>) {}
