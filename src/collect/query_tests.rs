//! Passes over the services that speak XML: EC2 and IAM.

use serde_json::{Value, json};

use super::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::Collection;

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

fn ec2(operation: &str, inside: &str) -> wiremock::ResponseTemplate {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response xmlns=\"{NAMESPACE}\">\
         <requestId>r</requestId>{inside}</{operation}Response>"
    );
    text(200, &xml)
}

fn ec2_error(status: u16, code: &str, message: &str) -> wiremock::ResponseTemplate {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Errors><Error><Code>{code}</Code>\
         <Message>{message}</Message></Error></Errors><RequestID>r</RequestID></Response>"
    );
    text(status, &xml)
}

#[tokio::test]
async fn ec2_requests_are_signed_and_ask_for_full_pages() {
    let aws = Aws::start().await;
    aws.answer(
        "DescribeRouteTables",
        [
            ec2("DescribeRouteTables", "<routeTableSet><item><routeTableId>rtb-1</routeTableId></item></routeTableSet><nextToken>a/b=+ &amp;c</nextToken>"),
            ec2("DescribeRouteTables", "<routeTableSet><item><routeTableId>rtb-2</routeTableId></item></routeTableSet>"),
        ],
    );
    let snapshot = aws.collect([Collection::RouteTables]).await;
    assert_eq!(keys(&snapshot, Collection::RouteTables), ["rtb-1", "rtb-2"]);
    assert_eq!(covered(&snapshot, Collection::RouteTables).status, Status::Complete);
    assert_eq!(
        aws.asked_of("DescribeRouteTables"),
        [
            json!({"Version": "2016-11-15", "MaxResults": "100"}),
            json!({"Version": "2016-11-15", "MaxResults": "100", "NextToken": "a/b=+ &c"})
        ]
    );
    assert_eq!(aws.header("content-type"), "application/x-www-form-urlencoded");
    let authorization = aws.header("authorization");
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{authorization}");
    assert!(authorization.contains("/eu-central-1/ec2/aws4_request"), "{authorization}");
}

