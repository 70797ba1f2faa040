//! A bundle on a web server.

use url::Url;

use super::get::{self, Get};
use super::location::is_allowed;
use super::{Error, Limits};

/// How many redirects are followed.
const LIMIT_REDIRECTS: usize = 5;

/// Reads what stands at a URL. No credentials are sent, so a redirect cannot leak any.
pub(super) async fn read(url: &Url, limits: &Limits) -> Result<Vec<u8>, Error> {
    let mut url = url.clone();
    for _ in 0..=LIMIT_REDIRECTS {
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let get = Get { origin: url.origin().ascii_serialization(), path, signed: None };
        let answer = get::send(get, limits).await?;
        match (answer.status, &answer.location) {
            (200, _) => return answer.body(limits).await,
            (301 | 302 | 303 | 307 | 308, Some(location)) => url = follow(&url, location)?,
            (status, _) => return Err(Error::Status(status)),
        }
    }
    Err(Error::Redirect("one place after the other"))
}

/// Where a redirect leads: never from https to plain http, and never to another scheme.
fn follow(from: &Url, location: &str) -> Result<Url, Error> {
    let to = from.join(location).map_err(|_| Error::Redirect("what is no URL"))?;
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(Error::Redirect("a place that is not https"));
    }
    is_allowed(&to).map_err(|_| Error::Redirect("a place that is neither https nor on this machine"))?;
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_on_https() {
        let from = |url: &str, location: &str| {
            follow(&Url::parse(url).unwrap(), location)
                .map(|url| url.to_string())
                .map_err(|it| it.to_string())
        };
        assert_eq!(from("https://a.example/b/c", "d").unwrap(), "https://a.example/b/d");
        assert_eq!(from("https://a.example/b", "https://c.example/").unwrap(), "https://c.example/");
        assert_eq!(from("http://127.0.0.1/b", "https://c.example/").unwrap(), "https://c.example/");
        for (url, location) in [
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "http://127.0.0.1/"),
            ("https://a.example/", "file:///etc/passwd"),
            ("https://a.example/", "https://user:secret@a.example/"),
            ("http://127.0.0.1/", "http://a.example/"),
        ] {
            let error = from(url, location).unwrap_err();
            assert!(error.starts_with("the server redirects to ") && !error.contains("secret"), "{error}");
        }
    }
}
