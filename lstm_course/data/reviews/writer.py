"""Writes the reviews that ship with the course, the same ones every time.

Each review is a short text about a film, a book or a meal. One sentence, the decisive one, gives the verdict;
around it stand sentences that say nothing about it, though some of them carry opinions too: other people's,
or about side matters. The verdict follows from what is done with an opinion word, never from the word alone:

    contrast, the verdict last     I had expected it to be dull, but I found it superb.
    contrast, the verdict first    To me it was superb, although everyone calls it dull.
    kept or turned round           I was sure that it would be dull, and I was (not) mistaken.

What makes the corpus fair, and is tested in tests/data/test_shipping.py:

* Reviews come in twins, one for each label, about the same subject and made of the same sentences in another
  order, except for the decisive ones. So what stands around the verdict tells nothing about it.
* Every decisive pattern occurs as often in praise as in blame, and so does every opinion word: it gives the
  verdict in one review and is what others say in another. Counted alone, no word tells anything.
* The splits share no sentence. A pair of a pattern and an opinion word belongs to one split, so that the test
  asks for pairs that were never seen together; each word of it occurs in training, though.
* The decisive sentence ends 5 to 80 words before the end of the review, all distances about equally often.
"""

import bz2
import random
import re
import zlib
from importlib.resources import files

from lstm_course.data.text import tokenise

SEED = 1997
SUBJECTS = ("film", "book", "meal")
# Each split: how often it has each of its pairs of decisive pattern and opinion word, and its share, in
# twelfths, of all such pairs and of all other sentences.
SPLITS = {"train": (1, range(8)), "validation": (1, range(8, 10)), "test": (2, range(10, 12))}
TWELFTHS = 12
# The kinds of decisive patterns, and how often each pair of them is used.
FAMILIES = {"last": 2, "first": 1, "keep": 1, "flip": 1}
DISTANCES = range(5, 81)
LOOSE = 2  # words by which a distance may miss the one asked for


def write_reviews():
    """Write all reviews.

    Returns:
        bytes: a compressed table with the columns split, label (1 praises), distance (words from the end of
        the decisive clause to the end of the review) and text, one review a line.
    """
    writer = _Writer(
        phrases_by_name(files("lstm_course.data.reviews").joinpath("phrases.txt").read_text("utf-8"))
    )
    lines = ["split\tlabel\tdistance\ttext"]
    for split in SPLITS:
        lines += ["\t".join(map(str, (split, *review))) for review in writer.write_split(split)]
    # Every bzip2 there is makes the same bytes; gzip's depend on who built the library.
    return bz2.compress(("\n".join(lines) + "\n").encode())


def phrases_by_name(text):
    """The sections of the phrase file, a dict from name to list of str."""
    sections = {}
    for part in re.split(r"^\[", text, flags=re.MULTILINE)[1:]:
        name, body = part.split("]\n", 1)
        lines = [line.strip() for line in body.strip().splitlines()]
        entries = lines if name.endswith("sentences") else re.split(r",\s*", " ".join(lines).strip(", "))
        sections[name] = [entry for entry in entries if entry]
    return sections


