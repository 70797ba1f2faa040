//! Registries that speak the OCI distribution protocol, which is every registry but ECR's own API.

mod auth;
#[cfg(test)]
mod tests;

use futures::future::BoxFuture;
use url::Url;

use self::auth::Authority;
use super::answer::{self, check_digest, check_size, header, malformed, within};
use super::credentials::DOCKER_HUB;
use super::manifest::{InvalidManifest, LIMIT_BYTES, MEDIA_TYPES, Parsed};
use super::{Credentials, Descriptor, Fault, Limits, Manifest, Name, Registry, wire};
use crate::aws::PageGuard;
use crate::domain::{Digest, GapKind};
use crate::http::{self, Answer, Client, Get, LIMIT_REDIRECTS};

/// Where Docker Hub's registry really is.
const DOCKER_HUB_HOST: &str = "registry-1.docker.io";

/// What is done, as faults name it.
const MANIFESTS: &str = "GET /v2/…/manifests";
const BLOBS: &str = "GET /v2/…/blobs";
const REFERRERS: &str = "GET /v2/…/referrers";

/// The largest error that is read.
const LIMIT_ERROR: u64 = 64 << 10;

/// The media type of an index, in which referrers are listed.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// One repository of a registry.
#[derive(Debug)]
pub struct Oci {
    origin: Url,
    repository: String,
    limits: Limits,
    client: Client,
    authority: Authority,
}

/// An answer, and where it stood in the end.
struct Reached {
    answer: Answer,
    url: Url,
    /// Whether the registry itself gave it, without having sent elsewhere.
    is_home: bool,
}

impl Oci {
    /// A repository of the registry on a host, which may have a port. Registries on this machine (127.0.0.0/8, `[::1]`,
    /// `localhost`) speak plain HTTP, all others HTTPS.
    ///
    /// # Errors
    ///
    /// What is wrong with the host or the name, in one clause.
    pub fn new(
        host: &str,
        repository: &str,
        credentials: Option<Credentials>,
        limits: Limits,
    ) -> Result<Self, String> {
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if !host.bytes().all(is_host) {
            return Err("the registry is not written as `host` or `host:port`".to_owned());
        }
        if !is_repository(repository) {
            return Err("the repository's name is not one that registries have".to_owned());
        }
        let host = if DOCKER_HUB.contains(&host) { DOCKER_HUB_HOST } else { host };
        let url = |scheme: &str| {
            Url::parse(&format!("{scheme}://{host}/"))
                .map_err(|error| format!("the registry's host: {error}"))
        };
        let plain = url("http")?;
        let origin = if http::is_allowed(&plain).is_ok() { plain } else { url("https")? };
        Ok(Self {
            origin,
            repository: repository.to_owned(),
            client: answer::client(&limits),
            limits,
            authority: Authority::new(repository, credentials),
        })
    }

    fn url(&self, kind: &str, what: &str) -> Result<Url, Fault> {
        let path = format!("/v2/{}/{kind}/{what}", self.repository);
        self.origin.join(&path).map_err(|_| {
            Fault::new("GET /v2/", GapKind::Contradiction, "InvalidName", "the name makes no URL".to_owned())
        })
    }

    async fn get_manifest(&self, name: &Name) -> Result<Option<Manifest>, Fault> {
        let what = match name {
            Name::Tag(tag) if !is_tag(tag) => {
                let message = "no registry has a tag of this form";
                return Err(Fault::new(MANIFESTS, GapKind::Contradiction, "TAG_INVALID", message));
            }
            Name::Tag(tag) => tag.as_str(),
            Name::Digest(digest) => digest.as_str(),
        };
        let accept = MEDIA_TYPES.join(", ");
        let Reached { answer, .. } = self.ask(MANIFESTS, self.url("manifests", what)?, Some(&accept)).await?;
        if answer.status != 200 {
            return self.absent(MANIFESTS, answer).await.map(|()| None);
        }
        let media_type = media_type(MANIFESTS, &answer, &MEDIA_TYPES)?;
        let said = header(MANIFESTS, &answer, "docker-content-digest")?.map(str::to_owned);
        let bytes = self.body(MANIFESTS, answer, LIMIT_BYTES).await?;
        let digest = Digest::of(&bytes);
        if let Name::Digest(asked) = name {
            check_digest(MANIFESTS, asked, &bytes)?;
        }
        match said.map(Digest::new) {
            Some(Ok(said)) if said != digest => Err(Fault::other_bytes(MANIFESTS, &said, &digest)),
            Some(Err(_)) => {
                Err(malformed(MANIFESTS, "its header `docker-content-digest` is no SHA-256 digest"))
            }
            _ => Ok(Some(Manifest { media_type: media_type.to_owned(), digest, bytes })),
        }
    }

