import { createHash } from 'node:crypto';
import type { ListCheck, ListSource } from '../../shared/contracts/mailboxes.ts';
import { MAILBOX_LIMITS, NOT_MIGRATED, type MailboxProfile } from '../../shared/domain/mailboxes.ts';
import { primarySmtp } from '../../shared/rules/addresses.ts';
import { addressKey, checkRows, checkSides, planRerun, problemOf, readMailboxCsv, type CsvFinding, type CsvRow, type LookUp, type RerunRow, type RowProblem, type SourceMailbox } from '../engines/mailboxes/index.ts';
import type { PairRecord } from '../store/index.ts';
import { isOnPremisesMailbox, onPremisesReader } from './mailbox-directory.ts';
import { migrationService } from './mailbox-service.ts';
import { mailboxSettings } from './mailboxes-settings.ts';
import { withBoth } from './pipeline/connections.ts';
import type { Services } from './services.ts';

/** One row of a list as it was checked. */
export interface PreparedRow extends CsvRow { /** Why it is left out; null: it is not. */ readonly error: RowProblem | null; readonly warning: RowProblem | null; readonly source: SourceMailbox | undefined; readonly rerun: RerunRow }
/** A list as it was checked; with findings of the file nothing else was looked at. */
export interface PreparedList { readonly findings: readonly CsvFinding[]; readonly total: number; readonly rows: readonly PreparedRow[]; readonly problems: readonly RowProblem[]; readonly name: string; readonly hash: string; readonly collectionId: string | null }

/** Row errors that a query tells at once. */
const SHOWN = 500;

/**
 * Checks a list of mailboxes against itself, the directory, the tenant and earlier batches. Changes nothing.
 * @throws AppError NOT_FOUND for a collection of another pair, and what opening either side throws.
 */
export async function prepareList(services: Services, { pairId, profile, list }: { readonly pairId: string; readonly profile: MailboxProfile; readonly list: ListSource }, signal: AbortSignal): Promise<PreparedList> {
  const pair = await services.store.pairs.get(pairId);
  const read = list.from === 'file' ? readFile(list, profile) : await readCollection(services, pair, list.collectionId, profile);
  if (read.findings.length > 0) return { ...read, rows: [], problems: [] };
  const looked = await lookUp(services, pair, read.rows, signal);
  const outside = new Set(read.problems.map((problem) => problem.line));
  const own = checkRows(read.rows.filter((row) => !outside.has(row.line)), profile, looked.federated);
  const bad = new Set([...outside, ...own.map((problem) => problem.line)]);
  const sides = read.rows.filter((row) => !bad.has(row.line)).flatMap((row) => checkSides(row, looked));
  const problems = [...read.problems, ...own, ...sides].toSorted((a, b) => a.line - b.line);
  const byLine = Map.groupBy(problems, (problem) => problem.line);
  const reruns = new Map(planRerun(read.rows, await services.store.mailboxRows.latest(pairId, read.rows.map((row) => addressKey(row.address)))).map((rerun) => [rerun.line, rerun]));
  const rows = read.rows.map((row): PreparedRow => {
    const mine = byLine.get(row.line) ?? [];
    const rerun = reruns.get(row.line) ?? { line: row.line, origin: 'new', stage: 'mail user', carried: null };
    return { ...row, error: mine.find((one) => one.severity === 'error') ?? null, warning: mine.find((one) => one.severity === 'warning') ?? null, source: looked.sources.get(addressKey(row.address))?.[0], rerun };
  });
  return { ...read, rows, problems };
}

/** The same for the console: counts, and the first errors. */
export function listCheck(list: PreparedList): ListCheck {
  const good = list.rows.filter((row) => row.error === null);
  const of = (origin: RerunRow['origin']): number => good.filter((row) => row.rerun.origin === origin).length;
  return {
    fileFindings: [...list.findings], total: list.total, rowErrors: list.problems.slice(0, SHOWN), rowErrorsTotal: list.problems.length, leftOut: list.rows.length - good.length,
    willMigrate: good.length - of('migrated before'), fresh: of('new'), resumed: of('failed before'), reset: of('migrated before'), advice: [...NOT_MIGRATED],
  };
}

