// Every operation that a client can do is done once and succeeds, so that each success is compared with the document
// (exchanges.test.mjs); those with an id in their path are read once more.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { document, operations } from "./description.mjs";
import { RunningSystem } from "./running_system.mjs";
import { centre, makeMarket } from "./small_market.mjs";

const password = "correct horse battery";
let system, admin, ids;

before(async () => {
  system = await RunningSystem.start("every_operation");
  admin = await system.admin();
  ids = await makeMarket(system, admin);
});
after(() => system?.stop());

async function does(method, target, { status = 200, ...rest } = {}) {
  const answer = await system.call(method, target, { token: admin, ...rest });
  assert.equal(answer.status, status, `${method} ${target}: ${answer.text.slice(0, 300)}`);
  return answer;
}

test("everything that can be read", async () => {
  for (const { method, path, operation } of operations) {
    if (method !== "GET" || operation["x-roles"] || path.endsWith("/events") || path === "/setup") continue;
    const target = path.replace(/\{(\w+)\}/g, (_, name) => (path.includes("/jobs/") ? ids.job : ids[name] ?? "ml_service"));
    if (path.includes("/registry/") || ids[path.match(/\{(\w+)\}/)?.[1]] || path.includes("/jobs/") || !path.includes("{")) await does("GET", target);
  }
  const events = await does("GET", `/api/v1/jobs/${ids.job}/events`);
  assert.match(events.text, /^id: \d+\nevent: end\ndata: \{/m);
});

test("the description in both languages, and not again to who has it", async () => {
  for (const path of ["/openapi.json", "/docs"]) {
    const first = await does("GET", path, { token: undefined, headers: { "Accept-Language": "pt-BR" } });
    assert.equal(first.headers.get("content-language"), "pt-BR");
    assert.match(first.headers.get("vary"), /Accept-Language/i);
    const again = await does("GET", path, { status: 304, headers: { "Accept-Language": "pt-BR", "If-None-Match": first.headers.get("etag") } });
    assert.equal(again.text, "");
  }
  const served = await does("GET", "/openapi.json");
  assert.deepEqual({ ...served.json, info: { ...served.json.info, version: "0" } }, document);
  const page = await does("GET", "/docs");
  assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
});

test("users and keys", async () => {
  const users = "/api/v1/auth/users";
  await does("POST", users, { status: 201, body: { name: "ana", password } });
  await does("PUT", `${users}/ana/password`, { body: { password: `${password} 2` } });
  await does("PUT", `${users}/ana/roles`, { body: { roles: ["viewer"] } });
  await does("POST", `${users}/ana/disable`);
  await does("POST", `${users}/ana/enable`);
  await does("DELETE", `${users}/ana`, { status: 204 });
  const key = await does("POST", "/api/v1/auth/keys", { status: 201, body: { name: "nightly", lifetime_seconds: 3600 } });
  await does("GET", "/api/v1/auth/me", { token: key.json.secret });
  await does("DELETE", `/api/v1/auth/keys/${key.json.key.id}`);
  await does("DELETE", `/api/v1/auth/keys/${key.json.key.id}?forget=true`);
});

test("sessions, tenants, links, a person's data", async () => {
  const auth = "/api/v1/auth";
  await does("POST", `${auth}/tenants`, { status: 201, body: { name: "west", title: "West office" } });
  await does("POST", `${auth}/tenants/west/disable`);
  await does("POST", `${auth}/tenants/west/enable`);
  await does("POST", `${auth}/users`, { status: 201, body: { name: "bea", tenant: "west" } });
  const link = await does("POST", `${auth}/users/bea/setup-link`, { status: 201 });
  const page = await does("GET", link.json.path, { token: undefined });
  assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
  const token = new URL(link.json.path, system.gateway).searchParams.get("token");
  await does("POST", "/setup", { status: 204, token: undefined, body: { token, password } });
  await does("GET", link.json.path, { status: 410, token: undefined });
  const signIn = { token: undefined, body: { user: "bea", password } };
  const [one, two, three] = [await does("POST", `${auth}/login`, signIn), await does("POST", `${auth}/login`, signIn), await does("POST", `${auth}/login`, signIn)];
  const next = await does("POST", `${auth}/refresh`, { token: undefined, body: { refresh_token: one.json.refresh_token } });
  const bea = next.json.access_token;
  await does("DELETE", `${auth}/sessions/${two.json.session}`, { status: 204, token: bea });
  await does("POST", `${auth}/logout`, { status: 204, token: three.json.access_token });
  await does("PUT", `${auth}/me/password`, { status: 204, token: bea, body: { old_password: password, password: `${password} 2` } });
  const again = await does("POST", `${auth}/login`, { token: undefined, body: { user: "bea", password: `${password} 2` } });
  await does("POST", `${auth}/logout/all`, { status: 204, token: again.json.access_token });
  await does("GET", `${auth}/users/bea/export`);
  await does("DELETE", `${auth}/users/bea/personal-data`);
  await does("GET", `${auth}/audit?limit=5`);
});

test("a version made elsewhere", async () => {
  const answer = await fetch(`${system.gateway}/api/v1/data/versions/${ids.version}/arrow`, { headers: { Authorization: `Bearer ${admin}` } });
  const media = answer.headers.get("content-type");
  const note = encodeURIComponent("the same again");
  await does("POST", `/api/v1/data/versions?parent=${ids.version}&note=${note}`,
    { status: 201, body: Buffer.from(await answer.arrayBuffer()), headers: { "Content-Type": media } });
});

test("jobs are cancelled and run again", async () => {
  const report = { valuation: "0".repeat(64), title: "of nothing" };
  const failed = await does("POST", "/api/v1/reports", { body: report, headers: { Prefer: "wait=30" } });
  assert.equal(failed.json.state, "failed");
  await does("POST", `/api/v1/jobs/${failed.json.id}/replay`, { status: 202 });
  // One of many in a row is still waiting.
  const enrichment = { version: ids.version, crs: "EPSG:4326", x: "longitude", y: "latitude", centre };
  const waiting = [];
  for (let i = 0; i < 20; ++i) waiting.push((await does("POST", "/api/v1/geospatial/enrichments", { status: 202, body: enrichment })).json.id);
  await does("POST", `/api/v1/jobs/${waiting.at(-1)}/cancel`, { status: 202 });
});

test("services that are not the platform's", async () => {
  const registry = "/api/v1/registry/agent";
  await does("PUT", `${registry}/service/register`, { body: { Name: "pricing", Port: 9000, Check: { CheckID: "service:pricing", TTL: "60s" } } });
  await does("PUT", `${registry}/check/pass/service:pricing?note=well`);
  await does("PUT", `${registry}/check/fail/service:pricing`);
  await does("PUT", `${registry}/service/deregister/pricing`);
});

// Last: it ends every token, ours too.
test("the keys that sign tokens", async () => {
  const withdrawn = await does("POST", "/api/v1/auth/signing-keys/rotate", { body: { withdraw: true } });
  assert.ok(withdrawn.json.keys.some((key) => key.state === "active"));
  await does("GET", "/api/v1/auth/me", { status: 401 });
});
