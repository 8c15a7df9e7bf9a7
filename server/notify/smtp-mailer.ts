import { sha256Hex } from "../journal/hash-chain.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import { createTransport } from "nodemailer";
import type { Mailer } from "./dispatcher.ts";

/** Longest waits for the mail server's answer, in milliseconds. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

/** The mailer over SMTP, as the settings say. */
export function smtpMailer(mail: NonNullable<ServerSettings["mail"]>): Mailer {
  const transport = createTransport({
    host: mail.host,
    port: mail.port,
    secure: mail.security === "tls",
    requireTLS: mail.security === "starttls",
    ignoreTLS: mail.security === "none",
    ...(mail.user === undefined ? {} : { auth: { user: mail.user, pass: mail.password ?? "" } }),
    ...timeouts,
  });
  return {
    send: async ({ id, to, subject, text, attachments = [] }) => {
      const messageId = `<${sha256Hex(id).slice(0, 32)}@coldkeep>`;
      const headers = { "X-Coldkeep-Notification": id, "Auto-Submitted": "auto-generated" };
      await transport.sendMail({
        from: mail.from,
        to,
        subject,
        text,
        messageId,
        headers,
        attachments: attachments.map(({ name, mediaType, content }) => ({
          filename: name,
          contentType: mediaType,
          content: Buffer.from(content),
        })),
      });
    },
    close: () => transport.close(),
  };
}
