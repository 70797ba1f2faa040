"""The emulated AWS of the end-to-end tests: moto's server with an overlay that pages, limits, filters and refuses as
AWS does.

    python server.py [--port 0]

binds 127.0.0.1 only, prints one line `{"port": N}` when it listens, and ends when its stdin is closed, so that a
killed test leaves nothing behind. Every AWS service is on this one port: give an SDK `http://127.0.0.1:N` as its
endpoint, any secret, and an access key of the form `AKIA<12 digits of the account>TEST`; any other key is account
123456789012's, or belongs to the role that AssumeRole gave it for. The Region is the one that the request is signed
for.

What differs from moto stands in one file per service (`ecs*.py`, `iam.py`, `securityhub.py`, `ec2.py`,
`application_autoscaling.py`, `ecr*.py`, `elbv2.py`, `eventbridge*.py`, `guardduty.py`, `inspector.py`, `logs.py`,
`ssm.py`); moto itself stays as published, and only its version 5.2.5 will do, because the overlay replaces functions
inside it. `faults.py` makes requests go wrong,
`seed.py` fills estates, `control.py` is the tests' own endpoint under `/tidewaiter/`, and `selfcheck.py` proves the
rules over HTTP.
"""

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import socketserver
import sys
import threading
import time
import traceback
from http.server import HTTPServer

MOTO = "5.2.5"
if importlib.metadata.version("moto") != MOTO:
    sys.exit(
        f"error: the overlay patches moto {MOTO}, but moto {importlib.metadata.version('moto')} is installed\n"
        "help: run tests/support/setup, or check every file of tests/support/emulator/ against the new version"
    )
# A thousand machine images that no test asks for take seconds to load.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)

import application_autoscaling  # noqa: E402
import control  # noqa: E402
import ec2  # noqa: E402
import ecr  # noqa: E402,F401 - registers its operations
import ecr_artifacts  # noqa: E402
import ecr_signing  # noqa: E402,F401 - registers its operations
import ecs_daemons  # noqa: E402,F401 - registers its operations
import ecs_services  # noqa: E402,F401 - registers its operations
import elbv2  # noqa: E402
import eventbridge  # noqa: E402,F401 - registers its operations
import eventbridge_scheduler  # noqa: E402,F401 - registers its operations
import faults  # noqa: E402
import guardduty  # noqa: E402,F401 - registers its operations
import iam  # noqa: E402
import inspector  # noqa: E402,F401 - registers its operations
import last_accessed  # noqa: E402
import logs  # noqa: E402,F401 - registers its operations
import organizations  # noqa: E402,F401 - registers its operations
import securityhub  # noqa: E402,F401 - registers its operations
import ssm  # noqa: E402,F401 - registers its operations
import wire  # noqa: E402


class Emulator:
    """Answers requests: the tests' own, the overlay's and moto's, one at a time."""

    def __init__(self):
        for service in (iam, last_accessed, ec2, elbv2, application_autoscaling):
            service.patch()
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.lock = threading.RLock()
        self.faults, self.requests, self.port = faults.Faults(), [], None

    def answer(self, environ, body):
        path = environ["PATH_INFO"]
        if path.startswith("/tidewaiter/"):
            return control.answer(self, path.removeprefix("/tidewaiter/"), body)
        if path.startswith(ecr_artifacts.LAYERS_BELOW):
            return ecr_artifacts.layer(path, environ.get("QUERY_STRING", ""))
        call = wire.identify(environ, body)
        if not call:
            return wire.Response(403, {"Content-Type": "text/plain"}, b"the request is not signed")
        with self.lock:
            n, page = len(self.requests) + 1, self.faults.page(call)
            fault = self.faults.pick(call, n)
            self.requests.append(
                {
                    "n": n,
                    "service": call.service,
                    "operation": call.operation,
                    "digest": call.digest,
                    "fault": fault.kind if fault else None,
                    "page": page,
                    "account": call.account,
                    "region": call.region,
                }
            )
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        with self.lock:
            return self.faulty(call, environ, fault)

    def faulty(self, call, environ, fault):
        """The answer, as the fault leaves it."""
        kind = fault.kind if fault else None
        if kind in faults.ERRORS:
            return wire.refusal(call, faults.refused(call, kind))
        if kind == "malformed":
            return faults.malformed(call)
        if kind == "empty_page":
            return faults.empty_page(call)
        response = self.serve(call, environ)
        if kind == "cut":
            return faults.cut(response)
        self.faults.learn(call, response)
        return response

    def serve(self, call, environ):
        """The true answer: the overlay's, or moto's where the overlay has none."""
        try:
            own = wire.OPERATIONS.get((call.service, call.operation))
            if own:
                return wire.answer(call, own(call, call.params))
            if call.service == "ecs":
                raise wire.Refused("UnknownOperationException", f"the emulator has no ecs:{call.operation}")
            return self.through_moto(call, environ)
        except wire.Refused as refused:
            return wire.refusal(call, refused)
        except NotImplementedError as error:
            return wire.refusal(call, wire.Refused("UnknownOperationException", str(error), 501))
        except Exception:  # noqa: BLE001 - a mistake of the emulator's must be seen, and must not look like a lost connection
            traceback.print_exc()
            return wire.refusal(call, wire.Refused("EmulatorFailure", f"{call.service}:{call.operation}", 500))

    def through_moto(self, call, environ):
        begun = []
        environ["tidewaiter.call"] = call
        chunks = self.moto(environ, lambda status, headers, _=None: begun.append((status, headers)))
        body = b"".join(chunks)
        status, headers = begun[0]
        return wire.Response(int(status.split()[0]), dict(headers), body)


class Handler(MotoRequestHandler):
    """Connections that stay open, and bodies of exactly the length that a fault wants."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self):
        environ = self.make_environ()
        chunked = environ.get("wsgi.input_terminated")
        body = (
            environ["wsgi.input"].read() if chunked else self.rfile.read(int(self.headers.get("Content-Length") or 0))
        )
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        self.reply(self.server.emulator.answer(environ, body))

    def reply(self, response):
        self.send_response(response.status)
        for name, value in response.headers.items():
            if name.lower() not in ("content-length", "connection", "server", "date"):
                self.send_header(name, value)
        length = len(response.body)
        if self.command == "HEAD":
            length = next((v for k, v in response.headers.items() if k.lower() == "content-length"), 0)
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body if response.sent is None else response.body[: response.sent])
        if response.sent is not None:
            self.close_connection = True

    def log_request(self, code="-", size="-"):
        pass

    def handle(self):
        # The client may go away whenever it likes.
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()


class Server(socketserver.ThreadingMixIn, HTTPServer):
    """One thread a connection."""

    daemon_threads = True
    request_queue_size = 128
    multithread, multiprocess, ssl_context = True, False, None

    def __init__(self, port, emulator):
        super().__init__(("127.0.0.1", port), Handler)
        self.emulator = emulator
        emulator.port = ecr_artifacts.PORT[0] = self.server_address[1]


def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    server = Server(parser.parse_args(arguments).port, Emulator())
    control.reset(server.emulator, {})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"port": server.emulator.port}), flush=True)
    while sys.stdin.buffer.read(4096):
        pass
    # Threads of connections that are still open must not hold the process.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
