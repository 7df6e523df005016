// A market of 600 sales with everything that can be made of it: a version, a model, a valuation, a report.
import { setTimeout as pause } from "node:timers/promises";

export function sales() {
  const rows = ["id,date,area,rooms,longitude,latitude,price"];
  for (let sale = 0; sale < 600; ++sale) {
    const area = 40 + ((sale * 37) % 200), rooms = 1 + ((sale * 5) % 6);
    const longitude = -93.6 + ((sale * 17) % 100) * 1e-4, latitude = 42 + ((sale * 29) % 100) * 1e-4;
    const price = area * (900 + ((sale * 7919) % 300)) + rooms * 2500 + (longitude + 93.6) * 1e6;
    const month = String(1 + (sale % 12)).padStart(2, "0");
    rows.push(`s${sale},${2010 + (sale % 10)}-${month}-15,${area},${rooms},${longitude.toFixed(4)},${latitude.toFixed(4)},${price.toFixed(0)}`);
  }
  return `${rows.join("\n")}\n`;
}

export const importOptions = { name: "sales", target: "price", columns: [{ name: "price", type: "number", unit: "USD", required: true }] };
export const centre = { name: "Centre", longitude: -93.595, latitude: 42.005 };
export const training = (version) => ({
  name: "A small market", version, target: "price", currency: "USD", area_unit: "m2", identifier: "id", models: ["ols"], folds: 2,
  features: [{ column: "area", transform: "log" }, { column: "rooms" }],
  split: { date: "date", calibration_from: "2016-01-01", train_to: "2017-12-31", test_from: "2018-01-01" } });

export function form(csv, options) {
  const made = new FormData();
  made.set("options", typeof options === "string" ? options : JSON.stringify(options));
  made.set("file", new Blob([csv], { type: "text/csv" }), "sales.csv");
  return made;
}

const expectStatus = (answer, ...statuses) => {
  if (!statuses.includes(answer.status)) throw new Error(`${answer.status}: ${answer.text}`);
  return answer;
};

async function finished(system, token, answer) {
  expectStatus(answer, 200, 202);
  for (let job = answer.json; ;) {
    if (job.state === "succeeded") return job;
    if (!["queued", "running"].includes(job.state)) throw new Error(JSON.stringify(job));
    await pause(100);
    job = expectStatus(await system.call("GET", answer.headers.get("location"), { token }), 200).json;
  }
}

// The ids of everything, by the names of the path parameters of the document.
export async function makeMarket(system, token) {
  const post = (target, body, headers) => system.call("POST", target, { token, body, headers });
  const wait = { Prefer: "wait=30" };
  const first = expectStatus(await post("/api/v1/data/datasets", form(sales(), importOptions)), 201).json.version;
  const cleaned = expectStatus(await post(`/api/v1/data/versions/${first}/clean`, { rules: [{ rule: "drop_duplicates" }] }), 201).json.version.version;
  const place = { crs: "EPSG:4326", x: "longitude", y: "latitude", centre };
  const located = await finished(system, token, await post("/api/v1/geospatial/enrichments", { version: cleaned, ...place }, wait));
  const version = located.result.version.version;
  expectStatus(await post("/api/v1/geospatial/locate", { crs: "EPSG:4326", x: -93.59, y: 42.001, centre }), 200);
  expectStatus(await post("/api/v1/geospatial/neighbour-levels",
    { version, target: "price", date: "date", train_to: "2017-12-31", neighbours: [5] }), 200);
  const trained = await finished(system, token, await post("/api/v1/ml/models", training(version), wait));
  const model = trained.result.model;
  const subject = { area: 120, rooms: 4, longitude: -93.596, latitude: 42.004 };
  const valuation = expectStatus(await post(`/api/v1/ml/models/${model}/valuations`, { label: "A house", date: "2019-12-31", subject }), 201).json.valuation;
  const reported = await finished(system, token, await post("/api/v1/reports", { valuation, title: "A house" }, wait));
  return { version, model, valuation, report: reported.result.report, job: reported.id, jobs: [located.id, trained.id, reported.id] };
}
