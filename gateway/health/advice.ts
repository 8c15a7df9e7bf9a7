/** What a person can do about a trouble, by a part of its code or text; the first that fits. */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /modbus\.timeout/,
    "no answer: look at the device's power, its two wires (swap A and B once), its address, baud rate and parity",
  ],
  [
    /modbus\.(crc-wrong|ambiguous|unasked|length-wrong|unit-wrong|function-wrong)/,
    "disturbed answers: look for two devices with one address, a second master on the line, missing termination, or another parity",
  ],
  [
    /modbus\.exception/,
    "the device refuses what its profile asks for: look at profile and registers in its manual",
  ],
  [/modbus\.probation/, "it has just come back; wait for its next answer"],
  [/modbus\.protocol-wrong/, "what answers there speaks no Modbus TCP: look at host and port"],
  [
    /serial\.(crc-wrong|no-crc|no-start|too-long)/,
    "disturbed lines: look at baud rate and wiring, and whether anything else speaks on the line",
  ],
  [/mqtt\.at-missing/, 'let the device send its time, or write "session: clean" at the source'],
  [/mqtt\.clock-off/, "the device's clock is wrong: look at its time server and time zone"],
  [
    /ENOENT|no such file/i,
    "there is no such file: is the adapter plugged in? `ls /dev/serial/by-id` shows those that are",
  ],
  [
    /EACCES|permission denied/i,
    "no right to open it: let the gateway's user be in the group dialout (docs/gateway.md)",
  ],
  [
    /cannot lock port|EBUSY|temporarily unavailable|resource busy/i,
    "another program has it open, probably the gateway itself: stop that one, or look at its status page",
  ],
  [
    /nothing (was heard|has answered) for/,
    "the line is open but silent: look at power and wiring of its devices",
  ],
  [/leads elsewhere now/, "the adapter was plugged out or moved; it is opened anew"],
  [/ECONNREFUSED/, "nothing listens there: look at the address, and whether the program runs"],
  [/ENOTFOUND|EAI_AGAIN/, "the name is not known: look at its spelling and the network's name server"],
  [
    /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|opening hangs/i,
    "nobody answers: look at the address, the cable and the firewall",
  ],
  [/auth\.(missing|unknown|role)/, "the server does not take the token: look at COLDKEEP_GATEWAY_TOKEN"],
  [
    /uplink\.(unreachable|timeout)/,
    "the server cannot be reached: look at server.url, the network and the server. Readings are kept meanwhile",
  ],
  [/site\.missing/, "the server has no site file yet (docs/site-file.md)"],
];

/** What a person can do about a trouble; without anything known the way to the catalogue, for a code. */
export function adviceFor(trouble: string): string | null {
  const known = advice.find(([pattern]) => pattern.test(trouble));
  if (known !== undefined) return known[1];
  return /^[a-z-]+\.[a-z-]+$/.test(trouble) ? `docs/errors.md explains ${trouble}` : null;
}
