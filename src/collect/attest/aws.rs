//! What only AWS knows of an attestor: the public half of a key, the standing of a signing profile, and what was revoked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::attest::notation::ProfileArn;
use crate::attest::sigstore::PublicKey;
use crate::attest::{Refusal, RevocationQuery, Standing};
use crate::aws::{Api, Ask, Bucket, CallError, Client, Operation, Protocol, Session, escaped};
use crate::domain::{GapKind, Region};
use crate::registry::Fault;

const GET_PUBLIC_KEY: Operation = Operation::new("kms:GetPublicKey", Bucket::KmsRead);
const GET_SIGNING_PROFILE: Operation = Operation::new("signer:GetSigningProfile", Bucket::SignerRead);
const GET_REVOCATION_STATUS: Operation = Operation::new("signer:GetRevocationStatus", Bucket::SignerRead);

const KMS: Api = Api {
    id: "KMS",
    signing_name: "kms",
    host: "kms",
    dual_stack_host: Some("kms"),
    plain_fips_in_gov: false,
    is_global: false,
    protocol: Protocol::Json("TrentService"),
};

const SIGNER: Api = Api {
    id: "signer",
    signing_name: "signer",
    host: "signer",
    dual_stack_host: Some("signer"),
    plain_fips_in_gov: false,
    is_global: false,
    protocol: Protocol::Rest,
};

/// Revocations are asked for at an endpoint of their own (the operation's host prefix in botocore's model).
const SIGNER_DATA: Api = Api { host: "data-signer", dual_stack_host: Some("data-signer"), ..SIGNER };

/// The platform of container images in AWS Signer. Source: AWS Signer's plugin for Notation.
const PLATFORM: &str = "Notation-OCI-SHA384-ECDSA";

/// Codes with which KMS says that there is no such key, or none that signs.
const NO_KEY: [&str; 4] =
    ["NotFoundException", "InvalidArnException", "UnsupportedOperationException", "InvalidKeyUsageException"];

/// Codes with which KMS says that a key must not be used.
const DISABLED: [&str; 2] = ["DisabledException", "KMSInvalidStateException"];

/// A client in the Region that something is in, whatever Region the pass is about; `None` when there is no such Region.
fn client(session: &Session, api: Api, region: &str) -> Option<Client> {
    Some(session.client_in(api, &Region::new(region).ok()?))
}

fn no_session() -> Refusal {
    Refusal::new("no_credentials", "there are no AWS credentials to ask with")
}

fn refusal(error: &CallError) -> Refusal {
    let missing = error.missing.as_ref().map(|action| format!(" (missing IAM action {action})"));
    let reason =
        format!("{}: {} ({}){}", error.action, error.message, error.code, missing.unwrap_or_default());
    Refusal::new(&error.code, reason)
}

/// The public half of a key, or what is wrong with it in one clause; or why it was not told, and what that makes of the attestor.
pub(super) async fn public_key(
    session: Option<&Session>,
    arn: &str,
) -> Result<Result<PublicKey, String>, (Standing, Refusal)> {
    let session = session.ok_or_else(|| (Standing::Unknown, no_session()))?;
    let region = arn.split(':').nth(3).unwrap_or_default();
    let Some(client) = client(session, KMS, region) else {
        return Ok(Err(format!("is in no Region (`{region}`)")));
    };
    let ask = Ask::Input("GetPublicKey", json!({ "KeyId": arn }));
    let answer = session.read(GET_PUBLIC_KEY, |probe| client.send(ask, probe)).await.map_err(|error| {
        let standing = match error.code.as_str() {
            code if NO_KEY.contains(&code) => Standing::Invalid,
            code if DISABLED.contains(&code) => Standing::Revoked,
            _ => Standing::Unknown,
        };
        (standing, refusal(&error))
    })?;
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Key {
        public_key: String,
        key_usage: String,
    }
    let unreadable = || {
        let refusal = Refusal::new("malformed", "kms:GetPublicKey: the answer holds no public key");
        (Standing::Unknown, refusal)
    };
    let key = serde_json::from_slice::<Key>(answer.body.as_bytes()).map_err(|_| unreadable())?;
    let der = STANDARD.decode(&key.public_key).map_err(|_| unreadable())?;
    if key.key_usage != "SIGN_VERIFY" {
        return Ok(Err(format!("is for {} and not for signing", key.key_usage)));
    }
    Ok(PublicKey::from_der(&der))
}

