//! Whole passes against an emulated AWS: what they read, record, publish and leave alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::emulator::Emulator;
use crate::support::program::{Program, Ran, project};

const PUBLISH: [&str; 7] = ["run", "--publish", "security-hub", "--rate", "1000", "--format", "json"];

/// One publishing pass that must end with `code`.
#[track_caller]
fn publish(program: &Program, code: i32) -> Ran {
    program.run(PUBLISH).expect(code)
}

/// The findings of Security Hub that are ours, by Id.
fn ours(emulator: &Emulator) -> BTreeMap<String, Value> {
    emulator
        .findings()
        .into_iter()
        .map(|finding| (finding["Id"].as_str().unwrap().to_owned(), finding))
        .filter(|(id, _)| id.starts_with("tidewaiter/"))
        .collect()
}

fn finding_id(control: &str, resource: &Value) -> String {
    format!("tidewaiter/{control}/{}", resource.as_str().unwrap())
}

#[track_caller]
fn status<'a>(findings: &'a BTreeMap<String, Value>, id: &str) -> (&'a str, &'a str) {
    let finding = findings.get(id).unwrap_or_else(|| panic!("no finding {id} among {:?}", findings.keys()));
    (finding["Compliance"]["Status"].as_str().unwrap(), finding["RecordState"].as_str().unwrap())
}

/// Fails the test unless nothing changed, and names what did.
#[track_caller]
fn assert_unchanged(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) {
    let ids = before.keys().chain(after.keys()).collect::<BTreeSet<_>>();
    let changed = ids.into_iter().filter(|id| before.get(*id) != after.get(*id)).collect::<Vec<_>>();
    if let Some(first) = changed.first() {
        panic!("{changed:?} changed; the first from {:#?} to {:#?}", before.get(*first), after.get(*first));
    }
}

/// How many requests of each operation were made.
fn counted(requests: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        let name =
            format!("{}:{}", request["service"].as_str().unwrap(), request["operation"].as_str().unwrap());
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[test]
fn the_first_pass_creates_and_the_second_sends_nothing() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();

    let first = publish(&program, 0).json();
    let created = ours(&emulator);
    assert_eq!(status(&created, &finding_id("SV01", &names["services"]["web"])), ("FAILED", "ACTIVE"));
    assert_eq!(status(&created, &finding_id("SV01", &names["services"]["orders"])), ("PASSED", "ACTIVE"));
    assert_eq!(first["writes"]["sent"].as_u64().unwrap(), created.len() as u64);
    assert_eq!(first["writes"]["failed"], json!([]));

    emulator.requests();
    let second = publish(&program, 0).json();
    let requests = counted(&emulator.requests());
    assert_eq!(requests.get("securityhub:BatchImportFindings"), None, "{requests:?}");
    assert_eq!(second["writes"]["sent"], json!(0));
    assert_unchanged(&created, &ours(&emulator));
    assert_eq!(first["verdicts"], second["verdicts"]);
}

