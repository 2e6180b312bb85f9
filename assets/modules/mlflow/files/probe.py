"""Looks from inside the cluster at what MLflow is going to need, and says what it finds.

Prints one JSON object on a line for each thing found:

    {"check": "database", "verdict": "fail", "reason": "login", "says": "one clause", "evidence": ["a line", ...]}

verdict is ok, warn, fail or cannot-tell; reason names one of the reasons of that check in checks.yaml. The same lines go
to the file named by LANDFALL_ANSWER (the termination message of the container), as far as they fit. Never prints a
password or a key. Always ends with 0: what it could not find out is an answer too.

What it is told, by environment variables:
    LANDFALL_CHECKS       which checks to run, with commas between: identity,directories,disk,database,bucket
    PROBE_UID, PROBE_GID  who it has to be
    PROBE_DIRECTORIES     NAME=MOUNTED=ON THE NODE, with semicolons between
    PROBE_DISK_WARN, PROBE_DISK_FAIL   the room that is recommended and needed, in GiB
    PG*                   as libpq reads them
    S3_ENDPOINT, S3_BUCKET, S3_PREFIX, AWS_*
"""

import importlib.util
import json
import os
import pathlib
import re
import stat
import sys
import time
import uuid

MESSAGE = 4096  # bytes a termination message may have
GIB = 1 << 30
answers = []


def say(check, verdict, says, reason=None, evidence=()):
    answer = {"check": check, "verdict": verdict, "says": says}
    if reason:
        answer["reason"] = reason
    if evidence:
        answer["evidence"] = list(evidence)
    answers.append(json.dumps(answer, ensure_ascii=False))
    print(answers[-1], flush=True)


