"""The administrator of the artifact store: `make BUCKET`, `names BUCKET`. How to reach it comes from AWS_* variables."""

import sys

import boto3

verb, bucket = sys.argv[1:]
store = boto3.client("s3")
if verb == "make":
    store.create_bucket(Bucket=bucket)
elif verb == "names":
    for page in store.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            print(found["Key"])
else:
    sys.exit(f"there is no {verb}")