#[tokio::test]
async fn ec2_answers_become_what_the_cli_prints() {
    let aws = Aws::start().await;
    aws.answer(
        "DescribeSecurityGroups",
        [ec2(
            "DescribeSecurityGroups",
            "<securityGroupInfo><item><ownerId>123456789012</ownerId><groupId>sg-1</groupId><groupName>web</groupName>
             <groupDescription>Web &amp; API</groupDescription><vpcId>vpc-1</vpcId><ipPermissions><item>
             <ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort><groups><item><userId>1</userId>
             <groupId>sg-2</groupId></item></groups><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>
             <ipv6Ranges/><prefixListIds/></item></ipPermissions><ipPermissionsEgress/><tagSet/></item></securityGroupInfo>",
        )],
    );
    let snapshot = aws.collect([Collection::SecurityGroups]).await;
    assert_eq!(
        member(&snapshot, Collection::SecurityGroups, "sg-1"),
        json!({"OwnerId": "123456789012", "GroupId": "sg-1", "GroupName": "web", "Description": "Web & API",
            "VpcId": "vpc-1", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
                "UserIdGroupPairs": [{"UserId": "1", "GroupId": "sg-2"}], "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                "Ipv6Ranges": [], "PrefixListIds": []}], "IpPermissionsEgress": [], "Tags": []})
    );
}

#[tokio::test]
async fn every_collection_of_ec2_is_keyed_by_its_id() {
    let aws = Aws::start().await;
    for (operation, list, key) in [
        ("DescribeFlowLogs", "flowLogSet", "flowLogId"),
        ("DescribeRouteTables", "routeTableSet", "routeTableId"),
        ("DescribeSecurityGroups", "securityGroupInfo", "groupId"),
        ("DescribeSubnets", "subnetSet", "subnetId"),
        ("DescribeVpcEndpoints", "vpcEndpointSet", "vpcEndpointId"),
        ("DescribeVpcs", "vpcSet", "vpcId"),
    ] {
        let inside = format!("<{list}><item><{key}>id-1</{key}><isDefault>false</isDefault></item></{list}>");
        aws.answer(operation, [ec2(operation, &inside)]);
    }
    let wanted = [
        Collection::FlowLogs,
        Collection::RouteTables,
        Collection::SecurityGroups,
        Collection::Subnets,
        Collection::VpcEndpoints,
        Collection::Vpcs,
    ];
    let snapshot = aws.collect(wanted).await;
    for collection in wanted {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
        assert_eq!(keys(&snapshot, collection), ["id-1"], "{collection}");
        assert_eq!(member(&snapshot, collection, "id-1")["IsDefault"], false);
    }
}

#[tokio::test]
async fn faults_of_ec2_are_gaps() {
    for (answer, kind, code) in [
        (
            ec2_error(
                403,
                "UnauthorizedOperation",
                "You are not authorized to perform this operation. Encoded authorization failure message: AAAA",
            ),
            GapKind::Denied,
            "UnauthorizedOperation",
        ),
        (
            ec2_error(503, "RequestLimitExceeded", "Request limit exceeded."),
            GapKind::Throttled,
            "RequestLimitExceeded",
        ),
        (ec2_error(500, "InternalError", "An internal error"), GapKind::Server, "InternalError"),
        (text(502, "<html>"), GapKind::Server, "Http502"),
        (text(200, "<DescribeSubnetsResponse><subnetSet><item>"), GapKind::Malformed, "MalformedBody"),
        (ec2("DescribeSubnets", ""), GapKind::Malformed, "UnexpectedAnswer"),
        (
            ec2("DescribeSubnets", "<subnetSet><item><vpcId>v</vpcId></item></subnetSet>"),
            GapKind::Malformed,
            "UnexpectedAnswer",
        ),
    ] {
        let aws = Aws::start().await;
        aws.answer("DescribeSubnets", [answer]);
        let snapshot = aws.collect([Collection::Subnets]).await;
        let gap = the_gap(&snapshot, Collection::Subnets);
        assert_eq!((gap.kind, gap.code.as_str(), gap.scope.as_str()), (kind, code, "*"));
        assert!(!gap.message.contains("AAAA"), "{}", gap.message);
        let action = (kind == GapKind::Denied).then_some("ec2:DescribeSubnets");
        assert_eq!(gap.action.as_deref(), action);
    }
}

#[tokio::test]
async fn a_throttled_ec2_is_asked_again() {
    let aws = Aws::start().await;
    let throttle = ec2_error(503, "RequestLimitExceeded", "Request limit exceeded.");
    aws.answer("DescribeVpcs", [throttle, text(200, "<cut"), ec2("DescribeVpcs", "<vpcSet/>")]);
    let snapshot = aws.collect([Collection::Vpcs]).await;
    let coverage = covered(&snapshot, Collection::Vpcs);
    assert_eq!((coverage.status, coverage.calls, coverage.retries), (Status::Complete, 1, 2));
}

#[tokio::test]
async fn network_interfaces_of_tasks_are_asked_for_by_a_filter() {
    let aws = Aws::with_one_cluster().await;
    let tasks = (0..3)
        .map(|task| {
            let details = (0..100)
                .map(|n| json!({"name": "networkInterfaceId", "value": format!("eni-{task}-{n:03}")}))
                .collect::<Vec<_>>();
            json!({"taskArn": task_arn(&task.to_string()), "attachments": [{"details": details}]})
        })
        .collect::<Vec<_>>();
    let arns = tasks.iter().map(|task| task["taskArn"].clone()).collect::<Vec<_>>();
    aws.answer("ListTasks", [ok(json!({"taskArns": arns}))]);
    aws.answer("DescribeTasks", [ok(json!({"tasks": tasks, "failures": []}))]);
    let inside = "<networkInterfaceSet><item><networkInterfaceId>eni-0-000</networkInterfaceId><tagSet/>
        <association><publicIp>198.51.100.7</publicIp></association></item></networkInterfaceSet>";
    aws.answer("DescribeNetworkInterfaces", [ec2("DescribeNetworkInterfaces", inside)]);
    let snapshot = aws.collect([Collection::NetworkInterfaces]).await;
    assert_eq!(covered(&snapshot, Collection::NetworkInterfaces).status, Status::Complete);
    assert_eq!(
        member(&snapshot, Collection::NetworkInterfaces, "eni-0-000"),
        json!({"NetworkInterfaceId": "eni-0-000", "TagSet": [], "Association": {"PublicIp": "198.51.100.7"}})
    );
    let asked = aws.asked_of("DescribeNetworkInterfaces");
    let mut sizes = asked
        .iter()
        .map(|asked| {
            asked.as_object().unwrap().keys().filter(|key| key.starts_with("Filter.1.Value.")).count()
        })
        .collect::<Vec<_>>();
    sizes.sort_unstable();
    assert_eq!(sizes, [100, 200]);
    assert!(asked.iter().all(|asked| asked["Filter.1.Name"] == "network-interface-id"));
}

/// An AWS whose cluster has container instances with these ids.
async fn container_instances(ids: &[&str]) -> Aws {
    let aws = Aws::with_one_cluster().await;
    let arn = |n: usize| format!("arn:aws:ecs:eu-central-1:123456789012:container-instance/main/{n:032x}");
    let arns = (0..ids.len()).map(arn).collect::<Vec<_>>();
    let instances = ids
        .iter()
        .zip(&arns)
        .map(|(id, arn)| json!({"containerInstanceArn": arn, "ec2InstanceId": id}))
        .collect::<Vec<_>>();
    aws.answer("ListContainerInstances", [ok(json!({"containerInstanceArns": arns}))]);
    aws.answer("DescribeContainerInstances", [ok(json!({"containerInstances": instances, "failures": []}))]);
    aws
}

const RESERVATION: &str = "<reservationSet><item><reservationId>r-1</reservationId><ownerId>123456789012</ownerId>
    <groupSet/><instancesSet><item><instanceId>i-1</instanceId><imageId>ami-1</imageId>
    <instanceState><code>16</code><name>running</name></instanceState><reason/><dnsName>ec2.example</dnsName>
    <ipAddress>198.51.100.7</ipAddress><amiLaunchIndex>0</amiLaunchIndex><groupSet><item><groupId>sg-1</groupId></item></groupSet>
    <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId><status>attached</status>
    <deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>
    <networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><status>in-use</status>
    <groupSet><item><groupId>sg-1</groupId></item></groupSet></item></networkInterfaceSet>
    <metadataOptions><state>applied</state><httpTokens>required</httpTokens>
    <httpPutResponseHopLimit>1</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint></metadataOptions>
    <operator><managed>false</managed></operator></item></instancesSet></item></reservationSet>";

const VOLUME: &str = "<volumeSet><item><volumeId>vol-1</volumeId><size>30</size><status>in-use</status>
    <encrypted>true</encrypted><attachmentSet><item><instanceId>i-1</instanceId><status>attached</status></item>
    </attachmentSet></item></volumeSet>";

const IMAGE: &str = "<imagesSet><item><imageId>ami-1</imageId><imageState>available</imageState><isPublic>true</isPublic>
    <imageOwnerId>591542846629</imageOwnerId><creationDate>2026-11-01T00:00:00.000Z</creationDate></item></imagesSet>";

#[tokio::test]
async fn the_machines_of_container_instances_are_read_with_their_disks_and_images() {
    let aws = container_instances(&["i-1", "i-2-is-gone", "mi-0a1b2c3d4e5f60718"]).await;
    aws.answer("DescribeInstances", [ec2("DescribeInstances", RESERVATION)]);
    aws.answer("DescribeVolumes", [ec2("DescribeVolumes", VOLUME)]);
    aws.answer("DescribeImages", [ec2("DescribeImages", IMAGE)]);
    let wanted = [Collection::Instances, Collection::Volumes, Collection::MachineImages];
    let snapshot = aws.collect(wanted).await;
    for collection in wanted {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
    }
    assert_eq!(
        keys(&snapshot, Collection::Instances),
        ["i-1"],
        "the other is gone, and of the third EC2 knows nothing"
    );
    assert_eq!(
        member(&snapshot, Collection::Instances, "i-1"),
        json!({"InstanceId": "i-1", "ImageId": "ami-1", "State": {"Code": 16, "Name": "running"},
            "StateTransitionReason": "", "PublicDnsName": "ec2.example", "PublicIpAddress": "198.51.100.7",
            "AmiLaunchIndex": 0, "SecurityGroups": [{"GroupId": "sg-1"}],
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda",
                "Ebs": {"VolumeId": "vol-1", "Status": "attached", "DeleteOnTermination": true}}],
            "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Status": "in-use", "Groups": [{"GroupId": "sg-1"}]}],
            "MetadataOptions": {"State": "applied", "HttpTokens": "required", "HttpPutResponseHopLimit": 1,
                "HttpEndpoint": "enabled"},
            "Operator": {"Managed": false}})
    );
    assert_eq!(
        member(&snapshot, Collection::Volumes, "vol-1"),
        json!({"VolumeId": "vol-1", "Size": 30, "State": "in-use", "Encrypted": true,
            "Attachments": [{"InstanceId": "i-1", "State": "attached"}]})
    );
    assert_eq!(
        member(&snapshot, Collection::MachineImages, "ami-1"),
        json!({"ImageId": "ami-1", "State": "available", "Public": true, "OwnerId": "591542846629",
            "CreationDate": "2026-11-01T00:00:00.000Z"})
    );
    let filter = |name: &str, page: &str, values: &[&str]| {
        let mut asked = json!({"Version": "2016-11-15", "MaxResults": page, "Filter.1.Name": name});
        for (value, at) in values.iter().zip(1..) {
            asked[format!("Filter.1.Value.{at}")] = json!(value);
        }
        asked
    };
    assert_eq!(aws.asked_of("DescribeInstances"), [filter("instance-id", "1000", &["i-1", "i-2-is-gone"])]);
    assert_eq!(aws.asked_of("DescribeVolumes"), [filter("volume-id", "500", &["vol-1"])]);
    let images = filter("image-id", "1000", &["ami-1"]);
    let images = with(images, json!({"IncludeDeprecated": "true", "IncludeDisabled": "true"}));
    assert_eq!(aws.asked_of("DescribeImages"), [images]);
}

