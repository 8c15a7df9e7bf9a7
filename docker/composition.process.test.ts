/**
 * Goal: what `docker compose up` starts works, without Docker. Method: the real scripts and files of this folder, with the addresses and paths of
 * containers replaced by those of this machine; the composition itself is read by docker-compose.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "coldkeep-composition-"));
const secrets = join(folder, "secrets");
const started: ChildProcess[] = [];
const isCi = process.env["CI"] === "true";

const has = (command: string): boolean =>
  spawnSync("sh", ["-c", `PATH="$PATH:/usr/sbin" command -v ${command}`]).status === 0;
const skipWithout = (command: string): boolean => !isCi && !has(command);
const secret = (name: string): string => readFileSync(join(secrets, name), "utf8");
const ports = new Map<string, number>();

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** A file of this folder as it is on this machine instead of in a container. */
function adapted(text: string, data: string): string {
  const port = (name: string): string => `127.0.0.1:${ports.get(name) ?? 0}`;
  return text
    .replaceAll("/run/secrets/broker_crt", join(secrets, "broker.crt"))
    .replaceAll("/run/secrets/broker_key", join(secrets, "broker.key"))
    .replaceAll("/run/secrets/authority", join(secrets, "authority.crt"))
    .replaceAll("/run/secrets/", `${secrets}/`)
    .replaceAll("/etc/coldkeep/mosquitto.acl", join(root, "docker/mosquitto.acl"))
    .replaceAll("/etc/coldkeep/site.yaml", join(root, "demo/hospital/site.yaml"))
    .replaceAll(/^(data|state): \/data$/gm, `$1: ${data}`)
    .replace("to: /backups", `to: ${join(data, "backups")}`)
    .replaceAll("/mosquitto/data/", `${data}/`)
    .replace("listener 8883", `listener ${ports.get("mosquitto")} 127.0.0.1`)
    .replaceAll("mosquitto:8883", port("mosquitto"))
    .replaceAll("http://server:8080", `http://${port("server")}`)
    .replaceAll("0.0.0.0:8080", port("server"))
    .replaceAll("0.0.0.0:8090", port("gateway"))
    .replaceAll("influxdb:8086", port("influxdb"))
    .replaceAll("/tmp/lines", join(data, "lines"));
}

function place(name: string, text: string): string {
  const data = join(folder, name);
  mkdirSync(data, { recursive: true });
  const path = join(folder, `${name}.conf`);
  writeFileSync(path, adapted(text, data));
  return path;
}

const own = (file: string): string => readFileSync(join(root, "docker", file), "utf8");

function client(username: string, password: string, seen: string[] = []): Promise<MqttClient | null> {
  return new Promise((resolve) => {
    const made = connect(`mqtts://127.0.0.1:${ports.get("mosquitto")}`, {
      username,
      password,
      ca: readFileSync(join(secrets, "authority.crt")),
      reconnectPeriod: 0,
    });
    made.on("message", (topic) => seen.push(topic));
    made.on("connect", () => resolve(made));
    const lost = (): void => {
      made.end(true);
      resolve(null);
    };
    made.on("error", lost);
    made.on("close", lost);
  });
}

beforeAll(async () => {
  execFileSync("bash", [join(root, "docker/prepare")], {
    env: { ...process.env, COLDKEEP_SECRETS: secrets },
    stdio: "pipe",
  });
  for (const name of ["mosquitto", "server", "gateway", "influxdb"]) ports.set(name, await freePort());
});

afterAll(async () => {
  for (const child of started) {
    child.kill("SIGTERM");
    await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve(null)));
  }
  rmSync(folder, { recursive: true, force: true });
});

test("secrets are made once, are nobody's default, and stay as they are when made again", () => {
  const before = secret("influx_token");
  execFileSync("bash", [join(root, "docker/prepare")], {
    env: { ...process.env, COLDKEEP_SECRETS: secrets },
    stdio: "pipe",
  });
  expect(secret("influx_token")).toBe(before);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(secret("gateway_token")).not.toBe(before);
});

test("the images get the manifest of every workspace, without which npm installs nothing", () => {
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    workspaces: string[];
  };
  const dockerfile = own("Dockerfile");
  expect(workspaces.filter((each) => !dockerfile.includes(`COPY ${each}/package.json ${each}/`))).toEqual([]);
});

