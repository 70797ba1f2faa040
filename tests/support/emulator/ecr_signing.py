"""ECR's managed signing, which moto 5.2.5 does not have: what a registry signs, and how far it has come with an image.

The rules kept here: a registry without a configuration answers SigningConfigurationNotFoundException, and an image that does not
exist answers as DescribeImages does. The status of an image is what `sign` was told; one that no rule covers has none.
"""

import ecr
import wire
from wire import Refused

CONFIGURATIONS = {}
STATUSES = {}


def reset():
    CONFIGURATIONS.clear()
    STATUSES.clear()


def configure(call, rules):
    """Has the registry sign what is pushed from now on."""
    CONFIGURATIONS[call.account, call.region] = {"rules": rules}


def sign(call, repository, digest, profile, status="COMPLETE", **failure):
    """Has signing an image with a profile have come so far."""
    told = {"signingProfileArn": profile, "status": status} | failure
    STATUSES.setdefault((call.account, call.region, repository, digest), []).append(told)


@wire.operation("ecr", "GetSigningConfiguration")
def get_signing_configuration(call, params):
    configuration = CONFIGURATIONS.get((call.account, call.region))
    if configuration is None:
        raise Refused("SigningConfigurationNotFoundException", "The registry has no signing configuration.")
    return {"registryId": call.account, "signingConfiguration": configuration}


@wire.operation("ecr", "DescribeImageSigningStatus")
def describe_image_signing_status(call, params):
    [image] = ecr.images(call, params, [params["imageId"]])
    place = (call.account, call.region, image.repository_name, image.image_digest)
    return {
        "registryId": call.account,
        "repositoryName": image.repository_name,
        "imageId": {"imageDigest": image.image_digest},
        "signingStatuses": STATUSES.get(place, []),
    }
