"""The ways through the bridge that have goals, each against the bare loop on the same input, in turns.

The machine is never quite quiet, and noise only adds: of several rounds, in which loops and bridges take turns, the least
CPU and the highest rate count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from benchmarks import bare, inputs, load
from benchmarks.inputs import CHUNK_EVENTS, FLUENT_BIT, PARSED, RAW, Form
from benchmarks.load import Load
from benchmarks.results import Goal, Way
from benchmarks.senders import Traffic

ROUNDS = 3
METADATA, RECORDED = "metadata", "recorded"
UNLIKE = {"metadata, none alike": METADATA, "recorded, none alike": RECORDED}
"""Inputs of which nothing can be remembered, and what they are made of."""
NEAR, FAR = 0.0, 20.0  # milliseconds until Loggly answers
FLATTENED = ("redact.bodies=flatten",)
SLOWER = 5.0  # per cent that throughput may lose at 20 ms


class Input(NamedTuple):
    """Which lines are sent, and in which form."""

    lines: str
    form: Form

    @property
    def loop(self) -> bare.Loop:
        """The bare loop over it."""
        return bare.raw_loop if self.form is RAW else bare.record_loop


@dataclass(frozen=True, slots=True)
class Course:
    """One way: what is sent, how far Loggly is, and how many times the bare loop's CPU it may take."""

    name: str
    input: Input
    limit: float | None = None
    delay_ms: float = NEAR
    sets: tuple[str, ...] = ()


COURSES = (
    Course("raw lines, metadata", Input(METADATA, RAW), 2.0),
    Course("raw lines, metadata, Loggly at 20 ms", Input(METADATA, RAW), 2.0, FAR),
    Course("raw lines, recorded", Input(RECORDED, RAW), 4.0),
    Course("raw lines, recorded, Loggly at 20 ms", Input(RECORDED, RAW), 4.0, FAR),
    Course("raw lines, recorded, bodies flattened", Input(RECORDED, RAW), 4.0, sets=FLATTENED),
    Course("parsed by Fluentd, metadata", Input(METADATA, PARSED), 1.2),
    Course("parsed by Fluent Bit, metadata", Input(METADATA, FLUENT_BIT), 1.2),
    Course("parsed by Fluentd, recorded", Input(RECORDED, PARSED)),
    *(Course(f"raw lines, {name}", Input(name, RAW)) for name in UNLIKE),
)


def measured(lines: dict[str, list[bytes]], events: int, rounds: int = ROUNDS) -> list[Way]:
    """Measure every way."""
    chunks = max(events // CHUNK_EVENTS, 1)
    lines = lines | {name: inputs.unlike(lines[source]) for name, source in UNLIKE.items()}
    requests = {one: inputs.requests(lines[one.lines], one.form) for one in dict.fromkeys(c.input for c in COURSES)}
    loops: dict[Input, list[float]] = {one: [] for one in requests}
    loads: dict[str, list[Load]] = {course.name: [] for course in COURSES}
    for number in range(rounds):
        for one, found in loops.items():
            found.append(bare.seconds(one.loop, requests[one].bodies, chunks) / (chunks * CHUNK_EVENTS) * 1e6)
        for course in COURSES:
            traffic = Traffic(requests[course.input], chunks, run=str(number))
            loads[course.name].append(load.run(traffic, course.delay_ms, course.sets))
    return [Way(course.name, best(loads[course.name]), min(loops[course.input])) for course in COURSES]


def best(loads: Sequence[Load]) -> Load:
    """Return the least CPU, the highest rate and the highest peak."""
    cpu, rate, peak = (
        min(one.cpu for one in loads),
        max(one.rate for one in loads),
        max(one.peak_bytes for one in loads),
    )
    return replace(loads[0], cpu=cpu, rate=rate, peak_bytes=peak)


def goals(ways: Sequence[Way]) -> list[Goal]:
    """Return what the ways say of the goals."""
    found = dict(zip((course.name for course in COURSES), ways, strict=True))
    ratios = [
        Goal(course.name, course.limit, way.ratio, " times the bare loop", detail=f"{way.load.cpu:.2f} s a million")
        for course, way in zip(COURSES, ways, strict=True)
        if course.limit is not None
    ]
    return [*ratios, *(_slower(found, course) for course in COURSES if course.delay_ms == FAR)]


def raw(ways: Sequence[Way]) -> dict[str, Load]:
    """Return what raw lines cost with the default configuration and Loggly near, by the name of the input that others get too, where it was measured."""
    plain = [course for course in COURSES if course.input.form is RAW and course.delay_ms == NEAR and not course.sets]
    near = [course for course in plain if course.input.lines not in UNLIKE]
    found = {way.name: way.load for way in ways}
    return {course.input.lines: found[course.name] for course in near if course.name in found}


def _slower(found: dict[str, Way], far: Course) -> Goal:
    """Compare throughput at 20 ms with that of the same way at 0 ms."""
    (near,) = (one for one in COURSES if (one.input, one.delay_ms, one.sets) == (far.input, NEAR, far.sets))
    rates = found[near.name].load.rate, found[far.name].load.rate
    name = f"throughput lost, {far.name}"
    return Goal(name, SLOWER, 100 * (1 - rates[1] / rates[0]), " %", 1, f"{rates[0]:,.0f} to {rates[1]:,.0f} a second")
