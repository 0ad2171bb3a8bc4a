#!/usr/bin/env python3
"""Writes schema/golden/*/*.json: the golden bytes as Cap'n Proto's own tool reads them.

`golden_json.py` writes the files, `golden_json.py --check` only says which are not current. The
tool knows nothing of our codecs: it is a second reader that has to agree on every field.
"""
import json
import re
import struct
import subprocess
import sys
from pathlib import Path

SCHEMA = Path(__file__).resolve().parent
GOLDEN = SCHEMA / "golden"


def root_of(file: Path) -> tuple[str, str]:
    """The schema and the struct of a golden file."""
    kind = file.parent.name
    if kind == "image":
        return "record.capnp", file.name.split(".")[0].split("_")[0].capitalize() + "Record"
    return {
        "client_message": ("client.capnp", "ClientMessage"),
        "server_message": ("client.capnp", "ServerMessage"),
        "peer_message": ("quorum.capnp", "PeerMessage"),
        "peer_handshake": ("quorum.capnp", "PeerHandshake"),
        "history_frame": ("quorum.capnp", "HistoryFrame"),
        "txn": ("record.capnp", "Txn"),
    }[kind]


def framed(file: Path) -> bytes:
    """The file's bytes in the standard framing: records have a version byte instead of a table."""
    data = bytes.fromhex(file.read_text())
    if file.parent.name not in ("txn", "image"):
        return data
    return struct.pack("<II", 0, (len(data) - 1) // 8) + data[1:]


def converted(files: list[Path]) -> dict[Path, object]:
    """What the tool reads from each file; one call for each struct."""
    groups: dict[tuple[str, str], list[Path]] = {}
    for file in files:
        groups.setdefault(root_of(file), []).append(file)
    values = {}
    for (schema, struct_name), members in groups.items():
        text = subprocess.run(["capnp", "convert", "binary:json", str(SCHEMA / schema), struct_name], check=True,
                              input=b"".join(framed(file) for file in members), capture_output=True).stdout.decode()
        decoder = json.JSONDecoder()
        for file in members:
            text = text.lstrip()
            values[file], end = decoder.raw_decode(text)
            text = text[end:]
        if text.strip():
            raise ValueError(f"{struct_name}: more messages than files")
    return values


def shown(value: object) -> str:
    """As text; the bytes of data on one line."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return re.sub(r"\[\s*(\d+(?:,\s*\d+)*)\s*\]", lambda found: "[" + re.sub(r"\s+", " ", found[1]) + "]", text) + "\n"


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    files = sorted(file for file in GOLDEN.glob("*/*.hex") if not file.name.endswith(".key.hex"))
    wanted = {file.with_suffix(".json"): shown(value)
              for file, value in converted(files).items()}
    stale = [target for target, text in wanted.items() if not target.exists() or target.read_text() != text]
    stray = sorted(set(GOLDEN.glob("*/*.json")) - set(wanted))
    for target in stale + stray:
        print(f"{target.relative_to(SCHEMA.parent)} {'is left over' if target in stray else 'is not current'}")
    if not check:
        for target in stale:
            target.write_text(wanted[target])
        for target in stray:
            target.unlink()
        return 0
    return 1 if stale or stray or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
