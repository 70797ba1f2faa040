//! What an attestors file may say, and what is said of one with mistakes.

use super::*;
use crate::attest::sigstore::PUBLIC_GOOD_DATE;

/// A public key of P-256 that nobody has the other half of.
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBtKnZTOFSXVZg43wIX2gPKyrsgMo
rwgpWGvdemeqUftvdxsFsc95fgK5fLUdJKNSYbxqhbjinwuz5YQIJ4IqbA==
-----END PUBLIC KEY-----
";

fn read(path: &str) -> Result<Vec<u8>, String> {
    match path {
        "key.pub" => Ok(KEY.into()),
        "not.pub" => {
            Ok("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n".into())
        }
        "binary" => Ok(vec![0xff, 0xfe]),
        _ => Err("there is no such file".to_owned()),
    }
}

fn problems(text: &str) -> Vec<String> {
    let attestors = parse("attestors.yaml", text, &read);
    attestors.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn every_kind_can_be_configured() {
    let text = r"
attestors:
  - name: release
    cosign_key: {key: key.pub, transparency_log: not_required}
    attestations: [https://spdx.dev/Document]
    via_index: false
  - name: logged
    cosign_key: {key: key.pub}
  - name: kms
    cosign_key: {kms: 'arn:aws:kms:eu-central-1:111122223333:key/1', transparency_log: not_required}
  - name: github
    keyless: {issuer: https://token.actions.githubusercontent.com, subject_regex: 'https://github\.com/acme/.*'}
  - name: pipeline
    aws_signer: {profiles: ['arn:aws:signer:eu-central-1:111122223333:/signing-profiles/release']}
registries:
  - {registry: 444455556666.DKR.ecr.eu-central-1.amazonaws.com, role: 'arn:aws:iam::444455556666:role/read'}
";
    let attestors = parse("attestors.yaml", text, &read);
    assert_eq!(attestors.problems(), []);
    let kinds = attestors.attestors.iter().map(|it| (it.name(), it.kind())).collect::<Vec<_>>();
    assert_eq!(
        kinds,
        [
            ("release", "cosign_key"),
            ("logged", "cosign_key"),
            ("kms", "cosign_key"),
            ("github", "keyless"),
            ("pipeline", "aws_signer")
        ]
    );
    let Configured::Ready(release) = &attestors.attestors[0] else { panic!("its key is known") };
    assert!(!release.via_index && release.attestations.contains("https://spdx.dev/Document"));
    let Configured::Kms(kms) = &attestors.attestors[2] else { panic!("its key is KMS's to tell") };
    assert!(kms.log.is_none());
    let registry = "444455556666.dkr.ecr.eu-central-1.amazonaws.com";
    assert_eq!(attestors.roles[registry], "arn:aws:iam::444455556666:role/read");
}

#[test]
fn every_problem_is_told_at_once_and_the_other_attestors_stay() {
    let text = r"
attestors:
  - name: good
    cosign_key: {key: key.pub, transparency_log: not_required}
  - cosign_key: {key: key.pub, transparency_log: not_required}
  - name: two words
    cosign_key: {key: key.pub, transparency_log: not_required}
  - name: private
    cosign_key: {key: not.pub, transparency_log: not_required}
  - name: gone
    cosign_key: {key: gone.pub, transparency_log: not_required}
  - name: binary
    cosign_key: {key: binary, transparency_log: not_required}
  - name: ways
    cosign_key: {key: key.pub, kms: 'arn:aws:kms:eu-central-1:111122223333:key/1'}
  - name: root
    cosign_key: {key: key.pub, transparency_log: not_required, trusted_root: key.pub}
  - name: kms
    cosign_key: {kms: key/1, transparency_log: not_required}
  - name: none
    colour: red
  - name: both
    cosign_key: {key: key.pub, transparency_log: not_required}
    keyless: {issuer: a, subject: b}
  - name: regex
    keyless: {issuer: a, subject_regex: '('}
  - name: claims
    keyless: {issuer: a, subject: b, claims: {shoe_size: '44'}}
  - name: misspelt
    keyless: {issuer: a, subjekt: b}
  - name: company
    notation: {trusted_identities: ['x509.subject: C=DE, ST=Berlin, O=Acme']}
    attestations: [https://spdx.dev/Document]
  - name: level
    notation: {ca: [key.pub], trusted_identities: ['*'], level: lax}
  - name: profile
    aws_signer: {profiles: ['*']}
  - name: index
    cosign_key: {key: key.pub, transparency_log: not_required}
    via_index: often
  - name: good
    cosign_key: {key: key.pub, transparency_log: not_required}
registries:
  - {registry: ghcr.io, role: 'arn:aws:iam::111122223333:role/read'}
  - {registry: 111122223333.dkr.ecr.eu-central-1.amazonaws.com, role: read}
  - {registry: 111122223333.dkr.ecr.eu-central-1.amazonaws.com, role: 'arn:aws:iam::111122223333:role/read'}
  - {registry: 111122223333.DKR.ecr.eu-central-1.amazonaws.com, role: 'arn:aws:iam::111122223333:role/read'}
";
    let attestors = parse("attestors.yaml", text, &read);
    assert_eq!(attestors.attestors.len(), 0, "of two that are called `good` nobody knows which is meant");
    insta::assert_snapshot!(problems(text).join("\n"), @r"
        attestors.yaml:5:5: the attestor has no usable `name` [invalid-value]
        attestors.yaml:6:11: the attestor has no usable `name` [invalid-value]
        attestors.yaml:9:17: `not.pub` cannot be used: holds a private key; only its public half belongs here [invalid-value]
        attestors.yaml:11:17: `gone.pub` cannot be read: there is no such file [invalid-value]
        attestors.yaml:13:17: `binary` is not a text [invalid-value]
        attestors.yaml:15:17: the key is given in no way, or in several [invalid-value]
        attestors.yaml:17:17: a trusted root is given for a log that is not required [invalid-value]
        attestors.yaml:19:17: `key/1` is no ARN of a key in AWS KMS [invalid-value]
        attestors.yaml:20:5: the attestor `none` has no kind [invalid-value]
        attestors.yaml:21:13: `colour` is not a key of an attestor [unknown-key]
        attestors.yaml:22:5: the attestor `both` has 2 kinds [invalid-value]
        attestors.yaml:26:14: `subject_regex` cannot be used: is no valid regular expression [invalid-value]
        attestors.yaml:28:14: `keyless` cannot be used: asks for the claim `shoe_size`, and only build_config_digest, build_config_uri, build_signer_digest, build_signer_uri, build_trigger, deployment_environment, github_workflow_name, github_workflow_ref, github_workflow_repository, github_workflow_sha, github_workflow_trigger, run_invocation_uri, runner_environment, source_repository_digest, source_repository_identifier, source_repository_owner_identifier, source_repository_owner_uri, source_repository_ref, source_repository_uri, source_repository_visibility_at_signing, token_subject are known [invalid-value]
        attestors.yaml:30:14: `keyless` is not understood: unknown field `subjekt`, expected one of `issuer`, `issuer_regex`, `subject`, `subject_regex`, `claims`, `trusted_root` [invalid-value]
        attestors.yaml:32:15: `notation` cannot be used: no certificate is trusted, neither of an authority nor of a signing authority [invalid-value]
        attestors.yaml:33:19: the Notary Project signs images and no statements about them [invalid-value]
        attestors.yaml:35:15: `key.pub` cannot be used: a block of PEM is `PUBLIC KEY`, expected `CERTIFICATE` [invalid-value]
        attestors.yaml:35:15: `level` cannot be used: `lax` is no level, expected one of `strict`, `permissive`, `audit` [invalid-value]
        attestors.yaml:37:17: `*` cannot be used: `*` is not the ARN of a signing profile, expected `arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME` with or without `/VERSION` [invalid-value]
        attestors.yaml:40:16: `via_index` is neither true nor false [invalid-value]
        attestors.yaml:41:11: two attestors are called `good` [invalid-value]
        attestors.yaml:44:5: `ghcr.io` is no private registry of ECR, and others are read without a role [invalid-value]
        attestors.yaml:45:5: the role of the registry `111122223333.dkr.ecr.eu-central-1.amazonaws.com` is no ARN of a role [invalid-value]
        attestors.yaml:47:5: the registry `111122223333.DKR.ecr.eu-central-1.amazonaws.com` stands there twice [invalid-value]
        ");
    assert!(!problems(text).join("\n").contains("MIGHAgEA"), "a private key is not quoted");
}

#[test]
fn a_file_that_does_not_parse_is_a_problem_of_the_file() {
    for text in ["", "attestors: 1", "attestors: [", "attestor: []", "- a"] {
        let attestors = parse("attestors.yaml", text, &read);
        assert_eq!(attestors.invalid.keys().collect::<Vec<_>>(), [WHOLE_FILE], "{text}");
    }
    let many = (0..=MOST).map(|number| {
        format!("  - {{name: a{number}, cosign_key: {{key: key.pub, transparency_log: not_required}}}}\n")
    });
    let attestors = parse("attestors.yaml", &format!("attestors:\n{}", many.collect::<String>()), &read);
    assert_eq!((attestors.attestors.len(), attestors.invalid.len()), (MOST, 1));
}

#[test]
fn the_documentation_names_the_day_of_the_public_root() {
    let page = include_str!("../../../docs/attestors.md");
    assert!(page.contains(&format!("of {PUBLIC_GOOD_DATE}")), "{PUBLIC_GOOD_DATE}");
}
