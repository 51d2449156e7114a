#!/usr/bin/env node
// Starts the command line with a Node that can run it: this one, or the one that the package brought along. Old JavaScript on
// purpose, so that an old Node can read it and say one clear sentence.
"use strict";

import childProcess from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import url from "node:url";

var leastMajor = 24;
var root = path.dirname(path.dirname(fs.realpathSync(url.fileURLToPath(import.meta.url))));
var compiled = path.join(root, "dist", "cli", "main.js");
var main = fs.existsSync(path.join(root, "cli", "main.ts")) ? path.join(root, "cli", "main.ts") : compiled;

function majorOf(version) {
  return Number(String(version).replace(/^v/, "").split(".")[0]);
}

/** The Node that belongs to this package, if it is there and new enough. */
function pinnedNode() {
  var name = process.platform === "win32" ? "node.exe" : "node";
  var places = [path.join(root, "node_modules", ".bin", name), path.join(root, "..", ".bin", name)];
  for (var index = 0; index < places.length; index++) {
    if (!fs.existsSync(places[index])) continue;
    var answer = childProcess.spawnSync(places[index], ["--version"], { encoding: "utf8" });
    if (answer.status === 0 && majorOf(answer.stdout.trim()) >= leastMajor) return places[index];
  }
  return undefined;
}

function start(node) {
  var child = childProcess.spawn(node, [main].concat(process.argv.slice(2)), { stdio: "inherit" });
  // Ctrl-C reaches the child by itself; waiting for it keeps its exit code.
  process.on("SIGINT", function () {});
  ["SIGTERM", "SIGHUP"].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    process.stderr.write("faultline: " + node + " could not be started: " + error.message + "\n");
    process.exit(4);
  });
  child.on("exit", function (code, signal) {
    process.exit(code === null ? (signal === "SIGINT" ? 130 : 5) : code);
  });
}

var node = majorOf(process.version) >= leastMajor ? process.execPath : pinnedNode();
if (node === undefined) {
  process.stderr.write(
    "faultline: Node " +
      leastMajor +
      " or newer is needed, but this is " +
      process.version +
      "; install it from https://nodejs.org, or run npm ci in a clone.\n",
  );
  process.exitCode = 4;
} else {
  start(node);
}
