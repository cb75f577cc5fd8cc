"""The command `verify`: an index checked to the last byte, and told in words or as JSON."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa.options import Options
from qa.settings import Settings
from qa.target import find_target
from qa.terminal import as_json, complain

if TYPE_CHECKING:  # heavy, and imported by the function that needs it
    from index.audit import Audit


def verify(options: Options, settings: Settings) -> int:
    """The exit code of `copydesk verify`: 0 where the index is sound, 1 where it is not."""
    from index.audit import audit
    from index.place import index_place

    target = find_target(options, settings)
    place = index_place(target.folder, target.index_dir)
    found = audit(target.folder, place, settings.max_bytes)
    for fault in found.faults:
        complain(fault)
    if options.json:
        print(as_json(_as_dict(found, target.index_command)))
    elif not found.faults:
        print(_text(found, target.index_command))
    if found.faults:
        from qa.show import counted

        complain(f"{place}: the index is damaged ({counted(len(found.faults), 'fault')}); run: {target.index_command}")
    return 1 if found.faults else 0


def _as_dict(found: "Audit", mend: str) -> dict[str, Any]:
    about = asdict(found) | {"seconds": round(found.seconds, 3), "sound": not found.faults}
    return about | {"mend": mend if found.faults else None}


def _text(found: "Audit", mend: str) -> str:
    from qa.show import counted, plain

    lines = [
        f"Sound: generation {found.generation}, {counted(found.articles, 'article')} in "
        f"{counted(found.passages, 'passage')}, {found.spans:,} spans held against their texts; "
        f"{counted(found.files, 'file')}, {found.bytes / 1_000_000:,.1f} MB, {found.seconds:.1f} s."
    ]
    about = found.sources
    if about is None:
        lines.append("The folder of articles can't be read, so its files were not compared.")
    elif about.changed or about.gone or about.added:
        lines.append(
            f"Of the files of articles {about.changed:,} changed, {about.gone:,} are gone and {about.added:,} are new "
            f"since; run: {mend}"
        )
    else:
        lines.append("The files of articles are as they were read.")
    if found.left:
        some = ", ".join(plain(each) for each in found.left[:3]) + (" and more" if len(found.left) > 3 else "")
        lines.append(f"A build that was stopped, or that runs, left {some}; the next one clears that.")
    return "\n".join(lines)
