import { CodedError } from "@coldkeep/core/errors/coded-error.ts";
import { describe, expect, it } from "vitest";
import { sampleApp, sampleViewer, sampleViews } from "./sample-app.ts";

const html = { accept: "text/html" };

describe("what is not there", () => {
  it("is answered with a page", async () => {
    const { app } = await sampleApp();
    for (const url of ["/nope", "/appliances/nope", "/excursions/nope", "/excursions/nope/report.pdf"]) {
      const answer = await app.inject({ url, headers: html });
      expect([url, answer.statusCode]).toEqual([url, 404]);
      expect(answer.body).toContain("<h1>Not found</h1>");
    }
    await app.close();
  });

  it("is left to the application where a program asks", async () => {
    const { app } = await sampleApp();
    for (const request of [
      { url: "/v1/nope", headers: html },
      { url: "/nope", headers: { accept: "application/json" } },
    ]) {
      const answer = await app.inject(request);
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toEqual({ code: "not-found" });
    }
    await app.close();
  });
});

describe("a page that fails", () => {
  it("says so without a word of what failed inside", async () => {
    const board = (): never => {
      throw new CodedError("test.secret", "password hunter2 at /var/lib");
    };
    const { app } = await sampleApp({ views: sampleViews({ board }) });
    const answer = await app.inject({ url: "/", headers: html });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).toContain("This page could not be made");
    expect(answer.body).not.toMatch(/hunter2|\/var\/lib|test\.secret/);
    await app.close();
  });
});

describe("the files of pages", () => {
  it("are all served, may be kept for ever, and change their address with their content", async () => {
    const { app } = await sampleApp();
    const page = (await app.inject({ url: "/", headers: html })).body;
    const urls = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url ?? "");
    expect(urls.length).toBeGreaterThanOrEqual(7);
    for (const url of urls) {
      expect(url).toMatch(/\.[0-9a-f]{16}\./);
      const plain = await app.inject({ url });
      const zipped = await app.inject({ url, headers: { "accept-encoding": "gzip" } });
      expect([plain.statusCode, zipped.headers["content-encoding"]]).toEqual([200, "gzip"]);
      expect(plain.headers["cache-control"]).toContain("immutable");
    }
    expect((await app.inject({ url: "/assets/../plugin.ts" })).statusCode).toBe(404);
    await app.close();
  });

  it("leave nothing inline that the content security policy would stop", async () => {
    const { app } = await sampleApp({ acknowledge: () => true });
    for (const url of ["/", "/appliances/fridge-3", "/excursions", "/excursions/exc-open"]) {
      const { body } = await app.inject({ url, headers: html });
      expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle="|\son\w+="/);
    }
    await app.close();
  });
});

describe("acknowledging", () => {
  const post = { method: "POST", url: "/alarms/alarm-1/acknowledge" } as const;
  const form = {
    "content-type": "application/x-www-form-urlencoded",
    host: "ward",
    "sec-fetch-site": "same-origin",
  };

  it("hands on who and what, and goes back to where it came from", async () => {
    const taken: unknown[][] = [];
    const { app } = await sampleApp({
      acknowledge: (...all) => {
        taken.push(all);
        return true;
      },
    });
    const headers = { ...form, referer: "http://ward/appliances/fridge-3?hours=1" };
    const answer = await app.inject({
      ...post,
      headers,
      payload: "by=Somebody+Else&note=move+to+fridge+4&minutes=20",
    });
    expect([answer.statusCode, answer.headers.location]).toEqual([303, "/appliances/fridge-3?hours=1"]);
    expect(taken).toEqual([
      [
        "alarm-1",
        { actor: "person:a.peeters", name: "A. Peeters", role: "quality" },
        { what: "move to fridge 4", minutes: 20 },
      ],
    ]);
    const elsewhere = await app.inject({
      ...post,
      headers: { ...form, referer: "http://evil/x" },
      payload: "note=a&minutes=20",
    });
    expect(elsewhere.headers.location).toBe("/");
    await app.close();
  });

  it("refuses what is too long, comes from another site, is too large or is about no alarm", async () => {
    const taken: string[] = [];
    const { app } = await sampleApp({
      acknowledge: (id) => {
        taken.push(id);
        return false;
      },
    });
    const status = async (payload: string, headers: Record<string, string> = form): Promise<number> =>
      (await app.inject({ ...post, headers, payload })).statusCode;
    expect(await status(`note=${"x".repeat(201)}&minutes=20`)).toBe(422);
    expect(await status("note=&minutes=20")).toBe(422);
    expect(await status("note=a&minutes=61")).toBe(422);
    expect(await status("note=a")).toBe(422);
    expect(await status("note=a&minutes=20", { ...form, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status(`by=A&note=${"x".repeat(9_000)}`)).toBe(413);
    expect(taken).toEqual([]);
    expect(await status("note=a&minutes=20")).toBe(404);
    expect(taken).toEqual(["alarm-1"]);
    await app.close();
  });
});

describe("who is not signed in", () => {
  it("is sent to sign in from every page, and sees an open board without anything to do", async () => {
    const closed = await sampleApp({ viewer: null, acknowledge: () => true });
    for (const url of ["/", "/appliances/fridge-3?hours=1", "/excursions", "/excursions/exc-open"]) {
      const answer = await closed.app.inject({ url, headers: html });
      const to = `/sign-in?to=${encodeURIComponent(url)}`;
      expect([answer.statusCode, answer.headers.location]).toEqual([303, to]);
    }
    expect((await closed.app.inject({ url: "/live" })).statusCode).toBe(401);
    expect(
      (await closed.app.inject({ url: "/", headers: { ...html, "hx-request": "true" } })).statusCode,
    ).toBe(401);
    await closed.app.close();
    const open = await sampleApp({ viewer: null, acknowledge: () => true, isBoardOpen: true });
    const board = await open.app.inject({ url: "/", headers: html });
    expect([board.statusCode, board.body.includes("<form")]).toEqual([200, false]);
    expect(board.body).toMatch(/<a href="\/sign-in[^"]*">Sign in<\/a>/);
    expect((await open.app.inject({ url: "/excursions", headers: html })).statusCode).toBe(303);
    await open.app.close();
  });

  it("is told so where the role may not see a page, and offered nothing that it may not do", async () => {
    const viewer = { ...sampleViewer, role: "administrator" as const };
    const { app } = await sampleApp({ viewer, acknowledge: () => true });
    const answer = await app.inject({ url: "/excursions", headers: html });
    expect([answer.statusCode, answer.body.includes("This is not for your role")]).toEqual([403, true]);
    const board = await app.inject({ url: "/", headers: html });
    expect(board.body).not.toContain("/acknowledge");
    await app.close();
  });
});

describe("closing the application", () => {
  it("ends the subscription", async () => {
    const { app, subscribers } = await sampleApp();
    await app.ready();
    expect(subscribers()).toBe(1);
    await app.close();
    expect(subscribers()).toBe(0);
  });
});
