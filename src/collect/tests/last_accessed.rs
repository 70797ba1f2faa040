//! What principals have used, and what of it nobody could tell.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::collect::testing::*;
use crate::collect::{Options, collect};
use crate::domain::{CollectionCoverage, GapKind, Status};
use crate::snapshot::{Collection, Snapshot};

const COLLECTION: Collection = Collection::LastAccessed;
const COMPLETED: &str = "2026-11-22T07:59:58Z";

fn role(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{name}")
}

fn answer(operation: &str, result: &str) -> ResponseTemplate {
    text(
        200,
        &format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
        ),
    )
}

fn refused(status: u16, code: &str) -> ResponseTemplate {
    let message = "is not authorized to perform: iam:GenerateServiceLastAccessedDetails on";
    text(
        status,
        &format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        ),
    )
}

/// Roles that may do these, in an organization that does not exist.
async fn account(roles: &[(&str, &str)]) -> Aws {
    let aws = Aws::start().await;
    let roles = roles.iter().map(|(name, action)| {
        let document = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
        format!(
            "<member><Arn>{}</Arn><RolePolicyList><member><PolicyName>p</PolicyName>\
             <PolicyDocument>{document}</PolicyDocument></member></RolePolicyList></member>",
            role(name)
        )
    });
    let roles = roles.collect::<String>();
    let details = format!(
        "<RoleDetailList>{roles}</RoleDetailList><UserDetailList/><GroupDetailList/><Policies/>\
         <IsTruncated>false</IsTruncated>"
    );
    aws.answer("GetAccountAuthorizationDetails", [answer("GetAccountAuthorizationDetails", &details)]);
    aws.answer("DescribeOrganization", [error(400, "AWSOrganizationsNotInUseException", "none")]);
    aws.answer("GenerateServiceLastAccessedDetails", [generated()]);
    aws.answer("GetServiceLastAccessedDetails", [got(&ended(ECS))]);
    aws
}

fn generated() -> ResponseTemplate {
    answer("GenerateServiceLastAccessedDetails", "<JobId>00000000-0000-0000-0000-000000000001</JobId>")
}

fn got(result: &str) -> ResponseTemplate {
    answer("GetServiceLastAccessedDetails", result)
}

const S3: &str = "<member><ServiceNamespace>s3</ServiceNamespace></member>";
const ECS: &str = "<member><ServiceNamespace>ecs</ServiceNamespace><ServiceName>Amazon ECS</ServiceName>\
    <LastAuthenticated>2026-05-01T00:00:00Z</LastAuthenticated>\
    <TotalAuthenticatedEntities>1</TotalAuthenticatedEntities><TrackedActionsLastAccessed>\
    <member><ActionName>RunTask</ActionName></member></TrackedActionsLastAccessed></member>";

fn ended(services: &str) -> String {
    format!(
        "<JobStatus>COMPLETED</JobStatus><JobCompletionDate>{COMPLETED}</JobCompletionDate>\
         <ServicesLastAccessed>{services}</ServicesLastAccessed><IsTruncated>false</IsTruncated>"
    )
}

async fn read(aws: &Aws) -> Snapshot {
    read_with(aws, &options()).await
}

async fn read_with(aws: &Aws, options: &Options) -> Snapshot {
    collect(&aws.session(), &BTreeSet::from([COLLECTION]), &(), options).await
}

fn knowing(name: &str, completed: &str) -> Options {
    let details = json!({"JobCompletionDate": completed, "known": true}).to_string();
    let known = (role(name), RawValue::from_string(details).unwrap());
    Options { last_accessed: [known].into(), ..options() }
}

#[tokio::test]
async fn only_who_may_do_something_to_ecs_is_asked_about_and_only_ecs_is_kept() {
    let aws = account(&[("a", "ecs:RunTask"), ("b", "s3:*"), ("c", "ecr:*")]).await;
    let in_progress = got("<JobStatus>IN_PROGRESS</JobStatus>");
    let first = ended(S3).replace("false</IsT", "true</IsT") + "<Marker>more</Marker>";
    aws.answer("GetServiceLastAccessedDetails", [in_progress, got(&first), got(&ended(ECS))]);
    let snapshot = read(&aws).await;
    assert_eq!(
        covered(&snapshot, COLLECTION),
        CollectionCoverage { status: Status::Complete, count: 1, calls: 4, retries: 0, gaps: Vec::new() }
    );
    let found = member(&snapshot, COLLECTION, &role("a"));
    assert_eq!(
        found,
        json!({"JobStatus": "COMPLETED", "JobCompletionDate": COMPLETED, "ServicesLastAccessed": [{
            "ServiceNamespace": "ecs", "ServiceName": "Amazon ECS", "LastAuthenticated": "2026-05-01T00:00:00Z",
            "TotalAuthenticatedEntities": 1, "TrackedActionsLastAccessed": [{"ActionName": "RunTask"}],
        }]})
    );
    let asked = aws.asked_of("GenerateServiceLastAccessedDetails");
    assert_eq!(asked.len(), 1);
    assert_eq!((&asked[0]["Arn"], &asked[0]["Granularity"]), (&json!(role("a")), &json!("ACTION_LEVEL")));
    assert_eq!(aws.asked_of("GetServiceLastAccessedDetails")[2]["Marker"], "more");
}

