"""The bridge's errors: a small tree, so that a caller can tell whose fault it was."""


class BridgeError(Exception):
    """Anything that the bridge raises on purpose."""


class LocalProtocolError(BridgeError):
    """We used the protocol wrongly; a bug on our side."""


class RemoteProtocolError(BridgeError):
    """The peer broke the Forward protocol: what is wrong, and at which byte of the connection (from 0)."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(f"byte {at}: {why}")
        self.why = why
        self.at = at


class ContentError(BridgeError):
    """A request whose envelope is sound carries content that cannot be read; sending it again would not help."""


class ConfigError(BridgeError):
    """The configuration cannot be used; one sentence a line, each with place, want, got and cure."""


class StoreError(BridgeError):
    """A file of the bridge's own does not take or give what it should; one sentence with place, want, got and cure."""


class FullDiskError(StoreError):
    """The disk, or a quota on it, has no room for what should be written."""
