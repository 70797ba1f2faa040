//! Amazon EC2.
use std::collections::BTreeSet;

use super::Estate;

pub(super) async fn read(_estate: &Estate<'_>) {}

pub(super) async fn read_network_interfaces(_estate: &Estate<'_>, _ids: BTreeSet<String>) {}
