import type { SimulatorClock } from '../clock.ts';
import type { DirectoryObject, State } from './objects.ts';

/** Who reads or writes: Graph with the directory behind it, or Exchange Online with its own copy. */
export type Reader = 'graph' | 'exchange';

/** How long, in quick milliseconds, readers miss a write. May be changed while the tenant runs; later writes take the new values. */
export interface Lags {
  /** Readers of the service that was written to. */
  replicationMs: number;
  /** Readers of the other service, at least the same. */
  exchangeMs: number;
}

const REPLICA = { graph: 'graphReplica', exchange: 'exchangeReplica' } as const;

/** Keeps what late readers still see (Graph documentation: reads may miss a recent write; Exchange and the directory copy each other in minutes). */
export class Replication {
  readonly lags: Lags;
  readonly #clock: SimulatorClock;
  /** Objects with a replica that may still be pending. */
  readonly #pending = new Set<DirectoryObject>();

  constructor(clock: SimulatorClock, lags: Lags) {
    this.#clock = clock;
    this.lags = lags;
  }

  /**
   * To be called before an object is changed.
   * @param before its state; place `none` for one that is being created.
   * @param version of the journal before the write.
   */
  delay(object: DirectoryObject, before: () => State, by: Reader, version: number): void {
    const { replicationMs, exchangeMs } = this.lags;
    if (replicationMs === 0 && exchangeMs === 0) return;
    const now = this.#clock.quick();
    for (const reader of ['graph', 'exchange'] as const) {
      const lag = reader === by ? replicationMs : Math.max(replicationMs, exchangeMs);
      if (lag === 0) continue;
      const replica = object[REPLICA[reader]];
      const isPending = replica !== null && replica.until > now;
      object[REPLICA[reader]] = { until: Math.max(now + lag, isPending ? replica.until : 0), ...(isPending ? { before: replica.before, version: replica.version } : { before: before(), version }) };
      this.#pending.add(object);
    }
  }
  /** Wall milliseconds until Exchange sees what Graph writes now. */
  untilExchangeMs(): number { return this.#clock.realWait(Math.max(this.lags.replicationMs, this.lags.exchangeMs)); }
  /** The state that a reader still sees instead of the written one; null: it sees the written one. */
  late(object: DirectoryObject, reader: Reader): State | null {
    const replica = object[REPLICA[reader]];
    return replica !== null && replica.until > this.#clock.quick() ? replica.before : null;
  }
  /** Objects that some reader does not see as they are. */
  pending(): readonly DirectoryObject[] {
    for (const object of this.#pending) {
      const [graph, exchange] = [this.late(object, 'graph'), this.late(object, 'exchange')];
      if (!graph) object.graphReplica = null;
      if (!exchange) object.exchangeReplica = null;
      if (!graph && !exchange) this.#pending.delete(object);
    }
    return [...this.#pending];
  }
}
