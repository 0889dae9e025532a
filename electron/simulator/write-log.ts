import { READING_ACTIONS } from './graph/cost.ts';

/** How many writes are remembered. */
export const REMEMBERED_WRITES = 200_000;

/** One write that the tenant carried out. */
export interface WriteRecord {
  /** Counts the writes since the start, from 1, in the order in which they took effect. */
  readonly number: number;
  /** What the client sent as `client-request-id`; null: nothing. */
  readonly id: string | null;
  readonly method: string;
  /** Path after the version, without its query; of a creation the collection. */
  readonly path: string;
  /** Id of the object that was created; null for every other write. */
  readonly created: string | null;
  /** Objects that the write names, by Graph id: members of a bind, the one behind a reference; empty for every other write. */
  readonly names: readonly string[];
}

/** A part of the log. */
export interface WritePage {
  /** Writes since the start. */
  readonly total: number;
  readonly writes: readonly WriteRecord[];
}

/** The writes that took effect, kept so that tests can tell what was done once and what was done twice. */
export interface WriteLog {
  /** Told of every request that Graph answered, alone or in a batch; keeps those that changed something. */
  note(request: { readonly method: string; readonly segments: readonly string[]; readonly clientId: string | null; readonly body: unknown }, answer: { readonly status: number; readonly body?: unknown }): void;
  /** Writes after a number, oldest first, at most {@link WRITE_PAGE}. Of more than {@link REMEMBERED_WRITES} the oldest are forgotten. */
  after(number: number): WritePage;
}

/** Writes in one answer. */
export const WRITE_PAGE = 10_000;

/** Makes the log of one simulator. */
export function writeLog(): WriteLog {
  const kept: WriteRecord[] = [];
  let total = 0;
  return {
    note: ({ method, segments, clientId, body }, answer) => {
      if (method === 'GET' || answer.status >= 400 || isReading(segments)) return;
      total += 1;
      kept[(total - 1) % REMEMBERED_WRITES] = { number: total, id: clientId, method, path: `/${segments.join('/')}`, created: answer.status === 201 ? idIn(answer.body) : null, names: namedIn(body) };
    },
    after: (number) => {
      const first = Math.max(number, total - kept.length, 0) + 1;
      const writes = Array.from({ length: Math.min(WRITE_PAGE, Math.max(0, total - first + 1)) }, (_, i) => kept[(first - 1 + i) % REMEMBERED_WRITES]).filter((one) => one !== undefined);
      return { total, writes };
    },
  };
}

/** Actions that are sent as POST and only read. */
const isReading = (segments: readonly string[]): boolean => Object.hasOwn(READING_ACTIONS, (segments.at(-1) ?? '').replace(/^microsoft\.graph\./, '').replace(/\(\)$/, ''));

const idIn = (body: unknown): string | null => {
  const { id } = (typeof body === 'object' && body !== null ? body : {}) as { readonly id?: unknown };
  return typeof id === 'string' ? id : null;
};

/** Ids at the end of the addresses that a body names (Graph documentation, "Add members", "Assign manager"). */
function namedIn(body: unknown): readonly string[] {
  const { 'members@odata.bind': bound, '@odata.id': one } = (typeof body === 'object' && body !== null ? body : {}) as { readonly 'members@odata.bind'?: unknown; readonly '@odata.id'?: unknown };
  return [...(Array.isArray(bound) ? bound as unknown[] : []), one].flatMap((address) => (typeof address === 'string' ? [address.slice(address.lastIndexOf('/') + 1)] : []));
}
