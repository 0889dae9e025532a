import { ArrowSwapRegular, LinkDismissRegular, QuestionCircleRegular } from '@fluentui/react-icons';
import { cliOf, idsOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext, ObjectScope } from '../../app/selection.ts';

const scopeOf = (c: CommandContext): ObjectScope | null => (c.chosen?.kind === 'objects' ? c.chosen.scope : null);
const isHere = (c: CommandContext): boolean => c.place.node.kind === 'collection' && (c.place.tab === 'Home' || c.place.tab === 'Objects' || c.place.tab === 'Matching');
const name = (c: CommandContext): string => quoted(c.collection?.name ?? '<collection>');

/** Commands of the objects of a collection. */
export const objectCommands: readonly Command[] = [
  {
    id: 'objects.match', title: 'Match Objects', icon: ArrowSwapRegular, group: 'Objects', appliesTo: isHere, disabledReason: (c) => (c.collection?.objects === 0 ? 'The collection is empty. Add objects first.' : c.collection?.kind === 'dynamic' ? 'A dynamic collection takes part in coexistence only.' : null),
    run: (c, { open }) => { if (c.pair && c.collection) open('match objects', { pair: c.pair, collection: c.collection, scope: scopeOf(c) }); }, cliLine: (c) => (scopeOf(c) ? null : cliOf(c, `match --collection ${name(c)}`)),
  },
  {
    id: 'objects.break', title: 'Break Matching', icon: LinkDismissRegular, group: 'Objects', appliesTo: (c) => c.place.tab === 'Objects',
    disabledReason: (c) => { const scope = scopeOf(c); return !scope ? 'Select the objects first.' : scope.single && scope.single.targetId === null ? 'The object is not matched.' : null; },
    run: (c, { open }) => { const scope = scopeOf(c); if (c.pair && c.collection && scope) open('break matching', { pair: c.pair, collection: c.collection, scope }); },
    cliLine: (c) => { const { selection } = scopeOf(c) ?? {}; return selection?.mode === 'all except' ? null : cliOf(c, `objects break --collection ${name(c)} --id ${idsOf(selection)}`); },
  },
  {
    id: 'objects.why', title: 'Why?', icon: QuestionCircleRegular, group: 'Objects', shortcut: 'Alt+Enter', appliesTo: (c) => c.place.tab === 'Objects', disabledReason: (c) => (scopeOf(c)?.single ? null : 'Select one object.'),
    run: (c, { open }) => { const object = scopeOf(c)?.single; if (c.pair && c.collection && object) open('object details', { pair: c.pair, collection: c.collection, object }); },
    cliLine: (c) => cliOf(c, `objects show ${scopeOf(c)?.single?.id ?? '<object>'} --collection ${name(c)}`),
  },
];
