"""`copydesk serve`: a desk for the folder, and the page that shows it."""

import gc
from collections.abc import Callable
from functools import partial
from socket import gethostname
from typing import TYPE_CHECKING

from corpus.errors import MisuseError
from qa.asked import no_log, question_log
from qa.door import Door, find_door
from qa.memory import few_arenas
from qa.options import Options
from qa.settings import Settings
from qa.target import changed_files, check_target, expect_build, find_target
from qa.terminal import as_json, complain

if TYPE_CHECKING:  # heavy
    from qa.desk import Desk


def serve(options: Options, settings: Settings) -> int:
    """Open the page until it is interrupted. Raises CopydeskError."""
    target = find_target(options, settings)
    check_target(target)
    door = find_door(options, settings)
    port = settings.port if options.port is None else options.port
    watch = settings.watch if options.watch is None else options.watch
    read_only = settings.read_only if options.read_only is None else options.read_only
    if watch and read_only:
        raise MisuseError("--watch builds when files change and --read-only never does; leave one out (--no-watch)")
    log_file = options.log_questions or settings.log_questions
    log = no_log if log_file is None else question_log(log_file)
    if door.warning:
        complain(door.warning)
    from qa.listen import bound

    # first of all, so that a port in use is told at once and nothing was begun
    few_arenas()
    with bound(door.host, port) as listener:
        if not read_only:
            expect_build(target)
        from qa.desk import Desk

        with Desk(
            target.folder,
            target.index_dir,
            model=settings.model,
            passage_tokens=settings.passage_tokens,
            max_file_bytes=settings.max_bytes,
            read_only=read_only,
        ) as desk:
            desk.start()
            if target.is_sample and not read_only and _is_stale(desk):
                desk.rebuild()
            if watch:
                from qa.watch import keep_up

                desk.watch(partial(keep_up, desk, complain))
            show = _load_page()  # while a first build reads in processes of its own
            show(
                desk,
                listener,
                door,
                ready=lambda address: _ready(address, door, options),
                k=settings.k,
                log=log,
            )
    return 0


def _load_page() -> "Callable[..., None]":
    """What serves the page. Loading it takes most of the start.

    It is a fifth less while no garbage is looked for, and a sixth without pandas.
    """
    from index.uncollected import uncollected
    from qa.later import loaded_later
    from qa.stubs import no_stubs

    with uncollected(), no_stubs(), loaded_later("pandas"):
        from qa.page import serve

        gc.freeze()  # modules stay: no later collection has to go through them
    return serve


def _ready(address: str, door: Door, options: Options) -> None:
    elsewhere = f", from other machines at http://{gethostname()}:{address.rpartition(':')[2]}" if door.is_wide else ""
    words = f"Copydesk is ready at {address}{elsewhere} (Ctrl+C stops it)"
    print(as_json({"address": address}) if options.json else words, flush=True)
    if not options.no_browser:
        import webbrowser

        webbrowser.open(address)


def _is_stale(desk: "Desk") -> bool:
    index = desk.index()
    return index is not None and changed_files(index) > 0
