import type { FastifyInstance } from "fastify";

/** A page as it was answered, with single blanks. */
export interface VisitedPage {
  readonly status: number;
  readonly text: string;
  readonly location: string;
}

/** Visits the pages of a server as a browser does, without one: for tests of forms. */
export function visitPages(web: Pick<FastifyInstance, "inject">) {
  const visited = (answer: Awaited<ReturnType<typeof web.inject>>): VisitedPage => ({
    status: answer.statusCode,
    text: answer.payload.replaceAll(/[ \n]+/g, " ").replaceAll(" >", ">"),
    location: answer.headers.location ?? "",
  });
  const get = async (url: string): Promise<VisitedPage> =>
    visited(await web.inject({ method: "GET", url, headers: { accept: "text/html" } }));
  return {
    get,
    post: async (url: string, fields: Readonly<Record<string, string>>): Promise<VisitedPage> => {
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        accept: "text/html",
      };
      const payload = new URLSearchParams(fields).toString();
      return visited(await web.inject({ method: "POST", url, headers, payload }));
    },
    /** The fields of a page's form as a browser would send them. */
    fieldsOf: async (url: string): Promise<Record<string, string>> => {
      const answer = await web.inject({ method: "GET", url, headers: { accept: "text/html" } });
      return sentFields(answer.payload);
    },
  };
}

/** What a browser would send of the fields on a page. */
export function sentFields(page: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const attribute = (tag: string, name: string): string | undefined =>
    new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  for (const [tag] of page.matchAll(/<input\s[^>]*>/g)) {
    const name = attribute(tag, "name");
    const isLeft = attribute(tag, "type") === "checkbox" && !/\schecked[\s/>]/.test(tag);
    if (name !== undefined && !isLeft) fields[name] = plain(attribute(tag, "value") ?? "");
  }
  for (const [, tag = "", options = ""] of page.matchAll(/<select(\s[^>]*)>([\s\S]*?)<\/select>/g)) {
    const name = attribute(tag, "name");
    const chosen = /value="([^"]*)"\s+selected/.exec(options) ?? /value="([^"]*)"/.exec(options);
    if (name !== undefined) fields[name] = plain(chosen?.[1] ?? "");
  }
  for (const [, tag = "", text = ""] of page.matchAll(/<textarea(\s[^>]*)>([\s\S]*?)<\/textarea>/g)) {
    const name = attribute(tag, "name");
    if (name !== undefined) fields[name] = plain(text);
  }
  return fields;
}

function plain(text: string): string {
  return text.replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)));
}
