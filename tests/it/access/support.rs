//! An account with one role.

use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use tidewaiter::access::{Estate, Sources};

/// The role.
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/tested";
const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/boundary";

type Members = BTreeMap<String, Box<RawValue>>;

/// What the document holds of IAM.
#[derive(Default)]
pub(crate) struct Account {
    role: Value,
    policies: Members,
}

impl Account {
    /// An account whose role has one inline policy.
    pub(crate) fn new(document: Value) -> Self {
        let policies = json!([{"PolicyName": "inline", "PolicyDocument": document}]);
        let role = json!({"Arn": ROLE, "RoleName": "tested", "RolePolicyList": policies, "AttachedManagedPolicies": []});
        Self { role, policies: Members::new() }
    }

    /// The same within a permissions boundary.
    pub(crate) fn within(mut self, document: Value) -> Self {
        self.role["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": BOUNDARY});
        let policy =
            json!({"Arn": BOUNDARY, "PolicyVersionList": [{"IsDefaultVersion": true, "Document": document}]});
        self.policies.insert(BOUNDARY.to_owned(), to_raw_value(&policy).unwrap());
        self
    }

    /// A document of a version, or without one.
    pub(crate) fn document(version: &str, statements: Vec<Value>) -> Value {
        match version {
            "none" => json!({"Statement": statements}),
            version => json!({"Version": version, "Statement": statements}),
        }
    }

    /// Does something with it.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Estate<'_>) -> T) -> T {
        self.under(&[], work)
    }

    /// Does something with it under service control policies.
    pub(crate) fn under<T>(
        &self,
        levels: &[BTreeMap<String, Value>],
        work: impl FnOnce(&mut Estate<'_>) -> T,
    ) -> T {
        let none = Members::new();
        let roles = Members::from([(ROLE.to_owned(), to_raw_value(&self.role).unwrap())]);
        let sources = Sources { groups: &none, policies: &self.policies, roles: &roles, users: &none };
        work(&mut Estate::new(sources).under(levels))
    }
}
