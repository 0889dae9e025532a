import { MAILBOX_ONLY_ATTRIBUTES } from '../../../shared/domain/mailbox-switch.ts';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { normaliseAddress, primarySmtp } from '../../../shared/rules/addresses.ts';
import { valuesOf } from '../../../shared/rules/attributes.ts';
import { escapeFilterBytes, escapeFilterValue, type Directory, type DirectoryEntry } from '../../engines/directory/index.ts';
import { findMailbox, mailboxGuidOf, type FoundMailbox, type TenantDomains } from '../../engines/mailboxes/index.ts';
import { readMailboxes, type OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord, TaskRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { batchFacts, type BatchFacts } from './switch-rows.ts';

/** Attributes of a mailbox on premises that the switch looks at or changes. */
const SWITCH_ATTRIBUTES = [
  'displayName', 'name', 'mail', 'mailNickname', 'proxyAddresses', 'targetAddress', 'legacyExchangeDN', 'msExchMailboxGuid', 'msExchRecipientTypeDetails', 'msExchRecipientDisplayType', 'msExchPoliciesExcluded', ...MAILBOX_ONLY_ATTRIBUTES,
] as const;

/** One object of a task of the switch, as it is on both sides right now. */
export interface SwitchObject {
  readonly sourceId: string;
  readonly name: string;
  readonly kind: ObjectKind;
  /** Undefined: it is not in the directory any more. */
  readonly entry: DirectoryEntry | undefined;
  /** Undefined: the object is gone. */
  readonly found: FoundMailbox | undefined;
  /** What mailbox batches tell of it; undefined: it is in none. */
  readonly batch: BatchFacts | undefined;
}

/** Objects looked at together: a hundred searches of the directory and ten requests to Exchange Online. */
const PAGE = 100;

/** Ids of the objects that a task of the switch is about, page by page, each once. */
export async function* switchIds(services: Services, pair: PairRecord, task: Pick<TaskRecord, 'collectionId'>, scope: { readonly ids: readonly string[] | null; readonly batchId: string | null }): AsyncIterable<readonly string[]> {
  if (scope.ids !== null || scope.batchId !== null) {
    const ofBatch = scope.batchId === null ? null : new Set((await services.store.mailboxRows.all(scope.batchId)).flatMap((row) => (row.state === 'Left out' ? [] : row.sourceId ?? [])));
    const ids = ofBatch === null ? [...new Set(scope.ids ?? [])] : [...ofBatch].filter((id) => scope.ids?.includes(id) !== false);
    for (let from = 0; from < ids.length; from += PAGE) yield ids.slice(from, from + PAGE);
    return;
  }
  for await (const page of services.store.sources.iterate(pair.id, { ...(task.collectionId === null ? {} : { collectionId: task.collectionId }), links: 'without links', pageSize: PAGE })) yield page.map(({ id }) => id);
}

/** Domains of the tenant that decide what leads there. */
export async function domainsOf(tenant: OpenedTenant, signal: AbortSignal): Promise<TenantDomains> {
  const [{ initialDomain }, domains] = await Promise.all([tenant.organization(signal), tenant.domains(signal)]);
  return { initial: initialDomain.toLowerCase(), verified: new Set(domains.filter((one) => one.isVerified).map((one) => one.name.toLowerCase())) };
}

/**
 * Reads objects of the directory and finds their mailboxes in Microsoft 365.
 * @throws AppError of either connection.
 */
export async function readSwitchObjects(services: Services, pair: PairRecord, ids: readonly string[], sides: { readonly directory: Directory; readonly tenant: OpenedTenant }, signal: AbortSignal): Promise<readonly SwitchObject[]> {
  const { store } = services;
  const heads = await store.sources.heads(pair.id, ids);
  const entries = new Map<string, DirectoryEntry>();
  for (const id of ids) {
    signal.throwIfAborted();
    const entry = await sides.directory.get(id, SWITCH_ATTRIBUTES, signal);
    if (entry !== undefined) entries.set(id, entry);
  }
  const matches = await store.matches.getMany(pair.id, ids);
  const all = [...entries.values()];
  const candidates = await readMailboxes(sides.tenant.exchange, {
    ids: [...matches.values()].flatMap((match) => (match.state === 'Matched' && match.targetId !== null ? [match.targetId] : [])),
    guids: all.flatMap(({ attributes }) => mailboxGuidOf(attributes) ?? []), addresses: all.flatMap(({ attributes }) => primarySmtp(attributes) ?? []),
  }, signal);
  const batches = await batchFacts(services, pair, ids);
  const objects = ids.map((sourceId): SwitchObject => {
    const entry = entries.get(sourceId);
    const name = heads.get(sourceId)?.name ?? entry?.attributes['displayName']?.[0] ?? entry?.attributes['name']?.[0] ?? sourceId;
    return { sourceId, name, kind: heads.get(sourceId)?.kind ?? 'user', entry, batch: batches.get(sourceId), found: entry === undefined ? undefined : findMailbox(name, entry.attributes, matches.get(sourceId), candidates) };
  });
  return await withoutTwins(sides.directory, objects, signal);
}

/** The value by which an object was found to own a mailbox, when another object could have the same: what is matched is one object's only. */
function signOf({ entry, found }: SwitchObject): { readonly key: string; readonly filter: string; readonly sign: string } | undefined {
  if (entry === undefined || found === undefined || 'skip' in found || found.by === 'match') return undefined;
  const guid = found.by === 'GUID' ? valuesOf(entry.attributes, 'msExchMailboxGuid')?.[0] : undefined;
  if (guid !== undefined) return { key: guid, filter: `(msExchMailboxGuid=${escapeFilterBytes(Buffer.from(guid, 'base64'))})`, sign: 'mailbox GUID' };
  const address = primarySmtp(entry.attributes);
  return address === undefined ? undefined : { key: address, filter: `(proxyAddresses=${escapeFilterValue(`smtp:${address}`)})`, sign: `address ${address}` };
}

/** Whoever shares the sign of its mailbox with another object of the directory is left out, and so is the other one: nobody can tell whose the mailbox is. */
async function withoutTwins(directory: Directory, objects: readonly SwitchObject[], signal: AbortSignal): Promise<readonly SwitchObject[]> {
  const signs = new Map(objects.flatMap((one) => { const sign = signOf(one); return sign === undefined ? [] : [[one.sourceId, sign] as const]; }));
  if (signs.size === 0) return objects;
  const holders = new Map<string, { readonly guid: string; readonly dn: string }[]>();
  for await (const page of directory.read({ base: '', scope: 'sub', filter: `(|${[...new Set([...signs.values()].map(({ filter }) => filter))].join('')})`, attributes: ['msExchMailboxGuid', 'proxyAddresses'] }, signal)) {
    for (const { guid, dn, attributes } of page) for (const key of new Set([...valuesOf(attributes, 'msExchMailboxGuid') ?? [], ...(valuesOf(attributes, 'proxyAddresses') ?? []).map(normaliseAddress)])) holders.set(key, [...holders.get(key) ?? [], { guid, dn }]);
  }
  return objects.map((one) => {
    const sign = signs.get(one.sourceId);
    const other = sign === undefined ? undefined : holders.get(sign.key)?.find(({ guid }) => guid !== one.sourceId);
    return sign === undefined || other === undefined ? one : { ...one, found: { status: 'Conflict', skip: `The ${sign.sign} of "${one.name}" is that of ${other.dn}, too. Nobody can tell whose the mailbox in Microsoft 365 is: correct one of the two first.` } };
  });
}