#[test]
fn a_pass_makes_no_more_requests_than_the_page_sizes_force() {
    let (emulator, names) = Emulator::with_small_estate();
    let report = emulator.program().run(["run", "--rate", "1000", "--format", "json"]).expect(0).json();
    let requests = counted(&emulator.requests());
    let clusters = names["clusters"].as_object().unwrap().len();
    assert_eq!(requests["ecs:ListClusters"], 1);
    assert_eq!(requests["ecs:DescribeClusters"], 1);
    assert_eq!(requests["ecs:ListServices"], clusters);
    assert_eq!(requests["ecs:DescribeServices"], clusters);
    assert_eq!(requests["ecs:ListTasks"], clusters);
    assert_eq!(requests["ecs:ListTaskDefinitions"], 1, "families and definitions share it");
    assert_eq!(requests["ecs:ListDaemons"], clusters);
    assert_eq!(requests["ecs:DescribeDaemonRevisions"], 1);
    assert_eq!(requests["ecs:DescribeDaemonTaskDefinition"], 1);
    assert_eq!(requests["events:ListEventBuses"], 1);
    assert_eq!(requests["events:ListRules"], 2, "one for each bus");
    assert_eq!(requests["events:ListTargetsByRule"], names["rules"].as_object().unwrap().len());
    assert_eq!(requests["scheduler:ListSchedules"], 1);
    assert_eq!(requests["scheduler:GetSchedule"], 1, "the other's target runs no tasks");
    assert_eq!(
        requests["iam:GetAccountAuthorizationDetails"], 1,
        "users, roles and policies come in one page"
    );
    for operation in ["iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails"] {
        assert_eq!(requests[operation], 4, "one for each principal with rights on ECS");
    }
    assert_eq!(requests["organizations:DescribeOrganization"], 1);
    assert_eq!(requests["organizations:ListParents"], 2, "the account's and its unit's");
    assert_eq!(requests["organizations:ListPoliciesForTarget"], 3, "one for each level");
    assert_eq!(requests["organizations:DescribePolicy"], 2, "one for each policy, wherever it is attached");
    assert_eq!(requests["ecr:DescribeRepositories"], 1);
    assert_eq!(requests["ecr:GetRepositoryPolicy"], names["repositories"].as_object().unwrap().len());
    assert_eq!(
        requests["ecr:DescribeImages"], 5,
        "one for each repository, and one for each image that is gone"
    );
    assert_eq!(requests["ecr:DescribeImageScanFindings"], 2, "one for each image");
    assert_eq!(requests["logs:DescribeLogGroups"], 2, "one for each group that definitions name");
    for operation in ["ec2:DescribeInstances", "ec2:DescribeVolumes", "ec2:DescribeImages"] {
        assert_eq!(requests[operation], 1, "{operation}");
    }
    assert_eq!(requests["ssm:DescribeParameters"], 1);
    assert_eq!(requests["ssm:GetParameters"], 3, "ten of AWS's recommendations each");
    assert_eq!(requests["elasticfilesystem:DescribeAccessPoints"], 1, "one for each that definitions name");
    assert_eq!(
        requests.get("secretsmanager:DescribeSecret"),
        None,
        "nothing refers to secrets: {requests:?}"
    );
    assert_eq!(requests["elasticloadbalancing:DescribeTargetGroups"], 1);
    assert_eq!(requests["elasticloadbalancing:DescribeLoadBalancers"], 1);
    assert_eq!(requests["elasticloadbalancing:DescribeListeners"], 1, "one for each load balancer");
    assert_eq!(requests["elasticloadbalancing:DescribeRules"], 2, "one for each listener");
    assert_eq!(
        requests.get("application-autoscaling:DescribeScalableTargets"),
        None,
        "nothing refers to scalable targets: {requests:?}"
    );
    assert_eq!(requests.get("securityhub:DescribeHub"), None, "nothing was to be published");
    for (operation, count) in &requests {
        if operation != "sts:GetCallerIdentity" {
            assert_eq!(report["calls"][operation]["calls"], json!(count), "{operation}");
        }
    }
}

