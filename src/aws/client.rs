//! A client of any AWS API on the SDK's own runtime: its signing, retries, timeouts and connections.
//!
//! The generated clients take minutes, and EC2's gigabytes, to compile for a handful of reads each. What is asked for here
//! are parameters as the API spells them, and what comes back is the answer's text, which is what a document holds.

use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::plain::{configured_endpoint, dns_suffixes, global_region, signed};
use super::{Probe, WholeAnswer};
use crate::domain::Partition;

/// Everything but what RFC 3986 leaves as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One of AWS's APIs. The sources of names, versions and endpoints are botocore 1.44.5's models and endpoint rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Api {
    /// The service's name in configurations: `EC2` in `AWS_ENDPOINT_URL_EC2`.
    pub(crate) id: &'static str,
    /// Its name in signatures.
    pub(crate) signing_name: &'static str,
    /// What the names of its endpoints begin with.
    pub(crate) host: &'static str,
    /// The same for its endpoints with IPv6; `None` when it has no others.
    pub(crate) dual_stack_host: Option<&'static str>,
    /// Whether its endpoints with FIPS cryptography in AWS GovCloud (US) are called like those without.
    pub(crate) plain_fips_in_gov: bool,
    /// Whether one Region of the partition answers for all of them.
    pub(crate) is_global: bool,
    /// How it is spoken to.
    pub(crate) protocol: Protocol,
}

