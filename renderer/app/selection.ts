import { createContext, useContext, useEffect } from 'react';
import type { z } from 'zod';
import type { AgentRow } from '../../shared/contracts/agents.ts';
import type { CheckSummary, FindingSelection } from '../../shared/contracts/checks.ts';
import type { Coexistence, CycleRow } from '../../shared/contracts/coexistence.ts';
import type { Collection } from '../../shared/contracts/collections.ts';
import type { DriftRow, DriftSelection } from '../../shared/contracts/drift.ts';
import type { LicenceRuleRow } from '../../shared/contracts/licences.ts';
import type { MailboxBatch } from '../../shared/contracts/mailboxes.ts';
import type { RunbookStep } from '../../shared/contracts/cutover.ts';
import type { MailRow } from '../../shared/contracts/notifications.ts';
import type { RunbookName } from '../../shared/domain/cutover.ts';
import type { ReviewRow, ReviewSelection } from '../../shared/contracts/matches.ts';
import type { ObjectRow } from '../../shared/contracts/objects.ts';
import type { Pair } from '../../shared/contracts/pairs.ts';
import type { ProjectInfo } from '../../shared/contracts/project.ts';
import type { MappingRuleSchema, MatchingRuleSchema } from '../../shared/contracts/rules.ts';
import type { TaskRow } from '../../shared/contracts/tasks.ts';
import type { Selection } from '../../shared/contracts/values.ts';
import type { WriteBack } from '../../shared/contracts/write-back.ts';
import type { Place } from './navigation.ts';

/** Objects that a command is to work on. */
export interface ObjectScope {
  readonly selection: Selection;
  /** How many objects that is. */
  readonly count: number;
  /** The row when exactly one is chosen. */
  readonly single: ObjectRow | null;
}

/** Changes of others that a command is to work on. */
export interface DriftScope {
  readonly selection: DriftSelection;
  readonly count: number;
  /** Those that are on screen, to be shown before something is done about them. */
  readonly rows: readonly DriftRow[];
}

/** Mailboxes that a plan is to be made for. */
export interface MailboxScope {
  /** The batch whose rows are meant. */
  readonly batchId: string;
  readonly batchName: string;
  /** objectGUID of each; empty: all of the batch. */
  readonly ids: readonly string[];
}

/** What is chosen inside a tab. */
export type Chosen =
  | { readonly kind: 'objects'; readonly scope: ObjectScope }
  | { readonly kind: 'matches'; readonly selection: ReviewSelection; readonly count: number; readonly single: ReviewRow | null }
  | { readonly kind: 'task'; readonly task: TaskRow }
  | { readonly kind: 'check'; readonly check: CheckSummary; readonly selection: FindingSelection | null; readonly count: number }
  | { readonly kind: 'cycle'; readonly cycle: CycleRow }
  | { readonly kind: 'drift'; readonly scope: DriftScope | null; /** Why nothing can be done about what is selected; null: it can. */ readonly problem: string | null }
  | { readonly kind: 'write back'; readonly writeBack: WriteBack; readonly ids: readonly string[] }
  | { readonly kind: 'mailboxes'; readonly batch: MailboxBatch; readonly scope: MailboxScope; /** Why nothing can be done about the selected mailboxes; null: it can. */ readonly problem: string | null }
  | { readonly kind: 'mails'; readonly mails: readonly MailRow[]; /** How many are selected; more than `mails` when some are not on screen. */ readonly count: number }
  | { readonly kind: 'step'; readonly runbook: RunbookName; readonly step: RunbookStep | null }
  | { readonly kind: 'agent'; readonly agent: AgentRow }
  | { readonly kind: 'pair'; readonly pair: Pair }
  | { readonly kind: 'collection'; readonly collection: Collection }
  | { readonly kind: 'licence rule'; readonly rule: LicenceRuleRow; readonly order: readonly string[] }
  | { readonly kind: 'matching rule'; readonly rule: z.output<typeof MatchingRuleSchema>; readonly order: readonly string[] }
  | { readonly kind: 'mapping rule'; readonly rule: z.output<typeof MappingRuleSchema>; readonly order: readonly string[] };

/** Everything commands decide by. */
export interface CommandContext {
  readonly place: Place;
  readonly project: ProjectInfo | null;
  /** The pair of the node, or the one chosen in a list of pairs. */
  readonly pair: Pair | null;
  /** The collection of the node, or the one chosen in a list of collections. */
  readonly collection: Collection | null;
  /** Coexistence of that collection; null without one, and until it is read. */
  readonly coexistence: Coexistence | null;
  readonly chosen: Chosen | null;
}

/** Set by the shell: takes what the open tab has chosen. */
export const ChosenContext = createContext<(chosen: Chosen | null) => void>(() => undefined);

/** Publishes what is chosen in a tab, so that the Actions pane follows it. Pass a memoised value; cleared when the tab goes. */
export function usePublishChosen(chosen: Chosen | null): void {
  const publish = useContext(ChosenContext);
  useEffect(() => { publish(chosen); }, [publish, chosen]);
  useEffect(() => () => publish(null), [publish]);
}
