//! Sessions and calls against servers of 127.0.0.1, some of which do not keep their promises.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use aws_config::SdkConfig;
use serde_json::json;
use wiremock::matchers::{any, body_string_contains};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::session::testing::{config, limits, session};
use super::{Bucket, CallError, Error, Limits, Operation, Role, Session};
use crate::domain::GapKind;
use crate::testing::Traced;

const LIST_CLUSTERS: Operation = Operation::new("ecs:ListClusters", Bucket::EcsClusterRead);

async fn list_clusters(session: &Session) -> Result<String, CallError> {
    let client = session.ecs();
    let answer = session
        .call(LIST_CLUSTERS, |probe| client.list_clusters().customize().interceptor(probe).send())
        .await?;
    Ok(std::str::from_utf8(answer.body.as_bytes()).unwrap().to_owned())
}

/// A server that says the same to everybody, byte for byte, and hangs up.
fn parrot(says: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 65_536];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(says.as_bytes());
        }
    });
    format!("http://{address}")
}

fn identity(account: &str, arn: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>{arn}</Arn><UserId>U</UserId><Account>{account}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    ))
}

fn sts_error(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>told so</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    ))
}

async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn a_session_knows_who_asks_and_in_which_partition() {
    let server = server(identity("000000000012", "arn:aws-cn:sts::000000000012:assumed-role/r/s")).await;
    let session = Session::connect(config(&server.uri()), None, &limits()).await.unwrap();
    assert_eq!(session.scope().to_string(), "000000000012/eu-central-1");
    assert_eq!(session.identity().partition.as_str(), "aws-cn");
    assert_eq!(session.calls()["sts:GetCallerIdentity"].calls, 1);
}

#[tokio::test]
async fn a_session_that_cannot_open_says_why_and_what_to_do() {
    let no_region = SdkConfig::builder().build();
    let error = Session::connect(no_region, None, &limits()).await.unwrap_err();
    assert!(matches!(error, Error::NoRegion), "{error:?}");
    assert!(error.help().contains("AWS_REGION"));

    let bad_region =
        config("http://127.0.0.1:9").into_builder().region(aws_config::Region::new("Frankfurt")).build();
    let error = Session::connect(bad_region, None, &limits()).await.unwrap_err();
    assert!(matches!(error, Error::Region(_)), "{error:?}");

    let nobody = config("http://127.0.0.1:9");
    let error = Session::connect(nobody, None, &limits()).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");

    for (status, code, is_expired) in [
        (403, "ExpiredToken", true),
        (403, "InvalidClientTokenId", false),
        (403, "SignatureDoesNotMatch", false),
    ] {
        let server = server(sts_error(status, code)).await;
        let error = Session::connect(config(&server.uri()), None, &limits()).await.unwrap_err();
        match error {
            Error::Expired(_) => assert!(is_expired, "{code}"),
            Error::Refused { .. } => assert!(!is_expired, "{code}"),
            other => panic!("{code}: {other:?}"),
        }
    }
}

#[derive(Debug)]
struct NoCredentials;

impl aws_credential_types::provider::ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        use aws_credential_types::provider::error::CredentialsError;
        let error = CredentialsError::not_loaded("no profile, no variables, no role");
        aws_credential_types::provider::future::ProvideCredentials::ready(Err(error))
    }
}

#[tokio::test]
async fn missing_credentials_and_a_role_that_is_refused_are_told_apart() {
    let server = server(sts_error(403, "AccessDenied")).await;
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(NoCredentials);
    let without = config(&server.uri()).into_builder().credentials_provider(provider).build();
    let error = Session::connect(without, None, &limits()).await.unwrap_err();
    assert!(matches!(&error, Error::Credentials(source) if source.kind == GapKind::Denied), "{error:?}");
    assert!(server.received_requests().await.unwrap().is_empty());

    let role = Role {
        arn: "arn:aws:iam::123456789012:role/reader".to_owned(),
        external_id: Some("x".to_owned()),
        session_name: "tidewaiter".to_owned(),
    };
    let error = Session::connect(config(&server.uri()), Some(&role), &limits()).await.unwrap_err();
    assert!(matches!(&error, Error::Role { .. }), "{error:?}");
    let asked = server.received_requests().await.unwrap();
    let asked = String::from_utf8_lossy(&asked[0].body).into_owned();
    assert!(asked.contains("AssumeRole") && asked.contains("ExternalId=x"), "{asked}");
}

