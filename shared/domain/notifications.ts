/**
 * Messages to people about what was done to their accounts, by the name of their template. `NewPassword` and `EnableSSO` complete the
 * combinations of account creation, UPN change, password change and single sign-on.
 */
export const TEMPLATE_NAMES = ['NewUser_NewPassword', 'NewUser_EnableSSO', 'ChangeUPN', 'ChangeUPN_EnableSSO', 'ChangeUPN_NewPassword', 'NewPassword', 'EnableSSO'] as const;
export type TemplateName = (typeof TEMPLATE_NAMES)[number];

/** When each message is sent, for whoever edits it. */
export const TEMPLATE_OCCASIONS: Readonly<Record<TemplateName, string>> = {
  NewUser_NewPassword: 'An account was created with an initial password.',
  NewUser_EnableSSO: 'An account was created in a federated domain: the person signs in with the password of Active Directory.',
  ChangeUPN: 'The user principal name was changed.',
  ChangeUPN_EnableSSO: 'The user principal name was moved into a federated domain.',
  ChangeUPN_NewPassword: 'The user principal name was changed and a new password was set.',
  NewPassword: 'A new password was set.',
  EnableSSO: 'An account of a federated domain got the source anchor by which Active Directory signs the person in.',
};

/** What a template may ask for, in braces; `{{` and `}}` stand for braces. */
export const PLACEHOLDERS = {
  DisplayName: 'Display name of the person',
  GivenName: 'First name, or the display name where there is none',
  UserPrincipalName: 'Name to sign in with, from now on',
  PreviousUserPrincipalName: 'Name to sign in with, until now',
  Password: 'Initial password; filled in at the moment of sending and kept nowhere afterwards',
  Organization: 'Name of the Active Directory domain',
  TenantName: 'Name of the organisation in Microsoft 365',
  SignInAddress: 'Address of the sign-in page',
  Support: 'Whom to ask, from the settings of the notifications',
  Date: 'Day of the change, such as 2026-11-22 (UTC)',
} as const;
export type Placeholder = keyof typeof PLACEHOLDERS;

/** Templates that carry a password. */
export const PASSWORD_TEMPLATES = ['NewUser_NewPassword', 'ChangeUPN_NewPassword', 'NewPassword'] as const satisfies readonly TemplateName[];

/** Largest template, characters. */
export const LARGEST_TEMPLATE = 20_000;

/**
 * Where a mail stands. `sending`: handed to the mail server, no answer yet. `unclear`: the connection, or the program, ended before the answer
 * came, so nobody knows whether it arrived; it is never sent again by itself (RFC 5321 4.5.4.1 and 6.1). `held`: waits for somebody to release it.
 */
export const MAIL_STATES = ['waiting', 'held', 'sending', 'sent', 'failed', 'unclear', 'cancelled'] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** How mails leave. */
export const MAIL_TRANSPORTS = ['none', 'smtp', 'graph'] as const;
/** How the connection to the mail server is protected: `starttls` (RFC 3207) and `tls` (RFC 8314 3.3) always encrypt; `none` is for a server on this machine only. */
export const MAIL_SECURITY = ['starttls', 'tls', 'none'] as const;

/** How the project sends its mails; secrets are in the secret store. */
export interface NotificationSettings {
  readonly transport: (typeof MAIL_TRANSPORTS)[number];
  readonly host: string;
  readonly port: number;
  readonly security: (typeof MAIL_SECURITY)[number];
  /** PEM file with an authority to trust besides those of the machine; empty: none. */
  readonly caFile: string;
  /** Empty: the server asks for no sign-in. */
  readonly username: string;
  /** Address of the sender; with `graph` the mailbox that sends. */
  readonly from: string;
  /** Empty: answers go to the sender. */
  readonly replyTo: string;
  /** The pair whose tenant sends, with `graph`; null: none chosen yet. */
  readonly pairId: string | null;
  /** Most mails in a minute, of all agents together. */
  readonly ratePerMinute: number;
  /** What {Support} says. */
  readonly support: string;
  /** Messages that wait until somebody releases them. */
  readonly held: readonly TemplateName[];
}

/** Settings of a project in which nobody has said anything. Exchange Online takes 30 messages a minute by one sender (Exchange Online limits, "Sending limits"). */
export const DEFAULT_NOTIFICATIONS: NotificationSettings = {
  transport: 'none', host: '', port: 587, security: 'starttls', caFile: '', username: '', from: '', replyTo: '', pairId: null, ratePerMinute: 30, support: '', held: [],
};

/** A mail as a transport takes it. Addresses are checked before. */
export interface OutgoingMail {
  /** The same for every try; becomes the Message-ID. */
  readonly id: string;
  readonly from: string;
  readonly replyTo: string;
  readonly to: { readonly address: string; readonly name: string };
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
  readonly attachments: readonly { readonly name: string; readonly csv: string }[];
  /** Milliseconds since 1970 UTC. */
  readonly date: number;
}

/**
 * What came of sending. `later`: refused for now, or no connection; it was certainly not taken. `refused`: it never will be. `unclear`: it may have been taken.
 * `answer` is the server's, or why there is none; never the text of the mail. `reached` false: the trouble is with the way, so that the next mail would fare no better.
 */
export interface MailAnswer { readonly kind: 'sent' | 'later' | 'refused' | 'unclear'; readonly answer: string; readonly reached: boolean }

/** Something that sends mails. Never throws for what became of one. */
export interface MailTransport { send(mail: OutgoingMail): Promise<MailAnswer> }
