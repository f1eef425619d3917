"""Every convention and every planted bug: the right answer, the right factor, the right cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from convergan.numeric.user_code.outcome import Outcome


@dataclass(frozen=True)
class Row:
    """What must come out."""

    proposal: str
    code: str
    holds: bool
    cause: str = ""
    where: str = ""
    factor: str = ""
    bindings: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        given = "".join(f" {k}={v}" for k, v in self.bindings.items())
        return f"{self.proposal}: {self.code}{given}"


CONVENTIONS = [
    Row("R1", "penalties.stability_r1", False, "the factor 1/2 is missing", "D's row", "2"),
    Row("R1", "penalties.stability_r1", True, bindings={"reg_param": "gamma/2"}),
    Row("R1", "penalties.stylegan_r1", True),
    Row("R1", "penalties.studio_r1", True),
    Row("R1", "penalties.reich_r1", False, "the factor 1/2 is missing", "D's row", "2"),
    Row("R1", "penalties.reich_r1", True, bindings={"weight": "gamma/2"}),
    Row("R1 and R2", "penalties.r3gan", True),
    Row("R2", "penalties.r2", True),
    Row("WGAN-GP", "penalties.wgan_gp", True),
    Row("WGAN-GP", "penalties.wgan_gp_images_only", True),
    Row("WGAN-GP", "penalties.wgan_gp_shared_weight", True),
    Row("WGAN-GP", "penalties.wgan_gp_numpy_weights", True),
    Row("DRAGAN", "penalties.dragan", True),
    Row("G penalty", "penalties.generator_penalty", True),
    Row("Nagarajan-Kolter", "penalties.nagarajan_kolter", True),
    Row("standard", "losses.standard", True),
    Row("any", "losses.standard", True),
    Row("standard", "losses.standard_by_names", True),
    Row("wasserstein", "losses.wasserstein", True),
    Row("hinge", "losses.hinge", True),
    Row("least squares", "losses.least_squares", True),
    Row("R3GAN", "losses.r3gan", True),
    Row("instance noise", "losses.instance_noise", True),
]
BUGS = [
    Row("R1", "penalties.summed_over_batch", False, "the sum over the batch is taken", factor="N"),
    Row("R1", "penalties.mean_over_entries", False, "the mean over a sample's entries is taken", factor="1/d"),
    Row("R1", "penalties.gradient_of_mean", False, "the gradient of D.mean() is taken", factor="1/N**2"),
    Row("R1", "penalties.no_graph", False, "the value has no graph"),
    Row("R1", "penalties.detached_parameters", False, "no gradient reaches the discriminator"),
    Row("R1 and R2", "penalties.no_graph_in_one", False, "its graph is cut", "E_fake"),
    Row("R1 and R2", "penalties.only_real", False, "the term is missing", "E_fake", "0"),
    Row("R1", "penalties.wrong_samples", False, "taken at generated samples"),
    Row("R1", "penalties.not_squared", False, "a root is differentiated at 0|the norm is not squared"),
    Row("R1", "penalties.squared_twice", False, "the squared norm is squared again"),
    Row("R1", "penalties.wrong_sign", False, "the sign is wrong", factor="-1"),
    Row("R1", "penalties.weight_twice", False, "the weight gamma enters twice", factor="gamma"),
    Row("R1", "penalties.no_weight", False, "the weight gamma is missing", factor="2/gamma"),
    Row("R1", "penalties.fixed_weight", False, "it is the proposal at gamma = 10", factor="10/gamma"),
    Row("R1", "penalties.of_sigmoid", False, "the gradient of sigmoid(D) is penalised"),
    Row("R1", "penalties.root_squared", False, "a root is differentiated at 0"),
    Row("R1", "penalties.over_batch_norm", False, "the sum over the batch is taken", factor="N"),
    Row("R1", "penalties.first_sample", False, "only the first sample"),
    Row("R1", "penalties.one_norm", False, "the 1-norm is taken"),
    Row("R1", "penalties.penalises_output", False, ""),
    Row("WGAN-GP", "penalties.wgan_gp_root", False, "a root is differentiated at 0"),
    Row("WGAN-GP", "penalties.wgan_gp_epsilon", False, "1e-12 is added under the root"),
    Row("WGAN-GP", "penalties.wgan_gp_axis_one", False, "over axis 1 (the channels)"),
    Row("WGAN-GP", "penalties.wgan_gp_per_pixel", False, "a weight of its own for every entry", "samples"),
    Row("WGAN-GP", "penalties.wgan_gp_real_with_real", False, "between two real samples", "samples"),
    Row("WGAN-GP", "penalties.wgan_gp_normal_weights", False, "not uniform on [0, 1]", "samples"),
    Row("WGAN-GP", "penalties.wgan_gp_half_interval", False, "not uniform on [0, 1]", "samples"),
    Row("WGAN-GP", "penalties.wgan_gp_zero_centred", False, "centred at 0"),
    Row("WGAN-GP", "penalties.wgan_gp_one_sided", False, "one-sided"),
    Row("WGAN-GP", "penalties.wgan_gp_at_real", False, "evaluated at real samples", "samples"),
    Row("DRAGAN", "penalties.dragan_positive_uniform", False, "the noise is not N(0, c I)", "samples"),
    Row("DRAGAN", "penalties.dragan_deviation", False, "the noise is not N(0, c I)", "samples"),
    Row("DRAGAN", "penalties.dragan_shared_noise", False, "noise is not N|one random number", "samples"),
    Row("G penalty", "penalties.generator_penalty_detached", False, "no gradient reaches the generator", "G's row"),
    Row("R3GAN", "losses.relativistic_average", False, "relativistic average"),
    Row("standard", "losses.saturating", False, "the saturating one of standard", "G's row"),
    Row("standard", "losses.detached_generator", False, "no gradient reaches the generator", "G's row"),
    Row("standard", "losses.exchanged", False, "the other order"),
    Row("standard", "losses.halved_real", False, "a factor 1/2 too many", "on real samples", "1/2"),
    Row("standard", "losses.averaged", False, "in every term", "D's row", "1/2"),
    Row("standard", "losses.generator_against_itself", False, "the sign is wrong", "G's row", "-1"),
    Row("standard", "losses.labels_in_one_term", False, "the labels are exchanged", "on real samples"),
    Row("standard", "losses.sigmoid_twice", False, "the sigmoid is applied twice"),
]
FIELDS = [
    Row("R1", "fields.right", True),
    Row("R1", "fields.anyf", True),
    Row("R1", "fields.d_high_on_real", True),
    Row("WGAN-GP, half", "fields.wgan_gp", True),
    Row("wasserstein", "fields.branching", True),
    Row("noise", "fields.noisy", True),
    Row("R1", "fields.doubled", False, "the factor 1/2 is missing", "v_psi", "2"),
    Row("R1", "fields.swapped", False, "the two rows are exchanged"),
    Row("R1", "fields.wrongarg", False, "f' is taken at -psi*theta", "v_theta"),
    Row("R1", "fields.inboth", False, "", "v_theta"),
    Row("R1", "fields.step", False, "the new point is returned", factor="h = 1/10"),
    Row("R1", "fields.noreg", False, "the term is missing", "v_psi", "0"),
    Row("R1", "fields.sign", False, "the sign is wrong", "v_psi", "-1"),
    Row("WGAN-GP, half", "fields.missing_sign", False, "", "v_psi"),
    Row("R1", "fields.infinite", False, "a value is not finite"),
]


# Some minutes in all, and near to others that stay.
SLOW = {
    "penalties.gradient_of_mean",
    "penalties.detached_parameters",
    "penalties.first_sample",
    "penalties.one_norm",
    "penalties.over_batch_norm",
    "penalties.no_weight",
    "penalties.squared_twice",
    "penalties.wrong_samples",
    "penalties.not_squared",
    "penalties.only_real",
    "penalties.generator_penalty_detached",
    "penalties.wgan_gp_epsilon",
    "penalties.wgan_gp_at_real",
    "penalties.wgan_gp_one_sided",
    "penalties.wgan_gp_zero_centred",
    "penalties.wgan_gp_half_interval",
    "penalties.wgan_gp_numpy_weights",
    "penalties.wgan_gp_shared_weight",
    "penalties.dragan_shared_noise",
    "losses.relativistic_average",
    "losses.averaged",
    "losses.halved_real",
    "losses.generator_against_itself",
    "losses.labels_in_one_term",
    "losses.exchanged",
    "fields.noisy",
    "fields.wrongarg",
}


def rows(table: list[Row]) -> list[object]:
    return [pytest.param(row, id=row.name, marks=[pytest.mark.slow] if row.code in SLOW else []) for row in table]


def checked(row: Row, outcome: Outcome) -> None:
    assert outcome.holds is row.holds, outcome
    assert outcome.cases > 20
    if row.holds:
        assert not outcome.causes
        assert not outcome.smallest
        return
    if row.cause:
        wanted = row.cause.split("|")
        said = [cause.text for cause in outcome.causes]
        assert any(want in text for text in said for want in wanted), said
        assert any(row.where in cause.where for cause in outcome.causes)
        assert any(row.factor == cause.factor for cause in outcome.causes) or not row.factor
        assert all(cause.mend for cause in outcome.causes if "one of" not in cause.text)
    else:
        assert "by none of the known causes" in outcome.reason
    if not any("samples" in cause.where for cause in outcome.causes):
        assert outcome.smallest
        assert "the code gives" in outcome.smallest[-1]


@pytest.mark.parametrize("row", rows(CONVENTIONS))
def test_convention(row: Row, compared: Callable[..., Outcome]) -> None:
    checked(row, compared(row.proposal, row.code, **row.bindings))


@pytest.mark.parametrize("row", rows(BUGS))
def test_planted_bug(row: Row, compared: Callable[..., Outcome]) -> None:
    checked(row, compared(row.proposal, row.code, **row.bindings))


@pytest.mark.parametrize("row", rows(FIELDS))
def test_field(row: Row, compared: Callable[..., Outcome]) -> None:
    checked(row, compared(row.proposal, row.code, **row.bindings))


def test_what_was_not_compared_is_said(compared: Callable[..., Outcome]) -> None:
    (remark,) = (r for r in compared("WGAN-GP", "penalties.wgan_gp_images_only").remarks if "fails" in r)
    assert "on vectors [N, d]" in remark
