// The sequencer keeps the contract of every reference system.
import { systemContract } from "../system.contract.ts";
import { system } from "./index.ts";

systemContract(system, { seeds: 150, bugSeeds: 1000 });
