// Mistakes of users, help and settings: nothing of this starts a run.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Desk } from "./fixtures/recorded-terminal.ts";
import { commands } from "./program.ts";

const tiny = new URL("./fixtures/tiny-system.ts", import.meta.url).pathname;

describe("a mistake of the user", () => {
  const mistakes: readonly (readonly [words: string, message: string, wayOut: string])[] = [
    ["rum kv", 'There is no command "rum".', 'Did you mean "run"?'],
    ["constructor", 'There is no command "constructor".', "There are: demo"],
    ["run", "Missing required argument 'system'.", "run --help"],
    ["run kv extra", "Too many arguments", "run --help"],
    ["run kw", 'There is no system named "kw".', 'Did you mean "kv"?'],
    ["run ./gone.ts", 'There is no file "./gone.ts".', "exports `system`"],
    [`run ${tiny} --sed 1`, "Unknown option '--sed'.", "Did you mean --seed?"],
    [`run ${tiny} --seed`, "Option '--seed <word>' argument missing.", "run --help"],
    [`run ${tiny} --seed NaN`, '"NaN" is not a seed.', "e.g. 7"],
    [`run ${tiny} --duration 10`, '"10" is not a duration.', "10s or 10ms"],
    [`run ${tiny} --duration 2h`, "2h is longer than a run may be", "at most 1h"],
    [`run ${tiny} --nodes 0`, "not a whole number from 1 to 25", "in digits"],
    [`run ${tiny} --nodes 26`, "not a whole number from 1 to 25", "in digits"],
    [`run ${tiny} --clients -3`, "not a whole number from 1 to 200", "in digits"],
    [`run ${tiny} --rate fast`, "is not a rate", "e.g. 20"],
    [`run ${tiny} --variant raft`, 'There is no variant named "raft".', "default"],
    [`run ${tiny} --bug forgetfull`, 'There is no bug named "forgetfull".', 'Did you mean "forgetful"?'],
    [`run ${tiny} --workload bank`, "workload", "register"],
    [`run ${tiny} --nemesis partition-halfs`, 'There is no nemesis named "partition-halfs".', 'Did you mean "partition-halves"?'],
    [`run ${tiny} --runtime docker`, 'There is no runtime named "docker"', "There are: simulation, process, container."],
    [`run ${tiny} --runtime process --clock vdsso`, "--clock must be one of environment, time-link, vdso", 'Did you mean "vdso"?'],
    [`run ${tiny} --runtime process --power-cut file`, "--power-cut must be one of layer, filesystem", "There are: layer, filesystem."],
    [`run ${tiny} --runtime process --network namespace`, "--network must be one of proxy, namespaces", 'Did you mean "namespaces"?'],
    [`run ${tiny} --runtime process --toxiproxy localhost`, "--toxiproxy must be the URL of a Toxiproxy", "http://127.0.0.1:8474"],
    [`run ${tiny} --runtime process --toxiproxy=`, "is empty", "http://127.0.0.1:8474"],
    [`run ${tiny} --power-cut filesystem`, "--power-cut is about runs in real time", "--runtime process"],
    [`explore ${tiny} --runtime simulation --clock vdso`, "--clock is about runs in real time", "--runtime process"],
    [`bugs ${tiny} --runtime process --all`, "only the simulation can", "Leave --all or --runtime out"],
    [`bugs ${tiny} --clock vdso`, "--clock is about runs in real time", "--runtime process"],
    [`campaign --runtime simulation --network namespaces`, "--network is about runs in real time", "--runtime process"],
    [`explore ${tiny} --seeds NaN`, '"NaN" is not a whole number', "in digits"],
    [`explore ${tiny} --time never`, "is not a duration", "500ms"],
    [`explore ${tiny} --workers 0`, "not a whole number from 1 to 256", "in digits"],
    ["campaign --shard 3/2", '"3/2" is not a shard.', "1/4"],
    ["campaign --systems kv,,counter", "empty name", "a,b,c"],
    [`campaign --systems ${tiny},${tiny}`, "in the list twice", "once"],
    ["bugs kv --bug nope", 'There is no bug named "nope" here.', "stale-reads"],
    ["replay nothing", 'There is no run or file named "nothing".', "holds no run yet"],
    ["replay latest", "holds no run yet", "faultline run SYSTEM --keep"],
    ["replay broken.json", "broken.json", "."],
    ["replay foreign.json", "has no schema", "."],
    ["replay typo.json", '"durationMs"', "plan.json"],
    ["replay history.jsonl", "is a history, not a plan", "use check"],
    ["check broken.json", "is not a history", "history.jsonl"],
    ["check history.jsonl", "line", "."],
    ["report nothing", 'There is no run or file named "nothing".', "."],
    [`run ${tiny} --store=`, "The store has an empty name.", "--store DIR"],
    ["--jsn", "Unknown option '--jsn'.", " -- --help."],
    ["list --config gone.ts", 'There is no configuration file "gone.ts".', "--config"],
    ["list --config bad.config.ts", 'sets "stroe", which is no setting', 'Did you mean "store"?'],
  ];

  test.each(mistakes)("%s", async (words, message, wayOut) => {
    using desk = new Desk();
    writeFileSync(join(desk.directory, "broken.json"), "{");
    writeFileSync(join(desk.directory, "foreign.json"), "{}");
    writeFileSync(
      join(desk.directory, "typo.json"),
      JSON.stringify({
        schema: "faultline/plan/1",
        system: "tiny",
        module: "file:///x.ts",
        workload: "register",
        nemeses: [],
        runtime: "simulation",
        seed: "1",
        nodes: 3,
        clients: 3,
        rateHz: 1,
        duratonMs: 1,
        options: {},
      }),
    );
    writeFileSync(join(desk.directory, "history.jsonl"), "not a history\n");
    writeFileSync(join(desk.directory, "bad.config.ts"), 'export default { stroe: "x" };');
    const { code, out, err } = await desk.run(words.split(" "));
    expect({ code, out }).toEqual({ code: 64, out: "" });
    const [sentence = "", advice = "", ...rest] = err.trimEnd().split("\n");
    expect(sentence).toMatch(/^faultline: /);
    expect(sentence).toContain(message);
    expect(advice).toContain(wayOut);
    expect(rest).toEqual([]);
    expect(err).not.toMatch(/\n\s+at /);
  });

  test("is one JSON document with a verdict for programs", async () => {
    using desk = new Desk();
    const { code, out, err } = await desk.run(["run", "kw", "--json"]);
    expect(code).toBe(64);
    expect(JSON.parse(out)).toEqual({
      schema: "faultline/error/1",
      verdict: null,
      error: { code: "unknown-system", message: 'There is no system named "kw".', wayOut: expect.stringContaining("kv") },
    });
    expect(err).toContain("kw");
  });

  test("is one JSON document wherever JSON was switched on", async () => {
    using desk = new Desk();
    for (const word of ["1", "true", "YES", "on"])
      expect(JSON.parse((await desk.run(["run", "kw"], { environment: { FAULTLINE_JSON: word } })).out)).toHaveProperty("verdict", null);
  });

  test("cannot steer the terminal", async () => {
    using desk = new Desk();
    expect((await desk.run(["run", "\u001b]0;owned\u0007"])).err).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("a store that cannot be written is said before anything runs", async () => {
    using desk = new Desk();
    writeFileSync(join(desk.directory, "file"), "");
    const { code, out, err } = await desk.run(["run", tiny, "--store", "file/store"]);
    expect([4, 64]).toContain(code);
    expect(out).toBe("");
    expect(err.trimEnd().split("\n")).toHaveLength(2);
    expect(err).toContain("file/store");
  });
});

describe("help", () => {
  test("names every command, the exit codes and the first steps", async () => {
    using desk = new Desk();
    for (const words of [[], ["--help"], ["help"]]) {
      const { code, out, err } = await desk.run(words);
      expect([code, err]).toEqual([0, ""]);
      for (const { name } of commands) expect(out).toContain(`\n  ${name} `);
      expect(out).toContain("130  interrupted");
    }
  });

  test.each(commands.map(({ name, examples }) => [name, examples] as const))("of %s has examples that parse", async (name, examples) => {
    using desk = new Desk();
    const { code, out } = await desk.run([name, "--help"]);
    expect(code).toBe(0);
    for (const example of examples) {
      expect(out).toContain(example);
      const shown = await desk.run([...example.split(" "), "--print-config"]);
      expect([example, shown.code]).toEqual([example, 0]);
    }
  });

  test("tells the version", async () => {
    using desk = new Desk();
    expect((await desk.run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("settings", () => {
  test("come from a flag, else the environment, else the configuration, else the default", async () => {
    using desk = new Desk();
    writeFileSync(join(desk.directory, "faultline.config.ts"), 'export default { nodes: 3, clients: 4, seed: "config", store: "shelf" };');
    const { code, out } = await desk.run(["run", "kv", "--nodes", "7", "--print-config", "--json"], {
      environment: { FAULTLINE_NODES: "5", FAULTLINE_SEED: "env", FAULTLINE_KEEP: "1" },
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      verdict: null,
      settings: {
        nodes: { value: 7, source: "flag" },
        seed: { value: "env", source: "environment" },
        keep: { value: true, source: "environment" },
        clients: { value: 4, source: "configuration" },
        store: { value: "shelf", source: "configuration" },
        rate: { value: null, source: "not set" },
      },
    });
  });

  test("that are wrong name the place where they stand", async () => {
    using desk = new Desk();
    expect((await desk.run(["run", tiny], { environment: { FAULTLINE_NODES: "many" } })).err).toContain('FAULTLINE_NODES: "many" is not a whole number');
    writeFileSync(join(desk.directory, "faultline.config.ts"), 'export default { duration: "10" };');
    expect((await desk.run(["run", tiny])).err).toContain('"duration" in ');
  });

  test("a default that a command does not have does not disturb it", async () => {
    using desk = new Desk();
    mkdirSync(join(desk.directory, "shelf"));
    writeFileSync(join(desk.directory, "faultline.config.ts"), 'export default { nodes: 3, time: "5s", store: "shelf" };');
    expect((await desk.run(["list", "--print-config"])).out).toMatch(/^store\s+configuration\s+"shelf"$/m);
  });
});
