//! Users and passwords for registries, as Docker and its relatives keep them in `config.json`.
//!
//! A file may name programs that know passwords; none is ever run.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// The names that Docker Hub goes by; its password stands under the second.
pub(super) const DOCKER_HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// A user and a password. Its `Debug` prints neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: String,
}

impl Credentials {
    /// A user and a password.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }

    /// As the header `Authorization` has them.
    pub(super) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user, self.password)))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// A file such as `~/.docker/config.json` or containers' `auth.json`.
#[derive(Debug, Default)]
pub struct DockerConfig {
    auths: BTreeMap<String, Auth>,
    helpers: BTreeMap<String, String>,
    store: Option<String>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default)]
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

/// What the file knows of one registry. Its `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth(…)")
    }
}

impl DockerConfig {
    /// Reads a file's text.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one clause that quotes nothing of it.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let written = serde_json::from_slice::<Written>(text).map_err(|error| {
            let what = if error.is_data() { "is no configuration of Docker" } else { "is no JSON" };
            format!("the file {what} (line {}, column {})", error.line(), error.column())
        })?;
        Ok(Self { auths: written.auths, helpers: written.cred_helpers, store: written.creds_store })
    }

    /// The credentials for a repository of a registry; `None` when the file has none.
    ///
    /// An entry with a path counts for repositories below it, and the longest such path wins.
    ///
    /// # Errors
    ///
    /// The file leads to what is not supported, or says two things; one clause without a secret.
    pub fn credentials(&self, host: &str, repository: &str) -> Result<Option<Credentials>, String> {
        if let Some(helper) = self.helpers.iter().find_map(|(key, it)| is_host(key, host).then_some(it)) {
            return Err(format!("the password for {host} is with the {}", program(helper)));
        }
        let fitting = self.auths.iter().filter_map(|(key, auth)| Some((reach(key, host, repository)?, auth)));
        let mut fitting = fitting.collect::<Vec<_>>();
        let Some(longest) = fitting.iter().map(|(reach, _)| *reach).max() else { return Ok(None) };
        fitting.retain(|(reach, _)| *reach == longest);
        match fitting.as_slice() {
            [(_, auth), others @ ..] if others.iter().all(|(_, other)| other == auth) => {
                self.entry(host, auth)
            }
            _ => Err(format!("there are two different entries for {host}")),
        }
    }

    fn entry(&self, host: &str, auth: &Auth) -> Result<Option<Credentials>, String> {
        let is_set = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        if is_set(&auth.identitytoken) || is_set(&auth.registrytoken) {
            return Err(format!("the entry for {host} holds a token in place of a user and a password"));
        }
        if let Some(text) = auth.auth.as_ref().filter(|text| !text.is_empty()) {
            let unreadable = || format!("`auth` of the entry for {host} is not `user:password` in base64");
            let decoded = STANDARD.decode(text.trim()).map_err(|_| unreadable())?;
            let decoded = String::from_utf8(decoded).map_err(|_| unreadable())?;
            let (user, password) = decoded.split_once(':').ok_or_else(unreadable)?;
            return Ok(Some(Credentials::new(user, password.trim_end_matches('\0'))));
        }
        match (&auth.username, &auth.password, &self.store) {
            (Some(user), Some(password), _) => Ok(Some(Credentials::new(user, password))),
            (_, _, Some(store)) => Err(format!("the password for {host} is with the {}", program(store))),
            _ => Ok(None),
        }
    }
}

/// A program that knows passwords, in a message.
fn program(name: &str) -> String {
    let name = name.chars().filter(|it| it.is_ascii_alphanumeric() || "-_.".contains(*it)).take(50);
    let name = name.collect::<String>();
    format!("program `docker-credential-{name}`, which is not run: write user and password under `auths`")
}

/// A key without scheme, with its host and path apart.
fn parts(key: &str) -> (&str, &str) {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let (host, path) = key.split_once('/').unwrap_or((key, ""));
    // `https://index.docker.io/v1/` means all of the registry.
    match path.trim_end_matches('/') {
        "v1" | "v2" => (host, ""),
        path => (host, path),
    }
}