def plain(error):
    """The first line of an error, without what libraries put around it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def directories():
    for item in os.environ["PROBE_DIRECTORIES"].split(";"):
        name, path, node = item.split("=", 2)
        directory(name, path, node)


def directory(name, path, node):
    uid, gid = int(os.environ["PROBE_UID"]), int(os.environ["PROBE_GID"])
    try:
        found = os.stat(path)
    except OSError as error:
        return say("directories", "fail", f"{node} cannot be looked at: {error.strerror}", "missing")
    mode = stat.S_IMODE(found.st_mode)
    seen = [f"{node}: owner {found.st_uid}:{found.st_gid}, mode {mode:o}"]
    if (found.st_uid, found.st_gid) != (uid, gid):
        says = f"{node} belongs to {found.st_uid}:{found.st_gid}, MLflow runs as {uid}:{gid}"
        verdict = "warn" if writes(path, seen) else "fail"
        return say("directories", verdict, says, "owner", seen)
    if not writes(path, seen):
        return say("directories", "fail", f"{node} is not writable by {uid}:{gid}", "mode", seen)
    if mode != 0o755:
        return say("directories", "warn", f"{node} has mode {mode:o}, not 755", "mode", seen)
    say("directories", "ok", f"{node} belongs to {uid}:{gid} and is writable", evidence=seen)


def writes(path, seen):
    """Whether a file can be made and taken away again, as the user this runs as."""
    probe = os.path.join(path, f".landfall-{uuid.uuid4().hex[:8]}")
    try:
        with open(probe, "w") as file:
            file.write("x")
        os.unlink(probe)
    except OSError as error:
        seen.append(f"writing as {os.getuid()}:{os.getgid()}: {error.strerror}")
        return False
    seen.append(f"writing as {os.getuid()}:{os.getgid()}: well")
    return True


def disk():
    seen_devices = set()
    for item in os.environ["PROBE_DIRECTORIES"].split(";"):
        _, path, node = item.split("=", 2)
        device = os.stat(path).st_dev
        if device not in seen_devices:
            seen_devices.add(device)
            room(node, os.statvfs(path))


def room(node, found):
    warn, fail = (float(os.environ[name]) for name in ("PROBE_DISK_WARN", "PROBE_DISK_FAIL"))
    free, whole = found.f_bavail * found.f_frsize / GIB, found.f_blocks * found.f_frsize / GIB
    seen = [f"{node}: {free:.1f} of {whole:.1f} GiB free"]
    if found.f_files:
        seen.append(f"{found.f_favail} of {found.f_files} inodes free")
    if found.f_files and found.f_favail < 1000:
        return say("disk", "fail", f"only {found.f_favail} more files fit where {node} lies", "room", seen)
    if free < fail:
        return say("disk", "fail", f"{free:.1f} GiB free in {node}, at least {fail:g} GiB needed", "room", seen)
    if free < warn:
        return say("disk", "warn", f"{free:.1f} GiB free in {node}, {warn:g} GiB recommended", "room", seen)
    say("disk", "ok", f"{free:.0f} GiB free in {node}", evidence=seen)


def identity():
    wanted = f"{os.environ['PROBE_UID']}:{os.environ['PROBE_GID']}"
    own = f"{os.getuid()}:{os.getgid()}"
    if own != wanted:
        return say("identity", "fail", f"the cluster runs it as {own}, not as {wanted}", "other")
    groups = ", ".join(str(group) for group in sorted(os.getgroups())) or "none"
    say("identity", "ok", f"the cluster runs it as {own}", evidence=[f"further groups: {groups}"])


LOGIN = ("password authentication failed", "no pg_hba.conf entry", "is not permitted to log in", "no password supplied")


def database():
    import psycopg2

    place = f"{os.environ['PGHOST']}:{os.environ.get('PGPORT', '5432')}"
    name, user = os.environ["PGDATABASE"], os.environ.get("PGUSER", "")
    try:
        connection = psycopg2.connect("")
    except psycopg2.OperationalError as error:
        return unreachable(plain(error), place, name, user)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(
        "select current_setting('server_version'), has_schema_privilege(current_user, 'public', 'CREATE'),"
        " pg_get_userbyid(datdba), current_setting('max_connections')::int - (select count(*) from pg_stat_activity)"
        " from pg_database where datname = current_database()"
    )
    version, may_create, owner, left = cursor.fetchone()
    own, login, others = tables(cursor)
    connection.close()
    seen = [f"PostgreSQL {version} at {place}, owner {owner}", f"tables of MLflow: {own or 'none yet'}"]
    seen.append(f"{left} connections free")
    if not may_create:
        return say("database", "fail", f"{user} may not create tables in {name}", "right", seen)
    known = revisions()
    if own and known and own not in known:
        says = f"the tables in {name} are of a newer MLflow or of another program: this image knows no revision {own}"
        return say("database", "fail", says, "tables", seen)
    if not own and login:
        says = f"{name} has MLflow's tables of logins and none of the others: MLflow does not start on that"
        return say("database", "fail", says, "tables", seen)
    if not own and others:
        says = f"{name} holds {others} table{'s' * (others > 1)} of something else"
        return say("database", "warn", says, "tables", seen)
    if left < 10:
        return say("database", "warn", f"only {left} connections are free on {place}", "connections", seen)
    say("database", "ok", f"{user} may use {name} on {place}", evidence=seen)


def unreachable(why, place, name, user):
    if f'database "{name}" does not exist' in why:
        return say("database", "fail", f"there is no database {name} on {place}", "missing", [why])
    if any(sign in why for sign in LOGIN) or f'role "{user}" does not exist' in why:
        return say("database", "fail", f"PostgreSQL at {place} refused the login of {user}", "login", [why])
    say("database", "fail", f"PostgreSQL at {place} does not answer", "unreachable", [why])


def tables(cursor):
    """The revision of MLflow's tables, whether those of its logins are there, and how many tables there are at all."""
    cursor.execute(
        "select to_regclass('public.alembic_version') is not null, to_regclass('public.alembic_version_auth') is not null,"
        " (select count(*) from pg_tables where schemaname = 'public')"
    )
    there, login, count = cursor.fetchone()
    if not there:
        return None, login, count
    cursor.execute("select version_num from public.alembic_version")
    row = cursor.fetchone()
    return row[0] if row else None, login, count


