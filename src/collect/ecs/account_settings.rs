//! Account settings, as they take effect for the caller.

use crate::collect::Estate;
use crate::collect::plan::LIST_ACCOUNT_SETTINGS;
use crate::domain::Gap;
use crate::snapshot::Collection;

/// Lists the effective settings.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::AccountSettings) else { return };
    let client = estate.session.ecs();
    let names = ("settings", "nextToken");
    reading
        .list_members(LIST_ACCOUNT_SETTINGS, names, "name", Gap::EVERYTHING, |token, probe| {
            client
                .list_account_settings()
                .effective_settings(true)
                // The most that the API allows.
                .max_results(10)
                .set_next_token(token)
                .customize()
                .interceptor(probe)
                .send()
        })
        .await;
}
