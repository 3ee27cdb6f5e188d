"""What ends ``setup`` and ``remove`` before all is done."""


class NotWell(Exception):
    """Exit status 1: what is wrong, and the remedy."""

    def __init__(self, words: str, remedy: str = ''):
        super().__init__(words)
        self.remedy = remedy


class WrongUse(NotWell):
    """Exit status 2: it was called with what it cannot take."""
