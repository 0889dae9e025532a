import { facetOf } from '../exchange/recipients/facet.ts';
import { isMailbox } from '../exchange/recipients/recipient-type.ts';
import { badUpTo, copiedBy, copyMs, DROP_AT, itemsUpTo, SETUP_MS, STALL_MS, stalledBy } from './copying.ts';
import { fail, serverOf, setUser, settleBatch, type Machine } from './machine.ts';
import type { MigrationUser, Provisioned } from './model.ts';
import { accountOf, type OnPremisesMailbox } from './on-premises.ts';
import { provision, routingAddressOf } from './provision.ts';
import { sourceProblem, sourceOf, targetProblem } from './validate.ts';

/** How long the steps take. Ours. */
const VALIDATE_MS = 5_000;
const PROVISION_MS = 60_000;
const FORWARD_MS = 10_000;

/** Published words (Exchange Labs documentation, Troubleshoot Active Migration Errors). */
const SIGN_IN_FAILED = "Microsoft Exchange couldn't sign in to the user's on-premises account.";
const CONNECTION_FAILED = "Couldn't connect to the source mailbox.";
const NO_CLOUD_ADDRESS = "A valid primary e-mail address couldn't be found in the cloud-based service.";

/** Lets a queued user begin with the step that it has not done yet. */
export function beginUser(m: Machine, user: MigrationUser): void {
  const now = m.clock.quick();
  user.error = '';
  switch (user.step) {
    case 'validate': return setUser(m, user, 'Validating', now + VALIDATE_MS);
    case 'provision': return setUser(m, user, 'Provisioning', now + PROVISION_MS);
    case 'forward': return setUser(m, user, 'ProvisionUpdating', now + FORWARD_MS);
    case 'data': case 'done': return setUser(m, user, 'Syncing', now + SETUP_MS);
  }
}

/** Does what is due of a user at this time. */
export function endOfStep(m: Machine, user: MigrationUser): void {
  switch (user.status) {
    case 'Validating': return endValidation(m, user);
    case 'Provisioning': return endProvisioning(m, user);
    case 'ProvisionUpdating': return endForwarding(m, user);
    case 'Syncing': return user.run ? endCopy(m, user) : startCopy(m, user);
    case 'Stopping': {
      setUser(m, user, 'Stopped');
      return settleBatch(m, user.batch);
    }
    case 'Removing': {
      m.timed.delete(user);
      m.state.users.delete(user.address.toLowerCase());
      m.state.changes += 1;
      return settleBatch(m, user.batch);
    }
    case 'Queued': case 'Synced': case 'Failed': case 'Stopped': case 'Completed': return setUser(m, user, user.status);
  }
}

function endValidation(m: Machine, user: MigrationUser): void {
  m.ask(user, m.onPremises.find(user.address), (found) => {
    if (user.status !== 'Validating') return;
    const problem = sourceProblem(m, user, found) ?? targetProblem(m, user, sourceOf(found));
    if (problem !== undefined) return fail(m, user, problem);
    const target = m.directory.holderOfAddress(user.address);
    const source = sourceOf(found);
    Object.assign(user, { targetId: target ?? null, sourceId: source?.id ?? null, step: 'provision' });
    beginUser(m, user);
    // Made by an earlier batch: nothing to wait for.
    if (target !== undefined && m.state.provisioned.get(target)?.at !== undefined) user.due = m.clock.quick();
  });
}

function endProvisioning(m: Machine, user: MigrationUser): void {
  m.ask(user, m.onPremises.find(user.address), (found) => {
    if (user.status !== 'Provisioning') return;
    const source = found.find((one) => one.id === user.sourceId);
    const problem = source ? provision(m, user, source) : `A source e-mail address ${user.address} couldn't be found in the on-premises domain.`;
    if (problem !== undefined) return fail(m, user, problem);
    user.step = 'forward';
    user.mailboxGuid = facetOf(m.directory.live(user.targetId ?? '') ?? { exchange: null }).exchangeGuid ?? null;
    beginUser(m, user);
  });
}

