"""What a law of data is: a map from standard random numbers to points of R^d, with a known support.

A sample is a pure function of ``normals`` standard Gaussian and ``uniforms`` numbers of [0, 1). So the caller owns the
streams of random numbers, and the same numbers give the same points on every device.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import Field, fields
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float64]
# A window that is this much wider than the support leaves room for what a generator does beside it.
MARGIN = 1.25
# Half the width of a Gaussian that is shown: beyond it lies a share of 6e-5 of each coordinate.
DEVIATIONS = 4.0
# Half-sides of windows in which float32 has digits to spare for training.
_SMALLEST, _LARGEST = 1e-6, 1e6


class DataError(ValueError):
    """A law that does not exist; one line with the law, the option, what was given and the mend."""


class Law(ABC):
    """A law on R^d. Subclasses are frozen dataclasses, whose fields are the options.

    Attributes:
        name: As written in ``read_data``.
        dimension: d.
        intrinsic: The dimension of the support.
        normals: Standard Gaussian numbers that one sample takes.
        uniforms: Numbers uniform on [0, 1) that one sample takes.
        extent: Half the side of a square window round 0 that shows the law (where the support is unbounded, all but a
            share of about 1e-4), with a margin.
        spread: The radius that belongs to a mode; 0 where there are none.
    """

    name: ClassVar[str]
    dimension: int = 2
    intrinsic: int = 1
    normals: int = 0
    uniforms: int = 1
    extent: float
    spread: float = 0.0

    def points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        """The points that belong to random numbers.

        Args:
            normal: Standard Gaussian numbers of shape [..., normals]; fixes dtype and device, even where it is empty.
            uniform: Numbers in [0, 1) of shape [..., uniforms].

        Returns:
            Points of shape [..., d].

        Raises:
            ValueError: For other numbers of random numbers.
        """
        given = normal.shape[-1:], uniform.shape[-1:]
        if given != ((self.normals,), (self.uniforms,)) or normal.shape[:-1] != uniform.shape[:-1]:
            raise ValueError(
                f"{self.name}: a sample takes {self.normals} Gaussian and {self.uniforms} uniform numbers; given: "
                f"shapes {tuple(normal.shape)} and {tuple(uniform.shape)}"
            )
        return self._points(normal, uniform)

    def distance(self, x: torch.Tensor) -> torch.Tensor:
        """Euclidean distance to the support.

        Args:
            x: Points of shape [..., d].

        Returns:
            Distances of shape [...]; not finite where x is not.

        Raises:
            ValueError: For points of another space.
        """
        if x.shape[-1:] != (self.dimension,):
            raise ValueError(f"{self.name}: points of R^{self.dimension} are needed; given: shape {tuple(x.shape)}")
        return self._distance(x)

    def modes(self) -> torch.Tensor | None:
        """The centres of the separate pieces, of shape [m, d] in float64, each as probable; None if it is one piece."""
        return None

    def sample(self, count: int, seed: int) -> torch.Tensor:
        """Independent points of shape [count, d], in float64 on the CPU.

        Args:
            count: How many.
            seed: Of NumPy's generator.
        """
        random = np.random.default_rng(seed)
        normal = torch.from_numpy(random.standard_normal((count, self.normals)))
        return self.points(normal, torch.from_numpy(random.random((count, self.uniforms))))

    @property
    def text(self) -> str:
        """What ``read_data`` makes this law of: the name, and the options that are not the default."""
        given = [(field.name, getattr(self, field.name)) for field in options(type(self))]
        defaults = {field.name: field.default for field in options(type(self))}
        listed = ",".join(f"{name}={_written(value)}" for name, value in given if value != defaults[name])
        return f"{self.name}:{listed}" if listed else self.name

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process makes its own tables."""
        return type(self), tuple(getattr(self, field.name) for field in options(type(self)))

    @abstractmethod
    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor: ...

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        """That of a law with full support: 0 everywhere."""
        return (x * 0).sum(-1)

    def _set(self, **values: float) -> None:
        """Set what follows from the options, in ``__post_init__``."""
        extent = values.get("extent", 1.0)
        if not _SMALLEST <= extent <= _LARGEST:
            raise DataError(f"{self.name}: a law in a window of {extent:g}; choose options that make it 1e-6 to 1e6")
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _positive(self, *names: str) -> None:
        for name in names:
            if not (value := self._number(name)) > 0:
                raise self._error(name, value, "give a positive number")

    def _number(self, name: str) -> float:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._error(name, value, "give a finite number")
        return value

    def _whole(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._error(name, value, f"give a whole number from {least} to {most}")

    def _error(self, option: str, value: object, mend: str) -> DataError:
        return DataError(f"{self.name}: {option} = {_written(value)}; {mend}")

    def _table(self, name: str, values: Callable[[], Array], like: torch.Tensor) -> torch.Tensor:
        """A constant on the device and in the dtype of ``like``.

        It is copied there once: a copy from the host in every step would make the device wait, and could not be
        captured in a CUDA graph.
        """
        key = name, like.device, like.dtype
        if key not in self._tables:
            self._tables[key] = torch.from_numpy(np.array(values(), dtype=np.float64)).to(like)
        return self._tables[key]

    @cached_property
    def _tables(self) -> dict[tuple[str, torch.device, torch.dtype], torch.Tensor]:
        return {}


def options(law: type[Law]) -> tuple[Field[Any], ...]:
    """The options of a law, in order."""
    return fields(law)  # pyright: ignore[reportArgumentType]  # every law is a dataclass, their base is none


def piece(uniform: torch.Tensor, count: int) -> torch.Tensor:
    """The index of one of ``count`` equally probable pieces, as a floating number, for uniform numbers of any shape."""
    return (uniform * count).floor().clamp(max=count - 1)  # the product of a number close to 1 may be rounded up


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ":".join(map(_written, value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value) if isinstance(value, int | float) else f"{value!r}"
