import { expect, test } from "vitest";
import { Sessions } from "./sessions.ts";

test("a request is new once; its repetition gets the same output; an older one is forgotten", () => {
  const sessions = new Sessions();
  expect(sessions.admit({ client: "a", sequence: 1 })).toEqual({ kind: "new" });
  sessions.remember({ client: "a", sequence: 1 }, { revision: 1 });
  expect(sessions.admit({ client: "a", sequence: 1 })).toEqual({ kind: "repeated", output: { revision: 1 } });
  sessions.remember({ client: "a", sequence: 2 }, "two");
  expect(sessions.admit({ client: "a", sequence: 1 })).toEqual({ kind: "forgotten" });
  expect(sessions.admit({ client: "a", sequence: 3 })).toEqual({ kind: "new" });
});

test("the client unused for longest is dropped, and its next request must not be taken for its first", () => {
  const sessions = new Sessions(2);
  for (const client of ["a", "b"]) sessions.remember({ client, sequence: 1 }, null);
  sessions.remember({ client: "a", sequence: 2 }, null);
  sessions.remember({ client: "c", sequence: 1 }, null);
  expect(sessions.admit({ client: "b", sequence: 2 })).toEqual({ kind: "forgotten" });
  expect(sessions.admit({ client: "a", sequence: 2 })).toEqual({ kind: "repeated", output: null });
});

test("a restored table admits as the saved one did, and drops in the same order", () => {
  const [original, copy] = [new Sessions(2), new Sessions(2)];
  original.remember({ client: "b", sequence: 1 }, "x");
  original.remember({ client: "a", sequence: 4 }, "y");
  original.remember({ client: "b", sequence: 2 }, "z");
  copy.restore(original.snapshot());
  for (const sessions of [original, copy]) sessions.remember({ client: "c", sequence: 1 }, null);
  expect(copy.snapshot()).toEqual(original.snapshot());
  expect(copy.snapshot().map(([client]) => client)).toEqual(["b", "c"]);
});
