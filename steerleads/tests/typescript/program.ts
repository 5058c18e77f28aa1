// A dealership's website: it sells a car, through the types that openapi-typescript makes of the API's document.
// Run as `node program.js SITE KEY`, it prints what it saw as JSON.
import createClient from "openapi-fetch";
import type { components, paths, webhooks } from "./schema.js";

declare const process: { argv: string[] };

type Lead = components["schemas"]["Lead"];
const [, , site = "", key = ""] = process.argv;
const api = createClient<paths>({ baseUrl: site, headers: { Authorization: `Bearer ${key}` } });

function must<Data>(answer: { data?: Data | undefined; error?: unknown }): Data {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

// What may be left out is left out; null clears.
const car = must(await api.POST("/v1/vehicles", { body: { make: "Dacia", model: "Duster", price: null } }));
const ofCar = { path: { carId: car.id } };
const asked = { action: "Call", targetName: "Élodie Benali", targetInfo: "+212-600-123456" };
const first: Lead = must(await api.POST("/v1/leads/car/{carId}", { params: ofCar, body: asked }));
const second: Lead = must(
  await api.POST("/v1/leads/car/{carId}", {
    params: { ...ofCar, header: { "Idempotency-Key": "once" } },
    body: { ...asked, tag: "Hot Lead", note: null, status: "NEW", order: 7 },
  }),
);

const page = await api.GET("/v1/leads", {
  params: { query: { status: ["NEW"], sortBy: "order", sortOrder: "desc", archived: "any", limit: 1, count: true } },
});
const listed = must(await api.GET("/v1/leads/car/{carId}", { params: { ...ofCar, query: { status: ["NEW", "COMPLETED"] } } }));
const lead = { path: { id: first.id } };
const changed = must(await api.PATCH("/v1/leads/{id}", { params: lead, body: { status: "COMPLETED", note: null } }));
const moved = must(await api.PATCH("/v1/leads/{id}/order", { params: lead, body: { order: 3 } }));
const orders = [{ id: second.id, order: 1 }, { id: first.id, order: 2 }];
const reordered = must(await api.PATCH("/v1/leads/car/{carId}/reorder", { params: ofCar, body: { leadOrders: orders } }));
const done = must(await api.GET("/v1/leads/status/{status}", { params: { path: { status: "COMPLETED" } } }));
const history = must(await api.GET("/v1/leads/{id}/history", { params: lead }));
const events = must(await api.GET("/v1/events", { params: { query: { after: 0 } } }));
const refused = await api.GET("/v1/leads/{id}", { params: { path: { id: "nobody" } } });
const deleted = must(await api.DELETE("/v1/leads/{id}", { params: lead }));

// What a receiver of webhooks is sent has a type, too.
type Told = webhooks["lead.created"]["post"]["requestBody"]["content"]["application/json"];
const told: Told[] = events;

// Mistakes do not compile.
// @ts-expect-error: there is no such status
export const wrong: components["schemas"]["LeadChanges"] = { status: "DONE" };
// @ts-expect-error: a lead has a name
export const nameless: components["schemas"]["NewLead"] = { action: "Call", targetInfo: "0600" };

console.log(
  JSON.stringify({
    page: [page.data?.length, page.response.headers.get("X-Total-Count"), page.data?.[0]?.car.model],
    listed: listed.map((each) => each.order),
    changed,
    moved: moved.order,
    reordered: reordered.success,
    done: done.map((each) => each.id === first.id),
    history: history.map((each) => each.kind),
    told: told.map((each) => each.data.lead?.targetName ?? null),
    refused: refused.error?.error.code,
    deleted: deleted.message,
  }),
);
