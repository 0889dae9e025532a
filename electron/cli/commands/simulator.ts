import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { FAULT_HELP } from '../../simulator/faults/spec.ts';
import { parseSeedSpec, SEED_SPEC_HELP } from '../../simulator/seeds/spec.ts';
import { createSimulatedTargets } from '../../simulator/targets.ts';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';

/** `causeway simulator`: a simulated tenant that runs alone until it is stopped. */
export function addSimulatorCommand(program: Command, run: Run): void {
  program.command('simulator').description('run a simulated Microsoft 365 tenant on the loopback, for rehearsals and tests')
    .option('--listen <address>', 'address and port, 127.0.0.1 only; port 0 takes a free one', '127.0.0.1:0')
    .option('--seed <spec>', `content of a new tenant: ${SEED_SPEC_HELP}`, 'users=0,groups=0')
    .option('--state <file>', 'keep the tenant in this file')
    .addOption(new Option('--quotas <mode>', 'throttle as the service documents, or not at all').choices(['real', 'off']).default('real'))
    .option('--speed <factor>', 'how much faster than real time quota windows and delays run', '1')
    .option('--faults <spec>', 'what goes wrong on demand, see below', '')
    .addHelpText('after', `\nWhen ready it prints one line with url, tenantId, clientId and clientSecret. A browser shows its state at the url. Stop it with Ctrl+C.\n\n${FAULT_HELP}\n\nExamples:\n  causeway simulator --listen 127.0.0.1:4710 --state tenant.json --json\n  causeway simulator --seed users=1000,groups=50 --faults "error=0.05:503, error=0.2:429@POST /users, drop-after=1%@POST /users, lag=1s-5s, seed=7"`)
    .action((o: { listen: string; seed: string; state?: string; quotas: 'real' | 'off'; speed: string; faults: string }, command: Command) => run({ needs: 'nothing' }, async (_session, context) => {
      const at = /^127\.0\.0\.1:(\d{1,5})$/.exec(o.listen);
      if (!at || Number(at[1]) > 65_535) throw appError(ErrorCode.InvalidInput, `"${o.listen}" is not an address of the loopback; use 127.0.0.1:PORT.`);
      const speed = Number(o.speed);
      if (!(speed > 0 && speed <= 10_000)) throw appError(ErrorCode.InvalidInput, `"${o.speed}" is not a speed; use a number over 0, for example 10.`);
      const { seedTenant, startSimulator } = await import('../../simulator/index.ts');
      const began = performance.now();
      const options = { listen: { host: '127.0.0.1', port: Number(at[1]) }, quotas: o.quotas, speed, seed: seedTenant(parseSeedSpec(o.seed)), faults: o.faults } as const;
      if (o.state !== undefined && existsSync(o.state) && command.getOptionValueSource('seed') === 'cli') context.out.note(`The tenant in ${o.state} goes on as it is; --seed fills new ones only.`);
      const targets = createSimulatedTargets({ log: () => undefined });
      const simulator = o.state === undefined ? await startSimulator(options) : await targets.serve(o.state, options);
      const ready = { url: simulator.url, tenantId: simulator.tenantId, clientId: simulator.clientId, clientSecret: simulator.clientSecret, loadMs: Math.round(performance.now() - began), rssBytes: process.memoryUsage.rss() };
      context.out.result(ready, [`Simulated tenant at ${ready.url}; a browser shows its state there`, `tenant ${ready.tenantId}`, `client ${ready.clientId}`, `secret ${ready.clientSecret}`, 'Stop it with Ctrl+C.']);
      await new Promise<void>((resolve) => { context.interrupts.onInterrupt(resolve); });
      if (o.state === undefined) await simulator.close();
      await targets.close();
      return EXIT.ok;
    }));
}
