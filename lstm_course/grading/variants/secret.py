"""The secret from which an examination is drawn: made once, kept by the instructor, and never handed out.

Everything else may be known. The package that draws lies on every learner's computer, so what keeps an
answer from being looked up is that nobody can draw again without the secret: 256 random bits, from which each
question of each student gets a random stream of its own by HMAC-SHA256.
"""

import hashlib
import hmac
import os
import random
import secrets
from pathlib import Path

from lstm_course.common.trouble import Trouble

__all__ = ["VariantError", "derived", "read_or_make", "stream"]

_SHORTEST = 32  # characters: a word or a small number would be found by trying


class VariantError(Trouble):
    """Variants cannot be made or read; the message says why and what to do."""


def read_or_make(path: str | Path) -> tuple[bytes, bool]:
    """The secret in a file; where there is no such file, it is made from 256 random bits.

    Args:
        path: of the file. A new one can be read by its owner alone.

    Returns:
        The secret, and whether it is new.

    Raises:
        VariantError: it cannot be read or written, or is so short that it could be guessed.
    """
    path = Path(path)
    try:
        made = not path.exists()
        if made:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, secrets.token_hex(32) + "\n")
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise VariantError(f"The secret {path} cannot be read or made: {error}.") from None
    if len(text) < _SHORTEST or len(set(text)) < 10:
        raise VariantError(
            f"{path} holds no secret: expected {_SHORTEST} random characters or more, found {len(text)}. "
            "Name a file that does not exist, and one is made."
        )
    return text.encode(), made


def write_private(path: str | Path, text: str) -> None:
    """Write a new file that its owner alone can read.

    Args:
        path: of the file; there must be none.
        text: what it is to hold.

    Raises:
        FileExistsError: there is one.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def derived(key: bytes, *names: object) -> bytes:
    """A key for one purpose, from which nobody gets back to the key that it comes from.

    Args:
        key: the secret, or a key derived from it.
        *names: of the purpose.

    Returns:
        16 bytes.

    Example:
        >>> derived(b"secret", "ada") == derived(b"secret", "ada") != derived(b"secret", "ben")
        True
    """
    purpose = "\n".join(map(str, names)).encode("utf-8", "surrogatepass")
    return hmac.new(key, purpose, hashlib.sha256).digest()[:16]


def stream(key: bytes, *names: object) -> random.Random:
    """A random stream for one purpose.

    Args:
        key: as for `derived`.
        *names: as for `derived`.

    Returns:
        A `random.Random`, the same for the same arguments.
    """
    return random.Random(int.from_bytes(derived(key, *names), "big"))
