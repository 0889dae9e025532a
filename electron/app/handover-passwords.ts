import type { CheckLine } from '../../shared/contracts/pairs.ts';
import { AppError } from '../../shared/domain/errors.ts';
import { firstOf } from '../../shared/rules/attributes.ts';
import { splitUpn } from '../../shared/rules/upn.ts';
import { readAccessEntries, type Directory } from '../engines/directory/index.ts';
import type { PairRecord, TenantFacts } from '../store/index.ts';
import { predictAll } from './pipeline/hand-over-predictions.ts';
import type { Services } from './services.ts';

/** What is synchronised, and what Causeway has to do with it. */
const STATEMENT = 'Causeway neither reads nor writes passwords of Active Directory, nor their hashes: no directory gives them out by LDAP. Password hash synchronisation of Microsoft Entra Connect or Cloud Sync does it, for users that it has matched; '
  + 'it takes the present password with its first run, and each change within minutes. Passwords of contacts, of groups, of accounts that must change theirs at the next sign-in, and history are never synchronised.';

/** Extended rights that password hash synchronisation needs on the domain: DS-Replication-Get-Changes and DS-Replication-Get-Changes-All (Entra Connect, accounts and permissions; MS-ADTS 5.1.3.2.1). */
const REPLICATION = ['1131f6aa-9c07-11d1-f79f-00c04fc2dcd2', '1131f6ad-9c07-11d1-f79f-00c04fc2dcd2'] as const;
/** RIGHT_DS_CONTROL_ACCESS (MS-ADTS 5.1.3.2). */
const CONTROL_ACCESS = 0x100;
/** Those who have the rights in every domain: administrators, domain controllers of the domain and of the forest (MS-DTYP 2.4.2.4). */
const BUILT_IN = /^S-1-5-(?:9|18|32-544|21-[\d-]+-(?:498|512|516|519|521))$/;
/** userAccountControl (MS-ADTS 2.2.16): a smart card is required; the password is a random one that nobody knows. */
const SMART_CARD = 0x4_0000;
/** Names told in a sentence. */
const TOLD = 5;

const some = (names: readonly string[]): string => `${names.slice(0, TOLD).join(', ')}${names.length > TOLD ? ` and ${names.length - TOLD} more` : ''}`;

/** What the objects read last say. */
interface Seen { readonly users: number; readonly hard: number; readonly soft: string[]; readonly stuck: string[]; readonly smartCards: string[]; readonly prefixes: string[]; readonly suffixes: Set<string> }

async function look(services: Services, pair: PairRecord, signal: AbortSignal): Promise<Seen> {
  const seen = { users: 0, hard: 0, soft: [] as string[], stuck: [] as string[], smartCards: [] as string[], prefixes: [] as string[], suffixes: new Set<string>() };
  for await (const page of predictAll(services, pair, signal)) {
    for (const { source, anchor, prediction: { status }, matchedUpn } of page) {
      if (source.kind !== 'user' || status === 'Left out' || status === 'No match') continue;
      seen.users += 1;
      // An anchor that is still to be written does not count.
      if (status === 'Conflict' || status === 'Blocked') seen.stuck.push(source.name);
      else if (status === 'Soft match' || anchor.write !== null) seen.soft.push(source.name);
      else seen.hard += 1;
      if ((Number(firstOf(source.attributes, 'userAccountControl') ?? 0) & SMART_CARD) !== 0) seen.smartCards.push(source.name);
      const [own, other] = [firstOf(source.attributes, 'userPrincipalName'), matchedUpn];
      if (own === undefined || other === null) continue;
      if (splitUpn(own)?.prefix.toLowerCase() !== splitUpn(other)?.prefix.toLowerCase()) seen.prefixes.push(source.name);
      const suffix = splitUpn(other)?.suffix.toLowerCase();
      if (suffix !== undefined) seen.suffixes.add(suffix);
    }
  }
  return seen;
}

/**
 * Whether the synchronisation of passwords would take effect on its first run: by the objects that were read last, the domains of the tenant, and what Active
 * Directory answers now about passwords that must be changed and about the rights of the synchronisation account.
 */
