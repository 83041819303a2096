"""The recorded transcripts of real agents, as the bytes of each connection."""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path

WIRE = Path(__file__).parent.parent / "wire"
TRANSCRIPTS = sorted(path.stem for path in WIRE.glob("*.jsonl"))


@dataclass
class Recorded:
    """One connection: what the client sent in one piece, and each write of the server."""

    client: bytes = b""
    server: list[bytes] = field(default_factory=list)


def recorded(name: str) -> list[Recorded]:
    """Return the connections of a transcript in the order in which they began."""
    connections: dict[int, Recorded] = {}
    for line in (WIRE / f"{name}.jsonl").read_text().splitlines():
        step = json.loads(line)
        connection = connections.setdefault(step["conn"], Recorded())
        data = base64.b64decode(step["b64"])
        if step["from"] == "client":
            connection.client += data
        else:
            connection.server.append(data)
    return list(connections.values())
