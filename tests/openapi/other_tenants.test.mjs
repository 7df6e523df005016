// For every route with an id in its path: another tenant's id answers as an unknown one does, 404, and no list shows it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { document, operations } from "./description.mjs";
import { RunningSystem } from "./running_system.mjs";
import { form, makeMarket } from "./small_market.mjs";

// Ids that belong to the platform, not to a tenant: which of its services run.
const sharedTags = new Set(["Registry"]);
const password = "correct horse battery";
let system, north, south, ids, key, session;
const offers = (path) => document.paths[path] !== undefined;

before(async () => {
  system = await RunningSystem.start("other_tenants");
  const admin = await system.admin();
  for (const [name, tenant] of [["nora", "north"], ["sam", "south"]]) {
    if (offers("/api/v1/auth/tenants")) {
      const added = await system.call("POST", "/api/v1/auth/tenants", { token: admin, body: { name: tenant } });
      assert.equal(added.status, 201, added.text);
    }
    const made = await system.call("POST", "/api/v1/auth/users", { token: admin, body: { name, password, tenant, roles: ["admin", "appraiser"] } });
    assert.equal(made.status, 201, made.text);
  }
  north = await system.signIn("nora", password);
  south = await system.signIn("sam", password);
  ids = await makeMarket(system, north);
  const user = await system.call("POST", "/api/v1/auth/users", { token: north, body: { name: "nils", password } });
  assert.equal(user.status, 201, user.text);
  key = await system.call("POST", "/api/v1/auth/keys", { token: north, body: { name: "nightly" } });
  assert.equal(key.status, 201, key.text);
  if (offers("/api/v1/auth/login")) {
    session = (await system.call("POST", "/api/v1/auth/login", { body: { user: "nora", password } })).json.session;
  }
});
after(() => system?.stop());

// The value of each `{name}` of a path as `whose` has it.
const own = (name, path) => {
  if (path.includes("/jobs/")) return ids.job;
  if (path.includes("/keys/")) return key.json.key.id;
  if (path.includes("/users/")) return "nils";
  if (path.includes("/tenants/")) return "north";
  if (path.includes("/sessions/")) return session;
  return ids[name];
};
const unknown = (name, path) => {
  if (path.includes("/users/")) return "nobody";
  if (path.includes("/tenants/")) return "nowhere";
  const real = own(name, path);
  return /^[0-9a-f]{64}$/.test(real ?? "") ? "0".repeat(64) : `${real.slice(0, -4)}zzzz`;
};
const fill = (path, value) => path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value(name, path) ?? `no-${name}`));

function bodyOf({ operation }) {
  const [media, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (media === "application/json") return { body: content.example };
  if (media === "multipart/form-data") return { body: form("a,b\n1,2\n", { name: "a", target: "b" }) };
  return media ? { body: "x", headers: { "Content-Type": media } } : {};
}

const withId = operations.filter((one) => one.path.includes("{") && !sharedTags.has(one.operation.tags[0]));

test("there is a test for every kind of id that the document has", () => {
  assert.ok(withId.length >= 20, `${withId.length} routes`);
  for (const { path } of withId) {
    for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
      assert.ok(own(name, path), `${path}: this test makes no {${name}}; add one to before()`);
    }
  }
});

test("the ids are right: whoever made them reads them", async () => {
  for (const one of withId.filter(({ method, path }) => method === "GET" && !path.endsWith("/events"))) {
    const answer = await system.call("GET", fill(one.path, own), { token: north });
    assert.equal(answer.status, 200, `${one.path}: ${answer.text.slice(0, 300)}`);
  }
});

test("another tenant's id answers as an unknown one does", async () => {
  const wrong = [];
  for (const one of withId) {
    const [theirs, nobodys] = [own, unknown].map((value) => fill(one.path, value));
    const seen = await system.call(one.method, theirs, { token: south, ...bodyOf(one) });
    const absent = await system.call(one.method, nobodys, { token: south, ...bodyOf(one) });
    const shape = (answer) => ({ status: answer.status, type: answer.json?.type, title: answer.json?.title,
      detail: answer.json?.detail?.replaceAll(/[\w-]{8,}|nils|nobody|north|nowhere/g, "…"), keys: Object.keys(answer.json ?? {}) });
    if (seen.status !== 404 || JSON.stringify(shape(seen)) !== JSON.stringify(shape(absent))) {
      wrong.push(`${one.method} ${one.path}: ${JSON.stringify(shape(seen))}, for an unknown id ${JSON.stringify(shape(absent))}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("no list shows what is another tenant's", async () => {
  const secrets = [ids.version, ids.model, ids.valuation, ids.report, ...ids.jobs, key.json.key.id, "nils", "nora"];
  const lists = operations.filter(({ method, path, operation }) => method === "GET" && !path.includes("{") && operation.security.length > 0 && !sharedTags.has(operation.tags[0]));
  assert.ok(lists.length >= 5);
  for (const { path } of lists) {
    const answer = await system.call("GET", path, { token: south });
    for (const secret of secrets) assert.ok(!answer.text.includes(secret), `${path} shows ${secret}`);
  }
});

test("an id of another tenant in a body or a query is not found either", async () => {
  const attempts = [
    ["POST", "/api/v1/ml/models", { ...example("/api/v1/ml/models"), version: ids.version }],
    ["POST", "/api/v1/geospatial/neighbour-levels", { ...example("/api/v1/geospatial/neighbour-levels"), version: ids.version }]];
  for (const [method, target, body] of attempts) {
    const answer = await system.call(method, target, { token: south, body });
    assert.equal(answer.status, 404, `${target}: ${answer.text}`);
  }
  const jobs = [
    ["/api/v1/geospatial/enrichments", { version: ids.version, crs: "EPSG:4326", x: "longitude", y: "latitude", centre: { name: "", longitude: 0, latitude: 0 } }],
    ["/api/v1/reports", { valuation: ids.valuation, title: "stolen" }]];
  for (const [target, body] of jobs) {
    const answer = await system.call("POST", target, { token: south, body, headers: { Prefer: "wait=30" } });
    assert.equal(answer.json?.state, "failed", `${target}: ${answer.text}`);
    assert.equal(answer.json.error.kind, "not_found");
  }
});

test("what was there is there as it was", async () => {
  for (const one of withId.filter(({ method, path }) => method === "GET" && !path.endsWith("/events"))) {
    const answer = await system.call("GET", fill(one.path, own), { token: north });
    assert.equal(answer.status, 200, `${one.path}: ${answer.text.slice(0, 300)}`);
  }
  const users = await system.call("GET", "/api/v1/auth/users", { token: north });
  assert.deepEqual(users.json.users.map((user) => [user.name, user.disabled]), [["nils", false], ["nora", false]]);
  const keys = await system.call("GET", "/api/v1/auth/keys", { token: north });
  assert.equal(keys.json.keys[0].revoked_at, undefined);
});

const example = (path, method = "post") => document.paths[path][method].requestBody.content["application/json"].example;

// Which services run is the platform's: an admin of one tenant may look, and change nothing.
test("an admin of one tenant does not register services for all", async () => {
  const definition = example("/api/v1/registry/agent/service/register", "put");
  for (const [target, body] of [["service/register", definition], ["service/deregister/pricing"], ["check/pass/service:pricing"]]) {
    const answer = await system.call("PUT", `/api/v1/registry/agent/${target}`, { token: south, body });
    assert.equal(answer.status, 403, `${target}: ${answer.text}`);
  }
});
