"""How lists are narrowed to what somebody typed."""

from shared.mongo import Document, containing

_MOST_WORDS = 8


def holding_all(words: str, *fields: str) -> list[Document]:
    """A condition for each word, of the first eight: it is a part of one of these fields, in any case."""
    return [{"$or": [{field: containing(word)} for field in fields]} for word in words.split()[:_MOST_WORDS]]
