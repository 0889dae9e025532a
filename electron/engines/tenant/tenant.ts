import { createSender } from './batch/sender.ts';
import { CLOUD_HOSTS, requireFittingTransports } from './clouds.ts';
import type { TenantLog } from './clouds.ts';
import { createGraphClient } from './graph/client.ts';
import { createDelta } from './graph/delta.ts';
import { createObjects } from './graph/objects.ts';
import { createOrganization } from './graph/organization.ts';
import { createReader } from './graph/reader.ts';
import { isRead, requireReadable } from './graph/read-only.ts';
import type { Traffic } from './graph/traffic.ts';
import { createExchangeGateway } from './exchange/gateway.ts';
import type { ExchangeGateway, Tenant, TenantTransports } from './port.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import type { TargetConnection } from '../../../shared/domain/settings.ts';
import { gateKey, type TenantGates } from './throttle/gates.ts';
import type { SharedBudget } from './throttle/shared-budget.ts';
import { SYSTEM_TIMING } from './throttle/timing.ts';
import type { Timing } from './throttle/timing.ts';

/** What opening a tenant needs. */
export interface OpenTenantOptions {
  readonly connection: TargetConnection;
  readonly signIn: SignIn;
  /** The program's gates; connections of the same application and tenant wait at the same one. */
  readonly gates: TenantGates;
  /** What other agents share with this one about a tenant, by {@link gateKey}; absent: nobody else is there. */
  readonly budgetOf?: (key: string) => SharedBudget;
  /** Only for a rehearsal on a simulated tenant. */
  readonly transports?: TenantTransports;
  readonly log?: TenantLog;
  /** The machine's clock when absent. */
  readonly timing?: Timing;
  /** Time limit of one HTTP request, milliseconds; 100,000 when absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A tenant with the gate's estimate of what is ahead. */
export interface OpenedTenant extends Tenant {
  /** Milliseconds that so many more writes will take, by the pace seen and the limits documented; 0 when nothing slows them. */
  estimate(writes: number): number;
  /** Exchange Online of the same tenant, with the same sign-in; it signs in at the first cmdlet. */
  readonly exchange: ExchangeGateway;
}

/**
 * Opens a tenant: signs in, so that wrong credentials are told at once, and puts the parts together.
 * @throws AppError AUTH_FAILED, SECRET_MISSING, BAD_FILE, INVALID_INPUT, TENANT_UNAVAILABLE, TIMEOUT, CERTIFICATE_REFUSED, CANCELLED.
 */
export async function openTenant(options: OpenTenantOptions): Promise<OpenedTenant> {
  const { connection, signIn, gates } = options;
  requireFittingTransports(connection, options.transports);
  const log = options.log ?? (() => undefined);
  const timing = options.timing ?? SYSTEM_TIMING;
  const traffic: Traffic = { requests: 0, batches: 0, throttled: 0, waitedMs: 0, http: 0 };
  const gate = gates.of(connection);
  const onSent = (): void => { traffic.http += 1; };
  const client = createGraphClient({ onSent, connection, signIn, ...(options.transports ? { transports: options.transports } : {}), ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }) });
  await signIn.token('graph', options.signal);

  const alone = options.budgetOf === undefined ? () => {} : gate.share(options.budgetOf(gateKey(connection)));
  const listeners = new Set<(waitMs: number) => void>();
  const deaf = gate.onThrottled((waitMs) => {
    traffic.waitedMs += waitMs;
    log({ level: 'info', message: 'The tenant is throttling; all requests pause.', detail: { waitMs: Math.round(waitMs) } });
    for (const listener of listeners) listener(waitMs);
  });

  const reader = createReader({ client, gate, timing, traffic });
  const sendBatches = createSender({ client, gate, timing, traffic });
  const send: Tenant['send'] = async (requests, signal, before) => {
    // Told here for the whole call, before any part of it is sent; the client refuses once more, batch by batch.
    const write = requests.find((one) => !isRead(one));
    if (write) requireReadable(connection, { method: write.method, address: write.url });
    return sendBatches(requests, signal, before);
  };
  const objects = createObjects({ reader, send, origin: CLOUD_HOSTS[connection.cloud].graph, log });
  const organization = createOrganization({ reader, send, readMembers: objects.readMembers, log });

  return {
    ...objects, ...organization, ...createDelta({ send, origin: CLOUD_HOSTS[connection.cloud].graph }), send, traffic,
    estimate: (writes) => gate.estimate(writes),
    exchange: createExchangeGateway({ connection, signIn, timing, onSent, ...(options.transports ? { transports: options.transports } : {}) }),
    onThrottled(listener) { listeners.add(listener); },
    async close() {
      deaf();
      alone();
      listeners.clear();
    },
  };
}
