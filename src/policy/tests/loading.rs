//! Loading: what is read, and everything that is refused.

use std::collections::BTreeSet;

use super::{DENIES_BAD, Fixture, MANIFEST, control_id, metadata};
use crate::diagnostic::Code;
use crate::domain::Severity;
use crate::policy::{Bundles, Limits, Source};
use crate::snapshot::Collection;

fn reads(policy: &str) -> Vec<&'static str> {
    let lib = "package lib.net\n\nimport rego.v1\n\nopen(id) if input.ec2.route_tables[id].open\n\n\
        unused if input.ec2.vpcs\n\nhop(id) if data.lib.far.there[id]\n";
    let far = "package lib.far\n\nimport rego.v1\n\nthere contains id if some id, _ in input.ec2.subnets\n";
    let fixture = Fixture::new().with("lib/net/net.rego", lib).with("lib/far/far.rego", far).with_control(
        "XX01",
        "a",
        &format!("{DENIES_BAD}\n{policy}"),
    );
    fixture.load().controls()[0].reads.iter().map(|collection| collection.path()).collect()
}

#[test]
fn a_control_is_joined_with_its_metadata_and_frameworks() {
    let fixture = Fixture::new().with_control("XX01", "bad_service", DENIES_BAD).with(
        "frameworks/f.yaml",
        "{id: f, title: F, version: '1', source: 'https://example.com', requirement_format: 'F/{id}', \
         requirements: [{id: A, controls: [XX01]}]}",
    );
    let bundles = fixture.load();
    let control = &bundles.controls()[0];
    assert_eq!(control.slug(), "bad_service");
    assert_eq!(control.severity, Severity::High);
    assert_eq!(control.mappings[0].label.as_deref(), Some("F/A"));
    assert_eq!(control.bundle.to_string(), "fixture@1");
    assert!(control.bundle.digest.starts_with("sha256:"));
    assert_eq!(bundles.reads(), BTreeSet::from([Collection::Services]));
}

#[test]
fn what_a_control_reads_is_followed_through_helpers() {
    assert_eq!(reads(""), ["ecs.services"]);
    assert_eq!(reads("x if input.ecs.tasks"), ["ecs.services"], "a rule that deny does not use");
    let deny = |condition: &str| {
        reads(&format!("deny contains v if {{\n\tsome v, service in input.ecs.services\n\t{condition}\n}}\n"))
    };
    assert_eq!(deny("data.lib.net.open(service.x)"), ["ec2.route_tables", "ecs.services"]);
    assert_eq!(deny("data.lib.net.hop(service.x)"), ["ec2.subnets", "ecs.services"]);
    assert_eq!(deny("data.lib.far.there"), ["ec2.subnets", "ecs.services"]);
    assert_eq!(deny("count(data.lib.far) > 0"), ["ec2.subnets", "ecs.services"]);
    assert_eq!(
        deny("input.usage[service.td].services"),
        [
            "ecs.services",
            "ecs.task_definitions",
            "ecs.task_sets",
            "ecs.tasks",
            "events.rules",
            "scheduler.schedules"
        ]
    );
    assert_eq!(deny("object.get(input, [\"ecs\", \"clusters\", v], {})"), ["ecs.clusters", "ecs.services"]);
    assert_eq!(deny("clusters := input.ecs[service.x]").len(), 14);
    assert_eq!(deny("f := input\n\tf.ecs").len(), Collection::ALL.len());
    assert_eq!(deny("every id in service.x { input.iam.roles[id] }"), ["ecs.services", "iam.roles"]);
    assert_eq!(deny("count([x | some x in input.ecs.clusters]) > 0"), ["ecs.clusters", "ecs.services"]);
}

#[test]
fn an_imported_alias_is_followed() {
    let policy = format!(
        "{}package tidewaiter.controls.service.a\n\nimport rego.v1\nimport data.lib.net as n\nimport input.ecs.clusters\n\n\
         deny contains v if {{\n\tsome v, _ in input.ecs.services\n\tn.open(v)\n\tclusters[v]\n}}\n",
        metadata("XX01", "ecs.services")
    );
    let fixture = Fixture::new()
        .with(
            "lib/net/net.rego",
            "package lib.net\n\nimport rego.v1\n\nopen(id) if input.ec2.route_tables[id].open\n",
        )
        .with("controls/service/a/a.rego", &policy);
    let reads = fixture.load().reads().into_iter().map(Collection::path).collect::<Vec<_>>();
    assert_eq!(reads, ["ec2.route_tables", "ecs.clusters", "ecs.services"]);
}

