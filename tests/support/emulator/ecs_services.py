"""ECS services with their deployments, revisions and task sets, Express services, and StopTask.

The rules kept here: ListServices gives ten a page unless asked and filters; DescribeServices takes 10 at most and
answers `MISSING`; every field of CreateService and UpdateService comes back; a name is used once; a new deployment
begins exactly when one of the parameters that AWS lists for it changes, or is forced, and takes its tasks along at
once; the parameters that CODE_DEPLOY and EXTERNAL services do not take are refused; a deleted service stays
describable, INACTIVE; DescribeServiceRevisions and DescribeServiceDeployments take 20 at most; image digests belong
to a service revision.
"""

import math

import wire
from ecs import (
    at_most,
    cluster_of,
    estate,
    identifier,
    invalid,
    launch_type,
    listing,
    missing,
    named,
    now,
    number,
    operation,
    reference,
    shuffled,
    some,
    tag,
    tagged,
)
from ecs_definitions import usable
from ecs_tasks import (
    checked_network,
    digest,
    existing_network,
    halt,
    places,
    presented,
    require_task_role,
    start,
    task_of,
)
from wire import Refused

# What a revision holds; a change of any of these is a new deployment.
REVISED = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
UPDATED = (
    "desiredCount",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "availabilityZoneRebalancing",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "enableExecuteCommand",
    "enableECSManagedTags",
    "propagateTags",
    "gatewayConnectors",
    "monitoring",
)
KEPT = ("gatewayConnectors", "monitoring", "healthCheckGracePeriodSeconds")
COMMON = {
    "cluster",
    "service",
    "desiredCount",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "propagateTags",
}
ALLOWED = {"CODE_DEPLOY": COMMON | {"deploymentConfiguration"}, "EXTERNAL": COMMON}
DEPLOYMENT = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "strategy": "ROLLING",
    "bakeTimeInMinutes": 0,
}


def services(call, cluster):
    return estate(call).services.setdefault(named(cluster), {})


def service_of(call, cluster, ref):
    """A service by name or ARN; an ARN of another cluster is not in this one."""
    head, _, name = reference(call, ref, "service").rpartition("/")
    if head not in ("", named(cluster)):
        return None
    return services(call, cluster).get(name)


def active(call, cluster, ref):
    service = service_of(call, cluster, ref)
    if not service:
        raise Refused("ServiceNotFoundException", "Service not found.")
    if service["status"] != "ACTIVE":
        raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
    return service


def controller(service):
    return service["deploymentController"]["type"]


def tasks_of(call, cluster, service, **wanted):
    """The running tasks of a service."""
    return [
        task
        for task in estate(call).tasks.get(named(cluster), {}).values()
        if task["group"] == f"service:{service['serviceName']}"
        and task["desiredStatus"] == "RUNNING"
        and all(task.get(name) == value for name, value in wanted.items())
    ]


# Creating.


@operation("CreateService", ["serviceName"])
def create_service(call, params):
    cluster, name = cluster_of(call, params.get("cluster")), params["serviceName"]
    if services(call, cluster).get(name, {}).get("status", "INACTIVE") != "INACTIVE":
        raise invalid("Creation of service was not idempotent.")
    kind = params.get("deploymentController", {}).get("type", "ECS")
    service = blank(call, cluster, params, kind)
    definition = None
    if kind != "EXTERNAL":
        if "taskDefinition" not in params:
            raise invalid("TaskDefinition can not be blank.")
        definition = usable(call, params["taskDefinition"])
        service["taskDefinition"] = definition["taskDefinitionArn"]
        if launch_type(service) == "FARGATE" and "FARGATE" not in definition["compatibilities"]:
            raise invalid("Task definition does not support launch_type FARGATE.")
        network = checked_network(call, params, definition)
        if service["enableExecuteCommand"]:
            require_task_role(definition, None, "service")
    else:
        network = params.get("networkConfiguration") and existing_network(call, params["networkConfiguration"])
    if network:
        service["networkConfiguration"] = network
    tag(call, service["serviceArn"], params.get("tags", []))
    services(call, cluster)[name] = service
    if kind == "ECS":
        deploy(call, cluster, service, definition)
    elif kind == "CODE_DEPLOY":
        add_task_set(call, cluster, service, definition, params | {"status": "PRIMARY"})
    return {"service": counted(call, cluster, service, include=True)}


