//! Puts together the labelled documents of `tests/fixtures/labelled`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};
use tidewaiter::access::{Estate, Sources};

use super::program::project;

/// What a label may say, in the order in which lists of an entry hold: a later one is right about a control.
const LISTS: &[(&str, &str)] = &[
    ("passes", "passed"),
    ("not_applicable", "not_applicable"),
    ("unknown", "unknown"),
    ("fails", "failed"),
];

/// What resources have in common.
const BASES: [&str; 3] = ["bases.yaml", "bases_principals.yaml", "bases_surroundings.yaml"];

/// What the users and roles may do, and what that is worked out from.
const ACCESS: &str = "iam.access";
const ACCESS_SOURCES: [&str; 4] = ["iam.groups", "iam.policies", "iam.roles", "iam.users"];

/// A document with what is expected of it.
#[derive(Debug)]
pub(crate) struct Labelled {
    /// The file's name without its ending, and its own where the file has several.
    pub(crate) name: String,
    /// The document, as a pass would have collected it.
    pub(crate) document: Value,
    /// Whether nothing of it was denied or could not be understood, and no label says that nobody can tell.
    pub(crate) is_complete: bool,
    /// The parameters that are laid over the defaults.
    pub(crate) params: Value,
    /// The labels of each resource.
    pub(crate) resources: Vec<Resource>,
}

/// A resource with its labels.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) collection: String,
    pub(crate) key: String,
    /// Verdicts by control; a control that is not named is expected to pass.
    pub(crate) labels: BTreeMap<String, &'static str>,
}

/// Every labelled document.
pub(crate) fn documents() -> Vec<Labelled> {
    let directory = project("tests/fixtures/labelled");
    let mut bases = json!({});
    BASES.iter().for_each(|name| merge(&mut bases, yaml(name)));
    let names =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names
        .filter(|name| name.ends_with(".yaml") && !BASES.contains(&name.as_str()))
        .collect::<BTreeSet<_>>();
    assert!(!names.is_empty());
    let files = names.iter().map(|name| (name.trim_end_matches(".yaml"), yaml(name)));
    let documents = files.flat_map(|(name, file)| match file["documents"].as_array() {
        Some(several) => {
            let each =
                several.iter().map(|one| (format!("{name}_{}", one["name"].as_str().unwrap()), one.clone()));
            each.collect::<Vec<_>>()
        }
        None => vec![(name.to_owned(), file)],
    });
    documents.map(|(name, file)| Labelled::read(name, &file, &bases)).collect()
}

