//! A small client of the EC2 API on the SDK's own runtime: its signing, retries, timeouts and connections.
//!
//! The generated client for EC2 takes minutes and gigabytes to compile for seven describe operations.

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

use crate::aws::{Probe, WholeAnswer, configured_endpoint, dns_suffixes, signed};
use crate::domain::Partition;

/// The version of the API; EC2 has had one since 2016.
const API_VERSION: &str = "2016-11-15";

/// Everything but what RFC 3986 leaves as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// See the module.
#[derive(Debug)]
pub(super) struct Client {
    operation: Operation<Request, (), ApiError>,
}

/// One request.
#[derive(Debug)]
struct Request {
    action: &'static str,
    parameters: Vec<(String, String)>,
    probe: Probe,
}

/// An error that EC2 answered with.
#[derive(Debug)]
pub(super) struct ApiError(ErrorMetadata);

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
    pub(super) fn new(config: &SdkConfig, partition: &Partition) -> Self {
        let operation = Operation::builder()
            .service_name("EC2")
            .operation_name("Describe")
            .endpoint_url(&endpoint(config, partition))
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
            .runtime_plugin(signed(config, "EC2", "ec2", SigV4OperationSigningConfig::default()))
            .serializer(|request: Request| serialize(&request))
            .deserializer(deserialize)
            .build();
        Self { operation }
    }

    /// Sends one request; the probe hands the answer's text out.
    pub(super) async fn send(
        &self,
        action: &'static str,
        parameters: Vec<(String, String)>,
        probe: Probe,
    ) -> Result<(), SdkError<ApiError, HttpResponse>> {
        self.operation.invoke(Request { action, parameters, probe }).await
    }
}

/// Where the API is: what the configuration says, or AWS's own.
fn endpoint(config: &SdkConfig, partition: &Partition) -> String {
    if let Some(configured) = configured_endpoint(config, "EC2") {
        return configured;
    }
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let (suffix, dual_stack_suffix) = dns_suffixes(partition);
    let is_fips = config.use_fips().unwrap_or_default();
    let is_dual_stack = config.use_dual_stack().unwrap_or_default();
    match (is_fips, is_dual_stack) {
        (true, true) => format!("https://ec2-fips.{region}.{dual_stack_suffix}"),
        (true, false) if partition.as_str() == "aws-us-gov" => format!("https://ec2.{region}.{suffix}"),
        (true, false) => format!("https://ec2-fips.{region}.{suffix}"),
        (false, true) => format!("https://ec2.{region}.{dual_stack_suffix}"),
        (false, false) => format!("https://ec2.{region}.{suffix}"),
    }
}

fn serialize(request: &Request) -> Result<HttpRequest, BoxError> {
    let mut body = format!("Action={}&Version={API_VERSION}", request.action);
    for (name, value) in &request.parameters {
        let (name, value) = (utf8_percent_encode(name, ESCAPED), utf8_percent_encode(value, ESCAPED));
        body.push_str(&format!("&{name}={value}"));
    }
    let mut http = HttpRequest::new(SdkBody::from(body));
    http.set_method("POST")?;
    http.set_uri("/")?;
    http.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    http.headers_mut().insert("user-agent", concat!("tidewaiter/", env!("CARGO_PKG_VERSION")));
    Ok(http)
}

/// Says whether it is an answer of success; its text is checked and handed out by the probe.
fn deserialize(response: &HttpResponse) -> Result<(), OrchestratorError<ApiError>> {
    if response.status().is_success() {
        return Ok(());
    }
    let body = response.body().bytes().and_then(|body| std::str::from_utf8(body).ok()).unwrap_or_default();
    match error_in(body) {
        Some(metadata) => Err(OrchestratorError::operation(ApiError(metadata))),
        // No error of the API's: a gateway's page, say. The status tells what to make of it.
        None => Err(OrchestratorError::other("the answer is no error of the API's")),
    }
}

/// `<Response><Errors><Error><Code>…</Code><Message>…</Message></Error></Errors>…</Response>`
fn error_in(body: &str) -> Option<ErrorMetadata> {
    let document = roxmltree::Document::parse(body).ok()?;
    let error = document.descendants().find(|node| node.has_tag_name("Error"))?;
    let text = |name| error.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
    Some(ErrorMetadata::builder().code(text("Code")?).message(text("Message").unwrap_or_default()).build())
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

    use super::*;

    /// Where a configuration of the Region and the partition leads.
    fn of(region: &'static str, partition: &str, fips: bool, dual_stack: bool) -> String {
        let region = aws_config::Region::new(region);
        let config = SdkConfig::builder().region(region).use_fips(fips).use_dual_stack(dual_stack).build();
        endpoint(&config, &Partition::new(partition).unwrap())
    }

    #[test]
    fn the_endpoint_is_the_partitions() {
        assert_eq!(of("eu-central-1", "aws", false, false), "https://ec2.eu-central-1.amazonaws.com");
        assert_eq!(of("cn-north-1", "aws-cn", false, false), "https://ec2.cn-north-1.amazonaws.com.cn");
        assert_eq!(of("us-east-1", "aws", true, false), "https://ec2-fips.us-east-1.amazonaws.com");
        assert_eq!(of("us-gov-west-1", "aws-us-gov", true, false), "https://ec2.us-gov-west-1.amazonaws.com");
        assert_eq!(of("eu-central-1", "aws", false, true), "https://ec2.eu-central-1.api.aws");
        assert_eq!(of("eusc-de-east-1", "aws-eusc", false, false), "https://ec2.eusc-de-east-1.amazonaws.eu");
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
        assert_eq!(endpoint(&everywhere, &partition), "http://127.0.0.1:2");
        let of_service = everywhere.into_builder().service_config(Environment).build();
        assert_eq!(endpoint(&of_service, &partition), "http://127.0.0.1:1");
    }

    #[test]
    fn parameters_are_escaped() {
        let probe = crate::aws::testing::probe();
        let parameters = vec![("Filter.1.Name".to_owned(), "a b&c=d/é~".to_owned())];
        let request = Request { action: "DescribeVpcs", parameters, probe };
        let http = serialize(&request).unwrap();
        assert_eq!(
            http.body().bytes(),
            Some(b"Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=a%20b%26c%3Dd%2F%C3%A9~".as_slice())
        );
    }

    #[test]
    fn errors_are_read_in_the_apis_form_only() {
        let xml = "<Response><Errors><Error><Code>X</Code><Message>m</Message></Error></Errors></Response>";
        let error = error_in(xml).unwrap();
        assert_eq!((error.code(), error.message()), (Some("X"), Some("m")));
        assert!(error_in("<html>no</html>").is_none());
        assert!(error_in("<Response><Errors/></Response>").is_none());
    }
}
