import type { CsvResult } from '../../shared/contracts/matches.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Attributes } from '../../shared/domain/objects.ts';
import { normaliseAddress, smtpAddresses } from '../../shared/rules/addresses.ts';
import { valuesOf } from '../../shared/rules/attributes.ts';
import { normaliseDn } from '../../shared/rules/dn.ts';
import { readCsv } from './csv-lines.ts';
import { entriesOf, weigh, type Wish } from './matches-decide.ts';
import { keepDecisions, reviewScope, type ReviewScope } from './matches-scope.ts';
import type { Services } from './services.ts';

/** Lines that are listed; problems come first. */
const LISTED = 5_000;
type Line = CsvResult['lines'][number];

/** Names of target columns as people write them, and what is compared. */
const TARGET_COLUMNS: Readonly<Record<string, 'id' | 'userPrincipalName' | 'mail' | 'proxyAddresses'>> = {
  id: 'id', objectid: 'id', 'object id': 'id', 'target id': 'id', userprincipalname: 'userPrincipalName', upn: 'userPrincipalName', mail: 'mail', email: 'mail', emailaddress: 'mail',
  primarysmtpaddress: 'mail', proxyaddresses: 'proxyAddresses', proxyaddress: 'proxyAddresses',
};
/** Short names of source columns. */
const SOURCE_COLUMNS: Readonly<Record<string, string>> = { dn: 'distinguishedName', upn: 'userPrincipalName', guid: 'objectGUID', samaccount: 'sAMAccountName', email: 'mail', emailaddress: 'mail', proxyaddress: 'proxyAddresses' };

const addressLike = (attribute: string): boolean => ['proxyaddresses', 'mail'].includes(attribute.toLowerCase());
const keyOf = (attribute: string, value: string): string => (attribute.toLowerCase() === 'distinguishedname' ? normaliseDn(value) : addressLike(attribute) ? normaliseAddress(value) : value.trim().toLowerCase());
const keysOf = (attribute: string, object: { readonly id: string; readonly dn?: string; readonly attributes: Attributes }): readonly string[] => {
  switch (attribute.toLowerCase()) {
    case 'objectguid': case 'id': return [object.id.toLowerCase()];
    case 'distinguishedname': return object.dn === undefined ? [] : [normaliseDn(object.dn)];
    case 'proxyaddresses': return smtpAddresses(object.attributes);
    default: return (valuesOf(object.attributes, attribute) ?? []).map((value) => keyOf(attribute, value));
  }
};

/** What the lines of a file found: ids by value. Only the values that are asked for are kept. */
async function find(pages: AsyncIterable<readonly { readonly id: string; readonly dn?: string; readonly attributes: Attributes }[]>, attribute: string, wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for await (const page of pages) {
    for (const object of page) for (const key of new Set(keysOf(attribute, object))) if (wanted.has(key)) found.set(key, [...found.get(key) ?? [], object.id]);
  }
  return found;
}

/**
 * Pins matches from a file of two columns: the source by any attribute that identifies it, the target by id, UPN, mail or proxy address; the
 * header names them. Nothing is passed over in silence: every line is ready, done, unchanged or a problem with its reason.
 * @throws AppError BAD_FILE, INVALID_INPUT when the header does not name what is needed.
 */
export async function mapCsv(services: Services, input: { readonly collectionId?: string | undefined; readonly pairId?: string | undefined; readonly text: string; readonly apply: boolean }): Promise<CsvResult> {
  const { store } = services;
  const scope = await reviewScope(store, input);
  const { header, rows } = readCsv(input.text);
  const [from, to] = columnsOf(header);
  const sources = await find(membersOf(services, scope), from, new Set(rows.map((row) => keyOf(from, row.cells[0] ?? ''))));
  const targets = await find(store.targets.iterate(scope.pairId, { withLinks: false, deleted: 'exclude' }), to, new Set(rows.map((row) => keyOf(to, row.cells[1] ?? ''))));
  const lines = new Map<number, Line>();
  const wishes: (Wish & { readonly line: number })[] = [];
  for (const { line, cells } of rows) {
    const [source = '', target = '', ...more] = cells;
    const problem = (message: string): void => { lines.set(line, { line, source, target, outcome: 'problem', message }); };
    const hits = sources.get(keyOf(from, source)) ?? [];
    const found = targets.get(keyOf(to, target)) ?? [];
    const [sourceId] = hits;
    const [targetId] = found;
    if (more.some((cell) => cell !== '')) problem('The line has more than two cells.');
    else if (source === '' || target === '') problem(`The line has no ${source === '' ? 'source' : 'target'}.`);
    else if (sourceId === undefined) problem(`No object of "${scope.name}" has the ${from} ${source}.`);
    else if (hits.length > 1) problem(`${hits.length} objects of "${scope.name}" have the ${from} ${source}.`);
    else if (targetId === undefined) problem(`No object of the tenant has the ${to} ${target}.`);
    else if (found.length > 1) problem(`${found.length} objects of the tenant have the ${to} ${target}.`);
    else { wishes.push({ sourceId, targetId, line }); lines.set(line, { line, source, target, outcome: 'ready', message: '' }); }
  }
  const batch = await settleLines(services, scope, wishes, lines, input.apply);
  return resultOf([...lines.values()], batch);
}

