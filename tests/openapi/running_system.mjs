// A whole system for these tests: the real binary in a home of its own, on free ports; every exchange is written down.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { recorder } from "./exchanges.mjs";

const binary = process.env.OPENAPI_BINARY;

const longestKept = 1 << 20;
const isJson = (type) => /^application\/([\w.]+\+)?json/.test(type ?? "");

export class RunningSystem {
  static async start(name, settings = {}) {
    const system = new RunningSystem();
    system.home = mkdtempSync(join(tmpdir(), "valion-openapi-"));
    system.record = recorder(name);
    const services = [...execFileSync(binary, ["--help"], { encoding: "utf8" }).matchAll(/^\s+(\w+)\s+Run this service alone/gm)];
    const ports = Object.fromEntries(services.map(([, service]) => [`VALION_PORT_${service.toUpperCase()}`, "0"]));
    const log = openSync(join(system.home, "orchestrator.log"), "a");
    system.orchestrator = spawn(binary, ["orchestrator", "--home", system.home], {
      env: { ...process.env, ...ports, VALION_GATEWAY_ROUTES: system.routesWithoutLimits(), VALION_METRICS_PORT: "0", ...settings }, stdio: ["ignore", log, log] });
    system.ended = new Promise((done) => system.orchestrator.once("exit", done));
    const address = join(system.home, "run", "gateway.url");
    for (const until = Date.now() + 60_000; !existsSync(address) || readFileSync(address, "utf8").trim() === "";) {
      if (Date.now() > until || system.orchestrator.exitCode !== null) {
        throw new Error(`the system did not start:\n${readFileSync(join(system.home, "orchestrator.log"), "utf8")}`);
      }
      await pause(50);
    }
    system.gateway = readFileSync(address, "utf8").trim();
    return system;
  }

  // The built-in table with its rate limits off: these tests ask more often than a person would.
  routesWithoutLimits() {
    const file = join(this.home, "routes.yaml");
    writeFileSync(file, execFileSync(binary, ["config", "routes"], { encoding: "utf8" }).replaceAll(/rate_limit: .*/g, "rate_limit: off"));
    return file;
  }

  async stop() {
    this.orchestrator.kill("SIGTERM");
    await this.ended;
    rmSync(this.home, { recursive: true, force: true });
  }

  // {status, headers, text, json}. `body`: an object becomes JSON, everything else is sent as it is.
  async call(method, target, { token, body, headers = {} } = {}) {
    const plain = body !== undefined && (body === null || [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(body)));
    const sent = plain ? JSON.stringify(body) : body;
    const fields = { ...(plain ? { "Content-Type": "application/json" } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers };
    const answer = await fetch(this.gateway + target, { method, headers: fields, body: sent, redirect: "manual" });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get("content-type");
    const text = bytes.toString("utf8");
    const keep = isJson(type) && bytes.length <= longestKept ? { body: text } : {};
    const requestType = Object.entries(fields).find(([name]) => name.toLowerCase() === "content-type")?.[1];
    const request = { type: requestType, ...(typeof sent === "string" && isJson(requestType) && sent.length <= longestKept ? { body: sent } : {}) };
    this.record({ method, target, request, status: answer.status, headers: Object.fromEntries(answer.headers), ...keep });
    return { status: answer.status, headers: answer.headers, text, json: isJson(type) && text !== "" ? JSON.parse(text) : undefined };
  }

  async signIn(user, password) {
    const answer = await this.call("POST", "/api/v1/auth/token", { body: { user, password } });
    if (answer.status !== 200) throw new Error(`${user} cannot sign in: ${answer.text}`);
    return answer.json.access_token;
  }

  // The command line's user, who is an admin of every tenant.
  admin() {
    const { user, password } = JSON.parse(readFileSync(join(this.home, "secrets", "cli.json"), "utf8"));
    return this.signIn(user, password);
  }

  // Files that services keep: what a refused request must not change.
  objects() {
    const below = (folder) => (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []).filter((one) => one.isFile());
    return readdirSync(join(this.home, "services")).map((service) => [service, below(join(this.home, "services", service, "objects")).length]);
  }
}
