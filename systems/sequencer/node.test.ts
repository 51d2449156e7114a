import { describe, expect, test } from "vitest";
import type { Exchange, Reply } from "../../harness/environment.ts";
import { World } from "./fixtures/world.fixture.ts";
import type { GenerateAnswer, GenerateRequest, IdSource } from "./id-source.ts";
import { SequencerNode } from "./node.ts";

/** A node over a source that gives this answer to everything. */
async function started(answer: GenerateAnswer): Promise<{ world: World; asked: GenerateRequest[]; ask: (exchange: Exchange) => Reply | undefined }> {
  const world = new World();
  const asked: GenerateRequest[] = [];
  const source: IdSource = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    generate(request, done) {
      asked.push(request);
      done(answer);
    },
    handlePeer(request, _from, reply) {
      if (request.path === "/peer") reply({ status: 299 });
      return request.path === "/peer";
    },
    isReady: () => answer.kind === "ids",
    inspect: () => ({ role: "generator" }),
  };
  await new SequencerNode(world.environment(), source).start();
  return {
    world,
    asked,
    ask(exchange) {
      let replied: Reply | undefined;
      world.serving?.(exchange, "outside", (reply) => {
        replied = reply;
      });
      return replied;
    },
  };
}

const ids: GenerateAnswer = { kind: "ids", ids: ["7", "8", "9", "20"], holding: { lane: "counter", token: 3, stride: 1 } };
const post = (query?: Record<string, string>): Exchange => ({ method: "POST", path: "/id", ...(query === undefined ? {} : { query }) });

describe("a node of the sequencer", () => {
  test("answers POST /id with ids as strings, and states first which it gives", async () => {
    const { world, asked, ask } = await started(ids);
    expect(ask(post({ n: "4", after: "6" }))).toEqual({ status: 200, body: { ids: ["7", "8", "9", "20"] } });
    expect(asked).toEqual([{ count: 4, after: "6" }]);
    expect(world.facts).toEqual([
      {
        kind: "sequencer.handed",
        data: {
          lane: "counter",
          token: 3,
          stride: 1,
          runs: [
            ["7", "9"],
            ["20", "20"],
          ],
        },
      },
    ]);
    expect(world.marks).toEqual(["sequencer.handed"]);
  });

  test("takes one id as the default, and refuses numbers of ids that make no sense", async () => {
    const { asked, ask } = await started(ids);
    ask(post());
    expect(asked).toEqual([{ count: 1, after: null }]);
    for (const n of ["0", "-1", "1.5", "ten", "10001", "9999999999", ""]) expect(ask(post({ n }))?.status).toBe(400);
    expect(ask({ ...post(), method: "GET" })?.status).toBe(405);
  });

  test.each([
    [{ kind: "bad-token" }, 400],
    [{ kind: "elsewhere", leader: "n3" }, 421],
    [{ kind: "refused", reason: "no-lease", isEntitled: false }, 503],
    [{ kind: "unknown" }, 504],
  ] as [GenerateAnswer, number][])("says %j as %d", async (answer, status) => {
    const { world, ask } = await started(answer);
    expect(ask(post())?.status).toBe(status);
    expect(world.facts.map(({ kind }) => kind)).toEqual(answer.kind === "refused" ? ["sequencer.refused"] : []);
  });

  test("audits ids that are no numbers by their text, a burst only in part", async () => {
    const uuids = Array.from({ length: 100 }, (_, index) => `u${index}`);
    const { world, ask } = await started({ kind: "ids", ids: uuids, holding: null });
    ask(post({ n: "100" }));
    expect(world.facts[0]?.data).toEqual({ ids: uuids.slice(0, 16) });
  });

  test("is healthy while it runs, ready when its source is, and shows its state and its numbers", async () => {
    const { ask } = await started(ids);
    ask(post());
    const get = (path: string): Reply | undefined => ask({ method: "GET", path });
    expect([get("/healthz")?.status, get("/readyz")?.status, get("/nowhere")?.status, get("/peer")?.status]).toEqual([200, 200, 404, 299]);
    expect(get("/debug/state")?.body).toEqual({ role: "generator" });
    const metrics = get("/metrics")?.body;
    const text = metrics instanceof Uint8Array ? new TextDecoder().decode(metrics) : "";
    expect(text).toContain('sequencer_requests_total{answer="ids"} 1\n');
    expect(text).toContain("sequencer_ids_total 4\n");
    const unready = await started({ kind: "unknown" });
    expect(unready.ask({ method: "GET", path: "/readyz" })?.status).toBe(503);
  });
});
