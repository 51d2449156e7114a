// The house as a table: who may import whom, and which packages belong to which room. Read by `tidy.test.ts`.

export interface Room {
  /** Path prefix; the longest one that fits a file is its room. */
  readonly prefix: string;
  /** Prefixes that its files may import besides their own room. */
  readonly mayImport: readonly string[];
  /** Packages and `node:` modules that its files may import; `node:*` means all of Node. */
  readonly packages: readonly string[];
}

/** Files of the harness that run anywhere, browsers included: all that checkers may use. */
export const pureHarness: readonly string[] = [
  "harness/json.ts",
  "harness/operation.ts",
  "harness/history.ts",
  "harness/name-column.ts",
  "harness/verdict.ts",
  "harness/random.ts",
  "harness/checker.ts",
  "harness/errors.ts",
];

const harness = "harness/";

export const rooms: readonly Room[] = [
  { prefix: "harness/", mayImport: [], packages: ["zod", "node:*"] },
  { prefix: "checkers/", mayImport: pureHarness, packages: [] },
  { prefix: "nemesis/", mayImport: [harness], packages: [] },
  { prefix: "workloads/", mayImport: [harness, "checkers/"], packages: [] },
  { prefix: "systems/parts/", mayImport: [harness], packages: [] },
  { prefix: "systems/kv/", mayImport: [harness, "systems/parts/", "workloads/"], packages: [] },
  { prefix: "systems/sequencer/", mayImport: [harness, "systems/parts/", "workloads/"], packages: [] },
  { prefix: "systems/counter/", mayImport: [harness, "systems/parts/", "workloads/"], packages: [] },
  { prefix: "runtimes/shared/", mayImport: [harness], packages: ["toxiproxy-node-client", "node:*"] },
  { prefix: "runtimes/simulation/", mayImport: [harness, "runtimes/shared/"], packages: ["node:*"] },
  { prefix: "runtimes/process/", mayImport: [harness, "runtimes/shared/"], packages: ["execa", "node:*"] },
  { prefix: "runtimes/container/", mayImport: [harness, "runtimes/shared/"], packages: ["testcontainers", "node:*"] },
  { prefix: "reports/", mayImport: [harness], packages: [] },
  {
    prefix: "api/",
    mayImport: [harness, "checkers/", "nemesis/", "workloads/", "systems/", "runtimes/", "reports/"],
    packages: ["fast-check", "vitest", "node:*"],
  },
  {
    prefix: "cli/",
    mayImport: [harness, "checkers/", "nemesis/", "workloads/", "systems/", "runtimes/", "reports/", "api/"],
    packages: ["commander", "node:*"],
  },
  { prefix: "examples/", mayImport: [], packages: ["faultline", "vitest", "fast-check"] },
];

/** Tests, contracts, benchmarks and fixtures may import everything and are imported by nobody but each other. */
export function isLoose(path: string): boolean {
  return /\.(test|contract|spike|fixture)\.ts$|(^|\/)fixtures\/|^bench\/|^docs\/|^\.ci\/|^[a-z.]+\.config\.ts$/.test(path);
}

/** Harness files that must stay free of Node: files, threads and clocks live beside them. */
export function mayUseNode(path: string): boolean {
  return !pureHarness.includes(path);
}
