import { existsSync } from 'node:fs';
import path from 'node:path';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { openConsole, type Console } from '../app/container.ts';
import { isAddress, placeOf } from '../app/project-place.ts';
import { createPlatform, type Platform } from '../platform/index.ts';
import { ownTaskRunner } from '../agent/runner.ts';
import { createSimulatedTargets, type SimulatedTargets } from '../simulator/targets.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';
import { createSession, type Session } from './session.ts';

/** Streams of the process, passed in so that tests can run commands in process. */
export interface Streams { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WriteStream; readonly stdin: NodeJS.ReadStream }

/** What a command needs: `project` (an open project), `create` (a new one at `file`), or `nothing`. */
export type RunOptions =
  | { readonly needs: 'project' }
  | { readonly needs: 'create'; readonly file: () => string; readonly name: string }
  | { readonly needs: 'nothing' };

/** What commands are given. */
export interface Context { readonly out: Output; readonly progress: Progress; readonly streams: Streams; readonly platform: Platform; readonly simulated: SimulatedTargets; readonly project: string | undefined; readonly interrupts: Interrupts }
/** Ctrl+C and SIGTERM as an event. */
export interface Interrupts { onInterrupt(listener: () => void): () => void }
/** Work of one command: gets the session (none for `nothing`) and returns the exit code. */
export type Work = (session: Session, context: Context) => Promise<number>;
/** Runs the work of one command with everything it needs and sets the exit code of the process. */
export type Run = (options: RunOptions, work: Work) => Promise<void>;

/** File of the demo project in the data folder. */
export function demoProjectFile(platform: Platform): string {
  return path.join(platform.paths.data, 'demo', 'demo.causeway');
}

/** Opens what a command needs, runs it and closes everything, also after an error. */
export async function inSession(options: RunOptions & { readonly project?: string; readonly out: Output; readonly progress: Progress; readonly streams: Streams }, work: Work): Promise<number> {
  const platform = createPlatform({ program: 'cli' });
  const interrupts = watchInterrupts();
  const targets = createSimulatedTargets({ log: (line) => { platform.log.debug({}, line); } });
  const context: Context = { out: options.out, progress: options.progress, streams: options.streams, platform, simulated: targets, project: options.project ?? process.env['CAUSEWAY_PROJECT'], interrupts };
  // A console may be open on the same project: its queue is none of this command's business.
  const runner = ownTaskRunner();
  let console: Console | undefined;
  try {
    if (options.needs === 'nothing') return await work(noSession(), context);
    const file = options.needs === 'create' ? placeOf(options.file()) : placeOf(context.project ?? demoProjectFile(platform));
    if (options.needs === 'project' && !isAddress(file) && !existsSync(file)) {
      throw appError(ErrorCode.NotFound, `There is no project file ${file}. Create one with "causeway project create --file FILE --name NAME", or name another with --project.`);
    }
    console = await openConsole({
      file, create: options.needs === 'create' ? { name: options.name, demo: false } : null, platform, simulated: targets.open, startRunner: runner.start,
    });
    return await work(createSession(console, options.out, options.progress, interrupts, runner), context);
  } finally {
    await console?.close();
    await targets.close();
    interrupts.end();
    await platform.close();
  }
}

function watchInterrupts(): Interrupts & { end(): void } {
  const listeners = new Set<() => void>();
  const fire = () => { for (const l of listeners) l(); };
  let count = 0;
  const onSignal = () => {
    count++;
    // Nothing to stop, or asked twice: leave as the shell expects.
    if (listeners.size === 0 || count > 1) process.exit(130);
    fire();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    onInterrupt(listener) { listeners.add(listener); return () => { listeners.delete(listener); }; },
    end() { process.off('SIGINT', onSignal); process.off('SIGTERM', onSignal); },
  };
}

function noSession(): Session {
  return new Proxy({} as Session, { get() { throw new Error('this command has no project open'); } });
}
