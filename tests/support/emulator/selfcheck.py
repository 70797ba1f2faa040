"""Proves over HTTP that the emulated AWS keeps the rules that its files promise.

    python selfcheck.py [WORD]

starts a server, runs each rule below on a fresh state (only those whose name holds WORD), prints what does not hold,
and exits non-zero when something does not.
"""

import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import subprocess
import sys
import time
import traceback
import urllib.parse
from pathlib import Path

import boto3
import botocore.exceptions
from botocore.config import Config

RULES = []
ACCOUNT, REGION = "123456789012", "eu-central-1"


def rule(function):
    RULES.append(function)
    return function


class World:
    """The server under test, its control endpoint, and clients over HTTP."""

    def __init__(self):
        server = Path(__file__).with_name("server.py")
        self.process = subprocess.Popen([sys.executable, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.clients = {}

    def control(self, name, **given):
        status, _, body = self.raw("POST", f"/tidewaiter/{name}", json.dumps(given).encode(), {})
        document = json.loads(body)
        assert status == 200, document
        return document

    def raw(self, method, path, body, headers):
        """One HTTP request as it is: status, headers, and as much of the body as arrived."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            try:
                return response.status, response.headers, response.read()
            except http.client.IncompleteRead as error:
                return response.status, response.headers, error.partial

    def signed(self, service, target=None, body=b"{}", path="/", content="application/x-amz-json-1.1"):
        """One AWS request that looks signed; nothing checks signatures."""
        scope = f"AKIA{ACCOUNT}TEST/20260101/{REGION}/{service}/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
        headers |= {"Content-Type": content} | ({"X-Amz-Target": target} if target else {})
        return self.raw("POST", path, body, headers)

    def client(self, service, account=ACCOUNT, region=REGION, **keys):
        name = service, account, region, json.dumps(keys)
        if name not in self.clients:
            keys = keys or {"aws_access_key_id": f"AKIA{account}TEST", "aws_secret_access_key": "secret"}
            self.clients[name] = boto3.client(
                service,
                endpoint_url=f"http://127.0.0.1:{self.port}",
                region_name=region,
                config=Config(
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    parameter_validation=False,
                    proxies={},
                ),
                **keys,
            )
        return self.clients[name]

    ecs = property(lambda self: self.client("ecs"))
    iam = property(lambda self: self.client("iam"))
    ec2 = property(lambda self: self.client("ec2"))
    hub = property(lambda self: self.client("securityhub"))

    def requests(self):
        return [f"{r['service']}:{r['operation']}" for r in self.control("requests")["requests"]]


@contextlib.contextmanager
def refused(code, status=400, holds=""):
    """What is inside must be refused with this code."""
    try:
        yield
    except botocore.exceptions.ClientError as error:
        response = error.response
        assert response["Error"]["Code"] == code, response["Error"]
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status, response["ResponseMetadata"]
        assert holds in response["Error"]["Message"], response["Error"]
    else:
        raise AssertionError(f"{code} was expected, but it succeeded")


def pages(operation, member, token_name="nextToken", **params):
    """Every page of a listing."""
    found, token = [], {}
    while True:
        body = operation(**params, **token)
        found.append(body[member])
        if not body.get(token_name):
            return found
        token = {token_name: body[token_name]}


def same(left, right):
    assert left == right, f"{left!r} is not {right!r}"


def plain_definition(world, family="plain", **members):
    container = {"name": "app", "image": "nginx:1"}
    base = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}
    body = world.ecs.register_task_definition(family=family, containerDefinitions=[container], **(base | members))
    return body["taskDefinition"]["taskDefinitionArn"]


def subnet(world):
    return world.ec2.describe_subnets()["Subnets"][0]["SubnetId"]


def service(world, name="one", cluster="c", **members):
    base = {"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": [subnet(world)]}}}
    if "capacityProviderStrategy" in members:
        del base["launchType"]
    return world.ecs.create_service(
        cluster=cluster, serviceName=name, **({"taskDefinition": "plain"} | base | members)
    )["service"]


# ECS: lists.


@rule
def list_clusters_pages_with_tokens_of_its_own(world):
    for index in range(5):
        world.ecs.create_cluster(clusterName=f"c{index}")
    found = pages(world.ecs.list_clusters, "clusterArns", maxResults=2)
    same([len(page) for page in found], [2, 2, 1])
    token = world.ecs.list_clusters(maxResults=2)["nextToken"]
    with refused("InvalidParameterException"):
        world.ecs.list_task_definitions(nextToken=token)
    with refused("InvalidParameterException"):
        world.ecs.list_clusters(nextToken="garbage!")
    for size in (0, 101):
        with refused("InvalidParameterException"):
            world.ecs.list_clusters(maxResults=size)


@rule
def list_services_gives_ten_unless_asked_and_filters(world):
    world.ecs.create_cluster(clusterName="c")
    plain_definition(world)
    for index in range(12):
        service(world, f"s{index}", desiredCount=0)
    same([len(page) for page in pages(world.ecs.list_services, "serviceArns", cluster="c")], [10, 2])
    same([len(page) for page in pages(world.ecs.list_services, "serviceArns", cluster="c", maxResults=100)], [12])
    same(world.ecs.list_services(cluster="c", launchType="EC2")["serviceArns"], [])
    same(world.ecs.list_services(cluster="c", schedulingStrategy="DAEMON")["serviceArns"], [])
    token = world.ecs.list_services(cluster="c")["nextToken"]
    with refused("InvalidParameterException"):
        world.ecs.list_services(cluster="c", launchType="FARGATE", nextToken=token)
    with refused("ClusterNotFoundException"):
        world.ecs.list_services(cluster="other")


@rule
def task_definitions_are_sorted_and_filtered(world):
    for family in ("b", "a", "a2", "b"):
        plain_definition(world, family)
    names = lambda **given: [
        arn.split("/")[1] for arn in world.ecs.list_task_definitions(**given)["taskDefinitionArns"]
    ]  # noqa: E731
    same(names(), ["a:1", "a2:1", "b:1", "b:2"])
    same(names(sort="DESC"), ["b:2", "b:1", "a2:1", "a:1"])
    same(names(familyPrefix="a"), ["a:1"])
    world.ecs.deregister_task_definition(taskDefinition="b:1")
    same((names(), names(status="INACTIVE")), (["a:1", "a2:1", "b:2"], ["b:1"]))
    world.ecs.deregister_task_definition(taskDefinition="a:1")
    families = lambda **given: world.ecs.list_task_definition_families(**given)["families"]  # noqa: E731
    same((families(), families(status="ACTIVE"), families(status="INACTIVE")), (["a", "a2", "b"], ["a2", "b"], ["a"]))
    same(families(familyPrefix="a"), ["a", "a2"])


# ECS: task definitions.


@rule
def a_deregistered_revision_stays_describable(world):
    plain_definition(world, tags=[{"key": "k", "value": "v"}])
    plain_definition(world, taskRoleArn="arn:aws:iam::123456789012:role/r", pidMode="task", enableFaultInjection=True)
    body = world.ecs.describe_task_definition(taskDefinition="plain")["taskDefinition"]
    same((body["revision"], body["pidMode"], body["enableFaultInjection"]), (2, "task", True))
    assert body["registeredBy"] and body["registeredAt"]
    world.ecs.deregister_task_definition(taskDefinition="plain:2")
    same(world.ecs.describe_task_definition(taskDefinition="plain")["taskDefinition"]["revision"], 1)
    gone = world.ecs.describe_task_definition(taskDefinition="plain:2")["taskDefinition"]
    assert gone["status"] == "INACTIVE" and gone["deregisteredAt"]
    first = world.ecs.describe_task_definition(taskDefinition="plain:1")
    assert "tags" not in first
    first = world.ecs.describe_task_definition(taskDefinition="plain:1", include=["TAGS"])
    same(first["tags"], [{"key": "k", "value": "v"}])
    with refused("ClientException", holds="Unable to describe"):
        world.ecs.describe_task_definition(taskDefinition="plain:9")
    same(plain_definition(world).rsplit(":", 1)[1], "3")


@rule
def a_deleted_revision_keeps_its_number(world):
    plain_definition(world)
    same(world.ecs.delete_task_definitions(taskDefinitions=["plain:1"])["failures"][0]["arn"], "plain:1")
    world.ecs.deregister_task_definition(taskDefinition="plain:1")
    deleted = world.ecs.delete_task_definitions(taskDefinitions=["plain:1"])["taskDefinitions"]
    same(deleted[0]["status"], "DELETE_IN_PROGRESS")
    assert plain_definition(world).endswith(":2")


@rule
def unfit_task_definitions_are_refused(world):
    with refused("ClientException", holds="awsvpc"):
        plain_definition(world, networkMode="bridge")
    with refused("ClientException", holds="cpu"):
        plain_definition(world, cpu="")
    with refused("ClientException", holds="pidMode"):
        plain_definition(world, pidMode="host")
    with refused("ClientException", holds="memory"):
        world.ecs.register_task_definition(family="f", containerDefinitions=[{"name": "a", "image": "b"}])


# ECS: clusters, capacity providers, settings, tags.


@rule
def describe_clusters_includes_only_what_is_asked(world):
    configuration = {"executeCommandConfiguration": {"logging": "NONE"}}
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    world.ecs.create_cluster(
        clusterName="c", configuration=configuration, settings=settings, tags=[{"key": "a", "value": "b"}]
    )
    bare = world.ecs.describe_clusters(clusters=["c"])["clusters"][0]
    same((bare["settings"], bare["tags"], bare["statistics"], "configuration" in bare), ([], [], [], False))
    full = world.ecs.describe_clusters(
        clusters=["c"], include=["SETTINGS", "CONFIGURATIONS", "STATISTICS", "ATTACHMENTS", "TAGS"]
    )["clusters"][0]
    same((full["settings"], full["configuration"], full["attachments"]), (settings, configuration, []))
    same(full["tags"], [{"key": "a", "value": "b"}])
    assert len(full["statistics"]) == 12
    again = world.ecs.describe_clusters(clusters=["c"])["clusters"][0]
    same(again, bare)


@rule
def unknown_clusters_are_failures_and_names_match_whole(world):
    world.ecs.create_cluster(clusterName="c")
    arn = world.ecs.describe_clusters(clusters=["c"])["clusters"][0]["clusterArn"]
    body = world.ecs.describe_clusters(clusters=[arn, "other", arn + "x"])
    same(len(body["clusters"]), 1)
    same(
        [(f["arn"].rsplit("/", 1)[1], f["reason"]) for f in body["failures"]], [("other", "MISSING"), ("cx", "MISSING")]
    )
    with refused("InvalidParameterException"):
        world.ecs.describe_clusters(clusters=[arn.replace(REGION, "us-east-1")])
    with refused("InvalidParameterException"):
        world.ecs.describe_clusters(clusters=["c"] * 101)


@rule
def cluster_counts_are_true(world):
    world.control("seed", estate="small")
    for cluster in ("harbour", "quay"):
        body = world.ecs.describe_clusters(clusters=[cluster], include=["STATISTICS"])["clusters"][0]
        services = world.ecs.list_services(cluster=cluster, maxResults=100)["serviceArns"]
        tasks = world.ecs.list_tasks(cluster=cluster)["taskArns"]
        same((body["activeServicesCount"], body["runningTasksCount"]), (len(services), len(tasks)))
        counts = {entry["name"]: int(entry["value"]) for entry in body["statistics"]}
        same(counts["runningFargateTasksCount"] + counts["runningEC2TasksCount"], len(tasks))
    same(body["registeredContainerInstancesCount"], 1)


@rule
def only_empty_clusters_are_deleted(world):
    names = world.control("seed", estate="small")
    with refused("ClusterContainsServicesException"):
        world.ecs.delete_cluster(cluster="harbour")
    with refused("ClusterContainsContainerInstancesException"):
        world.ecs.delete_cluster(cluster="quay")
    for name in names["services"]:
        if name != "batch":
            world.ecs.delete_service(cluster="harbour", service=name, force=True)
    with refused("ClusterContainsTasksException"):
        world.ecs.delete_cluster(cluster="harbour")
    world.ecs.stop_task(cluster="harbour", task=names["tasks"]["migrate"])
    same(world.ecs.delete_cluster(cluster="harbour")["cluster"]["status"], "INACTIVE")
    same(world.ecs.list_clusters()["clusterArns"], [names["clusters"]["quay"]])
    same(world.ecs.describe_clusters(clusters=["harbour"])["clusters"][0]["status"], "INACTIVE")
    with refused("ClusterNotFoundException"):
        world.ecs.list_services(cluster="harbour")


@rule
def clusters_are_updated(world):
    world.ecs.create_cluster(clusterName="c")
    world.ecs.update_cluster_settings(cluster="c", settings=[{"name": "containerInsights", "value": "enabled"}])
    world.ecs.put_cluster_capacity_providers(
        cluster="c", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )
    body = world.ecs.describe_clusters(clusters=["c"], include=["SETTINGS"])["clusters"][0]
    same((body["settings"][0]["value"], body["capacityProviders"]), ("enabled", ["FARGATE"]))
    with refused("InvalidParameterException"):
        world.ecs.update_cluster_settings(cluster="c", settings=[{"name": "containerInsights", "value": "loud"}])
    with refused("InvalidParameterException"):
        world.ecs.put_cluster_capacity_providers(
            cluster="c", capacityProviders=["none"], defaultCapacityProviderStrategy=[]
        )


@rule
def capacity_providers_are_listed_ten_a_page(world):
    group = "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:1:autoScalingGroupName/a"
    for index in range(9):
        world.ecs.create_capacity_provider(name=f"p{index}", autoScalingGroupProvider={"autoScalingGroupArn": group})
    found = pages(world.ecs.describe_capacity_providers, "capacityProviders")
    same([len(page) for page in found], [10, 1])
    assert {"FARGATE", "FARGATE_SPOT"} <= {body["name"] for page in found for body in page}
    same(found[1][0]["autoScalingGroupProvider"]["managedTerminationProtection"], "DISABLED")
    body = world.ecs.describe_capacity_providers(capacityProviders=["p1", "nope"])
    same((body["capacityProviders"][0]["name"], body["failures"][0]["reason"]), ("p1", "MISSING"))
    with refused("InvalidParameterException"):
        world.ecs.describe_capacity_providers(maxResults=11)


@rule
def account_settings_are_effective_and_ten_a_page(world):
    found = pages(world.ecs.list_account_settings, "settings", effectiveSettings=True)
    same([len(page) for page in found], [10, 1])
    values = {entry["name"]: entry["value"] for page in found for entry in page}
    same((values["guardDutyActivate"], values["defaultLogDriverMode"]), ("off", "non-blocking"))
    same(world.ecs.list_account_settings()["settings"], [])
    world.ecs.put_account_setting_default(name="containerInsights", value="enabled")
    one = world.ecs.list_account_settings(name="containerInsights", effectiveSettings=True)["settings"]
    same([entry["value"] for entry in one], ["enabled"])
    world.ecs.create_cluster(clusterName="c")
    same(
        world.ecs.describe_clusters(clusters=["c"], include=["SETTINGS"])["clusters"][0]["settings"][0]["value"],
        "enabled",
    )
    with refused("InvalidParameterException"):
        world.ecs.put_account_setting(name="guardDutyActivate", value="on")
    with refused("InvalidParameterException"):
        world.ecs.list_account_settings(maxResults=11)
    world.control("edit", collection="settings", key="guardDutyActivate", set={"value": "on"})
    one = world.ecs.list_account_settings(name="guardDutyActivate", effectiveSettings=True)["settings"]
    same(one[0]["value"], "on")


@rule
def tags_keep_their_limits(world):
    names = world.control("seed", estate="small")
    arns = [
        *names["services"].values(),
        *names["clusters"].values(),
        *names["tasks"].values(),
        names["task_definitions"]["web:1"],
        names["container_instance"],
        names["capacity_providers"]["loose"],
    ]
    for arn in arns:
        world.ecs.tag_resource(resourceArn=arn, tags=[{"key": "new", "value": ""}])
        assert {"key": "new", "value": ""} in world.ecs.list_tags_for_resource(resourceArn=arn)["tags"], arn
    arn = names["services"]["reports"]
    same(world.ecs.describe_services(cluster="harbour", services=["reports"])["services"][0]["tags"], [])
    body = world.ecs.describe_services(cluster="harbour", services=["reports"], include=["TAGS"])["services"][0]
    same(body["tags"], [{"key": "new", "value": ""}])
    world.ecs.untag_resource(resourceArn=arn, tagKeys=["new"])
    same(world.ecs.list_tags_for_resource(resourceArn=arn)["tags"], [])
    for key in ("aws:x", "AWS:x", "k" * 129):
        with refused("InvalidParameterException"):
            world.ecs.tag_resource(resourceArn=arn, tags=[{"key": key, "value": "v"}])
    with refused("InvalidParameterException"):
        world.ecs.tag_resource(resourceArn=arn, tags=[{"key": str(index), "value": "v"} for index in range(51)])
    with refused("InvalidParameterException", holds="Long arn"):
        world.ecs.tag_resource(resourceArn=arn.replace("/harbour", ""), tags=[])
    with refused("ResourceNotFoundException"):
        world.ecs.tag_resource(resourceArn=arn + "x", tags=[])


# ECS: services.


@rule
def a_service_keeps_every_field(world):
    world.ecs.create_cluster(clusterName="c")
    arn = plain_definition(world, taskRoleArn="arn:aws:iam::123456789012:role/r")
    given = {
        "enableExecuteCommand": True,
        "enableECSManagedTags": True,
        "propagateTags": "SERVICE",
        "desiredCount": 2,
        "platformVersion": "1.3.0",
        "placementConstraints": [],
        "placementStrategy": [],
        "healthCheckGracePeriodSeconds": 30,
        "availabilityZoneRebalancing": "DISABLED",
    }
    service(world, deploymentConfiguration={"maximumPercent": 150}, tags=[{"key": "a", "value": "b"}], **given)
    body = world.ecs.describe_services(cluster="c", services=["one"], include=["TAGS"])["services"][0]
    same({name: body[name] for name in given}, given)
    same((body["deploymentConfiguration"]["maximumPercent"], body["platformFamily"]), (150, "Linux"))
    same((body["taskDefinition"], body["runningCount"], body["tags"]), (arn, 2, [{"key": "a", "value": "b"}]))
    assert body["roleArn"].endswith("AWSServiceRoleForECS") and body["createdBy"]
    [deployment] = body["deployments"]
    same((deployment["status"], deployment["rolloutState"], deployment["runningCount"]), ("PRIMARY", "COMPLETED", 2))
    same(body["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"], "DISABLED")
    revision = body["currentServiceRevisions"][0]["arn"]
    found = world.ecs.describe_service_revisions(serviceRevisionArns=[revision, revision + "0"])
    same(found["failures"], [{"arn": revision + "0", "reason": "MISSING"}])
    [image] = found["serviceRevisions"][0]["containerImages"]
    task = world.ecs.describe_tasks(cluster="c", tasks=world.ecs.list_tasks(cluster="c")["taskArns"], include=["TAGS"])[
        "tasks"
    ][0]
    same(image["imageDigest"], task["containers"][0]["imageDigest"])
    same({tag["key"] for tag in task["tags"]}, {"a", "aws:ecs:clusterName", "aws:ecs:serviceName"})
    same((task["group"], task["startedBy"], task["enableExecuteCommand"]), ("service:one", deployment["id"], True))
    listed = world.ecs.list_service_deployments(cluster="c", service="one")["serviceDeployments"]
    same(listed[0]["serviceDeploymentArn"], body["currentServiceDeployment"])
    full = world.ecs.describe_service_deployments(serviceDeploymentArns=[body["currentServiceDeployment"]])
    same(full["serviceDeployments"][0]["targetServiceRevision"]["arn"], revision)


@rule
def unfit_services_are_refused(world):
    world.ecs.create_cluster(clusterName="c")
    plain_definition(world)
    service(world)
    with refused("InvalidParameterException", holds="not idempotent"):
        service(world)
    with refused("ClientException", holds="not found"):
        service(world, "two", taskDefinition="other")
    with refused("InvalidParameterException", holds="subnet-0"):
        service(world, "two", networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0"]}})
    with refused("InvalidParameterException", holds="sg-0"):
        network = {"awsvpcConfiguration": {"subnets": [subnet(world)], "securityGroups": ["sg-0"]}}
        service(world, "two", networkConfiguration=network)
    with refused("InvalidParameterException", holds="taskRoleArn"):
        service(world, "two", enableExecuteCommand=True)
    with refused("InvalidParameterException", holds="associated"):
        service(world, "two", capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT"}])
    world.ecs.deregister_task_definition(taskDefinition="plain:1")
    with refused("ClientException", holds="inactive"):
        service(world, "two", taskDefinition="plain:1")
    world.ecs.update_service(cluster="c", service="one", forceNewDeployment=True)


@rule
def describe_services_takes_ten_and_misses_the_unknown(world):
    world.ecs.create_cluster(clusterName="c")
    world.ecs.create_cluster(clusterName="d")
    plain_definition(world)
    arn = service(world)["serviceArn"]
    with refused("InvalidParameterException"):
        world.ecs.describe_services(cluster="c", services=["one"] * 11)
    with refused("InvalidParameterException"):
        world.ecs.describe_services(cluster="c", services=[])
    body = world.ecs.describe_services(cluster="c", services=[arn, "two"])
    same(len(body["services"]), 1)
    same(body["failures"], [{"arn": arn.replace("/one", "/two"), "reason": "MISSING"}])
    same(world.ecs.describe_services(cluster="d", services=[arn])["failures"], [{"arn": arn, "reason": "MISSING"}])


@rule
def only_some_parameters_begin_a_deployment(world):
    world.ecs.create_cluster(clusterName="c")
    plain_definition(world, taskRoleArn="arn:aws:iam::123456789012:role/r")
    first = service(world)
    update = lambda **given: world.ecs.update_service(cluster="c", service="one", **given)["service"]  # noqa: E731
    for given in (
        {"propagateTags": "SERVICE"},
        {"enableExecuteCommand": True},
        {"enableECSManagedTags": True},
        {"desiredCount": 3},
        {"platformVersion": "LATEST"},
        {"deploymentConfiguration": {"maximumPercent": 120}},
    ):
        body = update(**given)
        same(body["deployments"][0]["id"], first["deployments"][0]["id"])
    same((body["runningCount"], body["deploymentConfiguration"]["minimumHealthyPercent"]), (3, 100))
    tasks = world.ecs.describe_tasks(cluster="c", tasks=world.ecs.list_tasks(cluster="c")["taskArns"])["tasks"]
    same(sorted(task["enableExecuteCommand"] for task in tasks), [False, True, True])
    plain_definition(world, taskRoleArn="arn:aws:iam::123456789012:role/r")
    for given in ({"taskDefinition": "plain:2"}, {"platformVersion": "1.3.0"}, {"forceNewDeployment": True}):
        before, body = body, update(**given)
        assert body["deployments"][0]["id"] != before["deployments"][0]["id"], given
        assert body["currentServiceDeployment"] != before["currentServiceDeployment"], given
    same(body["taskDefinition"].rsplit(":", 1)[1], "2")
    same(len(world.ecs.list_tasks(cluster="c")["taskArns"]), 3)
    assert len(world.ecs.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"]) >= 3
    with refused("ServiceNotFoundException"):
        world.ecs.update_service(cluster="c", service="two")
    world.ecs.delete_service(cluster="c", service="one", force=True)
    with refused("ServiceNotActiveException"):
        update(desiredCount=1)
    same(world.ecs.describe_services(cluster="c", services=["one"])["services"][0]["status"], "INACTIVE")
    same(world.ecs.list_services(cluster="c")["serviceArns"], [])


@rule
def other_controllers_refuse_what_is_not_theirs(world):
    names = world.control("seed", estate="small")
    body = world.ecs.describe_services(cluster="harbour", services=["canary"])["services"][0]
    same((body["deployments"], "taskDefinition" in body), ([], False))
    [task_set] = body["taskSets"]
    same((task_set["taskDefinition"], task_set["runningCount"]), (names["task_definitions"]["canary:1"], 1))
    found = world.ecs.describe_task_sets(cluster="harbour", service="canary", include=["TAGS"])["taskSets"]
    same((found[0]["taskSetArn"], found[0]["tags"]), (task_set["taskSetArn"], [{"key": "owner", "value": "orders"}]))
    for given in ({"enableExecuteCommand": True}, {"taskDefinition": "orders"}, {"forceNewDeployment": True}):
        with refused("InvalidParameterException"):
            world.ecs.update_service(cluster="harbour", service="canary", **given)
    world.ecs.update_service(cluster="harbour", service="canary", propagateTags="NONE", desiredCount=2)
    body = world.ecs.describe_services(cluster="harbour", services=["canary"])["services"][0]
    same((body["propagateTags"], body["runningCount"], body["taskSets"][0]["computedDesiredCount"]), ("NONE", 2, 2))
    with refused("InvalidParameterException"):
        world.ecs.update_service(cluster="harbour", service="storefront", desiredCount=0)
    express = world.ecs.describe_express_gateway_service(serviceArn=names["services"]["storefront"])["service"]
    same(express["status"]["statusCode"], "ACTIVE")
    same(
        world.ecs.list_services(cluster="harbour", resourceManagementType="ECS")["serviceArns"],
        [names["services"]["storefront"]],
    )
    with refused("ResourceNotFoundException"):
        world.ecs.describe_express_gateway_service(serviceArn=names["services"]["orders"])


# ECS: tasks and instances.


@rule
def tasks_have_all_their_fields(world):
    names = world.control("seed", estate="small")
    arn = names["tasks"]["migrate"]
    body = world.ecs.describe_tasks(cluster="harbour", tasks=[arn, "gone"], include=["TAGS"])
    same(body["failures"], [{"arn": arn.rsplit("/", 1)[0] + "/gone", "reason": "MISSING"}])
    [task] = body["tasks"]
    details = {entry["name"]: entry["value"] for entry in task["attachments"][0]["details"]}
    same(
        (task["attachments"][0]["type"], details["subnetId"]),
        ("ElasticNetworkInterface", names["subnets"]["private_a"]),
    )
    interface = world.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])[
        "NetworkInterfaces"
    ][0]
    same(interface["PrivateIpAddress"], details["privateIPv4Address"])
    same((task["startedBy"], task["group"], task["enableExecuteCommand"]), ("ada", "family:migrate", True))
    same(task["overrides"]["taskRoleArn"], names["roles"]["admin"])
    assert task["containers"][0]["imageDigest"].startswith("sha256:")
    same(task["tags"], [{"key": "owner", "value": "ada"}])
    web = world.ecs.list_tasks(cluster="harbour", serviceName="web")["taskArns"]
    task = world.ecs.describe_tasks(cluster="harbour", tasks=web)["tasks"][0]
    interface = [e["value"] for e in task["attachments"][0]["details"] if e["name"] == "networkInterfaceId"]
    assert world.ec2.describe_network_interfaces(NetworkInterfaceIds=interface)["NetworkInterfaces"][0]["Association"][
        "PublicIp"
    ]
    same(task["tags"], [])
    with refused("InvalidParameterException"):
        world.ecs.describe_tasks(cluster="harbour", tasks=[arn] * 101)


@rule
def list_tasks_filters_and_pages(world):
    names = world.control("seed", estate="small")
    count = lambda **given: len(world.ecs.list_tasks(cluster="harbour", **given)["taskArns"])  # noqa: E731
    same((count(serviceName="orders"), count(family="migrate"), count(startedBy="ada")), (2, 1, 1))
    same((count(launchType="EC2"), count(desiredStatus="PENDING"), count(desiredStatus="STOPPED")), (0, 0, 0))
    found = world.ecs.list_tasks(cluster="quay", containerInstance=names["container_instance"])["taskArns"]
    same(len(found), 1)
    sizes = [len(page) for page in pages(world.ecs.list_tasks, "taskArns", cluster="harbour", maxResults=4)]
    same(sum(sizes), count())
    assert sizes[:-1] == [4] * (len(sizes) - 1)
    with refused("ServiceNotFoundException"):
        count(serviceName="none")


@rule
def a_stopped_task_stays_without_tags_and_a_service_replaces_it(world):
    names = world.control("seed", estate="small")
    arn = names["tasks"]["migrate"]
    stopped = world.ecs.stop_task(cluster="harbour", task=arn, reason="because")["task"]
    same((stopped["stopCode"], stopped["stoppedReason"]), ("UserInitiated", "because"))
    body = world.ecs.describe_tasks(cluster="harbour", tasks=[arn], include=["TAGS"])["tasks"][0]
    same((body["lastStatus"], body["tags"]), ("STOPPED", []))
    same(world.ecs.list_tasks(cluster="harbour", desiredStatus="STOPPED")["taskArns"], [arn])
    [before] = world.ecs.list_tasks(cluster="harbour", serviceName="console")["taskArns"]
    world.ecs.stop_task(cluster="harbour", task=before)
    [after] = world.ecs.list_tasks(cluster="harbour", serviceName="console")["taskArns"]
    assert before != after
    with refused("InvalidParameterException", holds="not found"):
        world.ecs.stop_task(cluster="harbour", task="0" * 32)
    body = world.ecs.get_task_protection(cluster="harbour", tasks=[after, "0" * 32])
    same((body["protectedTasks"][0]["protectionEnabled"], body["failures"][0]["reason"]), (False, "MISSING"))
    world.ecs.update_task_protection(cluster="harbour", tasks=[after], protectionEnabled=True)
    assert world.ecs.get_task_protection(cluster="harbour", tasks=[after])["protectedTasks"][0]["protectionEnabled"]


@rule
def container_instances_are_described(world):
    names = world.control("seed", estate="small")
    arn = names["container_instance"]
    same(world.ecs.list_container_instances(cluster="quay")["containerInstanceArns"], [arn])
    body = world.ecs.describe_container_instances(cluster="quay", containerInstances=[arn, "none"])
    same((body["containerInstances"][0]["runningTasksCount"], body["failures"][0]["reason"]), (1, "MISSING"))
    world.ecs.update_container_instances_state(cluster="quay", containerInstances=[arn], status="DRAINING")
    same(world.ecs.list_container_instances(cluster="quay", status="ACTIVE")["containerInstanceArns"], [])
    with refused("InvalidParameterException"):
        world.ecs.deregister_container_instance(cluster="quay", containerInstance=arn)
    world.ecs.deregister_container_instance(cluster="quay", containerInstance=arn, force=True)
    same(world.ecs.list_container_instances(cluster="quay")["containerInstanceArns"], [])


@rule
def daemons_are_listed_by_cluster_and_unknown_operations_are_refused(world):
    names = world.control("seed", estate="small")
    same(world.ecs.list_daemons(clusterArn=names["clusters"]["quay"])["daemonSummariesList"], [])
    [daemon] = world.ecs.list_daemons(clusterArn=names["clusters"]["harbour"])["daemonSummariesList"]
    [current] = world.ecs.describe_daemon(daemonArn=daemon["daemonArn"])["daemon"]["currentRevisions"]
    body = world.ecs.describe_daemon_revisions(daemonRevisionArns=[current["arn"], "none"])
    same(body["failures"], [{"arn": "none", "reason": "MISSING"}])
    definition = body["daemonRevisions"][0]["daemonTaskDefinitionArn"]
    body = world.ecs.describe_daemon_task_definition(daemonTaskDefinition=definition)["daemonTaskDefinition"]
    same((body["family"], body["revision"]), ("lookout", 1))
    with refused("ClientException"):
        world.ecs.describe_daemon_task_definition(daemonTaskDefinition=definition + "0")
    with refused("DaemonNotFoundException"):
        world.ecs.describe_daemon(daemonArn="arn:aws:ecs:eu-central-1:123456789012:daemon/c/d")
    status, _, body = world.signed("ecs", "AmazonEC2ContainerServiceV20141113.Frobnicate")
    same((status, json.loads(body)["__type"]), (400, "UnknownOperationException"))


# Elastic Load Balancing.


@rule
def load_balancing_pages(world):
    names = world.control("seed", estate="small")
    balancing = world.client("elbv2")
    [plain] = [
        listener["ListenerArn"]
        for listener in balancing.describe_listeners(LoadBalancerArn=names["load_balancer"])["Listeners"]
        if listener["Protocol"] == "HTTP"
    ]
    for operation, member, given, count in (
        ("describe_target_groups", "TargetGroups", {}, 2),
        ("describe_load_balancers", "LoadBalancers", {}, 1),
        ("describe_listeners", "Listeners", {"LoadBalancerArn": names["load_balancer"]}, 2),
        ("describe_rules", "Rules", {"ListenerArn": plain}, 2),
    ):
        whole = getattr(balancing, operation)(**given)
        assert len(whole[member]) == count and "NextMarker" not in whole, operation
        pages = list(balancing.get_paginator(operation).paginate(**given, PaginationConfig={"PageSize": 1}))
        same([body for page in pages for body in page[member]], whole[member])
        same([len(page[member]) for page in pages], [1] * count)
    with refused("TargetGroupNotFound"):
        balancing.describe_target_groups(TargetGroupArns=[*names["target_groups"].values(), names["vpc"]])


# IAM.


def exact(world, body):
    """The XML answer to an IAM request, as it came."""
    form = urllib.parse.urlencode({"Version": "2010-05-08"} | body).encode()
    return world.signed("iam", None, form, content="application/x-www-form-urlencoded")[2].decode()


@rule
def authorization_details_page(world):
    world.control("seed", estate="small")
    members = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    whole = world.iam.get_account_authorization_details(MaxItems=1000)
    assert not whole["IsTruncated"] and "Marker" not in whole
    found, given = {name: [] for name in members}, {"MaxItems": 3}
    while True:
        body = world.iam.get_account_authorization_details(**given)
        assert sum(len(body[name]) for name in members) <= 3
        for name in members:
            found[name] += body[name]
        if not body["IsTruncated"]:
            break
        given["Marker"] = body["Marker"]
    for name in members:
        same(found[name], whole[name])
        assert whole[name], name
    with refused("ValidationError"):
        world.iam.get_account_authorization_details(MaxItems=1001)
    with refused("InvalidInput"):
        world.iam.get_account_authorization_details(Marker="garbage")


@rule
def authorization_details_filter_and_encode(world):
    world.control("seed", estate="small")
    body = world.iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])
    same({policy["PolicyName"] for policy in body["Policies"]}, {"everything", "limits"})
    same((body["RoleDetailList"], body["UserDetailList"], body["GroupDetailList"]), ([], [], []))
    body = world.iam.get_account_authorization_details(Filter=["AWSManagedPolicy"])
    same([policy["PolicyName"] for policy in body["Policies"]], ["AmazonECSTaskExecutionRolePolicy"])
    roles = {
        role["RoleName"]: role
        for role in world.iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    }
    orders = roles["orders"]
    same(orders["PermissionsBoundary"]["PermissionsBoundaryArn"], "arn:aws:iam::123456789012:policy/limits")
    same((orders["Tags"], orders["RolePolicyList"][0]["PolicyName"]), ([{"Key": "owner", "Value": "orders"}], "inline"))
    assert "Condition" in orders["AssumeRolePolicyDocument"]["Statement"][0]
    same(roles["admin"]["AttachedManagedPolicies"][0]["PolicyName"], "everything")
    same(roles["instance"]["InstanceProfileList"][0]["Roles"][0]["RoleName"], "instance")
    [ada, _] = world.iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
    same((ada["GroupList"], ada["Tags"]), (["operators"], [{"Key": "team", "Value": "harbour"}]))
    # Every policy document is one run of unreserved characters and %XX.
    text = exact(world, {"Action": "GetAccountAuthorizationDetails", "MaxItems": 1000})
    documents = [
        piece.split("</")[0]
        for tag in ("Document", "PolicyDocument", "AssumeRolePolicyDocument")
        for piece in text.split(f"<{tag}>")[1:]
    ]
    assert len(documents) > 8 and all(document.startswith("%7B%22") and "+" not in document for document in documents)
    assert all(json.loads(urllib.parse.unquote(document)) for document in documents)


# Security Hub.


def product(account=ACCOUNT, region=REGION):
    return f"arn:aws:securityhub:{region}:{account}:product/{account}/default"


def finding(number="f1", **members):
    body = {
        "SchemaVersion": "2018-10-08",
        "Id": number,
        "ProductArn": product(),
        "GeneratorId": "tidewaiter/b/TD01",
        "AwsAccountId": ACCOUNT,
        "CreatedAt": "2026-11-22T08:00:00Z",
        "UpdatedAt": "2026-11-22T08:00:00Z",
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "Other", "Id": "r"}],
        "FindingProviderFields": {"Severity": {"Label": "HIGH"}, "Types": ["Software and Configuration Checks"]},
        "Compliance": {"Status": "FAILED"},
    }
    return {name: value for name, value in (body | members).items() if value is not None}


def send(world, *findings):
    return world.hub.batch_import_findings(Findings=list(findings))


def stored(world, number="f1"):
    filters = {"Id": [{"Value": number, "Comparison": "EQUALS"}]}
    return world.hub.get_findings(Filters=filters)["Findings"][0]


def at(second, **members):
    return finding(UpdatedAt=f"2026-11-22T08:00:{second:02d}Z", **members)


@rule
def without_a_hub_nothing_is_imported(world):
    with refused("InvalidAccessException", 401, "not subscribed to AWS Security Hub"):
        world.hub.describe_hub()
    with refused("InvalidAccessException", 401):
        world.hub.get_findings()
    body = send(world, finding())
    same((body["FailedCount"], body["FailedFindings"][0]["ErrorCode"]), (1, "InvalidAccess"))
    world.hub.enable_security_hub(EnableDefaultStandards=False)
    assert world.hub.describe_hub()["HubArn"].endswith(":hub/default")
    with refused("ResourceConflictException", 409):
        world.hub.enable_security_hub()
    same(send(world, finding())["SuccessCount"], 1)
    world.hub.disable_security_hub()
    world.control("enable_hub")
    same(world.hub.get_findings()["Findings"], [])


@rule
def batches_have_one_to_a_hundred_findings(world):
    world.control("enable_hub")
    for count in (0, 101):
        with refused("InvalidInputException"):
            send(world, *(finding(f"f{index}") for index in range(count)))
    same(send(world, *(finding(f"f{index}") for index in range(100)))["SuccessCount"], 100)


@rule
def each_finding_is_checked_by_itself(world):
    world.control("enable_hub")
    resource = {"Type": "Other", "Id": "r"}
    recommendation = lambda text: {"Recommendation": {"Text": text}}  # noqa: E731
    severity = {"Severity": {"Label": "HIGH"}}
    wrong = [
        {"Id": "x" * 513},
        {"Title": "x" * 257},
        {"Description": "x" * 1025},
        {"GeneratorId": "x" * 513},
        {"Title": " "},
        {"SchemaVersion": "2018"},
        {"UpdatedAt": "yesterday"},
        {"CreatedAt": "2026-11-22T08:00:00"},
        {"UpdatedAt": None},
        {"FirstObservedAt": "2026-11-22T08:00:00.1234567890Z"},
        {"GeneratorId": None},
        {"FindingProviderFields": None},
        {"FindingProviderFields": None, **severity},
        {"Resources": []},
        {"Resources": [resource] * 33},
        {"Resources": [{"Type": "Other"}]},
        {"Resources": [resource | {"Partition": "aws-eusc"}]},
        {"Resources": [resource | {"Tags": {"a": ""}}]},
        {"Resources": [resource | {"Id": " "}]},
        {"ProductFields": {f"k{index}": "v" for index in range(51)}},
        {"ProductFields": {"k" * 129: "v"}},
        {"ProductFields": {"k": "v" * 2049}},
        {"ProductFields": {"aws/x": "v"}},
        {"ProductFields": {"k": ""}},
        {"Remediation": recommendation("x" * 513)},
        {"Compliance": {"Status": "BAD"}},
        {"Compliance": {"Status": "FAILED", "RelatedRequirements": ["r"] * 33}},
        {"RecordState": "GONE"},
        {"FindingProviderFields": {"Severity": {"Label": "WORST"}}},
        {"AwsAccountId": "222222222222"},
        {"ProductArn": product("222222222222")},
        {"ProductArn": product(region="us-east-1")},
        {"Note": {"Text": "x" * 513, "UpdatedBy": "u", "UpdatedAt": "2026-11-22T08:00:00Z"}},
        {"Resources": [resource | {"Details": {"Other": {f"k{index}": "v" * 5000 for index in range(50)}}}]},
    ]
    for members in wrong:
        body = send(world, finding(**({"Id": "f1"} | members)))
        same((members, body["SuccessCount"], body["FailedCount"]), (members, 0, 1))
        [failed] = body["FailedFindings"]
        assert failed["ErrorCode"] == "InvalidInput" and failed["ErrorMessage"] and failed["Id"], failed
    body = send(world, finding("good"), finding("bad", Title=""), finding("good2"))
    same((body["SuccessCount"], [failed["Id"] for failed in body["FailedFindings"]]), (2, ["bad"]))
    top = send(world, finding("top", FindingProviderFields=None, Types=["TTPs"], **severity))
    same(top["SuccessCount"], 1)
    longest = {
        "Id": "i" * 512,
        "Title": "x" * 256,
        "Description": "x" * 1024,
        "GeneratorId": "g" * 512,
        "Remediation": recommendation("x" * 512),
        "ProductFields": {"k" * 128: "v" * 2048},
        "FirstObservedAt": "2026-11-22T08:00:00.123456789+02:00",
        "Resources": [resource] * 32,
    }
    same(send(world, finding(**longest))["FailedFindings"], [])


@rule
def of_an_id_twice_only_the_first_counts(world):
    world.control("enable_hub")
    body = send(world, finding(Title="first"), at(5, Title="second"))
    same((body["SuccessCount"], body["FailedCount"], stored(world)["Title"]), (1, 0, "first"))


@rule
def what_is_not_newer_is_ignored_in_silence(world):
    world.control("enable_hub")
    send(world, at(10, Title="stored"))
    for second in (9, 10):
        same(send(world, at(second, Title="late"))["SuccessCount"], 1)
        same(stored(world)["Title"], "stored")
    send(world, finding(Title="rounded", UpdatedAt="2026-11-22T08:00:10.0004Z"))
    same(stored(world)["Title"], "stored")
    send(world, finding(Title="newer", UpdatedAt="2026-11-22T08:00:10.001Z"))
    body = stored(world)
    same((body["Title"], body["UpdatedAt"]), ("newer", "2026-11-22T08:00:10.001Z"))
    assert body["ProcessedAt"] and body["Region"] == REGION
    same(body["ProductFields"]["aws/securityhub/FindingId"], f"{product()}/f1")


@rule
def customers_fields_survive_an_import(world):
    world.control("enable_hub")
    note = {"Text": "provider", "UpdatedBy": "p", "UpdatedAt": "2026-11-22T08:00:00Z"}
    send(world, finding(Note=note, UserDefinedFields={"a": "1"}, VerificationState="UNKNOWN"))
    same((stored(world)["Note"]["Text"], stored(world)["Severity"]["Label"]), ("provider", "HIGH"))
    identifier = {"Id": "f1", "ProductArn": product()}
    body = world.hub.batch_update_findings(
        FindingIdentifiers=[identifier, {"Id": "f2", "ProductArn": product()}],
        Severity={"Label": "LOW"},
        Note={"Text": "customer", "UpdatedBy": "ada"},
        UserDefinedFields={"b": "2"},
        Workflow={"Status": "SUPPRESSED"},
    )
    same((body["ProcessedFindings"], body["UnprocessedFindings"][0]["ErrorCode"]), ([identifier], "FindingNotFound"))
    same(stored(world)["UpdatedAt"], "2026-11-22T08:00:00.000Z")
    fields = {"Severity": {"Label": "CRITICAL"}, "Types": ["TTPs"]}
    send(
        world,
        at(
            1,
            Note=note,
            UserDefinedFields={"c": "3"},
            VerificationState="TRUE_POSITIVE",
            Workflow={"Status": "NEW"},
            FindingProviderFields=fields,
            Title="again",
        ),
    )
    body = stored(world)
    same(
        (body["Note"]["Text"], body["UserDefinedFields"], body["VerificationState"]),
        ("customer", {"a": "1", "b": "2"}, "UNKNOWN"),
    )
    same((body["Workflow"]["Status"], body["Severity"]["Label"], body["Types"]), ("SUPPRESSED", "LOW", ["TTPs"]))
    same((body["FindingProviderFields"]["Severity"]["Label"], body["Title"]), ("CRITICAL", "again"))
    with refused("InvalidInputException"):
        world.hub.batch_update_findings(FindingIdentifiers=[identifier] * 101)


@rule
def workflow_goes_back_to_new_when_a_finding_returns(world):
    world.control("enable_hub")
    identifier = {"Id": "f1", "ProductArn": product()}
    second = iter(range(1, 60))

    def after(status, *states):
        for record, compliance in states[:-1]:
            send(world, at(next(second), RecordState=record, Compliance={"Status": compliance}))
        world.hub.batch_update_findings(FindingIdentifiers=[identifier], Workflow={"Status": status})
        record, compliance = states[-1]
        send(world, at(next(second), RecordState=record, Compliance={"Status": compliance}))
        return stored(world)["Workflow"]["Status"]

    send(world, finding())
    for status in ("NOTIFIED", "RESOLVED"):
        same(after(status, ("ARCHIVED", "FAILED"), ("ACTIVE", "FAILED")), "NEW")
        for worse in ("FAILED", "WARNING", "NOT_AVAILABLE"):
            same(after(status, ("ACTIVE", "PASSED"), ("ACTIVE", worse)), "NEW")
        same(after(status, ("ACTIVE", "FAILED"), ("ACTIVE", "PASSED")), status)
    same(after("SUPPRESSED", ("ARCHIVED", "PASSED"), ("ACTIVE", "FAILED")), "SUPPRESSED")


@rule
def findings_are_filtered_sorted_and_paged(world):
    world.control("enable_hub")
    for index in range(7):
        generator = "tidewaiter/b/TD01" if index % 2 else "other/x"
        state = "ARCHIVED" if index == 5 else "ACTIVE"
        send(
            world,
            finding(f"f{index}", GeneratorId=generator, RecordState=state, UpdatedAt=f"2026-11-22T08:00:0{9 - index}Z"),
        )
    one = lambda value, comparison="EQUALS": [{"Value": value, "Comparison": comparison}]  # noqa: E731
    ids = lambda filters, **given: [f["Id"] for f in world.hub.get_findings(Filters=filters, **given)["Findings"]]  # noqa: E731
    same(ids({"GeneratorId": one("tidewaiter/", "PREFIX")}), ["f1", "f3", "f5"])
    same(ids({"GeneratorId": one("tidewaiter/", "PREFIX_NOT_EQUALS")}), ["f0", "f2", "f4", "f6"])
    same(ids({"GeneratorId": one("tidewaiter/", "PREFIX"), "RecordState": one("ARCHIVED", "NOT_EQUALS")}), ["f1", "f3"])
    same(ids({"Id": one("f1") + one("f2")}), ["f1", "f2"])
    same(
        ids({"ProductArn": one(product()), "AwsAccountId": one(ACCOUNT), "Region": one(REGION)}),
        [f"f{i}" for i in range(7)],
    )
    same(ids({"Region": one("us-east-1")}), [])
    same(ids({"WorkflowStatus": one("NEW"), "ComplianceStatus": one("FAILED"), "SeverityLabel": one("HIGH")})[0], "f0")
    same(ids({}, SortCriteria=[{"Field": "UpdatedAt", "SortOrder": "asc"}]), [f"f{i}" for i in range(6, -1, -1)])
    same(
        [len(page) for page in pages(world.hub.get_findings, "Findings", token_name="NextToken", MaxResults=3)],
        [3, 3, 1],
    )
    for given in (
        {"MaxResults": 101},
        {"Filters": {"MalwareName": one("x")}},
        {"Filters": {"Id": one("x") * 21}},
        {"NextToken": "garbage"},
    ):
        with refused("InvalidInputException"):
            world.hub.get_findings(**given)


@rule
def hubs_are_apart_by_account_and_region(world):
    world.control("enable_hub", account="222222222222", region="us-east-1")
    other = world.client("securityhub", "222222222222", "us-east-1")
    arn = product("222222222222", "us-east-1")
    same(
        other.batch_import_findings(Findings=[finding(ProductArn=arn, AwsAccountId="222222222222")])["SuccessCount"], 1
    )
    for place in (("222222222222", REGION), (ACCOUNT, "us-east-1")):
        with refused("InvalidAccessException", 401):
            world.client("securityhub", *place).get_findings()
    keys = world.client("sts").assume_role(RoleArn="arn:aws:iam::222222222222:role/audit", RoleSessionName="s")[
        "Credentials"
    ]
    assumed = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    same(len(world.client("securityhub", None, "us-east-1", **assumed).get_findings()["Findings"]), 1)
    identity = world.client("sts", None, "us-east-1", **assumed).get_caller_identity()
    same((identity["Account"], identity["Arn"]), ("222222222222", "arn:aws:sts::222222222222:assumed-role/audit/s"))
    same(world.client("sts", "222222222222").get_caller_identity()["Arn"], "arn:aws:iam::222222222222:user/tester")
    world.client("ecs", "222222222222").create_cluster(clusterName="theirs")
    same(world.ecs.list_clusters()["clusterArns"], [])


# EC2, Application Auto Scaling, S3.


@rule
def ec2_describes_in_pages(world):
    world.control("seed", services=12, task_definitions=12)
    for index in range(6):
        vpc = world.ec2.create_vpc(CidrBlock=f"10.{index + 1}.0.0/16")["Vpc"]["VpcId"]
        world.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{index + 1}.0.0/24")
        world.ec2.create_route_table(VpcId=vpc)
        world.ec2.create_flow_logs(
            ResourceType="VPC",
            ResourceIds=[vpc],
            TrafficType="ALL",
            LogGroupName="/flow",
            DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flow",
        )
        world.ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a")
        image = world.ec2.register_image(Name=f"image-{index}")["ImageId"]
        world.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)
    for method, member in (
        ("describe_subnets", "Subnets"),
        ("describe_route_tables", "RouteTables"),
        ("describe_vpcs", "Vpcs"),
        ("describe_security_groups", "SecurityGroups"),
        ("describe_network_interfaces", "NetworkInterfaces"),
        ("describe_volumes", "Volumes"),
        ("describe_images", "Images"),
        ("describe_instances", "Reservations"),
    ):
        describe, key = getattr(world.ec2, method), {"SecurityGroups": "GroupId"}.get(member, f"{member[:-1]}Id")
        whole = [body[key] for body in describe()[member]]
        found = pages(describe, member, token_name="NextToken", MaxResults=5)
        same([body[key] for page in found for body in page], whole)
        assert len(found) > 1 and all(len(page) == 5 for page in found[:-1]), member
        for size in (4, 1001):
            with refused("InvalidParameterValue"):
                describe(MaxResults=size)
    vpc = world.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for index in range(3):
        world.ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.e{index}", VpcEndpointType="Gateway"
        )
    found = pages(world.ec2.describe_vpc_endpoints, "VpcEndpoints", token_name="NextToken", MaxResults=2)
    same([len(page) for page in found], [2, 1])
    found = pages(world.ec2.describe_flow_logs, "FlowLogs", token_name="NextToken", MaxResults=4)
    same([len(page) for page in found], [4, 2])


@rule
def parameters_are_described_in_pages_and_without_values(world):
    client = world.client("ssm")
    for index in range(7):
        client.put_parameter(Name=f"/a/{index}", Type="SecureString" if index % 2 else "String", Value=f"hunter-{index}")
    wanted = [{"Key": "Name", "Option": "Equals", "Values": [f"/a/{index}" for index in range(5)] + ["/a/none"]}]
    found = pages(
        client.describe_parameters, "Parameters", token_name="NextToken", ParameterFilters=wanted, MaxResults=2
    )
    same([len(page) for page in found], [2, 2, 1])
    same([body["Type"] for body in found[0]], ["String", "SecureString"])
    assert "hunter" not in json.dumps(found, default=str)
    for values in (["/a/0", "not a name"], [f"n{index}" for index in range(51)]):
        with refused("ValidationException"):
            client.describe_parameters(ParameterFilters=[wanted[0] | {"Values": values}])
    with refused("ValidationException"):
        client.describe_parameters(MaxResults=51)


@rule
def log_groups_page_by_name_and_refuse_foreign_tokens(world):
    logs = world.client("logs")
    for name in ("/ecs/c", "/ecs/a", "/ecs/b", "/other"):
        logs.create_log_group(logGroupName=name)
    found = pages(logs.describe_log_groups, "logGroups", logGroupNamePrefix="/ecs/", limit=2)
    same([[group["logGroupName"] for group in page] for page in found], [["/ecs/a", "/ecs/b"], ["/ecs/c"]])
    assert found[0][0]["arn"].endswith(":log-group:/ecs/a:*")
    for wrong in ({"nextToken": "none"}, {"limit": 51}):
        with refused("InvalidParameterException"):
            logs.describe_log_groups(**wrong)
    faulty(world, "empty_page", {"operation": "logs:DescribeLogGroups"}, 1)
    found = pages(logs.describe_log_groups, "logGroups", limit=4)
    same([len(page) for page in found], [0, 4])


@rule
def scalable_targets_page_and_keep_services_within_bounds(world):
    world.control("seed", services=60, task_definitions=60, clusters=1)
    scaling = world.client("application-autoscaling")
    target = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
    for index in range(60):
        scaling.register_scalable_target(
            **target, ResourceId=f"service/cluster-000/service-{index:05d}", MinCapacity=1, MaxCapacity=4
        )
    found = pages(scaling.describe_scalable_targets, "ScalableTargets", token_name="NextToken", ServiceNamespace="ecs")
    same([len(page) for page in found], [50, 10])
    with refused("ValidationException"):
        scaling.describe_scalable_targets(ServiceNamespace="ecs", MaxResults=51)
    with refused("ValidationException"):
        scaling.register_scalable_target(**target, ResourceId="service/cluster-000/none", MinCapacity=1, MaxCapacity=4)
    name = {"cluster": "cluster-000", "service": "service-00000"}
    world.ecs.update_service(**name, desiredCount=0)
    scaling.register_scalable_target(
        **target, ResourceId="service/cluster-000/service-00000", SuspendedState={"DynamicScalingInSuspended": True}
    )
    body = world.ecs.describe_services(cluster="cluster-000", services=["service-00000"])["services"][0]
    same((body["desiredCount"], body["runningCount"]), (1, 1))
    [only] = scaling.describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=["service/cluster-000/service-00000"]
    )["ScalableTargets"]
    same((only["MinCapacity"], only["SuspendedState"]["DynamicScalingInSuspended"]), (1, True))


@rule
def rules_and_their_targets_are_listed_in_pages(world):
    events = world.client("events")
    events.create_event_bus(Name="orders")
    same([bus["Name"] for bus in events.list_event_buses()["EventBuses"]], ["default", "orders"])
    for index in range(5):
        events.put_rule(Name=f"r{index}", ScheduleExpression="rate(1 hour)")
    found = pages(events.list_rules, "Rules", token_name="NextToken", Limit=2)
    same([len(page) for page in found], [2, 2, 1])
    same(events.list_rules(EventBusName="orders")["Rules"], [])
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"
    target = {"Arn": cluster, "EcsParameters": {"TaskDefinitionArn": "td", "TaskCount": 1}}
    events.put_targets(Rule="r0", Targets=[{"Id": str(index)} | target for index in range(5)])
    found = pages(events.list_targets_by_rule, "Targets", token_name="NextToken", Rule="r0", Limit=3)
    same([len(page) for page in found], [3, 2])
    same(found[0][0]["EcsParameters"]["TaskDefinitionArn"], "td")
    with refused("LimitExceededException"):
        events.put_targets(Rule="r0", Targets=[{"Id": "6"} | target])
    for wrong in ({"Id": "1"}, {"Id": "1", "Arn": cluster}, target | {"Id": "1", "Arn": "arn:aws:sqs:x:y:z"}):
        with refused("ValidationException"):
            events.put_targets(Rule="r1", Targets=[wrong])
    with refused("ValidationException"):
        events.put_rule(Name="timed", EventBusName="orders", ScheduleExpression="rate(1 hour)")
    for ask in (
        lambda: events.list_rules(EventBusName="none"),
        lambda: events.list_targets_by_rule(Rule="none"),
        lambda: events.list_targets_by_rule(Rule="r0", EventBusName="orders"),
    ):
        with refused("ResourceNotFoundException"):
            ask()
    for size in (0, 101):
        with refused("ValidationException"):
            events.list_rules(Limit=size)
    events.remove_targets(Rule="r0", Ids=[str(index) for index in range(5)])
    events.delete_rule(Name="r0")
    same(len(events.list_rules()["Rules"]), 4)


@rule
def schedules_are_listed_with_little_and_got_with_all(world):
    scheduler = world.client("scheduler")
    always = {"ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"
    target = {"Arn": cluster, "RoleArn": "r", "EcsParameters": {"TaskDefinitionArn": "td"}, "Input": "{}"}
    for group, name in (("default", "a"), ("default", "b"), ("ops", "a")):
        scheduler.create_schedule(Name=name, GroupName=group, Target=target, **always)
    found = pages(scheduler.list_schedules, "Schedules", token_name="NextToken", MaxResults=2)
    same([[f"{one['GroupName']}/{one['Name']}" for one in page] for page in found], [["default/a", "default/b"], ["ops/a"]])
    same(found[0][0]["Target"], {"Arn": cluster})
    same(len(scheduler.list_schedules(GroupName="ops")["Schedules"]), 1)
    body = scheduler.get_schedule(Name="a", GroupName="ops")
    same((body["Target"], body["State"]), (target, "ENABLED"))
    same(body["Arn"], f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/ops/a")
    with refused("ConflictException", 409):
        scheduler.create_schedule(Name="a", Target=target, **always)
    with refused("ValidationException"):
        scheduler.create_schedule(Name="c", Target={"Arn": cluster, "RoleArn": "r"}, **always)
    with refused("ValidationException"):
        scheduler.list_schedules(MaxResults=101)
    scheduler.delete_schedule(Name="a")
    with refused("ResourceNotFoundException", 404):
        scheduler.get_schedule(Name="a")


@rule
def conditional_puts_hold_in_s3(world):
    s3 = world.client("s3")
    s3.create_bucket(Bucket="ledger", CreateBucketConfiguration={"LocationConstraint": REGION})
    tag = s3.put_object(Bucket="ledger", Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket="ledger", Key="k", Body=b"2", IfNoneMatch="*")
    s3.put_object(Bucket="ledger", Key="k", Body=b"2", IfMatch=tag)
    with refused("PreconditionFailed", 412):
        s3.put_object(Bucket="ledger", Key="k", Body=b"3", IfMatch=tag)
    same(s3.get_object(Bucket="ledger", Key="k")["Body"].read(), b"2")
    assert "s3:PutObject" in world.requests()


# Log, faults, control.


@rule
def requests_are_logged_and_control_calls_are_not(world):
    world.control("seed", estate="small")
    world.control("call", service="ecs", operation="ListClusters")
    same(world.requests(), [])
    world.ecs.list_services(cluster="harbour", maxResults=5)
    world.ec2.describe_subnets()
    world.iam.get_account_authorization_details()
    world.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
    world.control("enable_hub")
    world.hub.describe_hub()
    world.hub.get_findings()
    send(world, finding())
    world.hub.batch_update_findings(
        FindingIdentifiers=[{"Id": "f1", "ProductArn": product()}], Workflow={"Status": "RESOLVED"}
    )
    same(
        world.requests(),
        [
            "ecs:ListServices",
            "ec2:DescribeSubnets",
            "iam:GetAccountAuthorizationDetails",
            "application-autoscaling:DescribeScalableTargets",
            "securityhub:DescribeHub",
            "securityhub:GetFindings",
            "securityhub:BatchImportFindings",
            "securityhub:BatchUpdateFindings",
        ],
    )
    log = world.control("requests", clear=True)["requests"]
    same((log[0]["n"], log[0]["fault"], log[-1]["n"]), (1, None, 8))
    same(world.requests(), [])


def faulty(world, kind, match, times=None, **more):
    world.control("fault", faults=[{"match": match, "kind": kind, "times": times, **more}])


@rule
def errors_are_worded_as_each_service_words_them(world):
    world.control("seed", estate="small")
    world.control("enable_hub")
    calls = {
        "ecs:DescribeServices": lambda: world.ecs.describe_services(cluster="harbour", services=["orders"]),
        "iam:GetAccountAuthorizationDetails": world.iam.get_account_authorization_details,
        "ec2:DescribeSubnets": world.ec2.describe_subnets,
        "securityhub:BatchImportFindings": lambda: send(world, finding()),
        "application-autoscaling:DescribeScalableTargets": lambda: world.client(
            "application-autoscaling"
        ).describe_scalable_targets(ServiceNamespace="ecs"),
    }
    expected = {
        "ecs": [("AccessDeniedException", 400), ("ThrottlingException", 400), ("InternalFailure", 500)],
        "iam": [("AccessDenied", 403), ("Throttling", 400), ("InternalFailure", 500)],
        "ec2": [("UnauthorizedOperation", 403), ("RequestLimitExceeded", 503), ("InternalError", 500)],
        "securityhub": [("AccessDeniedException", 403), ("LimitExceededException", 429), ("InternalException", 500)],
        "application-autoscaling": [
            ("AccessDeniedException", 400),
            ("ThrottlingException", 400),
            ("InternalFailure", 500),
        ],
    }
    for name, call in calls.items():
        for kind, (code, status) in zip(("denied", "throttled", "server"), expected[name.split(":")[0]]):
            faulty(world, kind, {"operation": name}, 1)
            with refused(code, status, f"is not authorized to perform: {name}" if kind == "denied" else ""):
                call()
            call()
    same(world.control("requests")["requests"][0]["fault"], "denied")


@rule
def faults_match_by_operation_number_page_and_times(world):
    for index in range(6):
        world.ecs.create_cluster(clusterName=f"c{index}")
    world.control("requests", clear=True)
    faulty(world, "throttled", {"n": 2})
    world.ecs.list_clusters()
    with refused("ThrottlingException"):
        world.ecs.list_clusters()
    world.ecs.list_clusters()
    faulty(world, "server", {"operation": "ecs:ListClusters", "page": 2}, 1)
    token = world.ecs.list_clusters(maxResults=2)["nextToken"]
    with refused("InternalFailure", 500):
        world.ecs.list_clusters(maxResults=2, nextToken=token)
    body = world.ecs.list_clusters(maxResults=2, nextToken=token)
    faulty(world, "server", {"operation": "ecs:ListClusters", "page": 3})
    with refused("InternalFailure", 500):
        world.ecs.list_clusters(maxResults=2, nextToken=body["nextToken"])
    faulty(world, "denied", {"operation": "ecs:ListServices", "contains": "c3"})
    world.ecs.list_services(cluster="c2")
    with refused("AccessDeniedException"):
        world.ecs.list_services(cluster="c3")
    world.control("requests", clear=True)
    world.ecs.list_services(cluster="c4")
    [asked] = world.control("requests")["requests"]
    faulty(world, "denied", {"digest": asked["digest"]})
    world.ecs.list_tasks(cluster="c4")
    world.ecs.list_services(cluster="c5")
    for _ in range(2):
        with refused("AccessDeniedException"):
            world.ecs.list_services(cluster="c4")
    faulty(world, "throttled", {"service": "ecs", "share": 0.6})
    outcomes = []
    for _ in range(40):
        try:
            world.ecs.list_clusters()
            outcomes.append(False)
        except botocore.exceptions.ClientError:
            outcomes.append(True)
    assert 16 <= sum(outcomes) <= 32, sum(outcomes)
    world.control("fault", faults=[])
    world.ecs.list_clusters()


@rule
def a_cut_body_is_shorter_than_it_says(world):
    world.control("seed", estate="small")
    target = "AmazonEC2ContainerServiceV20141113.ListClusters"
    faulty(world, "cut", {"operation": "ecs:ListClusters"})
    status, headers, body = world.signed("ecs", target)
    same(status, 200)
    assert 0 < len(body) < int(headers["Content-Length"])
    world.control("fault", faults=[])
    _, headers, whole = world.signed("ecs", target)
    same((int(headers["Content-Length"]), whole.startswith(body)), (len(whole), True))
    faulty(world, "cut", {"operation": "ec2:DescribeSubnets"})
    form = {"body": b"Action=DescribeSubnets&Version=2016-11-15", "content": "application/x-www-form-urlencoded"}
    status, headers, body = world.signed("ec2", **form)
    assert status == 200 and len(body) < int(headers["Content-Length"])


@rule
def a_malformed_body_does_not_parse(world):
    faulty(world, "malformed", {})
    status, headers, body = world.signed("ecs", "AmazonEC2ContainerServiceV20141113.ListClusters")
    same((status, int(headers["Content-Length"])), (200, len(body)))
    try:
        json.loads(body)
    except ValueError:
        pass
    else:
        raise AssertionError("the body is JSON")
    with contextlib.suppress(botocore.parsers.ResponseParserError):
        world.ec2.describe_subnets()
        raise AssertionError("the body is XML")


@rule
def an_empty_page_repeats_its_token_and_heals(world):
    for index in range(4):
        world.ecs.create_cluster(clusterName=f"c{index}")
    faulty(world, "empty_page", {"operation": "ecs:ListClusters"})
    first = world.ecs.list_clusters(maxResults=2)
    again = world.ecs.list_clusters(maxResults=2, nextToken=first["nextToken"])
    same((first["clusterArns"], first["nextToken"]), ([], again["nextToken"]))
    faulty(world, "empty_page", {"operation": "ecs:ListClusters", "page": 2}, 1)
    found = pages(world.ecs.list_clusters, "clusterArns", maxResults=2)
    same([len(page) for page in found], [2, 0, 2])
    faulty(world, "empty_page", {"operation": "iam:GetAccountAuthorizationDetails"})
    body = world.iam.get_account_authorization_details()
    assert body["IsTruncated"] and body["Marker"] and body["RoleDetailList"] == []
    faulty(world, "empty_page", {"operation": "ec2:DescribeSubnets"})
    body = world.ec2.describe_subnets()
    assert body["Subnets"] == [] and body["NextToken"]
    world.control("enable_hub")
    faulty(world, "empty_page", {"operation": "securityhub:GetFindings"})
    body = world.hub.get_findings()
    assert body["Findings"] == [] and body["NextToken"]
    faulty(world, "empty_page", {"operation": "ecs:DescribeClusters"})
    assert "clusters" not in world.ecs.describe_clusters(clusters=["c1"])


@rule
def a_slow_answer_is_slow(world):
    faulty(world, "slow", {"operation": "ecs:ListClusters"}, 1, seconds=0.5)
    began = time.monotonic()
    world.ecs.list_clusters()
    assert time.monotonic() - began >= 0.5


@rule
def control_calls_answer_and_fail_in_json(world):
    body = world.control(
        "call", service="ecs", operation="create_cluster", arguments={"clusterName": "c"}, region="us-east-1"
    )
    same(body["cluster"]["clusterArn"], f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c")
    status, _, body = world.raw("POST", "/tidewaiter/call", b'{"service": "ecs", "operation": "ListServices"}', {})
    same((status, json.loads(body)["error"]["code"]), (400, "ClusterNotFoundException"))
    for path, given in (
        ("nothing", b"{}"),
        ("fault", b'{"faults": [{"match": {"when": 1}, "kind": "denied"}]}'),
        ("seed", b"{"),
    ):
        status, _, body = world.raw("POST", f"/tidewaiter/{path}", given, {})
        same((status, json.loads(body)["error"]["code"]), (400, "BadControlRequest"))
    same(world.control("credentials", account="222222222222")["access_key_id"], "AKIA222222222222TEST")


@rule
def states_that_no_call_makes_can_be_edited(world):
    names = world.control("seed", estate="small")
    arn = names["services"]["orders"]
    old = world.ecs.describe_services(cluster="harbour", services=[arn])["services"][0]["deployments"][0]
    new = {
        "id": "ecs-svc/2",
        "status": "PRIMARY",
        "rolloutState": "IN_PROGRESS",
        "taskDefinition": names["task_definitions"]["orders:1"],
    }
    moving = [new, {"id": old["id"], "status": "ACTIVE", "taskDefinition": old["taskDefinition"]}]
    world.control("edit", collection="services", key=arn, set={"deployments": moving, "someNewField": {"a": 1}})
    _, _, body = world.signed(
        "ecs",
        "AmazonEC2ContainerServiceV20141113.DescribeServices",
        json.dumps({"cluster": "harbour", "services": ["orders"]}).encode(),
    )
    found = json.loads(body)["services"][0]
    same((found["deployments"], found["someNewField"]), (moving, {"a": 1}))
    world.control("edit", collection="services", key=arn, unset=["someNewField"])


@rule
def lists_and_descriptions_can_be_shuffled(world):
    world.control("seed", estate="small")

    def orders():
        services = world.ecs.list_services(cluster="harbour", maxResults=100)["serviceArns"]
        tasks = world.ecs.list_tasks(cluster="harbour")["taskArns"]
        bodies = world.ecs.describe_services(cluster="harbour", services=services)["services"]
        return services, tasks, [body["serviceArn"] for body in bodies]

    plain = orders()
    world.control("shuffle", seed=1)
    one = orders()
    world.control("shuffle", seed=2)
    two = orders()
    for first, second, third in zip(plain, one, two):
        assert first != second != third and sorted(first) == sorted(second) == sorted(third)
    same(orders(), two)
    world.control("shuffle", seed=None)
    same(orders(), plain)


@rule
def a_seed_is_the_same_every_time(world):
    first = world.control("seed", estate="small")
    world.control("reset")
    same(world.control("seed", estate="small"), first)
    kinds = {name: len(values) for name, values in first.items() if isinstance(values, dict)}
    same((kinds["clusters"], kinds["services"], kinds["task_definitions"]), (2, 8, 14))
    flow = world.ec2.describe_flow_logs()["FlowLogs"][0]
    same((flow["ResourceId"], flow["DeliverLogsStatus"]), (first["vpc"], "SUCCESS"))
    world.control("seed", estate="small", account="222222222222", region="us-east-1")
    same(len(world.client("ecs", "222222222222", "us-east-1").list_clusters()["clusterArns"]), 2)
    assert (
        len(world.client("iam", "222222222222").get_account_authorization_details(Filter=["Role"])["RoleDetailList"])
        == 7
    )


@rule
def a_big_estate_is_filled_quickly(world):
    began = time.monotonic()
    world.control("seed", services=500, task_definitions=1000)
    seconds = time.monotonic() - began
    assert seconds < 30, seconds
    clusters = [arn for page in pages(world.ecs.list_clusters, "clusterArns") for arn in page]
    services = [
        arn
        for cluster in clusters
        for page in pages(world.ecs.list_services, "serviceArns", cluster=cluster, maxResults=100)
        for arn in page
    ]
    same((len(clusters), len(services)), (10, 500))
    active = sum(len(page) for page in pages(world.ecs.list_task_definitions, "taskDefinitionArns"))
    inactive = sum(
        len(page) for page in pages(world.ecs.list_task_definitions, "taskDefinitionArns", status="INACTIVE")
    )
    same((active + inactive, inactive), (1000, 25))


@rule
def runtime_coverage_is_listed_in_pages_for_an_existing_detector(world):
    world.control("seed", estate="small")
    guardduty = world.client("guardduty")
    [detector] = guardduty.list_detectors()["DetectorIds"]
    [feature] = guardduty.get_detector(DetectorId=detector)["Features"]
    same((feature["Name"], feature["Status"]), ("RUNTIME_MONITORING", "ENABLED"))

    def covered(kind, size=1):
        criterion = {"CriterionKey": "RESOURCE_TYPE", "FilterCondition": {"Equals": [kind]}}
        filters = {"FilterCriterion": [criterion]}
        return guardduty.list_coverage(DetectorId=detector, FilterCriteria=filters, MaxResults=size)["Resources"]

    [resource] = covered("ECS")
    details = resource["ResourceDetails"]["EcsClusterDetails"]
    same((details["ClusterName"], resource["CoverageStatus"]), ("harbour", "UNHEALTHY"))
    same(covered("EKS"), [])
    with refused("BadRequestException"):
        covered("ECS", 51)
    with refused("BadRequestException"):
        guardduty.list_coverage(DetectorId="0" * 32)


@rule
def one_missing_image_fails_the_call_for_all_and_scans_are_told_in_pages(world):
    world.control("seed", estate="small")
    ecr = world.client("ecr")

    def describe(*tags, **members):
        return ecr.describe_images(repositoryName="app", imageIds=[{"imageTag": tag} for tag in tags], **members)

    [image] = describe("1.4.2")["imageDetails"]
    same((image["imageTags"], image["imageStatus"]), (["1.4.2"], "ACTIVE"))
    with refused("ImageNotFoundException"):
        describe("1.4.2", "gone")
    with refused("RepositoryNotFoundException"):
        ecr.describe_images(repositoryName="nothing", imageIds=[{"imageTag": "1"}])
    with refused("InvalidParameterException"):
        describe("1.4.2", maxResults=1)
    with refused("InvalidParameterException"):
        describe(*(str(tag) for tag in range(101)))
    same(ecr.describe_images(repositoryName="app")["imageDetails"], [image])

    def scan(repository, **image):
        return ecr.describe_image_scan_findings(repositoryName=repository, imageId=image, maxResults=1)

    found = scan("app", imageTag="1.4.2")["imageScanFindings"]
    same((found["findings"][0]["name"], found["findingSeverityCounts"]), ("CVE-2024-0001", {"CRITICAL": 1}))
    pushed = ecr.put_image(
        repositoryName="app", imageTag="new", imageManifest=json.dumps({"mediaType": "m", "layers": []})
    )
    with refused("ScanNotFoundException"):
        scan("app", imageDigest=pushed["image"]["imageId"]["imageDigest"])
    with refused("ImageNotFoundException"):
        scan("app", imageTag="gone")


@rule
def manifests_are_read_as_they_were_pushed_with_their_referrers_and_layers(world):
    ecr, other = world.client("ecr"), world.client("ecr", account="999988887777")
    other.create_repository(repositoryName="app")
    oci = "application/vnd.oci.image.manifest.v1+json"
    theirs = {"registryId": "999988887777", "repositoryName": "app"}

    def push(tag=None, **members):
        text = json.dumps({"schemaVersion": 2, "mediaType": oci, "config": {"size": 1}, "layers": []} | members)
        tag = {"imageTag": tag} if tag else {}
        image = other.put_image(repositoryName="app", imageManifest=text, imageManifestMediaType=oci, **tag)["image"]
        same(image["imageId"]["imageDigest"], f"sha256:{hashlib.sha256(text.encode()).hexdigest()}")
        return image["imageId"]["imageDigest"], text

    digest, text = push("1")
    subject = {"digest": digest}
    signatures = sorted(push(subject=subject, artifactType="a", annotations={"n": str(n)})[0] for n in range(3))

    def get(image):
        answer = ecr.batch_get_image(imageIds=[image], acceptedMediaTypes=[oci], **theirs)
        failures = [failure["failureCode"] for failure in answer["failures"]]
        return [(image["imageId"]["imageDigest"], image["imageManifest"]) for image in answer["images"]], failures

    same(get({"imageTag": "1"}), ([(digest, text)], []))
    same(get({"imageDigest": digest}), ([(digest, text)], []))
    same(get({"imageTag": "2"}), ([], ["ImageNotFound"]))
    same(get({"imageDigest": signatures[0]})[0][0][0], signatures[0])
    asked = theirs | {"subjectId": {"imageDigest": digest}, "filter": {"artifactStatus": "ANY"}}
    first, second = pages(ecr.list_image_referrers, "referrers", **asked, maxResults=2)
    found = first + second
    same([referrer["digest"] for referrer in found], signatures)
    same((found[0]["artifactType"], found[0]["artifactStatus"]), ("a", "ACTIVE"))
    same(ecr.list_image_referrers(**asked | {"subjectId": {"imageDigest": signatures[0]}})["referrers"], [])
    with refused("ValidationException"):
        ecr.list_image_referrers(**asked, maxResults=51)
    with refused("RepositoryNotFoundException"):
        ecr.list_image_referrers(**asked | {"registryId": ACCOUNT})
    with refused("RepositoryNotFoundException"):
        ecr.get_download_url_for_layer(repositoryName="app", layerDigest=digest)

    upload = other.initiate_layer_upload(repositoryName="app")["uploadId"]
    part = {"partFirstByte": 0, "partLastByte": 4, "layerPartBlob": b"layer"}
    other.upload_layer_part(repositoryName="app", uploadId=upload, **part)
    layer = f"sha256:{hashlib.sha256(b'layer').hexdigest()}"
    other.complete_layer_upload(repositoryName="app", uploadId=upload, layerDigests=[layer])
    url = ecr.get_download_url_for_layer(**theirs, layerDigest=layer)["downloadUrl"]
    path = url.removeprefix(f"http://127.0.0.1:{world.port}")
    status, _, body = world.raw("GET", path, None, {})
    same((status, body), (200, b"layer"))
    same(world.raw("GET", path + "0", None, {})[0], 403)
    with refused("LayersNotFoundException"):
        ecr.get_download_url_for_layer(**theirs, layerDigest=digest)


@rule
def inspector_is_off_until_it_is_turned_on(world):
    inspector = world.client("inspector2")

    def status():
        [account] = inspector.batch_get_account_status(accountIds=[ACCOUNT])["accounts"]
        return account["state"]["status"], account["resourceState"]["ecr"]["status"]

    same(status(), ("DISABLED", "DISABLED"))
    inspector.enable(accountIds=[ACCOUNT], resourceTypes=["ECR"])
    same(status(), ("ENABLED", "ENABLED"))


@rule
def service_control_policies_are_shown_to_members_that_may_read_them(world):
    alone, organizations = world.client("organizations", "222222222222"), world.client("organizations")
    with refused("AWSOrganizationsNotInUseException"):
        alone.describe_organization()
    world.control("seed", estate="small")
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]
    assert management != ACCOUNT
    [unit] = organizations.list_parents(ChildId=ACCOUNT)["Parents"]
    [root] = organizations.list_parents(ChildId=unit["Id"])["Parents"]
    same((unit["Type"], root["Type"]), ("ORGANIZATIONAL_UNIT", "ROOT"))
    with refused("ChildNotFoundException"):
        organizations.list_parents(ChildId=root["Id"])

    def attached(target, size=20, kind="SERVICE_CONTROL_POLICY"):
        listing = {"TargetId": target, "Filter": kind, "MaxResults": size}
        found = pages(organizations.list_policies_for_target, "Policies", "NextToken", **listing)
        return [[policy["Id"] for policy in page] for page in found]

    same(attached(root["Id"]), [["p-FullAWSAccess"]])
    same(attached(unit["Id"], 1), [["p-FullAWSAccess"], ["p-harbour1"]])
    for wrong in ({"size": 21}, {"kind": "TAG"}):
        with refused("InvalidInputException"):
            attached(unit["Id"], **wrong)
    with refused("TargetNotFoundException"):
        attached("ou-h4rb-22222222")
    policy = organizations.describe_policy(PolicyId="p-harbour1")["Policy"]
    same(json.loads(policy["Content"])["Statement"][0]["Effect"], "Deny")
    with refused("PolicyNotFoundException"):
        organizations.describe_policy(PolicyId="p-nothing1")


@rule
def what_was_last_accessed_is_told_by_jobs(world):
    world.control("seed", estate="small")
    arn = world.iam.get_role(RoleName="deployer")["Role"]["Arn"]

    def details(level, **page):
        job = world.iam.generate_service_last_accessed_details(Arn=arn, Granularity=level)["JobId"]
        return world.iam.get_service_last_accessed_details(JobId=job, **page)

    found = details("ACTION_LEVEL")
    same((found["JobStatus"], found["JobType"], found["IsTruncated"]), ("COMPLETED", "ACTION_LEVEL", False))
    ecs, iam = found["ServicesLastAccessed"]
    same((ecs["ServiceNamespace"], iam["ServiceNamespace"]), ("ecs", "iam"))
    times = {it["ActionName"]: it.get("LastAccessedTime") for it in ecs["TrackedActionsLastAccessed"]}
    same(ecs["LastAuthenticated"], times["UpdateService"])
    same((times["RunTask"].year, times["DeleteCluster"]), (2025, None))
    assert "LastAuthenticated" not in iam and "TrackedActionsLastAccessed" not in iam
    assert "TrackedActionsLastAccessed" not in details("SERVICE_LEVEL")["ServicesLastAccessed"][0]
    attached = world.iam.get_role(RoleName="admin")["Role"]["Arn"]
    job = world.iam.generate_service_last_accessed_details(Arn=attached)["JobId"]
    services = world.iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    same([it["ServiceNamespace"] for it in services], ["ecr", "ecs", "iam", "logs", "s3"])
    first = details("ACTION_LEVEL", MaxItems=1)
    same((len(first["ServicesLastAccessed"]), first["IsTruncated"]), (1, True))
    with refused("NoSuchEntity", 404):
        world.iam.generate_service_last_accessed_details(Arn=arn + "s")
    with refused("NoSuchEntity", 404):
        world.iam.get_service_last_accessed_details(JobId="0" * 36)
    with refused("ValidationError"):
        details("ACTION_LEVEL", MaxItems=1001)


# The server itself.


@rule
def includes_of_concurrent_requests_do_not_mix(world):
    world.control("seed", estate="small")
    world.client("ecs")

    def tags(index):
        include = ["TAGS"] if index % 2 else []
        body = world.ecs.describe_services(cluster="harbour", services=["orders"], include=include)["services"][0]
        return bool(body["tags"])

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        same(list(pool.map(tags, range(80))), [bool(index % 2) for index in range(80)])
    same(len(world.requests()), 80)


@rule
def connections_stay_open(world):
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
    with contextlib.closing(connection):
        sockets = []
        for _ in range(3):
            connection.request("POST", "/tidewaiter/requests", b"{}")
            connection.getresponse().read()
            sockets.append(connection.sock)
    assert sockets[0] is not None and sockets[0] is sockets[2]


@rule
def another_moto_is_refused(world):
    code = "import importlib.metadata as m; m.version = lambda name: '5.2.6'; import server"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1 and "patches moto 5.2.5, but moto 5.2.6 is installed" in ran.stderr, ran


def main(word=""):
    world, failed = World(), 0
    rules = [function for function in RULES if word in function.__name__]
    for function in rules:
        world.control("reset")
        try:
            function(world)
        except Exception:  # noqa: BLE001 - every rule is reported
            failed += 1
            print(f"FAIL {function.__name__}\n{traceback.format_exc()}", flush=True)
    world.process.stdin.close()
    ended = world.process.wait(10)
    if ended:
        failed += 1
        print(f"FAIL the server ended with {ended} when its stdin was closed")
    print(f"{len(rules) - failed} rules hold, {failed} do not")
    return 1 if failed or not rules else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
