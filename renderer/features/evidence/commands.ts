import { DocumentArrowDownRegular } from '@fluentui/react-icons';
import { cliOf, type Command } from '../../app/commands.ts';

/** Commands of evidence. */
export const evidenceCommands: readonly Command[] = [
  {
    id: 'evidence.pack', title: 'Export Evidence Pack', icon: DocumentArrowDownRegular, group: 'Evidence', appliesTo: (c) => c.place.tab === 'Evidence', disabledReason: () => null,
    run: (_, { open }) => open('evidence pack', { pairId: null }), cliLine: (c) => cliOf(c, 'evidence pack --from <time> --to <time> --file <file>'),
  },
];
