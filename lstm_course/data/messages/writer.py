"""Writes the messages that ship with the course, and as many more as are asked for.

Each message goes to the desk of a bicycle hire. One sentence, the decisive one, says what is wanted: to book,
to change a booking, or to complain. Around it stand sentences that tell nothing about it. In three of ten
messages the decisive sentence names two wishes and takes one of them back:

    I was going to book a tandem, but now I want to report a flat tyre.

Which words occur tells two wishes there, and their order tells which of them counts. In the others a single
wish is named, so that counting words is enough. The classes are as uneven as they are at such a desk.
"""

import random

SEED, SHIPPED = 2024, 300  # of the file that ships: its draws, and how many messages
CLASSES = ("booking", "change", "complaint")
SHARES = (0.6, 0.28, 0.12)  # of the classes
TAKEN_BACK = 0.3  # share of the messages that name two wishes

_WISHES = {
    "booking": (
        "book {bikes} for {day}", "reserve {bikes}", "hire {bikes} on {day}", "rent {bikes} for {span}",
        "have {bikes} on {day}", "take out {bikes} for {span}", "order {bikes} for {people}",
    ),
    "change": (
        "cancel my order of {day}", "move my tour to {day}", "bring the {kind} back on {day}",
        "pick up the {kind} on {day}", "swap the {kind} for another one", "keep the {kind} for {span} more",
        "put off my tour until {day}",
    ),
    "complaint": (
        "report {fault}", "complain about {fault}", "get my money back because of {fault}",
        "tell you of {fault}", "be paid for {fault}", "send back the {kind} because of {fault}",
    ),
}  # fmt: skip
_PLAIN = (
    "I would like to {wish}.", "Could I {wish}?", "Is it possible to {wish}?", "I want to {wish}, please.",
    "We would like to {wish}.", "How can I {wish}?", "I need to {wish}.",
)  # fmt: skip
_TAKEN_BACK = (
    "I was going to {other}, but now I want to {wish}.",
    "I write to {wish}, and no longer to {other}.",
    "Yesterday I asked to {other}; forget that, I want to {wish}.",
    "I would like to {wish} and have no more need to {other}.",
    "It is not to {other} that I write, but to {wish}.",
    "Please let me {wish} after all, I said I had to {other}.",
    "At first we meant to {other}. Then we found that we have to {wish}.",
    "Could I {wish}? I know that my last letter was to {other}.",
)
_AROUND = (
    "My name is {name}.", "We are {people}.", "I was at your desk on {day}.", "It will be warm, they say.",
    "You can call me in the evening.", "I found you on a map of {town}.", "We come from {town}.",
    "My sister told me about you.", "We stay at a hotel near the {place}.", "I have been with you before.",
    "Our train gets in at {clock}.", "The weather in {town} is not so good.", "I pay by card.",
    "Please answer before {day}.", "The way from the {place} is easy to find.", "I have a helmet of my own.",
    "We would come at {clock}.", "My number is on the order form.", "{name} of your desk knows me.",
    "I speak little English.", "We had a very good time in {town}.", "The children like the {place} best.",
    "There are many of us.", "I could not reach you by telephone.", "It is the {kind} with the large basket.",
)  # fmt: skip
_GREETINGS = ("Hello,", "Good morning,", "Dear all,", "Hi,", "Good evening,", "")
_ENDS = ("Thank you.", "Many thanks, {name}", "Best wishes", "Yours, {name}", "")
_SLOTS = {
    "bikes": (
        "two city bikes", "a tandem", "three bikes", "a cargo bike", "an electric bike", "four bikes",
        "a mountain bike", "a bike with a child seat", "two electric bikes", "a trailer and a bike",
    ),
    "kind": ("tandem", "bike", "cargo bike", "electric bike", "mountain bike", "trailer", "city bike"),
    "fault": (
        "a flat tyre", "weak brakes", "a broken light", "a loose saddle", "a rusty chain", "a bent wheel",
        "a battery that was empty", "a lock that does not open", "the long wait at your desk", "a wrong bill",
    ),
    "day": (
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "the first of May",
        "the third of June", "Easter Monday", "next week", "the last day of July",
    ),
    "span": ("two days", "a week", "an hour", "the whole weekend", "three hours", "half a day", "ten days"),
    "people": ("two people", "my family", "four friends", "a group of ten", "my father and me", "six of us"),
    "town": ("Alden", "Borrow", "Castle Green", "Dunmere", "Eastwick", "Farley", "Gorse End", "Hallam"),
    "place": ("station", "harbor", "market", "castle", "old bridge", "museum", "lake", "town hall"),
    "clock": ("nine", "half past ten", "noon", "three", "a quarter to five", "six in the evening"),
    "name": ("Anna", "Bela", "Carla", "Deniz", "Emil", "Femke", "Goran", "Hanna", "Ivo", "Jana", "Karim"),
}  # fmt: skip


def written_messages(count, seed=SEED):
    """Write messages, the same ones every time.

    Args:
        count: how many.
        seed: of the draws; default the one of the file that ships.

    Returns:
        List of `(text, class)`, each a str.

    Example:
        >>> for text, name in written_messages(2, seed=1):
        ...     print(name, len(text) > 20)
        booking True
        booking True
    """
    desk = _Desk(seed)
    return [desk.message() for _ in range(count)]


def table_of(messages):
    """The messages as a CSV with the columns text and class, as bytes."""
    rows = ['"' + text.replace('"', '""') + f'",{name}' for text, name in messages]
    return ("\n".join(["text,class", *rows]) + "\n").encode()


class _Desk:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def message(self):
        name = self.drawn_class()
        before, after = (self.sentences(int(3 * self.random.random())) for _ in range(2))
        parts = [self.pick(_GREETINGS), *before, self.decisive(name), *after, self.pick(_ENDS)]
        return " ".join(self.filled(part) for part in parts if part), name

    def drawn_class(self):
        place, share = 0, self.random.random()
        while share >= SHARES[place] and place + 1 < len(SHARES):
            share, place = share - SHARES[place], place + 1
        return CLASSES[place]

    def sentences(self, count):
        return [self.pick(_AROUND) for _ in range(count)]

    def decisive(self, name):
        wish = self.pick(_WISHES[name])
        if self.random.random() >= TAKEN_BACK:
            return self.pick(_PLAIN).replace("{wish}", wish)
        # Each of the two may be the one that is taken back, so that the words alone do not tell.
        other = self.pick([one for one in CLASSES if one != name])
        return self.pick(_TAKEN_BACK).replace("{wish}", wish).replace("{other}", self.pick(_WISHES[other]))

    def filled(self, pattern):
        while "{" in pattern:
            before, rest = pattern.split("{", 1)
            slot, after = rest.split("}", 1)
            pattern = before + self.pick(_SLOTS[slot]) + after
        return pattern

    # Only random() is promised to give the same numbers in every version of Python.
    def pick(self, choices):
        return choices[int(self.random.random() * len(choices))]
