// The program of the proxy's container: our proxy and its HTTP API, until its standard input ends. Arguments: host, port, seed.
import { ProxyEngine, ProxyServer } from "../shared/proxy/index.ts";

const [host = "0.0.0.0", port = "8474", seed = ""] = process.argv.slice(2);
const engine = new ProxyEngine({ seed });
const server = new ProxyServer({ engine, host, port: Number(port), log: (level, message) => process.stderr.write(`${level}: ${message}\n`) });

// The harness holds the other end: when it is gone, however it went, so is the proxy.
process.stdin
  .resume()
  .once("end", () => process.exit(0))
  .once("close", () => process.exit(0));
process.once("SIGTERM", () => process.exit(0));
await server.start();
