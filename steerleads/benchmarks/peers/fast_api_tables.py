"""The tables as SQLAlchemy sees them, and its sessions."""

import os
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import JSON, DateTime, ForeignKey, TypeDecorator, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker

from steerleads.db.ids import new_id


class TextTime(TypeDecorator):
    """SQLite's: Django writes UTC there, without saying so."""

    impl = DateTime
    cache_ok = True

    def process_result_value(self, value, dialect):
        return value and value.replace(tzinfo=UTC)


Time = DateTime(timezone=True).with_variant(TextTime(), "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    type_annotation_map = {datetime: Time, dict: Json, list: Json}


class Dealership(Base):
    __tablename__ = "dealers_dealership"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


class ApiKey(Base):
    __tablename__ = "dealers_apikey"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dealership_id: Mapped[UUID] = mapped_column(ForeignKey("dealers_dealership.id"))
    name: Mapped[str]
    digest: Mapped[str]
    scopes: Mapped[list]
    revoked_at: Mapped[datetime | None]

    dealership: Mapped[Dealership] = relationship()


class Car(Base):
    __tablename__ = "cars_car"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dealership_id: Mapped[UUID]
    make: Mapped[str]
    model: Mapped[str]
    overview_year: Mapped[int | None]
    location: Mapped[str | None]


class Lead(Base):
    __tablename__ = "leads_lead"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dealership_id: Mapped[UUID]
    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars_car.id"))
    status: Mapped[str]
    action: Mapped[str]
    target_name: Mapped[str]
    target_info: Mapped[str]
    tag: Mapped[str | None]
    note: Mapped[str | None]
    order: Mapped[int]
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    action_folded: Mapped[str]
    target_name_folded: Mapped[str]
    tag_folded: Mapped[str | None]
    search_text: Mapped[str]
    contact_text: Mapped[str]
    note_text: Mapped[str | None]

    car: Mapped[Car] = relationship()


class LeadEvent(Base):
    __tablename__ = "leads_leadevent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dealership_id: Mapped[UUID]
    lead_id: Mapped[UUID]
    car_id: Mapped[UUID]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_type: Mapped[str]
    actor_name: Mapped[str]
    changes: Mapped[dict]
    texts: Mapped[dict | None]


def _engine(url):
    if url.startswith("sqlite"):
        # The write lock at BEGIN, and patience: with the default, rivals meet "database is locked".
        return create_engine(url, connect_args={"timeout": 20, "isolation_level": "IMMEDIATE"}, pool_size=8)
    url = "postgresql+psycopg://" + url.partition("://")[2]
    return create_engine(url, connect_args={"options": "-c timezone=UTC"}, pool_size=8)


Session = sessionmaker(_engine(os.environ["DATABASE_URL"]), expire_on_commit=False)
