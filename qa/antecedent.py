"""What a pronoun in a follow-up question stands for: looked for in the turns before it."""

import re
from collections.abc import Sequence

from qa.english import any_of, words
from qa.mentions import Said, first_word, in_full, is_compound, is_person, leads, others, unquoted, with_article
from qa.names import Kind, Name, names
from qa.phrases import Phrase, counted, is_plural, phrases
from qa.words import STOPWORDS, rarity, stem_of, tokens

_LOOK_BACK_TURNS = 3
_COMMON = 0.5
_AUXILIARY = any_of("auxiliaries")
_GROUPS = words("groups")
_HOLDERS = any_of("person_nouns", "titles")
_WHO = re.compile(rf"\bwho(?:m|se)?\b|\b(?:which|what) (?:[a-z]+ )?{_HOLDERS}\b", re.I)
_WHO_IS = re.compile(r"^who(?:['’]s| is| was| are| were) (?:the )?", re.I)
_WHICH = re.compile(rf"^\s*(?:which|what)\s+(?!{_AUXILIARY}\b)(?P<noun>[a-z]+)", re.I)
# What a person does to something that the question does not name: `What did Healey announce?`
_WHAT_DID = re.compile(rf"^what (?:else )?{_AUXILIARY} \S", re.I)
_IN = re.compile(r"\b(?:in|at|on|to|near|from)\s+(?:the\s+)?$", re.I)
_AT = re.compile(r"\b(?P<at>in|at|on|near)\s+(?P<the>the\s+)?$", re.I)
_LOOSE_NOUN = re.compile(
    r"(?:\b(?:on|about|for|of|over)\s+|^how many\s+)"
    r"(?P<noun>(?:(?!the\b|an?\b)[a-z]+\s+)?[a-z]{4,}(?<!ing))(?=[?.]|$|(?<=s)\s)"
    r"|\b(?P<last>[a-z]{3,}s)(?=\??$)",
    re.IGNORECASE,
)
# A plural with the word in front of it, where one of these shows that the two belong together or it is a name.
_LEADS = "".join(f"(?<=\\b{word} )|" for word in ("the", "many", "which", "what", "did", "will", "do", "are", "of"))
_PLURAL = re.compile(
    rf"(?:{_LEADS[:-1]})(?:[^\W\d_][\w’'-]*\s+)?[a-z][\w-]{{2,}}s\b|\b(?:[A-Z][\w’'-]*\s+)?[a-z][\w-]{{2,}}s\b"
)


def person(turns: Sequence[Said], asking: str, like: str, other: str) -> str | None:
    """Whom `he` or `she` of the question `asking` stands for: sooner one whose first name is in the list `like`, nobody
    whose first name is in the list `other`.

    Of the latest turn that names someone: the person the answer to a who-question names, else the question's first
    person, else the answer's.
    """
    for turn in _latest(turns):
        question = unquoted(turn.question)
        asked, told = others(question, asking, other), others(turn.answer, asking, other)
        by_name = _WHO_IS.match(question)
        named = [n for n in asked if by_name and n.start == by_name.end() and is_person(n, turns)]
        if named:
            return in_full(named[0], told)
        # Where the answer to a who-question is named in `asking` already, or is no `she`, someone else is meant.
        new = _answering(turn, [n for n in others(turn.answer) if n.kind != "place"]) if _WHO.search(question) else []
        known = [n for n in (*new[:1], *asked) if first_word(n) in words(like)]
        if new and new[0] in told and (not known or known[0] == new[0]):
            return new[0].text
        unknown = [n for n in asked if n.kind == "unknown"]
        own = [n for n in asked if is_person(n, turns) or (n in unknown and leads(n, question))] or unknown
        found = [n for n in own if not n.possessive] or own or [n for n in told if n.kind == "person"]
        if found:
            return in_full(min(found, key=lambda n: (first_word(n) not in words(like), not leads(n, question))), told)
    return None


def thing(turns: Sequence[Said], asking: str) -> str | None:
    """What `it` stands for, nobody and nothing that `asking` names itself: of the latest turn that has one, the answer
    to a which-question, else the thing the question speaks of, else the name that it is about."""
    for turn in _latest(turns):
        question = unquoted(turn.question)
        told, named = others(turn.answer, asking), others(question, asking)
        if (one := _WHICH.search(question)) and not is_plural(one["noun"]) and not _WHO.search(question):
            new = _new_names(told, names(question), ("group", "place", "unknown"))
            if new and not is_person(new[0], turns):
                return with_article(new[0], turn.answer)
        things = [p for p in phrases(question) if not p.plural and not p.person]
        if things:
            return min(things, key=_is_agent).text
        if _WHO.search(question) and (won := [n for n in told if n.kind == "group" and not n.possessive]):
            return with_article(won[0], turn.answer)
        asked = [n for n in named if not is_person(n, turns) and not n.possessive]
        subject = [n for n in asked if not _IN.search(question[: n.start]) and not is_compound(n, question)]
        if subject and (len(named) == 1 or subject[0].kind != "unknown"):
            return with_article(min(subject, key=lambda n: not leads(n, question)), question)
        if shared := _shared_noun(question, turn.answer):
            where = [f" in {n.text}" for n in asked if re.search(r"\bin\s+$", question[: n.start])]
            return f"the {shared}{where[0] if len(where) == 1 else ''}"
        if asked and (len(named) == 1 or asked[0].kind != "unknown"):
            return with_article(asked[0], question)
        if _WHAT_DID.match(question):
            return None
    return None