#[test]
fn a_definition_that_only_a_rule_or_a_schedule_names_is_in_use() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    let ran = program.run(["snapshot", "--all", "--rate", "1000", "--output", "estate.json"]).expect(0);
    assert_eq!(ran.stdout, "");
    let estate = std::fs::read_to_string(program.path("estate.json")).unwrap();
    let estate = serde_json::from_str::<Value>(&estate).unwrap();
    let schedules = |name: &str| {
        let arn = names["task_definitions"][name].as_str().unwrap();
        assert!(estate["ecs"]["task_definitions"][arn].is_object(), "{arn} was not described");
        estate["usage"][arn]["schedules"].clone()
    };
    // An older revision that nothing else names, and a family's name that stands for its newest.
    assert_eq!(schedules("sweep:1"), json!([names["rules"]["nightly"]]));
    assert_eq!(schedules("audit:1"), json!([names["schedules"]["audit"]]));
    assert_eq!(schedules("sweep:2"), json!([]));
    let rules = estate["events"]["rules"].as_object().unwrap();
    assert_eq!(rules.keys().collect::<Vec<_>>(), [names["rules"]["nightly"].as_str().unwrap()]);
    let targets = rules.values().next().unwrap()["Targets"].as_array().unwrap();
    assert_eq!(targets.len(), 1, "the queue is no target that runs tasks");
    let input = serde_json::from_str::<Value>(targets[0]["Input"].as_str().unwrap()).unwrap();
    let variable = &input["containerOverrides"][0]["environment"][0];
    assert_eq!(variable["name"], "API_TOKEN");
    assert!(variable["value"].as_str().unwrap().starts_with("redacted:github_token:"), "{variable}");
}

#[test]
fn a_parameter_that_cannot_be_described_makes_no_source_of_secrets_better_and_names_the_action() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    let reports = names["task_definitions"]["reports:1"].as_str().unwrap();
    let sources = |report: &Value| {
        let verdicts = report["verdicts"].as_array().unwrap().iter();
        let of_control = verdicts.filter(|verdict| verdict["control"] == "TD18");
        let kinds = of_control.map(|verdict| {
            (
                verdict["resource"].as_str().unwrap().to_owned(),
                verdict["verdict"].as_str().unwrap().to_owned(),
            )
        });
        kinds.collect::<BTreeMap<_, _>>()
    };
    let before = sources(&program.run(["run", "--rate", "1000", "--format", "json"]).expect(0).json());
    assert_eq!(before[reports], "failed");
    emulator.faults(json!([{ "match": { "operation": "ssm:DescribeParameters" }, "kind": "denied" }]));
    let report = program.run(["run", "--rate", "1000", "--format", "json"]).expect(3).json();
    let after = sources(&report);
    assert_eq!(after[reports], "unknown");
    let others = |verdicts: &BTreeMap<String, String>| {
        let others = verdicts.iter().filter(|(resource, _)| *resource != reports);
        others.map(|(resource, verdict)| (resource.clone(), verdict.clone())).collect::<Vec<_>>()
    };
    assert_eq!(others(&after), others(&before), "they name no parameter");
    let gap = &report["coverage"]["ssm.parameters"]["gaps"][0];
    assert_eq!(gap["action"], "ssm:DescribeParameters", "{gap}");
}

#[test]
fn a_scheduler_that_cannot_be_read_makes_no_verdict_better_and_names_the_action() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    let before = publish(&program, 0).json();
    let published = ours(&emulator);
    let sweep = names["task_definitions"]["sweep:1"].as_str().unwrap();
    let of_sweep = |report: &Value| {
        let verdicts = report["verdicts"].as_array().unwrap().iter();
        verdicts.filter(|verdict| verdict["resource"] == sweep).count()
    };
    assert!(of_sweep(&before) > 5);

    emulator.faults(json!([{ "match": { "operation": "events:ListRules" }, "kind": "denied" }]));
    let report = publish(&program, 3).json();
    assert_eq!(of_sweep(&report), 0, "nobody listed it");
    assert_unchanged(&published, &ours(&emulator));
    let gap = &report["coverage"]["ecs.task_definitions"]["gaps"][0];
    assert_eq!(gap["action"], "events:ListRules", "{gap}");
    let hidden = report["hidden"].as_array().unwrap().iter();
    assert!(hidden.clone().any(|hidden| hidden["control"] == "TD01"), "{hidden:?}");
}

