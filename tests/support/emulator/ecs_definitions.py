"""ECS task definitions.

The rules kept here: ListTaskDefinitions is sorted by family and revision, ASC or DESC, and filters by status (ACTIVE
unless asked); ListTaskDefinitionFamilies filters by prefix and status; every field that was registered comes back,
beside those that ECS adds; a family without a revision is its newest ACTIVE one; a deregistered revision is INACTIVE
and describable, and cannot be made ACTIVE again; a deleted one keeps its number, DELETE_IN_PROGRESS; tags stand
beside the task definition.
"""

from ecs import at_most, client, estate, invalid, listing, now, operation, reference, tag

REGISTERED = (
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "runtimePlatform",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "inferenceAccelerators",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "ephemeralStorage",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
)
CONTAINER = {
    "cpu": 0,
    "portMappings": [],
    "essential": True,
    "environment": [],
    "mountPoints": [],
    "volumesFrom": [],
    "systemControls": [],
}


def resolve(call, ref):
    """The body of the revision that `family`, `family:revision` or an ARN means, or None."""
    family, _, revision = reference(call, ref, "task-definition").partition(":")
    revisions = estate(call).definitions.get(family, {})
    if revision:
        return revisions.get(int(revision)) if revision.isdigit() else None
    active = [number for number, body in revisions.items() if body["status"] == "ACTIVE"]
    return revisions[max(active)] if active else None


def usable(call, ref):
    """The revision, when something new may be started from it."""
    body = resolve(call, ref)
    if not body:
        raise client("TaskDefinition not found.")
    if body["status"] != "ACTIVE":
        raise client("TaskDefinition is inactive")
    return body


@operation("RegisterTaskDefinition", ["family", "containerDefinitions"])
def register_task_definition(call, params):
    check(params)
    revisions = estate(call).definitions.setdefault(params["family"], {})
    number = max(revisions, default=0) + 1
    arn = call.arn(f"task-definition/{params['family']}:{number}")
    body = {
        "taskDefinitionArn": arn,
        "containerDefinitions": [container(params, given) for given in params["containerDefinitions"]],
        "family": params["family"],
        "revision": number,
        "volumes": params.get("volumes", []),
        "status": "ACTIVE",
        "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}],
        "placementConstraints": params.get("placementConstraints", []),
        "compatibilities": compatibilities(params),
        "registeredAt": now(),
        "registeredBy": call.principal,
    } | {member: params[member] for member in REGISTERED if member in params}
    tag(call, arn, params.get("tags", []))
    revisions[number] = body
    return {"taskDefinition": body, "tags": estate(call).tags[arn]}


def container(params, given):
    """A container definition with the defaults that ECS writes into it."""
    body = CONTAINER | given
    body["portMappings"] = [
        ({"hostPort": mapping["containerPort"]} if params.get("networkMode") in ("awsvpc", "host") else {"hostPort": 0})
        | {"protocol": "tcp"}
        | mapping
        for mapping in body["portMappings"]
    ]
    return body


def compatibilities(params):
    if "FARGATE" in params.get("requiresCompatibilities", []):
        return ["EC2", "FARGATE"]
    if params.get("networkMode") == "awsvpc":
        return ["EC2"]
    return ["EXTERNAL", "EC2"]


def check(params):
    """What ECS refuses to register."""
    fargate = "FARGATE" in params.get("requiresCompatibilities", [])
    for given in params["containerDefinitions"]:
        for member in ("name", "image"):
            if not given.get(member):
                raise client(f"Container.{member} should not be null or empty.")
        if not (params.get("memory") or given.get("memory") or given.get("memoryReservation")):
            raise client(
                f"Invalid setting for container '{given['name']}'. "
                "At least one of 'memory' or 'memoryReservation' must be specified."
            )
        if fargate and given.get("privileged"):
            raise client("Fargate compatible task definitions do not support privileged containers.")
    if not params["containerDefinitions"]:
        raise client("Container list cannot be empty.")
    if fargate and params.get("networkMode") != "awsvpc":
        raise client("Fargate only supports network mode 'awsvpc'.")
    if fargate and not (params.get("cpu") and params.get("memory")):
        raise client("Fargate requires that 'cpu' and 'memory' be defined at the task level.")
    if fargate and params.get("pidMode", "task") != "task":
        raise client(
            f"Tasks using the Fargate launch type do not support pidMode '{params['pidMode']}'. "
            "The supported value for pidMode is 'task'."
        )


@operation("ListTaskDefinitions")
def list_task_definitions(call, params):
    status, order = params.get("status", "ACTIVE"), params.get("sort", "ASC")
    if status not in ("ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS") or order not in ("ASC", "DESC"):
        raise invalid(f"Invalid status `{status}` or sort `{order}`.")
    family = params.get("familyPrefix")
    bodies = [
        body
        for revisions in estate(call).definitions.values()
        for body in revisions.values()
        if body["status"] == status and body["family"] == (family or body["family"])
    ]
    bodies.sort(key=lambda body: (body["family"], body["revision"]), reverse=order == "DESC")
    return listing(call, "taskDefinitionArns", [body["taskDefinitionArn"] for body in bodies])


@operation("ListTaskDefinitionFamilies")
def list_task_definition_families(call, params):
    status = params.get("status", "ALL")
    if status not in ("ACTIVE", "INACTIVE", "ALL"):
        raise invalid(f"Invalid status `{status}`.")
    families = []
    for family, revisions in sorted(estate(call).definitions.items()):
        active = any(body["status"] == "ACTIVE" for body in revisions.values())
        if family.startswith(params.get("familyPrefix", "")) and status in ("ALL", "ACTIVE" if active else "INACTIVE"):
            families.append(family)
    return listing(call, "families", families)


@operation("DescribeTaskDefinition", ["taskDefinition"])
def describe_task_definition(call, params):
    body = resolve(call, params["taskDefinition"])
    if not body:
        raise client("Unable to describe task definition.")
    answer = {"taskDefinition": body}
    if "TAGS" in params.get("include", []):
        answer["tags"] = estate(call).tags.get(body["taskDefinitionArn"], [])
    return answer


@operation("DeregisterTaskDefinition", ["taskDefinition"])
def deregister_task_definition(call, params):
    if ":" not in reference(call, params["taskDefinition"], "task-definition"):
        raise client("Revision is missing.")
    body = resolve(call, params["taskDefinition"])
    if not body:
        raise client("Unable to describe task definition.")
    if body["status"] == "ACTIVE":
        body |= {"status": "INACTIVE", "deregisteredAt": now()}
    return {"taskDefinition": body}


@operation("DeleteTaskDefinitions", ["taskDefinitions"])
def delete_task_definitions(call, params):
    deleted, failures = [], []
    for ref in at_most(params["taskDefinitions"], 10, "TaskDefinitions"):
        body = resolve(call, ref)
        if not body:
            failures.append({"arn": ref, "reason": "The specified task definition does not exist."})
        elif body["status"] == "ACTIVE":
            failures.append({"arn": ref, "reason": "The specified task definition is still in ACTIVE status."})
        else:
            body |= {"status": "DELETE_IN_PROGRESS", "deleteRequestedAt": now()}
            deleted.append(body)
    return {"taskDefinitions": deleted, "failures": failures}
