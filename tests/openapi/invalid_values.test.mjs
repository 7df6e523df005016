// Invalid values for every field of every request in the document, sent to a running system: each time a problem that names the
// field, never a failure of ours, and nothing is half-stored.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operations } from "./description.mjs";
import { badBodies, badParameters } from "./invalid_values.mjs";
import { RunningSystem } from "./running_system.mjs";
import { form, makeMarket, sales, training } from "./small_market.mjs";

const password = "correct horse battery";
let system, admin, ids, stored;

before(async () => {
  system = await RunningSystem.start("invalid_values", {});
  admin = await system.admin();
  ids = await makeMarket(system, admin);
  for (const [target, body] of [["users", { name: "ana", password }], ["keys", { name: "nightly" }]]) {
    const made = await system.call("POST", `/api/v1/auth/${target}`, { token: admin, body });
    assert.equal(made.status, 201, made.text);
    if (target === "keys") ids.key = made.json.key.id;
  }
  stored = await everythingStored();
});
after(() => system?.stop());

// An object that is there, so that only what is tested is wrong.
const value = (name, path) => {
  if (path.includes("/jobs/")) return ids.job;
  if (path.includes("/keys/")) return ids.key;
  if (path.includes("/users/")) return "ana";
  return ids[name] ?? `no-${name}`;
};
const fill = (path) => path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value(name, path)));
const name = ({ method, path }) => `${method} ${path}`;

// What a refused request must leave as it is.
async function everythingStored() {
  const read = (target) => system.call("GET", target, { token: admin });
  const count = async (target, member) => (await read(target)).json[member].length;
  const users = (await read("/api/v1/auth/users")).text.replaceAll(/,"last_seen_at":"[^"]*"/g, "");
  return { objects: system.objects(), models: await count("/api/v1/ml/models", "models"), users, keys: (await read("/api/v1/auth/keys")).text,
    jobs: await count("/api/v1/jobs?limit=200", "jobs") };
}

function refusal(answer, statuses, pointer) {
  if (!statuses.includes(answer.status)) return `${answer.status} ${answer.text.slice(0, 200)}`;
  if (answer.status < 300) return undefined; // one of those that may answer: any name is a service's name
  if (!answer.headers.get("content-type")?.startsWith("application/problem+json")) return `no problem document: ${answer.headers.get("content-type")}`;
  if (pointer !== undefined && !answer.json.errors?.some((error) => error.pointer === pointer)) {
    return `does not name ${pointer}: ${JSON.stringify(answer.json.errors)}`;
  }
  return undefined;
}

// Open to clients: what takes a peer's token refuses ours before it looks at anything.
const open = operations.filter((one) => !one.operation["x-roles"]?.includes("service"));
const taking = (media) => open.filter((one) => one.operation.requestBody?.content[media]);

async function sendAll(cases, send) {
  const wrong = [];
  for (const one of cases) {
    const fault = await send(one);
    if (fault) wrong.push(`${one.what}: ${fault}`);
  }
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${cases.length}`);
  return cases.length;
}

test("every field of every JSON request", async (context) => {
  let sent = 0;
  for (const one of taking("application/json")) {
    const { schema, example } = one.operation.requestBody.content["application/json"];
    const cases = badBodies(schema, example).map((bad) => ({ ...bad, what: `${name(one)} ${bad.what}` }));
    assert.ok(cases.length >= 4, name(one));
    sent += await sendAll(cases, async ({ text, statuses, pointer }) => refusal(
      await system.call(one.method, fill(one.path), { token: admin, body: text, headers: { "Content-Type": "application/json" } }), statuses, pointer));
  }
  context.diagnostic(`${sent} bodies`);
});

test("every field of the options of an upload", async () => {
  for (const one of taking("multipart/form-data")) {
    const schema = one.operation.requestBody.content["multipart/form-data"].schema.properties.options;
    const example = { name: "sales", target: "price", columns: [{ name: "price", type: "number", unit: "USD", required: true }] };
    const cases = badBodies(schema, example).map((bad) => ({ ...bad, what: `${name(one)} ${bad.what}` }));
    await sendAll(cases, async ({ text, statuses, pointer }) => refusal(
      await system.call(one.method, one.path, { token: admin, body: form(sales(), text) }), statuses, pointer));
    const noOptions = new FormData();
    noOptions.set("file", new Blob(["a,b\n1,2\n"]), "a.csv");
    assert.equal(refusal(await system.call(one.method, one.path, { token: admin, body: noOptions }), [400, 422]), undefined);
    const noFile = new FormData();
    noFile.set("options", JSON.stringify(example));
    assert.equal(refusal(await system.call(one.method, one.path, { token: admin, body: noFile }), [400, 422]), undefined);
  }
});

test("every parameter of every path, query and header", async (context) => {
  let sent = 0;
  for (const one of open) {
    const [media, content] = Object.entries(one.operation.requestBody?.content ?? {})[0] ?? [];
    const json = media === "application/json";
    const body = one.path === "/api/v1/ml/models" && json ? training(ids.version) : json ? content.example : media && "x";
    const fields = media && !json ? { "Content-Type": media } : {};
    const cases = badParameters(one, fill).map((bad) => ({ ...bad, what: `${name(one)} ${bad.what}` }));
    sent += await sendAll(cases, async ({ target, statuses, pointer, headers }) => refusal(
      await system.call(one.method, target, { token: admin, body, headers: { ...fields, ...headers } }), statuses, pointer));
  }
  context.diagnostic(`${sent} parameters`);
});

test("a body of the wrong media type, none at all, and one that is too long", async () => {
  for (const one of open.filter((each) => each.operation.requestBody)) {
    const target = fill(one.path);
    const json = Boolean(one.operation.requestBody.content["application/json"]);
    const send = (body, headers) => system.call(one.method, target, { token: admin, body, headers });
    const lenient = one.operation.tags.includes("Registry"); // Consul's clients send no Content-Type
    if (!lenient) assert.equal(refusal(await send("{}", { "Content-Type": "text/plain" }), [415]), undefined, name(one));
    assert.equal(refusal(await send(undefined), [400, 411, 415, 422]), undefined, name(one));
    if (json) assert.equal(refusal(await send(`{${" ".repeat(1_100_000)}}`, { "Content-Type": "application/json" }), [413]), undefined, name(one));
  }
});

test("methods that a path does not have", async () => {
  for (const path of new Set(open.map((one) => one.path))) {
    const known = new Set(operations.filter((one) => one.path === path).map((one) => one.method));
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((each) => !known.has(each))) {
      const answer = await system.call(method, fill(path), { token: admin });
      assert.equal(refusal(answer, [404, 405]), undefined, `${method} ${path}`);
    }
  }
});

test("nothing of all this was stored, and everything is well", async () => {
  assert.deepEqual(await everythingStored(), stored);
  const health = await system.call("GET", "/health");
  assert.equal(health.json.status, "up", health.text);
});
