import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import { otherHolder } from '../../app/dead-owners.ts';
import type { PendingSignIn, Services, SimulatedTargets } from '../../app/services.ts';
import type { StartRunner } from '../../app/container.ts';
import { LOCAL_AGENT } from '../../store/index.ts';
import { fromAgent, NAME_TAKEN, type FromAgent, type Question, type ToAgent } from './protocol.ts';

/** The agent's process as the console holds it. */
export interface AgentChild {
  tell(message: ToAgent): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `code` null: it was ended by a signal. */
  onExit(listener: (code: number | null) => void): void;
  /** Ends it at once. */
  kill(): void;
}

/** How the Local agent stands. `elsewhere`: another process works under its name, and this console uses that one. */
export type LocalAgentState = 'starting' | 'running' | 'elsewhere' | 'restarting' | 'stopped';

/** How {@link localAgent} behaves. */
export interface LocalAgentSettings {
  /** Starts a fresh process. */
  readonly launch: () => AgentChild;
  /** Makes sure that a simulated tenant is there. */
  readonly simulated?: SimulatedTargets;
  /** Hears how the agent stands, with a sentence for a person where something is wrong. */
  readonly onState?: (state: LocalAgentState, why: string) => void;
  /** Milliseconds before restart 1, 2, 3 ...; for tests. */
  readonly backOff?: (exits: number) => number;
}

/** A project of which another process runs the Local agent is looked at so often, milliseconds. */
const LOOK_MS = 2_000;
/** Exits within so many milliseconds make the pauses between restarts longer. */
const WINDOW_MS = 10 * 60_000;
/** Milliseconds before restart `n`: 0.5 s, doubling, at most a minute. It is never given up: nothing else runs the project's tasks. */
const backOffMs = (n: number): number => Math.min(500 * 2 ** (n - 1), 60_000);
/** Milliseconds that an agent gets to reach a safe point and close the project before it is ended; the shell waits two seconds longer for the console. */
const ENDS_WITHIN_MS = 8_000;

/**
 * The console's side: in place of a task runner of its own, it starts the Local agent as a process and keeps it running while the project is open. Where
 * another process, such as a second console, runs the Local agent of the project already, that one is used, and this console takes over when it ends.
 */
export function localAgent(settings: LocalAgentSettings): StartRunner {
  return (services, { agentId, owner }) => {
    const random = owner.split(':').at(-1) ?? owner;
    let closing = false;
    let child: AgentChild | undefined;
    let wake: () => void = () => {};
    const pause = (ms: number): Promise<void> => new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref();
      wake = () => { clearTimeout(timer); resolve(); };
    });
    let shown = '';
    const tell = (state: LocalAgentState, why = ''): void => {
      if (shown === `${state} ${why}`) return;
      shown = `${state} ${why}`;
      services.log[state === 'restarting' ? 'error' : 'info']({ state, why }, 'the Local agent');
      if (state === 'restarting') services.agentProblems.set(agentId, why);
      else if (state !== 'starting') services.agentProblems.delete(agentId);
      settings.onState?.(state, why);
      services.emit('store.changed', { nouns: ['agents'] });
    };

    /** One life of the process. @returns its exit code. */
    const live = async (): Promise<{ readonly code: number | null; readonly why: string }> => {
      const ended = Promise.withResolvers<number | null>();
      const current = child = settings.launch();
      let why = '';
      /** Sign-ins that this process waits for, by pair; those of the console itself, such as of a test of a connection, are not among them. */
      const signIns = new Map<string, PendingSignIn>();
      current.onMessage((raw) => {
        const message = fromAgent.safeParse(raw);
        if (!message.success) return;
        if (message.data.t === 'started') tell('running');
        else if (message.data.t === 'refused') why = message.data.failure.message;
        else hear(services, settings, signIns, message.data, (answer) => { if (child === current) current.tell(answer); });
      });
      current.onExit((code) => { ended.resolve(code); });
      current.tell({ t: 'start', place: services.store.file, name: LOCAL_AGENT, random, protection: services.secrets.protection() });
      const code = await ended.promise;
      child = undefined;
      // Codes that it waited for are worth nothing any more.
      for (const [pairId, pending] of signIns) if (services.pendingSignIns.get(pairId) === pending) services.pendingSignIns.delete(pairId);
      if (signIns.size > 0) services.emit('store.changed', { nouns: ['pairs'] });
      return { code, why };
    };
    const keep = async (): Promise<void> => {
      let exits: readonly number[] = [];
      while (!closing) {
        const other = await otherHolder(services, agentId, owner).catch(() => undefined);
        if (closing) break;
        if (other !== undefined) {
          tell('elsewhere', `The Local agent of this project runs on ${other.host} (process ${other.process}).`);
          await pause(LOOK_MS);
          continue;
        }
        tell('starting');
        const { code, why } = await live();
        if (closing) break;
        if (code === NAME_TAKEN) { await pause(LOOK_MS); continue; }
        const now = services.now();
        exits = [...exits.filter((at) => now - at < WINDOW_MS), now];
        const ms = (settings.backOff ?? backOffMs)(exits.length);
        tell('restarting', why !== '' ? why : `The Local agent ended by itself (${code === null ? 'a signal' : `exit code ${code}`}); it starts again. Its log says why.`);
        await pause(ms);
      }
      tell('stopped');
    };
    const keeping = keep().catch((error: unknown) => { services.log.error({ err: error }, 'the Local agent is not kept any more'); });
    return {
      nudge: () => { child?.tell({ t: 'nudge' }); },
      close: async () => {
        closing = true;
        wake();
        const current = child;
        if (current !== undefined) {
          current.tell({ t: 'end' });
          const timer = setTimeout(() => { current.kill(); }, ENDS_WITHIN_MS);
          await keeping;
          clearTimeout(timer);
        }
        await keeping;
      },
    };
  };
}

/** What an agent that is at work says. */
function hear(services: Services, { simulated }: LocalAgentSettings, signIns: Map<string, PendingSignIn>, message: Exclude<FromAgent, { t: 'started' | 'refused' }>, answer: (message: ToAgent) => void): void {
  if (message.t === 'sign-in') {
    const { pairId, pending } = message;
    if (pending !== null) {
      services.pendingSignIns.set(pairId, pending);
      signIns.set(pairId, pending);
    } else {
      if (services.pendingSignIns.get(pairId) === signIns.get(pairId)) services.pendingSignIns.delete(pairId);
      signIns.delete(pairId);
    }
    services.emit('store.changed', { nouns: ['pairs'] });
    return;
  }
  if (message.t === 'attention') { services.emit('coexistence.attention', message.attention); return; }
  const { id, about } = message;
  answered(services, simulated, about).then((value) => { answer({ t: 'answer', id, value, failure: null }); }, (error: unknown) => {
    const { code, message: text, retryable } = error instanceof AppError ? error.data : { code: ErrorCode.Internal, message: 'The console could not answer its agent; its log says why.', retryable: false };
    if (!(error instanceof AppError)) services.log.error({ err: error, what: about.what }, 'a question of the agent could not be answered');
    answer({ t: 'answer', id, value: null, failure: { code, message: text, retryable } });
  });
}

async function answered({ secrets }: Pick<Services, 'secrets'>, simulated: SimulatedTargets | undefined, about: Question): Promise<string | null> {
  switch (about.what) {
    case 'get secret': return await secrets.get(about.name);
    case 'set secret': await secrets.set(about.name, about.value); return null;
    case 'delete secret': await secrets.delete(about.name); return null;
    case 'simulated tenant': await simulated?.(about.simulated); return null;
  }
}
