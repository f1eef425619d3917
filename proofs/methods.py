"""The methods of Table 1 of Mescheder et al. 2018, and those that came later, as proposals.

Each row is a document as in a proposal file; adding a method is adding a row. What the paper prints stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..symbolic.proposal import Proposal
from ..symbolic.proposal_reader import read_proposal

Document = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Method:
    """One row.

    Attributes:
        name: For people.
        source: Where it is from.
        document: Objective, penalties, training rule and parameters.
        printed: What Table 1 prints, (absolutely continuous, general); None for methods that it does not have.
        remark: What a reader should know of a difference from what is printed, or an empty string.
    """

    name: str
    source: str
    document: Document
    printed: tuple[bool, bool] | None = None
    remark: str = ""

    @property
    def proposal(self) -> Proposal:
        """The row as a proposal."""
        return read_proposal({**self.document, "proposal": {"name": self.name, "reference": self.source}})


_GAMMA = {"gamma": "gamma > 0"}
_REAL, _FAKE = "gamma/2*E_real(norm(grad(D))**2)", "gamma/2*E_fake(norm(grad(D))**2)"
_WASSERSTEIN = {"f": "wasserstein"}
_CONSENSUS = "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
_NO_SLOPES = (
    "D's slope in directions that no generated sample takes is damped by nothing: the generator converges there, D "
    "does not. On the Dirac-GAN, which the paper looks at, there is no such direction."
)


def _method(name: str, source: str, **sections: Any) -> Method:
    printed, remark = sections.pop("printed", None), sections.pop("remark", "")
    return Method(name, source, sections, printed, remark)


METHODS: tuple[Method, ...] = (
    _method("unregularised", "Goodfellow et al. 2014", printed=(True, False)),
    _method("WGAN", "Arjovsky et al. 2017", objective=_WASSERSTEIN, printed=(False, False)),
    _method(
        "WGAN-GP",
        "Gulrajani et al. 2017",
        parameters=_GAMMA,
        objective=_WASSERSTEIN,
        penalty={"discriminator": "gamma/2*E_mix((norm(grad(D)) - 1)**2)"},
        printed=(False, False),
    ),
    _method(
        "DRAGAN",
        "Kodali et al. 2017, eq. (1)",
        parameters={"lam": "lam > 0", "c": "c > 0"},
        penalty={"discriminator": "lam*E_real_noisy((norm(grad(D)) - 1)**2, c)"},
        printed=(True, False),
        remark="With densities too the penalty pushes D off a slope of 0: x* is no equilibrium of the uniform game.",
    ),
    _method(
        "instance noise",
        "Sonderby et al. 2016",
        parameters={"sigma": "sigma > 0"},
        objective={"instance_noise": "sigma"},
        printed=(True, True),
    ),
    _method(
        "ConOpt",
        "Mescheder et al. 2017",
        parameters=_GAMMA,
        penalty={"discriminator": _CONSENSUS, "generator": _CONSENSUS},
        printed=(True, True),
        remark=_NO_SLOPES,
    ),
    _method(
        "gradient penalties of Roth et al.",
        "Roth et al. 2017, for the Jensen-Shannon divergence",
        parameters=_GAMMA,
        penalty={
            "discriminator": "gamma/2*(E_real((1 - sigmoid(-D))**2*norm(grad(D))**2)"
            " + E_fake(sigmoid(-D)**2*norm(grad(D))**2))"
        },
        objective={"f": "standard"},
        printed=(True, True),
    ),
    _method(
        "R1",
        "Mescheder et al. 2018, eq. (9)",
        parameters=_GAMMA,
        penalty={"discriminator": _REAL},
        printed=(True, True),
    ),
    _method(
        "R2",
        "Mescheder et al. 2018, eq. (10)",
        parameters=_GAMMA,
        penalty={"discriminator": _FAKE},
        printed=(True, True),
    ),
    _method("non-saturating GAN", "Goodfellow et al. 2014", objective={"generator": "non-saturating"}),
    _method(
        "non-saturating GAN with R1",
        "Mescheder et al. 2018, code",
        parameters=_GAMMA,
        objective={"generator": "non-saturating"},
        penalty={"discriminator": _REAL},
    ),
    _method("least squares", "Mao et al. 2017", objective={"f": "least-squares"}),
    _method("hinge", "Lim & Ye 2017", objective={"f": "hinge"}),
    _method(
        "WGAN with R1",
        "Mescheder et al. 2018, extension to f(t) = t",
        parameters=_GAMMA,
        objective=_WASSERSTEIN,
        penalty={"discriminator": _REAL},
        remark="Converges modulo changes of D that are constant on each part of the data, where no weight is learned.",
    ),
    _method(
        "WGAN-LP",
        "Petzka et al. 2018",
        parameters=_GAMMA,
        objective=_WASSERSTEIN,
        penalty={"discriminator": "gamma/2*E_mix(max(0, norm(grad(D)) - 1)**2)"},
    ),
    _method(
        "zero-centred on mixtures",
        "Thanh-Tung et al. 2019",
        parameters=_GAMMA,
        penalty={"discriminator": "gamma/2*E_mix(norm(grad(D))**2)"},
    ),
    _method(
        "zero-centred on noisy data",
        "Kodali et al. 2017, first version",
        parameters={"lam": "lam > 0", "c": "c > 0"},
        penalty={"discriminator": "lam*E_real_noisy(norm(grad(D))**2, c)"},
    ),
    _method(
        "hinged penalty on noisy data",
        "Kodali et al. 2017, third version",
        parameters={"lam": "lam > 0", "c": "c > 0"},
        penalty={"discriminator": "lam*E_real_noisy(max(0, norm(grad(D))**2 - 1), c)"},
    ),
    _method(
        "penalty on D's output",
        "Xu et al. 2020 (CLC-GAN)",
        parameters={"lam": "lam > 0"},
        penalty={"discriminator": "lam/2*E_fake(D**2)"},
    ),
    _method(
        "gradient-regularised generator",
        "Nagarajan & Kolter 2017",
        parameters={"eta": "eta > 0"},
        penalty={"generator": "eta*norm(grad_psi(L))**2"},
    ),
    _method(
        "JARE",
        "Nie & Patel 2019",
        parameters=_GAMMA,
        penalty={"discriminator": "gamma/2*norm(grad_theta(L))**2", "generator": "gamma/2*norm(grad_psi(L))**2"},
    ),
    _method("RpGAN", "Jolicoeur-Martineau 2019", objective={"pairing": "relativistic"}),
    _method(
        "R3GAN",
        "Huang et al. 2024",
        parameters=_GAMMA,
        objective={"pairing": "relativistic"},
        penalty={"discriminator": f"{_REAL} + {_FAKE}"},
    ),
    _method("two time scales", "Heusel et al. 2017", parameters={"r": "r > 0"}, training={"h_ratio": "r"}),
    _method(
        "two time scales with R1",
        "Heusel et al. 2017",
        parameters={"r": "r > 0", **_GAMMA},
        penalty={"discriminator": _REAL},
        training={"h_ratio": "r"},
    ),
    _method(
        "weight decay on D",
        "a penalty that sees the parametrisation",
        parameters=_GAMMA,
        penalty={"discriminator": "gamma/2*norm(psi)**2"},
    ),
    _method("alternating descent", "Mescheder et al. 2018, Lemma 2.5", training={"update": "alternating"}),
    _method(
        "alternating descent with R1",
        "Mescheder et al. 2018, Theorem 4.1",
        parameters=_GAMMA,
        penalty={"discriminator": _REAL},
        training={"update": "alternating"},
    ),
    _method("WGAN, flow", "Arjovsky et al. 2017", objective=_WASSERSTEIN, training={"update": "flow"}),
    _method("extragradient", "Korpelevich 1976", training={"update": "extragradient"}),
    _method("optimistic descent", "Daskalakis et al. 2018", training={"update": "optimistic"}),
    _method("competitive descent", "Schaefer & Anandkumar 2019", training={"update": "competitive"}),
    _method("negative momentum", "Gidel et al. 2019", training={"update": "alternating", "momentum": "-1/2"}),
    _method(
        "R1 at every 16th step",
        "Karras et al. 2020 (StyleGAN2)",
        parameters=_GAMMA,
        penalty={"discriminator": _REAL},
        training={"update": "alternating", "lazy": 16},
    ),
)
