"""The tests' own endpoint: JSON over POST under `/tidewaiter/`. Errors come back as HTTP 400 with `{"error": …}`.

reset        {}                              everything empty: services, log, faults; ids start over
enable_hub   {"account"?, "region"?}         Security Hub on
seed         {"estate": "small", …}          the estate of seed.py; answers with its names
             {"services": N, "task_definitions": M, …}   a big one
call         {"service", "operation", "arguments"?, "account"?, "region"?}
                                             a boto3 call against this server, outside log and faults; the answer, or
                                             {"error": {"code", "message", "status"}}
requests     {"clear": false}                {"requests": [{"n", "service", "operation", "digest", "fault", "page",
                                             "account", "region"}]} since the log was cleared; "clear": true clears it after
fault        {"faults": [{"match", "kind", "times"?, "seconds"?}]}   replaces all faults; [] heals
shuffle      {"seed": 1 or null}             lists and descriptions of ECS in another order, where AWS promises none
edit         {"collection", "key", "set"?, "unset"?, "account"?, "region"?}
                                             lays members over a stored body, for states that no API call makes:
                                             collection is `services`, `tasks`, `clusters`, `task_definitions`,
                                             `container_instances`, `capacity_providers`, `service_revisions`,
                                             `settings` (key: the name) or `findings` (key: the Id); key is the ARN
credentials  {"account"}                     {"access_key_id", "secret_access_key"} of an account
"""

import datetime
import json

import botocore.exceptions
from moto.core.base_backend import BackendDict

import ecr
import ecr_artifacts
import ecr_signing
import ecs
import eventbridge
import eventbridge_scheduler
import guardduty
import iam
import inside
import last_accessed
import organizations
import securityhub
import seed
import wire


class Wrong(Exception):
    """A control request that makes no sense."""


def answer(emulator, name, body):
    functions = {
        "reset": reset,
        "enable_hub": enable_hub,
        "seed": fill,
        "call": boto,
        "requests": requests,
        "fault": fault,
        "shuffle": shuffle,
        "edit": edit,
        "credentials": credentials,
    }
    try:
        if name not in functions:
            raise Wrong(f"there is no /tidewaiter/{name}; there are {', '.join(functions)}")
        status, document = 200, functions[name](emulator, json.loads(body or b"{}"))
    except botocore.exceptions.ClientError as error:
        response = error.response
        status, document = (
            400,
            {
                "error": {
                    "code": response["Error"].get("Code"),
                    "message": response["Error"].get("Message"),
                    "status": response["ResponseMetadata"]["HTTPStatusCode"],
                }
            },
        )
    except (
        Wrong,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        wire.Refused,
        botocore.exceptions.BotoCoreError,
    ) as error:
        message = f"{type(error).__name__}: {error}"
        status, document = 400, {"error": {"code": "BadControlRequest", "message": message, "status": 400}}
    text = json.dumps(document, default=plain).encode()
    return wire.Response(status, {"Content-Type": "application/json"}, text)


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if hasattr(value, "read"):
        return value.read().decode()
    return value.decode() if isinstance(value, bytes) else str(value)


def place(given):
    return given.get("account", wire.DEFAULT_ACCOUNT), given.get("region", wire.DEFAULT_REGION)


def control_call(service, given):
    """A call as the control endpoint makes it, in process."""
    account, region = place(given)
    return wire.Call(service, "Control", account, region, wire.static_key(account), "json", b"")


def credentials(emulator, given):
    return {"access_key_id": wire.static_key(place(given)[0]), "secret_access_key": "secret"}


def reset(emulator, given):
    with emulator.lock:
        BackendDict.reset()
        for service in (ecr, ecr_artifacts, ecr_signing, ecs, eventbridge, eventbridge_scheduler, guardduty, last_accessed, organizations, securityhub, iam):
            service.reset()
        emulator.requests.clear()
        emulator.faults.set([])
        emulator.faults.pages.clear()
    return {}


def enable_hub(emulator, given):
    with emulator.lock:
        securityhub.enable(control_call("securityhub", given))
    return {}


def fill(emulator, given):
    with emulator.lock:
        return seed.fill(emulator, control_call("ecs", given), given)


def requests(emulator, given):
    with emulator.lock:
        found = list(emulator.requests)
        if given.get("clear"):
            emulator.requests.clear()
    return {"requests": found}


def fault(emulator, given):
    with emulator.lock:
        emulator.faults.set(given["faults"])
    return {}


def boto(emulator, given):
    client, operation = inside.client(emulator, given["service"], *place(given)), given["operation"]
    names = {api: method for method, api in client.meta.method_to_api_mapping.items()}
    method = names.get(operation, operation)
    if method not in client.meta.method_to_api_mapping:
        raise Wrong(f"{given['service']} has no operation {operation}")
    arguments = {name: bytes_of(value) for name, value in given.get("arguments", {}).items()}
    result = getattr(client, method)(**arguments)
    result.pop("ResponseMetadata", None)
    return result


def bytes_of(value):
    """An argument, which is bytes when it is written as {"hex": "…"}."""
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) and set(value) == {"hex"} else value


def shuffle(emulator, given):
    ecs.ORDER["seed"] = given["seed"]
    return {}


def edit(emulator, given):
    call = control_call("ecs", given)
    with emulator.lock:
        body = stored(call, given["collection"], given["key"])
        body.update(given.get("set", {}))
        for member in given.get("unset", []):
            body.pop(member, None)
        if given["collection"] == "settings":
            name = given["key"]
            ecs.estate(call).settings[ecs.root(call), name] = body["value"]
    return {"body": body}


def stored(call, collection, wanted):
    """The body that an edit is about."""
    here = ecs.estate(call)

    def nested(tree):
        return [body for branch in tree.values() for body in branch.values()]

    if collection == "settings":
        return {"value": ecs.setting(call, ecs.known_setting(wanted))}
    bodies = {
        "clusters": ("clusterArn", here.clusters.values),
        "services": ("serviceArn", lambda: nested(here.services)),
        "tasks": ("taskArn", lambda: nested(here.tasks)),
        "task_definitions": ("taskDefinitionArn", lambda: nested(here.definitions)),
        "container_instances": ("containerInstanceArn", lambda: nested(here.instances)),
        "capacity_providers": ("capacityProviderArn", here.providers.values),
        "service_revisions": ("serviceRevisionArn", here.revisions.values),
        "findings": ("Id", lambda: securityhub.HUBS[call.account, call.region].findings.values()),
    }
    if collection not in bodies:
        raise Wrong(f"there is no collection `{collection}`; there are {', '.join(bodies)} and settings")
    member, all_of_them = bodies[collection]
    found = next((body for body in all_of_them() if body[member] == wanted), None)
    if found is None:
        raise Wrong(f"{collection} has no `{wanted}`")
    return found
