"""``CODE.py:FUNCTION``: the user's function, imported as the user's own repository imports it.

A file inside packages is imported by its dotted name from the folder above the outermost package, so that its relative
imports and those of sibling packages work. That folder and the working directory are on the path while the code is in
use, as they are for ``python -m``; convergan's own modules are relative imports and are not shadowed by them.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ...symbolic.errors import closest
from .errors import CodeError
from .surroundings import user_surroundings


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function of the user's.

    Attributes:
        where: ``CODE.py:FUNCTION`` as it was given.
        function: What to call.
        file: The file's absolute path.
        root: The folder that its imports start from.
    """

    where: str
    function: Callable[..., Any]
    file: Path
    root: Path

    @property
    def text(self) -> str:
        """The signature, for messages."""
        try:
            return f"{self.where.rsplit(':', 1)[-1]}{inspect.signature(self.function)}"
        except (TypeError, ValueError):
            return self.where.rsplit(":", 1)[-1]


def load_function(where: str) -> UserFunction:
    """Imports the file and finds the function.

    Args:
        where: ``CODE.py:FUNCTION``; a dotted name finds static methods.

    Raises:
        CodeError: If there is no such file or function, or importing the file fails.
    """
    path_text, separator, name = where.rpartition(":")
    if not separator or not name or not path_text:
        raise CodeError(where, "a file and a function are needed", "write CODE.py:FUNCTION")
    file = Path(path_text)
    if not file.is_file():
        raise CodeError(where, f"no such file: {path_text}", "check the path")
    if file.suffix != ".py":
        raise CodeError(where, f"not a Python file: {path_text}", "write CODE.py:FUNCTION")
    file = file.resolve()
    root, dotted = _import_name(file)
    with user_surroundings(root):
        module = _imported(where, file, dotted)
    return UserFunction(where, _attribute(where, module, name), file, root)


def _import_name(file: Path) -> tuple[Path, str]:
    """The folder to import from and the dotted name in it."""
    parts, folder = [file.stem], file.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier() and folder != folder.parent:
        parts.insert(0, folder.name)
        folder = folder.parent
    if parts[-1] == "__init__":
        parts.pop()
    return folder, ".".join(parts)


def _imported(where: str, file: Path, dotted: str) -> ModuleType:
    """The module; one of that name from elsewhere is another one, and a file alone gets a name of its own."""
    known = sys.modules.get(dotted)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known
    try:
        if "." in dotted:
            module = importlib.import_module(dotted)
            if getattr(module, "__file__", None) == str(file):
                return module
        name = f"_convergan_user_code_{abs(hash(str(file))):x}"
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses and pickles of the module look it up
        spec.loader.exec_module(module)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise CodeError(where, f"importing it failed: {described(error, file)}", "it must import by itself") from None
    return module


def _attribute(where: str, module: ModuleType, name: str) -> Callable[..., Any]:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            names = [key for key, value in vars(found).items() if callable(value) and not key.startswith("_")]
            raise CodeError(where, f"no function {part!r} in it", closest(part, names) if names else "it has none")
        found = getattr(found, part)
    if inspect.isclass(found) or not callable(found):
        kind = "a class" if inspect.isclass(found) else f"a {type(found).__name__}"
        raise CodeError(where, f"{name!r} is {kind}", "name a function; wrap a method in one that builds its object")
    return found


def described(error: BaseException, file: Path) -> str:
    """An exception in one line: what, and at which line of the user's file."""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == str(file) and error.lineno:
        lines.append(error.lineno)
    message = " ".join(str(error).split())
    place = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {message[:200]}{place}" if message else f"{type(error).__name__}{place}"
