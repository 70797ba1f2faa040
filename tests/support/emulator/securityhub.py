"""Security Hub CSPM: the hub, and the findings of the account's default product.

moto 5.2.5 takes any number of findings, checks nothing, does not compare UpdatedAt, overwrites what customers wrote,
works without a hub, ignores filters and sorting and has no BatchUpdateFindings. The rules kept here (botocore's
Security Hub model, the Security Hub user guide's "Guidelines for mapping findings" and "BatchImportFindings for
finding providers"):

* the hub is per account and Region; without it DescribeHub and GetFindings answer InvalidAccessException (401), and a
  batch comes back as `InvalidAccess`, finding by finding;
* a batch has 1..100 findings and 6 MB at most; each finding is checked by itself for the required fields, the
  documented lengths, blank strings, enums, timestamps and 240 KB, and comes back as `InvalidInput` in
  `FailedFindings`;
* the product is the caller's own default product, `AwsAccountId` the caller's account; of one Id twice, only the
  first counts;
* an import that is not newer than what is stored is ignored without an error; `Note`, `UserDefinedFields`,
  `VerificationState` and `Workflow` of a stored finding are the customer's; severity, types, confidence, criticality
  and related findings follow FindingProviderFields until BatchUpdateFindings has touched them;
* Workflow goes back to NEW from NOTIFIED or RESOLVED when a finding is ACTIVE again or stops being PASSED;
* timestamps are kept in milliseconds; ProcessedAt, ProductName, CompanyName and `aws/securityhub/…` fields are
  Security Hub's;
* GetFindings filters, sorts and pages (100 at most; 10 filtered attributes, 20 values each); what it cannot filter by
  here is refused, never ignored.
"""

import copy
import datetime
import json
import re

from moto.core.utils import get_service_model

import wire
from wire import Refused, page

FINDING_BYTES = 240 * 1024
BATCH_BYTES = 6 * 1024 * 1024
REQUIRED = (
    "SchemaVersion",
    "Id",
    "ProductArn",
    "GeneratorId",
    "AwsAccountId",
    "CreatedAt",
    "UpdatedAt",
    "Title",
    "Description",
    "Resources",
)
# Lengths and counts that AWS documents and checks, but that its model does not hold.
LENGTHS = {
    "Id": 512,
    "GeneratorId": 512,
    "Title": 256,
    "Description": 1024,
    "ProductArn": 2048,
    "ProductName": 128,
    "CompanyName": 128,
    "Region": 16,
}
TIMESTAMPS = ("CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt")
TIMESTAMP = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)$")
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b", "AzureCloud")
CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState")
PROVIDERS = ("Severity", "Types", "Confidence", "Criticality", "RelatedFindings")
NORMALIZED = {"INFORMATIONAL": 0, "LOW": 1, "MEDIUM": 40, "HIGH": 70, "CRITICAL": 90}
HUBS = {}


class Hub:
    """One account's Security Hub in one Region."""

    def __init__(self, arn):
        self.arn, self.since = arn, current()
        self.findings = {}  # (ProductArn, Id) → body
        self.overridden = {}  # the same → the attributes that a customer has set


def reset():
    HUBS.clear()


def operation(name):
    return wire.operation("securityhub", name)


def unsubscribed(call):
    return Refused("InvalidAccessException", f"Account {call.account} is not subscribed to AWS Security Hub", 401)


def hub_of(call):
    hub = HUBS.get((call.account, call.region))
    if not hub:
        raise unsubscribed(call)
    return hub


def invalid(message):
    return Refused("InvalidInputException", message)


# The hub.


def enable(call):
    HUBS[call.account, call.region] = Hub(call.arn("hub/default"))


@operation("EnableSecurityHub")
def enable_security_hub(call, params):
    if (call.account, call.region) in HUBS:
        raise Refused("ResourceConflictException", "Account is already subscribed to Security Hub", 409)
    enable(call)
    return {}


@operation("DisableSecurityHub")
def disable_security_hub(call, params):
    hub_of(call)
    del HUBS[call.account, call.region]
    return {}


