import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { forkAgent } from '../../agent/local/forked.ts';
import { localAgent } from '../../agent/local/local-agent.ts';
import { openConsole } from '../../app/container.ts';
import { placeOf } from '../../app/project-place.ts';
import { createRouter } from '../../ipc/router.ts';
import { openInBrowser } from '../../platform/index.ts';
import { startWebConsole } from '../../web/index.ts';
import { ensureDemoProject } from '../demo-project.ts';
import { EXIT } from '../exit-codes.ts';
import { demoProjectFile, type Run } from '../run.ts';

/** Folder of the built window. */
const WINDOW = path.resolve(import.meta.dirname, '../../../out/renderer');

/** Entry of the Local agent's process. */
const AGENT = path.resolve(import.meta.dirname, '../../host/agent.ts');

/** `causeway serve`: the console in a browser of this machine. */
export function addServeCommand(program: Command, run: Run): void {
  program.command('serve').description('serve the console to a browser of this machine; prints a one-time address').option('--port <port>', 'port on 127.0.0.1; a free one by default').option('--open', 'open the default browser')
    .addHelpText('after', '\nThe address works once and for ten minutes. The console listens on the loopback only. Stop it with Ctrl+C.\nExample:\n  causeway --project contoso.causeway serve --open')
    .action((o: { port?: string; open?: boolean }) => run({ needs: 'nothing' }, async (_session, context) => {
      if (!existsSync(path.join(WINDOW, 'index.html'))) throw appError(ErrorCode.NotFound, 'The console is not built yet. Run "npm start", which builds it, or "npm run build".');
      const port = o.port === undefined ? 0 : Number(o.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) throw appError(ErrorCode.InvalidInput, `"${o.port}" is not a port.`);
      const { platform } = context;
      const file = placeOf(context.project ?? demoProjectFile(platform));
      if (context.project === undefined) await ensureDemoProject(file, { platform, simulated: context.simulated, note: context.out.note });
      const startRunner = localAgent({ launch: () => forkAgent(AGENT, platform.log), simulated: context.simulated.open });
      const console = await openConsole({ file, create: null, platform, simulated: context.simulated.open, startRunner });
      try {
        const dispatch = createRouter(console.handlers, { log: platform.log });
        const web = await startWebConsole({ dispatch, onEvent: console.onEvent, root: WINDOW, port, log: platform.log });
        try {
          context.out.result({ url: web.oneTimeUrl }, [`Causeway is ready. Open this address (it works once, for ten minutes):`, '', `  ${web.oneTimeUrl}`, '', 'Stop with Ctrl+C.']);
          if (o.open && !await openInBrowser(web.oneTimeUrl, platform.machine)) context.out.note('No browser could be opened here; copy the address.');
          await new Promise<void>((resolve) => { context.interrupts.onInterrupt(resolve); });
        } finally { await web.close(); }
      } finally { await console.close(); }
      return EXIT.ok;
    }));
}
