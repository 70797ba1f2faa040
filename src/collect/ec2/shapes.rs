//! How EC2's XML becomes the CLI's JSON, from the API's model (2016-11-15) of the resources that are read here.

use super::super::xml::Dialect;
use super::super::xml::Field;
use super::super::xml::Shape::{Boolean, Integer, List, Object, Text};

/// Every resource but network interfaces.
pub(super) const DIALECT: Dialect = Dialect { item: "item", exceptions: &[], fields: FIELDS };

/// Network interfaces: the same, but their tags keep their name.
pub(super) const NETWORK_INTERFACES: Dialect =
    Dialect { exceptions: &[("tagSet", "TagSet", List)], ..DIALECT };

/// An element has one meaning wherever it stands, so one list serves all resources.
const FIELDS: &[Field] = &[
    // Answers.
    ("flowLogSet", "FlowLogs", List),
    ("networkInterfaceSet", "NetworkInterfaces", List),
    ("routeTableSet", "RouteTables", List),
    ("securityGroupInfo", "SecurityGroups", List),
    ("subnetSet", "Subnets", List),
    ("vpcEndpointSet", "VpcEndpoints", List),
    ("vpcSet", "Vpcs", List),
    // Lists whose names change, or which may be empty under a name that does not tell.
    ("associatedSubnetSet", "AssociatedSubnets", List),
    ("associationSet", "Associations", List),
    ("cidrBlockAssociationSet", "CidrBlockAssociationSet", List),
    ("dnsEntrySet", "DnsEntries", List),
    ("groupSet", "Groups", List),
    ("groups", "UserIdGroupPairs", List),
    ("ipPermissions", "IpPermissions", List),
    ("ipPermissionsEgress", "IpPermissionsEgress", List),
    ("ipPrefixSet", "IpPrefixes", List),
    ("ipRanges", "IpRanges", List),
    ("ipv4PrefixSet", "Ipv4Prefixes", List),
    ("ipv6AddressesSet", "Ipv6Addresses", List),
    ("ipv6CidrBlockAssociationSet", "Ipv6CidrBlockAssociationSet", List),
    ("ipv6PrefixSet", "Ipv6Prefixes", List),
    ("ipv6Ranges", "Ipv6Ranges", List),
    ("networkInterfaceIdSet", "NetworkInterfaceIds", List),
    ("payerResponsibilitySet", "PayerResponsibilities", List),
    ("prefixListIds", "PrefixListIds", List),
    ("privateDnsSpecifiedDomainSet", "PrivateDnsSpecifiedDomains", List),
    ("privateIpAddressesSet", "PrivateIpAddresses", List),
    ("propagatingVgwSet", "PropagatingVgws", List),
    ("routeSet", "Routes", List),
    ("routeTableIdSet", "RouteTableIds", List),
    ("subnetIdSet", "SubnetIds", List),
    ("tagFieldSpecificationSet", "TagFieldSpecifications", List),
    ("tagKeySet", "TagKeys", List),
    ("tagSet", "Tags", List),
    // A name that changes.
    ("groupDescription", "Description", Text),
    // Numbers.
    ("availableIpAddressCount", "AvailableIpAddressCount", Integer),
    ("deviceIndex", "DeviceIndex", Integer),
    ("enaQueueCount", "EnaQueueCount", Integer),
    ("enableLniAtDeviceIndex", "EnableLniAtDeviceIndex", Integer),
    ("fromPort", "FromPort", Integer),
    ("maxAggregationInterval", "MaxAggregationInterval", Integer),
    ("networkCardIndex", "NetworkCardIndex", Integer),
    ("tcpEstablishedTimeout", "TcpEstablishedTimeout", Integer),
    ("toPort", "ToPort", Integer),
    ("udpStreamTimeout", "UdpStreamTimeout", Integer),
    ("udpTimeout", "UdpTimeout", Integer),
    // Truth values.
    ("assignIpv6AddressOnCreation", "AssignIpv6AddressOnCreation", Boolean),
    ("defaultForAz", "DefaultForAz", Boolean),
    ("deleteOnTermination", "DeleteOnTermination", Boolean),
    ("denyAllIgwTraffic", "DenyAllIgwTraffic", Boolean),
    ("enableDns64", "EnableDns64", Boolean),
    ("enableResourceNameDnsAAAARecord", "EnableResourceNameDnsAAAARecord", Boolean),
    ("enableResourceNameDnsARecord", "EnableResourceNameDnsARecord", Boolean),
    ("enaSrdEnabled", "EnaSrdEnabled", Boolean),
    ("enaSrdUdpEnabled", "EnaSrdUdpEnabled", Boolean),
    ("hiddenByDefault", "HiddenByDefault", Boolean),
    ("hiveCompatiblePartitions", "HiveCompatiblePartitions", Boolean),
    ("ipv6Native", "Ipv6Native", Boolean),
    ("isDefault", "IsDefault", Boolean),
    ("isPrimaryIpv6", "IsPrimaryIpv6", Boolean),
    ("main", "Main", Boolean),
    ("managed", "Managed", Boolean),
    ("mapCustomerOwnedIpOnLaunch", "MapCustomerOwnedIpOnLaunch", Boolean),
    ("mapPublicIpOnLaunch", "MapPublicIpOnLaunch", Boolean),
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
    ("cidrBlockState", "CidrBlockState", Object),
    ("connectionTrackingConfiguration", "ConnectionTrackingConfiguration", Object),
    ("destinationOptions", "DestinationOptions", Object),
    ("dnsOptions", "DnsOptions", Object),
    ("encryptionControl", "EncryptionControl", Object),
    ("ipv6CidrBlockState", "Ipv6CidrBlockState", Object),
    ("lastError", "LastError", Object),
    ("operator", "Operator", Object),
    ("privateDnsNameOptionsOnLaunch", "PrivateDnsNameOptionsOnLaunch", Object),
    ("publicIpDnsNameOptions", "PublicIpDnsNameOptions", Object),
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
