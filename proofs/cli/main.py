"""Commands and their options; the contract of DESIGN.md section 7. Heavy imports happen inside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ... import __version__

app = typer.Typer(
    name="convergan",
    help="A symbolic-numeric theorem checker for GAN training: does it converge locally, for every objective f?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 everything asked was proved, 1 something was refuted, 2 invalid input, 3 undecided.",
)
train = typer.Typer(help="Train proposals on data: the empirical half.", no_args_is_help=True)
app.add_typer(train, name="train")
JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="PATH", help="Write results as JSON to PATH, or - for standard output.")
]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"convergan {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Decides local convergence of GAN training proposals, with proofs."""


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Proposal files, NAME.proposal.toml.")],
    json: JsonOption = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a report and a certificate per proposal into DIR.")
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the proof of the one proposal: a lemma (FILE.tex, FILE.md) or a certificate."
        ),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence/--no-evidence", help="Confront the algebra with torch autograd.")
    ] = True,
    cases: Annotated[int, typer.Option(min=1, max=1_000_000, help="Random cases of the confrontation.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random cases.")] = 0,
) -> None:
    """Decide proposals: a verdict each, with proof or counterexample."""
    from .check import run_check

    raise typer.Exit(run_check(files, json, report, proof, evidence, cases, seed))


@app.command()
def prove(
    lemmas: Annotated[list[str] | None, typer.Argument(metavar="[LEMMA...]", help="Lemma ids; default all.")] = None,
    json: JsonOption = None,
    write: Annotated[bool, typer.Option("--write", help="Regenerate proofs/derivations/.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Fail if proofs/derivations/ is out of date.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Derive anew what is unchanged since an earlier run.")] = False,
) -> None:
    """Derive the catalogue of lemmas and compare with what is printed; by name: show the derivation."""
    from .prove import run_prove

    raise typer.Exit(run_prove(lemmas or [], json, write, check, fresh))


@app.command()
def agree(
    proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="The proposal's file.")],
    code: Annotated[
        str, typer.Argument(metavar="CODE.py:FUNCTION", help="The function; its file is imported and run.")
    ],
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--with", metavar="NAME=EXPRESSION", help="What an argument gets, in the proposal's parameters; repeatable."
        ),
    ] = None,
    player: Annotated[
        str | None, typer.Option(metavar="PLAYER", help="Whose penalty it is, where both players have one.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="How often the table of cases is gone through.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the cases.")] = 0,
    json: JsonOption = None,
) -> None:
    """Compare torch or NumPy code with a proposal's mathematics: a penalty, two losses or a vector field."""
    from .agree import run_agree

    raise typer.Exit(run_agree(proposal, code, given or [], player, rounds, seed, json))


@app.command()
def table(
    proposals: Annotated[
        list[str] | None, typer.Argument(metavar="[PROPOSAL...]", help="Proposal files; default the catalogue.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Print Table 1 of Mescheder et al. 2018, with reasons: all architectures, with and without densities."""
    from .table import run_table

    raise typer.Exit(run_table(proposals or [], json))


@train.command("2d")
def train_2d(
    proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="The proposal's file.")],
    data: Annotated[
        str | None, typer.Option(metavar="LAW", help="Such as circle, dirac:dimension=3; default circle.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=NUMBER[,...]", help="Values of a parameter; several are several members."),
    ] = None,
    objective: Annotated[
        str | None, typer.Option(metavar="F", help='What trains in the place of f = "any"; default standard.')
    ] = None,
    steps: Annotated[
        list[str] | None, typer.Option("--h", metavar="NUMBER[,...]", help="Step sizes; default 0.01.")
    ] = None,
    seeds: Annotated[list[str] | None, typer.Option("--seed", metavar="N[,...]", help="Seeds; default 0.")] = None,
    generator: Annotated[
        str | None, typer.Option(metavar="NETWORK", help="Such as mlp:width=64,layers=3; default mlp.")
    ] = None,
    discriminator: Annotated[
        str | None, typer.Option(metavar="NETWORK", help="Such as mlp:activation=tanh; default mlp.")
    ] = None,
    latent: Annotated[int | None, typer.Option(min=1, help="Dimension of a latent code; default 16.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Samples of a minibatch; default 128.")] = None,
    iterations: Annotated[int | None, typer.Option(min=1, help="Periods of the rule; default 10000.")] = None,
    every: Annotated[
        int | None, typer.Option(min=1, help="Periods between measurements and checkpoints; default 500.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Samples of a measurement; default 512, and 2048 at the end.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--change", metavar="SECTION.KEY=VALUE", help="A key of the proposal, such as training.optimizer=rmsprop."
        ),
    ] = None,
    dtype: Annotated[str | None, typer.Option(help="float32 or float64; default float32.")] = None,
    device: Annotated[str | None, typer.Option(help="Such as cpu or cuda; default cpu.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run's folder; default the next free one under runs.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    json: JsonOption = None,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw figures.")] = True,
) -> None:
    """Train a proposal on a law in the plane or in R^n, all members at once."""
    from .train import run_train_2d

    options = {
        "data": data,
        "values": values,
        "objective": objective,
        "steps": steps,
        "seeds": seeds,
        "generator": generator,
        "discriminator": discriminator,
        "latent": latent,
        "batch": batch,
        "iterations": iterations,
        "every": every,
        "samples": samples,
        "changes": changes,
        "dtype": dtype,
        "device": device,
    }
    raise typer.Exit(run_train_2d(proposal, out=out, resume=resume, json=json, plots=plots, **options))


@app.command()
def sweep(
    study: Annotated[str, typer.Argument(metavar="STUDY.toml", help="The study's file; see docs/sweeps.md.")],
    database: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where results are kept; default STUDY.db in this folder.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; default as many as there are cores.")
    ] = None,
    backend: Annotated[str, typer.Option(metavar="loky|dask|ray", help="What runs the workers.")] = "loky",
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running Dask or Ray cluster; with --backend dask or ray.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where batches train, such as cpu or cuda.")] = "cpu",
    members: Annotated[
        int | None, typer.Option(min=1, help="Runs in a batch at most; default 64, on a GPU 512.")
    ] = None,
    stop_after: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="Begin nothing new after so many seconds.")
    ] = None,
    json: JsonOption = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Draw the best settings to PATH, all settings beside it.")
    ] = None,
) -> None:
    """Do what is left of a study, in workers, into one database; killed at any moment, the same command goes on."""
    from .sweep import run_sweep

    code = run_sweep(
        study,
        database=database,
        workers=workers,
        backend=backend,
        cluster=cluster,
        device=device,
        members=members,
        stop_after=stop_after,
        json=json,
        figure=figure,
    )
    raise typer.Exit(code)


@app.command()
def verify(
    certificates: Annotated[list[Path], typer.Argument(metavar="CERTIFICATE...", help="Certificate files.")],
    json: JsonOption = None,
) -> None:
    """Check certificates again, with an independent derivation and another solver."""
    from .verify import run_verify

    raise typer.Exit(run_verify(certificates, json))


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
