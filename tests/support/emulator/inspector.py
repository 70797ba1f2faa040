"""Amazon Inspector: what it scans of an account.

The rule kept here: an account in which nobody ever enabled Inspector is answered for too, with everything DISABLED; moto
leaves it out.
"""

from moto.inspector2.models import inspector2_backends

import wire

RESOURCES = ("ec2", "ecr", "lambda", "lambdaCode", "codeRepository")


def disabled():
    return {"status": "DISABLED", "errorCode": None, "errorMessage": None}


@wire.operation("inspector2", "BatchGetAccountStatus")
def batch_get_account_status(call, params):
    asked = params.get("accountIds") or [call.account]
    backend = inspector2_backends[call.account][call.region]
    known = {status["accountId"]: status for status in backend.batch_get_account_status(asked)}
    never = {"state": disabled(), "resourceState": {resource: disabled() for resource in RESOURCES}}
    accounts = [known.get(account) or {"accountId": account} | never for account in asked]
    return {"accounts": accounts, "failedAccounts": []}