#[test]
fn a_repaired_resource_flips_its_finding_and_keeps_its_identity() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    publish(&program, 0);
    let id = finding_id("SV05", &names["services"]["reports"]);
    let before = ours(&emulator)[&id].clone();
    assert_eq!(before["Compliance"]["Status"], "FAILED");

    let arguments = json!({ "cluster": "harbour", "service": "reports", "propagateTags": "SERVICE" });
    emulator.call("ecs", "UpdateService", arguments);
    publish(&program, 0);
    let after = ours(&emulator)[&id].clone();
    assert_eq!(after["Compliance"]["Status"], "PASSED");
    assert_eq!(after["FindingProviderFields"]["Severity"]["Label"], "INFORMATIONAL");
    assert_eq!(after["CreatedAt"], before["CreatedAt"]);
    assert_eq!(after["FirstObservedAt"], before["FirstObservedAt"]);
    assert!(after["UpdatedAt"].as_str() > before["UpdatedAt"].as_str());
}

#[test]
fn a_deleted_resource_is_archived_and_comes_back_as_itself() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    publish(&program, 0);
    let id = finding_id("SV07", &names["services"]["console"]);
    let before = ours(&emulator)[&id].clone();

    let service = json!({ "cluster": "harbour", "service": "console", "force": true });
    emulator.call("ecs", "DeleteService", service);
    let report = publish(&program, 0).json();
    let archived = ours(&emulator);
    assert_eq!(archived[&id]["RecordState"], "ARCHIVED");
    let alive = report["verdicts"].as_array().unwrap().iter();
    let alive = alive.map(|verdict| verdict["resource"].as_str().unwrap()).collect::<BTreeSet<_>>();
    for (archived_id, _) in archived.iter().filter(|(_, finding)| finding["RecordState"] == "ARCHIVED") {
        let resource = archived_id.splitn(3, '/').nth(2).unwrap();
        assert!(!alive.contains(resource), "{archived_id} was archived, and its resource exists");
    }
    assert_eq!(archived[&id]["CreatedAt"], before["CreatedAt"]);
}

#[test]
fn a_withdrawn_control_is_archived_and_a_narrower_pass_archives_nothing() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    let bundle = program.path("bundle");
    copy(&project("bundles/aws-hygiene"), &bundle);
    let with_bundle = |arguments: &[&str]| {
        let bundle = bundle.to_str().unwrap().to_owned();
        let all =
            PUBLISH.iter().map(|argument| (*argument).to_owned()).chain(["--bundle".to_owned(), bundle]);
        program.run(all.chain(arguments.iter().map(|argument| (*argument).to_owned()))).expect(0)
    };
    with_bundle(&[]);
    let id = finding_id("SV05", &names["services"]["reports"]);
    assert_eq!(status(&ours(&emulator), &id), ("FAILED", "ACTIVE"));

    with_bundle(&["--control", "SV06"]);
    assert_eq!(status(&ours(&emulator), &id), ("FAILED", "ACTIVE"));

    std::fs::remove_dir_all(bundle.join("controls/tagging/tags_not_propagated")).unwrap();
    for framework in std::fs::read_dir(bundle.join("frameworks")).unwrap() {
        std::fs::remove_file(framework.unwrap().path()).unwrap();
    }
    with_bundle(&[]);
    let after = ours(&emulator);
    assert_eq!(status(&after, &id).1, "ARCHIVED");
    let archived = after.iter().filter(|(_, finding)| finding["RecordState"] == "ARCHIVED");
    for (archived_id, _) in archived {
        assert!(archived_id.starts_with("tidewaiter/SV05/"), "{archived_id} was archived too");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn an_unreadable_resource_is_unknown_and_its_finding_stays_as_it_was() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    publish(&program, 0);
    let before = ours(&emulator);

    emulator.faults(json!([{ "match": { "operation": "ecs:DescribeServices" }, "kind": "denied" }]));
    let report = publish(&program, 3).json();
    assert_unchanged(&before, &ours(&emulator));
    let web = names["services"]["web"].as_str().unwrap();
    let verdicts = report["verdicts"].as_array().unwrap();
    let verdict =
        verdicts.iter().find(|verdict| verdict["control"] == "SV01" && verdict["resource"] == web).unwrap();
    assert_eq!(verdict["verdict"], "unknown");
    assert!(verdict["reason"].as_str().unwrap().contains("ecs:DescribeServices"), "{verdict}");
    assert_eq!(report["coverage"]["ecs.services"]["gaps"][0]["action"], "ecs:DescribeServices");
}

