/** Two lists of steps for each pair: the cutover of its mail, and what is looked at before Exchange on premises is taken out of service. */
export const RUNBOOKS = ['cutover', 'decommission'] as const;
export type RunbookName = (typeof RUNBOOKS)[number];

/** Steps of the cutover in the order in which they are taken (Exchange Online documentation, "Migrate e-mail to Exchange Online with a staged Exchange migration": complete the migration, best practices, next steps). */
export const CUTOVER_STEPS = ['ttl', 'mailboxes', 'conversion', 'licences', 'flow', 'mx', 'autodiscover', 'spf', 'waiting', 'complete'] as const;
export type CutoverStep = (typeof CUTOVER_STEPS)[number];

/** Lines of the decommissioning checklist. */
export const DECOMMISSION_STEPS = ['mailboxes', 'forwarding', 'connectors', 'dns', 'migration', 'public folders', 'management'] as const;
export type DecommissionStep = (typeof DECOMMISSION_STEPS)[number];

/** Steps of each list. */
export const STEPS_OF: Readonly<Record<RunbookName, readonly (CutoverStep | DecommissionStep)[]>> = { cutover: CUTOVER_STEPS, decommission: DECOMMISSION_STEPS };

/**
 * Where a step stands. `open`: never checked, or it could not be found out; `passed` and `failed`: what the last check found;
 * `confirmed`: a person answers for it; `stale`: confirmed, and a later check found something wrong that was not so then.
 */
export const STEP_STATES = ['open', 'passed', 'failed', 'confirmed', 'stale'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** What one question of a check came to; `unknown`: nobody could be asked, or the answer says nothing. */
export const EVIDENCE_RESULTS = ['right', 'wrong', 'unknown', 'noted'] as const;
export type EvidenceResult = (typeof EVIDENCE_RESULTS)[number];

/**
 * Records that one cloud's Exchange Online asks for (Microsoft 365 documentation, "External Domain Name System records for Office 365";
 * the same for Office 365 operated by 21Vianet and for US Government). `*.` stands for any labels before.
 */
export const CLOUD_RECORDS = {
  global: { mxHosts: ['*.mail.protection.outlook.com', '*.mx.microsoft'], autodiscover: 'autodiscover.outlook.com', spf: 'spf.protection.outlook.com' },
  usgov: { mxHosts: ['*.mail.protection.office365.us'], autodiscover: 'autodiscover.office365.us', spf: 'spf.protection.office365.us' },
  usdod: { mxHosts: ['*.mail.protection.office365.us'], autodiscover: 'autodiscover-dod.office365.us', spf: 'spf.protection.office365.us' },
  china: { mxHosts: ['*.mail.protection.partner.outlook.cn'], autodiscover: 'autodiscover.partner.outlook.cn', spf: 'spf.protection.partner.outlook.cn' },
} as const;

/** Longest time that others may keep the MX record before it is changed, seconds (Exchange Online documentation, staged migration, best practices: "such as 3600 seconds"). */
export const MX_TTL_SECONDS = 3_600;
/** How long to wait after the MX record changed, hours: 72 in the present text, 24 at least in that of 2011 (Exchange Online documentation, staged migration). */
export const WAITING_HOURS = { usual: 72, least: 24 } as const;
/** Days within which a new mailbox needs a licence (Exchange Online documentation, staged migration: "within 30 days"). */
export const LICENCE_GRACE_DAYS = 30;

/** `before`: as both sides are now; `after`: as they will be once every matched mailbox is switched and the MX records lead to Microsoft 365. */
export const MAIL_SITUATIONS = ['before', 'after'] as const;
export type MailSituation = (typeof MAIL_SITUATIONS)[number];

/** Where a simulated message comes from. */
export const MAIL_SENDERS = ['internet', 'on premises', 'cloud'] as const;
export type MailSender = (typeof MAIL_SENDERS)[number];

/**
 * What became of a message, the worst first. `loop`: it comes round again; `wrong recipient`: it ends at somebody who is not matched with
 * the person it was for; `black hole`: a server accepts the domain and knows nobody of that address; `refused`: no server takes it;
 * `outside`: it leaves both organisations; `old mailbox`: it ends on premises though the person works in Microsoft 365; `new mailbox`: it ends
 * in Microsoft 365 though the person still works on premises; `twice`: it ends in both mailboxes; `delivered`: it ends where it should.
 */
export const MAIL_VERDICTS = ['loop', 'wrong recipient', 'black hole', 'refused', 'outside', 'old mailbox', 'new mailbox', 'twice', 'delivered'] as const;
export type MailVerdict = (typeof MAIL_VERDICTS)[number];
