//! How EC2's XML becomes the CLI's JSON, from the API's model (2016-11-15) of the resources that are read here.

use super::super::xml::Dialect;
use super::super::xml::Field;
use super::super::xml::Shape::{Boolean, Integer, List, Object, Text};

/// Every resource without exceptions of its own.
pub(super) const DIALECT: Dialect = Dialect { item: "item", exceptions: &[], fields: FIELDS };

/// Network interfaces: the same, but their tags keep their name.
pub(super) const NETWORK_INTERFACES: Dialect =
    Dialect { exceptions: &[("tagSet", "TagSet", List)], ..DIALECT };

/// Instances, whose own addresses and state have other names, and whose own groups are renamed after they were read.
pub(super) const INSTANCES: Dialect = Dialect {
    exceptions: &[
        ("dnsName", "PublicDnsName", Text),
        ("instanceState", "State", Object),
        ("ipAddress", "PublicIpAddress", Text),
        ("reason", "StateTransitionReason", Text),
        ("type", "ProductCodeType", Text),
    ],
    ..DIALECT
};

/// Volumes, which call their status a state.
pub(super) const VOLUMES: Dialect = Dialect { exceptions: &[("status", "State", Text)], ..DIALECT };

/// Machine images.
pub(super) const IMAGES: Dialect = Dialect {
    exceptions: &[
        ("imageOwnerId", "OwnerId", Text),
        ("imageState", "State", Text),
        ("isPublic", "Public", Boolean),
        ("type", "ProductCodeType", Text),
    ],
    ..DIALECT
};

