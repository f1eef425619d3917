"""The figure of the laws of data: what its panels show."""

from __future__ import annotations

import numpy as np
import pytest

from convergan.training.data import DATA, read_data
from convergan.training.plots.laws import laws_figure, projected

pytest.importorskip("matplotlib", reason="figures need the extra 'train'")


def test_every_law_has_a_panel_with_its_samples() -> None:
    laws = [read_data(name) for name in DATA]
    figure = laws_figure(laws, samples=300, seed=3)
    panels = [panel for panel in figure.axes if panel.get_visible()]
    assert [panel.get_title() for panel in panels] == list(DATA)
    for law, panel in zip(laws, panels, strict=True):
        shown = np.asarray(panel.collections[0].get_offsets())
        low, high = panel.get_xlim()
        assert shown.shape == (300, 2)
        assert (np.abs(shown) <= high).all()
        assert low == -high
        if law.dimension == 2:
            np.testing.assert_array_equal(shown, law.sample(300, 3).numpy())
            assert high == law.extent
    figure.canvas.draw()


def test_a_flat_support_is_a_line_and_a_curved_one_is_not() -> None:
    texts = ["affine-subspace", "curved-manifold", "gaussian:dimension=5", "gaussian:dimension=1", "dirac:dimension=3"]
    widths = []
    for panel in laws_figure([read_data(text) for text in texts], samples=500).axes[: len(texts)]:
        widths.append(np.asarray(panel.collections[0].get_offsets()).std(0))
    assert widths[0][1] < 1e-12 < 0.1 < widths[1][1]
    assert widths[2][1] > 0.5
    assert widths[3][1] == 0
    assert (widths[4] == 0).all()


def test_axes_are_principal_and_their_sides_determined() -> None:
    random = np.random.default_rng(0)
    frame = np.linalg.qr(random.standard_normal((4, 4)))[0]
    points = 7 + random.standard_normal((5000, 4)) * [1.0, 9.0, 0.1, 3.0] @ frame
    values, vectors = np.linalg.eigh(np.cov(points.T))
    for second in (2, 3, 4):
        shown = projected(points, second)
        np.testing.assert_allclose(shown.var(0, ddof=1), values[[-1, -second]], rtol=1e-9)
        np.testing.assert_allclose(np.abs(shown[:, 0]), np.abs((points - points.mean(0)) @ vectors[:, -1]), atol=1e-9)
        np.testing.assert_allclose(projected(points[::-1], second)[::-1], shown, atol=1e-9)


def test_long_options_take_several_lines() -> None:
    figure = laws_figure([read_data("curved-manifold:dimension=3,intrinsic=1,seed=7")], samples=10)
    assert figure.axes[0].get_title() == "curved-manifold\ndimension=3, intrinsic=1\nseed=7"


def test_what_cannot_be_drawn_is_named() -> None:
    with pytest.raises(ValueError, match="0 laws and 2048 samples; give at least one law"):
        laws_figure([])
    with pytest.raises(ValueError, match="1 laws and 1 samples"):
        laws_figure([read_data("circle")], samples=1)
