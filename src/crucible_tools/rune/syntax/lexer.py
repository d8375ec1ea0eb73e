"""A lossless lexer for Rune and for what people took for Rune.

Every character of a text is in exactly one token, in a comment, or a blank between them. It never fails: what is no
token of anything is a token of kind `unknown`. Its time is linear in the text, whatever the text is: each token is
found by one match, and what is not closed ends with the text.
"""

from __future__ import annotations

import re
import string
from operator import add
from typing import Final

from crucible_tools.rune.syntax.tokens import TRIVIA, Doc, Kind, Tokens

__all__ = ["TRIVIA", "Doc", "Kind", "Tokens", "lex"]

_SIGNS: Final = (
    "...", "..=", "<<=", ">>=", "===", "!==", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=", "-=", "*=",
    "/=", "%=", "&=", "|=", "^=", "**", "..", "<<", "++", "--",
)  # fmt: skip
# `>>` is never one token: it ends two lists of generic arguments as often as it shifts.

# The one group is the token: a match takes the blanks in front along, which halves the number of matches.
_TOKEN: Final = re.compile(
    r"""\s*+(
    [ac-qs-zA-Z_]\w*+ | (?!b?r\#*"|b["'])[^\W\d]\w*+
  | [(){}\[\],;]
  | """
    + "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
    + r"""
  | //[^\n]*+ | /\*
  | [-+*/%^&|!=<>.:\#$?@~]
  | 0[xXbBoO]\w*+
  | \d[\d_]*+(?:\.(?![.]|[^\W\d])[\d_]*+)?(?:[eE][+-]?\d[\d_]*+)?(?:(?:[iu](?:8|16|32|64|size)|f(?:32|64))\b)?
  | b?"(?>[^"\\]++|\\.)*+(?:"|\\?)
  | '(?:\\u\{[^}'\n]{0,10}\}|\\x..|\\.|[^'\\\n])'
  | '[^\W\d]\w*+
  | b'(?:\\.[^'\n]{0,10}|[^\\\n])'
  | `
  | b?r\#*"
  | [^\W\d]\w*+
  | .
    )""",
    re.VERBOSE | re.DOTALL,
)
_INT: Final = re.compile(r"0[xXbBoO]\w*|[\d_]+(?:[iu](?:8|16|32|64|size))?")
_TEMPLATE_PIECE: Final = re.compile(r"(?>[^`$\\]++|\\.|\$(?!\{)|\\\Z)++", re.DOTALL)

# What a token is, by its first character, when that says all. `b` and `r` may begin a string, `/` a comment.
_PLAIN: Final[dict[str, Kind]] = {
    **dict.fromkeys(set(string.ascii_letters + "_") - set("br"), "name"),
    **dict.fromkeys("-+*%^&|!=<>.:#$?@~,;", "punct"),
    '"': "string",
}
# What each bracket closes, if it is one that closes.
_CLOSES: Final = {"(": "", "[": "", "{": "", ")": "(", "]": "[", "}": "{"}


def lex(text: str) -> Tokens:
    """Reads all tokens of a text."""
    return _Lexer(text).run()