def several(turns: Sequence[Said], asking: str) -> str | None:
    """Whom or what `they` stands for: the latest question's plural, else its persons together, else its group."""
    for turn in _latest(turns):
        question = unquoted(turn.question)
        if those := counted(question):
            return those
        named, told = others(question, asking), others(turn.answer, asking)
        subject = [n for n in named if n.kind == "group" and leads(n, question)]
        if subject and not re.match(r"\s+[a-z]+s\b", question[subject[0].end :]):
            return with_article(subject[0], question)
        plurals = [p.text for p in phrases(question) if p.plural] or _plurals(question)
        if plurals:
            return plurals[0]
        people = [n for n in named if n.kind in ("person", "unknown") and not is_compound(n, question)]
        if len(people) > 1 and any(is_person(n, turns) for n in people):
            return " and ".join(n.text for n in people)
        won = [
            n for n in told if not n.possessive and not is_person(n, turns) and not _IN.search(turn.answer[: n.start])
        ]
        if won and _WHO.search(question) and not _WHO_IS.match(question):
            return with_article(won[0], turn.answer)
        groups = [with_article(n, question) for n in named if not (is_person(n, turns) or is_compound(n, question))]
        plurals = _plurals(turn.answer)
        if groups or plurals:
            return (groups or plurals)[0]
    return None


def place(turns: Sequence[Said], asking: str) -> str | None:
    """Where `there` is, with `in`, `on` or `at`: the latest place a question names, else an answer, else its group."""
    for turn in _latest(turns):
        at = {p.text: _AT.search(turn.question[: p.start]) for p in phrases(turn.question)}
        if where := next((f"{found['at']} {thing}" for thing, found in at.items() if found), None):
            return where
        for text in (turn.question, turn.answer):
            known = text == turn.question
            found = [n for n in others(text, asking) if _IN.search(text[: n.start]) or (known and n.kind == "place")]
            if found:
                name = found[-1] if known else found[0]
                before = _AT.search(text[: name.start])
                return f"{before['at'].lower() if before else 'in'} {with_article(name, text)}"
        groups = [n for n in others(turn.question, asking) if not is_person(n, turns)]
        if groups:
            return f"at {with_article(groups[-1], turn.question)}"
    return None


def subjects(turns: Sequence[Said], most: int = 3) -> list[str]:
    """What the latest question that has a subject is about, at most `most`: what stands in brackets, else its names,
    its things and the noun at its end, else its rare words."""
    for turn in _latest(turns):
        question = turn.question
        if "“" in question:
            continue
        if bracketed := re.search(r"\(([^()]+)\)\??$", question):
            return [bracketed[1]]
        things = [p.text for p in phrases(question) if p.head not in ("people", "person")]
        things = [one for one in things if not any(one.removeprefix("the ") in more for more in things if more != one)]
        loose = [n.text for n in others(question) if not any(n.text in phrase for phrase in things)]
        named = bool(names(question))
        nouns = [match["noun"] or match["last"] for match in _LOOSE_NOUN.finditer(question)]
        nouns = [] if named and things else nouns
        found = [*loose, *things]
        found += [noun for noun in nouns if not any(noun in one for one in found)]
        if not found:
            found = [t.written for t in tokens(question) if not t.stop and rarity(t.stem) > _COMMON]
        if found:
            found = [one for one in dict.fromkeys(found) if one not in ("people", "others")]
            return [one for one in found if not any(one in more for more in found if more != one)][:most]
    return []


def _latest(turns: Sequence[Said]) -> Sequence[Said]:
    return turns[: -_LOOK_BACK_TURNS - 1 : -1]


def _new_names(told: Sequence[Name], asked: Sequence[Name], kinds: Sequence[Kind]) -> list[Name]:
    """The names of those kinds that the answer brings and the question did not hold, the first kind first."""
    known = {stem for name in asked for stem in name.stems}
    new = [n for n in told if n.kind in kinds and not known & set(n.stems)]
    return sorted(new, key=lambda n: n.kind != kinds[0])


def _answering(turn: Said, told: Sequence[Name]) -> list[Name]:
    """The new persons of an answer, first the one whose sentence, and whose neighbours in it, say what was asked."""
    wanted = {token.stem for token in tokens(turn.question) if not token.stop}

    def said_of(name: Name) -> int:
        start = max(turn.answer.rfind(stop, 0, name.start) for stop in (". ", "? ", "! ")) + 1
        end = turn.answer.find(". ", name.end)
        sentence = turn.answer[start : end if end > 0 else None].strip()
        near = turn.answer[max(start, name.start - 25) : name.start] + turn.answer[name.end : name.end + 25]
        if sentence.startswith("("):
            return -1
        return sum(token.stem in wanted for text in (sentence, near) for token in tokens(text))

    new = _new_names(told, names(turn.question), ("person", "unknown"))
    return sorted(new, key=lambda n: (n.kind != "person", -said_of(n)))


def _is_agent(thing: Phrase) -> bool:
    return thing.head in _GROUPS


def _shared_noun(question: str, answer: str) -> str | None:
    """The noun without an article in the question that the answer has with one: `on strike`, `a strike by drivers`."""
    bare = re.findall(r"\b(?:on|in|at|to|under|about)\s+([a-z]+)(?=\s*(?:[?.,]|$))", question)
    return next((noun for noun in bare if re.search(rf"\b(?:the|an?)\s+(?:\w+\s+)?{noun}\b", answer)), None)


def _plurals(text: str) -> list[str]:
    """The plural nouns of a text with the word in front of each that belongs to it."""
    found = []
    for match in _PLURAL.finditer(text):
        held = [word for word in match.group().split() if word.lower() not in STOPWORDS or word.isupper()]
        if held and is_plural(held[-1]) and stem_of(held[-1]) != held[-1]:
            found.append(" ".join(held))
    return found
