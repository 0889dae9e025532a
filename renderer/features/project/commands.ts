import { AddRegular, ArrowClockwiseRegular, CopyRegular, DatabaseArrowRightRegular, FolderOpenRegular, RenameRegular } from '@fluentui/react-icons';
import { cliOf, type Command } from '../../app/commands.ts';

/** Commands of the project node. */
export const projectCommands: readonly Command[] = [
  {
    id: 'project.new', title: 'New Project', icon: AddRegular, group: 'Project', appliesTo: (c) => c.place.node.kind === 'project' && c.chosen === null, disabledReason: () => null,
    run: (_, { open }) => open('project open', { mode: 'create' }), cliLine: () => 'causeway project create --file <file> --name <name>',
  },
  {
    id: 'project.open', title: 'Open Project', icon: FolderOpenRegular, group: 'Project', appliesTo: (c) => c.place.node.kind === 'project' && c.chosen === null, disabledReason: () => null,
    run: (_, { open }) => open('project open', { mode: 'open' }), cliLine: () => 'causeway --project <file> project info',
  },
  {
    id: 'project.rename', title: 'Rename Project', icon: RenameRegular, group: 'Project', appliesTo: (c) => c.place.node.kind === 'project' && c.chosen === null,
    disabledReason: (c) => (c.project ? null : 'The project is not read yet.'), run: (c, { open }) => { if (c.project) open('project rename', { name: c.project.name }); },
    cliLine: (c) => cliOf(c, 'project rename <new name>'),
  },
  {
    id: 'project.copy', title: 'Copy Project', icon: CopyRegular, group: 'Project', appliesTo: (c) => c.place.node.kind === 'project' && c.chosen === null, disabledReason: () => null,
    run: (_, { open }) => open('project copy', {}), cliLine: (c) => cliOf(c, 'project copy <file>'),
  },
  {
    id: 'project.move', title: 'Move Project', icon: DatabaseArrowRightRegular, group: 'Project', appliesTo: (c) => c.place.node.kind === 'project' && c.chosen === null, disabledReason: (c) => (c.project ? null : 'The project is not read yet.'),
    run: (c, { open }) => { if (c.project) open('project move', { file: c.project.file }); }, cliLine: (c) => cliOf(c, 'project move --to <place>'),
  },
];

/** Commands that exist everywhere; shown last. */
export const viewCommands: readonly Command[] = [
  {
    id: 'view.refresh', title: 'Refresh', icon: ArrowClockwiseRegular, group: 'View', shortcut: 'F5', appliesTo: () => true, disabledReason: () => null,
    run: (_, { cache }) => cache.invalidateQueries(), cliLine: () => null,
  },
];
