import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contractParts, contracts, type ChannelName } from '../../shared/contracts/index.ts';
import { samplesOf } from './json-samples.ts';

const names = Object.keys(contracts) as ChannelName[];

describe('the contract', () => {
  it('declares no channel twice, which merging its parts would hide', () => {
    const all = contractParts.flatMap((part) => Object.keys(part));
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
    expect(all.toSorted()).toEqual(names.toSorted());
  });

  it('names channels noun.verb, short enough for a frame', () => {
    expect(names.filter((name) => !/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.test(name) || name.length > 80)).toEqual([]);
  });

  it('lets every job answer with its task at once', () => {
    const jobs = names.filter((name) => contracts[name].kind === 'job');
    expect(jobs.length).toBeGreaterThan(2);
    expect(jobs.filter((name) => !contracts[name].output.safeParse({ taskId: '6f1c1a52-58b3-4d53-9c2e-3b8f8b8f0a11' }).success)).toEqual([]);
  });

  it('never sends a secret to a window', () => {
    const telling = names.filter((name) => /"[^"]*(password|clientSecret|privateKey)[^"]*":\{/i.test(JSON.stringify(z.toJSONSchema(contracts[name].output))));
    expect(telling).toEqual([]);
  });

  // z.toJSONSchema refuses what JSON cannot say: dates, maps, bigint, undefined, classes.
  it.each(names)('%s crosses a WebSocket unchanged', (name) => {
    const { input, output } = contracts[name];
    const inputs = samplesOf(z.toJSONSchema(input, { io: 'input' }) as never);
    const outputs = samplesOf(z.toJSONSchema(output, { io: 'output' }) as never);
    expect(inputs.length * outputs.length).toBeGreaterThan(0);
    for (const sample of inputs) expect(input.safeParse(JSON.parse(JSON.stringify(sample))).error?.issues).toBeUndefined();
    for (const sample of outputs) expect(JSON.parse(JSON.stringify(output.parse(sample)))).toEqual(sample);
  });
});

describe('the samples', () => {
  it('show every branch of a union and every value of an enumeration', () => {
    expect(samplesOf(z.toJSONSchema(z.union([z.literal('a'), z.null(), z.object({ k: z.enum(['x', 'y']) })])) as never)).toEqual(['a', null, { k: 'x' }, { k: 'y' }]);
  });
});
