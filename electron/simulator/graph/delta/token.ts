import { createHmac, timingSafeEqual } from 'node:crypto';
import type { GraphCall } from '../call.ts';
import { badRequest, GraphRefusal } from '../refusal.ts';
import type { DeltaResource } from './query.ts';

/** Delta tokens of directory objects live 7 days (Graph documentation, delta query overview: token duration). */
export const DELTA_TOKEN_MS = 7 * 24 * 3600 * 1000;
/** A next link lives an hour; the service publishes no figure. */
export const NEXT_LINK_MS = 3600 * 1000;

/** A group whose members did not fit in a page: the next page goes on after that member id. */
export interface Part { readonly id: string; readonly after: string }
/** Where the next page begins: among all objects, or among the journal's changes. */
export type Position =
  | { readonly phase: 'all'; readonly kind: number; readonly after: number; readonly part?: Part }
  | { readonly phase: 'changes'; readonly version: number; readonly part?: Part };

/** What a state token carries. */
export interface DeltaToken {
  readonly use: 'next' | 'delta';
  readonly resource: DeltaResource;
  readonly select?: string;
  readonly filter?: string;
  /** Generation of the journal, without which no change can be told. */
  readonly generation: string;
  /** Run of the simulator: positions among all objects do not outlive it. */
  readonly run: string;
  /** Wall times in milliseconds since 1970: start of the round, and of this token. */
  readonly started: number;
  readonly issued: number;
  /** Journal version at which the round began to tell changes: where a replay may begin. */
  readonly since: number;
  /** Journal version up to which the round tells changes. */
  readonly end: number;
  /** Pages of the round so far. */
  readonly page: number;
  /** Next links only. */
  readonly at?: Position;
}

const malformed = (): GraphRefusal => badRequest('Badly formed token.');
const seal = (json: Buffer, tenantId: string): Buffer => createHmac('sha256', `delta ${tenantId}`).update(json).digest().subarray(0, 16);

/** Opaque text of a token, bound to the tenant. */
export function writeToken(token: DeltaToken, tenantId: string): string {
  const json = Buffer.from(JSON.stringify(token));
  return Buffer.concat([seal(json, tenantId), json]).toString('base64url');
}

/**
 * Reads a token that this tenant issued for that use and collection.
 * @throws GraphRefusal 400 for any other text.
 */
export function readToken(text: string, use: DeltaToken['use'], resource: DeltaResource, tenantId: string): DeltaToken {
  const bytes = Buffer.from(text, 'base64url');
  const json = bytes.subarray(16);
  if (bytes.length <= 16 || !timingSafeEqual(bytes.subarray(0, 16), seal(json, tenantId))) throw malformed();
  const token = JSON.parse(json.toString('utf8')) as DeltaToken;
  if (token.use !== use || token.resource !== resource) throw malformed();
  return token;
}

/**
 * Refuses a token whose time is over or whose changes the tenant no longer knows.
 * @throws GraphRefusal 400 Directory_ExpiredPageToken for a next link, 400 syncStateNotFound for a delta link, 410 after a reset.
 */
export function checkToken(call: GraphCall, token: DeltaToken): void {
  const now = call.clock.now();
  const { journal } = call.directory;
  const lateNext = token.use === 'next' && (now - token.issued > NEXT_LINK_MS || (token.at?.phase === 'all' && token.run !== call.delta.run));
  if (lateNext) throw new GraphRefusal(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired and can no longer be included in your request.');
  if (now - token.started > DELTA_TOKEN_MS) throw new GraphRefusal(400, 'syncStateNotFound', 'The sync state generation is not found. The delta token is expired and data must be synchronized again.');
  const version = token.at?.phase === 'changes' ? token.at.version : token.end;
  if (call.delta.isReset() || token.generation !== journal.generation || version < journal.oldest) {
    const location = `${call.base}/${token.resource}/delta?$deltatoken=`;
    throw new GraphRefusal(410, 'resyncRequired', 'The delta token is no longer valid, and the app must reset the sync state.', { headers: { location } });
  }
}