@operation("DescribeHub")
def describe_hub(call, params):
    hub = hub_of(call)
    if params.get("HubArn", hub.arn) != hub.arn:
        raise Refused("ResourceNotFoundException", f"Hub {params['HubArn']} was not found", 404)
    return {
        "HubArn": hub.arn,
        "SubscribedAt": hub.since,
        "AutoEnableControls": True,
        "ControlFindingGenerator": "SECURITY_CONTROL",
    }


# Timestamps.


def moment(text):
    """A timestamp in milliseconds, rounded as Security Hub rounds."""
    match = TIMESTAMP.match(text) if isinstance(text, str) else None
    if not match:
        raise ValueError(text)
    whole, fraction, zone = match.groups()
    zone = "+00:00" if zone == "Z" else zone
    at = datetime.datetime.fromisoformat(whole + zone)
    return at + datetime.timedelta(milliseconds=round(float(f"0.{fraction or 0}") * 1000))


def stamp(at):
    at = at.astimezone(datetime.timezone.utc)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def current():
    return stamp(datetime.datetime.now(datetime.timezone.utc))


# Checking one finding.


def problem(call, finding):
    """What is wrong with a finding, in one line, or None."""
    if not isinstance(finding, dict):
        return "data should be object"
    for check in (missing_fields, bad_shape, bad_lengths, bad_fields, bad_resources, foreign):
        found = check(call, finding)
        if found:
            return found
    if len(json.dumps(finding, ensure_ascii=False, separators=(",", ":")).encode()) > FINDING_BYTES:
        return "data is larger than 240 KB"
    return None


def missing_fields(call, finding):
    for name in REQUIRED:
        if finding.get(name) in (None, "", []):
            return f"data should have required property '{name}'"
    if finding["SchemaVersion"] != "2018-10-08":
        return "data.SchemaVersion should be equal to one of the allowed values"
    if not ({"Severity", "Types"} <= set(finding) or "FindingProviderFields" in finding):
        return "data should have required property 'FindingProviderFields', data should match some schema in anyOf"
    return None


def bad_lengths(call, finding):
    for name, most in LENGTHS.items():
        if len(finding.get(name, "")) > most:
            return f"data.{name} should NOT be longer than {most} characters"
    recommendation = finding.get("Remediation", {}).get("Recommendation", {})
    texts = {
        "Remediation.Recommendation.Text": recommendation.get("Text", ""),
        "Note.Text": finding.get("Note", {}).get("Text", ""),
    }
    for name, text in texts.items():
        if len(text) > 512:
            return f"data.{name} should NOT be longer than 512 characters"
    counts = {
        "Resources": (finding["Resources"], 32),
        "Types": (finding.get("Types", []), 50),
        "Compliance.RelatedRequirements": (finding.get("Compliance", {}).get("RelatedRequirements", []), 32),
        "RelatedFindings": (finding.get("RelatedFindings", []), 10),
        "FindingProviderFields.Types": (finding.get("FindingProviderFields", {}).get("Types", []), 50),
    }
    for name, (items, most) in counts.items():
        if len(items) > most:
            return f"data.{name} should NOT have more than {most} items"
    return None


def bad_fields(call, finding):
    """The two maps, the scores and the timestamps."""
    for name, longest in (("ProductFields", 2048), ("UserDefinedFields", 1024)):
        fields = finding.get(name, {})
        if len(fields) > 50:
            return f"data.{name} should NOT have more than 50 properties"
        for key, value in fields.items():
            if len(key) > 128 or len(value) > longest:
                return f"data.{name}['{key}'] should NOT be longer than 128 and {longest} characters"
            if name == "ProductFields" and key.startswith("aws/"):
                return f"data.ProductFields['{key}'] uses the reserved prefix aws/"
    for place, fields in (("", finding), (".FindingProviderFields", finding.get("FindingProviderFields", {}))):
        for name in ("Confidence", "Criticality"):
            if not 0 <= fields.get(name, 0) <= 100:
                return f"data{place}.{name} should be between 0 and 100"
    times = {name: finding[name] for name in TIMESTAMPS if name in finding}
    if "Note" in finding:
        times["Note.UpdatedAt"] = finding["Note"].get("UpdatedAt")
    for name, value in times.items():
        try:
            moment(value)
        except ValueError:
            return f'data.{name} should match format "date-time"'
    return None


