import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { askedHash, isContainer, REPORTED_FILTER, seesDeletions, type ServerState, whyWhole } from '../changes/index.ts';
import type { ChangedObject, ChangeMark, ChangeMethod, ChangeQuery, ChangeReading, DirectoryEntry } from '../port.ts';
import type { LdapConnection } from './connection.ts';
import { dirSync, DIRSYNC, type DirSyncAnswer } from './dirsync.ts';
import { resultError } from './errors.ts';
import { readPage } from './paging.ts';
import { EntryDecoder, guidOf } from './entry.ts';
import { WELL_KNOWN_SCHEMA } from './schema.ts';

/** What reading changes needs of a directory. */
export interface ChangeSource {
  readonly connection: LdapConnection;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  /** One entry by its DN; undefined when there is none in sight. */
  readonly one: (base: string, attributes: readonly string[]) => Promise<DirectoryEntry | undefined>;
}

/** Matches nothing, so that a cookie is to be had without the directory. */
const NOTHING = '(!(objectClass=*))';
const ROOT = ['defaultNamingContext', 'dnsHostName', 'highestCommittedUSN', 'supportedControl', 'dsServiceName'];
/** Result codes (RFC 4511 appendix A): the cookie is none of this server's; the account lacks the right; the control is not offered this way. */
const CODE = { unavailableCriticalExtension: 12, insufficientAccessRights: 50, unwillingToPerform: 53 } as const;
/** Largest page of a domain controller (MaxPageSize, MS-ADTS 3.1.1.3.4.6). */
const PAGE = 1_000;
/** Container of deleted objects by its well-known GUID (MS-ADTS 6.1.1.4.2). */
const DELETED_OBJECTS = '18E2EA80684F11D2B9AA00C04F79F805';

interface Server extends ServerState { readonly context: string; readonly dirSync: boolean }

async function serverOf(source: ChangeSource): Promise<Server> {
  const root = await source.one('', ROOT);
  const first = (name: string): string => root?.attributes[name]?.[0] ?? '';
  const context = first('defaultNamingContext');
  if (context === '' || first('highestCommittedUSN') === '') throw appError(ErrorCode.DirectoryRefused, `${source.connection.server} is no domain controller of Active Directory, so changes cannot be told from what is old.`);
  const service = first('dsServiceName');
  const settings = service === '' ? undefined : await source.one(service, ['invocationId']);
  return {
    context, server: first('dnsHostName') || source.connection.server, usn: first('highestCommittedUSN'), invocation: guidOf(settings?.attributes['invocationId']?.[0] ?? ''),
    dirSync: root?.attributes['supportedControl']?.includes(DIRSYNC) === true,
  };
}

/** What was found by one method; `refused`: the server does not know the cookie. */
type Found = { readonly method: ChangeMethod; readonly changed: readonly ChangedObject[]; readonly deleted: readonly string[]; readonly token: string; readonly refused: boolean };

/** Asks with the control, first for everything, then for what the account may see; undefined: neither is possible. */
async function byDirSync(source: ChangeSource, { context }: Server, query: ChangeQuery, since: ChangeMark | null): Promise<Found | undefined> {
  const rungs = (since?.method === 'DirSync (visible objects)' && query.climb !== true ? [true] : [false, true]);
  for (const visible of rungs) {
    const method = visible ? 'DirSync (visible objects)' : 'DirSync';
    const answer: DirSyncAnswer = await dirSync(source.connection, {
      base: context, filter: since === null ? NOTHING : REPORTED_FILTER(query), attributes: query.attributes, visible, cookie: since?.token ?? '', timeout: source.timeout, signal: source.signal,
    });
    if (answer.refused === null) return { method, changed: answer.changed, deleted: answer.deleted, token: answer.cookie, refused: false };
    const { code } = answer.refused;
    if (code === CODE.unavailableCriticalExtension && since !== null) return { method, changed: [], deleted: [], token: '', refused: true };
    if (code !== CODE.insufficientAccessRights && code !== CODE.unavailableCriticalExtension && code !== CODE.unwillingToPerform) {
      throw resultError(answer.refused, { server: source.connection.server, action: 'read the changes of', base: context });
    }
  }
  return undefined;
}

