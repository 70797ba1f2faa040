"""Application Auto Scaling: scalable targets over the overlay's services, in pages.

moto 5.2.5 computes a wrong NextToken and looks for services in its own ECS. The rules kept here:
DescribeScalableTargets gives 50 at most a page; a target's service must exist; registering a target whose service
runs outside its bounds brings the desired count into them, also when no bound was given.
"""

import json

from moto.applicationautoscaling import models, responses
from moto.applicationautoscaling.exceptions import AWSValidationException

import ecs
import ecs_services
import wire

UNSUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


def service_of(account, region, resource):
    _, cluster, name = resource.split("/")
    return ecs.ESTATES.get((account, region), ecs.Estate()).services.get(cluster, {}).get(name)


def service_exists(self, resource):
    if not service_of(self.account_id, self.region_name, resource):
        raise AWSValidationException(f"ECS service doesn't exist: {resource}")
    return True


def describe_scalable_targets(self):
    self._validate_params()
    call = self.normalized_request.environ["tidewaiter.call"]
    size = self._get_int_param("MaxResults") or 50
    ids = self._get_param("ResourceIds")
    if not 1 <= size <= 50 or len(ids or []) > 50:
        raise wire.Refused("ValidationException", "MaxResults must be between 1 and 50, and ResourceIds 50 at most.")
    targets = self.applicationautoscaling_backend.describe_scalable_targets(
        self._get_param("ServiceNamespace"), ids, self._get_param("ScalableDimension")
    )
    targets, token = wire.page(call, targets, size, error="InvalidNextTokenException")
    bodies = [
        responses._build_target(target) | {"SuspendedState": UNSUSPENDED | (target.suspended_state or {})}
        for target in targets
    ]
    return json.dumps({"ScalableTargets": bodies} | ({"NextToken": token} if token else {}))


def within_bounds(register):
    """moto's registration, followed by what Application Auto Scaling does to a service outside the bounds."""

    def registered(self):
        answer = register(self)
        call = self.normalized_request.environ["tidewaiter.call"]
        if self._get_param("ScalableDimension") == "ecs:service:DesiredCount":
            bring_in(call, self.applicationautoscaling_backend, self._get_param("ResourceId"))
        return answer

    return registered


def bring_in(call, backend, resource):
    target = backend.targets["ecs:service:DesiredCount"][resource]
    cluster_name = resource.split("/")[1]
    service = service_of(call.account, call.region, resource)
    count = min(max(service["desiredCount"], target.min_capacity), target.max_capacity)
    if count != service["desiredCount"]:
        service["desiredCount"] = count
        ecs_services.rescale(call, ecs.estate(call).clusters[cluster_name], service)


def patch():
    models.ApplicationAutoscalingBackend._ecs_service_exists_for_target = service_exists
    response = responses.ApplicationAutoScalingResponse
    response.describe_scalable_targets = describe_scalable_targets
    response.register_scalable_target = within_bounds(response.register_scalable_target)
