//! What registries and their token services write beside manifests: challenges, links, errors and tokens.
//!
//! All of it is foreign: functions here take any bytes, and give nothing of them to a message.

use http_auth::ChallengeParser;
use serde::Deserialize;

/// The longest header that is looked at.
const LIMIT_HEADER: usize = 8 << 10;

/// The longest token that is sent on; what is longer would not fit a server's headers.
const LIMIT_TOKEN: usize = 48 << 10;

/// How long a token counts that does not say it (distribution, "Token Authentication Specification").
const LIFETIME: u64 = 60;

/// The longest that a token is taken to count, whatever it says.
const LIMIT_LIFETIME: u64 = 24 * 60 * 60;

/// The specification's codes of errors, and those that registries add. Others are not repeated in messages.
const CODES: [&str; 20] = [
    "BLOB_UNKNOWN",
    "BLOB_UPLOAD_INVALID",
    "BLOB_UPLOAD_UNKNOWN",
    "DENIED",
    "DIGEST_INVALID",
    "MANIFEST_BLOB_UNKNOWN",
    "MANIFEST_INVALID",
    "MANIFEST_UNKNOWN",
    "MANIFEST_UNVERIFIED",
    "NAME_INVALID",
    "NAME_UNKNOWN",
    "NOT_FOUND",
    "PAGINATION_NUMBER_INVALID",
    "SIZE_INVALID",
    "TAG_INVALID",
    "TOOMANYREQUESTS",
    "UNAUTHORIZED",
    "UNAVAILABLE",
    "UNKNOWN",
    "UNSUPPORTED",
];

/// Those that say that there is none. `NOT_FOUND` is Harbor's.
const ABSENCES: [&str; 5] =
    ["BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"];

/// How a registry wants to know who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// By a token of a token service.
    Bearer {
        /// The token service.
        realm: String,
        /// What the token service calls the registry.
        service: Option<String>,
        /// What the token has to allow.
        scope: Option<String>,
    },
    /// By user and password.
    Basic,
}

/// The challenge to answer among those of the headers `Www-Authenticate`: a token's, or else a password's.
#[must_use]
pub fn challenge(headers: &[&str]) -> Option<Challenge> {
    let mut basic = None;
    for header in headers.iter().filter(|header| header.len() <= LIMIT_HEADER) {
        for challenge in ChallengeParser::new(header) {
            let Ok(challenge) = challenge else { break };
            let text = |name: &str| {
                let (_, value) = challenge.params.iter().find(|(it, _)| it.eq_ignore_ascii_case(name))?;
                Some(value.to_unescaped())
            };
            if challenge.scheme.eq_ignore_ascii_case("bearer")
                && let Some(realm) = text("realm")
            {
                return Some(Challenge::Bearer { realm, service: text("service"), scope: text("scope") });
            }
            if challenge.scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Challenge::Basic);
            }
        }
    }
    basic
}

/// Whether a scope asks for no more than pulling: from repositories, or by a word that names no action, such as the `aws` of
/// ECR's public gallery.
#[must_use]
pub fn is_pull_only(scope: &str) -> bool {
    scope.split(' ').all(|scope| {
        let is_pull = scope.starts_with("repository:") && scope.ends_with(":pull");
        let is_text = !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic());
        is_text && (is_pull || !scope.contains(':'))
    })
}

/// Where the next page is, as the headers `Link` write it; `None` when this was the last.
///
/// # Errors
///
/// They are not understood, so that nobody knows whether there is another page.
pub fn next_page(headers: &[&str]) -> Result<Option<String>, &'static str> {
    let mut next = None;
    for header in headers {
        if header.len() > LIMIT_HEADER {
            return Err("its header `link` is too long");
        }
        for (target, parameters) in links(header).ok_or("its header `link` is not understood")? {
            let is_next = parameters.iter().any(|(name, value)| {
                name.eq_ignore_ascii_case("rel")
                    && value.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
            });
            if is_next && next.replace(target.clone()).is_some_and(|other| other != target) {
                return Err("its header `link` names two next pages");
            }
        }
    }
    Ok(next)
}

/// A link's target and parameters.
type Link = (String, Vec<(String, String)>);

/// `<target>; name=value; name="value", <target> …` (RFC 8288, section 3).
fn links(mut rest: &str) -> Option<Vec<Link>> {
    let mut links = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(links);
        }
        let (target, after) = rest.strip_prefix('<')?.split_once('>')?;
        let mut parameters = Vec::new();
        rest = after.trim_start();
        while let Some(after) = rest.strip_prefix(';') {
            let end = after.find(['=', ';', ',']).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            let (value, after) = match after.strip_prefix('=') {
                Some(after) => value(after.trim_start())?,
                None => (String::new(), after),
            };
            parameters.push((name.trim().to_owned(), value));
            rest = after.trim_start();
        }
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
        links.push((target.to_owned(), parameters));
    }
}

/// A parameter's value, quoted or not, and what stands after it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find([';', ',']).unwrap_or(text.len()));
        return Some((value.trim().to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
}

/// The codes of an error's body that are known; `None` when it is no error of the specification's.
#[must_use]
pub fn error_codes(body: &[u8]) -> Option<Vec<&'static str>> {
    #[derive(Deserialize)]
    struct Body {
        errors: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        code: String,
    }
    let body = serde_json::from_slice::<Body>(body).ok()?;
    let known = |code: &str| CODES.into_iter().find(|it| *it == code).unwrap_or("UNKNOWN");
    Some(body.errors.iter().map(|error| known(&error.code)).collect())
}

