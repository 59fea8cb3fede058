"""Bytes, requests, nodes and first paint of a cold and a warm visit on a phone, and bytes of the HTML itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.attempt import open_attempt
from tests.bench.figures import Figure
from tests.bench.pages import addresses
from tests.bench.server import Server, serving

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
    ],
}
MOST_BYTES, MOST_REQUESTS, MOST_SCRIPT, MOST_HTML, MOST_WARM = 60_000, 6, 15_000, 8_000, 15_000
MOST_SCRIPT_OF_ATTEMPT, MOST_NODES = 40_000, 400
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400_000 / 8, "uploadThroughput": 400_000 / 8}


def measure(bench: Bench) -> Iterator[Figure]:
    with serving("wsgi:app", bench.environment) as server, sync_playwright() as tool:
        browser = tool.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        pages = {**addresses(bench), "attempt": open_attempt(bench)}
        for name, path in pages.items():
            yield from _visit(browser, server, bench, name, path)
        browser.close()


def _visit(browser: Browser, server: Server, bench: Bench, name: str, path: str) -> Iterator[Figure]:
    context = _context(browser, bench, name)
    address = f"http://127.0.0.1:{server.port}{path}"
    page = context.new_page()
    cold = _traffic(page, address)
    yield Figure(f"bytes_cold_{name}", sum(cold.values()), "bytes", MOST_BYTES)
    attempt = name == "attempt"
    yield Figure(f"requests_cold_{name}", len(cold), "requests", None if attempt else MOST_REQUESTS)
    script = sum(size for file, size in cold.items() if file.endswith(".js"))
    yield Figure(f"bytes_script_{name}", script, "bytes", MOST_SCRIPT_OF_ATTEMPT if attempt else MOST_SCRIPT)
    yield Figure(f"bytes_html_{name}", cold.get(address, 0), "bytes", MOST_HTML)
    nodes = page.evaluate("document.querySelectorAll('*').length")
    yield Figure(f"nodes_{name}", nodes, "nodes", MOST_NODES if name == "lesson" else None)
    context.close()
    yield Figure(f"bytes_warm_{name}", _warm(browser, bench, name, address), "bytes", MOST_WARM)
    yield from _slow(browser, bench, name, address)


def _warm(browser: Browser, bench: Bench, name: str, address: str) -> int:
    """Bytes of a second visit. Without the worker, which would fetch the page itself, unseen by the page's counter."""
    context = _context(browser, bench, name, service_workers="block")
    page = context.new_page()
    _traffic(page, address)
    warm = sum(_traffic(page, address).values())
    context.close()
    return warm


def _context(browser: Browser, bench: Bench, name: str, **options: Any) -> BrowserContext:
    context = browser.new_context(viewport={"width": 360, "height": 740}, **options)
    if name != "sign_in":
        context.add_cookies([_cookie(bench.cookie.partition("=")[2])])
    return context


def _cookie(value: str) -> Any:
    return {"name": "__Host-bina", "value": value, "domain": "127.0.0.1", "path": "/", "secure": True}


def _traffic(page: Page, address: str) -> dict[str, int]:
    """Bytes over the wire by address, headers included, as the browser counted them."""
    counted: dict[str, int] = {}
    names: dict[str, str] = {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda e: names.update({e["requestId"]: e["request"]["url"]}))
    wire.on("Network.loadingFinished", lambda e: _count(counted, names, e))
    page.goto(address, wait_until="networkidle")
    wire.detach()
    return {key: size for key, size in counted.items() if size}


def _count(counted: dict[str, int], names: dict[str, str], event: dict[str, Any]) -> None:
    address = names.get(event["requestId"], "")
    if address.startswith("http"):
        counted[address] = counted.get(address, 0) + int(event["encodedDataLength"])


def _slow(browser: Browser, bench: Bench, name: str, address: str) -> Iterator[Figure]:
    """400 kbit/s, 400 ms, a processor four times slower."""
    context = _context(browser, bench, name)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="load")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
    yield Figure(f"fcp_slow_{name}", paint, "ms", 2000)
    yield Figure(f"load_slow_{name}", load, "ms", 3000)
    context.close()
