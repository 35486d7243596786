"""The JSON Schemas for editors know what the program knows: the same keys, the shipped files, the mistakes."""
import glob
import json
import os
import re

import jsonschema
import yaml

from lib_lint import ROOT, Lint, sources, text

SCHEMAS = "journeyd vocabulary scenarios source cases".split()

# Broken configurations of tests/golden/validate that are a matter of shape, and the files that a
# schema must refuse; none where only the program can know: of names of files, of what its libraries
# take.
SHAPE = {
    "bad-duration": ["journeyd.yaml", "scenarios.yaml"],
    "bad-broker-port": [],
    "bad-pointer": ["sources/loans.yaml"],
    "broken-json-string": ["sources/loans.yaml", "sources/web.yaml"],
    "case-file": [],
    "clients": ["journeyd.yaml"],
    "first-only": ["sources/web.yaml"],
    "hardly-meant": ["sources/web.yaml"],
    "other-spelling-alone": [],
    "small-groups": ["journeyd.yaml"],
    "two-files-at-once": ["journeyd.yaml", "vocabulary.yaml", "scenarios.yaml", "sources/web.yaml"],
    "unknown-key": ["journeyd.yaml", "sources/loans.yaml"],
    "unknown-step": ["sources/loans.yaml", "sources/web.yaml"],
    "vocabulary-broken": ["vocabulary.yaml"],
    "wrong-type": ["journeyd.yaml", "scenarios.yaml", "sources/web.yaml"],
}


class Core(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML as editors read it (1.2): a date is a text, so is `on`."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in (
        ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+", list("-+0123456789")),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789"))):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return yaml.load(f, Loader=Core)


def schema_of(path):
    name = os.path.basename(path).split(".")[0]
    if path.endswith(".cases.yaml"):
        return "cases"
    return name if "sources/" not in path and name in SCHEMAS else "source"


def refusals(validators, path):
    """What the schema says of a file; nothing where it is valid."""
    for error in validators[schema_of(path)].iter_errors(read(path)):
        where = "/".join(str(p) for p in error.absolute_path)
        yield f"{path}: {where}: {error.message[:160]}"


def objects(schema):
    """All objects with named keys in a schema: (keys, required keys)."""
    if isinstance(schema, dict):
        if schema.get("additionalProperties") is False:
            yield frozenset(schema["properties"]), frozenset(schema.get("required", ()))
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def undescribed(schema, where=""):
    if isinstance(schema, dict):
        for name, part in (schema.get("properties") or {}).items():
            if isinstance(part, dict) and "description" not in part and "type" in schema:
                yield f"{where}/{name}"
        for name, part in schema.items():
            yield from undescribed(part, f"{where}/{name}")
    elif isinstance(schema, list):
        for i, part in enumerate(schema):
            yield from undescribed(part, f"{where}/{i}")


ENTRY = re.compile(r'(?:\[\w+\]\s*=\s*)?\{"([^"]+)",\s*(true|false)\}')


def tables():
    """The keys of maps as the C files have them: {(keys, required keys): where}."""
    found = {}
    for path in sources(".c"):
        code = text(path)
        macros = {name: body.replace("\\\n", " ") for name, body in re.findall(
            r"^#define (\w+) *\\?\n?((?:.*\\\n)*.*)$", code, re.M)}
        for what, body in re.findall(r"static const struct config_key\s+\w+(\[\w*\])\s*=\s*\{(.*?)\};",
                                     code, re.S):
            for name, macro in macros.items():
                body = re.sub(rf"\b{name}\b", lambda _, m=macro: m, body)
            entries = ENTRY.findall(body)
            found[frozenset(k for k, _ in entries),
                  frozenset(k for k, r in entries if r == "true")] = path + what
        # of what a message becomes; the flag says something else
        for body in re.findall(r"\} fields\[CASE_FIELD_COUNT\] = \{(.*?)\};", code, re.S):
            found[frozenset(k for k, _ in ENTRY.findall(body)), frozenset()] = path
    return found


def main():
    lint = Lint()
    schemas = {name: json.loads(text(f"deploy/editor/{name}.schema.json")) for name in SCHEMAS}
    validators = {name: jsonschema.Draft7Validator(s) for name, s in schemas.items()}

    for name, schema in schemas.items():
        try:
            jsonschema.Draft7Validator.check_schema(schema)
            problems = []
        except jsonschema.SchemaError as error:
            problems = [error.message]
        lint.check(problems, f"{name}.schema.json is a schema of draft 7")
        lint.check(undescribed(schema), f"{name}.schema.json says what each key is for")

    shipped = [os.path.relpath(p, ROOT) for pattern in (
        "deploy/*.yaml", "deploy/sources/*.yaml", "deploy/sources/tests/*.yaml",
        "tests/golden/validate/right/*.yaml", "tests/golden/validate/r*/sources/*.yaml",
        "tests/golden/config/right/*.yaml", "tests/golden/config/right/sources/*.yaml")
        for p in sorted(glob.glob(os.path.join(ROOT, pattern)))]
    for path in shipped:
        lint.check(refusals(validators, path), f"{path} is valid")

    folder = "tests/golden/validate"
    for case, paths in SHAPE.items():
        for path in paths:
            lint.check([] if list(refusals(validators, f"{folder}/{case}/{path}"))
                       else ["it is taken for valid"], f"{case}/{path} is refused")
    with_shape = {os.path.basename(os.path.dirname(p)) for p in glob.glob(
        os.path.join(ROOT, folder, "*", "expected"))
        if re.search(r"^schema +\d+ problem", open(p, encoding="utf-8").read(), re.M)}
    lint.check(sorted(with_shape - set(SHAPE)), "all broken shapes are tried on the schemas")

    known = tables()
    described = {o for s in schemas.values() for o in objects(s)}
    lint.check([f"{where}: no object of a schema has exactly the keys {sorted(keys)}, of which "
                f"required: {sorted(required)}"
                for (keys, required), where in known.items() if (keys, required) not in described],
               "every key of the program stands in a schema")
    lint.check([f"no table of the program has exactly the keys {sorted(keys)}, of which required: "
                f"{sorted(required)}" for keys, required in described if (keys, required) not in known],
               "every key of a schema is known to the program")
    lint.check([] if len(known) > 20 else [f"only {len(known)} found"], "the tables are found")
    lint.finish()


main()
