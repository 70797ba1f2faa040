//! What ASFF has no type for.

use serde_json::{Map, Value};

use super::LIMIT_TEXT;
use crate::publish::asff::filled;
use crate::snapshot::Collection;

/// `Details.Other` of a resource that ASFF has no type for: scalars by their path.
pub(in crate::publish::asff) fn other(collection: Collection, body: &Value) -> Option<Value> {
    let paths: &[&str] = match collection {
        Collection::TaskSets => &[
            "clusterArn",
            "serviceArn",
            "taskDefinition",
            "launchType",
            "platformVersion",
            "platformFamily",
            "status",
            "externalId",
            "networkConfiguration.awsvpcConfiguration.assignPublicIp",
        ],
        Collection::CapacityProviders => &[
            "name",
            "status",
            "type",
            "autoScalingGroupProvider.autoScalingGroupArn",
            "autoScalingGroupProvider.managedScaling.status",
            "autoScalingGroupProvider.managedTerminationProtection",
            "autoScalingGroupProvider.managedDraining",
        ],
        Collection::AccountSettings => &["name", "value", "principalArn", "type"],
        Collection::ContainerInstances => &[
            "clusterArn",
            "ec2InstanceId",
            "capacityProviderName",
            "versionInfo.agentVersion",
            "versionInfo.dockerVersion",
        ],
        Collection::ServiceRevisions => {
            &["clusterArn", "serviceArn", "taskDefinition", "launchType", "platformVersion"]
        }
        Collection::ExpressServices => &["cluster", "serviceName", "status.statusCode"],
        Collection::TaskDefinitionFamilies => &["family"],
        Collection::Daemons => &["clusterArn", "daemonArn", "status"],
        Collection::ScalableTargets => {
            &["ResourceId", "ScalableDimension", "ServiceNamespace", "MinCapacity", "MaxCapacity"]
        }
        Collection::VpcEndpoints => {
            &["VpcEndpointId", "VpcEndpointType", "VpcId", "ServiceName", "PrivateDnsEnabled"]
        }
        Collection::FlowLogs => {
            &["FlowLogId", "ResourceId", "TrafficType", "LogDestinationType", "FlowLogStatus"]
        }
        Collection::Rules => &["Name", "EventBusName", "ScheduleExpression", "State", "ManagedBy"],
        Collection::Schedules => &[
            "Name",
            "GroupName",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "State",
            "Target.EcsParameters.TaskDefinitionArn",
        ],
        _ => &[],
    };
    let mut members = Map::new();
    for path in paths {
        let value = path.split('.').try_fold(body, |value, name| value.get(name));
        let text = match value {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => continue,
        };
        if let Some(text) = filled(&text, LIMIT_TEXT) {
            members.insert((*path).to_owned(), Value::String(text));
        }
    }
    (!members.is_empty()).then_some(Value::Object(members))
}
