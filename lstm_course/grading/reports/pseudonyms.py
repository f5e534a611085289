"""Names that stand for learners, always the same ones, and that only who has the key can lead back."""

import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from lstm_course.common.files import write
from lstm_course.common.trouble import Trouble

__all__ = ["KeyTrouble", "pseudonym", "read_key", "without_names"]


class KeyTrouble(Trouble):
    """The file with the key is none; the message says what to do."""


def read_key(path: str | Path, out: str | Path) -> bytes:
    """The key in a file, which is made where there is none.

    Args:
        path: of the file.
        out: folder that will be handed on; the key may not lie in it.

    Returns:
        32 bytes.

    Raises:
        KeyTrouble: it lies where it would be handed on, or holds something else.
    """
    path = Path(path)
    if path.resolve().is_relative_to(Path(out).resolve()):
        raise KeyTrouble(f"{path} lies in the folder that you hand on: keep the key at another place.")
    if not path.exists():
        write(path, f"{secrets.token_hex(32)}\n".encode())
        path.chmod(0o600)
    text = path.read_bytes().strip()
    if not re.fullmatch(rb"[0-9a-f]{64}", text):
        raise KeyTrouble(f"{path} holds no key: name a file that does not exist yet, and one is made.")
    return bytes.fromhex(text.decode())


def pseudonym(key: bytes, who: str) -> str:
    """What stands for a learner: the same for the same key and name, and of no use without the key.

    Args:
        key: as `read_key` gives it.
        who: name; capitals, blanks and the way in which accents are written make no difference.

    Returns:
        "L-" and ten hexadecimal digits of HMAC-SHA256 (RFC 2104).

    Example:
        >>> pseudonym(b"k", "Ada  Lovelace") == pseudonym(b"k", "ada lovelace") != pseudonym(b"K", "ada")
        True
    """
    folded = " ".join(unicodedata.normalize("NFKC", who).casefold().split())
    return "L-" + hmac.digest(key, folded.encode("utf-8", "surrogatepass"), "sha256").hex()[:10]


_PROSE = re.compile(r"""(\"{3}|'{3}).*?\1|"[^"\n]*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL)


def without_names(code: str, names: Iterable[str]) -> str:
    """Code in whose comments and strings "NAME" stands where one of the names stood.

    What is no prose stays as it is, or somebody called Max would change what the code does.

    Args:
        code: an answer.
        names: of learners; each word of three letters or more of a name counts as one.

    Returns:
        A str.

    Example:
        >>> without_names("h = max(h, 0)  # by Max, adapted", ["Max Ernst"])
        'h = max(h, 0)  # by NAME, adapted'
    """
    words = sorted({word for name in names for word in re.findall(r"[^\W\d_]{3,}", name)}, key=len)
    if not words:
        return code
    named = re.compile(rf"(?<![^\W_])(?:{'|'.join(reversed(words))})(?![^\W_])", re.IGNORECASE)
    return _PROSE.sub(lambda prose: named.sub("NAME", prose[0]), code)
