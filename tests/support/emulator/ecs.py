"""ECS: clusters, capacity providers, account settings, tags and everything that the other `ecs_*` files stand on.

moto 5.2.5's ECS pages nothing, limits nothing, drops most fields of a service, starts no tasks and keeps what was
`include`d in class-wide state, so the overlay answers for the whole service from documents of its own: what is stored
is the body that AWS answers with (camelCase), and an operation that is not here is refused as AWS refuses an unknown
one. `ecs_daemons`, `ecs_definitions`, `ecs_tasks` and `ecs_services` hold the rest of the operations.

The rules kept here (botocore's ECS model, AWS's API reference):

* List operations page: `maxResults` 1..100, an opaque `nextToken` that belongs to its request;
* DescribeClusters takes 100 at most; settings, configuration, statistics, attachments and tags only when included;
  counts are true to the state; an unknown cluster is a failure `MISSING`; a name or ARN must match whole;
* a cluster that holds services, tasks or container instances is not deleted; a deleted one stays describable,
  INACTIVE;
* DescribeCapacityProviders without names lists all, ten a page, FARGATE and FARGATE_SPOT among them;
* ListAccountSettings gives ten a page; `effectiveSettings` fills in every name's default; guardDutyActivate is
  read-only;
* tags: 50 at most, keys to 128 and values to 256 characters, never `aws:`.
"""

import hashlib
import random
import time
import uuid

import wire
from wire import Refused, page

SETTINGS = {
    "serviceLongArnFormat": "enabled",
    "taskLongArnFormat": "enabled",
    "containerInstanceLongArnFormat": "enabled",
    "awsvpcTrunking": "disabled",
    "containerInsights": "disabled",
    "fargateFIPSMode": "disabled",
    "tagResourceAuthorization": "on",
    "fargateTaskRetirementWaitPeriod": "7",
    "guardDutyActivate": "off",
    "defaultLogDriverMode": "non-blocking",
    "fargateEventWindows": "disabled",
}
ORDER = {"seed": None}
FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")
ESTATES = {}


class Estate:
    """What one account has in one region. Children are kept by the name of their cluster."""

    def __init__(self):
        self.clusters = {}  # name → body
        self.definitions = {}  # family → {revision → body}
        self.services = {}  # cluster → {name → body}
        self.tasks = {}  # cluster → {id → body}
        self.instances = {}  # cluster → {id → body}
        self.providers = {}  # name → body
        self.revisions = {}  # service revision ARN → body
        self.deployments = {}  # service deployment ARN → body
        self.express = {}  # service ARN → body
        self.daemons = {}  # daemon ARN → body
        self.daemon_revisions = {}  # daemon revision ARN → body
        self.daemon_definitions = {}  # daemon task definition ARN → body
        self.protected = {}  # task ARN → expiry
        self.settings = {}  # (principal ARN, name) → value
        self.tags = {}  # ARN → [{key, value}]
        self.addresses = {}  # subnet → how many addresses were given out


def estate(call):
    return ESTATES.setdefault((call.account, call.region), Estate())


def reset():
    ESTATES.clear()
    NUMBERS.seed(20)
    ORDER["seed"] = None


NUMBERS = random.Random(20)


def hexadecimal(digits=32):
    """An id that is the same in every run, since each server starts with the same seed."""
    return f"{NUMBERS.getrandbits(digits * 4):0{digits}x}"


def number():
    return str(NUMBERS.randrange(10**18, 9 * 10**18))


def identifier():
    return str(uuid.UUID(int=NUMBERS.getrandbits(128), version=4))


def now():
    """The current time as the JSON protocol has it: seconds, to the millisecond."""
    return round(time.time(), 3)


def operation(name, required=()):
    """Registers an ECS operation; without one of its required parameters it is refused."""

    def register(function):
        def checked(call, params):
            for member in required:
                if params.get(member) in (None, ""):
                    raise invalid(f"{member[0].upper()}{member[1:]} can not be blank.")
            return function(call, params)

        wire.operation("ecs", name)(checked)
        return function

    return register


def invalid(message):
    return Refused("InvalidParameterException", message)


def client(message):
    return Refused("ClientException", message)


# Paging and limits.


def listing(call, member, items, default=100, most=100):
    """One page of a List operation."""
    size = call.params.get("maxResults", default)
    if not isinstance(size, int) or not 1 <= size <= most:
        raise invalid(f"maxResults must be between 1 and {most}, not {size}.")
    items, token = page(call, items, size)
    return {member: items} | ({"nextToken": token} if token else {})


