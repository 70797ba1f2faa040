# METADATA
# title: Images
# description: |
#   What controls on images of the account's private registry share: what an image is called, what kind of image it is,
#   and what is known of its scan. A member of `ecr.image_scan_findings` that has a `failureCode` is ECR's word that
#   there is no scan, or no image any more.
package lib.images

import rego.v1

import data.lib.moments

# What people call an image: its repository with its first tag, or with the beginning of its digest.
name(image) := sprintf("%s:%s", [image.repositoryName, sort(image.imageTags)[0]])

name(image) := sprintf("%s@%s", [image.repositoryName, substring(image.imageDigest, 0, 19)]) if {
	tags := object.get(image, "imageTags", [])
	count(tags) == 0
}

# True for an index, behind which stand images for several platforms, each with a digest and a scan of its own.
is_index(image) if {
	image.imageManifestMediaType in {
		"application/vnd.docker.distribution.manifest.list.v2+json",
		"application/vnd.oci.image.index.v1+json",
	}
}

# The status of a scan; "" when there is none.
status(scan) := object.get(scan, ["imageScanStatus", "status"], "")

# True when a scan tells what is in the image: it is complete, goes on continuously, or was complete once.
has_result(scan) if status(scan) in {"ACTIVE", "COMPLETE"}

has_result(scan) if _completed(scan)

has_result(scan) if {
	some kind in {"enhancedFindings", "findings"}
	count(object.get(scan, ["imageScanFindings", kind], [])) > 0
}

_completed(scan) if object.get(scan, ["imageScanFindings", "imageScanCompletedAt"], null) != null

# Why nothing is said about the scan of an image. Undefined where there is something to say.
not_judged(_, scan) := "the image has vanished" if {
	scan.failureCode in {"ImageNotFoundException", "RepositoryNotFoundException"}
}

not_judged(image, scan) := "an index of images for several platforms, which are scanned one by one" if {
	is_index(image)
	_without_scan(scan)
}

_without_scan(scan) if scan.failureCode == "ScanNotFoundException"

_without_scan(scan) if {
	status(scan) == "UNSUPPORTED_IMAGE"
	not has_result(scan)
}

# True while the first scan of an image that was pushed within the last day is under way.
first_scan_under_way(image, scan) if {
	_under_way(scan)
	not _completed(scan)
	moments.days_since(image.imagePushedAt) <= 1
}

_under_way(scan) if status(scan) in {"IN_PROGRESS", "PENDING"}

# What is wrong with the scan of an image, for parameters with `max_age_days` (0: any age) and `accepted_statuses`:
# objects with `message` and `evidence`. A scan that goes on continuously has no age.
scan_problems(image, scan, params) := {problem |
	object.get(scan, "failureCode", null) == null
	not not_judged(image, scan)
	not first_scan_under_way(image, scan)
	some problem in (_status_problems(scan, params) | _age_problems(scan, params))
} | {problem |
	scan.failureCode == "ScanNotFoundException"
	not not_judged(image, scan)
	problem := {
		"message": "was never scanned, expected a scan",
		"evidence": {"path": "failureCode", "value": scan.failureCode},
	}
}

_status_problems(scan, params) := {problem |
	scanned := status(scan)
	not scanned in ({"ACTIVE", "COMPLETE"} | {accepted | some accepted in params.accepted_statuses})
	not _rescanned(scan)
	problem := {
		"message": sprintf("has the scan status %s, expected COMPLETE or ACTIVE", [json.marshal(scanned)]),
		"evidence": {"path": "imageScanStatus.status", "value": scanned},
	}
}

# A scan that is repeated has a result all the while.
_rescanned(scan) if {
	_under_way(scan)
	_completed(scan)
}

_age_problems(scan, params) := {problem |
	params.max_age_days > 0
	status(scan) in {"COMPLETE", "IN_PROGRESS", "PENDING"}
	moment := scan.imageScanFindings.imageScanCompletedAt
	days := moments.days_since(moment)
	days > params.max_age_days
	problem := {
		"message": sprintf(
			"was last scanned %d days ago, expected at most %v",
			[floor(days), params.max_age_days],
		),
		"evidence": {
			"path": "imageScanFindings.imageScanCompletedAt",
			"value": moment,
			"max_age_days": params.max_age_days,
		},
	}
} | {problem |
	params.max_age_days > 0
	status(scan) == "COMPLETE"
	not _is_dated(scan)
	problem := {
		"message": sprintf(
			"does not say when it was scanned, expected at most %v days ago",
			[params.max_age_days],
		),
		"evidence": {
			"path": "imageScanFindings.imageScanCompletedAt",
			"value": object.get(scan, ["imageScanFindings", "imageScanCompletedAt"], null),
			"max_age_days": params.max_age_days,
		},
	}
}

_is_dated(scan) if is_number(moments.days_since(scan.imageScanFindings.imageScanCompletedAt))

# The same for the image with this ARN and the scan that the document holds of it.
problems_of(arn, image, params) := scan_problems(image, scan, params) if {
	scan := input.ecr.image_scan_findings[arn]
} else := {{
	"message": "was never scanned, expected a scan",
	"evidence": {"path": "imageScanStatus", "value": null},
}} if {
	input.coverage["ecr.image_scan_findings"].status == "complete"
	not is_index(image)
} else := set()

# The images that controls on scans do not judge, with the reason.
excluded_unscanned contains exclusion if {
	some exclusion in _excluded
}

excluded_unscanned contains exclusion if {
	some arn, image in input.ecr.images
	first_scan_under_way(image, input.ecr.image_scan_findings[arn])
	exclusion := {"resource": arn, "reason": "the first scan of the image is under way"}
}

# The images that controls on what scans found do not judge, with the reason.
excluded_without_result contains exclusion if {
	some exclusion in _excluded
}

excluded_without_result contains exclusion if {
	some arn, image in input.ecr.images
	scan := input.ecr.image_scan_findings[arn]
	not not_judged(image, scan)
	not has_result(scan)
	exclusion := {"resource": arn, "reason": "no scan of the image has a result"}
}

excluded_without_result contains exclusion if {
	input.coverage["ecr.image_scan_findings"].status == "complete"
	some arn, _ in input.ecr.images
	object.get(input.ecr.image_scan_findings, arn, null) == null
	exclusion := {"resource": arn, "reason": "no scan of the image is known"}
}

_excluded contains exclusion if {
	some arn, image in input.ecr.images
	scan := input.ecr.image_scan_findings[arn]
	exclusion := {"resource": arn, "reason": not_judged(image, scan)}
}
