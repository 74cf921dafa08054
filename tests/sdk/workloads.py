"""Workloads: applications on brokers and libraries that nobody here wrote; see workloads/ for their code."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent / "workloads"


def _python(matrix, name):
    def prepare():
        python = matrix._venv(name, HERE / name / "requirements.txt")
        return matrix.Command([python, HERE / name / "story.py"])
    return prepare


def _fast_azure_storage(matrix):
    modules = matrix._javascript("fast-azure-storage", 18, "workloads/fast-azure-storage")
    return lambda: matrix.Command(
        ["node", "--no-deprecation", "--test-reporter=tap", HERE / "fast-azure-storage/story.mjs"],
        modules().environment, ("--tls", "auto", "--host-name", "devstoreaccount1.queue.core.windows.net"))


def clients(matrix):
    """The workloads as clients of `matrix`, the module that calls."""
    def pinned(name, package):
        return matrix._pinned(f"workloads/{name}/requirements.txt", package)

    return [
        matrix.Client("celery", "workloads", f"{pinned('celery', 'celery')} on {pinned('celery', 'kombu')}",
                      _python(matrix, "celery"), matrix.VENV),
        matrix.Client("dramatiq", "workloads", pinned("dramatiq", "dramatiq_azure"), _python(matrix, "dramatiq"),
                      matrix.VENV),
        matrix.Client("fast-azure-storage", "workloads",
                      matrix._pinned("workloads/fast-azure-storage/package.json", "fast-azure-storage"),
                      _fast_azure_storage(matrix), matrix.NODE),
        matrix.Client("pytest", "workloads", f"quprite exec -- {pinned('pytest', 'pytest')}, eight workers of xdist",
                      _python(matrix, "pytest"), matrix.VENV),
    ]
