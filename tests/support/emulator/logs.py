"""CloudWatch Logs: log groups, in pages.

moto 5.2.5 takes a token that it did not give for the end of the list. The rules kept here: DescribeLogGroups gives fifty
at most a page (limit 1 to 50), sorted by name; a token that belongs to another request is refused.
"""

from moto.logs.models import logs_backends

import wire
from wire import Refused

LIMIT = 50


@wire.operation("logs", "DescribeLogGroups")
def describe_log_groups(call, params):
    prefix, limit = params.get("logGroupNamePrefix", ""), params.get("limit", LIMIT)
    if not 1 <= limit <= LIMIT:
        raise Refused("InvalidParameterException", f"Member must have value less than or equal to {LIMIT}")
    groups = logs_backends[call.account][call.region].groups.items()
    bodies = [group.to_describe_dict() for name, group in sorted(groups) if name.startswith(prefix)]
    items, token = wire.page(call, bodies, limit)
    return {"logGroups": items} | ({"nextToken": token} if token else {})
