import { AddRegular, ArrowMoveRegular, DeleteRegular, DocumentAddRegular, FilterRegular, OpenRegular, PeopleAddRegular, PeopleSyncRegular, PersonDeleteRegular, ScanObjectRegular, SettingsRegular } from '@fluentui/react-icons';
import { cliOf, idsOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext } from '../../app/selection.ts';

const isOnCollection = (c: CommandContext): boolean => c.collection !== null && (c.place.node.kind === 'collection' ? c.place.tab === 'Home' || c.place.tab === 'Objects' : c.chosen?.kind === 'collection');
const filledByScope = (c: CommandContext): string | null => (c.collection?.kind === 'dynamic' ? 'A dynamic collection is filled by its scope.' : null);
const name = (c: CommandContext): string => quoted(c.collection?.name ?? '<collection>');

/** Commands of collections. */
export const collectionCommands: readonly Command[] = [
  {
    id: 'collections.new', title: 'New Collection', icon: AddRegular, group: 'Collections', appliesTo: (c) => c.place.node.kind === 'pair' || c.chosen?.kind === 'pair', disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('new collection', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `collection create --name <name> --pair ${quoted(c.pair?.name ?? '<pair>')}`),
  },
  {
    id: 'collections.newDynamic', title: 'New Dynamic Collection', icon: PeopleSyncRegular, group: 'Collections', appliesTo: (c) => c.place.node.kind === 'pair' || c.chosen?.kind === 'pair', disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('new dynamic collection', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `collection create-dynamic --name <name> --base <dn> --filter <filter> --pair ${quoted(c.pair?.name ?? '<pair>')}`),
  },
  {
    id: 'collections.open', title: 'Open', icon: OpenRegular, group: 'Collection', appliesTo: (c) => c.chosen?.kind === 'collection', disabledReason: () => null,
    run: (c, { go }) => { if (c.collection) go({ kind: 'collection', pairId: c.collection.pairId, collectionId: c.collection.id }); }, cliLine: (c) => cliOf(c, `collection statistics ${name(c)}`),
  },
  {
    id: 'collections.add', title: 'Add Objects', icon: PeopleAddRegular, group: 'Collection', appliesTo: isOnCollection, disabledReason: filledByScope,
    run: (c, { open }) => { if (c.pair && c.collection) open('add objects', { pair: c.pair, collection: c.collection }); }, cliLine: (c) => cliOf(c, `collection add --collection ${name(c)} --dn <dn>`),
  },
  {
    id: 'collections.query', title: 'Query Objects', icon: FilterRegular, group: 'Collection', appliesTo: isOnCollection, disabledReason: filledByScope,
    run: (c, { open }) => { if (c.pair && c.collection) open('query objects', { pair: c.pair, collection: c.collection }); }, cliLine: (c) => cliOf(c, `collection query --collection ${name(c)} --where "department is Sales"`),
  },
  {
    id: 'collections.import', title: 'Import Objects', icon: DocumentAddRegular, group: 'Collection', appliesTo: isOnCollection, disabledReason: filledByScope,
    run: (c, { open }) => { if (c.pair && c.collection) open('import objects', { pair: c.pair, collection: c.collection }); }, cliLine: (c) => cliOf(c, `collection import <file> --collection ${name(c)}`),
  },
  {
    id: 'collections.changeScope', title: 'Change Scope', icon: ScanObjectRegular, group: 'Collection', appliesTo: (c) => isOnCollection(c) && c.collection?.kind === 'dynamic', disabledReason: () => null,
    run: (c, { open }) => { if (c.pair && c.collection) open('change scope', { pair: c.pair, collection: c.collection }); }, cliLine: (c) => cliOf(c, `collection change-scope --collection ${name(c)} --base <dn> --filter <filter>`),
  },
  {
    id: 'collections.move', title: 'Move to Collection', icon: ArrowMoveRegular, group: 'Objects', appliesTo: (c) => c.place.tab === 'Objects',
    disabledReason: (c) => filledByScope(c) ?? (c.chosen?.kind !== 'objects' ? 'Select the objects first.' : null),
    run: (c, { open }) => { if (c.collection && c.chosen?.kind === 'objects') open('move objects', { collection: c.collection, scope: c.chosen.scope }); },
    cliLine: (c) => {
      const selection = c.chosen?.kind === 'objects' ? c.chosen.scope.selection : undefined;
      return selection?.mode === 'ids' ? cliOf(c, `collection move --collection ${name(c)} --to <collection> --id ${idsOf(selection)}`) : null;
    },
  },
  {
    id: 'collections.remove', title: 'Remove from Collection', icon: PersonDeleteRegular, group: 'Objects', shortcut: 'Delete', appliesTo: (c) => c.place.tab === 'Objects',
    disabledReason: (c) => filledByScope(c) ?? (c.chosen?.kind !== 'objects' ? 'Select the objects first.' : null),
    run: (c, { open }) => { if (c.collection && c.chosen?.kind === 'objects') open('remove objects', { collection: c.collection, scope: c.chosen.scope }); },
    cliLine: (c) => {
      const selection = c.chosen?.kind === 'objects' ? c.chosen.scope.selection : undefined;
      if (selection?.mode !== 'all except') return cliOf(c, `collection remove --collection ${name(c)} --id ${idsOf(selection)}`);
      return selection.ids.length > 0 || selection.search !== '' || selection.status !== '' ? null : cliOf(c, `collection remove --collection ${name(c)} --all`);
    },
  },
  {
    id: 'collections.properties', title: 'Properties', icon: SettingsRegular, group: 'Collection', shortcut: 'Alt+Enter', appliesTo: (c) => isOnCollection(c) && c.place.tab !== 'Objects', disabledReason: () => null,
    run: (c, { open }) => { if (c.collection) open('collection rename', { collection: c.collection }); }, cliLine: () => null,
  },
  {
    id: 'collections.delete', title: 'Delete Collection', icon: DeleteRegular, group: 'Collection', appliesTo: (c) => isOnCollection(c) && c.place.tab !== 'Objects', disabledReason: () => null,
    run: (c, { open }) => { if (c.pair && c.collection) open('collection delete', { pair: c.pair, collection: c.collection }); }, cliLine: (c) => cliOf(c, `collection delete ${name(c)}`),
  },
];
