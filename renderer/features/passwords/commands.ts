import { PasswordRegular } from '@fluentui/react-icons';
import { cliOf, quoted, type Command } from '../../app/commands.ts';

/** Commands of initial passwords. */
export const passwordCommands: readonly Command[] = [
  {
    id: 'passwords.show', title: 'Initial Passwords', icon: PasswordRegular, group: 'Migration Pair',
    appliesTo: (c) => c.pair !== null && c.place.node.kind === 'pair' && c.place.tab === 'Home' && (c.chosen === null || c.chosen.kind === 'pair'), disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('initial passwords', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `passwords list --pair ${quoted(c.pair?.name ?? '')}`),
  },
];
