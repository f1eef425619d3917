"""Networks by name, and how a study writes them: ``mlp:width=16,layers=4,activation=tanh``."""

from __future__ import annotations

from dataclasses import MISSING, fields
from difflib import get_close_matches

from .affine import Affine
from .features import Features
from .linear import Linear
from .mlp import ACTIVATIONS, MLP
from .network import Network
from .point import Point

NETWORKS: dict[str, type[Network]] = {network.name: network for network in (MLP, Point, Linear, Affine, Features)}
# The numbers of a network are counts; what is to be trained fits into memory.
_LARGEST = 4096


class NetworkError(ValueError):
    """A text that names no network."""


def read_network(text: str, inputs: int, outputs: int) -> Network:
    """The network that a text names.

    Args:
        text: ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``.
        inputs: Dimension of one input.
        outputs: Dimension of one output.

    Raises:
        NetworkError: For an unknown name or key, or a value that does not fit.
    """
    name, _, rest = text.partition(":")
    if name not in NETWORKS:
        raise NetworkError(f"network {name!r}: unknown; {_known(name, sorted(NETWORKS))}")
    kind = NETWORKS[name]
    defaults = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    values: dict[str, int | str] = {}
    for item in filter(None, rest.split(",")):
        key, separator, value = (part.strip() for part in item.partition("="))
        if not separator or key not in defaults:
            raise NetworkError(f"network {text!r}: no key {key!r}; {_known(key, sorted(defaults))}")
        if key in values:
            raise NetworkError(f"network {text!r}: {key} is given twice; leave one out")
        values[key] = _word(text, value) if isinstance(defaults[key], str) else _count(text, key, value)
    return kind(inputs, outputs, **values)


def _word(text: str, value: str) -> str:
    if value not in ACTIVATIONS:
        raise NetworkError(f"network {text!r}: no activation {value!r}; {_known(value, sorted(ACTIVATIONS))}")
    return value


def _count(text: str, key: str, value: str) -> int:
    least = 0 if key.endswith("seed") else 1
    if not value.isdecimal() or not least <= int(value) <= _LARGEST:
        raise NetworkError(f"network {text!r}: {key} = {value!r}; write an integer from {least} to {_LARGEST}")
    return int(value)


def _known(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, 1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known) or 'none'}"
