/* The page's behaviour that gradio has no widget for: markers and cards that light up together, the article beside
   the chat, copying, filters, keys. It reads data- attributes that show_answer.py and filters.py wrote and makes no
   HTML out of anything it reads. */
"use strict";

window.copydesk = (() => {
  const narrow = window.matchMedia("(max-width: 900px)");
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  let returnTo = null; // what had the focus before the article or the sources covered the page

  // --- markers and cards ---

  const markersOf = (card) => all(`.m[data-card="${CSS.escape(card)}"]`);

  function light(card) {
    for (const lit of all(".src.on, .m.on")) lit.classList.remove("on");
    if (!card) return;
    one(`#${CSS.escape(card)}`)?.classList.add("on");
    for (const marker of markersOf(card)) marker.classList.add("on");
  }

  function showTurn(turn) {
    for (const group of all(".cards-of")) group.classList.toggle("on", group.dataset.turn === turn);
  }

  function showCard(card) {
    const element = one(`#${CSS.escape(card)}`);
    if (!element) return;
    showTurn(element.closest(".cards-of").dataset.turn);
    light(card);
    if (narrow.matches) openSources();
    element.scrollIntoView({ block: "nearest" });
  }

  function openSources() {
    returnTo ??= document.activeElement;
    document.body.classList.add("sources-open");
  }

  function closeSources() {
    document.body.classList.remove("sources-open");
    giveBack();
  }

  function giveBack() {
    if (document.body.matches(".sources-open, .reading")) return;
    returnTo?.focus();
    returnTo = null;
  }

  // --- the article beside the chat ---

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function read(address) {
    const reader = one("#reader");
    const shown = one("iframe", reader);
    returnTo ??= document.activeElement;
    if (shown) {
      shown.src = address;
      one("a", reader).href = address;
      return;
    }
    const close = element("button", { type: "button", className: "btn" }, "Close article");
    close.addEventListener("click", closeReader);
    const tab = element("a", { className: "quiet", href: address, target: "_blank" }, "Open in a tab");
    const frame = element("iframe", { title: "Article", src: address });
    frame.setAttribute("sandbox", "allow-same-origin allow-popups");
    frame.addEventListener("load", () => {
      const inside = frame.contentDocument;
      // A key pressed inside the article would not reach the page.
      inside?.addEventListener("keydown", (event) => event.key === "Escape" && closeReader());
      inside?.addEventListener("selectionchange", () => offerSelection(inside.getSelection(), quote));
    });
    const quote = element("button", { type: "button", className: "btn", hidden: true }, "Copy selection as citation");
    reader.replaceChildren(element("div", { className: "tools" }, close, quote, tab), frame);
    reader.hidden = false;
    document.body.classList.add("reading");
    close.focus();
  }

  function closeReader() {
    const reader = one("#reader");
    reader.replaceChildren();
    reader.hidden = true;
    document.body.classList.remove("reading");
    giveBack();
  }

  // --- copying ---

  function offerSelection(selection, button) {
    const words = selection.toString().replace(/\s+/g, " ").trim();
    const start = selection.rangeCount ? selection.getRangeAt(0).startContainer : null;
    const line = (start?.nodeType === 1 ? start : start?.parentElement)?.closest(".line");
    button.hidden = !words || !line;
    if (!button.hidden)
      button.dataset.copy = `“${words}” — ${line.closest("[data-signed]").dataset.signed}${line.dataset.line}`;
  }

  async function copy(button) {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard over plain http from another machine: the way before it.
      const area = element("textarea", { value: text, readOnly: true });
      area.style.position = "fixed";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    say("Copied");
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1600);
  }

  function say(words) {
    const said = one("#said");
    if (said) said.textContent = words;
  }

  // --- keys ---

  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  function step(from, by) {
    const markers = all("#conversation .m");
    if (!markers.length) return;
    const at = markers.indexOf(from);
    const next = at < 0 ? (by > 0 ? 0 : markers.length - 1) : Math.min(Math.max(at + by, 0), markers.length - 1);
    markers[next].focus();
    markers[next].scrollIntoView({ block: "nearest" });
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Escape") {
      if (document.body.matches(".reading")) closeReader();
      else if (document.body.matches(".sources-open")) closeSources();
      else document.body.classList.remove("filtering");
      return;
    }
    if (isTyping(target) || target.closest("[role=tab]")) return;
    if (event.key === "/") {
      event.preventDefault();
      openTab("Ask");
      one("#question textarea, #question input")?.focus();
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const marker = target.closest(".m[data-card]");
      if (!marker && target !== document.body) return;
      event.preventDefault();
      step(marker, event.key === "ArrowRight" ? 1 : -1);
    }
  }

  function openTab(name) {
    const tab = all("[role=tab]").find((each) => each.textContent.trim() === name);
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
  }

  // --- clicks ---

  function onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target?.closest("#filters, [data-filters]")) document.body.classList.remove("filtering");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const marker = target.closest("#conversation .m[data-card]");
    const opener = target.closest("a[data-open]");
    if (marker) {
      event.preventDefault();
      showCard(marker.dataset.card);
      if (event.detail === 0) read(marker.getAttribute("href")); // Enter, not the mouse
      return;
    }
    if (opener) {
      event.preventDefault();
      read(opener.getAttribute("href"));
      return;
    }
    const button = target.closest("[data-copy], [data-sources], [data-dismiss], [data-tab], [data-close], [data-filters]");
    if (!button) return;
    if ("copy" in button.dataset) copy(button);
    else if ("sources" in button.dataset) {
      showTurn(button.dataset.sources);
      if (narrow.matches) openSources();
    } else if ("dismiss" in button.dataset) dismiss(button.dataset.dismiss);
    else if ("close" in button.dataset) closeSources();
    else if ("filters" in button.dataset) document.body.classList.toggle("filtering");
    else if ("tab" in button.dataset) {
      event.preventDefault();
      openTab(button.dataset.tab);
      setTimeout(() => one(button.getAttribute("href"))?.scrollIntoView({ block: "center" }), 100);
    }
  }

  function onPoint(event) {
    const target = event.target instanceof Element ? event.target : null;
    const marker = target?.closest("#conversation .m[data-card]");
    const card = target?.closest(".src[id]");
    if (marker) {
      if (event.type === "focusin") showTurn(marker.closest(".turn").dataset.turn);
      light(marker.dataset.card);
    } else if (card) light(card.id);
  }

  // --- a new question comes into view ---

  const GOOD_NEWS_MS = 12000;
  const dismissed = new Set();

  function dismiss(number) {
    dismissed.add(number);
    onNotice();
  }

  function onNotice() {
    const notice = one(".notice");
    if (!notice) return;
    const { notice: number } = notice.dataset;
    notice.hidden = dismissed.has(number);
    if (notice.matches(".done:not([data-leaves])")) {
      notice.dataset.leaves = "";
      setTimeout(dismiss, GOOD_NEWS_MS, number);
    }
  }

  let turns = 0;
  function onGrowth() {
    onNotice();
    const shown = all("#conversation .turn");
    if (shown.length > turns) {
      closeReaderAndSources();
      shown.at(-1).scrollIntoView({ block: "start", behavior: "instant" });
    }
    turns = shown.length;
  }

  function closeReaderAndSources() {
    returnTo = null;
    if (document.body.matches(".reading")) closeReader();
    document.body.classList.remove("sources-open");
  }

  // --- filters: what is chosen is the component's value ---

  function filters(root, props, watch) {
    const boxes = () => all("input[name=outlet]", root);
    const field = (name) => one(`input[name=${name}]`, root);
    const nameOf = (box) => (box.hasAttribute("data-unknown") ? null : box.value);

    function tell() {
      const ticked = boxes().filter((box) => box.checked);
      props.value = {
        outlets: ticked.length === boxes().length ? null : ticked.map(nameOf),
        since: field("since")?.value ?? "",
        until: field("until")?.value ?? "",
      };
      paint();
    }

    function paint() {
      const { since = "", until = "" } = props.value ?? {};
      for (const bar of all(".bar", root)) {
        const inside = (!since || bar.dataset.until >= since) && (!until || bar.dataset.since <= until);
        bar.classList.toggle("on", inside);
        bar.setAttribute("aria-pressed", String(Boolean(since || until) && inside));
      }
      const { outlets = null } = props.value ?? {};
      const parts = [];
      if (outlets) parts.push(`${outlets.length} of ${boxes().length} outlets`);
      if (since) parts.push(`from ${since}`);
      if (until) parts.push(`to ${until}`);
      const chosen = one("#chosen");
      if (chosen) chosen.textContent = parts.length ? `Asking ${parts.join(", ")}` : "";
    }

    function restore() {
      const { outlets = null, since = "", until = "" } = props.value ?? {};
      for (const box of boxes()) box.checked = outlets === null || outlets.includes(nameOf(box));
      if (field("since")) field("since").value = since;
      if (field("until")) field("until").value = until;
      paint();
    }

    root.addEventListener("change", tell);
    root.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("click", (event) => {
      const choose = event.target.closest("[data-choose]");
      const bar = event.target.closest(".bar");
      if (choose) for (const box of boxes()) box.checked = choose.dataset.choose === "All";
      if (bar) {
        const again = field("since").value === bar.dataset.since && field("until").value === bar.dataset.until;
        field("since").value = again ? "" : bar.dataset.since;
        field("until").value = again ? "" : bar.dataset.until;
      }
      if (choose || bar) tell();
    });
    watch("markup", restore);
    restore();
  }

  function examples(root, trigger, name) {
    root.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-question]");
      if (chip) trigger(name, { question: chip.dataset.question });
    });
  }

  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("mouseover", onPoint);
  document.addEventListener("focusin", onPoint);
  new MutationObserver(onGrowth).observe(document, { childList: true, subtree: true });

  return { filters, examples };
})();
