//! Manifests and indexes, read so that nobody else can read something else in the same bytes.
//!
//! The clients of registries disagree about members that come twice, in other case, or together with those of another kind of
//! document; a text that invites to that is refused (CVE-2021-41190).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Descriptor, Manifest};
use crate::domain::Digest;

/// The media types of a manifest and of an index, OCI's and Docker's; what a registry is asked for.
pub const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// The largest manifest that is read; registries take none that is larger (distribution specification, "Pushing Manifests").
pub const LIMIT_BYTES: u64 = 4 << 20;

/// The most layers of a manifest, or manifests of an index.
pub const LIMIT_ENTRIES: usize = 1000;

/// Members outside of annotations that mean something to one client or another; Go's also take them in other case.
const MEMBERS: [&str; 20] = [
    "annotations",
    "architecture",
    "artifactType",
    "blobs",
    "config",
    "data",
    "digest",
    "fsLayers",
    "history",
    "layers",
    "manifests",
    "mediaType",
    "os",
    "platform",
    "schemaVersion",
    "signatures",
    "size",
    "subject",
    "urls",
    "variant",
];

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// An image, or something else that consists of layers.
    Image(Image),
    /// A list of manifests.
    Index(Index),
}

/// A manifest with layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// What it is, when it says so itself.
    pub artifact_type: Option<String>,
    /// Its configuration, whose media type says what it is when it does not say so itself.
    pub config: Descriptor,
    /// Its layers.
    pub layers: Vec<Entry>,
    /// The manifest that it is about.
    pub subject: Option<Descriptor>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// A list of manifests: an image for several platforms, or what is attached to an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// What it is, when it says so itself.
    pub artifact_type: Option<String>,
    /// Its manifests.
    pub manifests: Vec<Entry>,
    /// The manifest that it is about.
    pub subject: Option<Descriptor>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// A layer or a manifest as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called.
    pub descriptor: Descriptor,
    /// What the list says it is. Tools write the configuration's type here, so it is no filter.
    pub artifact_type: Option<String>,
    /// What it runs on.
    pub platform: Option<Platform>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What an image runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Platform {
    /// The operating system.
    pub os: String,
    /// The processor's architecture.
    pub architecture: String,
    /// The variant of the architecture.
    pub variant: Option<String>,
}

/// Why bytes are no manifest that is read: one clause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidManifest(String);

impl InvalidManifest {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl Parsed {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// What is no manifest or index of version 2, contradicts its media type, or can be read in two ways.
    pub fn of(manifest: &Manifest) -> Result<Self, InvalidManifest> {
        Self::read(&manifest.media_type, &manifest.bytes)
    }

    /// Reads the bytes of a manifest that is served as this media type.
    ///
    /// # Errors
    ///
    /// As for [`Self::of`].
    pub fn read(media_type: &str, bytes: &[u8]) -> Result<Self, InvalidManifest> {
        let is_index = match MEDIA_TYPES.iter().position(|it| *it == media_type) {
            Some(index) => index % 2 == 1,
            None => return Err(InvalidManifest::new(format!("its media type is {}", shown(media_type)))),
        };
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LIMIT_BYTES {
            return Err(InvalidManifest::new(format!("it is larger than {LIMIT_BYTES} bytes")));
        }
        unambiguous(bytes)?;
        let document = serde_json::from_slice::<Document>(bytes).map_err(|error| unreadable(&error))?;
        if document.schema_version != 2 {
            return Err(InvalidManifest::new(format!("its schema version is {}", document.schema_version)));
        }
        match document.media_type.as_deref() {
            Some(said) if said != media_type => {
                let (said, served) = (shown(said), shown(media_type));
                return Err(InvalidManifest::new(format!(
                    "it says that it is {said} and is served as {served}"
                )));
            }
            _ => {}
        }
        if document.fs_layers.is_some() || document.history.is_some() || document.blobs.is_some() {
            return Err(InvalidManifest::new("it has members of another kind of manifest"));
        }
        if is_index { document.index() } else { document.image() }
    }
}

/// A manifest or an index as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: u64,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Listed>,
    layers: Option<Vec<Listed>>,
    manifests: Option<Vec<Listed>>,
    subject: Option<Listed>,
    annotations: Option<BTreeMap<String, String>>,
    fs_layers: Option<IgnoredAny>,
    history: Option<IgnoredAny>,
    blobs: Option<IgnoredAny>,
}

/// A descriptor as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    media_type: String,
    digest: Digest,
    size: u64,
    artifact_type: Option<String>,
    platform: Option<Platform>,
    annotations: Option<BTreeMap<String, String>>,
}

