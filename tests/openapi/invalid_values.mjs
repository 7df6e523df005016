// Invalid values made from schemas: each breaks one rule, and says which field must be named and which statuses may answer.
import { resolve } from "./description.mjs";

const typesOf = (schema) => (schema.anyOf ? schema.anyOf.flatMap((one) => typesOf(resolve(one))) : [schema.type ?? []].flat());
const part = (schema) => resolve(schema.anyOf ? schema.anyOf.find((one) => resolve(one).type !== "null") : schema);
const pointer = (keys) => keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

// A value that the schema accepts.
export function sample(given) {
  const schema = part(resolve(given));
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined && (!Array.isArray(schema.default) || schema.default.length > 0)) return schema.default;
  const type = typesOf(schema).find((one) => one !== "null");
  if (type === "string") {
    if (schema.pattern === "^[0-9a-f]{64}$") return "0".repeat(64);
    if (schema.format === "date") return "2020-01-31";
    return "a".repeat(Math.max(schema.minLength ?? 0, 1)).replaceAll("a", schema.pattern?.startsWith("^[A-Z") ? "A" : "a");
  }
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  if (type === "boolean") return true;
  if (type === "array") return [sample(schema.items)];
  if (type === "object") return schema.properties ? complete(schema, {}) : { a: sample(schema.additionalProperties ?? {}) };
  return 1;
}

// `example` with every member that it leaves out.
export function complete(given, example) {
  const schema = part(resolve(given));
  if (schema.type === "array") return example?.length ? [complete(schema.items, example[0])] : sample(schema);
  if (!schema.properties) return example ?? sample(schema);
  return Object.fromEntries(Object.entries(schema.properties).map(([key, each]) =>
    [key, example?.[key] === undefined ? sample(each) : complete(each, example[key])]));
}

const jsonTypes = { null: null, boolean: true, number: 2.5, string: "text", array: [], object: {} };
// [what, value] that break the schema itself.
function badValues(given) {
  const schema = part(resolve(given));
  const types = typesOf(resolve(given));
  const bad = [];
  if (types.length === 0) return bad;
  for (const [type, value] of Object.entries(jsonTypes)) {
    if (!types.includes(type)) bad.push([`is ${type}`, value]); // 2.5 is no integer
  }
  if (types.includes("integer")) bad.push(["is huge", 1e300], ["is just too large", Number(2n ** 63n)]);
  if (schema.minimum !== undefined) bad.push(["is too small", schema.minimum - 1]);
  if (schema.maximum !== undefined) bad.push(["is too large", schema.maximum + 1]);
  if (schema.enum) bad.push(["is not among the choices", "no-such-choice"], ["is empty", ""]);
  if (schema.minLength > 0 && !schema.enum) bad.push(["is too short", "A".repeat(schema.minLength - 1)]);
  if (schema.maxLength !== undefined) bad.push(["is too long", "A".repeat(schema.maxLength + 1)]);
  if (schema.pattern?.startsWith("^[")) bad.push(["has a strange character", `${String(sample(schema)).slice(0, -1)}\u0001`]);
  if (schema.pattern === "[^ \\t\\r\\n]") bad.push(["is blank", "  "]);
  if (schema.not?.const) bad.push(["is what it may not be", schema.not.const]);
  if (schema.format === "date") bad.push(["is no day", "2021-02-30"], ["is no date", "31/12/2020"]);
  return bad;
}

const oneText = (value) => JSON.stringify(value);

