/**
 * Where the rules of tidiness make way, in one place. An entry is a file, or a folder that ends with a slash. A new adapter adds itself
 * here; nothing else belongs on these lists.
 */

/** May touch `Date`, timers, `performance` and `Temporal.Now`: the adapters of time. */
export const clockAdapters: readonly string[] = [
  "core/time/system-clock.ts",
  // The PDF library takes its dates as `Date`.
  "server/reports/attachment.ts",
  "server/reports/excursion-report.ts",
  "server/period/period-pdf.ts",
];

/** May draw randomness from the machine; so may each `main.ts`, which hands it in. */
export const randomAdapters: readonly string[] = ["gateway/coldkeep-gateway.ts"];

/** May import files, databases, sockets and processes: the adapters of the outside. Tests and each `main.ts` need no entry. */
export const outsideAdapters: readonly string[] = [
  ".ci/",
  "bench/",
  // The real InfluxDB that the dashboards' questions are put to.
  "dashboards/testing/influxd.ts",
  "demo/app.ts",
  "demo/blood-bank/books.ts",
  "demo/broker/broker.ts",
  "demo/hospital/tokens.ts",
  "demo/hospital/write-hospital.ts",
  "demo/mailbox/mail-store.ts",
  "demo/mailbox/mailbox-server.ts",
  // A network between a gateway and a server that can be cut, and sensors that are files.
  "demo/partition/",
  "demo/processes/bounded-log.ts",
  "demo/processes/child.ts",
  "demo/processes/folder-lock.ts",
  "demo/processes/listening.ts",
  "demo/year/folder.ts",
  "firmware-sim/hospital/state-file.ts",
  "firmware-sim/lines/link.ts",
  "firmware-sim/lines/pty.ts",
  "firmware-sim/load.ts",
  "firmware-sim/modbus/tcp-port.ts",
  "gateway/buffer/database.ts",
  "gateway/buffer/salvage.ts",
  "gateway/buffer/spare.ts",
  "gateway/buffer/sqlite-buffer.ts",
  "gateway/check/check-box.ts",
  "gateway/discover/settings-file.ts",
  "gateway/health/status-server.ts",
  "gateway/mqtt/tls-files.ts",
  "gateway/modbus/tcp-link.ts",
  "gateway/onewire/sensor-files.ts",
  // Processes, lines and a server that stand in for real ones in the gateway's tests.
  "gateway/rig/",
  "gateway/serial/serial-line.ts",
  "gateway/serial/serial-ports.ts",
  "gateway/settings/settings.ts",
  "gateway/siren/file-contact.ts",
  "gateway/time/time-server.ts",
  "gateway/uplink/server-link.ts",
  "gateway/uplink/stub-server.ts",
  "gateway/watch/open-watch.ts",
  "gateway/watch/sqlite-watch-store.ts",
  "server/app.ts",
  "server/backup/check-records.ts",
  "server/backup/frozen-records.ts",
  "server/backup/kept-backups.ts",
  "server/backup/old-records.ts",
  "server/backup/restore.ts",
  "server/backup/restored-people.ts",
  "server/backup/unpack-backup.ts",
  "server/backup/write-backup.ts",
  "server/channels/inside-address.ts",
  "server/channels/outward-fetch.ts",
  // A provider of messages that behaves as badly as real ones do, for tests.
  "server/channels/rude-provider.ts",
  "server/coldkeep.ts",
  "server/heads/head-file.ts",
  // A FHIR server that stands in for the blood bank's in tests.
  "server/hold-feed/stub-fhir-server.ts",
  "server/influx/disk.ts",
  "server/influx/slice-thread.ts",
  "server/influx/slice-worker.ts",
  // The authority of a mail server's certificate.
  "server/mailbox/imap-session.ts",
  "server/modem/modem-line.ts",
  "server/own-process/run-command.ts",
  "server/pages/assets.ts",
  "server/period/period-folder.ts",
  // The fonts that reports embed.
  "server/reports/fonts.ts",
  // The validator of PDF/A that tests run.
  "server/reports/pdf-validator.ts",
  "server/proposals/backtest-thread.ts",
  "server/proposals/backtest-worker.ts",
  "server/reports/seal-key.ts",
  "server/answers/answer-key.ts",
  // The key of second factors, a file of its own so that no copy of the records has it.
  "server/people/people-key.ts",
  "server/security/http-server.ts",
  "server/security/key-pair.ts",
  "server/security/web-security.ts",
  "server/store/database.ts",
  "server/testing/certificates.ts",
  // A real IMAP server.
  "server/testing/mail-store.ts",
  "server/testing/pty-line.ts",
  "server/unit-folder/folder-files.ts",
  // What reads copies of the records that nobody works on.
  "server/verify/open-copy.ts",
  "server/verify/stored-records.ts",
  "server/verify/verify-records.ts",
];

/** May import another workspace than `core`: whole-system runs that compose what otherwise meets over the wire. */
export const composers: readonly string[] = [
  "bench/influx/",
  "bench/reports/",
  "dashboards/whole/",
  "bench/gateway/",
  "bench/notify/",
  "demo/kill/",
  "demo/month/",
  "demo/partition/",
  "demo/year/",
];
