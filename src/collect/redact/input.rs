//! Names inside the input that a rule or schedule gives `RunTask`, in the API's spelling or with a capital first letter.

/// What a member's name says about the texts below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// A name, an ARN, a number or a word of the API's.
    Scalar,
    /// An object or a list of objects with names of this module.
    Nested,
    /// The API's own structure, without a place for free text.
    Structure,
    /// Names and values, of which the values are free.
    Pairs,
    /// Free text, also because nobody knows the name.
    Free,
}

impl Inside {
    pub(super) fn of(name: &str) -> Self {
        let mut letters = name.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        match first.into_iter().chain(letters).collect::<String>().as_str() {
            "cluster"
            | "count"
            | "cpu"
            | "enableECSManagedTags"
            | "enableExecuteCommand"
            | "executionRoleArn"
            | "group"
            | "launchType"
            | "memory"
            | "memoryReservation"
            | "name"
            | "platformVersion"
            | "propagateTags"
            | "referenceId"
            | "startedBy"
            | "taskDefinition"
            | "taskRoleArn" => Self::Scalar,
            "containerOverrides" | "overrides" => Self::Nested,
            "capacityProviderStrategy"
            | "environmentFiles"
            | "ephemeralStorage"
            | "inferenceAcceleratorOverrides"
            | "networkConfiguration"
            | "placementConstraints"
            | "placementStrategy"
            | "resourceRequirements"
            | "tags"
            | "volumeConfigurations" => Self::Structure,
            "environment" => Self::Pairs,
            _ => Self::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::collect::body::Object;
    use crate::collect::redact::{RedactionKey, Redactor};

    /// The input that is left of `input`.
    fn redacted(input: &str) -> String {
        let mut target = serde_json::from_value::<Object>(json!({"Target": {"Input": input}})).unwrap();
        Redactor::new(&RedactionKey::new([7; 32])).redact(&mut target);
        let target = serde_json::from_str::<Value>(target.into_raw().get()).unwrap();
        target["Target"]["Input"].as_str().unwrap().to_owned()
    }

    #[test]
    fn overrides_keep_their_structure_and_lose_their_texts() {
        let input = json!({
            "taskRoleArn": "arn:aws:iam::1:role/admin", "cpu": "512",
            "containerOverrides": [{"name": "app", "command": ["migrate", "--force"], "memory": 512,
                "environment": [{"name": "TOKEN", "value": "hunter2"}],
                "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/k"}]}],
            "password": "hunter2",
        });
        let left = redacted(&input.to_string());
        assert!(!left.contains("hunter2") && !left.contains("migrate"), "{left}");
        let left = serde_json::from_str::<Value>(&left).unwrap();
        assert_eq!(left["taskRoleArn"], input["taskRoleArn"]);
        let container = &left["containerOverrides"][0];
        assert_eq!(container["environment"][0]["name"], "TOKEN");
        assert_eq!(container["environmentFiles"], input["containerOverrides"][0]["environmentFiles"]);
        assert_eq!((&container["name"], &container["memory"]), (&json!("app"), &json!(512)));
        assert_eq!(container["command"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn parameters_of_run_task_keep_theirs_in_either_spelling() {
        let input = json!({"Cluster": "main", "TaskDefinition": "job", "LaunchType": "FARGATE",
            "Overrides": {"ContainerOverrides": [{"Name": "app", "Command": ["hunter2"],
                "Environment": [{"Name": "TOKEN", "Value": "hunter2"}]}]}});
        let left = serde_json::from_str::<Value>(&redacted(&input.to_string())).unwrap();
        assert_eq!((&left["Cluster"], &left["TaskDefinition"]), (&json!("main"), &json!("job")));
        let container = &left["Overrides"]["ContainerOverrides"][0];
        assert_eq!(
            (&container["Name"], &container["Environment"][0]["Name"]),
            (&json!("app"), &json!("TOKEN"))
        );
        assert!(!left.to_string().contains("hunter2"), "{left}");
    }

    #[test]
    fn an_input_that_is_no_object_is_replaced_whole() {
        for input in ["hunter2", "\"hunter2\"", "[\"hunter2\"]", "{\"containerOverrides\": [<hunter2>]}"] {
            let left = redacted(input);
            assert!(left.starts_with("redacted:") && !left.contains("hunter2"), "{input}: {left}");
        }
        assert_eq!(redacted(""), "");
    }
}