impl Document {
    fn image(self) -> Result<Parsed, InvalidManifest> {
        if self.manifests.is_some() {
            return Err(InvalidManifest::new("it is a manifest and has `manifests`"));
        }
        let config = self.config.ok_or_else(|| InvalidManifest::new("it has no `config`"))?;
        let layers = self.layers.ok_or_else(|| InvalidManifest::new("it has no `layers`"))?;
        Ok(Parsed::Image(Image {
            artifact_type: self.artifact_type,
            config: config.into_entry().descriptor,
            layers: entries(layers, "layers")?,
            subject: self.subject.map(|it| it.into_entry().descriptor),
            annotations: self.annotations.unwrap_or_default(),
        }))
    }

    fn index(self) -> Result<Parsed, InvalidManifest> {
        if self.layers.is_some() || self.config.is_some() {
            return Err(InvalidManifest::new("it is an index and has `layers` or `config`"));
        }
        let manifests = self.manifests.ok_or_else(|| InvalidManifest::new("it has no `manifests`"))?;
        Ok(Parsed::Index(Index {
            artifact_type: self.artifact_type,
            manifests: entries(manifests, "manifests")?,
            subject: self.subject.map(|it| it.into_entry().descriptor),
            annotations: self.annotations.unwrap_or_default(),
        }))
    }
}

impl Listed {
    fn into_entry(self) -> Entry {
        let Self { media_type, digest, size, artifact_type, platform, annotations } = self;
        Entry {
            descriptor: Descriptor { media_type, digest, size },
            artifact_type,
            platform,
            annotations: annotations.unwrap_or_default(),
        }
    }
}

fn entries(listed: Vec<Listed>, name: &str) -> Result<Vec<Entry>, InvalidManifest> {
    if listed.len() > LIMIT_ENTRIES {
        return Err(InvalidManifest::new(format!("it has more than {LIMIT_ENTRIES} `{name}`")));
    }
    Ok(listed.into_iter().map(Listed::into_entry).collect())
}

/// The parser's message is left out where it could quote the text.
fn unreadable(error: &serde_json::Error) -> InvalidManifest {
    let (line, column) = (error.line(), error.column());
    let what = if error.is_data() { "no manifest" } else { "no JSON" };
    InvalidManifest::new(format!("it is {what} (line {line}, column {column})"))
}

/// A foreign text in a message.
fn shown(text: &str) -> String {
    let text = text.chars().filter(|it| !it.is_control()).take(100).collect::<String>();
    if text.is_empty() { "none".to_owned() } else { format!("`{text}`") }
}

/// Refuses members that come twice, and members in other case than they are written.
fn unambiguous(bytes: &[u8]) -> Result<(), InvalidManifest> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let walk = Unambiguous { in_annotations: false };
    walk.deserialize(&mut deserializer).and_then(|()| deserializer.end()).map_err(|error| {
        // Our own message stands before the parser's place.
        if error.is_data() && error.to_string().starts_with(TWICE) {
            InvalidManifest::new(format!("{TWICE} (line {}, column {})", error.line(), error.column()))
        } else {
            unreadable(&error)
        }
    })
}

/// What is said of members that come twice.
const TWICE: &str = "a member comes twice, or in other case than it is written";

/// Walks a text.
#[derive(Clone, Copy)]
struct Unambiguous {
    /// The names of annotations are whatever somebody likes.
    in_annotations: bool,
}

