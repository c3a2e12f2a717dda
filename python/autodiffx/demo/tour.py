"""The tour itself: trains, checks, times, and makes the report."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

from autodiffx.demo import agreement, linear, logistic, network, perceptron, plot, timing
from autodiffx.demo.descent import Step
from autodiffx.demo.flowers import split
from autodiffx.demo.points import INTERCEPT, SLOPE, band_labels, chance_labels, noisy_line
from autodiffx.progress import track

TRUTH = [SLOPE, INTERCEPT]


class Tour:
    """One run of the tour: what it compares, the loss curves it gathered, the promises it missed.

    Args:
        core: the module whose speed and gradients are shown.
        reference: the module they are compared with.
        seed: where all chance comes from (points, labels, first weights, batches).
    """

    def __init__(self, core: ModuleType, reference: ModuleType, seed: int) -> None:
        self.core = core
        self.reference = reference
        self.seed = seed
        self.curves: dict[str, list[float]] = {}
        self.missed: list[str] = []

    def parts(self) -> Iterator[str]:
        """The six parts of the report in order, each as soon as it is done."""
        makers: list[Callable[[], list[str]]] = [
            self.linear_regression,
            self.logistic_regression,
            self.seven_parameters,
            self.iris,
            self.same_gradients,
            self.core_against_reference,
        ]
        for number, maker in enumerate(makers, start=1):
            start = time.perf_counter()
            title, *lines = maker()
            seconds = f"{time.perf_counter() - start:.2f} s"
            heading = f"({number}) {title}"
            yield "\n".join([f"{heading:<70}{seconds:>9}", *(f"    {line}" for line in lines), ""])

    def promise(self, text: str, kept: bool) -> str:
        """A line that says whether a promise was kept; what was missed is remembered."""
        if not kept:
            self.missed.append(text)
        return f"{'ok' if kept else 'MISSED':<8}{text}"

    def followed(self, title: str, path: Iterator[Step], total: int) -> list[Step]:
        """Run a training to its end behind a progress bar and keep its curve."""
        steps = list(track(title, path, total))
        self.curves[title] = [step.loss for step in steps]
        return steps

    def linear_regression(self) -> list[str]:
        """Part 1: y = 3 x - 2 plus noise / 100, found again in forward mode."""
        points = noisy_line(self.seed)
        steps = self.followed("linear regression", linear.train(self.core, points), linear.STEPS)
        slope, intercept = steps[-1].parameters
        return [
            "linear regression in forward mode",
            f"{len(points)} points of y = 3 x - 2 plus noise / 100; "
            f"{linear.STEPS:,} steps at rate {linear.RATE}",
            f"{'':<22}{'fitted':>12}{'truth':>12}",
            f"{'slope':<22}{slope:>12.6f}{SLOPE:>12.6f}",
            f"{'intercept':<22}{intercept:>12.6f}{INTERCEPT:>12.6f}",
            f"{'mean squared error':<22}{steps[-1].loss:>12.4e}"
            f"{linear.mean_squared_error(TRUTH, points):>12.4e}",
            self.promise("slope within 0.01 of 3", abs(slope - SLOPE) <= 0.01),
            self.promise("intercept within 0.01 of -2", abs(intercept - INTERCEPT) <= 0.01),
        ]

    def logistic_regression(self) -> list[str]:
        """Part 2: labels drawn with probability sigmoid(3 x - 2), fitted in forward mode."""
        points = chance_labels(self.seed)
        steps = self.followed(
            "logistic regression", logistic.train(self.core, points), logistic.STEPS
        )
        slope, intercept = steps[-1].parameters
        truth = float(logistic.log_loss(self.core, TRUTH, points))
        return [
            "logistic regression in forward mode",
            f"{len(points)} labels, 1 with probability sigmoid(3 x - 2); "
            f"{logistic.STEPS:,} steps at rate {logistic.RATE}",
            f"{'':<22}{'fitted':>12}{'truth':>12}",
            f"{'slope':<22}{slope:>12.6f}{SLOPE:>12.6f}",
            f"{'intercept':<22}{intercept:>12.6f}{INTERCEPT:>12.6f}",
            f"{'log loss':<22}{steps[-1].loss:>12.6f}{truth:>12.6f}",
            self.promise(
                "log loss of the fit no worse than that of the truth", steps[-1].loss <= truth
            ),
        ]

    def seven_parameters(self) -> list[str]:
        """Part 3: a network with two hidden nodes learns which points lie inside a band."""
        points = band_labels(self.seed)
        steps = self.followed("seven parameters", network.train(self.core, points), network.STEPS)
        shown = [f"{number:>4} {step.loss:.5f}" for number, step in enumerate(steps)][::5]
        rows = [shown[first : first + 5] for first in range(0, len(shown), 5)]
        return [
            "a network of 7 parameters in reverse mode",
            f"{len(points)} labels, 1 inside the band -1 < x < 1; two hidden nodes, "
            f"{network.STEPS} steps",
            "log loss after every 5 steps:",
            *("   ".join(row) for row in rows),
            self.promise(
                "log loss under a tenth of its start", steps[-1].loss < steps[0].loss / 10.0
            ),
        ]

    def iris(self) -> list[str]:
        """Part 4: a perceptron of scalar Variables on Fisher's Iris data."""
        training, held_out = split()
        steps = self.followed(
            "Iris perceptron, epochs",
            perceptron.train(self.core, training, self.seed),
            perceptron.EPOCHS,
        )
        learned = steps[-1].parameters
        score = perceptron.accuracy(self.core, learned, held_out)
        return [
            "a 4-16-16-3 perceptron of scalar Variables on Fisher's Iris data",
            f"{len(training)} flowers to train on, {len(held_out)} held out; "
            f"{len(learned)} parameters, {perceptron.EPOCHS} epochs of "
            f"{len(training) // perceptron.BATCH} steps",
            f"cross-entropy {steps[0].loss:.4f} in the first epoch, "
            f"{steps[-1].loss:.4f} in the last",
            f"accuracy {perceptron.accuracy(self.core, learned, training):.2f} on the training "
            f"flowers, {score:.2f} on the held-out third",
            self.promise("accuracy of at least 0.93 on the held-out third", score >= 0.93),
        ]

    def same_gradients(self) -> list[str]:
        """Part 5: the gradients of the four losses from core, reference and differences."""
        models = agreement.models(self.seed)
        found = [
            agreement.compare(self.core, self.reference, model)
            for model in track("same gradients", models, len(models))
        ]
        to_reference = max(each.core_to_reference for each in found)
        to_differences = max(each.core_to_differences for each in found)
        return [
            "the same gradients from the core, the reference and differences",
            f"{'largest disagreement':<32}{'parameters':>10}{'reference':>12}{'differences':>13}",
            *(
                f"{each.name:<32}{each.parameters:>10}"
                f"{each.core_to_reference:>12.1e}{each.core_to_differences:>13.1e}"
                for each in found
            ),
            self.promise(
                f"core and reference within 1e-13: {to_reference:.1e}", to_reference <= 1e-13
            ),
            self.promise(
                f"core and differences within 1e-9: {to_differences:.1e}", to_differences <= 1e-9
            ),
        ]

    def core_against_reference(self) -> list[str]:
        """Part 6: seconds of the same gradients, and the ratio."""
        models = agreement.models(self.seed)
        lines = []
        for model in models:
            measured = list(
                track(
                    f"timing: {model.name}",
                    timing.rounds(self.core, self.reference, model),
                    timing.ROUNDS,
                )
            )
            core, reference = timing.typical(measured)
            lines.append(f"{model.name:<32}{core:>12.6f}{reference:>12.6f}{reference / core:>8.1f}")
        return [
            "core against reference: seconds for one value and gradient",
            f"{'':<32}{'core':>12}{'reference':>12}{'ratio':>8}",
            *lines,
        ]


def run(core: ModuleType, reference: ModuleType, seed: int = 1, picture: Path | None = None) -> int:
    """Print the whole report; draw the loss curves when asked to.

    Args:
        core: the module whose speed and gradients are shown.
        reference: the module they are compared with.
        seed: where all chance comes from.
        picture: the file for the loss curves, or None; `plot.check` says whether it can be drawn.

    Returns:
        the exit status: 0 if every promise of the report was kept, else 1.
    """
    start = time.perf_counter()
    tour = Tour(core, reference, seed)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"autodiffx demo, seed {seed}, {python}, {platform.system()} {platform.machine()}\n")
    for part in tour.parts():
        print(part, flush=True)
    if picture is not None:
        plot.draw(tour.curves, picture)
        print(f"loss curves drawn to {picture}")
    seconds = time.perf_counter() - start
    if tour.missed:
        print(f"done in {seconds:.1f} s, missed: {'; '.join(tour.missed)}")
        return 1
    print(f"done in {seconds:.1f} s, every promise kept")
    return 0