async function* pagesOf(source: ChangeSource, base: string, scope: 'one' | 'sub', filter: string): AsyncGenerator<readonly DirectoryEntry[]> {
  const attributes = ['objectGUID', 'objectClass', 'isDeleted'];
  const decoder = new EntryDecoder(WELL_KNOWN_SCHEMA, attributes);
  const wish = { base, scope, filter, attributes, deleted: true, size: PAGE, timeout: source.timeout, signal: source.signal };
  for (let cookie: Buffer = Buffer.alloc(0); ;) {
    const page = await readPage(source.connection, wish, decoder, cookie);
    yield page.entries.map(({ entry }) => entry);
    cookie = page.cookie;
    if (cookie.length === 0) return;
  }
}

/** Finds what has a higher number than the mark. Whether the account sees deleted objects is looked up once, with the first mark. */
async function byUsn(source: ChangeSource, { context, usn }: Server, query: ChangeQuery, since: ChangeMark | null): Promise<Found> {
  if (since === null) {
    const bin = await source.one(`<WKGUID=${DELETED_OBJECTS},${context}>`, ['objectGUID']);
    return { method: bin === undefined ? 'uSNChanged (visible objects)' : 'uSNChanged', changed: [], deleted: [], token: '', refused: false };
  }
  const changed: ChangedObject[] = [];
  const deleted: string[] = [];
  if (usn !== since.usn) {
    const filter = `(&(uSNChanged>=${BigInt(since.usn) + 1n})${REPORTED_FILTER(query)})`;
    for await (const entries of pagesOf(source, context, 'sub', filter)) {
      for (const { guid: id, dn, objectClass, deleted: isDeleted } of entries) {
        if (isDeleted) deleted.push(id);
        else if (id !== '') changed.push({ id, dn, container: isContainer(objectClass) });
      }
    }
  }
  return { method: since.method === 'uSNChanged' ? 'uSNChanged' : 'uSNChanged (visible objects)', changed, deleted, token: '', refused: false };
}

function problemOf(method: ChangeMethod, { context, server, dirSync: offered }: Server): string {
  if (seesDeletions(method)) return '';
  const lacking = offered ? `The account lacks the right "Replicating Directory Changes" on ${context}` : `${server} does not offer the DirSync control, and the account does not see deleted objects`;
  return `${lacking}: what was deleted, or moved out of its sight, is found only when all objects are compared, once a day.`;
}

/**
 * Reads what changed: by the DirSync control for all objects, where the account may, else by the same control for what it may see, else by uSNChanged.
 * Costs three searches when nothing changed: the state of the server, the identity of its database, the changes.
 * @throws as reading does; DIRECTORY_REFUSED for a server that is no domain controller.
 */
export async function readChanges(source: ChangeSource, since: ChangeMark | null, query: ChangeQuery): Promise<ChangeReading> {
  const server = await serverOf(source);
  const asked = askedHash(query);
  let whole = whyWhole(since, server, asked);
  const continued = whole === null ? since : null;
  const start = async (from: ChangeMark | null): Promise<Found> => (server.dirSync && (from === null || from.token !== '') ? await byDirSync(source, server, query, from) : undefined) ?? await byUsn(source, server, query, from);
  let found = await start(continued);
  if (found.refused) {
    whole = `${server.server} did not accept where the last reading ended (its DirSync cookie).`;
    found = await start(null);
  }
  return {
    whole, changed: found.changed, deleted: found.deleted,
    mark: { method: found.method, server: server.server, invocation: server.invocation, usn: server.usn, token: found.token, askedHash: asked, problem: problemOf(found.method, server) },
  };
}