#[test]
fn a_local_variable_is_not_taken_for_a_rule() {
    let lib = "package lib.x\n\nimport rego.v1\n\nname(x) := y if {\n\tname := x.name\n\ty := name\n}\n\n\
        other(name) := name\n\nthird := [n | n := data.lib.x.name({\"name\": 1})]\n";
    let fixture = Fixture::new().with("lib/x/x.rego", lib).with_control("XX01", "a", DENIES_BAD);
    assert_eq!(fixture.problems(), "");
}

#[test]
fn recursion_is_refused() {
    let lib = "package lib.x\n\nimport rego.v1\n\nf(x) := f(x)\n\ng(x) := data.lib.y.h(x)\n";
    let other = "package lib.y\n\nimport rego.v1\n\nimport data.lib.x\n\nh(x) := [z | z := x.g(1)]\n";
    let fixture = Fixture::new().with("lib/x/x.rego", lib).with("lib/y/y.rego", other).with_control(
        "XX01",
        "a",
        &format!("{DENIES_BAD}\np if q\n\nq if not p\n"),
    );
    insta::assert_snapshot!(fixture.problems(), @r"
        controls/service/a/a.rego:20:1: a rule depends on itself: `tidewaiter.controls.service.a.p` → `tidewaiter.controls.service.a.q` → `tidewaiter.controls.service.a.p` [recursion] (Rego has no recursion; use `walk` or `graph.reachable`)
        lib/x/x.rego:5:1: a rule depends on itself: `lib.x.f` → `lib.x.f` [recursion] (Rego has no recursion; use `walk` or `graph.reachable`)
        lib/x/x.rego:7:1: a rule depends on itself: `lib.x.g` → `lib.y.h` → `lib.x.g` [recursion] (Rego has no recursion; use `walk` or `graph.reachable`)
        ");
}

#[test]
fn data_that_touches_a_package_is_refused() {
    let shadow = |path: &str, text: &str| {
        let manifest = MANIFEST.replace("tidewaiter/controls", "tidewaiter");
        let fixture = Fixture::new()
            .with(".manifest", &manifest)
            .with_control("XX01", "a", DENIES_BAD)
            .with(path, text);
        fixture.load_with(None).map(drop).map_err(|problems| problems[0].code)
    };
    assert_eq!(
        shadow("controls/service/a/data.json", "{\"deny\": []}"),
        Err(Code::Layout),
        "outside the roots"
    );
    assert_eq!(
        shadow("tidewaiter/controls/service/a/data.json", "{\"deny\": []}"),
        Err(Code::DataShadowsRule)
    );
    assert_eq!(shadow("data.yaml", "tidewaiter:\n  controls: off\n"), Err(Code::DataShadowsRule));
    assert_eq!(shadow("tidewaiter/controls/service/data.yaml", "a: {x: {}}\n"), Err(Code::DataShadowsRule));
    assert_eq!(shadow("tidewaiter/controls/service/data.yaml", "b: {x: {}}\n"), Ok(()));
}

#[test]
fn what_nobody_has_is_refused_with_the_nearest_name() {
    let policy = format!(
        "{DENIES_BAD}\ndeny contains v if {{\n\tsome v, s in input.ecs.servces\n\tdata.lib.net.opne(v)\n\t\
         v == data.params.lmit\n}}\n"
    );
    let fixture = Fixture::new()
        .with("params/data.yaml", "limit: 1\n")
        .with("lib/net/net.rego", "package lib.net\n\nimport rego.v1\n\nopen(id) if id == 1\n")
        .with_control("XX01", "a", &policy);
    insta::assert_snapshot!(fixture.problems(), @r"
        controls/service/a/a.rego:21:15: no document has `input.ecs.servces` [unknown-input] (did you mean `services`?)
        controls/service/a/a.rego:22:2: nothing stands at `data.lib.net.opne` [unknown-reference] (did you mean `open`?)
        controls/service/a/a.rego:23:7: nothing stands at `data.params.lmit` [unknown-reference] (did you mean `limit`?)
        ");
}

#[test]
fn unknown_and_forbidden_functions_are_refused() {
    let policy = |call: &str| {
        let lib = "package lib.x\n\nimport rego.v1\n\nf(x) := frobnicate(x)\n";
        Fixture::new()
            .with("lib/x/x.rego", lib)
            .with_control("XX01", "a", &format!("{DENIES_BAD}\ndeny contains v if {{\n\tv := {call}\n}}\n"))
            .problems()
    };
    insta::assert_snapshot!(policy("frobnicate(1)"), @"controls/service/a/a.rego:21:5: nobody defines the function `frobnicate` [unknown-function]");
    insta::assert_snapshot!(policy("data.lib.x.f(1)"), @"lib/x/x.rego:5:19: nobody defines the function `frobnicate` [unknown-function]");
    insta::assert_snapshot!(policy("data.lib.x.nothing(1)"), @"controls/service/a/a.rego:21:7: nothing stands at `data.lib.x.nothing` [unknown-reference] (known are `f`)");
    insta::assert_snapshot!(policy("time.now_ns()"), @"controls/service/a/a.rego:21:7: `time.now_ns` must not be called: its answer depends on more than the document [forbidden-builtin] (use `time.parse_rfc3339_ns(input.taken_at)`)");
    for forbidden in [
        "rand.intn(\"x\", 5)",
        "uuid.rfc4122(\"x\")",
        "http.send({})",
        "opa.runtime()",
        "net.lookup_ip_addr(\"x\")",
    ] {
        assert!(policy(forbidden).contains("[forbidden-builtin]"), "{forbidden}");
    }
}

#[test]
fn a_control_must_answer_in_sets() {
    let problems = |policy: &str| Fixture::new().with_control("XX01", "a", policy).problems();
    insta::assert_snapshot!(problems("allow := 1\n"), @"controls/service/a/a.rego: the control's `deny` is missing [contract] (write `deny contains … if { … }`)");
    insta::assert_snapshot!(problems("deny := 1\n\nexclude := 2\n"), @r"
        controls/service/a/a.rego: the control's `deny` is not a set [contract] (write `deny contains … if { … }`)
        controls/service/a/a.rego: the control's `exclude` is not a set [contract] (write `exclude contains … if { … }`)
        ");
}

#[test]
fn folder_file_package_and_metadata_agree() {
    let policy = |package: &str| {
        format!("{}package {package}\n\nimport rego.v1\n\n{DENIES_BAD}", metadata("XX01", "ecs.services"))
    };
    let fixture = Fixture::new()
        .with("controls/service/a/b.rego", &policy("tidewaiter.controls.service.b"))
        .with("controls/service/CamelCase/CamelCase.rego", &policy("tidewaiter.controls.service.CamelCase"))
        .with("controls/service/c/c.rego", &policy("tidewaiter.controls.task.c"))
        .with("controls/d.rego", "package tidewaiter.controls.d\n")
        .with("lib/e/e.rego", "package other.e\n");
    insta::assert_snapshot!(fixture.problems(), @r"
        controls/d.rego:1:1: the control has no METADATA block before its package [metadata] (write title, description and custom as other controls do)
        controls/d.rego:1:1: a control's policy does not stand in a folder of its own [layout] (its path is `controls/<subject>/<slug>/<slug>.rego`)
        controls/service/CamelCase/CamelCase.rego:10:1: `CamelCase` is not in snake_case [layout] (use lower-case letters, digits and `_`)
        controls/service/a/b.rego:5:9: the control id `XX01` is taken (controls/service/CamelCase/CamelCase.rego) [duplicate-control] (ids are permanent and never given twice)
        controls/service/a/b.rego:10:1: `b.rego` stands in the folder of the control `a`, which has one policy [layout] (name it `a.rego`, or move helpers to `lib/`)
        controls/service/c/c.rego:5:9: the control id `XX01` is taken (controls/service/CamelCase/CamelCase.rego) [duplicate-control] (ids are permanent and never given twice)
        controls/service/c/c.rego:10:1: the package `tidewaiter.controls.task.c` does not agree with its folder [layout] (name it `tidewaiter.controls.service.c`)
        lib/e/e.rego:1:1: the package `other.e` lies outside the bundle's roots [layout] (add its path to `roots` in `.manifest`, or rename it)
        ");
}

#[test]
fn every_problem_of_every_file_is_said_at_once() {
    let fixture = Fixture::new()
        .with("lib/a/a.rego", "package lib.a\n\nx := \n")
        .with("lib/c/c.rego", &format!("package lib.c\n\nx := {}1{}\n", "[".repeat(20), "]".repeat(20)))
        .with("params/data.yaml", "a: [1\n")
        .with("frameworks/f.yaml", "id: f\n")
        .with_control("XX01", "a", DENIES_BAD);
    let codes =
        fixture.load_with(None).unwrap_err().iter().map(|problem| problem.code).collect::<BTreeSet<_>>();
    assert_eq!(codes, BTreeSet::from([Code::Rego, Code::BracketDepth, Code::Syntax, Code::Framework]));
}

#[test]
fn ids_aliases_names_and_packages_are_given_once() {
    let aliased = "# METADATA\n# title: x\n# description: x\n# custom:\n#   id: XX02\n#   aliases: [XX01]\n#   severity: low\n\
        #   resources: ecs.services\n#   remediation: {text: x}\npackage tidewaiter.controls.service.b\n\nimport rego.v1\n\n";
    let one = Fixture::new()
        .with_control("XX01", "a", DENIES_BAD)
        .with("controls/service/b/b.rego", &format!("{aliased}{DENIES_BAD}"));
    assert!(one.problems().contains("the control id `XX01` is taken"), "{}", one.problems());

    let (first, second) = (
        Fixture::new().with_control("XX01", "a", DENIES_BAD),
        Fixture::new().with_control("XX01", "a", DENIES_BAD),
    );
    let problems = Bundles::load(&[first.source(), second.source()], None, &Limits::default()).unwrap_err();
    let codes = problems.iter().map(|problem| problem.code).collect::<BTreeSet<_>>();
    assert_eq!(
        codes,
        BTreeSet::from([Code::Manifest, Code::OverlappingRoots, Code::Layout, Code::DuplicateControl])
    );
}

#[test]
fn parameters_are_laid_over_the_defaults_before_policies_see_them() {
    let policy = "deny contains v if {\n\tsome arn, s in input.ecs.services\n\ts.n > data.params.a.limit\n\t\
        v := {\"resource\": arn, \"message\": \"too many\"}\n}\n";
    let fixture =
        Fixture::new().with("params/data.yaml", "a: {limit: 1}\n").with_control("XX01", "a", policy);
    let snapshot = super::document(r#"{"s": {"n": 5}}"#, "", super::COMPLETE);
    let verdict = |overrides| {
        let bundles = fixture.load_with(overrides).unwrap();
        super::summary(&super::judged(&bundles, &snapshot))
    };
    assert_eq!(verdict(None), "XX01 s failed too many");
    assert_eq!(verdict(Some(("p.yaml", "a: {limit: 7}"))), "XX01 s passed");
    let problems = fixture.load_with(Some(("p.yaml", "a:\n  limits: 7"))).unwrap_err();
    assert_eq!(
        fixture.render(&problems),
        "p.yaml:2:3: no bundle has a parameter `a.limits` [unknown-key] (did you mean `limit`?)"
    );
}

#[test]
fn a_selection_knows_whether_bundles_are_judged_whole() {
    let off = "# METADATA\n# title: x\n# description: x\n# custom:\n#   id: XX03\n#   aliases: [OLD]\n#   enabled: false\n\
        #   severity: low\n#   resources: ecs.tasks\n#   remediation: {text: x}\npackage tidewaiter.controls.service.c\n\n\
        import rego.v1\n\ndeny contains 1 if input.ecs.tasks.x\n";
    let fixture = Fixture::new()
        .with_control("XX01", "a", DENIES_BAD)
        .with_control("XX02", "b", DENIES_BAD)
        .with("controls/service/c/c.rego", off);
    let bundles = fixture.load();
    let ids = |bundles: &Bundles| {
        bundles.controls().iter().map(|control| control.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&bundles), ["XX01", "XX02"]);
    assert!(bundles.bundles()[0].whole);
    let some = bundles.select(&[control_id("XX02"), control_id("OLD")]).unwrap();
    assert_eq!(ids(&some), ["XX02", "XX03"]);
    assert!(!some.bundles()[0].whole);
    assert!(some.reads().contains(&Collection::Tasks) && !bundles.reads().contains(&Collection::Tasks));
    let whole = bundles.select(&[control_id("XX02"), control_id("XX01"), control_id("XX03")]).unwrap();
    assert!(whole.bundles()[0].whole);
    let unknown = bundles.select(&[control_id("XX09")]).unwrap_err();
    assert_eq!(unknown[0].to_string(), "no loaded bundle has a control `XX09`");
}

#[test]
fn a_missing_directory_is_named() {
    let problems =
        Bundles::load(&[Source::Directory("/nowhere".into())], None, &Limits::default()).unwrap_err();
    assert_eq!((problems[0].file.as_str(), problems[0].code), ("/nowhere", Code::Unreadable));
}

#[test]
fn tests_are_not_evaluated_with_the_policies() {
    let fixture = Fixture::new()
        .with_control("XX01", "a", DENIES_BAD)
        .with("controls/service/a/a_test.rego", "package tidewaiter.controls.service.a\n\ndeny contains 1\n")
        .with(
            "controls/service/a/b_test.rego",
            "package tidewaiter.controls.service.a_test\n\ntest_x if true\n\ntest_x if false\n\n\
             test_table[case] if {\n\tsome case in [1]\n}\n",
        );
    let snapshot = super::document(r#"{"s": {}}"#, "", super::COMPLETE);
    assert_eq!(super::summary(&super::judged(&fixture.load(), &snapshot)), "XX01 s passed");
}
