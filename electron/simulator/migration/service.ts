import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { MailLog } from '../mail-log.ts';
import type { Service } from '../sync/addressing.ts';
import { endBatch } from './batches.ts';
import { admit, fail, type Machine } from './machine.ts';
import { BUSY, migrationState, saveMigration, type Batch, type MigrationUser, type SavedMigration } from './model.ts';
import type { OnPremises } from './on-premises.ts';
import { endGraces } from './provision.ts';
import { endRetention } from './retention.ts';
import { beginUser, endOfStep } from './steps.ts';

/** What the service is made of. */
export interface MigrationParts {
  readonly directory: Directory;
  readonly clock: SimulatorClock;
  readonly addressing: Service;
  readonly onPremises: OnPremises;
  readonly mail: MailLog;
  readonly saved?: SavedMigration | undefined;
  /** Told when the on-premises side has answered late, so that others follow. */
  readonly onLate: () => void;
}

/** The migration service of one tenant: what administrators ask of it stands in its cmdlets, the rest happens by time. */
export interface MigrationService {
  readonly machine: Machine;
  /** Does what is due by now. To be called after every request and whenever time was moved. */
  settle(): void;
  /** Resolves when no question to the on-premises side is open and nothing more is due. */
  quiet(): Promise<void>;
  save(): SavedMigration;
}

/** Starts the service, or goes on where a saved one stood: the time in between does not count for what is under way. */
export function migrationService(parts: MigrationParts): MigrationService {
  const { directory, clock, addressing, onPremises, mail } = parts;
  const state = migrationState(parts.saved, clock.quick());
  const open = new Map<MigrationUser, Promise<void>>();
  let present = clock.quick();
  let isSettling = false;
  const machine: Machine = {
    directory, clock, addressing, onPremises, state, mail, timed: new Set([...state.users.values()].filter((u) => u.due !== null)),
    wall: () => clock.now() - (isSettling ? clock.realWait(Math.max(0, present - clock.quick())) : 0),
    ask: (user, answer, then) => {
      if (!(answer instanceof Promise)) return then(answer);
      const at = clock.quick();
      const { step } = user;
      const heard = (run: () => void): void => {
        open.delete(user);
        // The place that may be free now is given as of the same time.
        if (state.users.get(user.address.toLowerCase()) === user) within(at, () => { run(); admit(machine, beginUser); });
        settle();
        parts.onLate();
      };
      open.set(user, answer.then((value) => { heard(() => { then(value); }); }, () => { heard(() => { if (user.step === step && BUSY.has(user.status) && user.status !== 'Stopping') fail(machine, user, "Couldn't connect to the source mailbox."); }); }));
    },
  };

  const within = (at: number, run: () => void): void => {
    present = clock.quick();
    isSettling = true;
    try { clock.asOf(at, run); } finally { isSettling = false; }
  };
  /** What is due first; users whose question is open wait, unless they are being stopped. */
  const first = (): { readonly at: number; readonly run: () => void } | undefined => {
    let user: MigrationUser | undefined;
    for (const one of machine.timed) if (one.due !== null && one.due < (user?.due ?? Infinity) && (one.status === 'Stopping' || !open.has(one))) user = one;
    let batch: Batch | undefined;
    for (const one of state.batches.values()) if (one.due !== null && one.due < (batch?.due ?? Infinity)) batch = one;
    const [chosen, ended] = [user, batch];
    if (ended?.due != null && ended.due < (chosen?.due ?? Infinity)) return { at: ended.due, run: () => { endBatch(machine, ended); } };
    return chosen?.due == null ? undefined : { at: chosen.due, run: () => { endOfStep(machine, chosen); } };
  };
  const settle = (): void => {
    admit(machine, beginUser);
    for (let next = first(); next && next.at <= clock.quick(); next = first()) {
      const { at, run } = next;
      within(at, () => { run(); admit(machine, beginUser); });
    }
    endRetention(machine);
    endGraces(machine);
  };
  return {
    machine, settle,
    quiet: async () => {
      while (open.size > 0) await Promise.all(open.values());
    },
    save: () => saveMigration(state, clock.quick()),
  };
}
