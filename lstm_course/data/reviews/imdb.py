"""The Large Movie Review Dataset (Maas et al. 2011): from the published archive into the cache.

The archive holds 50,000 labelled reviews, one small file each, which takes minutes to read on some systems.
The cache holds them as one compressed file that is there in full or not at all. Neither is part of the
course: the archive comes from Stanford, or from a file of your own.
"""

import contextlib
import gzip
import hashlib
import re
import secrets
import sys
import tarfile
import time
import urllib.request
import zlib
from http.client import HTTPException
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from lstm_course.common.files import replacing, try_lock
from lstm_course.data.shipping import DataError, cache_folder

URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
BYTES = 84_125_825
ARCHIVE = "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe"  # SHA-256 of the published file
REVIEWS = "351d00bf923b43e36a86621e39e47e0d856c10eb625f1251a04dec4d74555423"  # SHA-256 of the reviews in it
CACHED = "imdb.npz"
EACH = 12_500
SPLITS = ("train", "test")
LABELS = {"neg": 0, "pos": 1}
LONGEST = 1 << 20  # bytes; no review in it has more than 14,000
CHUNK = 1 << 18
HELP = (
    f"Download {URL} by other means and type `lstm-course data imdb --from FILE`, or go on with the "
    "reviews that come with the course, `load_reviews()`."
)

_MEMBER = re.compile(r"(?:\./)?aclImdb/(train|test)/(neg|pos)/(\d{1,5})_\d{1,2}\.txt")


def path():
    """Where the reviews lie once they are in the cache."""
    return cache_folder() / CACHED


def fetch(archive=None):
    """Put the reviews into the cache, if they are not there yet.

    Only one process at a time does so; others wait for it. A download says how far it is.

    Args:
        archive: path of the published archive, or of another .tar.gz with the same reviews; default None,
            download it.

    Returns:
        The path of the cached file.

    Raises:
        DataError: if that fails; the cache is as before then.
    """
    if archive is None and path().is_file():
        return path()
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        with _alone():
            if archive is not None or not path().exists():
                _convert(archive)
    except OSError as error:
        raise DataError(
            f"The reviews cannot be kept in {path().parent}: {_why(error)}. Make room there, or "
            "name another folder in the environment variable LSTM_COURSE_CACHE."
        ) from None
    return path()


def read():
    """Read the cached reviews.

    Returns:
        A dict from split to `(texts, labels)`: list of 25,000 str, array of 25,000 int64. In each split the
        negative reviews come first, in the order of their numbers.

    Raises:
        DataError: if the cached file is damaged.
    """
    try:
        with np.load(path()) as arrays:
            return {
                split: (
                    _cut(arrays[f"{split}_text"].tobytes(), arrays[f"{split}_ends"]),
                    np.tile(np.arange(len(LABELS)), EACH),
                )
                for split in SPLITS
            }
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        raise DataError(
            f"{path()} is damaged: delete it and fetch the reviews again with `lstm-course data imdb`."
        ) from None


def _cut(content, ends):
    return [content[start:end].decode() for start, end in zip([0, *ends[:-1]], ends, strict=True)]


@contextlib.contextmanager
def _alone():
    """Keeps other processes out while the cache is filled; the end of the process opens the lock too."""
    with (cache_folder() / ".lock").open("ab") as file:
        while not try_lock(file):
            time.sleep(0.1)
        yield


def _convert(archive):
    """Archive or download to cached file."""
    downloaded = path().with_name(f".{CACHED}.{secrets.token_hex(4)}.tar.gz")
    try:
        if archive is None:
            _download(downloaded)
            reviews = extract(downloaded)
        else:
            reviews = extract(Path(archive))
            _require_right(reviews, Path(archive))
        with replacing(path()) as file:
            np.savez_compressed(file, **_joined(reviews))
    finally:
        with contextlib.suppress(OSError):
            downloaded.unlink()


def _download(target):
    """Fetch the published archive; nothing but exactly that is accepted."""
    digest, done = hashlib.sha256(), 0
    with target.open("xb") as file:
        for chunk in _received():
            done += len(chunk)
            digest.update(chunk)
            file.write(chunk)
            _tell(done)
            if done > BYTES:
                break
    if digest.hexdigest() != ARCHIVE:
        raise DataError(
            f"What came from {URL} is not the published archive ({done:,} of {BYTES:,} bytes, or "
            f"another SHA-256). Try again later. {HELP}"
        )


def _tell(done):
    """How far the download is, in a line that is written over; nothing where nobody is looking."""
    if sys.stdout.isatty() or "ipykernel" in sys.modules:
        print(f"\r{done / 1e6:.0f} of {BYTES / 1e6:.0f} MB", end="" if done < BYTES else "\n", flush=True)


def _received():
    """The archive in pieces, as the network brings them."""
    try:
        with urllib.request.urlopen(URL, timeout=30) as answer:
            while chunk := answer.read(CHUNK):
                yield chunk
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise DataError(f"The reviews cannot be downloaded ({reason}). {HELP}") from None


def extract(archive):
    """The reviews of an archive, a dict from (split, label) to a dict from number to bytes.

    Nothing is written, and what does not look like a labelled review is passed over.
    """
    reviews = {(split, label): {} for split in SPLITS for label in LABELS}
    try:
        with tarfile.open(archive, "r|gz") as members:
            for member in members:
                name = _MEMBER.fullmatch(member.name)
                if name and member.isfile() and member.size <= LONGEST:
                    split, label, number = name.groups()
                    reviews[split, label][int(number)] = members.extractfile(member).read()
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
        raise DataError(f"{archive} is damaged, cut off or no .tar.gz. {HELP}") from None
    except OSError as error:
        raise DataError(f"{archive} cannot be read: {_why(error)}.") from None
    found = sum(map(len, reviews.values()))
    if any(len(part) != EACH for part in reviews.values()):
        raise DataError(
            f"{archive} holds {found:,} labelled reviews where {4 * EACH:,} are expected; it may "
            f"be damaged or cut off. {HELP}"
        )
    return reviews


def _require_right(reviews, archive):
    """Refuse an archive that is neither the published one nor another with the same reviews."""
    if digest_of(reviews) == REVIEWS:
        return
    with archive.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() == ARCHIVE:
            return
    raise DataError(f"{archive} does not hold the published reviews: some texts were changed. {HELP}")


def digest_of(reviews):
    digest = hashlib.sha256()
    for (split, label), part in reviews.items():
        for number, text in sorted(part.items()):
            digest.update(f"{split}/{label}/{number}/{len(text)}\n".encode() + text)
    return digest.hexdigest()


def _joined(reviews):
    """The arrays of the cached file: all texts of a split in one, and where each ends."""
    arrays = {}
    for split in SPLITS:
        by_label = ([text for _, text in sorted(reviews[split, label].items())] for label in LABELS)
        texts = [text for pair in zip(*by_label, strict=True) for text in pair]
        arrays[f"{split}_text"] = np.frombuffer(b"".join(texts), np.uint8)
        arrays[f"{split}_ends"] = np.cumsum([len(text) for text in texts])
    return arrays


def _why(error):
    return error.strerror or str(error)
