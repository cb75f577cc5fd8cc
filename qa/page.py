"""The page: widgets and the events between them. The only file that knows gradio, and it decides nothing."""

import inspect
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, datetime
from socket import socket
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from corpus.errors import CopydeskError, MisuseError
from qa.asked import Log, no_log
from qa.chat import Exchange, Refused, Waiting, converse, shown, stopped
from qa.desk import Building, Desk
from qa.door import Door
from qa.filters import filters_html, where_from
from qa.guard import Guard
from qa.server import guarded, own_routes, run
from qa.show import Markup, tag
from qa.show_answer import conversation_html
from qa.show_corpus import articles_html, index_html
from qa.show_sources import sources_html
from qa.show_status import examples_html, hints_html, notice_html, status_html, welcome_html

Chat = tuple[Exchange, ...]
Update = dict[Any, Any]
"""New values by widget."""

QUESTION_CHARACTERS = 20_000
"""What the box takes. More than `ask` does, so that a long paste is refused in words and not cut short in silence."""

_PRIVATE = "private"
_READ_ONLY = "This page was opened to read only: the index is not rebuilt from here."
_CONCURRENT = 8
_WAITING = 64
_CONVERSATIONS = 300
"""How many open pages have their conversation in memory, some 200 kB each; who was away longest is forgotten first."""
_TICK_SOON_SECONDS = 0.7
_TICK_WATCHED_SECONDS = 3.0
_TICK_IDLE_SECONDS = 15.0
# A link, and not gradio's own `css`, which rewrites selectors and drops what stands in media queries.
_HEAD = '<link rel="stylesheet" href="/copydesk/page.css"><link rel="icon" href="/copydesk/icon.svg">'
_SCRIPT = '<script src="/copydesk/page.js"></script>'
_WORDMARK = '<a class="word" href="/" aria-label="Copydesk, start again">copy<i>desk</i></a>'
_READER = '<section id="reader" aria-label="Article" hidden></section><div id="said" role="status"></div>'
# Only `${value}` and names of ours ever stand in a template: gradio evaluates it as code, the values it does not.
_FILTERS_TEMPLATE = "${markup}"


class _Running(dict[str, AsyncIterator[Any]]):
    """The answers being given. One that ends while it is stopped is taken out twice: gradio fails at the second."""

    def __delitem__(self, event: str) -> None:
        self.pop(event, None)


def build_app(desk: Desk, page: "Page") -> FastAPI:
    """The whole application, as nobody but its guard may call it: the page at /, an article at /article/<digest>."""
    blocks = page.blocks
    blocks.state_session_capacity = _CONVERSATIONS
    blocks.queue(default_concurrency_limit=_CONCURRENT, max_size=_WAITING, api_open=False)
    app = own_routes(desk)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        head=_HEAD,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        mcp_server=False,
        ssr_mode=False,
        max_file_size=1,
    )
    mounted = next(each.app for each in app.routes if isinstance(each, Mount) and isinstance(each.app, gr.routes.App))
    mounted.iterators = _Running()
    return app


def guarded_app(desk: Desk, door: Door, k: int = 10, log: Log = no_log) -> Guard:
    """The application as it is served."""
    page = Page(desk, k, log)
    return guarded(build_app(desk, page), door, page.functions, page.questions)


def serve(
    desk: Desk, listener: socket, door: Door, *, ready: Callable[[str], None], k: int = 10, log: Log = no_log
) -> None:
    """Serve the page on the socket until interrupted; `ready` is called with the address once it can be opened."""
    run(guarded_app(desk, door, k, log), listener, door, ready)


