import { AppError, ErrorCode, type AppErrorData } from '../../shared/domain/errors.ts';
import type { EventListener } from '../ipc/events.ts';
import type { HostPort } from '../ipc/port.ts';
import { createRouter, type Dispatch, type Handlers } from '../ipc/router.ts';
import { serve } from '../ipc/serve.ts';
import { createPlatform, type OsVault, type Platform } from '../platform/index.ts';
import { toHost, type ToHostProcess } from './protocol.ts';
import { remoteAgents } from './agents.ts';
import { remoteVault } from './vault.ts';
import type { AgentChild } from '../agent/local/local-agent.ts';

/** A MessagePort as Electron's utility process and Node's workers have it. */
export interface TransferredPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
}

/** The private port to the shell (`process.parentPort` of a utility process). */
export interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown; readonly ports: readonly TransferredPort[] }) => void): unknown;
}

/** An open console, as much as the host needs of it. */
export interface OpenConsole {
  readonly handlers: Handlers;
  onEvent(listener: EventListener): () => void;
  close(): Promise<void>;
}

/** What {@link runHost} is given. */
export interface HostOptions {
  readonly parent: ParentPort;
  /** Opens the project that the desktop works with. */
  readonly open: (platform: Platform, launchAgent: () => AgentChild) => Promise<OpenConsole>;
  /** Ends the process. */
  readonly exit: (code: number) => void;
}

/** Exit code after an error that nobody caught (sysexits, EX_SOFTWARE). */
const CRASHED = 70;

/**
 * Waits for the shell's `start`, opens the project and serves every page whose port arrives. When the project cannot be
 * opened, pages are served nevertheless: each call is answered with the reason, so that the window can show it.
 */
export function runHost(options: HostOptions): void {
  const remote = remoteVault((question) => { options.parent.postMessage(question); });
  const agents = remoteAgents((order) => { options.parent.postMessage(order); });
  let started: Promise<Started> | undefined;

  const onMessage = async (message: ToHostProcess, ports: readonly TransferredPort[]): Promise<void> => {
    switch (message.t) {
      case 'start':
        started ??= start(options, agents.launch, message.vault ? remote.vault : undefined);
        return;
      case 'vault':
        remote.answered(message);
        return;
      case 'agent said': case 'agent ended':
        agents.heard(message);
        return;
      case 'page': {
        const [port] = ports;
        const host = await started;
        if (port && host) host.serve(port);
        return;
      }
      case 'stop':
        await (await started)?.close();
        options.exit(0);
    }
  };
  options.parent.on('message', ({ data, ports }) => {
    const message = toHost.safeParse(data);
    if (!message.success) return;
    onMessage(message.data, ports).catch(() => { options.exit(CRASHED); });
  });
}

interface Started { serve(port: TransferredPort): void; close(): Promise<void> }

async function start(options: HostOptions, launchAgent: () => AgentChild, vault: OsVault | undefined): Promise<Started> {
  const platform = createPlatform({ program: 'host', ...(vault ? { vault } : {}) });
  // A utility process only warns of these, plain Node ends: make both alike, with the reason in the log.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (cause: unknown) => {
      platform.log.error({ err: cause, event }, 'the host ends after an error that nobody caught');
      options.exit(CRASHED);
    });
  }
  const { dispatch, console } = await openOrExplain(options, launchAgent, platform);
  return {
    serve: (port) => {
      const served = serve(portOf(port), dispatch);
      const off = console?.onEvent((name, payload) => { served.publish(name, payload); });
      if (off) port.on('close', off);
    },
    close: async () => {
      await console?.close();
      await platform.close();
    },
  };
}

async function openOrExplain(options: HostOptions, launchAgent: () => AgentChild, platform: Platform): Promise<{ readonly dispatch: Dispatch; readonly console: OpenConsole | null }> {
  try {
    const console = await options.open(platform, launchAgent);
    return { console, dispatch: createRouter(console.handlers, { log: platform.log }) };
  } catch (cause) {
    platform.log.error({ err: cause }, 'the project could not be opened');
    const error: AppErrorData = cause instanceof AppError ? cause.data : {
      code: ErrorCode.Internal, message: `The project could not be opened. The log in ${platform.log.folder} says why.`, retryable: false,
    };
    return { console: null, dispatch: async () => ({ ok: false, error }) };
  }
}

function portOf(port: TransferredPort): HostPort {
  return {
    postMessage: (message) => { port.postMessage(message); },
    onMessage: (listener) => {
      port.on('message', (event) => { listener(event.data); });
      port.start();
    },
    onClose: (listener) => { port.on('close', listener); },
  };
}
