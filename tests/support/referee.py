"""Real OPA as the referee of Rego semantics.

Loads a bundle, a directory or a `.tar.gz` that is unpacked first, the way `opa test -b` and `opa eval -b` load it (policies, `data.yaml` and `data.json` files at
their own path, roots from `.manifest`) into OPA itself, as a shared library that `tests/support/setup` unpacked.

    referee.py test BUNDLE…                          run every `test_` rule; exit 1 when one does not hold
    referee.py judge BUNDLE DOCUMENT [--params FILE] print {package: {"deny": […], "exclude": […]}} for one document
    referee.py serve BUNDLE                          the same for many documents: one JSON request a line on stdin,
                                                     {"document": path, "params": {…} or null}, one JSON answer a line
"""

import json
import re
import sys
import tarfile
import tempfile
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(sys.executable).parent.parent / "opa"))
from opa_bindings.engine import OpaEngine, OpaError  # noqa: E402

PACKAGE = re.compile(r"^package\s+([\w.]+)", re.MULTILINE)
TEST = re.compile(r"^(test_\w+)", re.MULTILINE)


def merged(under, over):
    """`over` laid over `under`, objects deeply, anything else replaced."""
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return under | {key: merged(under[key], value) if key in under else value for key, value in over.items()}


def bundle_data(bundle):
    """The bundle's base document: each `data.yaml` or `data.json`, at the path of its directory."""
    document = {}
    for file in sorted([*bundle.rglob("data.yaml"), *bundle.rglob("data.json")]):
        value = yaml.safe_load(file.read_text())
        for part in reversed(file.parent.relative_to(bundle).parts):
            value = {part: value}
        document = merged(document, value)
    return document


def engine(bundle, params=None):
    """An OPA engine with the bundle's policies and data, and `params` laid over `data.params`."""
    opa = OpaEngine()
    for file in sorted(bundle.rglob("*.rego")):
        opa.add_policy(str(file.relative_to(bundle)), file.read_text())
    data = bundle_data(bundle)
    if params:
        data = merged(data, {"params": params})
    opa.add_data(data)
    return opa


def packages(bundle):
    """The package of each policy that is not a test."""
    return sorted(
        PACKAGE.search(file.read_text()).group(1)
        for file in bundle.rglob("*.rego")
        if not file.name.endswith("_test.rego") and "controls" in file.relative_to(bundle).parts
    )


def tested(opa, package, names):
    """Why each test of a package does not hold; nothing for those that do.

    The package is evaluated as one document, because OPA compiles the whole bundle anew for each query.
    """
    try:
        values = opa.eval_document(package)
    except OpaError as error:
        return {name: str(error) for name in names}
    return {name: f"is {values.get(name, 'undefined')}" for name in names if values.get(name) is not True}


def test(bundles):
    failed = passed = 0
    for bundle in bundles:
        opa = engine(bundle)
        for file in sorted(bundle.rglob("*_test.rego")):
            text = file.read_text()
            package, names = PACKAGE.search(text).group(1), TEST.findall(text)
            problems = tested(opa, package, names)
            passed, failed = passed + len(names) - len(problems), failed + len(problems)
            for name, why in problems.items():
                print(f"FAIL {file.relative_to(bundle)} {package}.{name}: {why}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def judged(opa, names, document):
    """What each policy denies and excludes: one query for all of them, because OPA compiles once for each query."""
    rules = [
        f'"{name}": {{"deny": {{v | some v in data.{name}.deny}}, "exclude": {{v | some v in data.{name}.exclude}}}}'
        for name in names
    ]
    [bindings] = opa.eval_query(f"judged := {{{', '.join(rules)}}}", input=document)
    return bindings["judged"]


def serve(bundle):
    if bundle.is_dir():
        return serve_directory(bundle)
    with tempfile.TemporaryDirectory() as directory, tarfile.open(bundle) as archive:
        archive.extractall(directory, filter="data")
        return serve_directory(Path(directory))


def serve_directory(bundle):
    engines, names = {}, packages(bundle)
    for line in sys.stdin:
        request = json.loads(line)
        key = json.dumps(request.get("params"), sort_keys=True)
        if key not in engines:
            engines[key] = engine(bundle, request.get("params"))
        document = json.loads(Path(request["document"]).read_text())
        try:
            wanted = request.get("packages") or names
            answer = {"judged": judged(engines[key], wanted, document)}
        except OpaError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
    return 0


def main(arguments):
    command, *rest = arguments
    if command == "test":
        return test([Path(path) for path in rest])
    if command == "judge":
        bundle, document = Path(rest[0]), json.loads(Path(rest[1]).read_text())
        params = yaml.safe_load(Path(rest[3]).read_text()) if len(rest) == 4 else None
        print(json.dumps(judged(engine(bundle, params), packages(bundle), document), indent=2))
        return 0
    if command == "serve":
        return serve(Path(rest[0]))
    raise SystemExit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
