// `blackhole` and `refuse`: what new connections meet. A blackhole accepts and stays silent, a refusal answers with RST. Open connections are left alone.
import type { ToxicType } from "../stage.ts";

/** Accepts and does not dial; what the client sends waits. When the toxic is removed the server is dialed and gets it. */
export const blackhole: ToxicType = { name: "blackhole", goType: "BlackholeToxic", fields: [], admission: "hold" };

/** A proxy that does not listen at all (ECONNREFUSED) is one that is disabled, or refused by the engine. */
export const refuse: ToxicType = { name: "refuse", goType: "RefuseToxic", fields: [], admission: "reset" };
