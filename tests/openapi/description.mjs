// The OpenAPI document as the tests use it: which operation a request is, and whether bodies are what it says.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// The packages stand in the build folder, not beside these files.
const require = createRequire(join(process.env.OPENAPI_NODE_FOLDER, "package.json"));
export const load = (name) => require(name);
export const importPackage = (name) => import(pathToFileURL(require.resolve(name)).href);
export const text = readFileSync(process.env.OPENAPI_DOCUMENT, "utf8");
export const document = JSON.parse(text);

export const resolve = (schema) => {
  let found = schema;
  while (found?.$ref) found = found.$ref.slice(2).split("/").reduce((at, key) => at[key.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  return found;
};

// [{method, path, operation, pattern}], literal segments before parameters.
export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation, pattern: patternOf(path, operation) })));
operations.sort((a, b) => (a.path.match(/\{/g) ?? []).length - (b.path.match(/\{/g) ?? []).length);

function patternOf(path, operation) {
  const shapes = Object.fromEntries((operation.parameters ?? []).filter((one) => one.in === "path")
    .map((one) => [one.name, one.schema.pattern?.replace(/^\^|\$$/g, "") ?? "[^/]+"]));
  return new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{(\w+)\}/g, (_, name) => shapes[name])}$`);
}

export function canonical(target) {
  const path = target.split("?")[0];
  const alias = Object.keys(document["x-aliases"]).find((one) => path === one || path.startsWith(`${one}/`));
  return alias ? document["x-aliases"][alias] + path.slice(alias.length) : path;
}

// The operation of a request; HEAD is GET's. `pathKnown` also when it has no such method.
export function find(method, target) {
  const path = canonical(target);
  const there = operations.filter((one) => one.pattern.test(path));
  const wanted = method === "HEAD" ? "GET" : method;
  return { pathKnown: there.length > 0, found: there.find((one) => one.method === wanted) };
}

// Answers may gain members; these tests take none that the document does not name.
function closed(value) {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== "object") return value;
  const made = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  if (value.type === "object" && value.properties && value.additionalProperties === undefined) made.additionalProperties = false;
  return made;
}

function validators() {
  const Ajv = load("ajv/dist/2020").default;
  const ajv = new Ajv({ strict: false, allErrors: true });
  load("ajv-formats").default(ajv);
  ajv.addSchema(closed(document), "api");
  const made = new Map();
  return (pointer) => {
    if (!made.has(pointer)) made.set(pointer, ajv.compile({ $ref: `api#${pointer}` }));
    return made.get(pointer);
  };
}
const validator = validators();
const escaped = (key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));

// What is wrong with a body by the schema at `keys`; empty when nothing is.
export function faults(keys, body) {
  const validate = validator(`/${keys.map(escaped).join("/")}`);
  return validate(body) ? [] : validate.errors.map((one) => `${one.instancePath || "/"} ${one.message} ${JSON.stringify(one.params)}`);
}
export const keysOfResponse = (one, status) => {
  const reference = one.operation.responses[status]?.$ref;
  return reference ? reference.slice(2).split("/") : ["paths", one.path, one.method.toLowerCase(), "responses", String(status)];
};
export const mediaOf = (contentType) => (contentType ?? "").split(";")[0].trim().toLowerCase();
