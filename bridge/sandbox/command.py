"""The command `audit-bridge sandbox`."""

import errno
import os
import signal
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Literal

import click

from bridge.errors import ConfigError
from bridge.sandbox.server import SandboxServer
from bridge.sandbox.state import Behavior, Sandbox
from bridge.sandbox.store import Options

_STOP = {signal.SIGINT, signal.SIGTERM}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--latency-ms", default=0, show_default=True, type=click.IntRange(0), help="Wait before every answer.")
@click.option(
    "--index-delay-ms", default=0, show_default=True, type=click.IntRange(0), help="Events are found only after this."
)
@click.option(
    "--retention-days", type=click.FloatRange(0, min_open=True), help="Older events vanish. Default: none does."
)
@click.option(
    "--max-fields", type=click.IntRange(1), help="Further field names are stored, not searchable. Default: no limit."
)
@click.option("--accept-gzip", is_flag=True, help="Accept Content-Encoding: gzip, which Loggly does not document.")
@click.option(
    "--oversize",
    type=click.Choice(["reject", "drop"]),
    default="reject",
    show_default=True,
    help="An event above 1,000,000 bytes: refuse the request with 413, or answer 200 and drop the event.",
)
@click.option("--tls-cert", type=_FILE, help="Certificate chain (PEM): serve HTTPS.")
@click.option("--tls-key", type=_FILE, help="Key of the certificate (PEM).")
def sandbox(
    *,
    host: str,
    port: int,
    latency_ms: int,
    index_delay_ms: int,
    retention_days: float | None,
    max_fields: int | None,
    accept_gzip: bool,
    oversize: Literal["reject", "drop"],
    tls_cert: Path | None,
    tls_key: Path | None,
) -> None:
    """Run a stand-in for Loggly: uploads, search API, search page, and scripted faults.

    It keeps to Loggly's documented limits and refuses what is undocumented, keeps everything in memory, and
    forgets it at the end. The search page is at /search.

    LOGGLY_TOKEN holds the customer tokens that may send, separated by commas; any text will do. LOGGLY_API_TOKEN
    holds the token that may read through /apiv2/; without it nobody may.

    The page and the control routes under /_sandbox/ ask for no token. Listen on other than loopback addresses
    only where everybody may see and change what the sandbox holds.
    """
    account = Sandbox(
        _tokens(),
        os.environ.get("LOGGLY_API_TOKEN") or None,
        time.time,
        Behavior(latency_ms, accept_gzip, oversize),
        Options(index_delay_ms, retention_days, max_fields),
    )
    context = _tls(tls_cert, tls_key)
    try:
        server = SandboxServer((host, port), account, context)
    except OSError as error:
        raise ConfigError(_cannot_listen(host, port, error)) from error
    _serve(server)


def _serve(server: SandboxServer) -> None:
    # Blocked before any thread starts, so that the signals arrive here and nowhere else.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    click.echo(f"sandbox listening on {server.url}")
    sys.stdout.flush()
    signal.sigwait(_STOP)
    server.shutdown()
    server.server_close()


def _tokens() -> frozenset[str]:
    tokens = frozenset(token.strip() for token in os.environ.get("LOGGLY_TOKEN", "").split(",") if token.strip())
    if not tokens:
        raise ConfigError(
            "LOGGLY_TOKEN: expected the customer tokens that may send, separated by commas, got none - any text will do"
        )
    return tokens


def _tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise click.UsageError("--tls-cert and --tls-key: expected both or none")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key)
    except ssl.SSLError as error:
        raise ConfigError(
            f"{cert}, {key}: expected a certificate and its key in PEM, got something else ({error.reason})"
        ) from error
    return context


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    cause = error.strerror or str(error)
    if error.errno == errno.EADDRINUSE:
        cause = "the port is taken - stop what holds it or give --port"
    return f"the sandbox cannot listen on {host}:{port}: {cause}"
