"""What `lstm-course data` says and does."""

from lstm_course.common.files import course_folder, write
from lstm_course.data.reviews import imdb
from lstm_course.data.shipping import DataError, listed, sha256, shipped

REVIEWS = "reviews.tsv.bz2"


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


def regenerate_reviews():
    """Write the reviews into the datasets folder anew.

    Returns:
        A str: whether they are the same bytes as the listed ones, and if not, what to list.

    Raises:
        DataError: if the file cannot be written.
    """
    from lstm_course.data.reviews.writer import write_reviews

    folder = course_folder("datasets")
    content = write_reviews()
    try:
        write(folder / REVIEWS, content)
    except OSError as error:
        raise DataError(f"{folder / REVIEWS} cannot be written: {error.strerror}.") from None
    if listed(folder / "README.md").get(REVIEWS) == sha256(content):
        return f"{folder / REVIEWS}: {len(content):,} bytes, the same as listed in README.md."
    return (
        f"{folder / REVIEWS} is new: write {len(content):,} bytes and the SHA-256 {sha256(content)} "
        "into README.md beside it."
    )
