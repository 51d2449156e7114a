// What the system says of a process. For process identities, however they are found out.

/** On Linux fields of `/proc/PID/stat`, elsewhere columns of `ps`. */
export interface ProcessStat {
  /** One letter: R running, S sleeping, D (macOS: U) waiting for a disk, T stopped, t traced, Z dead but not waited for, X dead. */
  readonly state: string;
  readonly parentPid: number;
  readonly startTime: string;
}
