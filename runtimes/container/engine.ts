// The container engine as this runtime uses it, found and reached through testcontainers. The one file that loads that package, and only when it is needed.
import { Readable } from "node:stream";
import { createInterface } from "node:readline";
import type { ContainerRuntimeClient } from "testcontainers";
import { EnvironmentError } from "../../harness/errors.ts";
import { textAt } from "./document.ts";
import { tarOf, type TarEntry } from "./tar.ts";

/** Its own client library: what testcontainers does not offer (pause, kill, update) is asked for there. */
export type Docker = ContainerRuntimeClient["container"]["dockerode"];
export type Container = ReturnType<Docker["getContainer"]>;
export type ContainerSettings = Parameters<Docker["createContainer"]>[0];

export class Engine {
  readonly docker: Docker;
  readonly #client: ContainerRuntimeClient;

  constructor(client: ContainerRuntimeClient) {
    this.#client = client;
    this.docker = client.container.dockerode;
  }

  async hasImage(reference: string): Promise<boolean> {
    return (await unlessMissing(this.docker.getImage(reference).inspect())) !== undefined;
  }

  /** @throws Error with the engine's words */
  async importImage(reference: string, entries: Iterable<TarEntry>, changes: readonly string[]): Promise<void> {
    const [repo, tag] = reference.split(":");
    await followed(await this.docker.importImage(Readable.from(tarOf(entries)), { repo, tag, changes }));
  }

  /** The archive holds `Dockerfile`. @throws Error with the engine's words */
  async buildImage(reference: string, entries: Iterable<TarEntry>, options: { readonly arguments: Readonly<Record<string, string>> }): Promise<void> {
    await followed(await this.docker.buildImage(Readable.from(tarOf(entries)), { t: reference, buildargs: { ...options.arguments }, rm: true, forcerm: true }));
  }

  /** Answers the credentials that the machine has for that registry. @throws Error if it is not there afterwards */
  async pullImage(reference: string): Promise<void> {
    const { ImageName } = await loaded();
    await this.#client.image.pull(ImageName.fromString(reference));
    if (!(await this.hasImage(reference))) throw new Error(`${reference} cannot be pulled`);
  }
}

/** @throws EnvironmentError: the package is missing, or no engine answers */
export async function openEngine(): Promise<Engine> {
  const { getContainerRuntimeClient } = await loaded();
  // Where ports are published is of no interest: none is. To find that out, a harness in a container would have an image pulled and run.
  process.env["TESTCONTAINERS_HOST_OVERRIDE"] ??= "127.0.0.1";
  try {
    return new Engine(await getContainerRuntimeClient());
  } catch (cause) {
    throw new EnvironmentError("No container engine answers.", "Start Docker, or say where it listens in DOCKER_HOST.", { cause });
  }
}

/** Undefined when the engine has no such thing (404). */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return await unlessStatus(answer, [404]);
}

/** Undefined when the engine answers with one of these codes of HTTP; others are thrown. */
export async function unlessStatus<T>(answer: Promise<T>, codes: readonly number[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codes.includes(statusOf(error) ?? 0)) return undefined;
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined;
}

async function loaded(): Promise<typeof import("testcontainers")> {
  try {
    return await import("testcontainers");
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")) throw cause;
    throw new EnvironmentError("Containers need the package testcontainers, which is not installed.", "Install it: npm install testcontainers", { cause });
  }
}

/** Reads what the engine says while it works, one JSON document a line; its last words may be an error although the status was 200. */
async function followed(progress: NodeJS.ReadableStream): Promise<void> {
  for await (const line of createInterface({ input: progress })) {
    const problem = problemIn(line);
    if (problem !== undefined) throw new Error(problem);
  }
}

function problemIn(line: string): string | undefined {
  const said: unknown = line.trim() === "" ? undefined : JSON.parse(line);
  return textAt(said, "error") || undefined;
}