    async fn get_blob(&self, blob: &Descriptor) -> Result<Option<Vec<u8>>, Fault> {
        check_size(BLOBS, blob, &self.limits)?;
        let Reached { answer, .. } = self.ask(BLOBS, self.url("blobs", blob.digest.as_str())?, None).await?;
        if answer.status != 200 {
            return self.absent(BLOBS, answer).await.map(|()| None);
        }
        answer::blob_body(BLOBS, &self.client, answer, blob).await.map(Some)
    }

    /// Which types the registry has sorted out is not asked: registries disagree about what the type of a referrer is.
    async fn get_referrers(&self, digest: &Digest) -> Result<Option<Vec<Descriptor>>, Fault> {
        let mut url = self.url("referrers", digest.as_str())?;
        let (mut guard, mut found) = (PageGuard::default(), Vec::<Descriptor>::new());
        let mut repeats = |url: &Url| {
            let next = guard.next(Some(url.to_string()));
            next.map_err(|(code, message)| Fault::new(REFERRERS, GapKind::Truncated, code, message))
        };
        for page in 0..self.limits.pages {
            repeats(&url)?;
            let reached = self.ask(REFERRERS, url, Some(INDEX)).await?;
            let answer = reached.answer;
            if answer.status == 404 && page == 0 {
                return self.no_referrers_api(answer).map(|()| None);
            }
            if answer.status != 200 {
                // A page that is gone is no end of the list.
                return Err(self.fault(REFERRERS, answer).await);
            }
            media_type(REFERRERS, &answer, &[INDEX])?;
            let links = answer.headers("link").map_err(|error| Fault::of_http(REFERRERS, &error))?;
            let next = wire::next_page(&links).map_err(|why| malformed(REFERRERS, why))?;
            let next = next.map(|next| self.next_url(&reached.url, &next)).transpose()?;
            let bytes = self.body(REFERRERS, answer, LIMIT_BYTES).await?;
            for descriptor in referrers(&bytes).map_err(|why| malformed(REFERRERS, &why.to_string()))? {
                if !found.contains(&descriptor) {
                    found.push(descriptor);
                }
            }
            if found.len() > self.limits.referrers {
                return Err(Fault::too_many(REFERRERS, self.limits.referrers, "referrers"));
            }
            match next {
                Some(next) => url = next,
                None => return Ok(Some(found)),
            }
        }
        Err(Fault::too_many(REFERRERS, self.limits.pages, "pages of referrers"))
    }

    /// A next page is the registry's own, whose credentials go with it.
    fn next_url(&self, from: &Url, next: &str) -> Result<Url, Fault> {
        match from.join(next) {
            Ok(next) if next.origin() == self.origin.origin() && next.username().is_empty() => Ok(next),
            _ => Err(malformed(REFERRERS, "its header `link` leads to another server")),
        }
    }

    /// Asks, and proves who asks when the registry wants to know it.
    async fn ask(&self, operation: &str, url: Url, accept: Option<&str>) -> Result<Reached, Fault> {
        let known = self.authority.known().await;
        let reached = self.reach(operation, url.clone(), accept, known.as_deref()).await?;
        // Only the registry itself is told who asks, and only when it asks for it.
        if reached.answer.status != 401 || !reached.is_home {
            return Ok(reached);
        }
        let headers = reached.answer.headers("www-authenticate");
        let challenge = wire::challenge(&headers.map_err(|error| Fault::of_http(operation, &error))?);
        let proof =
            self.authority.prove(operation, &self.client, &self.origin, challenge, known.as_deref()).await?;
        self.reach(operation, url, accept, Some(&proof)).await
    }

    /// Asks, and follows redirects; from the first that leads to another server on, nobody is told who asks.
    async fn reach(
        &self,
        operation: &str,
        mut url: Url,
        accept: Option<&str>,
        mut authorization: Option<&str>,
    ) -> Result<Reached, Fault> {
        let mut is_home = true;
        for _ in 0..=LIMIT_REDIRECTS {
            let mut get = Get::url(&url);
            get.headers.extend(accept.map(|accept| ("accept", accept.to_owned())));
            get.headers.extend(authorization.map(|proof| ("authorization", proof.to_owned())));
            let answer = self.client.send(get).await.map_err(|error| Fault::of_http(operation, &error))?;
            let location = match answer.status {
                301 | 302 | 303 | 307 | 308 => header(operation, &answer, "location")?,
                _ => None,
            };
            let Some(location) = location else { return Ok(Reached { answer, url, is_home }) };
            url = http::follow(&url, location).map_err(|to| redirected(operation, to))?;
            if url.origin() != self.origin.origin() {
                (authorization, is_home) = (None, false);
            }
        }
        Err(redirected(operation, "one place after the other"))
    }