impl<'de> DeserializeSeed<'de> for Unambiguous {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let is_variant =
                !self.in_annotations && !MEMBERS.contains(&name.as_str()) && is_member_in_other_case(&name);
            let in_annotations = name == "annotations";
            if is_variant || !seen.insert(name) {
                return Err(A::Error::custom(TWICE));
            }
            map.next_value_seed(Self { in_annotations })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Go's parser of JSON folds these two letters beside ASCII's.
fn is_member_in_other_case(name: &str) -> bool {
    let folded = name.replace('\u{17f}', "s").replace('\u{212a}', "k");
    MEMBERS.iter().any(|member| member.eq_ignore_ascii_case(&folded))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn descriptor() -> Value {
        json!({"mediaType": "application/x", "digest": DIGEST, "size": 3})
    }

    fn image() -> Value {
        json!({
            "schemaVersion": 2,
            "mediaType": MEDIA_TYPES[0],
            "artifactType": "application/a",
            "config": descriptor(),
            "layers": [{"mediaType": "application/x", "digest": DIGEST, "size": 3, "annotations": {"a": "b", "A": "c"}}],
            "subject": descriptor(),
        })
    }

    fn index() -> Value {
        let platform = json!({"os": "linux", "architecture": "arm64", "variant": "v8", "os.version": "1"});
        let mut listed = descriptor();
        listed["platform"] = platform;
        json!({"schemaVersion": 2, "mediaType": MEDIA_TYPES[1], "manifests": [listed]})
    }

    fn read(media_type: &str, document: &Value) -> Result<Parsed, InvalidManifest> {
        Parsed::read(media_type, document.to_string().as_bytes())
    }

    fn with(mut document: Value, name: &str, value: Value) -> Value {
        document[name] = value;
        document
    }

    fn without(mut document: Value, name: &str) -> Value {
        document.as_object_mut().unwrap().remove(name);
        document
    }

    #[test]
    fn manifests_and_indexes_are_told_by_their_media_types() {
        let Ok(Parsed::Image(found)) = read(MEDIA_TYPES[0], &image()) else { panic!("no image") };
        assert_eq!(found.artifact_type.as_deref(), Some("application/a"));
        assert_eq!(found.layers[0].annotations.len(), 2);
        assert_eq!(found.subject.unwrap().digest.as_str(), DIGEST);
        let Ok(Parsed::Index(found)) = read(MEDIA_TYPES[1], &index()) else { panic!("no index") };
        assert_eq!(found.manifests[0].platform.as_ref().unwrap().architecture, "arm64");
        for (media_type, document) in [(MEDIA_TYPES[2], image()), (MEDIA_TYPES[3], index())] {
            assert!(read(media_type, &without(document, "mediaType")).is_ok(), "{media_type}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (media_type, document) in [
            (MEDIA_TYPES[0], with(image(), "manifests", json!([descriptor()]))),
            (MEDIA_TYPES[0], with(image(), "manifests", json!([]))),
            (MEDIA_TYPES[0], with(image(), "fsLayers", json!([]))),
            (MEDIA_TYPES[1], with(index(), "layers", json!([]))),
            (MEDIA_TYPES[1], with(index(), "config", descriptor())),
            (MEDIA_TYPES[1], image()),
            (MEDIA_TYPES[0], index()),
            (MEDIA_TYPES[0], with(image(), "mediaType", json!(MEDIA_TYPES[2]))),
            (MEDIA_TYPES[0], with(image(), "Layers", json!([]))),
            (MEDIA_TYPES[0], with(image(), "layer\u{17f}", json!([]))),
            (MEDIA_TYPES[0], without(image(), "config")),
            (MEDIA_TYPES[0], without(image(), "layers")),
            (MEDIA_TYPES[1], without(index(), "manifests")),
            (MEDIA_TYPES[0], with(image(), "schemaVersion", json!(1))),
            (MEDIA_TYPES[0], with(image(), "subject", json!({"digest": "sha256:x"}))),
            (MEDIA_TYPES[0], with(image(), "layers", Value::Array(vec![descriptor(); LIMIT_ENTRIES + 1]))),
            ("application/vnd.docker.distribution.manifest.v1+prettyjws", image()),
            ("text/html", image()),
        ] {
            assert!(read(media_type, &document).is_err(), "{media_type} {document:.300}");
        }
    }

    #[test]
    fn a_member_that_comes_twice_is_refused_wherever_it_stands() {
        let text = image().to_string();
        for (one, twice) in [
            ("\"schemaVersion\":2", "\"schemaVersion\":2,\"schemaVersion\":2"),
            ("\"size\":3", "\"size\":3,\"size\":4"),
            ("\"a\":\"b\"", "\"a\":\"b\",\"a\":\"d\""),
            ("\"a\":\"b\"", "\"a\":\"b\",\"\\u0061\":\"d\""),
        ] {
            assert!(text.contains(one));
            let error = Parsed::read(MEDIA_TYPES[0], text.replace(one, twice).as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with(TWICE), "{error}");
        }
    }

    #[test]
    fn bytes_of_any_kind_are_refused_without_being_quoted() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let large = format!("{{\"a\": \"{}\"}}", "x".repeat(5 << 20));
        for bytes in ["", "{", "[]", "null", "\"secret\"", "{\"secret\": }", "\u{0}", &deep, &large] {
            let error = Parsed::read(MEDIA_TYPES[0], bytes.as_bytes()).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(Parsed::read(MEDIA_TYPES[0], b"\xff").is_err());
        let trailing = format!("{} {{}}", image());
        assert!(Parsed::read(MEDIA_TYPES[0], trailing.as_bytes()).is_err());
    }
}
