"""EC2: pages.

moto 5.2.5 ignores MaxResults and NextToken of the Describe operations below. The rules kept here: `MaxResults`
5..1000 (1..1000 for flow logs and endpoints, which have no documented minimum), everything in one page unless asked,
and an opaque NextToken.
"""

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

import wire

PAGED = {
    "describe_subnets": ("Subnets", 5),
    "describe_route_tables": ("RouteTables", 5),
    "describe_security_groups": ("SecurityGroups", 5),
    "describe_vpcs": ("Vpcs", 5),
    "describe_network_interfaces": ("NetworkInterfaces", 5),
    "describe_internet_gateways": ("InternetGateways", 5),
    "describe_vpc_endpoints": ("VpcEndpoints", 1),
    "describe_flow_logs": ("FlowLogs", 1),
    "describe_instances": ("Reservations", 5),
    "describe_volumes": ("Volumes", 5),
    "describe_images": ("Images", 5),
}


def paged(method, member, least):
    """moto's method, answering with one page."""

    def describe(self):
        body = method(self).result
        asked = self._get_param("MaxResults")
        if asked is None and not self._get_param("NextToken"):
            return ActionResult(body)
        size = int(asked or 1000)
        if not least <= size <= 1000:
            raise wire.Refused(
                "InvalidParameterValue",
                f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between {least} and 1000.",
            )
        call = self.normalized_request.environ["tidewaiter.call"]
        items, token = wire.page(call, list(body[member]), size, error="InvalidParameterValue")
        return ActionResult(body | {member: items} | ({"NextToken": token} if token else {}))

    return describe


def describe_instances(self):
    """Every reservation: moto's own method pages, with the ids of reservations for tokens."""
    ids, filters = self._get_param("InstanceIds", []), self._filters_from_querystring()
    if ids:
        found = self.ec2_backend.get_reservations_by_instance_ids(ids, filters=filters)
    else:
        found = self.ec2_backend.describe_instances(filters=filters)
    return ActionResult({"Reservations": found})


def patch():
    EC2Response.describe_instances = describe_instances
    for name, (member, least) in PAGED.items():
        setattr(EC2Response, name, paged(getattr(EC2Response, name), member, least))
