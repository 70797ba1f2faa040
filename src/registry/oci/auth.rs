//! Who asks: tokens of a token service, or user and password.
//!
//! **Invariant:** user and password go to the registry itself and to the token service that it names, and only over HTTPS or to
//! this machine; neither they nor a token are printed.

use std::fmt;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use crate::domain::GapKind;
use crate::http::{self, Client, Get};
use crate::registry::wire::{self, Challenge};
use crate::registry::{Credentials, Fault};

/// What asking for a token is called in faults.
const TOKEN: &str = "GET token";

/// The largest answer of a token service that is read.
const LIMIT_ANSWER: u64 = 64 << 10;

/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(5);

/// Who asks for one repository.
pub(super) struct Authority {
    /// What a token has to allow, where the registry does not say it.
    scope: String,
    credentials: Option<Credentials>,
    proof: Mutex<Option<Proof>>,
}

/// What proves who asks.
struct Proof {
    /// The header `Authorization`.
    header: String,
    /// Until when it counts; for ever without.
    until: Option<Instant>,
}

impl Proof {
    fn counts(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Authority {
    pub(super) fn new(repository: &str, credentials: Option<Credentials>) -> Self {
        Self { scope: format!("repository:{repository}:pull"), credentials, proof: Mutex::default() }
    }

    /// The header `Authorization` that the registry took last, while it counts. Before the registry has asked for anything
    /// nothing is sent.
    pub(super) async fn known(&self) -> Option<String> {
        self.proof.lock().await.as_ref().filter(|proof| proof.counts()).map(|proof| proof.header.clone())
    }

    /// Answers a challenge; `refused` is what was sent before it came.
    ///
    /// While one task gets a token, the others that were challenged wait for it.
    pub(super) async fn prove(
        &self,
        operation: &str,
        client: &Client,
        registry: &Url,
        challenge: Option<Challenge>,
        refused: Option<&str>,
    ) -> Result<String, Fault> {
        let mut proof = self.proof.lock().await;
        if let Some(newer) = proof.as_ref().filter(|it| it.counts() && Some(it.header.as_str()) != refused) {
            return Ok(newer.header.clone());
        }
        *proof = None;
        let denied = |why: &str| {
            Err(Fault::new(operation, GapKind::Denied, "UNAUTHORIZED", format!("the registry {why}")))
        };
        let fresh = match (challenge, &self.credentials) {
            (None, _) => return denied("denies access and does not say how to log in"),
            (Some(Challenge::Basic), None) => return denied("asks for a user and a password"),
            (Some(Challenge::Basic), Some(credentials)) => {
                let header = credentials.basic();
                if refused == Some(header.as_str()) {
                    return denied("does not take the user and the password");
                }
                Proof { header, until: None }
            }
            (Some(Challenge::Bearer { realm, service, scope }), _) => {
                let scope = scope.filter(|scope| wire::is_pull_only(scope));
                let scope = scope.as_deref().unwrap_or(&self.scope);
                self.token(client, registry, &realm, service.as_deref(), scope).await?
            }
        };
        Ok(proof.insert(fresh).header.clone())
    }

    /// Gets a token.
    ///
    /// User and password go to the token service that the registry names, on whatever host, as Docker and containerd do:
    /// registries and token services have different names nearly everywhere, and a registry that means evil could ask for the
    /// password itself. A challenge that came after a redirect never gets here.
    async fn token(
        &self,
        client: &Client,
        registry: &Url,
        realm: &str,
        service: Option<&str>,
        scope: &str,
    ) -> Result<Proof, Fault> {
        let fault =
            |kind, code: &str, why: &str| Fault::new(TOKEN, kind, code, format!("the token service {why}"));
        let mut url = http::follow(registry, realm).map_err(|place| {
            fault(GapKind::Malformed, "Realm", &format!("that the registry names is {place}"))
        })?;
        url.set_fragment(None);
        url.query_pairs_mut()
            .extend_pairs(service.map(|service| ("service", service)))
            .append_pair("scope", scope);
        let mut get = Get::url(&url);
        get.headers.push(("accept", "application/json".to_owned()));
        get.headers.extend(self.credentials.as_ref().map(|it| ("authorization", it.basic())));
        let asked = Instant::now();
        let answer = client.send(get).await.map_err(|error| Fault::of_http(TOKEN, &error))?;
        let status = answer.status;
        let kind = match status {
            200 => None,
            401 | 403 => Some(GapKind::Denied),
            429 => Some(GapKind::Throttled),
            500.. => Some(GapKind::Server),
            _ => Some(GapKind::Malformed),
        };
        if let Some(kind) = kind {
            return Err(fault(kind, &format!("Http{status}"), &format!("answers with status {status}")));
        }
        let body = client.body(answer, LIMIT_ANSWER).await.map_err(|error| Fault::of_http(TOKEN, &error))?;
        let (token, seconds) = wire::token(&body).ok_or_else(|| {
            fault(GapKind::Malformed, "UnexpectedAnswer", "gives no token that can be sent")
        })?;
        let lifetime = Duration::from_secs(seconds).saturating_sub(MARGIN);
        Ok(Proof { header: format!("Bearer {token}"), until: Some(asked + lifetime) })
    }
}
