import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChannelInput, ChannelOutput } from '../../../shared/contracts/index.ts';
import { DEFAULT_NOTIFICATIONS, type MailState } from '../../../shared/domain/notifications.ts';
import { openRig, type Rig, type RigOptions, type Send } from '../app/rig.ts';
import { works, worksTenant } from '../app/works.ts';

export type MailRow = ChannelOutput<'notifications.mails'>['rows'][number];
type Settings = ChannelInput<'notifications.saveSettings'>['settings'];

/** A rig whose secrets outlive the program, and that notes the passwords that were sent to the tenant. */
export interface Desk {
  readonly rig: Rig;
  /** Passwords sent to the tenant so far. */
  readonly passwords: readonly string[];
  /** Sets the way for mails up; the rest is: a server on this machine without encryption. */
  setUp(settings: Partial<Settings>, secret?: string): Promise<void>;
  mails(state?: MailState): Promise<MailRow[]>;
  /** Waits until the mails are as asked. */
  until(what: string, is: (mails: readonly MailRow[]) => boolean): Promise<MailRow[]>;
}

/** Opens one over the small organisation. */
export async function openNotificationDesk(options: Partial<RigOptions> = {}): Promise<Desk> {
  const passwords: string[] = [];
  const wrap = (send: Send): Send => async (url, init) => {
    passwords.push(...[...String(init.body ?? '').matchAll(/"password":("(?:[^"\\]|\\.)*")/g)].map((m) => JSON.parse(m[1] ?? '""') as string));
    return await (options.wrap?.(send) ?? send)(url, init);
  };
  const rig = await openRig({
    source: works(), seed: worksTenant(), ...options, wrap,
    environment: async (folder) => {
      const key = path.join(folder, 'operator.key');
      await writeFile(key, randomBytes(48).toString('base64'), { mode: 0o600 });
      return { CAUSEWAY_KEY_FILE: key };
    },
  });
  const mails: Desk['mails'] = async (state) => (await rig.call('notifications.mails', { ...(state === undefined ? {} : { state }), limit: 500 })).rows;
  return {
    rig, passwords, mails,
    async setUp(settings, secret) {
      const { held, ...rest } = DEFAULT_NOTIFICATIONS;
      await rig.call('notifications.saveSettings', { settings: { ...rest, held: [...held], transport: 'smtp', host: '127.0.0.1', security: 'none', from: 'it@example.com', ratePerMinute: 1_000, support: 'Ask the service desk, extension 1234.', ...settings }, ...(secret === undefined ? {} : { secret }) });
    },
    async until(what, is) {
      for (const end = Date.now() + 30_000; Date.now() < end;) {
        const now = await mails();
        if (is(now)) return now;
        await new Promise((resolve) => { setTimeout(resolve, 25); });
      }
      throw new Error(`${what}: ${JSON.stringify(await mails(), null, 1)}`);
    },
  };
}

/** True when no mail is on its way any more. */
export const settled = (mails: readonly MailRow[]): boolean => mails.length > 0 && mails.every((one) => one.state !== 'waiting' && one.state !== 'sending');

/** Everything in a folder as one text, files of the log and the database's side files included; some come and go. */
export async function everythingIn(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return (await Promise.all(files.filter((f) => f.isFile()).map((f) => readFile(path.join(f.parentPath, f.name), 'latin1').catch(() => '')))).join('\n');
}
