"""The browser laboratory: `obc app`. One Solara page on the real model, each browser session with models of its own."""
