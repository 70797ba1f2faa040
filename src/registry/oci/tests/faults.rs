//! Answers that are not what was asked for.

use std::time::Instant;

use super::*;

async fn manifest(uri: &str) -> Result<Option<Manifest>, Fault> {
    repository(uri, None).manifest(&tag()).await
}

async fn manifest_of(template: ResponseTemplate) -> Result<Option<Manifest>, Fault> {
    manifest(&answering(template).await.uri()).await
}

#[tokio::test]
async fn only_the_registrys_own_word_says_that_there_is_none() {
    let named = ResponseTemplate::new(404).insert_header("docker-distribution-api-version", "registry/2.0");
    for absent in
        [error(404, "MANIFEST_UNKNOWN"), error(404, "NAME_UNKNOWN"), error(404, "NOT_FOUND"), named.clone()]
    {
        assert_eq!(manifest_of(absent).await, Ok(None));
    }
    for page in [
        ResponseTemplate::new(404),
        ResponseTemplate::new(404).set_body_string("404 page not found"),
        ResponseTemplate::new(404).set_body_raw("<html>MANIFEST_UNKNOWN</html>", "text/html"),
        named.set_body_raw("<html>", "text/html"),
        error(404, "DENIED"),
        error(404, "SOMETHING_OF_TOMORROW"),
        ResponseTemplate::new(404).set_body_json(json!({"errors": []})),
    ] {
        let fault = manifest_of(page).await.unwrap_err();
        assert_eq!(fault.kind, GapKind::Malformed, "{fault}");
    }
    let server = answering(error(404, "BLOB_UNKNOWN")).await;
    assert_eq!(repository(&server.uri(), None).blob(&blob(b"x")).await, Ok(None));
}

#[tokio::test]
async fn a_registry_that_denies_says_nothing_about_what_there_is() {
    for (status, code) in [(401, "UNAUTHORIZED"), (403, "DENIED"), (403, "MANIFEST_UNKNOWN")] {
        let server = answering(error(status, code)).await;
        let repository = repository(&server.uri(), None);
        assert_eq!(repository.manifest(&tag()).await.unwrap_err().kind, GapKind::Denied, "{code}");
        assert_eq!(repository.blob(&blob(b"x")).await.unwrap_err().kind, GapKind::Denied, "{code}");
        let referrers = repository.referrers(&Digest::of(b"x")).await;
        assert_eq!(referrers.unwrap_err().kind, GapKind::Denied, "{code}");
    }
}

#[tokio::test]
async fn trouble_and_throttles_are_asked_again_and_told() {
    for (status, kind) in [(429, GapKind::Throttled), (500, GapKind::Server), (503, GapKind::Server)] {
        let server = answering(error(status, "TOOMANYREQUESTS")).await;
        let fault = manifest(&server.uri()).await.unwrap_err();
        assert_eq!((fault.kind, fault.code.as_str()), (kind, "TOOMANYREQUESTS"));
        assert_eq!(server.received_requests().await.unwrap().len(), 4, "{status}");
    }
    assert_eq!(manifest_of(ResponseTemplate::new(501)).await.unwrap_err().kind, GapKind::Server);
    for (status, kind) in [
        (204, GapKind::Malformed),
        (206, GapKind::Malformed),
        (304, GapKind::Malformed),
        (400, GapKind::Contradiction),
        (405, GapKind::Contradiction),
    ] {
        assert_eq!(manifest_of(ResponseTemplate::new(status)).await.unwrap_err().kind, kind, "{status}");
    }
}

#[tokio::test]
async fn a_registry_that_says_when_to_come_again_is_not_asked_earlier() {
    let server = MockServer::start().await;
    let throttle = |after: &str| error(429, "TOOMANYREQUESTS").insert_header("retry-after", after);
    Mock::given(any()).respond_with(throttle("1")).up_to_n_times(1).mount(&server).await;
    Mock::given(any()).respond_with(answer(IMAGE, &image(1))).mount(&server).await;
    let begun = Instant::now();
    assert!(manifest(&server.uri()).await.unwrap().is_some());
    assert!(begun.elapsed() >= Duration::from_secs(1));

    for (after, times) in [("3600", 1), ("18446744073709551615", 1), ("tomorrow", 4)] {
        let server = answering(throttle(after)).await;
        assert_eq!(manifest(&server.uri()).await.unwrap_err().kind, GapKind::Throttled);
        assert_eq!(server.received_requests().await.unwrap().len(), times, "{after}");
    }
}

