"""From a path or an address to the text of a CSV file."""

import io
import urllib.error
import urllib.request
import zipfile
from pathlib import Path, PurePosixPath

from lstm_course.data.shipping import DataError

__all__ = ["text_of"]

SECONDS = 30  # that a server may keep silent


def text_of(path):
    """The text of a CSV file, in whatever encoding, or of the one in a zip archive.

    Args:
        path: of the file, a str or `Path`; `~` is the home folder; an address that starts with `https://` or
            `http://` is fetched.

    Returns:
        `(name, text)`: the name of the file without its folder, and what it says.

    Raises:
        DataError: there is no such file, it cannot be read, or it holds no text.
    """
    if str(path).startswith(("https://", "http://")):
        name = PurePosixPath(str(path).split("?")[0]).name or str(path)
        content = _fetched(str(path))
    else:
        path = Path(path).expanduser()
        name, content = path.name, _read(path)
    if content.startswith(b"PK"):
        name, content = _unpacked(name, content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(f"{name} is an Excel file: save it as CSV.")
    return name, _decoded(content)


def _read(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: check the name, and the folder it is in.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None


def _fetched(address):
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return answer.read()
    except (OSError, ValueError) as error:  # URLError and HTTPError are kinds of OSError
        reason = getattr(error, "reason", error)
        raise DataError(
            f"{address} cannot be fetched ({reason}): open it in a browser, save the file and give its name."
        ) from None


def _unpacked(name, content):
    """The one CSV file in a zip archive; an Excel workbook is such an archive too."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [entry for entry in archive.namelist() if not entry.startswith("__MACOSX/")]
            if "[Content_Types].xml" in inside:
                raise DataError(f"{name} is an Excel file: save it as CSV.")
            tables = [entry for entry in inside if entry.lower().endswith((".csv", ".txt", ".tsv"))]
            if len(tables) != 1:
                raise DataError(
                    f"{name} is a zip archive with {len(tables)} CSV files, expected one: unpack it and "
                    "give the name of the file."
                )
            return PurePosixPath(tables[0]).name, archive.read(tables[0])
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise DataError(
            f"{name} is an Excel file or a zip archive that cannot be opened ({error}): save it as CSV."
        ) from None


def _decoded(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    # UTF-16 without its mark: every second byte of a table, which is digits and commas, is zero.
    even, odd = content[:2000:2], content[1:2000:2]
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros and zeros.count(0) > 0.7 * len(zeros) and others.count(0) < 0.1 * len(others):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what spreadsheets in Western Europe write
