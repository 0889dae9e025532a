import { createContext, useCallback, useContext, useMemo, useState, type ComponentType, type ReactNode } from 'react';
import type { Pair } from '../../shared/contracts/pairs.ts';
import type { AgentRow } from '../../shared/contracts/agents.ts';
import type { CheckSummary } from '../../shared/contracts/checks.ts';
import type { Collection } from '../../shared/contracts/collections.ts';
import type { LicenceRuleRow } from '../../shared/contracts/licences.ts';
import type { ReviewRow, ReviewSelection } from '../../shared/contracts/matches.ts';
import type { ObjectRow } from '../../shared/contracts/objects.ts';
import type { TaskRow } from '../../shared/contracts/tasks.ts';
import type { z } from 'zod';
import type { MappingRuleSchema, MatchingRuleSchema, Owner } from '../../shared/contracts/rules.ts';
import type { ReviewAction } from '../../shared/domain/review.ts';
import type { WriteBack } from '../../shared/contracts/write-back.ts';
import type { RunbookStep } from '../../shared/contracts/cutover.ts';
import type { MailboxBatch, MailboxRow } from '../../shared/contracts/mailboxes.ts';
import type { MailRow } from '../../shared/contracts/notifications.ts';
import type { RunbookName } from '../../shared/domain/cutover.ts';
import type { DriftScope, MailboxScope, ObjectScope } from './selection.ts';

/** Owner of rules: a pair or a collection. */
export type RuleOwner = z.output<typeof Owner>;

/** Every dialog of the console with what it needs. One map, so that a command can open a dialog of another feature. */
export interface Dialogs {
  readonly 'project rename': { readonly name: string };
  readonly 'project copy': object;
  readonly 'project move': { readonly file: string };
  readonly 'project open': { readonly mode: 'open' | 'create' };
  readonly 'new pair': object;
  readonly 'pair properties': { readonly pair: Pair };
  readonly 'pair test': { readonly pair: Pair };
  readonly 'pair delete': { readonly pair: Pair };
  readonly 'new collection': { readonly pair: Pair };
  readonly 'new dynamic collection': { readonly pair: Pair };
  readonly 'change scope': { readonly pair: Pair; readonly collection: Collection };
  readonly 'collection rename': { readonly collection: Collection };
  readonly 'collection delete': { readonly pair: Pair; readonly collection: Collection };
  readonly 'add objects': { readonly pair: Pair; readonly collection: Collection };
  readonly 'query objects': { readonly pair: Pair; readonly collection: Collection };
  readonly 'import objects': { readonly pair: Pair; readonly collection: Collection };
  readonly 'move objects': { readonly collection: Collection; readonly scope: ObjectScope };
  readonly 'remove objects': { readonly collection: Collection; readonly scope: ObjectScope };
  readonly 'object details': { readonly pair: Pair; readonly collection: Collection; readonly object: ObjectRow };
  readonly 'match objects': { readonly pair: Pair; readonly collection: Collection; readonly scope: ObjectScope | null };
  readonly 'decide matches': { readonly pair: Pair; readonly collection: Collection | null; readonly action: ReviewAction; readonly selection: ReviewSelection; readonly count: number; readonly single: ReviewRow | null; readonly targetId?: string };
  readonly 'review match': { readonly pair: Pair; readonly collection: Collection | null; readonly row: ReviewRow };
  readonly 'undo decision': { readonly pair: Pair; readonly collection: Collection | null };
  readonly 'match from file': { readonly pair: Pair; readonly collection: Collection | null; readonly purpose: 'map' | 'decisions' };
  readonly 'review policy': { readonly pair: Pair; readonly collection: Collection | null };
  readonly 'break matching': { readonly pair: Pair; readonly collection: Collection; readonly scope: ObjectScope };
  readonly 'migrate objects': { readonly pair: Pair; readonly collection: Collection; readonly scope: ObjectScope | null };
  readonly 'roll back': { readonly pair: Pair; readonly collection: Collection; readonly task: TaskRow | null; readonly object: ObjectRow | null; readonly attributes?: readonly string[]; readonly since?: string; readonly window?: { readonly from: number; readonly to: number } };
  readonly 'review plan': { readonly task: TaskRow; readonly title?: string; readonly before?: readonly string[] };
  readonly 'enable coexistence': { readonly pair: Pair; readonly collection: Collection };
  readonly 'coexistence schedule': { readonly collection: Collection };
  readonly 'disable synchronization': { readonly pair: Pair; readonly collection: Collection };
  readonly 'restart coexistence': { readonly pair: Pair; readonly collection: Collection };
  readonly 'hold objects': { readonly pair: Pair; readonly scope: ObjectScope };
  readonly 're-apply drift': { readonly pair: Pair; readonly collection: Collection; readonly scope: DriftScope };
  readonly 'accept drift': { readonly collection: Collection; readonly scope: DriftScope };
  readonly 'choose groups': { readonly collection: Collection };
  readonly 'leave groups': { readonly collection: Collection; readonly groups: WriteBack['groups'] };
  readonly 'write back': { readonly pair: Pair; readonly collection: Collection; readonly writeBack: WriteBack; readonly ids: readonly string[] };
  readonly 'new mailbox batch': { readonly pair: Pair };
  readonly 'mailbox batch': { readonly batch: MailboxBatch };
  readonly 'stop mailbox batch': { readonly batch: MailboxBatch };
  readonly 'discard mailbox batch': { readonly batch: MailboxBatch };
  readonly 'mailbox details': { readonly pair: Pair; readonly batch: MailboxBatch; readonly row: MailboxRow };
  readonly 'complete migration': { readonly pair: Pair };
  readonly 'convert mailboxes': { readonly pair: Pair; readonly scope: MailboxScope };
  readonly 'forward mail': { readonly pair: Pair; readonly scope: MailboxScope };
  readonly 'cutover settings': { readonly pair: Pair };
  readonly 'confirm step': { readonly pair: Pair; readonly runbook: RunbookName; readonly step: RunbookStep };
  readonly 'step evidence': { readonly step: RunbookStep };
  readonly 'mail details': { readonly mail: MailRow };
  readonly 'retry mails': { readonly mails: readonly MailRow[] };
  readonly 'test mail': object;
  readonly 'evidence pack': { readonly pairId: string | null };
  readonly 'new agent': object;
  readonly 'drain agent': { readonly agent: AgentRow };
  readonly 'remove agent': { readonly agent: AgentRow };
  readonly 'move collection': { readonly collection: { readonly id: string; readonly name: string }; readonly agentId: string };
  readonly 'plans': { readonly pair: Pair; readonly collection: Collection | null };
  readonly 'guard limits': { readonly pair: Pair; readonly collection: Collection | null };
  readonly 'task details': { readonly task: TaskRow };
  readonly 'matching rule': { readonly owner: RuleOwner; readonly rule: z.output<typeof MatchingRuleSchema> | null };
  readonly 'mapping rule': { readonly owner: RuleOwner; readonly rule: z.output<typeof MappingRuleSchema> | null };
  readonly 'remove rule': { readonly owner: RuleOwner; readonly set: 'matching' | 'mapping'; readonly id: string; readonly title: string };
  readonly 'rule order': { readonly owner: RuleOwner };
  readonly 'push rules': { readonly pair: Pair; readonly lists: 'matching and mapping' | 'licences' };
  readonly 'schema template': { readonly owner: RuleOwner };
  readonly 'check objects': { readonly pair: Pair; readonly collection: Collection | null; readonly scope: ObjectScope | null };
  readonly 'roll back fixes': { readonly pair: Pair; readonly collection: Collection | null; readonly task: TaskRow | null; readonly kind?: 'Fix' | 'Write back' | 'Forward' | 'Convert' | 'Hand over' };
  readonly 'import decisions': { readonly check: CheckSummary };
  readonly 'initial passwords': { readonly pair: Pair };
  readonly 'licence rule': { readonly pairId: string; readonly owner: RuleOwner; readonly rule: LicenceRuleRow | null };
  readonly 'remove licence rule': { readonly owner: RuleOwner; readonly id: string; readonly title: string };
  readonly 'keyboard shortcuts': object;
}
/** Name of a dialog. */
export type DialogName = keyof Dialogs;
/** What each dialog component receives: its own input and how to close it. */
export type DialogProps<N extends DialogName> = Dialogs[N] & { readonly onClose: () => void };
/** The components of the dialogs, given by the features. */
export type DialogMap = { readonly [N in DialogName]: ComponentType<DialogProps<N>> };

