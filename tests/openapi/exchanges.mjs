// Exchanges as the functional tests write them down: one JSON object a line, in {folder}/{program}.jsonl.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { document, faults, find, keysOfResponse, mediaOf } from "./description.mjs";

const folder = process.env.OPENAPI_EXCHANGES;

export function recorder(name) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, "");
  return (exchange) => appendFileSync(file, `${JSON.stringify(exchange)}\n`);
}

export const recorded = () => readdirSync(folder).filter((name) => name.endsWith(".jsonl")).flatMap((name) =>
  readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean).map((line) => ({ program: name.slice(0, -6), ...JSON.parse(line) })));

// Fields that are promised where they fit, not in every answer.
const sometimes = new Set(["ratelimit", "ratelimit-policy", "preference-applied", "idempotent-replayed", "link", "retry-after"]);

const isProblem = (exchange) => mediaOf(exchange.headers["content-type"]) === "application/problem+json";
const bodyless = (exchange) => exchange.method === "HEAD" || exchange.status === 204 || exchange.status === 304;

function bodyFaults(keys, exchange) {
  if (exchange.body === undefined) return []; // bytes, or too long to be written down
  let parsed;
  try {
    parsed = JSON.parse(exchange.body);
  } catch {
    return ["the body is no JSON"];
  }
  return faults(keys, parsed);
}

function contentFaults(one, response, exchange) {
  const media = mediaOf(exchange.headers["content-type"]);
  if (bodyless(exchange)) return [];
  if (!response.content) return exchange.body ? [`a body (${media}) where none is described`] : [];
  if (!response.content[media]) return [`${media} is not described`];
  if (!response.content[media].schema) return [];
  return bodyFaults([...keysOfResponse(one, exchange.status), "content", media, "schema"], exchange);
}

function headerFaults(response, exchange) {
  return Object.keys(response.headers ?? {}).map((name) => name.toLowerCase())
    .filter((name) => !sometimes.has(name) && exchange.headers[name] === undefined)
    .map((name) => `the field ${name} is missing`);
}

function requestFaults(one, exchange) {
  const media = mediaOf(exchange.request?.type);
  if (exchange.status >= 300 || media !== "application/json" || exchange.request.body === undefined) return [];
  if (!one.operation.requestBody?.content[media]) return [];
  const keys = ["paths", one.path, one.method.toLowerCase(), "requestBody", "content", media, "schema"];
  return faults(keys, JSON.parse(exchange.request.body)).map((fault) => `was accepted: ${fault}`);
}

// What in an exchange the document does not say.
export function undescribed(exchange) {
  const { pathKnown, found } = find(exchange.method, exchange.target);
  if (!found) {
    const expected = pathKnown ? [400, 401, 405] : [400, 401, 403, 404, 405, 414, 429, 431, 501, 503];
    if (!expected.includes(exchange.status)) return [pathKnown ? "the method is not described" : "the path is not described"];
    return isProblem(exchange) || exchange.method === "HEAD" ? problemFaults(exchange) : ["a failure that is no problem document"];
  }
  const response = found.operation.responses[exchange.status];
  if (!response) return [`status ${exchange.status} is not described`];
  const whole = response.$ref ? document.components.responses[response.$ref.split("/").pop()] : response;
  return [...contentFaults(found, whole, exchange), ...headerFaults(whole, exchange), ...requestFaults(found, exchange)];
}

function problemFaults(exchange) {
  return exchange.method === "HEAD" ? [] : bodyFaults(["components", "schemas", "Problem"], exchange);
}
