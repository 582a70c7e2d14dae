"""Finding every page by following the links of every page, as each kind of person."""

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from fastapi import FastAPI
from httpx2 import Client, Response, TransportError
from lxml import html

from tests.support.routes import PARAMETER, routes_of

#: So many addresses of one route are opened in search of links: different records lead to different pages.
TRIES = 6
#: The pages of components show links that lead nowhere in particular.
SAMPLES = "/dev/"
LINKS = ("href", "hx-get", "data-url", "data-src", "src")


@dataclass
class Found:
    """What a crawl saw: the first few addresses of each route, and those of them that are whole pages."""

    opened: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)


def _patterns(app: FastAPI) -> list[tuple[re.Pattern[str], str]]:
    paths = {route.path for route in routes_of(app) if "GET" in route.methods}
    most_said_first = sorted(paths, key=lambda path: (-len(PARAMETER.sub("", path)), path))
    return [
        (re.compile("^" + PARAMETER.sub("[^/]+", path.replace(".", r"\.").replace(":path", "")) + "$"), path)
        for path in most_said_first
    ]


def crawl(
    app: FastAPI, client: Client, starts: Iterable[str], *, tries: int = TRIES, known: Collection[str] = ()
) -> Found:
    """Follow links from `starts` with `client` (a person's cookies on a running server), `tries` addresses of a route.

    Routes that are `known` already are opened as starts only.
    """
    patterns, found, waiting = _patterns(app), Found(), deque(starts)
    first = set(waiting)
    seen = set(waiting)
    while waiting:
        path = waiting.popleft()
        route = next((route for pattern, route in patterns if pattern.match(urlsplit(path).path)), None)
        if route is None or len(found.opened[route]) >= tries or (route in known and path not in first):
            continue
        found.opened[route].append(path)
        try:
            answer = client.get(path)
        except TransportError as error:
            found.failures.append(f"{error!r}: {path}")
            continue
        if answer.status_code >= 400:
            found.failures.append(f"{answer.status_code}: {path}")
        elif answer.status_code == 200 and "<html" in answer.text[:500]:
            found.pages[route].append(path)
        for link in _links(path, answer) if not path.startswith(SAMPLES) else ():
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    return found


def _links(page: str, answer: Response) -> list[str]:
    found = [*filter(None, [answer.headers.get("location")])]
    if answer.headers.get("content-type", "").startswith("text/html") and answer.text.strip():
        found += _linked(html.document_fromstring(answer.text))
    absolute = (urldefrag(urljoin(page, link))[0] for link in found)
    return [link for link in absolute if link.startswith("/") and not link.startswith(("//", "/static/"))]


def _linked(page: html.HtmlElement) -> Iterator[str]:
    for element in page.iter(html.etree.Element):
        yield from filter(None, (element.get(name) for name in LINKS))
        if element.tag == "form" and (element.get("method") or "get").lower() == "get" and element.get("action"):
            yield element.get("action")
