// Does not stop when asked.
import { createServer } from "node:net";

process.on("SIGTERM", () => console.log("no"));
createServer().listen(0, "127.0.0.1", () => console.log("ready"));
