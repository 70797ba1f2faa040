//! Which names of an archive's entries are places in a bundle.

/// The parts of an entry's name, joined by `/`: its path in the bundle, empty for the bundle's own directory.
///
/// `opa build` begins each name with a slash and `tar c .` with `./`: both mean the bundle's own directory.
///
/// # Errors
///
/// Why the name is no place in a bundle.
pub(super) fn place(name: &str) -> Result<&str, &'static str> {
    if name.chars().any(char::is_control) {
        return Err("its name has a control character");
    }
    if name.contains('\\') {
        return Err("its name has a backslash, which is a separator on some systems");
    }
    if name.split('/').any(|part| part == "..") {
        return Err("its path leads out of the bundle");
    }
    let path = name.strip_prefix('/').or_else(|| name.strip_prefix("./")).unwrap_or(name);
    if path.starts_with('/') {
        return Err("its path is absolute");
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() || path == "." {
        return Ok("");
    }
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        return Err("its path has empty parts");
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_opa_and_tar_write_them_are_places_in_the_bundle() {
        for (name, expected) in [
            ("a/b.rego", "a/b.rego"),
            ("/a/b.rego", "a/b.rego"),
            ("./a/b.rego", "a/b.rego"),
            ("a/", "a"),
            ("./", ""),
            (".", ""),
            ("/", ""),
            ("a..b/c...d", "a..b/c...d"),
        ] {
            assert_eq!(place(name), Ok(expected), "{name}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_no_places() {
        for (name, expected) in [
            ("../x", "its path leads out of the bundle"),
            ("a/../../x", "its path leads out of the bundle"),
            ("/..", "its path leads out of the bundle"),
            ("//etc/passwd", "its path is absolute"),
            (".//etc/passwd", "its path is absolute"),
            ("a//b", "its path has empty parts"),
            ("a/./b", "its path has empty parts"),
            ("a\\..\\b", "its name has a backslash, which is a separator on some systems"),
            ("a\u{1b}[31m", "its name has a control character"),
        ] {
            assert_eq!(place(name), Err(expected), "{name}");
        }
    }
}
