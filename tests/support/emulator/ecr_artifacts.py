"""ECR as whoever pulls reads it: manifests byte by byte, what refers to them, and layers.

moto 5.2.5 has no referrers and forgets the bytes of layers, and its digests are not those of manifests. The rules kept
here: the digest of an image is that of its manifest, unless whoever pushes it says another; a registry may be another
account's (`registryId`); an image that is not there is a failure in the answer, not an error; ListImageReferrers pages
(`maxResults` 1 to 50, 20 unless asked); a layer is read from a URL that needs no other signature than its own.
"""

import hashlib
import json
import re

from moto.core.exceptions import ServiceException
from moto.ecr import models
from moto.ecr.models import ecr_backends

import wire
from wire import Refused

# Where layers are, outside every API.
LAYERS_BELOW = "/layers/"

# The port that this emulator listens on.
PORT = [0]

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
STATUSES = {"ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"}
LAYERS = {}


def reset():
    LAYERS.clear()


def sha256(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def digest_of_manifest(image):
    image._image_digest = sha256(image.image_manifest.encode())


def repository(call, params):
    """The repository that is meant, of the account that is meant."""
    account = params.get("registryId", call.account)
    try:
        return account, ecr_backends[account][call.region]._get_repository(params["repositoryName"], account)
    except ServiceException as error:
        raise Refused(error.code, error.message) from None


@wire.operation("ecr", "BatchGetImage")
def batch_get_image(call, params):
    account, place = repository(call, params)
    images, failures = [], []
    for image_id in params["imageIds"]:
        found = [image for image in place.images if is_meant(image, image_id)]
        if not found:
            failures.append(failure(image_id))
        for image in found:
            # By digest an image is given once for each of its tags.
            tags = [image_id["imageTag"]] if "imageTag" in image_id else image.image_tags or [None]
            images += [whole(account, place, image, tag) for tag in tags]
    return {"images": images, "failures": failures}


def is_meant(image, image_id):
    by_tag = image_id.get("imageTag", None) in [None, *image.image_tags]
    return by_tag and image_id.get("imageDigest", image.image_digest) == image.image_digest


def failure(image_id):
    return {"imageId": image_id, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}


def whole(account, place, image, tag):
    return {
        "registryId": account,
        "repositoryName": place.name,
        "imageId": {"imageDigest": image.image_digest} | ({"imageTag": tag} if tag else {}),
        "imageManifest": image.image_manifest,
        "imageManifestMediaType": image.image_manifest_media_type,
    }


@wire.operation("ecr", "ListImageReferrers")
def list_image_referrers(call, params):
    _, place = repository(call, params)
    size, subject = params.get("maxResults", 20), params["subjectId"]["imageDigest"]
    given = params.get("filter", {})
    types, status = given.get("artifactTypes"), given.get("artifactStatus", "ACTIVE")
    if not 1 <= size <= 50 or not DIGEST.fullmatch(subject) or status not in STATUSES:
        raise Refused("ValidationException", "maxResults is 1 to 50, the subject a digest, the status one of four.")
    bodies = [referrer(image) for image in place.images if subject_of(image) == subject]
    bodies = [body for body in bodies if not types or body.get("artifactType") in types]
    if status not in ("ACTIVE", "ANY"):
        bodies = []
    page, token = wire.page(call, sorted(bodies, key=lambda body: body["digest"]), size, error="ValidationException")
    return {"referrers": page} | ({"nextToken": token} if token else {})


def subject_of(image):
    return (json.loads(image.image_manifest).get("subject") or {}).get("digest")


def referrer(image):
    manifest = json.loads(image.image_manifest)
    body = {
        "digest": image.image_digest,
        "mediaType": image.image_manifest_media_type,
        "artifactType": manifest.get("artifactType") or manifest.get("config", {}).get("mediaType"),
        "size": len(image.image_manifest.encode()),
        "annotations": manifest.get("annotations"),
        "artifactStatus": "ACTIVE",
    }
    return {name: value for name, value in body.items() if value is not None}


def kept(complete):
    """moto's end of an upload, which keeps the bytes, too."""

    def completed(self, repository_name, upload_id, layer_digests, registry_id=None):
        place = self._get_repository(repository_name, registry_id)
        upload = place.uploads.get(upload_id)
        data = bytes(upload.layer_parts) if upload else b""
        done = complete(self, repository_name, upload_id, layer_digests, registry_id)
        LAYERS[self.account_id, self.region_name, repository_name, done["layerDigest"]] = data
        return done

    return completed


@wire.operation("ecr", "GetDownloadUrlForLayer")
def get_download_url_for_layer(call, params):
    account, place = repository(call, params)
    key = account, call.region, place.name, params["layerDigest"]
    if key not in LAYERS:
        raise Refused("LayersNotFoundException", f"The layer {params['layerDigest']} is not in {place.name}")
    path = LAYERS_BELOW + "/".join(key)
    url = f"http://127.0.0.1:{PORT[0]}{path}?X-Amz-Signature={signature(path)}"
    return {"downloadUrl": url, "layerDigest": params["layerDigest"]}


def signature(path):
    return hashlib.sha256(path.encode()).hexdigest()


def layer(path, query):
    """The bytes of a layer, for whoever has the URL."""
    account, region, *name, digest = path.removeprefix(LAYERS_BELOW).split("/")
    data = LAYERS.get((account, region, "/".join(name), digest))
    if data is None or query != f"X-Amz-Signature={signature(path)}":
        return wire.Response(403, {"Content-Type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>")
    return wire.Response(200, {"Content-Type": "application/octet-stream"}, data)


def patch():
    models.Image._create_digest = digest_of_manifest
    backend = models.ECRBackend
    backend.complete_layer_upload = kept(backend.complete_layer_upload)


patch()
