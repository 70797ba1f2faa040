//! What of a resource goes into a finding: tables of members that ASFF has, by ASFF's names.
//!
//! A member that stands in no table is not sent. Left out on purpose are
//!
//! * free text that may hold secrets, although the snapshot has replaced it: environment, command, entry point, health
//!   check, labels, driver options;
//! * what changes without anybody changing the resource (counts of running tasks, the desired count that scaling moves),
//!   because each change of a finding's content is one more write, and one more event for the customer's automations.
//!
//! Source of the names: the serializers of `aws-sdk-securityhub` 1.137.0, and botocore's models of ECS, EC2 and IAM.

use serde_json::{Map, Value};

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

/// The ASFF type of a collection's members, and the table of their details where ASFF has one.
pub(super) fn typed(collection: Option<Collection>) -> (&'static str, Option<Details>) {
    let Some(collection) = collection else { return (OTHER, None) };
    match collection {
        Collection::Accounts => ("AwsAccount", None),
        Collection::Clusters => ("AwsEcsCluster", Some(Details(CLUSTER))),
        Collection::Services => ("AwsEcsService", Some(Details(SERVICE))),
        Collection::TaskDefinitions => ("AwsEcsTaskDefinition", Some(Details(TASK_DEFINITION))),
        Collection::Tasks => ("AwsEcsTask", Some(Details(TASK))),
        Collection::NetworkInterfaces => ("AwsEc2NetworkInterface", Some(Details(NETWORK_INTERFACE))),
        Collection::RouteTables => ("AwsEc2RouteTable", Some(Details(ROUTE_TABLE))),
        Collection::SecurityGroups => ("AwsEc2SecurityGroup", Some(Details(SECURITY_GROUP))),
        Collection::Subnets => ("AwsEc2Subnet", Some(Details(SUBNET))),
        Collection::Vpcs => ("AwsEc2Vpc", Some(Details(VPC))),
        Collection::Groups => ("AwsIamGroup", Some(Details(GROUP))),
        Collection::Policies => ("AwsIamPolicy", Some(Details(POLICY))),
        Collection::Roles => ("AwsIamRole", Some(Details(ROLE))),
        Collection::Users => ("AwsIamUser", Some(Details(USER))),
        Collection::ScalableTargets
        | Collection::VpcEndpoints
        | Collection::FlowLogs
        | Collection::AccountSettings
        | Collection::CapacityProviders
        | Collection::ContainerInstances
        | Collection::Daemons
        | Collection::ExpressServices
        | Collection::ServiceRevisions
        | Collection::TaskSets => (OTHER, None),
    }
}

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

