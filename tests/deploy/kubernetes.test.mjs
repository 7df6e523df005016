// The manifests are what Kubernetes accepts, and name what the program knows.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkCommand, documents, files, isSetting, load, services, source, version } from "./facts.mjs";

const base = "kubernetes/base";
const overlay = "kubernetes/overlays/example";
const dashed = (service) => service.replaceAll("_", "-");
const models = {
  "apps/v1": load("kubernetes-models/apps/v1"),
  v1: load("kubernetes-models/v1"),
  "policy/v1": load("kubernetes-models/policy/v1"),
  "autoscaling/v2": load("kubernetes-models/autoscaling/v2"),
};
const manifests = [base, overlay].flatMap((folder) =>
  files(folder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml")
    .flatMap((name) => documents(`${folder}/${name}`).map((document) => ({ name: `${folder}/${name}`, document }))));
const of = (kind) => manifests.filter(({ document }) => document.kind === kind).map(({ document }) => document);
const container = (deployment) => deployment.spec.template.spec.containers[0];

test("every manifest is valid by the published schema of its kind", () => {
  assert.ok(manifests.length >= 26, `${manifests.length} manifests`);
  for (const { name, document } of manifests) {
    const Model = models[document.apiVersion]?.[document.kind];
    assert.ok(Model, `${name}: no schema of ${document.apiVersion} ${document.kind}`);
    assert.doesNotThrow(() => new Model(document).validate(), `${name} ${document.kind}`);
  }
});

test("the schema sees a mistake", () => {
  const broken = structuredClone(of("Deployment")[0]);
  broken.spec.template.spec.containers[0].ports[0].containerPort = "eight thousand";
  assert.throws(() => new models["apps/v1"].Deployment(broken).validate());
});

test("each service has a Deployment, a Service, a budget and an autoscaler", () => {
  const names = Object.keys(services).map(dashed).sort();
  for (const kind of ["Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"]) {
    assert.deepEqual(of(kind).map((each) => each.metadata.name).sort(), names, kind);
  }
});

test("commands, ports, variables and probes are the program's", () => {
  for (const [service, port] of Object.entries(services)) {
    const deployment = of("Deployment").find((each) => each.metadata.name === dashed(service));
    const only = container(deployment);
    assert.deepEqual(only.args, [service, "--port", String(port)]);
    checkCommand(only.args);
    assert.equal(only.image, `valion:${version}`);
    assert.equal(only.ports[0].containerPort, port);
    const front = of("Service").find((each) => each.metadata.name === dashed(service));
    assert.equal(front.spec.ports[0].port, port);
    assert.equal(front.spec.ports[0].targetPort, only.ports[0].name);
    assert.deepEqual(front.spec.selector, deployment.spec.selector.matchLabels);
    for (const variable of only.env) assert.ok(isSetting(variable.name), variable.name);
    assert.equal(only.livenessProbe.httpGet.path, "/health/live");
    assert.equal(only.readinessProbe.httpGet.path, "/health/ready");
    assert.ok(only.lifecycle.preStop.exec.command.length > 0);
    assert.ok(only.resources.limits.memory && only.resources.requests.cpu);
    const scaler = of("HorizontalPodAutoscaler").find((each) => each.metadata.name === dashed(service));
    assert.equal(scaler.spec.scaleTargetRef.name, dashed(service));
    const budget = of("PodDisruptionBudget").find((each) => each.metadata.name === dashed(service));
    assert.ok(budget.spec.minAvailable < scaler.spec.minReplicas, "a node can be drained");
  }
});

test("nothing runs as root or writes beside its volumes", () => {
  for (const deployment of of("Deployment")) {
    const pod = deployment.spec.template.spec;
    const only = container(deployment);
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.equal(only.securityContext.readOnlyRootFilesystem, true);
    assert.equal(only.securityContext.allowPrivilegeEscalation, false);
    assert.deepEqual(only.securityContext.capabilities.drop, ["ALL"]);
    const declared = pod.volumes.map((each) => each.name).sort();
    assert.deepEqual(only.volumeMounts.map((each) => each.name).sort(), declared);
    const grace = pod.terminationGracePeriodSeconds;
    const drain = Number(of("ConfigMap")[0].data.VALION_DRAIN_MS) / 1000;
    assert.ok(grace > drain + Number(only.lifecycle.preStop.exec.command.at(-1)), "time for preStop and the drain");
  }
});

test("settings and secrets exist", () => {
  for (const map of of("ConfigMap")) for (const name of Object.keys(map.data)) assert.ok(isSetting(name), name);
  for (const secret of of("Secret")) {
    for (const name of Object.keys(secret.stringData)) assert.ok(isSetting(name) || name.startsWith("AWS_"), name);
  }
  const mentioned = of("Deployment").flatMap((each) => container(each).envFrom).map((each) => each.configMapRef?.name ?? each.secretRef?.name);
  const there = [...of("ConfigMap"), ...of("Secret")].map((each) => each.metadata.name);
  for (const name of mentioned) assert.ok(there.includes(name), name);
});

test("kustomizations name files that are there, and all of them", () => {
  for (const folder of [base, overlay]) {
    const [kustomization] = documents(`${folder}/kustomization.yaml`);
    for (const resource of kustomization.resources) {
      assert.ok(existsSync(join(source, "deploy", folder, resource)), `${folder}: ${resource}`);
    }
    const own = files(folder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml").sort();
    assert.deepEqual(kustomization.resources.filter((name) => name.endsWith(".yaml")).sort(), own);
  }
  const generated = documents(`${overlay}/kustomization.yaml`)[0].secretGenerator.map((each) => each.name);
  for (const deployment of of("Deployment")) {
    assert.ok(generated.includes(deployment.spec.template.spec.volumes.find((each) => each.secret).secret.secretName));
  }
});