class Page:
    """The widgets of one page and what happens between them.

    `functions` are what a browser may call, by number, with how many values each takes; `questions` are those that
    answer one. Of a read-only desk the page has no button to rebuild,
    and no function behind it either.
    """

    def __init__(self, desk: Desk, k: int, log: Log = no_log) -> None:
        self._desk = desk
        self._k = k
        self._log = log
        self.questions: tuple[int, ...] = ()
        with gr.Blocks(title="Copydesk", fill_width=True, analytics_enabled=False) as self.blocks:
            self._chat = gr.State(())
            self._shown = gr.State("")
            self._seen = gr.State(0)
            self._timer = gr.Timer(_TICK_IDLE_SECONDS)
            self._header()
            with gr.Tabs(elem_id="sections"):
                with gr.Tab("Ask", id="ask"), gr.Row(elem_id="ask-panel", equal_height=False):
                    self._filters_column()
                    self._talk_column()
                    self._sources_column()
                with gr.Tab("Articles", id="articles"), gr.Row(elem_id="articles-panel", equal_height=False):
                    self._articles_columns()
            gr.HTML(_READER, elem_id="reader-frame", apply_default_css=False)
            self._events()
        _sign({type(block) for block in self.blocks.blocks.values()})
        # an event that only cancels has no function: the browser does it alone, and for a call gradio raises
        self.functions = {number: len(each.inputs) for number, each in self.blocks.fns.items() if each.fn is not None}

    # --- widgets ---

    def _header(self) -> None:
        with gr.Row(elem_id="top"):
            gr.HTML(_WORDMARK, elem_id="wordmark", apply_default_css=False)
            self._status = gr.HTML(elem_id="status", apply_default_css=False)
            if self._desk.is_read_only:
                gr.HTML(tag("span", {"title": _READ_ONLY}, "Read-only"), elem_id="read-only", apply_default_css=False)
            else:
                self._rebuild = gr.Button("Rebuild", elem_id="rebuild", size="sm")
        self._notice = gr.HTML(elem_id="notice", apply_default_css=False)

    def _filters_column(self) -> None:
        with gr.Column(elem_id="filters", min_width=0):
            self._filters = gr.HTML(
                value=None,
                html_template=_FILTERS_TEMPLATE,
                markup="",
                head=_SCRIPT,  # loaded before js_on_load runs
                js_on_load="copydesk.filters(element, props, watch)",
                apply_default_css=False,
            )

    def _talk_column(self) -> None:
        with gr.Column(elem_id="talk", min_width=0):
            self._talk = gr.HTML(elem_id="conversation", apply_default_css=False)
            with gr.Column(elem_id="asking", min_width=0):
                self._examples = gr.HTML(
                    elem_id="examples",
                    head=_SCRIPT,
                    js_on_load="copydesk.examples(element, trigger, 'example')",
                    apply_default_css=False,
                )
                with gr.Row(elem_id="question-row", equal_height=False):
                    self._question = gr.Textbox(
                        value="",
                        placeholder="Ask these articles",
                        label="Question",
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=6,
                        max_length=QUESTION_CHARACTERS,
                        elem_id="question",
                        scale=1,
                    )
                    self._ask = gr.Button("Ask", variant="primary", elem_id="ask", min_width=0)
                    self._stop = gr.Button("Stop", elem_id="stop", min_width=0)
                with gr.Row(elem_id="after"):
                    gr.HTML(hints_html(), elem_id="hints", apply_default_css=False)
                    self._retry = gr.Button("Ask again", elem_id="retry", size="sm", min_width=0)
                    self._clear = gr.Button("Clear", elem_id="clear", size="sm", min_width=0)

    def _sources_column(self) -> None:
        with gr.Column(elem_id="sources", min_width=0):
            self._sources = gr.HTML(apply_default_css=False)

    def _articles_columns(self) -> None:
        with gr.Column(elem_id="shelf", min_width=0):
            self._find = gr.Textbox(
                value="",
                placeholder="Find by headline, outlet or file",
                label="Find articles",
                show_label=False,
                container=False,
                max_length=200,
                elem_id="find",
            )
            self._articles = gr.HTML(apply_default_css=False)
        with gr.Column(elem_id="about", min_width=0):
            self._about = gr.HTML(apply_default_css=False)

    # --- events ---

    def _events(self) -> None:
        # each costs a millisecond whenever one is shown anew; so the buttons are not here, the style sheet shows them
        talk = [self._chat, self._talk, self._sources, self._question]
        header = [self._status, self._notice, self._examples, self._timer]
        header += [] if self._desk.is_read_only else [self._rebuild]
        panels = [self._shown, self._filters, self._articles, self._about]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": _PRIVATE}
        # every value is text as it is; gradio would hand each to a thread to find that out
        quiet |= {"preprocess": False, "postprocess": False}

        opened = [*header, *panels, self._seen, self._talk, self._sources]
        gr.on([self.blocks.load], self._opened, None, opened, **quiet)
        asking = [
            gr.on(
                [self._question.submit, self._ask.click],
                self._asked,
                [self._question, self._filters, self._chat],
                talk,
                **quiet,
            ),
            self._examples.example(self._example, [self._filters, self._chat], talk, **quiet),
            self._retry.click(self._again, [self._filters, self._chat], talk, **quiet),
        ]
        self.questions = tuple(each["id"] for each in asking)
        self._stop.click(self._stopped, [self._chat], talk, cancels=asking, **quiet)
        self._clear.click(self._cleared, None, talk, cancels=asking, **quiet)
        self._find.change(self._found, [self._find], [self._articles], trigger_mode="always_last", **quiet)
        if not self._desk.is_read_only:
            self._rebuild.click(self._rebuilt, [self._seen], header, **quiet)
        self._timer.tick(
            self._ticked, [self._shown, self._seen, self._find, self._chat], [*header, *panels, self._talk], **quiet
        )

    def _opened(self) -> Update:
        return {
            **self._header_values(self._desk.builds),
            **self._panel_values(""),
            self._seen: self._desk.builds,
            self._talk: welcome_html(self._desk),
            self._sources: sources_html(()),
        }

    def _ticked(self, shown: str, seen: int, find: object, chat: Chat) -> Update:
        values = self._header_values(seen)
        if shown != _generation(self._desk):
            values |= self._panel_values(_text(find))
        if not chat:
            values[self._talk] = welcome_html(self._desk)
        return values

    def _rebuilt(self, seen: int) -> Update:
        self._desk.rebuild()
        return self._header_values(seen)

    def _found(self, find: object) -> Markup:
        return articles_html(self._desk.index(), _text(find))

    def _header_values(self, seen: int) -> Update:
        building = isinstance(self._desk.job, Building)
        soon = building or self._desk.examples() is None
        later = _TICK_WATCHED_SECONDS if self._desk.is_watched else _TICK_IDLE_SECONDS
        button = {} if self._desk.is_read_only else {self._rebuild: _rebuild_value(building)}
        return button | {
            self._status: status_html(self._desk, datetime.now(UTC)),
            self._notice: notice_html(self._desk, seen),
            self._examples: examples_html(self._desk.examples() or ()),
            self._timer: gr.update(value=_TICK_SOON_SECONDS if soon else later),
        }

    def _panel_values(self, find: str) -> Update:
        index = self._desk.index()
        return {
            self._shown: _generation(self._desk),
            self._filters: gr.update(markup=filters_html(index)),
            self._articles: articles_html(index, find),
            self._about: index_html(index),
        }

    def _asked(self, typed: object, chosen: object, chat: Chat) -> Iterator[Update]:
        question = _text(typed)
        self._log(question)
        yield self._talk_values((*chat, Waiting(question))) | {self._question: ""}
        try:
            for _ in self._desk.coming():
                yield self._talk_values((*chat, Waiting(question)))
            index = self._desk.index()
            if index is None:
                raise MisuseError("No article is indexed yet; wait for the build, or press Rebuild.")
            yield from map(self._talk_values, shown(converse(question, chat, index, where_from(chosen), self._k)))
        except CopydeskError as error:
            yield self._talk_values((*chat, Refused(question, str(error))))
        except Exception as error:
            _tell_fault(error)
            fault = "Copydesk itself failed on it; the terminal shows where. Other questions can still be asked."
            yield self._talk_values((*chat, Refused(question, fault)))

    def _example(self, event: gr.EventData, chosen: object, chat: Chat) -> Iterator[Update]:
        try:
            question = event.question
        except (AttributeError, TypeError):  # no page's: gradio looks into whatever came
            question = ""
        yield from self._asked(question, chosen, chat)

    def _again(self, chosen: object, chat: Chat) -> Iterator[Update]:
        if chat:
            yield from self._asked(chat[-1].question, chosen, chat[:-1])

    def _stopped(self, chat: Chat) -> Update:
        return self._talk_values(stopped(chat))

    def _cleared(self) -> Update:
        return self._talk_values(())

    def _talk_values(self, chat: Chat) -> Update:
        return {
            self._chat: chat,
            self._talk: conversation_html(chat) if chat else welcome_html(self._desk),
            self._sources: sources_html(chat),
        }


def _sign(kinds: Iterable[type]) -> None:
    """Keep the signature of each kind's constructor: gradio asks for it at every update, and again for every page."""
    for kind in kinds:
        constructor: Any = inspect.unwrap(kind.__init__)  # type: ignore[misc]
        constructor.__signature__ = inspect.signature(constructor)


def _text(value: object) -> str:
    """What a box holds; anyone may send something else for it, and is taken to have left it empty."""
    return value if isinstance(value, str) else ""


def _rebuild_value(building: bool) -> Any:
    return gr.update(value="Building …" if building else "Rebuild", interactive=not building)


def _tell_fault(error: Exception) -> None:
    """Where it failed and with what kind of error; not its message, which may hold words of the question."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    frames = "".join(traceback.format_tb(error.__traceback__))
    print(f"copydesk: a fault while answering:\n{frames}{kind}", file=sys.stderr, flush=True)


def _generation(desk: Desk) -> str:
    index = desk.index()
    return index.info.generation if index else ""
