//! Who asks, and who gets to know it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wiremock::matchers::{header, header_exists};

use super::*;
use crate::testing::Traced;

fn credentials() -> Option<Credentials> {
    Some(Credentials::new("USERSECRET", "PASSWORDSECRET"))
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode("USERSECRET:PASSWORDSECRET"))
}

fn challenged(challenge: &str) -> ResponseTemplate {
    error(401, "UNAUTHORIZED").insert_header("www-authenticate", challenge)
}

/// A registry that gives an image to who has a proof, and challenges everybody else.
async fn guarded(proof: &str, challenge: &str) -> MockServer {
    let server = MockServer::start().await;
    let good = Mock::given(header("authorization", proof)).respond_with(answer(IMAGE, &image(1)));
    good.with_priority(1).mount(&server).await;
    Mock::given(path("/v2/team/app/manifests/latest"))
        .respond_with(challenged(challenge))
        .mount(&server)
        .await;
    server
}

/// A registry that takes the token `TOKENSECRET`, and its token service, which says something.
async fn with_tokens(said: ResponseTemplate) -> (MockServer, MockServer) {
    let service = answering(said).await;
    let challenge = format!("Bearer realm=\"{}/token?a=b\",service=\"r\"", service.uri());
    (guarded("Bearer TOKENSECRET", &challenge).await, service)
}

fn token(seconds: u64) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"token": "TOKENSECRET", "expires_in": seconds}))
}

async fn requests(server: &MockServer) -> Vec<wiremock::Request> {
    server.received_requests().await.unwrap()
}

async fn get(server: &MockServer, credentials: Option<Credentials>) -> Result<Option<Manifest>, Fault> {
    repository(&server.uri(), credentials).manifest(&tag()).await
}

#[tokio::test]
async fn a_password_is_sent_when_it_is_asked_for() {
    let server = guarded(&basic(), "Basic realm=\"r\"").await;
    let repository = repository(&server.uri(), credentials());
    for _ in 0..2 {
        assert!(repository.manifest(&tag()).await.unwrap().is_some());
    }
    // The second question proves at once who asks.
    assert_eq!(requests(&server).await.len(), 3);
    assert_eq!(get(&server, None).await.unwrap_err().kind, GapKind::Denied);
    let wrong = Some(Credentials::new("USERSECRET", "other"));
    assert_eq!(get(&server, wrong).await.unwrap_err().kind, GapKind::Denied);
}

#[tokio::test]
async fn a_token_is_asked_for_once_while_it_counts() {
    let (server, service) = with_tokens(token(300)).await;
    let repository = repository(&server.uri(), None);
    for _ in 0..2 {
        assert!(repository.manifest(&tag()).await.unwrap().is_some());
    }
    let asked = requests(&service).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].url.query(), Some("a=b&service=r&scope=repository%3Ateam%2Fapp%3Apull"));
    assert!(!asked[0].headers.contains_key("authorization"));

    let (server, service) = with_tokens(token(0)).await;
    let repository = super::repository(&server.uri(), credentials());
    for _ in 0..2 {
        assert!(repository.manifest(&tag()).await.unwrap().is_some());
    }
    let asked = requests(&service).await;
    assert_eq!(asked.len(), 2, "a token that is over is not used again");
    assert_eq!(asked[0].headers["authorization"].to_str().unwrap(), basic());
}

#[tokio::test]
async fn questions_at_one_time_share_a_token() {
    let (server, service) = with_tokens(token(300).set_delay(Duration::from_millis(200))).await;
    let repository = repository(&server.uri(), None);
    let name = tag();
    let found = futures::future::join_all((0..8).map(|_| repository.manifest(&name))).await;
    assert!(found.into_iter().all(|it| it.unwrap().is_some()));
    assert_eq!(requests(&service).await.len(), 1);
}

#[tokio::test]
async fn no_token_for_more_than_pulling_is_asked_for() {
    let service = answering(token(300)).await;
    for (scope, expected) in [
        ("repository:elsewhere/named:pull", "repository:elsewhere/named:pull"),
        ("aws", "aws"),
        ("repository:team/app:pull,push", "repository:team/app:pull"),
        ("registry:catalog:*", "repository:team/app:pull"),
    ] {
        let challenge = format!("Bearer realm=\"{}\",scope=\"{scope}\"", service.uri());
        let server = guarded("Bearer TOKENSECRET", &challenge).await;
        assert!(get(&server, None).await.unwrap().is_some());
        let asked = requests(&service).await.pop().unwrap();
        let found = asked.url.query_pairs().find(|(name, _)| name == "scope").unwrap();
        assert_eq!(found.1, expected);
    }
}

#[tokio::test]
async fn a_registry_that_never_has_enough_is_left() {
    let service = answering(token(300)).await;
    let challenge = format!("Bearer realm=\"{}\"", service.uri());
    let server = answering(challenged(&challenge)).await;
    for _ in 0..2 {
        assert_eq!(get(&server, credentials()).await.unwrap_err().kind, GapKind::Denied);
    }
    assert_eq!((requests(&server).await.len(), requests(&service).await.len()), (4, 2));
    for challenge in ["Negotiate", "Digest realm=\"r\", nonce=\"n\"", "=,\"", ""] {
        assert_eq!(
            get(&answering(challenged(challenge)).await, credentials()).await.unwrap_err().kind,
            GapKind::Denied
        );
    }
}

