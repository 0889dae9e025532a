import type { GraphAnswer, GraphCall } from '../call.ts';
import { denied, methodNotAllowed } from '../refusal.ts';
import { liveUser } from './find.ts';

/** Sessions of a person are ended with another permission than those of everybody (Graph documentation, user: revokeSignInSessions). */
const REVOKE = { application: ['User.RevokeSessions.All', 'Directory.ReadWrite.All'], delegated: ['User.RevokeSessions.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'] };

/** Sign-ins before this moment count no more. To the millisecond, so that one in the same second before it is ended too. */
const endedSessions = (now: number) => ({ signInSessionsValidFromDateTime: new Date(now).toISOString().replace('.000Z', 'Z') });

/** What a new password changes: its date, and every session before it (Graph documentation, user resource, lastPasswordChangeDateTime, signInSessionsValidFromDateTime). */
export function newPassword(now: number): Readonly<Record<string, string>> {
  return { lastPasswordChangeDateTime: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'), ...endedSessions(now) };
}

/** `POST /users/{key}/revokeSignInSessions`: 200 with true. */
export function revokeSignInSessions(call: GraphCall, key: string): GraphAnswer {
  const { caller, directory } = call;
  if (call.method !== 'POST') throw methodNotAllowed();
  if (!REVOKE[caller.userId === null ? 'application' : 'delegated'].some((p) => caller.permissions.has(p)) || (caller.userId !== null && !caller.isAdministrator)) throw denied();
  const object = liveUser(call, key);
  directory.update(object, { ...object.properties, ...endedSessions(call.clock.now()) });
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#Edm.Boolean`, value: true } };
}