/// An element has one meaning wherever it stands, so one list serves all resources.
const FIELDS: &[Field] = &[
    // Answers.
    ("flowLogSet", "FlowLogs", List),
    ("imagesSet", "Images", List),
    ("instancesSet", "Instances", List),
    ("networkInterfaceSet", "NetworkInterfaces", List),
    ("reservationSet", "Reservations", List),
    ("routeTableSet", "RouteTables", List),
    ("securityGroupInfo", "SecurityGroups", List),
    ("subnetSet", "Subnets", List),
    ("volumeSet", "Volumes", List),
    ("vpcEndpointSet", "VpcEndpoints", List),
    ("vpcSet", "Vpcs", List),
    // Lists whose names change, or which may be empty under a name that does not tell.
    ("associatedSubnetSet", "AssociatedSubnets", List),
    ("associationSet", "Associations", List),
    ("attachmentSet", "Attachments", List),
    ("blockDeviceMapping", "BlockDeviceMappings", List),
    ("cidrBlockAssociationSet", "CidrBlockAssociationSet", List),
    ("dnsEntrySet", "DnsEntries", List),
    ("elasticGpuAssociationSet", "ElasticGpuAssociations", List),
    ("elasticInferenceAcceleratorAssociationSet", "ElasticInferenceAcceleratorAssociations", List),
    ("groups", "UserIdGroupPairs", List),
    ("groupSet", "Groups", List),
    ("imageWatermarkSet", "ImageWatermarks", List),
    ("ipPermissions", "IpPermissions", List),
    ("ipPermissionsEgress", "IpPermissionsEgress", List),
    ("ipPrefixSet", "IpPrefixes", List),
    ("ipRanges", "IpRanges", List),
    ("ipv4PrefixSet", "Ipv4Prefixes", List),
    ("ipv6AddressesSet", "Ipv6Addresses", List),
    ("ipv6CidrBlockAssociationSet", "Ipv6CidrBlockAssociationSet", List),
    ("ipv6PrefixSet", "Ipv6Prefixes", List),
    ("ipv6Ranges", "Ipv6Ranges", List),
    ("licenseSet", "Licenses", List),
    ("metricCategoryIdSet", "MetricCategoryIds", List),
    ("networkInterfaceIdSet", "NetworkInterfaceIds", List),
    ("payerResponsibilitySet", "PayerResponsibilities", List),
    ("prefixListIds", "PrefixListIds", List),
    ("privateDnsSpecifiedDomainSet", "PrivateDnsSpecifiedDomains", List),
    ("privateIpAddressesSet", "PrivateIpAddresses", List),
    ("privateIpAddressSet", "PrivateIpAddresses", List),
    ("productCodes", "ProductCodes", List),
    ("propagatingVgwSet", "PropagatingVgws", List),
    ("routeSet", "Routes", List),
    ("routeTableIdSet", "RouteTableIds", List),
    ("secondaryInterfaceSet", "SecondaryInterfaces", List),
    ("subnetIdSet", "SubnetIds", List),
    ("supportedInstanceTypeSet", "SupportedInstanceTypes", List),
    ("tagFieldSpecificationSet", "TagFieldSpecifications", List),
    ("tagKeySet", "TagKeys", List),
    ("tagSet", "Tags", List),
    ("unsupportedInstanceTypeSet", "UnsupportedInstanceTypes", List),
    // Names that change.
    ("groupDescription", "Description", Text),
    ("productCode", "ProductCodeId", Text),
    // Numbers.
    ("amiLaunchIndex", "AmiLaunchIndex", Integer),
    ("availableIpAddressCount", "AvailableIpAddressCount", Integer),
    ("code", "Code", Integer),
    ("coreCount", "CoreCount", Integer),
    ("deviceIndex", "DeviceIndex", Integer),
    ("EbsCardIndex", "EbsCardIndex", Integer),
    ("ebsCardIndex", "EbsCardIndex", Integer),
    ("enableLniAtDeviceIndex", "EnableLniAtDeviceIndex", Integer),
    ("enaQueueCount", "EnaQueueCount", Integer),
    ("fromPort", "FromPort", Integer),
    ("httpPutResponseHopLimit", "HttpPutResponseHopLimit", Integer),
    ("iops", "Iops", Integer),
    ("maxAggregationInterval", "MaxAggregationInterval", Integer),
    ("networkCardIndex", "NetworkCardIndex", Integer),
    ("partitionNumber", "PartitionNumber", Integer),
    ("size", "Size", Integer),
    ("tcpEstablishedTimeout", "TcpEstablishedTimeout", Integer),
    ("threadsPerCore", "ThreadsPerCore", Integer),
    ("throughput", "Throughput", Integer),
    ("toPort", "ToPort", Integer),
    ("udpStreamTimeout", "UdpStreamTimeout", Integer),
    ("udpTimeout", "UdpTimeout", Integer),
    ("VolumeInitializationRate", "VolumeInitializationRate", Integer),
    ("volumeInitializationRate", "VolumeInitializationRate", Integer),
    ("volumeSize", "VolumeSize", Integer),
    // Truth values.
    ("assignIpv6AddressOnCreation", "AssignIpv6AddressOnCreation", Boolean),
    ("configured", "Configured", Boolean),
    ("defaultForAz", "DefaultForAz", Boolean),
    ("deleteOnTermination", "DeleteOnTermination", Boolean),
    ("denyAllIgwTraffic", "DenyAllIgwTraffic", Boolean),
    ("ebsOptimized", "EbsOptimized", Boolean),
    ("enabled", "Enabled", Boolean),
    ("enableDns64", "EnableDns64", Boolean),
    ("enableResourceNameDnsAAAARecord", "EnableResourceNameDnsAAAARecord", Boolean),
    ("enableResourceNameDnsARecord", "EnableResourceNameDnsARecord", Boolean),
    ("enaSrdEnabled", "EnaSrdEnabled", Boolean),
    ("enaSrdUdpEnabled", "EnaSrdUdpEnabled", Boolean),
    ("enaSupport", "EnaSupport", Boolean),
    ("encrypted", "Encrypted", Boolean),
    ("fastRestored", "FastRestored", Boolean),
    ("freeTierEligible", "FreeTierEligible", Boolean),
    ("hiddenByDefault", "HiddenByDefault", Boolean),
    ("hiveCompatiblePartitions", "HiveCompatiblePartitions", Boolean),
    ("imageAllowed", "ImageAllowed", Boolean),
    ("ipv6Native", "Ipv6Native", Boolean),
    ("isDefault", "IsDefault", Boolean),
    ("isPrimaryIpv6", "IsPrimaryIpv6", Boolean),
    ("main", "Main", Boolean),
    ("managed", "Managed", Boolean),
    ("mapCustomerOwnedIpOnLaunch", "MapCustomerOwnedIpOnLaunch", Boolean),
    ("mapPublicIpOnLaunch", "MapPublicIpOnLaunch", Boolean),
    ("multiAttachEnabled", "MultiAttachEnabled", Boolean),
    ("perHourPartition", "PerHourPartition", Boolean),
    ("primary", "Primary", Boolean),
    ("privateDnsEnabled", "PrivateDnsEnabled", Boolean),
    ("privateDnsOnlyForInboundResolverEndpoint", "PrivateDnsOnlyForInboundResolverEndpoint", Boolean),
    ("requesterManaged", "RequesterManaged", Boolean),
    ("sourceDestCheck", "SourceDestCheck", Boolean),
    // Objects that may come empty.
    ("association", "Association", Object),
    ("associationState", "AssociationState", Object),
    ("attachment", "Attachment", Object),
    ("blockPublicAccessStates", "BlockPublicAccessStates", Object),
    ("capacityReservationSpecification", "CapacityReservationSpecification", Object),
    ("capacityReservationTarget", "CapacityReservationTarget", Object),
    ("cidrBlockState", "CidrBlockState", Object),
    ("connectionTrackingConfiguration", "ConnectionTrackingConfiguration", Object),
    ("cpuOptions", "CpuOptions", Object),
    ("destinationOptions", "DestinationOptions", Object),
    ("dnsOptions", "DnsOptions", Object),
    ("ebs", "Ebs", Object),
    ("enaSrdSpecification", "EnaSrdSpecification", Object),
    ("enaSrdUdpSpecification", "EnaSrdUdpSpecification", Object),
    ("enclaveOptions", "EnclaveOptions", Object),
    ("encryptionControl", "EncryptionControl", Object),
    ("hibernationOptions", "HibernationOptions", Object),
    ("iamInstanceProfile", "IamInstanceProfile", Object),
    ("instanceTypeSpecification", "InstanceTypeSpecification", Object),
    ("ipv6CidrBlockState", "Ipv6CidrBlockState", Object),
    ("lastError", "LastError", Object),
    ("maintenanceOptions", "MaintenanceOptions", Object),
    ("metadataOptions", "MetadataOptions", Object),
    ("monitoring", "Monitoring", Object),
    ("networkPerformanceOptions", "NetworkPerformanceOptions", Object),
    ("operator", "Operator", Object),
    ("placement", "Placement", Object),
    ("privateDnsNameOptions", "PrivateDnsNameOptions", Object),
    ("privateDnsNameOptionsOnLaunch", "PrivateDnsNameOptionsOnLaunch", Object),
    ("publicIpDnsNameOptions", "PublicIpDnsNameOptions", Object),
    ("scanResults", "ScanResults", Object),
    ("stateReason", "StateReason", Object),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_element_is_named_twice() {
        let mut names = FIELDS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
