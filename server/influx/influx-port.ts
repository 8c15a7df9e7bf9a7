import { InfluxDB, HttpError } from "@influxdata/influxdb-client";
import { type InfluxFault, faultOf } from "./fault.ts";
import type { InfluxSettings } from "./influx-settings.ts";

/** What became of lines: taken as a whole, or not. Of lines that were not taken some may be there all the same. */
export type WriteOutcome = { readonly ok: true } | { readonly ok: false; readonly fault: InfluxFault };

/** A series of an answer to a query. */
export interface Series {
  readonly name: string;
  /** The tags that it was grouped by. */
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** What a query gave: its series, or why not. */
export type QueryOutcome =
  | { readonly ok: true; readonly series: readonly Series[] }
  | { readonly ok: false; readonly fault: InfluxFault };

/** The port to InfluxDB: 1.x, 2.x or 3. Never throws. */
export interface InfluxPort {
  /** Writes lines; resolves once InfluxDB said that it has them. */
  readonly write: (lines: readonly string[]) => Promise<WriteOutcome>;
  /** Asks in InfluxQL. Times come in microseconds, which a number holds exactly. */
  readonly query: (text: string) => Promise<QueryOutcome>;
  /** Does something by InfluxQL. */
  readonly command: (text: string) => Promise<QueryOutcome>;
  /** The bucket's rules of 2.x as that tells them; null where it does not. */
  readonly bucket: () => Promise<unknown>;
  /** Gives up the calls under way, so that an end need not wait for a silent InfluxDB. */
  readonly close: () => void;
}

/** How long InfluxDB may be silent on a call before it counts as unreachable. Unit ms. */
export const silentAfterMs = 20_000;

/** Opens the port. Connections are made when they are needed. `silentMs`: how long it may be silent on a call. */
export function openInflux(settings: InfluxSettings, silentMs: number = silentAfterMs): InfluxPort {
  const { url, token, username, password, org, bucket } = settings;
  const basic = Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64");
  const access =
    token !== undefined
      ? { token }
      : username !== undefined
        ? { headers: { authorization: `Basic ${basic}` } }
        : {};
  const plain = new InfluxDB({ url, timeout: silentMs, ...access });
  const { transport } = plain;
  const underWay = new Set<AbortController>();
  const ended: InfluxFault = { kind: "unreachable", reason: "the server ends" };
  let isClosed = false;
  const strict = new InfluxDB({ url, transport: wholly(transport, underWay) });
  const ask = async (method: "GET" | "POST", text: string): Promise<QueryOutcome> => {
    const query = new URLSearchParams({ db: bucket, q: text, epoch: "u" }).toString();
    if (isClosed) return { ok: false, fault: ended };
    const ending = new AbortController();
    underWay.add(ending);
    const isPost = method === "POST";
    const headers = {
      accept: "application/json",
      ...(isPost ? { "content-type": "application/x-www-form-urlencoded" } : {}),
    };
    try {
      const path = isPost ? "/query" : `/query?${query}`;
      const options = { method, headers, signal: ending.signal };
      const answer: unknown = await transport.request(path, isPost ? query : "", options);
      return answerOf(answer);
    } catch (error) {
      ending.abort();
      return { ok: false, fault: faultOf(error) };
    } finally {
      underWay.delete(ending);
    }
  };
  return {
    write: async (lines) => {
      if (lines.length === 0) return { ok: true };
      if (isClosed) return { ok: false, fault: ended };
      // One more than there are lines, so that nothing is sent before `flush`, whose answer is the one that counts.
      const writer = strict.getWriteApi(org, bucket, "ns", {
        batchSize: lines.length + 1,
        maxBatchBytes: Number.MAX_SAFE_INTEGER,
        flushInterval: 0,
        maxRetries: 0,
        writeFailed: async (error) => {
          throw error;
        },
      });
      try {
        writer.writeRecords([...lines]);
        await writer.flush();
        return { ok: true };
      } catch (error) {
        return { ok: false, fault: faultOf(error) };
      } finally {
        await writer.close();
      }
    },
    close: () => {
      isClosed = true;
      for (const call of underWay) call.abort();
    },
    query: (text) => ask("GET", text),
    command: (text) => ask("POST", text),
    bucket: async () => {
      try {
        const path = `/api/v2/buckets?name=${encodeURIComponent(bucket)}`;
        return await transport.request(path, "", { method: "GET", headers: { accept: "application/json" } });
      } catch {
        return null;
      }
    },
  };
}

type Transport = InfluxDB["transport"];

/** A transport that takes "some of it was written" (201) for the refusal that it is, and leaves no connection behind where InfluxDB is silent. */
function wholly(transport: Transport, underWay: Set<AbortController>): Transport {
  return {
    chunkCombiner: transport.chunkCombiner,
    request: transport.request.bind(transport),
    iterate: transport.iterate.bind(transport),
    send: (path, body, options, callbacks = {}) => {
      const ending = new AbortController();
      underWay.add(ending);
      let isPartial = false;
      transport.send(
        path,
        body,
        { ...options, signal: ending.signal },
        {
          ...callbacks,
          responseStarted: (headers, status) => {
            isPartial = status === 201;
            callbacks.responseStarted?.(headers, status);
          },
          next: (data) => callbacks.next?.(data),
          error: (error) => {
            underWay.delete(ending);
            callbacks.error?.(error);
            ending.abort();
          },
          complete: () => {
            underWay.delete(ending);
            if (isPartial) callbacks.error?.(new HttpError(400, "partial write", "partial write"));
            else callbacks.complete?.();
          },
        },
      );
    },
  };
}

interface Answer {
  readonly error?: string;
  readonly results?: readonly { readonly error?: string; readonly series?: readonly Series[] }[];
}

function answerOf(answer: unknown): QueryOutcome {
  const { error, results } = (typeof answer === "object" && answer !== null ? answer : {}) as Answer;
  const said = error ?? results?.find((each) => each.error !== undefined)?.error;
  if (said !== undefined) return { ok: false, fault: faultOf(new HttpError(400, "", said)) };
  if (results === undefined) return { ok: false, fault: { kind: "content", reason: "no answer to a query" } };
  return { ok: true, series: results.flatMap((each) => each.series ?? []).map(withValues) };
}

function withValues(series: Series): Series {
  return { name: series.name, tags: series.tags ?? {}, columns: series.columns, values: series.values ?? [] };
}

/** A text as InfluxQL has it between single quotes. */
export function quoted(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
}

/** A name as InfluxQL has it between double quotes. */
export function named(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
