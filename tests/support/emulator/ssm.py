"""Systems Manager: the parameters of an account, without their values.

moto 5.2.5 gives ten parameters a page whatever is asked, with a counter for a token. The rules kept here: DescribeParameters
gives fifty at most a page (MaxResults 1 to 50); a filter takes fifty values at most; a name that no parameter can have
has the whole request refused.
"""

import re

from moto.ssm.models import ssm_backends

import wire
from wire import Refused

LIMIT = 50
NAME = re.compile(r"[A-Za-z0-9_.\-/]+")


@wire.operation("ssm", "DescribeParameters")
def describe_parameters(call, params):
    filters, size = params.get("ParameterFilters", []), params.get("MaxResults", LIMIT)
    if not 1 <= size <= LIMIT or any(len(given.get("Values", [])) > LIMIT for given in filters):
        raise Refused("ValidationException", f"Member must have value or length less than or equal to {LIMIT}")
    for given in filters:
        if given["Key"] == "Name" and not all(NAME.fullmatch(name) for name in given["Values"]):
            raise Refused("ValidationException", "Parameter name must not contain other than letters, numbers or .-_/")
    found = ssm_backends[call.account][call.region].describe_parameters(None, filters or None)
    bodies = [parameter.describe_response_object(False) for parameter in found]
    for body in bodies:
        del body["Value"]
        body["LastModifiedDate"] = body["LastModifiedDate"].timestamp()
    items, token = wire.page(call, bodies, size, error="InvalidNextToken")
    return {"Parameters": items} | ({"NextToken": token} if token else {})