fn yaml(name: &str) -> Value {
    let text = std::fs::read_to_string(project("tests/fixtures/labelled").join(name)).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl Labelled {
    fn read(name: String, file: &Value, bases: &Value) -> Self {
        let mut entries = file["resources"].as_array().cloned().unwrap_or_default();
        for further in texts(&file["files"]) {
            entries.extend(yaml(&further).as_array().unwrap().clone());
        }
        let denied = texts(&file["denied"]).collect::<BTreeSet<_>>();
        let mut collections =
            collections().into_iter().map(|name| (name, Map::new())).collect::<BTreeMap<_, _>>();
        let mut resources = Vec::new();
        for entry in &entries {
            let base = Base::of(entry, bases);
            let mut words = bases["texts"].as_object().unwrap().clone();
            words.insert("name".to_owned(), entry["name"].clone());
            assert!(entry["why"].is_string(), "{name}: {} says what is special about it", entry["name"]);
            let key = substituted(&Value::String(base.key), &words).as_str().unwrap().to_owned();
            words.insert("key".to_owned(), Value::String(key.clone()));
            let mut bodies = base.beside.as_object().unwrap().clone();
            bodies.insert(base.collection.clone(), base.with);
            for (collection, body) in bodies.iter().filter(|(_, body)| !body.is_null()) {
                let members =
                    collections.get_mut(collection).unwrap_or_else(|| panic!("{name}: {collection}"));
                let mut body = without_nulls(substituted(body, &words));
                let own_key = body.as_object_mut().and_then(|body| body.remove("key"));
                let key = own_key.as_ref().and_then(Value::as_str).unwrap_or(&key).to_owned();
                let before = members.insert(key.clone(), body);
                assert_eq!(before, None, "{name}: {key} is there twice");
            }
            resources.push(Resource { collection: base.collection, key, labels: base.labels });
        }
        let (access, undecided) = access(&collections);
        collections.insert(ACCESS.to_owned(), access);
        let document = document(file, &denied, &undecided, &collections);
        let params = if file["params"].is_null() { json!({}) } else { file["params"].clone() };
        let is_told = resources.iter().flat_map(|it| it.labels.values()).all(|verdict| *verdict != "unknown");
        let is_complete = denied.is_empty() && undecided.is_empty() && is_told;
        Self { name, document, is_complete, params, resources }
    }
}

/// An entry together with all that it is like.
struct Base {
    collection: String,
    key: String,
    labels: BTreeMap<String, &'static str>,
    with: Value,
    beside: Value,
}

impl Base {
    fn of(entry: &Value, bases: &Value) -> Self {
        let mut base = match entry["like"].as_str() {
            Some(like) => {
                Self::of(bases["resources"].get(like).unwrap_or_else(|| panic!("like {like}")), bases)
            }
            None => Self {
                collection: String::new(),
                key: String::new(),
                labels: BTreeMap::new(),
                with: json!({}),
                beside: json!({}),
            },
        };
        for (name, field) in [("collection", &mut base.collection), ("key", &mut base.key)] {
            if let Some(text) = entry[name].as_str() {
                text.clone_into(field);
            }
        }
        for (list, verdict) in LISTS {
            base.labels.extend(texts(&entry[*list]).map(|control| (control, *verdict)));
        }
        for (name, field) in [("with", &mut base.with), ("beside", &mut base.beside)] {
            if !entry[name].is_null() {
                merge(field, expanded(&entry[name], bases));
            }
        }
        base
    }
}

/// A value in which every object that is like a part is that part, overlaid with what else the object says.
fn expanded(value: &Value, bases: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| expanded(item, bases)).collect(),
        Value::Object(members) => {
            let own = members.iter().filter(|(name, _)| *name != "like");
            let own = own.map(|(name, value)| (name.clone(), expanded(value, bases))).collect::<Value>();
            let Some(like) = members.get("like").and_then(Value::as_str) else { return own };
            let mut part = expanded(bases["parts"].get(like).unwrap_or_else(|| panic!("like {like}")), bases);
            merge(&mut part, own);
            part
        }
        value => value.clone(),
    }
}

/// Objects are merged, everything else is replaced; null stays, to be left out in the end.
fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over,
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        value => value,
    }
}

/// A value in whose texts `{word}` is what `words` say.
fn substituted(value: &Value, words: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let replace = |text: String, (word, by): (&String, &Value)| {
                text.replace(&format!("{{{word}}}"), by.as_str().unwrap())
            };
            Value::String(words.iter().fold(text.clone(), replace))
        }
        Value::Array(items) => items.iter().map(|item| substituted(item, words)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), substituted(value, words))).collect()
        }
        value => value.clone(),
    }
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned())
}

/// The collections that a document can hold.
fn collections() -> Vec<String> {
    let schema = std::fs::read_to_string(project("docs/input.schema.json")).unwrap();
    let schema = serde_json::from_str::<Value>(&schema).unwrap();
    schema["properties"]["coverage"]["properties"].as_object().unwrap().keys().cloned().collect()
}

type Collections = BTreeMap<String, Map<String, Value>>;