def blank(call, cluster, params, kind):
    """A service's body before anything runs, with AWS's defaults."""
    if params.get("launchType") and params.get("capacityProviderStrategy"):
        raise invalid("Specify either a launch type or a capacity provider strategy, but not both.")
    daemon = params.get("schedulingStrategy") == "DAEMON"
    linked = f"arn:{call.partition}:iam::{call.account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    service = {
        "serviceArn": call.arn(f"service/{named(cluster)}/{params['serviceName']}"),
        "serviceName": params["serviceName"],
        "clusterArn": cluster["clusterArn"],
        "loadBalancers": params.get("loadBalancers", []),
        "serviceRegistries": params.get("serviceRegistries", []),
        "status": "ACTIVE",
        "desiredCount": params.get("desiredCount", 0 if daemon else 1),
        "runningCount": 0,
        "pendingCount": 0,
        "deploymentConfiguration": DEPLOYMENT | params.get("deploymentConfiguration", {}),
        "deployments": [],
        "roleArn": params.get("role", linked),
        "events": [],
        "createdAt": now(),
        "createdBy": call.principal,
        "placementConstraints": params.get("placementConstraints", []),
        "placementStrategy": params.get("placementStrategy", []),
        "schedulingStrategy": params.get("schedulingStrategy", "REPLICA"),
        "deploymentController": {"type": kind},
        "enableECSManagedTags": params.get("enableECSManagedTags", False),
        "propagateTags": params.get("propagateTags", "NONE"),
        "enableExecuteCommand": params.get("enableExecuteCommand", False),
        "availabilityZoneRebalancing": params.get("availabilityZoneRebalancing", "DISABLED" if daemon else "ENABLED"),
        "resourceManagementType": "CUSTOMER",
    }
    strategy = params.get("capacityProviderStrategy") or cluster["defaultCapacityProviderStrategy"]
    if any(entry["capacityProvider"] not in cluster["capacityProviders"] for entry in strategy):
        raise invalid(
            "The capacity provider strategy holds a capacity provider that is not associated with the cluster."
        )
    if params.get("launchType"):
        service["launchType"] = params["launchType"]
    elif strategy:
        service["capacityProviderStrategy"] = strategy
    elif kind != "EXTERNAL":
        service["launchType"] = "EC2"
    if launch_type(service) == "FARGATE":
        if daemon:
            raise invalid("The daemon scheduling strategy is not supported on Fargate.")
        service |= {"platformVersion": params.get("platformVersion", "LATEST"), "platformFamily": "Linux"}
    for member in (*KEPT, "serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations"):
        if member in params:
            service[member] = params[member]
    return service


# Deployments and revisions.


def deploy(call, cluster, service, definition):
    """A new deployment: a revision, tasks of its own, and the old deployment's tasks gone."""
    at = now()
    for task in tasks_of(call, cluster, service):
        halt(
            call,
            task,
            f"Scaling activity initiated by (deployment {task.get('startedBy')})",
            "ServiceSchedulerInitiated",
        )
    revision = revise(call, cluster, service, definition)
    deployment = {
        "id": f"ecs-svc/{number()}",
        "status": "PRIMARY",
        "taskDefinition": definition["taskDefinitionArn"],
        "failedTasks": 0,
        "createdAt": at,
        "updatedAt": at,
    }
    copied = ("launchType", "capacityProviderStrategy", "platformFamily", *REVISED[1:2], *REVISED[5:])
    deployment |= {member: service[member] for member in copied if member in service}
    if launch_type(service) == "FARGATE":
        deployment["platformVersion"] = "1.4.0"
    service["deployments"] = [deployment]
    before = [entry["arn"] for entry in service.get("currentServiceRevisions", [])]
    service["currentServiceRevisions"] = [{"arn": revision["serviceRevisionArn"]}]
    scale(call, cluster, service, definition)
    record(call, cluster, service, revision, before)
    say(service, f"(service {service['serviceName']}) has reached a steady state.")


