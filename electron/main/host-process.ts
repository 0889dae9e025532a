import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron';
import type { ToHostProcess } from '../host/protocol.ts';
import type { Log } from '../platform/index.ts';
import { supervise, type HostState, type Supervised } from '../platform/supervisor.ts';
import { relayAgents } from './agent-process.ts';
import { answerVault } from './vault.ts';

/** Milliseconds that a host gets to close its project before it is ended. */
const CLOSES_WITHIN_MS = 10_000;
/** Three exits within a minute are a fault that restarting does not mend. */
const GIVE_UP = { maxExits: 3, windowMs: 60_000 } as const;

/** The engine host behind all pages. */
export interface EngineHost {
  start(): void;
  /** Gives the page its own port to the host, now and after each restart. */
  connect(page: WebContents): void;
  /** Asks the host to close the project and waits for its end. */
  stop(): Promise<void>;
}

/** What {@link createEngineHost} is given. */
export interface EngineHostOptions {
  /** The built host entry, absolute. */
  readonly entry: string;
  /** The built entry of the agent, absolute. */
  readonly agentEntry: string;
  /** Whether the vault protects anything here; see vault.ts. */
  readonly vault: boolean;
  readonly log: Log;
  readonly onState: (state: HostState) => void;
}

/** Makes the host as a utility process under supervision. */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  const pages = new Set<WebContents>();
  let child: UtilityProcess | undefined;
  const post = (message: ToHostProcess, ports: Electron.MessagePortMain[] = []): void => { child?.postMessage(message, ports); };
  const handOver = (page: WebContents): void => {
    const { port1, port2 } = new MessageChannelMain();
    post({ t: 'page' }, [port1]);
    page.postMessage('causeway:port', null, [port2]);
  };

  const spawn = (): Supervised => {
    const current = utilityProcess.fork(options.entry, [], { serviceName: 'Causeway engine', stdio: 'ignore' });
    child = current;
    const agents = relayAgents(options.agentEntry, (message) => { if (child === current) post(message); });
    current.on('message', (message: unknown) => {
      agents.heard(message);
      void answerVault(message).then((answer) => { if (answer && child === current) post(answer); });
    });
    post({ t: 'start', vault: options.vault });
    for (const page of pages) handOver(page);
    return {
      onExit: (listener) => {
        current.on('exit', (code) => {
          for (const page of pages) page.send('causeway:host-gone');
          agents.end();
          listener(code);
        });
      },
      kill: () => {
        current.postMessage({ t: 'stop' } satisfies ToHostProcess);
        setTimeout(() => { current.kill(); }, CLOSES_WITHIN_MS).unref();
      },
    };
  };
  const supervisor = supervise({
    ...GIVE_UP, spawn, now: () => performance.now(), schedule: (fn, ms) => { setTimeout(fn, ms); },
    onState: (state, info) => {
      options.log[state === 'failed' ? 'error' : 'info']({ state, ...info }, 'engine host');
      if (state !== 'running') child = undefined;
      options.onState(state);
    },
  });

  return {
    start: () => { supervisor.start(); },
    connect: (page) => {
      if (!pages.has(page)) {
        pages.add(page);
        page.once('destroyed', () => { pages.delete(page); });
      }
      if (child) handOver(page);
    },
    stop: async () => {
      const current = child;
      if (!current) return;
      const ended = new Promise<void>((resolve) => { current.once('exit', () => { resolve(); }); });
      supervisor.stop();
      await ended;
    },
  };
}
