import type { ComponentType } from 'react';
import type { Collection } from '../../shared/contracts/collections.ts';
import type { Pair } from '../../shared/contracts/pairs.ts';
import type { Command } from './commands.ts';
import type { DialogMap } from './dialogs.tsx';
import type { Tab } from './navigation.ts';

/** What a tab of a pair is given. */
export interface PairScreenProps { readonly pair: Pair }
/** What a tab of a collection is given. */
export interface CollectionScreenProps { readonly pair: Pair; readonly collection: Collection }

/** The component of each tab of each kind of node, given by the features. */
export interface Screens {
  readonly project: Readonly<Partial<Record<Tab, ComponentType>>>;
  readonly agents: Readonly<Partial<Record<Tab, ComponentType>>>;
  readonly pair: Readonly<Partial<Record<Tab, ComponentType<PairScreenProps>>>>;
  readonly collection: Readonly<Partial<Record<Tab, ComponentType<CollectionScreenProps>>>>;
}

/** Everything the features give to the shell. */
export interface Features { readonly screens: Screens; readonly dialogs: DialogMap; readonly commands: readonly Command[] }
