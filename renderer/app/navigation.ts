import { useCallback, useMemo, useSyncExternalStore } from 'react';

/** A node of the management tree. */
export type TreeNode =
  | { readonly kind: 'project' }
  | { readonly kind: 'agents' }
  | { readonly kind: 'pair'; readonly pairId: string }
  | { readonly kind: 'collection'; readonly pairId: string; readonly collectionId: string };

/** Names of the tabs. Which ones a node has: {@link tabsOf}. */
export const TABS = ['Home', 'Migration Pairs', 'Collections', 'Objects', 'Coexistence', 'Review', 'Matching', 'Mapping', 'Licences', 'References', 'Checks', 'Mailbox Migration', 'Cutover', 'Notifications', 'Statistics', 'Tasks', 'Evidence', 'Agents'] as const;
export type Tab = (typeof TABS)[number];

/** Where the window is: a node and one of its tabs. */
export interface Place { readonly node: TreeNode; readonly tab: Tab }

const TABS_OF: Readonly<Record<TreeNode['kind'], readonly Tab[]>> = {
  project: ['Home', 'Migration Pairs', 'Tasks', 'Notifications', 'Evidence', 'Agents'],
  agents: ['Agents'],
  pair: ['Home', 'Collections', 'Review', 'Matching', 'Mapping', 'Licences', 'Checks', 'Mailbox Migration', 'Cutover', 'Tasks', 'References', 'Statistics'],
  collection: ['Home', 'Objects', 'Coexistence', 'Review', 'Matching', 'Mapping', 'Licences', 'References', 'Checks', 'Statistics', 'Tasks'],
};

/** The tabs of a node, from left to right. */
export function tabsOf(node: TreeNode): readonly Tab[] {
  return TABS_OF[node.kind];
}

const slug = (tab: Tab): string => tab.toLowerCase().replaceAll(' ', '-');

/** Text of a place for the address bar, e.g. `#/collection/<pair>/<collection>/objects`. */
export function hashOf(place: Place): string {
  const { node } = place;
  const path = node.kind === 'pair' ? ['pair', node.pairId] : node.kind === 'collection' ? ['collection', node.pairId, node.collectionId] : [node.kind];
  return `#/${[...path, slug(place.tab)].join('/')}`;
}

/** The place that an address means; the project's home when it means none. */
export function placeOf(hash: string): Place {
  const [kind, ...rest] = hash.replace(/^#\/?/, '').split('/');
  const node: TreeNode = kind === 'agents' ? { kind }
    : kind === 'pair' && rest[0] ? { kind, pairId: rest[0] }
    : kind === 'collection' && rest[0] && rest[1] ? { kind, pairId: rest[0], collectionId: rest[1] }
    : { kind: 'project' };
  const tabs = tabsOf(node);
  return { node, tab: tabs.find((tab) => slug(tab) === rest.at(-1) || slug(tab) === kind) ?? tabs[0] ?? 'Home' };
}

/** Equal nodes give equal keys. */
export function nodeKey(node: TreeNode): string {
  return node.kind === 'pair' ? node.pairId : node.kind === 'collection' ? node.collectionId : node.kind;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** Where the window is, and how to go elsewhere: the browser's back key works. Without a tab the node's first is shown. */
export function useNavigation(): { readonly place: Place; readonly go: (node: TreeNode, tab?: Tab) => void } {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const place = useMemo(() => placeOf(hash), [hash]);
  const go = useCallback((node: TreeNode, tab?: Tab): void => {
    window.location.hash = hashOf({ node, tab: tab ?? tabsOf(node)[0] ?? 'Home' });
  }, []);
  return { place, go };
}
