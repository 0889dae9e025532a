import { randomBytes } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import { refuse } from './aadsts.ts';
import type { Grant } from './grants.ts';
import { signInAtBrowser } from './interactive.ts';
import { devicePage, messagePage } from './pages.ts';
import type { SignInParts } from './parts.ts';
import type { Registration } from './registrations.ts';
import { readScope } from './scopes.ts';

/** Life of a device code: 15 minutes (Microsoft identity platform documentation, device authorization grant). */
const DEVICE_MS = 900_000;
/** Seconds between polls that the service asks for. */
const POLL_SECONDS = 5;
/** A poll may come so many milliseconds early: timers and networks are not exact. */
const POLL_SLACK_MS = 500;
/** Characters of user codes; those that look alike are left out. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

interface PendingDevice {
  readonly app: Registration;
  readonly scope: string;
  readonly userCode: string;
  readonly expires: number;
  /** Quick time of the last poll; null before the first. */
  polled: number | null;
  /** Somebody opened the page with this code: nobody is played for it. */
  isAttended: boolean;
  answer: Grant | 'declined' | null;
}

/** Device codes: the endpoint that hands them out, the page where a person enters them, and what a poll gives. */
export interface Devices {
  start(app: Registration, scope: string): HttpAnswer;
  /** The page `https://microsoft.com/devicelogin`. @throws SignInRefusal 90119, 70018, 70019, 90120. */
  page(request: HttpRequest): HttpAnswer;
  /** The grant behind a device code, once. @throws SignInRefusal authorization_pending, slow_down, authorization_declined, expired_token, bad_verification_code. */
  poll(app: Registration, deviceCode: string): Grant;
}

/**
 * When nobody opens the page, a person is played who approves between the first and the second poll. A person whom the browser
 * shows a refusal leaves the code pending until it expires, as with the service.
 */
export function devices(parts: SignInParts): Devices {
  const pending = new Map<string, PendingDevice>();
  const { clock } = parts;

  const decide = (device: PendingDevice, name: string | null): ReturnType<typeof signInAtBrowser> => {
    const outcome = signInAtBrowser(parts, device.app, [readScope(device.scope, parts.directory.facts.displayName)], name, false);
    if (outcome.kind === 'client') device.answer = 'declined';
    if (outcome.kind === 'signed in') {
      const { userId, signedIn, mfa } = outcome.session;
      device.answer = { userId, signedIn, mfa, appId: device.app.facts.appId, scope: device.scope, isConfidential: false };
    }
    return outcome;
  };

  return {
    start: (app, scope) => {
      if (scope.trim() === '') throw refuse.missing('scope');
      readScope(scope, parts.directory.facts.displayName);
      for (const [code, device] of pending) if (device.expires + DEVICE_MS < clock.now()) pending.delete(code);
      const code = randomBytes(48).toString('base64url');
      const userCode = [...randomBytes(9)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
      pending.set(code, { app, scope, userCode, expires: clock.now() + DEVICE_MS, polled: null, isAttended: false, answer: null });
      return {
        status: 200, headers: { 'cache-control': 'no-store, no-cache' },
        body: {
          user_code: userCode, device_code: code, verification_uri: 'https://microsoft.com/devicelogin', expires_in: DEVICE_MS / 1000, interval: Math.max(1, Math.ceil(clock.realWait(POLL_SECONDS))),
          message: `To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code ${userCode} to authenticate.`,
        },
      };
    },
    page: (request) => {
      if (request.method !== 'POST') return devicePage(request.url.searchParams.get('otc') ?? '');
      const form = new URLSearchParams(request.body);
      const userCode = (form.get('otc') ?? '').trim().toUpperCase();
      if (userCode === '') throw refuse.userCodeMissing();
      const device = [...pending.values()].find((one) => one.userCode === userCode);
      if (!device) throw refuse.deviceUnknown();
      if (device.expires < clock.now()) throw refuse.userCodeExpired();
      if (device.answer !== null) throw refuse.userCodeUsed();
      device.isAttended = true;
      if (form.get('decision') === 'cancel') {
        device.answer = 'declined';
        return messagePage(200, 'You have declined the request. You may now close this window.');
      }
      const outcome = decide(device, form.get('login'));
      if (outcome.kind !== 'signed in') throw outcome.refusal;
      return messagePage(200, 'You have signed in to the application on your device. You may now close this window.');
    },
    poll: (app, deviceCode) => {
      const device = pending.get(deviceCode);
      if (!device || device.app.facts.appId !== app.facts.appId) throw refuse.deviceUnknown();
      if (device.expires < clock.now()) throw refuse.deviceExpired();
      const [now, last] = [clock.quick(), device.polled];
      device.polled = now;
      if (last !== null && now - last < POLL_SECONDS * 1000 - POLL_SLACK_MS) throw refuse.slowDown();
      if (last !== null && device.answer === null && !device.isAttended) decide(device, null);
      if (device.answer === null) throw refuse.pending();
      pending.delete(deviceCode);
      if (device.answer === 'declined') throw refuse.deviceDeclined();
      return device.answer;
    },
  };
}
