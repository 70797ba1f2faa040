//! A bundle on a web server.

use url::Url;

use super::{Error, Limits};
use crate::http::{self, Client, Get, LIMIT_REDIRECTS};

/// Reads what stands at a URL. No credentials are sent, so a redirect cannot leak any.
pub(super) async fn read(url: &Url, limits: &Limits) -> Result<Vec<u8>, Error> {
    let client = Client::new(limits.patience());
    let mut url = url.clone();
    for _ in 0..=LIMIT_REDIRECTS {
        let answer = client.send(Get::url(&url)).await?;
        match (answer.status, answer.header("location")?) {
            (200, _) => return Ok(client.body(answer, limits.bytes).await?),
            (301 | 302 | 303 | 307 | 308, Some(location)) => {
                url = http::follow(&url, location).map_err(Error::Redirect)?;
            }
            (status, _) => return Err(Error::Status(status)),
        }
    }
    Err(Error::Redirect("one place after the other"))
}
