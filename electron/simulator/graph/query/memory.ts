import { createHmac, randomBytes } from 'node:crypto';
import type { Directory, View } from '../../directory/directory.ts';

/** What a service remembers between the pages of a list. */
export interface ListMemory {
  /**
   * A list in order, made once for each state of the directory; anew each time while some reader does not see the newest state.
   * @param name of the list and everything that shapes it, unlike every other list's.
   */
  ordered(name: string, directory: Directory, make: () => readonly View[]): readonly View[];
  /** Seals a page token; a token of another run of the service does not open. */
  seal(content: string): string;
  /** The content of a sealed token; null: not sealed here. */
  open(token: string): string | null;
}

/** Ordered lists kept at the same time. */
const LISTS = 8;

/** A new memory; one per service. */
export function listMemory(): ListMemory {
  const key = randomBytes(16);
  const lists = new Map<string, { readonly version: number; readonly views: readonly View[] }>();
  const mark = (content: string): string => createHmac('sha256', key).update(content).digest('base64url').slice(0, 16);
  return {
    ordered(name, directory, make) {
      if (directory.pendingReplicas > 0) return make();
      const version = directory.changes;
      const known = lists.get(name);
      if (known?.version === version) return known.views;
      for (const [other, { version: old }] of lists) if (old !== version) lists.delete(other);
      const [oldest] = lists.keys();
      if (oldest !== undefined && lists.size >= LISTS) lists.delete(oldest);
      const views = make();
      lists.set(name, { version, views });
      return views;
    },
    seal: (content) => Buffer.from(mark(content) + content).toString('base64url'),
    open(token) {
      const text = Buffer.from(token, 'base64url').toString('utf8');
      const content = text.slice(16);
      return mark(content) === text.slice(0, 16) ? content : null;
    },
  };
}
