//! What containers call their images.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::Digest;

/// The registry of references that name none.
const DOCKER_HUB: &str = "docker.io";

/// Another name of it.
const INDEX: &str = "index.docker.io";

/// Where its API is.
const DOCKER_HUB_API: &str = "registry-1.docker.io";

/// The longest repository, with its registry.
const LONGEST_NAME: usize = 255;

/// What stands for a registry, a repository and a tag: <https://pkg.go.dev/github.com/distribution/reference>.
static PATTERNS: LazyLock<Option<[Regex; 3]>> = LazyLock::new(|| {
    let compile = |pattern: &str| Regex::new(pattern).ok();
    Some([
        compile(
            r"^(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$",
        )?,
        compile(r"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$")?,
        compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")?,
    ])
});

/// An image's reference, taken apart as Docker takes it: what is left out stands here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text that is no reference of an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no reference of an image: {problem}")]
pub struct InvalidReference {
    text: String,
    problem: &'static str,
}

impl ImageReference {
    /// Reads a reference: `[registry/]repository[:tag][@digest]`.
    ///
    /// Without a registry it is Docker Hub's, where names without a slash are below `library/`, and without tag and digest the
    /// tag is `latest`.
    ///
    /// # Errors
    ///
    /// What Docker would refuse too, and digests that are not SHA-256.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        let invalid = |problem| InvalidReference { text: text.chars().take(300).collect(), problem };
        let [registries, repositories, tags] =
            PATTERNS.as_ref().ok_or_else(|| invalid("its patterns do not compile"))?;
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => {
                let digest =
                    Digest::new(digest).map_err(|_| invalid("its digest is not of the form `sha256:…`"))?;
                (name, Some(digest))
            }
            None => (text, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first, rest),
            _ => (DOCKER_HUB, name),
        };
        let (repository, tag) = match path.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (path, None),
        };
        if !registries.is_match(registry) {
            return Err(invalid("its registry is no host"));
        }
        // A name without a dot or a port is a host only because it is not in lower case.
        let registry =
            if registry.contains(['.', ':']) { registry.to_ascii_lowercase() } else { registry.to_owned() };
        let registry = if registry == INDEX { DOCKER_HUB.to_owned() } else { registry };
        if !repositories.is_match(repository) {
            return Err(invalid("its repository is not made of lower-case letters, digits and separators"));
        }
        let repository = match registry == DOCKER_HUB && !repository.contains('/') {
            true => format!("library/{repository}"),
            false => repository.to_owned(),
        };
        if registry.len() + 1 + repository.len() > LONGEST_NAME {
            return Err(invalid("its name is too long"));
        }
        if tag.is_some_and(|tag| !tags.is_match(tag)) {
            return Err(invalid("its tag is none"));
        }
        let tag = match (tag, &digest) {
            (None, None) => Some("latest"),
            (tag, _) => tag,
        };
        Ok(Self { registry, repository, tag: tag.map(str::to_owned), digest })
    }

    /// The registry, as people call it: a host, perhaps with a port; in lower case, as far as it has a dot.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The host, perhaps with a port, that the registry's API is at.
    #[must_use]
    pub fn api_host(&self) -> &str {
        if self.registry == DOCKER_HUB { DOCKER_HUB_API } else { &self.registry }
    }

    /// The repository within the registry.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag; whoever pulls an image does not look at it when there is a digest.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest that it is pinned to.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The registry and the repository.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }
}

/// Whether what stands before the first slash is a registry and not a part of a repository's name.
fn is_registry(first: &str) -> bool {
    first == "localhost" || first.contains(['.', ':']) || first.bytes().any(|byte| byte.is_ascii_uppercase())
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_what_docker_means() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for (text, expected) in [
            ("nginx", "docker.io/library/nginx:latest".to_owned()),
            ("nginx:1.25", "docker.io/library/nginx:1.25".to_owned()),
            ("acme/web", "docker.io/acme/web:latest".to_owned()),
            ("index.docker.io/nginx", "docker.io/library/nginx:latest".to_owned()),
            ("docker.io/acme/web", "docker.io/acme/web:latest".to_owned()),
            ("localhost/web", "localhost/web:latest".to_owned()),
            ("localhost:5000/a/b:1", "localhost:5000/a/b:1".to_owned()),
            ("[::1]:5000/web", "[::1]:5000/web:latest".to_owned()),
            ("Registry/web", "Registry/web:latest".to_owned()),
            ("GHCR.io/acme/web:V1", "ghcr.io/acme/web:V1".to_owned()),
            (&format!("a.b/web@{digest}"), format!("a.b/web@{digest}")),
            (&format!("a.b/web:1@{digest}"), format!("a.b/web:1@{digest}")),
            ("public.ecr.aws/a/b__c/d--e.f", "public.ecr.aws/a/b__c/d--e.f:latest".to_owned()),
        ] {
            let reference = ImageReference::parse(text).unwrap();
            assert_eq!(reference.to_string(), expected, "{text}");
            assert_eq!(ImageReference::parse(&expected).unwrap(), reference, "{text}");
        }
        assert_eq!(ImageReference::parse("nginx").unwrap().api_host(), "registry-1.docker.io");
        assert_eq!(ImageReference::parse("a.b/c").unwrap().api_host(), "a.b");
    }

    #[test]
    fn what_docker_refuses_is_refused() {
        let long = format!("a.b/{}", "w".repeat(255));
        let short = format!("a.b/web@sha256:{}", "0".repeat(63));
        let other = format!("a.b/web@sha512:{}", "0".repeat(128));
        for text in [
            "",
            "/",
            ":",
            "@",
            "a.b/",
            "a.b/Web",
            "a.b/web:",
            "a.b/web:-1",
            "a.b/web:1:2",
            "a.b//web",
            "a.b/web/",
            "a.b/_web",
            "a.b/web ",
            "a_b.c/web",
            "-a.b/web",
            "a.b:x/web",
            "http://a.b/web",
            "a.b/web@",
            "a.b/we\nb",
            &long,
            &short,
            &other,
        ] {
            assert!(ImageReference::parse(text).is_err(), "{text}");
        }
    }
}
