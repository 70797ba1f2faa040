"""What every overlaid service shares: which call a request is, how AWS words a refusal, and how it pages.

An operation of the overlay is a plain function `(call, params) -> dict`, registered with `@operation(service, name)`.
It returns the body in AWS's own member names, or raises `Refused`. Operations that are not registered are moto's.
"""

import base64
import dataclasses
import functools
import hashlib
import json
import re
import urllib.parse
import uuid
from xml.sax.saxutils import escape

from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from moto.iam import models as iam
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "eu-central-1"

# Signing names that are not the name of botocore's model.
MODEL_NAMES = {
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "email": "ses",
    "states": "stepfunctions",
}
TOKEN_MEMBERS = ("nextToken", "NextToken", "Marker")

OPERATIONS = {}


class Refused(Exception):
    """An error that the service answers with."""

    def __init__(self, code, message, status=400):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


@dataclasses.dataclass
class Response:
    """A whole HTTP answer. `sent` is how much of the body goes out before the connection is dropped; None is all."""

    status: int
    headers: dict
    body: bytes
    sent: int | None = None


def operation(service, name):
    """Registers a function as the overlay's answer to one operation."""

    def register(function):
        OPERATIONS[service, name] = function
        return function

    return register


@dataclasses.dataclass
class Call:
    """One AWS request: who calls what, where, with which parameters."""

    service: str
    operation: str
    account: str
    region: str
    access_key: str
    protocol: str
    body: bytes
    path: str = "/"
    query: str = ""

    @functools.cached_property
    def params(self):
        """The parameters by the names that the protocol sends: a JSON object, or the flat fields of a form."""
        if self.protocol in ("query", "ec2"):
            fields = urllib.parse.parse_qsl(self.body.decode() or self.query, keep_blank_values=True)
            return dict(fields)
        fields = dict(urllib.parse.parse_qsl(self.query))
        if not self.body.strip():
            return fields
        try:
            document = json.loads(self.body)
        except ValueError:
            raise Refused("SerializationException", "the request body is not JSON") from None
        if not isinstance(document, dict):
            raise Refused("SerializationException", "the request body is not a JSON object")
        # A null member is the same as none.
        return fields | {key: value for key, value in document.items() if value is not None}

    @property
    def token(self):
        """The page token that the request carries, or None."""
        try:
            return next((self.params[name] for name in TOKEN_MEMBERS if self.params.get(name)), None)
        except Refused:
            return None

    @functools.cached_property
    def digest(self):
        """The same for two requests that ask the same of the same operation."""
        asked = json.dumps([self.service, self.operation, self.path, self.query]).encode() + self.body
        return hashlib.sha256(asked).hexdigest()[:16]

    @property
    def partition(self):
        return get_partition(self.region)

    def arn(self, resource):
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{resource}"

    @property
    def principal(self):
        """The caller's ARN, as `sts get-caller-identity` has it."""
        backend = sts_backends[self.account][self.partition]
        return backend.get_caller_identity(self.access_key, self.region)[1]


def static_key(account):
    """An access key of an account that needs no AssumeRole."""
    return f"AKIA{account}TEST"


# Which call a request is.

SCOPE = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/([^/]+)/aws4_request")
STATIC_KEY = re.compile(r"^A[KS]IA(\d{12})[A-Z0-9]{4}$")


def account_of(access_key, otherwise):
    """The account that an access key belongs to: keys of the form `AKIA<account>TEST` need no AssumeRole."""
    match = STATIC_KEY.match(access_key)
    return match.group(1) if match else otherwise(access_key)


def identify(environ, body):
    """The call that a signed request is, or None when it is none."""
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not scope:
        return None
    access_key, region, service = scope.groups()
    account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or iam.get_account_id_from(access_key)
    call = Call(
        service,
        "Unknown",
        account,
        region,
        access_key,
        "rest-json",
        body,
        path=environ.get("PATH_INFO", "/"),
        query=environ.get("QUERY_STRING", ""),
    )
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        call.protocol, call.operation = "json", target.rsplit(".", 1)[-1]
    elif environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded") or "Action=" in call.query:
        call.protocol = "ec2" if service == "ec2" else "query"
        call.operation = call.params.get("Action", "Unknown")
    else:
        call.protocol = "rest-xml" if service == "s3" else "rest-json"
        call.operation = routed(service, environ)
    return call


def routed(service, environ):
    """The operation of a REST request, from the method and path that botocore's model gives it."""
    try:
        router = get_service_router(MODEL_NAMES.get(service, service))
        return router.match(Request(environ.copy()))[0].name
    except Exception:  # noqa: BLE001 - a request that no model knows is still logged
        return "Unknown"


def operation_model(call):
    """botocore's model of the operation, or None when there is none."""
    try:
        return get_service_model(MODEL_NAMES.get(call.service, call.service)).operation_model(call.operation)
    except Exception:  # noqa: BLE001 - unknown service or operation
        return None


# How it is answered.


def answer(call, body):
    """A successful answer in one of the JSON protocols."""
    content_type = "application/x-amz-json-1.1" if call.protocol == "json" else "application/json"
    return Response(200, {"Content-Type": content_type} | request_id(), json.dumps(body).encode())


def refusal(call, refused):
    """`refused` in the call's protocol."""
    code, message, status = refused.code, refused.message, refused.status
    ids = request_id()
    if call.protocol == "json":
        body = json.dumps({"__type": code, "message": message})
        return Response(status, {"Content-Type": "application/x-amz-json-1.1"} | ids, body.encode())
    if call.protocol == "rest-json":
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code} | ids
        return Response(status, headers, json.dumps({"Code": code, "Message": message}).encode())
    code, message, number = escape(code), escape(message), ids["x-amzn-RequestId"]
    if call.protocol == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{number}</RequestID></Response>"
        )
    elif call.protocol == "rest-xml":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{number}</RequestId></Error>"
    else:
        kind = "Sender" if status < 500 else "Receiver"
        body = (
            f'<ErrorResponse xmlns="https://{call.service}.amazonaws.com/doc/"><Error><Type>{kind}</Type>'
            f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>{number}</RequestId></ErrorResponse>"
        )
    header = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return Response(status, {"Content-Type": "text/xml"} | ids, (header + body).encode())


def request_id():
    return {"x-amzn-RequestId": str(uuid.uuid4())}


# How it pages.


def token_for(call, offset):
    """An opaque token for the page that starts at `offset`, valid for this call with these other parameters only."""
    secret = json.dumps([call.operation, offset, fingerprint(call)])
    return base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")


def fingerprint(call):
    """What must be the same on every page: who asks where, and every parameter but the token and the page's size."""
    leave = {*TOKEN_MEMBERS, "maxResults", "MaxResults", "MaxItems", "PageSize", "SignatureMethod", "Timestamp"}
    rest = {name: value for name, value in call.params.items() if name not in leave}
    text = json.dumps([call.account, call.region, rest], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def page(call, items, size, error="InvalidParameterException"):
    """The page of `items` that the call's token asks for, and the next page's token or None."""
    offset = 0
    if call.token:
        try:
            padded = call.token + "=" * (-len(call.token) % 4)
            name, offset, mark = json.loads(base64.urlsafe_b64decode(padded))
        except ValueError:
            raise Refused(error, "Invalid token.") from None
        if (name, mark) != (call.operation, fingerprint(call)):
            raise Refused(error, "The token belongs to another request.")
    rest = items[offset : offset + size]
    following = offset + size
    return rest, token_for(call, following) if following < len(items) else None