#[tokio::test]
async fn a_registry_that_hangs_or_drips_is_left() {
    let begun = Instant::now();
    let hanging = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    assert_eq!(manifest_of(hanging).await.unwrap_err().kind, GapKind::Timeout);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {IMAGE}\r\ncontent-length: 1000\r\n\r\n");
    let dripping = raw(move |stream| {
        stream.write_all(head.as_bytes())?;
        loop {
            stream.write_all(b" ")?;
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let fault = manifest(&dripping).await.unwrap_err();
    assert_eq!(fault.kind, GapKind::Truncated, "{fault}");
    let head_only = raw(|stream| {
        loop {
            stream.write_all(b"H")?;
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    assert!(manifest(&head_only).await.is_err());
    // Each page comes in time, but not all of them.
    let server = MockServer::start().await;
    let slowly = |request: &wiremock::Request| {
        let page = request.url.query().and_then(|it| it.parse::<u32>().ok()).unwrap_or_default() + 1;
        let next = format!("<?{page}>; rel=next");
        index(&[]).insert_header("link", &*next).set_delay(Duration::from_millis(300))
    };
    Mock::given(any()).respond_with(slowly).mount(&server).await;
    let host = server.uri().replace("http://", "");
    let limits = Limits { question: Duration::from_secs(1), ..limits() };
    let impatient = Oci::new(&host, "team/app", None, limits).unwrap();
    let fault = impatient.referrers(&Digest::of(b"x")).await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (GapKind::Timeout, "Deadline"));
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nobody_there_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(manifest(&uri).await.unwrap_err().kind, GapKind::Timeout);
    assert_eq!(manifest(&parrot("")).await.unwrap_err().kind, GapKind::Timeout);
    assert!(manifest(&parrot("SSH-2.0-OpenSSH_9.2\r\n")).await.is_err());
}

#[tokio::test]
async fn gigabytes_never_get_into_memory() {
    let begun = Instant::now();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {IMAGE}\r\n");
    let promised = parrot(format!("{head}content-length: 10000000000\r\n\r\n"));
    assert_eq!(manifest(&promised).await.unwrap_err().code, "TooLarge");
    let endless = raw(move |stream| {
        write!(stream, "{head}transfer-encoding: chunked\r\n\r\n")?;
        loop {
            stream.write_all(b"10000\r\n")?;
            stream.write_all(&[b' '; 0x10000])?;
            stream.write_all(b"\r\n")?;
        }
    });
    assert_eq!(manifest(&endless).await.unwrap_err().code, "TooLarge");
    let repository = repository(&endless, None);
    assert_eq!(repository.blob(&blob(b"small")).await.unwrap_err().kind, GapKind::Contradiction);
    // An error is not read to its end either.
    let error = raw(|stream| {
        write!(stream, "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n")?;
        loop {
            stream.write_all(b"4\r\nSECR\r\n")?;
        }
    });
    assert_eq!(manifest(&error).await.unwrap_err().kind, GapKind::Truncated);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn bytes_that_were_not_asked_for_are_refused() {
    let server = answering(answer(IMAGE, &image(1))).await;
    let asked = Name::Digest(Digest::of(&image(2)));
    let fault = repository(&server.uri(), None).manifest(&asked).await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (GapKind::Contradiction, "OtherDigest"));
    let said = |digest: &str| answer(IMAGE, &image(1)).insert_header("docker-content-digest", digest);
    let other = manifest_of(said(Digest::of(&image(2)).as_str())).await.unwrap_err();
    assert_eq!((other.kind, other.code.as_str()), (GapKind::Contradiction, "OtherDigest"));
    assert_eq!(manifest_of(said("md5:0")).await.unwrap_err().kind, GapKind::Malformed);
}

#[tokio::test]
async fn another_media_type_and_compressed_bytes_are_refused() {
    for media_type in
        ["text/html", "application/json", "application/vnd.docker.distribution.manifest.v1+prettyjws", ""]
    {
        let fault = manifest_of(answer(media_type, &image(1))).await.unwrap_err();
        assert_eq!((fault.kind, fault.code.as_str()), (GapKind::Malformed, "UnexpectedMediaType"));
    }
    let compressed = answer(IMAGE, &image(1)).insert_header("content-encoding", "gzip");
    assert_eq!(manifest_of(compressed.clone()).await.unwrap_err().kind, GapKind::Malformed);
    let server = answering(compressed).await;
    assert_eq!(
        repository(&server.uri(), None).blob(&blob(&image(1))).await.unwrap_err().kind,
        GapKind::Malformed
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_answer() {
    let bytes = String::from_utf8(image(1)).unwrap();
    for body in [
        format!("content-length: {}\r\n\r\n{bytes}", bytes.len() + 1),
        format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n{bytes}\r\n", bytes.len()),
        format!("transfer-encoding: chunked\r\n\r\nzz\r\n{bytes}\r\n"),
    ] {
        let uri = parrot(format!("HTTP/1.1 200 OK\r\ncontent-type: {IMAGE}\r\n{body}"));
        assert_eq!(manifest(&uri).await.unwrap_err().kind, GapKind::Truncated);
    }
}

#[tokio::test]
async fn a_header_that_is_no_text_is_not_overlooked() {
    let bytes = String::from_utf8(image(1)).unwrap();
    for (name, media_type) in [("docker-content-digest", IMAGE), ("content-encoding", IMAGE), ("link", INDEX)]
    {
        let mut said = format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\n{name}: ").into_bytes();
        said.extend_from_slice(b"\xff\xfe\r\n");
        said.extend_from_slice(format!("content-length: {}\r\n\r\n{bytes}", bytes.len()).as_bytes());
        let repository = repository(&parrot(said), None);
        let fault = if name == "link" {
            repository.referrers(&Digest::of(b"x")).await.unwrap_err()
        } else {
            repository.manifest(&tag()).await.unwrap_err()
        };
        assert_eq!(fault.kind, GapKind::Malformed, "{name}: {fault}");
    }
    // A header of no interest does no harm.
    let mut said = format!("HTTP/1.1 200 OK\r\ncontent-type: {IMAGE}\r\nx-odd: ").into_bytes();
    said.extend_from_slice(b"\xff\r\n");
    said.extend_from_slice(format!("content-length: {}\r\n\r\n{bytes}", bytes.len()).as_bytes());
    assert!(manifest(&parrot(said)).await.unwrap().is_some());
}
