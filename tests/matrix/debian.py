"""Debian kernel packages, fetched without touching the system's apt.

Each suite list gets its own configuration, sources, lists and cache
directories. The mirror is whatever the system's own sources name, and apt
checks signatures and package hashes as always.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGE = re.compile(r"linux-(?:image|binary)-(\d+\.\d[\w.+-]*)-cloud-amd64")
TIMEOUT = 300


class Unavailable(Exception):
    """A kernel that cannot be had here; the text says why."""


@dataclass(frozen=True)
class Mirror:
    """Base addresses of the archive and, when configured, of its updates."""

    archive: str
    security: str | None


def source_uris(text: str) -> list[str]:
    """Repository addresses in one-line or deb822 apt sources."""
    uris: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if line.lower().startswith("uris:"):
            uris += line.split(":", 1)[1].split()
        elif match := re.match(r"deb\s+(?:\[[^\]]*\]\s*)?(\S+)", line):
            uris.append(match.group(1))
    return [uri.rstrip("/") for uri in uris]


def find_mirror(etc: Path = Path("/etc/apt")) -> Mirror:
    """The Debian mirror that the system itself uses."""
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    uris: list[str] = []
    for file in files:
        if file.is_file() and file.suffix in (".list", ".sources"):
            uris += source_uris(file.read_text(errors="replace"))
    archive = next((u for u in uris if u.endswith("/debian")), None)
    security = next((u for u in uris if u.endswith("/debian-security")), None)
    if archive is None:
        raise Unavailable(f"no Debian mirror among the sources in {etc}")
    return Mirror(archive, security)


def sources_stanza(uri: str, suite: str) -> str:
    """One deb822 entry for the main component of a suite."""
    signed = f"Signed-By: {KEYRING}\n" if KEYRING.exists() else ""
    return (f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
            f"Architectures: amd64\n{signed}\n")


def version_key(version: str) -> list[tuple[int, str]]:
    """Sorts 5.10.0-9 before 5.10.0-46."""
    return [(int(part), "") if part.isdigit() else (-1, part)
            for part in re.findall(r"\d+|[^\d.+-]+", version)]


def newest(names: list[str], prefix: str) -> tuple[str, str] | None:
    """(package, version) of the newest cloud kernel whose version starts so.

    From 6.19 on `linux-image-…` is an empty package that depends on
    `linux-binary-…`, which therefore wins between equal versions.
    """
    found: list[tuple[list[tuple[int, str]], str, str]] = []
    for name in names:
        match = PACKAGE.fullmatch(name)
        if not match:
            continue
        version = match.group(1)
        if version.startswith(prefix) and version[len(prefix):][:1] in ".-+":
            kind = (1, "") if name.startswith("linux-binary-") else (0, "")
            found.append((version_key(version) + [kind], name, version))
    if not found:
        return None
    _, name, version = max(found)
    return name, version


def first_error(output: str) -> str:
    """The first complaint of apt: later ones only sum up."""
    lines = output.strip().splitlines() or ["apt failed"]
    errors = [line for line in lines if line.startswith(("E:", "Err:"))]
    return (errors or lines)[0].removeprefix("E: ")


class AptArea:
    """A private apt for one list of suites."""

    def __init__(self, root: Path, suites: tuple[str, ...],
                 mirror: Mirror) -> None:
        self.root = root
        self.config = root / "apt.conf"
        for folder in ("lists/partial", "cache/archives/partial", "parts"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "status").touch()
        self._write_sources(suites, mirror)
        self._write_config()

    def _write_sources(self, suites: tuple[str, ...], mirror: Mirror) -> None:
        stanzas = []
        for suite in suites:
            uri = (mirror.security if suite.endswith("-security")
                   else mirror.archive)
            if uri:
                stanzas.append(sources_stanza(uri, suite))
        (self.root / "debian.sources").write_text("".join(stanzas))

    def _write_config(self) -> None:
        """The system's Acquire settings (proxies); hooks left behind."""
        dump = subprocess.run(["apt-config", "dump", "Acquire"], text=True,
                              capture_output=True, check=True).stdout
        root = self.root
        own = {
            "Dir::Etc::parts": root / "parts",
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::sourcelist": root / "debian.sources",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::lists": root / "lists",
            "Dir::State::status": root / "status",
            "Dir::Cache": root / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Acquire::http::Timeout": "20",
            "APT::Architecture": "amd64",
        }
        if os.geteuid() == 0:
            own["APT::Sandbox::User"] = "root"
        keep = [line for line in dump.splitlines()
                if not line.startswith("Acquire::Languages")]
        lines = keep + [f'{key} "{value}";' for key, value in own.items()]
        self.config.write_text("\n".join(lines) + "\n")

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        environment = dict(os.environ, APT_CONFIG=str(self.config), LC_ALL="C")
        try:
            done = subprocess.run(command, text=True, capture_output=True,
                                  env=environment, cwd=cwd, timeout=TIMEOUT)
        except FileNotFoundError:
            raise Unavailable(f"{command[0]} is not installed") from None
        except subprocess.TimeoutExpired:
            raise Unavailable(f"{command[0]} timed out") from None
        if done.returncode != 0:
            raise Unavailable(first_error(done.stderr or done.stdout))
        return done.stdout

    def update(self) -> None:
        """Fetches the package lists; any unreachable suite is an error."""
        self._run("apt-get", "update", "-o", "APT::Update::Error-Mode=any")

    def newest_kernel(self, prefix: str) -> tuple[str, str] | None:
        """(package, version) in these suites, or None."""
        names = self._run("apt-cache", "pkgnames", "linux-").split()
        return newest(names, prefix)

    def download(self, package: str) -> Path:
        """The package file, verified by apt."""
        folder = self.root / "cache" / "archives"
        for old in folder.glob(f"{package}_*.deb"):
            old.unlink()
        self._run("apt-get", "download", package, cwd=folder)
        return next(iter(folder.glob(f"{package}_*.deb")))
