"""Run the demo: `python -m cdpviewer.demo`."""

from __future__ import annotations

import sys

from cdpviewer.demo.demo import main

if __name__ == "__main__":
    sys.exit(main())
