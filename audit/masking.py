"""What a person reads of a log, without the credentials in it, as the bridge removes them by default.

A line for a person shows no bodies, so the URI, with the command in it, and lines that are no event are all there is to mask.
"""

from audit.cleaning import Rules
from audit.credentials import Credentials
from audit.event import Event
from audit.foreign import Foreign
from audit.settings import Redact
from audit.uris import Uris


class Mask:
    """Masks by the default settings; they are for what leaves the cluster, and somebody looking over a shoulder is outside."""

    def __init__(self) -> None:
        settings = Redact()
        credentials = Credentials(settings.names, settings.keep_names)
        self._uris = Uris(credentials, settings.commands)
        self._foreign = Foreign(Rules(credentials, settings.commands))

    def view(self, event: Event) -> Event:
        """Mask an event's URI, in place, so that facts say nothing that was masked."""
        if self._uris.marked(event.request_uri):
            event.request_uri, _ = self._uris.without(event.request_uri)
        return event

    def text(self, line: bytes) -> str:
        """Return a line that is no event, and may be a part of one."""
        record, _ = self._foreign.record({"message": line.decode("utf-8", "replace")})
        return str(record["message"])
