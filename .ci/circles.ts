// Strongly connected components of an import graph (Tarjan 1972), iterative. For the tidy test.

/** Every group of two or more nodes that reach each other, and every node that imports itself; sorted. O(nodes + edges). */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  for (const root of graph.keys()) if (!order.has(root)) visit(root);
  return found.toSorted((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));

  function visit(root: string): void {
    const work: { node: string; next: number }[] = [{ node: root, next: 0 }];
    enter(root);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const target = (graph.get(frame.node) ?? [])[frame.next++];
      if (target === undefined) {
        work.pop();
        leave(frame.node, work.at(-1)?.node);
      } else if (graph.has(target) && !order.has(target)) {
        enter(target);
        work.push({ node: target, next: 0 });
      } else if (onStack.has(target)) {
        low.set(frame.node, Math.min(low.get(frame.node) ?? 0, order.get(target) ?? 0));
      }
    }
  }

  function enter(node: string): void {
    order.set(node, order.size);
    low.set(node, order.size - 1);
    stack.push(node);
    onStack.add(node);
  }

  function leave(node: string, parent: string | undefined): void {
    if (parent !== undefined) low.set(parent, Math.min(low.get(parent) ?? 0, low.get(node) ?? 0));
    if (low.get(node) !== order.get(node)) return;
    const component = stack.splice(stack.lastIndexOf(node));
    for (const member of component) onStack.delete(member);
    if (component.length > 1 || (graph.get(node) ?? []).includes(node)) found.push(component.toSorted());
  }
}
