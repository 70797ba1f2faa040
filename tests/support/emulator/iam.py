"""IAM: GetAccountAuthorizationDetails in pages, and whom an access key belongs to.

moto 5.2.5 answers GetAccountAuthorizationDetails in one piece. The rules kept here (botocore's IAM model): `MaxItems`
1..1000, 100 unless asked, over users, groups, roles and policies together; `IsTruncated` and `Marker`; `Filter`;
AWS's own policies only where something is attached; every policy document URL-encoded as RFC 3986 has it.

An access key of the form `AKIA<12 digits of account>TEST` belongs to that account without AssumeRole, and its caller
is `arn:aws:iam::<account>:user/tester`.
"""

import functools
import json
import urllib.parse

from moto.core.responses import ActionResult
from moto.iam import models
from moto.iam.responses import IamResponse
from moto.moto_api._internal import mock_random
from moto.sts.models import STSBackend
from moto.utilities.utils import get_partition

import wire

KINDS = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")


def encoded(document):
    """A policy document as IAM answers with it: everything but unreserved characters in %XX."""
    return urllib.parse.quote(document, safe="-_.~")


def inline(policies):
    return [{"PolicyName": name, "PolicyDocument": encoded(text)} for name, text in policies.items()]


def attached(entity):
    return [{"PolicyName": policy.name, "PolicyArn": policy.arn} for policy in entity.managed_policies.values()]


def tags(entity):
    stored = getattr(entity, "tags", None) or {}
    return list(stored.values()) if isinstance(stored, dict) else list(stored)


def boundary(entity):
    arn = getattr(entity, "permissions_boundary_arn", None) or getattr(entity, "permissions_boundary", None)
    if isinstance(arn, dict):
        arn = arn.get("PermissionsBoundaryArn")
    if not arn:
        return {}
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


def user(backend, one):
    return {
        "Path": one.path,
        "UserName": one.name,
        "UserId": one.id,
        "Arn": one.arn,
        "CreateDate": one.create_date,
        "UserPolicyList": inline(one.policies),
        "GroupList": [group.name for group in backend.groups.values() if one in group.users],
        "AttachedManagedPolicies": attached(one),
        "Tags": tags(one),
    } | boundary(one)


def group(backend, one):
    return {
        "Path": one.path,
        "GroupName": one.name,
        "GroupId": one.id,
        "Arn": one.arn,
        "CreateDate": one.create_date,
        "GroupPolicyList": inline(one.policies),
        "AttachedManagedPolicies": attached(one),
    }


def role(backend, one):
    profiles = [profile for profile in backend.instance_profiles.values() if one in profile.roles]
    used = {"LastUsedDate": one.last_used, "Region": one.last_used_region} if one.last_used else {}
    return {
        "Path": one.path,
        "RoleName": one.name,
        "RoleId": one.id,
        "Arn": one.arn,
        "CreateDate": one.create_date,
        "AssumeRolePolicyDocument": encoded(one.assume_role_policy_document),
        "InstanceProfileList": [
            {
                "Path": profile.path,
                "InstanceProfileName": profile.name,
                "InstanceProfileId": profile.id,
                "Arn": profile.arn,
                "CreateDate": profile.create_date,
                "Roles": [
                    {
                        "Path": one.path,
                        "RoleName": one.name,
                        "RoleId": one.id,
                        "Arn": one.arn,
                        "CreateDate": one.create_date,
                    }
                ],
            }
            for profile in profiles
        ],
        "RolePolicyList": inline(one.policies),
        "AttachedManagedPolicies": attached(one),
        "Tags": tags(one),
        "RoleLastUsed": used,
    } | boundary(one)


def policy(backend, one):
    return {
        "PolicyName": one.name,
        "PolicyId": one.id,
        "Arn": one.arn,
        "Path": one.path,
        "DefaultVersionId": one.default_version_id,
        "AttachmentCount": one.attachment_count,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "Description": one.description or None,
        "CreateDate": one.create_date,
        "UpdateDate": one.update_date,
        "PolicyVersionList": [
            {
                "Document": encoded(version.document),
                "VersionId": version.version_id,
                "IsDefaultVersion": version.is_default,
                "CreateDate": version.create_date,
            }
            for version in one.versions
        ],
    }


def details(backend, kinds):
    """Everything that is asked for, in the order in which it is paged: (the list it belongs to, its body)."""
    found = []
    if "User" in kinds:
        found += [("UserDetailList", user(backend, one)) for one in backend.users.values()]
    if "Group" in kinds:
        found += [("GroupDetailList", group(backend, one)) for one in backend.groups.values()]
    if "Role" in kinds:
        found += [("RoleDetailList", role(backend, one)) for one in backend.roles.values()]
    for one in backend.managed_policies.values():
        owned = one.arn.split(":")[4] != "aws"
        wanted = "LocalManagedPolicy" in kinds if owned else "AWSManagedPolicy" in kinds and one.attachment_count > 0
        if wanted:
            found.append(("Policies", policy(backend, one)))
    return found


def get_account_authorization_details(self):
    call = self.normalized_request.environ["tidewaiter.call"]
    kinds = self._get_param("Filter", []) or KINDS
    size = int(self._get_param("MaxItems", 100))
    if not 1 <= size <= 1000 or not set(kinds) <= set(KINDS):
        raise wire.Refused("ValidationError", f"MaxItems {size} or Filter {kinds} is not valid.")
    found, marker = wire.page(call, details(self.backend, kinds), size, error="InvalidInput")
    body = {name: [] for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")}
    for name, item in found:
        body[name].append(item)
    body["IsTruncated"] = marker is not None
    return ActionResult(body | ({"Marker": marker} if marker else {}))


@functools.cache
def owned_by_aws():
    """AWS's own policies by name. moto has them all, but takes seconds to make them objects of an account."""
    return json.loads(models.aws_managed_policies_data)


def loading(attach):
    """moto's method to attach a policy, which finds AWS's own policies too."""

    def attached_policy(self, policy_arn, name):
        owner, policy_name = policy_arn.split(":")[4], policy_arn.rsplit("/", 1)[-1]
        if owner == "aws" and policy_arn not in self.managed_policies and policy_name in owned_by_aws():
            data = owned_by_aws()[policy_name]
            made = models.AWSManagedPolicy.from_data(policy_name, self.account_id, self.region_name, data)
            self.managed_policies[made.arn] = made
        return attach(self, policy_arn, name)

    return attached_policy


def patch():
    """Lays the overlay over moto's IAM and STS."""
    for name in ("attach_role_policy", "attach_user_policy", "attach_group_policy"):
        setattr(models.IAMBackend, name, loading(getattr(models.IAMBackend, name)))
    IamResponse.get_account_authorization_details = get_account_authorization_details
    moto_account = models.get_account_id_from
    models.get_account_id_from = lambda access_key: wire.account_of(access_key, moto_account)
    moto_identity = STSBackend.get_caller_identity

    def get_caller_identity(self, access_key_id, region):
        number, arn, account = moto_identity(self, access_key_id, region)
        if arn.endswith(":user/moto"):
            return "AIDAEXAMPLETESTER", f"arn:{get_partition(region)}:iam::{account}:user/tester", account
        return number, arn, account

    STSBackend.get_caller_identity = get_caller_identity


def reset():
    mock_random.seed(20)
