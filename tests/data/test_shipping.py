"""The data: whole and rightly listed, the reviews as fair as they claim, IMDB in full or not at all."""

import errno
import http.server
import io
import multiprocessing
import os
import re
import shutil
import tarfile
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT, run_python

from lstm_course import cli, data
from lstm_course.data import build_vocabulary, report, shipping, tokenise
from lstm_course.data.reviews import imdb, writer
from lstm_course.data.shipping import DataError

FOLDER = ROOT / "datasets"
EACH = 3  # reviews of each kind in the small archives made here


# --- what ships ---


def test_every_file_is_listed_with_its_size_and_sha256():
    table = (FOLDER / "README.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("| `")
    ]
    assert {row[0].strip("`") for row in rows} == {
        path.name for path in FOLDER.iterdir() if path.suffix != ".md"
    }
    for name, what, source, licence, size, digest in rows:
        content = (FOLDER / name.strip("`")).read_bytes()
        assert int(size.replace(",", "")) == len(content), name
        assert digest.strip("`") == shipping.sha256(content), name
        assert what and source and licence, name


def test_every_file_has_a_datasheet():
    _, *sheets = (FOLDER / "DATASHEETS.md").read_text("utf-8").split("\n## ")
    names = [sheet.splitlines()[0].strip("`") for sheet in sheets]
    assert set(names) >= {path.name for path in FOLDER.iterdir() if path.suffix != ".md"}
    for sheet in sheets:
        asked = re.findall(r"^\* \*\*(\w+)\.\*\* \w", sheet, re.MULTILINE)
        assert [word for word in asked if word != "People"] == ["Why", "How", "Limits"], sheet[:40]


def test_a_changed_or_missing_file_is_refused_with_what_to_do(tmp_path, monkeypatch):
    shutil.copytree(FOLDER, tmp_path / "datasets")
    monkeypatch.setattr(shipping, "course_folder", lambda name: tmp_path / name)
    assert data.shipped("co2.csv") == tmp_path / "datasets" / "co2.csv"
    (tmp_path / "datasets" / "co2.csv").write_bytes(b"date,value\n")
    with pytest.raises(DataError, match=r"co2\.csv is not the file .*git checkout"):
        data.load_co2()
    (tmp_path / "datasets" / "reviews.tsv.bz2").unlink()
    with pytest.raises(DataError, match=r"reviews\.tsv\.bz2 cannot be read .*install the course again"):
        data.load_reviews()
    with pytest.raises(DataError, match="not among the data files"):
        data.shipped("../README.md")


# --- the reviews ---


@pytest.fixture(scope="module")
def reviews():
    return data.load_reviews()


def sentences(text):
    return re.split(r"(?<=\.) ", text)


def decisive(text, distance):
    """The sentence that ends `distance` words before the end of the text."""
    parts = sentences(text)
    while distance:
        distance -= len(tokenise(parts.pop()))
    return parts[-1]


def test_the_reviews_are_many_different_and_rich_in_words(reviews):
    texts = reviews.train.texts + reviews.validation.texts + reviews.test.texts
    assert len(set(texts)) == len(texts) >= 6000
    assert len(build_vocabulary(texts)) >= 2000
    assert (FOLDER / "reviews.tsv.bz2").stat().st_size < 1_500_000
    assert max(len(tokenise(text)) for text in texts) <= 120
    for text in texts:
        assert re.fullmatch(r"[A-Z][^{}]*\.", text)
        assert not re.search(r"\b[Aa] (?:[aeio]|un[^i])|\b[Aa]n [^aeiouh]|\b(\w+) \1\b", text), text


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_distances_point_at_the_end_of_the_verdict_and_are_spread_evenly(reviews, split):
    part = getattr(reviews, split)
    patterns = re.compile(
        "|".join(
            _pattern(sentence) for family in writer.FAMILIES for sentence in _phrases()[f"{family} sentences"]
        )
    )
    for text, distance in zip(part.texts, part.distances, strict=True):
        verdict = decisive(text, int(distance))
        assert patterns.fullmatch(verdict), verdict
        assert not text.startswith(verdict)  # something stands before it
    assert part.distances.min() == 5 and part.distances.max() == 80
    shares = np.histogram(part.distances, bins=[5, 20, 35, 50, 65, 81])[0] / len(part)
    assert (abs(shares - 0.2) < 0.025).all(), shares


