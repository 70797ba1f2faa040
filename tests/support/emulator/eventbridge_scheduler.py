"""EventBridge Scheduler: schedules in groups, in pages.

The rules kept here: ListSchedules gives a hundred at most a page (MaxResults 1 to 100), of every group unless one is
asked for, and of a target its ARN alone; GetSchedule gives the rest; without a group a schedule is in `default`; what
does not exist is ResourceNotFoundException with status 404.
"""

import wire
from wire import Refused

SCHEDULES = {}
DEFAULT = "default"


def reset():
    SCHEDULES.clear()


def operation(name):
    return wire.operation("scheduler", name)


def schedules(call):
    return SCHEDULES.setdefault((call.account, call.region), {})


def key(call, params):
    """Group and name; the name is the last part of the path."""
    group = params.get("groupName") or params.get("GroupName") or DEFAULT
    return group, call.path.rsplit("/", 1)[-1]


def stored(call, params):
    group, name = key(call, params)
    if (group, name) not in schedules(call):
        raise Refused("ResourceNotFoundException", f"Schedule {name} does not exist.", 404)
    return group, name


@operation("CreateSchedule")
def create_schedule(call, params):
    group, name = key(call, params)
    if (group, name) in schedules(call):
        raise Refused("ConflictException", f"Schedule {name} already exists.", 409)
    target = params["Target"]
    if target["Arn"].split(":")[2] == "ecs" and not target.get("EcsParameters", {}).get("TaskDefinitionArn"):
        raise Refused("ValidationException", "EcsParameters must be specified for a target that is an ECS cluster.")
    arn = call.arn(f"schedule/{group}/{name}")
    body = {member: value for member, value in params.items() if member not in ("ClientToken", "groupName")}
    fixed = {"Arn": arn, "Name": name, "GroupName": group, "CreationDate": 1763000000.0}
    schedules(call)[group, name] = {"State": "ENABLED"} | body | fixed
    return {"ScheduleArn": arn}


@operation("ListSchedules")
def list_schedules(call, params):
    size = params.get("MaxResults", "100")
    if not size.isdigit() or not 1 <= int(size) <= 100:
        raise Refused("ValidationException", "MaxResults must be between 1 and 100.")
    group = params.get("ScheduleGroup")
    found = [body for (of, _), body in sorted(schedules(call).items()) if group in (None, of)]
    bodies, token = wire.page(call, found, int(size), error="ValidationException")
    members = ("Arn", "Name", "GroupName", "State", "CreationDate")
    summaries = [
        {member: body[member] for member in members} | {"Target": {"Arn": body["Target"]["Arn"]}} for body in bodies
    ]
    return {"Schedules": summaries} | ({"NextToken": token} if token else {})


@operation("GetSchedule")
def get_schedule(call, params):
    return schedules(call)[stored(call, params)]


@operation("DeleteSchedule")
def delete_schedule(call, params):
    schedules(call).pop(stored(call, params))
    return {}
