// Clocks led astray through their link to a time service: a real service, a real node's clock, a real proxy in between.
import { connect } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { DisciplinedClock } from "../host/disciplined-clock.ts";
import { TimeService } from "../host/index.ts";
import { RecorderTimers } from "../cluster/recorder-timers.ts";
import type { ClockMechanism } from "./clock-mechanism.ts";
import { FakeMember } from "./fixtures/fake-member.ts";
import { VirtualTime } from "./fixtures/virtual-time.ts";
import { timeLinkClock } from "./time-link-clock.ts";
import { createTimeLinks, type LinkDelay, type OpenTimeLinks } from "./time-links.ts";

let cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
  cleanups = [];
});

interface Bench {
  readonly links: OpenTimeLinks;
  readonly mechanism: ClockMechanism;
  readonly member: FakeMember;
}

/** A node whose clock follows a time service over a link of its own. */
async function bench(): Promise<Bench> {
  const service = await TimeService.listen("127.0.0.1");
  cleanups.push(() => service.close());
  const links = await createTimeLinks({ nodes: ["n1", "n2"], service: service.address, listenHost: "127.0.0.1" });
  cleanups.push(() => links.close());
  const clock = new DisciplinedClock(links.address("n1"));
  clock.start();
  cleanups.push(() => clock.close());
  const member = new FakeMember({ name: "n1", time: new VirtualTime(), log: [] });
  await member.start();
  member.setClock = () =>
    Promise.resolve({ wallMs: clock.realMs(), realMs: Date.now(), ...(clock.errorBoundMs === undefined ? {} : { errorBoundMs: clock.errorBoundMs }) });
  const timers = new RecorderTimers();
  const mechanism = timeLinkClock({ links, timers });
  cleanups.push(
    () => timers.close(),
    () => mechanism.close(),
  );
  return { links, mechanism, member };
}

const still = (offsetMs: number): { readonly offsetMs: number; readonly ratePpm: 0; readonly anchorMs: 0 } => ({ offsetMs, ratePpm: 0, anchorMs: 0 });

describe("a clock that follows a time service", () => {
  test.each([150, -150])("is wrong by %s ms once the latency of one direction is twice that, and right again without it", async (offsetMs) => {
    const { mechanism, member } = await bench();
    const reading = await mechanism.apply(member, still(offsetMs));
    expect(Math.abs((reading?.offsetMs ?? 0) - offsetMs)).toBeLessThanOrEqual(reading?.errorMs ?? 0);
    expect(reading?.errorMs).toBeLessThan(100);
    const home = await mechanism.apply(member, still(0));
    expect(Math.abs(home?.offsetMs ?? Number.NaN)).toBeLessThanOrEqual(home?.errorMs ?? 0);
  });

  test("drifts as the latency is ramped", async () => {
    const { mechanism, member } = await bench();
    const anchorMs = Date.now();
    await mechanism.apply(member, { offsetMs: 0, ratePpm: 100_000, anchorMs });
    // A tenth of the time that has passed, when somebody looks.
    await expect.poll(async () => Number((await member.setClock(still(0)))?.["wallMs"]) - Date.now(), { timeout: 20_000 }).toBeGreaterThan(120);
    expect(Date.now() - anchorMs).toBeGreaterThan(1_000);
    await mechanism.apply(member, still(0));
  });

  test("of a node that does not answer cannot be read", async () => {
    const { mechanism, member } = await bench();
    member.setClock = () => Promise.resolve(undefined);
    expect(await mechanism.apply(member, still(10))).toBeUndefined();
  });

  test("is refused more than two seconds either way, with the reason", async () => {
    const { mechanism } = await bench();
    expect([mechanism.refusal(2_000), mechanism.refusal(-2_000)]).toEqual([undefined, undefined]);
    expect(mechanism.refusal(-2_001)).toContain("at most 2000 ms, not by -2001 ms");
    expect([mechanism.capability("clock-step"), mechanism.capability("clock-drift")]).toEqual([true, true]);
  });
});

describe("in virtual time", () => {
  class RecordedLinks {
    readonly delays: LinkDelay[] = [];
    isBroken = false;

    setDelay(_node: string, delay: LinkDelay): Promise<void> {
      this.delays.push(delay);
      return this.isBroken ? Promise.reject(new Error("no link")) : Promise.resolve();
    }
  }

  function virtualBench(offset: (links: RecordedLinks) => number): {
    readonly links: RecordedLinks;
    readonly time: VirtualTime;
    readonly member: FakeMember;
    readonly mechanism: ClockMechanism;
  } {
    const links = new RecordedLinks();
    const time = new VirtualTime();
    const member = new FakeMember({ name: "n1", time, log: [] });
    member.setClock = () => Promise.resolve({ wallMs: time.nowMs + offset(links), realMs: time.nowMs });
    return { links, time, member, mechanism: timeLinkClock({ links, timers: time, realMs: () => time.nowMs }) };
  }

  /** By Cristian's rule. */
  const obedient = ({ delays }: RecordedLinks): number => ((delays.at(-1)?.requestMs ?? 0) - (delays.at(-1)?.replyMs ?? 0)) / 2;

  test("a lead delays the questions, a lag the answers, by twice as much", async () => {
    const { links, mechanism, member } = virtualBench(obedient);
    await mechanism.apply(member, still(70));
    await mechanism.apply(member, still(-70));
    expect(links.delays).toEqual([
      { requestMs: 140, replyMs: 0 },
      { requestMs: 0, replyMs: 140 },
    ]);
  });

  test("a clock that does not get there is an error with both figures, after a limit", async () => {
    const { mechanism, member, time } = virtualBench(() => 0);
    const beganMs = time.nowMs;
    await expect(mechanism.apply(member, still(1_000))).rejects.toThrow("the clock of n1 is ahead by 0 ms, not by 1000 ms");
    expect(time.nowMs - beganMs).toBeLessThan(10_000);
  });

  test("a drift follows its line to the limit, stops with the fault, and tells what went wrong on the way", async () => {
    const { links, mechanism, member, time } = virtualBench(obedient);
    await mechanism.apply(member, { offsetMs: 1_900, ratePpm: -10_000, anchorMs: time.nowMs });
    await time.pass(10_000);
    expect(obedient(links)).toBe(1_800);
    await mechanism.apply(member, { offsetMs: 1_900, ratePpm: 10_000, anchorMs: time.nowMs });
    await time.pass(60_000);
    expect(obedient(links)).toBe(2_000);
    links.isBroken = true;
    await time.pass(1_000);
    links.isBroken = false;
    await expect(mechanism.apply(member, still(0))).rejects.toThrow("the clock of n1 stopped drifting");
    expect(await mechanism.apply(member, still(0))).toMatchObject({ offsetMs: 0 });
    expect(time.pendingCount).toBe(0);
  });
});

test("time links leave no listener behind", async () => {
  const service = await TimeService.listen("127.0.0.1");
  const links = await createTimeLinks({ nodes: ["n1"], service: service.address, listenHost: "127.0.0.1" });
  const { host, port } = links.address("n1");
  await links.close();
  await links.close();
  await service.close();
  await expect(once(connect({ host, port }), "connect")).rejects.toThrow("ECONNREFUSED");
});
