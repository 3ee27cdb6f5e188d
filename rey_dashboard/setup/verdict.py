import dataclasses
import enum


class State(enum.StrEnum):
    WELL = 'well'
    NOT_WELL = 'not well'
    #: It cannot be told from here; the remedy says how to find out.
    UNKNOWN = 'unknown'


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What one check found.

    :param name: a word or two, always the same for the same check
    :param remedy: nothing when all is well
    """

    name: str
    state: State
    words: str
    remedy: str = ''


def well(name: str, words: str) -> Verdict:
    return Verdict(name, State.WELL, words)


def not_well(name: str, words: str, remedy: str) -> Verdict:
    return Verdict(name, State.NOT_WELL, words, remedy)


def unknown(name: str, words: str, remedy: str = '') -> Verdict:
    return Verdict(name, State.UNKNOWN, words, remedy)
