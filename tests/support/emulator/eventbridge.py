"""EventBridge: buses, rules and targets, in pages.

The rules kept here: every account has the bus `default`; lists give a hundred at most a page (Limit 1 to 100); targets
are listed rule by rule; a bus or rule that does not exist is ResourceNotFoundException; a rule holds five targets at
most, and each names an ARN; a target with EcsParameters is a cluster and says which task definition it runs.
"""

import wire
from wire import Refused

BUSES = {}
DEFAULT = "default"


class Bus:
    """One bus: its rules by name, and the targets of each by id."""

    def __init__(self, name):
        self.name, self.rules, self.targets = name, {}, {}


def reset():
    BUSES.clear()


def operation(name):
    return wire.operation("events", name)


def buses(call):
    return BUSES.setdefault((call.account, call.region), {DEFAULT: Bus(DEFAULT)})


def bus_of(call, params):
    name = params.get("EventBusName", DEFAULT).rsplit("/", 1)[-1]
    bus = buses(call).get(name)
    if not bus:
        raise missing(f"Event bus {name} does not exist.")
    return bus


def rule_of(call, params, member):
    bus = bus_of(call, params)
    if params.get(member) not in bus.rules:
        raise missing(f"Rule {params.get(member)} does not exist on EventBus {bus.name}.")
    return bus, params[member]


def missing(message):
    return Refused("ResourceNotFoundException", message)


def listing(call, member, items):
    size = call.params.get("Limit", 100)
    if not isinstance(size, int) or not 1 <= size <= 100:
        raise Refused("ValidationException", f"1 validation error detected: Value '{size}' at 'limit' is no limit")
    items, token = wire.page(call, items, size, error="ValidationException")
    return {member: items} | ({"NextToken": token} if token else {})


@operation("CreateEventBus")
def create_event_bus(call, params):
    name = params["Name"]
    if name in buses(call):
        raise Refused("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
    buses(call)[name] = Bus(name)
    return {"EventBusArn": call.arn(f"event-bus/{name}")}


@operation("ListEventBuses")
def list_event_buses(call, params):
    names = sorted(buses(call))
    return listing(call, "EventBuses", [{"Name": name, "Arn": call.arn(f"event-bus/{name}")} for name in names])


@operation("PutRule")
def put_rule(call, params):
    bus, name = bus_of(call, params), params["Name"]
    if not (params.get("ScheduleExpression") or params.get("EventPattern")):
        raise Refused("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if params.get("ScheduleExpression") and bus.name != DEFAULT:
        raise Refused("ValidationException", "ScheduleExpression is supported only on the default event bus.")
    arn = call.arn(f"rule/{name}" if bus.name == DEFAULT else f"rule/{bus.name}/{name}")
    kept = ("Name", "ScheduleExpression", "EventPattern", "State", "Description", "RoleArn")
    body = {member: params[member] for member in kept if member in params}
    bus.rules[name] = {"Arn": arn, "State": "ENABLED", "EventBusName": bus.name} | body
    bus.targets.setdefault(name, {})
    return {"RuleArn": arn}


@operation("ListRules")
def list_rules(call, params):
    bus = bus_of(call, params)
    return listing(call, "Rules", [bus.rules[name] for name in sorted(bus.rules)])


@operation("DeleteRule")
def delete_rule(call, params):
    bus = bus_of(call, params)
    if bus.targets.get(params["Name"]):
        raise Refused("ValidationException", "Rule can't be deleted since it has targets.")
    bus.rules.pop(params["Name"], None)
    return {}


@operation("PutTargets")
def put_targets(call, params):
    bus, rule = rule_of(call, params, "Rule")
    for target in params["Targets"]:
        if not target.get("Arn"):
            raise Refused("ValidationException", "Parameter Arn is not valid.")
        ecs = target.get("EcsParameters")
        if ecs is not None and not ecs.get("TaskDefinitionArn"):
            raise Refused("ValidationException", "TaskDefinitionArn must be specified.")
        if (ecs is None) != (target["Arn"].split(":")[2] != "ecs"):
            raise Refused("ValidationException", "EcsParameters belong to a target that is an ECS cluster.")
    merged = bus.targets[rule] | {target["Id"]: target for target in params["Targets"]}
    if len(merged) > 5:
        raise Refused("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    bus.targets[rule] = merged
    return {"FailedEntryCount": 0, "FailedEntries": []}


@operation("ListTargetsByRule")
def list_targets_by_rule(call, params):
    bus, rule = rule_of(call, params, "Rule")
    return listing(call, "Targets", [bus.targets[rule][number] for number in sorted(bus.targets[rule])])


@operation("RemoveTargets")
def remove_targets(call, params):
    bus, rule = rule_of(call, params, "Rule")
    for number in params["Ids"]:
        bus.targets[rule].pop(number, None)
    return {"FailedEntryCount": 0, "FailedEntries": []}
