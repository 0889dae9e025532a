import { AppError, ErrorCode, type AppErrorData } from '../../../shared/domain/errors.ts';
import type { SimulatedTargets } from '../../app/services.ts';
import { createPlatform, type Platform } from '../../platform/index.ts';
import { startAgent, type Agent } from '../agent-process.ts';
import { CRASHED, NAME_TAKEN, REFUSED, toAgent, type FromAgent, type ToAgent } from './protocol.ts';
import { consoleSecrets, createQuestions } from './questions.ts';

/** The private port to the console. */
export interface ConsolePort {
  /** Settles when the message is on its way, also when nobody hears it. */
  send(message: FromAgent): Promise<void>;
  onMessage(listener: (message: unknown) => void): void;
  /** The console has ended. */
  onClose(listener: () => void): void;
}

/** What {@link runLocalAgent} is given. */
export interface LocalAgentOptions {
  readonly port: ConsolePort;
  /** Finds simulated tenants in this process; they were made sure of by the console before. */
  readonly simulated: (platform: Platform) => SimulatedTargets;
  readonly exit: (code: number) => void;
}

/**
 * The Local agent's side: waits for `start`, runs the tasks of the project, and ends when the console says so or is gone. A task at work is interrupted at a
 * safe point then, and waits for a person, as it always did when the console was closed.
 */
export function runLocalAgent({ port, simulated, exit }: LocalAgentOptions): void {
  const questions = createQuestions((message) => { void port.send(message); });
  let agent: Promise<Agent> | undefined;
  let ending: Promise<void> | undefined;

  const end = async (): Promise<void> => {
    const running = await agent?.catch(() => undefined);
    if (running === undefined) exit(0);
    // How it ended decides about the exit code; see begin.
    else await running.drain(0, 'for a person');
  };
  const begin = async (order: Extract<ToAgent, { t: 'start' }>): Promise<void> => {
    const own = createPlatform({ program: 'agent' });
    const platform: Platform = { ...own, secrets: consoleSecrets(questions, order.protection) };
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (cause: unknown) => {
        platform.log.error({ err: cause, event }, 'the agent ends after an error that nobody caught');
        exit(CRASHED);
      });
    }
    const targets = simulated(platform);
    try {
      agent = startAgent({
        place: order.place, name: order.name, random: order.random, platform, port: null,
        simulated: async (at) => {
          await questions.ask({ what: 'simulated tenant', simulated: at });
          return await targets(at);
        },
        signIns: { tell: (pairId, pending) => { void port.send({ t: 'sign-in', pairId, pending }); } },
        onEvent: (name, payload) => { if (name === 'coexistence.attention') void port.send({ t: 'attention', attention: payload as Extract<FromAgent, { t: 'attention' }>['attention'] }); },
      });
      const running = await agent;
      void port.send({ t: 'started' });
      const how = await running.ended;
      await platform.close();
      exit(how === 'drained' ? 0 : NAME_TAKEN);
    } catch (cause) {
      platform.log.error({ err: cause }, 'the agent could not start');
      const failure: AppErrorData = cause instanceof AppError ? cause.data : { code: ErrorCode.Internal, message: `The agent could not start. The log in ${platform.log.folder} says why.`, retryable: false };
      await port.send({ t: 'refused', failure: { code: failure.code, message: failure.message, retryable: failure.retryable } });
      exit(failure.code === ErrorCode.Conflict ? NAME_TAKEN : REFUSED);
    }
  };

  port.onMessage((raw) => {
    const message = toAgent.safeParse(raw);
    if (!message.success) return;
    switch (message.data.t) {
      case 'start': if (agent === undefined) begin(message.data).catch(() => { exit(CRASHED); }); return;
      case 'nudge': agent?.then((running) => { running.nudge(); }, () => {}); return;
      case 'answer': questions.answered(message.data); return;
      case 'end': ending ??= end().catch(() => { exit(CRASHED); });
    }
  });
  // Ctrl+C reaches every process of a terminal: the console decides what becomes of its agent.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => { ending ??= end().catch(() => { exit(CRASHED); }); });
  port.onClose(() => {
    questions.end();
    ending ??= end().catch(() => { exit(CRASHED); });
  });
}
