"""Any S3 service through boto3: Signature Version 4, path style, one client per process.

Importing this module imports boto3 (some 30 MB), so lms.app does it only where an S3 service is configured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lms.config import Settings
from lms.storage.signing import Signer
from lms.storage.store import Part, Stored, StoreDown, Unfinished, disposition, window

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENT = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}


class S3Store:
    """Objects in one bucket. Browsers may know the service by another address than we do; `clock` is for signing."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.bucket = settings.s3_bucket
        self.clock = clock
        self.public = (settings.s3_public_endpoint or settings.s3_endpoint).rstrip("/")
        self.signer = Signer(settings.s3_region, settings.s3_access_key, settings.s3_secret_key)

    @cached_property
    def client(self) -> S3Client:
        return self._client(
            connect_timeout=5, read_timeout=30, retries={"max_attempts": 2, "mode": "standard"}
        )

    @cached_property
    def quick(self) -> S3Client:
        """For small questions while somebody waits for a page: a store that is slow is down, and soon."""
        return self._client(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1})

    def _client(self, **patience: Any) -> S3Client:
        return boto3.client(
            "s3",
            endpoint_url=self.settings.s3_endpoint,
            region_name=self.settings.s3_region,
            aws_access_key_id=self.settings.s3_access_key,
            aws_secret_access_key=self.settings.s3_secret_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                **patience,
                # Not every service knows the newer checksums; ours is lms.media.parts.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, data: bytes, *, content_type: str) -> None:
        with _answers():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=data, ContentType=content_type)

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        with _answers():
            self.client.upload_file(str(path), self.bucket, key, ExtraArgs={"ContentType": content_type})

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        end = "" if length is None else str(start + length - 1)
        extra: Any = {"Range": f"bytes={start}-{end}"} if start or length is not None else {}
        with _answers(key):
            return self.client.get_object(Bucket=self.bucket, Key=key, **extra)["Body"].read()

    def fetch(self, key: str, path: Path) -> None:
        with _answers(key):
            self.client.download_file(self.bucket, key, str(path))

    def stat(self, key: str) -> Stored | None:
        try:
            with _answers(key):
                head = self.quick.head_object(Bucket=self.bucket, Key=key)
        except FileNotFoundError:
            return None
        return Stored(key, head["ContentLength"], head["LastModified"])

    def delete(self, key: str) -> None:
        with _answers():
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, prefix: str) -> Iterator[Stored]:
        with _answers():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                for found in page.get("Contents", []):
                    yield Stored(found["Key"], found["Size"], found["LastModified"])

    def url(
        self, key: str, *, seconds: int, content_type: str, filename: str = "", inline: bool = False
    ) -> str:
        said = {
            "response-content-type": content_type,
            "response-content-disposition": disposition(filename, inline=inline),
            "response-cache-control": f"private, max-age={seconds}",
        }
        return self._address("GET", key, said, seconds)

    def start_parts(self, key: str, *, content_type: str) -> str:
        with _answers():
            answer = self.quick.create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=content_type)
        return answer["UploadId"]

    def part_url(self, key: str, upload_id: str, number: int, *, seconds: int, digest: str = "") -> str:
        query = {"partNumber": str(number), "uploadId": upload_id}
        return self._address("PUT", key, query, seconds, digest)

    def send_part(self, key: str, upload_id: str, number: int, data: bytes) -> None:
        with _answers(key):
            self.client.upload_part(
                Bucket=self.bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=data
            )

    def parts(self, key: str, upload_id: str) -> list[Part]:
        with _answers(key):
            pages = self.quick.get_paginator("list_parts").paginate(
                Bucket=self.bucket, Key=key, UploadId=upload_id
            )
            found = [part for page in pages for part in page.get("Parts", [])]
        return [Part(p["PartNumber"], p["Size"], p["ETag"].strip('"')) for p in found]

    def complete_parts(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        listed: Any = [
            {"PartNumber": p.number, "ETag": f'"{p.etag}"'} for p in sorted(parts, key=lambda p: p.number)
        ]
        with _answers(key):
            self.client.complete_multipart_upload(
                Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": listed}
            )

    def abort_parts(self, key: str, upload_id: str) -> None:
        try:
            with _answers(key):
                self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except FileNotFoundError:
            return

    def unfinished(self, prefix: str) -> Iterator[Unfinished]:
        with _answers():
            pages = self.client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            for page in pages:
                for found in page.get("Uploads", []):
                    yield Unfinished(found["Key"], found["UploadId"], found["Initiated"])

    def prepare(self, origins: Sequence[str]) -> None:
        self.make_bucket()
        with _answers():
            self.client.put_bucket_cors(Bucket=self.bucket, CORSConfiguration=agreement(origins))

    def make_bucket(self) -> None:
        """The bucket, unless it is there."""
        with _answers():
            if self.bucket not in {b["Name"] for b in self.client.list_buckets()["Buckets"]}:
                self.client.create_bucket(Bucket=self.bucket)

    def _address(self, method: str, key: str, query: dict[str, str], seconds: int, digest: str = "") -> str:
        still = window(seconds)
        at = datetime.fromtimestamp(self.clock() // still * still, UTC)
        address = f"{self.public}/{self.bucket}/{key}"
        return self.signer.presigned(method, address, query, at=at, seconds=seconds + still, digest=digest)


def agreement(origins: Sequence[str]) -> Any:
    """What a bucket must let pages of these origins do (CORS); README.md shows it to operators."""
    rule = {
        "AllowedOrigins": list(origins),
        "AllowedMethods": ["GET", "PUT", "HEAD"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag", "Content-Range", "Accept-Ranges"],
        "MaxAgeSeconds": 3600,
    }
    return {"CORSRules": [rule]}


@contextmanager
def _answers(key: str = "") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code", "") in ABSENT:
            raise FileNotFoundError(key) from error
        raise StoreDown(str(error)) from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        raise StoreDown(str(error)) from error
