import type { z } from 'zod';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { ObjectKind, TargetObject } from '../../../../shared/domain/objects.ts';
import type { TenantLog } from '../clouds.ts';
import type { GraphAnswer, GraphRequest, Tenant } from '../port.ts';
import { fromGraph, selectOf } from './codec.ts';
import { graphObject, graphPage, type GraphObject } from './envelopes.ts';
import { refused } from './failures.ts';
import { COLLECTION } from './writes.ts';

/** Values of one `in` at most (Microsoft Graph known issues, "Some limitations apply to query parameters": 15 expressions). */
const MOST_IDS = 15;
/** Members of a page (Graph documentation, list members: 999). */
const PAGE = 999;
/** The manager along with a user. */
export const EXPAND_MANAGER = '&$expand=manager($select=id)';

/** One address to be read, and what it is about. */
type Question =
  | { readonly about: 'objects'; readonly kind: ObjectKind; readonly ids: readonly string[]; readonly url: string; readonly managers: boolean }
  | { readonly about: 'object'; readonly kind: ObjectKind; readonly ids: readonly string[]; readonly url: string; readonly managers: boolean }
  | { readonly about: 'members'; readonly group: string; readonly url: string };

/** What reading together is made of. `expands`: whether the tenant gives managers along with users, as far as is known. */
export interface TogetherParts {
  readonly send: (requests: readonly GraphRequest[], signal?: AbortSignal) => Promise<readonly GraphAnswer[]>;
  readonly base: string;
  readonly expands: { managers: boolean };
  readonly withManagers: (objects: readonly GraphObject[], signal?: AbortSignal) => Promise<readonly GraphObject[]>;
  readonly log: TenantLog;
}

const part = (id: string): string => encodeURIComponent(id);
const quoted = (id: string): string => `'${part(id.replaceAll("'", "''"))}'`;

/**
 * Makes what reads objects by their ids, of several kinds and with members of groups, in one round of batches: users and groups fifteen an address by
 * `$filter=id in (...)`, which both support (Graph documentation, user and group resource, id), so that one batch holds 300 of them. Contacts are read one by one, and so
 * is everything in a tenant that refuses the filter, or when it is asked for.
 */
export function createTogether({ send, base, expands, withManagers, log }: TogetherParts): (wanted: Parameters<Tenant['readTogether']>[0], how: 'together' | 'one by one', signal?: AbortSignal) => ReturnType<Tenant['readTogether']> {
  const query = (kind: ObjectKind, managers: boolean): string => `$select=${selectOf(kind)}${managers ? EXPAND_MANAGER : ''}`;
  const single = (kind: ObjectKind, id: string): Question => {
    const managers = kind === 'user' && expands.managers;
    return { about: 'object', kind, ids: [id], managers, url: `${COLLECTION[kind]}/${part(id)}?${query(kind, managers)}` };
  };
  const several = (kind: ObjectKind, ids: readonly string[]): Question => {
    const managers = kind === 'user' && expands.managers;
    return { about: 'objects', kind, ids, managers, url: `${COLLECTION[kind]}?$filter=id%20in%20(${ids.map(quoted).join(',')})&${query(kind, managers)}` };
  };
  const questionsOf = (kind: ObjectKind, ids: readonly string[], how: 'together' | 'one by one'): Question[] => {
    if (how === 'one by one' || kind === 'contact' || ids.length === 1) return ids.map((id) => single(kind, id));
    return Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, i) => several(kind, ids.slice(i * MOST_IDS, (i + 1) * MOST_IDS)));
  };
  const next = (link: string, from: string, what: string): string => {
    if (!link.startsWith(`${base}/`)) throw appError(ErrorCode.TenantUnavailable, `The tenant names a page of ${what} on another host, which is not followed: check the proxy.`);
    if (link === `${base}${from}`) throw appError(ErrorCode.TenantUnavailable, `The tenant names the same page of ${what} again and again: try again later.`, { retryable: true });
    return link.slice(base.length);
  };
  const pageOf = (body: unknown, what: string): z.output<typeof graphPage> => {
    const page = graphPage.safeParse(body);
    if (!page.success) throw appError(ErrorCode.TenantUnavailable, `The tenant's answer while reading ${what} is no page of objects: try again, and check for a proxy that changes answers.`, { retryable: true });
    return page.data;
  };

  return async (wanted, how, signal) => {
    const rows: Record<ObjectKind, GraphObject[]> = { user: [], group: [], contact: [] };
    /** Users that came without what an expansion would have told. */
    const alone: GraphObject[] = [];
    const members = new Map<string, string[]>();
    let open: Question[] = [
      ...(['user', 'group', 'contact'] as const).flatMap((kind) => questionsOf(kind, [...new Set(wanted[kind] ?? [])], how)),
      ...[...new Set(wanted.membersOf ?? [])].map((group): Question => ({ about: 'members', group, url: `${COLLECTION.group}/${part(group)}/members?$select=id&$top=${PAGE}` })),
    ];
    while (open.length > 0) {
      const answers = await send(open.map(({ url }) => ({ method: 'GET', url })), signal);
      const rest: Question[] = [];
      for (const [index, question] of open.entries()) {
        const what = question.about === 'members' ? 'members' : `single ${question.kind}s`;
        const answer = answers[index];
        if (answer?.kind !== 'answered') throw appError(ErrorCode.TenantUnavailable, `Reading ${what} failed: ${answer?.reason ?? 'no answer'}. Try again later.`, { retryable: true });
        if (answer.status === 404 && question.about === 'members') {
          members.delete(question.group);
          log({ level: 'warn', message: 'A group disappeared while its members were being read.', detail: { id: question.group } });
          continue;
        }
        if (answer.status === 404 && question.about === 'object') continue;
        if (answer.error !== null && question.about !== 'members' && (answer.status === 400 || answer.status === 501)) {
          if (question.managers) {
            if (expands.managers) log({ level: 'warn', message: 'The tenant does not give the manager along with a user; it is read separately, which is slower.' });
            expands.managers = false;
            rest.push(question.about === 'object' ? single(question.kind, question.ids[0] ?? '') : several(question.kind, question.ids));
            continue;
          }
          if (question.about === 'objects') {
            rest.push(...question.ids.map((id) => single(question.kind, id)));
            continue;
          }
        }
        if (answer.error !== null) throw refused(what, answer.error);
        if (question.about === 'object') {
          const parsed = graphObject.safeParse(answer.body);
          if (!parsed.success) throw appError(ErrorCode.TenantUnavailable, `The tenant's answer while reading ${what} is no object: try again later.`, { retryable: true });
          (question.kind === 'user' && !question.managers ? alone : rows[question.kind]).push(parsed.data);
          continue;
        }
        const page = pageOf(answer.body, what);
        const found = page.value.flatMap((row) => graphObject.safeParse(row).data ?? []);
        if (question.about === 'members') {
          const known = members.get(question.group) ?? [];
          for (const { id } of found) known.push(id);
          members.set(question.group, known);
        }
        else (question.kind === 'user' && !question.managers ? alone : rows[question.kind]).push(...found);
        const link = page['@odata.nextLink'];
        if (link !== undefined) rest.push({ ...question, url: next(link, question.url, what) });
      }
      open = rest;
    }
    if (alone.length > 0) rows.user.push(...await withManagers(alone, signal));
    return { members, objects: new Map((['user', 'group', 'contact'] as const).flatMap((kind) => rows[kind].map((row): [string, TargetObject] => [row.id, fromGraph(kind, row)]))) };
  };
}
