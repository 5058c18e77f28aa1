"""How drf-spectacular describes what is ours."""

from drf_spectacular.openapi import AutoSchema


class ApiSchema(AutoSchema):
    pass