// {what, text, statuses, pointer} for the whole body and, recursively, everything in it.
export function badBodies(schema, example) {
  const whole = complete(schema, example);
  const cases = [
    { what: "is no JSON", text: '{"a":', statuses: [400] },
    { what: "is empty", text: "", statuses: [400, 411, 415, 422] },
    { what: "is nested too deep", text: `${"[".repeat(2000)}${"]".repeat(2000)}`, statuses: [400, 422] },
    { what: "has a number that is none", text: '{"a":1e400}', statuses: [400, 422] },
    { what: "is not UTF-8 in its escapes", text: '{"\\ud800":1}', statuses: [400, 422] },
    { what: "has a member twice", text: oneText(whole).replace(/^\{("[^"]+":)/, "{$1null,$1"), statuses: [400, 422] },
  ];
  for (const [type, value] of Object.entries(jsonTypes)) {
    if (type !== "object") cases.push({ what: `is ${type}`, text: oneText(value), statuses: [400, 422] });
  }
  const set = (keys, value) => {
    const copy = structuredClone(whole);
    const last = keys.slice(0, -1).reduce((at, key) => at[key], copy);
    if (value === undefined) delete last[keys.at(-1)];
    else last[keys.at(-1)] = value;
    return oneText(copy);
  };
  const add = (keys, what, value) => cases.push({ what: `${pointer(keys)} ${what}`, text: set(keys, value), statuses: [422], pointer: pointer(keys) });
  const walk = (given, keys, here) => {
    const at = part(resolve(given));
    if (at.properties) {
      if (at.additionalProperties === false) add([...keys, "no~such/member"], "is unknown", 1);
      for (const [key, each] of Object.entries(at.properties)) {
        const place = [...keys, key];
        if (at.required?.includes(key)) add(place, "is missing", undefined);
        for (const [what, value] of badValues(each)) add(place, what, value);
        walk(each, place, here?.[key]);
      }
    } else if (typesOf(at).includes("array")) {
      if (at.minItems > 0) add(keys, "has too few elements", []);
      if (at.maxItems !== undefined && at.maxItems <= 1000) {
        add(keys, "has too many elements", Array.from({ length: at.maxItems + 1 }, () => here?.[0] ?? sample(at.items)));
      }
      const place = [...keys, 0];
      for (const [what, value] of badValues(at.items)) add(place, what, value);
      walk(at.items, place, here?.[0]);
    } else if (typesOf(at).includes("object") && typeof at.additionalProperties === "object") {
      const place = [...keys, Object.keys(here ?? { a: 1 })[0]];
      for (const [what, value] of badValues(at.additionalProperties)) add(place, what, value);
    }
  };
  walk(schema, [], whole);
  return cases;
}

// {what, target, statuses, pointer, headers}
export function badParameters({ path, operation }, fill) {
  const cases = [];
  const parameters = operation.parameters ?? [];
  const required = parameters.filter((one) => one.in === "query" && one.required)
    .map((one) => `${one.name}=${encodeURIComponent(sample(one.schema))}`);
  const query = (others) => (others.length ? `?${others.join("&")}` : "");
  for (const one of parameters) {
    if (one.in === "path") {
      const put = (text) => fill(path.replace(`{${one.name}}`, "\u0000")).replace("\u0000", text);
      const hash = one.schema.pattern !== undefined;
      const shared = operation.tags.includes("Registry"); // any name is a service's name there
      const absent = shared ? [200, 400, 404, 409] : [400, 404, 405];
      for (const text of hash ? ["x", "0".repeat(63), "0".repeat(65), "A".repeat(64), "0".repeat(64)] : ["no%20such", "0".repeat(300)]) {
        cases.push({ what: `{${one.name}} is ${text.slice(0, 12)}`, target: put(text), statuses: absent, shared });
      }
      for (const text of ["%2e%2e", "..%2f..%2fetc", "%00", "%zz", "a%2Fb"]) {
        cases.push({ what: `{${one.name}} is ${text}`, target: put(text), statuses: [...absent, 401] });
      }
    }
    if (one.in === "query") {
      const others = required.filter((text) => !text.startsWith(`${one.name}=`));
      const bad = (text) => cases.push({ what: `?${one.name}=${text.slice(0, 12)}`, target: fill(path) + query([...others, `${one.name}=${encodeURIComponent(text)}`]),
        statuses: [422], pointer: `/${one.name}` });
      if (one.required) cases.push({ what: `?${one.name} is missing`, target: fill(path) + query(others), statuses: [422], pointer: `/${one.name}` });
      if (one.schema.enum) bad("no-such-choice");
      if (one.schema.type === "integer") {
        ["x", "1.5", String(one.schema.minimum - 1), String(BigInt(one.schema.maximum) + 1n), "99999999999999999999"].forEach(bad);
      }
      if (one.schema.pattern === "^[0-9a-f]{64}$") bad("xyz");
      if (one.schema.maxLength) bad("x".repeat(one.schema.maxLength + 1));
    }
    if (one.in === "header" && one.schema.maxLength) {
      cases.push({ what: `${one.name} is too long`, target: fill(path), headers: { [one.name]: "x".repeat(one.schema.maxLength + 1) }, statuses: [400, 422] });
      cases.push({ what: `${one.name} has a space`, target: fill(path), headers: { [one.name]: "a b" }, statuses: [400, 422] });
    }
  }
  return cases;
}
