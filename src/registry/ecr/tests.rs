//! ECR on servers of this machine.

use serde_json::{Value, json};
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::aws::testing::{limits as session_limits, session};
use crate::domain::{AccountId, Region};

const IMAGE: &str = MEDIA_TYPES[0];

/// What ECR answers to its operations, the newest first.
struct Aws(MockServer);

impl Aws {
    async fn start() -> Self {
        Self(MockServer::start().await)
    }

    async fn answering(operation: &str, body: Value) -> Self {
        let aws = Self::start().await;
        aws.answer(operation, ResponseTemplate::new(200).set_body_json(body)).await;
        aws
    }

    async fn refusing(operation: &str, code: &str, message: &str) -> Self {
        let aws = Self::start().await;
        let body = json!({"__type": code, "message": message});
        aws.answer(operation, ResponseTemplate::new(400).set_body_json(body)).await;
        aws
    }

    async fn answer(&self, operation: &str, template: ResponseTemplate) {
        let target = format!("AmazonEC2ContainerRegistry_V20150921.{operation}");
        Mock::given(header("x-amz-target", &*target)).respond_with(template).mount(&self.0).await;
    }

    /// The repository `team/app` of another account and Region than the session's.
    fn repository(&self) -> Ecr<'static> {
        // A test's session lives as long as the test.
        let session = Box::leak(Box::new(session(&self.0.uri(), &session_limits())));
        let place = Place {
            account: AccountId::new("999988887777").unwrap(),
            region: Region::new("us-west-2").unwrap(),
        };
        Ecr::new(session, place, "team/app", limits())
    }

    /// What was asked, with the header `Authorization`.
    async fn asked(&self) -> Vec<(Value, String)> {
        let requests = self.0.received_requests().await.unwrap();
        let asked = requests.iter().filter(|it| it.headers.contains_key("x-amz-target"));
        asked
            .map(|it| (it.body_json().unwrap(), it.headers["authorization"].to_str().unwrap().to_owned()))
            .collect()
    }
}

fn limits() -> Limits {
    Limits { backoff: std::time::Duration::from_millis(1), ..Limits::default() }
}

fn manifest(text: &str) -> Value {
    json!({
        "registryId": "999988887777",
        "repositoryName": "team/app",
        "imageId": {"imageDigest": Digest::of(text.as_bytes())},
        "imageManifest": text,
        "imageManifestMediaType": IMAGE,
    })
}

fn by_tag() -> Name {
    Name::Tag("1.0".to_owned())
}

fn by_digest(text: &str) -> Name {
    Name::Digest(Digest::of(text.as_bytes()))
}

fn blob(bytes: &[u8]) -> Descriptor {
    let size = u64::try_from(bytes.len()).unwrap();
    Descriptor { media_type: "application/x".to_owned(), digest: Digest::of(bytes), size }
}

#[tokio::test]
async fn an_image_of_another_account_and_region_is_asked_for_there() {
    let twice = json!({"images": [manifest("{}"), manifest("{}")], "failures": []});
    let aws = Aws::answering("BatchGetImage", twice).await;
    let expected =
        Manifest { media_type: IMAGE.to_owned(), digest: Digest::of(b"{}"), bytes: b"{}".to_vec() };
    for name in [by_tag(), by_digest("{}")] {
        assert_eq!(aws.repository().manifest(&name).await, Ok(Some(expected.clone())));
    }
    let asked = aws.asked().await;
    assert_eq!(
        asked[0].0,
        json!({"registryId": "999988887777", "repositoryName": "team/app", "imageIds": [{"imageTag": "1.0"}],
            "acceptedMediaTypes": MEDIA_TYPES})
    );
    assert_eq!(asked[1].0["imageIds"], json!([{"imageDigest": Digest::of(b"{}")}]));
    assert!(asked[0].1.contains("/us-west-2/ecr/aws4_request"), "{}", asked[0].1);
}

