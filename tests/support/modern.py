"""A real API server of 1.36 for tests: apiextensions-apiserver from KUBEBUILDER_ASSETS_MODERN, beside a kube-apiserver.

It serves CustomResourceDefinitions, has the whole audit pipeline of its release, and asks the kube-apiserver who may do what. The
informers of what an older kube-apiserver does not serve never end, so `/readyz` stays red; nothing of that is needed.
"""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.https import Request, status
from tests.support.kube import ADMIN, KubeApi, free_ports
from tests.support.processes import Process, wait_for

RESOURCE = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_UNSERVED = "MutatingAdmissionPolicy,ValidatingAdmissionPolicy"
_KUBECONFIGS = ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")


class ModernApi:
    """The API server while the context lasts, within the context of `kube`; `flags` as there."""

    def __init__(self, folder: Path, kube: KubeApi, flags: Mapping[str, str]) -> None:
        self._folder = folder
        self._kube = kube
        self._flags = flags
        self._stack = ExitStack()
        self.authority = folder / "apiserver.crt"
        (self.port,) = free_ports(1)

    def __enter__(self) -> Self:
        program = Path(os.environ["KUBEBUILDER_ASSETS_MODERN"]) / "apiextensions-apiserver"
        flags = {
            **{name: str(self._kube.kubeconfig) for name in _KUBECONFIGS},
            "bind-address": "127.0.0.1",
            "cert-dir": str(self._folder),
            "disable-admission-plugins": _UNSERVED,
            "etcd-prefix": "/modern",
            "etcd-servers": self._kube.etcd,
            "secure-port": str(self.port),
            **self._flags,
        }
        with self._stack:
            self._stack.enter_context(Process([program, *(f"--{name}={value}" for name, value in flags.items())]))
            wait_for(self._serves, 60, "an API server of 1.36 that serves")
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _serves(self) -> bool:
        try:
            return status(self.port, self.authority, Request("GET", RESOURCE, ADMIN)) == 200
        except OSError:
            return False
