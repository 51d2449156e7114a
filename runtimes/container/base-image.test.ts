import { describe, expect, test } from "vitest";
import { librariesIn, localBaseEntries } from "./base-image.ts";

const output = `\tlinux-vdso.so.1 (0x00007ffd1c9f2000)
\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f1c7d1f0000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f1c7d000000)
\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f1c7d1f0000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f1c7d2a0000)
`;

test("libraries are those with a file, once each, the loader too", () => {
  expect(librariesIn(output)).toEqual(["/lib/x86_64-linux-gnu/libc.so.6", "/lib/x86_64-linux-gnu/libdl.so.2", "/lib64/ld-linux-x86-64.so.2"]);
  expect(librariesIn("\tstatically linked\n")).toEqual([]);
});

test("a missing library is said, not left out", () => {
  expect(() => librariesIn("\tlibicu.so.72 => not found\n")).toThrow("libicu.so.72 is not found");
});

describe.skipIf(process.platform !== "linux")("the base image of this machine (Linux only)", () => {
  test("holds Node, its libraries and every folder before what is in it", async () => {
    const entries = await localBaseEntries();
    const paths = entries.map(({ path }) => path);
    expect(paths).toContain("usr/local/bin/node");
    expect(paths).toContain("etc/nsswitch.conf");
    for (const [index, path] of paths.entries()) {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      if (parent !== "") expect(paths.slice(0, index)).toContain(parent);
    }
    expect(new Set(paths).size).toBe(paths.length);
  });

  test("cannot be made of what is no program", async () => {
    await expect(localBaseEntries("/nowhere/node")).rejects.toMatchObject({ name: "EnvironmentError", message: expect.stringContaining("/nowhere/node") });
  });
});
