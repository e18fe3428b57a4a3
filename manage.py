#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line

from cdpviewer.modes import for_the_owner_alone

if __name__ == "__main__":
    for_the_owner_alone()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdpviewer.settings")
    execute_from_command_line(sys.argv)
