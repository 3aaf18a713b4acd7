"""The names that arguments accept: of engines and data sets. The command shows them without loading what they name."""

from __future__ import annotations

from typing import Literal

Backend = Literal["numpy", "native", "jax"]
BACKENDS: dict[str, Backend] = {"vectorized": "numpy", "native": "native", "jax": "jax"}
ENGINES = (*BACKENDS, "scalar")
SHIPPED = {"iris": "iris.csv", "digits": "digits.csv.gz"}
GENERATED = ("moons", "circles", "spirals", "xor")