fn is_host(key: &str, host: &str) -> bool {
    let (key, _) = parts(key);
    key.eq_ignore_ascii_case(host) || (DOCKER_HUB.contains(&key) && DOCKER_HUB.contains(&host))
}

/// How much of a repository's name an entry names, when it counts for it.
fn reach(key: &str, host: &str, repository: &str) -> Option<usize> {
    let (_, path) = parts(key);
    let rest = repository.strip_prefix(path)?;
    let is_below = path.is_empty() || rest.is_empty() || rest.starts_with('/');
    (is_host(key, host) && is_below).then_some(path.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(config: &serde_json::Value, host: &str) -> Result<Option<Credentials>, String> {
        DockerConfig::read(config.to_string().as_bytes())?.credentials(host, "team/app")
    }

    fn auth(user: &str) -> serde_json::Value {
        json!({"auth": STANDARD.encode(format!("{user}:pass:word"))})
    }

    #[test]
    fn a_password_is_found_by_its_host() {
        for key in ["registry.example", "https://registry.example", "https://registry.example/v2/"] {
            let found = of(&json!({"auths": {key: auth("u")}}), "registry.example").unwrap().unwrap();
            assert_eq!(found, Credentials::new("u", "pass:word"), "{key}");
        }
        let hub = json!({"auths": {"https://index.docker.io/v1/": auth("u")}});
        assert!(of(&hub, "docker.io").unwrap().is_some());
        assert!(of(&hub, "registry.example").unwrap().is_none());
        let port = json!({"auths": {"registry.example:5000": auth("u")}});
        assert!(of(&port, "registry.example").unwrap().is_none());
        let plain = json!({"auths": {"registry.example": {"username": "u", "password": "p"}}});
        assert_eq!(of(&plain, "registry.example").unwrap(), Some(Credentials::new("u", "p")));
    }

    #[test]
    fn the_longest_path_wins() {
        let config = json!({"auths": {
            "r.example": auth("all"), "r.example/team": auth("team"), "r.example/te": auth("other"),
        }});
        assert_eq!(of(&config, "r.example").unwrap(), Some(Credentials::new("team", "pass:word")));
    }

    #[test]
    fn what_is_not_supported_is_named_and_no_program_is_run() {
        for (config, word) in [
            (
                json!({"credHelpers": {"r.example": "ecr-login; reboot"}}),
                "`docker-credential-ecr-loginreboot`",
            ),
            (json!({"credsStore": "desktop", "auths": {"r.example": {}}}), "`docker-credential-desktop`"),
            (json!({"auths": {"r.example": {"identitytoken": "secret"}}}), "token"),
            (json!({"auths": {"r.example": {"auth": "secret!"}}}), "base64"),
            (json!({"auths": {"r.example": {"auth": STANDARD.encode("secret")}}}), "base64"),
            (json!({"auths": {"r.example": auth("secret"), "https://r.example": auth("b")}}), "two"),
        ] {
            let error = of(&config, "r.example").unwrap_err();
            assert!(error.contains(word) && !error.contains("secret"), "{error}");
        }
        // Who never logged in to a registry asks it without a name.
        assert_eq!(of(&json!({"credsStore": "desktop"}), "r.example"), Ok(None));
        for text in ["", "{", "[]", "{\"auths\": [\"secret\"]}"] {
            let error = DockerConfig::read(text.as_bytes()).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn neither_user_nor_password_is_printed() {
        let config = json!({"auths": {"r.example": {"username": "secret", "password": "secret"}}});
        let config = DockerConfig::read(config.to_string().as_bytes()).unwrap();
        let found = config.credentials("r.example", "a").unwrap().unwrap();
        assert!(!format!("{config:?} {found:?}").contains("secret"));
        assert_eq!(found.basic(), format!("Basic {}", STANDARD.encode("secret:secret")));
    }
}
