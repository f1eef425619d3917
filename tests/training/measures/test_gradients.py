"""D's value and slope on and off the data are those of discriminators in closed form."""

from __future__ import annotations

import pytest
import torch

from convergan.training.data import read_data
from convergan.training.measures import Landscape, landscape

Tensor = torch.Tensor
EPS = torch.finfo(torch.float64).eps
CIRCLE = read_data("circle")
# Of each member's discriminators below.
SCALE = torch.tensor([0.0, 1.0, -2.5], dtype=torch.float64)


def samples() -> tuple[Tensor, Tensor]:
    real = torch.stack([CIRCLE.sample(500, seed) for seed in range(3)])
    return real, 0.5 * real[:, :300]


def linear(x: Tensor) -> Tensor:
    """D = s a.x: |grad D| = 5 |s| everywhere."""
    return SCALE[:, None] * (3 * x[..., 0] - 4 * x[..., 1])


def energy(x: Tensor) -> Tensor:
    """D = s (|x| - 1)^2, an energy solution on the circle: D = 0 and grad D = 0 on it."""
    return SCALE[:, None] * (torch.linalg.vector_norm(x, dim=2) - 1) ** 2


def near(found: Tensor, expected: Tensor, count: int = 500) -> bool:
    """Up to the rounding of a mean of ``count`` terms of size up to 20."""
    return bool(((found - expected).abs() <= 20 * count * EPS).all())


def test_a_linear_discriminator() -> None:
    real, fake = samples()
    found = landscape(linear, CIRCLE, real, fake, moves=(0.25,))
    for region, x in ((found.real, real), (found.fake, fake)):
        assert near(region.value, linear(x).mean(dim=1))
        assert near(region.deviation, (linear(x) ** 2).mean(dim=1).sqrt())
        for slope in (region.slope, region.steepness, region.steepest):
            assert near(slope, 5 * SCALE.abs())
    assert near(found.moved[0].slope, 5 * SCALE.abs())
    assert found.real.value.dtype == torch.float64


def test_slopes_that_vary() -> None:
    """D = s |x|^2/2 has |grad D| = |s| |x|: mean, root mean square and maximum are three numbers."""
    real, _ = samples()
    radius = torch.linspace(0.1, 2, 300, dtype=torch.float64)
    fake = radius[:, None] * real[:, :300]
    found = landscape(lambda x: SCALE[:, None] * (x**2).sum(dim=2) / 2, CIRCLE, real, fake).fake
    assert near(found.slope, SCALE.abs() * radius.mean())
    assert near(found.steepness, SCALE.abs() * (radius**2).mean().sqrt())
    assert near(found.steepest, 2 * SCALE.abs())
    assert near(found.deviation, SCALE.abs() * ((radius**4).mean() / 4).sqrt())
    assert near(found.distance, (radius - 1).abs().mean().expand(3))


def test_an_energy_solution_vanishes_on_the_data_and_grows_off_them() -> None:
    real, fake = samples()
    found = landscape(energy, CIRCLE, real, fake, moves=(0.1, 0.2, 0.4))
    # (|x| - 1)^2 of a rounded point of the circle.
    assert (found.real.deviation <= 20 * EPS).all()
    assert (found.real.steepest <= 20 * EPS).all()
    assert near(found.fake.value, SCALE / 4)
    assert near(found.fake.slope, SCALE.abs())  # |grad D| = 2 |s| ||x| - 1|
    heights = torch.stack([region.value for region in found.moved])
    assert (heights[:, 1].diff() > 0).all()
    assert (heights[:, 2].diff() < 0).all()
    assert (heights[:, 0] == 0).all()


def test_moved_data_lie_where_they_should() -> None:
    """On a line of the plane, directions at angle a lie r|sin a| away: the mean is 2 r/pi."""
    law = read_data("affine-subspace:dimension=2,intrinsic=1,seed=0")
    x = law.sample(20_000, 0)[None]
    found = landscape(lambda x: x.sum(dim=2), law, x, x, moves=(0.5, 2.0))
    for region, r in zip(found.moved, (0.5, 2.0), strict=True):
        # |sin a| has the variance 1/2 - 4/pi^2.
        tolerance = 4 * r * (0.5 - 4 / torch.pi**2) ** 0.5 / 20_000**0.5
        assert abs(region.distance.item() - 2 * r / torch.pi) <= tolerance
    assert found.real.distance.item() <= 1e-12


def test_the_equilibrium_output_is_taken_off() -> None:
    real, fake = samples()
    found = landscape(lambda x: energy(x) + 0.75, CIRCLE, real, fake, output=0.75)
    assert (found.real.deviation <= 20 * EPS).all()
    # Negative control: without it D looks far from its equilibrium.
    assert near(landscape(lambda x: energy(x) + 0.75, CIRCLE, real, fake).real.deviation, torch.full((3,), 0.75))


def test_a_member_s_numbers_do_not_depend_on_the_others() -> None:
    real, fake = samples()

    def flat(found: Landscape, member: int) -> list[float]:
        regions = (found.real, found.fake, *found.moved)
        return [getattr(region, name)[member].item() for region in regions for name in region.__slots__]

    together = landscape(linear, CIRCLE, real, fake)
    alone = landscape(lambda x: -2.5 * (3 * x[..., 0] - 4 * x[..., 1]), CIRCLE, real[2:], fake[2:])
    assert flat(together, 2) == flat(alone, 0)
    broken = landscape(lambda x: linear(x) * torch.tensor([[torch.nan], [1.0], [1.0]]), CIRCLE, real, fake)
    assert flat(broken, 2) == flat(together, 2)


def test_it_neither_keeps_nor_disturbs_gradients() -> None:
    real, fake = samples()
    weight = torch.ones(3, 1, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():  # as in a trainer's evaluation
        found = landscape(lambda x: weight * linear(x), CIRCLE, real, fake)
    assert weight.grad is None
    assert not found.real.value.requires_grad
    assert near(found.real.slope, 5 * SCALE.abs())


def test_single_precision_models_are_summed_in_double() -> None:
    real, fake = (x.float() for x in samples())
    found = landscape(lambda x: linear(x).float(), CIRCLE, real, fake)
    assert found.real.slope.dtype == torch.float64
    assert (found.real.slope - 5 * SCALE.abs()).abs().max() <= 20 * torch.finfo(torch.float32).eps


def test_output_of_a_wrong_shape() -> None:
    real, fake = samples()
    with pytest.raises(ValueError, match=r"D must map \(3, 512, 2\) to \(3, 512\); it gives \(3, 512, 1\)"):
        landscape(lambda x: linear(x)[..., None], CIRCLE, real, fake)
