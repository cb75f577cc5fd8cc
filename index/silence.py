"""No telemetry: what the libraries that could call home are told before they are loaded."""

from collections.abc import MutableMapping

SWITCHES = {
    "DO_NOT_TRACK": "1",  # the wish that tools share
    "GRADIO_ANALYTICS_ENABLED": "False",
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
