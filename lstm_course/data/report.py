"""What `lstm-course data` says and does."""

from lstm_course.common.files import course_folder, write
from lstm_course.data.reviews import imdb
from lstm_course.data.shipping import DataError, listed, sha256, shipped

WRITTEN = {"reviews": "reviews.tsv.bz2", "messages": "messages.csv", "town": "town.csv"}


def listing():
    """Where each set of data is and whether it is what it should be.

    Returns:
        `(sentences, all_right)`: a list of str, and whether no file that ships is missing or changed.
    """
    folder = course_folder("datasets")
    sentences, all_right = [f"Shipped with the course, in {folder}:"], True
    for name in listed(folder / "README.md"):
        try:
            size = shipped(name).stat().st_size
            sentences.append(f"  {name:24}{size:10,} bytes  verified")
        except DataError as error:
            all_right = False
            sentences.append(f"  {name:24}{error}")
    sentences.append(f"In the cache, {imdb.path().parent}:")
    return [*sentences, f"  {imdb.path().name:24}{_imdb()}"], all_right


def _imdb():
    if not imdb.path().is_file():
        return "not there; `lstm-course data imdb` downloads it (84 MB)"
    try:
        imdb.read()
    except DataError as error:
        return str(error)
    return f"{imdb.path().stat().st_size:10,} bytes  verified"


def regenerate(name):
    """Write a file that the course has made into the datasets folder anew.

    Args:
        name: one of `WRITTEN`, a str.

    Returns:
        A str: whether it is the same bytes as the listed ones, and if not, what to list.

    Raises:
        DataError: if the file cannot be written.
    """
    file = WRITTEN[name]
    path, content = course_folder("datasets") / file, _written(name)
    try:
        write(path, content)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from None
    if listed(path.parent / "README.md").get(file) == sha256(content):
        return f"{path}: {len(content):,} bytes, the same as listed in README.md."
    return (
        f"{path} is new: write {len(content):,} bytes and the SHA-256 {sha256(content)} "
        "into README.md beside it."
    )


def _written(name):
    """The bytes of a file; each writer is imported only when it is asked for."""
    if name == "reviews":
        from lstm_course.data.reviews.writer import write_reviews

        return write_reviews()
    if name == "messages":
        from lstm_course.data.messages.writer import SHIPPED, table_of, written_messages

        return table_of(written_messages(SHIPPED))
    from lstm_course.data.series.hourly.writer import written_year

    return written_year()
