"""What is common to all endpoints, beside what they answer."""

import gc

from leads.views import LeadViewSet


def test_a_request_leaves_no_view_for_the_garbage_collector(api, lead):
    api.get(f"/leads/{lead.pk}")
    gc.collect()
    gc.disable()
    try:
        for path in (f"/leads/{lead.pk}", f"/leads/car/{lead.car_id}", "/leads/nothing"):
            api.get(path)
        # While the collector is off, what is new is the youngest generation. Other tests may hold older views.
        assert not [found for found in gc.get_objects(generation=0) if isinstance(found, LeadViewSet)]
    finally:
        gc.enable()
