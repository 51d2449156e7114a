// Combinators that say where: every node in turn, or one node.
import type { Generator } from "../generator.ts";
import type { Input, NodeName } from "../operation.ts";
import { expanding } from "./expanding.ts";
import { concat } from "./sequences.ts";
import { isInvoke, updated } from "./step.ts";

/** What `make` gives for each node, addressed to that node: final reads. Nodes in order, clients in parallel. */
export function eachNode<I extends Input>(make: (node: NodeName) => Generator<I>): Generator<I> {
  return expanding((context) => concat(...context.nodes.map((node) => onNode(node, make(node)))));
}

/** Every operation of it addressed to one node. */
export function onNode<I extends Input>(node: NodeName, generator: Generator<I>): Generator<I> {
  const self: Generator<I> = {
    next(context) {
      const step = generator.next(context);
      return isInvoke(step) ? { invoke: { ...step.invoke, node }, then: onNode(node, step.then) } : step;
    },
    update: (context, event) => updated(self, generator, [context, event], (child) => onNode(node, child)),
  };
  return self;
}
