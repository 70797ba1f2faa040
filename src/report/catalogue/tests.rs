//! The catalogue of the built-in bundles, as far as its form matters.

use serde_json::json;

use super::*;

#[test]
fn parameters_with_parts_have_a_line_for_each() {
    let mut parameters = Vec::new();
    flatten("a", &json!({ "b": { "c": [1] }, "d": {}, "e": "x" }), &mut parameters);
    assert_eq!(
        parameters,
        [("a.b.c".to_owned(), json!([1])), ("a.d".to_owned(), json!({})), ("a.e".to_owned(), json!("x"))]
    );
}
