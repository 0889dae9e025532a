import type { CutoverSettings } from '../../../shared/contracts/cutover.ts';

/** The settings of the cutover as texts; lists are separated by commas. */
export type CutoverDraft = Readonly<Record<keyof CutoverSettings, string>>;

const listed = (list: readonly string[]): string => list.join(', ');
const listOf = (text: string): string[] => text.split(/[\s,;]+/).filter((one) => one !== '');

/** The fields as they were kept. */
export function draftOf({ waitingHours, autodiscover, spf, ...lists }: CutoverSettings): CutoverDraft {
  return { servers: listed(lists.servers), authoritative: listed(lists.authoritative), domains: listed(lists.domains), mxHosts: listed(lists.mxHosts), onPremisesHosts: listed(lists.onPremisesHosts), onPremisesDomains: listed(lists.onPremisesDomains), autodiscover, spf, waitingHours: String(waitingHours) };
}

/** What was typed, as the contract wants it; whether it is allowed is the contract's to say. */
export function settingsOf(draft: CutoverDraft): CutoverSettings {
  return {
    servers: listOf(draft.servers), authoritative: listOf(draft.authoritative), domains: listOf(draft.domains), mxHosts: listOf(draft.mxHosts), onPremisesHosts: listOf(draft.onPremisesHosts), onPremisesDomains: listOf(draft.onPremisesDomains),
    autodiscover: draft.autodiscover.trim(), spf: draft.spf.trim(), waitingHours: Number(draft.waitingHours || Number.NaN),
  };
}

interface Parsed { readonly success: boolean; readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string; readonly code?: string }[] } | undefined }

/** What is wrong with a field, in words; null: nothing. */
export function problemOf(parsed: Parsed, field: keyof CutoverSettings): string | null {
  const issue = parsed.error?.issues.find((one) => one.path[0] === field);
  if (issue === undefined) return null;
  return field === 'waitingHours' ? 'must be a whole number of hours, 1 to 720' : field === 'mxHosts' && issue.path.length === 1 && issue.code === 'too_small' ? 'must name at least one host' : issue.message;
}
