// The two ways through a proxy. For everything in it.

/** `upstream`: from the client to the server. */
export type Direction = "upstream" | "downstream";

export const directions: readonly Direction[] = ["upstream", "downstream"];