#[tokio::test]
async fn machines_are_asked_for_only_where_there_are_some() {
    let aws = container_instances(&["mi-0a1b2c3d4e5f60718"]).await;
    let snapshot = aws.collect([Collection::Volumes, Collection::MachineImages]).await;
    for collection in [Collection::Volumes, Collection::MachineImages] {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete);
    }
    assert!(
        aws.asked().iter().all(|(operation, _)| !operation.starts_with("DescribeI")),
        "{:?}",
        aws.asked()
    );
}

#[tokio::test]
async fn machines_that_cannot_be_read_hide_their_disks_and_images() {
    let aws = container_instances(&["i-1"]).await;
    aws.answer("DescribeInstances", [ec2_error(403, "UnauthorizedOperation", "You are not authorized")]);
    let snapshot = aws.collect([Collection::Volumes, Collection::MachineImages]).await;
    for collection in [Collection::Volumes, Collection::MachineImages] {
        let gap = the_gap(&snapshot, collection);
        assert_eq!(gap.action.as_deref(), Some("ec2:DescribeInstances"), "{collection}");
        assert_eq!((gap.scope.as_str(), gap.ids), ("*", Vec::new()));
    }
    let aws = container_instances(&["i-1"]).await;
    let item = "<item><instancesSet/></item>";
    for (inside, is_odd) in [(item, false), ("<item><reservationId>r</reservationId></item>", true)] {
        let inside = format!("<reservationSet>{inside}</reservationSet>");
        aws.answer("DescribeInstances", [ec2("DescribeInstances", &inside)]);
        let snapshot = aws.collect([Collection::Instances]).await;
        let gaps = covered(&snapshot, Collection::Instances).gaps;
        assert_eq!(gaps.iter().any(|gap| gap.kind == GapKind::Malformed), is_odd, "{inside}");
    }
}