#[tokio::test]
async fn only_ecrs_word_says_that_there_is_no_image() {
    let failures = |code: &str| json!({"images": [], "failures": [{"imageId": {}, "failureCode": code}]});
    let aws = Aws::answering("BatchGetImage", failures("ImageNotFound")).await;
    assert_eq!(aws.repository().manifest(&by_tag()).await, Ok(None));
    for code in ["ImageNotFoundException", "RepositoryNotFoundException"] {
        let aws = Aws::refusing("BatchGetImage", code, "told so").await;
        assert_eq!(aws.repository().manifest(&by_tag()).await, Ok(None), "{code}");
    }
    for (body, kind) in [
        (failures("ImageInaccessible"), GapKind::Denied),
        (failures("KmsError"), GapKind::Denied),
        (failures("UpstreamTooManyRequests"), GapKind::Throttled),
        (failures("UpstreamUnavailable"), GapKind::Server),
        (failures("ImageTagDoesNotMatchDigest"), GapKind::Contradiction),
        (failures("SomethingOfTomorrow"), GapKind::Contradiction),
        (json!({"images": [], "failures": []}), GapKind::Truncated),
        (json!({}), GapKind::Truncated),
        (json!({"images": {}}), GapKind::Malformed),
        (json!({"images": [manifest("a"), manifest("b")]}), GapKind::Contradiction),
        (
            json!({"images": [manifest("a")], "failures": [{"failureCode": "ImageNotFound"}]}),
            GapKind::Contradiction,
        ),
    ] {
        let aws = Aws::answering("BatchGetImage", body.clone()).await;
        assert_eq!(aws.repository().manifest(&by_tag()).await.unwrap_err().kind, kind, "{body}");
    }
}

#[tokio::test]
async fn a_manifest_is_what_was_asked_for() {
    let with = |name: &str, value: Value| {
        let mut image = manifest("{}");
        image[name] = value;
        json!({ "images": [image] })
    };
    for (body, kind) in [
        (with("imageManifest", json!("{ }")), GapKind::Contradiction),
        (with("imageId", json!({"imageDigest": "sha512:0"})), GapKind::Malformed),
        (with("imageId", json!({})), GapKind::Malformed),
        (with("imageManifest", json!("x".repeat((4 << 20) + 1))), GapKind::Truncated),
        (with("imageManifestMediaType", json!("text/html")), GapKind::Malformed),
        (with("imageManifestMediaType", Value::Null), GapKind::Malformed),
    ] {
        let aws = Aws::answering("BatchGetImage", body).await;
        assert_eq!(aws.repository().manifest(&by_tag()).await.unwrap_err().kind, kind);
    }
    let aws = Aws::answering("BatchGetImage", json!({ "images": [manifest("{}")] })).await;
    let fault = aws.repository().manifest(&by_digest("other")).await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (GapKind::Contradiction, "OtherDigest"));
}

#[tokio::test]
async fn who_may_not_read_is_told_what_is_missing() {
    let message = "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: ecr:BatchGetImage on resource: x";
    let aws = Aws::refusing("BatchGetImage", "AccessDeniedException", message).await;
    let fault = aws.repository().manifest(&by_tag()).await.unwrap_err();
    assert_eq!((fault.kind, fault.missing.as_deref()), (GapKind::Denied, Some("ecr:BatchGetImage")));
    assert_eq!(fault.operation, "ecr:BatchGetImage");
    let aws = Aws::refusing("GetDownloadUrlForLayer", "ThrottlingException", "slow down").await;
    assert_eq!(aws.repository().blob(&blob(b"x")).await.unwrap_err().kind, GapKind::Throttled);
    assert_eq!(aws.asked().await.len(), 3, "it is asked again");
}

async fn referrers(aws: &Aws) -> Result<Option<Vec<Descriptor>>, Fault> {
    aws.repository().referrers(&Digest::of(b"{}")).await
}

fn referrer(number: usize) -> Value {
    json!({"digest": Digest::of(number.to_string().as_bytes()), "mediaType": IMAGE, "size": 7,
        "artifactType": "application/x", "artifactStatus": "ARCHIVED"})
}

#[tokio::test]
async fn referrers_of_every_status_are_read_page_by_page() {
    let aws = Aws::start().await;
    for (page, token) in [
        (json!({"referrers": [referrer(1)], "nextToken": "t"}), None),
        (json!({"referrers": [referrer(2), referrer(1)]}), Some("t")),
    ] {
        let is_page = move |request: &wiremock::Request| {
            request.body_json::<Value>().unwrap()["nextToken"].as_str() == token
        };
        Mock::given(is_page).respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(&aws.0).await;
    }
    let found = referrers(&aws).await.unwrap().unwrap();
    assert_eq!(
        found.iter().map(|it| it.digest.clone()).collect::<Vec<_>>(),
        [Digest::of(b"1"), Digest::of(b"2")]
    );
    assert_eq!(
        aws.asked().await[0].0,
        json!({"registryId": "999988887777", "repositoryName": "team/app",
            "subjectId": {"imageDigest": Digest::of(b"{}")}, "filter": {"artifactStatus": "ANY"}, "maxResults": 50})
    );
}