def shuffled(items, key=None):
    """The items in another order, where AWS promises none and a test has asked for it (`/tidewaiter/shuffle`)."""
    if ORDER["seed"] is None:
        return items

    def place(item):
        return hashlib.sha256(f"{ORDER['seed']} {item[key] if key else item}".encode()).digest()

    return sorted(items, key=place)


def at_most(ids, most, what):
    if len(ids) > most:
        raise invalid(f"{what} cannot have more than {most} elements.")
    return ids


def some(ids, what):
    if not ids:
        raise invalid(f"{what} cannot be empty.")
    return ids


def missing(arn):
    return {"arn": arn, "reason": "MISSING"}


def without(body, *members):
    return {name: value for name, value in body.items() if name not in members}


def tagged(call, body, arn):
    """The body with its tags when the request includes TAGS, and with an empty list otherwise."""
    included = "TAGS" in call.params.get("include", [])
    return body | {"tags": estate(call).tags.get(arn, []) if included else []}


# Clusters.


def reference(call, ref, kind):
    """The path after `kind/` of an ARN of this account and region, or the short name as it is."""
    if not ref.startswith("arn:"):
        return ref
    parts = ref.split(":", 5)
    if len(parts) < 6 or parts[2] != "ecs":
        raise invalid(f"Invalid identifier: {ref}")
    if parts[3] != call.region:
        raise invalid(f"Invalid identifier: Identifier is for {parts[3]}. Your region is {call.region}")
    if parts[4] != call.account:
        raise invalid(f"Invalid identifier: Identifier is for account {parts[4]}.")
    head, _, path = parts[5].partition("/")
    if head != kind:
        raise invalid(f"Invalid identifier: Unexpected resource type {head}, not {kind}.")
    return path


def cluster_of(call, ref=None):
    """The ACTIVE cluster that a request is about; the one named `default` when it names none."""
    name = reference(call, ref or "default", "cluster")
    cluster = estate(call).clusters.get(name)
    if not cluster or cluster["status"] != "ACTIVE":
        raise Refused("ClusterNotFoundException", "Cluster not found.")
    return cluster


def named(cluster):
    return cluster["clusterName"]


def counted(call, cluster):
    """The cluster with counts that are true now."""
    here, name = estate(call), named(cluster)
    tasks = list(here.tasks.get(name, {}).values())
    instances = here.instances.get(name, {}).values()
    services = here.services.get(name, {}).values()
    return cluster | {
        "registeredContainerInstancesCount": sum(i["status"] in ("ACTIVE", "DRAINING") for i in instances),
        "runningTasksCount": sum(t["lastStatus"] == "RUNNING" for t in tasks),
        "pendingTasksCount": sum(t["lastStatus"] in ("PENDING", "PROVISIONING", "ACTIVATING") for t in tasks),
        "activeServicesCount": sum(s["status"] == "ACTIVE" for s in services),
    }


def launch_type(body):
    """How a task or service is launched, also where a capacity provider decides it."""
    if body.get("launchType"):
        return body["launchType"]
    strategy = body.get("capacityProviderStrategy") or [{"capacityProvider": "EC2"}]
    return "FARGATE" if strategy[0]["capacityProvider"] in FARGATE_PROVIDERS else "EC2"


def statistics(call, cluster):
    here, name = estate(call), named(cluster)
    numbers = {}
    for kind in ("EC2", "Fargate", "External"):
        for state in ("running", "pending"):
            numbers[f"{state}{kind}TasksCount"] = sum(
                launch_type(task) == kind.upper() and task["lastStatus"] == state.upper()
                for task in here.tasks.get(name, {}).values()
            )
        for state in ("active", "draining"):
            numbers[f"{state}{kind}ServiceCount"] = sum(
                launch_type(service) == kind.upper() and service["status"] == state.upper()
                for service in here.services.get(name, {}).values()
            )
    return [{"name": key, "value": str(value)} for key, value in numbers.items()]


def described(call, cluster):
    """A cluster as DescribeClusters has it: what was not included is empty or absent."""
    include = call.params.get("include", [])
    body = counted(call, without(cluster, "configuration", "settings", "attachments", "attachmentsStatus"))
    body["settings"] = cluster["settings"] if "SETTINGS" in include else []
    body["statistics"] = statistics(call, cluster) if "STATISTICS" in include else []
    if "CONFIGURATIONS" in include and cluster.get("configuration"):
        body["configuration"] = cluster["configuration"]
    if "ATTACHMENTS" in include:
        body["attachments"] = cluster.get("attachments", [])
        if cluster.get("attachmentsStatus"):
            body["attachmentsStatus"] = cluster["attachmentsStatus"]
    return tagged(call, body, cluster["clusterArn"])


