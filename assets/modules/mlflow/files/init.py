"""Gets MLflow's surroundings ready, or says in one line why they are not.

Exit codes: 11 directory, 12 database login, 13 database unreachable, 14 database rights, 15 bucket, 16 artifact store
unreachable, 17 upgrade of the tables.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

import boto3
import psycopg2
from botocore.config import Config
from botocore.exceptions import ClientError

STAGING = pathlib.Path("/mlflow/packages/.staging")
PATIENCE = 120  # seconds
HOPELESS = ("password authentication failed", "does not exist", "no pg_hba.conf entry", "does not support SSL")


def log(*words):
    print("[mlflow-init]", *words, flush=True)


def give_up(code, *words):
    log("FATAL", *words)
    sys.exit(code)


def directories():
    for folder in ("/mlflow/logs", "/mlflow/packages"):
        probe = pathlib.Path(folder) / ".write-test"
        try:
            probe.write_text("x")
            probe.unlink()
        except OSError as error:
            give_up(11, f"{folder} is not writable by {os.getuid()}:{os.getgid()}: {error}")
    # A pod that was killed leaves its half-finished uploads behind.
    shutil.rmtree(STAGING, ignore_errors=True)
    STAGING.mkdir(parents=True, exist_ok=True)


def database():
    """Waits for PostgreSQL, but not for what waiting does not cure."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection = psycopg2.connect("")  # everything comes from PG* variables
            break
        except psycopg2.OperationalError as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            if any(words in reason for words in HOPELESS):
                give_up(12, reason)
            if time.monotonic() > end:
                give_up(13, "PostgreSQL is not reachable:", reason)
            log("waiting for PostgreSQL:", reason)
            time.sleep(3)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(
        "select current_user, current_database(), current_setting('server_version'),"
        " has_schema_privilege(current_user, 'public', 'CREATE')"
    )
    user, name, version, may_create = cursor.fetchone()
    log(f"PostgreSQL {version} as {user} on {name}")
    if not may_create:
        give_up(14, f"{user} may not create tables in {name}: alter database {name} owner to {user}")
    return cursor


def bucket():
    name = os.environ["MLFLOW_ARTIFACTS_DESTINATION"].removeprefix("s3://").split("/")[0]
    endpoint = os.environ["MLFLOW_S3_ENDPOINT_URL"]
    limits = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 3})
    try:
        boto3.client("s3", endpoint_url=endpoint, config=limits).head_bucket(Bucket=name)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        give_up(15, f"bucket {name}: HTTP {status} (403 access key or policy, 404 no such bucket)")
    except Exception as error:
        give_up(16, f"artifact store {endpoint}: {error}")
    log(f"bucket {name} is there")


def revision(cursor):
    cursor.execute("select to_regclass('public.alembic_version') is not null")
    if not cursor.fetchone()[0]:
        return "empty"
    cursor.execute("select version_num from alembic_version")
    row = cursor.fetchone()
    return row[0] if row else "empty"


def upgrade(cursor):
    # One pod at a time: MLflow itself takes no lock that reaches another pod.
    cursor.execute("select pg_advisory_lock(716010)")
    before = revision(cursor)
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", os.environ["MLFLOW_BACKEND_STORE_URI"]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        give_up(17, "the tables could not be upgraded\n" + done.stderr[-3000:])
    log(f"tables {before} -> {revision(cursor)}")


def main():
    directories()
    cursor = database()
    bucket()
    upgrade(cursor)


if __name__ == "__main__":
    main()
