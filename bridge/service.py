"""The running bridge: everything wired together, and the order in which it starts and stops.

Start: the logs that it reads itself, the admin port, the Forward port, then the webhook's. Stop, on SIGTERM or SIGINT: take no new clients, read
no more, deliver what is there, ack it, close. What could not be delivered in time is not acked: its senders keep it, and the
positions of logs are before it.
"""

import asyncio
import logging
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from audit.settings import Settings
from bridge import memory, tails
from bridge.admin import Admin, Probes
from bridge.aside import DeadLetterBox
from bridge.config import Config
from bridge.delivery import Delivery
from bridge.errors import ConfigError
from bridge.loggly import Loggly, Target
from bridge.metrics import Metrics
from bridge.notifier import Means, Notifier
from bridge.reload import Watched, files_of
from bridge.room import Room
from bridge.server import Listening, listen
from bridge.session import Port
from bridge.spool import Spool
from bridge.spooling import Spooler
from bridge.status import About, Sources, Store
from bridge.tails import Tails

if TYPE_CHECKING:
    from bridge.webhook_port import WebhookPort

log = logging.getLogger("bridge")

DRAIN_SECONDS = 25.0  # inside Kubernetes's default terminationGracePeriodSeconds of 30
LOOK_AT_FILES_SECONDS = 2.0


@dataclass(slots=True)
class Service:
    """One bridge; `load` reads its configuration again, and raises ConfigError."""

    config: Config
    load: Callable[[], Config]
    metrics: Metrics = field(default_factory=Metrics)
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    reload: asyncio.Event = field(default_factory=asyncio.Event)
    webhook: "WebhookPort | None" = None

    async def run(self) -> bool:
        """Run until a signal; true where everything that was taken in was delivered. Raises ConfigError."""
        loop = asyncio.get_running_loop()
        for number, event in (
            (signal.SIGTERM, self.stopping),
            (signal.SIGINT, self.stopping),
            (signal.SIGHUP, self.reload),
        ):
            loop.add_signal_handler(number, event.set)
        settings = self.config.settings
        target = Target(settings.loggly.url, self.config.token, settings.loggly.timeout, settings.loggly.gzip)
        loggly, box = Loggly(target), DeadLetterBox(settings.dead_letter, self.metrics)
        delivery = Delivery(settings, loggly, box.put, self.metrics, random.random)
        _sift(delivery, self.config)
        _detect(delivery, self.config)
        notifier = _notifier(settings, self.metrics)
        notifier.use(self.config.sinks, self.config.pack)
        delivery.on_alert = notifier.take
        spool = self._open_spool(delivery)
        files = tails.opened(settings, delivery, self.metrics)
        port = Port(settings, delivery, self.metrics, self.config.secrets, self.config.tls)
        status = self._status(port, box, spool, files)
        admin = _admin(settings, Probes(loop, self.metrics, status.not_ready, status.snapshot))
        watching = loop.create_task(self._watch(loggly, port, notifier))
        try:
            listening = await _listen(port)
            log.info("forward listening on %s:%d%s", *listening.address, " with TLS" if self.config.tls else "")
            await self._open_webhook(delivery)
            self.listening.set()
            await self.stopping.wait()
            log.info("stopping: %d bytes to deliver", delivery.room.used)
            if self.webhook:
                await self.webhook.part()
            done = await _stop(listening, delivery, files, notifier)
            if self.webhook:
                await self.webhook.close()
            return done
        finally:
            watching.cancel()
            admin.close()
            box.close()

    def _status(self, port: Port, box: DeadLetterBox, spool: Spool | None, files: Tails | None) -> Sources:
        """Say where the status page's numbers come from."""
        delivery, metrics, spool_bytes = port.delivery, self.metrics, port.settings.spool.max_bytes
        return Sources(
            about=About.of(port.settings, version("kube-audit-bridge"), time.time()),
            now=time.time,
            not_ready=lambda: self.not_ready(delivery.room),
            held=lambda: delivery.uploads.hold.held,
            answers=delivery.answers,
            unacked_bytes=lambda: delivery.room.used,
            oldest=delivery.oldest_seconds,
            connections=lambda: len(port.sessions),
            received=lambda: metrics.total(metrics.events_received),
            delivered=lambda: metrics.total(metrics.events_delivered),
            dead_lettered=lambda: metrics.total(metrics.events_dead_lettered),
            dead_letters=box.store,
            spool=lambda: Store(spool.count, spool.bytes_used, spool_bytes, spool.refusal) if spool else None,
            files=files.rows if files else tuple,
            recent=delivery.activity.recent,
            matches=metrics.matches,
        )

    async def _open_webhook(self, delivery: Delivery) -> None:
        settings, guard = self.config.settings, self.config.guard
        if settings.webhook is None:
            return
        from bridge.webhook_port import WebhookPort  # noqa: PLC0415 - each start would wait for its HTTP otherwise

        self.webhook = WebhookPort(settings, settings.webhook, delivery, self.metrics, guard)
        try:
            address = await self.webhook.listen()
        except OSError as error:
            raise ConfigError(_taken("webhook", settings.webhook.host, settings.webhook.port, error)) from None
        log.info("webhook listening on %s:%d%s", *address, guard.words)

    def _open_spool(self, delivery: Delivery) -> Spool | None:
        settings = self.config.settings.spool
        if settings.path is None:
            return None
        spool = Spool(settings.path, settings.max_bytes)
        self.metrics.watch_spool(lambda: spool.bytes_used)
        if spool.count:
            log.info("the spool holds %d bytes from before; they are delivered first", spool.bytes_used)
        delivery.spooler = Spooler(spool, delivery.room, delivery.forward, time.monotonic)
        return spool

    async def _watch(self, loggly: Loggly, port: Port, notifier: Notifier) -> None:
        """Use new secrets, certificates and policies when their files change, or on SIGHUP; give free memory back meanwhile."""
        watched = Watched.begin(files_of(self.config.settings))
        while True:
            try:
                await asyncio.wait_for(self.reload.wait(), LOOK_AT_FILES_SECONDS)
            except TimeoutError:
                memory.give_back()
                if not watched.changed():
                    continue
            self.reload.clear()
            watched.changed()
            self._use(loggly, port, notifier)

    def _use(self, loggly: Loggly, port: Port, notifier: Notifier) -> None:
        try:
            config = self.load()
        except ConfigError as error:
            log.error("secrets and certificates stay as they are: %s", error)  # noqa: TRY400 - a sentence, no traceback
            return
        loggly.use_token(config.token)
        port.secrets, port.tls = config.secrets, config.tls
        if self.webhook:
            self.webhook.use(config.guard)
        _sift(port.delivery, config)
        _detect(port.delivery, config)
        notifier.use(config.sinks, config.pack)
        port.delivery.uploads.hold.wake()
        log.info("secrets and certificates read again")
        if config.settings != self.config.settings:
            log.warning("the configuration itself has changed: that needs a restart")

    def not_ready(self, room: Room) -> str:
        """Return why no client should be sent here now, empty where there is no reason."""
        if not self.listening.is_set():
            return "starting"
        if self.stopping.is_set():
            return "stopping"
        if self.webhook and not self.webhook.is_open:
            return "the webhook's port is closed"
        return "too many bytes wait for Loggly (limits.unacked_bytes)" if room.full else ""


