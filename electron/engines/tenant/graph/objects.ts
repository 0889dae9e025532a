import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { ObjectKind } from '../../../../shared/domain/objects.ts';
import type { TenantLog } from '../clouds.ts';
import { GRAPH_VERSION } from '../clouds.ts';
import type { GraphAnswer, GraphRequest, Tenant } from '../port.ts';
import { fromGraph, selectOf } from './codec.ts';
import { graphObject, graphPage } from './envelopes.ts';
import type { GraphObject } from './envelopes.ts';
import { refused } from './failures.ts';
import type { Reader } from './reader.ts';
import { createTogether, EXPAND_MANAGER } from './together.ts';
import { COLLECTION } from './writes.ts';

/** Largest page of users, groups, contacts and members; 1,000 is an error (Graph documentation, list users). */
const PAGE = 999;
/** Ids resolved, or groups whose members are read, in one go: three full batches. */
const WINDOW = 60;

type Send = (requests: readonly GraphRequest[], signal?: AbortSignal) => Promise<readonly GraphAnswer[]>;

/** The objects of a page; what has no id is not an object of the directory. */
function objectsOf(rows: readonly Record<string, unknown>[]): readonly GraphObject[] {
  return rows.flatMap((row) => {
    const parsed = graphObject.safeParse(row);
    return parsed.success ? [parsed.data] : [];
  });
}

function bodyOf(what: string, answer: GraphAnswer | undefined): unknown {
  if (answer?.kind !== 'answered') {
    throw appError(ErrorCode.TenantUnavailable, `Reading ${what} failed: ${answer?.reason ?? 'no answer'}. Try again later.`, { retryable: true });
  }
  if (answer.error) throw refused(what, answer.error);
  return answer.body;
}

