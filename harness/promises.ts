// Promise forms of the callback ports, for nodes and clients at the edge, and a time limit for anything awaited.
// They keep the rule of the ports: an outcome is a value, never an exception, and a dead incarnation's promises never settle.
import type { CallError, CallOptions, Disk, DiskDone, DiskError, Exchange, File, Network, Reply, Timers } from "./environment.ts";
import type { NodeName } from "./operation.ts";

export type CallResult = { readonly error: CallError; readonly reply?: never } | { readonly error?: never; readonly reply: Reply };

/** `Network.call` as a promise; always resolves (unless the caller's incarnation dies). */
export function callAsync(network: Network, to: NodeName, request: Exchange, options: CallOptions): Promise<CallResult> {
  return new Promise((resolve) => {
    network.call(to, request, options, (error, reply) => {
      if (error !== null) resolve({ error });
      else if (reply !== null) resolve({ reply });
    });
  });
}

export type DiskResult<T = void> = { readonly error: DiskError; readonly value?: never } | { readonly error?: never; readonly value: T };

export function openAsync(disk: Disk, path: string, options: { readonly create: boolean }): Promise<DiskResult<File>> {
  return diskAnswer((done) => disk.open(path, options, done));
}

export function renameAsync(disk: Disk, from: string, to: string): Promise<DiskResult> {
  return diskAnswer((done) => disk.rename(from, to, done));
}

export function removeAsync(disk: Disk, path: string): Promise<DiskResult> {
  return diskAnswer((done) => disk.remove(path, done));
}

export function listAsync(disk: Disk, directory: string): Promise<DiskResult<readonly string[]>> {
  return diskAnswer((done) => disk.list(directory, done));
}

export function fsyncDirectoryAsync(disk: Disk, directory: string): Promise<DiskResult> {
  return diskAnswer((done) => disk.fsyncDirectory(directory, done));
}

/** Fewer than `length` bytes only at the end of the file. */
export function readAsync(file: File, at: number, length: number): Promise<DiskResult<Uint8Array>> {
  return diskAnswer((done) => file.read(at, length, done));
}

export function writeAsync(file: File, at: number, bytes: Uint8Array): Promise<DiskResult> {
  return diskAnswer((done) => file.write(at, bytes, done));
}

/** Answers the offset at which the bytes begin. */
export function appendAsync(file: File, bytes: Uint8Array): Promise<DiskResult<number>> {
  return diskAnswer((done) => file.append(bytes, done));
}

/** Covers what was written before this call. */
export function fsyncAsync(file: File): Promise<DiskResult> {
  return diskAnswer((done) => file.fsync(done));
}

export function truncateAsync(file: File, length: number): Promise<DiskResult> {
  return diskAnswer((done) => file.truncate(length, done));
}

export function sizeAsync(file: File): Promise<DiskResult<number>> {
  return diskAnswer((done) => file.size(done));
}

export function closeAsync(file: File): Promise<DiskResult> {
  return diskAnswer((done) => file.close(done));
}

function diskAnswer<T>(start: (done: DiskDone<T>) => void): Promise<DiskResult<T>> {
  return new Promise((resolve) => {
    start((error, value) => resolve(error === null ? { value } : { error }));
  });
}

/** What `withTimeout` rejects with. */
export class TimeoutError extends Error {
  readonly timeoutMs: number;

  constructor(what: string, timeoutMs: number) {
    super(`${what} took longer than ${timeoutMs} ms`);
    this.name = "TimeoutError";
    this.timeoutMs = timeoutMs;
  }
}

/** The promise, or a rejection with `TimeoutError` after `timeoutMs`. Its timer is gone as soon as either happened. */
export function withTimeout<T>(timers: Timers, promise: Promise<T>, limit: { readonly timeoutMs: number; readonly what: string }): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.after(limit.timeoutMs, () => reject(new TimeoutError(limit.what, limit.timeoutMs)));
    promise.then(
      (value) => {
        timers.cancel(timer);
        resolve(value);
      },
      (error: unknown) => {
        timers.cancel(timer);
        reject(error);
      },
    );
  });
}
