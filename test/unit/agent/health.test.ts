import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startHealthServer, type Health, type HealthServer } from '../../../electron/agent/health-server.ts';
import { metricsText } from '../../../electron/agent/metrics.ts';
import { silentLog } from '../../../electron/platform/index.ts';

const HEALTH: Health = { state: 'idle', agent: 'Berlin', version: '1', task: null, leaseAgeMs: 12, storeReachable: true };
const servers: HealthServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

async function serve(well: boolean, port = 0): Promise<HealthServer> {
  const server = await startHealthServer({ health: async () => ({ well, health: { ...HEALTH, storeReachable: well } }), metrics: async () => 'causeway_agent_up 1\n' }, port, silentLog);
  servers.push(server);
  return server;
}
const ask = (url: string, how: { readonly method?: string; readonly host?: string } = {}) => new Promise<{ status: number | undefined; type: string | undefined; body: string }>((resolve, reject) => {
  const asked = request(url, { method: how.method ?? 'GET', ...(how.host === undefined ? {} : { headers: { host: how.host } }) }, (answer) => {
    let body = '';
    answer.setEncoding('utf8').on('data', (text: string) => { body += text; }).on('end', () => { resolve({ status: answer.statusCode, type: answer.headers['content-type'], body }); });
  });
  asked.on('error', reject);
  asked.end();
});

describe('health and metrics of an agent', () => {
  it('answers on the loopback: 200 when it is well, 503 when not, and the metrics in their format', async () => {
    const [well, ill] = [await serve(true), await serve(false)];
    expect(well.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(`${well.url}/health`)).toEqual({ status: 200, type: 'application/json', body: `${JSON.stringify(HEALTH)}\n` });
    expect(await ask(`${ill.url}/health?now`)).toMatchObject({ status: 503, body: expect.stringContaining('"storeReachable":false') });
    expect(await ask(`${well.url}/metrics`)).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: 'causeway_agent_up 1\n' });
    expect(await ask(`${well.url}/health`, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('refuses other paths, other methods, and pages that were led here by a foreign name', async () => {
    const { url } = await serve(true);
    expect(await ask(`${url}/`)).toMatchObject({ status: 404 });
    expect(await ask(`${url}/metrics`, { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await ask(`${url}/metrics`, { host: 'attacker.example.com' })).toMatchObject({ status: 403 });
    expect(await ask(`${url}/metrics`, { host: 'localhost:9464' })).toMatchObject({ status: 200 });
  });

  it('says that its port is taken', async () => {
    const { url } = await serve(true);
    await expect(serve(true, Number(new URL(url).port))).rejects.toMatchObject({ data: { code: 'CONFLICT', message: expect.stringContaining('is in use by another program') } });
  });

  it('writes metrics as the text format wants them', () => {
    const text = metricsText({
      name: 'Ber"lin\\', host: 'h', version: '1', tasks: new Map([['Queued', 3]]), leases: { name: 1_234, task: 500 },
      figures: { requests: 9, throttledMs: 2_500, written: 120, failed: 2, cycles: new Map([['done', 4]]), ended: 5, cycleMs: 61_000, lagMs: 90_000 },
    });
    expect(text).toContain('causeway_agent_info{name="Ber\\"lin\\\\",host="h",version="1"} 1\n');
    for (const line of ['causeway_tasks{state="Queued"} 3', 'causeway_tasks{state="Running"} 0', 'causeway_lease_age_seconds{lease="agent"} 1.234', 'causeway_lease_age_seconds{lease="task"} 0.5', 'causeway_requests_total 9',
      'causeway_throttled_seconds_total 2.5', 'causeway_operations_total{result="written"} 120', 'causeway_operations_total{result="failed"} 2', 'causeway_cycles_total{outcome="done"} 4', 'causeway_cycles_total{outcome="failed"} 0',
      'causeway_cycle_duration_seconds_sum 61', 'causeway_cycle_duration_seconds_count 5', 'causeway_lag_seconds 90', 'causeway_agent_up 1']) expect(text.split('\n')).toContain(line);
    // Every sample follows the help and the type of its metric, and the text ends with a line end.
    const lines = text.split('\n');
    expect(lines.at(-1)).toBe('');
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(# (HELP|TYPE) causeway_\w+ .+|causeway_\w+(\{[^}]*\})? [\d.]+)$/);
    const unreachable = metricsText({ name: 'B', host: 'h', version: '1', tasks: null, leases: { name: 0, task: null }, figures: { requests: 0, throttledMs: 0, written: 0, failed: 0, cycles: new Map(), ended: 0, cycleMs: 0, lagMs: null } });
    expect(unreachable).toContain('causeway_agent_up 0\n');
    expect(unreachable).not.toMatch(/causeway_tasks|causeway_lag_seconds/);
  });
});