export async function passwordReadiness(services: Services, pair: PairRecord, signal: AbortSignal): Promise<{ readonly statement: string; readonly lines: CheckLine[] }> {
  const seen = await look(services, pair, signal);
  const line = (check: string, outcome: CheckLine['outcome'], message: string): CheckLine => ({ check, outcome, message });
  return {
    statement: STATEMENT,
    lines: [
      line('Source anchors', seen.soft.length === 0 && seen.users > 0 ? 'passed' : 'warning', seen.users === 0 ? 'No user was read who would be matched. Discover and match first.'
        : seen.soft.length === 0 ? `${seen.hard} users have the same source anchor on both sides.` : `${seen.soft.length} of ${seen.users} users have no source anchor on one of the sides (${some(seen.soft)}). Apply the plan of the hand-over, and migrate them again.`),
      line('Conflicts', seen.stuck.length === 0 ? 'passed' : 'failed', seen.stuck.length === 0 ? 'No user is refused.' : `${seen.stuck.length} users would be refused, or hold an administrator role (${some(seen.stuck)}); the items of the hand-over say why. Their passwords are not synchronised.`),
      line('Sign-in names', seen.prefixes.length === 0 ? 'passed' : 'warning', seen.prefixes.length === 0 ? 'The names before the @ are the same on both sides.' : `The names before the @ differ for ${seen.prefixes.length} users (${some(seen.prefixes)}): directory synchronisation gives them the name of Active Directory, and they must sign in with it.`),
      federation(await services.store.pairs.tenantFacts(pair.id), seen.suffixes),
      line('Smart cards', seen.smartCards.length === 0 ? 'passed' : 'warning', seen.smartCards.length === 0 ? 'Nobody needs a smart card.' : `${seen.smartCards.length} users need a smart card (${some(seen.smartCards)}): their password is a random one that nobody knows.`),
      ...await askDirectory(services, pair, signal),
    ],
  };
}

function federation(facts: TenantFacts | null, suffixes: ReadonlySet<string>): CheckLine {
  if (facts === null) return { check: 'Domains', outcome: 'not tried', message: 'The domains of the tenant are not known yet. Discover first.' };
  const federated = facts.domains.filter((domain) => domain.federated && suffixes.has(domain.name.toLowerCase())).map((domain) => domain.name);
  return federated.length === 0 ? { check: 'Domains', outcome: 'passed', message: 'The domains of the sign-in names are managed: Microsoft 365 checks the password.' }
    : { check: 'Domains', outcome: 'warning', message: `${some(federated)} is federated: sign-in goes to another service, and a synchronised password counts only once the domain is managed.` };
}

async function askDirectory(services: Services, pair: PairRecord, signal: AbortSignal): Promise<readonly CheckLine[]> {
  const names = ['Passwords to change', 'Rights of the synchronisation account'] as const;
  try {
    const directory = await services.openDirectory(pair);
    try {
      return [await mustChange(directory, signal), await replication(directory, signal)];
    } finally { await directory.close(); }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return names.map((check) => ({ check, outcome: 'not tried' as const, message: `Active Directory could not be asked: ${error.message}` }));
  }
}

async function mustChange(directory: Directory, signal: AbortSignal): Promise<CheckLine> {
  const found: string[] = [];
  // Enabled accounts whose password was never set or must be changed (MS-ADTS 2.2.16, pwdLastSet).
  const filter = '(&(objectCategory=person)(objectClass=user)(pwdLastSet=0)(!(userAccountControl:1.2.840.113556.1.4.803:=2)))';
  for await (const page of directory.read({ base: '', scope: 'sub', filter, attributes: ['name'] }, signal)) for (const entry of page) found.push(firstOf(entry.attributes, 'name') ?? entry.dn);
  return found.length === 0 ? { check: 'Passwords to change', outcome: 'passed', message: 'No enabled account must change its password at the next sign-in.' }
    : { check: 'Passwords to change', outcome: 'warning', message: `${found.length} enabled accounts must change their password at the next sign-in (${some(found)}): it is not synchronised until they have.` };
}

async function replication(directory: Directory, signal: AbortSignal): Promise<CheckLine> {
  const check = 'Rights of the synchronisation account';
  const { defaultNamingContext } = await directory.rootDse(signal);
  const head = await directory.get(defaultNamingContext, ['nTSecurityDescriptor'], signal);
  const descriptor = head === undefined ? undefined : firstOf(head.attributes, 'nTSecurityDescriptor');
  const entries = descriptor === undefined ? undefined : readAccessEntries(Buffer.from(descriptor, 'base64'));
  if (entries === undefined) return { check, outcome: 'not tried', message: `The rights on ${defaultNamingContext} cannot be read with this account. The wizard of Microsoft Entra Connect grants what it needs.` };
  const holders = REPLICATION.map((right) => new Set(entries.filter((entry) => entry.kind === 'allow' && !entry.inheritOnly && (entry.mask & CONTROL_ACCESS) !== 0 && (entry.objectType === null || entry.objectType === right) && !BUILT_IN.test(entry.sid)).map((entry) => entry.sid)));
  const both = [...holders[0] ?? []].filter((sid) => holders[1]?.has(sid));
  return both.length > 0 ? { check, outcome: 'passed', message: `${some(both)} may replicate directory changes and secrets, as password hash synchronisation needs it.` }
    : { check, outcome: 'warning', message: `Besides the domain's own administrators and controllers nobody may both "Replicate Directory Changes" and "Replicate Directory Changes All" on ${defaultNamingContext}. Grant both to the account of Microsoft Entra Connect; its wizard does so with express settings.` };
}
