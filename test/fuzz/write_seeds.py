#!/usr/bin/env python3
"""Writes the first inputs of the fuzz targets from golden and recorded bytes: write_seeds.py FOLDER."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "schema" / "golden"
RECORDED = ROOT / "test" / "unit" / "schema" / "jute" / "recorded"


def golden(folder: str) -> dict[str, bytes]:
    return {file.name.removesuffix(".hex"): bytes.fromhex(file.read_text())
            for file in sorted((GOLDEN / folder).glob("*.hex"))}


def image_inputs() -> dict[str, bytes]:
    """As fuzz_record takes them: the key's length, key, value."""
    files = golden("image")
    return {name: bytes([len(files[name + ".key"])]) + files[name + ".key"] + value
            for name, value in files.items() if not name.endswith(".key")}


def recorded() -> dict[str, bytes]:
    """Frames of ZooKeeper's clients and server, by client, line, and what they are."""
    frames = {}
    for file in sorted(RECORDED.glob("*.txt")):
        for number, line in enumerate(file.read_text().splitlines()):
            if line and not line.startswith("#"):
                _, _, what, frame = line.split()
                frames[f"{file.stem}_{number}_{what}"] = bytes.fromhex(frame)
    return frames


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    messages = golden("client_message") | {"server_" + name: data for name, data in golden("server_message").items()}
    between_servers = {f"{folder}_{name}": data for folder in ("peer_message", "peer_handshake", "history_frame")
                       for name, data in golden(folder).items()}
    records = golden("txn") | {"image_" + name: data for name, data in image_inputs().items()}
    jute = recorded()
    seeds = {"frame": messages, "peer_frame": between_servers, "record": records,
             "jute": jute | golden("client_message"),
             "canary": {name: data for name, data in golden("client_message").items() if name.startswith("get_data")},
             "canary_jute": {name: data for name, data in jute.items() if name.endswith("_getData")}}
    for target, inputs in seeds.items():
        if not inputs:
            print(f"no golden bytes for {target}", file=sys.stderr)
            return 1
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in inputs.items():
            (folder / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
