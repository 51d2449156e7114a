// The sequencer keeps the contract of every reference system.
import { systemContract } from "../system.contract.ts";
import { system } from "./index.ts";

systemContract(system, { bugSeeds: 1000 });
