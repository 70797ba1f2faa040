"""Estates to test against.

`{"estate": "small"}` is a few dozen resources, each there for what it has or lacks; what each is for stands beside it
below. The answer names them: {"vpc", "subnets", "security_groups", "clusters", "services", "task_definitions",
"tasks", "daemons", "target_groups", "load_balancer", "rules", "schedules", "capacity_providers", "container_instance",
"instance", "roles", "repositories"}. It enables no Security Hub (`enable_hub` does).

`{"services": N, "task_definitions": M, "clusters"?: N/50, "tasks_per_service"?: 1}` is a big estate of Fargate
services with some of every fault: each 20th service runs an INACTIVE revision, each 10th has a public address, each
15th allows exec.

Secrets are fakes, put together here so that no scanner takes this file for a leak.
"""

import datetime
import json
import time

from moto.iam.models import iam_backends

import ecr
import ecr_signing
import ecs_tasks
import guardduty
import inside
import last_accessed
import organizations
import wire

KEY = "AKIA" + "IOSFODNN7" + "EXAMPLE"
SECRET = "wJalrXUtnFEMI/" + "K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
GITHUB = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"
PINNED = f"sha256:{'4f' * 32}"
DATABASE = "postgres://orders:" + "hunter2-but-longer" + "@db.internal:5432/orders"


def fill(emulator, call, given):
    if given.get("estate") == "small":
        return Small(emulator, call).fill()
    if "services" in given and "task_definitions" in given:
        return Big(emulator, call).fill(given)
    raise ValueError('seed wants {"estate": "small"} or {"services": N, "task_definitions": M}')


class Filling:
    """Ways to create things in one account and Region."""

    def __init__(self, emulator, call):
        self.emulator, self.call = emulator, call
        self.ec2, self.iam, self.scaling = (
            inside.client(emulator, service, call.account, call.region)
            for service in ("ec2", "iam", "application-autoscaling")
        )
        self.events, self.schedules = (
            inside.client(emulator, service, call.account, call.region) for service in ("events", "scheduler")
        )

    def ecs(self, operation, **params):
        return wire.OPERATIONS["ecs", operation](self.call, params)

    def arn(self, service, resource):
        return f"arn:{self.call.partition}:{service}:{self.call.region}:{self.call.account}:{resource}"

    def global_arn(self, resource):
        return f"arn:{self.call.partition}:iam::{self.call.account}:{resource}"

    def definition(self, family, *containers, **members):
        body = self.ecs("RegisterTaskDefinition", family=family, containerDefinitions=list(containers), **members)
        return body["taskDefinition"]["taskDefinitionArn"]

    def fargate(self, family, *containers, **members):
        base = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}
        return self.definition(family, *containers, **(base | members))

    def service(self, cluster, name, **members):
        body = self.ecs("CreateService", cluster=cluster, serviceName=name, **members)
        return body["service"]["serviceArn"]

    def subnet(self, vpc, cidr, zone, name):
        body = self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{self.call.region}{zone}")
        number = body["Subnet"]["SubnetId"]
        self.ec2.create_tags(Resources=[number], Tags=[{"Key": "Name", "Value": name}])
        return number

    def gateway_route(self, vpc, subnet):
        """An internet gateway, and a route table that sends a subnet's traffic there."""
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        table = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)

    def group(self, vpc, name, *permissions):
        body = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)
        if permissions:
            self.ec2.authorize_security_group_ingress(GroupId=body["GroupId"], IpPermissions=list(permissions))
        return body["GroupId"]


def tags(**values):
    return [{"key": key, "value": value} for key, value in values.items()]


def network(subnets, groups, public=False):
    body = {"subnets": subnets, "securityGroups": groups, "assignPublicIp": "ENABLED" if public else "DISABLED"}
    return {"awsvpcConfiguration": body}


def environment(**values):
    return [{"name": name, "value": value} for name, value in values.items()]


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resource="*", **members):
    return {"Effect": "Allow", "Action": actions, "Resource": resource} | members


def trust(service, **members):
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"} | members)


