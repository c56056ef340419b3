#!/usr/bin/env python3
"""Django's command line for Trialdesk."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    arguments = list(sys.argv)
    if arguments[1:2] == ["migrate"]:
        # Only the owner may change the schema, and only here is its connection configured.
        os.environ["TRIALDESK_AS_OWNER"] = "1"
        if not any(argument.startswith("--database") for argument in arguments):
            arguments.append("--database=owner")

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # as shells tell it; what has anything to lose hears the signal itself
