import { connect, type Socket } from 'node:net';
import type { Simulator } from '../../../electron/simulator/index.ts';
import type { Seen } from './faults-support.ts';

/** One connection that is used again as long as the server keeps it. */
export interface Line {
  /** Sends the bytes of one request and reads one answer. */
  send(bytes: Buffer): Promise<Seen>;
  end(): void;
}

/** Opens a connection when it is first needed, and again after the server has closed it. Answers need a content-length or no body. */
export function line(sim: Simulator, limitMs: number): Line {
  const port = Number(new URL(sim.url).port);
  let open: Socket | undefined;
  return {
    send: (bytes) => new Promise((resolve) => {
      const socket = open && !open.destroyed && open.writable ? open : connect(port, '127.0.0.1');
      open = socket;
      let chunks = Buffer.alloc(0);
      const done = (end: Seen['end']): void => {
        clearTimeout(timer);
        socket.removeAllListeners('data').removeAllListeners('close');
        if (end !== 'still open' || /\r\nconnection: close/i.test(chunks.toString('latin1'))) socket.destroy();
        const text = chunks.toString('utf8');
        const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
        resolve({ text, status: status === undefined ? null : Number(status), end });
      };
      const timer = setTimeout(() => { socket.destroy(); done('still open'); }, limitMs);
      socket.on('data', (chunk) => {
        chunks = Buffer.concat([chunks, chunk]);
        if (isWhole(chunks)) done('still open');
      });
      socket.removeAllListeners('error').on('error', () => undefined);
      socket.once('close', () => { done('closed'); });
      socket.write(bytes);
    }),
    end: () => { open?.destroy(); },
  };
}

function isWhole(bytes: Buffer): boolean {
  const at = bytes.indexOf('\r\n\r\n');
  if (at < 0) return false;
  const head = bytes.subarray(0, at).toString('latin1');
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return length === undefined ? /^HTTP\/1\.1 (204|304)/.test(head) : bytes.length - at - 4 >= Number(length);
}
