import * as z from "zod";

/** What it takes to reach a broker, for every source that speaks through one. */
export const brokerFields = {
  url: z.url({ protocol: /^(mqtts?|wss?)$/, error: "expected mqtt://host:port or mqtts://host:port" }),
  username: z.string().optional(),
  password: z.string().optional(),
  /** The name under which the broker keeps our session; must stay the same. Default `coldkeep-<gateway>-<source>`. */
  clientId: z.string().min(1).max(128).optional(),
};

/** How a broker is reached. */
export interface BrokerSettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly clientId: string;
}
