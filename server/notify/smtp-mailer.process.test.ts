/** A mail with a file, through a real SMTP server. */
import { SMTPServer } from "smtp-server";
import { expect, test } from "vitest";
import { smtpMailer } from "./smtp-mailer.ts";

test("a file goes with a mail whole and under its name", async () => {
  let received = "";
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, _session, done) => {
      stream.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
      });
      stream.on("end", () => done());
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const mailer = smtpMailer({ host: "127.0.0.1", port, from: "cold@example.org", security: "none" });
  try {
    const content = Uint8Array.from({ length: 5_000 }, (_, index) => index % 256);
    const attachments = [{ name: "report.pdf", mediaType: "application/pdf", content }];
    await mailer.send({
      id: "report:x.0.a",
      to: "a@example.org",
      subject: "Report",
      text: "It is made.",
      attachments,
    });
    const [, encoded = ""] =
      /filename=report\.pdf\r?\n(?:[^\r\n]+\r?\n)*\r?\n([A-Za-z0-9+/=\r\n]+)/.exec(received) ?? [];
    expect(Buffer.from(encoded.replaceAll(/\s/g, ""), "base64").equals(Buffer.from(content))).toBe(true);
    expect(received).toContain("It is made.");
  } finally {
    mailer.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});
