"""Pack the app into the zip that Zendesk takes: `python integrations/zendesk/pack.py FILE [EMAIL]`. The same files give the same bytes."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MANIFEST = "manifest.json"
PARTS = (MANIFEST, "assets", "translations")


def pack(target: Path, email: str = "") -> None:
    """Write the zip, with `email` as the address that its users may write to; the example of the manifest if it is empty."""
    files = [path for part in PARTS for path in ((HERE / part).rglob("*") if (HERE / part).is_dir() else [HERE / part])]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in files if path.is_file()):
            name, content = path.relative_to(HERE).as_posix(), path.read_bytes()
            if name == MANIFEST and email:
                manifest = json.loads(content)
                manifest["author"]["email"] = email
                content = json.dumps(manifest, indent=2).encode()
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    pack(Path(sys.argv[1]), *sys.argv[2:])
