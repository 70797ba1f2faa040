//! What a registry holds about an image.
//!
//! **Invariant:** what could not be read is a fault beside what could, so that no attestor takes it for "none".

use crate::domain::Digest;
use crate::registry::manifest::{Entry, Image, Parsed};
use crate::registry::{Descriptor, Fault, Manifest, Name, Registry};

use super::attestor::Forms;
use super::{Artifact, Content, Layer};
use crate::domain::GapKind;

/// The most artifacts of one image that are read. More are a fault: whoever can write to the repository could hide a signature
/// behind others, and must not be able to keep a pass busy.
const MOST_ARTIFACTS: usize = 100;

/// The largest payload of a signature.
const LARGEST_SIGNATURE: u64 = 1 << 20;

/// The largest bundle or attestation: an SBOM of a large image has some megabytes.
const LARGEST_ATTESTATION: u64 = 16 << 20;

/// The most bytes of all artifacts of one image together: many images are looked at at one time.
const MOST_BYTES: u64 = 32 << 20;

/// Layers of cosign 2's signatures.
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// Layers of cosign 2's attestations.
const DSSE: &str = "application/vnd.dsse.envelope.v1+json";

/// What the media types of sigstore's bundles begin with: `…bundle.v0.3+json`, `…bundle+json;version=0.1`.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// Layers of the Notary Project's signatures.
const JWS: &str = "application/jose+json";
const COSE: &str = "application/cose";

/// What manifests of the Notary Project's signatures are.
const NOTATION: &str = "application/vnd.cncf.notary.signature";

/// What was found about one image or index.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What can be looked at, in the order in which the registry lists it, tags first.
    pub(super) artifacts: Vec<Artifact>,
    /// What could not be read.
    pub(super) faults: Vec<Fault>,
}

/// Reads what a registry holds about an image.
pub(super) async fn discover(registry: &dyn Registry, digest: &Digest, forms: Forms) -> Found {
    let mut reader = Reader { registry, forms, found: Found::default(), n_bytes: 0 };
    if forms.signatures {
        reader.tag(digest, "sig", SIMPLE_SIGNING).await;
    }
    if forms.attestations {
        reader.tag(digest, "att", DSSE).await;
    }
    if let Err(fault) = reader.referrers(digest).await {
        reader.found.faults.push(fault);
    }
    reader.found
}

struct Reader<'a> {
    registry: &'a dyn Registry,
    forms: Forms,
    found: Found,
    /// What was read of blobs so far.
    n_bytes: u64,
}