/** Objects of the collection, or those that any collection of the pair holds. */
async function* membersOf({ store }: Services, { pairId, collectionId }: ReviewScope) {
  for await (const page of store.sources.iterate(pairId, { ...(collectionId === null ? {} : { collectionId }), links: 'without links' })) {
    const members = collectionId === null ? await store.collections.membersOf(pairId, page.map((object) => object.id)) : null;
    yield page.filter((object) => members?.has(object.id) ?? true);
  }
}

/** @throws AppError INVALID_INPUT. */
function columnsOf(header: readonly string[]): readonly [string, string] {
  const [from = '', to = '', ...more] = header;
  if (from === '' || to === '' || more.some((cell) => cell !== '')) throw appError(ErrorCode.InvalidInput, `The first line must name two columns, a source attribute and a target attribute, for example "sAMAccountName,userPrincipalName"; it has ${header.filter((cell) => cell !== '').length}.`);
  const target = TARGET_COLUMNS[to.toLowerCase()];
  if (target === undefined) throw appError(ErrorCode.InvalidInput, `"${to}" does not identify an object of the tenant. Name the second column id, userPrincipalName, mail or proxyAddresses.`);
  return [SOURCE_COLUMNS[from.toLowerCase()] ?? from, target];
}

/** Weighs and, when asked, pins. Two lines about one source or one target are both problems. */
async function settleLines(services: Services, scope: ReviewScope, wishes: readonly (Wish & { readonly line: number })[], lines: Map<number, Line>, apply: boolean): Promise<string> {
  const put = (wish: { readonly line: number }, outcome: Line['outcome'], message: string): void => { const line = lines.get(wish.line); if (line) lines.set(wish.line, { ...line, outcome, message }); };
  const bySource = Map.groupBy(wishes, (wish) => wish.sourceId);
  const byTarget = Map.groupBy(wishes, (wish) => wish.targetId ?? '');
  const clear = wishes.filter((wish) => {
    const others = [...bySource.get(wish.sourceId) ?? [], ...byTarget.get(wish.targetId ?? '') ?? []].filter((other) => other.line !== wish.line).map((other) => other.line);
    if (others.length === 0) return true;
    put(wish, 'problem', `The same ${(bySource.get(wish.sourceId)?.length ?? 0) > 1 ? 'source' : 'target'} is in line ${[...new Set(others)].slice(0, 5).join(', ')}, too.`);
    return false;
  });
  const batch = services.newId();
  let applied = false;
  for (let i = 0; i < clear.length; i += 500) {
    const some = clear.slice(i, i + 500);
    const weighed = await weigh(services, scope, 'pin', some, { overridden: false, twice: new Map() });
    const ready = weighed.filter(({ source, before, outcome }) => {
      const wish = some.find((one) => one.sourceId === source.id);
      if (wish === undefined) return false;
      if (!('after' in outcome)) { put(wish, 'problem', outcome.risky.length > 0 ? `${outcome.refused} Pin it by itself, with its name typed.` : outcome.refused); return false; }
      if (before.result?.pinned === true && before.result.targetId === wish.targetId) { put(wish, 'unchanged', 'Pinned so already.'); return false; }
      const risks = outcome.after.result?.risks ?? [];
      put(wish, apply ? 'done' : 'ready', [...(before.result?.targetId != null && before.result.targetId !== wish.targetId ? ['Takes the place of another match.'] : []), ...(risks.length > 0 ? [`Look first: ${risks.join(', ')}.`] : [])].join(' '));
      return true;
    });
    if (!apply || ready.length === 0) continue;
    await keepDecisions(services, scope, { action: 'map', batch }, entriesOf(ready, 'pin'));
    applied = true;
  }
  if (applied) services.emit('store.changed', { nouns: ['objects', 'collections'] });
  return applied ? batch : '';
}

/** Counts the lines; problems are listed first, then in the order of the file. */
export function resultOf(lines: readonly Line[], batch: string): CsvResult {
  const list = lineList();
  for (const line of lines) list.add(line);
  return list.result(batch);
}

/** Lines of a file with what came of them: all are counted, and as many kept as are listed. */
export function lineList(): { readonly add: (line: Line) => void; readonly result: (batch: string) => CsvResult } {
  const counts = { ready: 0, done: 0, unchanged: 0, problem: 0 };
  const rank = (line: Line): number => (line.outcome === 'problem' ? 0 : 1);
  let kept: Line[] = [];
  const cut = (): void => { kept = kept.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line).slice(0, LISTED); };
  return {
    add(line) {
      counts[line.outcome] += 1;
      if (kept.push(line) >= 2 * LISTED) cut();
    },
    result(batch) {
      cut();
      const { ready, done, unchanged, problem } = counts;
      return { batch, lines: kept, ready: ready + done, problems: problem, unchanged, total: ready + done + unchanged + problem };
    },
  };
}
