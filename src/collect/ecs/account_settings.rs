//! Account settings, as they take effect for the caller.

use crate::collect::Estate;
use crate::collect::body::Object;
use crate::collect::plan::LIST_ACCOUNT_SETTINGS;
use crate::collect::reading::unexpected;
use crate::domain::Gap;
use crate::snapshot::Collection;

/// Lists the effective settings.
pub(super) async fn read(estate: &Estate<'_>) {
    let Some(reading) = estate.reading(Collection::AccountSettings) else { return };
    let client = estate.session.ecs();
    let (settings, mut error) = reading
        .list(LIST_ACCOUNT_SETTINGS, ("settings", "nextToken"), |token, probe| {
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
    for setting in settings {
        let name = serde_json::from_str::<Object>(setting.get())
            .ok()
            .and_then(|body| body.optional::<String>("name"));
        match name {
            Some(name) => reading.insert(name, setting),
            None => error = error.or_else(|| Some(unexpected(LIST_ACCOUNT_SETTINGS, "name"))),
        }
    }
    if let Some(error) = error {
        reading.hide(&error, Gap::EVERYTHING, Vec::new());
    }
}
