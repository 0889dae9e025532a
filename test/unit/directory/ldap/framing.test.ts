import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedMessage } from '../../../../electron/engines/directory/ldap/ber.ts';
import { MessageFramer } from '../../../../electron/engines/directory/ldap/framing.ts';
import { entryMessage } from '../../../servers/fake-ldap.ts';

/** Cuts the bytes at the given sizes, in turns, and collects the messages. */
function reassemble(bytes: Buffer, sizes: readonly number[]): string[] {
  const framer = new MessageFramer();
  const out: string[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    framer.push(bytes.subarray(at, at + size), (buffer, start, end) => { out.push(buffer.toString('hex', start, end)); });
    at += size;
  }
  expect(framer.held).toBe(0);
  return out;
}

describe('cutting a stream into messages', () => {
  it('finds the same messages however the network cuts the bytes', () => {
    const messages = [1, 100, 200, 70_000, 3].map((length, i) => entryMessage(i + 1, 'CN=x', { cn: ['a'.repeat(length)] }));
    const whole = Buffer.concat(messages);
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 6 }), (sizes) => {
      fc.pre(sizes.some((size) => size > 50));
      expect(reassemble(whole, sizes)).toStrictEqual(messages.map((message) => message.toString('hex')));
    }), { numRuns: 50 });
    const small = messages[1] ?? Buffer.alloc(0);
    expect(reassemble(Buffer.concat([small, small]), [1])).toHaveLength(2);
  });

  it('takes linear time for a large message in small pieces', () => {
    const message = entryMessage(1, 'CN=x', { thumbnailPhoto: [Buffer.alloc(12_000_000, 7)] });
    const started = performance.now();
    expect(reassemble(message, [500])).toHaveLength(1);
    // Putting the pieces together anew each time would move some hundred gigabytes.
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([['another protocol', '48545450'], ['an indefinite length', '3080'], ['a length of length five', '30850000000001'], ['an absurd length', '3084ffffffff']])('refuses %s', (_, bytes) => {
    expect(() => new MessageFramer().push(Buffer.from(bytes, 'hex'), () => undefined)).toThrow(MalformedMessage);
  });
});
