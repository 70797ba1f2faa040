//! What a signature holds together. Keys of RSA and elliptic curves, and what others sign, are in `tests/it/signatures.rs`.

use std::borrow::Cow;

use jiff::Timestamp;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Map, Value, json};

use super::{Algorithm, SigningKey, Statement, Verification, VerificationKey};
use crate::diagnostic::Code;
use crate::policy::Tree;

const SECRET: &[u8] = b"a secret that both sides know, of more than 32 bytes";

fn tree() -> Tree {
    let mut tree = Tree::named("b/".to_owned());
    for (path, content) in
        [(".manifest", r#"{"revision": "1"}"#), ("a.rego", "package a"), ("data.json", "{}")]
    {
        tree.files.insert(path.to_owned(), Cow::Borrowed(content.as_bytes()));
    }
    tree
}

fn signed(statement: &Statement) -> Tree {
    let key = SigningKey::new("secret", SECRET, Algorithm::Hs256).unwrap();
    tree().signed(&key, statement).unwrap()
}

fn by(secret: &[u8]) -> Verification {
    Verification {
        key: VerificationKey::new("secret", secret, Algorithm::Hs256).unwrap(),
        key_id: None,
        scope: None,
        now: "2026-11-22T08:00:00Z".parse::<Timestamp>().unwrap(),
    }
}

/// What is said about a bundle that does not verify.
#[track_caller]
fn refused(tree: &Tree, by: &Verification) -> Vec<String> {
    let problems = tree.verify(by).expect_err("it verifies");
    assert!(problems.iter().all(|problem| problem.code == Code::Signature), "{problems:?}");
    problems.iter().map(ToString::to_string).collect()
}

/// The tree with a token that somebody else made.
fn with_token(token: &str) -> Tree {
    let mut tree = tree();
    tree.signatures = Some(json!({"signatures": [token]}).to_string().into_bytes());
    tree
}

/// A token over claims, as anybody who knows the secret can make it.
fn token(claims: &Value) -> String {
    jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(SECRET)).unwrap()
}

#[test]
fn what_was_signed_verifies() {
    let signature = signed(&Statement::default()).verify(&by(SECRET)).unwrap();
    assert_eq!((signature.algorithm.as_str(), signature.n_files), ("HS256", 3));
}

#[test]
fn an_unsigned_bundle_is_refused() {
    assert_eq!(refused(&tree(), &by(SECRET)), ["b: the bundle is not signed [signature]"]);
}

#[test]
fn an_altered_file_is_refused() {
    let mut tree = signed(&Statement::default());
    tree.files.insert("a.rego".to_owned(), Cow::Borrowed(b"package b"));
    assert_eq!(refused(&tree, &by(SECRET)), ["b/a.rego: the file is not what was signed [signature]"]);
}

#[test]
fn a_manifest_of_another_layout_is_the_same_manifest() {
    let mut tree = signed(&Statement::default());
    tree.files.insert(".manifest".to_owned(), Cow::Borrowed(b"{\n\"revision\":\"1\"}\n"));
    tree.verify(&by(SECRET)).unwrap();
}

#[test]
fn a_missing_and_a_further_file_are_refused() {
    let mut tree = signed(&Statement::default());
    let content = tree.files.remove("a.rego").unwrap();
    tree.files.insert("c.rego".to_owned(), content);
    assert_eq!(
        refused(&tree, &by(SECRET)),
        [
            "b/c.rego: the file is not covered by the signature [signature]",
            "b/a.rego: the file was signed and is missing [signature]",
        ]
    );
}

#[test]
fn another_key_is_refused() {
    let problems =
        refused(&signed(&Statement::default()), &by(b"another secret of more than thirty-two bytes"));
    assert_eq!(problems, ["b/.signatures.json: the signature was not made by this key [signature]"]);
}

#[test]
fn another_algorithm_than_what_is_asked_for_is_refused() {
    let hs512 =
        Verification { key: VerificationKey::new("secret", SECRET, Algorithm::Hs512).unwrap(), ..by(SECRET) };
    let problems = refused(&signed(&Statement::default()), &hs512);
    assert!(problems[0].contains("signed with HS256, and HS512 is asked for"), "{problems:?}");
}

#[test]
fn a_token_without_a_signature_is_refused() {
    // {"alg":"none"} and {"files":[]}
    for token in
        ["eyJhbGciOiJub25lIn0.eyJmaWxlcyI6W119.", "eyJhbGciOiJub25lIn0.eyJmaWxlcyI6W119", "", "a.b.c"]
    {
        let problems = refused(&with_token(token), &by(SECRET));
        assert!(problems[0].contains("the token's header cannot be used"), "{problems:?}");
    }
}

#[test]
fn a_claim_of_another_key_or_scope_is_refused() {
    let statement = Statement {
        key_id: Some("ours".to_owned()),
        scope: Some("production".to_owned()),
        claims: Map::from_iter([("iss".to_owned(), json!("release"))]),
    };
    let tree = signed(&statement);
    let asking = |key_id: Option<&str>, scope: Option<&str>| Verification {
        key_id: key_id.map(ToOwned::to_owned),
        scope: scope.map(ToOwned::to_owned),
        ..by(SECRET)
    };
    let signature = tree.verify(&asking(Some("ours"), Some("production"))).unwrap();
    assert_eq!(signature.key_id.as_deref(), Some("ours"));
    assert_eq!(signature.claims["iss"], "release");
    tree.verify(&asking(None, Some("production"))).unwrap();
    assert!(refused(&tree, &asking(Some("theirs"), Some("production")))[0].contains("names the key `ours`"));
    assert!(refused(&tree, &asking(None, None))[0].contains("scope `production`, and no scope is asked for"));
    assert!(refused(&tree, &asking(None, Some("test")))[0].contains("the scope `test` is asked for"));
}

#[test]
fn an_expired_signature_is_refused() {
    let until = |exp: Value| {
        signed(&Statement { claims: Map::from_iter([("exp".to_owned(), exp)]), ..Statement::default() })
    };
    let now = by(SECRET).now.as_second();
    until(json!(now + 10)).verify(&by(SECRET)).unwrap();
    assert!(refused(&until(json!(now)), &by(SECRET))[0].contains("has expired"));
    assert!(refused(&until(json!(-1e300)), &by(SECRET))[0].contains("has expired"));
}

#[test]
fn a_token_that_lists_a_file_twice_is_refused() {
    let file = |name: &str| json!({"name": name, "hash": "00", "algorithm": "SHA-256"});
    let problems =
        refused(&with_token(&token(&json!({"files": [file("a.rego"), file("a.rego")]}))), &by(SECRET));
    assert!(problems[0].contains("lists `a.rego` twice"), "{problems:?}");
}

#[test]
fn a_digest_that_proves_nothing_is_refused() {
    let names = ["a.rego", "data.json", ".manifest"];
    let files = names.map(|name| json!({"name": name, "hash": "00", "algorithm": "MD5"}));
    let problems = refused(&with_token(&token(&json!({"files": files}))), &by(SECRET));
    assert_eq!(problems.len(), 3);
    assert!(problems[0].contains("MD5, which proves nothing any more"), "{problems:?}");
}

#[test]
fn a_signatures_file_of_another_form_is_refused() {
    let mut tree = tree();
    for (content, words) in [
        ("{", "EOF"),
        ("{}", "has 0 tokens, and must have one"),
        (r#"{"signatures": ["a", "b"]}"#, "has 2 tokens"),
        (r#"{"signatures": ["a"], "plugin": "ours"}"#, "for the plugin `ours`"),
        (r#"{"signatures": "a"}"#, "invalid type"),
    ] {
        tree.signatures = Some(content.as_bytes().to_vec());
        let problems = refused(&tree, &by(SECRET));
        assert!(problems[0].contains(words), "{problems:?}");
    }
}

#[test]
fn a_public_key_is_no_secret() {
    let pem = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    let problem = VerificationKey::new("k.pem", pem, Algorithm::Hs256).unwrap_err();
    assert_eq!(problem.to_string(), "k.pem: the file holds a key in PEM, and HS256 takes a secret [key]");
    assert_eq!(SigningKey::new("k.pem", pem, Algorithm::Hs256).unwrap_err().code, Code::Key);
    assert_eq!(SigningKey::new("k", b"", Algorithm::Hs256).unwrap_err().code, Code::Key);
}

#[test]
fn a_file_that_is_no_key_says_what_it_is() {
    let advice = |content: &[u8], algorithm| {
        let problem = SigningKey::new("k", content, algorithm).unwrap_err();
        assert_eq!(problem.code, Code::Key);
        problem.help.unwrap_or_default()
    };
    assert!(advice(b"hello", Algorithm::Rs256).contains("must be in PEM"));
    let of = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n").into_bytes();
    assert!(advice(&of("EC PRIVATE KEY"), Algorithm::Es256).contains("openssl pkcs8 -topk8"));
    assert!(advice(&of("ENCRYPTED PRIVATE KEY"), Algorithm::Rs256).contains("encrypted"));
    assert!(advice(&of("PUBLIC KEY"), Algorithm::Rs256).contains("give the private key"));
    let private = VerificationKey::new("k", &of("PRIVATE KEY"), Algorithm::Rs256).unwrap_err();
    assert!(private.to_string().contains("holds a private key"));
}

#[test]
fn no_key_is_ever_shown() {
    let signing = SigningKey::new("file", SECRET, Algorithm::Hs256).unwrap();
    let verifying = VerificationKey::new("file", SECRET, Algorithm::Hs256).unwrap();
    assert_eq!(format!("{signing:?} {verifying:?}"), "SigningKey(HS256, file) VerificationKey(HS256)");
}
