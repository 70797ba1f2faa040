"""ECS: managed daemons, their revisions and their task definitions.

The rules kept here: a daemon lives in a cluster and has one current revision; ListDaemons gives a hundred at most a page,
of one cluster; DescribeDaemonRevisions takes 20 at most, and calls an unknown one `MISSING`; a daemon or daemon task
definition that does not exist is refused.
"""

import ecs
from ecs import at_most, client, cluster_of, estate, invalid, listing, missing, named, now, number, operation, some
from wire import Refused


@operation("RegisterDaemonTaskDefinition", ["family", "containerDefinitions"])
def register_daemon_task_definition(call, params):
    definitions, family = estate(call).daemon_definitions, params["family"]
    revision = 1 + sum(body["family"] == family for body in definitions.values())
    arn = call.arn(f"daemon-task-definition/{family}:{revision}")
    kept = ecs.without(params, "tags")
    own = {"daemonTaskDefinitionArn": arn, "revision": revision, "status": "ACTIVE", "registeredAt": now()}
    definitions[arn] = {"volumes": []} | kept | own
    return {"daemonTaskDefinitionArn": arn}


@operation("DescribeDaemonTaskDefinition", ["daemonTaskDefinition"])
def describe_daemon_task_definition(call, params):
    body = estate(call).daemon_definitions.get(params["daemonTaskDefinition"])
    if not body:
        raise client("Unable to describe daemon task definition.")
    return {"daemonTaskDefinition": body}


@operation("CreateDaemon", ["daemonName", "daemonTaskDefinitionArn", "capacityProviderArns"])
def create_daemon(call, params):
    cluster, here = cluster_of(call, params.get("clusterArn")), estate(call)
    if params["daemonTaskDefinitionArn"] not in here.daemon_definitions:
        raise invalid("The daemon task definition does not exist.")
    name = f"{named(cluster)}/{params['daemonName']}"
    arn, revision = call.arn(f"daemon/{name}"), call.arn(f"daemon-revision/{name}/{number()}")
    times = {"createdAt": now(), "updatedAt": now()}
    here.daemon_revisions[revision] = {
        "daemonRevisionArn": revision,
        "clusterArn": cluster["clusterArn"],
        "daemonArn": arn,
        "daemonTaskDefinitionArn": params["daemonTaskDefinitionArn"],
        "createdAt": times["createdAt"],
        "propagateTags": params.get("propagateTags", "NONE"),
        "enableECSManagedTags": params.get("enableECSManagedTags", False),
        "enableExecuteCommand": params.get("enableExecuteCommand", False),
        "critical": params.get("critical", True),
    }
    providers = [{"arn": provider, "runningCount": 1} for provider in params["capacityProviderArns"]]
    here.daemons[arn] = {
        "daemonArn": arn,
        "clusterArn": cluster["clusterArn"],
        "status": "ACTIVE",
        "currentRevisions": [{"arn": revision, "capacityProviders": providers, "totalRunningCount": len(providers)}],
        **times,
    }
    return {"daemonArn": arn, "status": "ACTIVE", "createdAt": times["createdAt"]}


@operation("ListDaemons")
def list_daemons(call, params):
    cluster = cluster_of(call, params.get("clusterArn"))["clusterArn"]
    members = ("daemonArn", "status", "createdAt", "updatedAt")
    found = [body for body in estate(call).daemons.values() if body["clusterArn"] == cluster]
    return listing(call, "daemonSummariesList", [{member: body[member] for member in members} for body in found])


@operation("DescribeDaemon", ["daemonArn"])
def describe_daemon(call, params):
    body = estate(call).daemons.get(params["daemonArn"])
    if not body:
        raise Refused("DaemonNotFoundException", "Daemon not found.")
    return {"daemon": body}


@operation("DescribeDaemonRevisions")
def describe_daemon_revisions(call, params):
    arns = at_most(some(params.get("daemonRevisionArns"), "Daemon revisions"), 20, "Daemon revisions")
    here = estate(call).daemon_revisions
    return {
        "daemonRevisions": [here[arn] for arn in arns if arn in here],
        "failures": [missing(arn) for arn in arns if arn not in here],
    }
