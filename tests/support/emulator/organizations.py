"""AWS Organizations: what an account stands in, and the service control policies there.

moto 5.2.5 answers the management account alone, in one page. The rules kept here (botocore's model, Organizations user
guide): DescribeOrganization answers every member, the other operations the management account and those that it delegated
this to (AccessDeniedException for the others); an account in no organization is AWSOrganizationsNotInUseException; a root
has no parent; ListPoliciesForTarget gives twenty policies at most a page (MaxResults 1 to 20). What there is, `join` was
told.
"""

import dataclasses
import json

import wire
from wire import Refused

ORGANIZATIONS = {}
MANAGEMENT = "999999999999"
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclasses.dataclass
class Organization:
    """A root, one organizational unit in it, and in this one account."""

    account: str
    partition: str
    is_delegated: bool
    policies: dict
    attached: dict
    root: str = "r-h4rb"
    unit: str = "ou-h4rb-11111111"

    def arn(self, resource):
        return f"arn:{self.partition}:organizations::{MANAGEMENT}:{resource}"


def reset():
    ORGANIZATIONS.clear()


def join(call, denials, is_delegated=True):
    """Puts the caller's account into an organization whose unit has these statements beside FullAWSAccess."""
    policies = {"p-FullAWSAccess": FULL, "p-harbour1": {"Version": "2012-10-17", "Statement": denials}}
    made = Organization(call.account, call.partition, is_delegated, policies, {})
    made.attached = {
        made.root: ["p-FullAWSAccess"],
        made.unit: ["p-FullAWSAccess", "p-harbour1"],
        call.account: ["p-FullAWSAccess"],
    }
    ORGANIZATIONS[call.account] = made


def organization(call):
    if call.account not in ORGANIZATIONS:
        raise Refused("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return ORGANIZATIONS[call.account]


def readable(call):
    found = organization(call)
    if not found.is_delegated:
        raise Refused("AccessDeniedException", "You don't have permissions to access this resource.")
    return found


@wire.operation("organizations", "DescribeOrganization")
def describe_organization(call, params):
    found = organization(call)
    return {
        "Organization": {
            "Id": "o-harbour123",
            "Arn": found.arn("organization/o-harbour123"),
            "FeatureSet": "ALL",
            "MasterAccountId": MANAGEMENT,
            "MasterAccountArn": found.arn(f"account/o-harbour123/{MANAGEMENT}"),
            "MasterAccountEmail": "harbour@example.com",
        }
    }


@wire.operation("organizations", "ListParents")
def list_parents(call, params):
    found = readable(call)
    parents = {found.account: (found.unit, "ORGANIZATIONAL_UNIT"), found.unit: (found.root, "ROOT")}
    if params.get("ChildId") not in parents:
        raise Refused("ChildNotFoundException", "You specified a child that does not exist.")
    number, kind = parents[params["ChildId"]]
    items, token = wire.page(call, [{"Id": number, "Type": kind}], 20, error="InvalidInputException")
    return {"Parents": items} | ({"NextToken": token} if token else {})


@wire.operation("organizations", "ListPoliciesForTarget")
def list_policies_for_target(call, params):
    found, size = readable(call), params.get("MaxResults", 20)
    if not 1 <= size <= 20 or params.get("Filter") != "SERVICE_CONTROL_POLICY":
        raise Refused("InvalidInputException", "You specified an invalid value.")
    if params.get("TargetId") not in found.attached:
        raise Refused("TargetNotFoundException", "You specified a target that does not exist.")
    summaries = [summary(found, number) for number in found.attached[params["TargetId"]]]
    items, token = wire.page(call, summaries, size, error="InvalidInputException")
    return {"Policies": items} | ({"NextToken": token} if token else {})


@wire.operation("organizations", "DescribePolicy")
def describe_policy(call, params):
    found = readable(call)
    if params.get("PolicyId") not in found.policies:
        raise Refused("PolicyNotFoundException", "You specified a policy that does not exist.")
    number = params["PolicyId"]
    return {"Policy": {"PolicySummary": summary(found, number), "Content": json.dumps(found.policies[number])}}


def summary(found, number):
    owned = number == "p-FullAWSAccess"
    arn = (
        f"arn:{found.partition}:organizations::aws:policy/service_control_policy/{number}"
        if owned
        else found.arn(f"policy/o-harbour123/service_control_policy/{number}")
    )
    return {
        "Id": number,
        "Arn": arn,
        "Name": number.removeprefix("p-"),
        "Description": "",
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": owned,
    }
