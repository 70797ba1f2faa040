//! Referrers, and the pages that they come in.

use wiremock::matchers::query_param;

use super::*;

fn subject() -> Digest {
    Digest::of(&image(0))
}

fn place() -> String {
    format!("/v2/team/app/referrers/{}", subject())
}

async fn referrers(uri: &str) -> Result<Option<Vec<Descriptor>>, Fault> {
    repository(uri, None).referrers(&subject()).await
}

#[tokio::test]
async fn all_pages_are_read_and_nothing_is_filtered() {
    let server = MockServer::start().await;
    let last = index(&[listed(3), listed(1)]);
    Mock::given(path(place()))
        .and(query_param("n", "2"))
        .respond_with(last)
        .with_priority(1)
        .mount(&server)
        .await;
    let next = format!("<{}?n=2>; rel=\"next\"", place());
    at(&server, &place(), index(&[listed(1), listed(2)]).insert_header("link", &*next)).await;
    let found = referrers(&server.uri()).await.unwrap().unwrap();
    let digests = found.into_iter().map(|it| it.digest).collect::<Vec<_>>();
    assert_eq!(digests, [1, 2, 3].map(|number| Digest::of(&image(number))));
    let asked = server.received_requests().await.unwrap();
    assert!(asked.iter().all(|it| !it.url.query().unwrap_or_default().contains("artifactType")));
}

#[tokio::test]
async fn a_registry_without_the_api_says_so() {
    for template in [
        ResponseTemplate::new(404).set_body_string("404 page not found\n"),
        ResponseTemplate::new(404),
        error(404, "NAME_UNKNOWN"),
    ] {
        assert_eq!(referrers(&answering(template).await.uri()).await, Ok(None));
    }
    assert_eq!(referrers(&answering(index(&[])).await.uri()).await, Ok(Some(Vec::new())));
}

#[tokio::test]
async fn a_page_for_people_is_not_taken_for_a_registry_without_the_api() {
    for status in [404, 200] {
        let page = ResponseTemplate::new(status).set_body_raw("<html>", "text/html; charset=utf-8");
        let fault = referrers(&answering(page).await.uri()).await.unwrap_err();
        assert_eq!(fault.kind, GapKind::Malformed, "{status}");
    }
}

#[tokio::test]
async fn pages_end() {
    let to = |link: &str| index(&[listed(1)]).insert_header("link", link);
    for (link, code) in [
        (format!("<{}>; rel=next", place()), "RepeatedToken"),
        ("<http://127.0.0.2:9/v2/>; rel=next".to_owned(), "UnexpectedAnswer"),
        ("<https://evil.example/v2/>; rel=next".to_owned(), "UnexpectedAnswer"),
        ("<//evil.example/v2/>; rel=next".to_owned(), "UnexpectedAnswer"),
        ("/v2/next; rel=next".to_owned(), "UnexpectedAnswer"),
    ] {
        let fault = referrers(&answering(to(&link)).await.uri()).await.unwrap_err();
        assert_eq!(fault.code, code, "{link}");
    }
    // Another page each time.
    let server = MockServer::start().await;
    let next = move |request: &wiremock::Request| {
        let page = request.url.query().and_then(|it| it.parse::<u32>().ok()).unwrap_or_default() + 1;
        to(&format!("<?{page}>; rel=next"))
    };
    Mock::given(any()).respond_with(next).mount(&server).await;
    let fault = referrers(&server.uri()).await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (GapKind::Truncated, "TooManyReferrers"));
    assert_eq!(server.received_requests().await.unwrap().len(), limits().pages);
}

#[tokio::test]
async fn a_list_that_is_too_long_or_breaks_off_is_no_list() {
    let many = (0..101).map(listed).collect::<Vec<_>>();
    assert_eq!(referrers(&answering(index(&many)).await.uri()).await.unwrap_err().code, "TooManyReferrers");
    let hundred = (0..100).map(listed).collect::<Vec<_>>();
    assert_eq!(referrers(&answering(index(&hundred)).await.uri()).await.unwrap().unwrap().len(), 100);

    for status in [404, 403, 500] {
        let server = MockServer::start().await;
        let gone = Mock::given(query_param("n", "2")).respond_with(error(status, "MANIFEST_UNKNOWN"));
        gone.with_priority(1).mount(&server).await;
        at(&server, &place(), index(&[listed(1)]).insert_header("link", "<?n=2>; rel=next")).await;
        assert!(referrers(&server.uri()).await.is_err(), "{status}");
    }
}

#[tokio::test]
async fn a_list_that_is_no_index_is_a_fault() {
    for template in [
        answer(IMAGE, &image(1)),
        answer(INDEX, &image(1)),
        answer(INDEX, b"{}"),
        answer(INDEX, b"{\"schemaVersion\": 2, \"manifests\": null}"),
        answer("application/json", b"{\"schemaVersion\": 2, \"manifests\": []}"),
        ResponseTemplate::new(200),
    ] {
        let fault = referrers(&answering(template).await.uri()).await.unwrap_err();
        assert_eq!(fault.kind, GapKind::Malformed, "{fault}");
    }
}