#[tokio::test]
async fn a_young_answer_is_not_asked_for_again_and_an_old_or_odd_one_is() {
    for (completed, is_asked) in [
        ("2026-11-21T08:00:01Z", false),
        ("2026-11-22T08:00:03Z", false),
        ("2026-11-21T07:59:59Z", true),
        ("yesterday", true),
    ] {
        let aws = account(&[("a", "ecs:*")]).await;
        let snapshot = read_with(&aws, &knowing("a", completed)).await;
        assert_eq!(
            aws.asked_of("GenerateServiceLastAccessedDetails").len(),
            usize::from(is_asked),
            "{completed}"
        );
        assert_eq!(member(&snapshot, COLLECTION, &role("a")).get("known").is_none(), is_asked);
    }
    let aws = account(&[("a", "s3:*")]).await;
    let snapshot = read_with(&aws, &knowing("a", COMPLETED)).await;
    assert_eq!(keys(&snapshot, COLLECTION), [""; 0], "it may do nothing any more");
}

#[tokio::test]
async fn what_does_not_end_or_says_nothing_of_ecs_is_a_gap() {
    let failed = "<JobStatus>FAILED</JobStatus><Error><Code>ReportFailed</Code><Message>m</Message></Error>";
    for (result, kind, code) in [
        ("<JobStatus>IN_PROGRESS</JobStatus>".to_owned(), GapKind::Timeout, "JobUnfinished"),
        (failed.to_owned(), GapKind::Server, "ReportFailed"),
        ("<JobStatus>FAILED</JobStatus>".to_owned(), GapKind::Server, "JobFailed"),
        ("<JobStatus>PAUSED</JobStatus>".to_owned(), GapKind::Malformed, "UnexpectedAnswer"),
        (ended(S3), GapKind::Contradiction, "UnlistedService"),
        (ended(ECS).replace("JobCompletionDate", "JobDate"), GapKind::Malformed, "UnexpectedAnswer"),
        (ended(ECS).replace("ServicesLast", "Last"), GapKind::Malformed, "UnexpectedAnswer"),
        (ended(ECS).replace("false</IsT", "true</IsT"), GapKind::Truncated, "MissingMarker"),
        (
            ended(ECS).replace("false</IsT", "true</IsT") + "<Marker>m</Marker>",
            GapKind::Truncated,
            "RepeatedToken",
        ),
    ] {
        let aws = account(&[("a", "ecs:*")]).await;
        aws.answer("GetServiceLastAccessedDetails", [got(&result)]);
        let snapshot = read(&aws).await;
        let gap = the_gap(&snapshot, COLLECTION);
        assert_eq!((gap.kind, gap.code.as_str(), gap.ids), (kind, code, vec![role("a")]), "{result}");
        assert_eq!(keys(&snapshot, COLLECTION), [""; 0]);
    }
}

#[tokio::test]
async fn who_may_not_ask_is_refused_once() {
    let aws = account(&[("a", "ecs:*"), ("b", "ecs:*"), ("c", "ecs:*")]).await;
    aws.answer("GenerateServiceLastAccessedDetails", [refused(403, "AccessDenied")]);
    let gap = the_gap(&read(&aws).await, COLLECTION);
    assert_eq!(gap.action.as_deref(), Some("iam:GenerateServiceLastAccessedDetails"));
    assert_eq!(gap.ids, [role("a"), role("b"), role("c")]);
    assert_eq!(aws.asked_of("GenerateServiceLastAccessedDetails").len(), 1);

    let aws = account(&[("a", "ecs:*"), ("b", "ecs:*")]).await;
    aws.answer("GenerateServiceLastAccessedDetails", [refused(404, "NoSuchEntity"), generated()]);
    let snapshot = read(&aws).await;
    assert_eq!(the_gap(&snapshot, COLLECTION).ids, [role("a")], "it is gone, and the other is not");
    assert_eq!(keys(&snapshot, COLLECTION), [role("b")]);
}

#[tokio::test]
async fn one_pass_asks_about_so_many_and_begins_with_those_it_knows_least_of() {
    let names = (0..205).map(|n| format!("r{n:03}")).collect::<Vec<_>>();
    let roles = names.iter().map(|name| (name.as_str(), "ecs:*")).collect::<Vec<_>>();
    let aws = account(&roles).await;
    let options =
        Options { last_accessed_age: Duration::from_secs(1), ..knowing("r000", "2026-11-01T00:00:00Z") };
    let snapshot = read_with(&aws, &options).await;
    assert_eq!(keys(&snapshot, COLLECTION).len(), 200);
    let gap = the_gap(&snapshot, COLLECTION);
    assert_eq!((gap.kind, gap.code.as_str()), (GapKind::Cancelled, "TooManyPrincipals"));
    let rest = ["r000", "r201", "r202", "r203", "r204"].map(role);
    assert_eq!(gap.ids, rest);
}

#[tokio::test]
async fn what_hides_access_hides_what_was_used() {
    let aws = account(&[("a", "ecs:*")]).await;
    aws.answer("GetAccountAuthorizationDetails", [refused(403, "AccessDenied")]);
    let snapshot = read(&aws).await;
    let gaps = covered(&snapshot, COLLECTION).gaps;
    assert!(gaps.iter().any(|gap| gap.hides_members()), "{gaps:?}");
    assert_eq!(json!(aws.asked_of("GenerateServiceLastAccessedDetails")), Value::Array(Vec::new()));
}
