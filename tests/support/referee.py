"""Real OPA as the referee of Rego semantics.

Loads a bundle, a directory or a `.tar.gz` that is unpacked first, the way `opa test -b` and `opa eval -b` load it (policies, `data.yaml` and `data.json` files at
their own path, roots from `.manifest`), with the built-in bundles that its manifest requires, into OPA itself, as a shared library that `tests/support/setup` unpacked.

    referee.py test BUNDLE…                          run every `test_` rule; exit 1 when one does not hold
    referee.py outcomes DIRECTORY                    print {package.test: what `opa test` says of it} for each test below the directory
    referee.py judge BUNDLE DOCUMENT [--params FILE] print {package: {"deny": […], "exclude": […], "unknown": […]}} for one document
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

BUILT_IN = Path(__file__).resolve().parents[2] / "bundles"

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


def required(bundle, seen=()):
    """The bundles that a bundle requires by its manifest, which `opa` would be given beside it."""
    manifest = bundle / ".manifest"
    metadata = json.loads(manifest.read_text()).get("metadata", {}) if manifest.is_file() else {}
    found = []
    for name in metadata.get("requires", []):
        if name not in seen:
            found += [BUILT_IN / name, *required(BUILT_IN / name, (*seen, name))]
    return found


def engine(bundle, params=None):
    """An OPA engine with the bundle's policies and data, those that it requires, and `params` laid over `data.params`."""
    opa = OpaEngine()
    for file in sorted(bundle.rglob("*.rego")):
        opa.add_policy(str(file.relative_to(bundle)), file.read_text())
    data = bundle_data(bundle)
    for other in required(bundle):
        for file in sorted(other.rglob("*.rego")):
            if not file.name.endswith("_test.rego"):
                opa.add_policy(f"{other.name}/{file.relative_to(other)}", file.read_text())
        data = merged(bundle_data(other), data)
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


# The head of a test at the beginning of a line: a default's mark, and the name with the references that lead to it.
HEAD = re.compile(r"^(default )?((?:\w+\.)*(?:todo_)?test_\w+)", re.MULTILINE)
# An expression of a rule's body, as `opa fmt` writes bodies: one tab, and no bracket that closes what stands above it.
EXPRESSION = re.compile(r"^\t[^\t\]})]")
# A name that is neither a function nor a field.
VARIABLE = re.compile(r"(?<![\w.])[a-zA-Z_]\w*(?![\w.]*\()")
STRING = re.compile(r'"(?:\\.|[^"\\])*"')


def brackets(text):
    """What stands in each of the brackets that a text begins with."""
    keys = []
    while text.startswith("["):
        depth, end = 0, 0
        for end, character in enumerate(STRING.sub(lambda it: "_" * len(it.group()), text)):
            depth += (character in "[({") - (character in "])}")
            if depth == 0:
                break
        keys.append(text[1:end])
        text = text[end + 1 :]
    return keys


def announced(rule, test, keys):
    """The rule of a table, in which each case announces itself as soon as its name is known: where `opa test` does it."""
    lines = rule.split("\n")
    starts = [number for number, line in enumerate(lines) if EXPRESSION.match(line)]
    if not starts:
        return rule
    known = starts[0]
    for name in VARIABLE.findall(STRING.sub("", " ".join(keys))):
        uses = re.compile(rf"(?<![\w.]){name}\b")
        known = max(known, next(it for it in starts if uses.search(STRING.sub("", whole(lines, starts, it)))))
    end = next((it for it in starts if it > known), len(lines) - 1 - lines[::-1].index("}"))
    return "\n".join([*lines[:end], f'\treferee.case("{test}", [{", ".join(keys)}])', *lines[end:]])


def whole(lines, starts, start):
    """The expression that begins in a line."""
    return "\n".join(lines[start : next((it for it in starts if it > start), len(lines))])


def as_tested(text, package):
    """A policy as `opa test` compiles it, and its tests: name in the text, name in the report, whether it is a table.

    Further rules of a name get a number, and the cases of a table announce themselves.
    """
    heads, seen, tests, written = list(HEAD.finditer(text)), {}, [], []
    ends = [head.start() for head in heads[1:]] + [len(text)]
    written.append(text[: heads[0].start()] if heads else text)
    for head, end in zip(heads, ends):
        name, rest = head.group(2), text[head.end() : end]
        number = seen[name] = seen.get(name, -1) + 1
        own, shown = (f"{name}__{number:02}", f"{name}#{number:02}") if number else (name, name)
        keys = brackets(rest)
        is_table = any(not STRING.fullmatch(key) for key in keys)
        rule = (head.group(1) or "") + own + rest
        written.append(announced(rule, f"{package}.{shown}", keys) if is_table else rule)
        tests.append((own, shown, is_table))
    return "".join(written), tests


