"""The TLS of a port, from the files that the configuration names."""

import ssl

from audit.listeners import Tls
from bridge.errors import ConfigError


def server_context(tls: Tls | None) -> ssl.SSLContext | None:
    """Return what a port's connections are made with, None for plain ones; raises ConfigError."""
    if tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 0  # Fluentd takes unread session tickets for an ack that is about to come
    try:
        context.load_cert_chain(tls.cert_file, tls.key_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{tls.cert_file}, {tls.key_file}: expected a certificate and its key in PEM, "
            f"got: {why(error)} - check both files"
        ) from None
    if tls.client_ca_file:
        try:
            context.load_verify_locations(tls.client_ca_file)
        except (OSError, ssl.SSLError) as error:
            file = tls.client_ca_file
            raise ConfigError(f"{file}: expected certificates in PEM, got: {why(error)} - check the file") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def why(error: Exception) -> str:
    """Return why a file cannot be used, in words."""
    if isinstance(error, ssl.SSLError):
        return error.reason.lower().replace("_", " ") if error.reason else "no PEM"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return "bytes that are not UTF-8"