def _phrases():
    return writer.phrases_by_name((Path(writer.__file__).parent / "phrases.txt").read_text())


def _pattern(sentence):
    return (
        re.sub(r"\\\{\w+\\\}", r"[\\w ]+", re.escape(sentence[0].upper() + sentence[1:]))
        .replace(r"\{It\}", "It")
        .replace(r"In\ ", "[Ii]n\\ ")
    )


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_no_word_and_no_sentence_tells_the_label(reviews, split):
    part = getattr(reviews, split)
    assert part.labels.mean() == 0.5
    words = [
        Counter(word for text in np.array(part.texts)[part.labels == label] for word in tokenise(text))
        for label in (0, 1)
    ]
    assert words[0] == words[1]
    around = [Counter(), Counter()]
    for text, label, distance in zip(part.texts, part.labels, part.distances, strict=True):
        telling = decisive(text, int(distance))
        around[label].update(sentence for sentence in sentences(text) if sentence != telling)
    assert around[0] == around[1]


def test_splits_share_no_sentence_and_the_test_has_no_new_word(reviews):
    parts = (reviews.train, reviews.validation, reviews.test)
    found = [{sentence for text in part.texts for sentence in sentences(text)} for part in parts]
    assert not found[0] & found[1] and not found[0] & found[2] and not found[1] & found[2]
    known = build_vocabulary(reviews.train.texts)
    assert all(word in known for part in parts for text in part.texts for word in tokenise(text))


def test_an_opinion_word_and_a_decisive_pattern_meet_in_one_split_only(reviews):
    opinions = {
        word for name, words in _phrases().items() if name.split()[-1] in ("good", "bad") for word in words
    }
    pairs = []
    for part in (reviews.train, reviews.test):
        found = set()
        for text, distance in zip(part.texts, part.distances, strict=True):
            verdict = decisive(text, int(distance))
            given = [word for word in tokenise(verdict) if word in opinions]
            if len(given) == 1:
                pattern = re.sub(r"\b(the|this) (film|book|meal|picture|novel|dinner|food)\b", "it", verdict)
                found.add((pattern.replace(given[0], "X"), given[0]))
        pairs.append(found)
    assert len(pairs[1]) > 100 and not pairs[0] & pairs[1]


def test_bag_of_words_is_no_better_than_a_coin(reviews):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = CountVectorizer(token_pattern=r"\w+")
    model = LogisticRegression(max_iter=200).fit(
        counter.fit_transform(reviews.train.texts), reviews.train.labels
    )
    assert model.score(counter.transform(reviews.test.texts), reviews.test.labels) < 0.55


def test_the_generator_gives_the_same_bytes_whatever_the_locale():
    code = (
        "from lstm_course.data.reviews.writer import write_reviews; import hashlib; "
        "print(hashlib.sha256(write_reviews()).hexdigest())"
    )
    elsewhere = os.environ | {"LC_ALL": "C", "PYTHONHASHSEED": "7"}
    written = run_python(code, options=["-X", "utf8=0"], env=elsewhere)
    assert written.strip() == shipping.sha256((FOLDER / "reviews.tsv.bz2").read_bytes())