def written(call, cluster):
    """A cluster as the operations that write one answer with it: everything."""
    return counted(call, cluster) | {"statistics": [], "tags": estate(call).tags.get(cluster["clusterArn"], [])}


@operation("CreateCluster")
def create_cluster(call, params):
    here, name = estate(call), params.get("clusterName", "default")
    if name in here.clusters and here.clusters[name]["status"] == "ACTIVE":
        return {"cluster": written(call, here.clusters[name])}
    insights = setting(call, "containerInsights")
    check_providers(call, params.get("capacityProviders", []))
    cluster = {
        "clusterArn": call.arn(f"cluster/{name}"),
        "clusterName": name,
        "status": "ACTIVE",
        "settings": checked_settings(params.get("settings")) or [{"name": "containerInsights", "value": insights}],
        "capacityProviders": params.get("capacityProviders", []),
        "defaultCapacityProviderStrategy": params.get("defaultCapacityProviderStrategy", []),
    }
    for member in ("configuration", "serviceConnectDefaults"):
        if member in params:
            cluster[member] = params[member]
    here.clusters[name] = cluster
    tag(call, cluster["clusterArn"], params.get("tags", []))
    return {"cluster": written(call, cluster)}


def checked_settings(settings):
    for entry in settings or []:
        if entry.get("name") != "containerInsights" or entry.get("value") not in ("enabled", "enhanced", "disabled"):
            raise invalid(f"Invalid cluster setting: {entry}")
    return settings


@operation("UpdateCluster", ["cluster"])
def update_cluster(call, params):
    cluster = cluster_of(call, params["cluster"])
    checked_settings(params.get("settings"))
    for member in ("settings", "configuration", "serviceConnectDefaults"):
        if member in params:
            cluster[member] = params[member]
    return {"cluster": written(call, cluster)}


@operation("UpdateClusterSettings", ["cluster", "settings"])
def update_cluster_settings(call, params):
    cluster = cluster_of(call, params["cluster"])
    cluster["settings"] = checked_settings(params["settings"])
    return {"cluster": written(call, cluster)}


@operation("PutClusterCapacityProviders", ["cluster"])
def put_cluster_capacity_providers(call, params):
    cluster = cluster_of(call, params["cluster"])
    check_providers(call, params.get("capacityProviders", []))
    cluster["capacityProviders"] = params.get("capacityProviders", [])
    cluster["defaultCapacityProviderStrategy"] = params.get("defaultCapacityProviderStrategy", [])
    return {"cluster": written(call, cluster)}


@operation("ListClusters")
def list_clusters(call, params):
    clusters = estate(call).clusters.values()
    return listing(call, "clusterArns", shuffled([c["clusterArn"] for c in clusters if c["status"] != "INACTIVE"]))


@operation("DescribeClusters")
def describe_clusters(call, params):
    clusters, failures = [], []
    for ref in at_most(params.get("clusters") or ["default"], 100, "Clusters"):
        name = reference(call, ref, "cluster")
        if name in estate(call).clusters:
            clusters.append(described(call, estate(call).clusters[name]))
        else:
            failures.append(missing(call.arn(f"cluster/{name}")))
    return {"clusters": shuffled(clusters, "clusterArn"), "failures": failures}


@operation("DeleteCluster", ["cluster"])
def delete_cluster(call, params):
    cluster = cluster_of(call, params["cluster"])
    now_there = counted(call, cluster)
    for count, kind, what in (
        ("registeredContainerInstancesCount", "ContainerInstances", "Container Instances are active or draining"),
        ("activeServicesCount", "Services", "Services are active"),
        ("runningTasksCount", "Tasks", "Tasks are active"),
    ):
        if now_there[count]:
            raise Refused(f"ClusterContains{kind}Exception", f"The Cluster cannot be deleted while {what}.")
    cluster["status"] = "INACTIVE"
    return {"cluster": written(call, cluster)}


# Capacity providers.


def builtin(call, name):
    return {
        "capacityProviderArn": call.arn(f"capacity-provider/{name}"),
        "name": name,
        "status": "ACTIVE",
        "type": name,
    }


def providers(call):
    """Every capacity provider by name, the two that AWS owns first."""
    return {name: builtin(call, name) for name in FARGATE_PROVIDERS} | estate(call).providers


