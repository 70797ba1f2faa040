//! What went wrong: the SDK's errors, told in this program's words.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::probe::Fault;
use super::{CallError, Operation};
use crate::domain::GapKind;

/// The longest message that is kept, in characters. AWS's longest that matter name a principal, an action, a resource
/// and a reason; EC2's carry an encoded blob behind them that helps nobody here.
const LIMIT_MESSAGE: usize = 600;

/// Codes of a permission that is missing.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "ForbiddenException",
    "NotAuthorized",
    "UnauthorizedException",
    "UnauthorizedOperation",
];

/// Codes of credentials, signatures and accounts that are refused before any permission is looked at.
const REFUSED: &[&str] = &[
    "AccountBlocked",
    "AuthFailure",
    "Blocked",
    "BlockedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "PendingVerification",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "SubscriptionRequiredException",
    "UnrecognizedClientException",
];

/// Codes of throttles that the SDK's own list does not have.
const THROTTLED: &[&str] = &["TooManyRequests", "Client.RequestLimitExceeded", "ThrottledRequest"];

/// Codes of faults on AWS's side that may come with a status below 500.
const SERVER: &[&str] = &[
    "InternalError",
    "InternalException",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceException",
    "ServerException",
    "ServiceException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "Unavailable",
];

/// Tells why a call failed; `fault` is what the probe found wrong with an answer of success.
pub(super) fn classify<E>(
    operation: Operation,
    error: &SdkError<E, HttpResponse>,
    fault: Option<&Fault>,
) -> CallError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let found = |kind, code: &str, message: &str| {
        let message = tidy(message);
        let missing = (kind == GapKind::Denied && !REFUSED.contains(&code))
            .then(|| action_in(&message).unwrap_or_else(|| operation.action.to_owned()));
        CallError { missing, ..CallError::of_answer(operation, kind, code, message) }
    };
    if let Some(credentials) = credentials_error(error) {
        // No action is missing: there is nobody to be granted one.
        return CallError::of_answer(operation, GapKind::Denied, "Credentials", tidy(&chain(credentials)));
    }
    match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let code = context.err().code().unwrap_or("Unknown");
            let message = context.err().message().unwrap_or("AWS gave no message");
            found(kind_of(code, status), code, message)
        }
        SdkError::ResponseError(context) => match (fault, context.raw().status().as_u16()) {
            (Some(fault), _) => found(fault.kind, fault.code, &fault.message),
            (None, status @ 200..300) => {
                let message = format!("the answer (status {status}) is not what the API promises");
                found(GapKind::Malformed, "MalformedBody", &message)
            }
            (None, status) => {
                let message = format!("the answer has status {status} and no error that can be read");
                found(kind_of("", status), &format!("Http{status}"), &message)
            }
        },
        SdkError::TimeoutError(_) => {
            found(GapKind::Timeout, "Timeout", "there was no answer in the time allowed")
        }
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            found(GapKind::Timeout, "Timeout", &chain(error))
        }
        SdkError::DispatchFailure(_) => found(GapKind::Timeout, "Connection", &chain(error)),
        // Nothing was sent: the endpoint could not be resolved or the request not be signed.
        _ => found(GapKind::Timeout, "Endpoint", &chain(error)),
    }
}

fn kind_of(code: &str, status: u16) -> GapKind {
    if DENIED.contains(&code) || REFUSED.contains(&code) {
        GapKind::Denied
    } else if aws_runtime::retries::classifiers::THROTTLING_ERRORS.contains(&code)
        || THROTTLED.contains(&code)
        || status == 429
    {
        GapKind::Throttled
    } else if SERVER.contains(&code) || status >= 500 {
        GapKind::Server
    } else if status == 401 || status == 403 {
        GapKind::Denied
    } else {
        // Whatever was asked was made from AWS's own answers.
        GapKind::Contradiction
    }
}

/// The failure to get credentials, if that is what lies at the bottom.
fn credentials_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return Some(error);
        }
        next = error.source();
    }
    None
}

/// The causes of an error, the outermost first, each said once.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        if !text.contains(&said) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&said);
        }
        next = error.source();
    }
    text
}

/// One line of bounded length.
fn tidy(message: &str) -> String {
    let message = message.split(" Encoded authorization failure message:").next().unwrap_or_default();
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LIMIT_MESSAGE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The action that AWS itself names as missing: "… is not authorized to perform: ecs:ListServices on resource: …".
fn action_in(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let word = rest.split([' ', ',']).next()?.trim_end_matches('.');
    let (service, name) = word.split_once(':')?;
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (is_word(service) && is_word(name)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_statuses_become_kinds() {
        for (code, status, kind) in [
            ("AccessDeniedException", 400, GapKind::Denied),
            ("UnauthorizedOperation", 403, GapKind::Denied),
            ("ExpiredTokenException", 400, GapKind::Denied),
            ("SomethingOfTomorrow", 403, GapKind::Denied),
            ("ThrottlingException", 400, GapKind::Throttled),
            ("RequestLimitExceeded", 503, GapKind::Throttled),
            ("SomethingOfTomorrow", 429, GapKind::Throttled),
            ("ServerException", 400, GapKind::Server),
            ("SomethingOfTomorrow", 502, GapKind::Server),
            ("ClientException", 400, GapKind::Contradiction),
        ] {
            assert_eq!(kind_of(code, status), kind, "{code} {status}");
        }
    }

    #[test]
    fn the_action_that_aws_names_is_found() {
        let message = "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: \
                       ecs:ListTagsForResource on resource: * because no policy allows it";
        assert_eq!(action_in(message).as_deref(), Some("ecs:ListTagsForResource"));
        assert_eq!(action_in("You are not authorized to perform this operation."), None);
        assert_eq!(action_in("is not authorized to perform: <script>:x on"), None);
    }

    #[test]
    fn messages_are_one_line_without_blobs() {
        assert_eq!(tidy("a\n b\tc Encoded authorization failure message: AAAA"), "a b c");
        assert_eq!(tidy(&"ä".repeat(1000)).chars().count(), LIMIT_MESSAGE + 1);
    }
}
