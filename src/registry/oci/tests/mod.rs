//! Registries on servers of this machine, many of which do not keep their promises.

mod auth;
mod faults;
mod pages;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

const IMAGE: &str = MEDIA_TYPES[0];

fn limits() -> Limits {
    Limits {
        question: Duration::from_secs(10),
        answer: Duration::from_secs(4),
        body: Duration::from_secs(1),
        backoff: Duration::from_millis(1),
        ..Limits::default()
    }
}

/// The repository `team/app` of a registry at `http://127.0.0.1:…`.
fn repository(uri: &str, credentials: Option<Credentials>) -> Oci {
    let host = uri.strip_prefix("http://").unwrap();
    Oci::new(host, "team/app", credentials, limits()).unwrap()
}

fn tag() -> Name {
    Name::Tag("latest".to_owned())
}

fn blob(bytes: &[u8]) -> Descriptor {
    let size = u64::try_from(bytes.len()).unwrap();
    Descriptor { media_type: "application/x".to_owned(), digest: Digest::of(bytes), size }
}

/// A manifest whose text depends on a number.
fn image(number: u32) -> Vec<u8> {
    json!({
        "schemaVersion": 2,
        "config": {"mediaType": "application/x", "digest": Digest::of(b""), "size": number},
        "layers": [],
    })
    .to_string()
    .into_bytes()
}

fn answer(media_type: &str, bytes: &[u8]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(bytes, media_type)
}

fn error(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"errors": [{"code": code, "message": "SECRET"}]}))
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    server
}

async fn at(server: &MockServer, place: &str, template: ResponseTemplate) {
    Mock::given(path(place)).respond_with(template).mount(server).await;
}

/// Takes each connection's request and says something to it.
fn raw(say: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = say(&mut stream);
        }
    });
    uri
}

/// Says some bytes.
fn parrot(says: impl Into<Vec<u8>>) -> String {
    let says = says.into();
    raw(move |stream| stream.write_all(&says))
}

#[tokio::test]
async fn a_manifest_is_found_by_tag_and_by_digest() {
    let server = MockServer::start().await;
    let bytes = image(1);
    let digest = Digest::of(&bytes);
    let served = answer(&format!("{IMAGE}; charset=utf-8"), &bytes)
        .insert_header("docker-content-digest", digest.as_str());
    at(&server, "/v2/team/app/manifests/latest", served.clone()).await;
    at(&server, &format!("/v2/team/app/manifests/{digest}"), served).await;
    let repository = repository(&server.uri(), Some(Credentials::new("u", "p")));
    let expected = Manifest { media_type: IMAGE.to_owned(), digest: digest.clone(), bytes };
    for name in [tag(), Name::Digest(digest)] {
        assert_eq!(repository.manifest(&name).await, Ok(Some(expected.clone())));
    }
    for request in server.received_requests().await.unwrap() {
        let accept = request.headers["accept"].to_str().unwrap();
        assert!(MEDIA_TYPES.iter().all(|it| accept.contains(it)), "{accept}");
        assert!(!request.headers.contains_key("authorization"), "nobody asked who asks");
    }
}

#[tokio::test]
async fn a_blob_is_found_by_its_descriptor() {
    let server = answering(answer("application/octet-stream", b"signature")).await;
    let repository = repository(&server.uri(), None);
    assert_eq!(repository.blob(&blob(b"signature")).await, Ok(Some(b"signature".to_vec())));
    for other in [b"signaturE".as_slice(), b"longer signature", b"short"] {
        assert_eq!(repository.blob(&blob(other)).await.unwrap_err().kind, GapKind::Contradiction);
    }
    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked[0].url.path(), format!("/v2/team/app/blobs/{}", Digest::of(b"signature")));
}

#[tokio::test]
async fn a_blob_that_is_too_large_is_not_asked_for() {
    let server = answering(ResponseTemplate::new(200)).await;
    let repository = repository(&server.uri(), None);
    for (media_type, size, is_asked) in [
        ("application/jose+json", (1 << 20) + 1, false),
        ("application/vnd.dev.cosign.simplesigning.v1+json", 1 << 40, false),
        ("application/vnd.dev.sigstore.bundle.v0.3+json", (16 << 20) + 1, false),
        ("application/vnd.dev.sigstore.bundle.v0.3+json", 16 << 20, true),
    ] {
        let described = Descriptor { media_type: media_type.to_owned(), size, ..blob(b"x") };
        let fault = repository.blob(&described).await.unwrap_err();
        assert_eq!(fault.code, if is_asked { "OtherSize" } else { "TooLarge" }, "{media_type}");
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[test]
fn hosts_and_names_cannot_lead_elsewhere() {
    let of = |host: &str, repository: &str| {
        Oci::new(host, repository, None, limits()).map(|it| it.url("tags", "x").unwrap().to_string())
    };
    assert_eq!(of("r.example", "a/b").unwrap(), "https://r.example/v2/a/b/tags/x");
    assert_eq!(of("r.example:5000", "a").unwrap(), "https://r.example:5000/v2/a/tags/x");
    assert_eq!(of("docker.io", "library/a").unwrap(), "https://registry-1.docker.io/v2/library/a/tags/x");
    assert_eq!(of("localhost:5000", "a").unwrap(), "http://localhost:5000/v2/a/tags/x");
    assert_eq!(of("127.9.9.9", "a").unwrap(), "http://127.9.9.9/v2/a/tags/x");
    assert_eq!(of("[::1]:5000", "a").unwrap(), "http://[::1]:5000/v2/a/tags/x");
    for host in
        ["", "a/b", "a?b", "a#b", "u:p@a", "a b", "a\\b", "http://a", "[::1", "a:b", "127.0.0.1.example/"]
    {
        assert!(of(host, "a").is_err(), "{host}");
    }
    assert!(of("127.0.0.1.example", "a").unwrap().starts_with("https:"));
    for name in ["", "/a", "a/", "a//b", "../a", "a/../b", "A", "a?b", "a%2fb", "a b", &"a".repeat(256)] {
        assert!(of("r.example", name).is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_tag_that_no_registry_has_is_not_asked_for() {
    let server = answering(ResponseTemplate::new(200)).await;
    for bad in ["", ".", "../../token", "a/b", "a?b", &"a".repeat(129)] {
        let fault = repository(&server.uri(), None).manifest(&Name::Tag(bad.to_owned())).await.unwrap_err();
        assert_eq!(fault.code, "TAG_INVALID", "{bad}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

/// An index that lists manifests.
fn index(manifests: &[Value]) -> ResponseTemplate {
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
    answer(INDEX, index.to_string().as_bytes())
}

fn listed(number: u32) -> Value {
    json!({"mediaType": IMAGE, "digest": Digest::of(&image(number)), "size": image(number).len()})
}
