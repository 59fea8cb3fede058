"""Any S3 service through boto3: Signature Version 4, path style, one client per process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lms.config import Settings
from lms.storage.store import Part, Stored, StoreDown

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ABSENT = {"404", "NoSuchKey", "NotFound"}


class S3Store:
    """Objects in one bucket. `public` signs for browsers, which may know the service by another address."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bucket = settings.s3_bucket

    @cached_property
    def client(self) -> S3Client:
        return self._client(self.settings.s3_endpoint)

    @cached_property
    def public(self) -> S3Client:
        return self._client(self.settings.s3_public_endpoint or self.settings.s3_endpoint)

    def _client(self, endpoint: str) -> S3Client:
        return boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=self.settings.s3_region,
            aws_access_key_id=self.settings.s3_access_key,
            aws_secret_access_key=self.settings.s3_secret_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 2, "mode": "standard"},
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
                head = self.client.head_object(Bucket=self.bucket, Key=key)
        except FileNotFoundError:
            return None
        return Stored(key, head["ContentLength"])

    def delete(self, key: str) -> None:
        with _answers():
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, prefix: str) -> Iterator[Stored]:
        with _answers():
            for page in self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix
            ):
                for found in page.get("Contents", []):
                    yield Stored(found["Key"], found["Size"])

    def url(
        self, key: str, *, seconds: int, content_type: str, filename: str = "", inline: bool = False
    ) -> str:
        kind = "inline" if inline or not filename else "attachment"
        params = {
            "Bucket": self.bucket,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition(kind, filename),
        }
        return self.public.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)

    def start_parts(self, key: str, *, content_type: str) -> str:
        with _answers():
            answer = self.client.create_multipart_upload(
                Bucket=self.bucket, Key=key, ContentType=content_type
            )
        return answer["UploadId"]

    def part_url(self, key: str, upload_id: str, number: int, *, seconds: int) -> str:
        params = {"Bucket": self.bucket, "Key": key, "UploadId": upload_id, "PartNumber": number}
        return self.public.generate_presigned_url("upload_part", Params=params, ExpiresIn=seconds)

    def parts(self, key: str, upload_id: str) -> list[Part]:
        with _answers(key):
            pages = self.client.get_paginator("list_parts").paginate(
                Bucket=self.bucket, Key=key, UploadId=upload_id
            )
            found = [part for page in pages for part in page.get("Parts", [])]
        return [Part(p["PartNumber"], p["Size"], p["ETag"].strip('"')) for p in found]

    def complete_parts(self, key: str, upload_id: str, parts: list[Part]) -> None:
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

    def prepare(self, origins: list[str]) -> None:
        """Make the bucket if it is missing, and let pages of these origins upload to it and read ranges from it."""
        with _answers():
            if self.bucket not in {b["Name"] for b in self.client.list_buckets()["Buckets"]}:
                self.client.create_bucket(Bucket=self.bucket)
            rule: Any = {
                "AllowedOrigins": origins,
                "AllowedMethods": ["GET", "PUT", "HEAD"],
                "AllowedHeaders": ["*"],
                "ExposeHeaders": ["ETag", "Content-Range", "Accept-Ranges"],
                "MaxAgeSeconds": 3600,
            }
            self.client.put_bucket_cors(Bucket=self.bucket, CORSConfiguration={"CORSRules": [rule]})


def disposition(kind: str, filename: str) -> str:
    """A Content-Disposition that survives every browser: ASCII first, the real name as RFC 5987 extended value."""
    if not filename:
        return kind
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in filename)
    extended = "".join(
        c if c.isascii() and (c.isalnum() or c in "._-") else "".join(f"%{b:02X}" for b in c.encode())
        for c in filename
    )
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{extended}"


@contextmanager
def _answers(key: str = "") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in ABSENT or code == "NoSuchUpload":
            raise FileNotFoundError(key) from error
        raise StoreDown(str(error)) from error
    except (BotoCoreError, OSError) as error:
        raise StoreDown(str(error)) from error