    async fn body(&self, operation: &str, answer: Answer, limit: u64) -> Result<Vec<u8>, Fault> {
        answer::body(operation, &self.client, answer, limit).await
    }

    /// Whether an answer says that there is none; everything else that is no success is a fault.
    ///
    /// A 404 is the registry's own word when it carries an error of the specification whose codes all say so, or nothing at
    /// all beside the header that names the API. Any other comes from somewhere on the way: a proxy's page, say.
    async fn absent(&self, operation: &str, answer: Answer) -> Result<(), Fault> {
        let names_the_api = header(operation, &answer, "docker-distribution-api-version")?.is_some();
        if answer.status != 404 {
            return Err(self.fault(operation, answer).await);
        }
        let body = self.body(operation, answer, LIMIT_ERROR).await?;
        match wire::error_codes(&body) {
            Some(codes) if wire::is_absence(&codes) => Ok(()),
            None if body.is_empty() && names_the_api => Ok(()),
            codes => {
                let message = "the answer has status 404, and is not a registry's word that there is none";
                let code = codes.and_then(|it| it.into_iter().find(|code| !wire::is_absence(&[code])));
                Err(Fault::new(operation, GapKind::Malformed, code.unwrap_or("Http404"), message))
            }
        }
    }

    /// Any 404 says that the registry has no referrers API, and leads to the tag, where [`Self::absent`] is strict. Only a page
    /// for people is taken for one from somewhere on the way.
    fn no_referrers_api(&self, answer: Answer) -> Result<(), Fault> {
        let content_type = header(REFERRERS, &answer, "content-type")?.unwrap_or_default();
        if content_type.to_ascii_lowercase().contains("html") {
            let message = "the answer has status 404 and is a page for people, not a registry's";
            return Err(Fault::new(REFERRERS, GapKind::Malformed, "Http404", message));
        }
        Ok(())
    }

    /// What an answer of no success means. Registries that do not tell strangers what exists say 401 or 403 for what does not.
    async fn fault(&self, operation: &str, answer: Answer) -> Fault {
        let status = answer.status;
        let kind = match status {
            401 | 403 => GapKind::Denied,
            429 => GapKind::Throttled,
            500.. => GapKind::Server,
            200..=399 => GapKind::Malformed,
            // Whatever was asked was made from the registry's own answers.
            _ => GapKind::Contradiction,
        };
        let body = self.body(operation, answer, LIMIT_ERROR).await.unwrap_or_default();
        let code =
            wire::error_codes(&body).and_then(|codes| codes.into_iter().find(|code| *code != "UNKNOWN"));
        let code = code.map_or_else(|| format!("Http{status}"), str::to_owned);
        Fault::new(operation, kind, &code, format!("the registry answers with status {status}"))
    }
}

impl Registry for Oci {
    fn manifest<'a>(&'a self, name: &'a Name) -> BoxFuture<'a, Result<Option<Manifest>, Fault>> {
        Box::pin(within(MANIFESTS, &self.limits, self.get_manifest(name)))
    }

    fn blob<'a>(&'a self, blob: &'a Descriptor) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
        Box::pin(within(BLOBS, &self.limits, self.get_blob(blob)))
    }

    fn referrers<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<Option<Vec<Descriptor>>, Fault>> {
        Box::pin(within(REFERRERS, &self.limits, self.get_referrers(digest)))
    }
}

/// The manifests that a page lists.
fn referrers(page: &[u8]) -> Result<Vec<Descriptor>, InvalidManifest> {
    match Parsed::read(INDEX, page)? {
        Parsed::Index(index) => Ok(index.manifests.into_iter().map(|entry| entry.descriptor).collect()),
        Parsed::Image(_) => Ok(Vec::new()),
    }
}

/// Distribution specification, "Pulling manifests".
fn is_repository(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let is_outer = |byte: Option<u8>| byte.is_some_and(|byte| is_inner(byte) && byte.is_ascii_alphanumeric());
    name.len() <= 255
        && name.split('/').all(|part| {
            part.bytes().all(is_inner) && is_outer(part.bytes().next()) && is_outer(part.bytes().next_back())
        })
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || b".-".contains(&byte))
}

/// Which of some media types an answer is.
fn media_type(operation: &str, answer: &Answer, types: &[&'static str]) -> Result<&'static str, Fault> {
    let said = header(operation, answer, "content-type")?.unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim();
    let found = types.iter().find(|it| it.eq_ignore_ascii_case(essence)).copied();
    found.ok_or_else(|| {
        let message = "the answer is of a media type that was not asked for";
        Fault::new(operation, GapKind::Malformed, "UnexpectedMediaType", message)
    })
}

fn redirected(operation: &str, to: &str) -> Fault {
    Fault::new(operation, GapKind::Malformed, "Redirect", format!("the registry redirects to {to}"))
}
