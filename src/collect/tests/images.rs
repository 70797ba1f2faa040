//! The images in use: what references stand for, and what scans found.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{service, services};
use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::{Collection, Snapshot};

const HOST: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

const MEDIA_TYPE: &str = "application/vnd.oci.image.index.v1+json";

const IMAGES: [Collection; 3] =
    [Collection::ImageReferences, Collection::ImageScanFindings, Collection::Images];

fn digest(byte: &str) -> String {
    format!("sha256:{}", byte.repeat(32))
}

fn image_arn(repository: &str, byte: &str) -> String {
    format!("arn:aws:ecr:eu-central-1:123456789012:repository/{repository}/{}", digest(byte))
}

/// An AWS whose one task definition in use has these images, and whose images were never scanned.
async fn using(images: &[&str]) -> Aws {
    let aws = Aws::with_one_cluster().await;
    let arn = definition_arn("web:1");
    services(&aws, &[service("web", json!({"taskDefinition": arn}))]);
    let containers = images.iter().map(|image| json!({"name": "c", "image": image})).collect::<Vec<_>>();
    let definition = json!({"taskDefinitionArn": arn, "family": "web", "containerDefinitions": containers});
    aws.answer("DescribeTaskDefinition", [ok(json!({"taskDefinition": definition, "tags": []}))]);
    aws.answer("DescribeImageScanFindings", [error(400, "ScanNotFoundException", "never scanned")]);
    aws
}

fn detail(byte: &str, tags: &[&str]) -> Value {
    json!({"repositoryName": "web", "imageDigest": digest(byte), "imageTags": tags, "imagePushedAt": 1.5e9,
        "imageManifestMediaType": MEDIA_TYPE, "imageStatus": "ACTIVE"})
}

fn details(details: &[Value]) -> ResponseTemplate {
    ok(json!({"imageDetails": details}))
}

fn missing() -> ResponseTemplate {
    error(400, "ImageNotFoundException", "The image does not exist")
}

fn reference(snapshot: &Snapshot, name: &str) -> Value {
    member(snapshot, Collection::ImageReferences, &format!("{HOST}/{name}"))
}

#[tokio::test]
async fn a_tag_and_a_digest_lead_to_the_image() {
    let (by_tag, by_digest) = (format!("{HOST}/web:1"), format!("{HOST}/web@{}", digest("0b")));
    let aws = using(&[&by_tag, &by_tag, &by_digest, "nginx", "public.ecr.aws/a/b:1"]).await;
    aws.answer("DescribeImages", [details(&[detail("0a", &["0", "1"]), detail("0b", &[])])]);
    let snapshot = aws.collect(IMAGES).await;
    for collection in IMAGES {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
    }
    let ids = json!([{"imageTag": "1"}, {"imageDigest": digest("0b")}]);
    assert_eq!(aws.asked_of("DescribeImages"), [json!({"repositoryName": "web", "imageIds": ids})]);
    assert_eq!(
        reference(&snapshot, "web:1"),
        json!({
            "registryId": "123456789012", "repositoryName": "web", "imageArn": image_arn("web", "0a"),
            "imageId": {"imageTag": "1", "imageDigest": digest("0a")}, "usedBy": [definition_arn("web:1")],
            "imageManifestMediaType": MEDIA_TYPE, "imageStatus": "ACTIVE",
        })
    );
    assert_eq!(keys(&snapshot, Collection::ImageReferences), [by_tag, by_digest]);
    assert_eq!(keys(&snapshot, Collection::Images), [image_arn("web", "0a"), image_arn("web", "0b")]);
    assert_eq!(member(&snapshot, Collection::Images, &image_arn("web", "0a")), detail("0a", &["0", "1"]));
}

#[tokio::test]
async fn a_digest_that_only_a_task_runs_is_looked_up_too() {
    let aws = using(&[&format!("{HOST}/web:1")]).await;
    let arn = task_arn("1");
    let container = json!({"image": format!("{HOST}/web:1"), "imageDigest": digest("0b")});
    let task = json!({"taskArn": arn, "clusterArn": CLUSTER, "lastStatus": "RUNNING", "containers": [container],
        "taskDefinitionArn": definition_arn("web:1")});
    aws.answer("ListTasks", [ok(json!({"taskArns": [arn]}))]);
    aws.answer("DescribeTasks", [ok(json!({"tasks": [task], "failures": []}))]);
    aws.answer("DescribeImages", [details(&[detail("0a", &["1"]), detail("0b", &[])])]);
    let snapshot = aws.collect(IMAGES).await;
    let by_digest = reference(&snapshot, &format!("web@{}", digest("0b")));
    assert_eq!(by_digest["usedBy"], json!([definition_arn("web:1")]));
    assert_eq!(keys(&snapshot, Collection::Images).len(), 2);
}

