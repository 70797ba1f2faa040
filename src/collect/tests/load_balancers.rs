//! Load balancers in front of services.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{service, services};
use crate::collect::testing::*;
use crate::domain::{GapKind, Status};
use crate::snapshot::Collection;

const ALL: [Collection; 4] =
    [Collection::ListenerRules, Collection::Listeners, Collection::LoadBalancers, Collection::TargetGroups];

fn arn(resource: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-central-1:123456789012:{resource}")
}

fn elb(operation: &str, inside: &str) -> ResponseTemplate {
    let xml = format!(
        "<{operation}Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
         <{operation}Result>{inside}</{operation}Result><ResponseMetadata><RequestId>r</RequestId>\
         </ResponseMetadata></{operation}Response>"
    );
    text(200, &xml)
}

fn elb_error(status: u16, code: &str) -> ResponseTemplate {
    let xml = format!(
        "<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    text(status, &xml)
}

fn target_group(name: &str, load_balancer: &str) -> String {
    format!(
        "<member><TargetGroupArn>{}</TargetGroupArn><Protocol>HTTP</Protocol><Port>8080</Port>\
         <HealthCheckPort>8081</HealthCheckPort><HealthCheckEnabled>true</HealthCheckEnabled>\
         <LoadBalancerArns><member>{}</member></LoadBalancerArns></member>",
        arn(&format!("targetgroup/{name}/1")),
        arn(&format!("loadbalancer/{load_balancer}/1"))
    )
}

fn forward(name: &str) -> String {
    format!(
        "<member><Type>forward</Type><TargetGroupArn>{0}</TargetGroupArn><Order>1</Order><ForwardConfig>\
         <TargetGroups><member><TargetGroupArn>{0}</TargetGroupArn><Weight>1</Weight></member></TargetGroups>\
         <TargetGroupStickinessConfig><Enabled>false</Enabled></TargetGroupStickinessConfig></ForwardConfig></member>",
        arn(&format!("targetgroup/{name}/1"))
    )
}

fn listener(id: &str, protocol: &str, actions: &str) -> String {
    format!(
        "<member><ListenerArn>{}</ListenerArn><LoadBalancerArn>{}</LoadBalancerArn><Port>443</Port>\
         <Protocol>{protocol}</Protocol><Certificates/><DefaultActions>{actions}</DefaultActions></member>",
        arn(&format!("listener/{id}")),
        arn("loadbalancer/app/web/1")
    )
}

/// A service behind one load balancer, and target groups and load balancers of others.
async fn balanced() -> Aws {
    let aws = Aws::with_one_cluster().await;
    let named =
        |name: &str| json!({"targetGroupArn": arn(&format!("targetgroup/{name}/1")), "containerPort": 8080});
    let mut blue = named("blue");
    blue["advancedConfiguration"] = json!({"alternateTargetGroupArn": arn("targetgroup/green/1")});
    let sets = json!([{"taskSetArn": "arn:set", "loadBalancers": [named("gone")]}]);
    services(&aws, &[service("web", json!({"loadBalancers": [blue], "taskSets": sets}))]);
    let page = |groups: &str, marker: &str| {
        elb("DescribeTargetGroups", &format!("<TargetGroups>{groups}</TargetGroups>{marker}"))
    };
    aws.answer(
        "DescribeTargetGroups",
        [
            page(&target_group("blue", "app/web"), "<NextMarker>m&amp;1</NextMarker>"),
            page("", "<NextMarker>m2</NextMarker>"),
            page(&(target_group("green", "app/web") + &target_group("other", "app/other")), ""),
        ],
    );
    let load_balancer = |name: &str| {
        format!(
            "<member><LoadBalancerArn>{}</LoadBalancerArn><Scheme>internal</Scheme><SecurityGroups/></member>",
            arn(&format!("loadbalancer/app/{name}/1"))
        )
    };
    let both = format!("<LoadBalancers>{}{}</LoadBalancers>", load_balancer("web"), load_balancer("other"));
    aws.answer("DescribeLoadBalancers", [elb("DescribeLoadBalancers", &both)]);
    let listeners = format!("<Listeners>{}</Listeners>", listener("app/web/1/1", "HTTPS", &forward("blue")));
    aws.answer("DescribeListeners", [elb("DescribeListeners", &listeners)]);
    let rule = format!(
        "<Rules><member><RuleArn>{}</RuleArn><Priority>1</Priority><IsDefault>false</IsDefault><Conditions><member>\
         <Field>http-header</Field><HttpHeaderConfig><HttpHeaderName>X-Origin</HttpHeaderName><Values>\
         <member>hunter2</member></Values></HttpHeaderConfig></member></Conditions><Actions>{}</Actions></member></Rules>",
        arn("listener-rule/app/web/1/1/1"),
        forward("green")
    );
    aws.answer("DescribeRules", [elb("DescribeRules", &rule)]);
    aws
}

#[tokio::test]
async fn what_leads_to_a_service_is_read_and_nothing_else() {
    let aws = balanced().await;
    let snapshot = aws.collect(ALL).await;
    for collection in ALL {
        assert_eq!(covered(&snapshot, collection).status, Status::Complete, "{collection}");
    }
    // One that the service names is gone, and the other one is nobody's.
    assert_eq!(
        keys(&snapshot, Collection::TargetGroups),
        [arn("targetgroup/blue/1"), arn("targetgroup/green/1")]
    );
    assert_eq!(keys(&snapshot, Collection::LoadBalancers), [arn("loadbalancer/app/web/1")]);
    let page = |marker: &str| json!({"Version": "2015-12-01", "PageSize": "400", "Marker": marker});
    assert_eq!(
        aws.asked_of("DescribeTargetGroups"),
        [json!({"Version": "2015-12-01", "PageSize": "400"}), page("m&1"), page("m2")]
    );
    let of = |name: &str, arn: String| json!({"Version": "2015-12-01", "PageSize": "400", name: arn});
    assert_eq!(aws.asked_of("DescribeListeners"), [of("LoadBalancerArn", arn("loadbalancer/app/web/1"))]);
    assert_eq!(aws.asked_of("DescribeRules"), [of("ListenerArn", arn("listener/app/web/1/1"))]);
}

#[tokio::test]
async fn answers_of_load_balancing_become_what_the_cli_prints() {
    let snapshot = balanced().await.collect(ALL).await;
    let group = arn("targetgroup/blue/1");
    let action = |group: &str| {
        json!({"Type": "forward", "TargetGroupArn": group, "Order": 1, "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": group, "Weight": 1}],
            "TargetGroupStickinessConfig": {"Enabled": false}}})
    };
    assert_eq!(
        member(&snapshot, Collection::TargetGroups, &group),
        json!({"TargetGroupArn": group, "Protocol": "HTTP", "Port": 8080, "HealthCheckPort": "8081",
            "HealthCheckEnabled": true, "LoadBalancerArns": [arn("loadbalancer/app/web/1")]})
    );
    assert_eq!(
        member(&snapshot, Collection::Listeners, &arn("listener/app/web/1/1")),
        json!({"ListenerArn": arn("listener/app/web/1/1"), "LoadBalancerArn": arn("loadbalancer/app/web/1"),
            "Port": 443, "Protocol": "HTTPS", "Certificates": [], "DefaultActions": [action(&group)]})
    );
    assert_eq!(
        member(&snapshot, Collection::ListenerRules, &arn("listener-rule/app/web/1/1/1")),
        json!({"RuleArn": arn("listener-rule/app/web/1/1/1"), "ListenerArn": arn("listener/app/web/1/1"),
            "Priority": "1", "IsDefault": false, "Actions": [action(&arn("targetgroup/green/1"))]})
    );
}

