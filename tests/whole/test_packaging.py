"""What people install: the lock, the environment for conda, the wheel, and the lessons that open from it."""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import zipfile

import pytest
import yaml
from helpers import ROOT, load
from packaging.markers import Marker
from packaging.requirements import Requirement

import lstm_course
from lstm_course.learner import landing
from lstm_course.learner.doctor import pythons

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ["requirements.txt", "requirements-dev.txt"]
PYTHONS = pythons()


def locked(name):
    """The requirements of a lock, without their hashes."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    return [
        Requirement(re.split(r"\s--hash", line)[0]) for line in lines if line and not line.startswith("#")
    ]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(("name", "fewest"), [*((name, 101) for name in LOCKS), ("requirements-uv.txt", 1)])
def test_a_lock_pins_one_version_with_hashes_and_names_no_address(name, fewest):
    text = (ROOT / name).read_text()
    options = {word.partition("=")[0] for word in text.split() if word.startswith("-")}
    assert options == {"--hash"} and "://" not in text
    requirements = locked(name)
    assert text.count(" \\\n    --hash=sha256:") >= len(requirements) >= fewest
    assert all(re.fullmatch(r"==[^,*]+", str(requirement.specifier)) for requirement in requirements)


def test_the_authors_lock_holds_what_a_learners_lock_holds():
    learner, author = ({f"{pin.name}{pin.specifier}" for pin in locked(name)} for name in LOCKS)
    assert learner < author


@pytest.mark.parametrize("python", PYTHONS)
def test_locked_versions_are_within_the_ranges_of_the_package(python):
    everything = [wanted for group in PROJECT["optional-dependencies"].values() for wanted in group]
    for lock, extras in zip(LOCKS, ([], everything), strict=True):
        pins = {}
        for pin in locked(lock):
            if pin.marker is None or pin.marker.evaluate(
                {"python_version": python, "python_full_version": f"{python}.0"}
            ):
                pins[canonical(pin.name)] = str(pin.specifier)[2:]
        for wanted in map(Requirement, PROJECT["dependencies"] + extras):
            if wanted.name == PROJECT["name"]:
                assert wanted.extras <= set(PROJECT["optional-dependencies"])
            elif wanted.marker is None or wanted.marker.evaluate({"python_version": python}):
                assert pins[canonical(wanted.name)] in wanted.specifier, wanted


def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def test_conda_and_binder_install_the_learners_lock():
    (pip,) = (
        dependency["pip"] for dependency in environment()["dependencies"] if isinstance(dependency, dict)
    )
    assert pip == ["-r requirements.txt"]
    assert "pip install --no-deps --no-build-isolation -e ." in (ROOT / "environment.yml").read_text()
    assert "pip install --no-deps --no-build-isolation -e ." in (ROOT / "postBuild").read_text()
    assert os.access(ROOT / "postBuild", os.X_OK)
    assert {"hatchling", "editables"} <= {
        canonical(requirement.name) for requirement in locked("requirements.txt")
    }


def test_start_knows_for_which_computers_there_is_a_tensorflow():
    markers = [
        Marker(line.split(";")[1]) for line in PROJECT["dependencies"] if line.startswith("tensorflow")
    ]
    platforms = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}
    with_tensorflow = {
        (system, machine)
        for system, platform in platforms.items()
        for machine in ("x86_64", "aarch64", "arm64", "AMD64", "ARM64")
        if any(marker.evaluate({"sys_platform": platform, "platform_machine": machine}) for marker in markers)
    }
    assert with_tensorflow == load(ROOT / "start.py").WITH_TENSORFLOW


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return folder / made.stdout.split()[-1]


def test_the_wheel_carries_code_lessons_data_and_settings_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("notebooks", "datasets"):
        paths = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()]
        visible = [path for path in paths if not any(part.startswith(".") for part in path.parts)]
        assert visible and {f"lstm_course/_course/{path.as_posix()}" for path in visible} <= names
    assert "lstm_course/_course/notebooks/00_start_here.ipynb" in names
    assert "lstm_course/learner/jupyter/labconfig/default_setting_overrides.json" in names
    found = [path for path in ROOT.glob("lstm_course/**/templates/**/*") if path.is_file()]
    templates = [path.relative_to(ROOT).as_posix() for path in found]
    assert len(templates) >= 4 and set(templates) <= names
    modules = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("lstm_course/explore/javascript/*")]
    assert len(modules) > 10 and set(modules) <= names
    assert "lstm_course/py.typed" in names
    (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    assert f"\nVersion: {lstm_course.__version__}\n" in zipfile.ZipFile(wheel).read(metadata).decode()
    strangers = {name for name in names if not name.startswith(("lstm_course/", "lstm_course-"))}
    assert not strangers
    assert not {name for name in names if ".ipynb_checkpoints" in name or "__pycache__" in name}


def ask(address, token):
    """Where a request ended up, and the answer; an error when it is not a success."""
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.url, answer.read().decode()


@pytest.fixture
def installed_lab(wheel, free_port, tmp_path):
    """Address of a JupyterLab that the wheel opened far from any clone."""
    site, folder, decoy = tmp_path / "site", tmp_path / "somewhere", tmp_path / "decoy"
    zipfile.ZipFile(wheel).extractall(site)
    folder.mkdir()
    (decoy / "kernels" / "python3").mkdir(parents=True)
    spec = {"argv": ["another-python"], "display_name": "Another", "language": "python"}
    (decoy / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    port = free_port()
    command = [sys.executable, "-P", "-m", "lstm_course", "lab", "--no-browser", "--port", str(port)]
    variables = {"PYTHONPATH": str(site), "JUPYTER_TOKEN": "secret", "JUPYTER_PATH": str(decoy)}
    with (tmp_path / "log.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=os.environ | variables, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                ask(f"{address}/api", "secret")
                break
            except urllib.error.URLError:
                assert server.poll() is None, (tmp_path / "log.txt").read_text()
                time.sleep(0.1)
        yield address, folder
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_the_installed_wheel_opens_the_list_of_lessons_outside_a_clone(installed_lab):
    address, folder = installed_lab
    opened, page = ask(f"{address}/", "secret")
    assert opened == f"{address}/lab/tree/{landing.PAGE}"
    assert '"news": {"disabled": true' in page and '"buildCheck": false' in page
    assert "(00_start_here.ipynb)" in (folder / "my-lessons" / landing.PAGE).read_text(encoding="utf-8")
    _, lesson = ask(f"{address}/api/contents/00_start_here.ipynb", "secret")
    cells = json.loads(lesson)["content"]["cells"]
    assert cells and "".join(cells[0]["source"]).startswith("#")
    _, viewers = ask(f"{address}/lab/api/settings/@jupyterlab/docmanager-extension:plugin", "secret")
    assert "Markdown Preview" in viewers
    _, kernels = ask(f"{address}/api/kernelspecs", "secret")
    assert json.loads(kernels)["kernelspecs"]["python3"]["spec"]["argv"][:2] != ["another-python"]
    _, settings = ask(f"{address}/lab/api/settings/@jupyterlab/notebook-extension:tracker", "secret")
    assert json.loads(settings)["schema"]["properties"]["kernelShutdown"]["default"] is True
    with pytest.raises(urllib.error.HTTPError, match="403"):
        ask(f"{address}/api/contents", "a wrong token")