/** Opens a dialog by name. */
export type OpenDialog = <N extends DialogName>(name: N, input: Dialogs[N]) => void;

const OpenContext = createContext<OpenDialog>(() => undefined);

/** How a screen opens a dialog. */
export function useOpenDialog(): OpenDialog {
  return useContext(OpenContext);
}

interface Shown { readonly key: number; readonly name: DialogName; readonly input: object; readonly opener: Element | null }

/** After a dialog the focus goes where it came from; when that is gone, into the dialog below it, or to the row that is active in the tab. */
function giveFocusBack(opener: Element | null): void {
  setTimeout(() => {
    const below = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"]')].at(-1);
    if (document.activeElement !== null && document.activeElement !== document.body && (below === undefined || below.contains(document.activeElement))) return;
    const place = opener?.isConnected && opener !== document.body ? opener : below !== undefined ? below.querySelector('section input, section button, button') : document.querySelector('main [role="row"][tabindex="0"], main [role="tab"][aria-selected="true"]');
    if (place instanceof HTMLElement) place.focus();
  }, AFTER_CLOSE_MS);
}
/** The dialog gives its hold on the focus up only after it is gone. */
const AFTER_CLOSE_MS = 50;

/** Draws the open dialogs above its children; a dialog may open another one on top of it. */
export function DialogHost({ dialogs, children }: { readonly dialogs: DialogMap; readonly children: ReactNode }): ReactNode {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const open = useCallback<OpenDialog>((name, input) => setShown((list) => [...list, { key: (list.at(-1)?.key ?? 0) + 1, name, input, opener: document.activeElement }]), []);
  const drawn = useMemo(() => shown.map(({ key, name, input, opener }) => {
    const Dialog = dialogs[name] as ComponentType<{ onClose: () => void }>;
    return <Dialog key={key} {...input} onClose={() => { setShown((list) => list.filter((d) => d.key !== key)); giveFocusBack(opener); }} />;
  }), [shown, dialogs]);
  return <OpenContext.Provider value={open}>{children}{drawn}</OpenContext.Provider>;
}
