//! Amazon Inspector: what it scans of the account.

use std::collections::BTreeSet;

use serde_json::json;

use super::Estate;
use super::plan::GET_ACCOUNT_STATUS;
use super::reading::Names;
use crate::aws::{Api, Ask, Protocol};
use crate::domain::Gap;
use crate::snapshot::Collection;

const API: Api = Api {
    id: "Inspector2",
    signing_name: "inspector2",
    host: "inspector2",
    dual_stack_host: Some("inspector2"),
    plain_fips_in_gov: false,
    is_global: false,
    protocol: Protocol::Rest,
};

/// Asks for the status of the account.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::InspectorAccounts) else { return };
    let client = estate.client(API);
    let send = |accounts: Vec<String>, probe| {
        client.send(Ask::Post("/status/batch/get".to_owned(), json!({"accountIds": accounts})), probe)
    };
    let names = Names { list: "accounts", key: "accountId" };
    let account = BTreeSet::from([estate.account().id.to_string()]);
    let described = reading.describe(GET_ACCOUNT_STATUS, names, 1, Gap::EVERYTHING, account, send).await;
    for (account, status) in described {
        reading.insert(account, status.into_raw());
    }
}
