"""Strategies for discriminators, generators and batches of samples: real modules and tensors, all smooth.

What shrinks well decided the form. A linear network is given by its few weights that are not 0, one by one, so that a
failure of a penalty comes out as D(x) = x_0, or as the two pixels that it takes. The weights of larger networks follow
from one seed: drawn one by one, hundreds of them make slow examples that nobody reads, and no single one of them
matters. What shrinks there is the architecture: towards a linear network, one hidden layer, one unit, tanh, seed 0.
The constant D = 0, the discriminator of the equilibrium, where norms have their kink, is drawn as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from .arguments import chosen, dtype_name, flag, sizes, whole

if TYPE_CHECKING:
    import torch

    from .smooth_networks import Network

FAMILIES = ("linear", "random-features", "mlp", "convolutional")
ACTIVATIONS = ("tanh", "softplus", "sigmoid", "gelu", "silu")
_MOST_WEIGHTS = 4
_SIZES = (1.0, 2.0, 0.5, 3.0, 0.25, 4.0)
_WEIGHTS = st.sampled_from([sign * size for size in _SIZES for sign in (1.0, -1.0)])
# In twelve digits: Hypothesis prefers examples of fewer draws, and a linear network of three weights takes twelve.
_SEEDS = st.tuples(*[st.integers(0, 9)] * 12).map(lambda digits: int("".join(map(str, digits))))


def discriminators(
    *,
    shape: tuple[int, ...] = (1,),
    families: Sequence[str] | None = None,
    activations: Sequence[str] = ACTIVATIONS,
    max_depth: int = 2,
    max_width: int = 8,
    constant: bool = True,
    dtype: str | torch.dtype = "float64",
    device: str | torch.device = "cpu",
) -> st.SearchStrategy[Network]:
    """Discriminators: modules from samples [N, *shape] to raw values [N].

    Args:
        shape: Of one sample: (d,), or (C, H, W) for images.
        families: Some of ``FAMILIES``, simplest first; all that go with ``shape`` if not given.
        activations: Some of ``ACTIVATIONS``, simplest first; all have derivatives of every order.
        max_depth: The largest number of hidden layers.
        max_width: The largest number of units, features or channels of a hidden layer.
        constant: Whether D may be constant: a linear one without weights, D = 0 among them.
        dtype: Of the parameters, as a name or a ``torch.dtype``; the weights are the same numbers in each.
        device: Of the parameters.

    Returns:
        Modules; the smallest is D(x) = x_0.

    Raises:
        InvalidArgument: For arguments of a wrong type or size, and families that do not go with the shape.
    """
    shape = sizes("shape", shape)
    known = tuple(name for name in FAMILIES if name != "convolutional" or len(shape) == 3)
    return _networks(
        shape,
        (),
        _families(families, known, "shape", shape),
        activations,
        max_depth,
        max_width,
        constant,
        dtype,
        device,
    )


def generators(
    *,
    latent: tuple[int, ...] = (1,),
    shape: tuple[int, ...] = (1,),
    families: Sequence[str] | None = None,
    activations: Sequence[str] = ACTIVATIONS,
    max_depth: int = 2,
    max_width: int = 8,
    constant: bool = True,
    dtype: str | torch.dtype = "float64",
    device: str | torch.device = "cpu",
) -> st.SearchStrategy[Network]:
    """Generators: modules from latent codes [N, *latent] to samples [N, *shape].

    Args:
        latent: The shape of one latent code.
        shape: Of one sample: (d,), or (C, H, W) for images.
        families: As for ``discriminators``.
        activations: As for ``discriminators``.
        max_depth: As for ``discriminators``.
        max_width: As for ``discriminators``.
        constant: Whether G may be constant: a point mass, as in the Dirac-GAN.
        dtype: As for ``discriminators``.
        device: As for ``discriminators``.

    Returns:
        Modules; the smallest is G(z) = z_0 in the first coordinate.

    Raises:
        InvalidArgument: For arguments of a wrong type or size, and families that do not go with the shapes.
    """
    latent, shape = sizes("latent", latent), sizes("shape", shape)
    images = len(shape) == 3 and len(latent) != 3
    known = tuple(name for name in FAMILIES if name != "convolutional" or images)
    return _networks(
        latent,
        shape,
        _families(families, known, "shape", shape),
        activations,
        max_depth,
        max_width,
        constant,
        dtype,
        device,
    )


def batches(
    *,
    shape: tuple[int, ...] = (1,),
    min_size: int = 1,
    max_size: int = 4,
    dtype: str | torch.dtype = "float64",
    device: str | torch.device = "cpu",
) -> st.SearchStrategy[torch.Tensor]:
    """Batches of samples [N, *shape], with entries that are the same numbers in every dtype.

    Args:
        shape: Of one sample.
        min_size: The smallest N.
        max_size: The largest N.
        dtype: As a name or a ``torch.dtype``.
        device: Of the tensors.

    Returns:
        Tensors of their own memory; the smallest is one sample at 0.

    Raises:
        InvalidArgument: For arguments of a wrong type or size.
    """
    shape, dtype = sizes("shape", shape), dtype_name(dtype)
    least = whole("min_size", min_size, least=1)
    most = whole("max_size", max_size, least=least)

    @st.composite
    def tensors(draw: st.DrawFn) -> torch.Tensor:
        import torch as backend

        from .smooth_networks import numbers, require_device

        require_device(device)
        whole_shape = (draw(st.integers(least, most)), *shape)
        if draw(st.booleans()):
            (values,) = numbers(draw(_SEEDS), whole_shape)
            values = 4 * values
        else:
            values = backend.zeros(whole_shape, dtype=backend.float64)
            for index, value in draw(_entries(whole_shape, least=0)).items():
                values[index] = value
        return values.to(device=device, dtype=getattr(backend, dtype))

    return tensors()


def _families(
    given: Sequence[str] | None, known: tuple[str, ...], name: str, shape: tuple[int, ...]
) -> tuple[str, ...]:
    if given is None:
        return known
    families = chosen("families", given, FAMILIES)
    for family in families:
        if family not in known:
            raise InvalidArgument(f"families: {family!r} with {name}={shape!r}; it needs images of shape (C, H, W)")
    return families


def _networks(
    inputs: tuple[int, ...],
    outputs: tuple[int, ...],
    families: tuple[str, ...],
    activations: Sequence[str],
    max_depth: int,
    max_width: int,
    constant: bool,
    dtype: Any,
    device: Any,
) -> st.SearchStrategy[Network]:
    deepest, widest = whole("max_depth", max_depth, least=1), whole("max_width", max_width, least=1)
    activations = chosen("activations", activations, ACTIVATIONS)
    weights = _entries((*outputs, *inputs), least=1)
    weights = weights | st.just({}) if flag("constant", constant) else weights
    place = {"dtype": dtype_name(dtype), "device": device}
    widths = st.lists(st.integers(1, widest), min_size=1, max_size=deepest).map(tuple)
    # The seed is drawn first: read as a linear network's draws, its digits give D(x) = x_0, to which others shrink.
    hidden, smooth = {"seed": _SEEDS}, {"activation": st.sampled_from(activations)}
    arguments: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "linear": {
            "weights": weights,
            "bias": st.none() | st.just(0.0) | _WEIGHTS,
        },
        "random-features": hidden | {"count": st.integers(1, widest)},
        "mlp": hidden | smooth | {"widths": widths},
        "convolutional": hidden | smooth | {"channels": widths},
    }

    @st.composite
    def networks(draw: st.DrawFn) -> Network:
        from . import smooth_networks

        smooth_networks.require_device(device)
        kinds = {
            "linear": smooth_networks.Linear,
            "random-features": smooth_networks.RandomFeatures,
            "mlp": smooth_networks.MLP,
            "convolutional": smooth_networks.Convolutional,
        }
        family = draw(st.sampled_from(families))
        return kinds[family](inputs, outputs, **draw(st.fixed_dictionaries(arguments[family])), **place)

    return networks()


def _entries(shape: tuple[int, ...], *, least: int) -> st.SearchStrategy[dict[tuple[int, ...], float]]:
    """A few entries of an array that are not 0, by index; fewest and first ones first."""
    count = prod(shape)
    indices = st.integers(0, count - 1).map(lambda flat: tuple(int(i) for i in np.unravel_index(flat, shape)))
    return st.dictionaries(indices, _WEIGHTS, min_size=least, max_size=min(_MOST_WEIGHTS, count))
