"""The committed derivations, their index and the errata: up to date, compared as mathematics, cheap when unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import convergan
from convergan.proofs import proving
from convergan.proofs import records as records_module
from convergan.proofs.certificate import digest
from convergan.proofs.comparison import same_certificate, same_page
from convergan.proofs.index import ERRATA, INDEX, common_pages
from convergan.proofs.latex_reading import same_latex
from convergan.proofs.lemmas import catalogue
from convergan.proofs.lemmas.lemma import Status
from convergan.proofs.records import Record, find
from convergan.proofs.words import WordAlgebra
from convergan.proofs.writing import certificate_name, page_name, stale, write

FOLDER = Path(convergan.__file__).parent / "proofs" / "derivations"
IDS = sorted(catalogue())


def test_derivations_are_up_to_date(records: dict[str, Record]) -> None:
    assert stale(records.values(), common_pages(records.values()), FOLDER) == [], "run convergan prove --write"


def test_every_lemma_comes_out_as_recorded(records: dict[str, Record]) -> None:
    assert [name for name, record in records.items() if not record.as_recorded] == []
    assert Status.UNDECIDED.value not in {record.status for record in records.values()}


def test_the_index_names_every_lemma_and_links_to_its_page(records: dict[str, Record]) -> None:
    index = common_pages(records.values())[INDEX]
    for name, record in records.items():
        assert f"[{name}]({page_name(name)}) | {record.status} |" in index
        assert (FOLDER / page_name(name)).is_file()


def test_what_does_not_hold_in_print_is_among_the_errata(records: dict[str, Record]) -> None:
    text = common_pages(records.values())[ERRATA]
    for name, record in records.items():
        lemma = catalogue()[name]
        assert bool(lemma.errata) >= (record.status in ("corrected", "refuted")), name
        for erratum in lemma.errata:
            assert erratum.failing in text
            assert erratum.right in text
        assert (f"`convergan prove {name}`" in text) == bool(lemma.errata)


def test_evidence_names_tests_that_exist() -> None:
    root = FOLDER.parents[1]
    for lemma in catalogue().values():
        for path in (part for part in lemma.evidence.split("`") if part.startswith("tests/")):
            assert (root / path.partition("::")[0]).exists(), (lemma.id, path)


# -- writing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Files:
    files: dict[str, str]


def some(records: dict[str, Record]) -> list[Files]:
    return [Files(dict(records[name].files)) for name in ("mescheder2018-lemma-2.2", "mescheder2018-lemma-3.3")]


def test_stale_files_are_named(records: dict[str, Record], tmp_path: Path) -> None:
    folder, two = tmp_path / "derivations", some(records)
    first, second = "mescheder2018-lemma-2.2", "mescheder2018-lemma-3.3"
    assert len(stale(two, {}, folder)) == 4
    write(two, {"README.md": "# x"}, folder)
    assert stale(two, {"README.md": "# x"}, folder) == []
    missing, changed, left_over = page_name(first), certificate_name(second), page_name("mescheder2018-lemma-9.9")
    (folder / missing).unlink()
    (folder / changed).write_bytes((folder / changed).read_bytes().replace(b"gamma", b"gamme", 1))
    (folder / left_over).write_text("x")
    (folder / "notes.txt").write_text("not ours")
    assert stale(two, {"README.md": "# y"}, folder) == sorted([missing, changed, left_over, "README.md"])
    write(two, {"README.md": "# y"}, folder)
    assert stale(two, {"README.md": "# y"}, folder) == [left_over]


def signed(text: str) -> str:
    document = json.loads(text)
    return json.dumps(document | {"digest": digest(document)})


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("f1**2*h**2 - 2*gamma*h + 4", "4 + h**2*f1**2 - 2*h*gamma", True),
        ("-f1*h", "-(h*f1)", True),
        ("f1**2 + gamma*z + z**2", "z*(gamma + z) + f1**2", True),
        ("f1**2 + gamma*z + z**2", "f1**2 + gamma*z + z", False),
        ("-f1*h", "f1*h", False),
        ("-gamma", "-gamma - 0*h", True),
        ("proved", "corrected", False),
        ("step-1", "step-2", False),
    ],
)
def test_certificates_are_compared_as_mathematics(old: str, new: str, same: bool, records: dict[str, Record]) -> None:
    name = "mescheder2018-lemma-3.3"
    text = records[name].files[certificate_name(name)]
    assert f'"{old}"' in text
    assert same_certificate(signed(text.replace(f'"{old}"', f'"{new}"', 1)), text) is same
    assert not same_certificate(text.replace(f'"{old}"', f'"{new}"', 1), text), "the digest is wrong"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (r"f'(0)^{2} + \gamma z + z^{2}", r"z^{2} + z \gamma + f'(0)^{2}", True),
        (r"\frac{\gamma}{2} - x", r"- x + \frac{1}{2} \gamma", True),
        (r"\sqrt{x^{2} + 1}", r"\sqrt{1 + x^{2}}", True),
        (
            r"\left[\begin{matrix}0 & - a\\a & b\end{matrix}\right]",
            r"\left[\begin{matrix}0 & -a\\a&b\end{matrix}\right]",
            True,
        ),
        (r"x < 2 y", r"x < y + y", True),
        (r"a - b", r"b - a", False),
        (r"a^{2}", r"a_{2}", False),
        (r"x < y", r"x > y", False),
        (r"f'(0)", r"f''(0)", False),
        (r"\frac{a}{b}", r"\frac{b}{a}", False),
        (r"x \leq y", r"x < y", False),
        (r"\sqrt{x^{2}}", r"x", False),
        (r"a b", r"a + b", False),
        (r"\left[\begin{matrix}a & b\end{matrix}\right]", r"\left[\begin{matrix}b & a\end{matrix}\right]", False),
        (r"\int x", r"\int x^{1}", False),
        ("eps", "spe", False),
        ("ii", "-1", False),
        ("v(x)", "v x", False),
        ("1 2", "2", False),
        ("re > 0", "er > 0", False),
        ("i i", "-1", True),
    ],
)
def test_formulas_are_compared_as_mathematics(left: str, right: str, same: bool) -> None:
    assert same_latex(left, right) is same
    assert same_latex(right, left) is same


def test_letters_of_words_do_not_change_places() -> None:
    assert same_latex("x B Bt", "B x Bt", frozenset({"B", "Bt"}))
    assert not same_latex("B Bt", "Bt B", frozenset({"B", "Bt"}))
    assert same_latex("B Bt", "Bt B")


def test_pages_are_compared_word_by_word(records: dict[str, Record]) -> None:
    name = "mescheder2018-lemma-3.3"
    page = records[name].files[page_name(name)]
    assert same_page(page.replace("\n\n", "\n \n"), page)
    assert not same_page(page.replace("proved", "refuted", 1), page)
    assert not same_page(page.replace("- \\gamma", "\\gamma", 1), page)
    assert not same_page(page.replace("step", "stop", 1), page)


# -- words in matrices -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("(K + Q)*(K - Q)", "K**2 - K*Q + Q*K - Q**2", True),
        ("(K + Q)*(K - Q)", "K**2 - Q**2", False),
        ("a*K*b*Q", "a*b*K*Q", True),
        ("K*Q", "Q*K", False),
        ("(K*Q)/a", "K*Q*(1/a)", True),
        ("-(Q + P)*K", "-P*K - Q*K", True),
        ("2*K", "K + K", True),
    ],
)
def test_words_do_not_commute(left: str, right: str, same: bool) -> None:
    algebra = WordAlgebra({"a", "b"}, {"K", "Q", "P"})
    assert algebra.equal(algebra.read(left), algebra.read(right)) is same


# -- the cache ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[Path]]:
    monkeypatch.setenv("CONVERGAN_CACHE", str(tmp_path))
    return lambda: sorted((tmp_path / "lemmas").glob("*"))


def test_an_unchanged_lemma_is_not_derived_again(
    cache: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "mescheder2018-lemma-2.2"
    (first,) = proving.records([name])
    assert [path.name.startswith(name) for path in cache()] == [True]

    def never(lemma: object) -> None:
        raise AssertionError(f"derived again: {lemma}")

    monkeypatch.setattr(proving, "derive_lemma", never)
    assert list(proving.records([name])) == [first]
    with pytest.raises(AssertionError, match="derived again"):
        list(proving.records([name], fresh=True))


def test_a_changed_engine_is_another_key(cache: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch) -> None:
    name = "mescheder2018-lemma-2.2"
    list(proving.records([name]))
    assert find(catalogue()[name]) is not None
    monkeypatch.setattr(records_module, "_surroundings", lambda: "another engine")
    assert find(catalogue()[name]) is None
    list(proving.records([name]))
    assert len(cache()) == 1, "the old record is gone"


def test_damaged_records_and_closed_folders_do_no_harm(
    cache: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "mescheder2018-lemma-2.2"
    list(proving.records([name]))
    (path,) = cache()
    good = path.read_text()
    changed = good.replace('"corrected"', '"proved"'), good.replace('"text": "', '"text": "x')
    for text in ("", "{", "[]", '{"id": 1}', '{"record": {}, "digest": ""}', *changed):
        assert text != good
        path.write_text(text)
        assert find(catalogue()[name]) is None
    (record,) = proving.records([name])
    assert record.status == "corrected"
    blocked = tmp_path / "file"
    blocked.write_text("x")
    monkeypatch.setenv("CONVERGAN_CACHE", str(blocked))
    (again,) = proving.records([name])
    assert again.status == record.status


def test_several_lemmas_come_in_order(cache: Callable[[], list[Path]]) -> None:
    names = ["mescheder2018-lemma-3.3", "mescheder2018-lemma-2.2", "mescheder2018-lemma-2.3"]
    assert [record.id for record in proving.records(names)] == names
    assert len(cache()) == 3


def test_a_lemma_depends_on_those_it_imports_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(records_module, "_LEMMAS", tmp_path)
    (tmp_path / "one.py").write_text("from .two import A\nfrom .lemma import Lemma\n")
    (tmp_path / "two.py").write_text("from .one import B\n")
    assert len(records_module._sources("one", set())) == 2