def revisions():
    """The revisions this image's MLflow knows. Its files are read and not run: importing MLflow takes seconds."""
    found = importlib.util.find_spec("mlflow")
    if found is None:
        raise ModuleNotFoundError("No module named 'mlflow'", name="mlflow")
    folder = pathlib.Path(found.origin).parent / "store" / "db_migrations" / "versions"
    texts = (file.read_text() for file in folder.glob("*.py"))
    return {match[1] for text in texts if (match := re.search(r"^revision\b[^=]*=\s*['\"](\w+)", text, re.M))}


def bucket():
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

    endpoint, name = os.environ["S3_ENDPOINT"], os.environ["S3_BUCKET"]
    prefix = os.environ.get("S3_PREFIX", "")
    place = f"{name}/{prefix}" if prefix else name
    key = f"{prefix}/.landfall-{uuid.uuid4().hex}".lstrip("/")
    limits = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 2})
    store, done = boto3.client("s3", endpoint_url=endpoint, config=limits), []
    try:
        store.head_bucket(Bucket=name)
        done.append("bucket: there")
        store.put_object(Bucket=name, Key=key, Body=b"landfall")
        done.append("put: well")
        if store.get_object(Bucket=name, Key=key)["Body"].read() != b"landfall":
            return say("bucket", "fail", f"{place} gives back something else than was put there", "rights", done)
        done.append("get: well")
        listed = store.list_objects_v2(Bucket=name, Prefix=key).get("Contents", [])
        if [item["Key"] for item in listed] != [key]:
            return say("bucket", "fail", f"{place} does not list what was put there", "rights", done)
        done.append("list: well")
        store.delete_object(Bucket=name, Key=key)
        done.append("delete: well")
    except ClientError as error:
        return refused(error, place, done, store, (name, key))
    except NoCredentialsError:
        return say("bucket", "fail", f"there is no access key for {place}", "login", done)
    except BotoCoreError as error:
        return say("bucket", "fail", f"{endpoint} does not answer", "unreachable", [*done, plain(error)])
    say("bucket", "ok", f"{place} takes, gives, lists and deletes", evidence=done)


def refused(error, place, done, store, where):
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    code = error.response.get("Error", {}).get("Code", "")
    step = {0: "bucket", 1: "put", 2: "get", 3: "list", 4: "delete"}[len(done)]
    seen = [*done, f"{step}: {status} {code}"]
    if 2 <= len(done) <= 4:
        try:
            store.delete_object(Bucket=where[0], Key=where[1])
        except Exception:
            seen.append(f"left behind: {where[1]}")
    if status == 404 and step == "bucket":
        return say("bucket", "fail", f"there is no bucket {where[0]}", "missing", seen)
    if step == "bucket" or code in ("InvalidAccessKeyId", "SignatureDoesNotMatch"):
        return say("bucket", "fail", f"the artifact store refuses the access key for {place}", "login", seen)
    say("bucket", "fail", f"the access key may not {step} in {place}", "rights", seen)


CHECKS = {"identity": identity, "directories": directories, "disk": disk, "database": database, "bucket": bucket}


def main():
    for name in os.environ["LANDFALL_CHECKS"].split(","):
        began = time.monotonic()
        try:
            CHECKS[name]()
        except ModuleNotFoundError as error:
            say(name, "fail", f"the image has no {error.name}", "image", [plain(error)])
        except Exception as error:
            says = f"the probe broke down: {type(error).__name__} after {time.monotonic() - began:.1f} s"
            say(name, "cannot-tell", says, evidence=[plain(error)])
    # Whole lines only, as far as they fit.
    message, size = [], 0
    for line in answers:
        size += len(line.encode()) + 1
        if size <= MESSAGE:
            message.append(line)
    try:
        with open(os.environ.get("LANDFALL_ANSWER", "/dev/termination-log"), "w") as file:
            file.write("\n".join(message))
    except OSError:
        pass  # the log holds it too


if __name__ == "__main__":
    sys.exit(main())
