//! What Security Hub accepts, written down from its documentation without a look at the code that writes findings.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

/// The first thing about a finding that Security Hub would refuse.
pub(crate) fn problem(json: &str) -> Option<String> {
    if json.len() > 240_000 {
        return Some(format!("{} bytes", json.len()));
    }
    let finding: Value = serde_json::from_str(json).unwrap();
    let text = |path: &str| finding.pointer(path).and_then(Value::as_str);
    blank(&finding, "").or_else(|| {
        let required = [
            ("/SchemaVersion", 10),
            ("/Id", 512),
            ("/ProductArn", 2048),
            ("/GeneratorId", 512),
            ("/AwsAccountId", 12),
            ("/CreatedAt", 64),
            ("/UpdatedAt", 64),
            ("/Title", 256),
            ("/Description", 1024),
            ("/Resources/0/Type", 256),
            ("/Resources/0/Id", usize::MAX),
        ];
        for (path, limit) in required {
            match text(path) {
                None => return Some(format!("{path} is missing")),
                Some(text) if length(text) > limit => return Some(format!("{path} is too long")),
                Some(_) => {}
            }
        }
        let optional = [
            ("/ProductName", 128),
            ("/Remediation/Recommendation/Text", 512),
            ("/Resources/0/Region", 16),
            ("/FindingProviderFields/Severity/Original", 64),
        ];
        if let Some((path, _)) =
            optional.iter().find(|(path, limit)| text(path).is_some_and(|text| length(text) > *limit))
        {
            return Some(format!("{path} is too long"));
        }
        let counts = [
            ("/Resources", 32),
            ("/Compliance/RelatedRequirements", 32),
            ("/FindingProviderFields/Types", 50),
        ];
        for (path, limit) in counts {
            if finding.pointer(path).and_then(Value::as_array).is_some_and(|list| list.len() > limit) {
                return Some(format!("{path} has too many"));
            }
        }
        let enums: [(&str, &[&str]); 4] = [
            ("/Compliance/Status", &["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]),
            ("/RecordState", &["ACTIVE", "ARCHIVED"]),
            (
                "/FindingProviderFields/Severity/Label",
                &["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"],
            ),
            (
                "/Resources/0/Partition",
                &["aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b", "AzureCloud"],
            ),
        ];
        for (path, words) in enums {
            if text(path).is_some_and(|word| !words.contains(&word)) {
                return Some(format!("{path} is none of its words"));
            }
        }
        if text("/SchemaVersion") != Some("2018-10-08") {
            return Some("the schema has another version".to_owned());
        }
        for path in ["/CreatedAt", "/UpdatedAt", "/FirstObservedAt", "/LastObservedAt"] {
            if text(path).is_none_or(|time| !time.ends_with('Z') || time.parse::<Timestamp>().is_err()) {
                return Some(format!("{path} is no time"));
            }
        }
        fields(&finding).or_else(|| members(&finding))
    })
}

fn fields(finding: &Value) -> Option<String> {
    let fields = finding["ProductFields"].as_object()?;
    if fields.len() > 50 {
        return Some("too many ProductFields".to_owned());
    }
    for (key, value) in fields {
        let value = value.as_str().unwrap();
        if length(key) > 128 || length(value) > 2048 || key.starts_with("aws/") {
            return Some(format!("ProductFields has `{key}`"));
        }
    }
    let tags = finding.pointer("/Resources/0/Tags").and_then(Value::as_object)?;
    tags.keys().find(|key| key.to_lowercase().starts_with("aws:")).cloned()
}

/// Members that are the customer's, or that nobody knows.
fn members(finding: &Value) -> Option<String> {
    let known = BTreeSet::from([
        "SchemaVersion",
        "Id",
        "ProductArn",
        "ProductName",
        "GeneratorId",
        "AwsAccountId",
        "CreatedAt",
        "UpdatedAt",
        "FirstObservedAt",
        "LastObservedAt",
        "Title",
        "Description",
        "FindingProviderFields",
        "Resources",
        "Compliance",
        "Remediation",
        "ProductFields",
        "RecordState",
    ]);
    let unknown = finding.as_object()?.keys().find(|key| !known.contains(key.as_str()));
    if let Some(key) = unknown {
        return Some(format!("`{key}` is not ours to send"));
    }
    let (status, label) =
        (&finding["Compliance"]["Status"], &finding["FindingProviderFields"]["Severity"]["Label"]);
    (status == "PASSED" && label != "INFORMATIONAL").then(|| "PASSED with a severity".to_owned())
}

/// The larger of the two ways in which a length can be counted.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Strings, keys, lists and objects without anything in them; ASFF's pattern for strings is `.*\S.*`.
fn blank(value: &Value, path: &str) -> Option<String> {
    let is_blank = |text: &str| text.chars().all(|c| c.is_whitespace() || c.is_control());
    match value {
        Value::Null => Some(format!("{path} is null")),
        Value::String(text) if is_blank(text) => Some(format!("{path} is blank")),
        Value::Array(items) if items.is_empty() => Some(format!("{path} is empty")),
        Value::Object(members) if members.is_empty() => Some(format!("{path} is empty")),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(at, item)| blank(item, &format!("{path}/{at}")))
        }
        Value::Object(members) => members.iter().find_map(|(key, member)| {
            if is_blank(key) {
                Some(format!("{path} has a blank key"))
            } else {
                blank(member, &format!("{path}/{key}"))
            }
        }),
        _ => None,
    }
}
