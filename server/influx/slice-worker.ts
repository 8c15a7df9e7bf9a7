import { parentPort, workerData } from "node:worker_threads";
import { openDatabase } from "../store/database.ts";
import { openSlices } from "./journal-slice.ts";
import type { SliceAnswer, SliceQuestion } from "./slice-thread.ts";

const { recordsPath, newestSite } = workerData as { recordsPath: string; newestSite: boolean };
const next = openSlices(openDatabase(recordsPath), newestSite);

function answer({ seq, until }: SliceQuestion): SliceAnswer {
  try {
    return { slice: next(seq, until) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", (question: SliceQuestion) => parentPort?.postMessage(answer(question), []));
