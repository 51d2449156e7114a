// The core's conversations, word by word: commands, and everything that came of them. `UPDATE_TRANSCRIPTS=1` writes them anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CoreCluster, type CoreClusterOptions, type Flying } from "./core-cluster.fixture.ts";
import { RaftCore } from "./core.ts";
import { Leadership } from "./leadership.ts";

const folder = new URL("testdata/", import.meta.url);

/** A cluster whose disks are instant, and a record of what it is told and does. */
class Session {
  readonly lines: string[] = [];
  readonly cluster: CoreCluster;

  constructor(options: Partial<CoreClusterOptions> = {}) {
    this.cluster = new CoreCluster({
      nodes: ["n1", "n2", "n3"],
      seed: "transcript",
      persistsAtOnce: true,
      onEvent: (text) => this.lines.push(text),
      ...options,
    });
  }

  say(command: string, act: () => void): void {
    this.lines.push(`> ${command}`);
    act();
  }

  elect(name: string): void {
    this.say(`${name} misses the leader`, () => {
      this.cluster.nowMs += 700;
      this.cluster.tick(name);
    });
  }

  propose(name: string, command: string): void {
    this.say(`propose ${command} at ${name}`, () => this.cluster.propose(name, command));
  }

  heartbeat(name: string): void {
    this.say(`heartbeat of ${name}`, () => {
      this.cluster.nowMs += 100;
      this.cluster.tick(name);
    });
  }

  /** Delivers whatever flies between these nodes, and loses the rest, until nothing flies. */
  flow(...among: readonly string[]): void {
    this.say(`all calls among ${among.join(", ")}; the others fail`, () => {
      for (let [next] = this.cluster.flying; next !== undefined; [next] = this.cluster.flying)
        this.pass(next, among.includes(next.from) && among.includes(next.to));
    });
  }

  /** The same up to a message after which everything is lost. */
  flowUntil(among: readonly string[], isLast: (message: Flying) => boolean): void {
    this.say(`calls among ${among.join(", ")}, then all fail`, () => {
      let isOver = false;
      for (let [next] = this.cluster.flying; next !== undefined; [next] = this.cluster.flying) {
        this.pass(next, !isOver && among.includes(next.from) && among.includes(next.to));
        isOver ||= isLast(next);
      }
    });
  }

  /** The newest first: calls overtake each other. */
  flowReversed(): void {
    this.say("all calls, the newest first", () => {
      for (let next = this.cluster.flying.at(-1); next !== undefined; next = this.cluster.flying.at(-1)) this.pass(next, true);
    });
  }

  restart(name: string, options: { readonly losesTail?: boolean } = {}): void {
    this.say(`${name} restarts${options.losesTail === true ? ", its last entry is damaged" : ""}`, () => this.cluster.restart(name, options));
  }

  private pass(message: Flying, arrives: boolean): void {
    if (arrives) this.cluster.deliver(message);
    else this.cluster.lose(message);
  }
}

const all = ["n1", "n2", "n3"];

const conversations: Readonly<Record<string, (session: Session) => void>> = {
  "an election, a command, a read": (session) => {
    session.elect("n1");
    session.flow(...all);
    session.propose("n1", "a");
    session.flow(...all);
    session.say("read at n1", () => session.cluster.read("n1", "linearizable"));
    session.flow(...all);
    session.say("read under the lease at n1", () => session.cluster.read("n1", "lease"));
  },
  "a node that was cut off raises no term": (session) => {
    session.elect("n1");
    session.flow(...all);
    session.elect("n3");
    session.flow("n3");
    session.heartbeat("n1");
    session.flow(...all);
    session.say("n3 asks again", () => session.cluster.tick("n3"));
    session.flow(...all);
  },
  "a deposed leader's entries are replaced, a term at a time": (session) => {
    session.elect("n1");
    session.flow(...all);
    session.propose("n1", "lost-1");
    session.propose("n1", "lost-2");
    session.flow("n1");
    session.elect("n2");
    session.flow("n2", "n3");
    session.propose("n2", "kept");
    session.flow("n2", "n3");
    session.heartbeat("n2");
    session.flow(...all);
    session.heartbeat("n2");
    session.flow(...all);
  },
  "a reader is not answered by a leader that was replaced": (session) => {
    session.elect("n1");
    session.flow(...all);
    session.say("read at n1", () => session.cluster.read("n1", "linearizable"));
    session.flow("n1");
    session.elect("n2");
    session.flow("n2", "n3");
    session.heartbeat("n1");
    session.flow(...all);
  },
  "leadership is handed over, and the lease with it": (session) => {
    session.elect("n1");
    session.flow(...all);
    session.say("n1 hands over to n2", () => session.cluster.transfer("n1", "n2"));
    session.say("read under the lease at n1", () => session.cluster.read("n1", "lease"));
    session.flow(...all);
  },
  "a node with a damaged tail votes for nobody until a leader has given it everything": (session) => {
    session.elect("n1");
    session.flow(...all);
    session.propose("n1", "a");
    session.flow("n1", "n3");
    session.restart("n3", { losesTail: true });
    session.elect("n2");
    session.flow("n2", "n3");
    session.heartbeat("n1");
    session.flow(...all);
    session.heartbeat("n1");
    session.flow(...all);
    session.elect("n2");
    session.flow("n2", "n3");
  },
};

