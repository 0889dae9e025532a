import type { Directory } from '../directory/directory.ts';
import { callerReader } from '../graph/caller.ts';
import { GraphRefusal } from '../graph/refusal.ts';
import { FULL_CLIENT_ID } from '../signin/apps.ts';
import type { TokenSigner } from '../signin/keys.ts';
import { ExchangeRefusal } from './refusal.ts';

/** Who runs a cmdlet. */
export interface ExchangeCaller {
  readonly appId: string;
  /** Id of the signed-in user or of the service principal. */
  readonly id: string;
  /** Signed-in user; null for an application on its own. */
  readonly userId: string | null;
  /** May run cmdlets that write recipients. */
  readonly mayWrite: boolean;
  /** Belongs to the role group Organization Management, which may change groups of others; recipient administrators do not. */
  readonly managesOrganization: boolean;
}

/** Role template of Exchange Administrator (Entra built-in roles reference). */
export const EXCHANGE_ADMINISTRATOR = '29232cdf-9323-42fd-ade2-1d097af3e4de';
/** Global and Exchange Administrator: members of Organization Management (Exchange Online documentation, permissions in Exchange Online). */
const MANAGERS = new Set(['62e90394-69f5-4237-9190-012177145e10', EXCHANGE_ADMINISTRATOR]);
/** They and Exchange Recipient Administrator hold the cmdlets that write recipients. */
const WRITERS = new Set([...MANAGERS, '31392ffb-586c-42d1-9346-e59415a2cc4e']);
/** Further roles that Exchange Online supports: Global Reader, Security and Compliance Administrator, Security Reader, Helpdesk Administrator (Exchange PowerShell documentation, app-only authentication). */
const READERS = new Set(['f2ef992c-3afb-46b9-b7cf-a126ee74c451', '194ae4cb-b126-40b2-bd5b-6091b380977d', '17315797-102d-40b4-93e0-432062caca18', '5d6b6bb7-de71-4623-b4af-96380a352509', '729827e3-9c14-49f7-bb1b-9608f156bbb8']);

/**
 * Reads who calls: an application needs Exchange.ManageAsApp and an Entra role, a person Exchange.Manage and an Entra role. The
 * application that every simulated tenant has is Exchange Administrator unless the seed names holders of that role itself.
 * @throws ExchangeRefusal 401 without a valid token for Exchange Online, 403 without permission or role.
 */
export function exchangeCallerReader(signer: TokenSigner, directory: Directory): (authorization: string | undefined, nowMs: number) => ExchangeCaller {
  const callerOf = callerReader(signer, 'exchange', directory.facts.id);
  const ids = new Map<string, string>();
  const idOf = (authorization: string): string => {
    const known = ids.get(authorization);
    if (known !== undefined) return known;
    if (ids.size >= 1000) ids.clear();
    // The signature has been checked.
    const claims = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString('utf8')) as { readonly oid?: unknown };
    const id = String(claims.oid);
    ids.set(authorization, id);
    return id;
  };
  const rolesOf = (id: string, appId: string, isUser: boolean): readonly string[] => {
    const named = directory.roles.filter((r) => r.memberIds.has(id)).map((r) => r.roleTemplateId);
    const isDecided = directory.roles.some((r) => r.roleTemplateId === EXCHANGE_ADMINISTRATOR);
    return !isUser && appId === FULL_CLIENT_ID && !isDecided ? [...named, EXCHANGE_ADMINISTRATOR] : named;
  };
  return (authorization, nowMs) => {
    try {
      const caller = callerOf(authorization, nowMs);
      const id = idOf(authorization ?? '');
      if (!caller.permissions.has(caller.userId === null ? 'Exchange.ManageAsApp' : 'Exchange.Manage')) {
        throw new ExchangeRefusal(403, 'Forbidden', null, 'The token holds no permission for this resource.');
      }
      const roles = rolesOf(id, caller.appId, caller.userId !== null);
      const mayWrite = roles.some((r) => WRITERS.has(r));
      if (!mayWrite && !roles.some((r) => READERS.has(r))) {
        throw new ExchangeRefusal(403, 'Forbidden', null, `The role assigned to application ${caller.appId} isn't supported in this scenario. Please check online documentation for assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication.`);
      }
      return { appId: caller.appId, id, userId: caller.userId, mayWrite, managesOrganization: roles.some((r) => MANAGERS.has(r)) };
    } catch (error) {
      if (error instanceof GraphRefusal) throw new ExchangeRefusal(401, 'Unauthorized', null, error.message);
      throw error;
    }
  };
}