#[test]
fn two_accounts_and_two_regions_never_touch_each_others_findings() {
    let (emulator, _) = Emulator::with_small_estate();
    publish(&emulator.program(), 0);
    let before = ours(&emulator);

    for (account, region) in [("222222222222", "eu-central-1"), ("123456789012", "eu-west-1")] {
        let place = json!({ "account": account, "region": region });
        let mut seed = json!({ "estate": "small" });
        seed.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        emulator.control("seed", seed);
        emulator.control("enable_hub", place);
        let other = emulator.program_as(account, region);
        let report = publish(&other, 0).json();
        assert_eq!(report["account"]["id"], account);
        assert!(report["writes"]["sent"].as_u64().unwrap() > 50);
        assert_unchanged(&before, &ours(&emulator));
    }
}

#[test]
fn one_ledger_may_serve_two_regions() {
    let (emulator, _) = Emulator::with_small_estate();
    emulator.control("seed", json!({ "estate": "small", "region": "eu-west-1" }));
    let program = emulator.program();
    let run = |region: &str| program.run(["run", "--rate", "1000", "--format", "json", "--region", region]);
    let first = run("eu-central-1").expect(0).json();
    let second = run("eu-west-1").expect(0).json();
    assert_eq!(first["plan"]["archive"], json!([]));
    assert_eq!(second["plan"]["archive"], json!([]), "another Region's findings were closed");
    assert_eq!(run("eu-central-1").expect(0).json()["plan"]["create"], json!([]));
}

#[test]
fn findings_of_another_product_and_a_customers_own_fields_survive() {
    let (emulator, names) = Emulator::with_small_estate();
    let program = emulator.program();
    let now = "2026-01-01T00:00:00.000Z";
    let product = "arn:aws:securityhub:eu-central-1:123456789012:product/123456789012/default";
    let foreign = json!({
        "SchemaVersion": "2018-10-08", "Id": "prowler-ecs-1", "ProductArn": product, "GeneratorId": "prowler-ecs",
        "AwsAccountId": "123456789012", "CreatedAt": now, "UpdatedAt": now, "Title": "t", "Description": "d",
        "Types": ["Software and Configuration Checks"], "Severity": { "Label": "HIGH" },
        "Resources": [{ "Type": "Other", "Id": names["services"]["console"] }],
    });
    emulator.call("securityhub", "BatchImportFindings", json!({ "Findings": [foreign] }));
    let find_foreign =
        || emulator.findings().into_iter().find(|finding| finding["Id"] == "prowler-ecs-1").unwrap();
    let untouched = find_foreign();
    publish(&program, 0);

    let id = finding_id("SV05", &names["services"]["reports"]);
    let identifier = json!([{ "Id": id, "ProductArn": product }]);
    emulator.call(
        "securityhub",
        "BatchUpdateFindings",
        json!({ "FindingIdentifiers": identifier, "Workflow": { "Status": "SUPPRESSED" },
                "Severity": { "Label": "LOW" }, "Note": { "Text": "known", "UpdatedBy": "ada" } }),
    );
    let tag = json!([{ "key": "owner", "value": "reports" }]);
    emulator.call("ecs", "TagResource", json!({ "resourceArn": names["services"]["reports"], "tags": tag }));
    emulator.call(
        "ecs",
        "DeleteService",
        json!({ "cluster": "harbour", "service": "console", "force": true }),
    );
    publish(&program, 0);

    let finding = ours(&emulator)[&id].clone();
    assert_eq!(finding["Workflow"]["Status"], "SUPPRESSED");
    assert_eq!(finding["Severity"]["Label"], "LOW");
    assert_eq!(finding["Note"]["Text"], "known");
    assert_eq!(find_foreign(), untouched);
}

