"""Open every page of the site in Chromium, without a network: `python docs/site/look.py SITE [PICTURES]`.

In a wide window and a narrow one, light and dark, a page asks for no file that is not there and for nothing from
elsewhere, logs no error, and is no wider than the window. With a folder for PICTURES both windows are tried in both
schemes, and each page is saved there.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

WINDOWS = ((1300, "light"), (400, "dark"))
ALL_WINDOWS = (*WINDOWS, (1300, "dark"), (400, "light"))


def look(site: Path, pictures: Path | None) -> list[str]:
    """Return what is wrong with the pages of the site, in words."""
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--allow-file-access-from-files"]
        )
        for width, scheme in ALL_WINDOWS if pictures else WINDOWS:
            size = {"width": width, "height": 900}
            context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)
            page = context.new_page()
            page.set_default_timeout(120_000)  # on a busy machine; nothing is measured here
            page.on("pageerror", lambda error, page=page: wrong.append(f"{page.url}: {error}"))
            page.on("requestfailed", lambda request, page=page: wrong.append(f"{page.url}: {request.url[:200]}"))
            for file in _pages(site):
                page.goto(file.as_uri())
                if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                    wrong.append(f"{file.relative_to(site)} is {found} pixels wide in a window of {width}")
                if pictures:
                    _save(page, pictures / f"{width}-{scheme}" / file.relative_to(site).with_suffix(".png"))
            context.close()
        browser.close()
    return wrong


def _pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("*.html")) if "_static" not in page.parts and page.stem != "genindex"]


def _save(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("python docs/site/look.py SITE [PICTURES]")
    folders = [Path(argument).resolve() for argument in sys.argv[1:]]
    found = look(folders[0], folders[1] if len(folders) > 1 else None)
    print(*found, sep="\n")
    sys.exit(bool(found))
