"""Signatures of bundles by somebody else: OPA's format, written and checked with none of tidewaiter's code.

    signatures.py keys DIRECTORY                    write a key pair of each kind, and a secret
    signatures.py sign IN OUT KEY ALGORITHM [SCOPE] write the archive anew as `opa build` and `opa sign` do
    signatures.py verify ARCHIVE KEY ALGORITHM      exit 1, and say why, unless it is signed and is what was signed
"""

import base64
import hashlib
import io
import json
import math
import sys
import tarfile
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

SIGNATURES = ".signatures.json"
SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"


class Verbatim(str):
    """A number of JSON as it is written, which is how OPA digests it."""


def encoded(text):
    """A string as Go's JSON encoder writes it without escaping HTML."""
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def canonical(value):
    """OPA's `walk` of v1/bundle/hash.go, as text."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{encoded(key)}:{canonical(value[key])}" for key in sorted(value, key=str.encode)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, str):
        return encoded(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return json.dumps(value)


def digest(name, content):
    if name.rsplit("/", 1)[-1] in ("data.json", "data.yaml", ".manifest"):
        try:
            value = json.loads(content, parse_int=Verbatim, parse_float=Verbatim)
        except ValueError:
            value = yaml.safe_load(content)
        content = canonical(value).encode()
    return hashlib.sha256(content).hexdigest()


def files(archive):
    with tarfile.open(archive) as tar:
        return {
            member.name.removeprefix("./").lstrip("/"): tar.extractfile(member).read()
            for member in tar.getmembers()
            if member.isfile()
        }


def key(path, algorithm):
    content = Path(path).read_bytes()
    return {"H": OctKey, "E": ECKey}.get(algorithm[0], RSAKey).import_key(content)


def keys(directory):
    kinds = {
        "rsa": rsa.generate_private_key(65537, 2048),
        "p256": ec.generate_private_key(ec.SECP256R1()),
        "p384": ec.generate_private_key(ec.SECP384R1()),
    }
    for name, private in kinds.items():
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (directory / f"{name}.key").write_bytes(pem)
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (directory / f"{name}.pub").write_bytes(public)
    for name in ("secret.key", "secret.pub"):
        (directory / name).write_text(SECRET)


def sign(source, target, path, algorithm, scope=""):
    content = files(source)
    content.pop(SIGNATURES, None)
    listed = [{"name": name, "hash": digest(name, bytes_), "algorithm": "SHA-256"} for name, bytes_ in content.items()]
    payload = {"files": listed} | ({"scope": scope} if scope else {})
    token = jws.serialize_compact({"alg": algorithm}, json.dumps(payload), key(path, algorithm), [algorithm])
    content[SIGNATURES] = json.dumps({"signatures": [token]}, indent=1).encode()
    with tarfile.open(target, "w:gz") as tar:
        for name, bytes_ in content.items():
            member = tarfile.TarInfo("/" + name)
            member.size = len(bytes_)
            tar.addfile(member, io.BytesIO(bytes_))


def verify(archive, path, algorithm):
    content = files(archive)
    [token] = json.loads(content.pop(SIGNATURES))["signatures"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    verified = jws.deserialize_compact(token, key(path, algorithm), [algorithm])
    payload = json.loads(verified.payload)
    listed = {file["name"]: file for file in payload["files"]}
    if header["alg"] != algorithm or set(listed) != set(content):
        raise SystemExit(f"{header} {sorted(set(listed) ^ set(content))}")
    wrong = [name for name, file in listed.items() if file["hash"] != digest(name, content[name])]
    if wrong:
        raise SystemExit(f"digests differ: {wrong}")
    print(json.dumps({"header": header, "scope": payload.get("scope"), "keyid": payload.get("keyid")}))


def main(arguments):
    command, *rest = arguments
    if command == "keys":
        keys(Path(rest[0]))
    elif command == "sign":
        sign(*rest)
    elif command == "verify":
        verify(*rest)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
