//! Sources on servers of this machine.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use wiremock::matchers::{header_regex, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{Error, Limits, Location, https, s3};

fn limits() -> Limits {
    Limits {
        bytes: 1000,
        answer: Duration::from_secs(5),
        body: Duration::from_secs(5),
        backoff: Duration::from_millis(1),
    }
}

async fn download(url: String) -> Result<Vec<u8>, Error> {
    let Ok(Location::Remote(super::Remote::Https(url))) = url.parse() else { panic!("{url}") };
    https::read(&url, &limits()).await
}

async fn answering(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(template).mount(&server).await;
    server
}

/// A server that gives one answer, as raw text, and hangs up.
fn raw(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/b.tar.gz", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(answer.as_bytes());
    });
    url
}

#[tokio::test]
async fn a_url_gives_all_of_its_bytes() {
    let server = MockServer::start().await;
    Mock::given(path("/a/b.tar.gz"))
        .and(query_param("version", "1"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(b"bundle".as_slice()))
        .mount(&server)
        .await;
    assert_eq!(download(format!("{}/a/b.tar.gz?version=1", server.uri())).await.unwrap(), b"bundle");
    let request = server.received_requests().await.unwrap().remove(0);
    assert!(!request.headers.contains_key("authorization"));
}

#[tokio::test]
async fn an_answer_larger_than_the_limit_is_refused() {
    let server = answering(ResponseTemplate::new(200).set_body_bytes(vec![0; 1001])).await;
    assert_eq!(download(server.uri()).await, Err(Error::TooLarge(1000)));
    // Without a length it is seen while it is read.
    let url = raw(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "a".repeat(1001)));
    assert_eq!(download(url).await, Err(Error::TooLarge(1000)));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_refused() {
    let url = raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_owned());
    assert!(matches!(download(url).await, Err(Error::Interrupted(_))));
}

#[tokio::test]
async fn a_server_that_says_no_is_believed() {
    for status in [401, 403, 404, 204, 206] {
        let server = answering(ResponseTemplate::new(status)).await;
        assert_eq!(download(server.uri()).await, Err(Error::Status(status)));
        assert_eq!(server.received_requests().await.unwrap().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_again() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).up_to_n_times(2).mount(&server).await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string("late"))
        .mount(&server)
        .await;
    assert_eq!(download(server.uri()).await.unwrap(), b"late");

    let server = answering(ResponseTemplate::new(500)).await;
    assert_eq!(download(server.uri()).await, Err(Error::Status(500)));
    assert_eq!(server.received_requests().await.unwrap().len(), 4);
}

#[tokio::test]
async fn nobody_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert!(matches!(download(url).await, Err(Error::Unreachable(_))));
}

#[tokio::test]
async fn redirects_are_followed_to_an_end() {
    let server = MockServer::start().await;
    let to = |place: &str| ResponseTemplate::new(302).insert_header("location", place);
    Mock::given(path("/one")).respond_with(to("/two")).mount(&server).await;
    Mock::given(path("/two"))
        .respond_with(ResponseTemplate::new(200).set_body_string("there"))
        .mount(&server)
        .await;
    Mock::given(path("/loop")).respond_with(to("/loop")).mount(&server).await;
    Mock::given(path("/away")).respond_with(to("http://192.0.2.1/")).mount(&server).await;
    assert_eq!(download(format!("{}/one", server.uri())).await.unwrap(), b"there");
    assert_eq!(
        download(format!("{}/loop", server.uri())).await,
        Err(Error::Redirect("one place after the other"))
    );
    assert!(matches!(download(format!("{}/away", server.uri())).await, Err(Error::Redirect(_))));
}

fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("AKID", "SECRET", Some("TOKEN".to_owned()), None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}

#[tokio::test]
async fn a_bucket_of_another_region_is_asked_there() {
    let server = MockServer::start().await;
    Mock::given(path("/ours/b.tar.gz"))
        .and(header_regex("authorization", "/eu-central-1/s3/"))
        .respond_with(ResponseTemplate::new(301).insert_header("x-amz-bucket-region", "us-west-2"))
        .mount(&server)
        .await;
    Mock::given(path("/ours/b.tar.gz"))
        .and(header_regex("authorization", "/us-west-2/s3/"))
        .respond_with(ResponseTemplate::new(200).set_body_string("bundle"))
        .mount(&server)
        .await;
    let read = s3::get_object(config(&server.uri()), "ours", "b.tar.gz", &limits()).await;
    assert_eq!(read.unwrap(), b"bundle");
}

#[tokio::test]
async fn a_bucket_that_is_nowhere_is_not_asked_for_ever() {
    let answer =
        ResponseTemplate::new(301).insert_header("x-amz-bucket-region", "us-west-2").set_body_string(
            "<Error><Code>PermanentRedirect</Code><Message>The bucket is\n elsewhere.</Message></Error>",
        );
    let server = answering(answer).await;
    let error = s3::get_object(config(&server.uri()), "ours", "k", &limits()).await.unwrap_err();
    assert_eq!(error.to_string(), "S3 answers PermanentRedirect (status 301): The bucket is elsewhere.");
    assert!(error.help().contains("AWS_REGION"));
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

/// Credentials that nobody has.
#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("none here")))
    }
}

#[tokio::test]
async fn no_credentials_are_said_to_be_missing() {
    let server = answering(ResponseTemplate::new(200)).await;
    let config =
        config(&server.uri()).into_builder().credentials_provider(SharedCredentialsProvider::new(Nobody));
    let error = s3::get_object(config.build(), "ours", "k", &limits()).await.unwrap_err();
    assert!(matches!(error, Error::Credentials(_)), "{error:?}");
}