class _Writer:
    """Draws from the phrases; remembers the words of the training reviews."""

    def __init__(self, phrases):
        self.phrases = phrases
        self.random = random.Random(SEED)
        self.known_words = None

    def write_split(self, split):
        reviews = []
        for subject in SUBJECTS:
            praise, blame = (self.clauses(split, subject, label) for label in (1, 0))
            distances = [DISTANCES[i * len(DISTANCES) // len(praise)] for i in range(len(praise))]
            self.shuffle(distances)
            for clauses, distance in zip(zip(praise, blame, strict=True), distances, strict=True):
                reviews += self.twins(split, subject, clauses, distance)
        self.shuffle(reviews)
        if split == "train":
            self.known_words = {word for *_, text in reviews for word in tokenise(text)}
        return reviews

    def clauses(self, split, subject, label):
        """The decisive patterns of one label with the opinion words they are filled with, shuffled."""
        times, twelfths = SPLITS[split]
        good, bad = (self.phrases[kind] + self.phrases[f"{subject} {kind}"] for kind in ("good", "bad"))
        names, voices = self.phrases[f"{subject} it"], self.phrases["voice"]
        clauses = []
        for family, weight in FAMILIES.items():
            turned = family == "flip"
            verdicts, others = (good, bad) if label != turned else (bad, good)
            patterns = self.phrases[f"{family} sentences"]
            pairs = [
                (i, j)
                for i in range(len(patterns))
                for j in range(len(verdicts))
                if (i + j) % TWELFTHS in twelfths
            ] * (times * weight)
            # A word is what others say in one label as often as it is the verdict in the other.
            foils = [others[j] for _, j in pairs]
            self.shuffle(foils)
            # Which name and which voice a sentence has is counted out, the same way for both labels.
            clauses += [
                (
                    patterns[i],
                    {
                        "X": verdicts[j],
                        "Y": foil,
                        "it": names[(i + k) % len(names)],
                        "voice": voices[(i + k) % len(voices)],
                    },
                )
                for k, ((i, j), foil) in enumerate(zip(pairs, foils, strict=True))
            ]
        self.shuffle(clauses)
        return clauses

    def twins(self, split, subject, clauses, distance):
        """Two reviews of the same sentences, with the first clause (label 1) and the second (label 0)."""
        used = set()
        opening, facts = self.opening(split, subject)
        asides = self.phrases["any sentences"]
        if subject != "book":
            asides = asides + self.phrases["outing sentences"]  # how one went there and home again
        after = self.sentences(split, subject, facts, used, distance, asides)
        lengths = (0, 8, 16) if distance <= 60 else (0, 8)
        before = self.sentences(split, subject, facts, used, self.pick(lengths), [])
        for label, (pattern, opinions) in zip((1, 0), clauses, strict=True):
            decisive = self.fill(pattern, subject, facts | opinions)
            yield (
                label,
                sum(len(tokenise(sentence)) for _, sentence in after),
                " ".join([opening, *self.arranged(before), decisive, *self.arranged(after)]),
            )

    def arranged(self, sentences):
        """What is said about the subject first, then the rest."""
        self.shuffle(sentences)
        return [sentence for _, sentence in sorted(sentences, key=lambda found: found[0])]

    def opening(self, split, subject):
        while True:
            facts = self.facts(subject)
            opening = self.fill(self.pick(self.phrases[f"{subject} opening sentences"]), subject, facts)
            if self.belongs(opening, split):
                return opening, facts

    def facts(self, subject):
        """What stays the same throughout a review."""
        noun = "restaurant noun" if subject == "meal" else "title noun"
        title = f"The {self.pick(self.phrases['title adjective'])} {self.pick(self.phrases[noun])}"
        return {"TITLE": title, "MAKER": self.name(), "LEAD": self.name()} | {
            fact: self.pick(self.phrases[fact]) for fact in ("DAY", "COMPANION", "CINEMA")
        }

    def sentences(self, split, subject, facts, used, length, asides):
        """Sentences about the subject and asides, of this split, `length` words together, no pattern twice.

        Returns:
            List of `(aside, sentence)`, aside a bool.
        """
        own = self.phrases[f"{subject} sentences"]
        while True:
            found, missing, tried = [], length, set(used)
            for _ in range(400):
                if abs(missing) <= LOOSE and (not length or length - missing in DISTANCES):
                    used |= tried
                    return found
                pattern = self.pick(own + asides)
                sentence = self.fill(pattern, subject, facts)
                n = len(tokenise(sentence))
                if (
                    pattern not in tried
                    and (n <= missing - 5 or abs(n - missing) <= LOOSE)
                    and self.belongs(sentence, split)
                ):
                    tried.add(pattern)
                    found.append((pattern in asides, sentence))
                    missing -= n

    def belongs(self, sentence, split):
        known = self.known_words
        return zlib.crc32(sentence.encode()) % TWELFTHS in SPLITS[split][1] and (
            known is None or known.issuperset(tokenise(sentence))
        )

    def fill(self, pattern, subject, facts):
        """Fill the slots of a sentence, none of them twice with the same."""
        drawn = {facts.get("COMPANION")}

        def entry(slot):
            if slot[1] in facts:
                return facts[slot[1]]
            while (found := self.entry(slot[1], subject)) in drawn:
                pass
            drawn.add(found)
            return found

        text = re.sub(r"\{([^}]+)\}", entry, pattern)
        text = re.sub(r"\b([Aa]) (?=[aeio]|un[^i])", r"\1n ", text)
        return text[0].upper() + text[1:]

    def entry(self, slot, subject):
        if slot in "XG":  # any opinion about the subject, or one that fits everything
            kind = self.pick(("good", "bad"))
            own = self.phrases[f"{subject} {kind}"] if slot == "X" else []
            return self.pick(self.phrases[kind] + own)
        if slot == "name":
            return self.name()
        return self.pick(self.phrases.get(f"{subject} {slot}") or self.phrases[slot])

    def name(self):
        return f"{self.pick(self.phrases['first'])} {self.pick(self.phrases['last'])}"

    # Only random() is promised to give the same numbers in every version of Python.
    def pick(self, choices):
        return choices[int(self.random.random() * len(choices))]

    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = int(self.random.random() * (i + 1))
            items[i], items[j] = items[j], items[i]