#[tokio::test]
async fn a_role_is_assumed_before_anything_is_asked() {
    let server = MockServer::start().await;
    let assumed = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
        <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/reader/tidewaiter</Arn><AssumedRoleId>i</AssumedRoleId></AssumedRoleUser><Credentials>\
        <AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    Mock::given(body_string_contains("Action=AssumeRole"))
        .respond_with(ResponseTemplate::new(200).set_body_string(assumed))
        .mount(&server)
        .await;
    Mock::given(body_string_contains("Action=GetCallerIdentity"))
        .respond_with(identity("123456789012", "arn:aws:sts::123456789012:assumed-role/reader/tidewaiter"))
        .mount(&server)
        .await;
    let role = Role {
        arn: "arn:aws:iam::123456789012:role/reader".to_owned(),
        external_id: None,
        session_name: "tidewaiter".to_owned(),
    };
    Session::connect(config(&server.uri()), Some(&role), &limits()).await.unwrap();
    let asked = server.received_requests().await.unwrap();
    let authorization = asked[1].headers["authorization"].to_str().unwrap();
    assert!(authorization.contains("Credential=ASSUMED/"), "{authorization}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_never_an_answer() {
    for says in [
        // The connection closes before the promised length, in the middle and at a place where the JSON is whole.
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"clusterArns\": [\"a\"",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"clusterArns\": []}",
        // A chunk is missing.
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n13\r\n{\"clusterArns\": []}\r\n",
    ] {
        let session = session(&parrot(says), &limits());
        let error = list_clusters(&session).await.unwrap_err();
        assert_eq!(error.kind, GapKind::Truncated, "{error:?}");
        assert_eq!(error.retries, 2, "it is asked again");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_or_says_nothing_times_out() {
    let session_of = |endpoint: &str| {
        session(endpoint, &Limits { attempt_timeout: Duration::from_millis(200), ..limits() })
    };
    let error = list_clusters(&session_of(&parrot(""))).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (GapKind::Timeout, "Connection"));
    let slow = server(ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let error = list_clusters(&session_of(&slow.uri())).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (GapKind::Timeout, "Timeout"));
}

#[tokio::test]
async fn retries_do_not_run_dry_under_a_storm_of_throttles() {
    let throttle = json!({"__type": "ThrottlingException", "message": "Rate exceeded"});
    let server = server(ResponseTemplate::new(400).set_body_json(throttle)).await;
    let session = session(&server.uri(), &limits());
    for _ in 0..150 {
        // The SDK's own quota would be spent after 50 calls with two retries each.
        let error = list_clusters(&session).await.unwrap_err();
        assert_eq!((error.kind, error.retries), (GapKind::Throttled, 2));
    }
    let count = session.calls()["ecs:ListClusters"];
    assert_eq!((count.calls, count.retries, count.errors), (150, 300, 150));
}

#[tokio::test]
async fn no_body_and_no_credential_reaches_a_log_at_any_level() {
    let traced = Traced::listen();
    let credentials = aws_credential_types::Credentials::new(
        "AKIDSECRET",
        "KEYSECRET",
        Some("TOKENSECRET".to_owned()),
        None,
        "t",
    );
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(credentials);
    let body = json!({"clusterArns": ["BODYSECRET"]});
    let good = server(ResponseTemplate::new(200).set_body_json(body)).await;
    let bad = server(ResponseTemplate::new(200).set_body_string("BODYSECRET")).await;
    for server in [good, bad] {
        let config = config(&server.uri()).into_builder().credentials_provider(provider.clone()).build();
        let opened = Session::connect(config, None, &limits()).await;
        assert!(!format!("{opened:?}").contains("SECRET"));
        let answer = list_clusters(&session(&server.uri(), &limits())).await;
        assert!(!format!("{:?}", answer.err()).contains("SECRET"));
    }
    let log = traced.stop();
    assert!(log.contains("ecs:ListClusters"), "calls themselves are logged: {log}");
    let line = log.lines().find(|line| line.contains("SECRET"));
    assert_eq!(line, None);
}
