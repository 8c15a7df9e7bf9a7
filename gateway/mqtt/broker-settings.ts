import * as z from "zod";

/** What it takes to reach a broker, for every source that speaks through one. A schema that spreads them is refined with `checkBroker`. */
export const brokerFields = {
  url: z
    .url({ protocol: /^(mqtts?|wss?)$/, error: "expected mqtt://host:port or mqtts://host:port" })
    .refine(
      (url) => !/^[a-z]+:\/\/[^/]*@/.test(url),
      "no user name or password here: they belong into username and password",
    ),
  username: z.string().optional(),
  password: z.string().optional(),
  /** The name under which the broker keeps our session; must stay the same. Default `coldkeep-<gateway>-<source>`. */
  clientId: z.string().min(1).max(128).optional(),
  /** File (PEM) with the certificates of the authorities that are trusted instead of the system's, for mqtts and wss. */
  ca: z.string().min(1).optional(),
  /** File (PEM) with the client's certificate, for brokers that ask for one. */
  cert: z.string().min(1).optional(),
  /** File (PEM) with the key of the client's certificate. */
  key: z.string().min(1).optional(),
};

/** How a broker is reached. */
export interface BrokerSettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly clientId: string;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Adds what is wrong between the fields of a broker: half a client certificate, certificates without TLS. */
export function checkBroker(
  broker: Pick<BrokerSettings, "url" | "ca" | "cert" | "key">,
  context: z.RefinementCtx,
): void {
  const complain = (field: string, message: string): void =>
    context.addIssue({ code: "custom", path: [field], message });
  if ((broker.cert === undefined) !== (broker.key === undefined))
    complain(broker.cert === undefined ? "cert" : "key", "cert and key go together");
  if (/^(mqtts|wss):/.test(broker.url)) return;
  for (const field of ["ca", "cert", "key"] as const)
    if (broker[field] !== undefined) complain(field, "only with mqtts:// or wss://");
}
