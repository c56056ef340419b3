"""Words that nobody wrote: what was meant instead, by the words that titles, conditions and names have."""

from __future__ import annotations

from tantivy import Document, Index, Order, Query, SchemaBuilder, Searcher

# Letters from which one mistake is mended, and from which two are.
_ONE_MISTAKE = 5
_TWO_MISTAKES = 8
# Of many trials, what one alone has may be a mistake itself.
_MANY = 10_000
_HEAP = 15_000_000

_SCHEMA = (
    SchemaBuilder()
    .add_text_field("word", tokenizer_name="raw", index_option="basic", stored=True)
    .add_unsigned_field("trials", fast=True)
    .build()
)


class Spelling:
    """The words of an index with how many trials have each, in an index of their own: one document a word."""

    def __init__(self, searcher: Searcher) -> None:
        self.trials = searcher.num_docs
        index = Index(_SCHEMA)
        writer = index.writer(heap_size=_HEAP, num_threads=1)
        fewest = 2 if self.trials > _MANY else 1
        for word, trials in searcher.terms_with_prefix("spelling", ""):
            if len(word) >= _ONE_MISTAKE - 1 and trials >= fewest and word.isalpha():
                writer.add_document(Document.from_dict({"word": word, "trials": trials}, _SCHEMA))
        writer.commit()
        index.reload()
        self._words = index.searcher()

    def meant(self, word: str) -> str | None:
        """The commonest of the words that differ least from this one; None where none is near.

        A letter too many, missing, wrong, or two exchanged are a mistake each.
        """
        if not word.isalpha() or len(word) < _ONE_MISTAKE:
            return None
        for mistakes in (1, 2) if len(word) >= _TWO_MISTAKES else (1,):
            near = Query.fuzzy_term_query(_SCHEMA, "word", word, distance=mistakes)
            found = self._words.search(near, 2, count=False, order_by_field="trials", order=Order.Desc)
            for _trials, address in found.hits:
                if (other := self._words.doc(address).get_first("word")) != word:
                    return str(other)
        return None