fn iam(inside: &str) -> wiremock::ResponseTemplate {
    let operation = "GetAccountAuthorizationDetails";
    let xml = format!(
        "<{operation}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{operation}Result>{inside}\
         </{operation}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    );
    text(200, &xml)
}

#[tokio::test]
async fn iam_is_read_page_by_page_with_the_filters_that_are_needed() {
    let aws = Aws::start().await;
    let role = "<RoleDetailList><member><Arn>arn:r1</Arn><RoleName>r1</RoleName><Tags/><RoleLastUsed/>
        <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</AssumeRolePolicyDocument>
        <RolePolicyList><member><PolicyName>p</PolicyName><PolicyDocument>%7Bnope</PolicyDocument></member></RolePolicyList>
        <AttachedManagedPolicies/></member></RoleDetailList>";
    let policy = "<Policies><member><Arn>arn:p1</Arn><AttachmentCount>2</AttachmentCount><IsAttachable>true</IsAttachable>
        <PolicyVersionList><member><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>
        <Document>%7B%22a%22%3A%22x%2By%22%7D</Document></member></PolicyVersionList></member></Policies>";
    aws.answer(
        "GetAccountAuthorizationDetails",
        [
            iam(&format!("<IsTruncated>true</IsTruncated><Marker>m+/1</Marker>{role}<Policies/>")),
            iam(&format!("<IsTruncated>false</IsTruncated><RoleDetailList/>{policy}")),
        ],
    );
    let snapshot = aws.collect([Collection::Roles, Collection::Policies]).await;
    assert_eq!(
        member(&snapshot, Collection::Roles, "arn:r1"),
        json!({"Arn": "arn:r1", "RoleName": "r1", "Tags": [], "RoleLastUsed": {},
            "AssumeRolePolicyDocument": {"Version": "2012-10-17"},
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": "%7Bnope"}], "AttachedManagedPolicies": []})
    );
    assert_eq!(
        member(&snapshot, Collection::Policies, "arn:p1"),
        json!({"Arn": "arn:p1", "AttachmentCount": 2, "IsAttachable": true, "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": true, "Document": {"a": "x+y"}}]})
    );
    let gap = the_gap(&snapshot, Collection::Roles);
    assert_eq!((gap.kind, gap.ids), (GapKind::Malformed, vec!["arn:r1".to_owned()]));
    assert_eq!(covered(&snapshot, Collection::Policies).status, Status::Complete);
    for collection in [Collection::Roles, Collection::Policies] {
        assert_eq!(covered(&snapshot, collection).calls, 2, "{collection}");
    }
    let asked = aws.asked_of("GetAccountAuthorizationDetails");
    let values = |asked: &Value| asked.as_object().unwrap().values().cloned().collect::<Vec<_>>();
    for filter in ["Role", "LocalManagedPolicy", "AWSManagedPolicy"] {
        assert!(values(&asked[0]).contains(&json!(filter)), "{filter}");
    }
    assert_eq!(asked[0]["MaxItems"], "1000");
    assert_eq!(asked[1]["Marker"], "m+/1");
}

#[tokio::test]
async fn a_denied_iam_hides_every_principal() {
    let aws = Aws::start().await;
    let message = "User: u is not authorized to perform: iam:GetAccountAuthorizationDetails on resource: *";
    let xml = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
         <Code>AccessDenied</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    aws.answer("GetAccountAuthorizationDetails", [text(403, &xml)]);
    let snapshot = aws.collect([Collection::Roles, Collection::Users]).await;
    for collection in [Collection::Roles, Collection::Users] {
        assert_eq!(covered(&snapshot, collection).status, Status::Denied);
        let gap = the_gap(&snapshot, collection);
        assert_eq!(gap.action.as_deref(), Some("iam:GetAccountAuthorizationDetails"));
        assert_eq!(gap.message, message);
    }
}

#[tokio::test]
async fn a_page_of_iam_without_a_list_or_an_end_is_a_gap() {
    for (inside, kind) in [
        ("<IsTruncated>false</IsTruncated>", GapKind::Malformed),
        ("<RoleDetailList/>", GapKind::Malformed),
        ("<RoleDetailList/><IsTruncated>true</IsTruncated>", GapKind::Truncated),
        ("<RoleDetailList/><IsTruncated>true</IsTruncated><Marker>m</Marker>", GapKind::Truncated),
    ] {
        let aws = Aws::start().await;
        aws.answer("GetAccountAuthorizationDetails", [iam(inside)]);
        let snapshot = aws.collect([Collection::Roles]).await;
        assert_eq!(the_gap(&snapshot, Collection::Roles).kind, kind, "{inside}");
    }
}
