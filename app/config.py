"""Settings, read from `YUMIAO_*` variables and `.env` by main, cli and migrations only."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    max_upload_bytes: int = 100 * 1024 * 1024
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

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over HTTPS only."""
        return self.base_url.startswith("https://")
