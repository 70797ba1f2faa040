"""ECS tasks and container instances.

The rules kept here: RunTask and services start tasks with every field that DescribeTasks has, an elastic network
interface in EC2 where the network mode is awsvpc, and tags by `propagateTags`; ListTasks filters and pages, and lists
only what is to run unless asked; DescribeTasks and DescribeContainerInstances take 100 at most and answer `MISSING`
for the rest; StopTask takes the tags away and keeps the task describable; GetTaskProtection and UpdateTaskProtection;
a task that runs for a service is replaced when it is stopped.
"""

import hashlib
import ipaddress
import json

from moto.ec2.models import ec2_backends

import ecs
from ecs import (
    at_most,
    cluster_of,
    estate,
    hexadecimal,
    identifier,
    invalid,
    listing,
    missing,
    named,
    now,
    operation,
    reference,
    shuffled,
    some,
    tag,
    tagged,
)
from ecs_definitions import usable
from wire import Refused


def digest(image):
    """The manifest digest that an image reference resolves to: its own, or one that depends on its text alone."""
    _, _, own = image.partition("@")
    return own or f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"


# Network interfaces.


def checked_network(call, params, definition):
    """The network configuration, when it fits the task definition's network mode and its subnets and groups exist."""
    network = params.get("networkConfiguration")
    if definition.get("networkMode") != "awsvpc":
        if network:
            raise invalid("Network Configuration is not valid for the given networkMode of this task definition.")
        return None
    if not network:
        raise invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    return existing_network(call, network)


