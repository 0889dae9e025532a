import {
  AddCircleRegular, ArrowUndoRegular, CheckmarkRegular, DismissRegular, DocumentArrowUpRegular, DocumentCheckmarkRegular, OpenRegular, PersonProhibitedRegular, PinOffRegular, PinRegular, ShieldCheckmarkRegular, ArrowResetRegular, type FluentIcon,
} from '@fluentui/react-icons';
import type { ReviewAction } from '../../../shared/domain/review.ts';
import { cliOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext } from '../../app/selection.ts';
import { scopeFlag } from './scope.ts';

type Matches = Extract<NonNullable<CommandContext['chosen']>, { readonly kind: 'matches' }>;
const chosenOf = (c: CommandContext): Matches | null => (c.chosen?.kind === 'matches' ? c.chosen : null);
const isHere = (c: CommandContext): boolean => c.place.tab === 'Review';
/** On the Review tab of a pair the collection that a list may have chosen does not count. */
const own = (c: CommandContext) => (c.place.node.kind === 'collection' ? c.collection : null);
const isReady = (c: CommandContext): boolean => c.pair !== null && (c.place.node.kind === 'pair' || c.collection !== null);
const flag = (c: CommandContext): string => scopeFlag(c.pair, own(c));
const isEmpty = (c: CommandContext): string | null => (own(c)?.objects === 0 ? 'The collection is empty. Add objects first.' : null);

const cliFlags = (chosen: Matches | null): string | null => {
  if (chosen === null) return '--id <object>';
  const { selection } = chosen;
  if (selection.mode === 'ids') return `--id ${selection.ids.slice(0, 20).join(' ')}${selection.ids.length > 20 ? ' ...' : ''}`;
  if (selection.ids.length > 0) return null;
  return ['--all', ...(selection.review ? [`--review ${quoted(selection.review)}`] : []), ...(selection.risk ? [`--risk ${quoted(selection.risk)}`] : []), ...(selection.search ? [`--search ${quoted(selection.search)}`] : [])].join(' ');
};

const decision = (action: ReviewAction, title: string, word: string, icon: FluentIcon, reason: (chosen: Matches) => string | null = () => null, shortcut?: string): Command => ({
  id: `matches.${action}`, title, icon, group: 'Review', ...(shortcut === undefined ? {} : { shortcut }), appliesTo: isHere,
  disabledReason: (c) => { const chosen = chosenOf(c); return chosen === null ? 'Select the matches first.' : reason(chosen); },
  run: (c, { open }) => { const chosen = chosenOf(c); if (c.pair && isReady(c) && chosen) open('decide matches', { pair: c.pair, collection: own(c), action, selection: chosen.selection, count: chosen.count, single: chosen.single }); },
  cliLine: (c) => { const flags = cliFlags(chosenOf(c)); return flags === null ? null : cliOf(c, `match ${word} ${flag(c)} ${flags}`); },
});
const choose = (chosen: Matches): string | null => (chosen.single?.state === 'Ambiguous' ? 'It has several candidates: open it and choose one.' : chosen.single !== null && chosen.single.targetId === null ? 'No match is proposed for it.' : null);

/** Commands of the review of matches. */
export const matchingCommands: readonly Command[] = [
  {
    id: 'matches.open', title: 'Open Match', icon: OpenRegular, group: 'Review', shortcut: 'Alt+Enter', appliesTo: isHere, disabledReason: (c) => (chosenOf(c)?.single ? null : 'Select one match.'),
    run: (c, { open }) => { const row = chosenOf(c)?.single; if (c.pair && isReady(c) && row) open('review match', { pair: c.pair, collection: own(c), row }); }, cliLine: (c) => cliOf(c, `objects show ${chosenOf(c)?.single?.id ?? '<object>'} --collection ${quoted(own(c)?.name ?? chosenOf(c)?.single?.collections[0]?.name ?? '<collection>')}`),
  },
  decision('accept', 'Accept', 'accept', CheckmarkRegular, choose),
  decision('reject', 'Reject', 'reject', DismissRegular, (chosen) => (chosen.single?.review === 'Migrated before' ? 'A migration has written to it. Roll it back first.' : null)),
  decision('pin', 'Pin', 'pin', PinRegular, choose),
  decision('unpin', 'Unpin', 'unpin', PinOffRegular, (chosen) => (chosen.single?.pinned === false ? 'It is not pinned.' : null)),
  decision('create', 'No Match: Create', 'create', AddCircleRegular),
  decision('leave out', 'Leave Out', 'leave', PersonProhibitedRegular),
  decision('take back', 'Take Back', 'retract', ArrowResetRegular),
  {
    id: 'matches.undo', title: 'Undo Last Decision', icon: ArrowUndoRegular, group: 'Review', appliesTo: isHere, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair && isReady(c)) open('undo decision', { pair: c.pair, collection: own(c) }); }, cliLine: (c) => cliOf(c, `match undo ${flag(c)}`),
  },
  {
    id: 'matches.map', title: 'Match From File', icon: DocumentArrowUpRegular, group: 'Review', appliesTo: isHere, disabledReason: isEmpty,
    run: (c, { open }) => { if (c.pair && isReady(c)) open('match from file', { pair: c.pair, collection: own(c), purpose: 'map' }); }, cliLine: (c) => cliOf(c, `match map <file> ${flag(c)} --apply`),
  },
  {
    id: 'matches.import', title: 'Import Decisions', icon: DocumentCheckmarkRegular, group: 'Review', appliesTo: isHere, disabledReason: isEmpty,
    run: (c, { open }) => { if (c.pair && isReady(c)) open('match from file', { pair: c.pair, collection: own(c), purpose: 'decisions' }); }, cliLine: (c) => cliOf(c, `match import <file> ${flag(c)} --apply`),
  },
  {
    id: 'matches.policy', title: 'Review Policy', icon: ShieldCheckmarkRegular, group: 'Review', appliesTo: (c) => isHere(c) || (c.place.node.kind === 'pair' && c.place.tab === 'Matching'), disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('review policy', { pair: c.pair, collection: own(c) }); }, cliLine: (c) => cliOf(c, `match policy ${flag(c)}`),
  },
];
