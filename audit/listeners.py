"""TLS of a port that others connect to, and the audit webhook's port, as the configuration says it."""

from ipaddress import ip_address
from typing import Annotated

from pydantic import model_validator

from audit.checking import Matching, refusal
from audit.units import Model, Port, Seconds

NODE = Matching(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?", "a node's name: lower-case letters, digits, '-' and '.'")


class Tls(Model):
    """TLS on a port."""

    cert_file: str
    """The certificate chain in PEM. Read again when it changes; connections that stand keep theirs."""
    key_file: str
    """Its private key in PEM."""
    client_ca_file: str | None = None
    """The authority whose client certificates are wanted; without it clients need none."""


class Webhook(Model):
    """The port that API servers post their events to, `--audit-webhook-config-file`: docs/webhook.md."""

    host: str = "0.0.0.0"  # noqa: S104 - API servers come from outside the pod
    """The address to listen on."""
    port: Port = 9443
    """0 takes a free one."""
    tls: Tls | None = None
    """TLS 1.2 or newer. Needed where `host` is not this machine alone. When its files change, connections begin anew."""
    token_file: str | None = None
    """A file with one bearer token a line; each is accepted, so that a new one can be there before the old one goes."""
    client_names: tuple[str, ...] = ()
    """Common names of the client certificates that are accepted; empty accepts every one of `tls.client_ca_file`. Name them where that is the cluster's own authority, for it signs more than API servers."""
    plain_http: bool = False
    """Allow plain HTTP on an address that other machines reach, behind a proxy that ends TLS. Whoever is in between reads every event and the token."""
    node: Annotated[str, NODE] = ""
    """`audit.node` of its events, where the address that they are posted to does not end in `/nodes/NAME`."""
    answer_deadline: Seconds = 25.0
    """A batch that is neither delivered nor in the spool by then is answered with 503. API servers wait 30 s."""
    request_timeout: Seconds = 60.0
    """A request must end within this time from its first byte, and TLS be agreed on, or its connection is closed."""
    idle_timeout: Seconds = 300.0
    """A connection without a request for this long is closed. API servers keep theirs for 90 s."""

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the port."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @model_validator(mode="after")
    def nobody_listens_in(self) -> "Webhook":
        """Refuse a port on which events or tokens could be read on their way, or to which anybody could send."""
        if self.tls is None and not (self.is_local or self.plain_http):
            want = "tls beside it, for other machines reach this address"
            raise refusal(want, "set it, or listen on 127.0.0.1", got=repr(self.host), at=("host",))
        proves = self.token_file or (self.tls and self.tls.client_ca_file)
        if not (self.is_local or proves):
            want = "tls.client_ca_file or token_file beside it, for anybody could send events"
            raise refusal(want, "set one of them, or listen on 127.0.0.1", got=repr(self.host), at=("host",))
        if self.client_names and not (self.tls and self.tls.client_ca_file):
            want = "tls.client_ca_file beside it, or no client shows a certificate"
            raise refusal(want, "set it, or remove the names", got="none", at=("client_names",))
        return self
