"""What somebody who trains models does, with MLflow's own client: `write` something, or `read` that it is all there.

The server and the login come from MLFLOW_TRACKING_* variables; no key of the artifact store is anywhere near.
"""

import pathlib
import sys
import tempfile

import mlflow

NAME = "kept"
BLOB = bytes(range(256)) * 4096  # a megabyte
client = mlflow.MlflowClient()


def write():
    mlflow.set_experiment(NAME)
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        mlflow.log_param("depth", 3)
        mlflow.log_metric("loss", 0.75, step=1)
        mlflow.log_metric("loss", 0.5, step=2)
        mlflow.log_text("hello", "notes/hello.txt")
        blob = pathlib.Path(folder, "blob.bin")
        blob.write_bytes(BLOB)
        mlflow.log_artifact(str(blob), "data")
    client.create_registered_model(NAME)
    client.create_model_version(NAME, f"{run.info.artifact_uri}/data", run.info.run_id)


def read():
    experiment = client.get_experiment_by_name(NAME)
    assert experiment.artifact_location.startswith("mlflow-artifacts:/"), experiment
    [run] = client.search_runs([experiment.experiment_id])
    assert run.data.params == {"depth": "3"}, run.data
    history = [(metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, "loss")]
    assert history == [(1, 0.75), (2, 0.5)], history
    with tempfile.TemporaryDirectory() as folder:
        fetched = client.download_artifacts(run.info.run_id, "data/blob.bin", folder)
        assert pathlib.Path(fetched).read_bytes() == BLOB
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/hello.txt") == "hello"
    [version] = client.search_model_versions(f"name='{NAME}'")
    assert (version.version, version.status) in {("1", "READY"), (1, "READY")}, version


{"write": write, "read": read}[sys.argv[1]]()