/// What speaks against a signing profile; `None` when it can be relied on.
pub(super) async fn profile(session: Option<&Session>, profile: &ProfileArn) -> Option<(Standing, String)> {
    let Some(session) = session else {
        return Some((Standing::Unknown, format!("the profile `{profile}`: {}", no_session().reason)));
    };
    let Some(client) = client(session, SIGNER, profile.region()) else {
        return Some((Standing::Invalid, format!("the profile `{profile}` is in no Region")));
    };
    let path =
        format!("/signing-profiles/{}?profileOwner={}", escaped(profile.name()), escaped(profile.account()));
    let answer = session.read(GET_SIGNING_PROFILE, |probe| client.send(Ask::Get(path), probe)).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.code == "ResourceNotFoundException" => {
            return Some((Standing::Invalid, format!("the profile `{profile}` does not exist")));
        }
        Err(error) => {
            return Some((Standing::Unknown, format!("the profile `{profile}`: {}", refusal(&error).reason)));
        }
    };
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Profile {
        status: String,
        profile_version: Option<String>,
        revocation_record: Option<serde_json::Value>,
        status_reason: Option<String>,
    }
    let Ok(found) = serde_json::from_slice::<Profile>(answer.body.as_bytes()) else {
        return Some((
            Standing::Unknown,
            format!("the profile `{profile}`: the answer does not tell its status"),
        ));
    };
    let because = found.status_reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    match found.status.as_str() {
        // What was revoked is a version, and AWS tells it of the newest.
        "Active" if found.revocation_record.is_none() => None,
        "Active"
            if profile.version().is_some_and(|version| Some(version) != found.profile_version.as_deref()) =>
        {
            None
        }
        "Canceled" => Some((Standing::Invalid, format!("the profile `{profile}` was canceled{because}"))),
        "Active" | "Revoked" => {
            Some((Standing::Revoked, format!("the profile `{profile}` was revoked{because}")))
        }
        other => {
            Some((Standing::Unknown, format!("the profile `{profile}` has the unknown status `{other}`")))
        }
    }
}

/// What of a signature AWS Signer revoked.
pub(super) async fn revoked(
    session: Option<&Session>,
    query: &RevocationQuery,
) -> Result<Vec<String>, Fault> {
    let fault = |kind, code: &str, message: String, missing| Fault {
        operation: GET_REVOCATION_STATUS.action.to_owned(),
        kind,
        code: code.to_owned(),
        message,
        missing,
    };
    let Some(session) = session else {
        let Refusal { code, reason } = no_session();
        return Err(fault(GapKind::Denied, &code, reason, None));
    };
    let region = query.profile_version.split(':').nth(3).unwrap_or_default();
    let Some(client) = client(session, SIGNER_DATA, region) else {
        return Err(fault(
            GapKind::Contradiction,
            "InvalidRegion",
            "the profile is in no Region".to_owned(),
            None,
        ));
    };
    let path = path(query);
    let answer = session.read(GET_REVOCATION_STATUS, |probe| client.send(Ask::Get(path), probe)).await;
    let answer = answer.map_err(|error| fault(error.kind, &error.code, error.message, error.missing))?;
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Status {
        revoked_entities: Vec<String>,
    }
    let status = serde_json::from_slice::<Status>(answer.body.as_bytes());
    status.map(|status| status.revoked_entities).map_err(|_| {
        let message = "the answer does not tell what was revoked".to_owned();
        fault(GapKind::Malformed, "Malformed", message, None)
    })
}

/// The question as the API takes it: a moment in RFC 3339, and one parameter for each hash.
fn path(query: &RevocationQuery) -> String {
    let second = Timestamp::from_second(query.signed_at.as_second()).unwrap_or(query.signed_at);
    let mut path = format!(
        "/revocations?signatureTimestamp={}&platformId={PLATFORM}&profileVersionArn={}&jobArn={}",
        escaped(&second.to_string()),
        escaped(&query.profile_version),
        escaped(&query.job),
    );
    for hash in &query.certificate_hashes {
        path.push_str("&certificateHashes=");
        path.push_str(&escaped(hash));
    }
    path
}
