// The document is OpenAPI 3.1 by the published meta-schema, and its own examples are what it says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { document, faults, importPackage, operations, text } from "./description.mjs";

test("it is valid by the meta-schema of OpenAPI 3.1", async () => {
  const { Validator } = await importPackage("@seriousme/openapi-schema-validator");
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
  assert.equal(validator.version, "3.1");
  const broken = structuredClone(document);
  broken.paths["/health"].get.responses = [];
  assert.ok(!(await new Validator().validate(broken)).valid, "the meta-schema sees a mistake");
});

test("every reference leads somewhere and every component is used", () => {
  const references = new Set([...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)].map((match) => match[1]));
  for (const reference of references) {
    const [kind, name] = reference.split("/");
    assert.ok(document.components[kind]?.[name], reference);
  }
  for (const name of Object.keys(document.components.schemas)) assert.ok(references.has(`schemas/${name}`), `${name} is not used`);
});

test("every operation says who may, what it answers and what can go wrong", () => {
  const tags = new Set(document.tags.map((tag) => tag.name));
  for (const { method, path, operation } of operations) {
    const name = `${method} ${path}`;
    assert.ok(operation.operationId && operation.summary, name);
    assert.ok(Array.isArray(operation.security), name);
    for (const tag of operation.tags) assert.ok(tags.has(tag), `${name}: ${tag}`);
    const statuses = Object.keys(operation.responses);
    assert.ok(statuses.some((status) => status.startsWith("2")), name);
    assert.ok(statuses.includes("500"), name);
    if (operation.requestBody) assert.ok(statuses.includes("415") && statuses.includes("413"), name);
    if (operation.security.length > 0) assert.ok(statuses.includes("401"), name);
  }
});

test("every JSON request has an example, and it is one", () => {
  let examples = 0;
  for (const { method, path, operation } of operations) {
    for (const [media, content] of Object.entries(operation.requestBody?.content ?? {})) {
      if (media !== "application/json") continue;
      assert.ok(content.example, `${method} ${path}`);
      const keys = ["paths", path, method.toLowerCase(), "requestBody", "content", media, "schema"];
      assert.deepEqual(faults(keys, content.example), [], `${method} ${path}`);
      examples += 1;
    }
  }
  assert.ok(examples > 8);
});
