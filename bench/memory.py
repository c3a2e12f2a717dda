"""A chain of ten million operations: bytes and nanoseconds of each, to record, sweep and replay."""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.child import answer, ask, resident_bytes
from bench.command import main
from bench.peers import installed
from bench.rows import Row

OPERATIONS = 10_000_000
# Peers that would need gigabytes record fewer.
PEER_OPERATIONS = {"xad": 1_000_000, "micrograd": 100_000, "torch": 100_000, "autograd": 100_000}
MOST_BYTES = 30.0
MOST_NANOSECONDS = 8.0
SWEEPS = 5
NUMBERS = (1e-7, 1.0 - 1e-7)  # keeps primals and adjoints away from overflow and underflow


def chain(x: Any, y: Any, operations: int) -> Any:
    """s = s * y + x: half of the operations multiply, half add."""
    s = y
    for _ in range(operations // 2):
        s = s * y + x
    return s


def fastest(action: Callable[[], object], operations: int) -> float:
    """Nanoseconds for one operation in the fastest of some runs of a sweep over the whole chain."""
    times = []
    for _ in range(SWEEPS):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times) / operations * 1e9


def core(kind: str, operations: int) -> dict[str, float]:
    """Record on the ambient tape or in a Graph, then sweep back, then replay the Graph."""
    adx = importlib.import_module("autodiffx")
    x, y = (adx.Variable(number) for number in NUMBERS)
    chain(x, y, 1_000).backward()
    graph = adx.Graph()
    before = resident_bytes()
    start = time.process_time()
    with graph if kind == "Graph" else contextlib.nullcontext():
        s = chain(x, y, operations)
    seconds = time.process_time() - start
    found = {
        "bytes": (resident_bytes() - before) / operations,
        "record": seconds / operations * 1e9,
    }
    start = time.process_time()
    s.backward()
    found["first sweep"] = (time.process_time() - start) / operations * 1e9
    found["sweep"] = fastest(s.backward, operations)
    if kind == "Graph":
        found["replay"] = fastest(graph.forward, operations)
    return found


def peer(who: str, operations: int) -> dict[str, float]:
    """Resident bytes that one recorded operation adds in another library."""
    gc.disable()  # nothing recorded may be counted as garbage
    if who == "xad":
        adjoint = importlib.import_module("xad.adj_1st")
        x, y = (adjoint.Real(number) for number in NUMBERS)
        with adjoint.Tape() as tape:
            tape.registerInput(x)
            tape.registerInput(y)
            tape.newRecording()
            return held(x, y, operations)
    if who == "micrograd":
        value_type = importlib.import_module("micrograd.engine").Value
        return held(value_type(NUMBERS[0]), value_type(NUMBERS[1]), operations)
    if who == "torch":
        module = importlib.import_module("torch")
        x, y = (
            module.tensor(number, dtype=module.float64, requires_grad=True) for number in NUMBERS
        )
        return held(x, y, operations)
    module = importlib.import_module("autograd")
    found: dict[str, float] = {}

    def recorded(x: Any) -> Any:
        before = resident_bytes()
        s = chain(x, NUMBERS[1], operations)
        found["bytes"] = (resident_bytes() - before) / operations
        return s

    module.make_vjp(recorded)(NUMBERS[0])
    return found


def held(x: Any, y: Any, operations: int) -> dict[str, float]:
    """Bytes for each operation while the end of the chain is held."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 10_000))
    before = resident_bytes()
    s = chain(x, y, operations)
    found = {"bytes": (resident_bytes() - before) / operations}
    del s
    return found


def measure(seconds: float) -> Iterator[Row]:
    """Bytes and nanoseconds of one operation; ``seconds`` plays no part here."""
    work, recorded = f"chain of {OPERATIONS:,}", "resident memory, recorded chain"
    for kind in ("ambient tape", "Graph"):
        found = ask("bench.memory", kind, str(OPERATIONS))
        who = f"core, {kind}"
        yield Row(recorded, who, found["bytes"], "B/op", at_most=MOST_BYTES)
        yield Row(f"{work}, recorded from Python", who, found["record"], "ns/op")
        yield Row(f"{work}, first sweep back", who, found["first sweep"], "ns/op")
        yield Row(f"{work}, sweep back", who, found["sweep"], "ns/op", at_most=MOST_NANOSECONDS)
        if kind == "Graph":
            yield Row(f"{work}, replay", who, found["replay"], "ns/op", at_most=MOST_NANOSECONDS)
    for who, operations in PEER_OPERATIONS.items():
        if installed(who):
            found = ask("bench.memory", who, str(operations))
            yield Row(recorded, f"{who}, {operations:,}", found["bytes"], "B/op")


if __name__ == "__main__":
    if len(sys.argv) == 3 and not sys.argv[1].startswith("-"):
        what, size = sys.argv[1], int(sys.argv[2])
        answer(peer(what, size) if what in PEER_OPERATIONS else core(what, size))
    else:
        main(measure)