def check_providers(call, names):
    for name in names:
        if reference(call, name, "capacity-provider") not in providers(call):
            raise invalid(f"The specified capacity provider '{name}' was not found or is not active.")


@operation("CreateCapacityProvider", ["name"])
def create_capacity_provider(call, params):
    name = params["name"]
    if name in providers(call) or name.lower().startswith(("aws", "ecs", "fargate")):
        raise client("The specified capacity provider already exists, or its name is reserved.")
    group, managed = params.get("autoScalingGroupProvider"), params.get("managedInstancesProvider")
    if bool(group) == bool(managed):
        raise invalid("Specify either an Auto Scaling group provider or a managed instances provider.")
    body = {"capacityProviderArn": call.arn(f"capacity-provider/{name}"), "name": name, "status": "ACTIVE"}
    if group:
        body |= {"type": "EC2_AUTOSCALING", "autoScalingGroupProvider": scaled(group)}
    else:
        body |= {"type": "MANAGED_INSTANCES", "managedInstancesProvider": managed}
    if "cluster" in params:
        body["cluster"] = named(cluster_of(call, params["cluster"]))
    estate(call).providers[name] = body
    tag(call, body["capacityProviderArn"], params.get("tags", []))
    return {"capacityProvider": body | {"tags": params.get("tags", [])}}


def scaled(group):
    """An Auto Scaling group provider with AWS's defaults."""
    scaling = {
        "status": "DISABLED",
        "targetCapacity": 100,
        "minimumScalingStepSize": 1,
        "maximumScalingStepSize": 10000,
        "instanceWarmupPeriod": 300,
    }
    body = {"managedTerminationProtection": "DISABLED", "managedDraining": "ENABLED"} | group
    body["managedScaling"] = scaling | group.get("managedScaling", {})
    if body["managedTerminationProtection"] == "ENABLED" and body["managedScaling"]["status"] != "ENABLED":
        raise invalid("The managed termination protection setting for the capacity provider needs managed scaling.")
    return body


@operation("UpdateCapacityProvider", ["name"])
def update_capacity_provider(call, params):
    body = estate(call).providers.get(reference(call, params["name"], "capacity-provider"))
    if not body:
        raise invalid("The specified capacity provider does not exist.")
    for member in ("autoScalingGroupProvider", "managedInstancesProvider"):
        if member in params:
            merged = body.get(member, {}) | params[member]
            body[member] = scaled(merged) if member == "autoScalingGroupProvider" else merged
    body["updateStatus"] = "UPDATE_COMPLETE"
    return {"capacityProvider": body}


@operation("DeleteCapacityProvider", ["capacityProvider"])
def delete_capacity_provider(call, params):
    name = reference(call, params["capacityProvider"], "capacity-provider")
    used = any(name in c["capacityProviders"] for c in estate(call).clusters.values() if c["status"] == "ACTIVE")
    if used or name not in estate(call).providers:
        raise invalid("The specified capacity provider does not exist, is reserved, or is used by a cluster.")
    body = estate(call).providers.pop(name)
    return {"capacityProvider": body | {"status": "INACTIVE", "updateStatus": "DELETE_COMPLETE"}}


@operation("DescribeCapacityProviders")
def describe_capacity_providers(call, params):
    known, failures = providers(call), []
    names = [reference(call, name, "capacity-provider") for name in params.get("capacityProviders", [])]
    failures = [missing(call.arn(f"capacity-provider/{name}")) for name in names if name not in known]
    wanted = (
        [known[name] for name in at_most(names, 100, "CapacityProviders") if name in known]
        if names
        else [*known.values()]
    )
    if "cluster" in params:
        cluster = named(cluster_of(call, params["cluster"]))
        wanted = [body for body in wanted if body.get("cluster") == cluster]
    bodies = [tagged(call, body, body["capacityProviderArn"]) for body in wanted]
    return listing(call, "capacityProviders", bodies, default=10, most=10) | {"failures": failures}


# Account settings.


def root(call):
    return f"arn:{call.partition}:iam::{call.account}:root"


def setting(call, name, principal=None):
    """A setting's effective value: the principal's own, the account's default, AWS's default."""
    own = estate(call).settings
    return own.get((principal, name), own.get((root(call), name), SETTINGS[name]))


def known_setting(name, value=None):
    if name not in SETTINGS:
        raise invalid(f"{name} should be one of [{','.join(SETTINGS)}]")
    return name