def known_cases(value):
    """The cases of a table that the table's value knows, by name, and whether they fail."""
    cases = {}
    for name, it in value.items():
        if isinstance(it, dict):
            inner = known_cases(it)
            cases[name] = {"fail": any(case["fail"] for case in inner.values()), "cases": inner}
        else:
            cases[name] = {"fail": it is not True}
    return cases


def given_up(cases, path):
    """Adds a case that announced itself and is not in the table's value; says whether it fails."""
    name, *rest = [it if isinstance(it, str) else json.dumps(it) for it in path]
    case = cases.setdefault(name, {"fail": True})
    if rest and given_up(case.setdefault("cases", {}), rest):
        case["fail"] = True
    return case["fail"]


def ask(opa, tests, heard):
    """Asks for tests until one ends the evaluation, and says what OPA complained about.

    The library raises a builtin's error, and `opa test` does not. It raises it when the evaluation has come to its end,
    though, as if nothing had failed, so that the evaluation itself tells its answers to functions of ours. Any other error
    ends the evaluation where it happens.
    """
    query = "; ".join(f'referee.answer("{name}", [value | value := {path}])' for name, (path, _) in tests)
    try:
        opa.eval_query(query)
    except OpaError as error:
        return error.message
    return None


def outcome(name, is_table, heard):
    """What `opa test` says of a test that was evaluated to its end."""
    value = heard["answers"][name]
    if not value:
        return {"outcome": "fail"}
    if not is_table:
        return {"outcome": "pass" if value[0] is True else "fail"}
    cases = known_cases(value[0])
    for case in heard["cases"].get(name, []):
        given_up(cases, case)
    return {"outcome": "fail" if any(it["fail"] for it in cases.values()) else "pass", "cases": cases}


def outcomes(directory):
    """What `opa test` says of each test, and what those have printed that have `prints` in their name."""
    opa, tests, heard, said = OpaEngine(), {}, {"answers": {}, "cases": {}}, {}
    opa.print_handler = lambda message, location: None
    opa.register_function("referee.answer", lambda name, value: heard["answers"].update({name: value}) or True)
    opa.register_function("referee.case", lambda name, path: heard["cases"].setdefault(name, []).append(path) or True)
    for file in sorted(directory.rglob("*.rego")):
        text = file.read_text()
        package = PACKAGE.search(text).group(1)
        text, found = as_tested(text, package)
        opa.add_policy(str(file.relative_to(directory)), text)
        for own, shown, is_table in found:
            tests[f"{package}.{shown}"] = (f"data.{package}.{own}", is_table)
    opa.add_data(bundle_data(directory))
    # What does not compile is no outcome of a test.
    opa.eval_query("true")
    # OPA compiles everything anew for each query, so that many tests are asked for together. What prints is asked for
    # alone, because prints are told query by query; so is, in the end, what ended an evaluation for all.
    left = [(name, test) for name, test in tests.items() if "todo_test_" not in name]
    most = len(left)
    while left:
        printing = next((n for n, (name, _) in enumerate(left) if "prints" in name), len(left))
        together = left[: min(printing or 1, most)]
        complaint = ask(opa, together, heard)
        answered = [(name, test) for name, test in together if name in heard["answers"]]
        for name, (_, is_table) in answered:
            said[name] = outcome(name, is_table, heard)
            if "prints" in name:
                said[name]["prints"] = [message for message, _ in opa.last_prints]
        left = [it for it in left if it not in answered]
        if not answered and len(together) == 1:
            said[left.pop(0)[0]] = {"outcome": "error", "message": complaint}
            most = len(tests)
        elif not answered:
            most = len(together) // 2
        else:
            most = 1 if complaint and len(together) > 1 else len(tests)
    return {name: said.get(name, {"outcome": "skip"}) for name in tests}


def judged(opa, names, document):
    """What each policy denies, excludes and leaves open: one query for all of them, because OPA compiles once for each query."""
    rules = [
        f'"{name}": {{"deny": {{v | some v in data.{name}.deny}}, "exclude": {{v | some v in data.{name}.exclude}}, '
        f'"unknown": {{v | some v in data.{name}.unknown}}}}'
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
    if command == "outcomes":
        print(json.dumps(outcomes(Path(rest[0])), indent=2))
        return 0
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
