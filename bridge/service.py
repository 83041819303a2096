"""The running bridge: everything wired together, and the order in which it starts and stops.

Start: the admin port, then the Forward port. Stop, on SIGTERM or SIGINT: take no new clients, read no more, deliver what is
there, ack it, close. What could not be delivered in time is not acked: its senders keep it.
"""

import asyncio
import logging
import os
import random
import signal

from audit.settings import Settings
from bridge.admin import Admin, Probes
from bridge.config import Config
from bridge.delivery import Delivery
from bridge.errors import ConfigError
from bridge.loggly import Loggly, Target
from bridge.metrics import Metrics
from bridge.server import Listening, listen
from bridge.session import Port

log = logging.getLogger("bridge")

DRAIN_SECONDS = 25.0  # inside Kubernetes's default terminationGracePeriodSeconds of 30


async def serve(config: Config) -> bool:
    """Run until a signal; true where everything that was taken in was delivered. Raises ConfigError."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    settings, metrics = config.settings, Metrics()
    target = Target(settings.loggly.url, config.token, settings.loggly.timeout, settings.loggly.gzip)
    delivery = Delivery(settings, Loggly(target), metrics, random.random)
    admin = _admin(settings, Probes(loop, metrics, lambda: _not_ready(delivery, stopping)))
    try:
        listening = await _listen(Port(settings, delivery, metrics, config.secrets, config.tls))
        log.info("forward listening on %s:%d%s", *listening.address, " with TLS" if config.tls else "")
        await stopping.wait()
        log.info("stopping: %d bytes to deliver", delivery.unacked_bytes)
        return await _stop(listening, delivery)
    finally:
        admin.close()


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


async def _stop(listening: Listening, delivery: Delivery) -> bool:
    done = await listening.stop(lambda: delivery.drain(DRAIN_SECONDS))
    log.info(
        "stopped: %s", "everything taken in was delivered" if done else "not all was delivered; its senders keep it"
    )
    return done


def _not_ready(delivery: Delivery, stopping: asyncio.Event) -> str:
    if stopping.is_set():
        return "stopping"
    return "too many bytes wait for Loggly (limits.unacked_bytes)" if delivery.full else ""


def _taken(key: str, host: str, port: int, error: OSError) -> str:
    why = os.strerror(error.errno).lower() if error.errno else str(error)  # strerror is worded anew by event loops
    return f"{key}: expected to listen on {host}:{port}, got: {why} - stop what holds the port, or set {key}.port"
