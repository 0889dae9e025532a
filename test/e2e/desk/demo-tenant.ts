import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Operator } from '../../integration/main-job/command.ts';

/** Graph of the demo's simulated tenant, which lives in the process that serves the console: plain requests, none of the program's engines. */
export interface DemoTenant {
  /** Answers of one request below `/v1.0`; follows pages. */
  list(address: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Signs in at the demo's tenant. Something must have used the tenant before, since it is started on demand. */
export async function demoTenant(operator: Operator): Promise<DemoTenant> {
  const lock = JSON.parse(await readFile(path.join(operator.home, 'demo', 'tenant.json.lock'), 'utf8')) as Readonly<Record<'origin' | 'tenantId' | 'clientId' | 'clientSecret', string>>;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: lock.clientId, client_secret: lock.clientSecret, scope: 'https://graph.microsoft.com/.default' });
  const signedIn = await fetch(`${lock.origin}/${lock.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form });
  const { access_token: token } = await signedIn.json() as { readonly access_token: string };
  return {
    list: async (address) => {
      const rows: Readonly<Record<string, unknown>>[] = [];
      for (let next: string | undefined = `${lock.origin}/v1.0${address}`; next !== undefined;) {
        const answer: Response = await fetch(next, { headers: { authorization: `Bearer ${token}` } });
        if (answer.status === 429) { await new Promise((resolve) => { setTimeout(resolve, Number(answer.headers.get('retry-after') ?? '1') * 1000); }); continue; }
        if (!answer.ok) throw new Error(`${next} was answered with ${answer.status}: ${await answer.text()}`);
        const page = await answer.json() as { readonly value: readonly Readonly<Record<string, unknown>>[]; readonly '@odata.nextLink'?: string };
        rows.push(...page.value);
        next = page['@odata.nextLink'];
      }
      return rows;
    },
  };
}