/** Reading users, groups, contacts and members. The methods are those of {@link Tenant}. */
export function createObjects(parts: { readonly reader: Reader; readonly send: Send; readonly origin: string; readonly log: TenantLog }): Pick<Tenant, 'read' | 'readDeleted' | 'readMembers' | 'readOwners' | 'readBacklinks' | 'readByIds' | 'readTogether'> {
  const { reader, send, origin, log } = parts;
  const base = `${origin}/${GRAPH_VERSION}`;
  const expands = { managers: true };

  /** Managers one by one, for a service that refuses to expand them. No manager is a 404. */
  async function withManagers(objects: readonly GraphObject[], signal?: AbortSignal): Promise<readonly GraphObject[]> {
    const answers = await send(objects.map((one) => ({ method: 'GET', url: `/users/${encodeURIComponent(one.id)}/manager?$select=id` })), signal);
    return objects.map((one, index) => {
      const answer = answers[index];
      if (answer?.kind === 'answered' && answer.status === 404) return one;
      return { ...one, manager: bodyOf('managers', answer) };
    });
  }

  const together = createTogether({ send, base, expands, withManagers, log });

  async function* rows(kind: ObjectKind, signal?: AbortSignal): AsyncGenerator<readonly GraphObject[]> {
    const address = `${COLLECTION[kind]}?$select=${selectOf(kind)}&$top=${PAGE}`;
    const what = `${kind}s`;
    if (kind !== 'user') {
      for await (const page of reader.pages(what, address, 1, signal)) yield objectsOf(page);
      return;
    }
    if (expands.managers) {
      const first = await reader.get(what, `${address}${EXPAND_MANAGER}`, 2, signal);
      if (first.ok) {
        const page = graphPage.safeParse(first.body);
        if (!page.success) throw appError(ErrorCode.TenantUnavailable, `The tenant's answer while reading ${what} is no page of objects: try again later.`, { retryable: true });
        yield objectsOf(page.data.value);
        const next = page.data['@odata.nextLink'];
        if (next !== undefined) for await (const more of reader.pages(what, next, 2, signal)) yield objectsOf(more);
        return;
      }
      if (first.error.status !== 400 && first.error.status !== 501) throw refused(what, first.error);
      expands.managers = false;
      log({ level: 'warn', message: 'The tenant does not give managers along with users; they are read separately, which is slower.', detail: { status: first.error.status, code: first.error.code } });
    }
    for await (const page of reader.pages(what, address, 1, signal)) yield await withManagers(objectsOf(page), signal);
  }

  /** Ends of a relation of each object, whole, in any order; null for an object that is not there. */
  async function* related(objects: readonly { readonly id: string; readonly path: string }[], what: string, signal?: AbortSignal): AsyncGenerator<{ readonly id: string; readonly linked: readonly string[] | null }> {
    const linked = new Map<string, string[]>();
    const todo = objects.map(({ id, path }) => ({ id, url: `${path}?$select=id&$top=${PAGE}` }));
    while (todo.length > 0) {
      const now = todo.splice(0, WINDOW);
      const answers = await send(now.map(({ url }) => ({ method: 'GET', url })), signal);
      for (const [index, { id }] of now.entries()) {
        const answer = answers[index];
        if (answer?.kind === 'answered' && answer.status === 404) {
          linked.delete(id);
          log({ level: 'warn', message: `An object disappeared while its ${what} were being read.`, detail: { id } });
          yield { id, linked: null };
          continue;
        }
        const page = graphPage.safeParse(bodyOf(what, answer));
        if (!page.success) throw appError(ErrorCode.TenantUnavailable, `The tenant's answer while reading the ${what} of ${id} is no page: try again later.`, { retryable: true });
        const known = linked.get(id) ?? [];
        for (const end of objectsOf(page.data.value)) known.push(end.id);
        const next = page.data['@odata.nextLink'];
        if (next === undefined) {
          linked.delete(id);
          yield { id, linked: known };
          continue;
        }
        if (!next.startsWith(`${base}/`)) throw appError(ErrorCode.TenantUnavailable, `The tenant names a page of ${what} on another host, which is not followed: check the proxy.`);
        linked.set(id, known);
        // To the front: an object under way is finished before a new one is begun, which keeps few in memory.
        todo.unshift({ id, url: next.slice(base.length) });
      }
    }
  }

  return {
    async *read(kind, signal) {
      for await (const page of rows(kind, signal)) yield page.map((one) => fromGraph(kind, one));
    },

    async *readDeleted(kind, signal) {
      const address = `/directory/deletedItems/microsoft.graph.${kind}?$select=${selectOf(kind)}&$top=${PAGE}`;
      for await (const page of reader.pages(`deleted ${kind}s`, address, 1, signal)) yield objectsOf(page).map((one) => fromGraph(kind, one, { deleted: true }));
    },

    async *readMembers(groupIds, signal) {
      for await (const { id, linked } of related(groupIds.map((id) => ({ id, path: `/groups/${encodeURIComponent(id)}/members` })), 'members', signal)) if (linked !== null) yield { groupId: id, memberIds: linked };
    },

    async *readOwners(groupIds, signal) {
      for await (const { id, linked } of related(groupIds.map((id) => ({ id, path: `/groups/${encodeURIComponent(id)}/owners` })), 'owners', signal)) if (linked !== null) yield { groupId: id, ownerIds: linked };
    },

    async readBacklinks(kind, ids, signal) {
      const found = new Map(ids.map((id) => [id, { memberOf: [] as readonly string[], directReports: [] as readonly string[] }]));
      for (const relation of kind === 'user' ? ['memberOf', 'directReports'] as const : ['memberOf'] as const) {
        for await (const { id, linked } of related(ids.map((one) => ({ id: one, path: `${COLLECTION[kind]}/${encodeURIComponent(one)}/${relation}` })), 'memberships', signal)) {
          const known = found.get(id);
          if (known !== undefined && linked !== null) known[relation] = linked;
        }
      }
      return found;
    },

    readTogether: async (wanted, signal) => await together(wanted, 'together', signal),

    async readByIds(kind, ids, signal) {
      return (await together({ [kind]: ids }, 'one by one', signal)).objects;
    },
  };
}

