"""Faults: which requests go wrong, and how each service words it.

A fault is `{"match": {…}, "times": null or k, "kind": "…"}`. `match` may hold

* `operation`: `"ecs:DescribeServices"`, `service`: `"ecs"`,
* `digest`: what the log of requests calls a request by that asks exactly this,
* `n`: the number of the request since the log was cleared (1 is the first),
* `page`: the page of a listing (1 has no token, 2 has the token that page 1 gave, …),
* `account`, `region`, `contains`: a text inside the request's body,
* `share`: 0.6 hits six of ten matching requests, the same ones in every run.

All that are given must hold. The first fault that matches is taken; `times` limits how often. Kinds:

* `denied`, `throttled`, `server`: the service's own error, in its protocol;
* `cut`: the true answer, but the connection is closed in the middle of the body that Content-Length promised;
* `malformed`: HTTP 200 with a body that does not parse;
* `empty_page`: HTTP 200, nothing in the list, and the token that the request came with (or a first one): asking again
  goes on where it stood, or gives the same again while the fault lasts. An operation that does not page answers
  without the expected member;
* `slow`: the true answer after `seconds`.
"""

import dataclasses
import json
import random
import re
import urllib.parse
from html import unescape

from moto.core.serialize import get_serializer_class

import wire

KINDS = ("denied", "throttled", "server", "cut", "malformed", "empty_page", "slow")
MATCHES = ("operation", "service", "digest", "n", "page", "account", "region", "contains", "share")
# What answers call the token of the next page, and what requests do.
GIVEN = {name: name for name in wire.TOKEN_MEMBERS} | {"NextMarker": "Marker"}
XML_TOKEN = re.compile(rb"<(?:nextToken|NextToken|(?:Next)?Marker)>([^<]+)</")


@dataclasses.dataclass
class Fault:
    match: dict
    kind: str
    times: int | None = None
    seconds: float = 1.0

    def __post_init__(self):
        unknown = set(self.match) - set(MATCHES)
        if unknown:
            raise ValueError(f"a fault cannot match on {sorted(unknown)}; it can on {list(MATCHES)}")
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault `{self.kind}`; there are {list(KINDS)}")
        self.chance = random.Random(7)

    def hits(self, call, n, page):
        if self.times == 0:
            return False
        facts = {
            "operation": f"{call.service}:{call.operation}",
            "service": call.service,
            "digest": call.digest,
            "n": n,
            "page": page,
            "account": call.account,
            "region": call.region,
        }
        if any(self.match[name] != facts[name] for name in self.match if name in facts):
            return False
        text = self.match.get("contains", "").encode()
        if text not in call.body and text not in urllib.parse.unquote_to_bytes(call.body):
            return False
        return "share" not in self.match or self.chance.random() < self.match["share"]


class Faults:
    """The faults that are set, and the page that each token leads to."""

    def __init__(self):
        self.faults, self.pages = [], {}

    def set(self, faults):
        self.faults = [Fault(**fault) for fault in faults]

    def page(self, call):
        return self.pages.get(call.token, 1) if call.token else 1

    def pick(self, call, n):
        """The fault that this request meets, or None."""
        fault = next((fault for fault in self.faults if fault.hits(call, n, self.page(call))), None)
        if fault and fault.times is not None:
            fault.times -= 1
        return fault

    def learn(self, call, response):
        """Remembers which page the token in this answer leads to."""
        token = next_token(response)
        if token and token != call.token:
            self.pages[token] = self.page(call) + 1


def next_token(response):
    if b"oken" not in response.body and b"<Marker>" not in response.body:
        return None
    found = XML_TOKEN.search(response.body)
    if found:
        return unescape(found.group(1).decode())
    try:
        document = json.loads(response.body)
    except ValueError:
        return None
    names = (document.get(name) for name in wire.TOKEN_MEMBERS) if isinstance(document, dict) else ()
    return next((token for token in names if isinstance(token, str)), None)


def refused(call, kind):
    """The service's own error for a fault of the kinds in `ERRORS`."""
    return ERRORS[kind](call)


def denied(call):
    """AccessDenied as IAM words it, with the action that is missing."""
    action = f"{call.service}:{call.operation}"
    because = f"because no identity-based policy allows the {action} action"
    resource = "*"
    cluster = call.params.get("cluster") if call.service == "ecs" else None
    if isinstance(cluster, str):
        resource = call.arn(f"cluster/{cluster.rsplit('/', 1)[-1]}")
    message = f"User: {call.principal} is not authorized to perform: {action} on resource: {resource} {because}"
    if call.protocol == "ec2":
        message = (
            "You are not authorized to perform this operation. "
            f"User: {call.principal} is not authorized to perform: {action} {because}"
        )
        return wire.Refused("UnauthorizedOperation", message, 403)
    if call.protocol in ("query", "rest-xml"):
        return wire.Refused("AccessDenied", message, 403)
    return wire.Refused("AccessDeniedException", message, 400 if call.protocol == "json" else 403)


def throttled(call):
    if call.service == "securityhub":
        return wire.Refused("LimitExceededException", "Too Many Requests", 429)
    return {
        "json": wire.Refused("ThrottlingException", "Rate exceeded", 400),
        "query": wire.Refused("Throttling", "Rate exceeded", 400),
        "ec2": wire.Refused("RequestLimitExceeded", "Request limit exceeded.", 503),
        "rest-json": wire.Refused("TooManyRequestsException", "Too Many Requests", 429),
        "rest-xml": wire.Refused("SlowDown", "Please reduce your request rate.", 503),
    }[call.protocol]


def server(call):
    code = {"ec2": "InternalError", "rest-xml": "InternalError"}.get(call.protocol, "InternalFailure")
    if call.service == "securityhub":
        code = "InternalException"
    return wire.Refused(code, "We encountered an internal error. Please try again.", 500)


ERRORS = {"denied": denied, "throttled": throttled, "server": server}


def malformed(call):
    """HTTP 200 and a body that stops making sense in the middle, though its length is right."""
    xml = call.protocol in ("query", "ec2", "rest-xml")
    body = f"<{call.operation}Response><item><id>" if xml else '{"services": [{"serviceArn": "arn:aws'
    content_type = "text/xml" if xml else "application/x-amz-json-1.1"
    return wire.Response(200, {"Content-Type": content_type} | wire.request_id(), body.encode())


def cut(response):
    """The true answer, of which only the first half leaves before the connection is closed."""
    return dataclasses.replace(response, sent=len(response.body) // 2)


def empty_page(call):
    """An empty list and a token; for an operation that does not page, an answer without its members."""
    model = wire.operation_model(call)
    members = model.output_shape.members if model and model.output_shape else {}
    asked = model.input_shape.members if model and model.input_shape else {}
    body = {}
    token = next((name for name, into in GIVEN.items() if name in members and into in asked), None)
    if token:
        body = {name: [] for name, shape in members.items() if shape.type_name == "list"}
        body[token] = call.token or wire.token_for(call, 0)
        if "IsTruncated" in members:
            body["IsTruncated"] = True
    if call.protocol in ("json", "rest-json"):
        return wire.answer(call, body)
    return xml(call, body)


def xml(call, body):
    """`body` in an XML protocol, through moto's serializer."""
    model = wire.operation_model(call)
    serializer = get_serializer_class(wire.MODEL_NAMES.get(call.service, call.service), call.protocol)
    done = serializer(operation_model=model, pretty_print=False).serialize(body)
    text = done["body"]
    return wire.Response(200, dict(done["headers"]), text if isinstance(text, bytes) else text.encode())
