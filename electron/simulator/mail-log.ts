/** One mail that left the tenant, or was taken for delivery. */
export interface SentMail {
  /** Wall time in milliseconds since 1970. */
  readonly at: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly attachments: readonly { readonly name: string; readonly content: string }[];
  /** Message-ID that the client gave. */
  readonly messageId?: string;
  /** Status mail of the migration service, or Graph's sendMail. */
  readonly origin: 'migration' | 'graph';
}

/** How many mails are remembered. */
const REMEMBERED = 10_000;

/** The mails of one simulator, oldest first. */
export interface MailLog {
  add(mail: SentMail): void;
  all(): readonly SentMail[];
}

/** Keeps the last mails in memory; nobody delivers them. */
export function mailLog(): MailLog {
  let kept: SentMail[] = [];
  return {
    add: (mail) => { kept = [...kept.slice(-(REMEMBERED - 1)), mail]; },
    all: () => kept,
  };
}
