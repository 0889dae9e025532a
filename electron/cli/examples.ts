import type { Command } from 'commander';

/** Examples of commands that do not carry their own; by the words after `causeway`. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'project rename': 'causeway --project contoso.causeway project rename "Contoso, second wave"',
  'project copy': 'causeway --project contoso.causeway project copy backup-friday.causeway',
  'pair list': 'causeway pair list --json',
  'pair test': 'causeway pair test Contoso',
  'pair discover': 'causeway pair discover Contoso',
  'pair permissions': 'causeway pair permissions --read-only',
  'pair delete': 'causeway pair delete Rehearsal',
  'collection create': 'causeway collection create --name Berlin --pair Contoso',
  'collection list': 'causeway collection list',
  'collection remove': 'causeway collection remove --collection Berlin --id 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d',
  'collection statistics': 'causeway collection statistics Berlin',
  'collection delete': 'causeway collection delete Berlin',
  'objects list': 'causeway objects list --collection Berlin --status Ambiguous',
  'objects show': 'causeway objects show 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --collection Berlin',
  'objects pin': 'causeway objects pin 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --target 5b1f3c7e-90aa-4f2b-8a35-7c1d2e3f4a5b',
  'objects break': 'causeway objects break --collection Berlin --all',
  'plan show': 'causeway plan show 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --limit 200',
  'plan export': 'causeway plan export 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --format csv --file plan.csv',
  'plan discard': 'causeway plan discard 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a',
  'tasks list': 'causeway tasks list --limit 20',
  'tasks show': 'causeway tasks show 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --problems',
  'tasks resume': 'causeway tasks resume 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a',
  'tasks cancel': 'causeway tasks cancel 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a',
};

/** Gives every command its example, so that no `--help` ends without one. */
export function addExamples(command: Command, words: readonly string[] = []): void {
  for (const child of command.commands) {
    const path = [...words, child.name()];
    const example = EXAMPLES[path.join(' ')];
    if (example !== undefined) child.addHelpText('after', `\nExample:\n  ${example}`);
    addExamples(child, path);
  }
}