/// Whether an error's codes say that there is none, and nothing else.
#[must_use]
pub fn is_absence(codes: &[&str]) -> bool {
    !codes.is_empty() && codes.iter().all(|code| ABSENCES.contains(code))
}

/// A token and the seconds that it counts; `None` when the answer has none that can be sent.
#[must_use]
pub fn token(body: &[u8]) -> Option<(String, u64)> {
    #[derive(Deserialize)]
    struct Body {
        token: Option<String>,
        access_token: Option<String>,
        expires_in: Option<f64>,
    }
    let body = serde_json::from_slice::<Body>(body).ok()?;
    let token = body.token.filter(|token| !token.is_empty()).or(body.access_token)?;
    let is_token =
        !token.is_empty() && token.len() <= LIMIT_TOKEN && token.bytes().all(|it| it.is_ascii_graphic());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let seconds = body.expires_in.map_or(LIFETIME, |seconds| seconds as u64);
    is_token.then_some((token, seconds.min(LIMIT_LIFETIME)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let (service, scope) = (service.map(str::to_owned), scope.map(str::to_owned));
        Some(Challenge::Bearer { realm: realm.to_owned(), service, scope })
    }

    #[test]
    fn a_token_is_preferred_to_a_password() {
        let hub = "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",\
                   scope=\"repository:a/b:pull,push\"";
        let expected = bearer(
            "https://auth.docker.io/token",
            Some("registry.docker.io"),
            Some("repository:a/b:pull,push"),
        );
        assert_eq!(challenge(&[hub]), expected);
        assert_eq!(challenge(&["Basic realm=\"x\"", hub]), expected);
        assert_eq!(challenge(&["basic realm=\"x\", BEARER Realm=\"y\""]), bearer("y", None, None));
        assert_eq!(challenge(&["Basic realm=\"x\""]), Some(Challenge::Basic));
        for none in ["", "Negotiate", "Bearer", "Bearer service=\"x\"", "\"", "Bearer realm=\"x", "=,=;"] {
            assert_eq!(challenge(&[none]), None, "{none}");
        }
    }

    #[test]
    fn no_more_than_pulling_is_asked_for() {
        assert!(is_pull_only("repository:a/b:pull") && is_pull_only("repository:a:pull repository:b:pull"));
        assert!(is_pull_only("aws"));
        for more in
            ["", "repository:a:pull,push", "repository:a:*", "registry:catalog:*", "repository:a:pull  "]
        {
            assert!(!is_pull_only(more), "{more}");
        }
    }

    #[test]
    fn the_next_page_is_found_or_the_header_is_not_understood() {
        for (header, expected) in [
            ("</v2/a?n=1>; rel=\"next\"", Ok(Some("/v2/a?n=1"))),
            ("</a,b;c>;rel=next", Ok(Some("/a,b;c"))),
            ("<a>; rel=\"prev\", <b>; title=\"x, <c>; rel=next\"; REL=\"last NEXT\"", Ok(Some("b"))),
            ("<a>; rel=next, <a>; rel=next", Ok(Some("a"))),
            ("<a>; rel=prev; crossorigin", Ok(None)),
            ("", Ok(None)),
        ] {
            assert_eq!(
                next_page(&[header]),
                expected.map(|it: Option<&str>| it.map(str::to_owned)),
                "{header}"
            );
        }
        for header in
            ["a; rel=next", "<a; rel=next", "<a> rel=next", "<a>; rel=\"next", "<a>; rel=next, <b>; rel=next"]
        {
            assert!(next_page(&[header]).is_err(), "{header}");
        }
        assert!(next_page(&["<a>; rel=next", "<b>; rel=next"]).is_err());
    }

    #[test]
    fn only_an_error_of_the_specification_says_that_there_is_none() {
        let codes = |body: &str| error_codes(body.as_bytes());
        let unknown = codes(r#"{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "secret"}]}"#).unwrap();
        assert!(is_absence(&unknown));
        let denied = r#"{"errors": [{"code": "MANIFEST_UNKNOWN"}, {"code": "DENIED"}]}"#;
        assert!(!is_absence(&codes(denied).unwrap()));
        assert!(!is_absence(&codes(r#"{"errors": []}"#).unwrap()));
        assert_eq!(codes(r#"{"errors": [{"code": "secret"}]}"#).unwrap(), ["UNKNOWN"]);
        for page in ["", "404 page not found", "<html>MANIFEST_UNKNOWN</html>", "{}", "[]"] {
            assert_eq!(codes(page), None, "{page}");
        }
    }

    #[test]
    fn a_token_is_text_that_a_header_takes() {
        let of = |body: &str| token(body.as_bytes());
        assert_eq!(of(r#"{"token": "t", "expires_in": 300}"#), Some(("t".to_owned(), 300)));
        assert_eq!(of(r#"{"token": "", "access_token": "t"}"#), Some(("t".to_owned(), 60)));
        assert_eq!(of(r#"{"token": "t", "expires_in": 1e300}"#), Some(("t".to_owned(), 86_400)));
        assert_eq!(of(r#"{"token": "t", "expires_in": -1}"#), Some(("t".to_owned(), 0)));
        for bad in ["", "{}", "[]", r#"{"token": "a\r\nb: c"}"#, r#"{"token": "a b"}"#, r#"{"token": 1}"#] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(of(&format!("{{\"token\": \"{}\"}}", "t".repeat(LIMIT_TOKEN + 1))), None);
    }
}
