import { describe, expect, test } from "vitest";
import { World } from "./fixtures/world.fixture.ts";
import type { GenerateAnswer } from "./id-source.ts";
import { WaitingRoom } from "./waiting-room.ts";

const refusal: GenerateAnswer = { kind: "refused", reason: "no-block", isEntitled: false };
const given: GenerateAnswer = { kind: "ids", ids: ["1"], holding: null };

function opened(): { world: World; room: WaitingRoom; answers: [string, string][]; enter: (name: string, count?: number) => void } {
  const world = new World();
  const answers: [string, string][] = [];
  const room = new WaitingRoom(world.environment(), { limitMs: 100, refusal: () => refusal });
  return { world, room, answers, enter: (name, count = 1) => room.enter({ count, after: null }, ({ kind }) => void answers.push([name, kind])) };
}

describe("a waiting room", () => {
  test("refuses everybody who has waited for the limit, when it is over and not before", () => {
    const { world, answers, enter } = opened();
    enter("a");
    world.advance(60);
    enter("b");
    world.advance(39);
    expect(answers).toEqual([]);
    world.advance(1);
    expect(answers).toEqual([["a", "refused"]]);
    world.advance(60);
    expect(answers).toEqual([
      ["a", "refused"],
      ["b", "refused"],
    ]);
    enter("c");
    world.advance(100);
    expect(answers).toHaveLength(3);
  });

  test("serves whom it can, in order, and keeps the others", () => {
    const { room, answers, enter } = opened();
    enter("a", 5);
    enter("b", 1);
    enter("c", 1);
    expect(room.demand).toBe(7);
    room.serve(({ request }) => (request.count > 1 ? null : given));
    expect(answers).toEqual([
      ["b", "ids"],
      ["c", "ids"],
    ]);
    expect(room.size).toBe(1);
  });

  test("lets go together whose counts fit, at least one, in order", () => {
    const { room, enter } = opened();
    for (const count of [3, 3, 3]) enter("x", count);
    expect(room.leaveTogether(6).map(({ request }) => request.count)).toEqual([3, 3]);
    expect(room.leaveTogether(1)).toHaveLength(1);
    expect(room.leaveTogether(1)).toEqual([]);
  });

  test("has a bounded number of seats", () => {
    const { room, answers, enter } = opened();
    for (let index = 0; index < 1001; index++) enter("x");
    expect(room.size).toBe(1000);
    expect(answers).toEqual([["x", "refused"]]);
  });

  test("lets those who were answered enter again at once without being served twice", () => {
    const { room } = opened();
    let servedCount = 0;
    const again = (): void => {
      servedCount++;
      if (servedCount < 5) room.enter({ count: 1, after: null }, again);
    };
    room.enter({ count: 1, after: null }, again);
    room.serve(() => given);
    expect(servedCount).toBe(1);
    expect(room.size).toBe(1);
  });
});