def _sift(delivery: Delivery, config: Config) -> None:
    """Filter by the policy of a configuration."""
    for warning in config.warnings:
        log.warning("ignored, as the API server would: %s", warning)
    if config.policy:
        log.info("filtering by %s", config.policy.name or "filter.omit_stages")
    delivery.sieve.use(config.policy)


def _detect(delivery: Delivery, config: Config) -> None:
    """Ask the rules of a configuration; while they are the same, what they count goes on."""
    if config.pack is delivery.pack:
        return
    for sentence in config.never:
        log.warning("%s", sentence)
    log.info("%d detection rules", len(config.pack.told()))
    delivery.use_rules(config.pack)


def _notifier(settings: Settings, metrics: Metrics) -> Notifier:
    means = Means(time.time, time.monotonic, random.random, settings.retry.initial, settings.retry.maximum)
    return Notifier(settings.loggly.subdomain, means, metrics)


def _admin(settings: Settings, probes: Probes) -> Admin:
    host, port = settings.admin.host, settings.admin.port
    try:
        admin = Admin(host, port, probes)
    except OSError as error:
        raise ConfigError(_taken("admin", host, port, error)) from None
    log.info("admin listening on %s:%d", *admin.address)
    return admin


async def _listen(port: Port) -> Listening:
    forward = port.settings.forward
    try:
        return await listen(port)
    except OSError as error:
        raise ConfigError(_taken("forward", forward.host, forward.port, error)) from None


async def _stop(listening: Listening, delivery: Delivery, files: Tails | None, notifier: Notifier) -> bool:
    if files:
        await files.stop()
    done = await listening.stop(lambda: delivery.drain(DRAIN_SECONDS))
    if files:
        await files.close()
    await notifier.stop()
    log.info(
        "stopped: %s", "everything taken in was delivered" if done else "not all was delivered; its senders keep it"
    )
    return done


def _taken(key: str, host: str, port: int, error: OSError) -> str:
    why = os.strerror(error.errno).lower() if error.errno else str(error)  # strerror is worded anew by event loops
    return f"{key}: expected to listen on {host}:{port}, got: {why} - stop what holds the port, or set {key}.port"
