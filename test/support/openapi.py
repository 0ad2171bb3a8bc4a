"""Documents against the schemas of console/openapi.yaml."""
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "console/openapi.yaml"
SCHEMAS = "#/components/schemas/"


@lru_cache
def load(path: Path = CONTRACT) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())


def plain(schema: Any, contract: dict[str, Any]) -> Any:
    """The schema as JSON Schema has it: references replaced, and `nullable` as another type.

    OpenAPI 3.0 has words of its own; that no schema refers to itself makes replacing possible.
    """
    if isinstance(schema, list):
        return [plain(part, contract) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        if not schema["$ref"].startswith(SCHEMAS):
            raise ValueError(f"refers to {schema['$ref']}, which is no schema")
        return plain(contract["components"]["schemas"][schema["$ref"].removeprefix(SCHEMAS)], contract)
    made = {}
    for word, value in schema.items():
        if word == "properties":
            made[word] = {name: plain(part, contract) for name, part in value.items()}
        elif word in ("enum", "required", "example", "default"):
            made[word] = value
        else:
            made[word] = plain(value, contract)
    return {"anyOf": [{"type": "null"}, made]} if made.pop("nullable", False) else made


def schema_of(name: str, contract: dict[str, Any] | None = None) -> dict[str, Any]:
    """The schema of this name, on its own."""
    contract = contract or load()
    return plain(contract["components"]["schemas"][name], contract)


def faults(document: Any, name: str, contract: dict[str, Any] | None = None) -> list[str]:
    """Where the document breaks the schema of this name; nothing when it follows it."""
    validator = jsonschema.Draft7Validator(schema_of(name, contract))
    return [f"{name}{error.json_path.removeprefix('$')}: {error.message}"
            for error in sorted(validator.iter_errors(document), key=str)]


def codes(contract: dict[str, Any] | None = None) -> set[tuple[int, str]]:
    """Each status of an error with each code that it comes with."""
    told = (contract or load())["components"]["responses"]["Error"]["x-codes"]
    return {(status, code) for status, codes in told.items() for code in codes}


def check(document: Any, name: str) -> None:
    """Raises AssertionError with all faults."""
    found = faults(document, name)
    if found:
        raise AssertionError("\n".join(found))
