"""FastAPI with SQLAlchemy 2, as their tutorials write it: sync endpoints, a session and the key by Depends."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from steerleads.benchmarks.peers import fast_api_bodies as bodies
from steerleads.benchmarks.peers.facts import FOLDED_FROM, folded, told
from steerleads.benchmarks.peers.fast_api_tables import ApiKey, Car, Lead, LeadEvent, Session

app = FastAPI()


def open_session():
    with Session() as session:
        yield session


Opened = Annotated[Session, Depends(open_session)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


def key_with(scope):
    def find(session: Opened, sent: Bearer) -> ApiKey:
        digest = sha256(sent.credentials.encode()).hexdigest()
        asked = select(ApiKey).options(joinedload(ApiKey.dealership))
        key = session.scalar(asked.where(ApiKey.digest == digest, ApiKey.revoked_at.is_(None)))
        if key is None:
            raise HTTPException(401)
        if scope not in key.scopes:
            raise HTTPException(403)
        return key

    return find


Reader = Annotated[ApiKey, Depends(key_with("leads:read"))]
Writer = Annotated[ApiKey, Depends(key_with("leads:write"))]


@app.get("/v1/leads/{lead_id}")
def read_lead(lead_id: UUID, session: Opened, key: Reader) -> bodies.LeadShown:
    return _found(session, select(Lead), key, lead_id)


@app.get("/v1/leads/car/{car_id}")
def list_leads(car_id: UUID, session: Opened, key: Reader) -> list[bodies.LeadWithCar]:
    _check_car(session, key, car_id)
    leads = select(Lead).options(joinedload(Lead.car, innerjoin=True))
    mine = leads.where(Lead.dealership_id == key.dealership_id, Lead.car_id == car_id, Lead.archived.is_(False))
    return session.scalars(mine.order_by(Lead.order, Lead.created_at, Lead.id)).all()


@app.post("/v1/leads/car/{car_id}", status_code=201)
def create_lead(car_id: UUID, body: bodies.NewLead, session: Opened, key: Writer) -> bodies.LeadShown:
    _check_car(session, key, car_id)
    fields, now = body.model_dump(), datetime.now(UTC)
    lead = Lead(dealership_id=key.dealership_id, car_id=car_id, created_at=now, updated_at=now, **fields)
    for column, value in folded(fields).items():
        setattr(lead, column, value)
    session.add(lead)
    session.flush()
    written = {**fields, "archived": False}
    session.add(_event(lead, key, "lead.created", dict.fromkeys(written), written))
    session.commit()
    return lead


@app.patch("/v1/leads/{lead_id}", response_model_exclude_unset=True)
def change_lead(lead_id: UUID, body: bodies.LeadChange, session: Opened, key: Writer) -> bodies.ChangedLead:
    lead = _found(session, select(Lead).with_for_update(key_share=True), key, lead_id)
    sent = body.model_dump(exclude_unset=True)
    before = {column: getattr(lead, column) for column in sent}
    if before != sent:
        _write(lead, sent)
        session.add(_event(lead, key, "lead.changed", before, sent))
        session.commit()
    return bodies.ChangedLead(id=lead.id, updated_at=lead.updated_at, **sent)


def _found(session, leads, key, lead_id):
    lead = session.scalar(leads.where(Lead.dealership_id == key.dealership_id, Lead.id == lead_id))
    if lead is None:
        raise HTTPException(404)
    return lead


def _check_car(session, key, car_id):
    mine = select(Car.id).where(Car.dealership_id == key.dealership_id, Car.id == car_id)
    if session.scalar(mine) is None:
        raise HTTPException(404)


def _write(lead, sent):
    for column, value in sent.items():
        setattr(lead, column, value)
    lead.version, lead.updated_at = lead.version + 1, datetime.now(UTC)
    if FOLDED_FROM & sent.keys():
        for column, value in folded(vars(lead)).items():
            setattr(lead, column, value)


def _event(lead, key, kind, before, after):
    changes, texts = told(before, after)
    return LeadEvent(
        dealership_id=lead.dealership_id,
        lead_id=lead.id,
        car_id=lead.car_id,
        kind=kind,
        at=lead.updated_at,
        actor_type="api_key",
        actor_name=key.name,
        changes=changes,
        texts=texts,
    )
