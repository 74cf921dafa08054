"""Runs the az command that QUPRITE_SDK_AZ names, with nothing of the user's own configuration."""

import json
import os
import shlex
import subprocess

import tap

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items()
       if not name.startswith(("AZURE_", "PYTHON"))},
    "AZURE_CONFIG_DIR": os.path.join(os.environ["QUPRITE_SDK_SCRATCH"], "azure"),
    "AZURE_STORAGE_CONNECTION_STRING": tap.connection_string(),
    "AZURE_CORE_COLLECT_TELEMETRY": "0",
    "AZURE_CORE_NO_COLOR": "1",
    "AZURE_CORE_SURVEY_MESSAGE": "0",
    "AZURE_CORE_ONLY_SHOW_ERRORS": "1",
    "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
}


class Refused(Exception):
    """az ended with an error; its text names the service's code."""


def az(command, *arguments, **environment):
    """az('storage queue show', '--name', ...) → what az prints, as Python values. A variable that is None is not set."""
    environment = {name: value for name, value in {**ENVIRONMENT, **environment}.items() if value is not None}
    finished = subprocess.run(shlex.split(os.environ["QUPRITE_SDK_AZ"]) + command.split() + list(arguments),
                              env=environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if finished.returncode:
        raise Refused(finished.stderr)
    return json.loads(finished.stdout) if finished.stdout.strip() else None
