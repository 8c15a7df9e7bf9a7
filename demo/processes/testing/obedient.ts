// Runs until asked to stop.
import { createServer } from "node:net";

const server = createServer().listen(0, "127.0.0.1", () => console.log("ready"));
process.once("SIGTERM", () => {
  console.log("stopping");
  server.close();
});