/// `Details.Other` of a resource that ASFF has no type for: scalars by their path.
pub(super) fn other(collection: Collection, body: &Value) -> Option<Value> {
    let paths: &[&str] = match collection {
        Collection::TaskSets => &[
            "clusterArn",
            "serviceArn",
            "taskDefinition",
            "launchType",
            "platformVersion",
            "platformFamily",
            "status",
            "externalId",
            "networkConfiguration.awsvpcConfiguration.assignPublicIp",
        ],
        Collection::CapacityProviders => &[
            "name",
            "status",
            "type",
            "autoScalingGroupProvider.autoScalingGroupArn",
            "autoScalingGroupProvider.managedScaling.status",
            "autoScalingGroupProvider.managedTerminationProtection",
            "autoScalingGroupProvider.managedDraining",
        ],
        Collection::AccountSettings => &["name", "value", "principalArn", "type"],
        Collection::ContainerInstances => &[
            "clusterArn",
            "ec2InstanceId",
            "capacityProviderName",
            "versionInfo.agentVersion",
            "versionInfo.dockerVersion",
        ],
        Collection::ServiceRevisions => {
            &["clusterArn", "serviceArn", "taskDefinition", "launchType", "platformVersion"]
        }
        Collection::ExpressServices => &["cluster", "serviceName", "status.statusCode"],
        Collection::Daemons => &["clusterArn", "daemonArn", "status"],
        Collection::ScalableTargets => {
            &["ResourceId", "ScalableDimension", "ServiceNamespace", "MinCapacity", "MaxCapacity"]
        }
        Collection::VpcEndpoints => {
            &["VpcEndpointId", "VpcEndpointType", "VpcId", "ServiceName", "PrivateDnsEnabled"]
        }
        Collection::FlowLogs => {
            &["FlowLogId", "ResourceId", "TrafficType", "LogDestinationType", "FlowLogStatus"]
        }
        _ => &[],
    };
    let mut members = Map::new();
    for path in paths {
        let value = path.split('.').try_fold(body, |value, name| value.get(name));
        let text = match value {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => continue,
        };
        if let Some(text) = super::filled(&text, LIMIT_TEXT) {
            members.insert((*path).to_owned(), Value::String(text));
        }
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

const STRATEGY: Shape = List(&Object(&[
    ("base", "Base", Number),
    ("capacityProvider", "CapacityProvider", Text),
    ("weight", "Weight", Number),
]));

const CLUSTER: Shape = Object(&[
    ("clusterArn", "ClusterArn", Text),
    ("clusterName", "ClusterName", Text),
    ("status", "Status", Text),
    ("capacityProviders", "CapacityProviders", List(&Text)),
    ("settings", "ClusterSettings", List(&Object(&[("name", "Name", Text), ("value", "Value", Text)]))),
    (
        "configuration",
        "Configuration",
        Object(&[(
            "executeCommandConfiguration",
            "ExecuteCommandConfiguration",
            Object(&[
                ("kmsKeyId", "KmsKeyId", Text),
                ("logging", "Logging", Text),
                (
                    "logConfiguration",
                    "LogConfiguration",
                    Object(&[
                        ("cloudWatchEncryptionEnabled", "CloudWatchEncryptionEnabled", Flag),
                        ("cloudWatchLogGroupName", "CloudWatchLogGroupName", Text),
                        ("s3BucketName", "S3BucketName", Text),
                        ("s3EncryptionEnabled", "S3EncryptionEnabled", Flag),
                        ("s3KeyPrefix", "S3KeyPrefix", Text),
                    ]),
                ),
            ]),
        )]),
    ),
    ("defaultCapacityProviderStrategy", "DefaultCapacityProviderStrategy", STRATEGY),
]);

const SERVICE: Shape = Object(&[
    ("serviceArn", "ServiceArn", Text),
    ("serviceName", "ServiceName", Text),
    ("serviceName", "Name", Text),
    ("clusterArn", "Cluster", Text),
    ("taskDefinition", "TaskDefinition", Text),
    ("launchType", "LaunchType", Text),
    ("platformVersion", "PlatformVersion", Text),
    ("capacityProviderStrategy", "CapacityProviderStrategy", STRATEGY),
    (
        "deploymentConfiguration",
        "DeploymentConfiguration",
        Object(&[
            (
                "deploymentCircuitBreaker",
                "DeploymentCircuitBreaker",
                Object(&[("enable", "Enable", Flag), ("rollback", "Rollback", Flag)]),
            ),
            ("maximumPercent", "MaximumPercent", Number),
            ("minimumHealthyPercent", "MinimumHealthyPercent", Number),
        ]),
    ),
    ("deploymentController", "DeploymentController", Object(&[("type", "Type", Text)])),
    ("enableECSManagedTags", "EnableEcsManagedTags", Flag),
    ("enableExecuteCommand", "EnableExecuteCommand", Flag),
    ("healthCheckGracePeriodSeconds", "HealthCheckGracePeriodSeconds", Number),
    (
        "loadBalancers",
        "LoadBalancers",
        List(&Object(&[
            ("containerName", "ContainerName", Text),
            ("containerPort", "ContainerPort", Number),
            ("loadBalancerName", "LoadBalancerName", Text),
            ("targetGroupArn", "TargetGroupArn", Text),
        ])),
    ),
    (
        "networkConfiguration",
        "NetworkConfiguration",
        Object(&[(
            "awsvpcConfiguration",
            "AwsVpcConfiguration",
            Object(&[
                ("assignPublicIp", "AssignPublicIp", Text),
                ("securityGroups", "SecurityGroups", List(&Text)),
                ("subnets", "Subnets", List(&Text)),
            ]),
        )]),
    ),
    (
        "placementConstraints",
        "PlacementConstraints",
        List(&Object(&[("expression", "Expression", Text), ("type", "Type", Text)])),
    ),
    (
        "placementStrategy",
        "PlacementStrategies",
        List(&Object(&[("field", "Field", Text), ("type", "Type", Text)])),
    ),
    ("propagateTags", "PropagateTags", Text),
    ("roleArn", "Role", Text),
    ("schedulingStrategy", "SchedulingStrategy", Text),
    (
        "serviceRegistries",
        "ServiceRegistries",
        List(&Object(&[
            ("containerName", "ContainerName", Text),
            ("containerPort", "ContainerPort", Number),
            ("port", "Port", Number),
            ("registryArn", "RegistryArn", Text),
        ])),
    ),
]);

const SECRETS: Shape = List(&Object(&[("name", "Name", Text), ("valueFrom", "ValueFrom", Text)]));

const TASK_DEFINITION: Shape = Object(&[
    ("family", "Family", Text),
    ("status", "Status", Text),
    ("cpu", "Cpu", Text),
    ("memory", "Memory", Text),
    ("executionRoleArn", "ExecutionRoleArn", Text),
    ("taskRoleArn", "TaskRoleArn", Text),
    ("networkMode", "NetworkMode", Text),
    ("ipcMode", "IpcMode", Text),
    ("pidMode", "PidMode", Text),
    ("requiresCompatibilities", "RequiresCompatibilities", List(&Text)),
    (
        "placementConstraints",
        "PlacementConstraints",
        List(&Object(&[("expression", "Expression", Text), ("type", "Type", Text)])),
    ),
    ("containerDefinitions", "ContainerDefinitions", List(&CONTAINER_DEFINITION)),
    (
        "volumes",
        "Volumes",
        List(&Object(&[
            ("name", "Name", Text),
            ("host", "Host", Object(&[("sourcePath", "SourcePath", Text)])),
            (
                "dockerVolumeConfiguration",
                "DockerVolumeConfiguration",
                Object(&[
                    ("autoprovision", "Autoprovision", Flag),
                    ("driver", "Driver", Text),
                    ("scope", "Scope", Text),
                ]),
            ),
            (
                "efsVolumeConfiguration",
                "EfsVolumeConfiguration",
                Object(&[
                    (
                        "authorizationConfig",
                        "AuthorizationConfig",
                        Object(&[("accessPointId", "AccessPointId", Text), ("iam", "Iam", Text)]),
                    ),
                    ("fileSystemId", "FilesystemId", Text),
                    ("rootDirectory", "RootDirectory", Text),
                    ("transitEncryption", "TransitEncryption", Text),
                    ("transitEncryptionPort", "TransitEncryptionPort", Number),
                ]),
            ),
        ])),
    ),
]);

const CONTAINER_DEFINITION: Shape = Object(&[
    ("name", "Name", Text),
    ("image", "Image", Text),
    ("essential", "Essential", Flag),
    ("privileged", "Privileged", Flag),
    ("readonlyRootFilesystem", "ReadonlyRootFilesystem", Flag),
    ("user", "User", Text),
    ("cpu", "Cpu", Number),
    ("memory", "Memory", Number),
    ("memoryReservation", "MemoryReservation", Number),
    ("disableNetworking", "DisableNetworking", Flag),
    ("interactive", "Interactive", Flag),
    ("pseudoTerminal", "PseudoTerminal", Flag),
    ("dockerSecurityOptions", "DockerSecurityOptions", List(&Text)),
    (
        "linuxParameters",
        "LinuxParameters",
        Object(&[
            (
                "capabilities",
                "Capabilities",
                Object(&[("add", "Add", List(&Text)), ("drop", "Drop", List(&Text))]),
            ),
            (
                "devices",
                "Devices",
                List(&Object(&[
                    ("containerPath", "ContainerPath", Text),
                    ("hostPath", "HostPath", Text),
                    ("permissions", "Permissions", List(&Text)),
                ])),
            ),
            ("initProcessEnabled", "InitProcessEnabled", Flag),
            ("maxSwap", "MaxSwap", Number),
            ("sharedMemorySize", "SharedMemorySize", Number),
            ("swappiness", "Swappiness", Number),
        ]),
    ),
    (
        "logConfiguration",
        "LogConfiguration",
        Object(&[("logDriver", "LogDriver", Text), ("secretOptions", "SecretOptions", SECRETS)]),
    ),
    (
        "mountPoints",
        "MountPoints",
        List(&Object(&[
            ("containerPath", "ContainerPath", Text),
            ("readOnly", "ReadOnly", Flag),
            ("sourceVolume", "SourceVolume", Text),
        ])),
    ),
    (
        "portMappings",
        "PortMappings",
        List(&Object(&[
            ("containerPort", "ContainerPort", Number),
            ("hostPort", "HostPort", Number),
            ("protocol", "Protocol", Text),
        ])),
    ),
    (
        "repositoryCredentials",
        "RepositoryCredentials",
        Object(&[("credentialsParameter", "CredentialsParameter", Text)]),
    ),
    (
        "resourceRequirements",
        "ResourceRequirements",
        List(&Object(&[("type", "Type", Text), ("value", "Value", Text)])),
    ),
    ("secrets", "Secrets", SECRETS),
    ("startTimeout", "StartTimeout", Number),
    ("stopTimeout", "StopTimeout", Number),
    (
        "ulimits",
        "Ulimits",
        List(&Object(&[
            ("hardLimit", "HardLimit", Number),
            ("name", "Name", Text),
            ("softLimit", "SoftLimit", Number),
        ])),
    ),
    (
        "volumesFrom",
        "VolumesFrom",
        List(&Object(&[("readOnly", "ReadOnly", Flag), ("sourceContainer", "SourceContainer", Text)])),
    ),
]);

const TASK: Shape = Object(&[
    ("clusterArn", "ClusterArn", Text),
    ("taskDefinitionArn", "TaskDefinitionArn", Text),
    ("group", "Group", Text),
    ("startedBy", "StartedBy", Text),
    ("containers", "Containers", List(&Object(&[("name", "Name", Text), ("image", "Image", Text)]))),
]);

const NETWORK_INTERFACE: Shape = Object(&[
    ("NetworkInterfaceId", "NetworkInterfaceId", Text),
    ("SourceDestCheck", "SourceDestCheck", Flag),
    (
        "Groups",
        "SecurityGroups",
        List(&Object(&[("GroupName", "GroupName", Text), ("GroupId", "GroupId", Text)])),
    ),
]);

const ROUTE_TABLE: Shape =
    Object(&[("RouteTableId", "RouteTableId", Text), ("OwnerId", "OwnerId", Text), ("VpcId", "VpcId", Text)]);

const PERMISSIONS: Shape = List(&Object(&[
    ("IpProtocol", "IpProtocol", Text),
    ("FromPort", "FromPort", Number),
    ("ToPort", "ToPort", Number),
    ("IpRanges", "IpRanges", List(&Object(&[("CidrIp", "CidrIp", Text)]))),
    ("Ipv6Ranges", "Ipv6Ranges", List(&Object(&[("CidrIpv6", "CidrIpv6", Text)]))),
    ("PrefixListIds", "PrefixListIds", List(&Object(&[("PrefixListId", "PrefixListId", Text)]))),
    (
        "UserIdGroupPairs",
        "UserIdGroupPairs",
        List(&Object(&[
            ("GroupId", "GroupId", Text),
            ("GroupName", "GroupName", Text),
            ("UserId", "UserId", Text),
            ("VpcId", "VpcId", Text),
        ])),
    ),
]));

const SECURITY_GROUP: Shape = Object(&[
    ("GroupId", "GroupId", Text),
    ("GroupName", "GroupName", Text),
    ("OwnerId", "OwnerId", Text),
    ("VpcId", "VpcId", Text),
    ("IpPermissions", "IpPermissions", PERMISSIONS),
    ("IpPermissionsEgress", "IpPermissionsEgress", PERMISSIONS),
]);

const SUBNET: Shape = Object(&[
    ("SubnetId", "SubnetId", Text),
    ("SubnetArn", "SubnetArn", Text),
    ("VpcId", "VpcId", Text),
    ("OwnerId", "OwnerId", Text),
    ("CidrBlock", "CidrBlock", Text),
    ("AvailabilityZone", "AvailabilityZone", Text),
    ("AvailabilityZoneId", "AvailabilityZoneId", Text),
    ("MapPublicIpOnLaunch", "MapPublicIpOnLaunch", Flag),
    ("AssignIpv6AddressOnCreation", "AssignIpv6AddressOnCreation", Flag),
    ("DefaultForAz", "DefaultForAz", Flag),
]);

const VPC: Shape = Object(&[("DhcpOptionsId", "DhcpOptionsId", Text), ("State", "State", Text)]);

const ATTACHED: Shape =
    List(&Object(&[("PolicyName", "PolicyName", Text), ("PolicyArn", "PolicyArn", Text)]));

const INLINE: Shape = List(&Object(&[("PolicyName", "PolicyName", Text)]));

const BOUNDARY: Shape = Object(&[
    ("PermissionsBoundaryArn", "PermissionsBoundaryArn", Text),
    ("PermissionsBoundaryType", "PermissionsBoundaryType", Text),
]);

const GROUP: Shape = Object(&[
    ("GroupId", "GroupId", Text),
    ("GroupName", "GroupName", Text),
    ("Path", "Path", Text),
    ("AttachedManagedPolicies", "AttachedManagedPolicies", ATTACHED),
    ("GroupPolicyList", "GroupPolicyList", INLINE),
]);

const POLICY: Shape = Object(&[
    ("PolicyId", "PolicyId", Text),
    ("PolicyName", "PolicyName", Text),
    ("Path", "Path", Text),
    ("DefaultVersionId", "DefaultVersionId", Text),
    ("IsAttachable", "IsAttachable", Flag),
]);

const ROLE: Shape = Object(&[
    ("RoleId", "RoleId", Text),
    ("RoleName", "RoleName", Text),
    ("Path", "Path", Text),
    ("AssumeRolePolicyDocument", "AssumeRolePolicyDocument", Document),
    ("AttachedManagedPolicies", "AttachedManagedPolicies", ATTACHED),
    ("PermissionsBoundary", "PermissionsBoundary", BOUNDARY),
    ("RolePolicyList", "RolePolicyList", INLINE),
]);

const USER: Shape = Object(&[
    ("UserId", "UserId", Text),
    ("UserName", "UserName", Text),
    ("Path", "Path", Text),
    ("AttachedManagedPolicies", "AttachedManagedPolicies", ATTACHED),
    ("GroupList", "GroupList", List(&Text)),
    ("PermissionsBoundary", "PermissionsBoundary", BOUNDARY),
    ("UserPolicyList", "UserPolicyList", INLINE),
]);