def existing_network(call, network):
    given, cloud = network.get("awsvpcConfiguration", {}), ec2_backends[call.account][call.region]
    for subnet in some(given.get("subnets"), "subnets"):
        if not any(subnet in zone for zone in cloud.subnets.values()):
            raise invalid(
                f"Error retrieving subnet information for [{subnet}]: "
                f"The subnet ID '{subnet}' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
    for group in given.get("securityGroups", []):
        if not cloud.get_security_group_from_id(group):
            raise invalid(
                f"Error retrieving security group information for [{group}]: "
                f"The security group '{group}' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
    body = {"subnets": given["subnets"], "securityGroups": given.get("securityGroups", [])}
    return {"awsvpcConfiguration": body | {"assignPublicIp": given.get("assignPublicIp", "DISABLED")}}


def attach(call, network, index):
    """An elastic network interface in EC2 for the `index`th task, and the attachment that the task shows."""
    given, cloud = network["awsvpcConfiguration"], ec2_backends[call.account][call.region]
    subnet_id = given["subnets"][index % len(given["subnets"])]
    subnet = cloud.get_subnet(subnet_id)
    used = estate(call).addresses
    used[subnet_id] = used.get(subnet_id, 9) + 1
    address = str(ipaddress.ip_network(subnet.cidr_block)[used[subnet_id]])
    attachment = identifier()
    interface = cloud.create_network_interface(
        subnet,
        address,
        group_ids=given.get("securityGroups"),
        description=call.arn(f"attachment/{attachment}"),
        public_ip_auto_assign=given.get("assignPublicIp") == "ENABLED",
    )
    interface.status, interface.requester_managed = "in-use", True
    details = {
        "subnetId": subnet_id,
        "networkInterfaceId": interface.id,
        "macAddress": interface.mac_address,
        "privateDnsName": f"ip-{address.replace('.', '-')}.{call.region}.compute.internal",
        "privateIPv4Address": address,
    }
    body = {"id": attachment, "type": "ElasticNetworkInterface", "status": "ATTACHED"}
    return body | {"details": [{"name": name, "value": value} for name, value in details.items()]}, subnet


def detach(call, task):
    for attachment in task["attachments"]:
        interface = next((d["value"] for d in attachment["details"] if d["name"] == "networkInterfaceId"), None)
        ec2_backends[call.account][call.region].enis.pop(interface, None)
        attachment["status"] = "DELETED"


# Starting and stopping.


def places(call, cluster):
    """The container instances that take tasks."""
    instances = estate(call).instances.get(named(cluster), {}).values()
    return [i for i in instances if i["status"] == "ACTIVE" and i["agentConnected"]]


def start(call, cluster, definition, order, index=0):
    """One running task. `order` holds what differs by who starts it: group, startedBy, launchType, tags, …"""
    here, name, number, at = estate(call), named(cluster), hexadecimal(), now()
    arn = call.arn(f"task/{name}/{number}")
    kind = ecs.launch_type(order)
    strategy = order.get("capacityProviderStrategy")
    task = {
        "attachments": [],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": f"{call.region}a",
        "clusterArn": cluster["clusterArn"],
        "connectivity": "CONNECTED",
        "connectivityAt": at,
        "cpu": (order.get("overrides") or {}).get("cpu") or definition.get("cpu", "256"),
        "createdAt": at,
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": order.get("enableExecuteCommand", False),
        "group": order["group"],
        "healthStatus": "UNKNOWN",
        "inferenceAccelerators": [],
        "lastStatus": "RUNNING",
        "launchType": kind,
        "memory": (order.get("overrides") or {}).get("memory") or definition.get("memory", "512"),
        "overrides": overrides(definition, order.get("overrides")),
        "pullStartedAt": at,
        "pullStoppedAt": at,
        "startedAt": at,
        "taskArn": arn,
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "version": 3,
    }
    if order.get("startedBy"):
        task["startedBy"] = order["startedBy"]
    if strategy:
        task["capacityProviderName"] = strategy[0]["capacityProvider"]
    if kind == "FARGATE":
        task |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
        task["ephemeralStorage"] = definition.get("ephemeralStorage", {"sizeInGiB": 20})
    else:
        instance = order.get("instance") or places(call, cluster)[index % len(places(call, cluster))]
        task["containerInstanceArn"] = instance["containerInstanceArn"]
    if order.get("networkConfiguration"):
        attachment, subnet = attach(call, order["networkConfiguration"], index)
        task["attachments"].append(attachment)
        task["availabilityZone"] = subnet.availability_zone
    task["containers"] = [running(call, task, body) for body in definition["containerDefinitions"]]
    here.tasks.setdefault(name, {})[number] = task
    here.tags[arn] = order_tags(call, cluster, definition, order)
    return task


def overrides(definition, given):
    """A task's overrides; without any, ECS still names each container."""
    given = given or {}
    named_there = [{"name": body["name"]} for body in definition["containerDefinitions"]]
    return {"inferenceAcceleratorOverrides": [], "containerOverrides": named_there} | given


def running(call, task, body):
    cluster, number = task["taskArn"].split("/")[1:]
    container = {
        "containerArn": call.arn(f"container/{cluster}/{number}/{identifier()}"),
        "taskArn": task["taskArn"],
        "name": body["name"],
        "image": body["image"],
        "imageDigest": digest(body["image"]),
        "runtimeId": f"{number}-{len(body['name']):010d}",
        "lastStatus": "RUNNING",
        "networkBindings": [],
        "networkInterfaces": [
            {
                "attachmentId": attachment["id"],
                "privateIpv4Address": next(
                    d["value"] for d in attachment["details"] if d["name"] == "privateIPv4Address"
                ),
            }
            for attachment in task["attachments"]
        ],
        "healthStatus": "UNKNOWN",
        "cpu": str(body["cpu"]),
    }
    for member in ("memory", "memoryReservation"):
        if member in body:
            container[member] = str(body[member])
    if task["enableExecuteCommand"]:
        agent = {"name": "ExecuteCommandAgent", "lastStatus": "RUNNING", "lastStartedAt": task["startedAt"]}
        container["managedAgents"] = [agent]
    return container


def order_tags(call, cluster, definition, order):
    """A task's tags: those given, those propagated, and ECS's own when they are managed."""
    here, tags = estate(call), {}
    if order.get("enableECSManagedTags"):
        tags["aws:ecs:clusterName"] = named(cluster)
        if order.get("service"):
            tags["aws:ecs:serviceName"] = order["service"]["serviceName"]
    propagate = order.get("propagateTags")
    source = {"TASK_DEFINITION": definition["taskDefinitionArn"]}
    if order.get("service"):
        source["SERVICE"] = order["service"]["serviceArn"]
    for entry in [*here.tags.get(source.get(propagate), []), *order.get("tags", [])]:
        tags[entry["key"]] = entry.get("value", "")
    return [{"key": key, "value": value} for key, value in tags.items()]


def halt(call, task, reason, code):
    """The task stopped: describable, without tags and without its network interface."""
    at = now()
    detach(call, task)
    task |= {
        "desiredStatus": "STOPPED",
        "lastStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "stoppingAt": at,
        "stoppedAt": at,
        "executionStoppedAt": at,
        "version": task["version"] + 1,
    }
    for container in task["containers"]:
        container |= {"lastStatus": "STOPPED", "exitCode": 0, "networkInterfaces": []}
    estate(call).tags.pop(task["taskArn"], None)


@operation("RunTask", ["taskDefinition"])
def run_task(call, params):
    cluster, definition = cluster_of(call, params.get("cluster")), usable(call, params["taskDefinition"])
    count = params.get("count", 1)
    if not 1 <= count <= 10:
        raise invalid("The number of tasks to run must be between 1 and 10.")
    return {"tasks": [presented(call, t) for t in launch(call, cluster, definition, params, count)], "failures": []}


@operation("StartTask", ["taskDefinition", "containerInstances"])
def start_task(call, params):
    cluster, definition = cluster_of(call, params.get("cluster")), usable(call, params["taskDefinition"])
    tasks = []
    for ref in at_most(params["containerInstances"], 10, "ContainerInstances"):
        instance = instance_of(call, cluster, ref)
        if not instance:
            raise invalid("The referenced container instance was not found.")
        tasks += launch(call, cluster, definition, params | {"launchType": "EC2", "instance": instance}, 1)
    return {"tasks": [presented(call, task) for task in tasks], "failures": []}


def launch(call, cluster, definition, params, count):
    if params.get("launchType") and params.get("capacityProviderStrategy"):
        raise invalid("Specify either Launch Type or Capacity Provider Strategy, but not both.")
    if (params.get("group") or "").startswith("service:"):
        raise invalid("Group name cannot start with 'service:'.")
    order = dict(params)
    if not params.get("launchType"):
        order["capacityProviderStrategy"] = (
            params.get("capacityProviderStrategy") or cluster["defaultCapacityProviderStrategy"]
        )
    kind = ecs.launch_type(order)
    if kind == "FARGATE" and "FARGATE" not in definition["compatibilities"]:
        raise invalid("Task definition does not support launch_type FARGATE.")
    order["networkConfiguration"] = checked_network(call, params, definition)
    order["group"] = params.get("group", f"family:{definition['family']}")
    if order.get("enableExecuteCommand"):
        require_task_role(definition, params.get("overrides"), "task")
    if kind != "FARGATE" and not order.get("instance") and not places(call, cluster):
        raise invalid("No Container Instances were found in your cluster.")
    return [start(call, cluster, definition, order, index) for index in range(count)]


def require_task_role(definition, given, what):
    if not (definition.get("taskRoleArn") or (given or {}).get("taskRoleArn")):
        raise invalid(
            f"The {what} couldn't be created or updated because a valid taskRoleArn is not being used. "
            "Specify a valid task role in your task definition and try again."
        )


# Reading.


def task_of(call, cluster, ref):
    """A task by id or ARN; an ARN of another cluster is not in this one."""
    head, _, number = reference(call, ref, "task").rpartition("/")
    if head not in ("", named(cluster)):
        return None
    return estate(call).tasks.get(named(cluster), {}).get(number)


def presented(call, task):
    return task | {"tags": estate(call).tags.get(task["taskArn"], [])}


@operation("ListTasks")
def list_tasks(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    status = params.get("desiredStatus", "RUNNING")
    if status not in ("RUNNING", "PENDING", "STOPPED"):
        raise invalid(f"Invalid desiredStatus `{status}`.")
    wanted = {"desiredStatus": status}
    for member in ("startedBy", "launchType"):
        if member in params:
            wanted[member] = params[member]
    if "serviceName" in params:
        name = reference(call, params["serviceName"], "service").rsplit("/", 1)[-1]
        if name not in estate(call).services.get(named(cluster), {}):
            raise Refused("ServiceNotFoundException", "Service not found.")
        wanted["group"] = f"service:{name}"
    if "containerInstance" in params:
        instance = instance_of(call, cluster, params["containerInstance"])
        wanted["containerInstanceArn"] = instance and instance["containerInstanceArn"]
    arns = []
    for task in estate(call).tasks.get(named(cluster), {}).values():
        family = task["taskDefinitionArn"].rsplit("/", 1)[-1].partition(":")[0]
        if all(task.get(name) == value for name, value in wanted.items()) and family == params.get("family", family):
            arns.append(task["taskArn"])
    return listing(call, "taskArns", shuffled(arns))


@operation("DescribeTasks", ["tasks"])
def describe_tasks(call, params):
    cluster, tasks, failures = cluster_of(call, params.get("cluster")), [], []
    for ref in at_most(some(params["tasks"], "Tasks"), 100, "Tasks"):
        task = task_of(call, cluster, ref)
        if task:
            tasks.append(tagged(call, task, task["taskArn"]))
        else:
            failures.append(missing(ref if ref.startswith("arn:") else call.arn(f"task/{named(cluster)}/{ref}")))
    return {"tasks": shuffled(tasks, "taskArn"), "failures": failures}


def protection(call, params, change):
    cluster, bodies, failures = cluster_of(call, params["cluster"]), [], []
    for ref in some(params.get("tasks"), "Tasks"):
        task = task_of(call, cluster, ref)
        if not task:
            failures.append(missing(ref if ref.startswith("arn:") else call.arn(f"task/{named(cluster)}/{ref}")))
            continue
        if not task["group"].startswith("service:"):
            failures.append({"arn": task["taskArn"], "reason": "TASK_NOT_VALID"})
            continue
        change(task["taskArn"])
        until = estate(call).protected.get(task["taskArn"])
        body = {"taskArn": task["taskArn"], "protectionEnabled": until is not None}
        bodies.append(body | ({"expirationDate": until} if until else {}))
    return {"protectedTasks": bodies, "failures": failures}


@operation("GetTaskProtection", ["cluster", "tasks"])
def get_task_protection(call, params):
    at_most(params["tasks"], 100, "Tasks")
    return protection(call, params, lambda arn: None)


@operation("UpdateTaskProtection", ["cluster", "tasks", "protectionEnabled"])
def update_task_protection(call, params):
    minutes, protected = params.get("expiresInMinutes", 120), estate(call).protected
    if not 1 <= minutes <= 2880:
        raise invalid("expiresInMinutes must be between 1 and 2880.")
    at_most(params["tasks"], 10, "Tasks")
    if params["protectionEnabled"]:
        return protection(call, params, lambda arn: protected.update({arn: now() + 60 * minutes}))
    return protection(call, params, lambda arn: protected.pop(arn, None))


# Container instances.


def instance_of(call, cluster, ref):
    head, _, number = reference(call, ref, "container-instance").rpartition("/")
    if head not in ("", named(cluster)):
        return None
    return estate(call).instances.get(named(cluster), {}).get(number)


@operation("RegisterContainerInstance")
def register_container_instance(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    identity, number = json.loads(params.get("instanceIdentityDocument", "{}")), hexadecimal()
    resources = [
        {"name": "CPU", "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": 2048},
        {"name": "MEMORY", "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": 3901},
        {
            "name": "PORTS",
            "type": "STRINGSET",
            "doubleValue": 0.0,
            "longValue": 0,
            "integerValue": 0,
            "stringSetValue": ["22", "2376", "2375", "51678", "51679"],
        },
    ]
    body = {
        "containerInstanceArn": call.arn(f"container-instance/{named(cluster)}/{number}"),
        "ec2InstanceId": identity.get("instanceId", f"i-{number[:17]}"),
        "version": 1,
        "versionInfo": params.get(
            "versionInfo", {"agentVersion": "1.98.0", "agentHash": "4023248", "dockerVersion": "DockerVersion: 25.0.8"}
        ),
        "remainingResources": resources,
        "registeredResources": resources,
        "status": "ACTIVE",
        "agentConnected": True,
        "attributes": params.get("attributes")
        or [
            {"name": "ecs.ami-id", "value": "ami-0c02fb55956c7d316"},
            {"name": "ecs.instance-type", "value": "t3.medium"},
            {"name": "ecs.availability-zone", "value": f"{call.region}a"},
            {"name": "ecs.os-type", "value": "linux"},
        ],
        "registeredAt": now(),
        "attachments": [],
    }
    tag(call, body["containerInstanceArn"], params.get("tags", []))
    estate(call).instances.setdefault(named(cluster), {})[number] = body
    return {"containerInstance": described_instance(call, cluster, body)}


def described_instance(call, cluster, body):
    tasks = [
        task["lastStatus"]
        for task in estate(call).tasks.get(named(cluster), {}).values()
        if task.get("containerInstanceArn") == body["containerInstanceArn"]
    ]
    counts = {"runningTasksCount": tasks.count("RUNNING"), "pendingTasksCount": tasks.count("PENDING")}
    return tagged(call, body | counts, body["containerInstanceArn"])


@operation("ListContainerInstances")
def list_container_instances(call, params):
    if "filter" in params:
        raise invalid("The emulator does not know the cluster query language.")
    cluster, status = cluster_of(call, params.get("cluster")), params.get("status")
    bodies = estate(call).instances.get(named(cluster), {}).values()
    arns = [
        b["containerInstanceArn"] for b in bodies if (b["status"] == status if status else b["status"] != "INACTIVE")
    ]
    return listing(call, "containerInstanceArns", shuffled(arns))


@operation("DescribeContainerInstances", ["containerInstances"])
def describe_container_instances(call, params):
    cluster, bodies, failures = cluster_of(call, params.get("cluster")), [], []
    for ref in at_most(some(params["containerInstances"], "ContainerInstances"), 100, "ContainerInstances"):
        body = instance_of(call, cluster, ref)
        if body:
            found = described_instance(call, cluster, body)
            if "CONTAINER_INSTANCE_HEALTH" in params.get("include", []):
                found["healthStatus"] = {"overallStatus": "OK"}
            bodies.append(found)
        else:
            arn = ref if ref.startswith("arn:") else call.arn(f"container-instance/{named(cluster)}/{ref}")
            failures.append(missing(arn))
    return {"containerInstances": bodies, "failures": failures}


@operation("UpdateContainerInstancesState", ["containerInstances", "status"])
def update_container_instances_state(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    if params["status"] not in ("ACTIVE", "DRAINING"):
        raise invalid("Container instance status should be one of [ACTIVE, DRAINING].")
    bodies, failures = [], []
    for ref in at_most(params["containerInstances"], 10, "ContainerInstances"):
        body = instance_of(call, cluster, ref)
        if body:
            body["status"] = params["status"]
            bodies.append(described_instance(call, cluster, body))
        else:
            failures.append(missing(ref))
    return {"containerInstances": bodies, "failures": failures}


@operation("DeregisterContainerInstance", ["containerInstance"])
def deregister_container_instance(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    body = instance_of(call, cluster, params["containerInstance"])
    if not body:
        raise invalid("Referenced container instance not found.")
    if described_instance(call, cluster, body)["runningTasksCount"] and not params.get("force"):
        raise invalid("Found running tasks on the instance.")
    body |= {"status": "INACTIVE", "agentConnected": False}
    return {"containerInstance": described_instance(call, cluster, body)}


@operation("ListAttributes", ["targetType"])
def list_attributes(call, params):
    cluster = cluster_of(call, params.get("cluster"))
    attributes = [
        attribute | {"targetId": body["containerInstanceArn"]}
        for body in estate(call).instances.get(named(cluster), {}).values()
        for attribute in body["attributes"]
        if attribute["name"] == params.get("attributeName", attribute["name"])
        and attribute.get("value") == params.get("attributeValue", attribute.get("value"))
    ]
    return listing(call, "attributes", attributes)
