// What one probe found out by doing it on a throw-away object. For `faultline doctor` and for those who ask before they break something.

export interface CapabilityProbe {
  /** Word for tables, e.g. `netns`. */
  readonly id: string;
  readonly ok: boolean;
  /** What was done, or why it cannot be done here: one clause. */
  readonly reason: string;
  /** What to do about it, one sentence; empty when it works. */
  readonly remedy: string;
  /** How long the probe took. */
  readonly costMs: number;
}

/** Does it, and answers how that went; never rejects. `act` answers what was done, or throws the reason. */
export async function probeCapability(
  { id, remedy }: { readonly id: string; readonly remedy: string },
  act: () => string | Promise<string>,
): Promise<CapabilityProbe> {
  const beginMs = performance.now();
  const costMs = (): number => Math.round(performance.now() - beginMs);
  try {
    const reason = await act();
    return { id, ok: true, reason, remedy: "", costMs: costMs() };
  } catch (error) {
    return { id, ok: false, reason: error instanceof Error ? error.message : String(error), remedy, costMs: costMs() };
  }
}
