"""GuardDuty: which ECS clusters its runtime agent covers.

moto 5.2.5 has detectors, and no coverage. The rules kept here: ListCoverage gives fifty at most a page (maxResults 1 to
50), of ECS clusters alone when the filter asks for them; a detector that does not exist is BadRequestException. What is
covered is what `cover` was told.
"""

from moto.guardduty.models import guardduty_backends

import wire
from wire import Refused

COVERAGE = {}


def reset():
    COVERAGE.clear()


def cover(call, detector, cluster, status, *issues):
    """Has GuardDuty say this of a cluster."""
    details = {
        "clusterName": cluster,
        "fargateDetails": {"issues": list(issues), "managementType": "AUTO_MANAGED"},
        "containerInstanceDetails": {"coveredContainerInstances": 0, "compatibleContainerInstances": 0},
    }
    COVERAGE.setdefault((call.account, call.region), {})[cluster] = {
        "resourceId": f"arn:{call.partition}:ecs:{call.region}:{call.account}:cluster/{cluster}",
        "detectorId": detector,
        "accountId": call.account,
        "resourceDetails": {"resourceType": "ECS", "ecsClusterDetails": details},
        "coverageStatus": status,
        "updatedAt": 1767225600.0,
    }


@wire.operation("guardduty", "ListCoverage")
def list_coverage(call, params):
    detector = call.path.split("/")[2]
    if detector not in guardduty_backends[call.account][call.region].detectors:
        raise Refused("BadRequestException", "The request is rejected because the input detectorId is not owned.")
    size = params.get("maxResults", 50)
    if not 1 <= size <= 50:
        raise Refused("BadRequestException", "maxResults must be between 1 and 50.")
    criteria = params.get("filterCriteria", {}).get("filterCriterion", [])
    covered = COVERAGE.get((call.account, call.region), {})
    wanted = [body for _, body in sorted(covered.items()) if all(meets(body, criterion) for criterion in criteria)]
    items, token = wire.page(call, wanted, size, error="BadRequestException")
    return {"resources": items} | ({"nextToken": token} if token else {})


def meets(body, criterion):
    if criterion["criterionKey"] != "RESOURCE_TYPE":
        raise Refused("BadRequestException", f"the emulator has no criterion {criterion['criterionKey']}")
    return body["resourceDetails"]["resourceType"] in criterion["filterCondition"].get("equals", [])