#[tokio::test]
async fn secrets_in_actions_and_conditions_are_left_out() {
    let aws = balanced().await;
    let actions = "<member><Type>authenticate-oidc</Type><Order>1</Order><AuthenticateOidcConfig>\
        <ClientSecret>hunter2</ClientSecret></AuthenticateOidcConfig></member><member><Type>redirect</Type>\
        <RedirectConfig><Protocol>HTTPS</Protocol><Port>443</Port><Query>token=hunter2</Query>\
        <StatusCode>HTTP_301</StatusCode></RedirectConfig></member><member><Type>fixed-response</Type>\
        <FixedResponseConfig><MessageBody>hunter2</MessageBody></FixedResponseConfig></member>";
    let listeners = format!("<Listeners>{}</Listeners>", listener("app/web/1/1", "HTTP", actions));
    aws.answer("DescribeListeners", [elb("DescribeListeners", &listeners)]);
    let snapshot = aws.collect(ALL).await;
    let listener = member(&snapshot, Collection::Listeners, &arn("listener/app/web/1/1"));
    assert_eq!(
        listener["DefaultActions"],
        json!([{"Type": "authenticate-oidc", "Order": 1},
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}},
            {"Type": "fixed-response"}])
    );
    let mut document = Vec::new();
    snapshot.to_json(&mut document).unwrap();
    assert!(!String::from_utf8(document).unwrap().contains("hunter2"));
}