test.each(Object.keys(conversations))("%s", (name) => {
  const session = new Session();
  conversations[name]?.(session);
  expect(session.cluster.violation).toBeUndefined();
  compare(name, session.lines);
});

test("calls that overtake each other undo nothing", () => {
  const session = new Session({ wantsSmallCalls: () => true });
  session.elect("n1");
  session.flow(...all);
  for (const command of ["a", "b", "c"]) session.propose("n1", command);
  session.flowReversed();
  session.heartbeat("n1");
  session.flow(...all);
  for (const name of all) expect(session.cluster.member(name).applied).toEqual(["a", "b", "c"]);
  expect(session.cluster.violation).toBeUndefined();
  compare("calls that overtake each other undo nothing", session.lines);
});

test("a follower that is far behind gets a snapshot", () => {
  const session = new Session({ snapshotEvery: 4 });
  session.elect("n1");
  session.flow(...all);
  for (const command of ["a", "b", "c", "d", "e"]) {
    session.propose("n1", command);
    session.flow("n1", "n2");
  }
  for (let round = 0; round < 2; round++) {
    session.heartbeat("n1");
    session.flow(...all);
  }
  expect(session.cluster.member("n3").applied).toEqual(["a", "b", "c", "d", "e"]);
  expect(session.cluster.violation).toBeUndefined();
  compare("a follower that is far behind gets a snapshot", session.lines);
});

/** Figure 8 of the Raft paper: `old` reaches a majority in a later term than its own, and must not count as committed by that. */
function figure8(session: Session): void {
  const { cluster } = session;
  const leads = (name: string) => (): boolean => cluster.member(name).core.status.role === "leader";
  session.elect("n1");
  session.flow(...all);
  session.propose("n1", "old");
  session.flow("n1");
  session.elect("n3");
  session.flowUntil(["n2", "n3"], leads("n3"));
  session.restart("n3");
  session.restart("n1");
  session.elect("n1");
  session.flow("n1", "n2");
  session.elect("n1");
  session.flowUntil(["n1", "n2"], (last) => last.reply?.type === "append" && last.reply.result === "matched" && last.reply.matchIndex === 2);
  session.restart("n1");
  session.elect("n3");
  session.flow("n2", "n3");
  session.elect("n3");
  session.flow("n2", "n3");
}

class CountsOldTerms extends Leadership {
  override mayCommit(): boolean {
    return true;
  }
}
class Figure8Core extends RaftCore {
  protected override createLeadership(...[options]: ConstructorParameters<typeof Leadership>): Leadership {
    return new CountsOldTerms(options);
  }
}

test("figure 8: an entry of an old term is not committed by counting", () => {
  const session = new Session();
  figure8(session);
  expect(session.cluster.violation).toBeUndefined();
  compare("figure 8", session.lines);
});

test("figure 8 catches a core that counts entries of old terms", () => {
  const session = new Session({ createCore: (options, recovered) => new Figure8Core(options, recovered) });
  figure8(session);
  expect(session.cluster.violations.map(({ explanation }) => explanation)).toContain(
    "n3 became leader of term 4, but has another entry at index 2, which n1 had committed in term 3",
  );
});

function compare(name: string, lines: readonly string[]): void {
  const file = new URL(`${name.replaceAll(/[^a-z0-9]+/g, "-")}.transcript.txt`, folder);
  const text = `${lines.join("\n")}\n`;
  if (process.env["UPDATE_TRANSCRIPTS"] === "1") writeFileSync(file, text);
  expect(existsSync(file), `no transcript ${file.pathname}: write it with UPDATE_TRANSCRIPTS=1`).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}
