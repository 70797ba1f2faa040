//! What task definitions name: parameters, secrets, access points; and the images that AWS recommends.

use serde_json::{Value, json};

use super::{service, services};
use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::{Collection, Snapshot};

/// An AWS whose one task definition in use has these further members.
async fn defined(members: Value) -> Aws {
    let aws = Aws::with_one_cluster().await;
    let arn = definition_arn("web:1");
    services(&aws, &[service("web", json!({"taskDefinition": arn}))]);
    let definition = with(json!({"taskDefinitionArn": arn, "family": "web"}), members);
    aws.answer("DescribeTaskDefinition", [ok(json!({"taskDefinition": definition, "tags": []}))]);
    aws
}

/// The same, where one container takes its secrets from these sources.
async fn sourced(sources: &[&str]) -> Aws {
    let secrets = sources.iter().map(|source| json!({"name": "S", "valueFrom": source})).collect::<Vec<_>>();
    defined(json!({"containerDefinitions": [{"name": "c", "secrets": secrets}]})).await
}

fn local(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:eu-central-1:123456789012:{resource}")
}

async fn parameters(sources: &[&str], answer: wiremock::ResponseTemplate) -> (Aws, Snapshot) {
    let aws = sourced(sources).await;
    aws.answer("DescribeParameters", [answer]);
    let snapshot = aws.collect([Collection::Parameters]).await;
    (aws, snapshot)
}

fn asked_names(asked: &Value) -> Value {
    asked["ParameterFilters"][0]["Values"].clone()
}

#[tokio::test]
async fn parameters_are_described_by_whatever_name_a_definition_has_for_them() {
    let sources = [
        "plain",
        "/shop/token",
        &local("ssm", "parameter/shop/key"),
        &local("ssm", "parameter/single"),
        &local("secretsmanager", "secret:shop-AbCdEf"),
        "arn:aws:ssm:us-east-1:123456789012:parameter/far",
        "arn:aws:ssm:eu-central-1:210987654321:parameter/theirs",
        "no such name!",
        "/aws/reference/secretsmanager/shop",
        "",
    ];
    let found = json!({"Parameters": [
        {"Name": "plain", "Type": "String"},
        {"Name": "/shop/token", "Type": "SecureString", "KeyId": "alias/aws/ssm", "AllowedPattern": "hunter2"},
    ]});
    let (aws, snapshot) = parameters(&sources, ok(found)).await;
    assert_eq!(covered(&snapshot, Collection::Parameters).status, Status::Complete);
    assert_eq!(
        keys(&snapshot, Collection::Parameters),
        [local("ssm", "parameter/plain"), local("ssm", "parameter/shop/token")]
    );
    let token = member(&snapshot, Collection::Parameters, &local("ssm", "parameter/shop/token"));
    assert_eq!((&token["Type"], &token["KeyId"]), (&json!("SecureString"), &json!("alias/aws/ssm")));
    assert!(!token.to_string().contains("hunter2"), "{token}");
    let asked = aws.asked_of("DescribeParameters");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked_names(&asked[0]), json!(["/shop/key", "/shop/token", "/single", "plain", "single"]));
    assert_eq!(asked[0]["MaxResults"], 50);
    assert_eq!(asked[0]["ParameterFilters"][0]["Option"], "Equals");
}

#[tokio::test]
async fn parameters_of_log_drivers_are_described_and_those_of_nobody_are_not_asked_for() {
    let logging =
        json!({"logDriver": "splunk", "secretOptions": [{"name": "splunk-token", "valueFrom": "hec"}]});
    let aws = defined(json!({"containerDefinitions": [{"name": "c", "logConfiguration": logging}]})).await;
    aws.answer("DescribeParameters", [ok(json!({"Parameters": [{"Name": "hec", "Type": "String"}]}))]);
    let snapshot = aws.collect([Collection::Parameters]).await;
    assert_eq!(keys(&snapshot, Collection::Parameters), [local("ssm", "parameter/hec")]);
    let aws = sourced(&[&local("secretsmanager", "secret:a")]).await;
    let snapshot = aws.collect([Collection::Parameters]).await;
    assert_eq!(covered(&snapshot, Collection::Parameters).status, Status::Complete);
    assert_eq!(aws.asked_of("DescribeParameters"), [] as [Value; 0]);
}

