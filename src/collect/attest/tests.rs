//! What AWS is asked about attestors, and what is made of its answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::attest::notation::ProfileArn;
use crate::attest::{Answer, RevocationQuery};
use crate::aws::testing::{limits, session};
use crate::config::parse_attestors;
use crate::domain::GapKind;

const KEY: &str = "arn:aws:kms:us-west-2:111122223333:key/1";
const PROFILE: &str = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release";

/// The point of a key of P-256 that nobody has the other half of, as a SubjectPublicKeyInfo in base64.
const PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBtKnZTOFSXVZg43wIX2gPKyrsgMo\
                      rwgpWGvdemeqUftvdxsFsc95fgK5fLUdJKNSYbxqhbjinwuz5YQIJ4IqbA==";

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn refused(code: &str) -> ResponseTemplate {
    let message =
        "User: arn:aws:sts::123456789012:assumed-role/tester/tester is not authorized to perform: it";
    ResponseTemplate::new(400).set_body_json(json!({"__type": code, "message": message}))
}

fn told(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn with(attestors: &str) -> Attesting {
    let text = format!("attestors:\n  - name: ours\n    {attestors}\n");
    let attestors = parse_attestors("attestors.yaml", &text, &|_| Err("there are no files here".to_owned()));
    assert_eq!(attestors.problems(), []);
    Attesting { attestors, ..Attesting::default() }
}

/// How the one attestor of a file stands, and what it says of an image.
async fn standing(server: &MockServer, with: &Attesting) -> (AttestorStatus, Answer) {
    let session = session(&server.uri(), &limits());
    let examiner = Examiner::new(with, Some(&session), now()).await;
    let unknown = examiner.unknown(&Refusal::new("none", "there is no image"));
    (examiner.standings()["ours"].clone(), unknown["ours"].answer)
}

#[tokio::test]
async fn the_public_half_of_a_key_is_asked_for_in_its_region() {
    let server = MockServer::start().await;
    let key = json!({"KeyId": KEY, "PublicKey": PUBLIC, "KeyUsage": "SIGN_VERIFY"});
    Mock::given(header("x-amz-target", "TrentService.GetPublicKey"))
        .respond_with(told(key))
        .mount(&server)
        .await;
    let with = with(&format!("cosign_key: {{kms: '{KEY}', transparency_log: not_required}}"));
    let (status, _) = standing(&server, &with).await;
    assert_eq!((status.status, status.kind.as_deref()), (Standing::Valid, Some("cosign_key")));
    let pem = format!("-----BEGIN PUBLIC KEY-----\\n{PUBLIC}\\n-----END PUBLIC KEY-----\\n");
    let same = self::with(&format!("cosign_key: {{pem: \"{pem}\", transparency_log: not_required}}"));
    let (of_pem, _) = standing(&server, &same).await;
    assert_eq!(status.fingerprint, of_pem.fingerprint, "the key decides, and not where it is from");

    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked.len(), 1, "of a key that is written there nobody is asked");
    assert_eq!(asked[0].body_json::<Value>().unwrap(), json!({"KeyId": KEY}));
    let signed = asked[0].headers["authorization"].to_str().unwrap();
    assert!(signed.contains("/us-west-2/kms/aws4_request"), "{signed}");
}

