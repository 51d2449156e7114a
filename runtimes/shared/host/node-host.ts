// The entry of every node's process, in the process and in the container runtime: node-host.ts BOOTSTRAP.json
import { readFileSync } from "node:fs";
import type { Bootstrap } from "../wire/bootstrap.ts";
import { ControlChannel } from "./control-channel.ts";
import { exitCodes, quit } from "./exit.ts";
import { decodeBootstrap } from "./host-message.ts";
import { describeError } from "./life.ts";
import { NodeProcess } from "./node-process.ts";

const bootstrap = readBootstrap(process.argv[2]);
const channel = await connect(bootstrap);
new NodeProcess({ bootstrap, channel, load }).start();

function readBootstrap(path: string | undefined): Bootstrap {
  if (path === undefined || process.argv.length !== 3) return quit(exitCodes.usage, "usage: node-host BOOTSTRAP.json");
  try {
    return decodeBootstrap(readFileSync(path, "utf8"));
  } catch (error) {
    return quit(exitCodes.usage, `${path} is no bootstrap file: ${describeError(error)}`);
  }
}

async function connect({ control }: Bootstrap): Promise<ControlChannel> {
  try {
    return await ControlChannel.connect(control);
  } catch (error) {
    return quit(exitCodes.environment, `the harness cannot be reached at ${control.host}:${control.port}: ${describeError(error)}`);
  }
}

async function load(module: string): Promise<object> {
  const exported: unknown = await import(module);
  return typeof exported === "object" && exported !== null ? exported : {};
}
