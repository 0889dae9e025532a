import { isRefusal, isUnknownObject, knowsAccount, mayHaveHappened, memberCommand, readExchangeMembers, runCommand } from '../../tenant/index.ts';
import type { Intent, Settlement } from '../port.ts';
import { settled, type Resolved } from '../send.ts';
import { YOUNG_WAITS_MS, type Young } from '../young.ts';
import { gatewayOf, sentenceOfRefusal, type ExchangePorts } from './run.ts';

/** Tries of one member whose answers were lost. */
const MAX_TRIES = 3;
/** Refusals of what is so already (reported names of the exceptions: MemberAlreadyExistsException, MemberNotFoundException). */
const SO_ALREADY = { 'add members': /already a member of/i, 'remove members': /isn't a member of/i } as const;

/** Memberships that an operation wanted: those that are so now, and the rest. */
export async function lookAtExchangeMembers({ operation, targetId }: Pick<Intent, 'operation' | 'targetId'>, references: readonly Resolved[], ports: ExchangePorts, signal?: AbortSignal): Promise<{ readonly changed: readonly Resolved[]; readonly rest: readonly Resolved[] }> {
  const members = await readExchangeMembers(gatewayOf(ports), targetId ?? '', signal);
  const { changed = [], rest = [] } = Object.groupBy(references, (r) => (members.has(r.id) === (operation.kind === 'add members') ? 'changed' : 'rest'));
  return { changed, rest };
}

type Fate = 'ours' | 'so already' | { readonly problem: string };

/** Adds or removes one member. Waits for an account that this run has made and Exchange has not heard of yet. */
async function changeOne(intent: Intent, one: Resolved, ports: ExchangePorts, young: Young, signal?: AbortSignal): Promise<Fate> {
  const kind = intent.operation.kind === 'remove members' ? 'remove members' : 'add members';
  const command = memberCommand(kind === 'add members' ? 'Add' : 'Remove', intent.targetId ?? '', one.id);
  let [tries, waits] = [1, 0];
  for (;;) {
    try {
      await runCommand(gatewayOf(ports), command);
      return 'ours';
    } catch (error) {
      // It was not so before the first try: the refusal of the repeat is that try's success.
      if (isRefusal(error) && SO_ALREADY[kind].test(error.data.message)) return tries > 1 ? 'ours' : 'so already';
      if (mayHaveHappened(error)) {
        if ((await lookAtExchangeMembers(intent, [one], ports, signal)).changed.length > 0) return 'ours';
        tries += 1;
        if (tries > MAX_TRIES) return { problem: `${one.reference.name}: Exchange Online gave no answer ${MAX_TRIES} times` };
        continue;
      }
      const pause = YOUNG_WAITS_MS[waits];
      if (isUnknownObject(error)) {
        if (pause !== undefined && young.has(one.id) && !await knowsAccount(gatewayOf(ports), one.id, signal)) {
          waits += 1;
          await ports.wait(pause, signal);
          continue;
        }
        return { problem: `${one.reference.name} has neither a mailbox nor a mail address in Exchange Online yet: give it a licence with a mailbox, then migrate the group again` };
      }
      if (!isRefusal(error)) throw error;
      return { problem: `${one.reference.name}: ${sentenceOfRefusal(error)}` };
    }
  }
}

/**
 * Adds or removes members of one group, one cmdlet a member: Exchange has none for several that leaves the others alone
 * (ExchangeOnlineManagement cmdlet reference, Add-DistributionGroupMember; Update-DistributionGroupMember replaces all). Tells exactly
 * which memberships are ours, so that the undo takes back those and no others.
 * @throws AppError that is about more than this operation: the intent stays open, and what was done is found by looking.
 */
export async function changeMembersAtExchange({ intent, references }: { readonly intent: Intent; readonly references: readonly Resolved[] }, ports: ExchangePorts, young: Young, signal?: AbortSignal): Promise<Settlement> {
  const ours: Resolved[] = [];
  const problems: string[] = [];
  let already = 0;
  for (const one of references) {
    const fate = await changeOne(intent, one, ports, young, signal);
    if (fate === 'ours') ours.push(one);
    else if (fate === 'so already') already += 1;
    else problems.push(fate.problem);
  }
  const changed = ours.map((r) => r.reference);
  if (problems.length > 0) return settled(intent, 'failed', { references: changed, message: `${problems.length} of ${references.length} members were refused. ${problems.slice(0, 3).map((p) => p.replace(/\.?$/, '.')).join(' ')}` });
  return settled(intent, changed.length > 0 ? 'done' : 'unchanged', { references: changed, message: already > 0 ? `${already} had been changed by somebody else before.` : '' });
}
