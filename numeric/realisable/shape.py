"""The architecture of a random realisable game: how many of what, nothing numerical."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import ceil

GENERATORS = ("affine", "scaled", "factored", "network", "rotated")
DISCRIMINATORS = ("linear", "product", "quadric", "network")
MAPS = ("waves", "polynomials", "split")


@dataclass(frozen=True, slots=True, repr=False)
class Shape:
    """Games of one shape are stacked and differentiated together.

    Attributes:
        ambient: n, the dimension of a sample.
        intrinsic: k, the dimension of the manifold M that carries the data; n stands for data with a density.
        nodes: N, the number of latent codes: a sample takes N places on M.
        generator: How theta moves the samples (``generators``).
        hidden: The generator's inner width, for ``factored`` and ``network``.
        discriminator: How psi enters D (``discriminators``).
        maps: The features of D, except for ``network``.
        features: The number of features; for ``network`` that of twin pairs of units.
        extra: Superfluous entries of psi, for ``linear`` and ``quadric``.
        curved: Whether M is curved.
        bias: Whether one feature of ``waves`` is constant.
        outside: Whether D is different from d* far away from the data.
    """

    ambient: int = 1
    intrinsic: int = 0
    nodes: int = 1
    generator: str = "affine"
    hidden: int = 0
    discriminator: str = "linear"
    maps: str = "waves"
    features: int = 1
    extra: int = 0
    curved: bool = False
    bias: bool = False
    outside: bool = False

    def __post_init__(self) -> None:
        for key, value, known in (
            ("generator", self.generator, GENERATORS),
            ("discriminator", self.discriminator, DISCRIMINATORS),
            ("maps", self.maps, MAPS),
        ):
            if value not in known:
                raise ValueError(f"{key} = {value!r}; known: {', '.join(known)}")
        for key, value, least in (
            ("ambient", self.ambient, 1),
            ("intrinsic", self.intrinsic, 0),
            ("nodes", self.nodes, 1),
            ("hidden", self.hidden, 0),
            ("features", self.features, 1),
            ("extra", self.extra, 0),
        ):
            if value < least:
                raise ValueError(f"{key} = {value}; it must be at least {least}")
        if self.intrinsic > self.ambient:
            raise ValueError(f"intrinsic = {self.intrinsic}; a manifold in R^{self.ambient} has no more dimensions")
        if self.intrinsic == 0 and self.nodes > 1:
            raise ValueError(f"nodes = {self.nodes}; data of dimension 0 are a single point: give 1")
        if self.generator == "rotated" and (self.intrinsic, self.maps) != (2, "polynomials"):
            raise ValueError(
                "generator = 'rotated' draws from a circle, whose finite sample only polynomials take for the circle: "
                "give intrinsic = 2 and maps = 'polynomials'"
            )

    @property
    def normals(self) -> int:
        """The codimension n - k of M."""
        return self.ambient - self.intrinsic

    def __repr__(self) -> str:
        """What is not the default, so that it can be pasted."""
        given = ((f.name, getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default)
        return f"Shape({', '.join(f'{name}={value!r}' for name, value in given)})"

    def text(self) -> str:
        """One line for people."""
        k, n = self.intrinsic, self.ambient
        kind = "curved" if self.curved and 0 < k < n else "flat"
        where = "a point" if k == 0 else f"a {kind} {k}-dimensional manifold" if k < n else "a density"
        inner = f" with {self.hidden} hidden" if self.hidden else ""
        entries = f" + {self.extra} superfluous" if self.extra else ""
        features = f"{self.features} twin pairs" if self.discriminator == "network" else f"{self.features} {self.maps}"
        return (
            f"{self.nodes} sample{'s' * (self.nodes > 1)} on {where} in R^{n}, G {self.generator}{inner}, "
            f"D {self.discriminator} in {features}{entries}"
        )


def fitted(
    ambient: int,
    intrinsic: int,
    *,
    generator: str = "affine",
    discriminator: str = "linear",
    maps: str = "waves",
    extra: int = 0,
    curved: bool = True,
    outside: bool = False,
) -> Shape:
    """A shape whose numbers let Assumption III hold for almost every game.

    D gets somewhat more features than G has directions to move in (III(ii)), and the data somewhat more points than are
    needed to tell the features apart (III(i)).

    Args:
        ambient: n.
        intrinsic: k; 0 for a point, n for a density.
        generator: One of ``GENERATORS``; ``rotated`` takes k = 2 and polynomials.
        discriminator: One of ``DISCRIMINATORS``.
        maps: One of ``MAPS``; without effect for ``network``.
        extra: Superfluous entries of psi, for ``linear`` and ``quadric``.
        curved: Whether the manifold is.
        outside: Whether D is different from d* far away from the data.

    Raises:
        ValueError: For twin pairs of units on data that take too few places to tell them apart.
    """
    n, k = ambient, intrinsic
    nodes = 1 if k == 0 else k + 1 if generator == "network" else 5 if generator == "rotated" else k + 3
    if maps == "split" and k > 0:
        nodes = 2 * k * (1 + k) + 2
    hidden = {"factored": k + 2, "network": nodes + 1}.get(generator, 0)
    moves = {"network": nodes * n, "rotated": 3 * n - 1}.get(generator, n * (1 + k))
    if discriminator == "network":
        maps, features = "waves", ceil((moves + 3) / (n + 2))
        if nodes * (n + 1) < features * (n + 2):
            raise ValueError(
                f"discriminator = 'network' on {nodes} samples in R^{n}: the values and slopes of D there do not "
                "determine its units; give another discriminator, or for a generator 'network' another generator"
            )
    else:
        features = {
            "waves": moves + 1 if k == 0 and n > 1 else moves + 2 if k else moves,
            "polynomials": n + k * (k + 1) // 2 + k * (n - k),
            "split": 2 * k * (1 + k) + (n - k) * (1 + k),
        }[maps]
    return Shape(n, k, nodes, generator, hidden, discriminator, maps, features, extra, curved, outside=outside)
