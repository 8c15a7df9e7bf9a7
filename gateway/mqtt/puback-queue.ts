/** Most messages of one connection that wait for their commit; beyond it nothing more is read. */
export const uncommittedMax = 1_000;

/** Sends PUBACKs in the order in which the messages came (MQTT 3.1.1, section 4.6), each as soon as it and all before it are committed. */
export interface PubackQueue {
  /** Notes a message; the result is called once it is committed. Messages without an id (QoS 0) are not acknowledged. */
  readonly received: (messageId: number | undefined) => () => void;
  /** Calls back at once, or as soon as fewer than `uncommittedMax` messages wait. */
  readonly whenRoom: (call: () => void) => void;
}

/** Makes the queue of one connection. */
export function pubackQueue(send: (messageId: number) => void): PubackQueue {
  const waiting: { readonly messageId: number; committed: boolean }[] = [];
  let blocked: (() => void) | null = null;
  const advance = (): void => {
    for (let head = waiting[0]; head?.committed === true; head = waiting[0]) {
      waiting.shift();
      send(head.messageId);
    }
    if (blocked === null || waiting.length >= uncommittedMax) return;
    const call = blocked;
    blocked = null;
    call();
  };
  return {
    received: (messageId) => {
      if (messageId === undefined) return () => {};
      const entry = { messageId, committed: false };
      waiting.push(entry);
      return () => {
        entry.committed = true;
        advance();
      };
    },
    whenRoom: (call) => {
      if (waiting.length < uncommittedMax) call();
      else blocked = call;
    },
  };
}
