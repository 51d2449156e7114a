// An engine that is none: it says of itself what the test wants, so that the probe's answers do not depend on this machine.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ContainerProbe } from "./probe.ts";

const probeModule = new URL("./probe.ts", import.meta.url).href;
const good = {
  OperatingSystem: "Test",
  OSType: "linux",
  KernelVersion: release(),
  SecurityOptions: ["name=seccomp"],
  CgroupVersion: "2",
  Driver: "overlay2",
  NCPU: 3,
};

let folder: string;
let server: Server;
let info: object;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "faultline-probe-"));
  server = createServer((request, response) => {
    const answers = [
      { path: /\/info$/, body: info },
      { path: /\/version$/, body: { Version: "99.0", ApiVersion: "1.99" } },
    ];
    const found = answers.find(({ path }) => path.test(request.url ?? ""));
    response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" }).end(JSON.stringify(found?.body ?? {}));
  }).listen(join(folder, "engine.sock"));
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** In a process of its own: testcontainers remembers the engine that it found. */
async function probed(...options: string[]): Promise<ContainerProbe> {
  const script = `const { probeContainers } = await import(${JSON.stringify(probeModule)}); process.stdout.write(JSON.stringify(await probeContainers()));`;
  const env = { ...process.env, DOCKER_HOST: `unix://${join(folder, "engine.sock")}` };
  const { stdout } = await promisify(execFile)(process.execPath, [...options, "--input-type=module", "--eval", script], { env });
  return JSON.parse(stdout) as ContainerProbe;
}

describe.skipIf(process.platform !== "linux")("the probe of containers (Linux only)", () => {
  test("tells what the engine is and what images are built on", async () => {
    info = good;
    expect(await probed()).toEqual({
      isUsable: true,
      version: "99.0",
      apiVersion: "1.99",
      cgroup: "v2",
      storage: "overlay2",
      processorCount: 3,
      base: `Node ${process.version} of this machine`,
    });
  });

  test.each([
    ["in another machine", { ...good, KernelVersion: "4.2" }, "runs in another machine"],
    ["of another system", { ...good, OSType: "windows" }, "runs in another machine"],
    ["without root", { ...good, SecurityOptions: ["name=seccomp", "name=rootless"] }, "is rootless"],
    ["that says nothing of itself", { OperatingSystem: "Test" }, "runs in another machine"],
  ])("refuses an engine %s, with a reason and a way out", async (_, said, reason) => {
    info = said;
    expect(await probed()).toEqual({ isUsable: false, reason: expect.stringContaining(reason), wayOut: expect.stringMatching(/\.$/) });
  });

  test("names the package that is missing", async () => {
    info = good;
    const hook = `import { registerHooks } from "node:module";
      registerHooks({ resolve(name, context, next) {
        if (name === "testcontainers") throw Object.assign(new Error("none"), { code: "ERR_MODULE_NOT_FOUND" });
        return next(name, context);
      } });`;
    expect(await probed("--import", `data:text/javascript,${encodeURIComponent(hook)}`)).toEqual({
      isUsable: false,
      reason: "Containers need the package testcontainers, which is not installed.",
      wayOut: "Install it: npm install testcontainers",
    });
  });
});
