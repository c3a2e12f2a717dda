"""The demo: what it trains reaches what it promises, on both backends, and its report says so."""

from __future__ import annotations

import io
import re
import statistics
import subprocess
import sys
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autodiffx import __main__ as command
from autodiffx.demo import agreement, linear, logistic, network, perceptron, plot, timing, tour
from autodiffx.demo.descent import difference_gradient, forward_gradient, reverse_gradient
from autodiffx.demo.flowers import SPECIES, flowers, split
from autodiffx.demo.points import band_labels, chance_labels, noisy_line
from autodiffx.progress import ERASE_LINE, track

ROOT = Path(__file__).resolve().parent.parent


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


# ---- data ------------------------------------------------------------------------------------


def test_means_of_the_flowers_are_those_that_fisher_printed() -> None:
    # Fisher 1936, table II.
    means = {
        "setosa": [5.006, 3.428, 1.462, 0.246],
        "versicolor": [5.936, 2.770, 4.260, 1.326],
        "virginica": [6.588, 2.974, 5.552, 2.026],
    }
    for species, name in enumerate(SPECIES):
        rows = [flower.features for flower in flowers() if flower.species == species]
        assert len(rows) == 50
        found = [statistics.fmean(column) for column in zip(*rows, strict=True)]
        assert found == pytest.approx(means[name], abs=1e-12)


def test_rows_that_other_copies_have_wrong_are_fishers() -> None:
    assert flowers()[34].features == (4.9, 3.1, 1.5, 0.2)
    assert flowers()[37].features == (4.9, 3.6, 1.4, 0.1)


def test_source_of_the_flowers_is_named_in_the_file() -> None:
    text = (ROOT / "python" / "autodiffx" / "data" / "iris.csv").read_text(encoding="ascii")
    assert "Fisher" in text.splitlines()[0]
    assert "scikit-learn" in text


def test_held_out_third_has_no_part_in_training() -> None:
    training, held_out = split()
    assert (len(training), len(held_out)) == (100, 50)
    for column in zip(*(flower.features for flower in training), strict=True):
        assert statistics.fmean(column) == pytest.approx(0.0, abs=1e-12)
        assert statistics.pstdev(column) == pytest.approx(1.0)
    assert {flower.species for flower in held_out} == {0, 1, 2}


def test_points_depend_on_the_seed_only() -> None:
    for make in (noisy_line, chance_labels, band_labels):
        assert make(3) == make(3)
        assert make(3) != make(4)
        assert len(make(3)) == 100


# ---- gradients and training --------------------------------------------------------------------


def test_three_means_give_one_gradient(backend: ModuleType) -> None:
    points = chance_labels(seed=2)
    at = [0.7, -0.3]

    def loss(parameters: object) -> object:
        return logistic.log_loss(backend, parameters, points)  # type: ignore[arg-type]

    value, forward = forward_gradient(backend, loss, at)
    same_value, reverse = reverse_gradient(backend, loss, at)
    rough_value, differences = difference_gradient(loss, at)
    assert value == same_value == rough_value
    assert forward == pytest.approx(reverse, rel=1e-13)
    assert forward == pytest.approx(differences, rel=1e-9)


def test_linear_regression_finds_the_line(backend: ModuleType) -> None:
    points = noisy_line(seed=1)
    *_, last = linear.train(backend, points, steps=100)
    assert last.parameters == pytest.approx([3.0, -2.0], abs=0.01)
    assert last.loss <= linear.mean_squared_error([3.0, -2.0], points)


def test_logistic_regression_is_no_worse_than_the_truth(core: ModuleType) -> None:
    points = chance_labels(seed=1)
    *_, last = logistic.train(core, points)
    assert last.loss <= logistic.log_loss(core, [3.0, -2.0], points)


@pytest.mark.parametrize("seed", range(5))
def test_seven_parameters_learn_the_band(core: ModuleType, seed: int) -> None:
    losses = [step.loss for step in network.train(core, band_labels(seed))]
    assert len(losses) == network.STEPS + 1
    assert losses[-1] < losses[0] / 10.0


@pytest.mark.parametrize("seed", range(3))
def test_perceptron_tells_the_species_apart(core: ModuleType, seed: int) -> None:
    training, held_out = split()
    *_, last = perceptron.train(core, training, seed)
    assert len(last.parameters) == 403
    assert perceptron.accuracy(core, last.parameters, held_out) >= 0.93


def test_core_and_reference_train_alike(core: ModuleType, reference: ModuleType) -> None:
    training, _ = split()
    first = [next(perceptron.train(each, training, seed=1)) for each in (core, reference)]
    assert first[0].loss == pytest.approx(first[1].loss, rel=1e-12)
    assert first[0].parameters == pytest.approx(first[1].parameters, rel=1e-9, abs=1e-12)
    paths = [islice(network.train(each, band_labels(1)), 10) for each in (core, reference)]
    for ours, theirs in zip(*paths, strict=True):
        assert ours.parameters == pytest.approx(theirs.parameters, rel=1e-12)


