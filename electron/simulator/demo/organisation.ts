import { chance } from '../chance.ts';
import type { SimulatorSeed } from '../seed.ts';
import { directoryExport } from './directory-export.ts';
import { writeLdif } from './ldif.ts';
import { demoPeople, makeMistakes } from './people.ts';
import { demoOnPremises } from './on-premises.ts';
import { demoGroups } from './teams.ts';
import { demoTenant } from './tenant.ts';

/** Size and seed of a demo organisation. */
export interface DemoSize {
  /** People, 1 or more. The tenant's existing accounts come out of a third of them on; below 100 some kinds are missing. */
  readonly users: number;
  /** Groups, 1 or more. */
  readonly groups: number;
  /** The same number gives the same organisation. */
  readonly seed: number;
}

/** Default size: its migration, rollback included, fits into one write quota of Graph (3,000 in 150 s). */
export const DEMO_SIZE: DemoSize = { users: 260, groups: 40, seed: 2026 };

/** The two halves of a demo: a domain to leave and a tenant to move to. */
export interface DemoOrganisation {
  /** Export of the domain corp.example.com (RFC 2849). */
  readonly ldif: string;
  readonly tenant: SimulatorSeed;
}

/** Makes a demo organisation. Pure: the same size gives the same text on every machine. */
export function demoOrganisation(size: DemoSize = DEMO_SIZE): DemoOrganisation {
  const luck = chance(size.seed);
  const people = demoPeople(size.users, luck);
  makeMistakes(people);
  const groups = demoGroups(size.groups, people, luck);
  return { ldif: writeLdif(directoryExport(people, groups, luck)), tenant: { ...demoTenant(people, groups, luck), onPremises: demoOnPremises(people, chance(size.seed + 1)) } };
}
