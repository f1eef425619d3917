"""Texts that have no real value, and names that could collide with the program's own: both conclude nothing."""

from __future__ import annotations

import pytest

G = {"gamma": "gamma > 0"}
R1 = "gamma/2*E_real(norm(grad(D))**2)"


def d(penalty, **more):
    return {"penalty": {"discriminator": penalty}, **more}


def f(**objective):
    return {"objective": objective}


UNDEFINED = {
    "log of a negative number in f": d(R1, parameters=G, **f(f="log(t - 1)")),
    "imaginary noise": f(instance_noise="sqrt(-1)", assume="f1 != 0 and f2 > 0"),
    "imaginary weight": d("-sqrt(-2)**2*norm(psi)**2"),
    "logarithm of a negative weight": d("-log(-1)**2*norm(psi)**2"),
    "fourth power of a root": d("sqrt(psi)**4"),
    "product of roots": d("psi**0.5*psi**1.5"),
    "exp of a logarithm": d("exp(2*log(psi))"),
    "logarithm below 0": d("-log(psi**2 - 1)"),
    "root of minus a square": d("-((-psi**2)**0.5)**2"),
    "0/0 on a side": d("psi**2 + max(0, psi)/max(0, psi)"),
    "0/0 in a weight": d("psi**2/(gamma - gamma)", parameters=G),
    "negative variance": d("E_real_noisy(-D**2, -1)"),
    "unbounded under noise": d("psi**2", **f(f="exp(t**4)", instance_noise="1")),
    "undefined under noise": d(R1, parameters=G, **f(f="log(1 + t)", instance_noise="1")),
    "output outside the domain": d(R1, parameters=G, **f(fake="log(t - 2)", real="t")),
    "sign under noise": d("psi**2", **f(f="sign(t)", instance_noise="1")),
    "sign in a noisy penalty": d("E_real_noisy(sign(D - norm(grad(D))**2), 1) + psi**2"),
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_undefined_texts_never_converge(name, decide):
    for found in decide(**UNDEFINED[name]).updates.values():
        assert found.verdict.value in {"undecided", "does-not-converge"}, found.reason


PARTLY = {
    "1/gamma": d("norm(psi)**2/gamma**2", parameters={"gamma": "real"}),
    "gamma/gamma": d("gamma/gamma*norm(psi)**2", parameters={"gamma": "real"}),
    "sqrt(gamma)**4": d("sqrt(gamma)**4*norm(psi)**2", parameters={"gamma": "gamma != 0"}),
    "exp(2*log(gamma))": d("exp(2*log(gamma))*norm(psi)**2", parameters={"gamma": "gamma != 0"}),
    "0*log(gamma)": d("norm(psi)**2 + 0*log(gamma)", parameters={"gamma": "real"}),
    "variance": d("E_real_noisy(norm(grad(D))**2, gamma)", parameters={"gamma": "real"}),
    "data c/c": d("norm(psi)**2", parameters={"c": "real"}, game={"data": "c/c"}),
    "h_ratio": d("norm(psi)**2", parameters={"r": "r != 0"}, training={"h_ratio": "sqrt(r)**4"}),
    "output 1/a": d("norm(psi)**2", parameters={"a": "real"}, **f(fake="2*t - a*t**2/2", real="-t")),
    "noise": d("norm(psi)**2", parameters={"s": "real"}, **f(instance_noise="sqrt(s)**2")),
    "0**p": d("0**p*psi + norm(psi)**2", parameters={"p": "real"}),
}


@pytest.mark.parametrize("name", PARTLY)
def test_texts_that_some_parameters_make_undefined(name, decide):
    for found in decide(**PARTLY[name]).updates.values():
        assert found.verdict.value in {"undecided", "conditional"}, found.reason


def test_the_same_texts_where_they_are_defined(decide):
    for document in (
        d("norm(psi)**2/gamma**2", parameters=G),
        d("sqrt(gamma)**4*norm(psi)**2", parameters=G),
        d("exp(2*log(norm(psi)))"),
        d("E_real_noisy(norm(grad(D))**2, gamma)", parameters={"gamma": "gamma >= 0"}),
        d("sqrt(psi**2)**2"),
        d("norm(psi)**2", parameters={"r": "r > 0"}, training={"h_ratio": "sqrt(r)**4"}),
        d(R1, parameters=G, **f(f="t - log(1 + t**2)", instance_noise="1/10")),
    ):
        assert decide(**document).verdict.verdict.value == "converges"


# -- names that could collide with the program's own -----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["x", "y", "x_", "x_local", "y_local", "aux0", "aux1", "v_aux0", "u", "n_real", "epsilon_real", "epsilon_fake", "w",
     "f0", "f7", "f11", "atom0", "t0", "e", "S", "N", "zoo", "nan", "sp", "numpy", "array", "epsilon", "r0"],
)  # fmt: skip
def test_parameter_names_mean_nothing(name, decide):
    penalty = f"{name}*norm(psi)**2 + (sqrt(1 + b**2) - 1)*norm(psi)**2"
    document = d(penalty, **f(instance_noise="1", assume="f1 != 0 and f2 <= 0"))
    yes = decide(parameters={name: f"{name} > 0", "b": "real"}, **document)
    no = decide(parameters={name: f"{name} < 0", "b": "b == 0"}, **d(f"{name}*norm(psi)**2"))
    assert {v.verdict.value for v in yes.updates.values()} == {"converges"}
    assert {v.verdict.value for v in no.updates.values()} == {"does-not-converge"}
