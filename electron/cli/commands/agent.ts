import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { startAgent } from '../../agent/agent-process.ts';
import { isAddress, placeOf } from '../../app/project-place.ts';
import { createPlatform } from '../../platform/index.ts';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';

/** Longest time that a task may be given to end, seconds: an hour. */
const MOST_GRACE_S = 3_600;

function wholeNumber(text: string, most: number, what: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > most) throw appError(ErrorCode.InvalidInput, `"${text}" is not ${what}.`);
  return number;
}

/** `causeway agent`: runs the tasks of one agent of a project until it is stopped. */
export function addAgentCommand(program: Command, run: Run): void {
  program.command('agent').description('run the tasks of an agent of a project until it is stopped')
    .option('--name <name>', 'name of the agent; the name of this machine by default')
    .option('--port <port>', 'port of health and metrics on 127.0.0.1; a free one by default')
    .option('--grace <seconds>', 'how long the present task may go on after the agent was asked to stop', '30')
    .addHelpText('after', `
The agent takes the tasks of its collections one after the other. GET /health tells how it is (200, or 503 with the reason in JSON) and
GET /metrics its figures in the Prometheus text format, both to programs of this machine only. Ctrl+C or SIGTERM ends it in good order:
it takes no more tasks, ends the present one or interrupts it where it can go on later, and gives its name back. A second one ends it at once.
It signs in without a person: with a client secret or a certificate from the secret store of this machine (CAUSEWAY_KEY_FILE).

Example:
  causeway --project postgres://causeway@db.example.com/migration agent --name Berlin --port 9464`)
    .action((o: { name?: string; port?: string; grace: string }) => run({ needs: 'nothing' }, async (_session, context) => {
      if (context.project === undefined) throw appError(ErrorCode.InvalidInput, 'Name the project with --project or CAUSEWAY_PROJECT: a file, or the postgres:// address of a project for many machines.');
      const port = wholeNumber(o.port ?? '0', 65_535, 'a port');
      const grace = wholeNumber(o.grace, MOST_GRACE_S, `a number of seconds from 0 to ${MOST_GRACE_S}`);
      const name = (o.name ?? hostname()).trim();
      if (name === '' || name.length > 100) throw appError(ErrorCode.InvalidInput, 'The name of an agent has 1 to 100 characters.');
      const place = placeOf(context.project);
      if (!isAddress(place) && !existsSync(place)) throw appError(ErrorCode.NotFound, `There is no project file ${place}.`);
      // A log of its own: those of short commands are deleted after a few of them.
      const platform = createPlatform({ program: 'agent' });
      try {
        // Asked to stop while it still opens the project, it stops as soon as it has.
        const asked = Promise.withResolvers<void>();
        context.interrupts.onInterrupt(() => { asked.resolve(); });
        const agent = await startAgent({ place, name, platform, simulated: context.simulated.open, signIns: 'refused', port });
        context.out.result({ agent: name, health: agent.url }, [`The agent "${name}" is at work. Health: ${agent.url}/health  Metrics: ${agent.url}/metrics`, 'Stop with Ctrl+C.']);
        const end = await Promise.race([agent.ended, asked.promise]);
        if (end === 'name lost') throw appError(ErrorCode.Conflict, `Another process has taken the name "${name}" of this agent, because it could not renew it in time. It has ended in good order; start it again when that one has ended.`);
        context.out.note('Stopping: the present task ends first, or is interrupted where it can go on later. Ctrl+C again ends the agent at once.');
        await agent.drain(grace * 1_000, 'for the agent');
        return EXIT.ok;
      } finally { await platform.close(); }
    }));
}
