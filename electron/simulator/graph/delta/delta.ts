import type { GraphAnswer, GraphCall } from '../call.ts';
import { need } from '../permissions.ts';
import { badRequest, methodNotAllowed, unknownSegment } from '../refusal.ts';
import { firstRoundPage, type Page } from './first-round.ts';
import { laterRoundPage } from './later-round.ts';
import { luckOf } from './memory.ts';
import { checkOptions, readPreferences, readQuery, type DeltaQuery, type DeltaResource } from './query.ts';
import type { Round, Row } from './rows.ts';
import { checkToken, readToken, writeToken, type DeltaToken } from './token.ts';

/** Objects on a page at most; the documentation only says that it varies, its authors have been asked about 200. */
const PAGE_SIZE = 200;
/** Share of pages that stay empty though there is more ("This is true even if the current response may contain an empty result", delta query overview). */
const EMPTY_PAGES = 0.03;
/** Share of rounds that begin with changes told before (delta query overview: replays), and how many of them. */
const REPLAYS = 0.2;
const REPLAYED = 3;

/** True for the path segment that calls the delta function, in any of its spellings. */
export function isDelta(segment: string): boolean {
  return /^(microsoft\.graph\.)?delta(\(\))?$/.test(segment);
}

/**
 * `GET /{resource}/delta`: all objects, then what changed since (Graph documentation, delta query overview; user: delta;
 * group: delta; orgContact: delta; directoryObject: delta).
 * @throws GraphRefusal for options, filters and tokens that the service does not take.
 */
export function delta(call: GraphCall, resource: DeltaResource): GraphAnswer {
  const extra = call.segments[2];
  if (extra !== undefined) throw unknownSegment(extra);
  if (call.method !== 'GET') throw methodNotAllowed();
  const tenantId = call.directory.facts.id;
  const [next, from] = [call.query.get('skiptoken'), call.query.get('deltatoken')];
  if (next !== undefined && from !== undefined) throw badRequest('A request can carry $skiptoken or $deltatoken, not both.');
  // An empty token asks for a new beginning, `latest` for an end without one.
  const isFirst = next === undefined && (from === undefined || from === '' || from === 'latest');
  checkOptions(call, !isFirst);
  if (isFirst) {
    const query = readQuery(resource, call.query.get('select'), call.query.get('filter'));
    permit(call, query);
    const token = newRound(call, query);
    if (from !== 'latest') return answer(roundOf(call, query, token), true);
    return { status: 200, body: { '@odata.context': context(call, query, true), '@odata.deltaLink': deltaLink(call, token), value: [] } };
  }
  const token = readToken(next ?? from ?? '', next === undefined ? 'delta' : 'next', resource, tenantId);
  const query = readQuery(resource, token.select, token.filter);
  permit(call, query);
  checkToken(call, token);
  return answer(roundOf(call, query, token.use === 'next' ? token : laterRound(call, token)), false);
}

/** The permissions that reading the same objects needs (delta query overview: prerequisites; directoryObject: delta: per type). */
function permit(call: GraphCall, query: DeltaQuery): void {
  const found = query.ids && query.resource === 'directoryObjects' ? [...query.ids].map((id) => call.directory.any(id)?.kind) : [];
  const kinds = query.kinds.filter(({ kind }) => found.length === 0 || found.includes(undefined) || found.includes(kind));
  for (const { kind } of kinds) need(call, kind === 'user' ? 'readUsers' : kind === 'group' ? 'readGroups' : 'readContacts');
}

function newRound(call: GraphCall, { resource, select, filter }: DeltaQuery): DeltaToken {
  const { directory, clock } = call;
  const [now, version] = [clock.now(), directory.settledVersion];
  return {
    use: 'next', resource, ...(select === undefined ? {} : { select }), ...(filter === undefined ? {} : { filter }), generation: directory.journal.generation, run: call.delta.run,
    started: now, issued: now, since: version, end: version, page: 0, at: { phase: 'all', kind: 0, after: 0 },
  };
}

/** Begins to tell what came after a delta link; by luck also a little of what the round before it told. */
function laterRound(call: GraphCall, last: DeltaToken): DeltaToken {
  const { directory, clock } = call;
  const { journal } = directory;
  const isReplay = luckOf(`replay ${last.resource} ${last.since} ${last.end}`) < REPLAYS;
  const version = isReplay ? Math.max(last.since, journal.oldest, last.end - REPLAYED) : last.end;
  const now = clock.now();
  // A journal that settles late has nothing new to tell yet; it never takes back what it told.
  return { ...last, use: 'next', run: call.delta.run, started: now, issued: now, since: last.end, end: Math.max(last.end, directory.settledVersion), page: 0, at: { phase: 'changes', version } };
}

function roundOf(call: GraphCall, query: DeltaQuery, token: DeltaToken): Round {
  const { minimal, pageSize = PAGE_SIZE } = readPreferences(call);
  const isEmpty = luckOf(`empty ${token.resource} ${token.since} ${token.page}`) < EMPTY_PAGES;
  return { call, query, token, minimal, size: isEmpty ? 0 : Math.min(pageSize, PAGE_SIZE) };
}

function answer(round: Round, isInitial: boolean): GraphAnswer {
  const { call, query, token } = round;
  const { rows, next } = pageOf(round);
  const link: Row = next === null
    ? { '@odata.deltaLink': deltaLink(call, token) }
    : { '@odata.nextLink': linkTo(call, 'skiptoken', { ...token, issued: call.clock.now(), page: token.page + 1, at: next }) };
  return { status: 200, body: { '@odata.context': context(call, query, isInitial), ...link, value: rows } };
}

function pageOf(round: Round): Page {
  const { at } = round.token;
  if (at?.phase === 'all') return firstRoundPage(round, at);
  return at ? laterRoundPage(round, at) : { rows: [], next: null };
}

function context(call: GraphCall, { resource, select }: DeltaQuery, isInitial: boolean): string {
  return `${call.base}/$metadata#${resource}${isInitial && select !== undefined ? `(${select})` : ''}`;
}

function deltaLink(call: GraphCall, token: DeltaToken): string {
  const { at: _, ...round } = token;
  return linkTo(call, 'deltatoken', { ...round, use: 'delta', issued: call.clock.now() });
}

/** A link with nothing but its token, on the origin and in the spelling of the request. */
function linkTo(call: GraphCall, option: 'skiptoken' | 'deltatoken', token: DeltaToken): string {
  return `${call.base}/${call.segments.slice(0, 2).map(encodeURIComponent).join('/')}?$${option}=${writeToken(token, call.directory.facts.id)}`;
}
