//! Signatures and attestations of sigstore's, made by real signers in a real registry.

use crate::support::registry::Registry;

#[test]
fn what_was_pushed_is_served_below_its_tag_and_its_digest() {
    let registry = Registry::start();
    let image = registry.push_image("shop/web", "v1", "one");
    let manifest = registry.manifest("shop/web", "v1").unwrap();
    assert_eq!(registry.manifest("shop/web", image.as_str()).unwrap(), manifest);
    assert_ne!(registry.push_image("shop/web", "v2", "two"), image);
    assert_eq!(registry.manifest("shop/web", "v3"), None);
    assert!(registry.host().starts_with("127.0.0.1:"));
}
