"""`obc app`: the server of the laboratory, on this machine alone unless another address is asked for."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys
import threading
import warnings
from importlib.util import find_spec
from pathlib import Path

from abm.config import ConfigError

PORT = 8765
HERE = "127.0.0.1"
APP = "abm.show.app.page"
IDLE = "10m"  # how long a session whose page is closed is kept, in case the page comes back
SETTINGS = {  # of Solara, set before it is imported
    "SOLARA_APP": APP,
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "Outcomes laboratory",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",  # nobody there: what is not installed is not fetched from elsewhere
    "SOLARA_KERNEL_CULL_TIMEOUT": IDLE,
    "SOLARA_SESSION_HTTP_ONLY": "true",
    "SOLARA_SESSION_SAME_SITE": "lax",
}


def check_address(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, and what the server needs and is not there. Raises ConfigError."""
    missing = [name for name in ("solara", "solara_assets", "ipyvue", "ipyvuetify") if not _there(name)]
    if missing:
        raise ConfigError(f"the laboratory needs {', '.join(missing)}: pip install 'obc-abm[app]'")
    try:
        with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise ConfigError(f"cannot listen on {host}, port {port}: {error}; choose another one with --port") from None


def _there(name: str) -> bool:
    if name == "solara_assets":  # files only, beside the interpreter
        return (Path(sys.prefix) / "share" / "solara" / "cdn").is_dir()
    return find_spec(name) is not None


def is_this_machine(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(host: str = HERE, port: int = PORT, browser: bool = True) -> None:
    """Serve until interrupted. `browser` opens the page. Raises ConfigError for an address that cannot be had."""
    check_address(host, port)
    os.environ.update(SETTINGS)
    os.environ.setdefault("SOLARA_ASSETS_PROXY_CACHE_DIR", str(Path(sys.prefix) / "share" / "solara" / "cdn"))
    os.environ.pop("HOST", None)  # Solara would listen there
    warnings.filterwarnings(
        "ignore", message="Cookies with samesite=none"
    )  # of a page within another page, which this is not
    sys.setswitchinterval(0.001)  # what a page asks is heard while months are run
    import uvicorn

    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    server = uvicorn.Server(
        uvicorn.Config("solara.server.starlette:app", host=host, port=port, log_level="error", ws_max_size=2**20)
    )
    threading.Thread(target=_when_started, args=(server, url, browser), daemon=True).start()
    server.run()


def _when_started(server: object, url: str, browser: bool) -> None:
    """Say where the page is, open it, and load the model while somebody reads."""
    import time

    while not getattr(server, "started", False):
        time.sleep(0.02)
    print(f"The laboratory is open at {url} (Ctrl-C ends it)", flush=True)
    if browser:
        import webbrowser

        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(url)
    warm_up()


def warm_up() -> None:
    """Load what the first story needs."""
    from abm.engine import compile_engine
    from abm.show.app.catalogue import catalogue

    catalogue()
    compile_engine()


def main() -> None:
    """`python -m abm.show.app.serve [PORT]`: the same without the command line, for whoever embeds it."""
    serve(port=int(sys.argv[1]) if len(sys.argv) > 1 else PORT, browser=False)


if __name__ == "__main__":
    main()
