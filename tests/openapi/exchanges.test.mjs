// Every exchange that the functional tests had with a running system is what the document says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { find, operations } from "./description.mjs";
import { recorded, undescribed } from "./exchanges.mjs";

const exchanges = recorded();

test("every exchange of the functional tests is described", (context) => {
  assert.ok(exchanges.length > 100, `${exchanges.length} exchanges: run the functional tests first (ctest -L functional)`);
  const faults = new Map();
  const seen = new Set();
  for (const exchange of exchanges) {
    const { found } = find(exchange.method, exchange.target);
    if (found && exchange.status < 300) seen.add(found.operation.operationId);
    for (const fault of undescribed(exchange)) {
      const line = `${exchange.method} ${found?.path ?? exchange.target} ${exchange.status}: ${fault}`;
      if (!faults.has(line)) faults.set(line, exchange.program);
    }
  }
  const forClients = operations.filter((one) => !one.operation["x-roles"]); // the others take a peer's token
  const never = forClients.map((one) => one.operation.operationId).filter((id) => !seen.has(id));
  context.diagnostic(`${exchanges.length} exchanges of ${seen.size} operations`);
  assert.deepEqual([...faults].map(([line, program]) => `${line} (${program})`), []);
  assert.deepEqual(never, [], "no test does these: add them to every_operation.test.mjs");
});

test("what is not described is seen", () => {
  const good = { method: "GET", target: "/health/live", status: 200, headers: { "content-type": "application/json", "x-request-id": "a" }, body: '{"status":"up"}' };
  assert.deepEqual(undescribed(good), []);
  assert.match(undescribed({ ...good, status: 418 })[0], /status 418/);
  assert.match(undescribed({ ...good, body: '{"status":"up","mood":"fine"}' })[0], /additional/);
  assert.match(undescribed({ ...good, body: '{"status":1}' })[0], /string/);
  assert.match(undescribed({ ...good, headers: { "content-type": "text/html" } })[0], /text\/html/);
  assert.match(undescribed({ ...good, headers: { "content-type": "application/json" } })[0], /x-request-id/);
  assert.match(undescribed({ ...good, target: "/nowhere" })[0], /path is not described/);
  assert.match(undescribed({ ...good, method: "DELETE" })[0], /method is not described/);
});
