"""Settings, read from `YUMIAO_*` variables and `.env` by main, cli and migrations only."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.files.vault import Vault
from app.kit.blobs import BlobStore
from app.kit.local_blobs import LocalBlobs
from app.kit.malware import scan_by
from app.kit.object_blobs import ObjectBlobs, open_bucket

DEFAULT_SECRET = "development"  # noqa: S105 - refused outside development
ROOT = Path(__file__).parent.parent
MINIMUM_SECRET_LENGTH = 32


class Settings(BaseSettings):
    """All that a deployment can set."""

    model_config = SettingsConfigDict(env_prefix="YUMIAO_", env_file=".env", extra="ignore")

    env: Literal["development", "test", "production"] = "development"
    data_dir: Path = Path("var")
    database_url: str = ""
    secret_key: str = DEFAULT_SECRET
    base_url: str = "http://127.0.0.1:8000"
    office: str = "潜江市科技局"
    region: str = Field(default="429005", description="the region that this bureau serves")
    seeds_dir: Path = ROOT / "seeds"
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: str = Field(default="", description="addresses whose X-Forwarded-For is believed, comma separated")
    max_file_bytes: int = Field(default=100 * 1024 * 1024, description="the largest single file")
    max_upload_bytes: int = Field(default=200 * 1024 * 1024, description="the largest request, several files together")
    storage_url: str = Field(default="", description="`s3://bucket/prefix`; empty for the data directory")
    storage_endpoint: str = ""
    storage_region: str = ""
    storage_access_key: str = ""
    storage_secret_key: str = ""
    malware_scan: str = Field(default="", description="`clamd://host:3310`, `clamd:///socket` or a command with {file}")
    session_idle_minutes: int = 120
    worker: bool = Field(default=True, description="run background jobs inside the server")
    api_rate_per_second: float = 50
    api_burst: int = 500

    @model_validator(mode="after")
    def refuse_a_weak_secret(self) -> "Settings":
        """Outside development a default or short secret stops the start."""
        if self.env == "production" and (
            self.secret_key == DEFAULT_SECRET or len(self.secret_key) < MINIMUM_SECRET_LENGTH
        ):
            raise ValueError(
                f"YUMIAO_SECRET_KEY must be set to at least {MINIMUM_SECRET_LENGTH} random characters outside development"
            )
        return self

    @property
    def url(self) -> str:
        """The database address: as set, else an SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'yumiao.db'}"

    @cached_property
    def secret(self) -> bytes:
        """The signing secret; in development one is made on first start and kept in the data directory."""
        if self.secret_key != DEFAULT_SECRET:
            return self.secret_key.encode()
        path = self.data_dir / "secret"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            path.write_text(secrets.token_urlsafe(48))
            path.chmod(0o600)
        return path.read_text().strip().encode()

    @cached_property
    def vault(self) -> Vault:
        """Where uploads go: the data directory or a bucket, with the limit and the malware check that are set."""
        return Vault(self._blobs(), self.max_file_bytes, scan_by(self.malware_scan))

    def _blobs(self) -> BlobStore:
        if not self.storage_url:
            return LocalBlobs(self.data_dir / "files")
        options = {
            "endpoint": self.storage_endpoint,
            "region": self.storage_region,
            "access_key_id": self.storage_access_key,
            "secret_access_key": self.storage_secret_key,
        }
        return ObjectBlobs(open_bucket(self.storage_url, options), self.data_dir / ".fetched")

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.base_url.startswith("https://")
