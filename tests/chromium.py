"""The browser of the tests and of the tour."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Chromium heeds the last such list, and Playwright gives one too: what matters of that stands here again. The
# last two are pages of the browser's own frame, made for each context, that take as long as those under test.
FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,PaintHolding,"
    "PreloadTopChromeWebUI,WebUIOmniboxAimPopup"
)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    f"--disable-features={FEATURES_OFF}",
]


def chromium_path() -> str:
    names = (os.environ.get("CHROMIUM", ""), *NAMES)
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise LookupError(
            "The browser tests need Chromium and found none: install your system's (Debian: apt-get install "
            "chromium), or name one in the environment variable CHROMIUM."
        )
    return found