class Small(Filling):
    """The estate that most tests run against."""

    def fill(self):
        self.names = {}
        self.principals()
        self.network()
        self.clusters()
        self.daemons()
        self.definitions()
        self.balancers()
        self.services()
        self.standalone()
        self.scheduled()
        self.registry()
        self.detection()
        self.scaling.register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId="service/harbour/orders",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=2,
            MaxCapacity=6,
        )
        return self.names

    def network(self):
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = {
            "public": self.subnet(vpc, "10.0.0.0/24", "a", "public"),
            "private_a": self.subnet(vpc, "10.0.1.0/24", "a", "private_a"),
            "private_b": self.subnet(vpc, "10.0.2.0/24", "b", "private_b"),
        }
        self.ec2.modify_subnet_attribute(SubnetId=subnets["public"], MapPublicIpOnLaunch={"Value": True})
        self.gateway_route(vpc, subnets["public"])
        # A table of its own for one private subnet; the other uses the VPC's main table.
        table = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnets["private_a"])
        inner = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        outer = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
        groups = {"closed": self.group(vpc, "closed", inner), "open": self.group(vpc, "open", outer)}
        inside.client(self.emulator, "logs", self.call.account, self.call.region).create_log_group(
            logGroupName="/vpc/flow"
        )
        self.ec2.create_flow_logs(
            ResourceType="VPC",
            ResourceIds=[vpc],
            TrafficType="ALL",
            LogGroupName="/vpc/flow",
            DeliverLogsPermissionArn=self.names["roles"]["flow-logs"],
        )
        self.ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{self.call.region}.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=[table],
        )
        self.ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{self.call.region}.ecr.api",
            VpcEndpointType="Interface",
            SubnetIds=[subnets["private_a"]],
            SecurityGroupIds=[groups["closed"]],
        )
        self.names |= {"vpc": vpc, "subnets": subnets, "security_groups": groups}

    def role(self, name, trusted, *statements, **members):
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, **members)["Role"]["Arn"]
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(*statements))
        return arn

    def principals(self):
        """Roles, users and policies: once for an account, however many of its Regions are filled."""
        existing = {role["RoleName"]: role["Arn"] for role in self.iam.list_roles()["Roles"]}
        if "execution" in existing:
            self.names["roles"] = existing
            return
        account, tasks = self.call.account, "ecs-tasks.amazonaws.com"
        everything = self.iam.create_policy(PolicyName="everything", PolicyDocument=document(allow("*")))["Policy"][
            "Arn"
        ]
        limits = self.iam.create_policy(
            PolicyName="limits", PolicyDocument=document(allow(["ecs:*", "s3:*", "logs:*"]))
        )["Policy"]["Arn"]
        guarded = {
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": self.arn("ecs", "*")},
            }
        }
        bucket = f"arn:{self.call.partition}:s3:::orders/*"
        roles = {
            # Pulls images and writes logs: AWS's own policy, which only shows while it is attached.
            "execution": self.role("execution", trust(tasks, **guarded)),
            # Least privilege, guarded against the confused deputy, with a boundary and tags.
            "orders": self.role(
                "orders",
                trust(tasks, **guarded),
                allow("s3:GetObject", bucket),
                PermissionsBoundary=limits,
                Tags=[{"Key": "owner", "Value": "orders"}],
            ),
            # May do everything, for whoever can start a task with it.
            "admin": self.role("admin", trust(tasks)),
            # May pass any role to a task definition of its own and run it.
            "deployer": self.role(
                "deployer",
                document(
                    {"Effect": "Allow", "Principal": {"AWS": self.global_arn("root")}, "Action": "sts:AssumeRole"}
                ),
                allow(["ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:UpdateService"]),
                allow("iam:PassRole"),
            ),
            "infrastructure": self.role("infrastructure", trust("ecs.amazonaws.com")),
            "instance": self.role("instance", trust("ec2.amazonaws.com")),
            "flow-logs": self.role("flow-logs", trust("vpc-flow-logs.amazonaws.com"), allow("logs:PutLogEvents")),
        }
        self.iam.attach_role_policy(RoleName="admin", PolicyArn=everything)
        self.iam.attach_role_policy(
            RoleName="execution",
            PolicyArn=f"arn:{self.call.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        )
        self.iam.create_instance_profile(InstanceProfileName="instance")
        self.iam.add_role_to_instance_profile(InstanceProfileName="instance", RoleName="instance")
        # A user who may exec into every task, through a group; and one who may do all of ECS from one network.
        self.iam.create_group(GroupName="operators")
        self.iam.put_group_policy(
            GroupName="operators", PolicyName="exec", PolicyDocument=document(allow("ecs:ExecuteCommand"))
        )
        self.iam.create_user(UserName="ada", Tags=[{"Key": "team", "Value": "harbour"}])
        self.iam.add_user_to_group(GroupName="operators", UserName="ada")
        self.iam.create_user(UserName="ci")
        self.iam.put_user_policy(
            UserName="ci",
            PolicyName="ci",
            PolicyDocument=document(
                allow("ecs:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
                {"Effect": "Deny", "Action": "ecs:DeleteCluster", "Resource": "*"},
            ),
        )
        self.names["roles"] = roles
        self.habits()
        # Whatever the account's own policies say, nobody changes where task definitions and services are described.
        denied = {"Effect": "Deny", "Action": ["ecs:PutAttributes", "ecs:DeleteAttributes"], "Resource": "*"}
        organizations.join(self.call, [denied | {"Sid": "KeepAttributes"}])

    def habits(self):
        """What principals do with their rights, all of which are years old but those of `admin`."""
        backend = iam_backends[self.call.account][self.call.partition]
        for one in [*backend.roles.values(), *backend.users.values()]:
            if one.name != "admin":
                one.create_date = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        # One uses all that it has, one a part of it, and `ci` nothing.
        last_accessed.used(self.global_arn("user/ada"), "ecs", ExecuteCommand=now)
        last_accessed.used(self.global_arn("role/deployer"), "ecs", UpdateService=now, RunTask="2025-02-03T04:05:06+00:00")

    def clusters(self):
        group = self.arn("autoscaling", "autoScalingGroup:1d1a:autoScalingGroupName/")
        # One scales in whatever still runs tasks, one does not.
        loose = self.ecs(
            "CreateCapacityProvider",
            name="loose",
            autoScalingGroupProvider={"autoScalingGroupArn": group + "loose", "managedScaling": {"status": "ENABLED"}},
        )
        moored = self.ecs(
            "CreateCapacityProvider",
            name="moored",
            tags=tags(owner="platform"),
            autoScalingGroupProvider={
                "autoScalingGroupArn": group + "moored",
                "managedScaling": {"status": "ENABLED"},
                "managedTerminationProtection": "ENABLED",
            },
        )
        logged = {
            "executeCommandConfiguration": {
                "kmsKeyId": self.arn("kms", "key/5f0c"),
                "logging": "OVERRIDE",
                "logConfiguration": {"cloudWatchLogGroupName": "/ecs/exec", "cloudWatchEncryptionEnabled": True},
            }
        }
        harbour = self.ecs(
            "CreateCluster",
            clusterName="harbour",
            configuration=logged,
            capacityProviders=["FARGATE", "FARGATE_SPOT"],
            settings=[{"name": "containerInsights", "value": "enhanced"}],
            tags=tags(owner="platform", stage="live"),
        )
        quay = self.ecs("CreateCluster", clusterName="quay")
        instance = self.ecs(
            "RegisterContainerInstance",
            cluster="quay",
            instanceIdentityDocument=json.dumps({"instanceId": self.machine()}),
            versionInfo={"agentVersion": "1.50.0", "agentHash": "0a1b2c3d", "dockerVersion": "DockerVersion: 20.10.7"},
        )
        self.names |= {
            "clusters": {body["cluster"]["clusterName"]: body["cluster"]["clusterArn"] for body in (harbour, quay)},
            "capacity_providers": {
                body["capacityProvider"]["name"]: body["capacityProvider"]["capacityProviderArn"]
                for body in (loose, moored)
            },
            "container_instance": instance["containerInstance"]["containerInstanceArn"],
        }

    def machine(self):
        """An instance that still answers version 1 of its metadata service, with a disk that is not encrypted."""
        disk = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30}}
        image = self.ec2.register_image(Name="node-1", RootDeviceName="/dev/xvda", BlockDeviceMappings=[disk])
        [instance] = self.ec2.run_instances(
            ImageId=image["ImageId"],
            InstanceType="m7g.large",
            MinCount=1,
            MaxCount=1,
            SubnetId=self.names["subnets"]["private_a"],
            SecurityGroupIds=[self.names["security_groups"]["closed"]],
            IamInstanceProfile={"Name": "instance"},
            MetadataOptions={"HttpTokens": "optional", "HttpPutResponseHopLimit": 2},
        )["Instances"]
        self.names["instance"] = instance["InstanceId"]
        return instance["InstanceId"]

    def daemons(self):
        """A daemon that sees all of its host."""
        container = {
            "name": "lookout",
            "image": "public.ecr.aws/lookout/agent:1",
            "privileged": True,
            "environment": environment(API_TOKEN=GITHUB),
            "mountPoints": [{"sourceVolume": "docker", "containerPath": "/var/run/docker.sock", "readOnly": True}],
        }
        volume = {"name": "docker", "host": {"sourcePath": "/var/run/docker.sock"}}
        made = self.ecs(
            "RegisterDaemonTaskDefinition", family="lookout", containerDefinitions=[container], volumes=[volume]
        )
        daemon = self.ecs(
            "CreateDaemon",
            daemonName="lookout",
            clusterArn=self.names["clusters"]["harbour"],
            daemonTaskDefinitionArn=made["daemonTaskDefinitionArn"],
            capacityProviderArns=[self.names["capacity_providers"]["moored"]],
            enableExecuteCommand=True,
        )
        self.names["daemons"] = {"lookout": daemon["daemonArn"]}

    def logs(self, group):
        options = {"awslogs-group": group, "awslogs-region": self.call.region, "awslogs-stream-prefix": "ecs"}
        return {"logDriver": "awslogs", "options": options}

    def stores(self):
        """A secret, a parameter that is encrypted and one that is not, and an access point to all of a file system."""
        secret = self.client("secretsmanager").create_secret(Name="orders", SecretString=DATABASE)["ARN"]
        parameters, files = self.client("ssm"), self.client("efs")
        parameters.put_parameter(Name="/reports/key", Type="SecureString", Value=GITHUB)
        parameters.put_parameter(Name="/reports/token", Type="String", Value=GITHUB, Description=GITHUB)
        system = files.create_file_system(CreationToken="reports")["FileSystemId"]
        point = files.create_access_point(ClientToken="reports", FileSystemId=system)["AccessPointId"]
        return {"secret": secret, "file_system": system, "access_point": point}

    def definitions(self):
        stored = self.stores()
        roles, registry = self.names["roles"], f"{self.call.account}.dkr.ecr.{self.call.region}.amazonaws.com"
        careful = {
            "name": "app",
            "image": f"{registry}/orders@{PINNED}",
            "user": "10001:10001",
            "readonlyRootFilesystem": True,
            "logConfiguration": self.logs("/ecs/orders"),
            "linuxParameters": {"initProcessEnabled": True, "capabilities": {"add": [], "drop": ["ALL"]}},
            "portMappings": [{"containerPort": 8080}],
            "environment": environment(STAGE="live"),
            "secrets": [{"name": "DB_PASSWORD", "valueFrom": f"{stored['secret']}:password::"}],
            "healthCheck": {"command": ["CMD", "/app", "check"], "interval": 30, "retries": 3},
        }
        owned = {"executionRoleArn": roles["execution"], "taskRoleArn": roles["orders"], "tags": tags(owner="orders")}
        linux = {"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}}
        plain = {"name": "app", "image": f"{registry}/app:1.4.2", "logConfiguration": self.logs("/ecs/app")}
        executed = {"executionRoleArn": roles["execution"]}
        self.definitions_by_name = names = {
            # Nothing to find, twice: the first revision is ACTIVE and used by nothing.
            "orders:1": self.fargate("orders", careful, **owned, **linux),
            "orders:2": self.fargate("orders", careful | {"startTimeout": 60}, **owned, **linux),
            # Root, a mutable tag, no log, and four secrets in plain text.
            "web:1": self.fargate(
                "web",
                {
                    "name": "nginx",
                    "image": "nginx:latest",
                    "portMappings": [{"containerPort": 80}],
                    "environment": environment(
                        AWS_ACCESS_KEY_ID=KEY,
                        AWS_SECRET_ACCESS_KEY=SECRET,
                        GITHUB_TOKEN=GITHUB,
                        DATABASE_URL=DATABASE,
                        COLOUR="red",
                    ),
                },
                **executed,
            ),
            # The host laid open.
            "batch:1": self.definition(
                "batch",
                {
                    "name": "batch",
                    "image": "docker.io/library/busybox",
                    "memory": 128,
                    "privileged": True,
                    "user": "root",
                    "mountPoints": [{"sourceVolume": "docker", "containerPath": "/var/run/docker.sock"}],
                },
                networkMode="host",
                pidMode="host",
                ipcMode="host",
                volumes=[{"name": "docker", "host": {"sourcePath": "/var/run/docker.sock"}}],
            ),
            "console:1": self.fargate("console", plain, taskRoleArn=roles["admin"], **executed),
            # A secret from a parameter in plain text, and one from where it belongs; a file system laid open.
            "reports:1": self.fargate(
                "reports",
                plain
                | {
                    "secrets": [
                        {"name": "KEY", "valueFrom": self.arn("ssm", "parameter/reports/key")},
                        {"name": "TOKEN", "valueFrom": "/reports/token"},
                    ]
                },
                volumes=[
                    {
                        "name": "files",
                        "efsVolumeConfiguration": {
                            "fileSystemId": stored["file_system"],
                            "transitEncryption": "ENABLED",
                            "authorizationConfig": {"accessPointId": stored["access_point"], "iam": "ENABLED"},
                        },
                    }
                ],
                **executed,
            ),
            # The first is deregistered once a service runs it.
            "legacy:1": self.fargate("legacy", plain | {"image": f"{registry}/legacy:0.9"}, **executed),
            "legacy:2": self.fargate("legacy", plain, **executed),
            "canary:1": self.fargate("canary", plain, **executed),
            # The first is what a rule runs and nothing else; of the other, a schedule names the family alone.
            "sweep:1": self.fargate("sweep", plain, **executed),
            "sweep:2": self.fargate("sweep", plain, **executed),
            "audit:1": self.fargate("audit", plain, **executed),
            "migrate:1": self.fargate("migrate", plain, taskRoleArn=roles["orders"], **executed),
        }
        self.names["task_definitions"] = names

    def balancers(self):
        """A load balancer with a listener over TLS, one that redirects to it, and a rule that does not."""
        balancing, subnets = self.client("elbv2"), self.names["subnets"]
        [balancer] = balancing.create_load_balancer(Name="front", Subnets=[subnets["public"], subnets["private_b"]])[
            "LoadBalancers"
        ]
        made = {
            name: balancing.create_target_group(
                Name=name, Protocol="HTTP", Port=80, VpcId=self.names["vpc"], TargetType="ip"
            )["TargetGroups"][0]["TargetGroupArn"]
            for name in ("web", "other")
        }
        forward = [{"Type": "forward", "TargetGroupArn": made["web"]}]
        front = {"LoadBalancerArn": balancer["LoadBalancerArn"]}
        certificate = self.client("acm").request_certificate(DomainName="example.com")["CertificateArn"]
        balancing.create_listener(
            Protocol="HTTPS",
            Port=443,
            Certificates=[{"CertificateArn": certificate}],
            SslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            DefaultActions=forward,
            **front,
        )
        redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
        [plain] = balancing.create_listener(
            Protocol="HTTP", Port=80, DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}], **front
        )["Listeners"]
        # What only a CDN knows.
        header = {"HttpHeaderName": "X-Origin", "Values": [GITHUB]}
        balancing.create_rule(
            ListenerArn=plain["ListenerArn"],
            Priority=1,
            Conditions=[{"Field": "http-header", "HttpHeaderConfig": header}],
            Actions=forward,
        )
        self.target_groups = made
        self.names |= {"target_groups": made, "load_balancer": balancer["LoadBalancerArn"]}

    def services(self):
        names, subnets, groups = self.definitions_by_name, self.names["subnets"], self.names["security_groups"]
        private = network([subnets["private_a"], subnets["private_b"]], [groups["closed"]])
        steady = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}, "minimumHealthyPercent": 100}
        kept = {"propagateTags": "SERVICE", "enableECSManagedTags": True, "tags": tags(owner="orders")}
        fargate = {"launchType": "FARGATE", "networkConfiguration": private}
        self.names["services"] = found = {
            # Nothing to find.
            "orders": self.service(
                "harbour",
                "orders",
                taskDefinition=names["orders:2"],
                desiredCount=2,
                deploymentConfiguration=steady,
                **fargate,
                **kept,
            ),
            # A public address, a subnet that routes to the internet, a group that lets everything in.
            "web": self.service(
                "harbour",
                "web",
                taskDefinition=names["web:1"],
                launchType="FARGATE",
                platformVersion="1.3.0",
                networkConfiguration=network([subnets["public"]], [groups["open"]], public=True),
                loadBalancers=[
                    {"targetGroupArn": self.target_groups["web"], "containerName": "app", "containerPort": 80}
                ],
                **kept,
            ),
            # Exec, into tasks whose role may do everything.
            "console": self.service(
                "harbour", "console", taskDefinition=names["console:1"], enableExecuteCommand=True, **fargate, **kept
            ),
            # No tags, and none propagated; on spot capacity.
            "reports": self.service(
                "harbour",
                "reports",
                taskDefinition=names["reports:1"],
                networkConfiguration=private,
                capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
            ),
            # Runs a revision that is INACTIVE.
            "legacy": self.service("harbour", "legacy", taskDefinition=names["legacy:1"], **fargate, **kept),
            # Deployed by somebody else: no deployments, but a task set.
            "canary": self.service(
                "harbour", "canary", deploymentController={"type": "EXTERNAL"}, desiredCount=1, **kept
            ),
            # The host laid open, on EC2.
            "batch": self.service("quay", "batch", taskDefinition=names["batch:1"], launchType="EC2", **kept),
        }
        self.ecs("DeregisterTaskDefinition", taskDefinition=names["legacy:1"])
        self.ecs(
            "CreateTaskSet",
            cluster="harbour",
            service="canary",
            taskDefinition=names["canary:1"],
            externalId="green",
            tags=tags(owner="orders"),
            **fargate,
        )
        express = self.ecs(
            "CreateExpressGatewayService",
            cluster="harbour",
            serviceName="storefront",
            infrastructureRoleArn=self.names["roles"]["infrastructure"],
            executionRoleArn=self.names["roles"]["execution"],
            primaryContainer={"image": "public.ecr.aws/nginx/nginx:1.29", "containerPort": 80},
            networkConfiguration={"subnets": [subnets["public"]], "securityGroups": [groups["closed"]]},
        )
        found["storefront"] = express["service"]["serviceArn"]
        names["harbour-storefront:1"] = express["service"]["activeConfigurations"][0]["taskDefinitionArn"]

    def standalone(self):
        """A task that somebody runs by hand, with another command, another role and a secret."""
        subnets, groups = self.names["subnets"], self.names["security_groups"]
        overrides = {
            "taskRoleArn": self.names["roles"]["admin"],
            "containerOverrides": [
                {"name": "app", "command": ["migrate", "--force"], "environment": environment(API_TOKEN=GITHUB)}
            ],
        }
        [task] = self.ecs(
            "RunTask",
            cluster="harbour",
            taskDefinition=self.definitions_by_name["migrate:1"],
            launchType="FARGATE",
            networkConfiguration=network([subnets["private_a"]], [groups["closed"]]),
            overrides=overrides,
            startedBy="ada",
            enableExecuteCommand=True,
            tags=tags(owner="ada"),
        )["tasks"]
        self.names["tasks"] = {"migrate": task["taskArn"]}

    def scheduled(self):
        """A rule and a schedule that run tasks, with a secret in what they pass on; and some that run none."""
        subnets, groups = self.names["subnets"], self.names["security_groups"]
        runs = {"TaskCount": 1, "LaunchType": "FARGATE"}
        vpc = {"Subnets": [subnets["private_a"]], "SecurityGroups": [groups["closed"]], "AssignPublicIp": "DISABLED"}
        within = {"NetworkConfiguration": {"awsvpcConfiguration": vpc}}
        overrides = {"containerOverrides": [{"name": "app", "environment": environment(API_TOKEN=GITHUB)}]}
        cluster, role = self.names["clusters"]["harbour"], self.names["roles"]["infrastructure"]
        target = {"Arn": cluster, "RoleArn": role, "Input": json.dumps(overrides)}
        sweep = runs | within | {"TaskDefinitionArn": self.definitions_by_name["sweep:1"]}
        audit = runs | within | {"TaskDefinitionArn": self.definitions_by_name["audit:1"].rsplit(":", 1)[0]}
        queue = {"Arn": self.arn("sqs", "mail"), "Input": DATABASE}
        self.events.create_event_bus(Name="orders")
        rules = {
            "nightly": self.events.put_rule(Name="nightly", ScheduleExpression="cron(0 3 * * ? *)"),
            "mail": self.events.put_rule(Name="mail", EventBusName="orders", EventPattern='{"source": ["orders"]}'),
        }
        self.events.put_targets(Rule="nightly", Targets=[target | {"Id": "1", "EcsParameters": sweep}])
        self.events.put_targets(Rule="nightly", Targets=[queue | {"Id": "2"}])
        self.events.put_targets(Rule="mail", EventBusName="orders", Targets=[queue | {"Id": "1"}])
        always = {"ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"}}
        self.names["rules"] = {name: rule["RuleArn"] for name, rule in rules.items()}
        self.names["schedules"] = {
            name: self.schedules.create_schedule(Name=name, Target=target, **always)["ScheduleArn"]
            for name, target in {
                "audit": target | {"EcsParameters": audit},
                "remind": queue | {"RoleArn": role},
            }.items()
        }

    def client(self, service):
        return inside.client(self.emulator, service, self.call.account, self.call.region)

    def registry(self):
        """Repositories: one with nothing to find, one with everything, and one that nobody set up."""
        ecr = self.client("ecr")
        made = {
            "orders": ecr.create_repository(
                repositoryName="orders",
                imageTagMutability="IMMUTABLE",
                tags=[{"Key": "owner", "Value": "orders"}],
            ),
            "app": ecr.create_repository(repositoryName="app", imageTagMutability="MUTABLE"),
            "legacy": ecr.create_repository(repositoryName="legacy"),
        }
        rule = {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "orders", "filterType": "WILDCARD"}]}
        ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[rule])
        expire = {
            "rulePriority": 1,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50},
            "action": {"type": "expire"},
        }
        ecr.put_lifecycle_policy(repositoryName="orders", lifecyclePolicyText=json.dumps({"rules": [expire]}))
        pull = {"Effect": "Allow", "Action": "ecr:BatchGetImage"}
        own = pull | {"Principal": {"AWS": self.global_arn("root")}}
        ecr.set_repository_policy(repositoryName="orders", policyText=document(own))
        ecr.set_repository_policy(repositoryName="app", policyText=document(pull | {"Principal": "*"}))
        self.names["repositories"] = {name: body["repository"]["repositoryArn"] for name, body in made.items()}
        self.images()

    def images(self):
        """Of the images in use one with nothing to find, one with a grave finding of an old scan, and one that is gone."""
        self.image("orders", PINNED)
        ecr.scan(self.call, "orders", PINNED, [], completed=time.time())
        attributes = [{"key": "package_name", "value": "openssl"}, {"key": "package_version", "value": "3.0.1"}]
        uri = "https://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2024-0001"
        grave = {"name": "CVE-2024-0001", "severity": "CRITICAL", "uri": uri, "attributes": attributes}
        # What tasks are said to run.
        tagged = ecs_tasks.digest(f"{self.call.account}.dkr.ecr.{self.call.region}.amazonaws.com/app:1.4.2")
        self.image("app", tagged, imageTag="1.4.2")
        ecr.scan(self.call, "app", tagged, [grave])
        profile = self.arn("signer", "/signing-profiles/release")
        ecr_signing.configure(self.call, [{"signingProfileArn": profile}])
        ecr_signing.sign(self.call, "orders", PINNED, profile)
        failure = {"failureCode": "AccessDenied", "failureReason": "Whoever pushed may not sign."}
        ecr_signing.sign(self.call, "app", tagged, profile, "FAILED", **failure)

    def image(self, repository, digest, **further):
        media = "application/vnd.oci.image.manifest.v1+json"
        layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": 1}
        manifest = {"schemaVersion": 2, "mediaType": media, "config": {"size": 1000}, "layers": [layer]}
        pushed = further | {"imageManifest": json.dumps(manifest), "imageDigest": digest}
        self.client("ecr").put_image(repositoryName=repository, **pushed)

    def detection(self):
        """Log groups, a detector that watches one of two clusters, and a trail that cannot show that it is whole."""
        logs, key = self.client("logs"), self.arn("kms", "key/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d")
        logs.create_log_group(logGroupName="/ecs/orders", kmsKeyId=key)
        logs.put_retention_policy(logGroupName="/ecs/orders", retentionInDays=400)
        # Another one whose name only begins like the one that definitions name.
        logs.create_log_group(logGroupName="/ecs/app-old")
        agent = {"Name": "ECS_FARGATE_AGENT_MANAGEMENT", "Status": "DISABLED"}
        feature = {"Name": "RUNTIME_MONITORING", "Status": "ENABLED", "AdditionalConfiguration": [agent]}
        detector = self.client("guardduty").create_detector(Enable=True, Features=[feature])["DetectorId"]
        guardduty.cover(self.call, detector, "harbour", "UNHEALTHY", "Agent not provisioned")
        self.client("inspector2").enable(accountIds=[self.call.account], resourceTypes=["EC2"])
        bucket = f"audit-{self.call.account}-{self.call.region}"
        # Where it is does not matter, and only this Region takes a bucket without its own name.
        inside.client(self.emulator, "s3", self.call.account, "us-east-1").create_bucket(Bucket=bucket)
        trails = self.client("cloudtrail")
        trails.create_trail(Name="audit", S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=False)
        trails.start_logging(Name="audit")


