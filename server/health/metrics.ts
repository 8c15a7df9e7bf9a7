import type { BatchAnswer } from "@coldkeep/core/contract/batch.ts";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** Batches whose times are remembered for the percentile. */
const latestMax = 1_000;

/** What the server counts of itself, for Prometheus. */
export interface Metrics {
  readonly batchTaken: (answer: BatchAnswer, tookMs: number) => void;
  readonly refused: (code: string) => void;
  readonly mailSent: () => void;
  readonly mailFailed: () => void;
  /** Figures read at each scrape. */
  readonly watch: (name: string, help: string, read: () => number) => void;
  /** The 99th percentile of the time from a batch at hand to its commit, over the latest batches, in ms; null before the first. */
  readonly decisionP99Ms: () => number | null;
  /** Readings taken since the start. */
  readonly readingsAccepted: () => number;
  readonly render: () => Promise<string>;
}

/** Makes the metrics. */
export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const readings = new Counter({
    name: "coldkeep_readings_total",
    help: "Readings by outcome",
    labelNames: ["outcome"],
    registers,
  });
  const rejected = new Counter({
    name: "coldkeep_rejected_readings_total",
    help: "Readings rejected, by code",
    labelNames: ["code"],
    registers,
  });
  const batches = new Counter({ name: "coldkeep_batches_total", help: "Batches committed", registers });
  const decision = new Histogram({
    name: "coldkeep_batch_decision_seconds",
    help: "From a batch's body at hand to its durable commit",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const refusals = new Counter({
    name: "coldkeep_refused_requests_total",
    help: "Requests refused, by error code",
    labelNames: ["code"],
    registers,
  });
  const mails = new Counter({
    name: "coldkeep_mails_total",
    help: "Mails by outcome of one try",
    labelNames: ["outcome"],
    registers,
  });
  const latest: number[] = [];
  let accepted = 0;
  return {
    batchTaken: (answer, tookMs) => {
      latest.push(tookMs);
      if (latest.length > latestMax) latest.shift();
      accepted += answer.accepted;
      batches.inc();
      readings.inc({ outcome: "accepted" }, answer.accepted);
      readings.inc({ outcome: "duplicate" }, answer.duplicates);
      for (const { code } of answer.rejected) rejected.inc({ code });
      decision.observe(tookMs / 1_000);
    },
    refused: (code) => refusals.inc({ code }),
    mailSent: () => mails.inc({ outcome: "sent" }),
    mailFailed: () => mails.inc({ outcome: "failed" }),
    watch: (name, help, read) => {
      const gauge: Gauge = new Gauge({
        name,
        help,
        registers,
        collect: (): void => gauge.set(read()),
      });
    },
    decisionP99Ms: () => latest.toSorted((a, b) => a - b)[Math.floor(latest.length * 0.99)] ?? null,
    readingsAccepted: () => accepted,
    render: () => registry.metrics(),
  };
}