type ReadList = Pick<PreparedList, 'findings' | 'total' | 'problems' | 'name' | 'hash' | 'collectionId'> & { readonly rows: readonly CsvRow[] };

function readFile({ fileName, content }: Extract<ListSource, { readonly from: 'file' }>, profile: MailboxProfile): ReadList {
  const bytes = Buffer.from(content, 'base64');
  const { findings, rows, total } = readMailboxCsv(bytes, fileName, profile);
  return { findings, rows, total, problems: [], name: fileName, hash: createHash('sha256').update(bytes).digest('hex'), collectionId: null };
}

/** The mailboxes of a collection as a list; its other members are listed as left out. */
async function readCollection({ store }: Services, pair: PairRecord, collectionId: string, profile: MailboxProfile): Promise<ReadList> {
  const collection = await store.collections.get(collectionId);
  const rows: CsvRow[] = [];
  const others: { readonly name: string; readonly mail: string }[] = [];
  for await (const page of store.sources.iterate(pair.id, { collectionId, links: 'without links', pageSize: 1_000 })) {
    for (const { kind, name, attributes } of page) {
      const address = primarySmtp(attributes) ?? '';
      if (kind === 'user' && address !== '' && isOnPremisesMailbox(attributes)) rows.push({ line: rows.length + 1, address, password: undefined, force: undefined });
      else others.push({ name, mail: address });
    }
  }
  const problems = others.map(({ name, mail }, i) => problemOf({ line: rows.length + i + 1, address: mail }, 'not a mailbox', `${name} has no mailbox on premises that a staged migration takes.`));
  const findings: CsvFinding[] = [];
  if (rows.length === 0) findings.push({ code: 'empty', message: `No member of the collection "${collection.name}" has a mailbox on premises.` });
  if (rows.length > MAILBOX_LIMITS[profile].rows) findings.push({ code: 'too many rows', message: `The collection "${collection.name}" has ${rows.length} mailboxes; a batch may have at most ${MAILBOX_LIMITS[profile].rows}. Use smaller collections.` });
  const all = [...rows, ...problems.map(({ line, address }): CsvRow => ({ line, address, password: undefined, force: undefined }))];
  return { findings, rows: all, problems, total: all.length, name: collection.name, hash: createHash('sha256').update(rows.map((row) => row.address).join('\n')).digest('hex'), collectionId };
}

/** Reads what the rows are checked against, of both sides and of the project. */
async function lookUp(services: Services, pair: PairRecord, rows: readonly CsvRow[], signal: AbortSignal): Promise<LookUp & { readonly federated: ReadonlySet<string> }> {
  const { store } = services;
  const keys = rows.map((row) => addressKey(row.address)).filter((key) => key.includes('@'));
  const { sourceVersion } = await mailboxSettings(store, pair.id);
  const shared = { active: await store.mailboxRows.active(pair.id, keys), migrated: await store.mailboxRows.migrated(pair.id), versions: sourceVersion === 'unknown' ? 'look' as const : 'as named' as const };
  let found: (LookUp & { readonly federated: ReadonlySet<string> }) | undefined;
  await withBoth(services, pair, signal, async (directory, tenant) => {
    const sources = await onPremisesReader(directory, pair.source.kind === 'ldap' ? pair.source.baseDn : '').byAddress(keys, signal);
    const recipients = await migrationService(tenant.exchange).recipients(keys, signal);
    const accepted = await tenant.exchange.invoke('Get-AcceptedDomain', {}, signal);
    const domains = await tenant.domains(signal);
    const ids = [...sources.values()].flatMap((list) => list.map((one) => one.id));
    const members = await store.collections.membersOf(pair.id, ids);
    found = {
      ...shared, sources, recipients, acceptedDomains: new Set(accepted.rows.flatMap((row) => (typeof row['DomainName'] === 'string' ? [row['DomainName'].toLowerCase()] : []))),
      federated: new Set(domains.filter((domain) => domain.federated).map((domain) => domain.name.toLowerCase())), inCollections: members.size === 0 ? null : new Set(members.keys()),
    };
  });
  return found ?? { ...shared, sources: new Map(), recipients: new Map(), acceptedDomains: new Set(), federated: new Set(), inCollections: null };
}