def bad_resources(call, finding):
    for index, resource in enumerate(finding["Resources"]):
        place = f"data.Resources[{index}]"
        if len(resource.get("Type", "")) > 256:
            return f"{place}.Type should NOT be longer than 256 characters"
        if len(resource.get("Region", "")) > 16:
            return f"{place}.Region should NOT be longer than 16 characters"
        if resource.get("Partition", "aws") not in PARTITIONS:
            return f"{place}.Partition should be equal to one of the allowed values"
    return None


def bad_shape(call, finding):
    """Blank strings, unknown enum values, wrong types and missing members, wherever the model forbids them."""
    model = get_service_model("securityhub").shape_for("AwsSecurityFinding")
    return unlike(model, finding, "data")


PYTHON = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "double": (int, float),
}


def unlike(shape, value, place):
    """Where a value differs from botocore's shape, or None."""
    kind = PYTHON.get(shape.type_name, object)
    if not isinstance(value, kind) or (isinstance(value, bool) and shape.type_name != "boolean"):
        return f"{place} should be {shape.type_name}"
    if shape.type_name == "structure":
        for name in shape.required_members:
            if name not in value:
                return f"{place} should have required property '{name}'"
        inner = (
            (shape.members[name], item, f"{place}.{name}") for name, item in value.items() if name in shape.members
        )
    elif shape.type_name == "map":
        blank = next((key for key in value if not key.strip()), None)
        if blank is not None:
            return f"{place} should not have blank property names"
        inner = ((shape.value, item, f"{place}['{key}']") for key, item in value.items())
    elif shape.type_name == "list":
        inner = ((shape.member, item, f"{place}[{index}]") for index, item in enumerate(value))
    else:
        if shape.type_name == "string" and shape.name.startswith("NonEmpty") and not value.strip():
            return f'{place} should match pattern ".*\\S.*"'
        if getattr(shape, "enum", None) and value not in shape.enum:
            return f"{place} should be equal to one of the allowed values"
        return None
    return next((found for found in (unlike(*each) for each in inner) if found), None)


def foreign(call, finding):
    """A product or account that is not the caller's own."""
    if finding["AwsAccountId"] != call.account:
        return f"AwsAccountId {finding['AwsAccountId']} is not the caller's account {call.account}"
    if finding["ProductArn"] != product(call):
        return f"ProductArn {finding['ProductArn']} is not the caller's default product {product(call)}"
    return None


def product(call):
    return call.arn(f"product/{call.account}/default")


# Importing.


@operation("BatchImportFindings")
def batch_import_findings(call, params):
    findings = params.get("Findings", [])
    if not 1 <= len(findings) <= 100:
        raise invalid(f"Invalid parameter 'Findings'. data.Findings should have 1 to 100 items, not {len(findings)}")
    if len(call.body) > BATCH_BYTES:
        raise invalid("Invalid parameter 'Findings'. The batch is larger than 6 MB")
    hub, failed, succeeded, seen = HUBS.get((call.account, call.region)), [], 0, set()
    for finding in findings:
        number = finding.get("Id", "") if isinstance(finding, dict) else ""
        if number and number in seen:
            continue  # of a finding that is there twice, only the first is processed
        seen.add(number)
        if not hub:
            failed.append(failure(number, "InvalidAccess", unsubscribed(call).message))
            continue
        wrong = problem(call, finding)
        if wrong:
            failed.append(
                failure(number, "InvalidInput", f"Finding does not adhere to Amazon Finding Format. {wrong}.")
            )
            continue
        store(call, hub, finding)
        succeeded += 1
    return {"FailedCount": len(failed), "SuccessCount": succeeded, "FailedFindings": failed}


def failure(number, code, message):
    return {"Id": number, "ErrorCode": code, "ErrorMessage": message}


def store(call, hub, sent):
    finding = copy.deepcopy(sent)
    for name in TIMESTAMPS:
        if name in finding:
            finding[name] = stamp(moment(finding[name]))
    key = finding["ProductArn"], finding["Id"]
    stored = hub.findings.get(key)
    if stored and moment(finding["UpdatedAt"]) <= moment(stored["UpdatedAt"]):
        return
    provide(finding)
    own(call, finding)
    if stored:
        keep(hub, key, stored, finding)
    else:
        finding.setdefault("Workflow", {"Status": "NEW"})
    finding["WorkflowState"] = "NEW"
    hub.findings[key] = finding


