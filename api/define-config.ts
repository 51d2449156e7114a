// The type of `faultline.config.ts`: defaults for the command line. Flags and environment variables win over it.

/** Every member is the default of the option of the same name. */
export interface FaultlineConfig {
  /** Where runs are kept. Default `.faultline`. */
  readonly store?: string;
  /** Your own systems, by the name to use on the command line; paths are relative to the configuration file. */
  readonly systems?: Readonly<Record<string, string>>;
  readonly seed?: string;
  /** How many plans run side by side. Default: the number of cores. */
  readonly workers?: number;
  /** E.g. `10s`. */
  readonly duration?: string;
  readonly nodes?: number;
  readonly clients?: number;
  readonly rate?: number;
  /** Time limit of `campaign`, e.g. `90s`. */
  readonly time?: string;
}

/** Checks the types; answers its argument. */
export function defineConfig(config: FaultlineConfig): FaultlineConfig {
  return config;
}