#[tokio::test]
async fn a_key_that_kms_does_not_tell_makes_no_answer() {
    let with = with(&format!("cosign_key: {{kms: '{KEY}', transparency_log: not_required}}"));
    let rsa_oaep = json!({"PublicKey": PUBLIC, "KeyUsage": "ENCRYPT_DECRYPT"});
    let odd = json!({"PublicKey": STANDARD.encode("no key"), "KeyUsage": "SIGN_VERIFY"});
    for (answer, expected, word) in [
        (refused("NotFoundException"), Standing::Invalid, "NotFoundException"),
        (refused("DisabledException"), Standing::Revoked, "DisabledException"),
        (refused("KMSInvalidStateException"), Standing::Revoked, "KMSInvalidStateException"),
        (refused("AccessDeniedException"), Standing::Unknown, "missing IAM action kms:GetPublicKey"),
        (refused("ThrottlingException"), Standing::Unknown, "ThrottlingException"),
        (told(rsa_oaep), Standing::Invalid, "ENCRYPT_DECRYPT"),
        (told(odd), Standing::Invalid, "the key in AWS KMS"),
        (told(json!({"KeyId": KEY})), Standing::Unknown, "no public key"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(answer).mount(&server).await;
        let (status, answer) = standing(&server, &with).await;
        assert_eq!((status.status, answer), (expected, Answer::Unknown), "{word}");
        assert!(status.problems.concat().contains(word), "{word}: {:?}", status.problems);
    }
    let examiner = Examiner::new(&with, None, now()).await;
    assert_eq!(examiner.standings()["ours"].status, Standing::Unknown);
}

#[tokio::test]
async fn a_profile_stands_as_aws_signer_says() {
    let with = with(&format!("aws_signer: {{profiles: ['{PROFILE}']}}"));
    let profile = |status: &str| json!({"profileName": "release", "profileVersion": "v1", "status": status});
    let mut revoked = profile("Active");
    revoked["revocationRecord"] = json!({"revokedBy": "arn:aws:iam::111122223333:user/us"});
    for (answer, expected, word) in [
        (told(profile("Active")), Standing::Valid, ""),
        (told(profile("Canceled")), Standing::Invalid, "was canceled"),
        (told(profile("Revoked")), Standing::Revoked, "was revoked"),
        (told(revoked), Standing::Revoked, "was revoked"),
        (told(profile("Odd")), Standing::Unknown, "unknown status `Odd`"),
        (told(json!({})), Standing::Unknown, "does not tell its status"),
        (refused("ResourceNotFoundException"), Standing::Invalid, "does not exist"),
        (refused("AccessDeniedException"), Standing::Unknown, "missing IAM action signer:GetSigningProfile"),
    ] {
        let server = MockServer::start().await;
        Mock::given(path("/signing-profiles/release")).respond_with(answer).mount(&server).await;
        let (status, _) = standing(&server, &with).await;
        assert_eq!(status.status, expected, "{word}");
        assert!(status.problems.concat().contains(word), "{word}: {:?}", status.problems);
        let asked = server.received_requests().await.unwrap();
        assert_eq!(asked[0].url.query(), Some("profileOwner=111122223333"));
        assert!(asked[0].headers["authorization"].to_str().unwrap().contains("/eu-west-1/signer/"));
    }
}

fn query() -> RevocationQuery {
    RevocationQuery {
        signed_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
        profile_version: format!("{PROFILE}/v1"),
        job: "arn:aws:signer:eu-west-1:111122223333:/signing-jobs/1".to_owned(),
        certificate_hashes: vec!["aa".to_owned(), "bb".to_owned()],
    }
}

#[tokio::test]
async fn a_revocation_is_asked_for_as_the_api_takes_it() {
    let server = MockServer::start().await;
    let body = json!({"revokedEntities": ["arn:aws:signer:…"]});
    Mock::given(path("/revocations")).respond_with(told(body)).mount(&server).await;
    let session = session(&server.uri(), &limits());
    assert_eq!(aws::revoked(Some(&session), &query()).await.unwrap(), ["arn:aws:signer:…"]);
    let asked = server.received_requests().await.unwrap();
    let pairs = asked[0].url.query_pairs().into_owned().collect::<Vec<_>>();
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    assert_eq!(
        pairs,
        [
            ("signatureTimestamp", "2026-01-02T03:04:05Z"),
            ("platformId", "Notation-OCI-SHA384-ECDSA"),
            ("profileVersionArn", "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release/v1"),
            ("jobArn", "arn:aws:signer:eu-west-1:111122223333:/signing-jobs/1"),
            ("certificateHashes", "aa"),
            ("certificateHashes", "bb"),
        ]
    );
}

#[tokio::test]
async fn a_revocation_that_nobody_tells_is_a_fault_and_never_good() {
    for (answer, expected) in [
        (refused("AccessDeniedException"), GapKind::Denied),
        (refused("ThrottlingException"), GapKind::Throttled),
        (told(json!({})), GapKind::Malformed),
        (told(json!({"revokedEntities": null})), GapKind::Malformed),
    ] {
        let server = MockServer::start().await;
        Mock::given(path("/revocations")).respond_with(answer).mount(&server).await;
        let session = session(&server.uri(), &limits());
        assert_eq!(aws::revoked(Some(&session), &query()).await.unwrap_err().kind, expected);
    }
    assert_eq!(aws::revoked(None, &query()).await.unwrap_err().code, "no_credentials");
}

#[test]
fn a_region_that_is_none_is_asked_nowhere() {
    let session = session("http://127.0.0.1:9", &limits());
    let profile = ProfileArn::parse("arn:aws:signer:eu-west-1:111122223333:/signing-profiles/release");
    assert!(profile.is_ok());
    let mut query = query();
    query.profile_version = "arn:aws:signer:evil.example/:1:/signing-profiles/release/v1".to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fault = runtime.block_on(aws::revoked(Some(&session), &query)).unwrap_err();
    assert_eq!(fault.code, "InvalidRegion");
}
