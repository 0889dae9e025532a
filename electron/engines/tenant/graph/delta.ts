import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { ObjectKind, TargetChange } from '../../../../shared/domain/objects.ts';
import { GRAPH_VERSION } from '../clouds.ts';
import type { ChangeRound, DeltaLinks, GraphAnswer, GraphRequest, LostResource, Tenant, TrackedResource } from '../port.ts';
import { selectOf } from './codec.ts';
import { changeOf, deltaPage, RELATIONS } from './delta-rows.ts';
import { refused } from './failures.ts';

/**
 * The resources whose changes are followed, in the order in which their pages are told: people first, since a group's page that was
 * made after theirs says who came back to it.
 */
export const TRACKED_RESOURCES = ['users', 'contacts', 'groups'] as const satisfies readonly TrackedResource[];
/** What each of them holds. */
export const KIND_OF_RESOURCE: Readonly<Record<TrackedResource, ObjectKind>> = { users: 'user', groups: 'group', contacts: 'contact' };

type Send = (requests: readonly GraphRequest[], signal?: AbortSignal) => Promise<readonly GraphAnswer[]>;

/** What is followed of a resource: the value of `$select`. Another value needs a whole reading, since a link goes on with its own. */
export function trackedSelect(resource: TrackedResource): string {
  const kind = KIND_OF_RESOURCE[resource];
  return [selectOf(kind), ...RELATIONS[kind]].join(',');
}

/** Why a link is of no more use. The service says it in several ways (Graph documentation, delta query overview: token duration, synchronization reset). */
function lossOf({ error }: Extract<GraphAnswer, { readonly kind: 'answered' }>): LostResource | null {
  if (error === null) return null;
  if (error.status === 410) return 'reset';
  if (error.status !== 400 && error.status !== 404) return null;
  return /syncStateNotFound|expired/i.test(`${error.code} ${error.message}`) ? 'expired' : 'refused';
}

/** Following what changed in a tenant. The methods are those of {@link Tenant}. */
export function createDelta(parts: { readonly send: Send; readonly origin: string }): Pick<Tenant, 'changes' | 'latestLinks'> {
  const base = `${parts.origin}/${GRAPH_VERSION}`;

  /** One page for each link, in one batch. */
  async function pages(urls: ReadonlyMap<TrackedResource, string>, signal: AbortSignal | undefined): Promise<ReadonlyMap<TrackedResource, Extract<GraphAnswer, { readonly kind: 'answered' }>>> {
    const answers = await parts.send([...urls.values()].map((url) => ({ method: 'GET', url })), signal);
    return new Map([...urls.keys()].map((resource, index) => {
      const answer = answers[index];
      if (answer?.kind !== 'answered') throw appError(ErrorCode.TenantUnavailable, `Reading the changes of ${resource} failed: ${answer?.reason ?? 'no answer'}. Try again later.`, { retryable: true });
      return [resource, answer] as const;
    }));
  }

  const pageOf = (resource: TrackedResource, body: unknown) => {
    const page = deltaPage.safeParse(body);
    if (!page.success) throw appError(ErrorCode.TenantUnavailable, `The tenant's answer about the changes of ${resource} is no page of objects: try again, and check for a proxy that changes answers.`, { retryable: true });
    return page.data;
  };

  return {
    async *changes(links, signal): AsyncGenerator<ChangeRound> {
      const at = new Map<TrackedResource, string>();
      let lost: Partial<Record<TrackedResource, LostResource>> = {};
      for (const resource of TRACKED_RESOURCES) {
        const link = links[resource];
        if (link === undefined) continue;
        // A link of another cloud or version is followed nowhere.
        if (link.startsWith(`${base}/`)) at.set(resource, link.slice(base.length));
        else lost[resource] = 'refused';
      }
      if (Object.keys(lost).length > 0) yield { changes: [], links: {}, lost };
      while (at.size > 0) {
        const answers = await pages(at, signal);
        const changes: TargetChange[] = [];
        const ended: Partial<Record<TrackedResource, string>> = {};
        lost = {};
        for (const [resource, answer] of answers) {
          const loss = lossOf(answer);
          if (loss !== null) lost[resource] = loss;
          else if (answer.error !== null) throw refused(`the changes of ${resource}`, answer.error);
          if (loss !== null) { at.delete(resource); continue; }
          const page = pageOf(resource, answer.body);
          for (const json of page.value) {
            const change = changeOf(KIND_OF_RESOURCE[resource], json);
            if (change !== null) changes.push(change);
          }
          const next = page['@odata.nextLink'];
          if (next === undefined) {
            const link = page['@odata.deltaLink'];
            // Without a link nobody could go on: the next reading is a whole one.
            if (link === undefined) lost[resource] = 'refused';
            else ended[resource] = link;
            at.delete(resource);
          } else {
            if (!next.startsWith(`${base}/`)) throw appError(ErrorCode.TenantUnavailable, `The tenant names a page of ${resource} on another host, which is not followed: check the proxy.`);
            if (next.slice(base.length) === at.get(resource)) throw appError(ErrorCode.TenantUnavailable, `The tenant names the same page of ${resource} again and again: try again later.`, { retryable: true });
            at.set(resource, next.slice(base.length));
          }
        }
        yield { changes, links: ended, lost };
      }
    },

    async latestLinks(resources, signal) {
      if (resources.length === 0) return {};
      const links: Partial<Record<TrackedResource, string>> = {};
      for (const [resource, answer] of await pages(new Map(resources.map((one) => [one, `/${one}/delta?$select=${trackedSelect(one)}&$deltatoken=latest`])), signal)) {
        if (answer.error !== null) throw refused(`the changes of ${resource}`, answer.error);
        const link = pageOf(resource, answer.body)['@odata.deltaLink'];
        if (link === undefined) throw appError(ErrorCode.TenantUnavailable, `The tenant does not say from where to follow the changes of ${resource}: try again later.`, { retryable: true });
        links[resource] = link;
      }
      return links satisfies DeltaLinks;
    },
  };
}