function endForwarding(m: Machine, user: MigrationUser): void {
  const object = m.directory.live(user.targetId ?? '');
  const of = m.state.provisioned.get(user.targetId ?? '');
  const account = m.state.endpoints.get(m.state.batches.get(user.batch)?.endpoint ?? '')?.username;
  if (!object || !of || account === undefined) return fail(m, user, NO_CLOUD_ADDRESS);
  const value = `SMTP:${routingAddressOf(m, object)}`;
  m.ask(user, m.onPremises.setTargetAddress(of.sourceId, value, account), (answer) => {
    // What was written is written, even when the user was stopped meanwhile.
    if (answer === 'done') {
      of.forwardedTo = value;
      user.step = 'data';
      m.state.changes += 1;
    }
    if (user.status !== 'ProvisionUpdating') return;
    if (answer === 'gone') return fail(m, user, `A source e-mail address ${user.address} couldn't be found in the on-premises domain.`);
    if (answer === 'access denied') return fail(m, user, `The migration service couldn't set the TargetAddress property of the on-premises mailbox ${user.address}: the account ${account} needs permission to write it.`);
    beginUser(m, user);
  });
}

function startCopy(m: Machine, user: MigrationUser): void {
  m.ask(user, m.onPremises.find(user.address), (found) => {
    if (user.status !== 'Syncing') return;
    const of = m.state.provisioned.get(user.targetId ?? '');
    const source = found.find((one) => one.id === of?.sourceId);
    const problem = !hasMailbox(m, user) ? NO_CLOUD_ADDRESS : of && source ? signInProblem(m, user, source) : CONNECTION_FAILED;
    if (!of || !source || problem !== undefined) return fail(m, user, problem ?? CONNECTION_FAILED);
    const now = m.clock.quick();
    const { sizeBytes, items, badItems, metadataBad } = source;
    Object.assign(of, { sizeBytes, items, badItems, metadataBad });
    const to = source.fails === 'drops' && of.copied < DROP_AT ? DROP_AT : 1;
    const stallMs = source.fails === 'stalls' && of.copied < 1 ? STALL_MS : 0;
    user.run = { from: of.copied, to, startedAt: now, stallMs };
    user.due = now + stallMs + copyMs(sizeBytes, of.copied, to);
    m.state.changes += 1;
  });
}

function hasMailbox(m: Machine, user: MigrationUser): boolean {
  const object = m.directory.live(user.targetId ?? '');
  return object !== undefined && isMailbox(m.directory.primary(object), m.directory);
}

function signInProblem(m: Machine, user: MigrationUser, source: OnPremisesMailbox): string | undefined {
  const server = serverOf(m, { exchangeServer: source.server });
  if (!server?.reachable) return CONNECTION_FAILED;
  const username = m.state.endpoints.get(m.state.batches.get(user.batch)?.endpoint ?? '')?.username ?? '';
  return source.grants === 'none' || source.fails === 'sign in' || !accountOf(server, username) ? SIGN_IN_FAILED : undefined;
}

function endCopy(m: Machine, user: MigrationUser): void {
  const of = m.state.provisioned.get(user.targetId ?? '');
  if (!of) return fail(m, user, CONNECTION_FAILED);
  // Its mailbox went while it was being filled.
  if (!hasMailbox(m, user)) {
    user.run = null;
    return fail(m, user, NO_CLOUD_ADDRESS);
  }
  endRun(m, user);
  if (of.copied < 1) return fail(m, user, CONNECTION_FAILED);
  user.step = 'done';
  user.lastSyncAt = m.wall();
  setUser(m, user, 'Synced');
  settleBatch(m, user.batch);
}

/** Keeps what a copy has reached by now. */
export function endRun(m: Machine, user: MigrationUser): void {
  const of = m.state.provisioned.get(user.targetId ?? '');
  if (!of || !user.run) return;
  const now = m.clock.quick();
  // A copy that ends by itself has reached its end, whatever rounding says.
  const reached = user.due !== null && now >= user.due ? user.run.to : copiedBy(user, of, now);
  of.itemsRead += itemsUpTo(of, reached) - itemsUpTo(of, of.copied);
  of.copied = reached;
  user.stalledMs += stalledBy(user, now);
  user.run = null;
}

/** Items copied and items left out so far. */
export function counted(of: Provisioned | undefined, part: number): { readonly synced: number; readonly skipped: number } {
  if (!of) return { synced: 0, skipped: 0 };
  const bad = badUpTo(of, part);
  return { synced: itemsUpTo(of, part) - bad, skipped: bad + (part > 0 ? of.metadataBad : 0) };
}
