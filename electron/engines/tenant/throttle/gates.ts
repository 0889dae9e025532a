import type { TargetConnection } from '../../../../shared/domain/settings.ts';
import { createGate, DOCUMENTED_PACE } from './gate.ts';
import type { Gate, Pace } from './gate.ts';
import { SYSTEM_TIMING } from './timing.ts';
import type { Timing } from './timing.ts';

/** What the service counts by, as one text: cloud, tenant and application. No secret is in it. */
export function gateKey({ cloud, tenantId, clientId, simulated }: Pick<TargetConnection, 'cloud' | 'tenantId' | 'clientId' | 'simulated'>): string {
  return [cloud, tenantId.toLowerCase(), clientId.toLowerCase(), simulated === null ? '' : JSON.stringify(simulated)].join('|');
}

/**
 * Holds one gate per cloud, tenant and application, because that is what the service counts by. Made once by whoever puts the
 * program together and passed to everything that opens a tenant.
 */
export class TenantGates {
  readonly #gates = new Map<string, Gate>();
  readonly #pace: Pace;
  readonly #timing: Timing;

  /** @param options numbers that differ from {@link DOCUMENTED_PACE}, and the clock (tests). */
  constructor(options: { readonly pace?: Partial<Pace>; readonly timing?: Timing } = {}) {
    this.#pace = { ...DOCUMENTED_PACE, ...options.pace };
    this.#timing = options.timing ?? SYSTEM_TIMING;
  }

  /** The gate of that connection; the same one for the same cloud, tenant and application. */
  of(connection: Parameters<typeof gateKey>[0]): Gate {
    const key = gateKey(connection);
    const known = this.#gates.get(key);
    if (known) return known;
    const gate = createGate(this.#pace, this.#timing);
    this.#gates.set(key, gate);
    return gate;
  }
}
