import { AppError, appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MailTransport, NotificationSettings } from '../../shared/domain/notifications.ts';
import { mailAnswer, mailRequest } from '../engines/tenant/index.ts';
import { smtpTransport } from '../platform/mail/index.ts';
import { mailSecretName } from './notifications-settings.ts';
import type { Services } from './services.ts';

/** So long a mail may wait for its turn at the tenant, milliseconds: together with the request itself (100 s) less than a try may take, or it would be called unclear before it leaves, and may then go twice. */
const TURN_MS = 2 * 60_000;

/** A way for mails that is open until it is closed. */
export interface OpenTransport extends MailTransport { close(): Promise<void> }

/**
 * Opens the way that the settings name.
 * @param signal ends what has not been handed over yet.
 * @throws AppError SECRET_MISSING when this machine does not know the secret of the mail server, INVALID_INPUT without a way or with one that must not be taken, and what opening the tenant throws.
 */
export async function openTransport(services: Pick<Services, 'store' | 'secrets' | 'openTenant'>, settings: NotificationSettings, signal: AbortSignal): Promise<OpenTransport> {
  switch (settings.transport) {
    case 'smtp': {
      const secret = settings.username === '' ? null : await services.secrets.get(await mailSecretName(services.store));
      if (secret === null && settings.username !== '') throw appError(ErrorCode.SecretMissing, `The password of ${settings.username} for the mail server ${settings.host} is not known to this program. Enter it in the settings of the notifications, on each machine that sends.`);
      return { ...await smtpTransport(settings, secret, signal), close: async () => {} };
    }
    case 'graph': {
      if (settings.pairId === null) throw appError(ErrorCode.InvalidInput, 'No migration pair is chosen whose tenant sends the mails.');
      const pair = await services.store.pairs.get(settings.pairId);
      if (pair.target.readOnly) throw appError(ErrorCode.Forbidden, `The pair "${pair.name}" may only read its tenant, so it cannot send mails.`);
      const tenant = await services.openTenant(pair, { signal });
      return {
        async send(mail) {
          try {
            const [answer] = await tenant.send([mailRequest(mail)], AbortSignal.any([signal, AbortSignal.timeout(TURN_MS)]));
            return answer === undefined ? { kind: 'unclear', answer: 'the tenant gave no answer', reached: true } : mailAnswer(answer);
          } catch (error) {
            // Thrown only while nothing has left this machine: an answer that was lost is an answer of its own.
            if (!(error instanceof AppError)) throw error;
            return { kind: 'later', answer: error.data.message, reached: false };
          }
        },
        close: () => tenant.close(),
      };
    }
    case 'none': throw appError(ErrorCode.InvalidInput, 'The project has no way to send mails. Set one up in the settings of the notifications.');
  }
}