# --- IMDB ---


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A cache of its own, and IMDB shrunk to `EACH` reviews of each kind."""
    monkeypatch.setenv("LSTM_COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(imdb, "EACH", EACH)
    archive = pack(tmp_path / "imdb.tar.gz", small_reviews())
    monkeypatch.setattr(imdb, "REVIEWS", imdb.digest_of(imdb.extract(archive)))
    return archive


def small_reviews(each=EACH):
    return {
        f"aclImdb/{split}/{label}/{number}_{stars}.txt": f"{split} {label} {number}, très <br />".encode()
        for split in ("train", "test")
        for label, stars in (("pos", 7), ("neg", 2))
        for number in reversed(range(each))
    }


def pack(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def left_in_cache():
    return sorted(path.name for path in shipping.cache_folder().iterdir() if path.name != ".lock")


def test_an_archive_becomes_reviews_and_is_needed_only_once(small, capsys):
    assert not data.has_imdb()
    assert cli.main(["data", "imdb", "--from", str(small)]) == 0
    assert str(imdb.path()) in capsys.readouterr().out
    small.unlink()
    found = data.load_imdb(validation=2)
    assert data.has_imdb() and left_in_cache() == ["imdb.npz"]
    assert found.train.texts == [
        "train neg 0, très <br />",
        "train pos 0, très <br />",
        "train neg 1, très <br />",
        "train pos 1, très <br />",
    ]
    assert found.validation.texts == ["train neg 2, très <br />", "train pos 2, très <br />"]
    assert found.train.labels.tolist() == [0, 1, 0, 1] and found.validation.labels.tolist() == [0, 1]
    assert len(found.test) == 2 * EACH and found.test.distances is None
    with pytest.raises(ValueError, match="validation is 3, expected an even number"):
        data.load_imdb(validation=3)


def test_only_labelled_reviews_are_taken_and_nothing_is_unpacked(small, tmp_path, monkeypatch):
    wild = small_reviews() | {
        "../escaped.txt": b"x",
        "/tmp/escaped.txt": b"x",
        "aclImdb/README": b"x",
        "aclImdb/train/unsup/0_0.txt": b"x",
        "aclImdb/train/pos/../../9_9.txt": b"x",
    }
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    imdb.fetch(pack(tmp_path / "wild.tar.gz", wild))
    assert data.load_imdb().train.texts[0] == "train neg 0, très <br />"
    assert not list(folder.iterdir()) and not (tmp_path / "escaped.txt").exists()


def _broken(kind, archive):
    content = archive.read_bytes()
    if kind == "empty":
        archive.write_bytes(b"")
    elif kind == "truncated":
        archive.write_bytes(content[: len(content) // 2])
    elif kind == "corrupt":
        archive.write_bytes(content[:150] + bytes(40) + content[190:])
    elif kind == "no archive":
        archive.write_text("<html>404 Not Found</html>")
    elif kind == "an empty archive":
        pack(archive, {})
    elif kind == "a review missing":
        pack(archive, dict(list(small_reviews().items())[1:]))
    elif kind == "a text changed":
        pack(archive, small_reviews() | {"aclImdb/test/pos/0_7.txt": b"something else"})
    elif kind == "a folder":
        archive.unlink()
        archive.mkdir()
    elif kind == "missing":
        archive.unlink()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("empty", "damaged, cut off or no .tar.gz"),
        ("truncated", "labelled reviews"),
        ("corrupt", "labelled reviews"),
        ("no archive", "damaged, cut off or no .tar.gz"),
        ("an empty archive", "holds 0 labelled reviews"),
        ("a review missing", "holds 11 labelled reviews"),
        ("a text changed", "does not hold the published reviews"),
        ("a folder", "cannot be read"),
        ("missing", "cannot be read: No such file"),
    ],
)
def test_a_bad_archive_is_refused_in_one_sentence_and_the_cache_stays_whole(small, capsys, kind, said):
    assert cli.main(["data", "imdb", "--from", str(small)]) == 0
    before = imdb.path().read_bytes()
    capsys.readouterr()
    _broken(kind, small)
    assert cli.main(["data", "imdb", "--from", str(small)]) == 1
    output = capsys.readouterr()
    assert said in output.err and output.err.count("\n") == 1 and not output.out
    assert left_in_cache() == ["imdb.npz"] and imdb.path().read_bytes() == before


def test_without_network_it_is_said_what_to_do(small, monkeypatch):
    monkeypatch.setattr(imdb, "URL", "http://127.0.0.1:9/aclImdb_v1.tar.gz")
    with pytest.raises(DataError, match=r"cannot be downloaded .*refused.*--from FILE.*load_reviews"):
        data.load_imdb()
    assert left_in_cache() == []


@pytest.fixture
def server(small, monkeypatch):
    """A server that has the archive; `served` tells how often it was asked, and can spoil the answer."""
    content = small.read_bytes()
    served = {"times": 0, "send": content, "length": len(content)}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            served["times"] += 1
            self.send_response(200)
            self.send_header("Content-Length", str(served["length"]))
            self.end_headers()
            self.wfile.write(served["send"])

        def log_message(self, *arguments):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    monkeypatch.setattr(imdb, "URL", f"http://127.0.0.1:{running.server_port}/aclImdb_v1.tar.gz")
    monkeypatch.setattr(imdb, "BYTES", len(content))
    monkeypatch.setattr(imdb, "ARCHIVE", shipping.sha256(content))
    yield served
    running.shutdown()


def test_a_download_is_checked_and_kept(server):
    assert len(data.load_imdb().train) == 2 * EACH
    data.load_imdb()
    assert server["times"] == 1 and left_in_cache() == ["imdb.npz"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda served: served.update(send=served["send"][:-9]), "cannot be downloaded|not the published"),
        (lambda served: served.update(send=bytes(len(served["send"]))), "not the published archive"),
        (lambda served: served.update(send=b"please log in", length=13), "not the published archive"),
    ],
    ids=["cut off", "changed", "something else"],
)
def test_a_bad_download_leaves_nothing_behind(server, spoil, said):
    spoil(server)
    with pytest.raises(DataError, match=said):
        data.load_imdb()
    assert left_in_cache() == []


@pytest.mark.parametrize("where", ["download", "conversion"])
def test_a_full_disk_is_said_and_leaves_the_cache_whole(server, monkeypatch, where):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(
        imdb.np if where == "conversion" else imdb,
        *(("savez_compressed", full) if where == "conversion" else ("_tell", full)),
    )
    with pytest.raises(DataError, match=r"cannot be kept in .*No space left.*LSTM_COURSE_CACHE"):
        data.load_imdb()
    assert left_in_cache() == []


def test_a_cache_that_cannot_be_made_is_said(small, tmp_path, monkeypatch):
    monkeypatch.setenv("LSTM_COURSE_CACHE", str(small / "inside a file"))
    with pytest.raises(DataError, match="cannot be kept in"):
        data.load_imdb()


def test_a_damaged_cache_is_said(small):
    imdb.fetch(small)
    content = imdb.path().read_bytes()
    middle = len(content) // 2
    for damaged in (b"", content[:middle], content[:100] + bytes(100) + content[200:], b"no zip file"):
        imdb.path().write_bytes(damaged)
        with pytest.raises(DataError, match=r"is damaged: delete it .*lstm-course data imdb"):
            data.load_imdb()


def _load_in_a_process(start, url, digest, size):
    imdb.EACH, imdb.URL, imdb.ARCHIVE, imdb.BYTES = EACH, url, digest, size
    start.wait()
    assert len(data.load_imdb().test) == 2 * EACH


def test_processes_that_start_at_once_download_once(server):
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    processes = [
        context.Process(target=_load_in_a_process, args=(start, imdb.URL, imdb.ARCHIVE, imdb.BYTES))
        for _ in range(3)
    ]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert server["times"] == 1 and left_in_cache() == ["imdb.npz"]


# --- the command ---


def test_the_command_lists_what_is_there(small, capsys):
    assert cli.main(["data"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"reviews\.tsv\.bz2 .* bytes  verified", said) and "downloads it (84 MB)" in said
    imdb.fetch(small)
    assert cli.main(["data"]) == 0
    assert re.search(r"imdb\.npz .* bytes  verified", capsys.readouterr().out)


@pytest.mark.parametrize(("name", "file"), report.WRITTEN.items())
def test_the_command_writes_the_same_file_anew(name, file, tmp_path, monkeypatch, capsys):
    shutil.copytree(FOLDER, tmp_path / "datasets")
    (tmp_path / "datasets" / file).write_bytes(b"")
    for module in (shipping, report):
        monkeypatch.setattr(module, "course_folder", lambda name: tmp_path / name)
    assert cli.main(["data"]) == 1
    assert f"{file} is not the file" in " ".join(capsys.readouterr().out.split())
    assert cli.main(["data", "--regenerate", name]) == 0
    assert "the same as listed" in " ".join(capsys.readouterr().out.split())
    assert data.shipped(file).read_bytes() == (FOLDER / file).read_bytes()