describe.skipIf(skipWithout("docker-compose"))("the composition", () => {
  interface Service {
    readonly image?: string;
    readonly build?: unknown;
    readonly restart?: string;
    readonly read_only?: boolean;
    readonly cap_drop?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    readonly profiles?: readonly string[];
    readonly healthcheck?: unknown;
  }
  const services = (): Record<string, Service> => {
    const text = execFileSync("docker-compose", ["--profile", "demo", "config"], {
      cwd: root,
      encoding: "utf8",
    });
    return (parse(text) as { services: Record<string, Service> }).services;
  };

  test("is one that docker-compose understands, with every part restarted, hardened and pinned", () => {
    const all = services();
    expect(Object.keys(all).sort()).toEqual(
      ["gateway", "grafana", "influxdb", "mosquitto", "server", "simulator"].sort(),
    );
    for (const [name, service] of Object.entries(all)) {
      expect(service.restart, name).toBe("unless-stopped");
      expect(service.cap_drop, name).toEqual(["ALL"]);
      // InfluxDB's image sets itself up as root and writes its own settings at the first start.
      expect(service.read_only, name).toBe(name !== "influxdb");
      expect(service.image, name).toMatch(/:\d+(\.\d+)+$/);
      expect(service.healthcheck !== undefined || service.build !== undefined, name).toBe(true);
    }
    expect(
      Object.entries(all).flatMap(([name, each]) => (each.profiles === undefined ? [] : [name])),
    ).toEqual(["simulator"]);
  });

  test("has no secret among its environment", () => {
    for (const [name, { environment = {} }] of Object.entries(services()))
      for (const variable of Object.keys(environment))
        expect(/(password|token|secret)$/i.test(variable), `${name}: ${variable}`).toBe(false);
  });
});

describe.skipIf(skipWithout("mosquitto"))("its parts together on this machine", () => {
  beforeAll(async () => {
    const configuration = place("mosquitto", own("mosquitto.conf"));
    // Debian's Mosquitto leaves root for a user of its own, who must reach its files.
    execFileSync("chmod", ["-R", "a+rwX", folder]);
    const broker = spawn("sh", ["-c", `PATH="$PATH:/usr/sbin" exec mosquitto -c ${configuration}`], {
      stdio: "ignore",
    });
    started.push(broker);
    for (let made = null; made === null;) {
      made = await client("gateway", secret("mqtt_gateway_password"));
      made?.end(true);
    }
  });

  test("the broker lets in who has a password, and the gateway may listen but not speak for devices", async () => {
    expect(await client("gateway", "guessed")).toBeNull();
    expect(await client("nobody", secret("mqtt_gateway_password"))).toBeNull();
    const heard: string[] = [];
    const gateway = await client("gateway", secret("mqtt_gateway_password"), heard);
    const devices = await client("devices", secret("mqtt_devices_password"));
    await gateway?.subscribeAsync("coldkeep/#", { qos: 1 });
    // A broker acknowledges what it throws away, or hangs up.
    const forger = await client("gateway", secret("mqtt_gateway_password"));
    await new Promise<void>((resolve) => {
      forger?.on("close", () => resolve());
      forger?.publish("coldkeep/v1/forged/readings", "{}", { qos: 1 }, () => resolve());
    });
    forger?.end(true);
    await devices?.publishAsync("coldkeep/v1/true/readings", "{}", { qos: 1 });
    await new Promise<void>((resolve) => {
      if (heard.length > 0) resolve();
      gateway?.on("message", () => resolve());
    });
    expect(heard).toEqual(["coldkeep/v1/true/readings"]);
    gateway?.end(true);
    devices?.end(true);
  });

  test("readings of the simulated devices reach the server through broker and gateway, with the made secrets", async () => {
    const run = (main: string, configuration: string, environment: Record<string, string>): ChildProcess => {
      const child = spawn(process.execPath, [join(root, main), "--config", configuration], {
        env: { ...process.env, ...environment },
        stdio: ["ignore", "pipe", "inherit"],
      });
      started.push(child);
      return child;
    };
    const says = (child: ChildProcess, text: string): Promise<void> =>
      new Promise((resolve) => {
        let all = "";
        child.stdout?.on("data", (chunk: Buffer) => {
          all = (all + chunk.toString()).slice(-10_000);
          if (all.includes(text)) resolve();
        });
      });
    const server = run("server/main.ts", place("server", secret("server.yaml")), {
      COLDKEEP_INFLUX_TOKEN: secret("influx_token"),
    });
    await says(server, "Server listening");
    const gateway = run("gateway/main.ts", place("gateway", own("gateway.yaml")), {
      COLDKEEP_GATEWAY_TOKEN: secret("gateway_token"),
      COLDKEEP_SOURCE_FLOOR_PASSWORD: secret("mqtt_gateway_password"),
    });
    await says(gateway, "floor is open");
    const simulator = run("firmware-sim/main.ts", place("sim", own("sim.yaml").replace("10s", "1s")), {
      COLDKEEP_SIM_MQTT_PASSWORD: secret("mqtt_devices_password"),
      NODE_EXTRA_CA_CERTS: join(secrets, "authority.crt"),
    });
    await says(simulator, '"ready":true');
    const url = `http://127.0.0.1:${ports.get("server")}/v1/probes/fridge-1-product/readings?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z`;
    let total = 0;
    while (total === 0) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${secret("api_token")}` } });
      expect(answer.status).toBe(200);
      total = ((await answer.json()) as { total: number }).total;
    }
    expect(total).toBeGreaterThan(0);
  });
});
