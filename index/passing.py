"""What the two indexes see of a passage."""

from datetime import date

from corpus.document import Metadata


def embedded_text(text: str) -> str:
    """What the encoder sees: the passage alone. A header in front costs time and gains MiniLM nothing."""
    return text


def words_header(about: Metadata) -> str:
    """What the words index sees in front of a passage: headline, outlet and date, as figures and written out."""
    parts = [about.title or "", about.source or ""]
    if about.published:
        day = date.fromisoformat(about.published)
        parts.append(f"{about.published} {day.day} {_MONTHS[day.month - 1]} {day.year}")
    return " ".join(part for part in parts if part)


def day_number(about: Metadata) -> int:
    """The date as YYYYMMDD for filters, 0 where it is unknown."""
    return int(about.published.replace("-", "")) if about.published else 0


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