class _Lexer:
    """One reading of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = len(text.rstrip())
        self._out = Tokens(text)
        self._open: list[int] = []
        # What was closed, and by what.
        self._opened: list[int] = []
        self._closed: list[int] = []
        # How many of each kind are open since the innermost ${, so that a sign that closes nothing costs no search, and
        # that nothing inside of ${..} closes what began outside of it.
        self._count = {"(": 0, "[": 0, "{": 0}
        self._outer: list[dict[str, int]] = []

    def run(self) -> Tokens:
        out = self._out
        at = self._shebang()
        while at < self._end:
            at = self._tokens(at)
        self._last_string()
        out.ends = list(map(add, out.starts, map(len, out.texts)))
        out.partner = [-1] * len(out.texts)
        for opener, closer in zip(self._opened, self._closed, strict=True):
            out.partner[opener] = closer
            out.partner[closer] = opener
        return self._finish()

    def _shebang(self) -> int:
        """A byte-order mark is a blank; a first line `#!..` that is no attribute is a comment."""
        text = self._text
        at = 1 if text.startswith("\ufeff") else 0
        if not text.startswith("#!", at) or text.startswith("#![", at):
            return at
        end = text.find("\n")
        end = len(text) if end < 0 else end
        self._out.comments.append((at, end))
        return end

    def _tokens(self, at: int) -> int:
        """Reads tokens until something ends otherwise than its match did; gives the offset where that ends."""
        out, opened, count = self._out, self._open, self._count
        kinds, texts, starts = out.kinds, out.texts, out.starts
        openers, closers = self._opened, self._closed
        for found in _TOKEN.finditer(self._text, at, self._end):
            word = found[1]
            start = found.start(1)
            kind = _PLAIN.get(word[0])
            if kind is not None:
                kinds.append(kind)
                texts.append(word)
                starts.append(start)
            elif (opener := _CLOSES.get(word)) is not None:
                kinds.append("punct")
                texts.append(word)
                starts.append(start)
                if not opener:
                    opened.append(len(texts) - 1)
                    count[word] += 1
                elif opened and texts[opened[-1]] == opener:
                    openers.append(opened.pop())
                    closers.append(len(texts) - 1)
                    count[opener] -= 1
                elif self._close(len(texts) - 1, opener):
                    return self._template(start + 1)
            else:
                stop = self._other(word, start)
                if stop >= 0:
                    return stop
        return self._end

    def _token(self, kind: Kind, word: str, start: int) -> None:
        out = self._out
        out.kinds.append(kind)
        out.texts.append(word)
        out.starts.append(start)

    def _other(self, word: str, start: int) -> int:
        """Takes what is no plain token; gives the offset behind it if that is not where the match ends, else -1."""
        first = word[0]
        if first.isalpha():
            if '"' in word:
                return self._raw_string(word, start) if "r" in word[:2] else self._bytes(word, start)
            self._token("byte" if word[-1] == "'" else "name", word, start)
        elif first.isdecimal():
            self._token("int" if _INT.fullmatch(word) else "float", word, start)
        elif first == "`":
            return self._backtick(start)
        elif first == "/":
            return self._slash(word, start)
        elif first == "'":
            kind = "unknown" if len(word) == 1 else "char" if word[-1] == "'" else "label"
            self._token(kind, word, start)
        else:
            return self._unknown(word, start)
        return -1

    def _bytes(self, word: str, start: int) -> int:
        self._token("bytes", word, start)
        return -1

    def _last_string(self) -> None:
        """A string that nothing closes ends with the text."""
        out = self._out
        if not out.texts or out.kinds[-1] not in ("string", "bytes"):
            return
        start, word = out.starts[-1], out.texts[-1]
        if start + len(word) >= self._end and not _is_closed(word[word.index('"') + 1 :]):
            self._cut(start)
            out.texts[-1] = self._text[start:]

    def _raw_string(self, word: str, start: int) -> int:
        hashes = word.count("#")
        end = self._text.find('"' + "#" * hashes, start + len(word))
        if end < 0:
            self._cut(start)
            end = len(self._text)
        else:
            end += 1 + hashes
        self._token("rawstring", self._text[start:end], start)
        return end

    def _unknown(self, word: str, start: int) -> int:
        """Takes a character that begins nothing; a mark such as a vowel sign goes on with the name in front of it."""
        text, out = self._text, self._out
        if not (out.texts and out.kinds[-1] == "name" and out.starts[-1] + len(out.texts[-1]) == start):
            self._token("unknown", word, start)
            return -1
        stop = start
        while stop < len(text) and ("a" + text[stop]).isidentifier():
            stop += 1
        if stop == start:
            self._token("unknown", word, start)
            return -1
        out.texts[-1] += text[start:stop]
        return stop

    def _cut(self, start: int) -> None:
        if self._out.cut is None:
            self._out.cut = start

    # --- comments ---

    def _slash(self, word: str, start: int) -> int:
        if word == "/*":
            return self._block_comment(start)
        if word.startswith("//"):
            end = start + len(word)
            if end == self._end:  # blanks behind it belong to it, too
                end = self._text.find("\n", end)
                end = len(self._text) if end < 0 else end
            self._comment(start, end - (self._text[end - 1] == "\r"), "/")
        else:
            self._token("punct", word, start)
        return -1

    def _comment(self, start: int, end: int, sign: str) -> None:
        text, out = self._text, self._out
        out.comments.append((start, end))
        third = text[start + 2 : start + 3]
        if third == "!" or (third == sign and text[start + 3 : start + 4] not in (sign, "/")):
            out.docs.append(Doc(start, end, third == "!", len(out.texts)))

    def _block_comment(self, start: int) -> int:
        """Rune's comments do not nest, and never end within their first four characters: `/**/ .. */` is one."""
        text = self._text
        end = text.find("*/", start + 4)
        if end < 0:
            end = text.find("*/", start + 2)  # Rune refuses it; anybody else ends it here
        if end < 0:
            self._cut(start)
            end = len(text) - 2
        self._comment(start, end + 2, "*")
        return end + 2

    # --- templates ---

    def _backtick(self, start: int) -> int:
        self._open.append(len(self._out.texts))
        self._token("backtick", "`", start)
        return self._template(start + 1)

    def _template(self, at: int) -> int:
        """Reads a template's text up to its end or to `${`."""
        text = self._text
        found = _TEMPLATE_PIECE.match(text, at)
        if found:
            self._token("text", found[0], at)
            at = found.end()
        if at >= len(text):
            return at
        index = len(self._out.texts)
        if text[at] == "`":
            self._token("backtick", "`", at)
            self._pair(self._open.pop(), index)
            return at + 1
        self._token("dollar", "${", at)
        self._outer.append(self._count)
        self._count = {"(": 0, "[": 0, "{": 1}
        self._open.append(index)
        return at + 2

    # --- groups ---

    def _pair(self, opener: int, closer: int) -> None:
        self._opened.append(opener)
        self._closed.append(closer)

    def _close(self, index: int, sign: str) -> bool:
        """Closes the innermost open `sign`; what is open inside it stays without partner. Says if that was a `${`."""
        out = self._out
        if self._count[sign] == 0:
            out.unclosed.append(index)
            return False
        while True:  # the count said that there is one
            top = self._open.pop()
            word = out.texts[top]
            if word == "${":
                self._count = self._outer.pop()
                self._pair(top, index)
                return True
            self._count[word] -= 1
            if word == sign:
                self._pair(top, index)
                return False
            out.unclosed.append(top)

    def _finish(self) -> Tokens:
        out = self._out
        out.unclosed.extend(self._open)
        out.unclosed.sort()
        for index in self._open:
            if out.kinds[index] in ("backtick", "dollar"):
                self._cut(out.starts[index])
        return out


def _is_closed(body: str) -> bool:
    """Whether the last sign of a string is the quote that ends it, not an escaped one."""
    if not body.endswith('"'):
        return False
    slashes = len(body) - 1 - len(body[:-1].rstrip("\\"))
    return slashes % 2 == 0
