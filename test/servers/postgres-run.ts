import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startPostgres, type PostgresServer } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where a test asks for the address of the run's PostgreSQL server. */
    readonly postgresDesk: string;
  }
}

/**
 * Runs once before all tests: opens a desk on the loopback that starts the run's only PostgreSQL server when the first test asks for it, so that runs
 * without such a test do not wait for it. The returned function ends both.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<PostgresServer> | undefined;
  const desk = http.createServer((_request, response) => {
    server ??= startPostgres();
    server.then(({ address }) => { response.end(address); }, (error: unknown) => {
      response.statusCode = 500;
      response.end(error instanceof Error ? error.message : 'PostgreSQL did not start');
    });
  });
  await new Promise<void>((resolve) => { desk.listen(0, '127.0.0.1', resolve); });
  project.provide('postgresDesk', `http://127.0.0.1:${(desk.address() as AddressInfo).port}/`);
  return async () => {
    desk.closeAllConnections();
    await new Promise((resolve) => { desk.close(resolve); });
    await (await server?.catch(() => undefined))?.stop();
  };
}