def scale(call, cluster, service, definition):
    """Starts or stops tasks until as many run as are wanted and can be placed."""
    deployment = service["deployments"][0]
    wanted = service["desiredCount"]
    if service["schedulingStrategy"] == "DAEMON":
        wanted = service["desiredCount"] = len(places(call, cluster))
    running = tasks_of(call, cluster, service)
    for task in running[wanted:]:
        halt(call, task, "Scaling activity initiated by the service", "ServiceSchedulerInitiated")
    placed = launch_type(service) == "FARGATE" or places(call, cluster)
    if placed:
        order = ordered(service, deployment["id"])
        for index in range(len(running), wanted):
            start(call, cluster, definition, order, index)
    elif wanted:
        reason = "no container instance met all of its requirements"
        say(service, f"(service {service['serviceName']}) was unable to place a task because {reason}.")
    done = placed or not wanted
    deployment |= {
        "desiredCount": wanted,
        "updatedAt": now(),
        "rolloutState": "COMPLETED" if done else "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {deployment['id']} {'completed' if done else 'in progress'}.",
    }


def ordered(service, started_by):
    """What a service's tasks are started with."""
    members = (
        "launchType",
        "capacityProviderStrategy",
        "networkConfiguration",
        "enableExecuteCommand",
        "enableECSManagedTags",
        "propagateTags",
    )
    order = {member: service[member] for member in members if member in service}
    return order | {"service": service, "group": f"service:{service['serviceName']}", "startedBy": started_by}


def revise(call, cluster, service, definition):
    """A service revision, with the digests that its images resolved to when tasks were wanted."""
    body = {
        "serviceRevisionArn": call.arn(f"service-revision/{named(cluster)}/{service['serviceName']}/{number()}"),
        "serviceArn": service["serviceArn"],
        "clusterArn": cluster["clusterArn"],
        "guardDutyEnabled": False,
        "createdAt": now(),
        "containerImages": [],
    }
    members = ("launchType", "capacityProviderStrategy", "platformFamily", *REVISED)
    body |= {member: service[member] for member in members if member in service}
    if launch_type(service) == "FARGATE":
        body["platformVersion"] = "1.4.0"
    for container in definition["containerDefinitions"]:
        image = {"containerName": container["name"], "image": container["image"]}
        if service["desiredCount"] and container.get("versionConsistency") != "disabled":
            image["imageDigest"] = digest(container["image"])
        body["containerImages"].append(image)
    estate(call).revisions[body["serviceRevisionArn"]] = body
    return body


def record(call, cluster, service, revision, before):
    """The service deployment that led to a revision."""
    arn = call.arn(f"service-deployment/{named(cluster)}/{service['serviceName']}/{number()}")
    target, count = revision["serviceRevisionArn"], service["desiredCount"]
    numbers = {"requestedTaskCount": count, "runningTaskCount": count, "pendingTaskCount": 0}
    estate(call).deployments[arn] = {
        "serviceDeploymentArn": arn,
        "serviceArn": service["serviceArn"],
        "clusterArn": cluster["clusterArn"],
        "createdAt": revision["createdAt"],
        "startedAt": revision["createdAt"],
        "finishedAt": now(),
        "updatedAt": now(),
        "sourceServiceRevisions": [{"arn": source} | numbers for source in before],
        "targetServiceRevision": {"arn": target} | numbers,
        "status": "SUCCESSFUL" if service["deployments"][0]["rolloutState"] == "COMPLETED" else "IN_PROGRESS",
        "deploymentConfiguration": service["deploymentConfiguration"],
    }
    service["currentServiceDeployment"] = arn


def say(service, message):
    service["events"].insert(0, {"id": identifier(), "createdAt": now(), "message": message})
    del service["events"][100:]


