import type { GraphAnswer, GraphCall } from '../call.ts';
import { denied, methodNotAllowed } from '../refusal.ts';
import { liveUser } from './find.ts';

/** Sessions of a person are ended with another permission than those of everybody (Graph documentation, user: revokeSignInSessions). */
const REVOKE = { application: ['User.RevokeSessions.All', 'Directory.ReadWrite.All'], delegated: ['User.RevokeSessions.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'] };

/** `POST /users/{key}/revokeSignInSessions`: 200 with true. */
export function revokeSignInSessions(call: GraphCall, key: string): GraphAnswer {
  const { caller, directory } = call;
  if (call.method !== 'POST') throw methodNotAllowed();
  if (!REVOKE[caller.userId === null ? 'application' : 'delegated'].some((p) => caller.permissions.has(p)) || (caller.userId !== null && !caller.isAdministrator)) throw denied();
  const object = liveUser(call, key);
  directory.update(object, { ...object.properties, signInSessionsValidFromDateTime: new Date(call.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z') });
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#Edm.Boolean`, value: true } };
}