#[tokio::test]
async fn nothing_is_asked_of_load_balancing_for_services_without_target_groups() {
    let aws = Aws::with_one_cluster().await;
    services(&aws, &[service("web", json!({"loadBalancers": [{"loadBalancerName": "classic"}]}))]);
    let snapshot = aws.collect(ALL).await;
    assert_eq!(covered(&snapshot, Collection::TargetGroups).status, Status::Complete);
    assert_eq!(aws.asked_of("DescribeTargetGroups"), [] as [Value; 0]);
}

#[tokio::test]
async fn listeners_without_rules_are_not_asked_for_them_and_vanished_ones_are_no_gap() {
    let aws = balanced().await;
    let listeners = format!("<Listeners>{}</Listeners>", listener("net/web/1/1", "TLS", &forward("blue")));
    aws.answer("DescribeListeners", [elb("DescribeListeners", &listeners)]);
    aws.collect(ALL).await;
    assert_eq!(aws.asked_of("DescribeRules"), [] as [Value; 0]);

    let aws = balanced().await;
    aws.answer("DescribeRules", [elb_error(400, "ListenerNotFound")]);
    let snapshot = aws.collect(ALL).await;
    assert_eq!(covered(&snapshot, Collection::ListenerRules).status, Status::Complete);
    aws.answer("DescribeListeners", [elb_error(400, "LoadBalancerNotFound")]);
    let snapshot = aws.collect(ALL).await;
    assert_eq!(covered(&snapshot, Collection::Listeners).status, Status::Complete);
}

#[tokio::test]
async fn a_fault_of_load_balancing_hides_what_it_leads_to() {
    for (operation, hidden) in [
        ("DescribeTargetGroups", &ALL[..]),
        ("DescribeLoadBalancers", &[Collection::LoadBalancers]),
        ("DescribeListeners", &[Collection::Listeners, Collection::ListenerRules]),
        ("DescribeRules", &[Collection::ListenerRules]),
    ] {
        for (answer, kind, code) in [
            (elb_error(403, "AccessDenied"), GapKind::Denied, "AccessDenied"),
            (elb_error(400, "Throttling"), GapKind::Throttled, "Throttling"),
            (text(200, "<a><b>"), GapKind::Malformed, "MalformedBody"),
            (elb(operation, ""), GapKind::Malformed, "UnexpectedAnswer"),
        ] {
            let aws = balanced().await;
            aws.answer(operation, [answer]);
            let snapshot = aws.collect(ALL).await;
            for collection in ALL {
                let gaps = covered(&snapshot, collection).gaps;
                let found = gaps.iter().map(|gap| (gap.kind, gap.code.as_str(), gap.operation.as_str()));
                let full = format!("elasticloadbalancing:{operation}");
                let expected = hidden.contains(&collection).then_some((kind, code, full.as_str()));
                assert_eq!(
                    found.collect::<Vec<_>>(),
                    Vec::from_iter(expected),
                    "{operation} {code} {collection}"
                );
                assert!(gaps.iter().all(|gap| gap.hides_members()), "{operation} {code} {collection}");
            }
        }
    }
}
