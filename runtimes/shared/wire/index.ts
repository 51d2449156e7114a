// What goes between the harness and the nodes of a real-time run.
export type { Address, Bootstrap } from "./bootstrap.ts";
export type { AddressBook, Begin, ClockError, DiskSwitch, FromHost, ToHost, Trap } from "./control.ts";
