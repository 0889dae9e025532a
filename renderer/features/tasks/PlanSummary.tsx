import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { PlanSummary as Plan } from '../../../shared/contracts/tasks.ts';
import { useCall } from '../../app/api.ts';
import { Tile } from '../../ui/Section.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';

const FIGURES: readonly (readonly [keyof Plan['counts'], string])[] = [
  ['creates', 'Objects created'], ['restores', 'Restored from the recycle bin'], ['updates', 'Objects changed'], ['deletes', 'Objects deleted'], ['attributes', 'Attributes written'],
  ['overwrites', 'Values overwritten'], ['upnChanges', 'UPN changes'], ['managers', 'Managers set'], ['membersAdded', 'Members added'], ['membersRemoved', 'Members removed'], ['permissionsAdded', 'Mailbox permissions added'], ['permissionsRemoved', 'Mailbox permissions removed'], ['healed', 'Links healed outside the collection'], ['licencesAssigned', 'Licences assigned'], ['licencesRemoved', 'Licences taken away'],
  ['disables', 'Accounts disabled'], ['irreversible', 'Cannot be undone'], ['unchanged', 'Unchanged objects'], ['skipped', 'Skipped objects'],
];

/** What a plan would do, in figures, and what stands in its way. */
export function PlanSummary({ plan, isRollBack }: { readonly plan: Plan; readonly isRollBack: boolean }): ReactNode {
  const l = useLayout();
  const figures = FIGURES.filter(([key]) => plan.counts[key] > 0);
  // Contacts and groups have no passwords: what the plan writes says whether accounts are among the created objects.
  const written = useCall('plans.facets', { planId: plan.id }, { enabled: !isRollBack && plan.counts.creates > 0 });
  return (
    <div className={l.column}>
      <div className={l.tiles}>
        <Tile name="Operations" value={count(plan.counts.operations)} />
        {figures.map(([key, name]) => <Tile key={key} name={name} value={count(plan.counts[key])} />)}
      </div>
      {plan.counts.operations === 0 ? <MessageBar intent="success"><MessageBarBody>There is nothing to write: the tenant is as it should be.</MessageBarBody></MessageBar> : null}
      {plan.guard.map((stop) => (
        <MessageBar key={stop.limit} intent="error" layout="multiline"><MessageBarBody><MessageBarTitle>{`Guard: ${stop.limit}`}</MessageBarTitle>{stop.message}</MessageBarBody></MessageBar>
      ))}
      {plan.conflicts > 0 ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>{`${counted(plan.conflicts, 'value was', 'values were')} changed by others since. Look at "Changed since" and decide which of them stay.`}</MessageBarBody></MessageBar> : null}
      {isRollBack && plan.findings.errors > 0 ? <MessageBar intent="error" layout="multiline"><MessageBarBody>{`${counted(plan.findings.errors, 'change')} cannot be taken back. The Findings say which and why.`}</MessageBarBody></MessageBar> : null}
      {!isRollBack && plan.findings.errors + plan.findings.warnings > 0 ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>{`The checks found ${counted(plan.findings.errors, 'error')} and ${counted(plan.findings.warnings, 'warning')}. Objects with an error are kept out of the plan.`}</MessageBarBody></MessageBar> : null}
      {written.data?.attributes.some((one) => one.attribute === 'passwordProfile/password') === true ? <MessageBar intent="info" layout="multiline"><MessageBarBody>Accounts among the created objects get a random password. Unless a notification delivers it, it is kept nowhere, so nobody knows it: reset it before the first sign-in. Initial Passwords of the migration pair lists the accounts.</MessageBarBody></MessageBar> : null}
      {plan.unresolved > 0 ? <MessageBar intent="info" layout="multiline"><MessageBarBody>{`${counted(plan.unresolved, 'reference waits', 'references wait')} for an object that has no match yet, for example a group member outside the collection. The References tab keeps what waits until that object arrives.`}</MessageBarBody></MessageBar> : null}
    </div>
  );
}
