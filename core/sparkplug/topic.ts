/** The message types of Sparkplug B that an edge node publishes or a host application sends it. */
export const sparkplugTypes = [
  "NBIRTH",
  "NDEATH",
  "NDATA",
  "NCMD",
  "DBIRTH",
  "DDEATH",
  "DDATA",
  "DCMD",
] as const;

/** One of the message types. */
export type SparkplugType = (typeof sparkplugTypes)[number];

/** What a topic of the namespace names. `device` is null for the edge node's own messages (N...). */
export interface SparkplugTopic {
  readonly type: SparkplugType;
  readonly group: string;
  readonly edgeNode: string;
  readonly device: string | null;
}

/** Most characters of one id within a topic that are taken. */
export const idLengthMax = 128;

/** True for what may stand as group, edge node, device or host id: no `/`, `+`, `#`, no control characters. */
export function isSparkplugId(text: string): boolean {
  return text.length > 0 && text.length <= idLengthMax && !/[/+#\p{Cc}]/u.test(text);
}

/** Reads `spBv1.0/group/type/edgeNode[/device]`; null for anything else, also for STATE. */
export function parseSparkplugTopic(topic: string): SparkplugTopic | null {
  const [namespace, group = "", word = "", edgeNode = "", device = null, ...rest] = topic.split("/");
  const type = sparkplugTypes.find((known) => known === word);
  if (namespace !== "spBv1.0" || type === undefined || rest.length > 0) return null;
  if (type.startsWith("D") !== (device !== null)) return null;
  const ids = device === null ? [group, edgeNode] : [group, edgeNode, device];
  return ids.every(isSparkplugId) ? { type, group, edgeNode, device } : null;
}

/** Writes a topic of the namespace. */
export function sparkplugTopic({ type, group, edgeNode, device }: SparkplugTopic): string {
  const node = `spBv1.0/${group}/${type}/${edgeNode}`;
  return device === null ? node : `${node}/${device}`;
}

/** The topic on which a host application says whether it is there. Retained, QoS 1. */
export const stateTopic = (hostId: string): string => `spBv1.0/STATE/${hostId}`;

/** What stands at a host's STATE topic: `at` is the instant at which its present session began, epoch ms. */
export const formatHostState = (online: boolean, at: number): string =>
  JSON.stringify({ online, timestamp: at });

/** True where a STATE payload says that the host is away. Anything unreadable says nothing. */
export function saysOffline(payload: Uint8Array): boolean {
  if (payload.byteLength > 1_024) return false;
  try {
    const state: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof state === "object" && state !== null && "online" in state && state.online === false;
  } catch {
    return false;
  }
}
