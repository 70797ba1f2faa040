//! What judging a large estate costs: 10,000 task definitions and as many services, twelve controls of the built-in bundles.
//!
//! ```text
//! cargo bench --bench evaluate                                 generate, judge, print durations
//! cargo bench --bench evaluate -- --generate FILE              write the document
//! cargo bench --bench evaluate -- --each FILE                 judge it with each control alone
//! /usr/bin/time -v target/release/deps/evaluate-… FILE [THREADS] judge it alone, for memory and processor time
//! ```

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark is a program for developers")]

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::Instant;

use tidewaiter::domain::VerdictKind;
use tidewaiter::policy::{Bundles, Limits, Options, Source, judge};
use tidewaiter::snapshot::{Collection, Snapshot};

const MEMBERS: usize = 10_000;
const CONTROLS: usize = 12;

fn main() {
    // `cargo bench` adds `--bench`.
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench").collect::<Vec<_>>();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => measure(document(), 1),
        ["--generate", file] => std::fs::write(file, document()).unwrap(),
        ["--each", file] => each(&std::fs::read_to_string(file).unwrap()),
        [file] => measure(std::fs::read_to_string(file).unwrap(), 1),
        [file, threads, ..] => measure(std::fs::read_to_string(file).unwrap(), threads.parse().unwrap()),
    }
}

/// The first controls that read nothing but services and task definitions.
fn chosen() -> Bundles {
    let bundles = Bundles::load(&[Source::Builtin], None, &Limits::default()).unwrap();
    let wanted = [Collection::Services, Collection::TaskDefinitions];
    let chosen =
        bundles.controls().iter().filter(|control| control.reads.iter().all(|read| wanted.contains(read)));
    let chosen = chosen.take(CONTROLS).map(|control| control.id.clone()).collect::<Vec<_>>();
    bundles.select(&chosen).unwrap()
}

fn each(text: &str) {
    let (bundles, snapshot) = (chosen(), Snapshot::from_json(text).unwrap());
    for control in bundles.controls() {
        let alone = bundles.select(std::slice::from_ref(&control.id)).unwrap();
        let started = Instant::now();
        let judgement = judge(&alone, &snapshot, &[], snapshot.taken_at, &Options::default());
        println!(
            "{:>12.3?} {} {} ({} verdicts)",
            started.elapsed(),
            control.id,
            control.slug(),
            judgement.verdicts.len()
        );
    }
}

fn measure(text: String, threads: usize) {
    let bytes = text.len();
    let started = Instant::now();
    let bundles = chosen();
    let loaded = started.elapsed();
    let started = Instant::now();
    let snapshot = Snapshot::from_json(&text).unwrap();
    drop(text);
    let read = started.elapsed();
    let started = Instant::now();
    let options = Options { threads: NonZeroUsize::new(threads).unwrap(), ..Options::default() };
    let judgement = judge(&bundles, &snapshot, &[], snapshot.taken_at, &options);
    let judged = started.elapsed();
    println!("{bytes} bytes, {} controls, {threads} threads", bundles.controls().len());
    println!("bundles loaded in {loaded:?}, document read in {read:?}, judged in {judged:?}");
    for kind in VerdictKind::ALL {
        let count = judgement.verdicts.iter().filter(|verdict| verdict.outcome.kind() == kind).count();
        println!("{count:>8} {}", kind.as_str());
    }
    assert!(judgement.errors.is_empty(), "{:?}", judgement.errors);
}

/// A document of about 28 MB.
fn document() -> String {
    let text = indented();
    text.lines().map(str::trim_start).collect()
}

fn indented() -> String {
    let prefix = "arn:aws:ecs:eu-central-1:123456789012";
    let (mut definitions, mut services) = (String::new(), String::new());
    for number in 0..MEMBERS {
        let comma = if number == 0 { "" } else { "," };
        let definition = format!("{prefix}:task-definition/family-{number}:7");
        let mut containers = String::new();
        for (index, name) in ["app", "proxy", "logs"].iter().enumerate() {
            let privileged = index == 1 && number.is_multiple_of(10);
            let comma = if index == 0 { "" } else { "," };
            write!(
                containers,
                r#"{comma}{{"name":"{name}","image":"123456789012.dkr.ecr.eu-central-1.amazonaws.com/{name}:{number}","cpu":128,
                "memory":256,"essential":true,"privileged":{privileged},"readonlyRootFilesystem":{},"user":"1000",
                "portMappings":[{{"containerPort":8080,"protocol":"tcp"}}],
                "environment":[{{"name":"STAGE","value":"redacted:plain:0123456789abcdef"}},{{"name":"SERVICE","value":"redacted:plain:{number:016x}"}}],
                "linuxParameters":{{"initProcessEnabled":true}},
                "logConfiguration":{{"logDriver":"awslogs","options":{{"awslogs-group":"/ecs/family-{number}","awslogs-region":"eu-central-1"}}}}}}"#,
                !number.is_multiple_of(7),
            )
            .unwrap();
        }
        write!(
            definitions,
            r#"{comma}"{definition}":{{"taskDefinitionArn":"{definition}","family":"family-{number}","revision":7,"status":"ACTIVE",
            "networkMode":"awsvpc","cpu":"512","memory":"1024","requiresCompatibilities":["FARGATE"],"compatibilities":["EC2","FARGATE"],
            "taskRoleArn":"arn:aws:iam::123456789012:role/task-{number}","executionRoleArn":"arn:aws:iam::123456789012:role/execution",
            "containerDefinitions":[{containers}],"volumes":[],"placementConstraints":[],"tags":[{{"key":"team","value":"t{}"}}]}}"#,
            number % 50
        )
        .unwrap();
        let service = format!("{prefix}:service/cluster-{}/service-{number}", number % 20);
        write!(
            services,
            r#"{comma}"{service}":{{"serviceArn":"{service}","serviceName":"service-{number}","clusterArn":"{prefix}:cluster/cluster-{}",
            "status":"ACTIVE","desiredCount":2,"runningCount":2,"launchType":"FARGATE","platformVersion":"LATEST","taskDefinition":"{definition}",
            "deployments":[{{"id":"ecs-svc/{number}","status":"PRIMARY","taskDefinition":"{definition}","rolloutState":"COMPLETED"}}],
            "networkConfiguration":{{"awsvpcConfiguration":{{"subnets":["subnet-{0}"],"securityGroups":["sg-{0}"],"assignPublicIp":"{1}"}}}},
            "tags":[]}}"#,
            number % 20,
            if number.is_multiple_of(9) { "ENABLED" } else { "DISABLED" },
        )
        .unwrap();
    }
    format!(
        r#"{{"version":"1","account":{{"id":"123456789012","partition":"aws"}},"region":"eu-central-1","taken_at":"2026-11-22T08:00:00Z",
        "ecs":{{"task_definitions":{{{definitions}}},"services":{{{services}}}}},
        "coverage":{{"ecs.services":{{"status":"complete","count":{MEMBERS}}},"ecs.task_definitions":{{"status":"complete","count":{MEMBERS}}}}}}}"#
    )
}