def provide(finding):
    """FindingProviderFields and the top level say the same about what the provider says."""
    fields = finding.setdefault("FindingProviderFields", {})
    for name in PROVIDERS:
        if name in finding and name not in fields:
            fields[name] = copy.deepcopy(finding[name])
        if name in fields:
            finding[name] = copy.deepcopy(fields[name])
    if "Severity" in fields:
        fields["Severity"] = {
            name: value for name, value in fields["Severity"].items() if name in ("Label", "Original")
        }
    if "Severity" in finding:
        finding["Severity"] = severity(finding["Severity"])


def severity(given):
    body = dict(given)
    if "Label" not in body and "Normalized" in body:
        score = body["Normalized"]
        body["Label"] = next(label for label, least in reversed(NORMALIZED.items()) if score >= least)
    if "Label" in body:
        body["Normalized"] = NORMALIZED[body["Label"]]
    return body


def own(call, finding):
    """What Security Hub itself writes into a finding."""
    finding["Region"] = call.region
    finding["ProcessedAt"] = current()
    finding.setdefault("RecordState", "ACTIVE")
    finding.setdefault("ProductName", "Default")
    finding.setdefault("CompanyName", "Personal")
    finding["ProductFields"] = finding.get("ProductFields", {}) | {
        "aws/securityhub/FindingId": f"{finding['ProductArn']}/{finding['Id']}",
        "aws/securityhub/ProductName": finding["ProductName"],
        "aws/securityhub/CompanyName": finding["CompanyName"],
    }


def keep(hub, key, stored, finding):
    """Lays over an update what belongs to the customer."""
    for name in CUSTOMERS:
        finding.pop(name, None)
        if name in stored:
            finding[name] = stored[name]
    for name in hub.overridden.get(key, ()):
        if name in PROVIDERS:
            finding[name] = stored[name]
    again = stored["RecordState"] == "ARCHIVED" and finding["RecordState"] == "ACTIVE"
    before, after = (body.get("Compliance", {}).get("Status") for body in (stored, finding))
    fell = before == "PASSED" and after in ("FAILED", "WARNING", "NOT_AVAILABLE")
    if (again or fell) and finding["Workflow"]["Status"] in ("NOTIFIED", "RESOLVED"):
        finding["Workflow"] = {"Status": "NEW"}


# What customers change.


@operation("BatchUpdateFindings")
def batch_update_findings(call, params):
    hub, processed, unprocessed = hub_of(call), [], []
    identifiers = params.get("FindingIdentifiers", [])
    if not 1 <= len(identifiers) <= 100:
        raise invalid("Invalid parameter 'FindingIdentifiers'. It should have 1 to 100 items")
    changes = {name: params[name] for name in (*CUSTOMERS[:-1], *PROVIDERS) if name in params}
    if len(changes.get("Note", {}).get("Text", "")) > 512:
        raise invalid("Invalid parameter 'Note.Text'. It should NOT be longer than 512 characters")
    for identifier in identifiers:
        key = identifier["ProductArn"], identifier["Id"]
        finding = hub.findings.get(key)
        if not finding:
            message = "Finding Not Found"
            unprocessed.append(
                {"FindingIdentifier": identifier, "ErrorCode": "FindingNotFound", "ErrorMessage": message}
            )
            continue
        change(finding, changes)
        hub.overridden.setdefault(key, set()).update(changes)
        processed.append(identifier)
    return {"ProcessedFindings": processed, "UnprocessedFindings": unprocessed}


def change(finding, changes):
    for name, value in changes.items():
        finding[name] = changed(finding, name, value)


def changed(finding, name, value):
    """What a customer's change makes of one attribute."""
    if name == "Note":
        return value | {"UpdatedAt": current()}
    if name == "Severity":
        original = finding.get("Severity", {}).get("Original")
        return severity(({"Original": original} if original else {}) | value)
    if name == "UserDefinedFields":
        return finding.get(name, {}) | value
    return value


# Reading.