impl Reader<'_> {
    /// The layers below one of cosign 2's tags.
    async fn tag(&mut self, digest: &Digest, suffix: &str, media_type: &str) {
        let name = Name::Tag(format!("sha256-{}.{suffix}", digest.hex()));
        let read = async {
            let Some(manifest) = self.registry.manifest(&name).await? else { return Ok(None) };
            Ok(Some((manifest.digest.clone(), image(&manifest)?)))
        };
        let (manifest, image) = match read.await {
            Ok(None) => return,
            Ok(Some(read)) => read,
            Err(fault) => return self.found.faults.push(fault),
        };
        for layer in image.layers {
            if layer.descriptor.media_type != media_type {
                continue;
            }
            if let Err(fault) = self.layer(&manifest, layer, suffix == "att").await {
                self.found.faults.push(fault);
            }
        }
    }

    async fn layer(&mut self, manifest: &Digest, layer: Entry, is_attestation: bool) -> Result<(), Fault> {
        self.has_room()?;
        let largest = if is_attestation { LARGEST_ATTESTATION } else { LARGEST_SIGNATURE };
        let payload = self.blob(&layer.descriptor, largest).await?;
        let layer = Layer { payload, annotations: layer.annotations };
        let content =
            if is_attestation { Content::Attestation(layer) } else { Content::SimpleSigning(layer) };
        self.found.artifacts.push(Artifact { manifest: manifest.clone(), content });
        Ok(())
    }

    /// Manifests that refer to the image, found by the registry or, where it has no API for that, below a tag.
    async fn referrers(&mut self, digest: &Digest) -> Result<(), Fault> {
        let listed: Vec<Descriptor> = match self.registry.referrers(digest).await? {
            Some(listed) => listed,
            None => {
                let name = Name::Tag(format!("sha256-{}", digest.hex()));
                let Some(manifest) = self.registry.manifest(&name).await? else { return Ok(()) };
                match parsed(&manifest)? {
                    Parsed::Index(index) => index.manifests.into_iter().map(|it| it.descriptor).collect(),
                    Parsed::Image(_) => {
                        return Err(malformed("the tag that lists referrers is no index"));
                    }
                }
            }
        };
        if listed.len() > MOST_ARTIFACTS {
            self.found.faults.push(too_many());
        }
        for descriptor in listed.into_iter().take(MOST_ARTIFACTS) {
            if let Err(fault) = self.referrer(digest, &descriptor).await {
                self.found.faults.push(fault);
                if self.found.artifacts.len() >= MOST_ARTIFACTS {
                    break;
                }
            }
        }
        Ok(())
    }

    /// One manifest that is said to refer to the image. What it is shows in it and not in the list: lists are made by whoever
    /// pushed last, and name the wrong type as often as not.
    async fn referrer(&mut self, subject: &Digest, descriptor: &Descriptor) -> Result<(), Fault> {
        self.has_room()?;
        let name = Name::Digest(descriptor.digest.clone());
        let Some(manifest) = self.registry.manifest(&name).await? else {
            // Listed and gone: garbage collection leaves such entries behind, and so would somebody who hides a signature.
            return Err(malformed("a manifest that is listed as a referrer is not there"));
        };
        let Parsed::Image(image) = parsed(&manifest)? else { return Ok(()) };
        if image.subject.as_ref().is_none_or(|of| of.digest != *subject) {
            return Ok(());
        }
        let is_notation =
            image.artifact_type.as_deref() == Some(NOTATION) || image.config.media_type == NOTATION;
        for layer in image.layers {
            let media_type = layer.descriptor.media_type.as_str();
            let content = if is_notation {
                match media_type {
                    _ if !self.forms.notation => continue,
                    JWS => Content::NotationJws(self.blob(&layer.descriptor, LARGEST_SIGNATURE).await?),
                    COSE => Content::Unsupported(media_type.to_owned()),
                    _ => continue,
                }
            } else if media_type.starts_with(BUNDLE) && (self.forms.signatures || self.forms.attestations) {
                Content::Bundle(self.blob(&layer.descriptor, LARGEST_ATTESTATION).await?)
            } else {
                continue;
            };
            self.has_room()?;
            self.found.artifacts.push(Artifact { manifest: manifest.digest.clone(), content });
        }
        Ok(())
    }

    /// A blob that a manifest names.
    async fn blob(&mut self, blob: &Descriptor, largest: u64) -> Result<Vec<u8>, Fault> {
        if blob.size > largest {
            return Err(fault(
                "TooLarge",
                GapKind::Truncated,
                format!("a signature or attestation has {} bytes, and {largest} are read", blob.size),
            ));
        }
        self.n_bytes = self.n_bytes.saturating_add(blob.size);
        if self.n_bytes > MOST_BYTES {
            let message =
                format!("the signatures and attestations of the image have more than {MOST_BYTES} bytes");
            return Err(fault("TooLarge", GapKind::Truncated, message));
        }
        let bytes = self.registry.blob(blob).await?;
        bytes.ok_or_else(|| malformed("a blob that a manifest names is not there"))
    }

    fn has_room(&self) -> Result<(), Fault> {
        if self.found.artifacts.len() < MOST_ARTIFACTS {
            return Ok(());
        }
        Err(too_many())
    }
}

fn too_many() -> Fault {
    let message = format!("more than {MOST_ARTIFACTS} signatures and attestations refer to the image");
    fault("TooManyArtifacts", GapKind::Truncated, message)
}

/// A manifest as it is read everywhere.
pub(super) fn parsed(manifest: &Manifest) -> Result<Parsed, Fault> {
    Parsed::of(manifest)
        .map_err(|error| malformed(&format!("the manifest {} is not read: {error}", manifest.digest)))
}

/// An image's manifest, and no index.
fn image(manifest: &Manifest) -> Result<Image, Fault> {
    match parsed(manifest)? {
        Parsed::Image(image) => Ok(image),
        Parsed::Index(_) => Err(malformed("the tag of signatures is an index")),
    }
}

fn malformed(message: &str) -> Fault {
    fault("Malformed", GapKind::Malformed, message.to_owned())
}

pub(super) fn fault(code: &str, kind: GapKind, message: String) -> Fault {
    Fault { operation: "reading signatures".to_owned(), kind, code: code.to_owned(), message, missing: None }
}