def replace(call, cluster, task):
    """What the service scheduler does when a task of a service or task set has stopped."""
    if not task["group"].startswith("service:"):
        return
    service = services(call, cluster).get(task["group"].removeprefix("service:"))
    if not service or service["status"] != "ACTIVE":
        return
    rescale(call, cluster, service)


def rescale(call, cluster, service):
    """As many tasks as the desired count now says."""
    if service["deployments"]:
        scale(call, cluster, service, definition_of(call, service["taskDefinition"]))
    for task_set in service.get("taskSets", []):
        scale_set(call, cluster, service, task_set)


def definition_of(call, arn):
    family, _, revision = arn.rsplit("/", 1)[-1].partition(":")
    return estate(call).definitions[family][int(revision)]


@operation("StopTask", ["task"])
def stop_task(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    task = task_of(call, cluster, params["task"])
    if not task:
        raise invalid("The referenced task was not found.")
    if task["lastStatus"] != "STOPPED":
        halt(call, task, params.get("reason", "Task stopped by user"), "UserInitiated")
        replace(call, cluster, task)
    return {"task": presented(call, task)}


# Updating and deleting.


@operation("UpdateService", ["service"])
def update_service(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    service = active(call, cluster, params["service"])
    if service["resourceManagementType"] == "ECS":
        raise invalid("The service is managed by Amazon ECS Express Mode. Use UpdateExpressGatewayService.")
    refused = set(params) - ALLOWED.get(controller(service), set(params))
    if refused:
        raise invalid(
            f"Unable to update {', '.join(sorted(refused))} on services with a {controller(service)} "
            "deployment controller."
        )
    if controller(service) == "EXTERNAL":
        service |= {member: params[member] for member in UPDATED if member in params}
        rescale(call, cluster, service)
        return {"service": counted(call, cluster, service, include=True)}
    definition = usable(call, params["taskDefinition"]) if "taskDefinition" in params else None
    current = definition or definition_of(call, service["taskDefinition"])
    if params.get("enableExecuteCommand"):
        require_task_role(current, None, "service")
    changed = {member: params[member] for member in (*REVISED, *UPDATED) if member in params}
    if "networkConfiguration" in params:
        changed["networkConfiguration"] = checked_network(call, params, current)
    if definition:
        changed["taskDefinition"] = definition["taskDefinitionArn"]
    if "deploymentConfiguration" in params:
        changed["deploymentConfiguration"] = service["deploymentConfiguration"] | params["deploymentConfiguration"]
    anew = params.get("forceNewDeployment") or any(
        member in changed and changed[member] != service.get(member) for member in REVISED
    )
    service |= changed
    if "capacityProviderStrategy" in changed:
        service.pop("launchType", None)
    if anew and controller(service) == "ECS":
        deploy(call, cluster, service, current)
    elif "desiredCount" in changed:
        rescale(call, cluster, service)
    return {"service": counted(call, cluster, service, include=True)}


@operation("DeleteService", ["service"])
def delete_service(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    service = active(call, cluster, params["service"])
    if service["desiredCount"] and service["schedulingStrategy"] == "REPLICA" and not params.get("force"):
        raise invalid("The service cannot be stopped while it is scaled above 0.")
    if service.get("taskSets") and not params.get("force"):
        raise invalid("The service cannot be stopped while it has task sets.")
    for task in tasks_of(call, cluster, service):
        halt(call, task, "Service deleted", "ServiceSchedulerInitiated")
    service |= {"status": "INACTIVE", "desiredCount": 0, "deployments": [], "currentServiceRevisions": []}
    service.pop("taskSets", None)
    estate(call).express.pop(service["serviceArn"], None)
    return {"service": counted(call, cluster, service, include=True)}


# Reading.


def counted(call, cluster, service, include=None):
    """The service with counts that are true now, and its tags when they are included."""
    running = len(tasks_of(call, cluster, service))
    desired = service["desiredCount"]
    body = service | {"runningCount": running, "pendingCount": 0}
    counts = {"desiredCount": desired, "runningCount": running, "pendingCount": 0}
    # What a test has put into a service through `edit`, several deployments for example, stays as it was put.
    if len(service["deployments"]) == 1:
        body["deployments"] = [counts | service["deployments"][0] | {"runningCount": running, "pendingCount": 0}]
    body["currentServiceRevisions"] = [
        {"requestedTaskCount": desired, "runningTaskCount": running, "pendingTaskCount": 0} | entry
        for entry in service.get("currentServiceRevisions", [])
    ]
    if "taskSets" in service:
        body["taskSets"] = [presented_set(call, cluster, service, one) for one in service["taskSets"]]
    if controller(service) != "ECS":
        body.pop("currentServiceRevisions")
    if include:
        return body | {"tags": estate(call).tags.get(service["serviceArn"], [])}
    return tagged(call, body, service["serviceArn"])


@operation("ListServices")
def list_services(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    arns = []
    for service in services(call, cluster).values():
        facts = {
            "launchType": service.get("launchType"),
            "schedulingStrategy": service["schedulingStrategy"],
            "resourceManagementType": service["resourceManagementType"],
        }
        if service["status"] != "INACTIVE" and all(params.get(name, fact) == fact for name, fact in facts.items()):
            arns.append(service["serviceArn"])
    return listing(call, "serviceArns", shuffled(arns), default=10)


@operation("DescribeServices", ["services"])
def describe_services(call, params):
    cluster, bodies, failures = cluster_of(call, params.get("cluster")), [], []
    for ref in at_most(some(params["services"], "Services"), 10, "Services"):
        service = service_of(call, cluster, ref)
        if service:
            bodies.append(counted(call, cluster, service))
        else:
            failures.append(missing(ref if ref.startswith("arn:") else call.arn(f"service/{named(cluster)}/{ref}")))
    return {"services": shuffled(bodies, "serviceArn"), "failures": failures}


@operation("DescribeServiceRevisions", ["serviceRevisionArns"])
def describe_service_revisions(call, params):
    known = estate(call).revisions
    arns = at_most(some(params["serviceRevisionArns"], "ServiceRevisionArns"), 20, "ServiceRevisionArns")
    return {
        "serviceRevisions": [known[arn] for arn in arns if arn in known],
        "failures": [missing(arn) for arn in arns if arn not in known],
    }


@operation("ListServiceDeployments", ["service"])
def list_service_deployments(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    service = service_of(call, cluster, params["service"])
    if not service:
        raise Refused("ServiceNotFoundException", "Service not found.")
    members = ("serviceDeploymentArn", "serviceArn", "clusterArn", "startedAt", "createdAt", "finishedAt", "status")
    briefs = [
        {member: body[member] for member in members}
        | {"targetServiceRevisionArn": body["targetServiceRevision"]["arn"]}
        for body in reversed(estate(call).deployments.values())
        if body["serviceArn"] == service["serviceArn"] and body["status"] in params.get("status", [body["status"]])
    ]
    return listing(call, "serviceDeployments", briefs, default=20)


@operation("DescribeServiceDeployments", ["serviceDeploymentArns"])
def describe_service_deployments(call, params):
    known = estate(call).deployments
    arns = at_most(some(params["serviceDeploymentArns"], "ServiceDeploymentArns"), 20, "ServiceDeploymentArns")
    return {
        "serviceDeployments": [known[arn] for arn in arns if arn in known],
        "failures": [missing(arn) for arn in arns if arn not in known],
    }


# Task sets.


@operation("CreateTaskSet", ["service", "cluster", "taskDefinition"])
def create_task_set(call, params):
    cluster = cluster_of(call, params["cluster"])
    service = active(call, cluster, params["service"])
    if controller(service) != "EXTERNAL":
        raise invalid("Task sets are created for services with an EXTERNAL deployment controller only.")
    definition = usable(call, params["taskDefinition"])
    return {"taskSet": add_task_set(call, cluster, service, definition, params)}


def add_task_set(call, cluster, service, definition, params):
    at, digits = now(), number()
    body = {
        "id": f"ecs-svc/{digits}",
        "taskSetArn": call.arn(f"task-set/{named(cluster)}/{service['serviceName']}/ecs-svc/{digits}"),
        "serviceArn": service["serviceArn"],
        "clusterArn": cluster["clusterArn"],
        "status": params.get("status", "ACTIVE"),
        "taskDefinition": definition["taskDefinitionArn"],
        "createdAt": at,
        "updatedAt": at,
        "loadBalancers": params.get("loadBalancers", []),
        "serviceRegistries": params.get("serviceRegistries", []),
        "scale": params.get("scale", {"value": 100.0, "unit": "PERCENT"}),
        "stabilityStatus": "STEADY_STATE",
        "stabilityStatusAt": at,
    }
    for member in ("externalId", "launchType", "capacityProviderStrategy"):
        if member in params:
            body[member] = params[member]
    if "capacityProviderStrategy" not in body:
        body.setdefault("launchType", "EC2")
    if launch_type(body) == "FARGATE":
        body |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
    network = checked_network(call, params, definition)
    if network:
        body["networkConfiguration"] = network
    service.setdefault("taskSets", []).append(body)
    tag(call, body["taskSetArn"], params.get("tags", []))
    scale_set(call, cluster, service, body)
    return presented_set(call, cluster, service, body)


def wanted_by(service, body):
    return math.ceil(service["desiredCount"] * body["scale"]["value"] / 100)


def scale_set(call, cluster, service, body):
    """Starts or stops the tasks of a task set."""
    running = tasks_of(call, cluster, service, startedBy=body["id"])
    wanted = wanted_by(service, body)
    for task in running[wanted:]:
        halt(call, task, "Scaling activity initiated by the task set", "ServiceSchedulerInitiated")
    if launch_type(body) != "FARGATE" and not places(call, cluster):
        return
    order = ordered(service, body["id"])
    order = {member: value for member, value in order.items() if member != "capacityProviderStrategy"}
    for member in ("launchType", "capacityProviderStrategy", "networkConfiguration"):
        if member in body:
            order[member] = body[member]
    for index in range(len(running), wanted):
        start(call, cluster, definition_of(call, body["taskDefinition"]), order, index)


def presented_set(call, cluster, service, body):
    counts = {
        "computedDesiredCount": wanted_by(service, body),
        "runningCount": len(tasks_of(call, cluster, service, startedBy=body["id"])),
        "pendingCount": 0,
    }
    return tagged(call, counts | body, body["taskSetArn"])


def task_set_of(service, ref):
    for body in service.get("taskSets", []):
        if ref in (body["taskSetArn"], body["id"], body["id"].rsplit("/", 1)[-1]):
            return body
    return None


def task_set_call(call, params, member):
    """The cluster, service and task set that a task set operation is about."""
    cluster = cluster_of(call, params["cluster"])
    service = active(call, cluster, params["service"])
    body = task_set_of(service, params[member])
    if not body:
        raise Refused("TaskSetNotFoundException", "The specified task set does not exist.")
    return cluster, service, body


@operation("DescribeTaskSets", ["cluster", "service"])
def describe_task_sets(call, params):
    cluster = cluster_of(call, params["cluster"])
    service = active(call, cluster, params["service"])
    if controller(service) == "ECS":
        raise invalid("Amazon ECS only supports task sets on services with another deployment controller than ECS.")
    wanted = params.get("taskSets") or [body["taskSetArn"] for body in service.get("taskSets", [])]
    found = {ref: task_set_of(service, ref) for ref in wanted}
    bodies = [presented_set(call, cluster, service, body) for body in found.values() if body]
    return {"taskSets": bodies, "failures": [missing(ref) for ref, body in found.items() if not body]}


@operation("UpdateTaskSet", ["cluster", "service", "taskSet", "scale"])
def update_task_set(call, params):
    cluster, service, body = task_set_call(call, params, "taskSet")
    body |= {"scale": params["scale"], "updatedAt": now()}
    scale_set(call, cluster, service, body)
    return {"taskSet": presented_set(call, cluster, service, body)}


@operation("UpdateServicePrimaryTaskSet", ["cluster", "service", "primaryTaskSet"])
def update_service_primary_task_set(call, params):
    cluster, service, primary = task_set_call(call, params, "primaryTaskSet")
    for body in service["taskSets"]:
        body["status"] = "PRIMARY" if body is primary else "ACTIVE"
    service["taskDefinition"] = primary["taskDefinition"]
    return {"taskSet": presented_set(call, cluster, service, primary)}


@operation("DeleteTaskSet", ["cluster", "service", "taskSet"])
def delete_task_set(call, params):
    cluster, service, body = task_set_call(call, params, "taskSet")
    for task in tasks_of(call, cluster, service, startedBy=body["id"]):
        halt(call, task, "Task set deleted", "ServiceSchedulerInitiated")
    service["taskSets"].remove(body)
    return {"taskSet": body | {"status": "DRAINING"}}


# Express services.


@operation("CreateExpressGatewayService", ["infrastructureRoleArn", "serviceName"])
def create_express_gateway_service(call, params):
    """An Express service: a service that ECS manages, and the body that DescribeExpressGatewayService answers with."""
    cluster, container = cluster_of(call, params.get("cluster")), params.get("primaryContainer", {})

    def ecs_call(name, given):
        return wire.OPERATIONS["ecs", name](call, given)

    network = params.get("networkConfiguration", {})
    family = f"{named(cluster)}-{params['serviceName']}"
    registered = {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": params.get("cpu", "1024"),
        "memory": params.get("memory", "2048"),
        "executionRoleArn": params.get("executionRoleArn"),
        "taskRoleArn": params.get("taskRoleArn"),
        "containerDefinitions": [
            {"name": "Main", "image": container["image"], "environment": container.get("environment", [])}
        ],
    }
    registered = {name: value for name, value in registered.items() if value}
    definition = ecs_call("RegisterTaskDefinition", registered)["taskDefinition"]
    ecs_call(
        "CreateService",
        {
            "cluster": named(cluster),
            "serviceName": params["serviceName"],
            "launchType": "FARGATE",
            "desiredCount": 1,
            "taskDefinition": definition["taskDefinitionArn"],
            "tags": params.get("tags", []),
            "networkConfiguration": {
                "awsvpcConfiguration": {
                    "subnets": network.get("subnets"),
                    "securityGroups": network.get("securityGroups", []),
                }
            },
        },
    )
    service = services(call, cluster)[params["serviceName"]]
    service["resourceManagementType"] = "ECS"
    at = now()
    members = ("executionRoleArn", "taskRoleArn", "networkConfiguration", "healthCheckPath", "primaryContainer")
    configuration = {
        "serviceRevisionArn": service["currentServiceRevisions"][0]["arn"],
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "cpu": definition["cpu"],
        "memory": definition["memory"],
        "scalingTarget": params.get("scalingTarget", {"minTaskCount": 1, "maxTaskCount": 20}),
        "ingressPaths": [{"accessType": "PUBLIC", "endpoint": f"{params['serviceName']}.ecs.{call.region}.on.aws"}],
        "createdAt": at,
    } | {member: params[member] for member in members if member in params}
    estate(call).express[service["serviceArn"]] = {
        "cluster": named(cluster),
        "serviceName": params["serviceName"],
        "serviceArn": service["serviceArn"],
        "infrastructureRoleArn": params["infrastructureRoleArn"],
        "status": {"statusCode": "ACTIVE"},
        "currentDeployment": service["currentServiceDeployment"],
        "activeConfigurations": [configuration],
        "createdAt": at,
        "updatedAt": at,
    }
    return {"service": estate(call).express[service["serviceArn"]]}


@operation("DescribeExpressGatewayService", ["serviceArn"])
def describe_express_gateway_service(call, params):
    body = estate(call).express.get(params["serviceArn"])
    if not body:
        raise Refused("ResourceNotFoundException", "The specified service does not exist or is not an Express service.")
    return {"service": tagged(call, body, params["serviceArn"])}
