"""boto3 against the emulator without a socket: what the control endpoint and the seeds call, outside log and faults."""

import io

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from werkzeug.test import EnvironBuilder

import wire

CLIENTS = {}


class Raw(io.BytesIO):
    """A response's body as botocore reads it from urllib3."""

    def stream(self, **_):
        yield self.read()


def client(emulator, service, account, region):
    """A client of one service as one account in one Region."""
    name = id(emulator), service, account, region
    if name not in CLIENTS:
        made = boto3.client(
            service,
            endpoint_url="http://127.0.0.1",
            region_name=region,
            aws_access_key_id=wire.static_key(account),
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}),
        )
        made.meta.events.register("before-send", lambda request, **_: respond(emulator, request))
        CLIENTS[name] = made
    return CLIENTS[name]


def respond(emulator, request):
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body.read() if hasattr(body, "read") else body
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    environ = EnvironBuilder(request.url, method=request.method, headers=headers, data=body).get_environ()
    environ["wsgi.input"] = io.BytesIO(body)
    with emulator.lock:
        response = emulator.serve(wire.identify(environ, body), environ)
    return AWSResponse(request.url, response.status, response.headers, Raw(response.body))