#[tokio::test]
async fn one_image_that_is_missing_hides_no_other() {
    let aws = using(&[1, 2, 3].map(|tag| format!("{HOST}/web:{tag}")).each_ref().map(String::as_str)).await;
    // All three; the third, which is the newer half of them; the first two.
    let found = details(&[detail("01", &["1"]), detail("02", &["2"])]);
    aws.answer("DescribeImages", [missing(), missing(), missing(), details(&[detail("02", &["2"])]), found]);
    let snapshot = aws.collect(IMAGES).await;
    assert_eq!(covered(&snapshot, Collection::ImageReferences).status, Status::Complete);
    let asked = aws.asked_of("DescribeImages");
    let tags = |asked: &Value| {
        asked["imageIds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id["imageTag"].as_str().unwrap().to_owned())
            .collect()
    };
    let asked = asked.iter().map(tags).collect::<Vec<Vec<_>>>();
    assert_eq!(asked, [vec!["1", "2", "3"], vec!["2", "3"], vec!["3"], vec!["2"], vec!["1"]]);
    assert_eq!(reference(&snapshot, "web:3")["failureCode"], "ImageNotFoundException");
    assert_eq!(reference(&snapshot, "web:3")["imageId"], json!({"imageTag": "3"}));
    assert_eq!(reference(&snapshot, "web:1")["imageArn"], json!(image_arn("web", "01")));
    assert_eq!(keys(&snapshot, Collection::Images), [image_arn("web", "01"), image_arn("web", "02")]);
}

#[tokio::test]
async fn images_of_a_repository_that_is_gone_are_missing() {
    let aws = using(&[&format!("{HOST}/web:1"), &format!("{HOST}/web:2")]).await;
    aws.answer("DescribeImages", [error(400, "RepositoryNotFoundException", "gone")]);
    let snapshot = aws.collect(IMAGES).await;
    assert_eq!(aws.asked_of("DescribeImages").len(), 1);
    assert_eq!(covered(&snapshot, Collection::ImageReferences).status, Status::Complete);
    assert_eq!(reference(&snapshot, "web:2")["failureCode"], "RepositoryNotFoundException");
    assert_eq!(keys(&snapshot, Collection::Images), [""; 0]);
}

#[tokio::test]
async fn images_are_described_a_hundred_at_a_time() {
    let images = (0..130).map(|tag| format!("{HOST}/web:{tag}")).collect::<Vec<_>>();
    let aws = using(&images.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let tags = (0..130).map(|tag| tag.to_string()).collect::<Vec<_>>();
    aws.answer(
        "DescribeImages",
        [details(&[detail("0a", &tags.iter().map(String::as_str).collect::<Vec<_>>())])],
    );
    let snapshot = aws.collect([Collection::ImageReferences]).await;
    let asked = aws.asked_of("DescribeImages");
    let sizes = asked.iter().map(|asked| asked["imageIds"].as_array().unwrap().len()).collect::<Vec<_>>();
    assert_eq!(sizes.iter().sum::<usize>(), 130);
    assert_eq!(sizes.iter().max(), Some(&100));
    assert_eq!(keys(&snapshot, Collection::ImageReferences).len(), 130);
    assert!(!snapshot.collections.contains_key(&Collection::Images), "nobody asked for the images");
    assert_eq!(aws.asked_of("DescribeImageScanFindings").len(), 0);
}

#[tokio::test]
async fn an_image_that_may_not_be_described_is_a_gap_and_hides_its_scan() {
    for (answer, kind) in [
        (denied("ecr:DescribeImages"), GapKind::Denied),
        (details(&[]), GapKind::Truncated),
        (ok(json!({})), GapKind::Malformed),
        (ok(json!({"imageDetails": [{"imageTags": ["1"]}]})), GapKind::Malformed),
    ] {
        let aws = using(&[&format!("{HOST}/web:1")]).await;
        aws.answer("DescribeImages", [answer]);
        let snapshot = aws.collect(IMAGES).await;
        let gap = the_gap(&snapshot, Collection::ImageReferences);
        assert_eq!((gap.kind, gap.ids), (kind, vec![format!("{HOST}/web:1")]));
        for heir in [Collection::Images, Collection::ImageScanFindings] {
            assert!(the_gap(&snapshot, heir).hides_members(), "{heir}");
        }
    }
}

#[tokio::test]
async fn an_empty_page_of_images_with_a_token_is_followed() {
    let aws = using(&[&format!("{HOST}/web:1")]).await;
    let empty = ok(json!({"imageDetails": [], "nextToken": "more"}));
    aws.answer("DescribeImages", [empty, details(&[detail("0a", &["1"])])]);
    let snapshot = aws.collect([Collection::Images]).await;
    assert_eq!(aws.asked_of("DescribeImages")[1]["nextToken"], "more");
    assert_eq!(keys(&snapshot, Collection::Images), [image_arn("web", "0a")]);
}

/// What is made of the answers about the scan of one image.
async fn scanned(answers: impl IntoIterator<Item = ResponseTemplate>) -> (Aws, Snapshot) {
    let aws = using(&[&format!("{HOST}/web:1")]).await;
    aws.answer("DescribeImages", [details(&[detail("0a", &["1"])])]);
    aws.answer("DescribeImageScanFindings", answers);
    let snapshot = aws.collect([Collection::ImageScanFindings]).await;
    (aws, snapshot)
}

fn page(findings: Value, token: Value) -> ResponseTemplate {
    ok(json!({
        "repositoryName": "web", "imageId": {"imageDigest": digest("0a")}, "nextToken": token,
        "imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": findings,
    }))
}

#[tokio::test]
async fn pages_of_findings_become_one_without_their_prose() {
    let basic =
        |name: &str| json!({"name": name, "severity": "HIGH", "description": "long", "attributes": []});
    let counts = json!({"HIGH": 2});
    let first = json!({"findings": [basic("CVE-1")], "findingSeverityCounts": counts});
    let details = json!({"vulnerabilityId": "CVE-3", "referenceUrls": ["x"], "relatedVulnerabilities": []});
    let enhanced = json!({"severity": "LOW", "fixAvailable": "YES", "resources": [{"id": "x"}], "remediation": {},
        "packageVulnerabilityDetails": details, "memberOfTomorrow": [1]});
    let second = json!({"findings": [basic("CVE-2")], "enhancedFindings": [enhanced]});
    let (aws, snapshot) =
        scanned([page(first, json!("a")), ok(json!({"nextToken": "b"})), page(second, Value::Null)]).await;
    assert_eq!(covered(&snapshot, Collection::ImageScanFindings).status, Status::Complete);
    let kept = |name: &str| json!({"name": name, "severity": "HIGH", "attributes": []});
    assert_eq!(
        member(&snapshot, Collection::ImageScanFindings, &image_arn("web", "0a")),
        json!({
            "repositoryName": "web", "imageId": {"imageDigest": digest("0a")},
            "imageScanStatus": {"status": "COMPLETE"},
            "imageScanFindings": {
                "findings": [kept("CVE-1"), kept("CVE-2")], "findingSeverityCounts": counts,
                "enhancedFindings": [{"severity": "LOW", "fixAvailable": "YES", "memberOfTomorrow": [1],
                    "packageVulnerabilityDetails": {"vulnerabilityId": "CVE-3"}}],
            },
        })
    );
    let asked = aws.asked_of("DescribeImageScanFindings");
    let of_image =
        json!({"repositoryName": "web", "imageId": {"imageDigest": digest("0a")}, "maxResults": 1000});
    assert_eq!(asked[0], of_image);
    assert_eq!(asked[2]["nextToken"], "b");
}

#[tokio::test]
async fn an_image_that_was_never_scanned_says_so() {
    for code in ["ScanNotFoundException", "ImageNotFoundException", "RepositoryNotFoundException"] {
        let (_, snapshot) = scanned([error(400, code, "no")]).await;
        assert_eq!(covered(&snapshot, Collection::ImageScanFindings).status, Status::Complete);
        let scan = member(&snapshot, Collection::ImageScanFindings, &image_arn("web", "0a"));
        assert_eq!((&scan["failureCode"], &scan["failureReason"]), (&json!(code), &json!("no")));
        assert_eq!(scan["imageId"]["imageDigest"], json!(digest("0a")));
    }
}

#[tokio::test]
async fn a_scan_that_cannot_be_read_is_a_gap() {
    let finding = json!({"findings": [{"name": "CVE-1"}]});
    for (answers, kind) in [
        (vec![denied("inspector2:ListFindings")], GapKind::Denied),
        (vec![ok(json!({}))], GapKind::Malformed),
        (vec![ok(json!({"imageScanStatus": {}}))], GapKind::Malformed),
        (vec![page(json!({"findings": {}}), Value::Null)], GapKind::Malformed),
        (vec![page(finding.clone(), json!("a")), page(finding.clone(), json!("a"))], GapKind::Truncated),
        (vec![page(finding, json!("a")), denied("ecr:DescribeImageScanFindings")], GapKind::Denied),
    ] {
        let (_, snapshot) = scanned(answers).await;
        let gap = the_gap(&snapshot, Collection::ImageScanFindings);
        assert_eq!((gap.kind, gap.ids), (kind, vec![image_arn("web", "0a")]));
        assert_eq!(keys(&snapshot, Collection::ImageScanFindings), [""; 0]);
    }
}

#[tokio::test]
async fn more_findings_than_are_kept_are_a_gap_beside_those_that_are() {
    let thousand = json!({"findings": vec![json!({"severity": "LOW"}); 1000]});
    let pages = (0..6).map(|number| page(thousand.clone(), json!(format!("page{number}"))));
    let (aws, snapshot) = scanned(pages).await;
    let gap = the_gap(&snapshot, Collection::ImageScanFindings);
    assert_eq!((gap.code.as_str(), gap.ids), ("TooManyFindings", vec![image_arn("web", "0a")]));
    assert_eq!(aws.asked_of("DescribeImageScanFindings").len(), 5);
    let scan = member(&snapshot, Collection::ImageScanFindings, &image_arn("web", "0a"));
    assert_eq!(scan["imageScanFindings"]["findings"].as_array().unwrap().len(), 5000);
}
