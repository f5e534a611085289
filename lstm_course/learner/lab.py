"""Opens JupyterLab on the learner's working copy of the lessons."""

import errno
import os
import socket
import sys
from pathlib import Path
from typing import Any

from lstm_course.common.comparing import WIDGET_VIEW
from lstm_course.common.console import say
from lstm_course.common.files import course_folder
from lstm_course.common.trouble import Trouble
from lstm_course.learner import landing, workspace

ADDRESS = "127.0.0.1"
SETTINGS = Path(__file__).parent / "jupyter"


class LabError(Trouble):
    """JupyterLab cannot be opened; the message is one sentence for the learner."""


def open_lab(
    folder: str | Path = "my-lessons", browser: bool = True, port: int | None = None, address: str = ADDRESS
) -> None:
    """Bring the working copy up to date and run JupyterLab in it until it is stopped.

    Args:
        folder: path of the working copy, default `my-lessons` in the current folder.
        browser: bool, whether to open the browser, default True.
        port: int from 1 to 65535; default the first free one from 8888 on.
        address: str, of the network card to listen at; the default can be reached from this computer only.

    Raises:
        LabError: if the port is taken, the address is not this computer's, or the working copy cannot be
            written.
    """
    if port is not None:
        _check_port(address, port)
    try:
        for sentence in workspace.prepare(course_folder("notebooks"), folder):
            say(sentence)
        page = landing.write_page(folder)
    except ValueError as error:
        raise LabError(f"JupyterLab was not opened: {error}.") from None
    except OSError as error:
        raise LabError(f"The working copy {folder} cannot be written: {error.strerror or error}.") from None
    # For international web addresses in jsonschema, of which JupyterLab has none. It reads forty grammars
    # when it is imported: 0.8 s, and everything else takes 1.1 s.
    sys.modules.setdefault("rfc3987_syntax", None)  # pyright: ignore[reportArgumentType]
    from jupyterlab.labapp import LabApp  # half a second, which only this command should pay

    os.environ.update(_environment(Path(folder)))
    say("Opening JupyterLab. Ctrl+C here, in the terminal, closes it.")
    LabApp.launch_instance(_arguments(Path(folder).resolve(), page, browser, port, address))


def leave_out_views(model: dict[str, Any], **unused: object) -> None:
    """Save pictures in the place of widgets, which end with their kernel. Jupyter calls this before it saves.

    Opened again, a saved view says "Error displaying widget: model not found". An output that has a picture
    beside its view keeps the picture; one that has none, such as a finished progress bar, is left out.

    Args:
        model: dict, what Jupyter is about to save; changed in place.
        **unused: what else Jupyter tells.
    """
    if model.get("type") != "notebook" or not model.get("content"):
        return
    for cell in model["content"]["cells"]:
        kept = []
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if data.pop(WIDGET_VIEW, None) is None or "text/html" in data:
                kept.append(output)
        if "outputs" in cell:
            cell["outputs"] = kept


def _check_port(address, port):
    if not 1 <= port <= 65535:
        raise LabError(f"A port is a number from 1 to 65535, but {port} was asked for.")
    with socket.socket() as attempt:
        if os.name == "posix":
            # Otherwise a server stopped a moment ago would still seem to hold its port.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((address, port))
        except socket.gaierror:
            raise LabError(f"{address} is no address of this computer: leave --address out.") from None
        except PermissionError:
            raise LabError(f"Port {port} is reserved by the system: choose one above 1023.") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise LabError(f"{address} is no address of this computer: leave --address out.") from None
            raise LabError(f"Port {port} is taken: choose another, or leave --port out.") from None


def _environment(folder):
    """Settings and kernel of the course before the learner's own; the kernel runs in this very Python."""
    return {
        "JUPYTER_CONFIG_PATH": _first(SETTINGS, "JUPYTER_CONFIG_PATH"),
        "JUPYTER_PATH": _first(
            f"{SETTINGS}{os.pathsep}{Path(sys.prefix, 'share', 'jupyter')}", "JUPYTER_PATH"
        ),
        # Which tabs were open belongs to this course, not to the learner's other projects.
        "JUPYTERLAB_WORKSPACES_DIR": str(folder.resolve() / ".jupyterlab"),
        **_home_here(folder.resolve() / ".home"),
    }


def _home_here(folder):
    """Where Jupyter and the libraries keep their files when the learner's home cannot be written."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises where there is none
    if home.is_dir() and os.access(home, os.W_OK):
        return {}
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR")
    names += ("KERAS_HOME", "XDG_CACHE_HOME")
    return {name: os.environ.get(name, str(folder / name.lower())) for name in names}


def _first(path, variable):
    return os.pathsep.join(filter(None, [str(path), os.environ.get(variable)]))


def _arguments(folder, page, browser, port, address):
    # No pings, whose answers come too late on a busy computer; and the style sheet of the course.
    settings = {"ws_ping_interval": 0, "static_custom_path": [str(SETTINGS / "custom")]}
    arguments = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{page}",
        f"--ServerApp.tornado_settings={settings}",
        f"--ServerApp.ip={address}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.answer_yes=True",
        "--Application.log_level=WARN",
        # A password of an earlier Jupyter would be asked for, and no address with a token printed.
        "--PasswordIdentityProvider.hashed_password=",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--ServerApp.allow_root=True")
    return arguments
