"""An animated WebP whose images each change a part of the picture: the container of RFC 9649; its images are Pillow's.

Pillow's own animations take whole pictures, compare and compress each again, which is most of the time of a film.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

ANIMATED = 2  # the flag of a file with several images
AS_IT_IS = 2  # the flag of an image that covers what was there, and stays
WHITE = b"\xff" * 4


def animated_webp(changes: Iterable[tuple[int, int, Image]], milliseconds: int) -> bytes:
    """Return a lossless WebP that shows an image, and then the changes of it, each for so many milliseconds, again and
    again; before each image is its place, in even numbers."""
    chunks = [_chunk(b"ANIM", WHITE + bytes(2))]
    size = 0, 0
    for left, top, image in changes:
        size = max(size, (left + image.width, top + image.height))
        place = b"".join(_three(x) for x in (left // 2, top // 2, image.width - 1, image.height - 1, milliseconds))
        with io.BytesIO() as file:
            image.save(file, "WEBP", lossless=True, quality=0, method=0)
            chunks.append(_chunk(b"ANMF", place + bytes([AS_IT_IS]) + file.getvalue()[12:]))
    head = _chunk(b"VP8X", bytes([ANIMATED, 0, 0, 0]) + _three(size[0] - 1) + _three(size[1] - 1))
    return _chunk(b"RIFF", b"WEBP" + head + b"".join(chunks))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def _three(x: int) -> bytes:
    return x.to_bytes(3, "little")
