/** The part of a child process that the supervisor uses. */
export interface Supervised {
  onExit(listener: (code: number) => void): void;
  kill(): void;
}

/** How the host stands; shown by the shell. `failed`: it ended too often and is not started again by itself. */
export type HostState = 'running' | 'restarting' | 'failed' | 'stopped';

/** How {@link supervise} behaves. */
export interface SupervisorOptions {
  /** Starts a fresh host. */
  readonly spawn: () => Supervised;
  /** Exits within `windowMs` after which it gives up. */
  readonly maxExits: number;
  readonly windowMs: number;
  /** Milliseconds of a steadily growing clock. */
  readonly now: () => number;
  readonly schedule: (fn: () => void, ms: number) => void;
  readonly onState: (state: HostState, info: { readonly exits: number; readonly code: number | null }) => void;
}

/** Milliseconds before restart `n` (1, 2, 3 ...): 0.5 s, doubling, at most 8 s. */
export function backOffMs(n: number): number {
  return Math.min(500 * 2 ** (n - 1), 8000);
}

/**
 * Keeps a host alive without starting it for ever: each exit that nobody wanted is followed by a restart after a growing
 * pause; too many within the window end in `failed`, until {@link start} is called again by a person.
 */
export function supervise(options: SupervisorOptions): { start(): void; stop(): void } {
  let host: Supervised | undefined;
  let wanted = false;
  let exits: readonly number[] = [];

  const launch = (): void => {
    const current = options.spawn();
    host = current;
    options.onState('running', { exits: exits.length, code: null });
    current.onExit((code) => {
      // A host that was replaced in the meantime concerns nobody.
      if (host === current) ended(code);
    });
  };
  const ended = (code: number): void => {
    host = undefined;
    if (!wanted) {
      options.onState('stopped', { exits: exits.length, code });
      return;
    }
    const now = options.now();
    exits = [...exits.filter((at) => now - at < options.windowMs), now];
    if (exits.length >= options.maxExits) {
      wanted = false;
      options.onState('failed', { exits: exits.length, code });
      return;
    }
    options.onState('restarting', { exits: exits.length, code });
    options.schedule(() => { if (wanted && host === undefined) launch(); }, backOffMs(exits.length));
  };
  return {
    start: () => {
      if (wanted) return;
      wanted = true;
      exits = [];
      launch();
    },
    stop: () => {
      wanted = false;
      host?.kill();
    },
  };
}
