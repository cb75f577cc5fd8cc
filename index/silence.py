"""No telemetry: what the libraries that could call home are told before they are loaded."""

from collections.abc import MutableMapping

SWITCHES = {
    "DO_NOT_TRACK": "1",  # the wish that tools share
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(2**31),  # it counts calls for a page of its owner's, which is switched off:
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",  # a table of the last 10,000, with pandas, after each
    "HF_HUB_DISABLE_TELEMETRY": "1",  # what is sent along with a request for a model
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "OTEL_SDK_DISABLED": "true",  # fastapi, where the environment names a collector
}
OFFLINE = {"HF_HUB_OFFLINE": "1"}  # models come out of packages and folders


def silence(environ: MutableMapping[str, str], *, offline: bool = False) -> None:
    """Switch telemetry off, whatever was set; `offline` forbids asking a model hub as well."""
    environ.update(SWITCHES)
    if offline:
        environ.update(OFFLINE)
