"""``pytest --convergan`` in a repository like StyleGAN's: what is collected, what is said, and how it is selected."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., str]
Make = Callable[[dict[str, str]], Path]
ITEMS = [
    "proposals/r1.proposal.toml::verdict",
    "proposals/r1.proposal.toml::rate",
    "proposals/wgan.proposal.toml::verdict",
    "proposals/wgan.proposal.toml::eigenvalues",
]
LOOP = "tests/test_training.py::test_loop"


def outcomes(output: str) -> dict[str, str]:
    """Outcome by node id of a verbose run, with or without workers."""
    one = re.findall(r"^(?!FAILED|ERROR|SKIPPED|XFAIL)(\S+::\S+) ([A-Z]+)", output, re.MULTILINE)
    return dict(one) or {item: word for word, item in re.findall(r"\[gw\d\].* ([A-Z]+) (\S+::\S+)", output)}


def listed(output: str) -> list[str]:
    """Node ids of a quiet --collect-only run."""
    return [line for line in output.splitlines() if "::" in line]


def junit(path: Path) -> dict[Any, Any]:
    """Properties by class and name, and the message of the only failure."""
    suite = ElementTree.parse(path).getroot()
    (failure,) = suite.iter("failure")
    assert failure.text is not None
    assert '\n  claimed            verdict = "converges"' in failure.text
    found: dict[Any, Any] = {"failure": failure.get("message")}
    for case in suite.iter("testcase"):
        properties = {entry.get("name"): entry.get("value") for entry in case.iter("property")}
        found[case.get("classname"), case.get("name")] = properties
    return found


def test_nothing_happens_unless_asked(repository: Make, run_pytest: Run) -> None:
    """Neither items, nor imports, nor a look at the settings."""
    files = {
        "tests/test_training.py": """
            import sys

            def test_imports():
                ours = sorted(name for name in sys.modules if name.split(".")[0] == "convergan")
                assert ours == ["convergan", "convergan.proofs", "convergan.proofs.pytest_plugin"]
                heavy = {"sympy", "mpmath", "z3", "cvc5", "flint", "torch", "numpy", "hypothesis", "typer", "rich"}
                assert heavy & set(sys.modules) == set()
            """,
        "pyproject.toml": "[tool.convergan]\nnonsense = 1\n",
    }
    output = run_pytest(repository(files), "-v", "-p", "no:hypothesispytest")
    assert outcomes(output) == {"tests/test_training.py::test_imports": "PASSED"}
    assert "convergan 0" not in output


def test_it_can_be_blocked(repository: Make, run_pytest: Run) -> None:
    test = "import sys\n\ndef test_none():\n    assert 'convergan' not in sys.modules\n"
    root = repository({"tests/test_training.py": test})
    assert "1 passed" in run_pytest(root, "-p", "no:convergan")


@pytest.mark.parametrize(("python", "mode"), [(("-P",), "importlib"), ((), "prepend")], ids=["importlib", "prepend"])
def test_run(repository: Make, run_pytest: Run, mode: str, python: tuple[str, ...]) -> None:
    """Claims that hold and claims that do not, beside packages of the same names as ours, also first on the path."""
    root = repository({})
    options = ["--convergan", "-v", f"--import-mode={mode}", "-p", "no:cacheprovider", "-W", "error"]
    output = run_pytest(root, *options, "--junitxml=report.xml", code=1, python=python)
    assert outcomes(output) == {LOOP: "PASSED"} | dict.fromkeys(ITEMS, "PASSED") | {ITEMS[2]: "FAILED"}
    (failure,) = re.findall(r"_ proposals/wgan.proposal.toml: verdict _+\n(.*?)\n===", output, re.DOTALL)
    lines = [line.split(maxsplit=1) for line in failure.splitlines()]
    assert lines[0][0] == "refuted:"
    assert lines[0][1].startswith("the verdict is does-not-converge: ")
    found = dict(lines[1:])
    assert found["claimed"] == 'verdict = "converges"'
    assert found["derived"] == "does-not-converge, under simultaneous descent"
    assert found["at"] == "proposals/wgan.proposal.toml:6"
    assert found["more"] == "convergan check proposals/wgan.proposal.toml"
    assert "FAILED proposals/wgan.proposal.toml::verdict - refuted: the verdict is does-not-converge" in output
    report = junit(root / "report.xml")
    assert report["proposals.r1.proposal.toml", "rate"].keys() == {"version", "verdict", "rate"}
    assert report["proposals.r1.proposal.toml", "rate"]["rate"] == "linear"
    assert report["proposals.wgan.proposal.toml", "verdict"]["verdict"] == "does-not-converge"
    assert report["failure"] == "refuted: " + lines[0][1]


# What is asked for on the command line, and which of the items it selects.
SELECTIONS: dict[str, tuple[list[str], list[str]]] = {
    "all": ([], [LOOP, *ITEMS]),
    "keyword": (["-k", "rate or eigenvalues"], [ITEMS[1], ITEMS[3]]),
    "not the marker": (["-m", "not convergan"], [LOOP]),
    "folder": (["proposals"], ITEMS),
    "node ids": ([ITEMS[1], ITEMS[2]], [ITEMS[1], ITEMS[2]]),
    "only other tests": (["tests"], [LOOP]),
    "the root": (["."], [*ITEMS, LOOP]),
    "deselected": (["--deselect", ITEMS[0], "-m", "convergan"], ITEMS[1:]),
}


@pytest.mark.parametrize(("arguments", "selected"), SELECTIONS.values(), ids=SELECTIONS)
def test_selection(repository: Make, run_pytest: Run, arguments: list[str], selected: list[str]) -> None:
    output = run_pytest(repository({}), "--convergan", "--collect-only", "-q", *arguments)
    assert listed(output) == selected


def test_collecting_is_light(repository: Make, run_pytest: Run) -> None:
    conftest = """
        import sys

        def pytest_sessionfinish(session):
            groups = [mark.kwargs["name"] for item in session.items for mark in item.iter_markers("xdist_group")]
            assert groups == [item.nodeid.split("::")[0] for item in session.items if "test_" not in item.nodeid]
            assert len(groups) == 4
            assert {"sympy", "z3", "torch", "numpy", "hypothesis", "typer", "rich"} & set(sys.modules) == set()
        """
    run_pytest(repository({"conftest.py": conftest}), "--convergan", "--collect-only")


def test_files_of_other_names_and_places(repository: Make, run_pytest: Run) -> None:
    """Named ones are collected whatever they are called, and those in the way of pytest without being named."""
    toml = '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n[tool.convergan]\nproposals = ["gan/**/*.toml"]\n'
    toml += "evidence = false\n"
    names = ["gan/.hidden/a.toml", "gan/b.toml", "gan/build/c [1].toml", "tests/d.proposal.toml", "tests/e.toml"]
    root = repository(dict.fromkeys(names, "") | {"pyproject.toml": toml, "gan/.hidden/a.toml": ""})
    output = run_pytest(root, "--convergan", "--collect-only", "-q")
    wanted = ["tests/d.proposal.toml", "tests/test_training.py", "gan/b.toml", "gan/build/c [1].toml"]
    assert sorted({line.split("::")[0] for line in listed(output)}) == sorted(wanted)
    assert listed(output)[0] == "tests/d.proposal.toml::verdict"
    assert listed(run_pytest(root, "--convergan", "--collect-only", "-q", "gan/b.toml")) == ["gan/b.toml::verdict"]


def test_options_of_the_configuration(repository: Make, run_pytest: Run) -> None:
    """The option in the user's settings, the first failure, and the last failures again."""
    toml = """
        [tool.pytest.ini_options]
        testpaths = ["tests"]
        pythonpath = ["."]
        addopts = ["--convergan"]
        [tool.convergan]
        proposals = ["proposals/wgan.proposal.toml", "proposals/*.toml"]
        evidence = false
        """
    invalid = "[proposal]\nnam = 'WGAN'\n[claim]\nrate = 'linear'\nverdict = 'converges'\n"
    root = repository({"pyproject.toml": toml, "proposals/wgan.proposal.toml": invalid})
    output = run_pytest(root, "-v", "-x", code=1)
    assert outcomes(output) == {LOOP: "PASSED", ITEMS[2]: "FAILED"}
    assert "proposal.nam: unknown key; did you mean 'name'? known: name, reference" in output
    assert outcomes(run_pytest(root, "-v", "--lf", code=1)) == {ITEMS[2]: "FAILED"}


