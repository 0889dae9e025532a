import { localAgent } from '../agent/local/local-agent.ts';
import { openConsole } from '../app/container.ts';
import { placeOf } from '../app/project-place.ts';
import { ensureDemoProject } from '../cli/demo-project.ts';
import { demoProjectFile } from '../cli/run.ts';
import { createSimulatedTargets } from '../simulator/targets.ts';
import { runHost, type ParentPort } from './run-host.ts';

/*
 * Entry of the utility process behind the desktop window: what `causeway serve` is to the browser. Opens the project named by
 * CAUSEWAY_PROJECT, else the demo project, which the first start makes; the window opens others.
 */
runHost({
  // Electron's type is wider than what is used, and exists only in a utility process.
  parent: process.parentPort as unknown as ParentPort,
  exit: (code) => process.exit(code),
  open: async (platform, launchAgent) => {
    const targets = createSimulatedTargets({ log: (line) => { platform.log.debug({}, line); } });
    const named = platform.machine.env['CAUSEWAY_PROJECT'];
    const file = named ? placeOf(named) : demoProjectFile(platform);
    if (!named) await ensureDemoProject(file, { platform, simulated: targets, note: (text) => { platform.log.info({}, text); } });
    const console = await openConsole({ file, create: null, platform, simulated: targets.open, startRunner: localAgent({ launch: launchAgent, simulated: targets.open }) });
    return {
      handlers: console.handlers,
      onEvent: console.onEvent,
      close: async () => {
        await console.close();
        await targets.close();
      },
    };
  },
});
