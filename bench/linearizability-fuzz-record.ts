// What a comparison found, as data: added up over processes, and as the table of docs/fuzzing.md.

/** Of one object. Counts of histories, except where it says otherwise. */
export interface ObjectRecord {
  readonly object: string;
  histories: number;
  valid: number;
  invalid: number;
  /** With operations of unknown outcome, maybes included. */
  indeterminate: number;
  maybes: number;
  operations: number;
  /** By algorithm: how many histories it decided, and how many it declined or gave up. */
  readonly decided: Record<string, number>;
  readonly declined: Record<string, number>;
  readonly differences: Difference[];
  /** Of one core. */
  milliseconds: number;
}

export interface Difference {
  /** `node bench/linearizability-fuzz.ts --object OBJECT --seed SEED --only INDEX` shows it again. */
  readonly index: number;
  readonly by: string;
  readonly said: string;
  readonly truth: "valid" | "invalid";
  /** The smallest history that still shows it, one line an operation. */
  readonly history: readonly string[];
}

export interface FuzzRecord {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly command: string;
  readonly seed: string;
  readonly objects: readonly ObjectRecord[];
}

export function emptyRecord(object: string): ObjectRecord {
  return {
    object,
    histories: 0,
    valid: 0,
    invalid: 0,
    indeterminate: 0,
    maybes: 0,
    operations: 0,
    decided: {},
    declined: {},
    differences: [],
    milliseconds: 0,
  };
}

/** Several shards of one run as one. @throws Error if they are of different commits or seeds */
export function merged(records: readonly FuzzRecord[]): FuzzRecord {
  const [first] = records;
  if (first === undefined) throw new Error("there is no record to merge");
  const stranger = records.find(({ commit, seed }) => commit !== first.commit || seed !== first.seed);
  if (stranger !== undefined) throw new Error(`a record of commit ${stranger.commit}, seed ${stranger.seed}, is no part of ${first.commit}, ${first.seed}`);
  const names = [...new Set(records.flatMap(({ objects }) => objects.map(({ object }) => object)))];
  const objects = names.map((name) => {
    const sum = emptyRecord(name);
    for (const { objects: parts } of records) for (const part of parts) if (part.object === name) add(sum, part);
    return sum;
  });
  return { ...first, command: first.command.replace(/ --shard \S+/, "").replace(/ --json \S+/, ""), objects };
}

function add(sum: ObjectRecord, part: ObjectRecord): void {
  for (const key of ["histories", "valid", "invalid", "indeterminate", "maybes", "operations", "milliseconds"] as const) sum[key] += part[key];
  for (const [by, count] of Object.entries(part.decided)) sum.decided[by] = (sum.decided[by] ?? 0) + count;
  for (const [by, count] of Object.entries(part.declined)) sum.declined[by] = (sum.declined[by] ?? 0) + count;
  sum.differences.push(...part.differences);
}

/** Algorithms that see every history; the others are the monitors of the model and what is only done for a share. */
const general = new Set(["depth-first search", "depth-first search with classes", "just-in-time search", "just-in-time search with classes", "portfolio"]);

/** The table, with when and how it came about. */
export function markdownOf({ date, commit, node, command, seed, objects }: FuzzRecord): string {
  const head = [
    "object",
    "histories",
    "valid",
    "invalid",
    "with unknown outcomes",
    "monitors: share decided",
    "plain search decided",
    "witnesses",
    "differences",
  ];
  const rows = objects.map((record) => [
    record.object,
    count(record.histories),
    share(record.valid, record.histories),
    share(record.invalid, record.histories),
    share(record.indeterminate, record.histories),
    monitorsOf(record),
    share(record.decided["plain search"] ?? 0, record.histories),
    count(record.decided["witness"] ?? 0),
    count(record.differences.length),
  ]);
  const total = objects.reduce((sum, { histories }) => sum + histories, 0);
  const differences = objects.reduce((sum, record) => sum + record.differences.length, 0);
  const minutes = objects.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 60_000;
  const lines = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return [
    `${date}, commit ${commit}, Node ${node}, seed \`${seed}\`: **${count(total)} histories of ${objects.length} objects, ${differences} differences**, ${minutes.toFixed(0)} minutes of one core.`,
    "",
    `\`${command}\``,
    "",
    ...lines,
  ].join("\n");
}

function monitorsOf({ histories, decided, declined }: ObjectRecord): string {
  const names = Object.keys({ ...decided, ...declined }).filter((by) => !general.has(by) && !partial.test(by));
  return names.length === 0 ? "none" : names.map((by) => `${by} ${share(decided[by] ?? 0, histories)}`).join(", ");
}

const partial = /of everything$|^longest partial|^(plain search|witness|online checker|first impossible completion)$/;

function share(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
