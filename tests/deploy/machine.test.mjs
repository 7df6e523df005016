// The systemd unit and Prometheus' files name what the program knows.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { binary, checkCommand, documents, isSetting, run, services, source, text } from "./facts.mjs";

test("the unit runs a command that there is, in its own folder, as its own user", () => {
  const unit = text("systemd/valion.service");
  const value = (key) => unit.match(new RegExp(`^${key}=(.*)$`, "m"))?.[1];
  const [program, ...words] = value("ExecStart").split(" ");
  assert.equal(program, "/usr/bin/valion");
  checkCommand(words);
  for (const [variable] of unit.matchAll(/VALION_\w+/g)) assert.ok(isSetting(variable), variable);
  assert.equal(value("User"), "valion");
  assert.match(value("Environment"), new RegExp(`VALION_HOME=/var/lib/${value("StateDirectory")}`));
  const patience = Number(run("config", "show").match(/stop_timeout_ms: (\d+)/)[1]) / 1000;
  assert.ok(Number(value("TimeoutStopSec")) > patience, "systemd waits longer than the orchestrator");
});

test("systemd finds no mistake in the unit", () => {
  const folder = mkdtempSync(join(tmpdir(), "valion-unit-"));
  execFileSync("sed", ["-e", `s#/usr/bin/valion#${binary}#;/^Documentation/d`, "-e", `w${folder}/valion.service`, join(source, "deploy/systemd/valion.service")]);
  execFileSync("systemd-analyze", ["verify", join(folder, "valion.service")], { stdio: "pipe" });
  rmSync(folder, { recursive: true });
});

test("the settings file of the package is right", () => {
  assert.match(run("config", "check", "--config", join(source, "deploy/systemd/valion.yaml")), /good/);
});

test("Prometheus scrapes every service where it listens", () => {
  const [direct] = documents("prometheus/prometheus.yml");
  const scraped = direct.scrape_configs[0].static_configs.map((each) => [each.labels.service, Number(each.targets[0].split(":")[1])]);
  assert.deepEqual(Object.fromEntries(scraped), services);
  const [discovered] = documents("prometheus/prometheus-consul.yml");
  assert.equal(discovered.scrape_configs[0].consul_sd_configs[0].server, `127.0.0.1:${services.service_registry}`);
});

test("promtool finds rules and configuration good, and every alert has its test", () => {
  const folder = join(source, "deploy/prometheus");
  execFileSync("promtool", ["check", "config", join(folder, "prometheus.yml")], { stdio: "pipe" });
  execFileSync("promtool", ["test", "rules", join(folder, "alerts_test.yml")], { stdio: "pipe" });
  const alerts = documents("prometheus/alerts.yml")[0].groups.flatMap((group) => group.rules).map((rule) => rule.alert).sort();
  const fired = new Set(documents("prometheus/alerts_test.yml")[0].tests.flatMap((each) => each.alert_rule_test)
    .filter((each) => each.exp_alerts?.length > 0).map((each) => each.alertname));
  assert.deepEqual([...fired].sort(), alerts, "each alert fires in a test");
});

test("alerts tell commands that there are", () => {
  for (const [, word] of text("prometheus/alerts.yml").matchAll(/valion ([a-z-]+)/g)) checkCommand([word]);
});
