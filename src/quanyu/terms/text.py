"""Texts in the two languages of the product."""

from dataclasses import dataclass

__all__ = ["Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Chinese and English. Where one is missing the other stands in."""

    zh: str
    en: str

    @classmethod
    def same(cls, text: str) -> "Text":
        """A text that reads the same in both languages, such as a name."""
        return cls(text, text)

    def __str__(self) -> str:
        return self.en

    def inside(self, language: str) -> str:
        """The text in `zh` or `en`."""
        return self.zh if language == "zh" else self.en