def test_disagreement_is_found(core: ModuleType, reference: ModuleType) -> None:
    model = agreement.models(seed=1)[2]
    honest = agreement.compare(core, reference, model)
    assert honest.core_to_reference <= 1e-13
    assert honest.core_to_differences <= 1e-9

    def wrong_gradient(adx: ModuleType, function: Any, at: Any) -> tuple[float, list[float]]:
        value, gradient = reverse_gradient(adx, function, at)
        return value, [entry + (adx is core) for entry in gradient]

    wrong = model._replace(gradient=wrong_gradient)
    caught = agreement.compare(core, reference, wrong)
    assert caught.core_to_reference > 0.1
    assert caught.core_to_differences > 0.1


def test_timing_takes_turns(core: ModuleType, reference: ModuleType) -> None:
    order: list[ModuleType] = []

    def noted(adx: ModuleType, function: Any, at: Any) -> tuple[float, list[float]]:
        order.append(adx)
        return 0.0, []

    model = agreement.models(seed=1)[0]._replace(gradient=noted)
    assert len(list(timing.rounds(core, reference, model))) == timing.ROUNDS
    assert order == [core, reference] * (timing.ROUNDS + 1)


# ---- progress ----------------------------------------------------------------------------------


def test_progress_is_silent_unless_on_a_terminal() -> None:
    stream = io.StringIO()
    assert list(track("work", iter("abc"), 3, stream)) == ["a", "b", "c"]
    assert stream.getvalue() == ""


def test_progress_is_drawn_on_a_terminal_and_erased() -> None:
    stream = Terminal()
    assert list(track("work", iter("abc"), 3, stream)) == ["a", "b", "c"]
    assert stream.getvalue().startswith(f"{ERASE_LINE}work [....")
    assert stream.getvalue().endswith(ERASE_LINE)


def test_progress_is_erased_when_the_work_fails() -> None:
    def broken() -> object:
        yield 1
        raise ZeroDivisionError

    stream = Terminal()
    with pytest.raises(ZeroDivisionError):
        list(track("work", broken(), 2, stream))  # type: ignore[arg-type]
    assert stream.getvalue().endswith(ERASE_LINE)


# ---- the report and the command line -------------------------------------------------------------


@pytest.fixture(scope="module")
def report() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "autodiffx", "demo"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_report_has_six_parts_and_keeps_every_promise(report: str) -> None:
    assert re.findall(r"^\((\d)\) ", report, re.MULTILINE) == ["1", "2", "3", "4", "5", "6"]
    assert len(re.findall(r"^    ok      ", report, re.MULTILINE)) == 7
    assert "MISSED" not in report
    assert report.rstrip().endswith("every promise kept")


def test_report_shows_the_numbers_it_promises(report: str) -> None:
    for words in ("slope", "intercept", "mean squared error", "log loss", "accuracy", "truth"):
        assert words in report
    losses = re.findall(r"\b(\d+) (0\.\d{5})\b", report)
    assert [int(step) for step, _ in losses] == list(range(0, 101, 5))
    assert float(losses[-1][1]) < float(losses[0][1]) / 10.0
    ratios = re.findall(r"\d\.\d{6} +\d\.\d{6} +(\d+\.\d)$", report, re.MULTILINE)
    assert len(ratios) == 4


def test_report_is_readable_in_a_terminal_of_100_columns(report: str) -> None:
    assert max(len(line) for line in report.splitlines()) <= 100


def test_missed_promise_is_reported_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], core: ModuleType
) -> None:
    def parts(self: tour.Tour) -> object:
        yield self.promise("pigs fly", kept=False)

    monkeypatch.setattr(tour.Tour, "parts", parts)
    assert tour.run(core, core) == 1
    assert "missed: pigs fly" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["dance"], ["demo", "--seed", "one"]])
def test_wrong_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(words)
    assert stopped.value.code == 2
    assert "usage: python -m autodiffx" in capsys.readouterr().err


def test_plot_without_matplotlib_is_refused_before_training(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SystemExit) as stopped:
        command.main(["demo", "--plot", str(tmp_path / "curves.png")])
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert "pip install matplotlib" in printed.err
    assert printed.out == ""


def test_plot_into_a_missing_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(plot, "find_spec", lambda name: object())
    with pytest.raises(ValueError, match="there is no folder"):
        plot.check(tmp_path / "nowhere" / "curves.png")


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_panel_has_a_curve(
    count: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from matplotlib.figure import Figure

    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: drawn.extend(figure.axes))
    plot.draw({str(number): [2.0, 1.0] for number in range(count)}, tmp_path / "curves.png")
    seen = [panel for panel in drawn if panel.axison]
    assert len(seen) == count
    assert len(drawn) - count == (1 if count == 3 else 0)  # a place is left empty in 2 × 2 only
    assert all(panel.lines for panel in seen)


def test_curves_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "curves.png"
    plot.check(file)
    plot.draw({"falling": [1.0, 0.1, 0.01], "epochs": [2.0, 1.0]}, file)
    assert file.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"should end in one of .*\.png"):
        plot.check(tmp_path / "curves.doc")
