import { describe, expect, it } from 'vitest';
import { dnsQuestions } from '../../../electron/app/cutover-dns.ts';
import { startDns } from '../../servers/dns.ts';

describe('questions of the checks to DNS', () => {
  it('are asked however long other steps took before them', async () => {
    const dns = await startDns({ 'example.com': [{ kind: 'MX', host: 'mail.example.com', ttl: 60 }] });
    try {
      let now = 0;
      const settings = { servers: [dns.address], authoritative: [dns.address], domains: [], mxHosts: ['mail.example.com'], autodiscover: 'a.example', spf: 's.example', onPremisesHosts: [], onPremisesDomains: [], waitingHours: 72 };
      const questions = dnsQuestions(settings, ['example.com'], () => now, new AbortController().signal);
      for (now of [60_000, 600_000]) {
        expect((await questions.mx()).evidence.map((one) => one.result)).toEqual(['right', 'right']);
        expect((await questions.ttl()).map((one) => one.result)).toEqual(['right']);
      }
    } finally { await dns.close(); }
  });
});