class Big(Filling):
    """Many services of much the same kind."""

    def fill(self, given):
        services, definitions = given["services"], given["task_definitions"]
        clusters = given.get("clusters", max(1, services // 50))
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        public = self.subnet(vpc, "10.0.0.0/18", "a", "public")
        private = self.subnet(vpc, "10.0.64.0/18", "b", "private")
        self.gateway_route(vpc, public)
        groups = [self.group(vpc, "closed")]
        for index in range(clusters):
            self.ecs("CreateCluster", clusterName=f"cluster-{index:03d}", tags=tags(owner="platform"))
        newest = self.families(max(services, 1), definitions)
        for index in range(services):
            oldest = index % 20 == 19
            family, revision = newest[index % len(newest)]
            self.service(
                f"cluster-{index % clusters:03d}",
                f"service-{index:05d}",
                launchType="FARGATE",
                taskDefinition=f"{family}:{1 if oldest else revision}",
                desiredCount=given.get("tasks_per_service", 1),
                networkConfiguration=network([public if index % 10 == 0 else private], groups, public=index % 10 == 0),
                enableExecuteCommand=index % 15 == 14,
                propagateTags="SERVICE" if index % 2 else "NONE",
                tags=tags(owner=f"team-{index % 7}"),
            )
            if oldest and revision > 1:
                self.ecs("DeregisterTaskDefinition", taskDefinition=f"{family}:1")
        return {
            "vpc": vpc,
            "subnets": {"public": public, "private": private},
            "clusters": clusters,
            "services": services,
            "task_definitions": definitions,
        }

    def families(self, services, definitions):
        """The newest revision of each family; families get as many revisions as make `definitions` in all."""
        newest = {}
        for index in range(definitions):
            family = f"family-{index % services:05d}"
            number = index % services
            container = {
                "name": "app",
                "image": f"registry.example/app-{number}:{'latest' if number % 8 == 0 else index}",
                "readonlyRootFilesystem": number % 4 != 0,
                "environment": environment(STAGE="live", **({"AWS_ACCESS_KEY_ID": KEY} if number % 25 == 0 else {})),
            }
            if number % 3:
                container["user"] = "1000"
            if number % 6:
                options = {"awslogs-group": f"/ecs/{family}", "awslogs-region": self.call.region}
                container["logConfiguration"] = {"logDriver": "awslogs", "options": options}
            arn = self.fargate(
                family, container, taskRoleArn=self.global_arn(f"role/task-{number % 40}"), tags=tags(owner=family)
            )
            newest[family] = int(arn.rsplit(":", 1)[-1])
        return list(newest.items())
