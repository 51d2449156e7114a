// What network namespaces can do on this machine, found out by making three of them. For `faultline doctor`.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { probeCapability, type CapabilityProbe } from "../../shared/power/index.ts";
import { baseRules, chainOf, hookRules, removeRules, servingRules, unhookRules, type RuledFault } from "./packet-rules.ts";
import { probeNetem } from "./delays.ts";
import { createRouter, type Router } from "./router.ts";

const limitMs = 2_000;
const tools = "run on Linux as root with CAP_NET_ADMIN and CAP_SYS_ADMIN, with iproute2 and util-linux installed";
const kernel = "use a kernel with these modules (hosted machines often have them in an extra package), or --network proxy";

/** Dials the harness and stays connected until it is ended. */
const dialler = `const [host, port] = process.argv.slice(1); require("node:net").connect(Number(port), host).on("error", () => process.exit()).on("close", () => process.exit());`;

/** In this order; what needs an earlier one that failed says so. Never rejects, leaves nothing. About 0.3 s. */
export async function probeNamespaces(): Promise<readonly CapabilityProbe[]> {
  const probes = [await probeCapability({ id: "root", remedy: "act as root with full capabilities, or leave out what needs it" }, probeRoot)];
  const routers: Router[] = [];
  const netns = await probeCapability({ id: "netns", remedy: tools }, async () => {
    routers.push(await createRouter({ runId: `probe-${process.pid}`, nodes: ["a", "b"], clients: [] }));
    return "two namespaces, a router and their wires were made";
  });
  probes.push(netns);
  const [router] = routers;
  for (const { id, remedy, probe } of steps) {
    if (router === undefined) probes.push({ id, ok: false, reason: "needs netns", remedy: netns.remedy, costMs: 0 });
    else probes.push(await probeCapability({ id, remedy }, async () => await probe(router)));
  }
  await router?.close();
  return probes;
}

const steps: readonly { readonly id: string; readonly remedy: string; readonly probe: (router: Router) => Promise<string> }[] = [
  { id: "iptables", remedy: `install iptables, and ${kernel}`, probe: probeRules },
  { id: "ss-kill", remedy: "allow 198.18.0.0/15 in this machine's own firewall, and use a kernel with CONFIG_INET_DIAG_DESTROY", probe: probeKill },
  { id: "netem", remedy: kernel, probe: probeDelay },
];

function probeRoot(): string {
  const user = process.geteuid?.();
  if (user !== 0) throw new Error(`the user is ${user ?? "unknown"}, not root`);
  return "the user is root";
}

/** Every kind of rule that a fault uses goes into the kernel and out again. */
async function probeRules({ hub, plan }: Router): Promise<string> {
  const links = [{ from: "a", to: "b" }];
  const faults: readonly RuledFault[] = [
    { id: "1", kind: "partition", params: {}, links },
    { id: "2", kind: "loss", params: { probability: 0.5 }, links },
    { id: "3", kind: "refuse", params: {}, links },
    { id: "4", kind: "reset", params: { probability: 0.5 }, links },
  ];
  const tell = async (input: string): Promise<string> => await hub.run(["iptables-restore", "--noflush", "--wait", "5"], { input });
  await tell(baseRules(plan) + servingRules({ index: 0, dialled: plan.dialled("a"), zone: 1 }, { tcp: 1, udp: 1 }));
  for (const [index, fault] of faults.entries()) {
    const chain = chainOf(fault, plan, index + 1);
    await tell(hookRules("PROBE", chain));
    await tell(unhookRules("PROBE", chain.table) + removeRules("PROBE", chain.table));
  }
  return "rules that drop, draw, mark, reject and map were added and removed";
}

/** A program in a namespace dials the harness, and its connection is reset from outside. */
async function probeKill(router: Router): Promise<string> {
  const { host } = router.plan;
  const server = createServer().listen(0, host);
  const sockets: Socket[] = [];
  try {
    await once(server, "listening");
    const holder = router.holderOf("a");
    const ended = holder.run([process.execPath, "-e", dialler, host, String(portOf(server))], { limitMs });
    const socket = await firstConnection(server, ended);
    sockets.push(socket);
    const kill = holder.run(["ss", "--kill", "--tcp", "--numeric", "--no-header", `dst ${host}`]);
    await Promise.all([kill, ended, once(socket, "error", { signal: AbortSignal.timeout(limitMs) })]);
    return "a connection from a namespace to the harness was reset from outside";
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function firstConnection(server: Server, dialling: Promise<unknown>): Promise<Socket> {
  const connected = new Promise<Socket>((resolve) => {
    server.once("connection", resolve);
  });
  const socket = await Promise.race([connected, dialling.then(() => undefined)]);
  if (socket === undefined) throw new Error("a namespace cannot reach the harness");
  return socket;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function probeDelay({ hub }: Router): Promise<string> {
  const capability = await probeNetem(async (command) => await hub.run(command));
  if (capability !== true) throw new Error(capability);
  return "a loopback device was delayed";
}
