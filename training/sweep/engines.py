"""Where slices are computed: joblib with its loky, Dask or Ray back end, or this process."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..runs.extras import MissingExtraError, require

BACKENDS = ("loky", "dask", "ray")
# Idle workers end soon: also those whose coordinator was killed.
_IDLE_SECONDS = 30
# Seconds that a cluster has for its first answer.
_PATIENCE = 20


class EngineError(RuntimeError):
    """Workers that cannot be had; names the back end, what is wrong and the mend."""


@dataclass(frozen=True)
class Engine:
    """Workers.

    Attributes:
        workers: Slices that are computed at once.
        parallel: From ``joblib.delayed`` calls to their results, in the order in which they end. Calls are taken from
            the iterable as workers become free, in other threads; an error of the engine ends the iteration.
    """

    workers: int
    parallel: Callable[[Iterator[Any]], Generator[Any, None, None]]


def available_workers() -> int:
    """The cores that this process may use."""
    import joblib

    return joblib.cpu_count()


@contextmanager
def engine(backend: str, workers: int, cluster: str | None = None) -> Iterator[Engine]:
    """Workers for the duration of a block.

    Args:
        backend: One of ``BACKENDS``.
        workers: How many processes on this machine; 1 with loky is this process itself. With a cluster: how many slices
            are computed at once, 0 for as many as the cluster has cores.
        cluster: The address of a running Dask or Ray cluster.

    Raises:
        MissingExtraError: If a library is missing.
        EngineError: If the cluster cannot be reached.
    """
    require("joblib", "sweeps")
    if cluster is not None and backend == "loky":
        raise EngineError(f"--cluster {cluster}: loky has workers on this machine only; add --backend dask or ray")
    with {"loky": _loky, "dask": _dask, "ray": _ray}[backend](workers, cluster) as found:
        yield found


@contextmanager
def _loky(workers: int, _: str | None) -> Iterator[Engine]:
    import joblib

    with joblib.parallel_config("loky", n_jobs=workers, idle_worker_timeout=_IDLE_SECONDS):
        try:
            yield Engine(workers, _streaming(workers))
        finally:
            if workers > 1:
                from joblib.externals.loky import get_reusable_executor

                get_reusable_executor().shutdown(wait=True, kill_workers=True)


@contextmanager
def _dask(workers: int, cluster: str | None) -> Iterator[Engine]:
    _require_cluster("distributed", "--backend dask")
    import joblib
    from distributed import Client, LocalCluster

    if cluster is None:
        # A worker process that dies is started again by its nanny; what it held is computed elsewhere.
        local = LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0")
        with local, Client(local), joblib.parallel_config("dask"):
            yield Engine(workers, _streaming(workers))
        return
    try:
        client = Client(cluster, timeout=f"{_PATIENCE}s")
    except (OSError, ValueError) as error:
        raise EngineError(
            f"--cluster {cluster}: no Dask scheduler answers: {error}; start one with dask scheduler"
        ) from None
    with client, joblib.parallel_config("dask"):
        count = workers or joblib.effective_n_jobs(-1)
        if count == 0:
            raise EngineError(f"--cluster {cluster}: the scheduler has no workers; start dask worker {cluster}")
        yield Engine(count, _streaming(count))


@contextmanager
def _ray(workers: int, cluster: str | None) -> Iterator[Engine]:
    _require_cluster("ray", "--backend ray")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import joblib
    import ray  # pyright: ignore[reportMissingImports]  # not among the development tools
    from ray.util.joblib import register_ray  # pyright: ignore[reportMissingImports]

    own: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False} if cluster is None else {"address": cluster}
    try:
        if cluster is not None:
            _knock(cluster)
        ray.init(**own, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError) as error:
        where = "--backend ray" if cluster is None else f"--cluster {cluster}"
        reason = str(error).splitlines()[0]
        raise EngineError(f"{where}: no Ray cluster answers: {reason}; start one with ray start --head") from None
    try:
        register_ray()
        with joblib.parallel_config("ray"):
            count = workers or joblib.effective_n_jobs(-1)
            yield Engine(count, _in_rounds(count))
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Ray itself would try for minutes.

    Raises:
        OSError: If nobody answers there.
        ValueError: For what is no address.
    """
    if address != "auto":
        host, _, port = address.rpartition("://")[2].rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError("write HOST:PORT, ray://HOST:PORT or auto")
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()


def _require_cluster(library: str, purpose: str) -> None:
    with suppress(MissingExtraError):
        return require(library, purpose)
    raise MissingExtraError(f"{purpose}: {library} is not installed; pip install convergan[cluster]")


def _streaming(workers: int) -> Callable[[Iterator[Any]], Generator[Any, None, None]]:
    """Results as they come."""
    import joblib

    def streaming(calls: Iterator[Any]) -> Generator[Any, None, None]:
        # A new one each time: the pool of the last one may be broken.
        parallel = joblib.Parallel(workers, return_as="generator_unordered", batch_size=1, pre_dispatch=workers)
        return parallel(calls)  # pyright: ignore[reportReturnType]

    return streaming


def _in_rounds(workers: int) -> Callable[[Iterator[Any]], Generator[Any, None, None]]:
    """As many calls as there are workers, again and again: Ray's back end has no results before all are there."""
    import joblib

    def rounds(calls: Iterator[Any]) -> Generator[Any, None, None]:
        while some := list(islice(calls, workers)):
            yield from joblib.Parallel(workers, batch_size=1)(some)

    return rounds
