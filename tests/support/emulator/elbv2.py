"""Elastic Load Balancing: pages.

moto 5.2.5 pages some of the Describe operations below by names of its own, fifty at a time, and the others not at all.
The rules kept here: `PageSize` 1..400, everything in one page unless asked, and an opaque Marker.
"""

from moto.core.responses import ActionResult
from moto.elbv2.responses import ELBV2Response

import wire

PAGED = {
    "describe_target_groups": ("TargetGroups", "LoadBalancerArn", "TargetGroupArns", "Names"),
    "describe_load_balancers": ("LoadBalancers", "LoadBalancerArns", "Names"),
    "describe_listeners": ("Listeners", "LoadBalancerArn", "ListenerArns"),
    "describe_rules": ("Rules", "ListenerArn", "RuleArns"),
}


def paged(name, member, *asked):
    """moto's list, of which one page is the answer."""

    def describe(self):
        given = [self._get_param(argument) or ([] if argument in EMPTY else None) for argument in asked]
        items = list(getattr(self.elbv2_backend, name)(*given))
        size = self._get_int_param("PageSize") or 400
        if not 1 <= size <= 400:
            raise wire.Refused("ValidationError", f"Value '{size}' at 'pageSize' must be between 1 and 400")
        call = self.normalized_request.environ["tidewaiter.call"]
        items, token = wire.page(call, items, size, error="ValidationError")
        return ActionResult({member: items} | ({"NextMarker": token} if token else {}))

    return describe


# What moto's methods take for absent: an empty list for these, None for the others.
EMPTY = {"TargetGroupArns", "LoadBalancerArns", "ListenerArns", "Names"}


def patch():
    for name, (member, *asked) in PAGED.items():
        setattr(ELBV2Response, name, paged(name, member, *asked))
