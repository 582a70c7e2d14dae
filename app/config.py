"""Settings, read from `YUMIAO_*` variables and `.env` by main, cli and migrations only."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.accounts.passwords import Passwords
from app.files.vault import Vault
from app.kit.storage.blobs import BlobStore
from app.kit.storage.local import LocalBlobs
from app.kit.storage.malware import scan_by
from app.kit.storage.objects import ObjectBlobs, open_bucket
from app.notices.channels.email import Email, MailServer, Security
from app.notices.channels.outbox import Outbox
from app.notices.channels.port import ChannelAdapter
from app.notices.channels.webhook import Webhook
from app.notices.domain.delivery import Channel

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
    workers: int = Field(default=1, ge=1, le=64, description="processes that serve pages; several need PostgreSQL")
    worker: bool = Field(default=True, description="run background jobs inside the server")
    notices_send: bool | None = Field(
        default=None, description="really send; unset: in production only, else into `outbox/` of the data directory"
    )
    notices_digest_hour: int = Field(default=8, ge=0, le=23, description="the hour (Shanghai) of the daily digest")
    notices_days_before: tuple[int, ...] = Field(default=(7, 1), description="days before a deadline with a reminder")
    smtp_host: str = Field(default="", description="empty: no mail")
    smtp_port: int = 25
    smtp_security: Security = "starttls"
    smtp_verify: bool = True
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_from: str = ""
    webhook_url: str = Field(default="", description="a robot of a group chat; empty: none")
    channel_timeout_seconds: float = 10
    exchange_wait_seconds: float = Field(default=10, gt=0, description="one wait for a partner: connecting, an answer")
    exchange_call_seconds: float = Field(default=30, gt=0, description="one call to a partner as a whole")
    exchange_poll_seconds: float = Field(default=15, gt=0, description="between two questions for receipts")
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

    @property
    def passwords(self) -> Passwords:
        """How passwords are taken: the demo's is refused in production."""
        return Passwords(cheap=self.env == "test", demo=self.env != "production")

    @cached_property
    def vault(self) -> Vault:
        """Where uploads go: the data directory or a bucket, with the limit and the malware check that are set."""
        blobs = self.bucket or LocalBlobs(self.data_dir / "files")
        return Vault(blobs, self.max_file_bytes, scan_by(self.malware_scan))

    @cached_property
    def bucket(self) -> BlobStore | None:
        """The bucket in which uploads lie; None when they lie in the data directory."""
        if not self.storage_url:
            return None
        options = {
            "endpoint": self.storage_endpoint,
            "region": self.storage_region,
            "access_key_id": self.storage_access_key,
            "secret_access_key": self.storage_secret_key,
        }
        return ObjectBlobs(open_bucket(self.storage_url, options), self.data_dir / ".fetched")

    @property
    def sends_notices(self) -> bool:
        """Whether messages really leave the house."""
        return self.env == "production" if self.notices_send is None else self.notices_send

    @cached_property
    def notice_ways(self) -> tuple[ChannelAdapter, ...]:
        """The channels by which notices leave the house; where nothing is really sent, folders in their place."""
        if not self.sends_notices:
            return tuple(Outbox(self.data_dir / "outbox", channel) for channel in Channel)
        mail = (Email(self._mail_server()),) if self.smtp_host else ()
        chat = (Webhook(self.webhook_url, self.channel_timeout_seconds),) if self.webhook_url else ()
        return (*mail, *chat)

    def _mail_server(self) -> MailServer:
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port,
            security=self.smtp_security,
            user=self.smtp_user,
            password=self.smtp_password,
            sender=self.smtp_from or self.smtp_user,
            sender_name=self.office,
            timeout=self.channel_timeout_seconds,
            verify=self.smtp_verify,
        )

    def listening_at(self, port: int | None) -> Self:
        """The settings of a server on `port`: links name that port too, unless `YUMIAO_BASE_URL` says where people come."""
        port = port or self.port
        base = {} if "base_url" in self.model_fields_set else {"base_url": f"http://127.0.0.1:{port}"}
        return self.model_copy(update={"port": port, **base})

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.base_url.startswith("https://")
