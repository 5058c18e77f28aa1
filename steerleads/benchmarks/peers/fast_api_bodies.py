"""What callers of the FastAPI peer send and get, as pydantic models."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Status = Literal["NEW", "COMPLETED", "NOT_NEEDED"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Info = Annotated[str, Field(min_length=1, max_length=500)]
Tag = Annotated[str | None, Field(max_length=100)]
Note = Annotated[str | None, Field(max_length=1000)]


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class NewLead(Camel):
    status: Status = "NEW"
    action: Name
    target_name: Name
    target_info: Info
    tag: Tag = None
    note: Note = None
    order: int = 0


class LeadChange(Camel):
    status: Status | None = None
    action: Name | None = None
    target_name: Name | None = None
    target_info: Info | None = None
    tag: Tag = None
    note: Note = None
    order: int | None = None


class Identified(Camel):
    id: UUID


class ChangedLead(LeadChange, Identified):
    """The id, what was sent, and when: fields that are not set are left out."""

    updated_at: datetime


class LeadShown(Camel):
    id: UUID
    car_id: UUID
    status: str
    action: str
    target_name: str
    target_info: str
    tag: str | None
    note: str | None
    order: int
    created_at: datetime
    updated_at: datetime


class CarShown(Camel):
    id: UUID
    make: str
    model: str
    overview_year: int | None
    location: str | None


class LeadWithCar(LeadShown):
    car: CarShown
