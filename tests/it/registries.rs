//! Registries that others wrote: Debian's docker-registry, and ECR as the emulator has it.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials as AwsCredentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};
use tidewaiter::aws::{Limits as SessionLimits, Session};
use tidewaiter::domain::{Digest, GapKind};
use tidewaiter::registry::manifest::Parsed;
use tidewaiter::registry::{Credentials, Descriptor, Ecr, Limits, Manifest, Name, Oci, Place, Registry};

use crate::support::emulator::Emulator;
use crate::support::registry::{self, MANIFEST};

/// `someone:open sesame`, as htpasswd writes it.
const USERS: &str = "someone:$2b$04$yaHBoIAxqFP4WcS.UP.IWeh6LLDbUborOrAo9jxI5eMuQwP/XztIu";

/// Whose registry is read by [`Emulator::ACCOUNT`].
const OTHER: &str = "999988887777";

const SIGNATURE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

fn tag(tag: &str) -> Name {
    Name::Tag(tag.to_owned())
}

fn oci(host: &str, credentials: Option<Credentials>) -> Oci {
    Oci::new(host, "team/app", credentials, Limits::default()).unwrap()
}

/// A manifest with one layer.
fn with_layer(descriptor: &Value) -> String {
    let empty =
        json!({"mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::of(b"{}"), "size": 2});
    json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": empty, "layers": [descriptor]}).to_string()
}

/// The one layer that a manifest lists.
fn layer_of(manifest: &Manifest) -> Descriptor {
    let Parsed::Image(mut image) = Parsed::of(manifest).unwrap() else { panic!("it is an index") };
    image.layers.remove(0).descriptor
}

#[tokio::test]
async fn what_is_pushed_to_a_registry_is_read_from_it() {
    let server = registry::Registry::start();
    let image = server.push_image("team/app", "1.0", "image");
    server.put_blob("team/app", b"{}");
    let signed = with_layer(&server.descriptor("team/app", SIGNATURE, b"payload"));
    let below = format!("sha256-{}.sig", image.hex());
    let signature = server.put_manifest("team/app", &below, MANIFEST, signed.as_bytes());

    let repository = oci(server.host(), None);
    let found = repository.manifest(&tag("1.0")).await.unwrap().unwrap();
    assert_eq!(found.digest, image);
    assert_eq!(repository.manifest(&Name::Digest(image.clone())).await.unwrap(), Some(found));
    let found = repository.manifest(&tag(&below)).await.unwrap().unwrap();
    assert_eq!((&found.digest, found.bytes.as_slice()), (&signature, signed.as_bytes()));
    let layer = layer_of(&found);
    assert_eq!(repository.blob(&layer).await.unwrap().unwrap(), b"payload");

    // What is not there the registry says so, each in its way.
    assert_eq!(repository.manifest(&tag("2.0")).await, Ok(None));
    assert_eq!(repository.manifest(&Name::Digest(Digest::of(b"no"))).await, Ok(None));
    assert_eq!(repository.blob(&Descriptor { digest: Digest::of(b"no"), ..layer }).await, Ok(None));
    assert_eq!(repository.referrers(&image).await, Ok(None), "it has no referrers API");
    let nothing = Oci::new(server.host(), "no/such", None, Limits::default()).unwrap();
    assert_eq!(nothing.manifest(&tag("1.0")).await, Ok(None));
}

#[tokio::test]
async fn a_registry_that_asks_for_a_password_is_read_with_it_alone() {
    let server = registry::Registry::guarded(USERS);
    let right = oci(server.host(), Some(Credentials::new("someone", "open sesame")));
    assert_eq!(right.manifest(&tag("1.0")).await, Ok(None));
    for credentials in
        [None, Some(Credentials::new("someone", "sesame")), Some(Credentials::new("other", ""))]
    {
        let fault = oci(server.host(), credentials).manifest(&tag("1.0")).await.unwrap_err();
        assert_eq!(fault.kind, GapKind::Denied, "{fault}");
    }
}

/// A session of [`Emulator::ACCOUNT`].
async fn session(emulator: &Emulator) -> Session {
    let key = emulator.control("credentials", json!({ "account": Emulator::ACCOUNT }));
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    let credentials =
        AwsCredentials::new(text("access_key_id"), text("secret_access_key"), None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(Emulator::REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(emulator.endpoint())
        .build();
    let limits = SessionLimits { attempts: 2, ..SessionLimits::default() };
    Session::connect(config, None, &limits).await.unwrap()
}

#[tokio::test]
async fn what_is_pushed_to_another_accounts_ecr_is_read_from_it() {
    let emulator = Emulator::start();
    emulator.ecr(OTHER, "team/app", "CreateRepository", json!({}));
    let layer = emulator.push_layer(OTHER, "team/app", b"payload");
    let push = |manifest: &str, tag| emulator.push_manifest(OTHER, "team/app", manifest, tag);
    let described = json!({ "mediaType": SIGNATURE, "digest": layer, "size": 7 });
    let image = push(&with_layer(&described), Some("1.0"));
    let referrer = |number: usize| {
        let mut manifest = serde_json::from_str::<Value>(&with_layer(&described)).unwrap();
        manifest["subject"] = json!({ "mediaType": MANIFEST, "digest": image, "size": 1 });
        manifest["annotations"] = json!({ "number": number.to_string() });
        push(&manifest.to_string(), None)
    };
    // More than a page of them.
    let mut referrers = (0..51).map(referrer).collect::<Vec<_>>();
    referrers.sort();

    let host = format!("{OTHER}.dkr.ecr.{}.amazonaws.com", Emulator::REGION);
    let place = Place::of_host(&host).unwrap();
    let session = session(&emulator).await;
    let repository = Ecr::new(&session, place.clone(), "team/app", Limits::default());
    let found = repository.manifest(&tag("1.0")).await.unwrap().unwrap();
    assert_eq!(found.digest, image);
    assert_eq!(repository.blob(&layer_of(&found)).await.unwrap().unwrap(), b"payload");
    let mut found = repository.referrers(&image).await.unwrap().unwrap();
    found.sort_by_key(|it| it.digest.clone());
    assert_eq!(found.iter().map(|it| it.digest.clone()).collect::<Vec<_>>(), referrers);
    let first = repository.manifest(&Name::Digest(found[0].digest.clone())).await.unwrap().unwrap();
    assert_eq!(u64::try_from(first.bytes.len()).unwrap(), found[0].size);

    assert_eq!(repository.manifest(&tag("2.0")).await, Ok(None));
    assert_eq!(repository.manifest(&Name::Digest(Digest::of(b"no"))).await, Ok(None));
    let missing = Descriptor { media_type: SIGNATURE.to_owned(), digest: Digest::of(b"no"), size: 2 };
    assert_eq!(repository.blob(&missing).await, Ok(None));
    assert_eq!(repository.referrers(&found[0].digest).await, Ok(Some(Vec::new())));
    let ours = Place { account: session.identity().account.clone(), ..place };
    let nothing = Ecr::new(&session, ours, "team/app", Limits::default());
    assert_eq!(nothing.manifest(&tag("1.0")).await, Ok(None));

    emulator.faults(json!([{ "match": { "service": "ecr" }, "kind": "denied" }]));
    let fault = repository.manifest(&tag("1.0")).await.unwrap_err();
    assert_eq!((fault.kind, fault.missing.as_deref()), (GapKind::Denied, Some("ecr:BatchGetImage")));
    let fault = repository.referrers(&image).await.unwrap_err();
    assert_eq!((fault.kind, fault.missing.as_deref()), (GapKind::Denied, Some("ecr:ListImageReferrers")));
    emulator.faults(json!([{ "match": { "service": "ecr" }, "kind": "cut" }]));
    assert_eq!(repository.manifest(&tag("1.0")).await.unwrap_err().kind, GapKind::Truncated);
}
