// Things that lie below one another.

type Placed = { id: string; parent_id?: string | null };
export type Node<T> = { of: T; children: Node<T>[] };

/** The tree of `all`. What lies below something that is not among them is a root, so that nothing is left out. */
export function treeOf<T extends Placed>(all: T[]): Node<T>[] {
  const nodes = new Map(all.map((of) => [of.id, { of, children: [] as Node<T>[] }]));
  const roots: Node<T>[] = [];
  /** A list that is read while things are moved may show one below itself. */
  const isBelow = (one: T, id: string) => {
    const seen = new Set<string>();
    for (let at: T | undefined = one; at && !seen.has(at.id); at = nodes.get(at.parent_id ?? '')?.of) {
      if (at.id === id) return true;
      seen.add(at.id);
    }
    return false;
  };
  for (const node of nodes.values()) {
    const above = nodes.get(node.of.parent_id ?? '');
    (above && !isBelow(above.of, node.of.id) ? above.children : roots).push(node);
  }
  return roots;
}

/** Those that `isWanted`, and all that they lie below. */
export const pruned = <T>(nodes: Node<T>[], isWanted: (of: T) => boolean): Node<T>[] =>
  nodes.flatMap(({ of, children }) => {
    const kept = pruned(children, isWanted);
    return kept.length > 0 || isWanted(of) ? [{ of, children: kept }] : [];
  });

/** All of a tree in its order, with how deep each lies; without `except` and what lies below it. */
export const flat = <T extends Placed>(nodes: Node<T>[], except: string | null = null, depth = 0): { of: T; depth: number }[] =>
  nodes.flatMap(({ of, children }) => (of.id === except ? [] : [{ of, depth }, ...flat(children, except, depth + 1)]));
