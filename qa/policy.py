"""The headers of every response: what a browser may do with what this server sends it."""

import base64
import hashlib
import re

_BESIDES = "object-src 'none'; base-uri 'self'; form-action 'none'; worker-src 'none'; frame-src 'self'"
_STRICT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_INLINE = re.compile(rb"<script(?![^>]*\bsrc\s*=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": _STRICT,
}
"""Of every response that brings none of its own: nothing in it may run, be framed or load anything."""


def page_policy(page: bytes) -> str:
    """The policy of the page: its own inline scripts run, by their digests, and no other script in its text does.

    Gradio (6.31) forbids more. Its HTML component makes functions of its template and of our `js_on_load`, for which it
    needs 'unsafe-eval'; it writes styles into elements, for which it needs 'unsafe-inline' in `style-src`.
    """
    digests = (hashlib.sha256(each).digest() for each in _INLINE.findall(page))
    scripts = " ".join(f"'sha256-{base64.b64encode(each).decode()}'" for each in digests)
    return (
        f"default-src 'none'; script-src 'self' {scripts} 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; {_BESIDES}; "
        "frame-ancestors 'none'"
    )
