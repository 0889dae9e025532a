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
  'collection move': 'causeway collection move --collection Berlin --to Potsdam --id 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d',
  'collection overlaps': 'causeway collection overlaps Berlin',
  'collection left-out': 'causeway collection left-out Berlin',
  'collection create-dynamic': 'causeway collection create-dynamic --name "All Sales" --base "OU=Sales,DC=corp,DC=example,DC=com" --filter "(objectClass=user)" --preview',
  'collection change-scope': 'causeway collection change-scope --collection "All Sales" --filter "(&(objectClass=user)(mail=*))" --preview',
  'collection refresh': 'causeway collection refresh "All Sales"',
  'collection remove': 'causeway collection remove --collection Berlin --id 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d',
  'collection statistics': 'causeway collection statistics Berlin',
  'collection delete': 'causeway collection delete Berlin',
  'objects list': 'causeway objects list --collection Berlin --status Ambiguous',
  'objects show': 'causeway objects show 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --collection Berlin',
  'objects pin': 'causeway objects pin 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --target 5b1f3c7e-90aa-4f2b-8a35-7c1d2e3f4a5b',
  'objects break': 'causeway objects break --collection Berlin --all',
  'coexistence disable': 'causeway coexistence disable Berlin',
  'coexistence restart': 'causeway coexistence restart Berlin',
  'coexistence run': 'causeway coexistence run Berlin --json',
  'coexistence pause': 'causeway coexistence pause Berlin',
  'coexistence resume': 'causeway coexistence resume Berlin',
  'coexistence set': 'causeway coexistence set Berlin --interval 15 --hours "Mon-Fri 20:00-06:00 Europe/Berlin"',
  'coexistence status': 'causeway coexistence status',
  'coexistence cycles': 'causeway coexistence cycles Berlin --all --limit 100',
  'plan show': 'causeway plan show 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --object "Ann Smith" --why',
  'plan list': 'causeway plan list --waiting',
  'plan export': 'causeway plan export 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --format powershell --file plan.ps1',
  'plan approve': 'causeway plan approve 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --confirm contoso.onmicrosoft.com',
  'plan schedule': 'causeway plan schedule 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --at 2026-12-01T02:00+01:00 --confirm contoso.onmicrosoft.com',
  'plan unschedule': 'causeway plan unschedule 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a',
  'plan remove': 'causeway plan remove 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a',
  'guard show': 'causeway guard show --collection Berlin',
  'guard set': 'causeway guard set --collection Berlin --deletes 20/2 --upn-changes 100/10',
  'guard reset': 'causeway guard reset --collection Berlin',
  'plan discard': 'causeway plan discard 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a',
  'licences list': 'causeway licences list --collection Berlin',
  'licences remove': 'causeway licences remove 2 --collection Berlin',
  'licences move': 'causeway licences move 2 --up --collection Berlin',
  'licences products': 'causeway licences products --pair Contoso',
  'licences count': 'causeway licences count --collection Berlin',
  'passwords list': 'causeway passwords list --state "needs a reset" --csv to-reset.csv',
  'passwords policy': 'causeway passwords policy --length 24 --look-alikes "left out" --pair Contoso',
  'references healing': 'causeway references healing --set "only by re-migration" --pair Contoso',
  'check list': 'causeway check list --collection Berlin --undecided',
  'check export': 'causeway check export --collection Berlin --file findings.csv',
  'check import': 'causeway check import --collection Berlin --file findings.csv',
  'check roll-back': 'causeway check roll-back --task 6f1c2a70-5d0e-4a3b-9f6e-2b7c8d9e0f1a --confirm corp.example.com',
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