/// How an API is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// A form with an action and parameters; the answer is XML. With the API's version.
    Query(&'static str),
    /// A JSON object; a header names the operation. With what stands before the operation's name.
    Json(&'static str),
    /// A method, a path and perhaps a JSON object.
    Rest,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// An operation and its parameters, for [`Protocol::Query`].
    Form(&'static str, Vec<(String, String)>),
    /// An operation and its input, for [`Protocol::Json`].
    Input(&'static str, serde_json::Value),
    /// A path and query that are escaped already ([`escaped`]), for [`Protocol::Rest`].
    Get(String),
    /// A path and an input, for [`Protocol::Rest`].
    Post(String, serde_json::Value),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Client {
    operation: Operation<Request, (), ApiError>,
}

/// One request.
#[derive(Debug)]
struct Request {
    ask: Ask,
    probe: Probe,
}

/// An error that an API answered with.
#[derive(Debug)]
pub(crate) struct ApiError(ErrorMetadata);

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ApiError {}

impl ProvideErrorMetadata for ApiError {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl Client {
    /// A client for the Region and credentials of a configuration.
    pub(crate) fn new(api: Api, config: &SdkConfig, partition: &Partition) -> Self {
        let config = &placed(api, config, partition);
        let operation = Operation::builder()
            .service_name(api.id)
            .operation_name("Read")
            .endpoint_url(&endpoint(api, config, partition))
            .standard_retry(&config.retry_config().cloned().unwrap_or_else(RetryConfig::standard))
            .timeout_config(config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled))
            .stalled_stream_protection(
                config.stalled_stream_protection().unwrap_or_else(StalledStreamProtectionConfig::disabled),
            )
            .retry_classifier(TransientErrorClassifier::<ApiError>::new())
            .retry_classifier(AwsErrorCodeClassifier::<ApiError>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(WholeAnswer)
            .with_connection_poisoning()
            .interceptor(CarriedProbe)
            .runtime_plugin(signed(config, api.id, api.signing_name, SigV4OperationSigningConfig::default()))
            .serializer(move |request: Request| serialize(api.protocol, &request.ask))
            .deserializer(move |response: &HttpResponse| deserialize(api.protocol, response))
            .build();
        Self { operation }
    }

    /// Sends one request; the probe hands the answer's text out.
    pub(crate) async fn send(&self, ask: Ask, probe: Probe) -> Result<(), SdkError<ApiError, HttpResponse>> {
        self.operation.invoke(Request { ask, probe }).await
    }
}

/// A part of a path or of a query, with everything escaped that could be taken for more than text.
pub(crate) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The configuration with the Region that answers for an API.
fn placed(api: Api, config: &SdkConfig, partition: &Partition) -> SdkConfig {
    if !api.is_global {
        return config.clone();
    }
    config.to_builder().region(aws_types::region::Region::from_static(global_region(partition))).build()
}

/// Where the API is: what the configuration says, or AWS's own.
fn endpoint(api: Api, config: &SdkConfig, partition: &Partition) -> String {
    if let Some(configured) = configured_endpoint(config, api.id) {
        return configured;
    }
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let (suffix, dual_stack_suffix) = dns_suffixes(partition);
    let is_fips = config.use_fips().unwrap_or_default();
    let (host, suffix, is_dual_stack) = match api.dual_stack_host {
        Some(host) if config.use_dual_stack().unwrap_or_default() => (host, dual_stack_suffix, true),
        _ => (api.host, suffix, false),
    };
    let is_plain =
        api.plain_fips_in_gov && partition.as_str() == "aws-us-gov" && (api.is_global || !is_dual_stack);
    let fips = if is_fips && !is_plain { "-fips" } else { "" };
    format!("https://{host}{fips}.{region}.{suffix}")
}

fn serialize(protocol: Protocol, ask: &Ask) -> Result<HttpRequest, BoxError> {
    let (method, uri, body) = match ask {
        Ask::Form(action, parameters) => {
            let Protocol::Query(version) = protocol else { return Err(misdirected()) };
            let mut body = format!("Action={action}&Version={version}");
            for (name, value) in parameters {
                body.push_str(&format!("&{}={}", escaped(name), escaped(value)));
            }
            ("POST", "/", body)
        }
        Ask::Input(_, input) => ("POST", "/", input.to_string()),
        Ask::Get(path) => ("GET", path.as_str(), String::new()),
        Ask::Post(path, input) => ("POST", path.as_str(), input.to_string()),
    };
    let mut http = HttpRequest::new(SdkBody::from(body));
    http.set_method(method)?;
    http.set_uri(uri)?;
    let headers = http.headers_mut();
    headers.insert("user-agent", concat!("tidewaiter/", env!("CARGO_PKG_VERSION")));
    match (protocol, ask) {
        (Protocol::Query(_), Ask::Form(..)) => {
            headers.insert("content-type", "application/x-www-form-urlencoded");
        }
        (Protocol::Json(target), Ask::Input(operation, _)) => {
            headers.insert("content-type", "application/x-amz-json-1.1");
            headers.insert("x-amz-target", format!("{target}.{operation}"));
        }
        (Protocol::Rest, Ask::Get(_)) => {}
        (Protocol::Rest, Ask::Post(..)) => {
            headers.insert("content-type", "application/json");
        }
        _ => return Err(misdirected()),
    }
    Ok(http)
}

fn misdirected() -> BoxError {
    "the API is not spoken to like this".into()
}

/// Says whether it is an answer of success; its text is checked and handed out by the probe.
fn deserialize(protocol: Protocol, response: &HttpResponse) -> Result<(), OrchestratorError<ApiError>> {
    if response.status().is_success() {
        return Ok(());
    }
    let body = response.body().bytes().and_then(|body| std::str::from_utf8(body).ok()).unwrap_or_default();
    let error = match protocol {
        Protocol::Query(_) => error_in_xml(body),
        Protocol::Json(_) | Protocol::Rest => error_in_json(response.headers().get("x-amzn-errortype"), body),
    };
    match error {
        Some(metadata) => Err(OrchestratorError::operation(ApiError(metadata))),
        // No error of the API's: a gateway's page, say. The status tells what to make of it.
        None => Err(OrchestratorError::other("the answer is no error of the API's")),
    }
}

/// An element `Error` with `Code` and `Message`, wherever the API puts it.
fn error_in_xml(body: &str) -> Option<ErrorMetadata> {
    let document = roxmltree::Document::parse(body).ok()?;
    let error = document.descendants().find(|node| node.tag_name().name() == "Error")?;
    let text = |name: &str| {
        error.children().find(|node| node.tag_name().name() == name).and_then(|node| node.text())
    };
    Some(ErrorMetadata::builder().code(text("Code")?).message(text("Message").unwrap_or_default()).build())
}

/// A code in a header, or in `__type` or `code`, perhaps with a namespace before it and an address after it.
fn error_in_json(header: Option<&str>, body: &str) -> Option<ErrorMetadata> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Body {
        __type: Option<String>,
        #[serde(alias = "ErrorCode")]
        code: Option<String>,
        #[serde(alias = "Message")]
        message: Option<String>,
    }
    let body = serde_json::from_str::<Body>(body).unwrap_or_default();
    let code = header.map(str::to_owned).or(body.__type).or(body.code)?;
    let code =
        code.split(':').next().and_then(|code| code.rsplit('#').next()).filter(|code| !code.is_empty())?;
    Some(ErrorMetadata::builder().code(code).message(body.message.unwrap_or_default()).build())
}

/// Hands the hooks of a call to the probe that its request carries: an operation of the runtime takes its interceptors
/// when it is built, and each call here has a probe of its own.
#[derive(Debug)]
struct CarriedProbe;

#[derive(Debug)]
struct Slot(Probe);

impl Storable for Slot {
    type Storer = StoreReplace<Self>;
}

fn carried(config: &ConfigBag) -> Result<Probe, BoxError> {
    config.load::<Slot>().map(|slot| slot.0.clone()).ok_or_else(|| "the call has no probe".into())
}

impl Intercept for CarriedProbe {
    fn name(&self) -> &'static str {
        "CarriedProbe"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(request) = context.input().downcast_ref::<Request>() {
            config.interceptor_state().store_put(Slot(request.probe.clone()));
        }
        Ok(())
    }

    fn read_before_attempt(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        carried(config)?.read_before_attempt(context, components, config)
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        carried(config)?.read_after_deserialization(context, components, config)
    }
}

#[cfg(test)]
mod tests {
    use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
    use serde_json::json;

    use super::*;

    const EC2: Api = Api {
        id: "EC2",
        signing_name: "ec2",
        host: "ec2",
        dual_stack_host: Some("ec2"),
        plain_fips_in_gov: true,
        is_global: false,
        protocol: Protocol::Query("2016-11-15"),
    };
    const ECR: Api = Api {
        id: "ECR",
        signing_name: "ecr",
        host: "api.ecr",
        dual_stack_host: Some("ecr"),
        plain_fips_in_gov: false,
        is_global: false,
        protocol: Protocol::Json("AmazonEC2ContainerRegistry_V20150921"),
    };
    const SECRETS: Api = Api { id: "Secrets Manager", host: "secretsmanager", dual_stack_host: None, ..ECR };

    const ORGANIZATIONS: Api = Api {
        id: "Organizations",
        host: "organizations",
        dual_stack_host: Some("organizations"),
        plain_fips_in_gov: true,
        is_global: true,
        ..ECR
    };

    /// Where a configuration of the Region and the partition leads.
    fn of(api: Api, region: &'static str, partition: &str, fips: bool, dual_stack: bool) -> String {
        let region = aws_config::Region::new(region);
        let config = SdkConfig::builder().region(region).use_fips(fips).use_dual_stack(dual_stack).build();
        let partition = Partition::new(partition).unwrap();
        endpoint(api, &placed(api, &config, &partition), &partition)
    }

    #[test]
    fn the_endpoint_is_the_partitions() {
        for (api, region, partition, fips, dual_stack, expected) in [
            (EC2, "eu-central-1", "aws", false, false, "ec2.eu-central-1.amazonaws.com"),
            (EC2, "cn-north-1", "aws-cn", false, false, "ec2.cn-north-1.amazonaws.com.cn"),
            (EC2, "us-east-1", "aws", true, false, "ec2-fips.us-east-1.amazonaws.com"),
            (EC2, "us-gov-west-1", "aws-us-gov", true, false, "ec2.us-gov-west-1.amazonaws.com"),
            (EC2, "us-gov-west-1", "aws-us-gov", true, true, "ec2-fips.us-gov-west-1.api.aws"),
            (EC2, "eu-central-1", "aws", false, true, "ec2.eu-central-1.api.aws"),
            (EC2, "eusc-de-east-1", "aws-eusc", false, false, "ec2.eusc-de-east-1.amazonaws.eu"),
            (ECR, "eu-central-1", "aws", false, false, "api.ecr.eu-central-1.amazonaws.com"),
            (ECR, "us-east-1", "aws", true, false, "api.ecr-fips.us-east-1.amazonaws.com"),
            (ECR, "us-gov-west-1", "aws-us-gov", true, false, "api.ecr-fips.us-gov-west-1.amazonaws.com"),
            (ECR, "us-east-1", "aws", true, true, "ecr-fips.us-east-1.api.aws"),
            (ECR, "cn-north-1", "aws-cn", false, true, "ecr.cn-north-1.api.amazonwebservices.com.cn"),
            (SECRETS, "eu-central-1", "aws", false, true, "secretsmanager.eu-central-1.amazonaws.com"),
            (ORGANIZATIONS, "eu-central-1", "aws", false, false, "organizations.us-east-1.amazonaws.com"),
            (ORGANIZATIONS, "eu-central-1", "aws", true, false, "organizations-fips.us-east-1.amazonaws.com"),
            (
                ORGANIZATIONS,
                "cn-north-1",
                "aws-cn",
                false,
                false,
                "organizations.cn-northwest-1.amazonaws.com.cn",
            ),
            (ORGANIZATIONS, "us-gov-east-1", "aws-us-gov", true, true, "organizations.us-gov-west-1.api.aws"),
        ] {
            assert_eq!(of(api, region, partition, fips, dual_stack), format!("https://{expected}"));
        }
    }

    #[derive(Debug)]
    struct Environment;

    impl LoadServiceConfig for Environment {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            (key.service_id() == "EC2" && key.env() == "AWS_ENDPOINT_URL")
                .then(|| "http://127.0.0.1:1".to_owned())
        }
    }

    #[test]
    fn a_configured_endpoint_goes_before_the_partitions_and_the_services_own_before_that() {
        let partition = Partition::new("aws").unwrap();
        let everywhere = SdkConfig::builder().endpoint_url("http://127.0.0.1:2").build();
        assert_eq!(endpoint(EC2, &everywhere, &partition), "http://127.0.0.1:2");
        let of_service = everywhere.into_builder().service_config(Environment).build();
        assert_eq!(endpoint(EC2, &of_service, &partition), "http://127.0.0.1:1");
        assert_eq!(endpoint(ECR, &of_service, &partition), "http://127.0.0.1:2");
    }

    fn text(http: &HttpRequest) -> &str {
        std::str::from_utf8(http.body().bytes().unwrap()).unwrap()
    }

    #[test]
    fn parameters_of_a_form_are_escaped() {
        let parameters = vec![("Filter.1.Name".to_owned(), "a b&c=d/é~".to_owned())];
        let http = serialize(EC2.protocol, &Ask::Form("DescribeVpcs", parameters)).unwrap();
        assert_eq!(
            text(&http),
            "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=a%20b%26c%3Dd%2F%C3%A9~"
        );
        assert_eq!(http.headers().get("content-type"), Some("application/x-www-form-urlencoded"));
    }

    #[test]
    fn an_operation_stands_in_a_header_or_in_the_path() {
        let http =
            serialize(ECR.protocol, &Ask::Input("DescribeRepositories", json!({"maxResults": 1}))).unwrap();
        assert_eq!(text(&http), r#"{"maxResults":1}"#);
        assert_eq!(
            http.headers().get("x-amz-target"),
            Some("AmazonEC2ContainerRegistry_V20150921.DescribeRepositories")
        );
        let http = serialize(Protocol::Rest, &Ask::Get(format!("/detector/{}", escaped("a/b")))).unwrap();
        assert_eq!((http.method(), http.uri(), text(&http)), ("GET", "/detector/a%2Fb", ""));
        let http = serialize(Protocol::Rest, &Ask::Post("/status".to_owned(), json!({}))).unwrap();
        assert_eq!((http.method(), http.uri(), text(&http)), ("POST", "/status", "{}"));
    }

    #[test]
    fn an_api_is_not_spoken_to_in_another_ones_way() {
        assert!(serialize(Protocol::Rest, &Ask::Form("DescribeVpcs", Vec::new())).is_err());
        assert!(serialize(EC2.protocol, &Ask::Input("DescribeVpcs", json!({}))).is_err());
        assert!(serialize(ECR.protocol, &Ask::Get("/".to_owned())).is_err());
    }

    #[test]
    fn errors_are_read_in_the_apis_form_only() {
        let read = |error: Option<ErrorMetadata>| {
            error.map(|it| (it.code().unwrap().to_owned(), it.message().unwrap().to_owned()))
        };
        let expected = Some(("X".to_owned(), "m".to_owned()));
        let ec2 = "<Response><Errors><Error><Code>X</Code><Message>m</Message></Error></Errors></Response>";
        let elb =
            "<ErrorResponse xmlns='urn:x'><Error><Code>X</Code><Message>m</Message></Error></ErrorResponse>";
        for xml in [ec2, elb] {
            assert_eq!(read(error_in_xml(xml)), expected);
        }
        assert_eq!(read(error_in_xml("<html>no</html>")), None);
        assert_eq!(read(error_in_xml("<Response><Errors/></Response>")), None);

        for body in [
            r#"{"__type": "com.amazonaws.ecr#X", "message": "m"}"#,
            r#"{"__type": "X", "Message": "m"}"#,
            r#"{"code": "X:http://internal.amazon.com/", "message": "m"}"#,
            r#"{"ErrorCode": "X", "Message": "m"}"#,
        ] {
            assert_eq!(read(error_in_json(None, body)), expected, "{body}");
        }
        assert_eq!(read(error_in_json(Some("X:http://x/"), r#"{"message": "m"}"#)), expected);
        assert_eq!(read(error_in_json(Some("X"), "")), Some(("X".to_owned(), String::new())));
        assert_eq!(read(error_in_json(None, "<html>")), None);
        assert_eq!(read(error_in_json(Some(""), "{}")), None);
    }
}
