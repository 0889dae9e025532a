import { z } from 'zod';
import { FoundObjects } from './collection-contents.ts';
import { channel } from './define.ts';
import { Dn, Id, Name } from './values.ts';

/** Container and filter of a dynamic collection. An empty base is the base of the pair. */
export const Scope = z.object({ base: Dn, filter: z.string().min(1).max(4000) });
export type Scope = z.output<typeof Scope>;

/** What working out the members anew did. */
export const ScopeResult = z.object({ id: Id, added: z.int(), removed: z.int(), unchanged: z.int(), leftOut: z.int() });
export type ScopeResult = z.output<typeof ScopeResult>;

/** Channels of dynamic collections. */
export const collectionScopeChannels = {
  /** Makes a dynamic collection and works out its members. */
  'collections.createDynamic': channel('command', z.object({ pairId: Id, name: Name, agentId: Id.optional(), scope: Scope }), ScopeResult),
  /** What a scope would hold, compared with the members of a collection when one is given; reads the directory only. */
  'collections.previewScope': channel('query', z.object({ pairId: Id, collectionId: Id.optional(), scope: Scope }), FoundObjects),
  /** Gives a dynamic collection another scope and works out its members. */
  'collections.changeScope': channel('command', z.object({ id: Id, scope: Scope }), ScopeResult),
  /** Works out the members of a dynamic collection anew, as every discovery does. */
  'collections.refreshScope': channel('command', z.object({ id: Id }), ScopeResult),
} as const;
