//! A bundle in S3: one signed GetObject, for which the SDK's own crate would more than double what building it costs.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_runtime::auth::SigV4OperationSigningConfig;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Error, Limits};
use crate::aws::{configured_endpoint, dns_suffixes, signed};
use crate::domain::Partition;
use crate::http::{self, Answer, Get};

/// Everything but what RFC 3986 leaves as it is, and the slashes of a key.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The Region that is asked when none is configured; it knows where every bucket is.
const FIRST_REGION: &str = "us-east-1";

/// The largest error that is read.
const LIMIT_ERROR: u64 = 64 << 10;

/// Reads an object with the credentials, Region and endpoint of the environment.
pub(super) async fn read(
    bucket: &str,
    key: &str,
    profile: Option<&str>,
    limits: &Limits,
) -> Result<Vec<u8>, Error> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    get_object(loader.load().await, bucket, key, limits).await
}

/// Reads an object; a bucket that says that it is in another Region is asked there, once.
pub(super) async fn get_object(
    config: SdkConfig,
    bucket: &str,
    key: &str,
    limits: &Limits,
) -> Result<Vec<u8>, Error> {
    let region = config.region().map_or_else(|| FIRST_REGION.to_owned(), ToString::to_string);
    let answer = ask(&config, &region, bucket, key, limits).await?;
    let told = answer.header("x-amz-bucket-region")?.map(str::to_owned);
    let elsewhere = told.filter(|it| *it != region && is_region(it));
    let answer = match elsewhere {
        Some(elsewhere) if answer.status != 200 => ask(&config, &elsewhere, bucket, key, limits).await?,
        _ => answer,
    };
    match answer.status {
        200 => Ok(answer.body(limits.bytes, &limits.patience()).await?),
        status => Err(refusal(status, answer, limits).await),
    }
}

async fn ask(
    config: &SdkConfig,
    region: &str,
    bucket: &str,
    key: &str,
    limits: &Limits,
) -> Result<Answer, Error> {
    let config = config.clone().into_builder().region(Region::new(region.to_owned())).build();
    let (origin, path) = address(&config, region, bucket, key);
    let mut signing = SigV4OperationSigningConfig::default();
    signing.signing_options.double_uri_encode = false;
    signing.signing_options.normalize_uri_path = false;
    signing.signing_options.content_sha256_header = true;
    let signed = signed(&config, "S3", "s3", signing);
    let get = Get { origin, path, headers: Vec::new() };
    Ok(http::send_signed(get, signed, &limits.patience()).await?)
}

/// Where an object is: the bucket is part of the host's name, unless an endpoint is configured or the name has dots, which
/// certificates do not match.
fn address(config: &SdkConfig, region: &str, bucket: &str, key: &str) -> (String, String) {
    let key = utf8_percent_encode(key, ESCAPED);
    if let Some(endpoint) = configured_endpoint(config, "S3") {
        return (endpoint, format!("/{bucket}/{key}"));
    }
    let suffix = partition(region).map_or("amazonaws.com", |partition| dns_suffixes(&partition).0);
    let service = match (config.use_fips().unwrap_or_default(), config.use_dual_stack().unwrap_or_default()) {
        (true, true) => "s3-fips.dualstack",
        (true, false) => "s3-fips",
        (false, true) => "s3.dualstack",
        (false, false) => "s3",
    };
    if bucket.contains('.') {
        (format!("https://{service}.{region}.{suffix}"), format!("/{bucket}/{key}"))
    } else {
        (format!("https://{bucket}.{service}.{region}.{suffix}"), format!("/{key}"))
    }
}

/// The partition of a Region, by the beginning of its name; source: botocore 1.44.5, `partitions.json`.
fn partition(region: &str) -> Option<Partition> {
    let prefixes = [
        ("cn-", "aws-cn"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isof-", "aws-iso-f"),
    ];
    let (_, name) = prefixes.into_iter().find(|(prefix, _)| region.starts_with(prefix))?;
    Partition::new(name).ok()
}

/// Whether a header's text is a Region's name, and nothing that could lead to another host.
fn is_region(text: &str) -> bool {
    text.len() <= 32
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `<Error><Code>…</Code><Message>…</Message></Error>`
async fn refusal(status: u16, answer: Answer, limits: &Limits) -> Error {
    let body = answer.body(LIMIT_ERROR, &limits.patience()).await.unwrap_or_default();
    let document = std::str::from_utf8(&body).ok().and_then(|text| roxmltree::Document::parse(text).ok());
    let text = |name: &str| {
        let node = document.as_ref()?.descendants().find(|node| node.has_tag_name(name))?;
        let line = node.text()?.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(line.chars().filter(|it| !it.is_control()).take(300).collect::<String>())
    };
    match text("Code") {
        Some(code) => Error::S3 { status, code, message: text("Message").unwrap_or_default() },
        None => Error::Status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(region: &str, bucket: &str, key: &str) -> String {
        let (origin, path) = address(&SdkConfig::builder().build(), region, bucket, key);
        format!("{origin}{path}")
    }

    #[test]
    fn a_bucket_is_part_of_the_hosts_name_unless_it_has_dots() {
        assert_eq!(
            of("eu-central-1", "ours", "a/b c.gz"),
            "https://ours.s3.eu-central-1.amazonaws.com/a/b%20c.gz"
        );
        assert_eq!(of("eu-central-1", "o.urs", "k"), "https://s3.eu-central-1.amazonaws.com/o.urs/k");
        assert_eq!(of("cn-north-1", "ours", "k"), "https://ours.s3.cn-north-1.amazonaws.com.cn/k");
        assert_eq!(of("us-isob-east-1", "ours", "k"), "https://ours.s3.us-isob-east-1.sc2s.sgov.gov/k");
    }

    #[test]
    fn a_configured_endpoint_is_asked_by_path() {
        let config = SdkConfig::builder().endpoint_url("http://127.0.0.1:5000").build();
        let (origin, path) = address(&config, "eu-central-1", "ours", "a/b");
        assert_eq!((origin.as_str(), path.as_str()), ("http://127.0.0.1:5000", "/ours/a/b"));
    }

    #[test]
    fn a_header_cannot_lead_to_another_host() {
        assert!(is_region("us-gov-west-1"));
        assert!(!is_region("evil.example/") && !is_region("x@y") && !is_region(&"a".repeat(33)));
    }
}
