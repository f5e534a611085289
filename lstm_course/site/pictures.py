"""Pictures of the notebooks as files: fetched when they come into view, and kept by browsers."""

import base64
import hashlib
import io
import re
from pathlib import Path

__all__ = ["FOLDER", "as_files", "thumbnail"]

FOLDER = "figures"
_WIDTH = 480  # of a small copy, in pixels
_KINDS = {"png": "png", "jpeg": "jpg", "webp": "webp", "gif": "gif", "svg+xml": "svg"}
_WITHIN = re.compile(r"data:image/([\w+]+);base64,([A-Za-z0-9+/=]+)")
_IMAGE = re.compile(r"<img\b[^>]*>")


def as_files(html: str, folder: Path) -> str:
    """Take the pictures out of HTML.

    Args:
        html: text with `data:` addresses of pictures in it.
        folder: where the page lies. The pictures are written into `figures/` in it, each once, under a name
            made from what is in it: a browser may keep it for ever.

    Returns:
        The text with the addresses of the files in their place. A picture whose size can be told has it as
        its attributes, so that the page does not jump when it arrives.
    """

    def put(found):
        content = base64.b64decode(found[2])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{_KINDS[found[1]]}"
        path = folder / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return f"{FOLDER}/{name}"

    return _IMAGE.sub(lambda tag: _lazy(tag[0], folder), _WITHIN.sub(put, html))


def _lazy(tag, folder):
    """An image that is fetched when it comes near, and whose place is kept free until then."""
    source = re.search(r'\bsrc="([^":]+)"', tag)
    width = re.search(r'\bwidth="(\d+)"', tag)
    if not source:
        return tag
    more = 'loading="lazy" decoding="async"'
    size = _size(folder / source[1])
    if width and size and "height=" not in tag:
        more += f' height="{round(int(width[1]) * size[1] / size[0])}"'
    return tag.replace("<img", f"<img {more}", 1)


def _size(path):
    """Width and height of a picture, or None of a drawing that does not tell them."""
    from PIL import Image

    if path.suffix == ".svg":
        box = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', path.read_text(encoding="utf-8"))
        return tuple(map(float, box.groups())) if box else None
    with Image.open(path) as image:
        return image.size


def thumbnail(path: Path) -> tuple[bytes, int, int]:
    """A small copy of a picture.

    Args:
        path: of a picture.

    Returns:
        The picture, its width, which is sharp at half of that, and its height. One made of pixels comes in
        the WebP format; a drawing stays as it is, for it is sharp at any width.
    """
    from PIL import Image

    width, height = _size(path) or (_WIDTH, _WIDTH)
    size = _WIDTH, round(height * _WIDTH / width)
    if path.suffix == ".svg":
        return path.read_bytes(), *size
    with Image.open(path) as image:
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "webp", quality=70, method=6)
    return file.getvalue(), *size
