// The faults of a plan file, checked member by member: kinds, parameters, targets, times. For `parse-plan.ts`.
import { z } from "zod";
import { faultKinds, type FaultKind } from "./faults.ts";
import { jsonObject, strict } from "./parse-schema.ts";

const name = z.string().min(1).max(200);
const probability = z.number().min(0).max(1);
const milliseconds = z.number().min(0).max(3_600_000);

const target: z.ZodType = z.lazy(() =>
  z.union(
    [
      z.strictObject({ nodes: z.array(name).max(25) }),
      z.strictObject({ role: name, count: z.int().min(1).max(25).exactOptional() }),
      z.strictObject({ self: z.literal(true) }),
      z.strictObject({ others: target, count: z.int().min(0).max(25) }),
      z.strictObject({ all: z.literal(true) }),
    ],
    { error: "expected a target: { nodes }, { role, count? }, { self: true }, { others, count } or { all: true }" },
  ),
);

const when = z.union(
  [z.strictObject({ atMs: milliseconds }), z.strictObject({ mark: name, node: name, occurrence: z.int().min(1).max(1_000_000), delayMs: milliseconds })],
  { error: "expected { atMs } or { mark, node, occurrence, delayMs }" },
);

const link = strict({ from: name, to: name });
const none = strict({});

/** One schema of `params` for each kind of `FaultParameters`; the record type makes a missing kind a compile error. */
const parameters: Readonly<Record<FaultKind, z.ZodType>> = {
  partition: strict({
    links: z.array(link).max(10_000).exactOptional(),
    direction: z.enum(["both", "in", "out"]).exactOptional(),
    onHeal: z.enum(["deliver", "cut"]).exactOptional(),
    clients: z.boolean().exactOptional(),
  }),
  slow: strict({ latencyMs: milliseconds, jitterMs: milliseconds }),
  loss: strict({ probability }),
  duplicate: strict({ probability }),
  reorder: strict({ probability, delayMs: milliseconds }),
  corrupt: strict({ probability }),
  reset: strict({ probability }),
  refuse: none,
  "half-open": none,
  kill: none,
  stop: strict({ limitMs: milliseconds }),
  pause: none,
  "slow-cpu": strict({ factor: z.number().min(1).max(1_000_000) }),
  "power-cut": strict({ torn: z.boolean() }),
  "disk-full": none,
  "disk-error": strict({
    probability,
    operations: z
      .array(z.enum(["read", "write", "fsync"]))
      .min(1)
      .max(3),
  }),
  "lying-disk": none,
  "bit-rot": strict({ sectorCount: z.int().min(1).max(1_000_000) }),
  "torn-write": none,
  wipe: none,
  "clock-step": strict({ offsetMs: z.number().min(-1e11).max(1e11) }),
  "clock-drift": strict({ ratePpm: z.number().min(-1_000_000).max(1_000_000) }),
  membership: jsonObject,
  move: jsonObject,
  load: strict({ factor: z.number().min(0).max(1_000) }),
};

const plannedFaults = faultKinds.map((kind) =>
  strict({ id: name, kind: z.literal(kind), targets: target, params: parameters[kind], when, durationMs: milliseconds }),
);

/** A planned fault; which parameters it takes follows from its kind. */
export const plannedFault: z.ZodType = z.discriminatedUnion("kind", plannedFaults as [(typeof plannedFaults)[number], ...typeof plannedFaults], {
  error: (issue) => (issue.code === "invalid_union" ? `expected one of the kinds of faults: ${faultKinds.join(", ")}` : undefined),
});
