import { parentPort } from '../agent/local/forked.ts';
import { runLocalAgent, type ConsolePort } from '../agent/local/run-local-agent.ts';
import { createSimulatedTargets } from '../simulator/targets.ts';
import type { ParentPort } from './run-host.ts';

/*
 * Entry of the Local agent's process: a utility process behind the desktop window, a process of Node behind `causeway serve`.
 */

/** The shell ends this process together with the host, so nothing is to be heard of that here. */
function shellPort(parent: ParentPort): ConsolePort {
  return {
    send: async (message) => { parent.postMessage(message); },
    onMessage: (listener) => { parent.on('message', ({ data }) => { listener(data); }); },
    onClose: () => {},
  };
}

// Electron's type is wider than what is used; plain Node has no such port.
const parent = process.parentPort as unknown as ParentPort | undefined;
runLocalAgent({
  port: parent === undefined ? parentPort() : shellPort(parent),
  simulated: (platform) => createSimulatedTargets({ log: (line) => { platform.log.debug({}, line); } }).open,
  exit: (code) => process.exit(code),
});
