"""IAM: jobs about when a principal last used which service, and which of its actions.

moto 5.2.5 has none. The rules kept here (botocore's IAM model): GenerateServiceLastAccessedDetails takes the ARN of a user,
group, role or policy that exists and gives a job; GetServiceLastAccessedDetails gives the services that the principal's own
permissions policies allow, used or not, in pages of MaxItems (1 to 1000, 100 unless asked); actions are told with
ACTION_LEVEL alone, and of a service that was never used not even these; an unknown job is NoSuchEntity. A job has ended when
it is first asked about. What was used, `used` was told.
"""

import datetime
import json
import uuid

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

import wire

SERVICES = {"ecr": "Amazon ECR", "ecs": "Amazon ECS", "iam": "IAM", "logs": "CloudWatch Logs", "s3": "Amazon S3"}
TRACKED = {"ecs": ("DeleteCluster", "ExecuteCommand", "RegisterTaskDefinition", "RunTask", "UpdateService")}
USED, JOBS = {}, {}


def reset():
    USED.clear()
    JOBS.clear()


def used(arn, service, **actions):
    """Has a principal use these actions of a service, each at a moment (RFC 3339)."""
    USED[arn, service] = {name: datetime.datetime.fromisoformat(moment) for name, moment in actions.items()}


def principal(backend, arn):
    found = [*backend.roles.values(), *backend.users.values()]
    for one in found:
        if one.arn == arn:
            return one
    raise wire.Refused("NoSuchEntity", f"ARN {arn} was not found.", 404)


def allowed(backend, one):
    """The services that permissions policies name."""
    groups = [group for group in backend.groups.values() if one in group.users]
    texts = [text for holder in (one, *groups) for text in holder.policies.values()]
    managed = [policy for holder in (one, *groups) for policy in holder.managed_policies.values()]
    versions = [version for policy in managed for version in policy.versions]
    texts += [version.document for version in versions if version.is_default]
    patterns = set()
    for text in texts:
        statements = json.loads(text)["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            actions = statement.get("Action", "*") if statement["Effect"] == "Allow" else []
            patterns.update([actions] if isinstance(actions, str) else actions)
    return [name for name in SERVICES if any(it == "*" or it.startswith(f"{name}:") for it in patterns)]


def generate_service_last_accessed_details(self):
    arn, level = self._get_param("Arn"), self._get_param("Granularity", "SERVICE_LEVEL")
    principal(self.backend, arn)
    if level not in ("SERVICE_LEVEL", "ACTION_LEVEL"):
        raise wire.Refused("ValidationError", f"Granularity {level} is not valid.")
    job = str(uuid.uuid4())
    JOBS[job] = arn, level, datetime.datetime.now(datetime.timezone.utc)
    return ActionResult({"JobId": job})


def get_service_last_accessed_details(self):
    call = self.normalized_request.environ["tidewaiter.call"]
    job, size = self._get_param("JobId"), int(self._get_param("MaxItems", 100))
    if job not in JOBS:
        raise wire.Refused("NoSuchEntity", f"The job {job} was not found.", 404)
    if not 1 <= size <= 1000:
        raise wire.Refused("ValidationError", f"MaxItems {size} is not valid.")
    arn, level, made = JOBS[job]
    services = [service(arn, name, level) for name in allowed(self.backend, principal(self.backend, arn))]
    found, marker = wire.page(call, services, size, error="InvalidInput")
    body = {
        "JobStatus": "COMPLETED",
        "JobType": level,
        "JobCreationDate": made,
        "JobCompletionDate": made,
        "ServicesLastAccessed": found,
        "IsTruncated": marker is not None,
    }
    return ActionResult(body | ({"Marker": marker} if marker else {}))


def service(arn, name, level):
    body = {"ServiceName": SERVICES[name], "ServiceNamespace": name, "TotalAuthenticatedEntities": 0}
    actions = USED.get((arn, name))
    if not actions:
        return body
    last = {"LastAuthenticated": max(actions.values()), "LastAuthenticatedEntity": arn}
    body |= last | {"LastAuthenticatedRegion": wire.DEFAULT_REGION, "TotalAuthenticatedEntities": 1}
    if level == "ACTION_LEVEL":
        body["TrackedActionsLastAccessed"] = [action(arn, it, actions.get(it)) for it in TRACKED.get(name, ())]
    return body


def action(arn, name, moment):
    if not moment:
        return {"ActionName": name}
    last = {"LastAccessedEntity": arn, "LastAccessedTime": moment, "LastAccessedRegion": wire.DEFAULT_REGION}
    return {"ActionName": name} | last


def patch():
    """Lays the overlay over moto's IAM."""
    IamResponse.generate_service_last_accessed_details = generate_service_last_accessed_details
    IamResponse.get_service_last_accessed_details = get_service_last_accessed_details