#[test]
fn a_hub_that_is_off_is_named_and_never_switched_on() {
    let emulator = Emulator::start();
    emulator.control("seed", json!({ "estate": "small" }));
    let program = emulator.program();
    let ran = publish(&program, 1);
    assert!(ran.stderr.contains("Security Hub"), "{}", ran.stderr);
    assert!(ran.stderr.contains("123456789012") && ran.stderr.contains("eu-central-1"), "{}", ran.stderr);
    assert!(ran.stderr.contains("help:"), "{}", ran.stderr);
    let requests = counted(&emulator.requests());
    assert_eq!(requests.get("securityhub:EnableSecurityHub"), None);
    assert_eq!(requests.get("ecs:ListClusters"), None, "nothing is read for a pass that cannot publish");
}

#[test]
fn losing_the_ledger_costs_nothing_but_a_bootstrap() {
    let (emulator, _) = Emulator::with_small_estate();
    let program = emulator.program();
    publish(&program, 0);
    let before = ours(&emulator);

    std::fs::remove_file(program.path("tidewaiter.db")).unwrap();
    emulator.requests();
    publish(&program, 0);
    let requests = counted(&emulator.requests());
    assert!(requests["securityhub:GetFindings"] >= 1, "{requests:?}");
    assert_eq!(requests.get("securityhub:BatchImportFindings"), None, "{requests:?}");
    assert_unchanged(&before, &ours(&emulator));
}

#[test]
fn a_refused_finding_is_reported_by_its_id_and_the_rest_is_written() {
    let (emulator, _) = Emulator::with_small_estate();
    let program = emulator.program();
    emulator
        .faults(json!([{ "match": { "operation": "securityhub:BatchImportFindings" }, "kind": "denied" }]));
    let ran = publish(&program, 3);
    let report = ran.json();
    let failed = report["writes"]["failed"].as_array().unwrap();
    assert!(!failed.is_empty());
    assert!(failed[0]["finding"].as_str().unwrap().starts_with("tidewaiter/"));
    assert!(
        failed[0]["message"].as_str().unwrap().contains("securityhub:BatchImportFindings"),
        "{}",
        failed[0]
    );

    emulator.faults(json!([]));
    let healed = publish(&program, 0).json();
    assert_eq!(healed["writes"]["sent"].as_u64().unwrap(), ours(&emulator).len() as u64);
}

#[test]
fn secrets_of_an_estate_reach_nothing_that_a_pass_writes() {
    let (emulator, _) = Emulator::with_small_estate();
    let program = emulator.program();
    let secrets = ["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "ghp_", "hunter2", "migrate --force"];
    let snapshot =
        program.run(["snapshot", "--all", "--rate", "1000", "-vvv", "--output", "estate.json"]).expect(0);
    let ran = program.run([
        "run",
        "--publish",
        "security-hub",
        "--rate",
        "1000",
        "-vvv",
        "--report",
        "json=report.json",
        "--report",
        "asff=findings.json",
    ]);
    let mut written = vec![snapshot.stdout, snapshot.stderr, ran.stdout, ran.stderr];
    for file in ["estate.json", "report.json", "findings.json", "tidewaiter.db"] {
        written.push(String::from_utf8_lossy(&std::fs::read(program.path(file)).unwrap()).into_owned());
    }
    written.push(serde_json::to_string(&emulator.findings()).unwrap());
    for (index, text) in written.iter().enumerate() {
        for secret in secrets {
            assert!(!text.contains(secret), "`{secret}` stands in output {index}");
        }
    }
    assert!(written.iter().any(|text| text.contains("redacted:aws_access_key:")));
}
