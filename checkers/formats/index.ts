// Importers of foreign histories: text in, History out; a broken file is a UsageError with its line, never a wrong verdict.
export { parseEtcdLog } from "./etcd-log.ts";
export type { EtcdLogOptions } from "./etcd-log.ts";
export { parseHard } from "./hard.ts";
export type { HardHistory, HardOptions } from "./hard.ts";
export { parseKnossos } from "./knossos.ts";
export type { KnossosOptions } from "./knossos.ts";
export { parsePorcupineKv } from "./porcupine-kv.ts";
export type { FailedCas } from "./recording.ts";