def test_workers(repository: Make, run_pytest: Run) -> None:
    """A file to a worker, so that no proposal is decided twice; workers' reports are shown as they are without them."""
    root = repository({})
    options = ["-n", "2", "--dist", "loadfile", "-m", "convergan", "--junitxml=report.xml"]
    output = run_pytest(root, "--convergan", "-v", *options, code=1)
    shown = outcomes(output)
    assert shown == dict.fromkeys(ITEMS, "PASSED") | {ITEMS[2]: "FAILED"}
    assert len(set(re.findall(r"\[(gw\d)\].*(?:PASSED|FAILED) proposals/(\w+)", output))) == 2
    assert re.search(r"\nrefuted: the verdict is .*\n  claimed ", output)
    assert junit(root / "report.xml")["failure"].startswith("refuted: the verdict is does-not-converge")


def test_wrong_settings_are_one_line(repository: Make, run_pytest: Run) -> None:
    root = repository({"pyproject.toml": "[tool.convergan]\nproposals = ['proposal/*.toml']\n"})
    output = run_pytest(root, "--convergan", code=4)
    key = f"ERROR: {root / 'pyproject.toml'}: tool.convergan.proposals[0]: no file matches 'proposal/*.toml'"
    assert output.strip() == f"{key}; globs are relative to {root}"
    assert run_pytest(root, "--convergan", "-n", "2", code=4).strip() == output.strip()


def test_settings_that_the_rootdir_hides_are_an_error(repository: Make, run_pytest: Run) -> None:
    """An ini-file below the settings makes its folder the rootdir; named proposals must not vanish with it."""
    root = repository({"tests/pytest.ini": "[pytest]\n", "tests/test_training.py": "def test_loop():\n    pass\n"})
    said = run_pytest(root / "tests", "--convergan", code=4)
    assert "has [tool.convergan], but pytest's rootdir is" in said
    assert "--rootdir" in said


def test_a_path_in_addopts_is_no_choice_of_the_caller(repository: Make, run_pytest: Run) -> None:
    pyproject = """
        [tool.pytest.ini_options]
        pythonpath = ["."]
        addopts = ["tests"]

        [tool.convergan]
        proposals = ["proposals/*.proposal.toml"]
        evidence = false
        """
    found = listed(run_pytest(repository({"pyproject.toml": pyproject}), "--convergan", "--collect-only", "-q"))
    assert set(found) == {LOOP, *ITEMS}