def setting_body(name, value, principal):
    kind = "aws_managed" if name == "guardDutyActivate" else "user"
    return {"name": name, "value": value, "principalArn": principal, "type": kind}


@operation("ListAccountSettings")
def list_account_settings(call, params):
    principal = params.get("principalArn", call.principal)
    names = [known_setting(params["name"])] if "name" in params else list(SETTINGS)
    if params.get("effectiveSettings"):
        values = {name: setting(call, name, principal) for name in names}
    else:
        own = estate(call).settings
        values = {name: own[principal, name] for name in names if (principal, name) in own}
    bodies = [setting_body(name, value, principal) for name, value in values.items()]
    bodies = [body for body in bodies if body["value"] == params.get("value", body["value"])]
    return listing(call, "settings", bodies, default=10, most=10)


def put_setting(call, params, principal):
    name, value = known_setting(params["name"]), params["value"]
    if name == "guardDutyActivate":
        raise invalid("The guardDutyActivate account setting is read-only and is changed through GuardDuty.")
    estate(call).settings[principal, name] = value
    return {"setting": setting_body(name, value, principal)}


@operation("PutAccountSetting", ["name", "value"])
def put_account_setting(call, params):
    return put_setting(call, params, params.get("principalArn", call.principal))


@operation("PutAccountSettingDefault", ["name", "value"])
def put_account_setting_default(call, params):
    return put_setting(call, params, root(call))


@operation("DeleteAccountSetting", ["name"])
def delete_account_setting(call, params):
    principal, name = params.get("principalArn", call.principal), known_setting(params["name"])
    value = estate(call).settings.pop((principal, name), SETTINGS[name])
    return {"setting": setting_body(name, value, principal)}


# Tags.


def tag(call, arn, tags):
    """Lays tags over those that the ARN has."""
    merged = {entry["key"]: entry.get("value", "") for entry in [*estate(call).tags.get(arn, []), *tags]}
    for entry in tags:
        key, value = entry["key"], entry.get("value", "")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise invalid(f"The tag `{key}` is too long or blank.")
        if key.lower().startswith("aws:"):
            raise invalid("Tag keys that begin with aws: are reserved.")
    if len(merged) > 50:
        raise invalid("The maximum number of tags is 50.")
    estate(call).tags[arn] = [{"key": key, "value": value} for key, value in merged.items()]


def tagged_arn(call, params):
    """The ARN that a tag operation is about, when it names a thing that is there."""
    arn, here = params["resourceArn"], estate(call)
    kind, _, path = arn.split(":", 5)[-1].partition("/")
    reference(call, arn, kind)
    head, *rest = path.split("/")
    if kind == "service" and len(rest) != 1:
        raise invalid("Long arn format must be used for tagging operations.")
    if kind == "task-definition":
        family, _, revision = path.partition(":")
        found = revision.isdigit() and int(revision) in here.definitions.get(family, {})
    elif kind == "task-set":
        service = here.services.get(head, {}).get(rest[0], {}) if rest else {}
        found = any(task_set["taskSetArn"] == arn for task_set in service.get("taskSets", []))
    else:
        one = {"cluster": here.clusters, "capacity-provider": here.providers}
        many = {"service": here.services, "task": here.tasks, "container-instance": here.instances}
        found = head in one.get(kind, {}) or (rest and rest[0] in many.get(kind, {}).get(head, {}))
    if not found:
        raise Refused("ResourceNotFoundException", "The specified resource could not be found.")
    return arn


@operation("TagResource", ["resourceArn", "tags"])
def tag_resource(call, params):
    tag(call, tagged_arn(call, params), params["tags"])
    return {}


@operation("UntagResource", ["resourceArn", "tagKeys"])
def untag_resource(call, params):
    arn, tags = tagged_arn(call, params), estate(call).tags
    tags[arn] = [entry for entry in tags.get(arn, []) if entry["key"] not in params["tagKeys"]]
    return {}


@operation("ListTagsForResource", ["resourceArn"])
def list_tags_for_resource(call, params):
    return {"tags": estate(call).tags.get(tagged_arn(call, params), [])}


# What an account without gateways answers, and whose daemons nobody lists so.

for name, member in (
    ("ListDaemonTaskDefinitions", "daemonTaskDefinitions"),
    ("ListDaemonDeployments", "daemonDeployments"),
    ("ListGateways", "gateways"),
    ("ListGatewayRoutes", "gatewayRoutes"),
    ("ListGatewayClusterAssociations", "gatewayClusterAssociations"),
):
    operation(name)(lambda call, params, member=member: listing(call, member, []))
