"""Pack the app into the zip that Zendesk takes: `python integrations/zendesk/pack.py FILE`. The same files give the same bytes."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = ("manifest.json", "assets", "translations")


def pack(target: Path) -> None:
    """Write the zip."""
    files = [path for part in PARTS for path in ((HERE / part).rglob("*") if (HERE / part).is_dir() else [HERE / part])]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in files if path.is_file()):
            packed.writestr(zipfile.ZipInfo(path.relative_to(HERE).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
