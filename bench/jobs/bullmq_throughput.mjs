// The same small jobs through BullMQ: node bullmq_throughput.mjs REDIS_SOCKET JOBS IN_FLIGHT
// The producer adds them, IN_FLIGHT at a time; a worker in a process of its own runs them, 100 at a time. Prints
// `seconds jobs_per_second`; fails when any job did not run exactly once, or Redis does not count it as completed.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Queue, Worker } from "bullmq";

const [socket, jobs, inFlight] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const connection = { path: socket, maxRetriesPerRequest: null };

if (process.argv[5] === "worker") {
  const timesRun = new Map();
  let done = 0;
  const worker = new Worker(
    "small",
    async (job) => {
      timesRun.set(job.data.number, (timesRun.get(job.data.number) ?? 0) + 1);
      return { answer: job.data.number };
    },
    { connection, concurrency: 100 },
  );
  worker.on("completed", () => {
    if (++done === jobs) process.send({ once: [...timesRun.values()].every((n) => n === 1) && timesRun.size === jobs });
  });
  worker.on("error", (error) => console.error(String(error)));
  worker.waitUntilReady().then(() => process.send("ready"));
} else {
  const queue = new Queue("small", { connection });
  await queue.waitUntilReady();
  const worker = fork(fileURLToPath(import.meta.url), [socket, String(jobs), String(inFlight), "worker"]);
  const next = () => new Promise((resolve) => worker.once("message", resolve));
  await next();
  const start = process.hrtime.bigint();
  const finished = next();
  let number = 0;
  const produce = async () => {
    while (number < jobs) await queue.add("small", { number: number++ });
  };
  await Promise.all(Array.from({ length: inFlight }, produce));
  const { once } = await finished;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const completed = await queue.getCompletedCount();
  worker.kill();
  await queue.obliterate({ force: true });
  await queue.close();
  if (!once || completed !== jobs) {
    console.error(`not every job ran exactly once (${completed} completed)`);
    process.exit(1);
  }
  console.log(`${seconds.toFixed(3)} ${(jobs / seconds).toFixed(1)}`);
  process.exit(0);
}
