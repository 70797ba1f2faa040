"""ECR: images as they are described, and what scans found in them.

moto 5.2.5 describes images without limits and gives every image that a scan was started for the same finding. The rules
kept here: DescribeImages takes a hundred image ids at most, with neither `maxResults` nor `nextToken` beside them, and
one image that does not exist fails the call for all of them; DescribeImageScanFindings pages (`maxResults` 1 to 1000, a
hundred unless asked), and an image that nobody scanned is ScanNotFoundException. What a scan found is what `scan` was
told.
"""

from moto.core.exceptions import ServiceException
from moto.ecr.models import ecr_backends

import wire
from wire import Refused

SCANS = {}


def reset():
    SCANS.clear()


def scan(call, repository, digest, findings, status="COMPLETE", completed=1767225600.0):
    """Has a scan of an image have found this: findings of basic scanning, as ECR prints them."""
    counts = {}
    for finding in findings:
        counts[finding["severity"]] = counts.get(finding["severity"], 0) + 1
    found = {"imageScanCompletedAt": completed, "findingSeverityCounts": counts, "findings": findings}
    SCANS[call.account, call.region, repository, digest] = {
        "registryId": call.account,
        "repositoryName": repository,
        "imageId": {"imageDigest": digest},
        "imageScanStatus": {"status": status, "description": "The scan was completed successfully."},
        "imageScanFindings": found,
    }


def images(call, params, ids):
    """moto's images; what it refuses is refused in ECR's words."""
    try:
        backend = ecr_backends[call.account][call.region]
        return list(backend.describe_images(params["repositoryName"], params.get("registryId"), ids))
    except ServiceException as error:
        raise Refused(error.code, error.message) from None


@wire.operation("ecr", "DescribeImages")
def describe_images(call, params):
    ids = params.get("imageIds")
    if ids is None:
        size = bounded(params, 100)
        items, token = wire.page(call, images(call, params, None), size)
    elif len(ids) > 100 or "maxResults" in params or "nextToken" in params:
        raise Refused("InvalidParameterException", "imageIds are at most 100, with neither maxResults nor nextToken.")
    else:
        items, token = sorted(images(call, params, ids), key=lambda image: image.image_digest), None
    return {"imageDetails": [detail(image) for image in items]} | ({"nextToken": token} if token else {})


def detail(image):
    body = {
        "registryId": image.registry_id,
        "repositoryName": image.repository_name,
        "imageDigest": image.image_digest,
        "imageTags": image.image_tags,
        "imageSizeInBytes": image.image_size_in_bytes,
        "imagePushedAt": float(image.image_pushed_at),
        "imageManifestMediaType": image.image_manifest_media_type,
        "imageStatus": "ACTIVE",
    }
    return {name: value for name, value in body.items() if value not in (None, [])}


def bounded(params, default):
    size = params.get("maxResults", default)
    if not 1 <= size <= 1000:
        raise Refused("InvalidParameterException", "maxResults must be between 1 and 1000.")
    return size


@wire.operation("ecr", "DescribeImageScanFindings")
def describe_image_scan_findings(call, params):
    size = bounded(params, 100)
    [image] = images(call, params, [params["imageId"]])
    body = SCANS.get((call.account, call.region, image.repository_name, image.image_digest))
    if not body:
        raise Refused("ScanNotFoundException", f"Image scan does not exist for the image {image.image_digest}")
    found = body["imageScanFindings"]
    findings, token = wire.page(call, found["findings"], size)
    return body | {"imageScanFindings": found | {"findings": findings}} | ({"nextToken": token} if token else {})
