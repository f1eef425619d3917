"""The Dirac-GAN's players as ordinary ``nn.Module`` objects, with samples as batches.

Source: Mescheder et al. 2018, Definition 2.1; data at any point and an equilibrium output d* besides.
"""

from __future__ import annotations

import torch
from torch import nn


class DiracDiscriminator(nn.Module):
    """D(x) = d* + psi x on samples of shape [N, 1].

    Attributes:
        psi: The parameter, of shape [1].
        output: The equilibrium output d*, a buffer of shape [].
    """

    output: torch.Tensor

    def __init__(self, psi: float = 0.0, output: float = 0.0, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.tensor([psi], dtype=dtype))
        self.register_buffer("output", torch.tensor(output, dtype=dtype))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The raw value at each sample.

        Args:
            x: Samples, of shape [N, 1].

        Returns:
            Of shape [N].
        """
        return self.output + x @ self.psi


class DiracGenerator(nn.Module):
    """A point mass at theta: every latent code becomes theta.

    Attributes:
        theta: The parameter, of shape [1].
    """

    def __init__(self, theta: float = 0.0, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([theta], dtype=dtype))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Samples for latent codes.

        Args:
            z: Latent codes, of shape [N, ...]; only their number matters.

        Returns:
            Of shape [N, 1].
        """
        return self.theta.expand(z.shape[0], 1)
