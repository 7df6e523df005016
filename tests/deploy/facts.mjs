// What the program says of itself: the facts that the files in deploy/ are compared with.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export const source = process.env.DEPLOY_SOURCE;
export const binary = process.env.DEPLOY_BINARY;
// The packages stand in the build folder, not beside these files.
const require = createRequire(join(process.env.DEPLOY_NODE_FOLDER, "package.json"));
export const load = (name) => require(name);
export const YAML = load("yaml");

export const run = (...words) => execFileSync(binary, words, { encoding: "utf8" });
export const text = (path) => readFileSync(join(source, "deploy", path), "utf8");
export const documents = (path) => YAML.parseAllDocuments(text(path), { merge: true }).map((each) => {
  if (each.errors.length > 0) throw new Error(`${path}: ${each.errors[0].message}`);
  return each.toJS();
});
export const files = (folder) => readdirSync(join(source, "deploy", folder));

// {service: port}, from the help of the program.
export const services = Object.fromEntries(
  [...run("--help").matchAll(/^\s+(\w+)\s+Run this service alone \(port (\d+)\)/gm)].map((match) => [match[1], Number(match[2])]));
export const version = run("--version").trim().split(/\s+/).pop();

// Every variable that the settings know, from `valion config show`.
const shown = run("config", "show");
const variables = new Set(shown.match(/VALION_[A-Z0-9_]+/g));
export const isSetting = (name) =>
  variables.has(name) || name === "VALION_CONFIG" || Object.keys(services).some((each) => name === `VALION_PORT_${each.toUpperCase()}`);

// Fails as the program would: an unknown command or flag is not in its help.
export function checkCommand(words) {
  const [command, ...rest] = words;
  const help = run(command, "--help");
  for (const flag of rest.filter((word) => word.startsWith("--"))) {
    if (!new RegExp(`(^|[\\s,])${flag}([\\s,=]|$)`, "m").test(help)) throw new Error(`valion ${command} has no ${flag}`);
  }
}
