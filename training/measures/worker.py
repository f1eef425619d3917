"""One worker process: tasks come in on its standard input, answers go out on its standard output.

Started by path, so that neither the caller's main module nor the package's training code is imported. It ends when its
input ends, after the task that it has at most: no worker outlives for long the program that started it, even one that
was killed.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys


def serve() -> None:
    """Answer tasks until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the caller's to handle
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    while True:
        try:
            # From the package's own ``workers``, through a pipe that nobody else holds.
            path, call = pickle.load(source)  # noqa: S301
        except EOFError:
            return
        try:
            sys.path[:] = path
            function, arguments = pickle.loads(call)  # noqa: S301
            reply = pickle.dumps((True, function(*arguments)), protocol=5)
        except Exception as error:
            reply = pickle.dumps((False, f"{type(error).__name__}: {error}"))
        try:
            answers.write(reply)
            answers.flush()
        except BrokenPipeError:
            os._exit(1)  # nobody is left to answer to


if __name__ == "__main__":
    serve()
