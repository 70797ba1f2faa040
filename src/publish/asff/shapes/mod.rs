//! What of a resource goes into a finding: tables of members that ASFF has, by ASFF's names.
//!
//! A member that stands in no table is not sent. Left out on purpose are
//!
//! * free text that may hold secrets, although the snapshot has replaced it: environment, command, entry point, health
//!   check, labels, driver options;
//! * what changes without anybody changing the resource (counts of running tasks, the desired count that scaling moves),
//!   because each change of a finding's content is one more write, and one more event for the customer's automations.
//!
//! Source of the names: the serializers of `aws-sdk-securityhub` 1.137.0, and botocore's models of CloudTrail, ECR, ECS, EC2
//! and IAM.

mod ecs;
mod iam_ec2;
mod other;

use serde_json::{Map, Value};

pub(super) use other::other;

use crate::snapshot::Collection;

/// How a member is taken over.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// A string that is not blank.
    Text,
    /// An integer; ASFF has no others.
    Number,
    /// A boolean.
    Flag,
    /// An array of one shape.
    List(&'static Self),
    /// An object: the member's name in the snapshot, its name in ASFF, its shape.
    Object(&'static [(&'static str, &'static str, Self)]),
    /// Anything, as JSON text.
    Document,
}

use Shape::{Document, Flag, List, Number, Object, Text};

/// The value as ASFF wants it; `None` when it is empty, blank, or not of the shape.
fn take(value: &Value, shape: Shape) -> Option<Value> {
    match (shape, value) {
        (Text, Value::String(text)) => super::filled(text, LIMIT_TEXT).map(Value::String),
        (Number, Value::Number(number)) if number.is_i64() => Some(value.clone()),
        (Flag, Value::Bool(_)) => Some(value.clone()),
        (List(of), Value::Array(items)) => {
            let items = items.iter().filter_map(|item| take(item, *of)).collect::<Vec<_>>();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        (Object(members), Value::Object(from)) => {
            let taken = members
                .iter()
                .filter_map(|(source, target, shape)| {
                    Some(((*target).to_owned(), take(from.get(*source)?, *shape)?))
                })
                .collect::<Map<_, _>>();
            (!taken.is_empty()).then_some(Value::Object(taken))
        }
        (Document, Value::String(text)) => super::filled(text, LIMIT_DOCUMENT).map(Value::String),
        (Document, Value::Object(_)) => super::filled(&value.to_string(), LIMIT_DOCUMENT).map(Value::String),
        _ => None,
    }
}

/// The longest string inside details. ASFF documents none; this is the longest that AWS's own findings are known to have.
const LIMIT_TEXT: usize = 2048;

/// ASFF's limit for `AssumeRolePolicyDocument`: a longer one is no longer a document, and does not occur.
const LIMIT_DOCUMENT: usize = 131_072;

/// The ASFF type of a member of a collection, and the table of its details where ASFF has one.
pub(super) fn typed(collection: Option<Collection>, key: &str) -> (&'static str, Option<Details>) {
    let Some(collection) = collection else { return (OTHER, None) };
    match collection {
        Collection::Accounts => ("AwsAccount", None),
        Collection::Clusters => ("AwsEcsCluster", Some(Details(ecs::CLUSTER))),
        Collection::Services => ("AwsEcsService", Some(Details(ecs::SERVICE))),
        Collection::TaskDefinitions => ("AwsEcsTaskDefinition", Some(Details(ecs::TASK_DEFINITION))),
        Collection::Tasks => ("AwsEcsTask", Some(Details(ecs::TASK))),
        Collection::NetworkInterfaces => {
            ("AwsEc2NetworkInterface", Some(Details(iam_ec2::NETWORK_INTERFACE)))
        }
        Collection::Instances => ("AwsEc2Instance", Some(Details(iam_ec2::INSTANCE))),
        Collection::Volumes => ("AwsEc2Volume", Some(Details(iam_ec2::VOLUME))),
        Collection::RouteTables => ("AwsEc2RouteTable", Some(Details(iam_ec2::ROUTE_TABLE))),
        Collection::SecurityGroups => ("AwsEc2SecurityGroup", Some(Details(iam_ec2::SECURITY_GROUP))),
        Collection::Subnets => ("AwsEc2Subnet", Some(Details(iam_ec2::SUBNET))),
        Collection::Vpcs => ("AwsEc2Vpc", Some(Details(iam_ec2::VPC))),
        Collection::Groups => ("AwsIamGroup", Some(Details(iam_ec2::GROUP))),
        Collection::Policies => ("AwsIamPolicy", Some(Details(iam_ec2::POLICY))),
        Collection::Roles => ("AwsIamRole", Some(Details(iam_ec2::ROLE))),
        Collection::Users => ("AwsIamUser", Some(Details(iam_ec2::USER))),
        Collection::Images => (CONTAINER_IMAGE, Some(Details(IMAGE))),
        Collection::ImageReferences => (CONTAINER_IMAGE, Some(Details(REFERENCE))),
        Collection::Repositories => ("AwsEcrRepository", Some(Details(REPOSITORY))),
        Collection::AccessPoints => ("AwsEfsAccessPoint", Some(Details(ACCESS_POINT))),
        Collection::Secrets => ("AwsSecretsManagerSecret", Some(Details(SECRET))),
        Collection::Trails => ("AwsCloudTrailTrail", Some(Details(TRAIL))),
        // What is known of a user or role besides its access is in other collections.
        Collection::Access if key.contains(":user/") => ("AwsIamUser", None),
        Collection::Access => ("AwsIamRole", None),
        Collection::UsedImages if key.contains(".dkr.ecr") => (CONTAINER_IMAGE, None),
        Collection::ScalableTargets
        | Collection::Attestors
        | Collection::UsedImages
        | Collection::TrailStatus
        | Collection::SigningConfiguration
        | Collection::SigningStatus
        | Collection::ImageScanFindings
        | Collection::LifecyclePolicies
        | Collection::RegistryScanning
        | Collection::RepositoryPolicies
        | Collection::RepositoryScanning
        | Collection::RepositoryTags
        | Collection::RuntimeCoverage
        | Collection::Detectors
        | Collection::InspectorAccounts
        | Collection::LastAccessed
        | Collection::LogGroups
        | Collection::ServiceControlPolicies
        | Collection::VpcEndpoints
        | Collection::FlowLogs
        | Collection::MachineImages
        | Collection::RecommendedImages
        | Collection::Parameters
        | Collection::AccountSettings
        | Collection::CapacityProviders
        | Collection::ContainerInstances
        | Collection::DaemonRevisions
        | Collection::DaemonTaskDefinitions
        | Collection::Daemons
        | Collection::ExpressServices
        | Collection::ServiceRevisions
        | Collection::TaskSets
        | Collection::ListenerRules
        | Collection::Listeners
        | Collection::LoadBalancers
        | Collection::TargetGroups
        | Collection::TaskDefinitionFamilies
        | Collection::Patterns
        | Collection::Rules
        | Collection::Schedules => (OTHER, None),
    }
}

const ACCESS_POINT: Shape = Object(&[
    ("AccessPointId", "AccessPointId", Text),
    ("AccessPointArn", "Arn", Text),
    ("FileSystemId", "FileSystemId", Text),
    ("RootDirectory", "RootDirectory", Object(&[("Path", "Path", Text)])),
]);

const SECRET: Shape = Object(&[
    ("Name", "Name", Text),
    ("KmsKeyId", "KmsKeyId", Text),
    ("RotationEnabled", "RotationEnabled", Flag),
    ("RotationLambdaARN", "RotationLambdaArn", Text),
    (
        "RotationRules",
        "RotationRules",
        Object(&[("AutomaticallyAfterDays", "AutomaticallyAfterDays", Number)]),
    ),
]);

const CONTAINER_IMAGE: &str = "AwsEcrContainerImage";

const IMAGE: Shape = Object(&[
    ("registryId", "RegistryId", Text),
    ("repositoryName", "RepositoryName", Text),
    ("imageDigest", "ImageDigest", Text),
    ("imageTags", "ImageTags", List(&Text)),
]);

/// An image that may not be there: of what its name says, ASFF has members for these.
const REFERENCE: Shape =
    Object(&[("registryId", "RegistryId", Text), ("repositoryName", "RepositoryName", Text)]);

const REPOSITORY: Shape = Object(&[
    ("repositoryArn", "Arn", Text),
    ("repositoryName", "RepositoryName", Text),
    ("imageTagMutability", "ImageTagMutability", Text),
    (
        "imageScanningConfiguration",
        "ImageScanningConfiguration",
        Object(&[("scanOnPush", "ScanOnPush", Flag)]),
    ),
]);

const TRAIL: Shape = Object(&[
    ("CloudWatchLogsLogGroupArn", "CloudWatchLogsLogGroupArn", Text),
    ("CloudWatchLogsRoleArn", "CloudWatchLogsRoleArn", Text),
    ("HasCustomEventSelectors", "HasCustomEventSelectors", Flag),
    ("HomeRegion", "HomeRegion", Text),
    ("IncludeGlobalServiceEvents", "IncludeGlobalServiceEvents", Flag),
    ("IsMultiRegionTrail", "IsMultiRegionTrail", Flag),
    ("IsOrganizationTrail", "IsOrganizationTrail", Flag),
    ("KmsKeyId", "KmsKeyId", Text),
    ("LogFileValidationEnabled", "LogFileValidationEnabled", Flag),
    ("Name", "Name", Text),
    ("S3BucketName", "S3BucketName", Text),
    ("S3KeyPrefix", "S3KeyPrefix", Text),
    ("SnsTopicARN", "SnsTopicArn", Text),
    ("SnsTopicName", "SnsTopicName", Text),
    ("TrailARN", "TrailArn", Text),
]);

/// The type of everything that ASFF has no type for.
pub(super) const OTHER: &str = "Other";

/// One table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Details(Shape);

impl Details {
    /// The details of a resource.
    pub(super) fn of(self, body: &Value) -> Option<Value> {
        take(body, self.0)
    }
}
