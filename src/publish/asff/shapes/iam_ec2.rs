//! EC2 and IAM: from the APIs' PascalCase.

use super::Shape::{self, Document, Flag, List, Number, Object, Text};

pub(super) const INSTANCE: Shape = Object(&[
    ("ImageId", "ImageId", Text),
    ("InstanceType", "Type", Text),
    ("KeyName", "KeyName", Text),
    ("LaunchTime", "LaunchedAt", Text),
    (
        "MetadataOptions",
        "MetadataOptions",
        Object(&[
            ("HttpEndpoint", "HttpEndpoint", Text),
            ("HttpProtocolIpv6", "HttpProtocolIpv6", Text),
            ("HttpPutResponseHopLimit", "HttpPutResponseHopLimit", Number),
            ("HttpTokens", "HttpTokens", Text),
            ("InstanceMetadataTags", "InstanceMetadataTags", Text),
        ]),
    ),
    ("Monitoring", "Monitoring", Object(&[("State", "State", Text)])),
    (
        "NetworkInterfaces",
        "NetworkInterfaces",
        List(&Object(&[("NetworkInterfaceId", "NetworkInterfaceId", Text)])),
    ),
    ("SubnetId", "SubnetId", Text),
    ("VirtualizationType", "VirtualizationType", Text),
    ("VpcId", "VpcId", Text),
]);

pub(super) const VOLUME: Shape = Object(&[
    (
        "Attachments",
        "Attachments",
        List(&Object(&[
            ("AttachTime", "AttachTime", Text),
            ("DeleteOnTermination", "DeleteOnTermination", Flag),
            ("InstanceId", "InstanceId", Text),
            ("State", "Status", Text),
        ])),
    ),
    ("CreateTime", "CreateTime", Text),
    ("Encrypted", "Encrypted", Flag),
    ("KmsKeyId", "KmsKeyId", Text),
    ("Size", "Size", Number),
    ("SnapshotId", "SnapshotId", Text),
    ("State", "Status", Text),
    ("VolumeId", "VolumeId", Text),
    ("VolumeType", "VolumeType", Text),
]);

pub(super) const NETWORK_INTERFACE: Shape = Object(&[
    ("NetworkInterfaceId", "NetworkInterfaceId", Text),
    ("SourceDestCheck", "SourceDestCheck", Flag),
    (
        "Groups",
        "SecurityGroups",
        List(&Object(&[("GroupName", "GroupName", Text), ("GroupId", "GroupId", Text)])),
    ),
]);

pub(super) const ROUTE_TABLE: Shape =
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

pub(super) const SECURITY_GROUP: Shape = Object(&[
    ("GroupId", "GroupId", Text),
    ("GroupName", "GroupName", Text),
    ("OwnerId", "OwnerId", Text),
    ("VpcId", "VpcId", Text),
    ("IpPermissions", "IpPermissions", PERMISSIONS),
    ("IpPermissionsEgress", "IpPermissionsEgress", PERMISSIONS),
]);

pub(super) const SUBNET: Shape = Object(&[
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

pub(super) const VPC: Shape = Object(&[("DhcpOptionsId", "DhcpOptionsId", Text), ("State", "State", Text)]);

const ATTACHED: Shape =
    List(&Object(&[("PolicyName", "PolicyName", Text), ("PolicyArn", "PolicyArn", Text)]));

const INLINE: Shape = List(&Object(&[("PolicyName", "PolicyName", Text)]));

const BOUNDARY: Shape = Object(&[
    ("PermissionsBoundaryArn", "PermissionsBoundaryArn", Text),
    ("PermissionsBoundaryType", "PermissionsBoundaryType", Text),
]);

pub(super) const GROUP: Shape = Object(&[
    ("GroupId", "GroupId", Text),
    ("GroupName", "GroupName", Text),
    ("Path", "Path", Text),
    ("AttachedManagedPolicies", "AttachedManagedPolicies", ATTACHED),
    ("GroupPolicyList", "GroupPolicyList", INLINE),
]);

pub(super) const POLICY: Shape = Object(&[
    ("PolicyId", "PolicyId", Text),
    ("PolicyName", "PolicyName", Text),
    ("Path", "Path", Text),
    ("DefaultVersionId", "DefaultVersionId", Text),
    ("IsAttachable", "IsAttachable", Flag),
]);

pub(super) const ROLE: Shape = Object(&[
    ("RoleId", "RoleId", Text),
    ("RoleName", "RoleName", Text),
    ("Path", "Path", Text),
    ("AssumeRolePolicyDocument", "AssumeRolePolicyDocument", Document),
    ("AttachedManagedPolicies", "AttachedManagedPolicies", ATTACHED),
    ("PermissionsBoundary", "PermissionsBoundary", BOUNDARY),
    ("RolePolicyList", "RolePolicyList", INLINE),
]);

pub(super) const USER: Shape = Object(&[
    ("UserId", "UserId", Text),
    ("UserName", "UserName", Text),
    ("Path", "Path", Text),
    ("AttachedManagedPolicies", "AttachedManagedPolicies", ATTACHED),
    ("GroupList", "GroupList", List(&Text)),
    ("PermissionsBoundary", "PermissionsBoundary", BOUNDARY),
    ("UserPolicyList", "UserPolicyList", INLINE),
]);
