import type { Chance } from '../chance.ts';
import type { OnPremisesInput } from '../migration/on-premises.ts';
import type { DemoPerson } from './people.ts';

/** The account with which the mailboxes of the demo organisation can be read; it guards nothing but made-up mailboxes. */
const DEMO_MIGRATOR = { name: 'CORP\\migrator', upn: 'migrator@corp.example.com', password: 'Demo-Migration-1' } as const;

/**
 * Exchange 2007 of the demo organisation with the mailboxes of its people. Nothing of it is kept in the export: sizes and items are no
 * attributes of a directory.
 */
export function demoOnPremises(people: readonly DemoPerson[], luck: Chance): OnPremisesInput {
  const server = 'ex07.corp.example.com';
  return {
    servers: [{ fqdn: server, rpcProxy: 'mail.example.com', version: '2007', autodiscover: ['example.com', 'corp.example.com'], accounts: [DEMO_MIGRATOR] }],
    mailboxes: people.flatMap((person) => (person.mail === null ? [] : [{
      id: person.guid, address: person.mail, addresses: [...person.aliases], server, sizeBytes: (20 + luck.below(400)) * 1024 ** 2, items: 200 + luck.below(8000), badItems: luck.happens(0.03) ? 1 + luck.below(12) : 0, metadataBad: luck.happens(0.05) ? 1 : 0,
      grants: luck.happens(0.02) ? 'none' as const : 'receive as' as const,
    }])),
  };
}