def path(*names):
    """A function from a finding to the list of values at a path."""

    def values(finding):
        found = [finding]
        for name in names:
            found = [item[name] for item in found if isinstance(item, dict) and name in item]
            found = [inner for item in found for inner in (item if isinstance(item, list) else [item])]
        return found

    return values


STRINGS = {
    name: path(name)
    for name in (
        "Id",
        "ProductArn",
        "AwsAccountId",
        "GeneratorId",
        "Region",
        "RecordState",
        "Title",
        "Description",
        "VerificationState",
        "WorkflowState",
        "CompanyName",
        "ProductName",
        "SourceUrl",
    )
} | {
    "Type": path("Types"),
    "WorkflowStatus": path("Workflow", "Status"),
    "ComplianceStatus": path("Compliance", "Status"),
    "ComplianceSecurityControlId": path("Compliance", "SecurityControlId"),
    "SeverityLabel": path("Severity", "Label"),
    "ResourceId": path("Resources", "Id"),
    "ResourceType": path("Resources", "Type"),
    "ResourceRegion": path("Resources", "Region"),
    "ResourcePartition": path("Resources", "Partition"),
    "NoteText": path("Note", "Text"),
    "FindingProviderFieldsSeverityLabel": path("FindingProviderFields", "Severity", "Label"),
    "FindingProviderFieldsTypes": path("FindingProviderFields", "Types"),
}
MAPS = {name: path(name) for name in ("ProductFields", "UserDefinedFields")} | {
    "ResourceTags": path("Resources", "Tags")
}
DATES = {name: path(name) for name in (*TIMESTAMPS, "ProcessedAt")}
COMPARISONS = {
    "EQUALS": lambda value, text: value == text,
    "PREFIX": lambda value, text: value.startswith(text),
    "CONTAINS": lambda value, text: text in value,
}


def compares(values, comparison, text):
    """Whether one condition holds for the values that a finding has at the filtered attribute."""
    name = comparison.removeprefix("NOT_") if comparison.startswith("NOT_") else comparison.replace("_NOT_EQUALS", "")
    if name not in COMPARISONS:
        raise invalid(f"The emulator cannot compare by {comparison}")
    holds = any(COMPARISONS[name](value, text) for value in values)
    return holds if comparison in COMPARISONS else not holds


def matches(finding, name, conditions):
    """Positive conditions on one attribute are alternatives, negative ones must all hold."""
    if name in DATES:
        return any(within(value, given) for value in DATES[name](finding) for given in conditions)
    positive, negative = [], []
    for given in conditions:
        comparison = given.get("Comparison", "EQUALS")
        if name in MAPS:
            values = [str(fields[given["Key"]]) for fields in MAPS[name](finding) if given["Key"] in fields]
        else:
            values = STRINGS[name](finding)
        (negative if "NOT" in comparison else positive).append(compares(values, comparison, given["Value"]))
    return all(negative) and (any(positive) or not positive)


def within(value, given):
    if "DateRange" in given:
        raise invalid("The emulator cannot filter by DateRange")
    at = moment(value)
    return moment(given.get("Start", value)) <= at <= moment(given.get("End", value))


@operation("GetFindings")
def get_findings(call, params):
    hub, filters = hub_of(call), params.get("Filters", {})
    known = STRINGS | MAPS | DATES
    unknown = sorted(set(filters) - set(known))
    if unknown:
        raise invalid(f"The emulator cannot filter by {', '.join(unknown)}")
    if len(filters) > 10 or any(len(conditions) > 20 for conditions in filters.values()):
        raise invalid("Invalid parameter 'Filters'. At most 10 attributes with 20 values each")
    size = params.get("MaxResults", 100)
    if not 1 <= size <= 100:
        raise invalid("Invalid parameter 'MaxResults'. data.MaxResults should be between 1 and 100")
    found = [f for f in hub.findings.values() if all(matches(f, *condition) for condition in filters.items())]
    for criterion in reversed(params.get("SortCriteria", [])):
        name = criterion["Field"]
        if name not in known:
            raise invalid(f"The emulator cannot sort by {name}")
        found.sort(key=lambda f: known[name](f)[:1], reverse=criterion.get("SortOrder", "asc") == "desc")
    found, token = page(call, found, size, error="InvalidInputException")
    return {"Findings": found} | ({"NextToken": token} if token else {})
