// What leaders and followers owe each other in time: leases, the promise behind them, and when a leader gives up.
import { expect, test } from "vitest";
import { CoreCluster } from "./core-cluster.fixture.ts";
import type { VoteRequest } from "./messages.ts";

const nodes = ["n1", "n2", "n3"];

/** n1 leads, and everybody knows. Time is 700. */
function led(): { readonly cluster: CoreCluster; readonly said: string[] } {
  const said: string[] = [];
  const cluster = new CoreCluster({ nodes, seed: "time", persistsAtOnce: true, onEvent: (text) => said.push(text) });
  cluster.nowMs = 700;
  cluster.tick("n1");
  deliverAll(cluster);
  said.length = 0;
  return { cluster, said };
}

function deliverAll(cluster: CoreCluster): void {
  for (let [next] = cluster.flying; next !== undefined; [next] = cluster.flying) cluster.deliver(next);
}

function loseAll(cluster: CoreCluster): void {
  for (let [next] = cluster.flying; next !== undefined; [next] = cluster.flying) cluster.lose(next);
}

const candidacy = (type: VoteRequest["type"], isTransfer = false): VoteRequest => ({ type, term: 2, lastIndex: 9, lastTerm: 1, isTransfer });

test("a follower ignores candidates for as long as it promised its leader, and does not even take over their term", () => {
  const { cluster } = led();
  const { core } = cluster.member("n2");
  cluster.nowMs += 299;
  for (const type of ["pre-vote", "vote"] as const) expect(core.receive("n3", candidacy(type))).toEqual({ type: "vote", term: 1, isGranted: false });
  cluster.nowMs += 1;
  expect(core.receive("n3", candidacy("pre-vote"))).toEqual({ type: "vote", term: 1, isGranted: true });
  expect(core.receive("n3", candidacy("vote"))).toEqual({ type: "vote", term: 2, isGranted: true });
});

test("the promise outlives a restart, because the lease does", () => {
  const { cluster } = led();
  cluster.nowMs += 50;
  cluster.restart("n2");
  cluster.nowMs += 299;
  expect(cluster.member("n2").core.receive("n3", candidacy("vote"))).toMatchObject({ isGranted: false });
  cluster.nowMs += 1;
  expect(cluster.member("n2").core.receive("n3", candidacy("vote"))).toMatchObject({ isGranted: true });
});

test("a leader that hands over frees its followers from the promise; a leader itself votes for nobody else", () => {
  const { cluster } = led();
  expect(cluster.member("n1").core.receive("n3", candidacy("vote"))).toMatchObject({ isGranted: false, term: 1 });
  expect(cluster.member("n2").core.receive("n3", candidacy("vote", true))).toMatchObject({ isGranted: true, term: 2 });
});

test("a lease is shorter than the promise, and after it reads take a round of calls", () => {
  const { cluster, said } = led();
  cluster.nowMs += 224;
  cluster.read("n1", "lease");
  expect(said).toEqual(["n1 answers a read at 1"]);
  cluster.nowMs += 1;
  cluster.read("n1", "lease");
  expect(said.filter((text) => text.includes("answers"))).toHaveLength(1);
  deliverAll(cluster);
  expect(said.at(-1)).toBe("n1 answers a read at 1");
});

test("the lease counts from when a call was sent, not from when it was answered", () => {
  const { cluster, said } = led();
  cluster.nowMs += 100;
  cluster.tick("n1");
  cluster.nowMs += 400;
  deliverAll(cluster);
  said.length = 0;
  cluster.read("n1", "lease");
  expect(said.filter((text) => text.includes("answers"))).toEqual([]);
});

test("a leader without a majority for three of the longest election timeouts gives up, and fails its reads", () => {
  const { cluster, said } = led();
  cluster.read("n1", "linearizable");
  for (let round = 0; round < 18; round++) {
    loseAll(cluster);
    cluster.nowMs += 100;
    cluster.tick("n1");
  }
  expect(cluster.member("n1").core.status.role).toBe("leader");
  loseAll(cluster);
  cluster.nowMs += 1;
  cluster.tick("n1");
  expect(cluster.member("n1").core.status).toMatchObject({ role: "follower", leader: null });
  expect(said).toContain("n1 cannot confirm a read");
});

test("a new leader answers no read before an entry of its own is committed, even if it is confirmed", () => {
  const { cluster, said } = led();
  cluster.propose("n1", "a");
  for (const message of cluster.flying.filter(({ to }) => to === "n2")) cluster.deliver(message);
  loseAll(cluster);
  cluster.nowMs += 700;
  cluster.tick("n2");
  for (let [next] = cluster.flying; next?.sent.request.type === "pre-vote" || next?.sent.request.type === "vote"; [next] = cluster.flying)
    cluster.deliver(next);
  cluster.read("n2", "linearizable");
  // n3 lacks `a`: it confirms the leader by refusing the append, and commits nothing by that.
  for (const message of cluster.flying.filter(({ to }) => to === "n3")) cluster.deliver(message);
  for (const message of cluster.flying.filter(({ from, reply }) => from === "n3" && reply !== undefined)) cluster.deliver(message);
  expect(cluster.member("n2").core.status.role).toBe("leader");
  expect(said.filter((text) => text.includes("answers"))).toEqual([]);
  deliverAll(cluster);
  expect(said.slice(-12)).toContain("n2 answers a read at 3");
});

test("what is proposed and read between two takes is one record, one fact and one call to each follower", () => {
  const { cluster } = led();
  const { core } = cluster.member("n1");
  for (const command of ["a", "b", "c"]) core.propose(command, null);
  for (const ticket of [1, 2]) core.read(ticket, "linearizable");
  const effects = core.take();
  expect(effects?.records).toMatchObject([{ kind: "entries", from: 2, entries: [{ command: "a" }, { command: "b" }, { command: "c" }] }]);
  const facts = effects?.observations.filter(({ as }) => as === "fact");
  expect(facts).toEqual([{ as: "fact", kind: "raft.appended", data: core.log.describeFrom(2) }]);
  expect(effects?.observations.filter(({ as }) => as === "mark").map(({ data }) => data["index"])).toEqual([2, 3, 4]);
  expect(effects?.sends.map(({ to, request }) => [to, request.type === "append" ? request.entries.length : 0])).toEqual([
    ["n2", 3],
    ["n3", 3],
  ]);
});

test("new entries wait for the call under way and then travel together; heartbeats do not wait", () => {
  const { cluster } = led();
  for (const command of ["a", "b", "c"]) cluster.propose("n1", command);
  const entryCounts = (): readonly number[] =>
    cluster.flying.flatMap(({ to, reply, sent }) =>
      to === "n2" && reply === undefined && sent.request.type === "append" ? [sent.request.entries.length] : [],
    );
  expect(entryCounts()).toEqual([1]);
  cluster.nowMs += 100;
  cluster.tick("n1");
  expect(entryCounts()).toEqual([1, 2]);
  deliverAll(cluster);
  expect(cluster.member("n2").core.log.lastIndex).toBe(4);
});
