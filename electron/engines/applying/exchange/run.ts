import type { TargetObject } from '../../../../shared/domain/objects.ts';
import { appError, ErrorCode, type AppError } from '../../../../shared/domain/errors.ts';
import { isRefusal, readRecipient, type ExchangeGateway, type ExchangeKind, type KeptKind } from '../../tenant/index.ts';
import type { ApplyPorts, Intent, Settlement } from '../port.ts';
import { withoutEffect } from '../prepare.ts';
import type { Resolved } from '../send.ts';
import { namesOf } from './position.ts';
import { YOUNG_WAITS_MS, type Young } from '../young.ts';

/** What the operations of Exchange Online need. */
export type ExchangePorts = Pick<ApplyPorts, 'exchange' | 'ledger' | 'wait' | 'matches'>;

/** An operation that may be sent, with the object as it was read right before; `present` null for a create. */
export interface ReadyAtExchange { readonly intent: Intent; readonly references: readonly Resolved[]; readonly present: TargetObject | null }

/** Nobody is older than that: no object was made in this run. */
export const NONE_YOUNG: Young = { note: () => undefined, has: () => false };

/** The gateway. @throws AppError FORBIDDEN when the program reaches no Exchange Online. */
export function gatewayOf({ exchange }: Pick<ExchangePorts, 'exchange'>): ExchangeGateway {
  if (exchange === undefined) throw appError(ErrorCode.Forbidden, 'Contacts and groups with mail are written through Exchange Online, which this connection does not reach.');
  return exchange;
}

/** What Exchange Online has the object of an operation as. */
export const kindOf = ({ operation }: Pick<Intent, 'operation'>): ExchangeKind => {
  if (operation.objectKind === 'group') return operation.recipient === undefined ? 'group' : 'Microsoft 365 group';
  return operation.objectKind;
};
/** The same of what it creates and deletes, which is only what it keeps. */
export const keptKindOf = ({ operation }: Pick<Intent, 'operation'>): KeptKind => (operation.objectKind === 'group' ? 'group' : 'contact');

/** Reads the object of an operation, patiently when this run has just made it. @throws AppError as the gateway. */
export async function readPatiently(ports: ExchangePorts, { operation }: Pick<Intent, 'operation'>, id: string, young: Young, signal?: AbortSignal): Promise<TargetObject | undefined> {
  for (const pause of [0, ...YOUNG_WAITS_MS]) {
    if (pause > 0) await ports.wait(pause, signal);
    const found = await readRecipient(gatewayOf(ports), kindOf({ operation }), id, signal, namesOf([operation]));
    if (found !== undefined && found !== 'several') return found.object;
    if (!young.has(id)) return undefined;
  }
  return undefined;
}

/** The settlement of a refused operation. @throws every error that is about more than this one operation: the intent stays open. */
export function refusedAtExchange(intent: Intent, error: unknown, more = ''): Settlement {
  if (!isRefusal(error)) throw error;
  return withoutEffect(intent, sentenceOfRefusal(error) + more);
}

/** One clear sentence of a refusal. */
export function sentenceOfRefusal(error: AppError): string {
  const { code, message } = error.data;
  return code === ErrorCode.AuthFailed || code === ErrorCode.Forbidden
    ? `${message.replace(/\.?$/, '.')} Until then contacts, groups with mail and permissions on mailboxes cannot be written.` : message;
}
