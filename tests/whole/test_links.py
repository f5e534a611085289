"""Addresses of other hosts in what readers see: each is known, and asked where there is a network.

`links.tsv` holds every address with the day on which it last answered. Without a network the texts are
compared with this list, so that no address comes in unseen; `python tests/whole/test_links.py` asks each and
writes the list anew, as the weekly workflow does.
"""

import datetime
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("links.tsv")
READ = (
    "*.md",
    "docs/**/*.md",
    "solutions/*.md",
    "datasets/*.md",
    "start.py",
    "lstm_course/**/*.py",
    ".github/**/*.md",
)
# Names of grammars, which nobody fetches; this computer; examples; what a program puts together.
NO_LINK = re.compile(
    r"https?://(www\.w3\.org|127\.0\.0\.1|localhost|[ab]\.example|HUB|\.\.\.)"
    r"|.*([{}]|github$|github(\.com)?/a/b)"
)


def addresses():
    found = {}
    for pattern in READ:
        for path in ROOT.glob(pattern):
            for link in re.findall(r"https?://[^\s)>\"'`\\\]]+", path.read_text(encoding="utf-8")):
                if not NO_LINK.match(link):
                    found.setdefault(link.rstrip(".,;:*"), path.relative_to(ROOT))
    return found


def known():
    return dict(line.split("\t") for line in LIST.read_text(encoding="utf-8").splitlines()[1:])


def test_every_outside_link_is_on_the_list():
    here, listed = addresses(), known()
    unknown = {link: str(path) for link, path in here.items() if link not in listed}
    assert not unknown, "ask each with `python tests/whole/test_links.py`, where there is a network"
    assert not listed.keys() - here.keys(), "no text has this address any more"
    for day in listed.values():
        assert day == "never" or datetime.date.fromisoformat(day)


def answers(link):
    """Why a link does not answer, or None. A host that refuses programs is there all the same."""
    request = urllib.request.Request(link, method="HEAD", headers={"User-Agent": "lstm-course links"})
    try:
        urllib.request.urlopen(request, timeout=30).close()
    except urllib.error.HTTPError as error:
        return None if error.code in (401, 403, 405, 429) else str(error)
    except OSError as error:
        return str(error)
    return None


def main():
    today, before, dead = datetime.datetime.now(datetime.UTC).date().isoformat(), known(), {}
    lines = ["address\tlast answered"]
    for link, path in sorted(addresses().items()):
        reason = answers(link)
        if reason:
            dead[link] = f"{path}: {link}: {reason}"
        lines.append(f"{link}\t{before.get(link, 'never') if reason else today}")
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(dead.values()) or f"All {len(lines) - 1} addresses answer.")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
