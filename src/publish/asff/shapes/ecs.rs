//! ECS: from the API's camelCase.

use super::Shape::{self, Flag, List, Number, Object, Text};

const STRATEGY: Shape = List(&Object(&[
    ("base", "Base", Number),
    ("capacityProvider", "CapacityProvider", Text),
    ("weight", "Weight", Number),
]));

pub(super) const CLUSTER: Shape = Object(&[
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

pub(super) const SERVICE: Shape = Object(&[
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

pub(super) const TASK_DEFINITION: Shape = Object(&[
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

pub(super) const TASK: Shape = Object(&[
    ("clusterArn", "ClusterArn", Text),
    ("taskDefinitionArn", "TaskDefinitionArn", Text),
    ("group", "Group", Text),
    ("startedBy", "StartedBy", Text),
    ("containers", "Containers", List(&Object(&[("name", "Name", Text), ("image", "Image", Text)]))),
]);
