import type { TableShape } from './dialect.ts';

/** Tables in an order in which each comes after those that it refers to, else by name: the order in which rows can be inserted. */
export function inOrder(tables: readonly TableShape[]): readonly TableShape[] {
  const left = new Map(tables.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((table) => [table.name, table]));
  const ordered: TableShape[] = [];
  while (left.size > 0) {
    const free = [...left.values()].filter((table) => table.refersTo.every((name) => name === table.name || !left.has(name)));
    if (free.length === 0) throw new Error(`the tables ${[...left.keys()].join(', ')} refer to each other in a circle`);
    for (const table of free) left.delete(table.name);
    ordered.push(...free);
  }
  return ordered;
}