#[tokio::test]
async fn a_token_service_that_means_evil_gets_and_gives_nothing() {
    for realm in [
        "http://192.0.2.1/token",
        "http://evil.example/token",
        "file:///etc/passwd",
        "https://user:password@evil.example/",
        "https://[",
    ] {
        let server = guarded("none", &format!("Bearer realm=\"{realm}\"")).await;
        let fault = get(&server, credentials()).await.unwrap_err();
        assert_eq!((fault.kind, fault.code.as_str()), (GapKind::Malformed, "Realm"), "{realm}");
    }
    for (said, kind) in [
        (ResponseTemplate::new(200).set_body_string("<html>"), GapKind::Malformed),
        (ResponseTemplate::new(200).set_body_json(json!({"token": "a\r\nb: c"})), GapKind::Malformed),
        (ResponseTemplate::new(200).set_body_bytes(vec![b' '; 65 << 10]), GapKind::Truncated),
        (ResponseTemplate::new(401), GapKind::Denied),
        (ResponseTemplate::new(403), GapKind::Denied),
        (ResponseTemplate::new(429), GapKind::Throttled),
        (ResponseTemplate::new(503), GapKind::Server),
        (ResponseTemplate::new(404), GapKind::Malformed),
        (ResponseTemplate::new(307).insert_header("location", "http://127.0.0.1:9/"), GapKind::Malformed),
        (token(300).set_delay(Duration::from_secs(60)), GapKind::Timeout),
    ] {
        let (server, _service) = with_tokens(said).await;
        assert_eq!(get(&server, credentials()).await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn who_asks_is_not_told_to_other_servers() {
    let other = MockServer::start().await;
    at(&other, "/there", answer("application/octet-stream", b"blob")).await;
    let server = MockServer::start().await;
    let moved =
        ResponseTemplate::new(307).insert_header("location", format!("{}/there?SIGNATURE", other.uri()));
    let good = Mock::given(header_exists("authorization")).respond_with(moved);
    good.with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(challenged("Basic realm=\"r\"")).mount(&server).await;
    let asking = repository(&server.uri(), credentials());
    assert_eq!(asking.blob(&blob(b"blob")).await, Ok(Some(b"blob".to_vec())));
    // A second server that challenges is told nothing, and neither is the first when it is come back to from there.
    at(
        &other,
        "/back",
        ResponseTemplate::new(307).insert_header("location", format!("{}/home", server.uri())),
    )
    .await;
    at(&other, "/more", challenged("Basic realm=\"r\"")).await;
    for place in ["/back", "/more"] {
        let server = MockServer::start().await;
        let moved = ResponseTemplate::new(307).insert_header("location", format!("{}{place}", other.uri()));
        Mock::given(any()).respond_with(moved).mount(&server).await;
        let fault = repository(&server.uri(), credentials()).blob(&blob(b"blob")).await.unwrap_err();
        assert_eq!(fault.kind, GapKind::Denied, "{place}");
    }
    let told = requests(&other).await;
    assert!(told.len() >= 3 && told.iter().all(|it| !it.headers.contains_key("authorization")));
    let home = requests(&server).await;
    let home = home.iter().filter(|it| it.url.path() == "/home").collect::<Vec<_>>();
    assert!(!home.is_empty() && home.iter().all(|it| !it.headers.contains_key("authorization")));
}

#[tokio::test]
async fn redirects_end_and_lead_nowhere_else() {
    for location in
        ["?", "/v2/", "http://192.0.2.1/", "file:///etc/passwd", "http://u:SECRET@127.0.0.1/", "http://["]
    {
        let server = answering(ResponseTemplate::new(302).insert_header("location", location)).await;
        let fault = get(&server, None).await.unwrap_err();
        assert_eq!((fault.kind, fault.code.as_str()), (GapKind::Malformed, "Redirect"), "{location}");
        assert!(!fault.to_string().contains("SECRET"));
    }
    let server = answering(ResponseTemplate::new(302)).await;
    assert_eq!(get(&server, None).await.unwrap_err().kind, GapKind::Malformed);
}

#[tokio::test]
async fn no_password_token_query_or_body_reaches_a_log_or_an_error() {
    let traced = Traced::listen();
    let basic = STANDARD.encode("USERSECRET:PASSWORDSECRET");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut said = String::new();
    for place in
        [format!("http://{closed}/?SIGNATURESECRET"), "http://127.0.0.1:1/?SIGNATURESECRET".to_owned()]
    {
        let (server, _service) = with_tokens(token(300)).await;
        let moved = ResponseTemplate::new(307).insert_header("location", place);
        let blobs = Mock::given(header("authorization", "Bearer TOKENSECRET"))
            .and(path(format!("/v2/team/app/blobs/{}", Digest::of(b"x"))));
        blobs.respond_with(moved).with_priority(1).mount(&server).await;
        let repository = repository(&server.uri(), credentials());
        assert!(repository.manifest(&tag()).await.unwrap().is_some());
        let fault = repository.blob(&blob(b"x")).await.unwrap_err();
        said.push_str(&format!("{fault} {fault:?} {repository:?}"));
    }
    for template in [
        error(403, "SECRET"),
        error(404, "SECRET"),
        answer("text/SECRET", b"SECRET"),
        answer(IMAGE, b"SECRET"),
    ] {
        let repository = repository(&answering(template).await.uri(), credentials());
        let answers = (repository.blob(&blob(b"x")).await, repository.referrers(&Digest::of(b"x")).await);
        said.push_str(&format!("{answers:?} {:?}", repository.manifest(&tag()).await.map(|_| ())));
    }
    let log = traced.stop();
    let texts = log.lines().chain([said.as_str()]);
    // What the servers of this test log themselves is not ours.
    let leaks =
        texts.filter(|line| !line.contains("wiremock") && (line.contains("SECRET") || line.contains(&basic)));
    assert_eq!(leaks.collect::<Vec<_>>(), Vec::<&str>::new());
}
