// `list`: what there is to choose from, and what is stored.
import type { System } from "../../harness/system.ts";
import { nemeses } from "../../nemesis/index.ts";
import { table } from "../../reports/table.ts";
import { visible } from "../../reports/index.ts";
import type { CommandDefinition, Conclusion, Session } from "../command.ts";
import { stateOf } from "../ownership.ts";
import { shippedSystems } from "../registry.ts";
import { shippedRuntimes } from "../runtimes.ts";

export const listCommand: CommandDefinition = {
  name: "list",
  argument: "",
  argumentText: "",
  summary: "show systems, workloads, nemeses, runtimes, bugs and stored runs",
  options: [],
  examples: ["list", "list --json"],
  run: run,
};

const shownRuns = 10;

async function run(session: Session): Promise<Conclusion> {
  const systems: System[] = [];
  for (const name of shippedSystems) systems.push((await session.loadSystem(name)).system);
  const runs = session.store.runs().toReversed();
  const lines = [
    "systems",
    ...systems.flatMap(systemLines),
    "nemeses",
    ...table(
      nemeses.map(({ name, text }) => [name, text]),
      { indent: "  " },
    ),
    "",
    `runtimes: ${shippedRuntimes.join(", ")}`,
    "",
    `stored runs in ${session.settings.store}: ${runs.length === 0 ? "none" : runs.length}`,
    ...table(
      runs.slice(0, shownRuns).map((id) => [id, verdictOf(session, id)]),
      { indent: "  " },
    ),
  ];
  const document = {
    schema: "faultline/list/1",
    verdict: null,
    systems: systems.map(({ name, text, variants, claims, bugs }) => ({
      name,
      text,
      variants: variants.map((variant) => ({ name: variant.name, text: variant.text, workloads: variant.workloads })),
      claims: claims.map(({ id, text: claim }) => ({ id, text: claim })),
      bugs: bugs.map((bug) => ({
        name: bug.name,
        text: bug.text,
        variant: bug.variant,
        accusedBy: bug.accusedBy,
        imitates: bug.imitates,
        difficulty: bug.difficulty,
      })),
    })),
    nemeses: nemeses.map(({ name, text, kinds }) => ({ name, text, kinds })),
    runtimes: shippedRuntimes,
    runs,
  };
  return { ending: "valid", text: `${lines.join("\n")}\n`, document };
}

function systemLines({ name, text, variants, bugs }: System): string[] {
  const variantRows = variants.map((variant) => [variant.name, visible(`${variant.text}; workloads ${variant.workloads.join(", ")}`)]);
  const bugRows = bugs.map((bug) => [bug.name, bug.variant, bug.accusedBy, visible(bug.text)]);
  return [`  ${name}: ${visible(text)}`, ...table(variantRows, { indent: "    variant  " }), ...table(bugRows, { indent: "    bug      " }), ""];
}

/** A run that cannot be read is still listed. */
function verdictOf(session: Session, id: string): string {
  try {
    const folder = session.store.run(id);
    const state = stateOf(folder);
    return state === "ended" ? (folder.readVerdict()?.verdict ?? "not judged") : state === "running" ? "running" : "cut off: not judged";
  } catch (error) {
    return `unreadable: ${error instanceof Error ? visible(error.message, 100) : "unknown reason"}`;
  }
}
