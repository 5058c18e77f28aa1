"""What people call dealerships, keys and each other: judged by the API's rules, through whichever door it comes."""

from steerleads.api.serializers import BodySerializer, TextField


class DealershipBody(BodySerializer):
    name = TextField(max_length=200)


class ApiKeyBody(BodySerializer):
    name = TextField(max_length=100)


class PersonBody(BodySerializer):
    name = TextField(max_length=200, required=False, allow_null=True)
