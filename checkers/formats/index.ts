// The formats of histories: text in, History out, and back; a broken file is a UsageError with its line, never a wrong verdict.
export { detectFormat } from "./detect-format.ts";
export { historyFormats } from "./history-format.ts";
export type { FailedCas, HistoryFormat, HistoryModel, InputOf, ModelTypes, OutputOf, Partition } from "./history-format.ts";
export { parseEtcdLog, parseHard, parseKnossos, parsePorcupineKv } from "./parse-history.ts";
export type { HardHistory, ParseOptions } from "./parse-history.ts";
export { readHistory } from "./read-history.ts";
export type { ReadHistory, ReadOptions } from "./read-history.ts";
export { writeHistory } from "./write-history.ts";
export type { WriteOptions } from "./write-history.ts";