#[tokio::test]
async fn a_list_that_has_no_end_or_cannot_be_had_is_no_list() {
    for (body, code) in [
        (json!({"referrers": [], "nextToken": "t"}), "RepeatedToken"),
        (json!({"referrers": (0..101).map(referrer).collect::<Vec<_>>()}), "TooManyReferrers"),
        (json!({}), "UnexpectedAnswer"),
        (json!({"referrers": [{"digest": "x", "mediaType": IMAGE, "size": 1}]}), "UnexpectedAnswer"),
    ] {
        let aws = Aws::answering("ListImageReferrers", body).await;
        assert_eq!(referrers(&aws).await.unwrap_err().code, code);
    }
    // An ECR that does not know the operation may hold referrers all the same.
    for code in [
        "UnknownOperationException",
        "ValidationException",
        "InvalidParameterException",
        "AccessDeniedException",
    ] {
        let aws = Aws::refusing("ListImageReferrers", code, "told so").await;
        assert_eq!(referrers(&aws).await.unwrap_err().code, code);
    }
    let aws = Aws::refusing("ListImageReferrers", "RepositoryNotFoundException", "told so").await;
    assert_eq!(referrers(&aws).await, Ok(Some(Vec::new())));
}

#[tokio::test]
async fn a_layer_is_fetched_without_telling_who_asks() {
    let aws = Aws::start().await;
    let url = format!("{}/layer?X-Amz-Signature=SECRET", aws.0.uri());
    aws.answer(
        "GetDownloadUrlForLayer",
        ResponseTemplate::new(200).set_body_json(json!({ "downloadUrl": url })),
    )
    .await;
    let served = ResponseTemplate::new(200).set_body_bytes(b"layer".as_slice());
    Mock::given(path("/layer")).respond_with(served).mount(&aws.0).await;
    let repository = aws.repository();
    assert_eq!(repository.blob(&blob(b"layer")).await, Ok(Some(b"layer".to_vec())));
    assert_eq!(aws.asked().await[0].0["layerDigest"], json!(Digest::of(b"layer")));
    let requests = aws.0.received_requests().await.unwrap();
    let fetched = requests.iter().find(|it| it.url.path() == "/layer").unwrap();
    assert!(!fetched.headers.contains_key("authorization"));
    for other in [b"longer than it".as_slice(), b"laye", b"other"] {
        assert_eq!(repository.blob(&blob(other)).await.unwrap_err().kind, GapKind::Contradiction);
    }
    let large = Descriptor { size: 1 << 40, ..blob(b"layer") };
    assert_eq!(repository.blob(&large).await.unwrap_err().code, "TooLarge");
}

#[tokio::test]
async fn a_layer_that_is_not_to_be_had_is_missed_only_on_ecrs_word() {
    for code in ["LayersNotFoundException", "RepositoryNotFoundException"] {
        let aws = Aws::refusing("GetDownloadUrlForLayer", code, "told so").await;
        assert_eq!(aws.repository().blob(&blob(b"x")).await, Ok(None), "{code}");
    }
    let aws = Aws::refusing("GetDownloadUrlForLayer", "LayerInaccessibleException", "told so").await;
    assert!(aws.repository().blob(&blob(b"x")).await.is_err());
    for (status, kind) in [
        (403, GapKind::Denied),
        (404, GapKind::Contradiction),
        (307, GapKind::Contradiction),
        (429, GapKind::Throttled),
        (503, GapKind::Server),
    ] {
        let aws = Aws::start().await;
        let url = format!("{}/layer?X-Amz-Signature=SECRET", aws.0.uri());
        let download = ResponseTemplate::new(200).set_body_json(json!({ "downloadUrl": url }));
        aws.answer("GetDownloadUrlForLayer", download).await;
        let template =
            ResponseTemplate::new(status).set_body_string("SECRET").insert_header("location", "/SECRET");
        Mock::given(path("/layer")).respond_with(template).mount(&aws.0).await;
        let fault = aws.repository().blob(&blob(b"x")).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{status}");
        assert!(!format!("{fault} {fault:?}").contains("SECRET"));
    }
    for url in [
        "http://192.0.2.1/SECRET",
        "file:///SECRET",
        "SECRET",
        "https://u:SECRET@s3.amazonaws.com/",
        "http://127.0.0.1:1/?SECRET",
    ] {
        let aws = Aws::answering("GetDownloadUrlForLayer", json!({ "downloadUrl": url })).await;
        let fault = aws.repository().blob(&blob(b"x")).await.unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("SECRET"), "{fault:?}");
    }
}
