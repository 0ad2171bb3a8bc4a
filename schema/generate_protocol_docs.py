#!/usr/bin/env python3
"""Writes docs/protocol.md from the comments of client.capnp, and checks the rules of our schemas.

`generate_protocol_docs.py` writes the page, `generate_protocol_docs.py --check` only says whether it
is current. Both fail when client.capnp, record.capnp or quorum.capnp breaks a rule (see broken_rules).
"""
import re
import subprocess
import sys
from pathlib import Path

SCHEMA = Path(__file__).resolve().parent
ROOT = SCHEMA.parent
PAGE = ROOT / "docs" / "protocol.md"
NOT_IN_UNION = 65535
FORBIDDEN_TYPES = {"float32", "float64", "anyPointer", "interface"}
TOKEN = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<opaque><[^>]*>)|(?P<word>[^\s()\[\],="<]+)|(?P<mark>[()\[\],=]))')
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def parse(text: str) -> dict:
    """Cap'n Proto's text format as dictionaries, lists and strings."""
    tokens = [(found.lastgroup, found[found.lastgroup]) for found in TOKEN.finditer(text)]
    position = 0

    def value():
        nonlocal position
        kind, token = tokens[position]
        position += 1
        if token == "(":
            return members(")", named=True)
        if token == "[":
            return members("]", named=False)
        if kind == "text":
            return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), token[1:-1])
        return token

    def members(end: str, named: bool):
        nonlocal position
        result = {} if named else []
        while tokens[position][1] != end or tokens[position][0] != "mark":
            if named:
                name = tokens[position][1]
                position += 2
                result[name] = value()
            else:
                result.append(value())
            if tokens[position] == ("mark", ","):
                position += 1
        position += 1
        return result

    return value()


def compiled(schema: Path) -> dict:
    """The compiler's own description of a schema, comments included."""
    request = subprocess.run(["capnp", "compile", "-o-", f"--src-prefix={schema.parent}", str(schema)], check=True,
                             capture_output=True).stdout
    definition = next(path for folder in ("/usr/include", "/usr/local/include")
                      if (path := Path(folder) / "capnp/schema.capnp").exists())
    text = subprocess.run(["capnp", "convert", "binary:text", str(definition), "CodeGeneratorRequest"], check=True,
                          input=request, capture_output=True).stdout.decode()
    return parse(text)


class Schema:
    """The types of one file, in the order of the file."""

    def __init__(self, path: Path):
        request = compiled(path)
        self.nodes = {node["id"]: node for node in request["nodes"]}
        self.comments = {info["id"]: info for info in request["sourceInfo"]}
        file_id = request["requestedFiles"][0]["id"]
        self.name = path.name
        self.head = self.comments[file_id].get("docComment", "")
        self.types = [self.nodes[nested["id"]] for nested in self.nodes[file_id]["nestedNodes"]]

    def name_of(self, node: dict) -> str:
        return node["displayName"].split(":")[-1]

    def comment(self, node: dict) -> str:
        return self.comments.get(node["id"], {}).get("docComment", "").strip()

    def members(self, node: dict) -> list[tuple[dict, str]]:
        """Fields or enumerants with their comments."""
        members = node.get("struct", {}).get("fields", []) if "struct" in node else node["enum"]["enumerants"]
        comments = self.comments.get(node["id"], {}).get("members", [])
        texts = [entry.get("docComment", "").strip() for entry in comments]
        return list(zip(members, texts + [""] * (len(members) - len(texts))))

    def type_text(self, kind: dict) -> str:
        (name, detail), = kind.items()
        if name == "list":
            return f"List({self.type_text(detail['elementType'])})"
        if name in ("struct", "enum"):
            node = self.nodes[detail["typeId"]]
            return f"[{self.name_of(node)}](#{self.name_of(node).lower()})"
        return {"uint8": "UInt8", "uint16": "UInt16", "uint32": "UInt32", "uint64": "UInt64"}.get(
            name, name[0].upper() + name[1:])


