/** Bytes before function code and data over TCP: transaction, protocol, length, unit. */
export const headerBytes = 7;

/** Longest function code with data, by the specification. */
export const pduBytesMax = 253;

/** A message of Modbus over TCP. */
export interface TcpMessage {
  /** Given by who asks and given back by who answers. Range [0, 65535]. */
  readonly transaction: number;
  readonly unit: number;
  /** Function code and data. */
  readonly pdu: Uint8Array;
}

/** Writes a message for TCP: there is no CRC. */
export function tcpFrame({ transaction, unit, pdu }: TcpMessage): Uint8Array {
  const length = pdu.length + 1;
  const head = [transaction >>> 8, transaction & 0xff, 0, 0, length >>> 8, length & 0xff, unit];
  return Uint8Array.from([...head, ...pdu]);
}

/** Whole messages of a chunk; `broken` where the stream is not Modbus (any more): nothing after it can be trusted. */
export interface SplitMessages {
  readonly messages: readonly TcpMessage[];
  readonly broken: boolean;
}

/** Cuts a byte stream into messages, whatever its chunks. Keeps at most one longest message. */
export interface MessageSplitter {
  readonly push: (chunk: Uint8Array) => SplitMessages;
}

/** Makes a splitter. Once broken it stays so. */
export function messageSplitter(): MessageSplitter {
  let partial = new Uint8Array(0);
  let broken = false;
  return {
    push: (chunk) => {
      const messages: TcpMessage[] = [];
      let bytes = Uint8Array.from([...partial, ...chunk]);
      while (!broken && bytes.length >= headerBytes - 1) {
        const protocol = word(bytes, 2);
        const length = word(bytes, 4);
        broken = protocol !== 0 || length < 2 || length > pduBytesMax + 1;
        const end = headerBytes - 1 + length;
        if (broken || bytes.length < end) break;
        messages.push({
          transaction: word(bytes, 0),
          unit: bytes[6] ?? 0,
          pdu: bytes.slice(headerBytes, end),
        });
        bytes = bytes.slice(end);
      }
      partial = broken ? new Uint8Array(0) : bytes;
      return { messages, broken };
    },
  };
}

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
