"""Ask one system the questions of `questions.py` and print its answers as JSON: `python ask.py systems/pytorch.py`.

A system that is a Python package is a file with

    FUNCTIONS                 name → function of the system's variables
    gradient(f, *at)          the derivatives of f(*variables) by each of them, as floats
    second(f, at)             the second derivative of f of one variable; left out where there is none
    value(f, *at)             f of variables, as a float
    gradient32, value32       the same in 32 bits; left out where there is no such precision
    BITS                      32 where that is all there is
    whatever else a question asks for by name

or, where the system reads programs in a language of its own, with

    LANGUAGE                  how that language writes functions and numbers, a `text.Language`
    KINDS                     which of "value", "gradient", "second", "value32", "gradient32" it can do
    batch(jobs)               for each `text.Job` a list of floats, or the name of an error

What a system has not is answered with null, what raises with the name of the exception.
"""

from __future__ import annotations

import json
import math
import runpy
import sys
import warnings
from types import SimpleNamespace
from typing import Any

from questions import QUESTIONS, TAILS
from text import Collector, FailedError, MissingError


class Functions:
    """The functions of a system by their names; one that it does not have is `MissingError`."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self._functions = functions

    def __getattr__(self, name: str) -> Any:
        if name not in self._functions:
            raise MissingError(name)
        return self._functions[name]


class System(SimpleNamespace):
    """What the file of a system defines; a name that it does not define is `MissingError`."""

    def __getattr__(self, name: str) -> Any:
        raise MissingError(name)


def answers(system: System) -> dict[str, Any]:
    """Return what the system answers to each question."""
    found = {key: answer(system, question.ask) for key, question in QUESTIONS.items()}
    return found | (dict.fromkeys(TAILS) if vars(system).get("BITS") == 32 else {})


def answer(system: System, ask: Any) -> Any:
    """Return the answer as a list of words for JSON, an object with the error, or None."""
    try:
        found = ask(system, system.m)
    except MissingError:
        return None
    except FailedError as error:
        return {"error": str(error)}
    except Exception as error:
        return {"error": type(error).__name__}
    return [word(x) for x in (found if isinstance(found, list) else [found])]


def word(x: Any) -> str:
    """Return a number as JSON keeps it whole, nan and inf included; any other answer as its own word."""
    if x is None or isinstance(x, str | bool):
        return str(x)
    if isinstance(x, complex):
        return "complex"
    x = float(x)
    return "nan" if math.isnan(x) else "-inf" if x == -math.inf else "inf" if x == math.inf else repr(x)


def main(path: str) -> None:
    """Print the answers of the system of that file."""
    warnings.simplefilter("ignore")
    names = runpy.run_path(path)
    if "LANGUAGE" in names:
        collector = Collector(names["LANGUAGE"], names["batch"])
        system = System(**names, **collector.methods(names["KINDS"]), m=Functions(names["LANGUAGE"].functions))
        answers(system)
        collector.compute()
    else:
        system = System(**names, m=Functions(names["FUNCTIONS"]))
    print("ANSWERS " + json.dumps(answers(system)))


if __name__ == "__main__":
    main(sys.argv[1])
