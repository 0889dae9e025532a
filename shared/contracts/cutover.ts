import { z } from 'zod';
import { CUTOVER_STEPS, DECOMMISSION_STEPS, EVIDENCE_RESULTS, MAIL_SENDERS, MAIL_SITUATIONS, MAIL_VERDICTS, RUNBOOKS, STEP_STATES } from '../domain/cutover.ts';
import { channel } from './define.ts';
import { ExportPart, PartRequest } from './export.ts';
import { Guid, Id, Millis, PageRequest, page } from './values.ts';

/** A DNS server as `address` or `address:port`; IPv6 with a port in brackets. The host checks that it is an address. */
const Server = z.string().trim().min(1).max(64);
/** A domain or host, at most 253 characters (RFC 1035 2.3.4); `*.` before it stands for any labels. */
const Host = z.string().trim().toLowerCase().min(1).max(255).regex(/^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/, 'must be a host or domain name, for example mail.example.com');

/** What the checks of a pair's cutover ask, and whom. */
export const CutoverSettings = z.object({
  /** DNS servers that are asked in this order until one answers; empty: those of this computer. */
  servers: z.array(Server).max(8),
  /** Servers that answer for the mail domains themselves; empty: found by NS records. All of them are asked. */
  authoritative: z.array(Server).max(16),
  /** Mail domains of the organisation; empty: the verified domains of the tenant. */
  domains: z.array(Host).max(200),
  /** MX hosts of Microsoft 365, or of the gateway that mail shall go to instead. */
  mxHosts: z.array(Host).min(1).max(16),
  autodiscover: Host,
  spf: Host,
  /** Mail servers on premises; empty: every MX host that is not one of `mxHosts`. */
  onPremisesHosts: z.array(Host).max(50),
  /** Domains that Exchange on premises accepts; empty: the mail domains and the mail redirection domain of the pair. */
  onPremisesDomains: z.array(Host).max(200),
  waitingHours: z.int().min(1).max(720),
});
export type CutoverSettings = z.output<typeof CutoverSettings>;

/** One question of a check, who answered what, and when. */
export const Evidence = z.object({
  /** E.g. `MX example.com`, or what was counted where. */
  question: z.string(),
  /** Who was asked: a DNS server with its port, the domain controller, the tenant, or this project. */
  asked: z.string(),
  answer: z.string(), result: z.enum(EVIDENCE_RESULTS), at: Millis,
});
export type Evidence = z.output<typeof Evidence>;

const Step = z.enum([...new Set([...CUTOVER_STEPS, ...DECOMMISSION_STEPS])]);

/** One step of a runbook. */
export const RunbookStep = z.object({
  step: Step,
  /** What is to be done, and why, in a sentence or two. */
  title: z.string(), about: z.string(),
  state: z.enum(STEP_STATES),
  /** What the last check found, one sentence; empty: never checked. */
  message: z.string(),
  /** Steps that have to be confirmed before this one. */
  needs: z.array(Step),
  /** Those of them that are not. */
  missing: z.array(Step),
  checkedAt: Millis.nullable(), evidence: z.array(Evidence),
  confirmedAt: Millis.nullable(), confirmedBy: z.string().nullable(), note: z.string(),
  /** What the check had found when it was confirmed. */
  confirmedEvidence: z.array(Evidence),
});
export type RunbookStep = z.output<typeof RunbookStep>;

/** The steps of one runbook of a pair. */
export const Runbook = z.object({ pairId: Id, runbook: z.enum(RUNBOOKS), steps: z.array(RunbookStep), /** Steps confirmed. */ confirmed: z.int() });
export type Runbook = z.output<typeof Runbook>;

const Situation = z.enum(MAIL_SITUATIONS);
const Verdict = z.enum(MAIL_VERDICTS);

/** What following the mail of all people of a pair found in one situation. */
export const MailFlowSummary = z.object({
  situation: Situation,
  /** Null: it was never followed. */
  runAt: Millis.nullable(),
  people: z.int(), findings: z.int(),
  /** People by their worst verdict. */
  counts: z.record(Verdict, z.int()),
});
export type MailFlowSummary = z.output<typeof MailFlowSummary>;

/** One person: the worst that happens to a message for one of their addresses. */
export const MailFlowRow = z.object({ sourceId: Guid, name: z.string(), verdict: Verdict, message: z.string() });
export type MailFlowRow = z.output<typeof MailFlowRow>;

/** The way of one message, hop by hop in words. */
export const MailTrace = z.object({ sender: z.enum(MAIL_SENDERS), address: z.string(), verdict: Verdict, message: z.string(), hops: z.array(z.string()) });
export type MailTrace = z.output<typeof MailTrace>;

const OfRunbook = { pairId: Id, runbook: z.enum(RUNBOOKS) };
const OfSituation = { pairId: Id, situation: Situation };

/**
 * Channels of the cutover of a pair's mail: a runbook of steps with live checks and gates, the checklist before Exchange on premises is taken out of
 * service, and the mail flow simulator. Nothing here writes to the source, the tenant or DNS.
 */
export const cutoverChannels = {
  /** The settings, and what is asked where they are empty: the mail domains found, and the DNS servers of this computer. */
  'cutover.settings': channel('query', z.object({ pairId: Id }), z.object({ settings: CutoverSettings, domains: z.array(z.string()), servers: z.array(z.string()) })),
  'cutover.saveSettings': channel('command', z.object({ pairId: Id, settings: CutoverSettings }), CutoverSettings),
  'cutover.runbook': channel('query', z.object(OfRunbook), Runbook),
  /** Asks live, one step or all, and keeps what was answered. A DNS server is waited for 3 seconds; the whole takes 20 at most where only DNS is asked. */
  'cutover.check': channel('command', z.object({ ...OfRunbook, step: Step.optional() }), Runbook),
  /**
   * A person answers for a step: checked anew right before. Refused when the check fails, or a step before it is not confirmed, unless `despite` says so and
   * the note says why.
   */
  'cutover.confirm': channel('command', z.object({ ...OfRunbook, step: Step, note: z.string().trim().max(2_000), despite: z.enum(['no', 'yes']) }), Runbook),
  /** Takes a confirmation back. */
  'cutover.reopen': channel('command', z.object({ ...OfRunbook, step: Step }), Runbook),
  /** Reads both sides and DNS and follows every person's mail; takes about as long as reading the recipients of both sides. */
  'mailFlow.run': channel('command', z.object({ pairId: Id, situation: z.enum([...MAIL_SITUATIONS, 'both']) }), z.object({ situations: z.array(MailFlowSummary), /** Addresses that were not followed because nobody is known to accept their domain, by domain. */ left: z.array(z.object({ domain: z.string(), addresses: z.int() })) })),
  'mailFlow.summary': channel('query', z.object({ pairId: Id }), z.object({ situations: z.array(MailFlowSummary) })),
  /** People by name; `findings`: all but those whose mail is delivered. */
  'mailFlow.rows': channel('query', z.object({ ...OfSituation, verdict: z.enum([...MAIL_VERDICTS, 'findings', 'all']), search: z.string().max(256).default(''), ...PageRequest }), page(MailFlowRow)),
  /** The ways of one person's mail: all that are findings (50 at most), else one for each sender. */
  'mailFlow.path': channel('query', z.object({ ...OfSituation, sourceId: Guid }), z.object({ row: MailFlowRow, traces: z.array(MailTrace) })),
  'mailFlow.export': channel('query', z.object({ ...OfSituation, verdict: z.enum([...MAIL_VERDICTS, 'findings', 'all']), ...PartRequest }), ExportPart),
} as const;
