import { Worker } from "node:worker_threads";
import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import type { JournalSlice, SliceReader } from "./journal-slice.ts";

/** What the thread is asked: the entries after `seq`, up to and with `until`. */
export interface SliceQuestion {
  readonly seq: number;
  readonly until: number;
}

/** What it answers. */
export type SliceAnswer = { readonly slice: JournalSlice } | { readonly error: string };

/**
 * Reads slices in a thread of its own, on a connection of its own, so that unpacking and writing out batches takes no time from ingest and alarms. One
 * question at a time. A thread that has ended is started again by the next question.
 */
export function openSliceThread(recordsPath: string, newestSite: boolean): SliceReader {
  let worker: Worker | null = null;
  const start = (): Worker => {
    const started = new Worker(new URL("./slice-worker.ts", import.meta.url), {
      workerData: { recordsPath, newestSite },
    });
    started.unref();
    started.once("exit", () => {
      if (worker === started) worker = null;
    });
    return started;
  };
  return {
    next: (seq, until) =>
      new Promise((resolve, reject) => {
        const thread = (worker ??= start());
        const ended = (cause: unknown): void => {
          thread.off("message", answered);
          const reason = cause instanceof Error ? cause.message : String(cause);
          reject(
            new CodedError("projection.thread-ended", `The thread that reads the journal ended: ${reason}`),
          );
        };
        const answered = (answer: SliceAnswer): void => {
          thread.off("error", ended);
          thread.off("exit", ended);
          if ("slice" in answer) resolve(answer.slice);
          else reject(new CodedError("projection.entry-unreadable", answer.error));
        };
        thread.once("message", answered);
        thread.once("error", ended);
        thread.once("exit", ended);
        thread.postMessage({ seq, until } satisfies SliceQuestion, []);
      }),
    close: () => void worker?.terminate(),
  };
}