/// What a pass writes that read everything but what was denied, and could not understand the policies of some.
fn document(
    file: &Value,
    denied: &BTreeSet<String>,
    undecided: &[String],
    collections: &Collections,
) -> Value {
    let mut document = json!({
        "version": "1", "account": {"id": "111122223333", "partition": "aws"}, "region": "eu-central-1",
        "taken_at": file["taken_at"], "usage": usage(collections),
    });
    let refusal =
        json!({"scope": "*", "operation": "a:B", "kind": "denied", "code": "AccessDenied", "message": "no"});
    for (collection, members) in collections {
        document["coverage"][collection] = if denied.contains(collection) {
            assert!(members.is_empty(), "{collection} was denied");
            json!({"status": "denied", "gaps": [refusal]})
        } else {
            let mut at = &mut document;
            for name in collection.split('.') {
                at = &mut at[name];
            }
            *at = Value::Object(members.clone());
            json!({"status": "complete", "count": members.len()})
        };
    }
    let hidden = ACCESS_SOURCES.iter().any(|source| denied.contains(*source));
    let mut gaps = Vec::from_iter(hidden.then_some(refusal));
    if !undecided.is_empty() {
        gaps.push(json!({
            "scope": "*", "ids": undecided, "operation": "a:B", "kind": "malformed", "code": "UndecidedPolicy", "message": "no",
        }));
    }
    if !gaps.is_empty() {
        let count = collections[ACCESS].len();
        document["coverage"][ACCESS] = json!({"status": "partial", "count": count, "gaps": gaps});
    }
    document
}

/// What the users and roles may do, whatever entries say of it, and for whom that is undecided.
fn access(collections: &Collections) -> (Map<String, Value>, Vec<String>) {
    let [groups, policies, roles, users] = ACCESS_SOURCES.map(|name| {
        let raw = collections[name].iter().map(|(key, body)| (key.clone(), to_raw_value(body).unwrap()));
        raw.collect::<BTreeMap<_, _>>()
    });
    let mut estate =
        Estate::new(Sources { groups: &groups, policies: &policies, roles: &roles, users: &users });
    let arns = estate.arns().map(str::to_owned).collect::<Vec<_>>();
    let (mut members, mut undecided) = (Map::new(), Vec::new());
    for arn in arns {
        let principal = estate.principal(&arn).unwrap();
        let access = estate.access(&principal);
        if !access.is_complete() {
            undecided.push(arn.clone());
        }
        members.insert(arn, serde_json::to_value(access).unwrap());
    }
    (members, undecided)
}

/// Who uses each task definition.
fn usage(collections: &Collections) -> Value {
    let definitions = &collections["ecs.task_definitions"];
    let active = definitions.iter().filter(|(_, definition)| definition["status"] == "ACTIVE");
    let newest = active
        .map(|(arn, definition)| {
            (definition["family"].as_str().unwrap(), (definition["revision"].as_u64(), arn))
        })
        .fold(BTreeMap::new(), |mut newest, (family, one)| {
            newest.entry(family).and_modify(|best| *best = one.max(*best)).or_insert(one);
            newest
        });
    let mut usage = definitions.keys().map(|arn| (arn.clone(), json!({}))).collect::<Map<_, _>>();
    let mut uses = |definition: &str, list: &str, by: &String| {
        let used = usage.entry(definition).or_insert_with(|| json!({}));
        let list = &mut used.as_object_mut().unwrap().entry(list).or_insert_with(|| json!([]));
        let list = list.as_array_mut().unwrap();
        if !list.contains(&json!(by)) {
            list.push(json!(by));
        }
    };
    for (collection, list, field) in [
        ("ecs.services", "services", "taskDefinition"),
        ("ecs.task_sets", "task_sets", "taskDefinition"),
        ("ecs.tasks", "tasks", "taskDefinitionArn"),
    ] {
        for (arn, member) in &collections[collection] {
            if let Some(definition) = member[field].as_str() {
                uses(definition, list, arn);
            }
        }
    }
    for (arn, body) in collections["events.rules"].iter().chain(&collections["scheduler.schedules"]) {
        for target in body["Targets"].as_array().into_iter().flatten().chain(body.get("Target")) {
            let definition = match target["Input"].as_str() {
                Some(input) => serde_json::from_str::<Value>(input).unwrap()["TaskDefinition"].clone(),
                None => target["EcsParameters"]["TaskDefinitionArn"].clone(),
            };
            // What is no task has none.
            let Some(name) = definition.as_str().and_then(|name| name.rsplit('/').next()) else { continue };
            if name.contains(':') {
                uses(
                    &format!("arn:aws:ecs:eu-central-1:111122223333:task-definition/{name}"),
                    "schedules",
                    arn,
                );
            } else if let Some((_, newest)) = newest.get(name) {
                uses(newest, "schedules", arn);
            }
        }
    }
    Value::Object(usage)
}
