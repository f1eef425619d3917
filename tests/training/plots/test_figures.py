"""Figures carry the numbers that they were given: read back from their artists, not from pixels."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection
from matplotlib.quiver import Quiver
from matplotlib.text import Text

from convergan.symbolic import read_proposal
from convergan.training.data import read_data
from convergan.training.networks import read_network
from convergan.training.plots.bars import Bar, bars_figure
from convergan.training.plots.canvas import columns_for
from convergan.training.plots.predictions import predictions_figure
from convergan.training.plots.samples import Panel, panels, samples_figure
from convergan.training.plots.series import Series, series_figure
from convergan.training.plots.trajectory import Orbit, trajectory_figure
from convergan.training.stacked import Architecture, Member, Trainer

RANDOM = np.random.default_rng(0)


def texts(figure: Any) -> str:
    """Everything that is written in a figure."""
    return "\n".join(found.get_text() for found in figure.findobj(Text))


def drawn(figure: Any) -> None:
    """That it can be drawn: layouts and labels are computed then only."""
    figure.savefig(io.BytesIO(), format="png", dpi=30)


# -- samples ---------------------------------------------------------------------------------------------------------


def panel(**changed: Any) -> Panel:
    """D = x^2 - y^2/2 on a window of half side 2."""
    axis = np.linspace(-2, 2, 41)
    x, y = np.meshgrid(axis, axis)
    field = np.stack([2 * x, -y], axis=-1)
    points = RANDOM.uniform(-1, 1, (2, 30, 2))
    return replace(Panel("one", points[0], points[1], axis, x**2 - y**2 / 2, field), **changed)


def test_samples_and_arrows_are_those_given() -> None:
    fake = np.concatenate([RANDOM.uniform(-1, 1, (27, 2)), [[9.0, 0], [0, -2.1], [np.nan, np.nan]]])
    shown = panel(fake=fake)
    figure = samples_figure([shown, panel(title="two")], "R1 on circle")
    place = figure.axes[0]
    points = [artist.get_offsets() for artist in place.collections if isinstance(artist, PathCollection)]
    assert np.array_equal(points[0], shown.real)
    assert np.array_equal(np.ma.filled(points[1], np.nan), shown.fake, equal_nan=True)
    (arrows,) = (artist for artist in place.collections if isinstance(artist, Quiver))
    # Every arrow has the gradient at its own foot, by one common factor: the steepest gradient of the panel.
    steepest = np.hypot(4, 2)
    assert np.allclose(arrows.U * steepest, 2 * arrows.XY[:, 0], rtol=0, atol=1e-14)
    assert np.allclose(arrows.V * steepest, -arrows.XY[:, 1], rtol=0, atol=1e-14)
    assert "D from -2 to 4, |∇D| up to 4.5" in texts(figure)
    assert "3 of 30 generated samples lie outside" in texts(figure)
    assert {"one", "two", "data", "generated", "R1 on circle"} <= set(texts(figure).split("\n"))
    drawn(figure)


@pytest.mark.parametrize("value", [0.0, np.inf, np.nan])
def test_a_flat_and_an_infinite_discriminator_can_be_drawn(value: float) -> None:
    figure = samples_figure([panel(values=np.full((41, 41), value), gradients=np.zeros((41, 41, 2)))], "flat")
    assert ("D is not finite" in texts(figure)) == (not np.isfinite(value))
    drawn(figure)


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    proposal = read_proposal({"objective": {"f": "standard"}})
    laws = [read_data("circle:radius=2"), read_data("segment")]
    members = [Member(proposal, {}, Fraction(1, 10), law, seed) for seed, law in enumerate(laws)]
    networks = read_network("mlp:width=3", 2, 2), read_network("mlp:width=3,activation=tanh", 2, 1)
    return Trainer(members, Architecture(*networks, 4), dtype=torch.float64)


def test_panels_are_the_discriminator(trainer: Trainer) -> None:
    found = panels(trainer, {1: "second", 0: "first"}, samples=20, seed=3)
    assert [one.title for one in found] == ["second", "first"]
    fakes, reals = trainer.samples(20, 3)
    for member, one in zip((1, 0), found, strict=True):
        assert np.array_equal(one.fake, fakes[member].numpy())
        assert np.array_equal(one.real, reals[member].numpy())
        assert one.axis[-1] == -one.axis[0] == trainer.members[member].law.extent
        # Row and column: y and x. Two points tell them apart, and a mirrored grid too.
        for row, column in ((3, 50), (40, 7)):
            at = torch.tensor([[[one.axis[column], one.axis[row]]]] * 2, dtype=torch.float64)
            h = 1e-6
            value = trainer.discriminate(at)[member, 0].item()
            # The discriminator is smooth and its numbers are of order 1: rounding eps, differences h^2 and eps/h.
            assert abs(one.values[row, column] - value) < 1e-13
            for axis in range(2):
                step = h * torch.eye(2, dtype=torch.float64)[axis]
                slope = (trainer.discriminate(at + step) - trainer.discriminate(at - step))[member, 0].item() / (2 * h)
                assert abs(one.gradients[row, column, axis] - slope) < 1e-9


def test_only_the_plane_has_pictures() -> None:
    proposal = read_proposal({"objective": {"f": "standard"}})
    member = Member(proposal, {}, Fraction(1, 10), read_data("dirac:dimension=3"))
    networks = read_network("point", 2, 3), read_network("linear", 3, 1)
    with pytest.raises(ValueError, match=r"R\^3"):
        panels(Trainer([member], Architecture(*networks, 1)), {0: "one"})


# -- series ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [1, 3, 30])
def test_series_are_those_given(members: int) -> None:
    steps = np.arange(0, 50, 10)
    first, second = RANDOM.uniform(1, 9, (5, members)), RANDOM.uniform(-1, 1, (5, members))
    first[3:, 0] = np.nan
    series = [Series("W1", steps, first, 1.0, "noise floor"), Series("slope", steps, second)]
    names = [f"member {k}" for k in range(members)]
    figure = series_figure(series, names, "title")
    for place, values, level in zip(figure.axes, (first, second), (True, False), strict=True):
        lines = place.lines[: members + level]
        for line, column in zip(lines, values.T, strict=False):
            assert np.array_equal(line.get_xdata(), steps)
            assert np.array_equal(line.get_ydata(), column, equal_nan=True)
        assert len(place.lines) == members + level
    assert list(figure.axes[0].lines[members].get_ydata()) == [1.0, 1.0]
    assert [place.get_yscale() for place in figure.axes] == ["log", "linear"]
    assert ("member 0" in texts(figure)) == (members <= 8)
    drawn(figure)


# -- bars ------------------------------------------------------------------------------------------------------------


def bars() -> list[Bar]:
    """2 laws, 3 methods, 2 optimisers; one setting that diverged everywhere."""
    rows = []
    for data in ("circle", "segment"):
        for method in ("R1", "R2", "WGAN-GP 5"):
            for optimizer in ("SGD", "RMSprop"):
                values = tuple(RANDOM.uniform(0.1, 2, 7))
                rows.append(Bar(method, optimizer, data, min(values), values, 0.05, 2 if method == "R2" else 0))
    rows[-1] = Bar("WGAN-GP 5", "RMSprop", "segment", float("inf"), (), 0.05, 7)
    return rows


@pytest.mark.parametrize("every_setting", [False, True])
def test_bars_are_those_given(every_setting: bool) -> None:
    rows = bars()
    figure = bars_figure(rows, "Figure 5", every_setting=every_setting, reconstructed=("rates", "batch"))
    for place, data in zip(figure.axes, ("circle", "segment"), strict=True):
        own = [row for row in rows if row.data == data]
        assert place.get_title() == data
        heights = {}
        for container in place.containers[:2] if not every_setting else place.containers:
            if container.get_label() in ("SGD", "RMSprop"):
                for patch, method in zip(container.patches, ("R1", "R2", "WGAN-GP 5"), strict=True):
                    heights[method, container.get_label()] = patch.get_height()
                    # The bar stands over its method's name.
                    assert round(patch.get_x() + patch.get_width() / 2) == ("R1", "R2", "WGAN-GP 5").index(method)
        best = {(row.method, row.optimizer): row.best if np.isfinite(row.best) else 0.0 for row in own}
        assert heights == best
        floor = next(line for line in place.lines if line.get_label() == "noise floor")
        assert list(floor.get_ydata()) == [0.05, 0.05]
        points = [artist.get_offsets()[:, 1] for artist in place.collections if isinstance(artist, PathCollection)]
        given = sorted(sorted(row.values) for row in own if row.values) if every_setting else []
        assert sorted(sorted(map(float, values)) for values in points) == given
    assert "rates, batch" in texts(figure).replace("\n", " ")
    assert ("2×" in texts(figure)) == ("7×" in texts(figure)) == every_setting
    drawn(figure)


def test_the_same_bar_twice() -> None:
    rows = bars()
    with pytest.raises(ValueError, match="13 rows for 12 bars"):
        bars_figure([*rows, rows[0]], "Figure 5", every_setting=False)
    with pytest.raises(ValueError, match="0 rows"):
        bars_figure([], "Figure 5", every_setting=True)


# -- predictions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    run: str
    quantity: str
    predicted: Any
    measured: Any
    uncertainty: Any
    agrees: bool | None


ROWS = [
    Row("a", "factor", 0.9, 0.91, 0.02, True),
    Row("b", "factor", 0.8, 0.95, 0.01, False),
    Row("c", "factor", 0.85, 0.85, None, None),
    Row("a", "turn", 100.0, 101.0, 3.0, True),
    Row("d", "turn", 90000.0, 91000.0, 3000.0, True),
    Row("a", "behaviour", "converging", "circling", None, False),
    Row("e", "factor", 0.9, None, None, None),
]


def test_predictions_are_those_given() -> None:
    figure = predictions_figure(ROWS, "theory and runs")
    assert [place.get_title() for place in figure.axes] == ["factor", "turn"]
    seen = {}
    for place in figure.axes:
        for container in place.containers:
            line, _, (bars,) = container.lines
            pairs = list(zip(map(float, line.get_xdata()), map(float, line.get_ydata()), strict=True))
            errors = [float(np.ptp(segment[:, 1]) / 2) for segment in bars.get_segments()]
            seen[place.get_title(), container.get_label()] = pairs, pytest.approx(errors, abs=1e-9)
    assert seen == {
        ("factor", "agrees"): ([(0.9, 0.91)], [0.02]),
        ("factor", "disagrees"): ([(0.8, 0.95)], [0.01]),
        ("factor", "no statement"): ([(0.85, 0.85)], [0.0]),
        ("turn", "agrees"): ([(100.0, 101.0), (90000.0, 91000.0)], [3.0, 3000.0]),
    }
    # Only the run that disagrees is named; what spans decades is logarithmic.
    named = [note.get_text() for place in figure.axes for note in place.texts]
    assert named == ["b"]
    assert [place.get_xscale() for place in figure.axes] == ["linear", "log"]
    drawn(figure)


def test_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="none of 1 comparisons"):
        predictions_figure(ROWS[5:6], "words")


# -- trajectories ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", [1, 3])
def test_orbits_are_those_given(dimension: int) -> None:
    steps = np.arange(0, 400, 4)
    direction = np.array([2.0, -1, 2])[:dimension]
    direction /= np.linalg.norm(direction)
    radius = 1.5 * 0.99**steps
    theta, psi = (np.outer(radius * trig(steps / 20), direction) for trig in (np.cos, np.sin))
    orbit = Orbit("R1", steps, theta, psi, factor=0.99)
    circling = replace(orbit, label="WGAN", cycle=(0.4, 0.5, 0.6), factor=None)
    figure = trajectory_figure([orbit, circling], "Dirac-GAN")
    plane, distance = figure.axes
    # In the plane of the motion, up to a sign of the direction; distances and the predicted line exactly.
    x, y = plane.lines[0].get_data()
    sign = np.sign(np.asarray(x)[0])
    tolerance = 8 * np.finfo(float).eps * dimension
    assert np.allclose(sign * np.asarray(x), theta @ direction, rtol=0, atol=tolerance)
    assert np.allclose(sign * np.asarray(y), psi @ direction, rtol=0, atol=tolerance)
    by_name = {line.get_label(): np.asarray(line.get_ydata()) for line in distance.lines}
    assert np.allclose(by_name["R1"], radius, rtol=1e-14)
    predicted = by_name["predicted rate"]
    assert np.allclose(predicted, radius[: len(predicted)], rtol=1e-12)
    assert list(by_name["predicted final distance"]) == [0.5, 0.5]
    band = next(patch for patch in distance.patches)
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.4, 0.6))
    circles = [line for line in plane.lines if line.get_linestyle() == "--"]
    radii = [float(np.hypot(*line.get_data()).mean()) for line in circles]
    assert radii == pytest.approx([0.4, 0.5, 0.6] if dimension == 1 else [])
    drawn(figure)


def test_no_orbits() -> None:
    with pytest.raises(ValueError, match="no orbits"):
        trajectory_figure([], "Dirac-GAN")


# -- layout ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "most", "columns"), [(1, 4, 1), (4, 4, 4), (5, 4, 3), (8, 4, 4), (9, 4, 3), (4, 2, 2)]
)
def test_columns(count: int, most: int, columns: int) -> None:
    assert columns_for(count, most) == columns
