"""Secrets, certificates, the filter's policy and detection rules read again, when their files change or on SIGHUP, without dropping a connection.

Kubernetes changes a mounted Secret by swapping a symlink, so a file is known by what its path leads to. What cannot be read is
an error in the log, and what was read before stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.settings import Settings

Mark = tuple[int, int, int, int] | None


def files_of(settings: Settings) -> list[str]:
    """Return every file that the settings name and that may change while the bridge runs."""
    forward = settings.forward
    names = [settings.loggly.token_file, forward.shared_key_file, forward.users_file, settings.filter.policy_file]
    if forward.tls:
        names += [forward.tls.cert_file, forward.tls.key_file, forward.tls.client_ca_file]
    names += [name for sink in settings.notify for name in (sink.url_file, sink.token_file, sink.ca_file)]
    if webhook := settings.webhook:
        names.append(webhook.token_file)
        names += [webhook.tls.cert_file, webhook.tls.key_file, webhook.tls.client_ca_file] if webhook.tls else []
    return [*(name for name in names if name), *settings.rules.files]


@dataclass(slots=True)
class Watched:
    """Files, and what they were when last looked at."""

    files: Sequence[str]
    marks: list[Mark]

    @classmethod
    def begin(cls, files: Sequence[str]) -> "Watched":
        """Look at the files for the first time."""
        return cls(files, [_mark(file) for file in files])

    def changed(self) -> bool:
        """Tell whether any file is another one than at the last look."""
        now = [_mark(file) for file in self.files]
        changed, self.marks = now != self.marks, now
        return changed


def _mark(file: str) -> Mark:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