def broken_rules(schema: Schema) -> list[str]:
    """What a schema of ours may not contain, because clients or later versions would suffer."""
    broken = []
    if not schema.head:
        broken.append(f"{schema.name}: the file is not documented")
    for node in schema.types:
        where = f"{schema.name}: {schema.name_of(node)}"
        if "struct" not in node and "enum" not in node:
            broken.append(f"{where}: neither struct nor enum")
            continue
        if node.get("isGeneric") == "true":
            broken.append(f"{where}: generic")
        if not schema.comment(node):
            broken.append(f"{where}: not documented")
        union = []
        for index, (member, comment) in enumerate(schema.members(node)):
            here = f"{where}.{member['name']}"
            if not comment:
                broken.append(f"{here}: not documented")
            if "enum" in node:
                continue
            if "slot" not in member:
                broken.append(f"{here}: a group; structs can grow on their own")
                continue
            if member["ordinal"].get("explicit") != str(index):
                broken.append(f"{here}: not in the order of ordinals")
            kind = member["slot"]["type"]
            if FORBIDDEN_TYPES & set(kind):
                broken.append(f"{here}: {next(iter(kind))}")
            if "list" in kind and "struct" not in kind["list"]["elementType"]:
                broken.append(f"{here}: a list of something that cannot grow")
            if int(member["discriminantValue"]) != NOT_IN_UNION:
                union.append((int(member["discriminantValue"]), member["name"], next(iter(kind))))
        if union and sorted(union)[0] != (0, "unset", "void"):
            broken.append(f"{where}: member 0 of its union is not `unset :Void`")
    return broken


def default_text(slot: dict) -> str:
    """The default, where the schema states one."""
    if slot.get("hadExplicitDefault") != "true":
        return ""
    return next(iter(slot["defaultValue"].values()))


def cell(comment: str) -> str:
    return " ".join(comment.split()).replace("|", "\\|")


def type_section(schema: Schema, node: dict) -> str:
    lines = [f"### {schema.name_of(node)}", "", schema.comment(node), ""]
    members = schema.members(node)
    if "enum" in node:
        lines += ["| Value | Name | Meaning |", "|---:|---|---|"]
        lines += [f"| {index} | `{member['name']}` | {cell(comment)} |" for index, (member, comment) in enumerate(members)]
        return "\n".join(lines) + "\n"
    plain = [(member, comment) for member, comment in members if int(member["discriminantValue"]) == NOT_IN_UNION]
    union = [(member, comment) for member, comment in members if int(member["discriminantValue"]) != NOT_IN_UNION]
    if plain:
        lines += ["| Field | Type | Default | Meaning |", "|---|---|---|---|"]
        lines += [f"| `{member['name']}` @{member['ordinal']['explicit']} | {schema.type_text(member['slot']['type'])} | "
                  f"{default_text(member['slot'])} | {cell(comment)} |" for member, comment in plain]
        lines.append("")
    if union:
        lines += ["One of:", "", "| Tag | Member | Type | Meaning |", "|---:|---|---|---|"]
        lines += [f"| {member['discriminantValue']} | `{member['name']}` @{member['ordinal']['explicit']} | "
                  f"{schema.type_text(member['slot']['type'])} | {cell(comment)} |" for member, comment in union]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def page(schema: Schema) -> str:
    first, _, rest = schema.head.strip().partition("\n")
    text = [f"# {first.rstrip('.')}", "",
            f"Generated from `schema/{schema.name}` by `schema/generate_protocol_docs.py`: change the comments there.",
            rest.rstrip(), "", "## Types", ""]
    text += [type_section(schema, node) for node in schema.types]
    return "\n".join(text).rstrip() + "\n"


def main() -> int:
    if sys.argv[1:] not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    client = Schema(SCHEMA / "client.capnp")
    broken = broken_rules(client)
    for name in ("record.capnp", "quorum.capnp"):
        broken += broken_rules(Schema(SCHEMA / name))
    print("\n".join(broken), end="\n" if broken else "")
    text = page(client)
    if sys.argv[1:] == ["--check"]:
        current = PAGE.exists() and PAGE.read_text() == text
        if not current:
            print(f"{PAGE.relative_to(ROOT)} is not current: run schema/generate_protocol_docs.py")
        return 1 if broken or not current else 0
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
