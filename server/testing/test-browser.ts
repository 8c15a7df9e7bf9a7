import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { browserHeaders } from "./signed-in.ts";

/** A browser without a screen: it keeps cookies and sends forms, for tests that ask what a page says. */
export interface TestBrowser {
  readonly get: (url: string) => Promise<LightMyRequestResponse>;
  readonly send: (url: string, form?: Readonly<Record<string, string>>) => Promise<LightMyRequestResponse>;
  readonly cookies: Map<string, string>;
}

/** Opens one that speaks to an application without a socket. */
export function testBrowser(web: FastifyInstance): TestBrowser {
  const cookies = new Map<string, string>();
  const keep = (answer: LightMyRequestResponse): LightMyRequestResponse => {
    for (const { name, value, maxAge, expires } of answer.cookies) {
      const isOver = maxAge === 0 || (expires !== undefined && expires.getTime() === 0);
      if (isOver) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const headers = (): Record<string, string> => {
    const all = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return { ...browserHeaders, ...(all === "" ? {} : { cookie: all }) };
  };
  return {
    cookies,
    get: async (url) => keep(await web.inject({ url, headers: headers() })),
    send: async (url, form = {}) =>
      keep(
        await web.inject({
          method: "POST",
          url,
          headers: { ...headers(), "content-type": "application/x-www-form-urlencoded" },
          payload: new URLSearchParams(form).toString(),
        }),
      ),
  };
}
