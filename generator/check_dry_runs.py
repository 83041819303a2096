"""What the agents themselves say of their rendered configuration: `fluentd --dry-run`, `fluent-bit --dry-run`.

A dry run on this machine must not depend on it: every absolute path is moved into a folder of its own, where certificates are
empty files; addresses within the cluster become this machine's; environment variables get a text that is no secret. Lines stay
where they are. A program that hangs is ended, and is no fault of the configuration.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from audit.problems import Place, masked
from generator import fluent_bit_config
from generator.check_fluentd import configurations
from generator.findings import Finding, Skipped

CHECK = "dry-run"

SECONDS = 60
"""How long a dry run may take; one takes a second or two."""

ECHO = 300
"""Longest echo of what a program says, in characters."""

ELSEWHERE = frozenset({"cloudwatch_logs", "gcloud_pubsub", "kafka_group", "kubernetes_metadata"})
"""Plugins of Fluentd that are rendered and come with an image, not with Fluentd."""

_UNKNOWN = re.compile(r"Unknown \w+ plugin '(\w+)'")
_PATH = re.compile(
    r"^(\s*(?:-\s+)?(?:\w*path|pos_file|\w*_file|db|storage\.path|tls\.\w+)\s*:?\s+[\"']?)(/[^\s,*\"']*)", re.MULTILINE
)
_HOST = re.compile(r"^(\s*host\s*:?\s+)\S+\.svc\S*", re.MULTILINE)
_VARIABLE = re.compile(r"ENV(?:\.fetch\(|\[)\s*['\"](\w+)['\"]|\$\{(\w+)\}")
_MISSING = re.compile(
    r"Unknown filter plugin '(kubernetes_metadata)'|section '(kubernetes)' tried to instance a plugin name that doesn't exist"
)
"""What agents say that are built or installed without the filter that asks the API server about pods."""
_SAID = re.compile(r"\[\s*(error|warn)\s*\](?:: |\s+)(.*)")
_WHY = re.compile(r'error="(.*)"$|: (.*) \(Fluent::\w+\)$')


def check(files: Mapping[str, str]) -> Iterator[Finding | Skipped]:
    """Let each agent look at its configuration; one that is not installed is told as a check that was not made."""
    for name in configurations(files):
        yield from _run("fluentd", name, files)
    for name in fluent_bit_config.configurations(files):
        yield from _run("fluent-bit", name, files)


def _run(program: str, name: str, files: Mapping[str, str]) -> Iterator[Finding | Skipped]:
    check = f"{program}-{CHECK}"
    if shutil.which(program) is None:
        yield Skipped(check, f"{program} is not on PATH", f"install {program}; {name} was read by our own reader alone")
        return
    with TemporaryDirectory() as folder:
        file = Path(folder, PurePosixPath(name).name)
        file.write_text(moved(files[name], folder), encoding="utf-8")
        for path, text in files.items():
            if "/" not in path and path != file.name and PurePosixPath(path).suffix in (".conf", ".lua", ".rb"):
                Path(folder, path).write_text(moved(text, folder), encoding="utf-8")
        try:
            done = _dry_run([program, "--dry-run", "--config", str(file)], variables(files[name]), folder)
        except (subprocess.TimeoutExpired, OSError) as error:
            late = isinstance(error, subprocess.TimeoutExpired)
            why = f"{program} did not end within {SECONDS} s" if late else str(error)
            yield Skipped(check, why, f"run {program} --dry-run by hand")
            return
    if missing := _MISSING.search(done.stdout + done.stderr):
        filter_of_pods = missing[1] or missing[2]
        why = f"{program} on PATH has no filter {filter_of_pods}, which the image of {name} has"
        yield Skipped(check, why, f"run {program} --dry-run in that image")
        return
    yield from _findings(check, name, done, folder)


def _dry_run(command: list[str], environment: Mapping[str, str], folder: str) -> "subprocess.CompletedProcess[str]":
    known = {
        key: os.environ[key] for key in ("PATH", "HOME", "LANG", "GEM_HOME", "GEM_PATH", "RUBYLIB") if key in os.environ
    }
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        cwd=folder,
        timeout=SECONDS,
        check=False,
        env={**known, **environment},
    )


def moved(text: str, folder: str) -> str:
    """Return a configuration with its paths in a folder, and its addresses on this machine; certificates are made there."""

    def move(match: re.Match[str]) -> str:
        path = Path(folder, match[2].lstrip("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in (".crt", ".key", ".pem") and not path.exists():
            path.touch()
        return f"{match[1]}{folder}{match[2]}"

    return _HOST.sub(r"\g<1>127.0.0.1", _PATH.sub(move, text))


def variables(text: str) -> dict[str, str]:
    """Return the environment variables that a configuration asks for, each with a text that is no secret."""
    return {name: "dry-run" for match in _VARIABLE.finditer(text) if (name := match[1] or match[2])}


def _findings(
    check: str, name: str, done: "subprocess.CompletedProcess[str]", folder: str
) -> Iterator[Finding | Skipped]:
    """Turn what a dry run printed into findings: its warnings, and where it failed the last error."""
    output = masked((done.stdout + done.stderr).replace(folder, ""))
    if done.returncode and (unknown := _UNKNOWN.search(output)) and unknown[1] in ELSEWHERE:
        absent = f"this Fluentd has no plugin {unknown[1]}, which {name} needs"
        cure = f"run fluentd --dry-run in the agent's image; {name} was read by our own reader alone"
        yield Skipped(check, absent, cure)
        return
    said = [(match[1], match[2]) for line in output.splitlines() if (match := _SAID.search(line))]
    for severity, words in said:
        if severity == "warn":
            yield Finding(check, "warning", Place(name), "", "nothing to warn of", words[:ECHO], "correct it")
    if done.returncode:
        errors = [words for severity, words in said if severity == "error"] or output.splitlines()[:1]
        why = next((match for words in reversed(errors) if (match := _WHY.search(words))), None)
        got = (why[1] or why[2]) if why else (errors or ["no reason"])[-1]
        want, cure = "a configuration that it starts with", "correct it: the agent would not start"
        yield Finding(check, "error", Place(name), "", want, got[:ECHO], cure)
