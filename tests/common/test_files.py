"""Files that take the place of others, beside programs that read them."""

import pytest

from lstm_course.common import files


@pytest.mark.parametrize(("reads_for", "told"), [(3, None), (1000, PermissionError)])
def test_on_windows_another_reader_is_waited_for(tmp_path, monkeypatch, reads_for, told):
    path = tmp_path / "progress.json"
    path.write_bytes(b"before")
    replace, refused = type(path).replace, []

    def busy(unfinished, target):
        if len(refused) < reads_for:
            refused.append(PermissionError(13, "Access is denied"))
            refused[-1].winerror = 5  # as Windows says it
            raise refused[-1]
        return replace(unfinished, target)

    monkeypatch.setattr(type(path), "replace", busy)
    monkeypatch.setattr(files.time, "sleep", lambda seconds: None)
    if told:
        with pytest.raises(told):
            files.write(path, b"after")
    else:
        files.write(path, b"after")
    assert path.read_bytes() == (b"before" if told else b"after")
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_without_the_right_to_write_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(
        type(tmp_path), "replace", lambda *paths: (_ for _ in ()).throw(PermissionError(13, "no"))
    )
    monkeypatch.setattr(files.time, "sleep", lambda seconds: pytest.fail("waited for nothing"))
    with pytest.raises(PermissionError):
        files.write(tmp_path / "x", b"")
