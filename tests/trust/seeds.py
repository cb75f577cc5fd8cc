"""Good articles, of which bad ones are made."""

_FRONT = """---
title: "Ferry fares rise: nine percent"
source: The Quay
author: [Ada Finch, Tom Garrow]
published: 2024-05-20
url: https://quay.example/fares
---
"""
_BODY = """Ferry fares between Merrow and the islands will rise by nine percent in June, the company said on Monday.

“We had no choice,” said Dr. Ines Vale, who runs it. A return ticket will cost £12 (€14) from 9 a.m. on 3 June!

By Tom Garrow

Islanders called the rise unfair. The council will vote on it at 5.30 p.m. on Friday, U.S. visitors or not.

Sign up for our newsletter

Photo: A ferry at the quay (Getty Images)
"""
NEWS = "".join(f"<p>{line}</p>" for line in _BODY.split("\n\n"))
PAGE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>Ferry fares rise | The Quay</title>
<meta property="article:published_time" content="2024-05-20T08:00:00Z"><meta property="og:site_name" content="The Quay">
</head><body><nav><a href="/">Home</a></nav><article><h1>Ferry fares rise</h1>{NEWS}
<table><tr><td>Merrow</td><td>12</td></tr></table></article><footer>© 2024 The Quay</footer></body></html>"""
_SAVED = PAGE.replace(
    "</head>",
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-05-20", "author": [{"name": '
    '"Ada Finch"}]}</script><style>p{color:red}</style></head>',
).replace("<article>", '<!-- saved from url=(0024)https://quay.example/ --><article itemscope class="story">')
SEEDS = {
    "a.txt": "Ferry fares rise again\n\n" + _BODY,
    "b.md": _FRONT + "\n# Ferry fares rise\n\n" + _BODY + "\n![A ferry](ferry.png)\n[more](https://quay.example)\n",
    "c.txt": "Title: Ferry fares rise\nDate: 20 May 2024\nSource: The Quay\n\n" + _BODY,
    "d.html": PAGE,
    "e.htm": _SAVED,
    "f.markdown": _FRONT.replace("\n", "\r\n") + _BODY.replace("\n", "\r\n"),
}