#[tokio::test]
async fn parameters_are_asked_for_in_batches_and_an_empty_page_is_followed() {
    let names = (0..60).map(|number| format!("p{number:02}")).collect::<Vec<_>>();
    let aws = sourced(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    aws.answer(
        "DescribeParameters",
        [
            ok(json!({"Parameters": [], "NextToken": "more"})),
            ok(json!({"Parameters": [{"Name": "p01", "Type": "SecureString"}]})),
        ],
    );
    let snapshot = aws.collect([Collection::Parameters]).await;
    assert_eq!(keys(&snapshot, Collection::Parameters), [local("ssm", "parameter/p01")]);
    let asked = aws.asked_of("DescribeParameters");
    let mut sizes =
        asked.iter().map(|asked| asked_names(asked).as_array().unwrap().len()).collect::<Vec<_>>();
    sizes.sort_unstable();
    assert!(sizes == [10, 10, 50] || sizes == [10, 50, 50], "{sizes:?}");
    assert_eq!(asked.iter().filter(|asked| asked["NextToken"] == "more").count(), 1);
}

#[tokio::test]
async fn parameters_that_are_denied_or_lack_a_type_are_gaps_with_their_arns() {
    let (_, snapshot) = parameters(&["/shop/token"], denied("ssm:DescribeParameters")).await;
    let gap = the_gap(&snapshot, Collection::Parameters);
    assert_eq!((gap.kind, gap.ids), (GapKind::Denied, vec![local("ssm", "parameter/shop/token")]));
    assert_eq!(gap.action.as_deref(), Some("ssm:DescribeParameters"));
    let (_, snapshot) = parameters(&["plain"], ok(json!({"Parameters": [{"Name": "plain"}]}))).await;
    let gap = the_gap(&snapshot, Collection::Parameters);
    assert_eq!((gap.kind, gap.ids), (GapKind::Malformed, vec![local("ssm", "parameter/plain")]));
}

#[tokio::test]
async fn secrets_are_described_without_the_key_and_version_that_a_definition_asks_for() {
    let secret = local("secretsmanager", "secret:shop-AbCdEf");
    let container = json!({"name": "c",
        "secrets": [{"name": "A", "valueFrom": format!("{secret}:password::")}, {"name": "B", "valueFrom": secret},
            {"name": "C", "valueFrom": "/a/parameter"}],
        "repositoryCredentials": {"credentialsParameter": "registry"}});
    let aws = defined(json!({"containerDefinitions": [container]})).await;
    let registry = local("secretsmanager", "secret:registry-AbCdEf");
    aws.answer(
        "DescribeSecret",
        [
            ok(json!({"ARN": secret, "Name": "shop", "Description": "was hunter2", "RotationEnabled": true})),
            ok(json!({"ARN": registry, "Name": "registry"})),
        ],
    );
    let snapshot = aws.collect([Collection::Secrets]).await;
    assert_eq!(keys(&snapshot, Collection::Secrets), [registry, secret.clone()]);
    let mut asked = aws.asked_of("DescribeSecret");
    asked.sort_by_key(ToString::to_string);
    assert_eq!(asked, [json!({"SecretId": secret}), json!({"SecretId": "registry"})]);
    let text = member(&snapshot, Collection::Secrets, &secret).to_string();
    assert!(text.contains("RotationEnabled") && !text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn a_secret_that_does_not_exist_is_an_answer_and_one_that_may_not_be_seen_is_a_gap() {
    let secret = local("secretsmanager", "secret:shop-AbCdEf");
    for (answer, kind) in [
        (error(400, "ResourceNotFoundException", "none"), None),
        (denied("secretsmanager:DescribeSecret"), Some(GapKind::Denied)),
        (ok(json!({"Name": "shop"})), Some(GapKind::Malformed)),
    ] {
        let aws = sourced(&[&secret]).await;
        aws.answer("DescribeSecret", [answer]);
        let snapshot = aws.collect([Collection::Secrets]).await;
        let gaps = covered(&snapshot, Collection::Secrets).gaps;
        assert_eq!(gaps.first().map(|gap| gap.kind), kind);
        assert!(gaps.iter().all(|gap| gap.ids == [secret.as_str()]), "{gaps:?}");
        assert_eq!(keys(&snapshot, Collection::Secrets), [""; 0]);
    }
}

#[tokio::test]
async fn a_secret_that_is_known_by_its_name_alone_may_be_any_that_is_not_there() {
    let container = json!({"name": "c", "repositoryCredentials": {"credentialsParameter": "registry"}});
    let aws = defined(json!({"containerDefinitions": [container]})).await;
    aws.answer("DescribeSecret", [denied("secretsmanager:DescribeSecret")]);
    let snapshot = aws.collect([Collection::Secrets]).await;
    assert_eq!(the_gap(&snapshot, Collection::Secrets).ids, [""; 0]);
}

const POINT: &str = "fsap-0a1b2c3d4e5f60718";

/// What EFS answers about access points of a definition with one that it knows and names that nobody can have.
async fn access_points(answer: wiremock::ResponseTemplate) -> (Aws, Snapshot) {
    let volume = |id: &str| json!({"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"accessPointId": id}}});
    let volumes = [volume(POINT), volume("fsap-x&y"), volume(""), json!({"name": "w", "host": {}})];
    let aws = defined(json!({"volumes": volumes})).await;
    aws.answer("DescribeAccessPoints", [answer]);
    let snapshot = aws.collect([Collection::AccessPoints]).await;
    (aws, snapshot)
}

#[tokio::test]
async fn access_points_are_described_one_by_one() {
    let point = json!({"AccessPointId": POINT, "FileSystemId": "fs-1", "RootDirectory": {"Path": "/"}});
    let (aws, snapshot) = access_points(ok(json!({"AccessPoints": [point]}))).await;
    let arn = local("elasticfilesystem", &format!("access-point/{POINT}"));
    assert_eq!(keys(&snapshot, Collection::AccessPoints), std::slice::from_ref(&arn));
    assert_eq!(member(&snapshot, Collection::AccessPoints, &arn)["RootDirectory"]["Path"], "/");
    assert_eq!(aws.asked_of("DescribeAccessPoints"), [json!({"AccessPointId": POINT})]);
}

#[tokio::test]
async fn an_access_point_that_is_gone_is_an_answer_and_another_ones_body_is_a_gap() {
    let gone = wiremock::ResponseTemplate::new(404)
        .set_body_json(json!({"ErrorCode": "AccessPointNotFound", "Message": "gone"}));
    for (answer, kind) in [
        (gone, None),
        (ok(json!({"AccessPoints": []})), Some(GapKind::Malformed)),
        (ok(json!({"AccessPoints": [{"AccessPointId": "fsap-2"}]})), Some(GapKind::Malformed)),
        (denied("elasticfilesystem:DescribeAccessPoints"), Some(GapKind::Denied)),
    ] {
        let (_, snapshot) = access_points(answer).await;
        let gaps = covered(&snapshot, Collection::AccessPoints).gaps;
        assert_eq!(gaps.first().map(|gap| gap.kind), kind);
        assert_eq!(keys(&snapshot, Collection::AccessPoints), [""; 0]);
    }
}

/// The recommended images of an AWS with one instance, where one of the parameters has this answer.
async fn recommended(answer: impl Fn(&str) -> Value) -> (Aws, Snapshot) {
    let aws = Aws::with_one_cluster().await;
    let arn = local("ecs", "container-instance/main/1");
    aws.answer("ListContainerInstances", [ok(json!({"containerInstanceArns": [arn]}))]);
    let instance = json!({"containerInstanceArn": arn, "ec2InstanceId": "i-1"});
    aws.answer("DescribeContainerInstances", [ok(json!({"containerInstances": [instance], "failures": []}))]);
    let xml = "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></item>
        </reservationSet></R>";
    aws.answer("DescribeInstances", [text(200, xml)]);
    let name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
    aws.answer("GetParameters", [ok(answer(name))]);
    let snapshot = aws.collect([Collection::RecommendedImages]).await;
    (aws, snapshot)
}

#[tokio::test]
async fn only_public_parameters_are_got_and_one_that_a_region_lacks_is_an_answer() {
    let (aws, snapshot) = recommended(|name| {
        json!({"Parameters": [{"Name": name, "Type": "String", "Value": "ami-1"}], "InvalidParameters": []})
    })
    .await;
    let names = aws
        .asked_of("GetParameters")
        .iter()
        .flat_map(|asked| {
            assert_eq!(
                asked.as_object().unwrap().keys().collect::<Vec<_>>(),
                ["Names"],
                "nothing is decrypted"
            );
            asked["Names"].as_array().unwrap().clone()
        })
        .collect::<Vec<_>>();
    assert!(names.iter().all(|name| name.as_str().unwrap().starts_with("/aws/service/")), "{names:?}");
    assert_eq!(keys(&snapshot, Collection::RecommendedImages).len(), 1);
    let hidden =
        covered(&snapshot, Collection::RecommendedImages).gaps.iter().map(|gap| gap.ids.len()).sum::<usize>();
    assert_eq!(hidden, names.len() - 1, "the answer does not speak of the others");
    let (_, snapshot) = recommended(|_| json!({"Parameters": [], "InvalidParameters": names.clone()})).await;
    assert_eq!(covered(&snapshot, Collection::RecommendedImages).status, Status::Complete);
}

#[tokio::test]
async fn recommendations_are_not_asked_for_where_there_is_no_instance() {
    let aws = Aws::with_one_cluster().await;
    let snapshot = aws.collect([Collection::RecommendedImages]).await;
    assert_eq!(covered(&snapshot, Collection::RecommendedImages).status, Status::Complete);
    assert_eq!(aws.asked_of("GetParameters"), [] as [Value; 0]);
}
